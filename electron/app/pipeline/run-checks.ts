import { appError, ErrorCode } from '../../../shared/domain/errors.ts';
import type { Directory } from '../../engines/directory/index.ts';
import type { PairRecord, TaskRecord } from '../../store/index.ts';
import type { Services } from '../services.ts';
import { checkTask } from './check.ts';
import { withTenant } from './connections.ts';
import { applyToDirectory } from './fix-apply.ts';
import { planFixRollBack } from './fix-roll-back.ts';
import { planFixes } from './fix.ts';
import { discoverBoth, sinceAsked } from './pair-reading.ts';
import type { Reporter } from './reporter.ts';
import { CheckTask, readSettings } from './task-settings.ts';

/** Runs a Check task: reads both sides when asked to, then checks. The tenant is only read. */
export async function runCheck(services: Services, pair: PairRecord, task: TaskRecord, reporter: Reporter, signal: AbortSignal): Promise<void> {
  if (readSettings(CheckTask, task).discover) {
    await withTenant(services, pair, signal, async (tenant) => { await discoverBoth(services, pair, task, sinceAsked(services, task), tenant, reporter, signal); });
    services.emit('store.changed', { nouns: ['objects', 'pairs'] });
  }
  await checkTask(services, task, reporter, signal);
}

/** Runs a Fix task, or the roll back of one: plans, or applies what was approved. Only the directory is spoken to. */
export async function runFix(services: Services, pair: PairRecord, task: TaskRecord, stage: 'plan' | 'apply', reporter: Reporter, signal: AbortSignal): Promise<void> {
  await withDirectory(services, pair, async (directory) => {
    const { planId } = task;
    if (stage === 'apply') {
      if (planId === null) throw appError(ErrorCode.NotFound, 'The task has no plan to apply. Start a new one.');
      return await applyToDirectory(services, pair, { ...task, planId }, directory, reporter, signal);
    }
    const plan = task.kind === 'Roll back' ? { ...await planFixRollBack(services, pair, task, directory, reporter, signal), skipped: 0 }
      : planId === null ? await planFixes(services, pair, task, directory, reporter, signal)
      // The process ended right after the plan was stored; its findings are planned, and a second plan would leave them out.
      : await services.store.plans.get(planId).then(({ counts }) => ({ planId, operations: counts.operations, skipped: counts.skipped }));
    await services.store.tasks.update(task.id, { planId: plan.planId });
    if (plan.operations === 0) return await applyToDirectory(services, pair, { ...task, planId: plan.planId }, directory, reporter, signal);
    const left = plan.skipped > 0 ? ` ${plan.skipped} decisions are left out, each with its reason.` : '';
    await reporter.end('Awaiting approval', `The ${task.kind === 'Fix' ? 'plan' : 'way back'} has ${plan.operations} changes of Active Directory.${left} Nothing was written; review and approve it.`, { planId: plan.planId });
  });
}

async function withDirectory(services: Services, pair: PairRecord, work: (directory: Directory) => Promise<void>): Promise<void> {
  const directory = await services.openDirectory(pair);
  try { await work(directory); } finally { await directory.close(); }
}
