import path from 'node:path';
import { type Command, Option } from 'commander';
import type { OperationRow, PlanSummary, TaskRow } from '../../../shared/contracts/tasks.ts';
import { AppError, appError, ErrorCode } from '../../../shared/domain/errors.ts';
import { EXPORT_FORMATS, type ExportFormat } from '../../../shared/domain/plan-export.ts';
import { OPERATION_KINDS, type OperationKind } from '../../../shared/domain/plans.ts';
import { EXIT } from '../exit-codes.ts';
import { table } from '../output.ts';
import type { Run } from '../run.ts';
import type { Session } from '../session.ts';
import { reportTask } from '../task-outcome.ts';
import { approveAndFollow, approveOptions, outdatedOf, planMigration, settingsOptions, summaryLines, type ApproveOptions, type SettingsOptions } from './migrate.ts';
import { savePlan } from './plan-file.ts';
import { whyLines } from './plan-why.ts';

interface ShowOptions { readonly limit: string; readonly object?: string; readonly attribute?: string; readonly kind?: OperationKind; readonly value?: string; readonly finding?: string; readonly why?: boolean }

/** `causeway plan ...`: create, list, show, export, approve, schedule, unschedule, discard, remove. */
export function addPlanCommands(program: Command, run: Run): void {
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
  plan.command('list').description('list the plans, newest first').option('--collection <name>', 'only of this collection').option('--waiting', 'only plans that wait for approval or for their time').option('--limit <n>', '', '50')
    .action((o: { collection?: string; waiting?: boolean; limit: string }) => run({ needs: 'project' }, async (session) => {
      const collectionId = o.collection === undefined ? undefined : (await session.collection(o.collection)).id;
      const { rows } = await session.call('plans.list', { which: o.waiting ? 'waiting' : 'all', limit: Math.min(500, Math.max(1, Number(o.limit) || 50)), ...(collectionId === undefined ? {} : { collectionId }) });
      session.out.result(rows, table(['CREATED', 'KIND', 'STATE', 'AT', 'COLLECTION', 'OPERATIONS', 'GUARD', 'TASK'], rows.map((p) => [
        iso(p.createdAt), p.kind, p.state, p.scheduledAt === null ? '' : iso(p.scheduledAt), p.collectionName, p.counts.operations, p.guard.length === 0 ? '' : `${p.guard.length} limits passed`, p.taskId,
      ])));
      return EXIT.ok;
    }));
  plan.command('show').description('show the operations of a plan').argument('<task>', 'id of the task or of the plan').option('--limit <n>', 'operations shown', '50')
    .option('--object <name or guid>', 'only this object').option('--attribute <name>', 'only operations that write this attribute').addOption(new Option('--kind <kind>').choices(OPERATION_KINDS)).option('--value <text>', 'only operations with this text in a value')
    .option('--finding <rule>', 'only objects about which this check found something; * for any').option('--why', 'for each value the rule and the source values behind it')
    .action((id: string, o: ShowOptions) => run({ needs: 'project' }, async (session) => await show(session, id, o)));
  plan.command('export').description('write a plan to a file: a table, data, a page to read or print, or a PowerShell script').argument('<task>', 'id of the task or of the plan')
    .addOption(new Option('--format <format>').choices(EXPORT_FORMATS).default('csv')).requiredOption('--file <file>', 'a new file; - writes to standard output')
    .action((id: string, o: { format: ExportFormat; file: string }) => run({ needs: 'project' }, async (session, context) => {
      const rows = await savePlan(session, (await summaryOf(session, id)).id, o.format, o.file, context);
      if (o.file !== '-') session.out.result({ file: path.resolve(o.file), rows }, [`Wrote ${o.file}: ${rows} rows.`, ...(o.format === 'powershell' ? ['Try it first with -WhatIf. It needs Connect-MgGraph, and Connect-ExchangeOnline for steps of Exchange Online.'] : [])]);
      return EXIT.ok;
    }));
  approveOptions(plan.command('approve').description('apply a plan that waits, now').argument('<task>', 'id of the task or of the plan'))
    .action((id: string, o: ApproveOptions) => run({ needs: 'project' }, async (session) => await approveAndFollow(session, await taskOf(session, id), o)));
  approveOptions(plan.command('schedule').description('approve a plan for a time; an open console or "causeway serve" applies it then').argument('<task>', 'id of the task or of the plan'))
    .requiredOption('--at <time>', 'ISO 8601, for example 2026-12-01T02:00+01:00; without an offset it is the time of this machine').option('--wait', 'stay, and apply it here when its time comes')
    .action((id: string, o: ApproveOptions & { at: string; wait?: boolean }) => run({ needs: 'project' }, async (session) => await schedule(session, id, o)));
  plan.command('unschedule').description('take the time of a scheduled plan away; it waits for approval again').argument('<task>', 'id of the task or of the plan').action((id: string) => run({ needs: 'project' }, async (session) => {
    const task = await session.call('plans.unschedule', { taskId: (await taskOf(session, id)).id });
    session.out.result(task, [task.message]);
    return EXIT.ok;
  }));
  plan.command('discard').description('throw away a plan that was not applied').argument('<task>', 'id of the task or of the plan').action((id: string) => run({ needs: 'project' }, async (session) => {
    const task = await session.call('tasks.discard', { taskId: (await taskOf(session, id)).id });
    session.out.result(task, ['Discarded the plan; nothing was written.']);
    return EXIT.ok;
  }));
  plan.command('remove').description('delete a plan that was never applied, with its task').argument('<task>', 'id of the task or of the plan').action((id: string) => run({ needs: 'project' }, async (session) => {
    const { id: planId } = await summaryOf(session, id);
    await session.call('plans.remove', { planId });
    session.out.result({ planId }, ['Removed the plan; nothing was written.']);
    return EXIT.ok;
  }));
}

