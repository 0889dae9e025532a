/**
 * Words of staged mailbox migration: a batch is a list of mailboxes that the migration service of Exchange Online copies from Exchange
 * on premises, after it made a mailbox of each mail user and set forwarding on premises (Exchange documentation, "Migrate a Subset of
 * Mailboxes to the Cloud with a Staged Exchange Migration", 2011; "What you need to know about a staged email migration", 2021).
 */

/** Rules of which year: the limits of 2011, or those of the service today. */
export const MAILBOX_PROFILES = ['current', '2011'] as const;
export type MailboxProfile = (typeof MAILBOX_PROFILES)[number];

/**
 * Limits of a profile: most data rows of a file; mailboxes migrated at a time by default, and at most (2011: 3 and 10, "Configure the connection
 * settings"; today: 20 of "Perform a staged migration of email", 100 of New-MigrationEndpoint); shortest password; hours to wait after the MX record was changed.
 */
export const MAILBOX_LIMITS: Readonly<Record<MailboxProfile, { readonly rows: number; readonly atATime: number; readonly mostAtATime: number; readonly shortestPassword: number; readonly waitHours: number }>> = {
  current: { rows: 2_000, atATime: 20, mostAtATime: 100, shortestPassword: 8, waitHours: 72 },
  2011: { rows: 1_000, atATime: 3, mostAtATime: 10, shortestPassword: 1, waitHours: 24 },
};

/** How the migration service finds Exchange on premises: by Autodiscover, by names that a person gives, or by a migration endpoint that is there already. */
export const CONNECTION_METHODS = ['autodiscover', 'manual', 'existing'] as const;
export type ConnectionMethod = (typeof CONNECTION_METHODS)[number];
/** The two choices of the first page, word for word (Exchange documentation, 2011, "Step 1 Start a staged Exchange migration batch"), and ours. */
export const CONNECTION_LABELS: Readonly<Record<ConnectionMethod, string>> = {
  autodiscover: 'Exchange 2007 and later versions - Automatically detect connection settings with Autodiscover',
  manual: 'Exchange 2003 and later versions - Manually specify connection settings',
  existing: 'Use an existing migration endpoint',
};

/** Versions of Exchange on premises, by year, as a person names them; `unknown`: nobody said, and the directory does not tell. */
export const SOURCE_VERSIONS = ['unknown', '2003', '2007', '2010', '2013', '2016', '2019', 'not Exchange'] as const;
export type SourceVersion = (typeof SOURCE_VERSIONS)[number];

/** Most mailboxes of a cutover migration (Exchange documentation, "What you need to know about a cutover email migration"). */
export const CUTOVER_MOST = 1_000;

/** What a person consents to before a batch is made (Exchange documentation, 2011, "Step 3 Upload the CSV file"). */
export const CONSENT = 'The migration service may change the properties of the on-premises mailboxes listed here, to forward their mail (targetAddress).';

/**
 * Where a batch stands. `Draft`: made, not run yet; `Starting`: the service is being asked; `Active`: the service works; `Stopping`, `Stopped`: by a person or by the service;
 * `Completed`: every row is done; `Completed with errors`: none is at work any more and some failed or were left out; `Failed`: the service gave the batch up; `Closed`: the migration was completed and the service's records removed.
 */
export const BATCH_STATES = ['Draft', 'Starting', 'Active', 'Stopping', 'Stopped', 'Completed', 'Completed with errors', 'Failed', 'Closed'] as const;
export type BatchState = (typeof BATCH_STATES)[number];
/** States in which the service works or is asked to: their rows belong to no other batch. */
export const ACTIVE_BATCH_STATES = ['Starting', 'Active', 'Stopping'] as const satisfies readonly BatchState[];
/** True while the service works on a batch or is asked to. */
export const isActiveBatch = (state: BatchState): boolean => ACTIVE_BATCH_STATES.some((one) => one === state);

/** What a person asked for and the next look at the batch carries out; empty: nothing. */
export const BATCH_WISHES = ['', 'run', 'stop', 'resume', 'close'] as const;
export type BatchWish = (typeof BATCH_WISHES)[number];

/** Where a row stands: `Waiting` for its turn, `In progress`, `Done`, `Failed`, `Stopped`, or `Left out`: it was not given to the service, or the service did not take it. */
export const ROW_STATES = ['Waiting', 'In progress', 'Done', 'Failed', 'Stopped', 'Left out'] as const;
export type RowState = (typeof ROW_STATES)[number];

/** Stages of a row, in order; a row stands at the first whose result cannot be seen yet. */
export const ROW_STAGES = ['mail user', 'provision', 'forwarding', 'data', 'complete'] as const;
export type RowStage = (typeof ROW_STAGES)[number];

