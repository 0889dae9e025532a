import { ROW_ERRORS, type RowErrorCode, type RowStage } from '../../../../shared/domain/mailboxes.ts';
import { errorOfText } from './problems.ts';
import { forwardingStanding, isCloudMailbox, type ForwardingStanding } from './routing.ts';
import { gradeOf } from './grade.ts';
import type { Observed, RowChange, RowStanding } from './types.ts';

/** What a status of a migration user means for its row (ExchangeOnlineManagement cmdlet reference, MigrationUserStatus). Staged migration has no incremental synchronisation, so that its statuses mean what they say of the first copy. */
const MEANING: Readonly<Record<string, 'waits' | 'mail user' | 'provision' | 'forwarding' | 'data' | 'copied' | 'failed' | 'stopping' | 'stopped' | 'leaving'>> = {
  Queued: 'waits', Starting: 'waits', Validating: 'mail user', Provisioning: 'provision', ProvisionUpdating: 'forwarding', Syncing: 'data', Completing: 'data', IncrementalSyncing: 'data',
  Synced: 'copied', Completed: 'copied', CompletedWithWarnings: 'copied', CompletionSynced: 'copied', IncrementalSynced: 'copied', IncrementalStopped: 'copied', IncrementalFailed: 'copied',
  Failed: 'failed', CompletionFailed: 'failed', Stopping: 'stopping', Stopped: 'stopped', Removing: 'leaving',
};

/** What is known of a row's results, each by looking. */
interface Results { readonly provisioned: boolean; readonly mailUser: boolean; readonly forwarding: ForwardingStanding; readonly copied: boolean }

const wrong = (code: RowErrorCode, error: string): RowChange => ({ errorCode: code, error, suggestion: ROW_ERRORS[code].suggestion });
const NO_ERROR = { errorCode: '', error: '', suggestion: '' } as const satisfies RowChange;

/**
 * Where a row stands after a look at the service, the tenant and the directory. Told by results that can be seen and not by an order of steps: older and newer descriptions of staged migration
 * disagree whether forwarding comes before or after the first copy.
 * @param now milliseconds since 1970 UTC.
 * @returns what changes; null: nothing.
 */
export function nextStep(row: RowStanding, seen: Observed, now: number): RowChange | null {
  if (row.state === 'Left out') return null;
  const warned = seen.user === undefined ? seen.batch?.warnings.find((one) => one.address.toLowerCase() === row.address.toLowerCase()) : undefined;
  if (warned !== undefined && row.serviceStatus === '') return changed(row, { state: 'Left out', ...wrong(errorOfText(warned.message), warned.message) });
  const known = knownSoFar(row, seen, now);
  const results = resultsOf({ ...row, ...known }, seen);
  return changed(row, { ...known, ...standing({ ...row, ...known }, seen, results, now) });
}

/** Figures and times that a look adds, whatever becomes of the row. */
function knownSoFar(row: RowStanding, { user, statistics, recipient, routing: found, forwarding }: Observed, now: number): RowChange {
  const routing = row.routing || found;
  const mailbox = recipient !== undefined && recipient !== 'not read' && isCloudMailbox(recipient) ? recipient : undefined;
  const meaning = user === undefined ? undefined : MEANING[user.status];
  const provisioned = row.provisionedAt !== null || mailbox !== undefined || meaning === 'forwarding' || meaning === 'data' || meaning === 'copied';
  const forwarded = provisioned && forwardingStanding(forwarding, routing, recipient) === 'right';
  const value = typeof forwarding === 'object' ? forwarding.value : null;
  return {
    ...(user === undefined ? {} : { serviceStatus: user.status }),
    ...(mailbox === undefined ? {} : { targetId: mailbox.targetId }),
    // The service may have chosen another address of the mailbox: from now on that is the one.
    routing: forwarded && value !== null ? value.replace(/^smtp:/i, '').toLowerCase() : routing,
    ...(provisioned && row.provisionedAt === null ? { provisionedAt: now } : {}),
    ...(forwarded && row.forwardedAt === null ? { forwardedAt: now } : {}),
    ...(meaning === 'copied' && row.dataAt === null ? { dataAt: now } : {}),
    ...(statistics === undefined ? {} : {
      items: statistics.items, skipped: statistics.skipped, itemsTotal: statistics.itemsTotal, bytes: statistics.bytes, bytesTotal: statistics.bytesTotal, queuedMs: statistics.queuedMs, busyMs: statistics.busyMs, stalledMs: statistics.stalledMs,
      ...(meaning === 'copied' || statistics.grade !== '' ? { grade: gradeOf(statistics) } : {}),
    }),
  };
}

