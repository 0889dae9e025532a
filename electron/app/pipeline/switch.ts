import { appError, ErrorCode } from '../../../shared/domain/errors.ts';
import type { Directory } from '../../engines/directory/index.ts';
import type { OpenedTenant } from '../../engines/tenant/index.ts';
import type { PairRecord, TaskRecord } from '../../store/index.ts';
import type { Services } from '../services.ts';
import { withBoth } from './connections.ts';
import { applyToDirectory } from './fix-apply.ts';
import { planFixRollBack } from './fix-roll-back.ts';
import type { Reporter } from './reporter.ts';
import { forwardedMailboxes } from './switch-apply.ts';
import { forwardingDirectory } from './switch-forwarding.ts';
import { planSwitch } from './switch-plan.ts';
import { taskIfThere } from './undone-journal.ts';

/** Runs a Forward or Convert task, or the roll back of one: plans and waits for a person, or applies what was approved. The tenant is only opened where it is needed. */
export async function runSwitch(services: Services, pair: PairRecord, task: TaskRecord, stage: 'plan' | 'apply', reporter: Reporter, signal: AbortSignal): Promise<void> {
  const { planId } = task;
  if (stage === 'plan') return task.kind === 'Roll back' ? await planBack(services, pair, task, reporter, signal) : await plan(services, pair, task, reporter, signal);
  if (planId === null) throw appError(ErrorCode.NotFound, 'The task has no plan to apply. Start a new one.');
  const mailboxes = await forwardedMailboxes(services, planId);
  await withSides(services, pair, mailboxes.size > 0 ? 'both' : 'directory', signal, async (directory, tenant) => { await applyToDirectory(services, pair, { ...task, planId }, directory, reporter, signal, tenant); });
}

async function withSides(services: Services, pair: PairRecord, sides: 'both' | 'directory', signal: AbortSignal, work: (directory: Directory, tenant: OpenedTenant | undefined) => Promise<void>): Promise<void> {
  if (sides === 'both') return await withBoth(services, pair, signal, work);
  const directory = await services.openDirectory(pair);
  try { await work(directory, undefined); } finally { await directory.close(); }
}

async function plan(services: Services, pair: PairRecord, task: TaskRecord, reporter: Reporter, signal: AbortSignal): Promise<void> {
  await withBoth(services, pair, signal, async (directory, tenant) => {
    const made = await planSwitch(services, pair, task, { directory, tenant }, reporter, signal);
    if (made.operations === 0) return await applyToDirectory(services, pair, { ...await services.store.tasks.get(task.id), planId: made.planId }, directory, reporter, signal);
    const { guard } = await services.store.plans.get(made.planId);
    const stopped = guard.length === 0 ? '' : `The guard stopped it: ${guard.map((stop) => stop.message).join(' ')} `;
    const left = made.skipped === 0 ? '' : `${made.skipped === 1 ? '1 object is left as it is, with the reason. ' : `${made.skipped} objects are left as they are, each with its reason. `}`;
    const what = task.kind === 'Convert' ? 'makes mail-enabled users of' : 'changes the forwarding of';
    await reporter.end('Awaiting approval', `The plan ${what} ${made.mailboxes === 1 ? '1 mailbox' : `${made.mailboxes} mailboxes`}. ${stopped}${left}Nothing was written; review and approve it.`, { planId: made.planId });
  });
}

async function planBack(services: Services, pair: PairRecord, task: TaskRecord, reporter: Reporter, signal: AbortSignal): Promise<void> {
  const undone = task.undoes === null ? null : await taskIfThere(services, task.undoes);
  const mailboxes = undone?.planId == null ? new Map<string, string>() : await forwardedMailboxes(services, undone.planId);
  await withSides(services, pair, mailboxes.size > 0 ? 'both' : 'directory', signal, async (directory, tenant) => {
    const { planId, operations } = await planFixRollBack(services, pair, task, directory, reporter, signal, tenant === undefined ? undefined : forwardingDirectory(tenant.exchange, mailboxes));
    await services.store.tasks.update(task.id, { planId });
    if (operations === 0) return await applyToDirectory(services, pair, { ...task, planId }, directory, reporter, signal);
    await reporter.end('Awaiting approval', `The way back has ${operations === 1 ? '1 operation' : `${operations} operations`}. Nothing was written; review and approve it.`, { planId });
  });
}