/** What earlier batches made of a row's mailbox: nothing, it failed and goes on where it failed, or it was migrated and only its forwarding is set again. */
export const ROW_ORIGINS = ['new', 'failed before', 'migrated before'] as const;
export type RowOrigin = (typeof ROW_ORIGINS)[number];

/** Reports of a batch: CSV, kept in the project and sent with the status mails (names of the Exchange documentation, 2011, "Step 4 Run the migration"). */
export const MAILBOX_REPORTS = ['Active Mailbox Migration', 'Error Report', 'Mailboxes Ready Report', 'Migration Complete Report', 'Validation errors'] as const;
export type MailboxReportKind = (typeof MAILBOX_REPORTS)[number];

/** Grades of data consistency, best first; empty: none was given yet (Exchange documentation, "Track and prevent migration data loss"). */
export const DATA_GRADES = ['', 'Perfect', 'Good', 'Investigate', 'Poor'] as const;
export type DataGrade = (typeof DATA_GRADES)[number];
/** What a grade means (Exchange documentation, "Track and prevent migration data loss"). Microsoft publishes no thresholds. */
export const GRADE_MEANINGS: Readonly<Record<Exclude<DataGrade, ''>, string>> = {
  Perfect: 'No data inconsistencies were found.',
  Good: 'At least one inconsistency was found, which is not expected to matter: metadata, or permissions on folders.',
  Investigate: 'A small amount of noticeable data loss was found.',
  Poor: 'Major data loss was found.',
};
/** The scale that Causeway uses where the service gives no grade: skipped items that are still a small loss, at least, and as a share of all items. A choice of Causeway's: Microsoft keeps its own thresholds to itself. */
export const OWN_GRADE = { least: 10, share: 0.001 } as const;
/** Said beside every grade. */
export const GRADE_NOTE = `The grade is the service's own; Microsoft does not publish its thresholds. Where the service gives none, Causeway says Perfect without a skipped item, Good for metadata alone, Investigate for at most ${OWN_GRADE.least} skipped items or 0.1 % of all, and Poor for more.`;

/** Statuses of a user in the service (ExchangeOnlineManagement cmdlet reference, Get-MigrationUser, Status). */
export const MIGRATION_USER_STATUSES = [
  'Completed', 'CompletedWithWarnings', 'Completing', 'CompletionFailed', 'CompletionSynced', 'Corrupted', 'Failed', 'IncrementalFailed', 'IncrementalStopped', 'IncrementalSynced', 'IncrementalSyncing',
  'Provisioning', 'ProvisionUpdating', 'Queued', 'Removing', 'Starting', 'Stopped', 'Stopping', 'Synced', 'Syncing', 'Validating',
] as const;

/** What a re-run with the same file does about an error, once its cause is removed. */
export const RERUN_ACTIONS = { again: 'The row runs from the beginning.', forwarding: 'Forwarding is set, then the data is copied.', data: 'The data is copied, from where it stopped.', reset: 'Forwarding is set again; the mailbox stays as it is.', nothing: 'Nothing until the file is corrected.' } as const;
export type RerunAction = keyof typeof RERUN_ACTIONS;

/** One kind of error of a row: where it shows, whether the row goes on all the same, what to do, and what a re-run does then. */
export interface RowErrorKind { readonly found: 'file' | 'source' | 'target' | 'run'; readonly severity: 'error' | 'warning'; readonly suggestion: string; readonly rerun: RerunAction }

const inFile = (suggestion: string): RowErrorKind => ({ found: 'file', severity: 'error', suggestion, rerun: 'nothing' });
const at = (found: RowErrorKind['found'], rerun: RerunAction, suggestion: string, severity: RowErrorKind['severity'] = 'error'): RowErrorKind => ({ found, severity, suggestion, rerun });

/**
 * Every error of a row with its suggestion (after Exchange documentation, "Troubleshoot Migration Validation Errors" and "Troubleshoot Active
 * Migration Errors"; Microsoft KB 2845956 for sign-in by AD FS). A text of the service that none of them covers is `unknown` and shown as it is.
 */
