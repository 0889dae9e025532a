import type { Operation, Service } from '../../../shared/domain/plans.ts';
import type { Directory, FixDirectory, FixLedger, FixResult } from '../../engines/directory/index.ts';
import type { OpenedTenant } from '../../engines/tenant/index.ts';
import type { PairRecord, TaskRecord } from '../../store/index.ts';
import type { Services } from '../services.ts';
import { requireTenantOfPlan } from './connections.ts';
import { forwardingDirectory } from './switch-forwarding.ts';
import { ForwardTask, readSettings } from './task-settings.ts';
import { taskIfThere } from './undone-journal.ts';

type Planned = TaskRecord & { readonly planId: string };
type Side = Extract<Service, 'exchange' | 'directory'>;

/** Ids of mailboxes in Microsoft 365 by objectGUID, of a plan that changes their forwarding; none of other plans. */
export async function forwardedMailboxes({ store }: Pick<Services, 'store'>, planId: string): Promise<ReadonlyMap<string, string>> {
  const found = new Map<string, string>();
  for await (const page of store.plans.iterateOperations(planId, { pageSize: 1_000 })) for (const { service, sourceId, targetId } of page) if (service === 'exchange' && sourceId !== null && targetId !== null) found.set(sourceId, targetId);
  return found;
}

/** The side that is written first: that which ends forwarding, so that no mail goes round between both at any time. */
export async function firstSide(services: Services, task: TaskRecord): Promise<Side> {
  const of = task.kind === 'Roll back' && task.undoes !== null ? await taskIfThere(services, task.undoes) : task;
  const back = of?.kind === 'Forward' && readSettings(ForwardTask, of).direction === 'back';
  return back === (task.kind === 'Roll back') ? 'exchange' : 'directory';
}

/**
 * Writes a plan of the switch that changes both sides, one side after the other. An object that the first side did not take is left alone on the second: half of
 * a switch would send its mail round and round, or nowhere.
 * @param write writes what is pending of a ledger.
 * @throws AppError CONFLICT when the connection leads to another tenant than the plan was made for.
 */
export async function applySwitch(services: Services, pair: PairRecord, task: Planned, sides: { readonly directory: Directory; readonly tenant: OpenedTenant }, ledger: FixLedger, write: (directory: FixDirectory, ledger: FixLedger) => Promise<FixResult>, signal: AbortSignal): Promise<FixResult> {
  const mailboxes = await forwardedMailboxes(services, task.planId);
  if (mailboxes.size > 0 && (await services.store.plans.get(task.planId)).organizationId !== '') await requireTenantOfPlan(services, task.planId, sides.tenant, signal);
  const first = await firstSide(services, task);
  let sum: FixResult = { done: 0, unchanged: 0, failed: 0, drifted: 0, cancelled: false };
  for (const side of [first, first === 'exchange' ? 'directory' : 'exchange'] as const) {
    if (side !== first) await leaveAlone(services, task.planId, side);
    const result = await write(side === 'directory' ? sides.directory : forwardingDirectory(sides.tenant.exchange, mailboxes), ofSide(services, task.planId, ledger, side));
    sum = { done: sum.done + result.done, unchanged: sum.unchanged + result.unchanged, failed: sum.failed + result.failed, drifted: sum.drifted + result.drifted, cancelled: result.cancelled };
    if (result.cancelled) break;
  }
  services.log.debug({ taskId: task.id, pairId: pair.id, ...sum }, 'both sides of a switch were written');
  return sum;
}

/** The part of a ledger that is about one side. */
function ofSide({ store }: Services, planId: string, ledger: FixLedger, side: Side): FixLedger {
  return {
    ...ledger,
    async pending(limit) {
      const operations: Operation[] = [];
      for await (const page of store.plans.iterateOperations(planId, { outcomes: ['pending'], pageSize: 500 })) {
        operations.push(...page.filter(({ service }) => service === side));
        if (operations.length >= limit) break;
      }
      return operations.slice(0, limit);
    },
    openIntents: async () => (await ledger.openIntents()).filter(({ operation }) => operation.service === side),
  };
}

/** Operations of the second side whose object the first side did not take. They are tried again when the task is resumed. */
async function leaveAlone({ store }: Services, planId: string, side: Side): Promise<void> {
  const refused = new Set<string | null>();
  for await (const page of store.plans.iterateOperations(planId, { outcomes: ['failed', 'drifted', 'skipped'], pageSize: 1_000 })) for (const { service, sourceId } of page) if (service !== side) refused.add(sourceId);
  if (refused.size === 0) return;
  for await (const page of store.plans.iterateOperations(planId, { outcomes: ['pending'], pageSize: 1_000 })) {
    const left = page.filter(({ service, sourceId }) => service === side && refused.has(sourceId));
    await store.transaction(async (tx) => { await tx.plans.setOutcomes(left.map(({ id, name }) => ({ operationId: id, outcome: 'skipped', message: `${side === 'directory' ? 'Microsoft 365' : 'Active Directory'} did not take the change of "${name}", so this side was left alone.` }))); });
  }
}
