import { appError, ErrorCode } from '../../../shared/domain/errors.ts';
import type { CollectionRecord, PairRecord, TaskRecord } from '../../store/index.ts';
import type { Services } from '../services.ts';
import { inTheWay, waitBehind } from '../task-writers.ts';
import { withBoth } from './connections.ts';
import { discoverTarget } from './discover.ts';
import { applyToDirectory } from './fix-apply.ts';
import { readPair } from './pair-reading.ts';
import { readTargetChanges } from './read-target-changes.ts';
import type { Reporter } from './reporter.ts';
import { readSettings, WriteBackTask } from './task-settings.ts';
import { planWriteBack } from './write-back-plan.ts';

/**
 * Runs a Write back task: reads the tenant, plans what the members of chosen groups change in Active Directory, and waits for a person; or
 * applies what was approved. One that a cycle of coexistence has started is applied without asking when every group was agreed on before and the guard is content.
 */
export async function runWriteBack(services: Services, pair: PairRecord, collection: CollectionRecord, task: TaskRecord, stage: 'plan' | 'apply', reporter: Reporter, signal: AbortSignal): Promise<void> {
  const { store } = services;
  const { planId } = task;
  if (stage === 'apply') {
    if (planId === null) throw appError(ErrorCode.NotFound, 'The task has no plan to apply. Start a new one.');
    return await withBoth(services, pair, signal, async (directory, tenant) => { await applyToDirectory(services, pair, { ...task, planId }, directory, reporter, signal, tenant); });
  }
  // The process ended right after its plan was stored: that plan is nobody's.
  if (planId !== null) await store.coexistence.forgetPlan(planId);
  await withBoth(services, pair, signal, async (directory, tenant) => {
    // Where changes are followed the tenant tells them; else it is read whole.
    await readPair(services, pair, task, { kind: 'changes', since: null }, reporter, signal, async (held) => {
      if ((await store.watermarks.list(pair.id)).has('groups')) await readTargetChanges(services, pair, tenant, reporter, held);
      else await discoverTarget(services, pair, tenant, reporter, held);
    }, 'one side');
    services.emit('store.changed', { nouns: ['objects', 'pairs'] });
    const plan = await planWriteBack(services, await store.pairs.get(pair.id), collection, task, directory, reporter, signal);
    const planned = { ...await store.tasks.get(task.id), planId: plan.planId };
    if (plan.operations === 0) return await applyToDirectory(services, pair, planned, directory, reporter, signal);
    const { asks } = readSettings(WriteBackTask, task);
    if (asks === 'when needed' && plan.first === 0 && !plan.guarded) {
      const waits = await store.transaction(async (tx) => {
        const other = await inTheWay(tx, planned);
        if (other === undefined) await tx.tasks.update(task.id, { checkpoint: { stage: 'apply' } });
        else {
          await waitBehind(tx, task, other);
          await tx.coexistence.forgetPlan(plan.planId);
        }
        return other !== undefined;
      });
      // It is planned anew when the other one has ended.
      if (waits) return services.emit('store.changed', { nouns: ['tasks'] });
      return await applyToDirectory(services, pair, { ...planned, checkpoint: { stage: 'apply' } }, directory, reporter, signal, tenant);
    }
    const { counts, guard } = await store.plans.get(plan.planId);
    const stopped = guard.length === 0 ? '' : `The guard stopped it: ${guard.map((stop) => stop.message).join(' ')} `;
    const first = plan.first === 0 ? '' : `${plan.first === 1 ? '1 group is' : `${plan.first} groups are`} compared for the first time, so every difference is shown. `;
    const left = plan.skipped === 0 ? '' : `${plan.skipped} members or groups are left as they are, each with its reason. `;
    await reporter.end('Awaiting approval', `The plan adds ${counts.membersAdded} members to ${plan.groups} groups of Active Directory and removes ${counts.membersRemoved}. ${first}${stopped}${left}Nothing was written; review and approve it.`, { planId: plan.planId });
  });
}
