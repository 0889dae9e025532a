import { DATA_GRADES, isActiveBatch, type BatchState } from '../../shared/domain/mailboxes.ts';
import { addPace, bytesLeft, nextStep, timeLeft, worstGrade, type BatchSeen, type MailMoment } from '../engines/mailboxes/index.ts';
import type { MailboxBatchRecord, MailboxRowRecord, MemberStatus, Repositories } from '../store/index.ts';
import { forwardingPlanned } from './mailbox-forwarding.ts';
import { observe } from './mailbox-observe.ts';
import type { Pass } from './mailbox-sides.ts';
import { tellMoment } from './mailbox-reports.ts';
import { mailsAreSent } from './notifications-settings.ts';

/** First and longest time between two looks at a batch at work, milliseconds. */
const WAIT = { first: 10_000, longest: 300_000 } as const;
/** The same while the service starts or stops a batch, which takes seconds. */
const SOON_MS = 2_000;

/** Reads what became of the rows of a batch, keeps it, and tells people when their moment has come. */
export async function lookAtRows(pass: Pass, batch: MailboxBatchRecord): Promise<void> {
  const { services } = pass;
  if (batch.state === 'Draft' || batch.state === 'Closed' || batch.wanted !== '') return;
  const before = await services.store.mailboxRows.all(batch.id);
  const planned = await forwardingPlanned(services.store, batch.taskId);
  const seen = await observe(pass, batch, before, planned);
  const now = services.now();
  const rows = before.map((row): MailboxRowRecord => {
    const observed = seen.rows.get(row.line);
    const change = observed === undefined ? null : nextStep(row, observed, now);
    return change === null ? row : { ...row, ...change, changedAt: now };
  });
  const changed = rows.filter((row, i) => row !== before[i]);
  const state = stateOf(batch, seen.batch, rows);
  const resting = !isActiveBatch(state);
  const bytes = rows.reduce((sum, row) => sum + row.bytes, 0);
  const pace = resting ? [] : addPace(batch.settings.pace, { at: now, bytes });
  const waitMs = resting ? 0 : changed.length > 0 || state !== batch.state ? WAIT.first : Math.min(WAIT.longest, Math.max(WAIT.first, batch.settings.waitMs * 2));
  const left = bytesLeft(rows.filter((row) => row.state !== 'Left out').map((row) => ({ bytes: row.bytes, bytesTotal: row.bytesTotal, open: row.state === 'Waiting' || row.state === 'In progress' })));
  const moments = momentsOf(batch, state, rows);
  const mails = await mailsAreSent(services.store) ? 'sent' as const : 'not sent' as const;
  await pass.write(async (tx) => {
    await tx.mailboxRows.save(changed);
    const key = (moment: MailMoment): string => `${batch.settings.runs}/${moment}`;
    for (const moment of moments) await tellMoment(tx, moment, batch, rows, { at: now, key: key(moment), mails, newId: services.newId });
    await keepStatuses(tx, batch.pairId, before, rows, now);
    const present = await tx.mailboxBatches.get(batch.id);
    // Somebody asked for something meanwhile: the next look carries it out, and says where the batch stands.
    const asked = present.wanted !== '';
    await tx.mailboxBatches.update(batch.id, {
      ...(asked ? {} : { state, endedAt: resting ? batch.endedAt ?? now : null, nextAt: resting ? null : now + (state === 'Starting' || state === 'Stopping' ? SOON_MS : waitMs) }), serviceStatus: seen.batch?.status ?? '', grade: gradeOfBatch(seen.batch, rows), message: messageOf(state, seen.batch, rows, planned), lookedAt: now, failures: 0,
      settings: { ...present.settings, pace, timeLeftMs: timeLeft(pace, left), waitMs, told: [...present.settings.told, ...moments.map(key)] },
    });
  });
  if (moments.length > 0) services.emit('store.changed', { nouns: ['notifications'] });
}

const isOpen = (row: MailboxRowRecord): boolean => row.state === 'Waiting' || row.state === 'In progress';