export const ROW_ERRORS = {
  'address invalid': inFile('Correct the address in the file: one @, and a domain with a dot.'),
  'address empty': inFile('Fill in the address, or remove the row from the file.'),
  'empty field': inFile('Fill the field in, or remove the column from the file.'),
  spaces: inFile('Remove the spaces before and after the value.'),
  'twice in file': inFile('Remove the second row; the first one is migrated.'),
  'force value': inFile('Write True or False in ForceChangePassword.'),
  'password short': inFile('Give a password of at least 8 characters that the rules of the tenant allow.'),
  'force with federation': inFile('Write False in ForceChangePassword: people of this domain sign in by AD FS, and cannot change a password in Microsoft 365.'),
  'no mailbox': at('source', 'again', 'Correct the address in the file, or show the mailbox in address lists again; the migration service does not find a hidden one.'),
  'several mailboxes': at('source', 'again', 'Remove the address from all objects but one.'),
  'not primary': at('source', 'again', 'Write the primary SMTP address of the mailbox (WindowsEmailAddress) in the file.'),
  'not a mailbox': at('source', 'nothing', 'Remove the row: groups, contacts and mail users come by directory synchronisation, not by mailbox migration.'),
  'version not supported': at('source', 'nothing', 'Use a cutover migration (up to 1,000 mailboxes, Exchange 2010) or a hybrid deployment with remote moves.'),
  'linked mailbox': at('source', 'again', 'Make it a mailbox of a user of this forest before it is migrated.'),
  hidden: at('source', 'again', 'Show the mailbox in address lists until it is migrated; the migration service may not find a hidden one.', 'warning'),
  'unified messaging': at('source', 'again', 'Disable unified messaging for the mailbox; it can be enabled again after the migration.'),
  'outside collections': at('source', 'again', 'Look whether this mailbox was meant: it belongs to no collection of the pair.', 'warning'),
  'no mail user': at('target', 'again', 'Wait for directory synchronisation to bring the mail user, or synchronise the object again with its primary address and proxyAddresses.'),
  'other kind': at('target', 'again', 'Remove or rename the object of Microsoft 365 that holds the address, and synchronise the mail user.'),
  'has a mailbox already': at('target', 'again', 'Look who works with the mailbox in Microsoft 365; it was not made by an earlier batch of this pair.'),
  'domain not accepted': at('target', 'again', 'Add the domain of the address to Microsoft 365 and verify it.'),
  'active in another batch': at('target', 'again', 'Wait for the end of the other batch, or stop it.'),
  'sign-in refused': at('run', 'data', 'Give the migration administrator Receive As on the mailbox database, or Full Access to the mailbox.'),
  connection: at('run', 'data', 'Look whether the Exchange server and its RPC proxy can be reached from outside, and test the connection again.'),
  provisioning: at('run', 'again', 'Synchronise the mail user again and look at its errors in Microsoft 365; where AD FS signs people in, ForceChangePassword must be False.'),
  'right on targetAddress': at('run', 'forwarding', 'Give the migration administrator the right to write targetAddress, or let Causeway set forwarding by a plan.'),
  'forwarding differs': at('run', 'reset', 'Forwarding on premises leads elsewhere or nowhere. Plan forwarding for this mailbox, look at the plan and approve it.'),
  'forwarding not read': at('run', 'reset', 'Look at targetAddress on premises by other means: this directory could not be asked.', 'warning'),
  'data stalled': at('run', 'data', 'Look at the load of the Exchange server; the migration service waits for it.', 'warning'),
  'data failed': at('run', 'data', 'Run the file again: the copy goes on where it stopped. If it fails again, look for damaged items in the mailbox.'),
  'license grace over': at('run', 'data', 'Assign a licence with a mailbox to the user.'),
  'removed by the service': at('run', 'again', 'The batch or the user was removed in Exchange Online. Run the file again.'),
  unknown: at('run', 'again', 'Look the text up in the documentation of Exchange Online; Causeway shows it as the service gave it.'),
} as const satisfies Readonly<Record<string, RowErrorKind>>;
export type RowErrorCode = keyof typeof ROW_ERRORS;
/** Codes of {@link ROW_ERRORS}. */
export const ROW_ERROR_CODES = Object.keys(ROW_ERRORS) as readonly RowErrorCode[];

/** What a file can be refused for; all that apply are told at once. */
export const FILE_ERRORS = ['empty', 'header only', 'not comma-separated', 'too many rows', 'header not allowed', 'header twice', 'no EmailAddress', 'columns differ', 'file type', 'encoding', 'quote open'] as const;
export type FileErrorCode = (typeof FILE_ERRORS)[number];

/** Column names that a file may have (Exchange documentation, "CSV files for mailbox migration"); only the first is required. */
export const CSV_COLUMNS = ['EmailAddress', 'Password', 'ForceChangePassword'] as const;

/** What no migration of mailboxes brings over; said on the last page of the wizard. */
export const NOT_MIGRATED = [
  'Out of Office messages are not migrated: people write theirs again.',
  'Public folders are not migrated and not tracked by Causeway.',
  'Mailboxes with unified messaging are migrated only after it is disabled for them.',
  'New mail on premises is forwarded; what arrives there before forwarding is set and after its copy was made is not copied again.',
] as const;
