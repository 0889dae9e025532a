import { z } from 'zod';
import type { Chance } from '../chance.ts';
import { badGateway, GraphRefusal } from './refusal.ts';

/** Requests in one batch (Graph documentation, JSON batching). */
const BATCH_LIMIT = 20;

const batchBody = z.object({
  requests: z.array(z.object({
    id: z.union([z.string().min(1), z.number()]).transform(String), method: z.string().min(1), url: z.string().min(1),
    headers: z.record(z.string(), z.string()).optional(), body: z.unknown().optional(), dependsOn: z.array(z.string()).nullish(),
  })),
});
type Inner = z.output<typeof batchBody>['requests'][number];

/** One request of a batch, ready to run. */
export interface InnerRequest { readonly method: string; readonly url: string; readonly headers: Readonly<Record<string, string>>; readonly body: unknown }
/** Its answer. */
export interface InnerAnswer { readonly status: number; readonly headers?: Readonly<Record<string, string>>; readonly body?: unknown }

/**
 * Runs a JSON batch: independent requests in chance order, dependent ones after what they wait for (424 when that failed).
 * The batch itself answers 200 whatever its parts answer, in any order.
 * @param run answers one request; never throws.
 * @throws GraphRefusal 400 for a malformed batch, too many requests, duplicate ids or unknown dependencies.
 */
export function runBatch(body: unknown, run: (request: InnerRequest) => InnerAnswer, luck: Chance): { readonly responses: readonly unknown[] } {
  const parsed = batchBody.safeParse(body);
  if (!parsed.success) throw badGateway('Invalid batch payload format.');
  const { requests } = parsed.data;
  if (requests.length === 0) throw badGateway('Invalid batch payload format.');
  if (requests.length > BATCH_LIMIT) throw badGateway(`Number of requests inside batch exceed the limit of ${BATCH_LIMIT}.`);
  const ids = new Set(requests.map((r) => r.id));
  if (ids.size < requests.length) throw badGateway('Request Id(s) must be unique within a batch.');
  const answers = new Map<string, InnerAnswer>();
  let open = luck.shuffled(requests);
  for (const request of requests) for (const needed of request.dependsOn ?? []) {
    if (!ids.has(needed) || needed === request.id) throw badGateway(`Invalid dependsOn: request '${request.id}' depends on '${needed}', which is not another request of this batch.`);
  }
  while (open.length > 0) {
    const ready = open.filter((r) => (r.dependsOn ?? []).every((d) => answers.has(d)));
    if (ready.length === 0) throw badGateway('Invalid dependsOn: the requests of this batch depend on each other in a circle.');
    for (const request of ready) answers.set(request.id, answer(request, answers, run));
    open = open.filter((r) => !answers.has(r.id));
  }
  return {
    responses: luck.shuffled(requests).map(({ id }) => {
      const { status, headers, body: content } = answers.get(id) ?? { status: 500 };
      const type = content === undefined ? {} : { 'Content-Type': typeof content === 'string' ? 'text/plain' : 'application/json' };
      return { id, status, headers: { 'Cache-Control': 'no-cache', ...named(headers), ...type }, ...(content === undefined ? {} : { body: content }) };
    }),
  };
}

function answer(request: Inner, answers: ReadonlyMap<string, InnerAnswer>, run: (request: InnerRequest) => InnerAnswer): InnerAnswer {
  if ((request.dependsOn ?? []).some((d) => (answers.get(d)?.status ?? 500) >= 400)) {
    return { status: 424, body: { error: { code: 'FailedDependency', message: 'The request failed because a request it depends on failed.' } } };
  }
  const headers = Object.fromEntries(Object.entries(request.headers ?? {}).map(([n, v]) => [n.toLowerCase(), v]));
  const method = request.method.toUpperCase();
  if (request.body !== undefined && !headers['content-type']?.startsWith('application/json')) {
    const refusal = new GraphRefusal(400, 'BadRequest', 'Write requests (excluding DELETE) must contain the Content-Type header declaration.');
    return { status: refusal.status, body: { error: { code: refusal.code, message: refusal.message } } };
  }
  return run({ method, url: request.url.startsWith('/') ? request.url : `/${request.url}`, headers, body: request.body });
}

/** Header names as the service writes them inside a batch. */
function named(headers: Readonly<Record<string, string>> | undefined): Record<string, string> {
  return Object.fromEntries(Object.entries(headers ?? {}).map(([n, v]) => [n === 'retry-after' ? 'Retry-After' : n === 'location' ? 'Location' : n, v]));
}
