import type { Handlers } from '../ipc/router.ts';
import { appError, ErrorCode } from '../../shared/domain/errors.ts';
import { isWriting } from '../../shared/domain/statuses.ts';
import { attributeOf, choiceKey, EXISTENCE, isPartOf, valuesWritten } from '../engines/planning/index.ts';
import { move, requireWritable } from './plan-approval.ts';
import { RollBackTask, readSettings } from './pipeline/task-settings.ts';
import { taskIfThere } from './pipeline/undone-journal.ts';
import type { Services } from './services.ts';
import { toTaskRow, WAITING } from './task-rows.ts';

/** Writes of one object looked at. */
const OBJECT_LIMIT = 10_000;

/** Channels of roll backs besides `tasks.rollBack`: the three-way view, its decisions, and what of an object can be taken back. */
export function rollBackHandlers(services: Services): Pick<Handlers, 'rollBack.conflicts' | 'rollBack.decide' | 'rollBack.ofObject'> {
  const { store } = services;
  return {
    'rollBack.conflicts': async (query) => await store.planConflicts.page(query),
    async 'rollBack.decide'({ taskId, choices, mode }) {
      await store.transaction(async (tx) => {
        const task = await tx.tasks.get(taskId);
        if (task.kind !== 'Roll back' || task.collectionId === null) throw appError(ErrorCode.InvalidInput, `The task is a ${task.kind} task; only about the values of a roll back of a migration can be decided.`);
        if (!WAITING.has(task.state)) throw appError(ErrorCode.Conflict, `The task is ${task.state}; decisions are made while its plan awaits approval. Start a new roll back.`);
        requireWritable(await tx.pairs.get(task.pairId));
        const request = readSettings(RollBackTask, task);
        // Who decides about a whole decides about its single values too, unless they say otherwise at the same time.
        const fresh = choices.map(choiceKey);
        const decided = new Map([...request.choices.filter((one) => !fresh.some((whole) => isPartOf(choiceKey(one), whole))), ...choices].map((one) => [choiceKey(one), one]));
        await tx.tasks.update(taskId, { settings: { ...request, choices: mode === undefined ? [...decided.values()] : choices, mode: mode ?? request.mode, seen: null } });
        await move(tx, task, { state: 'Queued', phase: 'queue', scheduledAt: null, message: 'Working out the way back with these decisions. Nothing was written.', checkpoint: null, done: 0, failed: 0, total: null });
      });
      services.emit('tasks.changed', toTaskRow(await store.tasks.get(taskId)));
      services.nudge();
      return { taskId };
    },
    async 'rollBack.ofObject'({ collectionId, objectId }) {
      const { pairId } = await store.collections.get(collectionId);
      const tasks = new Map<string, { at: number; attributes: Set<string>; created: boolean }>();
      for (const entry of await store.journal.ofObject(pairId, objectId, OBJECT_LIMIT)) {
        if (entry.undoneBy !== null || (entry.outcome !== 'done' && !(entry.outcome === 'failed' && entry.references.length > 0))) continue;
        if (!tasks.has(entry.taskId) && !isWriting((await taskIfThere(services, entry.taskId))?.kind ?? 'Roll back')) continue;
        const known = tasks.get(entry.taskId) ?? { at: entry.intentAt, attributes: new Set<string>(), created: false };
        const left = valuesWritten(entry.operation, entry.references).filter((value) => !entry.undoneValues.includes(value) && !value.startsWith('passwordProfile/'));
        for (const value of left) if (value !== EXISTENCE) known.attributes.add(attributeOf(value));
        tasks.set(entry.taskId, { ...known, created: known.created || (entry.operation.kind === 'create' && left.includes(EXISTENCE)) });
      }
      return { tasks: [...tasks].map(([taskId, { at, attributes, created }]) => ({ taskId, at, attributes: [...attributes].toSorted(), created })) };
    },
  };
}
