import type { SimulatorClock } from '../clock.ts';
import type { Directory } from '../directory/directory.ts';
import { isMailbox } from '../exchange/recipients/recipient-type.ts';
import type { FaultCount, Faults } from '../faults/faults.ts';
import type { QuotaLevel, Throttle } from '../graph/throttle.ts';
import { usersOf, type MigrationState } from '../migration/model.ts';
import type { RequestLog, RequestRecord } from './requests.ts';

/** What a simulated tenant is doing, for people and tests: `GET /simulator/state.json`. No secrets. */
export interface SimulatorState {
  readonly tenant: { readonly id: string; readonly displayName: string; readonly domains: readonly { readonly name: string; readonly isDefault: boolean; readonly isInitial: boolean; readonly isVerified: boolean; readonly federated: boolean }[] };
  /** `mailboxes`: of users, shared, room and equipment ones; they are counted among the users too. */
  readonly counts: { readonly users: number; readonly groups: number; readonly contacts: number; readonly mailboxes: number; readonly recycleBin: number };
  /** Times are ISO 8601 in UTC. */
  readonly clock: { readonly now: string; readonly started: string; readonly speed: number; readonly advancedMs: number };
  readonly quotas: { readonly mode: 'off' | 'real'; readonly share: number; readonly throttled: number; readonly buckets: readonly QuotaLevel[] };
  /**
   * Lags in quick milliseconds; `pending`: objects that some reader does not see as they are; `waiting`: mailboxes, addresses and
   * inherited licences that the service still has to make.
   */
  readonly replication: { readonly lagMs: number; readonly exchangeLagMs: number; readonly pending: number; readonly waiting: number };
  readonly faults: { readonly spec: string; readonly injected: number; readonly clauses: readonly FaultCount[] };
  readonly traffic: { readonly httpRequests: number; readonly batches: number; readonly created: number };
  /** Batches of the migration service with the users of each status, and mails that were sent. */
  readonly migration: { readonly endpoints: number; readonly mails: number; readonly batches: readonly { readonly name: string; readonly status: string; readonly users: Readonly<Record<string, number>>; readonly leftOut: number }[] };
  /** Latest first. */
  readonly requests: readonly RequestRecord[];
  /** Applications that may sign in, by id. */
  readonly apps: Readonly<Record<string, string>>;
}

/** Where the state is read from. */
export interface StateParts {
  readonly directory: Directory;
  readonly clock: SimulatorClock;
  readonly throttle: Throttle;
  readonly quotas: 'off' | 'real';
  readonly faults: Faults;
  readonly log: RequestLog;
  readonly traffic: () => SimulatorState['traffic'];
  readonly mailboxes: () => number;
  readonly waiting: () => number;
  readonly migration: MigrationState;
  readonly mails: () => number;
  readonly apps: readonly { readonly appId: string; readonly displayName: string }[];
  /** Wall time of the start in milliseconds since 1970. */
  readonly started: number;
}

/** Reads the state of this moment. */
export function readState(parts: StateParts): SimulatorState {
  const { directory, clock, faults } = parts;
  const { id, displayName, domains } = directory.facts;
  return {
    tenant: { id, displayName, domains: domains.map((d) => ({ name: d.name, isDefault: d.isDefault, isInitial: d.isInitial, isVerified: d.isVerified, federated: d.federated })) },
    counts: { users: directory.user.size, groups: directory.group.size, contacts: directory.contact.size, mailboxes: parts.mailboxes(), recycleBin: directory.deleted.size },
    clock: { now: new Date(clock.now()).toISOString(), started: new Date(parts.started).toISOString(), speed: clock.speed, advancedMs: clock.advancedMs },
    quotas: { mode: parts.quotas, share: faults.quotaShare, throttled: parts.throttle.throttled, buckets: parts.throttle.levels() },
    replication: { lagMs: directory.lags.replicationMs, exchangeLagMs: directory.lags.exchangeMs, pending: directory.pendingReplicas, waiting: parts.waiting() },
    faults: { spec: faults.spec, injected: faults.injected, clauses: faults.counts },
    migration: migrationOf(parts), traffic: parts.traffic(), requests: parts.log.latest(), apps: Object.fromEntries(parts.apps.map((a) => [a.appId, a.displayName])),
  };
}

function migrationOf({ migration, mails }: StateParts): SimulatorState['migration'] {
  const batches = [...migration.batches.values()].map(({ name, status, warnings }) => {
    const users: Record<string, number> = {};
    for (const user of usersOf(migration, name.toLowerCase())) users[user.status] = (users[user.status] ?? 0) + 1;
    return { name, status, users, leftOut: warnings.length };
  });
  return { endpoints: migration.endpoints.size, mails: mails(), batches };
}

/** Counts the mailboxes of a tenant; again only when something was written since. */
export function mailboxCount(directory: Directory): () => number {
  let [version, count] = [-1, 0];
  return () => {
    if (version === directory.changes) return count;
    [version, count] = [directory.changes, 0];
    for (const user of directory.user.values()) if (isMailbox(directory.primary(user), directory)) count++;
    return count;
  };
}
