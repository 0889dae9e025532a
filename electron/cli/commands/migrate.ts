import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { type Command, Option } from 'commander';
import type { PlanSummary, TaskRow } from '../../../shared/contracts/tasks.ts';
import { appError, ErrorCode } from '../../../shared/domain/errors.ts';
import { EXIT } from '../exit-codes.ts';
import { table } from '../output.ts';
import type { Run } from '../run.ts';
import type { Session } from '../session.ts';
import { reportTask } from '../task-outcome.ts';

interface SettingsOptions { readonly collection?: string; readonly create?: boolean; readonly merge?: boolean; readonly upnSuffix?: string; readonly country?: string; readonly id?: string[] }
interface ApproveOptions { readonly yes?: boolean; readonly confirm?: string }

/** `causeway plan`, `causeway migrate`, `causeway rollback`. */
export function addMigrateCommands(program: Command, run: Run): void {
  const plan = program.command('plan').description('plan a migration; nothing is written to the tenant');
  settingsOptions(plan.command('create', { isDefault: true }).description('make a plan that waits for approval'))
    .addHelpText('after', '\nExample:\n  causeway plan --collection Berlin --create --merge --upn-suffix contoso.com --country DE')
    .action((o: SettingsOptions) => run({ needs: 'project' }, async (session) => {
      const task = await planMigration(session, o);
      if (task.planId === null || task.state !== 'Awaiting approval') return reportTask(session.out, task, { task }, [task.message]);
      const summary = await session.call('plans.get', { id: task.planId });
      session.out.result({ task, plan: summary }, [...summaryLines(summary), '', `Apply it:  causeway migrate --task ${task.id} --confirm "${summary.confirmation}"`]);
      return EXIT.ok;
    }));
  plan.command('show').description('show the operations of a plan').argument('<task>', 'task id').option('--limit <n>', 'operations shown', '50')
    .action((taskId: string, o: { limit: string }) => run({ needs: 'project' }, async (session) => {
      const summary = await summaryOf(session, taskId);
      const { rows } = await session.call('plans.operations', { planId: summary.id, limit: Math.min(500, Math.max(1, Number(o.limit) || 50)) });
      session.out.result({ plan: summary, operations: rows }, [...summaryLines(summary), '', ...rows.flatMap((r) => [
        `${r.seq}. ${r.kind} ${r.objectKind} ${r.name}${r.outcome === 'pending' ? '' : ` [${r.outcome}${r.message ? `: ${r.message}` : ''}]`}`,
        ...r.changes.map((c) => `     ${c.attribute}: ${show(c.before)} -> ${show(c.after)}   (${c.reason})`),
        ...(r.references.length > 0 ? [`     ${r.references.map((x) => x.name).join(', ')}`] : []),
      ])]);
      return EXIT.ok;
    }));
  plan.command('export').description('write a plan to a file').argument('<task>', 'task id').addOption(new Option('--format <format>').choices(['csv', 'json']).default('csv')).requiredOption('--file <file>')
    .action((taskId: string, o: { format: 'csv' | 'json'; file: string }) => run({ needs: 'project' }, async (session) => {
      const exported = await session.call('plans.export', { planId: (await summaryOf(session, taskId)).id, format: o.format });
      try { writeFileSync(o.file, exported.text, { flag: 'wx' }); } catch (cause) { throw appError(ErrorCode.BadFile, `The file ${o.file} cannot be written: ${(cause as Error).message}.`, { cause }); }
      session.out.result({ file: path.resolve(o.file) }, [`Wrote ${o.file}.`]);
      return EXIT.ok;
    }));
  plan.command('discard').description('throw away a plan that was not applied').argument('<task>', 'task id').action((taskId: string) => run({ needs: 'project' }, async (session) => {
    const task = await session.call('tasks.discard', { taskId });
    session.out.result(task, ['Discarded the plan; nothing was written.']);
    return EXIT.ok;
  }));
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
  approveOptions(program.command('rollback').description('take a migration back: every change of a task, or of one object').option('--collection <name>').option('--task <id>', 'the task to take back (default: the last migration of the collection)').option('--object <guid>', 'only this object'))
    .addOption(new Option('--mode <mode>', 'exact: the state before the task; keep: values that others changed since stay').choices(['exact', 'keep']).default('exact'))
    .option('--purge', 'also remove created objects from the recycle bin: cannot be undone')
    .addHelpText('after', '\nExample:\n  causeway rollback --collection Berlin --yes')
    .action((o: ApproveOptions & { collection?: string; task?: string; object?: string; mode: 'exact' | 'keep'; purge?: boolean }) => run({ needs: 'project' }, async (session) => {
      const { id } = await session.collection(o.collection);
      const { taskId } = await session.call('tasks.rollBack', {
        collectionId: id, ...(o.task === undefined ? {} : { undoes: o.task }), ...(o.object === undefined ? {} : { objectId: o.object.toLowerCase() }),
        mode: o.mode === 'exact' ? 'exact' : 'keep changes made since', purge: o.purge ?? false,
      });
      return await approveAndFollow(session, await session.follow(taskId), o);
    }));
}

