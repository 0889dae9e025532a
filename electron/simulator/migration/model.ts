import { z } from 'zod';

/** Statuses of a batch that the simulator gives (cmdlet reference, Get-MigrationBatch, Status). */
export const BATCH_STATUSES = ['Created', 'Waiting', 'Starting', 'Syncing', 'Synced', 'SyncedwithErrors', 'Stopping', 'Stopped', 'Failed', 'Completing', 'Completed', 'CompletedWithErrors', 'Removing'] as const;
export type BatchStatus = (typeof BATCH_STATUSES)[number];

/** Statuses of a user that the simulator gives (cmdlet reference, Get-MigrationUser, Status). */
export const USER_STATUSES = ['Queued', 'Validating', 'Provisioning', 'ProvisionUpdating', 'Syncing', 'Synced', 'Failed', 'Stopping', 'Stopped', 'Completed', 'Removing'] as const;
export type UserStatus = (typeof USER_STATUSES)[number];

/** Steps of a user; what is done is not done again by a restart. */
const STEPS = ['validate', 'provision', 'forward', 'data', 'done'] as const;

/** A connection to an Exchange organization (cmdlet reference, New-MigrationEndpoint, ExchangeOutlookAnywhere). */
const endpoint = z.object({
  guid: z.string(), name: z.string(), exchangeServer: z.string(), rpcProxyServer: z.string(), username: z.string(),
  /** SHA-256 of the password, Base64: the text itself is never kept. */
  passwordDigest: z.string(),
  authentication: z.enum(['Basic', 'Ntlm']), mailboxPermission: z.enum(['Admin', 'FullAccess']), acceptsUntrusted: z.boolean(),
  emailAddress: z.string().nullable(), maxConcurrentMigrations: z.int(), maxConcurrentIncrementalSyncs: z.int(),
  /** Wall times in milliseconds since 1970. */
  createdAt: z.number(), changedAt: z.number(),
});
export type Endpoint = z.output<typeof endpoint>;

/** A row of a CSV file that is left out. */
const validationWarning = z.object({ row: z.int(), address: z.string(), message: z.string() });
export type ValidationWarning = z.output<typeof validationWarning>;

/** A migration batch. Times named `...At` are wall times, `due` is a quick time. */
const batch = z.object({
  guid: z.string(), name: z.string(), endpoint: z.string(), status: z.enum(BATCH_STATUSES), message: z.string(),
  notify: z.array(z.string()), submittedBy: z.string(), warnings: z.array(validationWarning),
  createdAt: z.number(), startedAt: z.number().nullable(), startAfter: z.number().nullable(), initialSyncAt: z.number().nullable(), lastSyncedAt: z.number().nullable(),
  /** When an administrator last did something with the batch or a user of it; retention counts from it. */
  touchedAt: z.number(),
  /** When the status that is going on ends; null: it ends by itself never, or with its users. */
  due: z.number().nullable(),
});
export type Batch = z.output<typeof batch>;

/** One item that was not copied. */
export interface SkippedItem { readonly kind: 'CorruptItem' | 'CorruptFolderACL'; readonly subject: string; readonly sender: string | null; readonly sentAt: number | null }

/** One mailbox of a batch. `since` and `due` are quick times, times named `...At` wall times, durations milliseconds of quick time. */
const migrationUser = z.object({
  /** Grows with every user; gives lists an order, and the queue. */
  sequence: z.int(), guid: z.string(), address: z.string(), batch: z.string(), status: z.enum(USER_STATUSES), step: z.enum(STEPS), error: z.string(),
  /** What the CSV gave: nothing, or whether the password is one that the tenant takes. */
  password: z.enum(['none', 'weak', 'fit']), forceChange: z.boolean(),
  /** Set by validation: objects of both sides; then the ExchangeGuid of the mailbox. */
  targetId: z.string().nullable(), sourceId: z.string().nullable(), mailboxGuid: z.string().nullable(),
  since: z.number(), due: z.number().nullable(),
  queuedMs: z.number(), busyMs: z.number(), stalledMs: z.number(), lastSyncAt: z.number().nullable(),
  /** Its data is being copied, from one fraction of the source to another; for so long the source does not answer first. */
  run: z.object({ from: z.number(), to: z.number(), startedAt: z.number(), stallMs: z.number() }).nullable(),
});
export type MigrationUser = z.output<typeof migrationUser>;

