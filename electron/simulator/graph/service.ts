import { randomUUID } from 'node:crypto';
import type { Chance } from '../chance.ts';
import type { SimulatorClock } from '../clock.ts';
import type { Directory } from '../directory/directory.ts';
import type { HttpAnswer, HttpRequest } from '../http/answer.ts';
import type { TokenSigner } from '../signin/keys.ts';
import { runBatch, type InnerRequest } from './batch.ts';
import { parseAddress, type GraphAnswer, type GraphCall } from './call.ts';
import { callerReader, type Caller } from './caller.ts';
import { deletedItems } from './deleted-items.ts';
import { groups } from './groups.ts';
import { badGateway, badRequest, GraphRefusal, methodNotAllowed, unknownSegment } from './refusal.ts';
import { contacts, directoryObjects, directoryRoles, domains, organization, roleManagement, subscribedSkus } from './tenant-facts.ts';
import { costOf, type Throttle } from './throttle.ts';
import { users } from './users.ts';

/** Counts of the requests Graph answered. */
export interface GraphTraffic { count(method: string, segments: readonly string[], status: number): void }

/** What the service works with. */
export interface GraphParts {
  readonly directory: Directory;
  readonly signer: TokenSigner;
  readonly clock: SimulatorClock;
  readonly throttle: Throttle;
  readonly luck: Chance;
  readonly traffic: GraphTraffic;
  /** Told of every error that is no refusal: a defect of the simulator, answered with 500. */
  readonly onDefect: (error: unknown) => void;
}

const HANDLERS: Readonly<Record<string, (call: GraphCall) => GraphAnswer>> = {
  users, groups, contacts, organization, domains, subscribedSkus, directoryRoles, roleManagement, directoryObjects, directory: deletedItems,
  me: (call) => {
    if (call.caller.userId === null) throw badRequest('/me request is only valid with delegated authentication flow.');
    return users({ ...call, segments: ['users', call.caller.userId, ...call.segments.slice(1)] });
  },
};

/** Answers requests to Microsoft Graph v1.0. Never throws for anything a client can send. */
export function graphService(parts: GraphParts): (request: HttpRequest) => HttpAnswer {
  const { directory, clock } = parts;
  const callerOf = callerReader(parts.signer, 'graph', directory.facts.id);

  const runOne = (caller: Caller, base: string, method: string, url: string, headers: GraphCall['headers'], body: unknown): GraphAnswer => {
    let segments: readonly string[] = [];
    const ids = requestIds(headers);
    let answer: GraphAnswer;
    try {
      const address = parseAddress(url);
      segments = address.segments;
      const charged = parts.throttle.charge(caller.appId, costOf(method, segments, address.query), directory.user.size);
      const [root = ''] = segments;
      const handler = HANDLERS[root];
      if (!handler) throw unknownSegment(root);
      answer = handler({ method, segments, query: address.query, headers, body, caller, base, directory, clock });
      answer = { ...answer, headers: { ...charged, ...answer.headers } };
    } catch (error) {
      if (!(error instanceof GraphRefusal)) parts.onDefect(error);
      answer = refusalAnswer(error, clock.now(), ids);
    }
    parts.traffic.count(method, segments, answer.status);
    return { ...answer, headers: { 'request-id': ids.request, 'client-request-id': ids.client, ...answer.headers } };
  };

  return (request) => {
    const ids = requestIds(request.headers);
    try {
      const [, version = '', ...rest] = request.url.pathname.split('/');
      if (version !== 'v1.0') throw badGateway(`Invalid version: ${version}`);
      const caller = callerOf(request.headers['authorization'], clock.now());
      const body = readBody(request);
      const base = `${request.origin}/${version}`;
      const path = `/${rest.join('/')}`;
      if (path !== '/$batch') return runOne(caller, base, request.method, path + request.url.search, request.headers, body);
      if (request.method !== 'POST') throw methodNotAllowed();
      const run = (inner: InnerRequest): GraphAnswer => runOne(caller, base, inner.method, inner.url, inner.headers, inner.body);
      return { status: 200, headers: { 'request-id': ids.request }, body: runBatch(body, run, parts.luck) };
    } catch (error) {
      if (!(error instanceof GraphRefusal)) parts.onDefect(error);
      return refusalAnswer(error, clock.now(), ids);
    }
  };
}

interface Ids { readonly request: string; readonly client: string }
function requestIds(headers: GraphCall['headers']): Ids {
  const request = randomUUID();
  return { request, client: headers['client-request-id'] ?? request };
}

/** JSON body of a request; undefined when there is none. @throws GraphRefusal for a wrong content type or broken JSON. */
function readBody(request: HttpRequest): unknown {
  if (request.body === '' || request.method === 'GET') return undefined;
  const type = request.headers['content-type'];
  if (type === undefined) throw badGateway('Write requests (excluding DELETE) must contain the Content-Type header declaration.');
  if (!/^application\/(?:[\w.+-]+\+)?json\b/i.test(type)) throw new GraphRefusal(415, 'UnsupportedMediaType', `The content type '${type}' is not supported. Use application/json.`);
  try {
    return JSON.parse(request.body) as unknown;
  } catch {
    throw badGateway('Unable to read JSON request payload. Please ensure Content-Type header is set and payload is of valid JSON format.');
  }
}

/** Graph's error envelope. Anything that is not a refusal is a defect of the simulator and becomes its 500. */
export function refusalAnswer(error: unknown, now: number, ids: Ids): HttpAnswer {
  const refusal = error instanceof GraphRefusal ? error : new GraphRefusal(500, 'Service_InternalServerError', 'Encountered an internal server error.');
  const date = new Date(now).toISOString().slice(0, 19);
  const inner = { date, 'request-id': ids.request, 'client-request-id': ids.client };
  return {
    status: refusal.status, headers: refusal.headers,
    body: {
      error: {
        code: refusal.code, message: refusal.message,
        ...(refusal.details.length > 0 ? { details: refusal.details } : {}),
        innerError: refusal.status === 429 ? { code: '429', ...inner, message: 'Please retry after', status: '429' } : inner,
      },
    },
  };
}
