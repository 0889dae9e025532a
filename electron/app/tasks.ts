import type { Handlers } from '../ipc/router.ts';
import { appError, ErrorCode } from '../../shared/domain/errors.ts';
import type { Selection } from '../../shared/contracts/values.ts';
import type { TaskRow } from '../../shared/contracts/tasks.ts';
import type { TaskKind } from '../../shared/domain/statuses.ts';
import type { Services } from './services.ts';
import { cycleDiscarded } from './coexistence-approval.ts';
import { approveNow, move, requireWritable } from './plan-approval.ts';
import { startRollBack } from './roll-back-start.ts';
import { taskRow, taskRows, toTaskRow, WAITING, whyNotResumed, writesDirectory } from './task-rows.ts';
import { requireMayBeQueued } from './task-writers.ts';
import { MatchTask, MigrateTask } from './pipeline/task-settings.ts';
import { stageOf } from './pipeline/run-task.ts';
import { planSubject, recordEvent } from './evidence-events.ts';
import { interruptDead } from './dead-owners.ts';
import { csvPart } from './csv.ts';

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
    'tasks.list': async (query) => ({ rows: await taskRows(store, await store.tasks.list(query)) }),
    'tasks.get': async ({ id }) => await taskRow(store, id),
    'tasks.items': async (query) => await store.tasks.pageItems(query),
    async 'tasks.discover'({ pairId }) {
      await store.pairs.get(pairId);
      return await start({ pairId, collectionId: null, kind: 'Discover', settings: {} });
    },
    async 'tasks.match'({ collectionId, breakExisting, upnSuffix, selection }) {
      const collection = await requireObjects(services, collectionId);
      if (collection.kind === 'dynamic') throw appError(ErrorCode.InvalidInput, `"${collection.name}" is a dynamic collection: those are for coexistence only. Put the objects into a static collection to match them by rules, or pin single matches here.`);
      return await start({ pairId: collection.pairId, collectionId, kind: 'Match', settings: MatchTask.parse({ breakExisting, upnSuffix, ids: await idsOf(collectionId, selection) }) });
    },
    async 'tasks.migrate'({ collectionId, settings, selection }) {
      const collection = await requireObjects(services, collectionId);
      if (collection.kind === 'dynamic') throw appError(ErrorCode.InvalidInput, `"${collection.name}" is a dynamic collection: those are for coexistence only. Put the objects into a static collection to migrate them.`);
      // Also on a read-only pair: planning only reads, and approving is refused.
      return await start({ pairId: collection.pairId, collectionId, kind: 'Migrate', settings: MigrateTask.parse({ settings, ids: await idsOf(collectionId, selection) }) });
    },
    'tasks.rollBack': async (request) => await startRollBack(services, request),
    async 'tasks.approve'(approval) {
      await approveNow(services, approval);
      return await changed(approval.taskId);
    },
    async 'tasks.discard'({ taskId }) {
      const task = await store.tasks.get(taskId);
      if (!WAITING.has(task.state)) throw appError(ErrorCode.Conflict, `The task is ${task.state}; only a plan that awaits approval can be discarded.`);
      await store.transaction(async (tx) => {
        await move(tx, task, { state: 'Discarded', phase: 'done', scheduledAt: null, message: `The plan was discarded by ${services.actor}; nothing was written.`, finishedAt: services.now() });
        await cycleDiscarded(tx, task, services.now());
        await recordEvent(tx, { pairId: task.pairId, collectionId: task.collectionId, taskId, kind: 'plan discarded', actor: services.actor, at: services.now(), subject: planSubject(task), detail: { planId: task.planId } });
      });
      if (task.kind === 'Synchronise') services.emit('store.changed', { nouns: ['coexistence', 'collections'] });
      // The migration that it would have taken back can be resumed again.
      if (task.undoes !== null) services.emit('store.changed', { nouns: ['tasks'] });
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
      await store.transaction(async (tx) => {
        const task = await tx.tasks.get(taskId);
        const blocked = (await whyNotResumed(tx, [task])).get(taskId) ?? null;
        if (blocked !== null) throw appError(ErrorCode.Conflict, blocked);
        if (!toTaskRow(task).canResume) throw appError(ErrorCode.Conflict, task.state === 'Running' ? 'The task is running in another process; nothing needs to be resumed.' : `The task is ${task.state}; there is nothing to resume.`);
        if (stageOf(task) === 'apply') {
          // What approving checks holds for going on as well: the pair and other tasks may have changed since.
          if (!await writesDirectory(tx, task)) requireWritable(await tx.pairs.get(task.pairId));
          await requireMayBeQueued(tx, task);
          // Failed writes get another try; drift and reasons that a plan knew stay as they are.
          if (task.planId !== null) await tx.plans.reopenFailed(task.planId);
        }
        await move(tx, task, { state: 'Queued', phase: 'queue', message: `Resumed by ${services.actor}.`, finishedAt: null });
      });
      services.nudge();
      return await changed(taskId);
    },
    'tasks.exportItems': async ({ taskId, after }) => await csvPart({
      fileName: `task-${taskId}.csv`, columns: ['time', 'type', 'name', 'status', 'message', 'objectGUID'],
      read: async (request) => await store.tasks.pageItems({ taskId, onlyProblems: false, ...request }),
      lines: (rows) => rows.map((i) => [new Date(i.at).toISOString(), i.kind, i.name, i.status, i.message, i.objectId ?? '']),
    }, { after }),
    async 'tasks.delete'({ taskId }) {
      const row = await taskRow(store, taskId);
      if (row.state === 'Running' || row.state === 'Queued' || row.state === 'Cancelling') throw appError(ErrorCode.Conflict, 'The task is still at work. Cancel it first.');
      if (row.canRollBack) throw appError(ErrorCode.Conflict, 'This task can still be rolled back; deleting it would delete its journal. Roll it back first, or keep it.');
      await store.tasks.remove(taskId);
      services.emit('store.changed', { nouns: ['tasks'] });
      return { done: true };
    },
  };
}

async function requireObjects(services: Services, collectionId: string) {
  const collection = await services.store.collections.get(collectionId);
  if (collection.objects === 0) throw appError(ErrorCode.InvalidInput, `Collection "${collection.name}" is empty. Add objects first.`);
  return collection;
}
