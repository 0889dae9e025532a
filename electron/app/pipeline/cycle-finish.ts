import { objectPauseMs } from '../coexistence-state.ts';
import type { CycleOutcome } from '../../../shared/domain/coexistence.ts';
import type { PlanSkip } from '../../../shared/domain/plans.ts';
import type { MigrationProgress, SynchronisationStatus } from '../../../shared/domain/statuses.ts';
import type { CollectionRecord, CycleFigures, MemberStatus } from '../../store/index.ts';
import { queueNotifications } from '../notifications-queue.ts';
import type { Services } from '../services.ts';
import { treatLeft } from './cycle-leaving.ts';
import type { CycleScope, LeavingScope } from './cycle-scope.ts';
import { settleObjects, turnsOfEnd, type Ending, type Planned, type Settled } from './finish.ts';
import type { Reporter } from './reporter.ts';
import { writtenBy } from './cycle-written.ts';
import type { SynchroniseSettings } from './task-settings.ts';

/** A cycle whose plan was carried out, or had nothing to write. */
export interface CycleDone {
  readonly collection: CollectionRecord;
  readonly task: Planned;
  readonly order: SynchroniseSettings;
  readonly scope: LeavingScope;
  readonly ending: Ending;
  /** When the cycle before began, milliseconds; null: there was none. Changes from then on count for the lag. */
  readonly before: number | null;
}

/** What came of it. */
export interface CycleResult extends Pick<CycleFigures, 'operations' | 'failed' | 'held' | 'inStep' | 'objects' | 'lagMs'> { readonly outcome: CycleOutcome; readonly message: string }

/** Writes what became of the objects of a cycle: statuses with reasons, who is in step, who is tried again and when, and who left. */
export async function settleCycle(services: Services, { collection, task, order, scope, ending, before }: CycleDone, reporter: Reporter, signal: AbortSignal): Promise<CycleResult> {
  const { store } = services;
  const { outOfScope, intervalMinutes } = order.settings;
  const leaving = await treatLeft(services, collection, order, scope.waiting, scope.leaving);
  const left = new Set(leaving.map((one) => one.left.sourceId));
  const settled = await settleObjects(services, collection, task, scope.ids.filter((id) => !left.has(id)), ending, reporter, signal);
  const { byObject, deviating } = settled;
  const isWrong = (id: string): boolean => (byObject.get(id)?.problems.length ?? 0) > 0 || deviating.has(id);
  const gone = leaving.filter(({ left: { sourceId }, treatment }) => !isWrong(sourceId) && (treatment.operation === null ? !ending.cancelled : (byObject.get(sourceId)?.open ?? 1) === 0));
  for (const { left: one, treatment } of gone) {
    reporter.item({ objectId: one.sourceId, name: one.name, kind: byObject.get(one.sourceId)?.kind ?? 'user', status: 'Not intended to be synced', message: sentenceOf(treatment) });
  }
  if (outOfScope === 'unlink') await store.matches.break(collection.pairId, gone.filter(({ treatment }) => treatment.operation === null).map((one) => one.left.sourceId));
  const rows = await statusesOf(services, collection, settled, scope, left, gone.filter((one) => one.left.member).map((one) => ({ sourceId: one.left.sourceId, reason: sentenceOf(one.treatment) })));
  await store.collections.setStatuses(collection.id, rows.changed);
  const failed = [...rows.failed, ...leaving.filter((one) => isWrong(one.left.sourceId)).map(({ left: { sourceId } }) => ({ sourceId, reason: byObject.get(sourceId)?.problems[0] ?? 'It could not be verified.' }))];
  const matches = await store.matches.getMany(collection.pairId, rows.inSync);
  const known = await store.retries.of(collection.id);
  const written = await writtenBy(store, { pairId: collection.pairId, taskId: task.id, planId: task.planId, inStep: new Set(rows.inSync), deviating, objects: byObject.keys() });
  await store.transaction(async (tx) => {
    await tx.coexistence.keep(collection.id, collection.pairId, rows.inSync.flatMap((sourceId) => { const targetId = matches.get(sourceId)?.targetId; return targetId ? [{ sourceId, targetId }] : []; }));
    // What was written, or found equal, is what was agreed on from now.
    await tx.syncState.settle({ planId: task.planId, collectionId: collection.id, inStep: rows.inSync, written, end: ending.cancelled ? 'open' : 'final' });
    await tx.drift.writtenOver(task.planId, new Set(rows.inSync));
    await tx.syncState.move(collection.id, [...scope.owned.keys()]);
    await tx.coexistence.forget(collection.id, [...gone.map((one) => one.left.sourceId), ...scope.owned.keys()]);
    await tx.coexistence.handOver(collection.id, 'left');
    const unkept = [...gone.map((one) => one.left.sourceId), ...scope.owned.keys()];
    if (unkept.length > 0) await tx.drift.gone((await tx.drift.live(collection.id, unkept)).map((one) => one.number));
    await tx.retries.clear(collection.id, [...rows.inSync, ...gone.map((one) => one.left.sourceId), ...scope.owned.keys()].filter((id) => known.has(id)));
    await tx.retries.put(collection.id, failed.map(({ sourceId, reason }) => {
      const failures = (known.get(sourceId)?.failures ?? 0) + 1;
      return { sourceId, failures, retryAt: services.now() + objectPauseMs(failures, intervalMinutes), problem: reason };
    }));
  });
  // Also of a cycle that was cancelled: the next one is a task of its own and knows nothing of its accounts.
  if (byObject.size > 0) await queueNotifications(services, task, turnsOfEnd(signal, ending).write);
  const { bySynchronisation, total } = await store.collections.statistics({ collectionId: collection.id });
  const operations = settled.figures.total;
  const others = [...byObject.keys()].filter((id) => isWrong(id) && !failed.some((one) => one.sourceId === id)).length;
  const figures = { operations, failed: failed.length + others, held: scope.held.length, inStep: bySynchronisation['In sync'] ?? 0, objects: total, lagMs: await lagOf(services, collection, [...byObject.keys()], before) };
  return { ...figures, ...ended(figures, ending) };
}