function resultsOf(row: RowStanding, { recipient, forwarding }: Observed): Results {
  return { provisioned: row.provisionedAt !== null, mailUser: row.provisionedAt !== null || recipient === 'not read' || recipient !== undefined, forwarding: forwardingStanding(forwarding, row.routing, recipient), copied: row.dataAt !== null };
}

/** The first stage whose result cannot be seen. */
function openStage({ provisioned, mailUser, forwarding, copied }: Results): RowStage {
  if (!mailUser) return 'mail user';
  if (!provisioned) return 'provision';
  if (forwarding === 'wrong') return 'forwarding';
  return copied ? 'complete' : 'data';
}

function standing(row: RowStanding, seen: Observed, results: Results, now: number): RowChange {
  const { user, batch } = seen;
  if (results.copied && (user === undefined || MEANING[user.status] === 'copied')) return copiedRow(row, seen, results, now);
  if (user === undefined) {
    if (row.serviceStatus === '' || row.state === 'Failed') return {};
    // A batch that is being made or started shows its users a moment later.
    if (batch !== undefined && /^(Created|Starting|Waiting)$/.test(batch.status)) return {};
    return { state: 'Failed', stage: openStage(results), ...wrong('removed by the service', `${row.address} is no longer part of a migration batch in Exchange Online.`) };
  }
  const meaning = MEANING[user.status];
  switch (meaning) {
    case 'waits': return { state: 'Waiting', stage: results.provisioned ? openStage(results) : 'mail user', ...NO_ERROR };
    case 'mail user': case 'provision': case 'forwarding': return { state: 'In progress', stage: meaning, ...NO_ERROR };
    case 'data': return { state: 'In progress', stage: 'data', ...remark(row, seen, results) };
    case 'stopping': case 'leaving': return {};
    case 'stopped': return { state: 'Stopped', stage: openStage(results), ...NO_ERROR };
    case 'failed': {
      const text = user.error || seen.statistics?.error || 'Exchange Online gives no reason.';
      const code = errorOfText(text);
      const stage = openStage(results);
      // Without a look at the directory the words of the service tell about forwarding.
      return { state: 'Failed', stage: stage === 'data' && results.forwarding === 'unknown' && code === 'right on targetAddress' ? 'forwarding' : stage, ...wrong(code, text) };
    }
    default: return { state: 'Failed', stage: openStage(results), ...wrong('unknown', `Exchange Online shows the status ${user.status}${user.error === '' ? '' : `: ${user.error}`}`) };
  }
}

/** A row whose data is copied: done when forwarding is right, or when nobody can look. */
function copiedRow(row: RowStanding, seen: Observed, { forwarding }: Results, now: number): RowChange {
  if (forwarding === 'right') return { state: 'Done', stage: 'complete', completedAt: row.completedAt ?? now, ...NO_ERROR };
  if (forwarding === 'unknown') {
    if (row.state === 'Done' && row.stage === 'complete') return {};
    return { state: 'Done', stage: 'data', ...wrong('forwarding not read', `Forwarding of ${row.address} could not be looked at on premises.`) };
  }
  return { state: seen.forwardingPlanned ? 'Waiting' : 'Failed', stage: 'forwarding', completedAt: null, ...wrong('forwarding differs', whereTo(row, seen)) };
}

/** What a person should know of a row that goes on. */
function remark(row: RowStanding, seen: Observed, { forwarding }: Results): RowChange {
  const { statistics } = seen;
  if (forwarding === 'wrong') return wrong('forwarding differs', whereTo(row, seen));
  if (statistics !== undefined && statistics.stalledMs > row.stalledMs && statistics.bytes <= row.bytes) return wrong('data stalled', `The copy of ${row.address} has stalled for ${Math.round(statistics.stalledMs / 60_000)} minutes so far.`);
  return NO_ERROR;
}

function whereTo({ address, routing }: RowStanding, { forwarding }: Observed): string {
  const wanted = routing === '' ? 'its mailbox in Microsoft 365' : routing;
  if (forwarding === 'gone') return `The on-premises object of ${address} is gone, so that nothing is forwarded to ${wanted}.`;
  const value = typeof forwarding === 'object' ? forwarding.value : null;
  return value === null ? `Mail of ${address} is not forwarded on premises; it should go to ${wanted}.` : `Mail of ${address} is forwarded to ${value.replace(/^smtp:/i, '')} on premises; it should go to ${wanted}.`;
}

/** Only what differs; null: nothing. */
function changed(row: RowStanding, wanted: RowChange): RowChange | null {
  const differing = Object.entries(wanted).filter(([name, value]) => row[name as keyof RowStanding] !== value);
  return differing.length === 0 ? null : Object.fromEntries(differing);
}
