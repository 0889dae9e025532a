import { readFileSync } from 'node:fs';
import { Option, type Command } from 'commander';
import type { FindingSelection } from '../../../shared/contracts/checks.ts';
import type { TaskRow } from '../../../shared/contracts/tasks.ts';
import { appError, ErrorCode } from '../../../shared/domain/errors.ts';
import { csvText } from '../../app/csv-lines.ts';
import { EXIT } from '../exit-codes.ts';
import { table } from '../output.ts';
import type { Run } from '../run.ts';
import type { Session } from '../session.ts';
import { reportTask } from '../task-outcome.ts';
import { latestOf, scopeOptions, type ScopeOptions } from './check-scope.ts';

interface ApproveOptions { readonly yes?: boolean; readonly confirm?: string }
interface DecideOptions extends ScopeOptions { readonly action: 'EDIT' | 'REMOVE' | 'COMPLETE' | 'proposed' | 'none'; readonly number?: string[]; readonly all?: boolean; readonly rule?: string[]; readonly severity?: 'error' | 'warning'; readonly value?: string }
interface FixOptions extends ScopeOptions, ApproveOptions { readonly number?: string[]; readonly task?: string }

/** Verbs of `causeway check` that decide, import, write to Active Directory and take it back. */
export function addCheckFixCommands(check: Command, run: Run): void {
  scopeOptions(check.command('decide').description('decide about findings of the last check: EDIT, REMOVE, COMPLETE (leave as it is), or what each of them proposes'))
    .addOption(new Option('--action <action>').choices(['EDIT', 'REMOVE', 'COMPLETE', 'proposed', 'none']).makeOptionMandatory()).option('--number <n...>', 'findings by their number').option('--all', 'every finding that the filters show')
    .option('--rule <id...>', 'with --all: only findings of these rules or kinds').addOption(new Option('--severity <severity>', 'with --all').choices(['error', 'warning'])).option('--value <value>', 'with EDIT and one --number: this value instead of the proposed one')
    .addHelpText('after', '\nExamples:\n  causeway check decide --collection Berlin --all --rule Character --action proposed\n  causeway check decide --collection Berlin --number 17 --action EDIT --value ann@contoso.com')
    .action((o: DecideOptions) => run({ needs: 'project' }, async (session) => {
      const { id } = await latestOf(session, o);
      const numbers = numbersOf(o.number);
      if (o.value !== undefined) {
        if (o.action !== 'EDIT' || numbers?.length !== 1) throw appError(ErrorCode.InvalidInput, '--value goes with --action EDIT and one --number.');
        const { row, warnings } = await session.call('checks.edit', { id, number: numbers[0] ?? 0, value: o.value });
        session.out.result({ row, warnings }, [`${row.attribute} of ${row.name} is to become ${row.newValue ?? ''}.`, ...warnings]);
        return EXIT.ok;
      }
      const result = await session.call('checks.decide', { id, selection: selectionOf(o, numbers), choice: o.action === 'none' ? '' : o.action });
      session.out.result(result, [`Decided about ${result.changed} findings.`, ...(result.leftTotal > 0 ? [`${result.leftTotal} were left as they are:`, ...table(['NO', 'OBJECT', 'REASON'], result.left.map((l) => [l.number, l.name, l.reason])).map((l) => `  ${l}`)] : [])]);
      return EXIT.ok;
    }));
  scopeOptions(check.command('import').description('read decisions from a CSV file of ours or of IdFix')).requiredOption('--file <file>')
    .action((o: ScopeOptions & { file: string }) => run({ needs: 'project' }, async (session) => {
      const { id } = await latestOf(session, o);
      let bytes: Uint8Array;
      try { bytes = readFileSync(o.file); } catch (cause) { throw appError(ErrorCode.BadFile, `The file ${o.file} cannot be read: ${(cause as Error).message}.`, { cause }); }
      const result = await session.call('checks.import', { id, text: csvText(bytes, o.file) });
      session.out.result(result, [
        `Took ${result.taken} decisions; ${result.unchanged} lines decide nothing new.`,
        ...(result.problemsTotal > 0 ? [`${result.problemsTotal} lines do not fit:`, ...result.problems.map((p) => `  line ${p.line}: ${p.message}`), ...(result.problemsTotal > result.problems.length ? ['  ...'] : [])] : []),
      ]);
      return result.problemsTotal > 0 ? EXIT.failed : EXIT.ok;
    }));
  approveOptions(scopeOptions(check.command('fix').description('write the decisions (EDIT, REMOVE) to Active Directory: plans, asks, writes, reads back'))).option('--number <n...>', 'only these findings').option('--task <id>', 'apply the plan of this Fix task')
    .addHelpText('after', '\nExamples:\n  causeway check fix --collection Berlin                            plan only\n  causeway check fix --task <id> --confirm corp.example.com         apply it')
    .action((o: FixOptions) => run({ needs: 'project' }, async (session) => {
      if (o.task !== undefined) return await applyOrShow(session, await session.call('tasks.get', { id: o.task }), o);
      const { id } = await latestOf(session, o);
      const numbers = numbersOf(o.number);
      const { taskId } = await session.call('checks.fix', { id, ...(numbers === undefined ? {} : { selection: { mode: 'numbers' as const, numbers } }) });
      return await applyOrShow(session, await session.follow(taskId), o);
    }));
  approveOptions(check.command('roll-back').alias('rollback').description('take back what a Fix task wrote to Active Directory')).requiredOption('--task <id>', 'the Fix task').option('--object <objectGUID>', 'only what it did to this object')
    .option('--keep', 'keep values that others changed since (default: restore the state before the task exactly)')
    .action((o: ApproveOptions & { task: string; object?: string; keep?: boolean }) => run({ needs: 'project' }, async (session) => {
      const given = await session.call('tasks.get', { id: o.task });
      if (given.kind === 'Roll back') return await applyOrShow(session, given, o);
      const { taskId } = await session.call('checks.rollBack', { taskId: o.task, mode: o.keep === true ? 'keep changes made since' : 'exact', ...(o.object === undefined ? {} : { objectId: o.object }) });
      return await applyOrShow(session, await session.follow(taskId), o);
    }));
}

