import { z } from 'zod';
import {
  BATCH_STATES, BATCH_WISHES, CONNECTION_METHODS, DATA_GRADES, FILE_ERRORS, MAILBOX_PROFILES, MAILBOX_REPORTS, ROW_ERROR_CODES, ROW_ORIGINS, ROW_STAGES, ROW_STATES, SOURCE_VERSIONS,
} from '../domain/mailboxes.ts';
import { channel } from './define.ts';
import { ExportPart, PartRequest } from './export.ts';
import { CheckLine } from './pairs.ts';
import { Done, Id, Millis, Name, PageRequest, page } from './values.ts';

const Address = z.string().trim().max(320);
const Recipients = z.array(z.string().trim().min(3).max(320)).max(50);
/** A file as the window read it, Base64 of at most 2 MB. */
const FileContent = z.base64().max(2_800_000, 'A list may have at most 2 MB. Cut it into several files.');

/** Connection settings of a pair; they stay for the next batch. The secret is kept in the secret store and never sent back. */
export const MailboxSettings = z.object({
  profile: z.enum(MAILBOX_PROFILES), method: z.enum(CONNECTION_METHODS),
  /** E-mail address of the migration administrator, for Autodiscover. */
  administrator: Address,
  /** `Domain\Username` or UPN. */
  username: z.string().trim().max(320),
  /** FQDN of the Exchange server and of its RPC proxy, for manual settings. */
  server: z.string().trim().max(255), proxy: z.string().trim().max(255),
  authentication: z.enum(['Basic']),
  /** Name of a migration endpoint that is there already, for `existing`. */
  endpoint: z.string().trim().max(64),
  /** Number of mailboxes to migrate simultaneously. */
  atATime: z.int().min(1).max(100),
  /** Who gets the status mails besides the one who starts a batch. */
  recipients: Recipients,
  sourceVersion: z.enum(SOURCE_VERSIONS),
});
export type MailboxSettings = z.output<typeof MailboxSettings>;

/** Settings as they are kept: `hasSecret`: the secret of the migration administrator is in the secret store of this machine. */
export const KeptMailboxSettings = MailboxSettings.extend({ hasSecret: z.boolean(), /** Who starts batches here: the name by which the operating system knows the person. Status mails go to the recipients. */ starter: z.string() });
export type KeptMailboxSettings = z.output<typeof KeptMailboxSettings>;

/** What is tested before it is saved: settings, and the secret when it was typed anew. */
const SettingsInput = { settings: MailboxSettings, secret: z.string().min(1).max(1000).optional() };

/** What a connection test says. `method`: where the wizard goes on when Autodiscover failed. */
export const ConnectionTest = z.object({
  lines: z.array(CheckLine),
  /** Whether the migration service reached Exchange on premises. */
  connected: z.boolean(),
  /** Whether directory synchronisation is on in the tenant; without it only a cutover migration of all mailboxes is possible. */
  synchronised: z.boolean(),
  /** Whether both hold and the version of Exchange is one that the staged method takes. */
  mayGoOn: z.boolean(),
  sourceVersion: z.enum(SOURCE_VERSIONS),
  /** Migration endpoints of the tenant that a staged migration can use. */
  endpoints: z.array(z.object({ name: z.string(), server: z.string(), proxy: z.string(), username: z.string(), atATime: z.int() })),
});
export type ConnectionTest = z.output<typeof ConnectionTest>;

/** Why a file is refused. */
export const FileFinding = z.object({ code: z.enum(FILE_ERRORS), message: z.string() });
export type FileFinding = z.output<typeof FileFinding>;

/** What is wrong with one row. A warning does not keep it from being migrated. `line` counts data rows from 1. */
export const RowError = z.object({ line: z.int(), address: z.string(), code: z.enum(ROW_ERROR_CODES), severity: z.enum(['error', 'warning']), message: z.string(), suggestion: z.string() });
export type RowError = z.output<typeof RowError>;

/** What a list of mailboxes would do. */
export const ListCheck = z.object({
  /** All findings of the file at once; with any the wizard stays on its page. */
  fileFindings: z.array(FileFinding),
  /** Data rows. */
  total: z.int(),
  /** The first 500 row errors and warnings, and how many there are; `mailboxes.validation` gives all. */
  rowErrors: z.array(RowError).max(500), rowErrorsTotal: z.int(),
  /** Rows left out because of errors. */
  leftOut: z.int(),
  /** Number of mailboxes that will be migrated. */
  willMigrate: z.int(),
  /** Of them: new ones, those that go on where they failed, and those whose forwarding alone is set again. */
  fresh: z.int(), resumed: z.int(), reset: z.int(),
  /** Advice that never stops anybody. */
  advice: z.array(z.string()),
});
export type ListCheck = z.output<typeof ListCheck>;

