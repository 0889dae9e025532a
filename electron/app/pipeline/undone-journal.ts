import PQueue from 'p-queue';
import { AppError, appError, ErrorCode } from '../../../shared/domain/errors.ts';
import { isWriting, type TaskState } from '../../../shared/domain/statuses.ts';
import { lookUp, lookUpAtExchange, type ApplyLedger, type Intent, type Settlement } from '../../engines/applying/index.ts';
import type { OpenedTenant, Tenant } from '../../engines/tenant/index.ts';
import type { JournalEntry, JournalStanding, PairRecord, Repositories, TaskRecord } from '../../store/index.ts';
import type { Services } from '../services.ts';
import { createLedger } from './ledger.ts';
import type { Reporter } from './reporter.ts';

/** Which part of the journal a roll back takes back: that of a task, of several tasks, or of one object in all tasks. */
export type UndoneScope = { readonly undoes: string | null; readonly tasks: readonly string[] | null; readonly objectId: string | null; readonly later?: 'refuse' | 'take back too' };

/** Ids of the tasks that a roll back takes back; null: those that wrote to its one object. */
export const tasksOf = ({ undoes, tasks }: Pick<UndoneScope, 'undoes' | 'tasks'>): readonly string[] | null => (undoes !== null ? [undoes] : tasks);

/** Objects looked for at the same time: a look that finds nothing takes seconds, because Graph may show a new object late. */
const LOOKS = 100;
const AT_WORK: ReadonlySet<TaskState> = new Set(['Queued', 'Running', 'Cancelling']);

/** Where the journal stands that a roll back works from. */
export async function journalStanding(store: Pick<Repositories, 'journal'>, pairId: string, scope: UndoneScope): Promise<JournalStanding> {
  // Whatever is written or taken back may be about a value that goes along.
  if (scope.later === 'take back too') return await store.journal.standing({ pairId });
  const taskIds = tasksOf(scope);
  if (taskIds !== null) return await store.journal.standing({ taskIds });
  const { objectId } = scope;
  return objectId === null ? { last: 0, standing: 0 } : await store.journal.standing({ pairId, sourceId: objectId });
}

/** True for an entry that changed something; members may have been written in part. */
export const hasWritten = ({ outcome, references }: Pick<JournalEntry, 'outcome' | 'references'>): boolean => outcome === 'done' || (outcome === 'failed' && references.length > 0);

/** What a person calls a task that wrote, at the beginning of a sentence. */
export const nounOf = ({ kind }: Pick<TaskRecord, 'kind'>): string => (kind === 'Synchronise' ? 'The cycle' : 'Migration');

/** The task; null when it was deleted. */
export async function taskIfThere(services: { readonly store: Pick<Repositories, 'tasks'> }, id: string): Promise<TaskRecord | null> {
  return await services.store.tasks.get(id).catch((error: unknown) => { if (error instanceof AppError && error.data.code === ErrorCode.NotFound) return null; throw error; });
}

/**
 * A process that was killed leaves intents without an outcome. Before a way back is made each of them is settled by looking at the
 * tenant: what happened becomes part of the way back, what did not counts as not sent. Nothing is written to the tenant.
 * @throws AppError CONFLICT while one of the tasks is at work: then its intents are not open but under way.
 */
export async function settleUndone(services: Services, pair: PairRecord, scope: UndoneScope, tenant: OpenedTenant, reporter: Reporter, signal: AbortSignal): Promise<void> {
  for (const task of await undoneTasks(services, pair, scope)) {
    if (AT_WORK.has(task.state)) throw appError(ErrorCode.Conflict, `${nounOf(task)} ${task.id} is ${task.state}. Wait for its end, or cancel it; then roll back again.`);
    if (task.planId === null || !isWriting(task.kind)) continue;
    const ledger = createLedger(services, { pairId: pair.id, collectionId: task.collectionId ?? '', taskId: task.id, planId: task.planId });
    const open = await ledger.openIntents();
    if (open.length === 0) continue;
    await reporter.phase('discover target', 'Looking for what was sent last', open.length);
    let done = 0;
    const queue = new PQueue({ concurrency: LOOKS });
    // Creates first: members and managers are known by what was created.
    for (const part of [open.filter((i) => i.operation.kind === 'create'), open.filter((i) => i.operation.kind !== 'create')]) {
      const looks = await Promise.allSettled(part.map((intent) => queue.add(async () => {
        signal.throwIfAborted();
        const settlement = intent.operation.service === 'exchange'
          ? await lookUpAtExchange(intent, { exchange: tenant.exchange, ledger, wait: services.wait, matches: 'as journalled' }, signal)
          : await lookUp(intent, { tenant, ledger, wait: services.wait }, signal) ?? await membersThere(intent, ledger, tenant, signal);
        reporter.progress(++done);
        return { intent, settlement };
      })));
      for (const look of looks) if (look.status === 'fulfilled') await settleOne(ledger, look.value.intent, look.value.settlement, reporter);
      // Whoever could not be looked for stays open: not seen is not "not there".
      const failure = looks.find((look) => look.status === 'rejected');
      if (failure) throw failure.reason;
    }
  }
}

async function settleOne(ledger: ApplyLedger, intent: Intent, settlement: Settlement | null, reporter: Reporter): Promise<void> {
  // Pending again rather than failed: when the roll back is discarded, resuming the migration sends it.
  if (settlement === null) return await ledger.reopen(intent.id);
  await ledger.settle([settlement]);
  if (settlement.outcome === 'failed' && settlement.message !== '') reporter.item({ objectId: intent.operation.sourceId, name: intent.operation.name, kind: intent.operation.objectKind, status: 'Failed', message: settlement.message });
}

/** Members are sent one by one when they are refused together: some may be there although not all are. Null: none is. */
async function membersThere(intent: Intent, ledger: ApplyLedger, tenant: Tenant, signal: AbortSignal): Promise<Settlement | null> {
  const { operation, targetId } = intent;
  if ((operation.kind !== 'add members' && operation.kind !== 'remove members') || targetId === null) return null;
  const members = new Set<string>();
  for await (const group of tenant.readMembers([targetId], signal)) for (const id of group.memberIds) members.add(id);
  const ids = await ledger.targetIds(operation.references.flatMap((r) => (r.targetId === null && r.sourceId !== null ? [r.sourceId] : [])));
  const changed = operation.references.flatMap((r) => {
    const id = r.targetId ?? (r.sourceId === null ? undefined : ids.get(r.sourceId));
    return id !== undefined && members.has(id) === (operation.kind === 'add members') ? [{ ...r, targetId: id }] : [];
  });
  if (changed.length === 0) return null;
  return { intentId: intent.id, operation, outcome: 'failed', targetId, references: changed, message: '' };
}

async function undoneTasks(services: Services, pair: PairRecord, { objectId, ...scope }: UndoneScope): Promise<TaskRecord[]> {
  const ids = tasksOf(scope) ?? (objectId === null ? [] : [...new Set((await services.store.journal.ofObject(pair.id, objectId, 10_000)).map((j) => j.taskId))]);
  const tasks: TaskRecord[] = [];
  for (const id of ids) {
    const task = await taskIfThere(services, id);
    if (task !== null && isWriting(task.kind) && task.pairId === pair.id) tasks.push(task);
  }
  return tasks;
}