/** What the service did to one mailbox of the cloud, kept when its batch is gone: another batch goes on from here. */
const provisioned = z.object({
  targetId: z.string(), sourceId: z.string(), address: z.string(), at: z.number(),
  /** Without a licence the mailbox is disconnected at the end of the grace; null: that was looked at. */
  graceUntil: z.number().nullable(),
  /** A password of the CSV was set. */
  passwordSet: z.boolean(),
  /** Size and items of the source when its copy began. */
  sizeBytes: z.number(), items: z.int(), badItems: z.int(), metadataBad: z.int(),
  /** Fraction of the source that is copied, 0 to 1. */
  copied: z.number(),
  /** Items read from the source so far, all runs together: more than there are would mean one was read twice. */
  itemsRead: z.int(),
  forwardedTo: z.string().nullable(),
});
export type Provisioned = z.output<typeof provisioned>;

/** Everything the service keeps, in the form of the state file. */
export const savedMigration = z.object({
  /** Quick time of saving: quick times are moved by what it differs from the time of loading. */
  quick: z.number(), sequence: z.int(),
  endpoints: z.array(endpoint), batches: z.array(batch), users: z.array(migrationUser), provisioned: z.array(provisioned),
});
export type SavedMigration = z.output<typeof savedMigration>;

/** The same while the simulator runs. Endpoints and batches by name, users by address, both in lower case; provisioned ones by cloud id. */
export interface MigrationState {
  sequence: number;
  /** Grows with every change. */
  changes: number;
  readonly endpoints: Map<string, Endpoint>;
  readonly batches: Map<string, Batch>;
  readonly users: Map<string, MigrationUser>;
  readonly provisioned: Map<string, Provisioned>;
}

/** @param quick present quick time in milliseconds. */
export function migrationState(saved: SavedMigration | undefined, quick: number): MigrationState {
  const shift = saved === undefined ? 0 : quick - saved.quick;
  const moved = (at: number | null): number | null => (at === null ? null : at + shift);
  return {
    sequence: saved?.sequence ?? 0, changes: 0,
    endpoints: new Map(saved?.endpoints.map((e) => [e.name.toLowerCase(), e])),
    batches: new Map(saved?.batches.map((b) => [b.name.toLowerCase(), { ...b, due: moved(b.due) }])),
    users: new Map(saved?.users.map((u) => [u.address.toLowerCase(), {
      ...u, since: u.since + shift, due: moved(u.due), run: u.run && { ...u.run, startedAt: u.run.startedAt + shift },
    }])),
    provisioned: new Map(saved?.provisioned.map((p) => [p.targetId, p])),
  };
}

/** @param quick present quick time in milliseconds. */
export function saveMigration(state: MigrationState, quick: number): SavedMigration {
  return { quick, sequence: state.sequence, endpoints: [...state.endpoints.values()], batches: [...state.batches.values()], users: [...state.users.values()], provisioned: [...state.provisioned.values()] };
}

/** The users of a batch, in the order of their rows: the map is in order of insertion. */
export function usersOf(state: MigrationState, name: string): readonly MigrationUser[] {
  return [...state.users.values()].filter((u) => u.batch === name);
}

/** Statuses in which a user holds one of the places of its endpoint. */
export const BUSY: ReadonlySet<UserStatus> = new Set(['Validating', 'Provisioning', 'ProvisionUpdating', 'Syncing', 'Stopping']);
