import { appError, ErrorCode } from '../../../shared/domain/errors.ts';
import type { OpenedTenant } from '../../engines/tenant/index.ts';
import type { CoexistenceRecord, CollectionRecord, PairRecord, TaskRecord } from '../../store/index.ts';
import { standingOf } from '../coexistence-standing.ts';
import { requireWritable } from '../plan-approval.ts';
import type { Services } from '../services.ts';
import { inTheWay, waitBehind } from '../task-writers.ts';
import { applyTask } from './apply.ts';
import { requireTenantOfPlan, withBoth, withTenant } from './connections.ts';
import { markSeen } from './cycle-candidates.ts';
import { createBaselines } from './cycle-drift.ts';
import { cycleEnded, cycleFailed, cyclePlanned, cycleStopped } from './cycle-end.ts';
import { settleCycle } from './cycle-finish.ts';
import { requireFewUnlinked, treatLeft } from './cycle-leaving.ts';
import { readBothSides } from './cycle-reading.ts';
import { leaveOutReturned } from './cycle-returned.ts';
import { pickObjects, type CycleScope, type LeavingScope } from './cycle-scope.ts';
import { matchAndPlan } from './plan-run.ts';
import type { Reporter } from './reporter.ts';
import { writeBackAfterCycle } from './write-back-cycle.ts';
import { readSettings, SynchroniseTask, type SynchroniseSettings } from './task-settings.ts';

/** One cycle of coexistence at work. */
interface Cycle {
  readonly services: Services;
  readonly pair: PairRecord;
  readonly collection: CollectionRecord;
  readonly task: TaskRecord;
  readonly record: CoexistenceRecord;
  readonly order: SynchroniseSettings;
  /** Row of the cycle. */
  readonly id: string;
  /** When the cycle before began. */
  readonly before: number | null;
  /** When this run began, and what planning took when the cycle waited for a person in between. */
  readonly so: { readonly startedAt: number; readonly requests: number; readonly throttledMs: number };
  readonly reporter: Reporter;
  readonly signal: AbortSignal;
}

/**
 * Runs one cycle: reads both sides, matches, plans, and applies without asking when the guard is content. The first cycle, and one that the
 * guard stops, wait for a person; approved, they come here again to be applied. What goes wrong is noted with the collection and thrown on.
 */
export async function runSynchronise(services: Services, pair: PairRecord, collection: CollectionRecord, task: TaskRecord, stage: 'plan' | 'apply', reporter: Reporter, signal: AbortSignal): Promise<void> {
  const { store } = services;
  const order = readSettings(SynchroniseTask, task);
  const record = await store.coexistence.get(collection.id);
  if (record === undefined || record.state === 'Off') return await reporter.end('Cancelled', `Coexistence of "${collection.name}" is off; nothing was read or written.`);
  const last = (await store.cycles.newest([collection.id])).get(collection.id);
  const waiting = stage === 'apply' ? await store.cycles.ofTask(task.id) : undefined;
  if (waiting === undefined) await store.cycles.closeLeft(collection.id, { outcome: 'cancelled', message: 'The process that ran it is gone.' });
  else await store.cycles.update(waiting.id, { outcome: 'running', message: '' });
  const id = waiting?.id ?? await store.cycles.begin({ collectionId: collection.id, pairId: pair.id, taskId: task.id, agentId: task.agentId, kind: order.kind, reason: order.reason });
  const cycle: Cycle = { services, pair, collection, task, record, order, id, before: waiting === undefined && order.kind !== 'first' ? last?.startedAt ?? null : null, so: { startedAt: services.now(), requests: waiting?.requests ?? 0, throttledMs: waiting?.throttledMs ?? 0 }, reporter, signal };
  services.emit('store.changed', { nouns: ['coexistence'] });
  try {
    if (stage === 'apply') await applyApproved(cycle);
    else await planCycle(cycle);
  } catch (error) {
    await cycleFailed(services, collection, task, { id, order }, signal, error);
    throw error;
  }
}

