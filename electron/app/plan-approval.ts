import { AppError, appError, ErrorCode } from '../../shared/domain/errors.ts';
import type { EvidenceKind } from '../../shared/domain/evidence.ts';
import type { TaskState } from '../../shared/domain/statuses.ts';
import type { PairRecord, PlanRecord, Repositories, TaskRecord } from '../store/index.ts';
import { RollBackTask, readSettings } from './pipeline/task-settings.ts';
import { journalStanding, tasksOf } from './pipeline/undone-journal.ts';
import { cycleApproved } from './coexistence-approval.ts';
import { changesOf } from './plan-changes.ts';
import { planSubject, recordEvent } from './evidence-events.ts';
import { leaveToOthers } from './references-elsewhere.ts';
import type { Services } from './services.ts';
import { toTaskRow, WAITING, writesDirectory } from './task-rows.ts';
import { requireMayBeQueued } from './task-writers.ts';

/** What a person says with an approval. */
export interface Approval { readonly taskId: string; readonly confirmation: string; readonly outdated: 'refuse' | 'apply all the same' }
type Tx = Pick<Repositories, 'tasks' | 'pairs' | 'plans' | 'journal'>;

/** Kept with a scheduled task: who approved what, so that only what changes afterwards stops it at its time. */
interface Agreed { readonly by: string; readonly at: number; readonly rules: string; readonly matches: number }

/**
 * Lets a waiting plan be applied now.
 * @throws AppError CONFLICT for a plan that does not wait, is older than its inputs, or while another task writes; INVALID_INPUT for another confirmation; FORBIDDEN for a pair that only reads.
 */
export async function approveNow(services: Services, approval: Approval): Promise<void> {
  await services.store.transaction(async (tx) => {
    const { task, plan } = await requireApproval(tx, approval);
    await requireMayBeQueued(tx, task);
    await leaveToOthers(tx, task);
    await move(tx, task, queued(`Approved by ${services.actor}.`));
    await cycleApproved(tx, task, services.now());
    await recordPlan(tx, services, task, 'plan approved', approvedDetail(plan, approval));
  });
  services.nudge();
}

/**
 * Approves a waiting plan for a time. The agent of the collection applies it then, provided that nothing it was made from has
 * changed after the approval.
 * @param at milliseconds since 1970 UTC, at least a minute ahead and at most a year.
 * @throws AppError as {@link approveNow}; INVALID_INPUT for another time.
 */
export async function schedule(services: Services, approval: Approval & { readonly at: number }): Promise<void> {
  const { at } = approval;
  if (at < services.now() + SOONEST_MS) throw appError(ErrorCode.InvalidInput, `${utc(at)} is not at least a minute ahead. Choose a later time, or approve the plan now.`);
  if (at > services.now() + LATEST_MS) throw appError(ErrorCode.InvalidInput, `${utc(at)} is more than a year ahead. Choose an earlier time.`);
  await services.store.transaction(async (tx) => {
    const { task, plan } = await requireApproval(tx, approval);
    const { matches } = await tx.plans.changesSince(plan.id);
    const agreed: Agreed = { by: services.actor, at: services.now(), rules: await tx.plans.rulesNow(plan.id), matches };
    await move(tx, task, { state: 'Scheduled', phase: 'approve', scheduledAt: at, checkpoint: { stage: 'plan', agreed }, message: `Approved by ${services.actor}; applied at ${utc(at)}. Nothing was written yet.` });
    await recordPlan(tx, services, task, 'plan scheduled', { ...approvedDetail(plan, approval), for: utc(at) });
  });
  services.nudge();
}