const sentenceOf = (treatment: { readonly operation: { readonly kind: string } | null; readonly reason?: string }): string => treatment.reason ?? (treatment.operation?.kind === 'delete' ? 'It left, and its object in Microsoft 365 was deleted.' : 'It left, and its account in Microsoft 365 was disabled.');

function ended({ operations, failed, inStep, objects }: Pick<CycleFigures, 'operations' | 'failed' | 'inStep' | 'objects'>, { cancelled }: Ending): { readonly outcome: CycleOutcome; readonly message: string } {
  const ones = operations === 1 ? 'operation' : 'operations';
  const step = `${inStep} of ${objects} objects are in step.`;
  if (cancelled) return { outcome: 'cancelled', message: 'Cancelled between two writes. What was written is in the journal; the next cycle goes on.' };
  if (failed > 0) return { outcome: 'done with failures', message: `${operations} ${ones}; ${failed === 1 ? '1 object failed and is' : `${failed} objects failed and are`} tried again later. ${step}` };
  return operations === 0 ? { outcome: 'nothing to do', message: `Nothing had to be written; ${step}` } : { outcome: 'done', message: `${operations} ${ones}, read back and compared. ${step}` };
}

/** A skip that a person's answer would end is no decision against the object. */
async function meaningOf(services: Services, pairId: string, skips: readonly PlanSkip[], kept: ReadonlySet<string>): Promise<ReadonlyMap<string, SynchronisationStatus>> {
  const matches = await services.store.matches.getMany(pairId, skips.map((one) => one.sourceId));
  return new Map(skips.map(({ sourceId, status }) => {
    if (status === 'Failed') return [sourceId, 'Failed'] as const;
    const open = status === 'Ambiguous' || status === 'Conflict' || matches.get(sourceId)?.review === 'To review';
    return [sourceId, !open ? 'Not intended to be synced' as const : kept.has(sourceId) ? 'Failed' as const : 'Never synced' as const] as const;
  }));
}

