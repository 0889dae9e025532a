import { appError, ErrorCode } from '../../../shared/domain/errors.ts';
import { HAND_OVER_STATUSES, type HandOverStatus } from '../../../shared/domain/handover.ts';
import type { Finding, Operation, PlanSkip } from '../../../shared/domain/plans.ts';
import { parentDn } from '../../../shared/rules/dn.ts';
import { EFFECTIVE_RIGHTS, mayWrite, rightToGrant, type Directory } from '../../engines/directory/index.ts';
import { guardPlan } from '../../engines/planning/index.ts';
import type { PairRecord, TaskItemRecord, TaskRecord } from '../../store/index.ts';
import { limitsInForce } from '../guard-limits.ts';
import type { Services } from '../services.ts';
import { withTenant } from './connections.ts';
import { applyToDirectory } from './fix-apply.ts';
import { accountOf, createFixCounts, directoryName, whyNotFixed } from './fix.ts';
import { predictAll } from './hand-over-predictions.ts';
import { discoverBoth, sinceAsked } from './pair-reading.ts';
import type { Reporter } from './reporter.ts';

/** The attribute of the source anchor (Entra Connect, design concepts: using mS-DS-ConsistencyGuid as sourceAnchor). */
const ANCHOR = 'mS-DS-ConsistencyGuid';

/** Runs a Hand over task: reads both sides, predicts and plans the missing source anchors; or applies what was approved. The tenant is only read. */
export async function runHandOver(services: Services, pair: PairRecord, task: TaskRecord, stage: 'plan' | 'apply', reporter: Reporter, signal: AbortSignal): Promise<void> {
  const { store } = services;
  if (stage === 'plan' && task.planId === null) {
    await withTenant(services, pair, signal, async (tenant) => { await discoverBoth(services, pair, task, sinceAsked(services, task), tenant, reporter, signal); });
    services.emit('store.changed', { nouns: ['objects', 'pairs'] });
  }
  const directory = await services.openDirectory(pair);
  try {
    const planId = task.planId ?? (stage === 'plan' ? await planAnchors(services, pair, task, directory, reporter, signal) : null);
    if (planId === null) throw appError(ErrorCode.NotFound, 'The task has no plan to apply. Start a new one.');
    const { counts } = await store.plans.get(planId);
    if (stage === 'apply') return await applyToDirectory(services, pair, { ...task, planId }, directory, reporter, signal);
    const { byStatus } = await store.tasks.itemCounts(task.id);
    const told = HAND_OVER_STATUSES.flatMap((status) => (byStatus[status] === undefined ? [] : [`${status} ${byStatus[status]}`])).join(', ');
    if (counts.operations === 0) return await reporter.end('Completed', `Predicted: ${told}. No source anchor is missing in Active Directory; nothing was written.`, { planId });
    await reporter.end('Awaiting approval', `Predicted, with the anchors of this plan: ${told}. The plan writes the source anchor of ${counts.operations === 1 ? '1 user' : `${counts.operations} users`} to Active Directory. Nothing was written; review and approve it.`, { planId });
  } finally { await directory.close(); }
}

/** Rows of one page. */
interface PlannedPage { readonly operations: readonly Operation[]; readonly skips: readonly PlanSkip[]; readonly items: readonly TaskItemRecord[] }

