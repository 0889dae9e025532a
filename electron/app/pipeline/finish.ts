import type { z } from 'zod';
import type { MigrationProgress } from '../../../shared/domain/statuses.ts';
import type { Deviation } from '../../engines/applying/index.ts';
import type { CollectionRecord, PairRecord, TaskRecord } from '../../store/index.ts';
import type { Services } from '../services.ts';
import type { Reporter } from './reporter.ts';
import { MigrateTask, readSettings, RollBackTask } from './task-settings.ts';

/** How applying ended. */
export interface Ending { readonly deviations: readonly Deviation[]; readonly cancelled: boolean }
type Planned = TaskRecord & { readonly planId: string };
interface ObjectOutcome { name: string; kind: 'user' | 'group' | 'contact'; problems: string[]; done: number; open: number }

/** Outcomes of a plan by source object. */
async function outcomes(services: Services, planId: string): Promise<{ readonly byObject: Map<string, ObjectOutcome>; readonly orphans: ObjectOutcome[]; readonly figures: { readonly done: number; readonly failed: number; readonly total: number } }> {
  const figures = { done: 0, failed: 0, total: 0 };
  const byObject = new Map<string, ObjectOutcome>();
  const orphans: ObjectOutcome[] = [];
  for await (const page of services.store.plans.iterateOperations(planId, { pageSize: 1000 })) {
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

function report(reporter: Reporter, id: string | null, outcome: ObjectOutcome, deviations: readonly Deviation[]): void {
  for (const message of outcome.problems) reporter.item({ objectId: id, name: outcome.name, kind: outcome.kind, status: 'Failed', message });
  for (const d of deviations) reporter.item({ objectId: id, name: d.name, kind: d.objectKind, status: 'Not verified', message: d.message });
}

const deviationsBySource = (deviations: readonly Deviation[]) => Map.groupBy(deviations, (d) => d.sourceId ?? '');

/** Writes statuses and the end of a migration. An object without operations that was not left out is as the rules say: Migrated. */
export async function finishMigration(services: Services, collection: CollectionRecord, task: Planned, ending: Ending, reporter: Reporter): Promise<void> {
  const { store } = services;
  const { byObject, figures } = await outcomes(services, task.planId);
  const deviating = deviationsBySource(ending.deviations);
  const skipped = new Set<string>();
  let after: string | null = null;
  do {
    const page: Awaited<ReturnType<typeof store.plans.pageSkips>> = await store.plans.pageSkips({ planId: task.planId, after, limit: 500 });
    for (const s of page.rows) skipped.add(s.sourceId);
    after = page.next;
  } while (after !== null);
  const scope = readSettings(MigrateTask, task).ids ?? await store.collections.memberIds(collection.id);
  const statuses: { sourceId: string; status: MigrationProgress; reason: string }[] = [];
  let migrated = 0;
  let failed = 0;
  const matches = await store.matches.getMany(task.pairId, scope.filter((id) => !byObject.has(id) && !skipped.has(id)));
  for (const sourceId of scope) {
    const outcome = byObject.get(sourceId);
    const wrong = deviating.get(sourceId) ?? [];
    if (outcome === undefined) {
      if (skipped.has(sourceId) || ending.cancelled) continue;
      if (matches.get(sourceId)?.state === 'Matched') { statuses.push({ sourceId, status: 'Migrated', reason: 'Everything is as the rules say.' }); migrated++; }
      continue;
    }
    report(reporter, sourceId, outcome, wrong);
    if (outcome.problems.length > 0 || wrong.length > 0) { statuses.push({ sourceId, status: 'Failed', reason: outcome.problems[0] ?? wrong[0]?.message ?? '' }); failed++; }
    else if (outcome.open === 0) { statuses.push({ sourceId, status: 'Migrated', reason: '' }); migrated++; }
  }
  for (let i = 0; i < statuses.length; i += 1000) await store.collections.setStatuses(collection.id, statuses.slice(i, i + 1000));
  // A plan without operations was never applied: there is nothing of it to roll back or to resume.
  if (byObject.size > 0) await store.tasks.update(task.id, { checkpoint: { stage: 'apply', verified: !ending.cancelled && ending.deviations.length === 0 } });
  services.emit('store.changed', { nouns: ['objects', 'collections', 'tasks'] });
  if (ending.cancelled) return await reporter.end('Cancelled', 'Cancelled between two writes. What was written is in the journal: resume the task to go on, or roll it back.', figures);
  const left = skipped.size > 0 ? ` ${skipped.size} left out, each with its reason.` : '';
  return failed === 0
    ? await reporter.end('Completed', `Migrated ${migrated} objects; everything that was written was read back and compared.${left}`, figures)
    : await reporter.end('Completed with errors', `Migrated ${migrated} objects, ${failed} failed; see the items of the task.${left}`, figures);
}

/** Writes statuses and the end of a roll back, and marks the journal entries as taken back. */
export async function finishRollBack(services: Services, pair: PairRecord, collection: CollectionRecord, task: Planned, ending: Ending, reporter: Reporter): Promise<void> {
  const { store } = services;
  const request = readSettings(RollBackTask, task);
  const { byObject, orphans, figures } = await outcomes(services, task.planId);
  const deviating = deviationsBySource(ending.deviations);
  const everything = [...byObject.entries(), ...orphans.map((o) => [null, o] as const)];
  let problems = 0;
  for (const [id, outcome] of everything) {
    const wrong = id === null ? [] : deviating.get(id) ?? [];
    problems += outcome.problems.length + wrong.length;
    report(reporter, id, outcome, wrong);
  }
  const written = problems;
  // Known and shown before the plan was approved; said again where a person looks for what is left.
  for (const left of await unavoidable(services, pair, task.planId)) {
    problems++;
    reporter.item({ ...left, status: 'Skipped' });
  }
  await store.tasks.update(task.id, { checkpoint: { stage: 'apply', verified: !ending.cancelled && ending.deviations.length === 0 } });
  if (ending.cancelled) {
    services.emit('store.changed', { nouns: ['objects', 'collections', 'tasks'] });
    return await reporter.end('Cancelled', 'Cancelled between two writes. Resume the task to finish the roll back.', figures);
  }
  const undone = await markUndone(services, pair, task, request, new Set(everything.flatMap(([id, o]) => (id !== null && o.problems.length > 0 ? [id] : []))));
  const matches = await store.matches.getMany(pair.id, undone);
  for (let i = 0; i < undone.length; i += 1000) {
    await store.collections.setStatuses(collection.id, undone.slice(i, i + 1000).map((sourceId) => (matches.get(sourceId)?.state === 'Matched'
      ? { sourceId, status: 'Matched' as const, reason: 'Rolled back to the state before the migration.' }
      : { sourceId, status: 'New' as const, reason: 'Rolled back: the object that the migration created was deleted.' })));
  }
  if (request.undoes !== null && request.objectId === null && written === 0) await store.tasks.update(request.undoes, { rolledBackBy: task.id });
  services.emit('store.changed', { nouns: ['objects', 'collections', 'tasks'] });
  return problems === 0
    ? await reporter.end('Completed', `Rolled back ${undone.length} objects; the tenant was read back and compared.`, figures)
    : await reporter.end('Completed with errors', `Rolled back, with ${problems} problems; see the items of the task.`, figures);
}

/** What the plan said cannot be taken back. */
async function unavoidable(services: Services, pair: PairRecord, planId: string): Promise<readonly { readonly objectId: string | null; readonly name: string; readonly kind: ObjectOutcome['kind']; readonly message: string }[]> {
  const errors: { readonly sourceId: string | null; readonly name: string; readonly message: string }[] = [];
  let after: string | null = null;
  do {
    const page: Awaited<ReturnType<Services['store']['plans']['pageFindings']>> = await services.store.plans.pageFindings({ planId, after, limit: 500 });
    errors.push(...page.rows.filter((f) => f.severity === 'error'));
    after = page.next;
  } while (after !== null);
  const sources = await services.store.sources.getMany(pair.id, errors.flatMap((f) => f.sourceId ?? []));
  return errors.map((f) => ({ objectId: f.sourceId, name: f.name, kind: sources.get(f.sourceId ?? '')?.kind ?? 'user', message: f.message }));
}

/** Marks journal entries of objects that were taken back without a problem. @returns their objectGUIDs. */
async function markUndone(services: Services, pair: PairRecord, task: Planned, request: z.output<typeof RollBackTask>, failed: ReadonlySet<string>): Promise<string[]> {
  const { store } = services;
  const sources = new Set<string>();
  const mark = async (page: readonly { readonly id: string; readonly sequence: number; readonly sourceId: string | null; readonly undoneBy: string | null }[]) => {
    // Only what the plan knew: something written later was not taken back.
    const entries = page.filter((j) => j.undoneBy === null && (request.seen === null || j.sequence <= request.seen.last) && (j.sourceId === null || !failed.has(j.sourceId)) && (request.objectId === null || j.sourceId === request.objectId));
    for (const j of entries) if (j.sourceId !== null) sources.add(j.sourceId);
    if (entries.length > 0) await store.journal.markUndone(entries.map((j) => j.id), task.id);
  };
  if (request.undoes !== null) {
    const pages = [];
    for await (const page of store.journal.iterateOfTask(request.undoes, { order: 'oldest first' })) pages.push(page);
    for (const page of pages) await mark(page);
  } else if (request.objectId !== null) await mark((await store.journal.ofObject(pair.id, request.objectId, 10_000)).filter((j) => j.taskId !== task.id));
  return [...sources];
}