async function planCycle(cycle: Cycle): Promise<void> {
  const { services, pair, task, id, reporter, signal } = cycle;
  const { store } = services;
  const standing = await standingOf(store, pair, await store.collections.get(cycle.collection.id), cycle.order.settings);
  const order = { ...cycle.order, standing };
  await store.tasks.update(task.id, { settings: order });
  await withBoth(services, pair, signal, async (directory, tenant) => {
    const { changes, candidates, position } = await readBothSides(services, pair, cycle.collection, { kind: order.kind, freshFrom: order.freshFrom, record: cycle.record, task }, directory, tenant, reporter, signal);
    // Names of both sides and members of a dynamic collection are known only now.
    const [fresh, collection] = [await store.pairs.get(pair.id), await store.collections.get(cycle.collection.id)];
    const picked = await scopeOf(services, collection, order, candidates);
    await store.cycles.update(id, { changes });
    const { outOfScope } = order.settings;
    const leaving = await treatLeft(services, collection, order, picked.waiting);
    const scope: LeavingScope = { ...picked, leaving: leaving.map(({ left }) => left.sourceId) };
    await requireFewUnlinked(services, collection, outOfScope, leaving.length, collection.objects + leaving.length);
    const ids = scope.ids.length === collection.objects ? null : scope.ids;
    const { planId, operations } = await matchAndPlan(services, fresh, collection, task, { settings: order.settings, ids }, reporter, signal, tenant.exchange, async () => {
      const known = await knownTargets(services, pair, ids);
      // Matching may have found that an object which left is somebody else's by now.
      const last = await treatLeft(services, collection, order, scope.waiting, scope.leaving);
      return {
        knownTarget: (targetId) => known.has(targetId), last: last.flatMap(({ treatment }) => treatment.operation ?? []),
        baselines: async (held) => await createBaselines(services, collection, order.settings.drift, held),
      };
    });
    services.emit('store.changed', { nouns: ['objects', 'collections', 'pairs'] });
    const planned = { ...cycle, collection, order };
    // What changes from now on is told behind it. Later cycles move it at their end, so that one that fails looks at the same changes again.
    const seen = async (): Promise<void> => {
      if (order.only === 'all') await markSeen(services, pair.id, collection.id, position);
      if (order.kind !== 'first') await writeBackAfterCycle(services, collection, candidates);
    };
    if (order.kind === 'first') await seen();
    if (operations === 0) { await endQuietly(planned, planId, scope, tenant); return await seen(); }
    await store.cycles.update(id, { planId, operations, requests: tenant.traffic.http, throttledMs: tenant.traffic.waitedMs });
    const { guard } = await store.plans.get(planId);
    if (order.kind === 'first') return await cyclePlanned(services, collection, task, { id, planId, operations, guard }, reporter);
    if (guard.length > 0) return await cycleStopped(services, collection, task, { id, planId, operations, guard }, reporter);
    const waits = await store.transaction(async (tx) => {
      requireWritable(await tx.pairs.get(pair.id));
      const other = await inTheWay(tx, { ...task, planId });
      if (other === undefined) await tx.tasks.update(task.id, { planId, checkpoint: { stage: 'apply' } });
      else {
        await tx.coexistence.forgetPlan(planId);
        await tx.cycles.update(id, { outcome: 'cancelled', planId: null, message: await waitBehind(tx, task, other), endedAt: services.now() });
      }
      return other !== undefined;
    });
    // The same changes are looked at again when the other one has ended.
    if (waits) return services.emit('store.changed', { nouns: ['coexistence', 'tasks'] });
    // What a cancelled cycle left open is told by these changes only: the next one looks at them again.
    if (await applyAndEnd(planned, planId, scope, tenant) === 'to its end') await seen();
  });
}

async function scopeOf(services: Services, collection: CollectionRecord, order: Pick<SynchroniseSettings, 'retry' | 'only'>, candidates: readonly string[] | null): Promise<CycleScope> {
  const { store } = services;
  const retries = await store.retries.of(collection.id);
  const fresh = candidates === null ? new Set<string>() : await store.coexistence.neverSynced(collection.id);
  const drift = order.only === 'drift' ? new Set(await store.drift.asked(collection.id)) : await store.drift.due(collection.id);
  const held = new Set(await store.holds.members(collection.id));
  // Of a large collection only those are looked up that are asked about.
  const asked = candidates === null ? undefined : [...new Set([...candidates, ...fresh, ...retries.keys(), ...drift, ...held])].toSorted();
  const members = asked === undefined ? await store.collections.memberIds(collection.id) : [...(await store.collections.statuses(collection.id, asked)).keys()].toSorted();
  const owned = await store.coexistence.ownedElsewhere(collection.id, candidates === null ? undefined : [...new Set([...candidates, ...fresh])]);
  return pickObjects({
    members, candidates, fresh, held, owned, retries, retry: order.retry, drift, only: order.only, now: services.now(),
  });
}

