import { randomUUID } from 'node:crypto';
import type { Chance } from '../chance.ts';
import type { SimulatorClock } from '../clock.ts';
import type { Directory } from '../directory/directory.ts';
import type { HttpAnswer, HttpRequest } from '../http/answer.ts';
import type { TokenSigner } from '../signin/keys.ts';
import type { MailLog } from '../mail-log.ts';
import type { LicenceUse } from '../sync/licence-use.ts';
import { runBatch, type BatchRunner, type InnerRequest } from './batch.ts';
import { parseAddress, type GraphAnswer, type GraphCall } from './call.ts';
import { callerReader, type Caller } from './caller.ts';
import { costOf } from './cost.ts';
import { deltaMemory } from './delta/memory.ts';
import { deletedItems } from './deleted-items.ts';
import { groups } from './groups.ts';
import { listMemory } from './query/memory.ts';
import { badGateway, badRequest, concurrent, GraphRefusal, methodNotAllowed, unknownSegment } from './refusal.ts';
import { contacts, contracts, directoryObjects, directoryRoles, domains, organization, roleManagement, subscribedSkus } from './tenant-facts.ts';
import type { Priority, Throttle } from './throttle.ts';
import { users } from './users.ts';
import type { WriteLog } from '../write-log.ts';

/** Counts of the requests Graph answered. */
export interface GraphTraffic { count(method: string, segments: readonly string[], status: number): void }

/** What may go wrong on demand inside the service. */
export interface GraphFaults {
  /** Answers one request of a batch. */
  around(request: InnerRequest, run: () => GraphAnswer): GraphAnswer;
  /** True when a delta token is to be refused as if the service had reset it; asked once for each token that is used. */
  deltaReset(): boolean;
}

/** What the service works with. */
export interface GraphParts {
  readonly directory: Directory;
  readonly signer: TokenSigner;
  readonly clock: SimulatorClock;
  readonly throttle: Throttle;
  readonly luck: Chance;
  readonly traffic: GraphTraffic;
  /** Where writes that took effect are kept. */
  readonly writes: Pick<WriteLog, 'note'>;
  readonly faults: GraphFaults;
  readonly licences: LicenceUse;
  readonly mail: MailLog;
  /** Told of every error that is no refusal: a defect of the simulator, answered with 500. */
  readonly onDefect: (error: unknown) => void;
}

const HANDLERS: Readonly<Record<string, (call: GraphCall) => GraphAnswer>> = {
  users, groups, contacts, organization, domains, subscribedSkus, directoryRoles, roleManagement, directoryObjects, contracts, directory: deletedItems,
  me: (call) => {
    if (call.caller.userId === null) throw badRequest('/me request is only valid with delegated authentication flow.');
    return users({ ...call, segments: ['users', call.caller.userId, ...call.segments.slice(1)] });
  },
};

/** Answers requests to Microsoft Graph v1.0. Never throws for anything a client can send. */
export function graphService(parts: GraphParts): (request: HttpRequest) => HttpAnswer {
  const { directory, clock } = parts;
  const lists = listMemory();
  const delta = deltaMemory(directory, () => parts.faults.deltaReset());
  const callerOf = callerReader(parts.signer, 'graph', directory.facts.id);

  const runOne = (caller: Caller, base: string, request: InnerRequest): GraphAnswer => {
    const { method, headers, body } = request;
    let segments: readonly string[] = [];
    let charged: Readonly<Record<string, string>> = {};
    const ids = requestIds(headers);
    let answer: GraphAnswer;
    try {
      const address = parseAddress(request.url);
      segments = address.segments;
      charged = parts.throttle.charge(caller.appId, costOf(method, segments, address.query), directory.user.size, priorityOf(headers));
      if (request.collides) throw concurrent();
      guardIdentity(caller, directory);
      const [root = ''] = segments;
      const handler = HANDLERS[root];
      if (!handler) throw unknownSegment(root);
      answer = handler({ method, segments, query: address.query, headers, body, caller, base, directory, clock, lists, delta, licences: parts.licences, mail: parts.mail });
    } catch (error) {
      if (!(error instanceof GraphRefusal)) parts.onDefect(error);
      answer = refusalAnswer(error, clock.now(), ids);
    }
    parts.traffic.count(method, segments, answer.status);
    parts.writes.note({ method, segments, clientId: headers['client-request-id'] ?? null, body }, answer);
    return { ...answer, headers: { 'request-id': ids.request, 'client-request-id': ids.client, ...charged, ...answer.headers } };
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
      if (path !== '/$batch') return runOne(caller, base, { method: request.method, url: path + request.url.search, headers: known(request.headers), body, collides: false });
      if (request.method !== 'POST') throw methodNotAllowed();
      const runner: BatchRunner = {
        run: (inner) => parts.faults.around(inner, () => (isJson(inner) ? runOne(caller, base, inner) : runner.refuse(inner, wrongType(inner.headers['content-type'] ?? '')))),
        idOf: (key) => (key === 'me' ? caller.userId ?? key : directory.holderOfUpn(key) ?? key),
        refuse: (inner, refusal) => refusalAnswer(refusal, clock.now(), requestIds(inner.headers)),
      };
      return { status: 200, headers: { 'request-id': ids.request, 'client-request-id': ids.client }, body: runBatch(body, runner, parts.luck) };
    } catch (error) {
      if (!(error instanceof GraphRefusal)) parts.onDefect(error);
      return refusalAnswer(error, clock.now(), ids);
    }
  };
}

/**
 * A person who was deleted or blocked after signing in. The service's codes; that a token ends at once is stricter than one without
 * continuous access evaluation.
 */
function guardIdentity({ userId }: Caller, directory: Directory): void {
  if (userId === null) return;
  const user = directory.user.get(userId);
  if (!user) throw new GraphRefusal(403, 'Authorization_IdentityNotFound', 'The identity of the calling application could not be established.');
  if (user.properties['accountEnabled'] === false) throw new GraphRefusal(403, 'Authorization_IdentityDisabled', 'The identity of the calling application is disabled.');
}

const known = (headers: HttpRequest['headers']): Record<string, string> => Object.fromEntries(Object.entries(headers).filter((h): h is [string, string] => h[1] !== undefined));

function priorityOf(headers: GraphCall['headers']): Priority {
  const word = headers['x-ms-throttle-priority']?.toLowerCase();
  return word === 'low' || word === 'high' ? word : 'normal';
}

/** False for a body of another type, which inside a batch is Base64 text and which nothing here takes. */
function isJson({ body, headers }: InnerRequest): boolean {
  return body === undefined || body === null || JSON_TYPE.test(headers['content-type'] ?? '');
}
const JSON_TYPE = /^application\/(?:[\w.+-]+\+)?json\b/i;

function wrongType(type: string): GraphRefusal {
  return new GraphRefusal(415, 'UnsupportedMediaType', `The content type '${type}' is not supported. Use application/json.`);
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
  if (!JSON_TYPE.test(type)) throw wrongType(type);
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
  const throttled = { code: '429', date, message: 'Please retry after', 'request-id': ids.request, status: '429' };
  return {
    status: refusal.status, headers: refusal.headers,
    body: {
      error: {
        code: refusal.code, message: refusal.message,
        ...(refusal.details.length > 0 ? { details: refusal.details } : {}),
        innerError: refusal.status === 429 ? throttled : { date, 'request-id': ids.request, 'client-request-id': ids.client },
      },
    },
  };
}
