import { AppError, ErrorCode } from '../../../shared/domain/errors.ts';
import type { GuardStop } from '../../../shared/domain/plans.ts';
import type { CollectionRecord, TaskRecord } from '../../store/index.ts';
import { nextWorkingTime } from '../coexistence-hours.ts';
import { cyclePauseMs, nextState } from '../coexistence-state.ts';
import type { Services } from '../services.ts';
import type { CycleResult } from './cycle-finish.ts';
import type { Reporter } from './reporter.ts';
import type { SynchroniseSettings } from './task-settings.ts';

interface Plan { readonly id: string; readonly planId: string; readonly operations: number; readonly guard: readonly GuardStop[] }

interface Ended { readonly id: string; readonly order: SynchroniseSettings; /** When the cycle before began. */ readonly before: number | null; readonly startedAt: number; readonly requests: number; readonly throttledMs: number; readonly result: CycleResult }

const MINUTE_MS = 60_000;
const DAY_MS = 86_400_000;
/** Cycles that had nothing to do, and changes of others that are settled, are kept so long, milliseconds: Causeway's own choice. */
const KEPT_MS = 90 * DAY_MS;

/** Tells windows that a collection needs a person. */
function tell(services: Services, collection: CollectionRecord, taskId: string | null, message: string): void {
  services.emit('coexistence.attention', { collectionId: collection.id, collectionName: collection.name, pairId: collection.pairId, taskId, message });
}

const stops = (guard: readonly GuardStop[]): string => guard.map((stop) => stop.message).join(' ');

/** The first cycle is planned: it waits for a person, as a migration does. */
export async function cyclePlanned(services: Services, collection: CollectionRecord, task: TaskRecord, { id, planId, operations, guard }: Plan, reporter: Reporter): Promise<void> {
  await services.store.cycles.update(id, { message: 'The plan of the first cycle waits for approval.' });
  await services.store.tasks.update(task.id, { planId });
  await reporter.end('Awaiting approval', `The plan of the first cycle has ${operations} operations. ${guard.length === 0 ? '' : `The guard stopped it: ${stops(guard)} `}Nothing was written; approving it turns coexistence of "${collection.name}" on.`, { planId });
  services.emit('store.changed', { nouns: ['coexistence'] });
}

/** The guard stopped a cycle: its plan waits for a person, and no further cycle starts. */
export async function cycleStopped(services: Services, collection: CollectionRecord, task: TaskRecord, { id, planId, operations, guard }: Plan, reporter: Reporter): Promise<void> {
  const { store } = services;
  const message = `The guard stopped a cycle of "${collection.name}": ${stops(guard)}`;
  await store.transaction(async (tx) => {
    const record = await tx.coexistence.get(collection.id);
    const state = record === undefined ? null : nextState(record.state, 'guard');
    await tx.coexistence.patch(collection.id, { ...(state === null ? {} : { state }), attention: message, nextAt: null });
    await tx.cycles.update(id, { outcome: 'quarantined', message, endedAt: services.now() });
    await tx.tasks.update(task.id, { planId });
  });
  await reporter.end('Awaiting approval', `${message} The plan has ${operations} operations; nothing was written, and no further cycle starts before it is approved or discarded.`, { planId });
  tell(services, collection, task.id, message);
  services.emit('store.changed', { nouns: ['coexistence', 'collections'] });
}