async function show(session: Session, id: string, o: ShowOptions): Promise<number> {
  const summary = await summaryOf(session, id);
  const isGuid = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i.test(o.object ?? '');
  const { rows, total } = await session.call('plans.operations', {
    planId: summary.id, limit: Math.min(500, Math.max(1, Number(o.limit) || 50)), ...(o.object === undefined ? {} : isGuid ? { sourceId: o.object.toLowerCase() } : { search: o.object }),
    ...(o.attribute === undefined ? {} : { attribute: o.attribute }), ...(o.kind === undefined ? {} : { kind: o.kind }), ...(o.value === undefined ? {} : { value: o.value }), ...(o.finding === undefined ? {} : { finding: o.finding }),
  });
  const changes = await session.call('plans.changes', { planId: summary.id });
  const reasons = o.why ? await whyLines(session, summary.id, rows, o.attribute) : null;
  session.out.result({ plan: summary, changes, operations: rows, total, ...(reasons === null ? {} : { why: reasons.data }) }, [
    ...summaryLines(summary), ...changes.reasons.map((reason) => `  Out of date: ${reason}`), '', ...rows.flatMap((r) => [head(r), ...valueLines(r, reasons?.lines.get(r.id))]),
    ...(total > rows.length ? ['', `${rows.length} of ${total} operations are shown; see --limit.`] : []),
  ]);
  return EXIT.ok;
}

async function schedule(session: Session, id: string, o: ApproveOptions & { readonly at: string; readonly wait?: boolean }): Promise<number> {
  const task = await taskOf(session, id);
  const summary = await summaryOf(session, id);
  if (o.confirm === undefined && (!o.yes || summary.guard.length > 0)) {
    session.out.result({ task, plan: summary }, [...summaryLines(summary), '', `Nothing was scheduled. Approve with --confirm "${summary.confirmation}"${summary.guard.length > 0 ? '; --yes is not enough, because the guard stopped the plan' : ' or --yes'}.`]);
    return EXIT.notApproved;
  }
  const at = momentOf(o.at);
  const scheduled = await session.call('plans.schedule', { taskId: task.id, at, confirmation: o.confirm ?? summary.confirmation, outdated: outdatedOf(o) });
  if (!o.wait) {
    session.out.result(scheduled, [`${scheduled.message} That is ${new Date(at).toString()}.`]);
    return EXIT.ok;
  }
  session.out.note(`${scheduled.message} Waiting for it; Ctrl+C ends the wait, and the plan stays scheduled.`);
  const ended = await session.followScheduled(task.id);
  return reportTask(session.out, ended, { task: ended }, [ended.message]);
}

/** @throws AppError INVALID_INPUT unless it is a date and time in ISO 8601. */
function momentOf(text: string): number {
  const at = /^\d{4}-\d{2}-\d{2}[T ]\d{2}:\d{2}(:\d{2})?(Z|[+-]\d{2}:?\d{2})?$/i.test(text) ? Date.parse(text.replace(' ', 'T')) : Number.NaN;
  if (Number.isNaN(at)) throw appError(ErrorCode.InvalidInput, `"${text}" is not a time. Write it as 2026-12-01T02:00, with Z or an offset such as +01:00 when it is not the time of this machine.`);
  return at;
}

/** The task that an id means, whether it is its own or its plan's. */
async function taskOf(session: Session, id: string): Promise<TaskRow> {
  try {
    return await session.call('tasks.get', { id });
  } catch (error) {
    if (!(error instanceof AppError) || error.data.code !== ErrorCode.NotFound) throw error;
    return await session.call('tasks.get', { id: (await session.call('plans.get', { id })).taskId });
  }
}

async function summaryOf(session: Session, id: string): Promise<PlanSummary> {
  const task = await taskOf(session, id);
  if (task.planId === null) throw appError(ErrorCode.NotFound, `Task ${task.id} has no plan.`);
  return await session.call('plans.get', { id: task.planId });
}

const iso = (ms: number): string => `${new Date(ms).toISOString().slice(0, 19)}Z`;
const values = (list: readonly string[] | null): string => (list === null ? '(none)' : list.join(', '));
const head = (r: OperationRow): string => `${r.seq}. ${r.kind} ${r.objectKind} ${r.name}${r.service === 'exchange' ? ' (Exchange Online)' : ''}${r.outcome === 'pending' ? '' : ` [${r.outcome}${r.message ? `: ${r.message}` : ''}]`}`;

function valueLines(r: OperationRow, why: ReadonlyMap<string, readonly string[]> | undefined): string[] {
  const linked = r.permission ?? (r.kind.includes('manager') ? 'manager' : 'members');
  return [
    ...r.changes.flatMap((c) => [`     ${c.attribute}: ${values(c.before)} -> ${values(c.after)}   (${c.reason})`, ...(why?.get(c.attribute) ?? []).map((line) => `         ${line}`)]),
    ...(r.references.length > 0 ? [`     ${r.permission === undefined ? '' : `${r.permission}: `}${r.references.map((x) => x.name).join(', ')}`] : []),
    ...(why?.get(linked) ?? []).map((line) => `         ${line}`),
  ];
}
