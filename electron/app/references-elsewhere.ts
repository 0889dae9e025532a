import type { Finding, Outcome } from '../../shared/domain/plans.ts';
import { WAITING_REASONS } from '../../shared/domain/references.ts';
import { isWriting } from '../../shared/domain/statuses.ts';
import { LEFT_TO_OTHERS, type OpenReference, type PlannedLink, type Repositories, type TaskRecord } from '../store/index.ts';
import { MigrateTask, readSettings } from './pipeline/task-settings.ts';
import type { Services } from './services.ts';
import { isApplying } from './task-rows.ts';

/** An entry of the ledger, as far as it says what would be written for it. */
type Entry = Pick<OpenReference, 'sourceId' | 'attribute' | 'otherId'>;

/** Attributes of the directory whose entries are written by operations that write nothing else. */
const KINDS: Readonly<Record<string, PlannedLink['kind']>> = { member: 'add members', manager: 'set manager' };
/** What came of operations that are yet to write, or have written; after the others the reference still waits for somebody. */
const WRITES: ReadonlySet<Outcome> = new Set(['pending', 'sent', 'done']);

/**
 * Tasks of a pair whose plans write to the tenant without anybody's word any more: approved and in the queue, or at work. What waits for approval may be
 * discarded, what is scheduled may wait for months, and what is being cancelled writes no more.
 */
async function sureWriters({ tasks }: Pick<Repositories, 'tasks'>, pairId: string, exceptId?: string): Promise<ReadonlyMap<string, TaskRecord>> {
  const found = new Map<string, TaskRecord>();
  for await (const page of tasks.iterate({ pairId, states: ['Queued', 'Running'] })) for (const task of page) if (task.id !== exceptId && task.planId !== null && isApplying(task) && isWriting(task.kind)) found.set(task.planId, task);
  return found;
}

/** By what is written, the plan that does. */
const byLink = (links: readonly PlannedLink[]): ReadonlyMap<string, string> => new Map(links.flatMap(({ kind, references, planId }) => references.flatMap(({ sourceId }) => (sourceId === null ? [] : [[`${kind} ${sourceId}`, planId] as const]))));

/** References that plans of others write already, so that one that is being made leaves them to those. */
export interface LinksElsewhere {
  /** Tells entries of one page from the rest: who writes them. Pages come in the order of the objects that wait. */
  among(entries: readonly Entry[]): Promise<(entry: Entry) => TaskRecord | undefined>;
}

/**
 * Finds, for a plan that is being made, what the plans that are sure to be applied write of the members and managers of objects. Two plans that both held a
 * reference would have to wait for one another, and the second would find nothing to write. When that other plan fails, the reference still waits in the
 * ledger and the next plan has it. In memory: the operations on the members of the objects of one page.
 */
export async function linksElsewhere(store: Pick<Repositories, 'tasks' | 'plans'>, pairId: string): Promise<LinksElsewhere> {
  const writers = await sureWriters(store, pairId);
  /** Of the objects of the page before: a large group goes over many of them. */
  let known: ReadonlyMap<string, ReadonlyMap<string, string>> = new Map();
  return {
    async among(entries) {
      if (writers.size === 0) return () => undefined;
      const owners = [...new Set(entries.map((one) => one.sourceId))];
      const found = Map.groupBy((await store.plans.linksOn([...writers.keys()], owners.filter((id) => !known.has(id)))).filter(({ outcome }) => WRITES.has(outcome)), (one) => one.sourceId);
      const now = known = new Map(owners.map((id) => [id, known.get(id) ?? byLink(found.get(id) ?? [])]));
      return ({ sourceId, attribute, otherId }) => writers.get(now.get(sourceId)?.get(`${KINDS[attribute.toLowerCase()] ?? ''} ${otherId ?? ''}`) ?? '');
    },
  };
}

const named = ({ kind, collectionName }: TaskRecord): string => `the ${kind} task${collectionName === '' ? '' : ` of "${collectionName}"`}`;

/** A sentence for a plan about references that it leaves to others. @param left how many, by the task that writes them. */
export function leftToOthers(pair: { readonly name: string }, left: ReadonlyMap<TaskRecord, number>): readonly Finding[] {
  return [...left].map(([task, links]): Finding => ({
    sourceId: null, name: pair.name, attribute: '', value: '', rule: 'references', severity: 'warning', proposal: null,
    message: `${links === 1 ? '1 reference' : `${links} references`} of objects outside this migration could be written now, and ${links === 1 ? 'is' : 'are'} left to ${named(task)}, which was approved before and writes ${links === 1 ? 'it' : 'them'}. Should that fail, the next plan has ${links === 1 ? 'it' : 'them'}.`,
  }));
}

/**
 * Leaves, of a plan that is just being approved, the members and managers of objects that only wait to the plans that were approved before and write the
 * same: plans that are made at the same time all find what waits then. An object is left to others as a whole or not at all. What is left stays in the
 * plan, with its reason, and goes on waiting in the ledger for as long as nobody has written it. Nothing happens for tasks that do not migrate.
 * @param tx the transaction that approves.
 * @returns how many operations are left to others.
 */
