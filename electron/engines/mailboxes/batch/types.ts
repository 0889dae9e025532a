import type { DataGrade, RowErrorCode, RowOrigin, RowStage, RowState, SourceVersion } from '../../../../shared/domain/mailboxes.ts';

/** What Causeway knows of a row. Times are milliseconds since 1970 UTC, sizes bytes. `routing`: SMTP address of the cloud mailbox that on-premises mail is forwarded to; empty: not known yet. */
export interface RowStanding {
  readonly line: number; readonly address: string; readonly sourceId: string | null; readonly targetId: string | null;
  readonly stage: RowStage; readonly state: RowState; readonly origin: RowOrigin;
  readonly errorCode: RowErrorCode | ''; readonly error: string; readonly suggestion: string; readonly serviceStatus: string; readonly routing: string;
  readonly items: number; readonly skipped: number; readonly itemsTotal: number | null; readonly bytes: number; readonly bytesTotal: number | null; readonly grade: DataGrade;
  readonly queuedMs: number; readonly busyMs: number; readonly stalledMs: number;
  readonly provisionedAt: number | null; readonly forwardedAt: number | null; readonly dataAt: number | null; readonly completedAt: number | null;
}
/** What changes of a row. */
export type RowChange = Partial<Omit<RowStanding, 'line' | 'address' | 'origin'>>;

/** A migration user as the service shows it (ExchangeOnlineManagement cmdlet reference, Get-MigrationUser). `error`: its own words; empty: none. */
export interface UserSeen { readonly address: string; readonly status: string; readonly batch: string; readonly error: string }
/** Figures of a migration user (Get-MigrationUserStatistics). `grade` empty: the service gives none. `metadataSkipped`: of the skipped items those that are metadata alone; null: not told. */
export interface StatisticsSeen {
  readonly items: number; readonly skipped: number; readonly metadataSkipped: number | null; readonly itemsTotal: number | null; readonly bytes: number; readonly bytesTotal: number | null;
  readonly queuedMs: number; readonly busyMs: number; readonly stalledMs: number; readonly grade: DataGrade; readonly error: string;
}
/** A migration batch (Get-MigrationBatch). `warnings`: rows that the service did not take, with its words. */
export interface BatchSeen { readonly name: string; readonly status: string; readonly message: string; readonly grade: DataGrade; readonly endpoint: string; readonly warnings: readonly { readonly address: string; readonly message: string }[] }
/** A recipient of the tenant. `type` as RecipientTypeDetails; `guid`: its mailbox, lower-case dashed; empty: none. Addresses in lower case without prefix. */
export interface RecipientSeen { readonly targetId: string; readonly type: string; readonly guid: string; readonly primary: string; readonly addresses: readonly string[]; readonly name: string }
/** A mailbox on premises as the directory shows it. `kind`: what the object is; `guid` of its mailbox as lower-case dashed text. */
export interface SourceMailbox {
  readonly id: string; readonly dn: string; readonly name: string; readonly kind: 'mailbox' | 'linked mailbox' | 'mail user' | 'group' | 'contact' | 'other'; readonly primary: string; readonly addresses: readonly string[];
  readonly guid: string; readonly targetAddress: string | null; readonly hidden: boolean; readonly unifiedMessaging: boolean; readonly version: SourceVersion;
}

/** targetAddress on premises: its value, null for none; `gone`: the object is not there; `not read`: nobody could look. */
export type ForwardingSeen = { readonly value: string | null } | 'gone' | 'not read';

/** What was seen of one row. `recipient`: `not read` when there was no need to look; `routing`: its routing address, empty when there is none or it was not read. `forwardingPlanned`: a plan that sets forwarding waits or works. */
export interface Observed {
  readonly batch: BatchSeen | undefined; readonly user: UserSeen | undefined; readonly statistics: StatisticsSeen | undefined; readonly recipient: RecipientSeen | undefined | 'not read'; readonly routing: string;
  readonly forwarding: ForwardingSeen; readonly forwardingPlanned: boolean;
}

/** How the migration service reaches Exchange on premises. */
export type EndpointSettings =
  | { readonly method: 'autodiscover'; readonly administrator: string; readonly username: string; readonly atATime: number }
  | { readonly method: 'manual'; readonly username: string; readonly server: string; readonly proxy: string; readonly authentication: 'Basic'; readonly atATime: number };
/** What the service says of a connection; a failure is an answer. */
export interface ConnectionAnswer { readonly connected: boolean; readonly message: string }
/** A migration endpoint that a staged batch can use. */
export interface EndpointSeen { readonly name: string; readonly server: string; readonly proxy: string; readonly username: string; readonly atATime: number }

/**
 * The migration service of Exchange Online. Methods that change something look first, and look again after an answer that got lost, so that calling one twice does
 * what calling it once does. All throw AppError as the Exchange gateway does.
 */
export interface MigrationService {
  testConnection(settings: EndpointSettings, secret: string, signal: AbortSignal): Promise<ConnectionAnswer>;
  endpoints(signal: AbortSignal): Promise<readonly EndpointSeen[]>;
  /** Makes the endpoint, or brings it to the settings. */
  ensureEndpoint(name: string, settings: EndpointSettings, secret: string, signal: AbortSignal): Promise<void>;
  /** Makes the batch unless there is one of this name. */
  createBatch(batch: { readonly name: string; readonly endpoint: string; readonly csv: Uint8Array; readonly notify: readonly string[] }, signal: AbortSignal): Promise<BatchSeen>;
  batch(name: string, signal: AbortSignal): Promise<BatchSeen | undefined>;
  /** Users of a batch. */
  users(name: string, signal: AbortSignal): Promise<ReadonlyMap<string, UserSeen>>;
  user(address: string, signal: AbortSignal): Promise<UserSeen | undefined>;
  statistics(address: string, signal: AbortSignal): Promise<StatisticsSeen | undefined>;
  start(name: string): Promise<void>;
  stop(name: string): Promise<void>;
  removeBatch(name: string): Promise<void>;
  startUser(address: string): Promise<void>;
  stopUser(address: string): Promise<void>;
  removeUser(address: string): Promise<void>;
  /** Recipients by one of their addresses, in lower case; who has none of them is missing. */
  recipients(addresses: readonly string[], signal: AbortSignal): Promise<ReadonlyMap<string, readonly RecipientSeen[]>>;
}

/** Exchange on premises as its directory shows it. */
export interface OnPremisesReader {
  /** Objects by one of their addresses, in lower case. */
  byAddress(addresses: readonly string[], signal: AbortSignal): Promise<ReadonlyMap<string, readonly SourceMailbox[]>>;
  /** targetAddress by objectGUID; null: the object has none; an object that is gone is missing. */
  targetAddresses(ids: readonly string[], signal: AbortSignal): Promise<ReadonlyMap<string, string | null>>;
}
