import type { TargetObject } from '../../../shared/domain/objects.ts';
import type { Operation, Reference } from '../../../shared/domain/plans.ts';
import { appError, ErrorCode } from '../../../shared/domain/errors.ts';
import { guardPlan, DEFAULT_GUARD_LIMITS, planRollback, type JournalledChange, type RollbackConflict } from '../../engines/planning/index.ts';
import type { Tenant } from '../../engines/tenant/index.ts';
import type { CollectionRecord, PairRecord, TaskRecord } from '../../store/index.ts';
import type { Services } from '../services.ts';
import { tenantView } from './plan.ts';
import type { Reporter } from './reporter.ts';
import { RollBackTask, readSettings } from './task-settings.ts';
import { journalStanding, settleUndone, taskIfThere } from './undone-journal.ts';

/** What a roll back is asked to do. */
export interface RollBackRequest {
  /** The task to take back; null with an object: all that was done to it. */
  readonly undoes: string | null;
  readonly objectId: string | null;
  readonly mode: 'exact' | 'keep changes made since';
  readonly purge: boolean;
}

const CHUNK = 1_000;

/**
 * Builds the inverse plan of a task, or of one object, from the journal, against the tenant as it is now. Stores it; writes
 * nothing to the tenant.
 * @throws AppError NOT_FOUND when the journal holds nothing to take back, CONFLICT when a later migration must be taken back first.
 */
export async function planRollBack(
  services: Services, pair: PairRecord, collection: CollectionRecord, task: TaskRecord, request: RollBackRequest, tenant: Tenant, reporter: Reporter, signal: AbortSignal,
): Promise<{ readonly planId: string; readonly operations: number }> {
  const { store } = services;
  await reporter.phase('plan', 'Reading the journal');
  await settleUndone(services, pair, request, tenant, reporter, signal);
  // Before the journal is read: what comes later is not part of this plan.
  const seen = await journalStanding(store, pair.id, request);
  const entries = await journalled(services, pair, request, seen.last);
  if (entries.length === 0) throw appError(ErrorCode.NotFound, 'There is nothing to take back: the journal holds no change of this task or object that is still in place.');
  if (request.undoes !== null) await requireNewest(services, pair, request.undoes, new Set(entries.map((e) => e.targetId)), signal);
  await reporter.phase('discover target', 'Reading what is there now', entries.length);
  const current = await presentState(tenant, entries, signal);
  reporter.progress(entries.length);
  await reporter.phase('plan', 'Working out the way back', entries.length);
  const plan = planRollback(entries, current, { mode: request.mode, purge: request.purge, newId: services.newId });
  const operations = await withNames(services, pair, plan.operations);
  const view = await tenantView(services, pair.id);
  const overwritten = plan.conflicts.filter((c) => c.overwritten).length;
  const sourceOf = new Map(entries.map((e) => [e.targetId, e.operation.sourceId]));
  const planId = await store.transaction(async (tx) => {
    await tx.tasks.update(task.id, { settings: { ...readSettings(RollBackTask, task), seen } });
    const { id } = await tx.plans.create({ taskId: task.id, collectionId: collection.id, tenantName: pair.targetName || view.displayName, settings: null, confirmation: view.initialDomain || pair.name });
    for (let i = 0; i < operations.length; i += CHUNK) await tx.plans.appendOperations(id, operations.slice(i, i + CHUNK));
    await tx.plans.appendFindings(id, [
      ...plan.conflicts.map((c) => ({
        sourceId: sourceOf.get(c.targetId) ?? null, name: c.name, attribute: c.attribute, value: (c.current ?? []).join(', '), rule: 'changed by others since', severity: 'warning' as const,
        message: conflictMessage(c), proposal: null,
      })),
      ...plan.impossible.map((i) => ({ sourceId: sourceOf.get(i.targetId) ?? null, name: i.name, attribute: i.attribute, value: '', rule: 'cannot be taken back', severity: 'error' as const, message: i.reason, proposal: null })),
    ]);
    await tx.plans.saveSummary(id, {
      counts: plan.counts, unresolved: 0, conflicts: plan.conflicts.length, findings: { errors: plan.impossible.length, warnings: plan.conflicts.length },
      // Deleting what the task created and removing the members that it added is what a roll back is for; overwriting what others did since is not.
      guard: overwritten > 0
        ? [{ limit: 'overwrites' as const, count: overwritten, allowed: 0, message: `${overwritten === 1 ? '1 value' : `${overwritten} values`} that others changed since would be overwritten, or deleted with objects that this task created. Look first and approve, or choose to keep changes made since.` }]
        : guardPlan({ ...plan.counts, creates: 0, deletes: 0, membersRemoved: 0, overwrites: 0, upnChanges: 0, disables: 0 }, entries.length, DEFAULT_GUARD_LIMITS),
    });
    return id;
  });
  return { planId, operations: operations.length };
}

function conflictMessage({ attribute, name, overwritten, created }: RollbackConflict): string {
  const changed = `${attribute || 'The object'} of "${name}" was changed by others since`;
  if (created === true) return overwritten ? `${changed}; the roll back deletes the object with it, because the task created it.` : `${changed}; the object, which the task created, stays.`;
  return overwritten ? `${changed}; the roll back overwrites that.` : `${changed} and stays.`;
}