interface Told { readonly sourceId: string; readonly reason: string }

async function statusesOf(services: Services, collection: CollectionRecord, { statuses, skipped }: Settled, scope: CycleScope, left: ReadonlySet<string>, gone: readonly Told[]): Promise<{ readonly changed: readonly MemberStatus[]; readonly inSync: readonly string[]; readonly failed: readonly Told[] }> {
  const { store } = services;
  const now = await store.collections.statuses(collection.id, [...statuses.map((one) => one.sourceId), ...skipped.keys(), ...gone.map((one) => one.sourceId), ...scope.owned.keys(), ...scope.held]);
  const skips = [...skipped.values()].filter((one) => now.has(one.sourceId) && !left.has(one.sourceId));
  const meaning = await meaningOf(services, collection.pairId, skips, await store.coexistence.kept(collection.id, skips.map((one) => one.sourceId)));
  const wanted = new Map<string, { readonly status?: MigrationProgress; readonly reason: string; readonly synchronisation: SynchronisationStatus }>();
  for (const { sourceId, status, reason } of statuses) wanted.set(sourceId, { status, reason, synchronisation: status === 'Failed' ? 'Failed' : 'In sync' });
  for (const { sourceId, reason } of skips) wanted.set(sourceId, { reason, synchronisation: meaning.get(sourceId) ?? 'Not intended to be synced' });
  for (const { sourceId, reason } of gone) wanted.set(sourceId, { reason, synchronisation: 'Not intended to be synced' });
  for (const [sourceId, name] of scope.owned) wanted.set(sourceId, { reason: `It is in several collections in coexistence; "${name}" keeps it in step.`, synchronisation: 'Not intended to be synced' });
  for (const sourceId of scope.held) wanted.set(sourceId, { reason: 'It is held out of coexistence; release it to go on.', synchronisation: 'Not intended to be synced' });
  const changed: MemberStatus[] = [];
  for (const [sourceId, { status, reason, synchronisation }] of wanted) {
    const is = now.get(sourceId);
    if (is !== undefined && (is.synchronisation !== synchronisation || is.reason !== reason)) changed.push({ sourceId, status: status ?? is.status, reason, synchronisation });
  }
  const told = [...wanted].map(([sourceId, { reason, synchronisation }]) => ({ sourceId, reason, synchronisation }));
  return { changed, inSync: told.filter((one) => one.synchronisation === 'In sync').map((one) => one.sourceId), failed: told.filter((one) => one.synchronisation === 'Failed') };
}

/** The directory tells times in whole seconds. */
const SECOND_MS = 1_000;
/** Objects looked at for the lag. */
const LOOKED_AT = 500;

/**
 * Milliseconds from the oldest change that a cycle brought over until now, by the directory's own time of the change (MS-ADA3, whenChanged);
 * null when nothing changed in the directory since the cycle before, or this is the first.
 */
async function lagOf({ store, now }: Services, { pairId }: CollectionRecord, written: readonly string[], before: number | null): Promise<number | null> {
  if (before === null || written.length === 0) return null;
  const sources = await store.sources.getMany(pairId, written.slice(0, LOOKED_AT));
  const changed = [...sources.values()].flatMap(({ attributes }) => timeOf(attributes['whenChanged']?.[0]) ?? []).filter((at) => at > before - SECOND_MS && at <= now());
  return changed.length === 0 ? null : now() - Math.min(...changed);
}

/** A time as the directory writes it, e.g. `20261121224500.0Z` (RFC 4517 3.3.13), as milliseconds. */
function timeOf(text: string | undefined): number | undefined {
  const parts = text?.match(/^(\d{4})(\d\d)(\d\d)(\d\d)(\d\d)(\d\d)(?:\.\d+)?Z$/);
  if (!parts) return undefined;
  const [year = 0, month = 1, day = 1, hour = 0, minute = 0, second = 0] = parts.slice(1).map(Number);
  return Date.UTC(year, month - 1, day, hour, minute, second);
}