/** Of so many objects the groups are looked at one by one. */
const FEW = 2_000;

/** Graph ids that are the match of an object of the directory: all, or those among the members of the groups that are planned. */
async function knownTargets({ store }: Services, pair: Pick<PairRecord, 'id'>, ids: readonly string[] | null): Promise<ReadonlySet<string>> {
  if (ids === null || ids.length > FEW) return await store.coexistence.matchedTargets(pair.id);
  const groups = [...(await store.sources.heads(pair.id, ids)).values()].flatMap(({ id, kind }) => (kind === 'group' ? id : []));
  const matches = await store.matches.getMany(pair.id, groups);
  const targets = await store.targets.getMany(pair.id, [...matches.values()].flatMap((match) => match.targetId ?? []));
  return await store.coexistence.matchedTargets(pair.id, [...new Set([...targets.values()].flatMap((target) => target.links['members'] ?? []))]);
}

async function applyApproved(cycle: Cycle): Promise<void> {
  const { services, pair, collection, order, task, reporter, signal } = cycle;
  const { planId } = task;
  if (planId === null) throw appError(ErrorCode.NotFound, 'The cycle has no plan to apply. The next cycle makes a new one.');
  await withTenant(services, pair, signal, async (tenant) => {
    await requireTenantOfPlan(services, planId, tenant, signal);
    await leaveOutReturned(services, pair, collection, task, planId, reporter, signal);
    await applyAndEnd(cycle, planId, await scopeOf(services, collection, order, order.kind === 'changes' ? await plannedObjects(services, planId) : null), tenant);
  });
}

/** Objects that a plan writes to. */
async function plannedObjects({ store }: Services, planId: string): Promise<readonly string[]> {
  const ids = new Set<string>();
  for await (const page of store.plans.iterateOperations(planId, { pageSize: 1_000 })) for (const { sourceId } of page) if (sourceId !== null) ids.add(sourceId);
  return [...ids];
}

async function applyAndEnd(cycle: Cycle, planId: string, scope: LeavingScope, tenant: OpenedTenant): Promise<'to its end' | 'cancelled'> {
  const { services, pair, collection, task, order, before, reporter, signal } = cycle;
  const { result, deviations } = await applyTask(services, pair, collection, { ...task, planId }, tenant, reporter, signal);
  // Nobody asked for it to stop: it is not cancelled, and the next process goes on with it.
  if (result.cancelled && signal.reason !== 'cancelled') throw appError(ErrorCode.Cancelled, 'The program ends.');
  const ending = { deviations, cancelled: result.cancelled };
  const done = await settleCycle(services, { collection, task: { ...task, planId }, order, scope, ending, before }, reporter, signal);
  await services.store.tasks.update(task.id, { checkpoint: { stage: 'apply', verified: !ending.cancelled && deviations.length === 0 } });
  await cycleEnded(services, collection, { ...endOf(cycle, tenant), result: done }, reporter);
  return ending.cancelled ? 'cancelled' : 'to its end';
}

/** Nothing to write: no plan stays, and the task is taken again by the next cycle. */
async function endQuietly(cycle: Cycle, planId: string, scope: LeavingScope, tenant: OpenedTenant): Promise<void> {
  const { services, collection, task, order, before, reporter, signal } = cycle;
  const done = await settleCycle(services, { collection, task: { ...task, planId }, order, scope, ending: { deviations: [], cancelled: false }, before }, reporter, signal);
  await services.store.coexistence.forgetPlan(planId);
  await cycleEnded(services, collection, { ...endOf(cycle, tenant), result: done }, reporter);
}

const endOf = ({ id, order, before, so }: Cycle, { traffic }: Pick<OpenedTenant, 'traffic'>) => ({ id, order, before, startedAt: so.startedAt, requests: so.requests + traffic.http, throttledMs: so.throttledMs + traffic.waitedMs });