function approveOptions(command: Command): Command {
  return command.option('--yes', 'approve without typing the name of the domain').option('--confirm <domain>', 'approve: the name of the Active Directory domain, as the plan says');
}

/** Applies a plan that waits, when that was approved; else shows it. */
async function applyOrShow(session: Session, task: TaskRow, o: ApproveOptions): Promise<number> {
  if (task.state !== 'Awaiting approval' || task.planId === null) return reportTask(session.out, task, { task }, [task.message]);
  const plan = await session.call('plans.get', { id: task.planId });
  const { rows } = await session.call('plans.operations', { planId: plan.id, limit: 500 });
  const { rows: skips } = await session.call('plans.skips', { planId: plan.id, limit: 500 });
  const { rows: findings } = await session.call('plans.findings', { planId: plan.id, limit: 500 });
  const show = (values: readonly string[] | null): string => (values ?? []).join('; ') || '(none)';
  const lines = [
    ...table(['OBJECT', 'ATTRIBUTE', 'BEFORE', 'AFTER'], rows.flatMap((r) => r.changes.map((c) => [r.name, c.attribute, show(c.before), show(c.after)]))),
    ...(plan.counts.operations > rows.length ? [`(${plan.counts.operations - rows.length} more)`] : []),
    ...skips.map((s) => `left out: ${s.name}: ${s.reason}`), ...findings.map((f) => `${f.severity}: ${f.message}`), ...plan.guard.map((g) => `attention: ${g.message}`),
  ];
  // As with migrations: past the guard only by typing the name.
  const confirmation = o.confirm ?? (o.yes === true && plan.guard.length === 0 ? plan.confirmation : undefined);
  if (confirmation === undefined) {
    const verb = task.kind === 'Fix' ? 'fix' : 'roll-back';
    session.out.result({ task, plan, operations: rows, skips, findings }, [...lines, '', `${plan.counts.operations} changes of ${plan.tenantName}; nothing was written. Apply them:  causeway check ${verb} --task ${task.id} --confirm ${plan.confirmation}`]);
    return EXIT.notApproved;
  }
  await session.call('tasks.approve', { taskId: task.id, confirmation });
  const ended = await session.follow(task.id);
  const { rows: items } = await session.call('tasks.items', { taskId: task.id, onlyProblems: true, limit: 200 });
  return reportTask(session.out, ended, { task: ended, plan, items }, [...lines, '', ended.message, ...items.map((i) => `  ${i.name}: ${i.message}`)]);
}

function numbersOf(texts: readonly string[] | undefined): number[] | undefined {
  return texts?.map((text) => {
    const number = Number(text);
    if (!Number.isInteger(number)) throw appError(ErrorCode.InvalidInput, `--number must be the number of a finding, not "${text}".`);
    return number;
  });
}

function selectionOf(o: DecideOptions, numbers: number[] | undefined): FindingSelection {
  if (numbers !== undefined) return { mode: 'numbers', numbers };
  if (o.all !== true) throw appError(ErrorCode.InvalidInput, 'Say which findings: --number, or --all with --rule and --severity.');
  return { mode: 'all except', numbers: [], filter: { search: '', rules: o.rule ?? [], severity: o.severity ?? '', attribute: '', choice: '', fixable: false } };
}
