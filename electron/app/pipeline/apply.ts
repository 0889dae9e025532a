import type { TargetObject } from '../../../shared/domain/objects.ts';
import type { Outcome } from '../../../shared/domain/plans.ts';
import { isWriting } from '../../../shared/domain/statuses.ts';
import { applyPlan, verifyAtExchange, verifyOperations, type ApplyResult, type Deviation, type VerifyInput } from '../../engines/applying/index.ts';
import { graphWrites, type OpenedTenant } from '../../engines/tenant/index.ts';
import type { CollectionRecord, PairRecord, TaskRecord } from '../../store/index.ts';
import { createPasswordDesk, passwordPolicy } from '../initial-passwords-desk.ts';
import { passwordDelivery } from '../notifications-settings.ts';
import type { Services } from '../services.ts';
import { createLedger } from './ledger.ts';
import { noteFor } from './read-target-whole.ts';
import type { Reporter } from './reporter.ts';

/** Waits before looking again for what deviates, milliseconds: Graph shows writes with a delay. */
const VERIFY_AGAIN_MS = [0, 1_000, 3_000, 8_000] as const;

/** Outcome of applying a plan. */
export interface Applied { readonly result: ApplyResult; readonly deviations: readonly Deviation[] }

/** Applies what is pending of a task's plan, then reads back what was written and compares. */
export async function applyTask(services: Services, pair: PairRecord, collection: CollectionRecord, task: TaskRecord & { readonly planId: string }, tenant: OpenedTenant, reporter: Reporter, signal: AbortSignal): Promise<Applied> {
  const { store } = services;
  const plan = await store.plans.get(task.planId);
  const before = await store.plans.outcomeCounts(task.planId);
  const earlier = (['done', 'unchanged', 'failed', 'drifted', 'skipped'] as const satisfies readonly Outcome[]).reduce((n, o) => n + (before[o] ?? 0), 0);
  const scope = { pairId: pair.id, collectionId: collection.id, taskId: task.id, planId: task.planId, owner: task.leaseOwner };
  tenant.onThrottled((ms) => { reporter.throttled(ms); });
  await reporter.phase('apply', `Writing to ${plan.tenantName}`, plan.counts.operations, earlier);
  reporter.estimateWith((remaining) => tenant.estimate(remaining));
  reporter.progress(earlier, 0);
  const passwords = createPasswordDesk(services, await passwordPolicy(services, pair.id), await passwordDelivery(services), scope);
  const result = await applyPlan({
    tenant, exchange: tenant.exchange, ledger: createLedger(services, scope, passwords), newId: services.newId, now: services.now, newPassword: (operation) => passwords.newPassword(operation), wait: services.wait,
    matches: isWriting(task.kind) ? 'must hold' : 'as journalled',
    onProgress: (p) => { reporter.progress(earlier + p.done, p.failed); },
  }, graphWrites(pair.target.cloud), signal);
  await reporter.flush();
  if (result.cancelled) return { result, deviations: [] };
  await reporter.phase('verify', 'Reading back what was written', null);
  return { result, deviations: await verifyTask(services, pair.id, task.id, tenant, signal) };
}

/** Everything a task wrote, in the order of writing. */
async function appliedBy(services: Services, taskId: string): Promise<VerifyInput[]> {
  const applied: VerifyInput[] = [];
  for await (const page of services.store.journal.iterateOfTask(taskId, { order: 'oldest first' })) {
    for (const j of page) {
      if (j.targetId === null || (j.outcome !== 'done' && j.outcome !== 'unchanged')) continue;
      const references = j.outcome === 'done' ? j.references : [];
      applied.push({ operation: j.operation, targetId: j.targetId, references: references.flatMap((r) => (r.targetId === null ? [] : [{ ...r, targetId: r.targetId }])) });
    }
  }
  return applied.filter((a) => a.references.length > 0 || !['set manager', 'add members', 'remove members', 'add permissions', 'remove permissions'].includes(a.operation.kind));
}

/** Compares the tenant with what a task wrote, patiently, and keeps what was read in the project. */
export async function verifyTask(services: Services, pairId: string, taskId: string, tenant: OpenedTenant, signal: AbortSignal): Promise<readonly Deviation[]> {
  const applied = await appliedBy(services, taskId);
  let deviations: readonly Deviation[] = [];
  let open = applied;
  const leaving = new Set(applied.flatMap(({ operation, targetId }) => (operation.kind === 'delete' || (operation.kind === 'set licences' && operation.changes.some(({ before, after }) => before?.some((one) => after?.includes(one) !== true) === true)) ? [targetId] : [])));
  const seen = { runId: services.newId() };
  // What others changed meanwhile is among it. Once stored it is nothing new to the next reading, so that the feed has to be told here.
  const note = await noteFor(services, pairId);
  const observer = {
    objects: async (objects: readonly TargetObject[]) => {
      if (objects.length > 0) await services.store.transaction(async (tx) => { await note(tx, (await tx.targets.upsertPage(pairId, objects, seen.runId)).changedIds, 'object'); });
    },
    members: async (groupId: string, memberIds: readonly string[]) => {
      await services.store.transaction(async (tx) => {
        const { added, removed } = await tx.targets.setLinks(pairId, groupId, 'members', memberIds);
        if (added + removed > 0) await note(tx, [groupId], 'links');
      });
    },
  };
  for (const pause of VERIFY_AGAIN_MS) {
    if (pause > 0) await services.wait(pause, signal);
    const { exchange = [], graph = [] } = Object.groupBy(open, (a) => (a.operation.service === 'exchange' ? 'exchange' : 'graph'));
    deviations = [...await verifyOperations(tenant, graph, observer, pause === 0 ? 'together' : 'one by one', signal), ...(exchange.length === 0 ? [] : await verifyAtExchange(tenant.exchange, exchange, observer, leaving, signal))];
    if (deviations.length === 0) return [];
    const doubtful = new Set(deviations.map((d) => d.targetId));
    open = applied.filter((a) => doubtful.has(a.targetId));
  }
  return deviations;
}
