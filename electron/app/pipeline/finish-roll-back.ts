import { setImmediate } from 'node:timers/promises';
import type { Finding } from '../../../shared/domain/plans.ts';
import { EXISTENCE, leftAlone, valuesWritten, type RollbackConflict } from '../../engines/planning/index.ts';
import type { CollectionRecord, HoldInput, JournalEntry, MemberStatus, PairRecord, Repositories } from '../../store/index.ts';
import { WHOLE_OBJECT } from '../holds.ts';
import { queueNotifications } from '../notifications-queue.ts';
import { reopenReferences } from '../references-ledger.ts';
import type { Services } from '../services.ts';
import { deviationsBySource, outcomes, report, turnsOfEnd, type Ending, type Planned, type Turn } from './finish.ts';
import type { Reporter } from './reporter.ts';
import { LATER_RULE } from './roll-back.ts';
import { RollBackTask, readSettings, type RollBackRequest } from './task-settings.ts';
import { taskIfThere } from './undone-journal.ts';
import { holdsAfter, LINKS } from './undone-holds.ts';
import { isReal, marksOf, undoneWrites, type UndoneWrite } from './undone-writes.ts';

/** What a roll back marked: objectGUIDs, those among them of which nothing but links was marked, and those that are held out of coexistence as a whole. */
interface Marked { readonly ids: readonly string[]; readonly linksOnly: ReadonlySet<string>; readonly held: ReadonlySet<string> }

/**
 * Writes statuses and the end of a roll back, and marks in the journal what was taken back, value by value.
 * @throws the reason of the signal when it fires before anything is marked; see {@link turnsOfEnd}.
 */
export async function finishRollBack(services: Services, pair: PairRecord, collection: CollectionRecord, task: Planned, ending: Ending, reporter: Reporter, signal: AbortSignal): Promise<void> {
  const { store } = services;
  const request = readSettings(RollBackTask, task);
  const turn = turnsOfEnd(signal, ending);
  const { byObject, orphans, figures } = await outcomes(services, task.planId, turn.read);
  const deviating = deviationsBySource(ending.deviations);
  const failures = new Map<string, string>();
  let problems = 0;
  for (const [id, outcome] of [...byObject.entries(), ...orphans.map((o) => [null, o] as const)]) {
    const wrong = id === null ? [] : deviating.get(id) ?? [];
    problems += outcome.problems.length + wrong.length;
    const [first] = outcome.problems;
    if (id !== null && first !== undefined) failures.set(id, first);
    report(reporter, id, outcome, wrong);
  }
  const written = problems;
  // Known and shown before the plan was approved; said again where a person looks for what is left.
  const blocked = await unavoidable(services, pair, task.planId, turn.read);
  problems += blocked.length;
  for (const { finding, kind } of blocked) {
    const waits = finding.rule === LATER_RULE;
    if (waits && finding.sourceId !== null && !failures.has(finding.sourceId)) failures.set(finding.sourceId, finding.message);
    reporter.item({ objectId: finding.sourceId, name: finding.name, kind, message: finding.message, status: waits ? 'Failed' : 'Skipped' });
  }
  await store.tasks.update(task.id, { checkpoint: { stage: 'apply', verified: !ending.cancelled && ending.deviations.length === 0 } });
  if (ending.cancelled) {
    services.emit('store.changed', { nouns: ['objects', 'collections', 'tasks'] });
    return await reporter.end('Cancelled', 'Cancelled between two writes. Resume the task to finish the roll back.', figures);
  }
  if (written === 0) await reopenReferences(services, pair.id, request);
  const undone = await markUndone(services, pair, collection, task, request, blocked.map((one) => one.finding).filter((finding) => finding.rule === LATER_RULE), turn.write);
  await setStatuses(services, pair, collection, undone, failures);
  await queueNotifications(services, task, turn.write);
  services.emit('store.changed', { nouns: ['objects', 'collections', 'tasks', 'coexistence'] });
  if (problems === 0) return await reporter.end('Completed', `Rolled back ${undone.ids.length} objects; the tenant was read back and compared.`, figures);
  const waiting = new Set(blocked.filter(({ finding }) => finding.rule === LATER_RULE).map(({ finding }) => finding.sourceId)).size;
  const explicit = waiting === 0 ? '' : ` ${waiting === 1 ? 'One account was' : `${waiting} accounts were`} not moved between a federated and a non-federated domain: perform an explicit migration to a domain of the other kind first, then roll back again.`;
  return await reporter.end('Completed with errors', `Rolled back, with ${problems} problems; see the items of the task.${explicit}`, figures);
}

