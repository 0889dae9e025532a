import { z } from 'zod';
import { chance } from '../chance.ts';
import type { HttpAnswer } from '../http/answer.ts';
import { badRequest } from './refusal.ts';

/** Commands in one batch: public tools send 10, more is not known to work. */
const BATCH_LIMIT = 10;

const batchBody = z.object({
  requests: z.array(z.object({
    id: z.union([z.string().min(1), z.number()]).transform(String), method: z.string(), url: z.string().min(1),
    headers: z.record(z.string(), z.unknown()).nullish(), body: z.unknown(),
  })).min(1),
});

/** One request of a batch, ready to run. */
export interface BatchedRequest {
  readonly method: string;
  /** Absolute or relative. */
  readonly url: string;
  /** Names in lower case. */
  readonly headers: Readonly<Record<string, string>>;
  readonly body: unknown;
}

/**
 * Runs a batch in its order and answers in any order. Without the preference `odata.continue-on-error` it ends with the first
 * request that fails, and the requests after it have no answer (OData JSON Format 4.01, 19.2 and OData Protocol 4.01, 8.2.8.3).
 * @param run answers one request; never throws a refusal.
 * @throws ExchangeRefusal 400 for a malformed batch, too many requests or duplicate ids.
 */
export function runBatch(body: unknown, prefer: string | undefined, run: (request: BatchedRequest) => HttpAnswer): HttpAnswer {
  const parsed = batchBody.safeParse(body);
  if (!parsed.success) throw badRequest('The batch must hold a collection "requests" whose items have id, method, url, headers and body.');
  const { requests } = parsed.data;
  if (requests.length > BATCH_LIMIT) throw badRequest(`The batch holds ${requests.length} requests; at most ${BATCH_LIMIT} are allowed.`);
  if (new Set(requests.map((r) => r.id)).size < requests.length) throw badRequest('The ids of the requests in a batch must be unique.');
  const goesOn = /odata\.continue-on-error(\s*=\s*"?true"?)?\s*(;|,|$)/i.test(prefer ?? '');
  const responses: { readonly id: string; readonly status: number; readonly headers: Readonly<Record<string, string>>; readonly body: unknown }[] = [];
  for (const { id, method, url, headers, body: inner } of requests) {
    const named = Object.fromEntries(Object.entries(headers ?? {}).map(([name, value]) => [name.toLowerCase(), String(value)]));
    const answer = run({ method: method.toUpperCase(), url, headers: named, body: inner });
    responses.push({ id, status: answer.status, headers: { 'Content-Type': 'application/json; odata.metadata=minimal', ...answer.headers }, body: answer.body });
    if (answer.status >= 400 && !goesOn) break;
  }
  return { status: 200, body: { responses: chance(requests.length).shuffled(responses) } };
}
