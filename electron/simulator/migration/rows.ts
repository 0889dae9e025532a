import type { Row } from '../exchange/cmdlet/cmdlet.ts';
import { copiedBy, gradeOf, skippedItems, stalledBy } from './copying.ts';
import { activeOn } from './endpoints.ts';
import { type Machine } from './machine.ts';
import { BUSY, usersOf, type Batch, type Endpoint, type MigrationUser, type UserStatus } from './model.ts';
import { gradeOfBatch } from './reports.ts';
import { counted } from './steps.ts';

const iso = (at: number | null): string | null => (at === null ? null : new Date(at).toISOString());

/** A .NET TimeSpan as text: `hh:mm:ss`, with whole days in front. */
function timeSpan(ms: number): string {
  const seconds = Math.floor(ms / 1000);
  const two = (n: number): string => String(n).padStart(2, '0');
  const days = Math.floor(seconds / 86_400);
  return `${days > 0 ? `${days}.` : ''}${two(Math.floor(seconds / 3600) % 24)}:${two(Math.floor(seconds / 60) % 60)}:${two(seconds % 60)}`;
}

/** A size as Exchange writes it: `1.5 MB (1,572,864 bytes)`. */
function sizeText(bytes: number): string {
  const whole = Math.round(bytes);
  const at = Math.min(4, Math.floor(Math.log2(Math.max(1, whole)) / 10));
  return `${Number((whole / 1024 ** at).toPrecision(4))} ${['B', 'KB', 'MB', 'GB', 'TB'][at] ?? 'B'} (${whole.toLocaleString('en-US')} bytes)`;
}

/** Properties of Get-MigrationEndpoint. Credentials never come back. */
export function endpointRow(m: Machine, endpoint: Endpoint): Row {
  return {
    Identity: endpoint.name, Guid: endpoint.guid, EndpointType: 'ExchangeOutlookAnywhere', ExchangeServer: endpoint.exchangeServer, RpcProxyServer: endpoint.rpcProxyServer, RemoteServer: null, Username: endpoint.username,
    Authentication: endpoint.authentication, MailboxPermission: endpoint.mailboxPermission, EmailAddress: endpoint.emailAddress, AcceptUntrustedCertificates: endpoint.acceptsUntrusted,
    MaxConcurrentMigrations: String(endpoint.maxConcurrentMigrations), MaxConcurrentIncrementalSyncs: String(endpoint.maxConcurrentIncrementalSyncs), ActiveMigrationCount: activeOn(m, endpoint), ActiveIncrementalSyncCount: 0,
    CreatedTime: iso(endpoint.createdAt), LastModifiedTime: iso(endpoint.changedAt),
  };
}

/** Properties of Get-MigrationBatch. */
export function batchRow(m: Machine, batch: Batch): Row {
  const users = usersOf(m.state, batch.name.toLowerCase());
  const count = (fits: (u: MigrationUser) => boolean): number => users.filter(fits).length;
  const isAtWork = batch.status === 'Starting' || batch.status === 'Syncing' || batch.status === 'Stopping';
  return {
    Identity: batch.name, BatchGuid: batch.guid, Status: batch.status, State: isAtWork ? 'Active' : batch.status === 'Failed' ? 'Failed' : batch.status === 'Waiting' ? 'Waiting' : 'Completed', MigrationType: 'ExchangeOutlookAnywhere', BatchDirection: 'Onboarding',
    CutoverAllowed: false, IsStaged: true, TotalCount: users.length, ActiveCount: count((u) => BUSY.has(u.status)), PendingCount: count((u) => u.status === 'Queued'), StoppedCount: count((u) => u.status === 'Stopped'), SyncedCount: count((u) => u.status === 'Synced'),
    FinalizedCount: count((u) => u.status === 'Completed'), FailedCount: count((u) => u.status === 'Failed'), FailedInitialSyncCount: count((u) => u.status === 'Failed'), FailedIncrementalSyncCount: 0,
    ProvisionedCount: count((u) => u.targetId !== null && m.state.provisioned.has(u.targetId)), ValidationWarningCount: batch.warnings.length,
    ValidationWarnings: batch.warnings.map((w) => ({ RowIndex: w.row, EmailAddress: w.address, Message: w.message })),
    CreationDateTime: iso(batch.createdAt), StartDateTime: iso(batch.startedAt), StartAfter: iso(batch.startAfter), InitialSyncDateTime: iso(batch.initialSyncAt),
    InitialSyncDuration: batch.initialSyncAt === null || batch.startedAt === null ? null : timeSpan(batch.initialSyncAt - batch.startedAt), LastSyncedDateTime: iso(batch.lastSyncedAt),
    SubmittedByUser: batch.submittedBy, NotificationEmails: batch.notify, SourceEndpoint: m.state.endpoints.get(batch.endpoint)?.name ?? null, TargetEndpoint: null, DataConsistencyScore: gradeOfBatch(m, batch) ?? null, Message: batch.message,
  };
}