/** A cycle came to its end: figures, when the next one begins, and what was compared as a whole. */
export async function cycleEnded(services: Services, collection: CollectionRecord, { id, order, before, startedAt, requests, throttledMs, result }: Ended, reporter: Reporter): Promise<void> {
  const { store } = services;
  const { outcome, message, ...figures } = result;
  const now = services.now();
  await store.transaction(async (tx) => {
    await tx.cycles.update(id, { ...figures, outcome, message, endedAt: now, requests, throttledMs });
    // Once a day: nearly every cycle has nothing to do.
    if (before === null || Math.floor(before / DAY_MS) !== Math.floor(now / DAY_MS)) {
      await tx.cycles.pruneQuiet(collection.id, now - KEPT_MS);
      await tx.drift.forget(collection.id, now - KEPT_MS);
    }
    const record = await tx.coexistence.get(collection.id);
    // What only wrote over changes of others is no turn of the collection: its next cycle begins when it would have.
    if (record === undefined || record.state === 'Off' || order.only === 'drift') return;
    const state = nextState(record.state, 'nothing to approve') ?? record.state;
    const whole = order.kind !== 'changes' && outcome !== 'cancelled';
    const { intervalMinutes, workingHours } = record.settings;
    const next = nextWorkingTime(workingHours, Math.max(now, startedAt + intervalMinutes * MINUTE_MS));
    await tx.coexistence.patch(collection.id, {
      state, failures: 0, retryAt: null, nextAt: state === 'On' ? next : null, ...(whole ? { fullHash: order.standing, fullAt: now } : {}),
      attention: figures.failed === 0 ? '' : `${figures.failed} ${figures.failed === 1 ? 'object' : 'objects'} failed in the last cycle and ${figures.failed === 1 ? 'is' : 'are'} tried again later.`,
    });
    await tx.collections.setCoexistence(collection.id, 'on');
  });
  await reporter.end(outcome === 'cancelled' ? 'Cancelled' : figures.failed > 0 ? 'Completed with errors' : 'Completed', message, { done: figures.operations, failed: figures.failed, total: figures.operations });
  services.emit('store.changed', { nouns: ['coexistence', 'objects', 'collections', 'tasks'] });
}

/** A cycle failed as a whole, or was made to stop: when it is tried again, and the cause in words. A first cycle that came to no plan leaves coexistence off. */
export async function cycleFailed(services: Services, collection: CollectionRecord, task: TaskRecord, { id, order }: { readonly id: string; readonly order: SynchroniseSettings }, signal: AbortSignal, error: unknown): Promise<void> {
  const { store } = services;
  const reason: unknown = signal.reason;
  // Another process may be at work on it by now.
  if (signal.aborted && reason === 'lease lost') return;
  const stopped = signal.aborted || (error instanceof AppError && error.data.code === ErrorCode.Cancelled);
  const message = stopped ? (reason === 'cancelled' ? 'Cancelled by a person.' : 'The program ended before the cycle did.') : error instanceof AppError ? error.message : 'An unexpected error; the log has the details.';
  const now = services.now();
  const attention = await store.transaction(async (tx) => {
    await tx.cycles.update(id, { outcome: stopped ? 'cancelled' : 'failed', message, endedAt: now });
    const record = await tx.coexistence.get(collection.id);
    if (record === undefined || record.state === 'Off' || record.taskId !== task.id) return '';
    if (record.state === 'Planned') {
      if (stopped && reason !== 'cancelled') return '';
      await tx.coexistence.patch(collection.id, { state: nextState(record.state, 'not planned') ?? record.state, attention: stopped ? '' : `The first cycle came to no plan: ${message}` });
      return stopped ? '' : message;
    }
    if (stopped) {
      const wait = reason === 'cancelled' ? order.settings.intervalMinutes * MINUTE_MS : 0;
      await tx.coexistence.patch(collection.id, { nextAt: record.state === 'On' ? now + wait : null });
      return '';
    }
    const failures = record.failures + 1;
    const retryAt = now + cyclePauseMs(failures);
    const text = `${failures === 1 ? 'The last cycle' : `The last ${failures} cycles`} failed: ${message} The next one is tried by itself.`;
    await tx.coexistence.patch(collection.id, { failures, retryAt, nextAt: record.state === 'On' ? retryAt : null, attention: text });
    return failures === 1 ? text : '';
  });
  if (attention !== '') tell(services, collection, task.id, attention);
  services.emit('store.changed', { nouns: ['coexistence', 'collections'] });
}
