import type { Command } from 'commander';
import type { PlanSummary, TaskRow } from '../../../shared/contracts/tasks.ts';
import { EXIT } from '../exit-codes.ts';
import { table } from '../output.ts';
import type { Run } from '../run.ts';
import type { Session } from '../session.ts';
import { reportTask } from '../task-outcome.ts';

/** Options of {@link settingsOptions}. */
export interface SettingsOptions { readonly collection?: string; readonly create?: boolean; readonly merge?: boolean; readonly upnSuffix?: string; readonly country?: string; readonly id?: string[] }
/** Options of {@link approveOptions}. */
export interface ApproveOptions { readonly yes?: boolean; readonly confirm?: string; readonly outdated?: boolean }

/** `causeway migrate`. */
export function addMigrateCommands(program: Command, run: Run): void {
  approveOptions(settingsOptions(program.command('migrate').description('migrate the objects of a collection: plan, approve, apply, verify')).option('--task <id>', 'apply the plan of this task instead of making a new one'))
    .addHelpText('after', `
Examples:
  causeway migrate --collection Berlin --create --merge --upn-suffix contoso.com --country DE --yes
  causeway migrate --task 6f1c... --confirm contoso.onmicrosoft.com
Without --yes or --confirm the plan is made and waits for approval (exit code 4).`)
    .action((o: SettingsOptions & ApproveOptions & { task?: string }) => run({ needs: 'project' }, async (session) => {
      const task = o.task === undefined ? await planMigration(session, o) : await session.call('tasks.get', { id: o.task });
      return await approveAndFollow(session, task, o);
    }));
}

/** The four answers of the wizard, and which objects. */
export function settingsOptions(command: Command): Command {
  return command.option('--collection <name>').option('--create', 'create objects for which there are no matching objects in Microsoft 365').option('--merge', 'merge not yet matched objects with their matching objects')
    .option('--upn-suffix <domain>', 'user principal name suffix (default: the pair\'s)').option('--country <code>', 'country code (default: the pair\'s)').option('--id <guid...>', 'only these objects');
}
/** How a plan is approved. */
export function approveOptions(command: Command): Command {
  return command.option('--yes', 'approve the plan unless the guard stops it').option('--confirm <text>', 'approve by typing what the plan asks for, also past the guard')
    .option('--outdated', 'also when objects, matches or rules changed since the plan was made');
}

/** Plans a migration and follows the task to its plan. */
export async function planMigration(session: Session, o: SettingsOptions): Promise<TaskRow> {
  const collection = await session.collection(o.collection);
  const pair = await session.call('pairs.get', { id: collection.pairId });
  const { taskId } = await session.call('tasks.migrate', {
    collectionId: collection.id,
    settings: { createUnmatched: o.create ?? false, mergeUnmatched: o.merge ?? false, upnSuffix: o.upnSuffix ?? pair.defaults.upnSuffix, countryCode: o.country ?? pair.defaults.countryCode },
    ...(o.id === undefined ? {} : { selection: { mode: 'ids' as const, ids: o.id.map((i) => i.toLowerCase()) } }),
  });
  return await session.follow(taskId);
}

/** What the channel calls `--outdated`. */
export const outdatedOf = (o: ApproveOptions): 'refuse' | 'apply all the same' => (o.outdated === true ? 'apply all the same' : 'refuse');

/** Approves a waiting plan when told to, follows it to its end and reports. */
export async function approveAndFollow(session: Session, task: TaskRow, o: ApproveOptions): Promise<number> {
  if (!task.canApprove || task.planId === null) {
    return reportTask(session.out, task, { task }, [task.message]);
  }
  const plan = await session.call('plans.get', { id: task.planId });
  if (o.confirm === undefined && !o.yes) {
    session.out.result({ task, plan }, [...summaryLines(plan), '', `Nothing was written. Approve with: causeway migrate --task ${task.id} --confirm "${plan.confirmation}"`]);
    return EXIT.notApproved;
  }
  if (o.confirm === undefined && plan.guard.length > 0) {
    session.out.result({ task, plan }, [...summaryLines(plan), '', `The guard stopped the plan; nothing was written. To go on all the same: causeway migrate --task ${task.id} --confirm "${plan.confirmation}"`]);
    return EXIT.notApproved;
  }
  if (!session.out.json) for (const line of summaryLines(plan)) session.out.note(line);
  await session.call('tasks.approve', { taskId: task.id, confirmation: o.confirm ?? plan.confirmation, outdated: outdatedOf(o) });
  const ended = await session.follow(task.id);
  return reportTask(session.out, ended, { task: ended, plan: await session.call('plans.get', { id: task.planId }) }, [ended.message]);
}

/** The plan in lines for a terminal. */
export function summaryLines(plan: PlanSummary): string[] {
  const c = plan.counts;
  return [
    `Plan for ${plan.tenantName}:`,
    ...table(['', 'COUNT'], [
      ['objects to create', c.creates], ['objects to restore from the recycle bin', c.restores], ['objects to change', c.updates], ['objects to delete', c.deletes], ['managers', c.managers], ['memberships to add', c.membersAdded], ['memberships to remove', c.membersRemoved], ['mailbox permissions to give', c.permissionsAdded], ['mailbox permissions to take away', c.permissionsRemoved], ['of these links outside the collection', c.healed], ['licences to assign', c.licencesAssigned], ['licences to take away', c.licencesRemoved],
      ['values to overwrite', c.overwrites], ['user principal names to change', c.upnChanges], ['accounts to disable', c.disables], ['values that cannot be taken back', c.irreversible], ['objects unchanged', c.unchanged], ['objects left out, with a reason', c.skipped],
    ].filter(([, n]) => Number(n) > 0) as [string, number][]).slice(2).map((l) => `  ${l}`),
    ...(plan.findings.errors + plan.findings.warnings > 0 ? [`  ${plan.findings.errors} errors and ${plan.findings.warnings} warnings found by the checks`] : []),
    ...(plan.unresolved > 0 ? [`  ${plan.unresolved} references wait for objects that are not migrated`] : []),
    ...(plan.conflicts > 0 ? [`  ${plan.conflicts} values were changed by others since`] : []),
    ...plan.guard.map((g) => `  Guard: ${g.message}`),
  ];
}
