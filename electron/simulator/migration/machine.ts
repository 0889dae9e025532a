import type { SimulatorClock } from '../clock.ts';
import type { Directory } from '../directory/directory.ts';
import type { MailLog } from '../mail-log.ts';
import type { Service } from '../sync/addressing.ts';
import { digestOf } from './digest.ts';
import { BUSY, usersOf, type Batch, type BatchStatus, type Endpoint, type MigrationState, type MigrationUser, type UserStatus } from './model.ts';
import { accountOf, type OnPremises, type OnPremisesServer, type Soon } from './on-premises.ts';
import { reportBatch } from './reports.ts';

/** What the migration service works with. */
export interface Machine {
  readonly directory: Directory;
  readonly clock: SimulatorClock;
  readonly addressing: Service;
  readonly onPremises: OnPremises;
  readonly state: MigrationState;
  readonly mail: MailLog;
  /** Wall time of what is being done, which may have been due a while ago, in milliseconds since 1970. */
  wall(): number;
  /** Users of whom something is due. */
  readonly timed: Set<MigrationUser>;
  /**
   * Goes on with the answer of the on-premises side, at once or when it comes, as of the time of the question. A user who is gone
   * meanwhile hears nothing; one that was stopped does.
   */
  ask<T>(user: MigrationUser, answer: Soon<T>, then: (value: T) => void): void;
}

/** Time from Start to the first mailbox, and from Stop to the end. Ours. */
export const START_MS = 30_000;
export const STOP_MS = 30_000;
/** Time in which a batch or a user is removed. Ours. */
export const REMOVE_MS = 60_000;

/** Users at work, queued ones included: their batch is not at rest. */
export const isActive = (user: MigrationUser): boolean => user.status === 'Queued' || BUSY.has(user.status);

/** Gives a user another status and counts the time of the one before. */
export function setUser(m: Machine, user: MigrationUser, status: UserStatus, due: number | null = null): void {
  const now = m.clock.quick();
  const spent = Math.max(0, now - user.since);
  if (user.status === 'Queued') user.queuedMs += spent;
  else if (BUSY.has(user.status)) user.busyMs += spent;
  Object.assign(user, { status, due, since: now });
  if (due === null) m.timed.delete(user);
  else m.timed.add(user);
  m.state.changes += 1;
}

/** Gives a batch another status. */
export function setBatch(m: Machine, batch: Batch, status: BatchStatus, due: number | null = null): void {
  Object.assign(batch, { status, due });
  m.state.changes += 1;
}

/** Ends the work on a user with an error that a person reads. What was reached is kept. */
export function fail(m: Machine, user: MigrationUser, error: string): void {
  user.error = error;
  setUser(m, user, 'Failed');
  settleBatch(m, user.batch);
}

/** Ends a batch whose users are all at rest. */
export function settleBatch(m: Machine, name: string): void {
  const batch = m.state.batches.get(name);
  if (batch?.status !== 'Syncing') return;
  for (const user of m.state.users.values()) if (user.batch === name && isActive(user)) return;
  const users = usersOf(m.state, name);
  const now = m.wall();
  batch.initialSyncAt ??= now;
  batch.lastSyncedAt = now;
  batch.touchedAt = now;
  setBatch(m, batch, users.some((u) => u.status === 'Failed' || u.status === 'Stopped') ? 'SyncedwithErrors' : 'Synced');
  reportBatch(m, batch);
}

/** The server of an endpoint; undefined: nobody answers under its names. */
export function serverOf(m: Machine, endpoint: Pick<Endpoint, 'exchangeServer'>): OnPremisesServer | undefined {
  return m.onPremises.servers().find((s) => s.fqdn.toLowerCase() === endpoint.exchangeServer.toLowerCase());
}

/** Places of an endpoint that are free: its own limit, and what its server takes over all endpoints. */
function freePlaces(m: Machine, endpoint: Endpoint): number {
  const server = serverOf(m, endpoint);
  const endpointOf = (user: MigrationUser): Endpoint | undefined => m.state.endpoints.get(m.state.batches.get(user.batch)?.endpoint ?? '');
  let [own, onServer] = [0, 0];
  for (const user of m.timed) {
    if (!BUSY.has(user.status)) continue;
    const other = endpointOf(user);
    if (other === endpoint) own += 1;
    if (other?.exchangeServer.toLowerCase() === endpoint.exchangeServer.toLowerCase()) onServer += 1;
  }
  return Math.min(endpoint.maxConcurrentMigrations - own, (server?.maxConnections ?? Infinity) - onServer);
}

/** Lets the first of the queue begin while there are free places. */
export function admit(m: Machine, begin: (m: Machine, user: MigrationUser) => void): void {
  for (const [key, endpoint] of m.state.endpoints) {
    const batches = new Set([...m.state.batches].filter(([, b]) => b.endpoint === key && b.status === 'Syncing').map(([name]) => name));
    if (batches.size === 0) continue;
    let free = freePlaces(m, endpoint);
    if (free <= 0) continue;
    for (const user of m.state.users.values()) {
      if (user.status !== 'Queued' || !batches.has(user.batch)) continue;
      begin(m, user);
      // A user whose step ends at once holds no place.
      if (BUSY.has(user.status) && --free <= 0) break;
    }
  }
}

/** Why the migration service cannot work with a server; undefined: it can. Words of ours. */
export function connectionProblem(m: Machine, to: Pick<Endpoint, 'exchangeServer' | 'rpcProxyServer' | 'username' | 'passwordDigest' | 'acceptsUntrusted'>): string | undefined {
  const server = serverOf(m, to);
  const failed = `The connection to the server '${to.exchangeServer}' could not be completed.`;
  if (!server || !server.reachable) return failed;
  if (server.rpcProxy.toLowerCase() !== to.rpcProxyServer.toLowerCase()) return `${failed} The RPC proxy server '${to.rpcProxyServer}' does not lead to it.`;
  if (server.certificate === 'untrusted' && !to.acceptsUntrusted) return `${failed} The certificate of '${to.rpcProxyServer}' is not trusted.`;
  const account = accountOf(server, to.username);
  if (!account || digestOf(account.password) !== to.passwordDigest) return `${failed} The user name or password of '${to.username}' is incorrect.`;
  return undefined;
}
