import { AppError, appError, ErrorCode } from '../../../shared/domain/errors.ts';
import { fencedStore, isLeaseLost, type CollectionRecord, type PairRecord, type TaskRecord } from '../../store/index.ts';
import { noteHead } from '../evidence-head.ts';
import type { Services } from '../services.ts';
import { applyTask } from './apply.ts';
import { requireTenantOfPlan, withTenant } from './connections.ts';
import { runSynchronise } from './cycle.ts';
import { undoesDirectory, undoesSwitch } from './fix-roll-back.ts';
import { finishMigration } from './finish.ts';
import { finishRollBack } from './finish-roll-back.ts';
import { runHandOver } from './hand-over.ts';
import { matchCollection } from './match.ts';
import { discoverBoth, sinceAsked } from './pair-reading.ts';
import { matchAndPlan } from './plan-run.ts';
import { createReporter, type Reporter } from './reporter.ts';
import { planRollBack } from './roll-back.ts';
import { runCheck, runFix } from './run-checks.ts';
import { runSwitch } from './switch.ts';
import { runWriteBack } from './write-back.ts';
import { Checkpoint, MatchTask, MigrateTask, readSettings, RollBackTask } from './task-settings.ts';

/**
 * Runs one claimed task until it ends or waits for approval. Never throws for what went wrong with the task: that becomes its
 * state and message. The caller holds the lease and fires the signal when the task is cancelled or the lease is lost.
 */
export async function runTask(anyServices: Services, task: TaskRecord, signal: AbortSignal): Promise<void> {
  // Nothing is written for a task that another process has taken over meanwhile.
  const services = task.leaseOwner === null ? anyServices : { ...anyServices, store: fencedStore(anyServices.store, task.id, task.leaseOwner) };
  const reporter = createReporter(services, task.id);
  try {
    await services.store.tasks.update(task.id, { startedAt: task.startedAt ?? services.now(), finishedAt: null });
    await runKind(services, task, reporter, signal);
  } catch (error) {
    await fail(services, task, reporter, signal, error).catch((again: unknown) => { if (!isLeaseLost(again)) throw again; });
  } finally {
    await noteHead(anyServices);
  }
}

async function runKind(services: Services, task: TaskRecord, reporter: Reporter, signal: AbortSignal): Promise<void> {
  const pair = await services.store.pairs.get(task.pairId);
  switch (task.kind) {
    case 'Discover': return await withTenant(services, pair, signal, async (tenant) => {
      const found = await discoverBoth(services, pair, task, null, tenant, reporter, signal);
      await reporter.end('Completed', `Read ${found?.sources ?? 0} objects of Active Directory (${found?.sourcesChanged ?? 0} new or changed) and ${found?.targets ?? 0} of Microsoft 365.`);
    });
    case 'Match': return await runMatch(services, pair, await collectionOf(services, task), task, reporter, signal);
    case 'Migrate': return stageOf(task) === 'apply' ? await runApply(services, pair, await collectionOf(services, task), task, reporter, signal) : await runMigratePlan(services, pair, await collectionOf(services, task), task, reporter, signal);
    case 'Roll back': if (await undoesSwitch(services, task)) return await runSwitch(services, pair, task, stageOf(task), reporter, signal);
      if (await undoesDirectory(services, task)) return await runFix(services, pair, task, stageOf(task), reporter, signal);
      return stageOf(task) === 'apply' ? await runApply(services, pair, await collectionOf(services, task), task, reporter, signal) : await runRollBackPlan(services, pair, await collectionOf(services, task), task, reporter, signal);
    case 'Check': return await runCheck(services, pair, task, reporter, signal);
    case 'Fix': return await runFix(services, pair, task, stageOf(task), reporter, signal);
    case 'Write back': return await runWriteBack(services, pair, await collectionOf(services, task), task, stageOf(task), reporter, signal);
    case 'Forward': case 'Convert': return await runSwitch(services, pair, task, stageOf(task), reporter, signal);
    case 'Hand over': return await runHandOver(services, pair, task, stageOf(task), reporter, signal);
    case 'Synchronise': return await runSynchronise(services, pair, await collectionOf(services, task), task, stageOf(task), reporter, signal);
    case 'Batch':
      throw appError(ErrorCode.InvalidInput, `This version does not run ${task.kind} tasks.`);
  }
}

async function collectionOf(services: Services, task: TaskRecord): Promise<CollectionRecord> {
  if (task.collectionId === null) throw appError(ErrorCode.NotFound, `The collection of this ${task.kind} task was deleted.`);
  return await services.store.collections.get(task.collectionId);
}

/** Where a task goes on: applying once its plan was approved, else planning. */
export function stageOf(task: Pick<TaskRecord, 'checkpoint'>): 'plan' | 'apply' {
  return Checkpoint.safeParse(task.checkpoint).data?.stage ?? 'plan';
}

async function runMatch(services: Services, pair: PairRecord, collection: CollectionRecord, task: TaskRecord, reporter: Reporter, signal: AbortSignal): Promise<void> {
  const request = readSettings(MatchTask, task);
  await withTenant(services, pair, signal, async (tenant) => {
    await discoverBoth(services, pair, task, sinceAsked(services, task), tenant, reporter, signal);
  });
  const { counts } = await matchCollection(services, pair, collection, { ...request, upnSuffix: request.upnSuffix || pair.defaults.upnSuffix, purpose: 'Match Objects' }, reporter, signal);
  services.emit('store.changed', { nouns: ['objects', 'collections', 'pairs'] });
  await reporter.end('Completed', `Matched ${counts.Matched}, not matched ${counts['Not matched']}, ambiguous ${counts.Ambiguous}, in conflict ${counts.Conflict}, out of scope ${counts.Skipped}.`);
}

