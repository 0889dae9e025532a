import type { Handlers } from '../ipc/router.ts';
import type { Coexistence } from '../../shared/contracts/coexistence.ts';
import type { ReadonlyDeep } from '../../shared/contracts/index.ts';
import { appError, ErrorCode } from '../../shared/domain/errors.ts';
import type { CoexistenceRecord, Repositories } from '../store/index.ts';
import { nextWorkingTime } from './coexistence-hours.ts';
import { queueCycle, type CycleOrder } from './coexistence-queue.ts';
import { AT_WORK, coexistenceRow, findTask, toCycleRow, whyNoCycle } from './coexistence-rows.ts';
import { nextState, type CoexistenceEvent } from './coexistence-state.ts';
import { interruptDeadOf } from './dead-owners.ts';
import type { Services } from './services.ts';
import { taskRow, WAITING } from './task-rows.ts';

/** Channels of coexistence. */
export function coexistenceHandlers(services: Services): Pick<Handlers, Extract<keyof Handlers, `coexistence.${string}`>> {
  const { store } = services;
  const changed = async (collectionId: string): Promise<ReadonlyDeep<Coexistence>> => {
    services.emit('store.changed', { nouns: ['coexistence', 'collections'] });
    return await coexistenceRow(store, await store.collections.get(collectionId), await store.coexistence.get(collectionId));
  };
  const started = async (taskId: string): Promise<{ taskId: string }> => {
    services.emit('tasks.changed', await taskRow(store, taskId));
    services.emit('store.changed', { nouns: ['coexistence'] });
    services.nudge();
    return { taskId };
  };
  const cycleNow = async (collectionId: string, order: Pick<CycleOrder, 'kind' | 'reason'>): Promise<{ taskId: string }> => {
    const collection = await store.collections.get(collectionId);
    await interruptDeadOf(services, { collectionId });
    const task = await store.transaction(async (tx) => {
      const record = await tx.coexistence.get(collectionId);
      if (record?.state !== 'On') throw appError(ErrorCode.Conflict, whyNoCycle(collection, record));
      return await queueCycle(tx, record, { ...order, by: services.actor, retry: 'all' });
    });
    return await started(task.id);
  };
  const moved = async (tx: Repositories, collectionId: string, event: CoexistenceEvent, patch: Partial<Pick<CoexistenceRecord, 'nextAt' | 'attention' | 'failures'>>): Promise<CoexistenceRecord> => {
    const collection = await tx.collections.get(collectionId);
    const record = await tx.coexistence.get(collectionId);
    const state = nextState(record?.state ?? 'Off', event);
    if (record === undefined || state === null) throw appError(ErrorCode.Conflict, `Coexistence of "${collection.name}" is ${record?.state ?? 'Off'}: it cannot be ${event === 'disable' ? 'disabled' : `${event}d`} now.`);
    await tx.coexistence.patch(collectionId, { state, ...patch });
    await tx.collections.setCoexistence(collectionId, state === 'Off' ? 'off' : 'on');
    return record;
  };
  return {
    async 'coexistence.plan'({ collectionId, settings }) {
      const collection = await store.collections.get(collectionId);
      if (collection.kind === 'static' && collection.objects === 0) throw appError(ErrorCode.InvalidInput, `Collection "${collection.name}" is empty. Add objects first.`);
      await interruptDeadOf(services, { collectionId });
      const task = await store.transaction(async (tx) => {
        const before = await tx.coexistence.get(collectionId);
        const state = nextState(before?.state ?? 'Off', 'plan');
        if (state === null) throw appError(ErrorCode.Conflict, `Coexistence of "${collection.name}" is ${before?.state ?? 'Off'} already. Use Disable Synchronization before you answer the questions anew.`);
        const record: CoexistenceRecord = { collectionId, pairId: collection.pairId, state, settings, position: 0, fullHash: '', fullAt: null, nextAt: null, failures: 0, retryAt: null, attention: '', taskId: before?.taskId ?? null };
        await tx.coexistence.save(record);
        return await queueCycle(tx, record, { kind: 'first', reason: `${services.actor} asked for coexistence.`, by: services.actor, retry: 'all' });
      });
      return await started(task.id);
    },
    async 'coexistence.disable'({ collectionId }) {
      await interruptDeadOf(services, { collectionId });
      const taskId = await store.transaction(async (tx) => {
        const record = await moved(tx, collectionId, 'disable', { nextAt: null, attention: '', failures: 0 });
        const task = await findTask(tx, record.taskId);
        if (task !== undefined && AT_WORK.has(task.state)) await tx.tasks.requestCancel(task.id);
        else if (task !== undefined && WAITING.has(task.state)) {
          await tx.tasks.moveIf(task.id, [...WAITING], { state: 'Discarded', phase: 'done', scheduledAt: null, message: `The plan was discarded, because ${services.actor} disabled coexistence; nothing was written.`, finishedAt: services.now() });
        }
        await tx.cycles.closeLeft(collectionId, { outcome: 'cancelled', message: 'Coexistence was disabled.' });
        await tx.coexistence.handOver(collectionId, 'all');
        await tx.drift.forget(collectionId);
        // Enabled again later, it begins anew: who left in between is nobody that it looked after.
        await tx.coexistence.forget(collectionId);
        await tx.retries.clear(collectionId);
        // Nobody waits for what changes any more: it is not kept, and whoever begins again reads everything first.
        if ((await tx.coexistence.list(record.pairId)).every((one) => one.state === 'Off')) {
          await tx.watermarks.remove(record.pairId);
          await tx.changeFeed.prune(record.pairId, await tx.changeFeed.latest(record.pairId));
        }
        return task?.id;
      });
      if (taskId !== undefined) services.emit('tasks.changed', await taskRow(store, taskId));
      return await changed(collectionId);
    },
    'coexistence.restart': async ({ collectionId }) => await cycleNow(collectionId, { kind: 'full', reason: `${services.actor} restarted coexistence.` }),
    'coexistence.runNow': async ({ collectionId }) => await cycleNow(collectionId, { kind: 'changes', reason: `${services.actor} asked for it.` }),
    async 'coexistence.pause'({ collectionId }) {
      await store.transaction(async (tx) => await moved(tx, collectionId, 'pause', { nextAt: null }));
      return await changed(collectionId);
    },
    async 'coexistence.resume'({ collectionId }) {
      await store.transaction(async (tx) => {
        const { settings } = await moved(tx, collectionId, 'resume', { attention: '', failures: 0 });
        await tx.coexistence.patch(collectionId, { nextAt: nextWorkingTime(settings.workingHours, services.now()) });
      });
      services.nudge();
      return await changed(collectionId);
    },
    'coexistence.get': async ({ collectionId }) => await coexistenceRow(store, await store.collections.get(collectionId), await store.coexistence.get(collectionId)),
    async 'coexistence.save'({ collectionId, change }) {
      await store.transaction(async (tx) => {
        const collection = await tx.collections.get(collectionId);
        const record = await tx.coexistence.get(collectionId);
        if (record === undefined) throw appError(ErrorCode.Conflict, `Coexistence of "${collection.name}" was never enabled. Use Enable Coexistence.`);
        const settings = { ...record.settings, ...Object.fromEntries(Object.entries(change).filter(([, value]) => value !== undefined)) };
        const now = services.now();
        const soonest = Math.min(record.nextAt ?? now, now + settings.intervalMinutes * 60_000);
        // What waits is compared again, and written over.
        if (change.drift === 're-apply' && record.settings.drift !== 're-apply') await tx.changeFeed.append(record.pairId, 'source', (await tx.drift.openObjects(collectionId)).map((objectId) => ({ objectId, what: 'object' })));
        await tx.coexistence.patch(collectionId, { settings, ...(record.state === 'On' ? { nextAt: nextWorkingTime(settings.workingHours, soonest) } : {}) });
      });
      services.nudge();
      return await changed(collectionId);
    },
    async 'coexistence.list'({ pairId }) {
      const records = new Map((await store.coexistence.list(pairId)).map((record) => [record.collectionId, record]));
      return { rows: await Promise.all((await store.collections.list(pairId)).map(async (collection) => await coexistenceRow(store, collection, records.get(collection.id)))) };
    },
    async 'coexistence.cycles'({ collectionId, quiet, ...request }) {
      const { rows, ...page } = await store.cycles.page({ collectionId, quiet, ...request });
      return { rows: rows.map(toCycleRow), ...page };
    },
    async 'coexistence.timeline'({ from, to, buckets, ...scope }) {
      const sums = new Map((await store.cycles.timeline(scope, from, to, buckets)).map((one) => [one.piece, one]));
      const length = Math.ceil((to - from) / buckets);
      return {
        rows: Array.from({ length: buckets }, (_, piece) => {
          const { piece: _piece, inStep, objects, ...rest } = sums.get(piece) ?? { piece, cycles: 0, quiet: 0, failedCycles: 0, changes: 0, operations: 0, failed: 0, requests: 0, throttledMs: 0, lagMs: null, inStep: 0, objects: 0 };
          const known = objects > 0;
          return { from: from + piece * length, to: Math.min(from + (piece + 1) * length, to), ...rest, inStep: known ? inStep : null, objects: known ? objects : null };
        }),
      };
    },
  };
}
