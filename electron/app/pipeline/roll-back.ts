import { MAILBOX_PERMISSIONS, type Finding, type Operation, type Reference } from '../../../shared/domain/plans.ts';
import { appError, ErrorCode } from '../../../shared/domain/errors.ts';
import type { Values } from '../../../shared/domain/objects.ts';
import { choiceKey, DEFAULT_GUARD_LIMITS, guardPlan, planRollback, type RollbackConflict, type RollbackPlan, type StandingWrite } from '../../engines/planning/index.ts';
import type { OpenedTenant } from '../../engines/tenant/index.ts';
import type { CollectionRecord, PairRecord, PlanConflict, TaskRecord } from '../../store/index.ts';
import type { Services } from '../services.ts';
import { tenantView } from './tenant-view.ts';
import { finalDeletes } from './present-exchange.ts';
import { presentState } from './present-state.ts';
import type { Reporter } from './reporter.ts';
import type { RollBackRequest } from './task-settings.ts';
import { journalStanding, settleUndone } from './undone-journal.ts';
import { undoneWrites } from './undone-writes.ts';

const CHUNK = 1_000;
/** Names of links shown in the three-way view at most; a large group has more. */
const SHOWN_LINKS = 100;

/** Rule of the finding about a change that cannot be taken back. */
export const STUCK_RULE = 'cannot be taken back';
/** Rule of the finding about a change that can be taken back once somebody has done what it says. */
export const LATER_RULE = 'federated and non-federated domains';

/**
 * Builds the inverse plan of a task, an object or some attributes of it from the journal, against the tenant as it is now. Stores
 * it with the three-way view of what others changed since; writes nothing to the tenant.
 * @throws AppError NOT_FOUND when the journal holds nothing to take back, CONFLICT when a later migration must be taken back first.
 */
export async function planRollBack(
  services: Services, pair: PairRecord, collection: CollectionRecord, task: TaskRecord, request: RollBackRequest, tenant: OpenedTenant, reporter: Reporter, signal: AbortSignal,
): Promise<{ readonly planId: string; readonly operations: number }> {
  const { store } = services;
  await reporter.phase('plan', 'Reading the journal');
  await settleUndone(services, pair, request, tenant, reporter, signal);
  // Before the journal is read: what comes later is not part of this plan.
  const seen = await journalStanding(store, pair.id, request);
  const { standing, known } = await undoneWrites(services, pair, request, seen.last, 'planning');
  if (standing.length === 0) throw appError(ErrorCode.NotFound, 'There is nothing to take back: the journal holds no change of this task, object or attribute that is still in place.');
  await reporter.phase('discover target', 'Reading what is there now', standing.length);
  const { objects, gone, federated } = await presentState(services, pair.id, tenant, known, signal);
  reporter.progress(standing.length);
  await reporter.phase('plan', 'Working out the way back', standing.length);
  const plan = planRollback(known, objects, {
    mode: request.mode, purge: request.purge, newId: services.newId, gone, federated, choices: new Map(request.choices.map((one) => [choiceKey(one), one.choice])),
  });
  const operations = await withNames(services, pair, plan.operations);
  const final = finalDeletes(operations);
  const conflicts = await threeWay(services, pair, plan.conflicts, standing);
  const valueNames = new Map(plan.conflicts.flatMap((c, i) => { const name = conflicts[i]?.value?.name; return name === undefined ? [] : [[c, name] as const]; }));
  const view = await tenantView(services, pair.id);
  const overwritten = plan.conflicts.filter((c) => c.overwritten).length;
  const planId = await store.transaction(async (tx) => {
    await tx.tasks.update(task.id, { settings: { ...request, seen } });
    const { id } = await tx.plans.create({ taskId: task.id, collectionId: collection.id, tenantName: pair.targetName || view.displayName, settings: null, confirmation: view.initialDomain || pair.name });
    for (let i = 0; i < operations.length; i += CHUNK) await tx.plans.appendOperations(id, operations.slice(i, i + CHUNK));
    await tx.plans.appendFindings(id, [...final, ...findingsOf(plan, standing, valueNames)]);
    await tx.planConflicts.append(id, conflicts);
    await tx.plans.saveSummary(id, {
      counts: plan.counts, unresolved: 0, conflicts: plan.conflicts.length, findings: { errors: plan.impossible.length, warnings: plan.conflicts.length + final.length },
      // Deleting what the task created and removing the members that it added is what a roll back is for; overwriting what others did since is not.
      guard: overwritten > 0
        ? [{ limit: 'overwrites' as const, count: overwritten, allowed: 0, message: `${overwritten === 1 ? '1 value' : `${overwritten} values`} that others changed since would be overwritten, or deleted with objects that this task created. Look first and approve, or choose to keep changes made since.` }]
        : guardPlan({ ...plan.counts, creates: 0, deletes: 0, membersRemoved: 0, overwrites: 0, upnChanges: 0, disables: 0 }, standing.length, DEFAULT_GUARD_LIMITS),
    });
    return id;
  });
  return { planId, operations: operations.length };
}