const SUMMARY: Readonly<Record<UserStatus, string>> = {
  Queued: 'Active', Validating: 'Active', Provisioning: 'Active', ProvisionUpdating: 'Active', Syncing: 'Active', Stopping: 'Active', Removing: 'Active', Synced: 'Synced', Failed: 'Failed', Stopped: 'Stopped', Completed: 'Completed',
};

/** StatusSummary of a status (cmdlet reference, Get-MigrationUser). */
export function summaryOf(status: UserStatus): string { return SUMMARY[status]; }

/** Properties of Get-MigrationUser. */
export function userRow(m: Machine, user: MigrationUser): Row {
  const of = m.state.provisioned.get(user.targetId ?? '');
  const { synced, skipped } = counted(of, copiedBy(user, of, m.clock.quick()));
  return {
    Identity: user.address, Guid: user.guid, Identifier: user.address, MailboxIdentifier: user.address, MailboxEmailAddress: user.address, RecipientType: 'MailboxOrMailUser', BatchId: m.state.batches.get(user.batch)?.name ?? user.batch,
    Status: user.status, StatusSummary: SUMMARY[user.status], ErrorSummary: user.error === '' ? null : user.error, SyncedItemCount: synced, SkippedItemCount: skipped,
    MailboxGuid: user.mailboxGuid, LastSuccessfulSyncTime: iso(user.lastSyncAt), DataConsistencyScore: of && of.itemsRead > 0 ? gradeOf(of) : null,
  };
}

/** Properties of Get-MigrationUserStatistics. @param withSkipped skipped items are listed (IncludeSkippedItems). */
export function statisticsRow(m: Machine, user: MigrationUser, withSkipped: 'with skipped items' | 'counts only'): Row {
  const now = m.clock.quick();
  const of = m.state.provisioned.get(user.targetId ?? '');
  const part = copiedBy(user, of, now);
  const { synced, skipped } = counted(of, part);
  const running = Math.max(0, now - user.since);
  const busyMs = user.busyMs + (BUSY.has(user.status) ? running : 0);
  const bytes = of ? of.sizeBytes * part : 0;
  const items = of && withSkipped === 'with skipped items' ? skippedItems(of, part, m.clock.now()) : [];
  return {
    Identity: user.address, Identifier: user.address, EmailAddress: user.address, BatchId: m.state.batches.get(user.batch)?.name ?? user.batch, MigrationType: 'ExchangeOutlookAnywhere', Status: user.status, StatusSummary: SUMMARY[user.status],
    Error: user.error === '' ? null : user.error, SyncedItemCount: synced, SkippedItemCount: skipped, TotalItemsInSourceMailboxCount: of?.items ?? null, EstimatedTotalTransferCount: of?.items ?? null,
    EstimatedTotalTransferSize: of ? sizeText(of.sizeBytes) : null, BytesTransferred: sizeText(bytes), AverageBytesTransferredPerHour: sizeText(busyMs === 0 ? 0 : bytes / (busyMs / 3_600_000)), PercentageComplete: Math.floor(part * 100),
    TotalQueuedDuration: timeSpan(user.queuedMs + (user.status === 'Queued' ? running : 0)), TotalInProgressDuration: timeSpan(busyMs), TotalSyncedDuration: timeSpan(user.status === 'Synced' ? running : 0),
    TotalStalledDuration: timeSpan(user.stalledMs + stalledBy(user, now)), LastSuccessfulSyncTime: iso(user.lastSyncAt), DataConsistencyScore: of && of.itemsRead > 0 ? gradeOf(of) : null,
    SkippedItems: items.map((i) => ({ Kind: i.kind, Subject: i.subject, Sender: i.sender, DateSent: iso(i.sentAt), ScoringClassifications: i.kind === 'CorruptItem' ? 'BadItem' : 'Metadata' })),
  };
}