async function runMigratePlan(services: Services, pair: PairRecord, collection: CollectionRecord, task: TaskRecord, reporter: Reporter, signal: AbortSignal): Promise<void> {
  const { settings, ids } = readSettings(MigrateTask, task);
  await withTenant(services, pair, signal, async (tenant) => {
    await discoverBoth(services, pair, task, sinceAsked(services, task), tenant, reporter, signal);
    // Names of both sides are known only now; the confirmation names the tenant.
    const fresh = await services.store.pairs.get(pair.id);
    const { planId, operations } = await matchAndPlan(services, fresh, collection, task, { settings, ids }, reporter, signal, tenant.exchange);
    services.emit('store.changed', { nouns: ['objects', 'collections', 'pairs'] });
    if (operations === 0) {
      await services.store.tasks.update(task.id, { planId });
      return await finishMigration(services, collection, { ...task, planId }, { deviations: [], cancelled: false }, reporter, signal);
    }
    await services.store.tasks.update(task.id, { planId });
    await reporter.end('Awaiting approval', `The plan has ${operations} operations. ${await guardSentence(services, planId)}Nothing was written; review and approve it.`, { planId });
  });
}

/** Why the guard stopped a plan, for the task's message; empty when it did not. */
async function guardSentence(services: Services, planId: string): Promise<string> {
  const { guard } = await services.store.plans.get(planId);
  return guard.length === 0 ? '' : `The guard stopped it: ${guard.map((stop) => stop.message).join(' ')} `;
}

async function runRollBackPlan(services: Services, pair: PairRecord, collection: CollectionRecord, task: TaskRecord, reporter: Reporter, signal: AbortSignal): Promise<void> {
  const request = readSettings(RollBackTask, task);
  await withTenant(services, pair, signal, async (tenant) => {
    const { planId, operations } = await planRollBack(services, pair, collection, task, request, tenant, reporter, signal);
    await services.store.tasks.update(task.id, { planId });
    // Read again: where the journal stood when the plan was made is written with the task, and what it says is marked now.
    if (operations === 0) return await finishRollBack(services, pair, collection, { ...await services.store.tasks.get(task.id), planId }, { deviations: [], cancelled: false }, reporter, signal);
    return await reporter.end('Awaiting approval', `The way back has ${operations} operations. ${await guardSentence(services, planId)}Nothing was written; review and approve it.`, { planId });
  });
}

async function runApply(services: Services, pair: PairRecord, collection: CollectionRecord, task: TaskRecord, reporter: Reporter, signal: AbortSignal): Promise<void> {
  const { planId } = task;
  if (planId === null) throw appError(ErrorCode.NotFound, 'The task has no plan to apply. Start a new one.');
  await withTenant(services, pair, signal, async (tenant) => {
    await requireTenantOfPlan(services, planId, tenant, signal);
    const { result, deviations } = await applyTask(services, pair, collection, { ...task, planId }, tenant, reporter, signal);
    // Nobody asked for it to stop: it is not cancelled, and the next process goes on with it.
    if (result.cancelled && signal.reason !== 'cancelled') throw appError(ErrorCode.Cancelled, 'The program ends.');
    const outcome = { deviations, cancelled: result.cancelled };
    if (task.kind === 'Migrate') await finishMigration(services, collection, { ...task, planId }, outcome, reporter, signal);
    else await finishRollBack(services, pair, collection, { ...task, planId }, outcome, reporter, signal);
  });
}

async function fail(services: Services, claimed: TaskRecord, reporter: Reporter, signal: AbortSignal, error: unknown): Promise<void> {
  // A cycle comes from planning to applying in one run: how far it came is written with the task.
  const task = await services.store.tasks.get(claimed.id).catch(() => claimed);
  // Another process is at work on it by now; the task is no longer ours to write.
  if (isLeaseLost(error)) return;
  const cancelled = signal.aborted || (error instanceof AppError && error.data.code === ErrorCode.Cancelled);
  if (cancelled) {
    const reason: unknown = signal.reason;
    // Another process may be at work on it by now; the task is no longer ours to write.
    if (reason === 'lease lost') return;
    if (reason === 'closing') await reporter.end('Interrupted', 'The program ended before the task did. Resume it to go on.');
    else await reporter.end('Cancelled', stageOf(task) === 'apply' ? 'Cancelled. What was written is in the journal: resume the task, or roll it back.' : 'Cancelled. Nothing was written to the tenant.');
    return;
  }
  if (error instanceof AppError) {
    services.log.warn({ code: error.data.code, detail: error.data.detail, taskId: task.id, err: error.cause }, error.message);
    await services.store.tasks.update(task.id, { checkpoint: { stage: stageOf(task), failure: error.data.code } });
    await reporter.end('Failed', error.message);
    return;
  }
  const ref = services.newId().slice(0, 8);
  services.log.error({ err: error, taskId: task.id, ref }, 'unexpected error in a task');
  await reporter.end('Failed', `Unexpected error (reference ${ref}). The log has the details; resume the task to go on.`);
}
