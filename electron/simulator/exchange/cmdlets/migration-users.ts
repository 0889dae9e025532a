import type { Machine } from '../../migration/machine.ts';
import { USER_STATUSES, type MigrationUser } from '../../migration/model.ts';
import { statisticsRow, summaryOf, userRow } from '../../migration/rows.ts';
import { removeOne, startOne, stopOne } from '../../migration/users.ts';
import { NO_ROWS, rows, type Cmdlet, type Found, type ParameterRules } from '../cmdlet/cmdlet.ts';
import { needsOrganizationManagement, notFound } from '../refusal.ts';

const offered = (names: readonly string[]): ParameterRules => Object.fromEntries(names.map((name) => [name, { type: 'text', offered: false } as const]));

/** The user with that address or guid. @throws ExchangeRefusal 404. */
function oneUser(m: Machine, identity: string): MigrationUser {
  const lower = identity.toLowerCase();
  const found = m.state.users.get(lower) ?? [...m.state.users.values()].find((u) => u.guid === lower);
  if (!found) throw notFound(identity);
  return found;
}

/** Users in the order in which they were added. */
function* inOrder(m: Machine, after: number, fits: (user: MigrationUser) => boolean): Iterable<Found> {
  // The map is in order of insertion, which is that of the sequence.
  for (const user of m.state.users.values()) if (user.sequence > after && fits(user)) yield { at: user.sequence, row: () => userRow(m, user) };
}

/** A cmdlet that does one thing with one user. */
const acting = (verb: string, act: (m: Machine, user: MigrationUser) => () => void): Cmdlet => ({
  name: `${verb}-MigrationUser`, parameters: { Identity: { type: 'text', mandatory: true }, ...offered(['Partition', 'DomainController']), Force: { type: 'switch', offered: false } },
  write: (call) => {
    if (!call.caller.managesOrganization) throw needsOrganizationManagement(call.cmdlet);
    const run = act(call.migration, oneUser(call.migration, call.arguments.given('Identity') ?? ''));
    return () => { run(); return NO_ROWS; };
  },
});

const BY_STATUS = ['StatusAndBatchId'];

/** Get-, Start-, Stop- and Remove-MigrationUser and Get-MigrationUserStatistics. */
export const MIGRATION_USER_CMDLETS: readonly Cmdlet[] = [
  {
    name: 'Get-MigrationUser', defaultSet: 'StatusAndBatchId',
    parameters: {
      Identity: { type: 'text', mandatory: ['Identity'], sets: ['Identity'] }, EmailAddress: { type: 'text', mandatory: ['EmailAddress'], sets: ['EmailAddress'] }, BatchId: { type: 'text', sets: BY_STATUS },
      Status: { type: [...USER_STATUSES, 'CompletedWithWarnings', 'Completing', 'CompletionFailed', 'CompletionSynced', 'Corrupted', 'IncrementalFailed', 'IncrementalStopped', 'IncrementalSynced', 'IncrementalSyncing', 'Starting'], sets: BY_STATUS },
      StatusSummary: { type: ['Active', 'Completed', 'Failed', 'Stopped', 'Synced'], sets: BY_STATUS }, ResultSize: { type: 'result size' }, ...offered(['MailboxGuid', 'IncludeAssociatedUsers', 'Partition', 'DomainController']),
    },
    read: ({ migration: m, arguments: given, set, after }) => {
      if (set === 'Identity') return rows([userRow(m, oneUser(m, given.given('Identity') ?? ''))]);
      if (set === 'EmailAddress') return rows([userRow(m, oneUser(m, given.given('EmailAddress') ?? ''))]);
      const [batch, status, summary] = ['BatchId', 'Status', 'StatusSummary'].map((name) => given.given(name));
      const named = batch === undefined ? undefined : [...m.state.batches].find(([key, b]) => key === batch.toLowerCase() || b.guid === batch.toLowerCase())?.[0];
      if (batch !== undefined && named === undefined) throw notFound(batch);
      return inOrder(m, after, (u) => (named === undefined || u.batch === named) && (status === undefined || u.status === status) && (summary === undefined || summaryOf(u.status) === summary));
    },
  },
  {
    name: 'Get-MigrationUserStatistics',
    parameters: { Identity: { type: 'text', mandatory: true }, IncludeSkippedItems: { type: 'switch' }, ...offered(['IncludeReport', 'LimitSkippedItemsTo', 'SkipSubscription', 'Diagnostic', 'DiagnosticArgument', 'DiagnosticInfo', 'IncludeCopilotReport', 'Partition', 'DomainController']) },
    read: ({ migration: m, arguments: given }) => rows([statisticsRow(m, oneUser(m, given.given('Identity') ?? ''), given.on('IncludeSkippedItems') ? 'with skipped items' : 'counts only')]),
  },
  acting('Start', startOne), acting('Stop', stopOne), acting('Remove', removeOne),
];
