import { addBatch, completeBatch, MOST_BATCHES, removeBatch, startBatch, stopBatch } from '../../migration/batches.ts';
import { readMigrationCsv } from '../../migration/csv.ts';
import { oneEndpoint } from '../../migration/endpoints.ts';
import type { Machine } from '../../migration/machine.ts';
import { BATCH_STATUSES, type Batch, type ValidationWarning } from '../../migration/model.ts';
import { batchRow } from '../../migration/rows.ts';
import { textOf } from '../../directory/objects.ts';
import { NO_ROWS, rows, type Cmdlet, type CmdletCall, type ParameterRules, type Row } from '../cmdlet/cmdlet.ts';
import { invalidOperation, invalidValue, migrationRefusal, needsOrganizationManagement, notFound, notSimulated } from '../refusal.ts';

const offered = (names: readonly string[]): ParameterRules => Object.fromEntries(names.map((name) => [name, { type: 'text', offered: false } as const]));

/** Parameters of other kinds of migration, or of on-premises Exchange (cmdlet reference, New-MigrationBatch). */
const OTHERS = offered([
  'AdoptPreexisting', 'AllowIncrementalSyncs', 'ArchiveDomain', 'ArchiveOnly', 'AutoComplete', 'AutoRetryCount', 'BadItemLimit', 'CompleteAfter', 'ContentFilter', 'DisallowExistingUsers', 'DisableOnCopy', 'ExcludeDumpsters', 'ExcludeFolders', 'IncludeFolders', 'LargeItemLimit', 'Local', 'Locale',
  'MoveOptions', 'PrimaryOnly', 'RemoveOnCopy', 'RenamePrimaryCalendar', 'ReportInterval', 'SkipCalendar', 'SkipContacts', 'SkipDelegates', 'SkipDetails', 'SkipMail', 'SkipMerging', 'SkipMoving', 'SkipProvisioning', 'SkipReports', 'SkipRules', 'SkipSteps', 'SourcePublicFolderDatabase', 'TargetArchiveDatabases',
  'TargetDatabases', 'TargetDeliveryDomain', 'TargetEndpoint', 'TimeZone', 'Users', 'UserIds', 'WorkflowTemplate', 'XMLData', 'Partition', 'DomainController', 'DataFusion', 'ForwardingDisposition', 'GoogleResource', 'ManagedGmailTeams', 'MigrateTasks', 'NewestRevisionOnly',
]);

/** The batch of that name or guid. @throws ExchangeRefusal 404. */
function oneBatch(m: Machine, identity: string): Batch {
  const lower = identity.toLowerCase();
  const found = m.state.batches.get(lower) ?? [...m.state.batches.values()].find((b) => b.guid === lower);
  if (!found) throw notFound(identity);
  return found;
}

function managed(call: CmdletCall): CmdletCall {
  if (!call.caller.managesOrganization) throw needsOrganizationManagement(call.cmdlet);
  return call;
}

function create(call: CmdletCall): () => readonly Row[] {
  const { migration: m, arguments: given, directory, clock, caller } = managed(call);
  const name = given.given('Name') ?? '';
  const csv = given.bytes('CSVData');
  if (csv === undefined) throw notSimulated('a cutover migration, which a batch without CSVData is');
  const endpoint = oneEndpoint(m, given.given('SourceEndpoint') ?? '');
  // What a staged migration needs (Exchange Online documentation, what you need to know about a staged email migration).
  if (!directory.facts.onPremisesSyncEnabled) throw migrationRefusal('Directory synchronization isn\'t enabled for your organization. A staged Exchange migration needs it.');
  if (m.state.batches.has(name.toLowerCase())) throw migrationRefusal(`A migration batch with the name '${name}' already exists.`);
  if (m.state.batches.size >= MOST_BATCHES) throw migrationRefusal(`The organization has ${MOST_BATCHES} migration batches already. Remove one first.`);
  const content = readMigrationCsv(csv, given.flag('AllowUnknownColumnsInCsv') === true);
  if ('problem' in content) throw migrationRefusal(content.problem, 'MigrationCSVParsingException');
  const isTaken = (address: string): boolean => m.state.users.has(address.toLowerCase());
  const taken = content.rows.filter((r) => isTaken(r.address)).map((r): ValidationWarning => ({ row: r.row, address: r.address, message: `The user '${r.address}' is already included in another batch, '${m.state.batches.get(m.state.users.get(r.address.toLowerCase())?.batch ?? '')?.name ?? ''}'.` }));
  const free = content.rows.filter((r) => !isTaken(r.address));
  const warnings = [...content.warnings, ...taken].toSorted((a, b) => a.row - b.row);
  if (free.length === 0) throw migrationRefusal(`The CSV file contains no row that can be migrated. Row ${warnings[0]?.row ?? 1}: ${warnings[0]?.message ?? ''}`, 'MigrationCSVRowValidationException');
  const startAfter = readTime(given.given('StartAfter'));
  const user = caller.userId === null ? undefined : directory.user.get(caller.userId);
  const notify = given.texts('NotificationEmails') ?? [];
  checkNotify(notify);
  return () => {
    const made = addBatch(m, { name, endpoint: endpoint.name.toLowerCase(), rows: free, warnings, notify, submittedBy: (user && textOf(user, 'userPrincipalName')) ?? caller.appId, startAfter: startAfter !== null && startAfter > clock.now() ? startAfter : null });
    if (warnings.length > 0) call.warn(`${warnings.length} of the rows of the CSV file won't be migrated. See the property ValidationWarnings of the batch.`);
    if (given.on('AutoStart')) startBatch(m, made)();
    return [batchRow(m, made)];
  };
}

