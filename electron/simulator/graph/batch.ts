import { z } from 'zod';
import type { Chance } from '../chance.ts';
import { keyed } from './call.ts';
import { badGateway, GraphRefusal } from './refusal.ts';

/** Requests in one batch (Graph documentation, JSON batching). */
const BATCH_LIMIT = 20;
/** Methods whose requests need a body and its type inside a batch, whatever the request itself needs. */
const WITH_BODY = new Set(['POST', 'PATCH', 'PUT']);
/** How often the second of two writes on one object, sent side by side, meets the first one. The service publishes no rate. */
const COLLISION_RATE = 0.5;

const batchBody = z.object({
  requests: z.array(z.object({
    id: z.union([z.string().min(1), z.number()]).transform(String), method: z.string().min(1), url: z.string().min(1),
    headers: z.record(z.string(), z.string()).nullish(), body: z.unknown().optional(), dependsOn: z.array(z.string()).nullish(),
  })).min(1),
});
type Inner = z.output<typeof batchBody>['requests'][number];

/** One request of a batch, ready to run. */
export interface InnerRequest {
  readonly method: string;
  readonly url: string;
  /** Names in lower case. */
  readonly headers: Readonly<Record<string, string>>;
  readonly body: unknown;
  /** It meets another write on the same object: it is charged and refused. */
  readonly collides: boolean;
}
/** Its answer. */
export interface InnerAnswer { readonly status: number; readonly headers?: Readonly<Record<string, string>>; readonly body?: unknown }

/** What runs the requests of a batch. */
export interface BatchRunner {
  /** Answers one request; never throws. */
  run(request: InnerRequest): InnerAnswer;
  /** The id behind the key of an address, which may be a user principal name in lower case, or `me`. */
  idOf(key: string): string;
  /** Answer of a refusal that is made here, in Graph's envelope. */
  refuse(request: InnerRequest, refusal: GraphRefusal): InnerAnswer;
}

/**
 * Runs a JSON batch: independent requests in chance order, dependent ones in theirs (424 when what they wait for failed).
 * The batch itself answers 200 whatever its parts answer, in any order.
 * @throws GraphRefusal 400 for a malformed batch, too many requests, duplicate ids, a write without a body or its type, and
 * dependencies that are neither serial nor all on one request (Graph known issues, JSON batching: "Request dependencies are limited").
 */
export function runBatch(body: unknown, runner: BatchRunner, luck: Chance): { readonly responses: readonly unknown[] } {
  const parsed = batchBody.safeParse(body);
  if (!parsed.success) throw badGateway('Invalid batch payload format.');
  const { requests } = parsed.data;
  if (requests.length > BATCH_LIMIT) throw badGateway(`Number of requests inside batch exceed the limit of ${BATCH_LIMIT}.`);
  const known = new Set<string>();
  for (const { id } of requests) {
    // Upper and lower case do not count (JSON batching, "Creating a batch request").
    if (known.has(id.toLowerCase())) throw badGateway(`Request Id ${id} has to be unique in a batch.`);
    known.add(id.toLowerCase());
  }
  for (const { id, method, headers, body: content } of requests) {
    if (WITH_BODY.has(method.toUpperCase()) && (content === undefined || content === null || lowered(headers)['content-type'] === undefined)) {
      throw badGateway(`Write request id : ${id} does not contain Content-Type header or body.`);
    }
  }
  const isSequential = checkDependencies(requests);

  const answers = new Map<string, InnerAnswer>();
  const written = new Set<string>();
  for (const request of isSequential ? requests : luck.shuffled(requests)) {
    const key = keyWritten(request);
    const object = key === undefined ? undefined : runner.idOf(key);
    const collides = !isSequential && object !== undefined && written.has(object) && luck.happens(COLLISION_RATE);
    const inner: InnerRequest = { method: request.method.toUpperCase(), url: request.url.startsWith('/') ? request.url : `/${request.url}`, headers: lowered(request.headers), body: request.body, collides };
    const [needed] = request.dependsOn ?? [];
    const failed = needed !== undefined && (answers.get(needed.toLowerCase())?.status ?? 500) >= 400;
    answers.set(request.id.toLowerCase(), failed ? runner.refuse(inner, new GraphRefusal(424, 'FailedDependency', 'The request failed because a request it depends on failed.')) : runner.run(inner));
    if (object !== undefined && (answers.get(request.id.toLowerCase())?.status ?? 500) < 400) written.add(object);
  }
  return {
    responses: luck.shuffled(requests).map(({ id }) => {
      const { status, headers, body: content } = answers.get(id.toLowerCase()) ?? { status: 500 };
      return { id, status, headers: { 'Cache-Control': 'no-cache', ...named(headers), ...typeOf(status, content) }, ...(content === undefined ? {} : { body: content }) };
    }),
  };
}