export async function leaveToOthers(tx: Pick<Repositories, 'tasks' | 'plans' | 'collections' | 'references'>, task: Pick<TaskRecord, 'id' | 'kind' | 'pairId' | 'planId' | 'collectionId' | 'settings'>): Promise<number> {
  const { planId, collectionId, pairId } = task;
  if (task.kind !== 'Migrate' || planId === null || collectionId === null) return 0;
  const writers = await sureWriters(tx, pairId, task.id);
  const shared = writers.size === 0 ? [] : await tx.plans.sharedOwners(planId, [...writers.keys()]);
  if (shared.length === 0) return 0;
  // What was asked for is written by whoever was asked.
  const { ids } = readSettings(MigrateTask, task);
  const asked = ids === null ? new Set((await tx.collections.statuses(collectionId, shared)).keys()) : new Set(ids);
  const outside = shared.filter((id) => !asked.has(id));
  const theirs = Map.groupBy((await tx.plans.linksOn([...writers.keys()], outside)).filter(({ outcome }) => WRITES.has(outcome)), (one) => one.sourceId);
  const own = Map.groupBy(await tx.plans.operationsOn(planId, outside), ({ sourceId }) => sourceId ?? '');
  const left = [...own].flatMap(([sourceId, operations]) => {
    const links = byLink(theirs.get(sourceId) ?? []);
    const by = operations.flatMap((one) => one.references.map((reference) => links.get(`${one.kind} ${reference.sourceId ?? ''}`)));
    return by.length > 0 && operations.every((one) => one.references.length > 0) && by.every((one) => one !== undefined) ? operations.map((operation) => ({ operation, by: writers.get(by[0] ?? '') })) : [];
  });
  await tx.plans.setOutcomes(left.map(({ operation, by }) => ({ operationId: operation.id, outcome: 'unchanged', message: `${LEFT_TO_OTHERS}${by === undefined ? 'a task' : named(by)}, which was approved before and writes the same.` })));
  // The end of this task must not take for written what the other one may still fail to write.
  const others = new Map([...Map.groupBy(left, ({ operation }) => operation.sourceId ?? '')].map(([id, some]) => [id, new Set(some.flatMap(({ operation }) => operation.references.map((one) => one.sourceId)))]));
  for await (const page of tx.references.iterateOpen(pairId, [...others.keys()])) {
    await tx.plans.appendUnresolved(planId, page.filter((one) => others.get(one.sourceId)?.has(one.otherId) === true)
      .map(({ sourceId, attribute, dn, onCreation }) => ({ sourceId, attribute, dn, reason: WAITING_REASONS.elsewhere, ...(onCreation ? { onCreation } : {}) })));
  }
  return left.length;
}

/**
 * Tells which entries a plan has written, or found written, of objects whose operations all went well: others may have got a match since the plan was made,
 * so that they could be written by now and are not.
 */
export function writtenBy({ store }: Pick<Services, 'store'>, pairId: string, planId: string): <T extends Entry>(entries: readonly T[]) => Promise<readonly T[]> {
  /** Of the objects of the page before; an update of values may carry references under other names. */
  let known: ReadonlyMap<string, ReadonlySet<string> | 'values'> = new Map();
  return async (entries) => {
    const owners = [...new Set(entries.map((one) => one.sourceId))];
    const found = Map.groupBy(await store.plans.operationsOn(planId, owners.filter((id) => !known.has(id))), (one) => one.sourceId);
    const now = known = new Map(owners.map((id) => {
      const operations = found.get(id) ?? [];
      return [id, known.get(id) ?? (operations.some(({ changes }) => changes.length > 0) ? 'values' : new Set(operations.flatMap(({ references }) => references.flatMap(({ sourceId }) => sourceId ?? []))))];
    }));
    const doubtful = entries.filter(({ sourceId, otherId }) => { const links = now.get(sourceId); return links !== 'values' && links?.has(otherId ?? '') !== true; });
    if (doubtful.length === 0) return entries;
    // Somebody else made it so before the plan was made: there was nothing to write.
    const matches = await store.matches.getMany(pairId, [...new Set(doubtful.flatMap(({ sourceId, otherId }) => [sourceId, otherId ?? '']))]);
    const targets = await store.targets.getMany(pairId, [...new Set(doubtful.flatMap(({ sourceId }) => matches.get(sourceId)?.targetId ?? []))]);
    const shown = new Map([...targets].map(([id, { links }]) => [id, new Set(Object.values(links).flat())]));
    const open = new Set(doubtful.filter(({ sourceId, otherId }) => shown.get(matches.get(sourceId)?.targetId ?? '')?.has(matches.get(otherId ?? '')?.targetId ?? '') !== true));
    return entries.filter((one) => !open.has(one));
  };
}