/** What a person must have seen: one finding for each value that others changed, and for each that cannot be taken back. */
function findingsOf(plan: RollbackPlan, standing: readonly StandingWrite[], valueNames: ReadonlyMap<RollbackConflict, string>): Finding[] {
  const sourceOf = new Map(standing.map((write) => [write.targetId, write.operation.sourceId]));
  return [
    ...plan.conflicts.map((c) => ({
      sourceId: sourceOf.get(c.targetId) ?? null, name: c.name, attribute: c.attribute, value: (c.current ?? []).join(', '), rule: 'changed by others since', severity: 'warning' as const, message: conflictMessage(c, valueNames.get(c) ?? c.value ?? ''), proposal: null,
    })),
    ...plan.impossible.map((i) => ({
      sourceId: sourceOf.get(i.targetId) ?? null, name: i.name, attribute: i.attribute, value: '', rule: i.later === true ? LATER_RULE : STUCK_RULE, severity: 'error' as const, message: i.reason, proposal: null,
    })),
  ];
}

function conflictMessage({ attribute, value, name, overwritten, created, between, current, before }: RollbackConflict, shown: string): string {
  if (value !== undefined) {
    const one = `${attribute} ${shown} of "${name}"`;
    if (created === true) return overwritten ? `${one} was added by others since; the roll back deletes the object with it, because the task created it, unless it stays for another member.` : `${one} was added by others since and stays, and with it the object, which the task created.`;
    if (between !== null) return overwritten ? `Others had changed ${one} between two migrations; the roll back goes past that to the state before the first.` : `Others had changed ${one} between two migrations; the roll back goes back to that.`;
    if (attribute === 'members' || MAILBOX_PERMISSIONS.some((permission) => permission === attribute)) return `${one} stays as it is now, because somebody decided so.`;
    const did = current === null ? 'was taken out by others since' : before === null ? 'was added by others since' : 'was changed by others since';
    return overwritten ? `${one} ${did}; the roll back overwrites that.` : `${one} ${did} and stays so.`;
  }
  if (between !== null && created === true) return `Others had changed ${attribute} of "${name}" between two migrations; ${overwritten ? 'the roll back deletes the object with it, because the task created it.' : 'the object, which the task created, stays as it is now.'}`;
  if (between !== null) {
    const set = `Others had changed ${attribute || 'the object'} of "${name}" between two migrations`;
    return overwritten ? `${set}; the roll back goes past that to the state before the first.` : `${set}; the roll back goes back to that.`;
  }
  const changed = `${attribute || 'The object'} of "${name}" was changed by others since`;
  if (created === true) return overwritten ? `${changed}; the roll back deletes the object with it, because the task created it.` : `${changed}; the object, which the task created, stays.`;
  return overwritten ? `${changed}; the roll back overwrites that.` : `${changed} and stays.`;
}

/** The three-way view as it is kept: links by name, because a person knows no ids. */
async function threeWay(services: Services, pair: PairRecord, conflicts: readonly RollbackConflict[], standing: readonly StandingWrite[]): Promise<PlanConflict[]> {
  const isLink = ({ attribute }: RollbackConflict): boolean => attribute === 'manager' || attribute === 'members' || MAILBOX_PERMISSIONS.some((one) => one === attribute);
  const shown = (values: Values | null): Values | null => values && (values.length > SHOWN_LINKS ? [...values.slice(0, SHOWN_LINKS), `and ${values.length - SHOWN_LINKS} more`] : values);
  const sides = (c: RollbackConflict) => [c.before, c.written, c.current, c.between?.values ?? null].map(shown);
  const ids = [...new Set(conflicts.filter(isLink).flatMap((c) => [...sides(c).flatMap((values) => values ?? []), ...(c.value === undefined ? [] : [c.value])]))];
  const names = await services.store.targets.getMany(pair.id, ids);
  const sourceOf = new Map(standing.map((write) => [write.targetId, write.operation.sourceId]));
  return conflicts.map((c) => {
    const named = (values: Values | null): Values | null => (isLink(c) ? shown(values)?.map((id) => names.get(id)?.name || id) ?? null : values);
    return {
      sourceId: sourceOf.get(c.targetId) ?? null, targetId: c.targetId, name: c.name, kind: c.kind, attribute: c.attribute,
      value: c.value === undefined ? null : { key: c.value, name: (isLink(c) ? names.get(c.value)?.name : undefined) || c.value }, created: c.created === true, before: named(c.before), written: named(c.written), current: named(c.current),
      between: c.between === null ? null : { values: named(c.between.values) }, choice: c.overwritten ? 'restore' as const : 'keep' as const,
    };
  });
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
