import type { Command } from 'commander';
import type { TaskRow } from '../../../shared/contracts/tasks.ts';
import { appError, ErrorCode } from '../../../shared/domain/errors.ts';
import { HAND_OVER_STATUSES } from '../../../shared/domain/handover.ts';
import { EXIT } from '../exit-codes.ts';
import { table } from '../output.ts';
import { readRows, rowLimit } from '../rows.ts';
import type { Run } from '../run.ts';
import type { Session } from '../session.ts';
import { reportTask } from '../task-outcome.ts';
import { saveParts } from './save-parts.ts';

interface ApproveOptions { readonly yes?: boolean; readonly confirm?: string }

/** `causeway hand-over ...`: to Microsoft Entra Connect or Cloud Sync. */
export function addHandOverCommands(program: Command, run: Run): void {
  const handOver = program.command('hand-over').description('hand a migrated organisation over to Microsoft Entra Connect or Cloud Sync');
  approveOptions(handOver.command('plan').description('read both sides, predict what directory synchronisation makes of every object, and plan the source anchors that are missing in Active Directory').option('--pair <name>', 'the pair (default: the only one)'))
    .addHelpText('after', `
Examples:
  causeway hand-over plan                                          predict and plan only
  causeway hand-over apply --task <id> --confirm corp.example.com  write the anchors
  causeway hand-over show --task <id> --status Conflict            what stands in the way`)
    .action((o: ApproveOptions & { pair?: string }) => run({ needs: 'project' }, async (session) => {
      const { taskId } = await session.call('handover.plan', { pairId: (await session.pair(o.pair)).id });
      return await applyOrShow(session, await session.follow(taskId), o);
    }));
  approveOptions(handOver.command('apply').description('approve the plan of a task and write the anchors').requiredOption('--task <id>', 'the Hand over task'))
    .addHelpText('after', '\nExample:\n  causeway hand-over apply --task 6f1c2b6e-0d1a-7c3e-9a55-0f2b8e7d4c10 --confirm corp.example.com')
    .action((o: ApproveOptions & { task: string }) => run({ needs: 'project' }, async (session) => await applyOrShow(session, await session.call('tasks.get', { id: o.task }), o)));
  handOver.command('show').description('show the predictions of a task').requiredOption('--task <id>', 'the Hand over task').option('--status <status>', HAND_OVER_STATUSES.join(', ')).option('--limit <n>', 'objects shown', '200').option('--file <file>', 'write all of them to a new CSV file')
    .addHelpText('after', '\nExample:\n  causeway hand-over show --task 6f1c2b6e-0d1a-7c3e-9a55-0f2b8e7d4c10 --status "No match"')
    .action((o: { task: string; status?: string; limit: string; file?: string }) => run({ needs: 'project' }, async (session, context) => {
      const status = o.status === undefined ? undefined : HAND_OVER_STATUSES.find((one) => one.toLowerCase() === o.status?.toLowerCase());
      if (o.status !== undefined && status === undefined) throw appError(ErrorCode.InvalidInput, `--status takes ${HAND_OVER_STATUSES.join(', ')}, not "${o.status}".`);
      const limit = rowLimit(o.limit);
      const counts = await session.call('handover.counts', { taskId: o.task });
      if (o.file !== undefined) await saveParts(o.file, async (after) => await session.call('tasks.exportItems', { taskId: o.task, after }), context);
      const { rows } = await readRows(Number.POSITIVE_INFINITY, async (request) => await session.call('tasks.items', { taskId: o.task, ...request }));
      const wanted = rows.filter((row) => (status === undefined ? HAND_OVER_STATUSES.some((one) => one === row.status) : row.status === status));
      session.out.result({ ...counts, rows: wanted.slice(0, limit) }, [...figures(counts.byStatus), '', ...table(['OBJECT', 'TYPE', 'PREDICTED', 'WHY'], wanted.slice(0, limit).map((row) => [row.name, row.kind, row.status, row.message])), ...(wanted.length > limit ? [`(${wanted.length - limit} more; use --limit or --status)`] : [])]);
      return EXIT.ok;
    }));
  handOver.command('passwords').description('check whether the synchronisation of passwords would take effect on its first run').option('--pair <name>', 'the pair (default: the only one)')
    .addHelpText('after', '\nExample:\n  causeway hand-over passwords')
    .action((o: { pair?: string }) => run({ needs: 'project' }, async (session) => {
      const ready = await session.call('handover.passwords', { pairId: (await session.pair(o.pair)).id });
      session.out.result(ready, [ready.statement, '', ...table(['CHECK', 'OUTCOME', 'MEANS'], ready.lines.map((line) => [line.check, line.outcome, line.message]))]);
      return ready.lines.some((line) => line.outcome === 'failed') ? EXIT.notVerified : EXIT.ok;
    }));
}

const approveOptions = (command: Command): Command => command.option('--yes', 'approve without typing the name of the domain').option('--confirm <domain>', 'approve: the name of the Active Directory domain, as the plan says');
const figures = (byStatus: Readonly<Record<string, number>>): string[] => table(['PREDICTED', 'OBJECTS'], HAND_OVER_STATUSES.map((status) => [status, byStatus[status] ?? 0]));

/** Writes the anchors of a plan that waits, when that was approved; else shows the predictions. */
async function applyOrShow(session: Session, task: TaskRow, o: ApproveOptions): Promise<number> {
  if (task.kind !== 'Hand over') throw appError(ErrorCode.InvalidInput, `Task ${task.id} is a ${task.kind} task and hands nothing over.`);
  if (task.planId === null) return reportTask(session.out, task, { task }, [task.message]);
  const plan = await session.call('plans.get', { id: task.planId });
  const counts = await session.call('handover.counts', { taskId: task.id });
  const lines = [...figures(counts.byStatus), ...plan.guard.map((stop) => `attention: ${stop.message}`)];
  if (task.state !== 'Awaiting approval') return reportTask(session.out, task, { task, plan, ...counts }, [...lines, '', task.message]);
  // As with migrations: past the guard only by typing the name.
  const confirmation = o.confirm ?? (o.yes === true && plan.guard.length === 0 ? plan.confirmation : undefined);
  if (confirmation === undefined) {
    session.out.result({ task, plan, ...counts }, [...lines, '', `${task.message} Apply it:  causeway hand-over apply --task ${task.id} --confirm ${plan.confirmation}`]);
    return EXIT.notApproved;
  }
  await session.call('tasks.approve', { taskId: task.id, confirmation });
  const ended = await session.follow(task.id);
  return reportTask(session.out, ended, { task: ended, plan, ...counts }, [...lines, '', ended.message]);
}