async function planAnchors(services: Services, pair: PairRecord, task: TaskRecord, directory: Directory, reporter: Reporter, signal: AbortSignal): Promise<string> {
  const { store } = services;
  const blocked = whyNotFixed(pair);
  await reporter.phase('plan', 'Predicting what directory synchronisation does', null);
  const [root, schema] = [await directory.rootDse(signal), await directory.schema(signal)];
  const refused = new Map<string, Finding>();
  const asked = new Set<string>();
  /** Rights are inherited as a rule: one user in a container is asked for them. */
  const mayBeWritten = async (id: string, dn: string): Promise<void> => {
    const place = parentDn(dn).toLowerCase();
    if (asked.has(place)) return;
    asked.add(place);
    const entry = await directory.get(id, [EFFECTIVE_RIGHTS], signal);
    if (entry === undefined || mayWrite(entry, ANCHOR, schema)) return;
    refused.set(place, { sourceId: null, name: root.domain, attribute: ANCHOR, value: '', rule: 'right to write', severity: 'warning', proposal: null, message: `${rightToGrant(accountOf(pair), ANCHOR, { kind: 'user', dn: entry.dn })}.`.replace(', then resume the task', ' before the plan is applied') });
  };
  // What a process that was killed left behind is nobody's plan.
  await store.plans.removeUnfinished(task.id);
  const { id: planId } = await store.plans.create({ taskId: task.id, collectionId: null, tenantName: directoryName(root.domain), settings: null, confirmation: root.domain, state: 'unfinished' });
  try {
    const totals = createFixCounts();
    // The predictions are kept together with the plan's end, so that a task that goes on after a crash has each once.
    const items: TaskItemRecord[] = [];
    let skipped = 0;
    for await (const objects of predictAll(services, pair, signal)) {
      const page: { operations: Operation[]; skips: PlanSkip[]; items: TaskItemRecord[] } = { operations: [], skips: [], items };
      for (const { source, anchor, prediction } of objects) {
        const { id: sourceId, name, kind } = source;
        items.push({ objectId: sourceId, name, kind, status: prediction.status, message: prediction.message, at: services.now() });
        const problem = anchor.write === null ? anchor.problem : blocked;
        if (problem !== null) page.skips.push({ sourceId, name, kind, status: 'Skipped', reason: problem });
        else if (anchor.write !== null) {
          await mayBeWritten(sourceId, source.dn);
          page.operations.push({
            id: services.newId(), seq: totals.counts().operations + page.operations.length + 1, kind: 'update', service: 'directory', objectKind: kind, sourceId, targetId: null, name, references: [], previous: [],
            changes: [{ attribute: ANCHOR, before: null, after: [anchor.write], reversible: true, provenance: { ruleId: null, source: 'objectGUID', reason: anchor.reason } }],
          });
        }
      }
      totals.add(page.operations);
      skipped += page.skips.length;
      await keep(services, planId, page);
      reporter.progress(items.length);
    }
    const counts = { ...totals.counts(), skipped };
    const guard = await limitsInForce(store, { pairId: pair.id, collectionId: null });
    await store.transaction(async (tx) => {
      await tx.plans.appendFindings(planId, [...refused.values()]);
      await tx.tasks.addItems(task.id, items);
      await tx.tasks.update(task.id, { planId });
      await tx.plans.saveSummary(planId, { counts, guard: guardPlan(counts, items.length, guard.limits, guard.from), unresolved: 0, conflicts: 0, findings: { errors: 0, warnings: refused.size } });
    });
    return planId;
  } catch (error) {
    await store.plans.removeUnfinished(task.id).catch((left: unknown) => { services.log.error({ err: left, taskId: task.id }, 'an unfinished plan could not be removed'); });
    throw error;
  }
}

async function keep({ store }: Services, planId: string, { operations, skips }: PlannedPage): Promise<void> {
  if (operations.length + skips.length === 0) return;
  await store.transaction(async (tx) => {
    await tx.plans.appendOperations(planId, operations);
    await tx.plans.appendSkips(planId, skips);
  });
}

/** Figures of the predictions of a Hand over task. */
export async function handOverCounts({ store }: Pick<Services, 'store'>, taskId: string): Promise<{ readonly total: number; readonly byStatus: Readonly<Record<HandOverStatus, number>> }> {
  const { byStatus } = await store.tasks.itemCounts(taskId);
  const figures = Object.fromEntries(HAND_OVER_STATUSES.map((status) => [status, byStatus[status] ?? 0])) as Record<HandOverStatus, number>;
  return { total: Object.values(figures).reduce((sum, n) => sum + n, 0), byStatus: figures };
}
