import type { MailboxBatch, MailboxBatches, MailboxRow } from '../../shared/contracts/mailboxes.ts';
import { isActiveBatch, type BatchState } from '../../shared/domain/mailboxes.ts';
import type { MailboxBatchRecord, MailboxFigures, MailboxRowRecord, Repositories } from '../store/index.ts';
import { whyNotFixed } from './pipeline/fix.ts';
import type { Services } from './services.ts';

/** States from which a batch can be run, stopped and resumed. */
export const MAY = { run: ['Draft'], stop: ['Starting', 'Active'], resume: ['Stopped', 'Failed', 'Completed with errors'], discard: ['Draft'] } as const satisfies Readonly<Record<string, readonly BatchState[]>>;
const may = (action: keyof typeof MAY, state: BatchState): boolean => MAY[action].some((one) => one === state);

const NO_FIGURES: MailboxFigures = { states: { Waiting: 0, 'In progress': 0, Done: 0, Failed: 0, Stopped: 0, 'Left out': 0 }, reset: 0, created: 0, forwarded: 0, converted: 0, forwardingOpen: 0, items: 0, skipped: 0, bytes: 0 };

/** Batches as the console shows them. */
async function shownBatches({ mailboxBatches }: Pick<Repositories, 'mailboxBatches'>, records: readonly MailboxBatchRecord[]): Promise<readonly MailboxBatch[]> {
  const figures = await mailboxBatches.figures(records.map((one) => one.id));
  return records.map((one) => toBatch(one, figures.get(one.id) ?? NO_FIGURES));
}

/** One batch as the console shows it. @throws AppError NOT_FOUND. */
export async function shownBatch(store: Pick<Repositories, 'mailboxBatches'>, id: string): Promise<MailboxBatch> {
  const [batch] = await shownBatches(store, [await store.mailboxBatches.get(id)]);
  if (batch === undefined) throw new TypeError('one batch in, one batch out');
  return batch;
}

function toBatch(batch: MailboxBatchRecord, { states, reset, ...figures }: MailboxFigures): MailboxBatch {
  const { settings, number: _number, csvHash: _hash, agentId: _agent, nextAt: _next, failures: _failures, ...same } = batch;
  const idle = batch.wanted === '';
  return {
    ...same, leftOut: states['Left out'], toCreate: batch.total - states['Left out'] - reset, created: figures.created, active: states['In progress'], atATime: settings.atATime, forwarded: figures.forwarded, done: states.Done, failed: states.Failed,
    stopped: states.Stopped, waiting: states.Waiting, converted: figures.converted, forwardingOpen: figures.forwardingOpen, items: figures.items, skipped: figures.skipped, bytes: figures.bytes, timeLeftMs: isActiveBatch(batch.state) ? settings.timeLeftMs : null,
    recipients: [...settings.recipients], canRun: idle && may('run', batch.state), canStop: batch.wanted !== 'stop' && batch.wanted !== 'close' && may('stop', batch.state), canResume: idle && may('resume', batch.state), canDiscard: idle && may('discard', batch.state),
  };
}

/** Both panes of a pair. */
export async function shownPanes({ store }: Services, pairId: string): Promise<MailboxBatches> {
  const pair = await store.pairs.get(pairId);
  const rows = await shownBatches(store, await store.mailboxBatches.list(pairId));
  const ended = rows.filter((row) => !isActiveBatch(row.state));
  const { unconverted } = await store.mailboxRows.switched(pairId);
  return { rows: [...rows], migratedBefore: await store.mailboxRows.migratedIn(ended.map((row) => row.id)), failed: ended.reduce((sum, row) => sum + row.failed, 0), unconverted: unconverted.length, confirmation: confirmationOf(pair), cannotForward: whyNotFixed(pair) };
}

/** What to type to complete the migration of a pair. */
export const confirmationOf = (pair: { readonly name: string }): string => pair.name;

/** A row as the console shows it. */
export function shownRow({ pairId: _pair, secretRef: _secret, forceChange: _force, targetBefore: _before, ...row }: MailboxRowRecord): MailboxRow {
  return { ...row, rate: row.busyMs > 0 && row.bytes > 0 ? Math.round(row.bytes / (row.busyMs / 3_600_000)) : null };
}