/** Takes the time away; the plan waits again. @throws AppError CONFLICT when it was not scheduled. */
export async function unschedule(services: Services, taskId: string): Promise<void> {
  const task = await services.store.tasks.get(taskId);
  if (task.state !== 'Scheduled') throw appError(ErrorCode.Conflict, `The task is ${task.state}; only a scheduled plan has a time that could be taken away.`);
  await services.store.transaction(async (tx) => {
    await move(tx, task, { state: 'Awaiting approval', phase: 'approve', scheduledAt: null, checkpoint: { stage: 'plan' }, message: `${services.actor} took the time of this plan away; it waits for approval. Nothing was written.` });
    await recordPlan(tx, services, task, 'plan unscheduled', { planId: task.planId });
  });
}

/**
 * Queues the scheduled plans of an agent whose time has come, oldest time first. A plan whose inputs changed after its approval
 * is not applied: it waits for a person again, and says why. While another task writes to its tenant it waits its turn.
 * @param only the only tasks to look at; absent: all of the agent.
 */
export async function startDue(services: Services, agentId: string, only?: ReadonlySet<string>): Promise<void> {
  const { store } = services;
  const due = (await store.tasks.dueTasks(agentId, services.now())).filter((task) => only?.has(task.id) !== false);
  for (const found of due) {
    try {
      await store.transaction(async (tx) => {
        const task = await tx.tasks.get(found.id);
        if (task.state !== 'Scheduled' || task.scheduledAt === null || task.scheduledAt > services.now()) return;
        await requireMayBeQueued(tx, task);
        const reason = await whyNotNow(tx, task);
        const patch = reason === null ? { ...queued(`Approved by ${agreedOf(task)?.by ?? 'a person'} for ${utc(task.scheduledAt)}.`) }
          : { state: 'Awaiting approval' as const, phase: 'approve' as const, scheduledAt: null, checkpoint: { stage: 'plan' }, message: `Not applied at its time, ${utc(task.scheduledAt)}: ${reason} Nothing was written.` };
        if (reason === null) await leaveToOthers(tx, task);
        await move(tx, task, patch);
        if (reason === null) await cycleApproved(tx, task, services.now());
      });
    } catch (error) {
      // Its turn has not come, or somebody else took it: the next look decides.
      if (!(error instanceof AppError)) throw error;
      continue;
    }
    services.emit('tasks.changed', toTaskRow(await store.tasks.get(found.id)));
  }
}

/** What was approved: the plan with its figures, the limits that the guard stopped it for, and what was typed. */
const approvedDetail = (plan: PlanRecord, { confirmation, outdated }: Approval): Record<string, unknown> => ({ planId: plan.id, tenant: plan.tenantName, typed: confirmation.trim(), outdated, counts: plan.counts, guard: plan.guard.map((stop) => stop.message), findings: plan.findings });

async function recordPlan(tx: Pick<Repositories, 'evidence'>, { actor, now }: Services, task: TaskRecord, kind: EvidenceKind, detail: Record<string, unknown>): Promise<void> {
  await recordEvent(tx, { pairId: task.pairId, collectionId: task.collectionId, taskId: task.id, kind, actor, at: now(), subject: planSubject(task), detail });
}

/** Why a scheduled plan must not be applied although its time has come; null when it may. */
async function whyNotNow(tx: Tx, task: TaskRecord): Promise<string | null> {
  try {
    const plan = await planOf(tx, task);
    if (!await writesDirectory(tx, task)) requireWritable(await tx.pairs.get(task.pairId));
    if (task.kind === 'Roll back') await requireAsPlanned(tx, task);
    const agreed = agreedOf(task);
    const { reasons } = await changesOf(tx, plan, agreed ?? undefined);
    return reasons.length === 0 ? null : `${reasons.join(' ')} Plan again, or approve it once more.`;
  } catch (error) {
    if (error instanceof AppError) return error.message;
    throw error;
  }
}

async function planOf(tx: Tx, task: TaskRecord): Promise<PlanRecord> {
  if (task.planId === null) throw appError(ErrorCode.NotFound, 'The task has no plan. Start a new one.');
  return await tx.plans.get(task.planId);
}

