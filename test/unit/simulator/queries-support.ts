import { Directory } from '../../../electron/simulator/directory/directory.ts';
import { simulatorClock, type SimulatorClock } from '../../../electron/simulator/clock.ts';
import { parseAddress, type GraphAnswer, type GraphCall } from '../../../electron/simulator/graph/call.ts';
import { groups } from '../../../electron/simulator/graph/groups.ts';
import { listMemory } from '../../../electron/simulator/graph/query/memory.ts';
import { GraphRefusal } from '../../../electron/simulator/graph/refusal.ts';
import { contacts } from '../../../electron/simulator/graph/tenant-facts.ts';
import { users } from '../../../electron/simulator/graph/users.ts';
import { simulatorSeed, type SimulatorSeed } from '../../../electron/simulator/seed.ts';

/** What a list answered: a page, a count as text, or a refusal. */
export interface Answer {
  readonly status: number;
  readonly value: Record<string, unknown>[];
  readonly next: string | undefined;
  readonly count: unknown;
  readonly context: unknown;
  readonly text: unknown;
  readonly body: Record<string, unknown>;
  readonly code: string | undefined;
  readonly message: string | undefined;
}

/** Graph's lists over a directory without HTTP. */
export interface Lists {
  readonly directory: Directory;
  readonly clock: SimulatorClock;
  /** `path` behind the version; `eventual` sends the header of advanced queries. */
  get(path: string, headers?: Record<string, string>): Answer;
  /** The same with the header. */
  advanced(path: string): Answer;
  /** Ids of all pages; fails the test when a page is refused. */
  all(path: string, headers?: Record<string, string>, between?: () => void): string[];
}

export const EVENTUAL = { consistencylevel: 'eventual' };
const BASE = 'https://graph.microsoft.com/v1.0';
const HANDLERS: Readonly<Record<string, (call: GraphCall) => GraphAnswer>> = { users, groups, contacts };

export const guid = (n: number): string => `bbbbbbbb-0000-4000-8000-${n.toString(16).padStart(12, '0')}`;

/** A query string with encoded options: `options({ $filter: "a eq 'b'" })`. */
export const options = (of: Readonly<Record<string, string | number>>): string => `?${Object.entries(of).map(([n, v]) => `${n}=${encodeURIComponent(v)}`).join('&')}`;

export function lists(seed: Omit<SimulatorSeed, 'tenant'>): Lists {
  const clock = simulatorClock(() => Date.UTC(2026, 0, 1), 1);
  const directory = new Directory(simulatorSeed.parse({ tenant: { id: guid(0xffff), displayName: 'Q', domains: [{ name: 'q.onmicrosoft.com', isInitial: true, isDefault: true }] }, ...seed }), clock);
  const memory = listMemory();
  const caller = { appId: 'app', permissions: new Set(['Directory.Read.All', 'User.Read.All', 'Group.Read.All', 'OrgContact.Read.All']), userId: null, isAdministrator: false, expires: Infinity };
  const get: Lists['get'] = (path, headers = {}) => {
    let answer: GraphAnswer;
    try {
      const { segments, query } = parseAddress(path);
      const handler = HANDLERS[segments[0] ?? ''];
      if (!handler) throw new Error(path);
      answer = handler({ method: 'GET', segments, query, headers, body: undefined, caller, base: BASE, directory, clock, lists: memory } as unknown as GraphCall);
    } catch (error) {
      if (!(error instanceof GraphRefusal)) throw error;
      return { status: error.status, value: [], next: undefined, count: undefined, context: undefined, text: undefined, body: {}, code: error.code, message: error.message };
    }
    const body = (typeof answer.body === 'object' ? answer.body : {}) as Record<string, unknown>;
    const link = body['@odata.nextLink'] as string | undefined;
    return {
      status: answer.status, value: (body['value'] ?? []) as Record<string, unknown>[], next: link?.slice(BASE.length), count: body['@odata.count'],
      context: body['@odata.context'], text: answer.body, body, code: undefined, message: undefined,
    };
  };
  return {
    directory, clock, get,
    advanced: (path) => get(path, EVENTUAL),
    all(path, headers = {}, between = () => undefined) {
      const found: string[] = [];
      for (let next: string | undefined = path; next !== undefined;) {
        const page = get(next, headers);
        if (page.status !== 200) throw new Error(`${next}: ${page.message}`);
        found.push(...page.value.map((v) => String(v['id'])));
        next = page.next;
        between();
      }
      return found;
    },
  };
}

/** A user of a seed; `n` gives its id. */
export const person = (n: number, properties: Readonly<Record<string, unknown>>, managerId?: string) => ({
  id: guid(n), properties: { displayName: `User ${n}`, userPrincipalName: `user${n}@q.onmicrosoft.com`, mailNickname: `user${n}`, accountEnabled: true, ...properties }, managerId: managerId ?? null,
});
export const team = (n: number, properties: Readonly<Record<string, unknown>>, memberIds: string[] = [], ownerIds: string[] = []) => ({
  id: guid(n), properties: { displayName: `Group ${n}`, mailNickname: `group${n}`, mailEnabled: false, securityEnabled: true, groupTypes: [], ...properties }, memberIds, ownerIds,
});
