import { chance } from '../../../electron/simulator/chance.ts';
import { simulatorClock, type SimulatorClock } from '../../../electron/simulator/clock.ts';
import { Directory } from '../../../electron/simulator/directory/directory.ts';
import type { GraphParts } from '../../../electron/simulator/graph/service.ts';
import { graphService } from '../../../electron/simulator/graph/service.ts';
import { throttle, type Throttle } from '../../../electron/simulator/graph/throttle.ts';
import { LicenceUse } from '../../../electron/simulator/sync/licence-use.ts';
import { EMPTY_TENANT, simulatorSeed, type SimulatorSeed } from '../../../electron/simulator/seed.ts';
import { signingKeyPem } from '../../servers/signing-key.ts';
import { tokenSigner } from '../../../electron/simulator/signin/keys.ts';
import { newUser } from './support.ts';

/** An answer with a loosely typed body. */
export interface Answer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Record<string, unknown> & { readonly value?: Record<string, unknown>[]; readonly error?: { readonly code: string; readonly message: string; readonly details?: { readonly code: string; readonly target: string; readonly message: string }[]; readonly innerError: Record<string, string> } };
}

/** Who calls: an application with these permissions, or a signed-in person. */
export interface As {
  readonly permissions?: readonly string[];
  readonly user?: string;
  /** The person holds a directory role; default true. */
  readonly administrator?: boolean;
  readonly app?: string;
}

/** Everything an application of this product asks for and more. */
export const ALL = ['User.ReadWrite.All', 'User.DeleteRestore.All', 'Group.ReadWrite.All', 'Directory.ReadWrite.All', 'OrgContact.Read.All', 'LicenseAssignment.ReadWrite.All'];

/** Graph without HTTP: answers at once, with any permissions, at any time. */
export interface GraphRig {
  readonly directory: Directory;
  readonly clock: SimulatorClock;
  readonly limits: Throttle;
  readonly defects: unknown[];
  call(method: string, path: string, body?: unknown, more?: { readonly headers?: Record<string, string>; readonly as?: As }): Answer;
  /** Creates and gives the id; fails the test when Graph refuses. */
  user(name: string, more?: Record<string, unknown>): string;
  group(name: string, more?: Record<string, unknown>): string;
  /** Sends a batch that is accepted and gives its answers by id. */
  batch(requests: readonly unknown[], as?: As): Record<string, { readonly id: string; readonly status: number; readonly headers: Record<string, string>; readonly body?: Answer['body'] }>;
}

// One key for all: making one takes longer than most tests.
const signer = tokenSigner(signingKeyPem);

/** @param options `now` is the fixed time; `advance` the clock to move it. */
export function graphRig(options: { readonly seed?: SimulatorSeed; readonly quotas?: 'off' | 'real'; readonly lagMs?: number; readonly luck?: number } = {}): GraphRig {
  const clock = simulatorClock(() => Date.parse('2026-11-02T08:00:00Z'), 1);
  const directory = new Directory(simulatorSeed.parse(options.seed ?? EMPTY_TENANT), clock, { lags: { replicationMs: options.lagMs ?? 0, exchangeMs: options.lagMs ?? 0 } });
  const limits = throttle(options.quotas ?? 'off', clock, directory.facts.id);
  const defects: unknown[] = [];
  const parts = {
    directory, signer, clock, throttle: limits, luck: chance(options.luck ?? 1), traffic: { count: () => undefined }, writes: { note: () => undefined },
    faults: { around: (_: unknown, run: () => unknown) => run(), deltaReset: () => false }, licences: new LicenceUse(directory), onDefect: (error: unknown) => defects.push(error),
  };
  const serve = graphService(parts as unknown as GraphParts);
  const sign = ({ permissions = ALL, user, administrator = true, app = 'aaaaaaaa-aaaa-4aaa-8aaa-aaaaaaaaaaaa' }: As): string => signer.sign({
    // Far in the future: the lifetime of tokens is tested elsewhere.
    aud: 'https://graph.microsoft.com', tid: directory.facts.id, appid: app, exp: clock.now() / 1000 + 1e9,
    ...(user === undefined ? { idtyp: 'app', roles: permissions } : { idtyp: 'user', scp: permissions.join(' '), oid: user, wids: administrator ? ['62e90394-69f5-4237-9190-012177145e10'] : [] }),
  });
  const tokens = new Map<string, string>();
  const token = (as: As): string => {
    const name = JSON.stringify(as);
    const found = tokens.get(name) ?? sign(as);
    tokens.set(name, found);
    return found;
  };
  const call: GraphRig['call'] = (method, path, body, { headers = {}, as = {} } = {}) => {
    const answer = serve({
      method, origin: 'https://graph.microsoft.com', url: new URL(`https://graph.microsoft.com/v1.0${path}`), body: body === undefined ? '' : JSON.stringify(body),
      headers: { authorization: `Bearer ${token(as)}`, ...(body === undefined ? {} : { 'content-type': 'application/json' }), ...headers },
    });
    return { status: answer.status, headers: answer.headers ?? {}, body: (answer.body ?? {}) as Answer['body'] };
  };
  const created = (path: string, body: object): string => {
    const reply = call('POST', path, body);
    if (reply.status !== 201) throw new Error(JSON.stringify(reply.body));
    return String(reply.body['id']);
  };
  return {
    directory, clock, limits, defects, call,
    user: (name, more = {}) => created('/users', { ...newUser(name), ...more }),
    group: (name, more = {}) => created('/groups', { displayName: name, mailEnabled: false, mailNickname: name, securityEnabled: true, ...more }),
    batch: (requests, as = {}) => {
      const reply = call('POST', '/$batch', { requests }, { as });
      if (reply.status !== 200) throw new Error(JSON.stringify(reply.body));
      return Object.fromEntries((reply.body['responses'] as { id: string; status: number; headers: Record<string, string> }[]).map((r) => [r.id, r]));
    },
  };
}

/** A Microsoft 365 group's body. */
export const unified = (name: string) => ({ displayName: name, mailEnabled: true, mailNickname: name, securityEnabled: false, groupTypes: ['Unified'] });