/** What the plan said cannot be taken back. */
async function unavoidable(services: Services, pair: PairRecord, planId: string, turn: Turn): Promise<readonly { readonly finding: Finding; readonly kind: 'user' | 'group' | 'contact' }[]> {
  const errors: Finding[] = [];
  let after: string | null = null;
  do {
    const page: Awaited<ReturnType<Services['store']['plans']['pageFindings']>> = await services.store.plans.pageFindings({ planId, after, limit: 500 });
    errors.push(...page.rows.filter((f) => f.severity === 'error'));
    after = page.next;
    await turn();
  } while (after !== null);
  const sources = await services.store.sources.getMany(pair.id, errors.flatMap((f) => f.sourceId ?? []));
  return errors.map((finding) => ({ finding, kind: sources.get(finding.sourceId ?? '')?.kind ?? 'user' }));
}

/**
 * Marks what was taken back in the journal: what the plan wrote, what was so already, what was left to others by choice, and what
 * never can be. Operations that failed, and accounts that have to be moved first, stay to be taken back another time.
 */
async function markUndone(services: Services, pair: PairRecord, collection: CollectionRecord, task: Planned, request: RollBackRequest, blocked: readonly Finding[], turn: Turn): Promise<Marked> {
  const { store } = services;
  const failed = await failedValues(services, task.planId, turn);
  const waits = new Set(blocked.map((finding) => `${finding.sourceId} ${finding.attribute}`));
  const fails = (entry: JournalEntry, value: string): boolean => {
    const ofTarget = failed.get(entry.targetId ?? '');
    return ofTarget?.has(EXISTENCE) === true || ofTarget?.has(value) === true || waits.has(`${entry.sourceId} ${value}`);
  };
  // Only what the plan knew: something written later was not taken back.
  const { all, standing, left } = await undoneWrites(services, pair, request, request.seen?.last ?? 0, 'marking');
  const alone = leftAlone(standing, await existences(services, task.planId, turn), await touched(services, task.planId, turn));
  const { whole, parts } = marksOf({ writes: all, onTop: left, fails, alone });
  const partly = new Set(parts.map((one) => one.id));
  const tasks = new Set(all.map(({ entry }) => entry.taskId));
  const undone = all.filter(({ entry }) => isReal(entry)).map(({ entry, values }) => ({ entry, values: new Set([...values].filter((value) => !fails(entry, value))) }));
  let holds: readonly HoldInput[] = [];
  await store.transaction(async (tx) => {
    await tx.journal.markUndone(whole.map((entry) => entry.id), task.id);
    await tx.journal.markValuesUndone(parts);
    // A migration of which nothing stands any more is rolled back, also when it went in parts.
    const there = await tx.journal.standingTasks([...tasks]);
    for (const id of tasks) if (!there.has(id)) await tx.tasks.update(id, { rolledBackBy: task.id });
    // Together with the marks: a cycle that begins between the two would write everything again.
    holds = await holdBack(tx, pair, collection, task, request, undone, services.now());
  });
  const marked = [...whole, ...all.filter(({ entry }) => partly.has(entry.id)).map(({ entry }) => entry)];
  const more = new Set(marked.flatMap(({ kind, sourceId }) => (LINKS.has(kind) ? [] : sourceId ?? [])));
  const ids = [...new Set(marked.flatMap((entry) => entry.sourceId ?? []))];
  return { ids, linksOnly: new Set(ids.filter((id) => !more.has(id))), held: new Set(holds.flatMap((hold) => (hold.attribute === WHOLE_OBJECT ? [hold.sourceId] : []))) };
}