async function requireApproval(tx: Tx, { taskId, confirmation, outdated }: Approval): Promise<{ readonly task: TaskRecord; readonly plan: PlanRecord }> {
  const task = await tx.tasks.get(taskId);
  if (!WAITING.has(task.state) || task.planId === null) throw appError(ErrorCode.Conflict, `The task is ${task.state}; only a plan that awaits approval can be approved.`);
  if (!await writesDirectory(tx, task)) requireWritable(await tx.pairs.get(task.pairId));
  const plan = await planOf(tx, task);
  if (confirmation.trim() !== plan.confirmation) throw appError(ErrorCode.InvalidInput, `Type "${plan.confirmation}" to approve the plan for ${plan.tenantName}.`);
  if (task.kind === 'Roll back') await requireAsPlanned(tx, task);
  if (outdated === 'refuse') {
    const { reasons } = await changesOf(tx, plan);
    if (reasons.length > 0) throw appError(ErrorCode.Drift, `The plan is older than what it was made from: ${reasons.join(' ')} Nothing was written. Plan again, or approve it all the same.`);
  }
  return { task, plan };
}

const queued = (message: string) => ({ state: 'Queued', phase: 'queue', message, checkpoint: { stage: 'apply' }, done: 0, failed: 0, total: null, scheduledAt: null }) as const;
const agreedOf = (task: TaskRecord): Agreed | null => {
  const { agreed } = (task.checkpoint ?? {}) as { readonly agreed?: Partial<Agreed> };
  return typeof agreed?.at === 'number' && typeof agreed.by === 'string' && typeof agreed.rules === 'string' ? { at: agreed.at, by: agreed.by, rules: agreed.rules, matches: agreed.matches ?? 0 } : null;
};

/** Sooner than this a time is "now", milliseconds. */
const SOONEST_MS = 60_000;
/** Later than this a time is a slip of the keyboard. */
const LATEST_MS = 366 * 86_400_000;
const utc = (ms: number): string => `${new Date(ms).toISOString().slice(0, 16).replace('T', ' ')} UTC`;

/** @throws AppError FORBIDDEN for a pair that only reads. */
export function requireWritable(pair: Pick<PairRecord, 'name' | 'target'>): void {
  if (pair.target.readOnly) throw appError(ErrorCode.Forbidden, `Migration pair "${pair.name}" is read-only, so nothing can be migrated or rolled back. Change the pair's properties to ask for write permissions.`);
}

/** Moves a task on from the state that was just checked. @throws AppError CONFLICT when somebody else moved it in between. */
export async function move(tx: Pick<Repositories, 'tasks'>, task: TaskRecord, patch: Parameters<Repositories['tasks']['moveIf']>[2] & { readonly state: TaskState }): Promise<void> {
  if (await tx.tasks.moveIf(task.id, [task.state], patch) === undefined) throw appError(ErrorCode.Conflict, `Somebody else has changed the task since it was ${task.state}. Look at it again.`);
}

/**
 * A way back is true only for the journal that it was made from: what was written or taken back since is not in it.
 * @throws AppError CONFLICT when the journal has moved on.
 */
async function requireAsPlanned(tx: Pick<Repositories, 'tasks' | 'journal'>, task: TaskRecord): Promise<void> {
  const request = readSettings(RollBackTask, task);
  for (const id of tasksOf(request) ?? []) {
    const target = await tx.tasks.get(id).catch((error: unknown) => { if (error instanceof AppError && error.data.code === ErrorCode.NotFound) return null; throw error; });
    if (target === null || target.rolledBackBy !== null) throw appError(ErrorCode.Conflict, 'The migration was rolled back by another task since this plan was made. Discard this plan; plan the roll back again if something is left.');
  }
  const now = await journalStanding(tx, task.pairId, request);
  if (request.seen === null || now.last > request.seen.last || now.standing !== request.seen.standing) {
    throw appError(ErrorCode.Conflict, 'More was written or taken back since this plan was made, and the plan does not know of it. Discard it and plan the roll back again.');
  }
}
