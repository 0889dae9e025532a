import type { PlanSkip } from '../../../shared/domain/plans.ts';
import type { MigrationSettings } from '../../../shared/domain/settings.ts';
import { guardPlan } from '../../engines/planning/index.ts';
import type { ExchangeGateway } from '../../engines/tenant/index.ts';
import type { CollectionRecord, PairRecord, TaskRecord } from '../../store/index.ts';
import { limitsInForce } from '../guard-limits.ts';
import { findHealing } from '../references-healing.ts';
import type { Services } from '../services.ts';
import { createHeldValues } from './held-values.ts';
import type { MatchRun } from './match.ts';
import type { PlanNames } from './plan-names.ts';
import { createReading, type CyclePlanning, type Planning } from './plan-reading.ts';
import { writePlan } from './plan-writing.ts';
import type { Reporter } from './reporter.ts';
import { driftWarning } from './plan-drift.ts';
import { tenantView } from './tenant-view.ts';

/** Skips and statuses are written to the store in pieces of so many. */
const CHUNK = 1_000;

/**
 * Maps, checks and plans the objects of a collection after a match run, and stores the plan. Nothing is written to the tenant.
 * Each page of objects is stored as it is planned, so memory is one page, the names of the tenant and a few short entries an object.
 * @param names of the whole tenant; the match run has read it.
 * @param exchange shows who holds permissions on mailboxes; absent: all that the rules want are planned, and what is there changes nothing.
 * @param cycle the plan is one of coexistence.
 * @returns id and totals of the plan.
 */
export async function planCollection(
  services: Services, pair: PairRecord, collection: CollectionRecord, task: TaskRecord, settings: MigrationSettings, run: MatchRun, names: PlanNames, reporter: Reporter, signal: AbortSignal, exchange?: ExchangeGateway, cycle?: CyclePlanning,
): Promise<{ readonly planId: string; readonly operations: number }> {
  const { store } = services;
  const view = await tenantView(services, pair.id);
  const held = createHeldValues(store, pair.id, task.kind);
  const planning: Planning = {
    services, pair, collection, settings, run, view, names, reporter, signal, held, ...(cycle === undefined ? {} : { cycle, baselines: await cycle.baselines(held) }),
    healing: await findHealing(services, pair, run, (match) => match.state === 'Matched' || (match.state === 'Not matched' && settings.createUnmatched)),
  };
  const reading = await createReading(planning, exchange);
  await reporter.phase('map', 'Working out the values and comparing them with the tenant', run.results.size);
  // What a process that was killed left behind is nobody's plan.
  await store.plans.removeUnfinished(task.id);
  const { id: planId } = await store.plans.create({ taskId: task.id, collectionId: collection.id, tenantName: pair.targetName || view.displayName, settings, confirmation: view.initialDomain || pair.name, state: 'unfinished' });
  try {
    const written = await writePlan(planning, planId, reading);
    if (task.kind === 'Migrate') await store.plans.appendFindings(planId, await driftWarning(store, collection, [...run.results.keys()]));
    const skips: PlanSkip[] = [...written.skips, ...run.skipped.map((s) => ({ ...s, status: 'Skipped' as const }))];
    const counts = { ...written.counts, skipped: skips.length };
    const guard = await limitsInForce(store, { pairId: pair.id, collectionId: collection.id });
    await store.transaction(async (tx) => {
      for (let i = 0; i < skips.length; i += CHUNK) await tx.plans.appendSkips(planId, skips.slice(i, i + CHUNK));
      // Matching gave Ambiguous, Conflict and Not matched their status already; here come the reasons that only planning knows.
      await tx.collections.setStatuses(collection.id, written.skips.filter((s) => s.status === 'Skipped' || s.status === 'Failed').map((s) => ({ sourceId: s.sourceId, status: s.status, reason: s.reason })));
      await tx.plans.saveSummary(planId, { counts, guard: guardPlan(counts, written.objects, guard.limits, guard.from), ...await tx.plans.totals(planId), conflicts: 0 });
    });
    return { planId, operations: counts.operations };
  } catch (error) {
    await store.plans.removeUnfinished(task.id).catch((left: unknown) => { services.log.error({ err: left, taskId: task.id }, 'an unfinished plan could not be removed'); });
    throw error;
  }
}