/** One batch with the figures of both panes. */
export const MailboxBatch = z.object({
  id: Id, pairId: Id, collectionId: Id.nullable(), name: z.string(),
  /** Names of the batch and of the migration endpoint in Exchange Online. */
  serviceName: z.string(), endpoint: z.string(),
  profile: z.enum(MAILBOX_PROFILES), state: z.enum(BATCH_STATES), wanted: z.enum(BATCH_WISHES), csvName: z.string(),
  createdAt: Millis, createdBy: z.string(), consentAt: Millis.nullable(), consentBy: z.string().nullable(),
  startedAt: Millis.nullable(), startedBy: z.string().nullable(), endedAt: Millis.nullable(), closedAt: Millis.nullable(),
  /** Rows of the list; of them left out. */
  total: z.int(), leftOut: z.int(),
  /** Mailboxes to be created in the cloud, created so far, and being created or copied now. */
  toCreate: z.int(), created: z.int(), active: z.int(), atATime: z.int(),
  /** Created and forwarded; rows done; failed; stopped; waiting for their turn; converted to mail-enabled users. */
  forwarded: z.int(), done: z.int(), failed: z.int(), stopped: z.int(), waiting: z.int(), converted: z.int(),
  /** Rows whose forwarding on premises is not what it should be. */
  forwardingOpen: z.int(),
  items: z.int(), skipped: z.int(), bytes: z.int(), grade: z.enum(DATA_GRADES),
  /** Honest estimate of the milliseconds left; null: unknown. */
  timeLeftMs: z.int().nullable(),
  /** The plan that sets forwarding for this batch and waits or works; null: none. */
  taskId: Id.nullable(),
  /** One sentence; `serviceStatus`: the service's own word. */
  message: z.string(), serviceStatus: z.string(),
  /** When the service was asked last; null: never. */
  lookedAt: Millis.nullable(),
  recipients: z.array(z.string()),
  canRun: z.boolean(), canStop: z.boolean(), canResume: z.boolean(), canDiscard: z.boolean(),
});
export type MailboxBatch = z.output<typeof MailboxBatch>;

/** Batches of a pair, newest first, and the figures of the pane E-Mail Migration. */
export const MailboxBatches = z.object({
  rows: z.array(MailboxBatch),
  /** Mailboxes migrated in previous batches, without those of a batch that is active. */
  migratedBefore: z.int(),
  /** Failed migrations of all ended batches. */
  failed: z.int(),
  /** Mailboxes migrated and not converted to mail-enabled users. */
  unconverted: z.int(),
  /** What to type to complete the migration. */
  confirmation: z.string(),
  /** Why forwarding cannot be looked at or set on premises by Causeway; null: it can. */
  cannotForward: z.string().nullable(),
});
export type MailboxBatches = z.output<typeof MailboxBatches>;

/** One row of a batch. */
export const MailboxRow = z.object({
  batchId: Id, line: z.int(), address: z.string(), sourceId: z.string().nullable(), sourceName: z.string(), targetId: z.string().nullable(),
  stage: z.enum(ROW_STAGES), state: z.enum(ROW_STATES), origin: z.enum(ROW_ORIGINS),
  /** Empty: no error. A row that goes on can have one: its remark. */
  errorCode: z.enum([...ROW_ERROR_CODES, '']), error: z.string(), suggestion: z.string(),
  serviceStatus: z.string(),
  /** Address of the mailbox in the cloud that on-premises mail is forwarded to; empty: not known yet. */
  routing: z.string(),
  items: z.int(), skipped: z.int(), itemsTotal: z.int().nullable(), bytes: z.int(), bytesTotal: z.int().nullable(), grade: z.enum(DATA_GRADES),
  /** Bytes an hour since the row began; null: unknown. */
  rate: z.int().nullable(),
  queuedMs: z.int(), busyMs: z.int(), stalledMs: z.int(),
  provisionedAt: Millis.nullable(), forwardedAt: Millis.nullable(), dataAt: Millis.nullable(), completedAt: Millis.nullable(), convertedAt: Millis.nullable(), changedAt: Millis,
});
export type MailboxRow = z.output<typeof MailboxRow>;

/** A report that was kept. */
export const MailboxReport = z.object({ id: Id, batchId: Id, batchName: z.string(), kind: z.enum(MAILBOX_REPORTS), madeAt: Millis, rows: z.int() });
export type MailboxReport = z.output<typeof MailboxReport>;

/** What Complete Migration would leave behind. */
export const CompletionCheck = z.object({
  /** Batches that are still active: completing is refused. */
  active: z.array(z.string()),
  /** Mail users whose on-premises mailbox was never migrated: the first 500 addresses, and how many there are. */
  neverMigrated: z.array(z.string()).max(500), neverMigratedTotal: z.int(),
  /** Migrated mailboxes that are not converted to mail-enabled users: the first 500, and how many there are. */
  unconverted: z.array(z.string()).max(500), unconvertedTotal: z.int(),
  /** What a person should know before, in sentences. */
  warnings: z.array(z.string()),
  confirmation: z.string(),
});
export type CompletionCheck = z.output<typeof CompletionCheck>;

