import { randomUUID } from 'node:crypto';
import { afterEach } from 'vitest';
import type { AttributeChange, Operation, Reference } from '../../../shared/domain/plans.ts';
import type { ApplyLedger, ApplyPorts, Intent, Settlement } from '../../../electron/engines/applying/index.ts';
import { createSignIn, openTenant, TenantGates, type OpenedTenant, type Timing } from '../../../electron/engines/tenant/index.ts';
import { EMPTY_TENANT, simulatedTransports, startSimulator, type Simulator, type SimulatorSeed } from '../../../electron/simulator/index.ts';
import { signingKeyPem } from '../../servers/signing-key.ts';

let simulator: Simulator | undefined;
let tenant: OpenedTenant | undefined;
afterEach(async () => {
  await tenant?.close();
  await simulator?.close();
});

/** Sends one HTTP request. */
export type Fetch = (url: string, init: RequestInit) => Promise<Response>;

/** Every object that the tenant of this test holds. */
export const snapshot = () => { if (!simulator) throw new Error('no tenant is open'); return simulator.snapshot(); };

/** Time of the tenant of this test: moves it forward, sets its delay of replication. */
export const tenantTime = {
  pass: (ms: number): void => { simulator?.advance(ms); },
  lag: (ms: number): void => { simulator?.setFaults(ms === 0 ? '' : `lag=${ms}ms`); },
};

/** A tenant on a simulator; `wrap` stands between the engine and the wire. */
export async function open(wrap: (send: Fetch) => Fetch = (send) => send, seed: SimulatorSeed = EMPTY_TENANT, timing?: Timing): Promise<OpenedTenant> {
  simulator = await startSimulator({ quotas: 'off', signingKeyPem, seed });
  const { url, tenantId, clientId, clientSecret } = simulator;
  const connection = { cloud: 'global' as const, tenantId, clientId, signIn: 'client secret' as const, secretRef: 's', certificateFile: null, readOnly: false, simulated: { origin: url } };
  const stock = simulatedTransports(url);
  const transports = { ...stock, fetch: wrap(stock.fetch) };
  const signIn = createSignIn({ connection, transports, secrets: { get: async () => clientSecret, set: async () => {} } });
  tenant = await openTenant({ connection, signIn, gates: new TenantGates(timing ? { timing } : {}), transports, ...(timing ? { timing } : {}) });
  return tenant;
}

/** A ledger in memory that keeps the promises of the real one. */
export function ledgerOf(operations: readonly Operation[]) {
  const outcomes = new Map<string, Settlement>();
  const open = new Map<string, Intent>();
  const matches = new Map<string, string>();
  const ledger: ApplyLedger = {
    pending: async (limit) => operations.filter((o) => !outcomes.has(o.id) && ![...open.values()].some((i) => i.operation.id === o.id)).slice(0, limit),
    intend: async (intents) => { for (const i of intents) open.set(i.id, i); },
    settle: async (settlements) => {
      for (const s of settlements) {
        open.delete(s.intentId);
        outcomes.set(s.operation.id, s);
        if (s.operation.kind === 'create' && s.outcome === 'done' && s.operation.sourceId && s.targetId) matches.set(s.operation.sourceId, s.targetId);
      }
    },
    openIntents: async () => [...open.values()],
    reopen: async (id) => { open.delete(id); },
    targetIds: async (ids) => new Map(ids.flatMap((id) => (matches.has(id) ? [[id, matches.get(id) ?? ''] as const] : []))),
  };
  return { ledger, outcomes, open, matches };
}

/** Ports of an apply on that tenant and ledger. */
export const portsOf = (t: OpenedTenant, ledger: ApplyLedger, more: Partial<ApplyPorts> = {}): ApplyPorts => ({
  tenant: t, ledger, newId: randomUUID, now: Date.now, newPassword: () => `Aa1!${randomUUID()}`, wait: async () => {}, onProgress: () => {}, matches: 'as journalled', ...more,
});

/** One attribute of an operation. */
export const change = (attribute: string, after: string | null, before: string | null = null): AttributeChange => ({
  attribute, before: before === null ? null : [before], after: after === null ? null : [after], provenance: { ruleId: null, source: '', reason: 'test' }, reversible: true,
});
let seq = 0;
/** An operation of a plan. */
export const operation = (kind: Operation['kind'], more: Partial<Operation>): Operation => ({
  id: randomUUID(), seq: ++seq, kind, service: 'graph', objectKind: 'user', sourceId: randomUUID(), targetId: null, name: 'x', changes: [], references: [], previous: [], ...more,
});
/** The operation that creates such a user. */
export const createUser = (name: string): Operation => operation('create', {
  name, changes: [change('userPrincipalName', `${name}@example.com`), change('displayName', name), change('mailNickname', name), change('accountEnabled', 'true'), change('onPremisesImmutableId', Buffer.from(randomUUID().replaceAll('-', ''), 'hex').toString('base64')), change('passwordProfile/password', '<generated>')],
});
/** The operation that creates such a security group. */
export const createGroup = (name: string): Operation => operation('create', { objectKind: 'group', name, changes: [change('displayName', name), change('mailNickname', name), change('mailEnabled', 'false'), change('securityEnabled', 'true')] });
/** Reference to what an operation creates. */
export const reference = (o: Operation): Reference => ({ sourceId: o.sourceId, targetId: null, name: o.name });
/** Users of the tenant by the beginning of their display name. */
export const usersNamed = (prefix: string) => simulator?.snapshot().users.filter((u) => String(u.properties['displayName']).startsWith(prefix)) ?? [];

/** True for a request whose body fits. */
export const isBatch = (init: RequestInit, what: RegExp): boolean => typeof init.body === 'string' && what.test(init.body);

/** A clock for the sender that does not make anybody wait. */
export const quick: Timing = {
  now: () => performance.now(), random: () => 0,
  sleep: async (_ms, signal) => {
    await new Promise((resolve) => { setImmediate(resolve); });
    if (signal?.aborted) throw signal.reason;
  },
};

/** The connection broke. */
export const reset = (): TypeError => new TypeError('fetch failed', { cause: Object.assign(new Error('socket hang up'), { code: 'ECONNRESET' }) });

/** Loses the answers (`after`) or the requests (`before`) of batches that hold such a request, as long as `more` says so. */
export const losing = (what: RegExp, when: 'before' | 'after', more: () => boolean) => (send: Fetch): Fetch => async (url, init) => {
  const lose = isBatch(init, what) && more();
  if (lose && when === 'before') throw reset();
  const response = await send(url, init);
  if (lose) throw reset();
  return response;
};

/** True so many times, then false. */
export const times = (count: number): (() => boolean) => { let left = count; return () => left-- > 0; };