/** Where a batch stands, by the service's word and its rows. */
function stateOf(batch: MailboxBatchRecord, seen: BatchSeen | undefined, rows: readonly MailboxRowRecord[]): BatchState {
  const ended: BatchState = rows.every((row) => row.state === 'Done') ? 'Completed' : 'Completed with errors';
  const byRows = (): BatchState => (rows.some(isOpen) ? batch.state === 'Stopping' ? 'Stopping' : 'Active' : batch.state === 'Stopping' || rows.some((row) => row.state === 'Stopped') ? 'Stopped' : ended);
  // What was at rest is left at rest by a look: the service tidies up after itself in time.
  if (batch.endedAt !== null && !isActiveBatch(batch.state)) return batch.state === 'Completed' || batch.state === 'Completed with errors' ? (rows.some(isOpen) ? 'Active' : ended) : batch.state;
  if (seen === undefined) return batch.serviceStatus === '' ? byRows() : 'Failed';
  switch (seen.status) {
    case 'Created': return batch.state === 'Stopping' ? 'Stopped' : 'Starting';
    case 'Starting': return batch.state === 'Stopping' ? 'Stopping' : 'Starting';
    case 'Stopping': return 'Stopping';
    case 'Stopped': return rows.some((row) => row.state === 'In progress') ? 'Stopping' : 'Stopped';
    case 'Failed': case 'Corrupted': return 'Failed';
    case 'Synced': case 'SyncedwithErrors': case 'Completed': case 'CompletedWithErrors': return byRows();
    default: return batch.state === 'Stopping' ? 'Stopping' : 'Active';
  }
}

/** What is told now and was not told since the batch was run last. */
function momentsOf(batch: MailboxBatchRecord, state: BatchState, rows: readonly MailboxRowRecord[]): readonly MailMoment[] {
  const asked = rows.filter((row) => row.state !== 'Left out' && row.origin !== 'migrated before');
  const ready = asked.length > 0 && asked.some((row) => row.forwardedAt !== null) && asked.every((row) => (row.state === 'In progress' && row.stage === 'data') || row.state === 'Done' || row.state === 'Failed');
  const moments: MailMoment[] = [];
  if (ready && (state === 'Active' || state === 'Completed' || state === 'Completed with errors')) moments.push('ready');
  if (state === 'Stopped') moments.push('stopped');
  if (state === 'Completed' || state === 'Completed with errors' || state === 'Failed') moments.push('complete');
  return moments.filter((moment) => !batch.settings.told.includes(`${batch.settings.runs}/${moment}`));
}

function messageOf(state: BatchState, seen: BatchSeen | undefined, rows: readonly MailboxRowRecord[], planned: boolean): string {
  if (state === 'Failed') return seen === undefined ? 'The batch was removed in Exchange Online before it was done. Run its list again.' : seen.message || `Exchange Online gave the batch up (${seen.status}).`;
  const differing = rows.filter((row) => row.errorCode === 'forwarding differs').length;
  if (differing > 0) return planned ? `The plan that sets forwarding for ${differing === 1 ? '1 mailbox' : `${differing} mailboxes`} waits for approval or is at work.` : `Forwarding on premises is not right for ${differing === 1 ? '1 mailbox' : `${differing} mailboxes`}: plan it, and approve the plan.`;
  return seen?.message ?? '';
}

function gradeOfBatch(seen: BatchSeen | undefined, rows: readonly MailboxRowRecord[]) {
  const own = worstGrade(rows.map((row) => row.grade));
  return DATA_GRADES.indexOf(own) > DATA_GRADES.indexOf(seen?.grade ?? '') ? own : seen?.grade ?? own;
}

/** A migrated object whose mailbox is switched is Completed (Quest Migration Manager, "Tracking the Migration Progress"); when its forwarding is gone it is Migrated again. */
async function keepStatuses(tx: Pick<Repositories, 'collections'>, pairId: string, before: readonly MailboxRowRecord[], rows: readonly MailboxRowRecord[], at: number): Promise<void> {
  const isWhole = (row: MailboxRowRecord | undefined): boolean => row?.state === 'Done' && row.stage === 'complete';
  const turned = rows.filter((row, i) => row.sourceId !== null && isWhole(row) !== isWhole(before[i]));
  if (turned.length === 0) return;
  const members = await tx.collections.membersOf(pairId, turned.flatMap((row) => row.sourceId ?? []));
  const day = new Date(at).toISOString().slice(0, 10);
  const statuses = new Map<string, MemberStatus[]>();
  for (const row of turned) {
    const member = members.get(row.sourceId ?? '');
    const [collection] = member?.collections ?? [];
    if (member === undefined || collection === undefined || row.sourceId === null || member.status !== (isWhole(row) ? 'Migrated' : 'Completed')) continue;
    const status: MemberStatus = isWhole(row) ? { sourceId: row.sourceId, status: 'Completed', reason: `The mailbox was switched on ${day}.` } : { sourceId: row.sourceId, status: 'Migrated', reason: 'Mail on premises is not forwarded to the mailbox in Microsoft 365 any more.' };
    statuses.set(collection.id, [...statuses.get(collection.id) ?? [], status]);
  }
  for (const [collectionId, list] of statuses) await tx.collections.setStatuses(collectionId, list);
}