const OfPair = z.object({ pairId: Id });
const OfBatch = z.object({ batchId: Id });
/** Where a batch takes its mailboxes from. */
const ListSource = z.discriminatedUnion('from', [
  z.object({ from: z.literal('file'), fileName: z.string().min(1).max(260), content: FileContent }),
  z.object({ from: z.literal('collection'), collectionId: Id }),
]);
export type ListSource = z.output<typeof ListSource>;

/**
 * Channels of staged mailbox batches. Mail is copied by the migration service of Exchange Online; Causeway makes the batch, watches it and tells what
 * became of each row. Forwarding that has to be set again, and conversion to mail-enabled users, are plans of their own (`switch.forward`, `switch.convert`).
 */
export const mailboxChannels = {
  'mailboxes.settings': channel('query', OfPair, KeptMailboxSettings),
  /** Keeps them for the next batch; an absent secret stays as it is. */
  'mailboxes.saveSettings': channel('command', z.object({ pairId: Id, ...SettingsInput }), KeptMailboxSettings),
  /** Lets the migration service try to reach Exchange on premises, and looks whether directory synchronisation is on. Without an input the kept settings are tested. Changes nothing. */
  'mailboxes.test': channel('query', z.object({ pairId: Id, input: z.object(SettingsInput).optional() }), ConnectionTest),
  /** Checks a list of mailboxes: the file, each row, the directory and the tenant. Changes nothing. */
  'mailboxes.check': channel('query', z.object({ pairId: Id, profile: z.enum(MAILBOX_PROFILES), list: ListSource }), ListCheck),
  /** Every row error and warning of a list as CSV: Row, EmailAddress, Error, Suggestion. */
  'mailboxes.validation': channel('query', z.object({ pairId: Id, profile: z.enum(MAILBOX_PROFILES), list: ListSource, ...PartRequest }), ExportPart),
  /** Makes a batch in state Draft. Refused with all findings of the file at once; rows with errors are kept as left out. Nothing is written to either side. */
  'mailboxes.create': channel('command', z.object({ pairId: Id, name: Name, profile: z.enum(MAILBOX_PROFILES), list: ListSource, recipients: Recipients, consent: z.literal('given') }), MailboxBatch),
  /** Throws a draft away. */
  'mailboxes.discard': channel('command', OfBatch, Done),
  /** Run, Stop and Resume are wishes: the agent of the batch carries them out at its next look, within about a second. */
  'mailboxes.run': channel('command', OfBatch, MailboxBatch),
  'mailboxes.stop': channel('command', OfBatch, MailboxBatch),
  'mailboxes.resume': channel('command', OfBatch, MailboxBatch),
  /** Lets the agent look at the service now instead of later; `lookedAt` tells when it has. */
  'mailboxes.refresh': channel('command', OfBatch, MailboxBatch),
  'mailboxes.batches': channel('query', OfPair, MailboxBatches),
  'mailboxes.batch': channel('query', OfBatch, MailboxBatch),
  'mailboxes.rows': channel('query', z.object({
    batchId: Id, state: z.enum([...ROW_STATES, '']).default(''), stage: z.enum([...ROW_STAGES, '']).default(''),
    /** Part of the address or of the name. */
    search: z.string().max(256).default(''), ...PageRequest,
  }), page(MailboxRow)),
  /** Reports that were kept, newest first: of a batch, or of all batches of the pair. */
  'mailboxes.reports': channel('query', z.object({ pairId: Id, batchId: Id.optional() }), z.object({ rows: z.array(MailboxReport) })),
  /** A kept report as it was made. */
  'mailboxes.report': channel('query', z.object({ id: Id, ...PartRequest }), ExportPart),
  /** A report of a batch as it stands now; nothing is kept. */
  'mailboxes.current': channel('query', z.object({ batchId: Id, kind: z.enum(MAILBOX_REPORTS), ...PartRequest }), ExportPart),
  /** What Complete Migration would leave behind; looks at the directory and the tenant. */
  'mailboxes.completion': channel('query', OfPair, CompletionCheck),
  /**
   * Complete Migration: the agent removes the batches of the pair in Exchange Online, their records stay here as Closed. Refused while a batch is active;
   * refused with unconverted or never migrated mailboxes unless `leftovers` says that a person has seen them. `confirmation` as in `mailboxes.batches`.
   */
  'mailboxes.complete': channel('command', z.object({ pairId: Id, confirmation: z.string().max(300), leftovers: z.enum(['refuse', 'complete all the same']) }), MailboxBatches),
} as const;
