import type { Handlers } from '../ipc/router.ts';
import { appError, ErrorCode } from '../../shared/domain/errors.ts';
import type { Selection } from '../../shared/contracts/values.ts';
import type { TaskRow } from '../../shared/contracts/tasks.ts';
import type { TaskKind } from '../../shared/domain/statuses.ts';
import type { PairRecord } from '../store/index.ts';
import type { Services } from './services.ts';
import { taskRow, toTaskRow } from './task-rows.ts';
import { MatchTask, MigrateTask, RollBackTask } from './pipeline/task-settings.ts';
import { stageOf } from './pipeline/run-task.ts';
import { interruptDead } from './dead-owners.ts';
import { csvOf } from './csv.ts';

/** Channels of tasks. */
export function taskHandlers(services: Services): Pick<Handlers, 'tasks.list' | 'tasks.get' | 'tasks.items' | 'tasks.discover' | 'tasks.match' | 'tasks.migrate' | 'tasks.rollBack' | 'tasks.approve' | 'tasks.discard' | 'tasks.cancel' | 'tasks.resume' | 'tasks.exportItems' | 'tasks.delete'> {
  const { store } = services;
  const start = async (input: { readonly pairId: string; readonly collectionId: string | null; readonly kind: TaskKind; readonly settings: unknown; readonly undoes?: string }) => {
    const task = await store.tasks.create({ ...input, createdBy: services.actor });
    services.emit('tasks.changed', toTaskRow(task));
    services.nudge();
    return { taskId: task.id };
  };
  const changed = async (id: string): Promise<TaskRow> => {
    const row = await taskRow(store, id);
    services.emit('tasks.changed', row);
    return row;
  };
  const idsOf = async (collectionId: string, selection: Selection | undefined): Promise<string[] | null> => {
    if (selection === undefined) return null;
    const ids: string[] = [];
    for await (const page of store.collections.resolveSelection(collectionId, selection)) ids.push(...page);
    if (ids.length === 0) throw appError(ErrorCode.InvalidInput, 'No object is selected.');
    return ids;
  };
  return {
    'tasks.list': async (query) => ({ rows: (await store.tasks.list(query)).map(toTaskRow) }),
    'tasks.get': async ({ id }) => await taskRow(store, id),
    'tasks.items': async (query) => await store.tasks.pageItems(query),
    async 'tasks.discover'({ pairId }) {
      await store.pairs.get(pairId);
      return await start({ pairId, collectionId: null, kind: 'Discover', settings: {} });
    },
    async 'tasks.match'({ collectionId, breakExisting, upnSuffix, selection }) {
      const collection = await requireObjects(services, collectionId);
      return await start({ pairId: collection.pairId, collectionId, kind: 'Match', settings: MatchTask.parse({ breakExisting, upnSuffix, ids: await idsOf(collectionId, selection) }) });
    },
    async 'tasks.migrate'({ collectionId, settings, selection }) {
      const collection = await requireObjects(services, collectionId);
      if (collection.kind === 'dynamic') throw appError(ErrorCode.InvalidInput, `"${collection.name}" is a dynamic collection: those are for coexistence only. Put the objects into a static collection to migrate them.`);
      const pair = await store.pairs.get(collection.pairId);
      requireWritable(pair);
      return await start({ pairId: collection.pairId, collectionId, kind: 'Migrate', settings: MigrateTask.parse({ settings, ids: await idsOf(collectionId, selection) }) });
    },
    async 'tasks.rollBack'({ collectionId, undoes, objectId, mode, purge }) {
      const collection = await store.collections.get(collectionId);
      requireWritable(await store.pairs.get(collection.pairId));
      const task = undoes ?? (objectId === undefined ? await lastMigration(services, collectionId) : null);
      if (task !== null) {
        const row = await taskRow(store, task);
        if (row.collectionId !== collectionId) throw appError(ErrorCode.InvalidInput, `Task ${task} belongs to another collection.`);
        if (!row.canRollBack) throw appError(ErrorCode.Conflict, row.rolledBackBy !== null ? 'This task was rolled back already.' : 'This task has written nothing that could be rolled back, or it still runs.');
      }
      return await start({
        pairId: collection.pairId, collectionId, kind: 'Roll back', settings: RollBackTask.parse({ undoes: task, objectId: objectId ?? null, mode, purge }), ...(task === null ? {} : { undoes: task }),
      });
    },
    async 'tasks.approve'({ taskId, confirmation }) {
      const task = await store.tasks.get(taskId);
      if (task.state !== 'Awaiting approval' || task.planId === null) throw appError(ErrorCode.Conflict, `The task is ${task.state}; only a plan that awaits approval can be approved.`);
      requireWritable(await store.pairs.get(task.pairId));
      const plan = await store.plans.get(task.planId);
      if (confirmation.trim() !== plan.confirmation) throw appError(ErrorCode.InvalidInput, `Type "${plan.confirmation}" to approve the plan for ${plan.tenantName}.`);
      if ((await store.tasks.list({ pairId: task.pairId, limit: 500 })).some((t) => t.id !== taskId && (t.state === 'Running' || t.state === 'Queued' || t.state === 'Cancelling') && stageOf(t) === 'apply')) throw appError(ErrorCode.Conflict, 'Another task is writing to this tenant. Wait for its end, or cancel it.');
      await store.tasks.update(taskId, { state: 'Queued', phase: 'queue', message: `Approved by ${services.actor}.`, checkpoint: { stage: 'apply' }, done: 0, failed: 0, total: null });
      services.nudge();
      return await changed(taskId);
    },
    async 'tasks.discard'({ taskId }) {
      const task = await store.tasks.get(taskId);
      if (task.state !== 'Awaiting approval') throw appError(ErrorCode.Conflict, `The task is ${task.state}; only a plan that awaits approval can be discarded.`);
      await store.tasks.update(taskId, { state: 'Discarded', phase: 'done', message: `The plan was discarded by ${services.actor}; nothing was written.`, finishedAt: services.now() });
      return await changed(taskId);
    },
    async 'tasks.cancel'({ taskId }) {
      const task = await store.tasks.get(taskId);
      if (task.state === 'Queued' || task.state === 'Running') await store.tasks.requestCancel(taskId);
      else if (task.state !== 'Cancelling') throw appError(ErrorCode.Conflict, `The task is ${task.state}; there is nothing to cancel.`);
      return await changed(taskId);
    },
    async 'tasks.resume'({ taskId }) {
      await interruptDead(services, taskId);
      const row = await taskRow(store, taskId);
      if (!row.canResume) throw appError(ErrorCode.Conflict, row.state === 'Running' ? 'The task is running in another process; nothing needs to be resumed.' : `The task is ${row.state}; there is nothing to resume.`);
      const task = await store.tasks.get(taskId);
      // Failed writes get another try; drift and reasons that a plan knew stay as they are.
      if (stageOf(task) === 'apply' && task.planId !== null) await store.plans.reopenFailed(task.planId);
      await store.tasks.update(taskId, { state: 'Queued', phase: 'queue', message: `Resumed by ${services.actor}.`, finishedAt: null });
      services.nudge();
      return await changed(taskId);
    },
    async 'tasks.exportItems'({ taskId }) {
      const rows: (readonly string[])[] = [['time', 'type', 'name', 'status', 'message', 'objectGUID']];
      let after: string | null = null;
      do {
        const page: Awaited<ReturnType<typeof store.tasks.pageItems>> = await store.tasks.pageItems({ taskId, onlyProblems: false, after, limit: 500 });
        rows.push(...page.rows.map((i) => [new Date(i.at).toISOString(), i.kind, i.name, i.status, i.message, i.objectId ?? '']));
        after = page.next;
      } while (after !== null);
      return { fileName: `task-${taskId}.csv`, text: csvOf(rows) };
    },
    async 'tasks.delete'({ taskId }) {
      const row = await taskRow(store, taskId);
      if (row.state === 'Running' || row.state === 'Queued') throw appError(ErrorCode.Conflict, 'The task is still at work. Cancel it first.');
      if (row.canRollBack) throw appError(ErrorCode.Conflict, 'This task can still be rolled back; deleting it would delete its journal. Roll it back first, or keep it.');
      await store.tasks.remove(taskId);
      services.emit('store.changed', { nouns: ['tasks'] });
      return { done: true };
    },
  };
}

/** @throws AppError FORBIDDEN for a pair that only reads. */
function requireWritable(pair: Pick<PairRecord, 'name' | 'target'>): void {
  if (pair.target.readOnly) throw appError(ErrorCode.Forbidden, `Migration pair "${pair.name}" is read-only, so nothing can be migrated or rolled back. Change the pair's properties to ask for write permissions.`);
}

async function requireObjects(services: Services, collectionId: string) {
  const collection = await services.store.collections.get(collectionId);
  if (collection.objects === 0) throw appError(ErrorCode.InvalidInput, `Collection "${collection.name}" is empty. Add objects first.`);
  return collection;
}

async function lastMigration(services: Services, collectionId: string): Promise<string> {
  const rows = (await services.store.tasks.list({ collectionId, limit: 500 })).map(toTaskRow);
  const last = rows.find((t) => t.canRollBack);
  if (!last) throw appError(ErrorCode.NotFound, 'This collection has no migration that could be rolled back.');
  return last.id;
}