function settingsOptions(command: Command): Command {
  return command.option('--collection <name>').option('--create', 'create objects for which there are no matching objects in Microsoft 365').option('--merge', 'merge not yet matched objects with their matching objects')
    .option('--upn-suffix <domain>', 'user principal name suffix (default: the pair\'s)').option('--country <code>', 'country code (default: the pair\'s)').option('--id <guid...>', 'only these objects');
}
function approveOptions(command: Command): Command {
  return command.option('--yes', 'approve the plan unless the guard stops it').option('--confirm <text>', 'approve by typing what the plan asks for, also past the guard');
}

async function planMigration(session: Session, o: SettingsOptions): Promise<TaskRow> {
  const collection = await session.collection(o.collection);
  const pair = await session.call('pairs.get', { id: collection.pairId });
  const { taskId } = await session.call('tasks.migrate', {
    collectionId: collection.id,
    settings: { createUnmatched: o.create ?? false, mergeUnmatched: o.merge ?? false, upnSuffix: o.upnSuffix ?? pair.defaults.upnSuffix, countryCode: o.country ?? pair.defaults.countryCode },
    ...(o.id === undefined ? {} : { selection: { mode: 'ids' as const, ids: o.id.map((i) => i.toLowerCase()) } }),
  });
  return await session.follow(taskId);
}

/** Approves a waiting plan when told to, follows it to its end and reports. */
export async function approveAndFollow(session: Session, task: TaskRow, o: ApproveOptions): Promise<number> {
  if (task.state !== 'Awaiting approval' || task.planId === null) {
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
  await session.call('tasks.approve', { taskId: task.id, confirmation: o.confirm ?? plan.confirmation });
  const ended = await session.follow(task.id);
  return reportTask(session.out, ended, { task: ended, plan: await session.call('plans.get', { id: task.planId }) }, [ended.message]);
}

async function summaryOf(session: Session, taskId: string): Promise<PlanSummary> {
  const task = await session.call('tasks.get', { id: taskId });
  if (task.planId === null) throw appError(ErrorCode.NotFound, `Task ${taskId} has no plan.`);
  return await session.call('plans.get', { id: task.planId });
}

const show = (values: readonly string[] | null) => (values === null ? '(none)' : values.join(', '));

/** The plan in lines for a terminal. */
export function summaryLines(plan: PlanSummary): string[] {
  const c = plan.counts;
  return [
    `Plan for ${plan.tenantName}:`,
    ...table(['', 'COUNT'], [
      ['objects to create', c.creates], ['objects to restore from the recycle bin', c.restores], ['objects to change', c.updates], ['objects to delete', c.deletes], ['managers', c.managers], ['memberships to add', c.membersAdded], ['memberships to remove', c.membersRemoved],
      ['values to overwrite', c.overwrites], ['user principal names to change', c.upnChanges], ['accounts to disable', c.disables], ['values that cannot be taken back', c.irreversible], ['objects unchanged', c.unchanged], ['objects left out, with a reason', c.skipped],
    ].filter(([, n]) => Number(n) > 0) as [string, number][]).slice(2).map((l) => `  ${l}`),
    ...(plan.findings.errors + plan.findings.warnings > 0 ? [`  ${plan.findings.errors} errors and ${plan.findings.warnings} warnings found by the checks`] : []),
    ...(plan.unresolved > 0 ? [`  ${plan.unresolved} references wait for objects that are not migrated`] : []),
    ...(plan.conflicts > 0 ? [`  ${plan.conflicts} values were changed by others since`] : []),
    ...plan.guard.map((g) => `  Guard: ${g.message}`),
  ];
}