/** The journal knows some managers and members by id only; a person reads names. */
async function withNames(services: Services, pair: PairRecord, operations: readonly Operation[]): Promise<Operation[]> {
  const nameless = (r: Reference) => r.targetId !== null && r.name === r.targetId;
  const ids = operations.flatMap((o) => [...o.references, ...o.previous].flatMap((r) => (nameless(r) && r.targetId !== null ? [r.targetId] : [])));
  if (ids.length === 0) return [...operations];
  const targets = await services.store.targets.getMany(pair.id, [...new Set(ids)]);
  const named = (r: Reference): Reference => (nameless(r) ? { ...r, name: targets.get(r.targetId ?? '')?.name || r.name } : r);
  return operations.map((o) => ({ ...o, references: o.references.map(named), previous: o.previous.map(named) }));
}

/** Changes that were carried out and not taken back yet, oldest first. */
async function journalled(services: Services, pair: PairRecord, request: RollBackRequest, last: number): Promise<JournalledChange[]> {
  const { store } = services;
  const entries: JournalledChange[] = [];
  const take = (j: { sequence: number; operation: JournalledChange['operation']; targetId: string | null; references: NonNullable<JournalledChange['references']>; outcome: string | null; undoneBy: string | null }) => {
    if (j.outcome !== 'done' && !(j.outcome === 'failed' && j.references.length > 0)) return;
    if (j.targetId === null || j.undoneBy !== null || j.sequence > last) return;
    const linked = ['add members', 'remove members', 'set manager'].includes(j.operation.kind);
    entries.push({ operation: j.operation, targetId: j.targetId, outcome: 'done', ...(linked ? { references: j.references } : {}) });
  };
  if (request.undoes !== null) {
    for await (const page of store.journal.iterateOfTask(request.undoes, { order: 'oldest first' })) {
      for (const j of page) if (request.objectId === null || j.operation.sourceId === request.objectId) take(j);
    }
    return entries;
  }
  if (request.objectId !== null) {
    const found = await store.journal.ofObject(pair.id, request.objectId, 10_000);
    const migrations = await migrationsAmong(services, pair, new Set(found.map((j) => j.taskId)));
    for (const j of found.toReversed()) if (migrations.has(j.taskId)) take(j);
  }
  return entries;
}

/** Tasks of these that migrated: what a roll back wrote is no change that could be taken back (a roll back may have been deleted since). */
async function migrationsAmong(services: Services, pair: PairRecord, taskIds: ReadonlySet<string>): Promise<ReadonlySet<string>> {
  const found = new Set<string>();
  for (const id of taskIds) {
    const task = await taskIfThere(services, id);
    if (task?.kind === 'Migrate' && task.pairId === pair.id) found.add(id);
  }
  return found;
}

/**
 * Taking back an older migration under a newer one of the same objects would leave neither state: the newer one's way back
 * would then restore values of the older. Migrations that share no object stay independent of each other.
 * @throws AppError CONFLICT naming the migration to take back first.
 */
async function requireNewest(services: Services, pair: PairRecord, taskId: string, targets: ReadonlySet<string>, signal: AbortSignal): Promise<void> {
  const { store } = services;
  let start = 0;
  for await (const page of store.journal.iterateOfTask(taskId, { order: 'oldest first' })) { start = page[0]?.sequence ?? 0; break; }
  const later = (other: string, name: string) => appError(ErrorCode.Conflict, `A later migration (task ${other}) has changed "${name}" as well. Roll that one back first.`);
  const others: string[] = [];
  for await (const page of store.tasks.iterate({ pairId: pair.id })) others.push(...page.filter((t) => t.id !== taskId && t.kind === 'Migrate' && t.rolledBackBy === null && t.planId !== null).map((t) => t.id));
  for (const other of others) {
    // Sent without an answer that anybody knows: it may have changed the object.
    const open = (await store.journal.openIntents(other)).find((j) => j.sequence > start && j.targetId !== null && targets.has(j.targetId));
    if (open !== undefined) throw later(other, open.operation.name);
    // By the order of writing, not of planning: a plan may be approved long after it was made.
    pages: for await (const page of store.journal.iterateOfTask(other, { order: 'newest first' })) {
      signal.throwIfAborted();
      for (const j of page) {
        if (j.sequence < start) break pages;
        if (j.outcome === 'done' && j.undoneBy === null && j.targetId !== null && targets.has(j.targetId)) throw later(other, j.operation.name);
      }
    }
  }
}

/** Present state of every object that the journal speaks about, with members of the groups and the recycle bin. */
async function presentState(tenant: Tenant, entries: readonly JournalledChange[], signal: AbortSignal): Promise<Map<string, TargetObject | undefined>> {
  const current = new Map<string, TargetObject | undefined>();
  for (const kind of ['user', 'group'] as const) {
    const ids = [...new Set(entries.filter((e) => e.operation.objectKind === kind).map((e) => e.targetId))];
    if (ids.length === 0) continue;
    for (const [id, object] of await tenant.readByIds(kind, ids, signal)) current.set(id, object);
    const missing = new Set(ids.filter((id) => current.get(id) === undefined));
    if (missing.size === 0) continue;
    for await (const page of tenant.readDeleted(kind, signal)) for (const object of page) if (missing.has(object.id)) current.set(object.id, object);
  }
  const groups = [...new Set(entries.filter((e) => e.operation.kind === 'add members' || e.operation.kind === 'remove members').map((e) => e.targetId))].filter((id) => current.get(id)?.deleted === false);
  for await (const { groupId, memberIds } of tenant.readMembers(groups, signal)) {
    const group = current.get(groupId);
    if (group) current.set(groupId, { ...group, links: { ...group.links, members: memberIds } });
  }
  return current;
}