function checkNotify(list: readonly string[]): void {
  const bad = list.find((address) => !/^[^\s@<>]+@[^\s@<>]+\.[^\s@<>]+$/.test(address));
  if (bad !== undefined) throw invalidValue(`The value "${bad}" of NotificationEmails isn't a valid SMTP address.`);
}

function readTime(text: string | undefined): number | null {
  if (text === undefined) return null;
  const at = Date.parse(text);
  if (Number.isNaN(at)) throw invalidValue(`The value "${text}" of StartAfter isn't a date.`);
  return at;
}

function change(call: CmdletCall): () => readonly Row[] {
  const { migration: m, arguments: given } = managed(call);
  const batch = oneBatch(m, given.given('Identity') ?? '');
  const notify = given.texts('NotificationEmails');
  if (notify) checkNotify(notify);
  if (batch.status === 'Removing') throw invalidOperation(`The migration batch '${batch.name}' can't be changed because it is being removed.`);
  return () => {
    if (notify) batch.notify = [...notify];
    batch.touchedAt = m.wall();
    m.state.changes += 1;
    return NO_ROWS;
  };
}

const IDENTITY = { Identity: { type: 'text', mandatory: true }, ...offered(['Partition', 'DomainController']) } as const satisfies ParameterRules;

/** A cmdlet that does one thing with one batch. */
const acting = (verb: string, act: (m: Machine, batch: Batch, call: CmdletCall) => () => void, more: ParameterRules = {}): Cmdlet => ({
  name: `${verb}-MigrationBatch`, parameters: { ...IDENTITY, ...more },
  write: (call) => {
    const { migration } = managed(call);
    const run = act(migration, oneBatch(migration, call.arguments.given('Identity') ?? ''), call);
    return () => { run(); return NO_ROWS; };
  },
});

/** New-, Get-, Set-, Start-, Stop-, Complete- and Remove-MigrationBatch, for staged migrations. */
export const MIGRATION_BATCH_CMDLETS: readonly Cmdlet[] = [
  {
    name: 'New-MigrationBatch', write: create,
    parameters: {
      Name: { type: 'text', mandatory: true, max: 64 }, SourceEndpoint: { type: 'text', mandatory: true }, CSVData: { type: 'bytes' }, AutoStart: { type: 'switch' }, NotificationEmails: { type: 'texts' }, StartAfter: { type: 'text' }, AllowUnknownColumnsInCsv: { type: 'flag' }, ...OTHERS,
    },
  },
  {
    name: 'Get-MigrationBatch', parameters: { Identity: { type: 'text' }, Status: { type: [...BATCH_STATUSES, 'Corrupted', 'IncrementalSyncing'] }, Endpoint: { type: 'text' }, BatchGuid: { type: 'guid' }, ...offered(['IncludeReport', 'Diagnostic', 'DiagnosticArgument', 'Partition']) },
    read: ({ migration: m, arguments: given }) => {
      const [identity, status, endpoint, guid] = ['Identity', 'Status', 'Endpoint', 'BatchGuid'].map((name) => given.given(name));
      const found = identity === undefined ? [...m.state.batches.values()] : [oneBatch(m, identity)];
      const at = endpoint === undefined ? undefined : oneEndpoint(m, endpoint).name.toLowerCase();
      return rows(found.filter((b) => (status === undefined || b.status === status) && (at === undefined || b.endpoint === at) && (guid === undefined || b.guid === guid)).map((b) => batchRow(m, b)));
    },
  },
  { name: 'Set-MigrationBatch', parameters: { ...IDENTITY, NotificationEmails: { type: 'texts' }, ...offered(['AddUsers', 'AllowIncrementalSyncs', 'AllowUnknownColumnsInCsv', 'ApproveSkippedItems', 'AutoRetryCount', 'BadItemLimit', 'CSVData', 'CompleteAfter', 'LargeItemLimit', 'MoveOptions', 'ReportInterval', 'SkipMerging', 'SkipMoving', 'SkipReports', 'SourcePublicFolderDatabase', 'StartAfter', 'SyncNow', 'Update']) }, write: change },
  acting('Start', startBatch, offered(['Validate'])),
  acting('Stop', stopBatch, offered(['SetBatchNotStarted'])),
  acting('Complete', (m, batch, call) => {
    const run = completeBatch(m, batch);
    return () => { call.warn('A staged Exchange migration needs no completion: convert the on-premises mailboxes and remove the batch.'); run(); };
  }, { ...offered(['SyncAndComplete']), NotificationEmails: { type: 'text', offered: false } }),
  acting('Remove', removeBatch, { Force: { type: 'switch', offered: false } }),
];