/** Holds what was taken back out of coexistence. */
async function holdBack(tx: Repositories, pair: PairRecord, collection: CollectionRecord, task: Planned, request: RollBackRequest, undone: readonly UndoneWrite[], at: number): Promise<readonly HoldInput[]> {
  const cycles = new Set<string>();
  for (const id of new Set(undone.map(({ entry }) => entry.taskId))) if ((await taskIfThere({ store: tx }, id))?.kind === 'Synchronise') cycles.add(id);
  const ids = [...new Set(undone.flatMap(({ entry }) => entry.sourceId ?? []))];
  const holds = holdsAfter(undone, {
    request, by: task.createdBy, at, taskId: task.id, cycles, inCoexistence: await tx.holds.inCoexistence(pair.id, ids), members: new Set((await tx.collections.statuses(collection.id, ids)).keys()),
  });
  await tx.holds.put(pair.id, holds);
  return holds;
}

/** What the plan showed about objects as a whole. */
async function existences({ store }: Services, planId: string, turn: Turn): Promise<Pick<RollbackConflict, 'targetId' | 'attribute' | 'overwritten'>[]> {
  const found: Pick<RollbackConflict, 'targetId' | 'attribute' | 'overwritten'>[] = [];
  let after: string | null = null;
  do {
    const page: Awaited<ReturnType<typeof store.planConflicts.page>> = await store.planConflicts.page({ planId, after, limit: 500 });
    for (const { targetId, attribute, choice } of page.rows) if (attribute === EXISTENCE) found.push({ targetId, attribute, overwritten: choice === 'restore' });
    after = page.next;
    await turn();
  } while (after !== null);
  return found;
}

/** Graph ids of the objects that the plan writes to. */
async function touched(services: Services, planId: string, turn: Turn): Promise<ReadonlySet<string>> {
  const ids = new Set<string>();
  for await (const page of services.store.plans.iterateOperations(planId, { pageSize: 1000 })) {
    for (const { targetId } of page) if (targetId !== null) ids.add(targetId);
    await turn();
  }
  return ids;
}

/** Values by Graph id that operations of the plan could not write; {@link EXISTENCE} for an object of which nothing was. */
async function failedValues(services: Services, planId: string, turn: Turn): Promise<ReadonlyMap<string, ReadonlySet<string>>> {
  const failed = new Map<string, Set<string>>();
  for await (const page of services.store.plans.iterateOperations(planId, { outcomes: ['failed', 'drifted', 'skipped', 'pending', 'sent'], pageSize: 1000 })) {
    await turn();
    for (const operation of page) {
      if (operation.targetId === null) continue;
      const values = failed.get(operation.targetId) ?? new Set<string>();
      for (const value of valuesWritten(operation, operation.references)) values.add(value);
      failed.set(operation.targetId, values);
    }
  }
  return failed;
}

/**
 * Statuses after the way back: what another migration wrote still stands, else the object is as it was before it was migrated. An object
 * of another collection that only waited for one of these keeps the status that it has there, as it did when it was healed.
 */
async function setStatuses(services: Services, pair: PairRecord, collection: CollectionRecord, { ids, linksOnly, held }: Marked, failures: ReadonlyMap<string, string>): Promise<void> {
  const { store } = services;
  const members = await store.collections.statuses(collection.id, [...linksOnly]);
  const undone = ids.filter((id) => !linksOnly.has(id) || members.has(id));
  const matches = await store.matches.getMany(pair.id, undone);
  const written = await store.journal.written(pair.id, undone);
  const statuses = undone.map((sourceId): MemberStatus => {
    const one = statusOf(sourceId);
    return held.has(sourceId) ? { ...one, synchronisation: 'Not intended to be synced', reason: `${one.reason} Coexistence leaves it alone until it is released.` } : one;
  });
  function statusOf(sourceId: string): MemberStatus {
    const failure = failures.get(sourceId);
    if (failure !== undefined) return { sourceId, status: 'Failed', reason: failure };
    if (matches.get(sourceId)?.state !== 'Matched') return { sourceId, status: 'New', reason: 'Rolled back: the object that the migration created was deleted.' };
    return written.has(sourceId) ? { sourceId, status: 'Migrated', reason: 'Rolled back in part; the rest of what was migrated stands.' } : { sourceId, status: 'Matched', reason: 'Rolled back to the state before the migration.' };
  }
  for (let i = 0; i < statuses.length; i += 1000) {
    await store.collections.setStatuses(collection.id, statuses.slice(i, i + 1000));
    // Nothing stops this any more: what is marked already would never get its status.
    await setImmediate();
  }
}
