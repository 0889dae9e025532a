import { setImmediate } from 'node:timers/promises';
import type { PlanSkip } from '../../../shared/domain/plans.ts';
import type { MigrationProgress } from '../../../shared/domain/statuses.ts';
import type { Deviation } from '../../engines/applying/index.ts';
import type { CollectionRecord, TaskRecord } from '../../store/index.ts';
import { queueNotifications } from '../notifications-queue.ts';
import { recordReferences } from '../references-ledger.ts';
import type { Services } from '../services.ts';
import { nextTurn } from './next-turn.ts';
import type { Reporter } from './reporter.ts';
import { MigrateTask, readSettings } from './task-settings.ts';

/** How applying ended. */
export interface Ending { readonly deviations: readonly Deviation[]; readonly cancelled: boolean }
/** A task with its plan. */
export type Planned = TaskRecord & { readonly planId: string };
/** What came of the operations of one object. */
export interface ObjectOutcome { name: string; kind: 'user' | 'group' | 'contact'; problems: string[]; done: number; open: number }

/** So few objects are looked up one by one. */
const FEW = 5_000;

/** Gives way to timers and messages between two pages. */
export type Turn = () => Promise<void>;

/**
 * Turns of the end of a task. `read`: while it is found out what became of everything, a cancel ends it at once; the task can be resumed,
 * and comes to its end again. `write`: what is being written of the end is written to its end, also of a task that was cancelled while it
 * wrote to the tenant. Whoever lost the lease, or is closing, stops in both.
 */
export function turnsOfEnd(signal: AbortSignal, { cancelled }: Pick<Ending, 'cancelled'>): { readonly read: Turn; readonly write: Turn } {
  const write = async (): Promise<void> => {
    await setImmediate();
    if (signal.reason !== 'cancelled') signal.throwIfAborted();
  };
  return { read: cancelled ? write : async () => { await nextTurn(signal); }, write };
}

/** Outcomes of a plan by source object. @param turn between two pages. */
export async function outcomes(services: Services, planId: string, turn: Turn): Promise<{ readonly byObject: Map<string, ObjectOutcome>; readonly orphans: ObjectOutcome[]; readonly figures: { readonly done: number; readonly failed: number; readonly total: number } }> {
  const figures = { done: 0, failed: 0, total: 0 };
  const byObject = new Map<string, ObjectOutcome>();
  const orphans: ObjectOutcome[] = [];
  for await (const page of services.store.plans.iterateOperations(planId, { pageSize: 1000 })) {
    await turn();
    for (const o of page) {
      const known = o.sourceId === null ? undefined : byObject.get(o.sourceId);
      const entry = known ?? { name: o.name, kind: o.objectKind, problems: [], done: 0, open: 0 };
      if (known === undefined && o.sourceId !== null) byObject.set(o.sourceId, entry);
      if (o.sourceId === null) orphans.push(entry);
      figures.total++;
      if (o.outcome !== 'pending' && o.outcome !== 'sent') figures.done++;
      if (o.outcome === 'failed' || o.outcome === 'drifted' || o.outcome === 'skipped') figures.failed++;
      if (o.outcome === 'done' || o.outcome === 'unchanged') entry.done++;
      else if (o.outcome === 'failed' || o.outcome === 'drifted' || o.outcome === 'skipped') entry.problems.push(`${o.kind}: ${o.message}`);
      else entry.open++;
    }
  }
  return { byObject, orphans, figures };
}

/** Lists what went wrong with one object among the items of the task. */
export function report(reporter: Reporter, id: string | null, outcome: ObjectOutcome, deviations: readonly Deviation[]): void {
  for (const message of outcome.problems) reporter.item({ objectId: id, name: outcome.name, kind: outcome.kind, status: 'Failed', message });
  for (const d of deviations) reporter.item({ objectId: id, name: d.name, kind: d.objectKind, status: 'Not verified', message: d.message });
}

/** What was found otherwise than written, by source object. */
export const deviationsBySource = (deviations: readonly Deviation[]) => Map.groupBy(deviations, (d) => d.sourceId ?? '');

/** What came of the objects of a plan. */
export interface Settled {
  /** Of those that are as the rules say, or failed. */
  readonly statuses: readonly { readonly sourceId: string; readonly status: MigrationProgress; readonly reason: string }[];
  readonly byObject: ReadonlyMap<string, ObjectOutcome>;
  readonly deviating: ReadonlyMap<string, readonly Deviation[]>;
  /** Objects that the plan left alone. */
  readonly skipped: ReadonlyMap<string, PlanSkip>;
  readonly migrated: number;
  readonly failed: number;
  readonly figures: { readonly done: number; readonly failed: number; readonly total: number };
}