/**
 * Checks that dependencies are of a pattern that the service takes: none; each request on the one before it; or all on the same one.
 * What is needed must stand before what needs it.
 * @returns true when the requests run in the order given.
 */
function checkDependencies(requests: readonly Inner[]): boolean {
  const depending = requests.filter((r) => (r.dependsOn ?? []).length > 0);
  const refuse = ({ id }: Inner): never => { throw badGateway(`Invalid dependency for request Id ${id}.`); };
  const before = new Set<string>();
  for (const request of requests) {
    const needs = request.dependsOn ?? [];
    if (needs.length > 1 || needs.some((n) => !before.has(n.toLowerCase()))) refuse(request);
    before.add(request.id.toLowerCase());
  }
  const [first] = depending;
  if (!first) return false;
  const needed = (r: Inner): string => r.dependsOn?.[0]?.toLowerCase() ?? '';
  const isSerial = requests.slice(1).every((r, i) => needed(r) === requests[i]?.id.toLowerCase());
  const wrong = isSerial ? undefined : depending.find((r) => needed(r) !== needed(first));
  if (wrong) refuse(wrong);
  return true;
}

/** Key of the object that a request writes, in lower case; undefined for a read and for a creation. */
function keyWritten({ method, url }: Inner): string | undefined {
  if (method.toUpperCase() === 'GET') return undefined;
  const segments = (url.split('?')[0] ?? '').split('/').filter(Boolean).map(decoded).flatMap(keyed).map((s) => s.toLowerCase());
  if (segments[0] === 'me') return 'me';
  // An object is the same in the directory and in the recycle bin, and by the address of any collection.
  const key = segments[0] === 'directory' ? segments.slice(2).find((s) => !s.startsWith('microsoft.graph.')) : segments[1];
  return key === undefined || /^(microsoft\.graph\.)?(getbyids|validateproperties)$/.test(key) ? undefined : key;
}

/** A segment without percent signs; one that is malformed stays, and is refused when the request runs. */
function decoded(segment: string): string {
  try { return decodeURIComponent(segment); } catch { return segment; }
}

const lowered = (headers: Readonly<Record<string, string>> | null | undefined): Record<string, string> => Object.fromEntries(Object.entries(headers ?? {}).map(([n, v]) => [n.toLowerCase(), v]));

function typeOf(status: number, content: unknown): Readonly<Record<string, string>> {
  if (content === undefined) return {};
  if (typeof content === 'string') return { 'Content-Type': 'text/plain' };
  return { 'Content-Type': status >= 400 ? 'application/json' : 'application/json;odata.metadata=minimal;odata.streaming=true;IEEE754Compatible=false;charset=utf-8' };
}

/** Header names as the service writes them inside a batch. */
function named(headers: Readonly<Record<string, string>> | undefined): Record<string, string> {
  return Object.fromEntries(Object.entries(headers ?? {}).map(([n, v]) => [SPELLED[n] ?? n, v]));
}
const SPELLED: Readonly<Record<string, string>> = { 'retry-after': 'Retry-After', location: 'Location', 'preference-applied': 'Preference-Applied' };