/** Writes statuses and the end of a migration; see {@link settleObjects}. @throws the reason of the signal when it fires; see {@link turnsOfEnd}. */
export async function finishMigration(services: Services, collection: CollectionRecord, task: Planned, ending: Ending, reporter: Reporter, signal: AbortSignal): Promise<void> {
  const scope = readSettings(MigrateTask, task).ids ?? await services.store.collections.memberIds(collection.id);
  const { byObject, skipped, migrated, failed, figures } = await settleObjects(services, collection, task, scope, ending, reporter, signal);
  // A plan without operations was never applied: there is nothing of it to roll back or to resume.
  if (byObject.size > 0) await services.store.tasks.update(task.id, { checkpoint: { stage: 'apply', verified: !ending.cancelled && ending.deviations.length === 0 } });
  services.emit('store.changed', { nouns: ['objects', 'collections', 'tasks'] });
  if (ending.cancelled) return await reporter.end('Cancelled', 'Cancelled between two writes. What was written is in the journal: resume the task to go on, or roll it back.', figures);
  await queueNotifications(services, task, turnsOfEnd(signal, ending).write);
  const left = skipped.size > 0 ? ` ${skipped.size} left out, each with its reason.` : '';
  return failed === 0
    ? await reporter.end('Completed', `Migrated ${migrated} objects; everything that was written was read back and compared.${left}`, figures)
    : await reporter.end('Completed with errors', `Migrated ${migrated} objects, ${failed} failed; see the items of the task.${left}`, figures);
}

/**
 * Writes the statuses of the objects of a plan, and what waits for them. An object without operations that was not left out is as the rules
 * say: Migrated. One that was added, matched or decided about since the plan was made is not what the plan saw, and keeps the status that it got then.
 * @param scope source ids that the plan was made for.
 * @throws the reason of the signal when it fires; see {@link turnsOfEnd}.
 */
export async function settleObjects(services: Services, collection: CollectionRecord, task: Planned, scope: readonly string[], ending: Ending, reporter: Reporter, signal: AbortSignal): Promise<Settled> {
  const { store } = services;
  const turn = turnsOfEnd(signal, ending);
  const { byObject, figures } = await outcomes(services, task.planId, turn.read);
  const deviating = deviationsBySource(ending.deviations);
  const skipped = new Map<string, PlanSkip>();
  let after: string | null = null;
  do {
    const page: Awaited<ReturnType<typeof store.plans.pageSkips>> = await store.plans.pageSkips({ planId: task.planId, after, limit: 500 });
    for (const s of page.rows) skipped.set(s.sourceId, s);
    after = page.next;
    await turn.read();
  } while (after !== null);
  const statuses: { sourceId: string; status: MigrationProgress; reason: string }[] = [];
  let migrated = 0;
  let failed = 0;
  const idle = scope.filter((id) => !byObject.has(id) && !skipped.has(id));
  const matches = await store.matches.getMany(task.pairId, idle);
  const touched = await store.collections.touchedSince(collection.id, (await store.plans.get(task.planId)).createdAt, idle.length < FEW ? idle : undefined);
  const now = await store.collections.statuses(collection.id, idle.filter((id) => touched.has(id)));
  const isAsPlanned = (id: string): boolean => matches.get(id)?.state === 'Matched' && (!touched.has(id) || now.get(id)?.status === 'Migrated');
  for (const sourceId of scope) {
    const outcome = byObject.get(sourceId);
    const wrong = deviating.get(sourceId) ?? [];
    if (outcome === undefined) {
      if (skipped.has(sourceId) || ending.cancelled) continue;
      if (isAsPlanned(sourceId)) { statuses.push({ sourceId, status: 'Migrated', reason: 'Everything is as the rules say.' }); migrated++; }
      continue;
    }
    report(reporter, sourceId, outcome, wrong);
    if (outcome.problems.length > 0 || wrong.length > 0) { statuses.push({ sourceId, status: 'Failed', reason: outcome.problems[0] ?? wrong[0]?.message ?? '' }); failed++; }
    else if (outcome.open === 0) { statuses.push({ sourceId, status: 'Migrated', reason: 'Written, read back and compared.' }); migrated++; }
  }
  // Objects of other collections that waited for one of these: their own status stays, but a failure is told.
  const asked = new Set(scope);
  for (const [sourceId, outcome] of byObject) {
    if (asked.has(sourceId)) continue;
    const wrong = deviating.get(sourceId) ?? [];
    report(reporter, sourceId, outcome, wrong);
    if (outcome.problems.length > 0 || wrong.length > 0) failed++;
  }
  const written = [...byObject].filter(([id, outcome]) => outcome.problems.length === 0 && outcome.open === 0 && !deviating.has(id)).map(([id]) => id);
  const unchanged = statuses.filter(({ sourceId, status }) => status === 'Migrated' && !byObject.has(sourceId)).map(({ sourceId }) => sourceId);
  await recordReferences(services, { pairId: task.pairId, collectionId: collection.id, taskId: task.id, planId: task.planId }, { asked: (id) => asked.has(id), written: [...written, ...unchanged] }, turn.write);
  for (let i = 0; i < statuses.length; i += 1000) {
    await store.collections.setStatuses(collection.id, statuses.slice(i, i + 1000));
    await turn.write();
  }
  return { statuses, byObject, deviating, skipped, migrated, failed, figures };
}
