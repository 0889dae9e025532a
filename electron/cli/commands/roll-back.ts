import { type Command, Option } from 'commander';
import type { TaskRow } from '../../../shared/contracts/tasks.ts';
import { appError, ErrorCode } from '../../../shared/domain/errors.ts';
import { EXIT } from '../exit-codes.ts';
import type { Run } from '../run.ts';
import type { Session } from '../session.ts';
import { approveAndFollow, approveOptions, type ApproveOptions } from './migrate.ts';
import { saveParts } from './save-parts.ts';
import { scopeOf, type ScopeOptions } from './roll-back-scope.ts';
import { choicesOf, conflictLines, conflictPart, conflictsOf, decides, linksOf, type ChoiceOptions } from './roll-back-choices.ts';

interface StartOptions extends ApproveOptions, ChoiceOptions, ScopeOptions {
  readonly collection?: string; readonly withLater?: boolean; readonly mode: 'exact' | 'keep'; readonly purge?: boolean;
}

/** Conflicts shown before a plan waits for approval. */
const SHOWN = 20;

/** `causeway roll-back`, also `causeway rollback`: take back a task, cycles, a time, an object or attributes; the values that others changed, and decisions about them. */
export function addRollBackCommands(program: Command, run: Run): void {
  const rollBack = program.command('roll-back').alias('rollback').description('take back what migrations and coexistence wrote: a task, cycles, a time, one object, or attributes of one object');
  choiceOptions(approveOptions(rollBack.command('start', { isDefault: true }).description('plan the way back, then apply it once it is approved')
    .option('--collection <name>').option('--task <id>', 'the task to take back (default: the last migration or cycle of the collection)')
    .option('--cycle <id...>', 'these cycles of coexistence, newest first, in one plan').option('--from <time>', 'every migration and cycle that wrote from this time on').option('--to <time>', 'up to this time (default: now)').option('--object <objectGUID>', 'only this object: what all migrations did to it, or the one of --task')
    .option('--attribute <name...>', 'only these attributes of the object, by Graph\'s name; also manager and members').option('--since <task>', 'with --object: what this migration and later ones did to it')
    .option('--with-later', 'take back what later migrations wrote to the same values along with it')))
    .addOption(new Option('--mode <mode>', 'exact: the state before the task; keep: values that others changed since stay').choices(['exact', 'keep']).default('exact'))
    .option('--purge', 'also remove created objects from the recycle bin: cannot be undone')
    .addHelpText('after', `
Examples:
  causeway roll-back --collection Berlin --yes
  causeway roll-back --object 0f8e5a52-6f0b-4c55-9c4e-0d8f4c1b2a3d --attribute jobTitle manager --yes
  causeway roll-back --collection Berlin --from 2026-11-21T08:00 --to 2026-11-21T12:00 --yes
  causeway roll-back --task 6f1c... --keep "Ann Smith:jobTitle" --confirm contoso.onmicrosoft.com
Without --yes or --confirm the plan is made and waits for approval (exit code 4).`)
    .action((o: StartOptions) => run({ needs: 'project' }, async (session) => {
      const { id } = await session.collection(o.collection);
      const { taskId } = await session.call('tasks.rollBack', {
        collectionId: id, ...await scopeOf(session, id, o), later: o.withLater === true ? 'take back too' : 'refuse', mode: o.mode === 'exact' ? 'exact' : 'keep changes made since', purge: o.purge ?? false,
      });
      let task = await session.follow(taskId);
      if (decides(o) && task.planId !== null && task.state === 'Awaiting approval') task = await decide(session, task, o);
      await showConflicts(session, task);
      return await approveAndFollow(session, task, o);
    }));
  rollBack.command('conflicts').description('values that others changed since: before, written by Causeway, now, and what the roll back makes of each').argument('<task>', 'the roll back').option('--links', 'also each membership and permission that goes back, which may stay').option('--file <file>', 'write them to a CSV file, whose column "choice" can be edited and given to --choices')
    .addHelpText('after', '\nExample:\n  causeway roll-back conflicts 6f1c2a70-5d0e-4a3b-9f6e-2b7c8d9e0f1a --file choices.csv')
    .action((taskId: string, o: { file?: string; links?: boolean }) => run({ needs: 'project' }, async (session, context) => {
      const contested = await conflictsOf(session, taskId);
      const conflicts = [...contested, ...(o.links === true ? await linksOf(session, taskId, contested) : [])];
      if (o.file !== undefined) await saveParts(o.file, (after) => conflictPart(conflicts, after), context);
      session.out.result(conflicts, [...(conflicts.length === 0 ? ['Others have changed nothing that this roll back takes back.'] : conflictLines(conflicts)), ...(o.file === undefined ? [] : ['', `Wrote ${o.file}.`])]);
      return EXIT.ok;
    }));
  choiceOptions(approveOptions(rollBack.command('decide').description('decide about single values of a roll back that waits; its plan is made anew').argument('<task>', 'the roll back')))
    .addHelpText('after', '\nExample:\n  causeway roll-back decide 6f1c2a70-5d0e-4a3b-9f6e-2b7c8d9e0f1a --keep "Ann Smith:jobTitle" "Sales:members/Ben Hill" --restore "Sales:description"')
    .action((taskId: string, o: ApproveOptions & ChoiceOptions) => run({ needs: 'project' }, async (session) => {
      if (!decides(o)) throw appError(ErrorCode.InvalidInput, 'Say what to decide: --keep, --restore or --choices.');
      const task = await decide(session, await session.call('tasks.get', { id: taskId }), o);
      await showConflicts(session, task);
      return await approveAndFollow(session, task, o);
    }));
}

function choiceOptions(command: Command): Command {
  return command.option('--keep <value...>', 'values to leave as they are: <object>, <object>:<attribute>, or one of many: <object>:members/<name>, <object>:proxyAddresses/<address>').option('--restore <value...>', 'values to bring back to the state before, in the same form')
    .option('--choices <file>', 'decisions from a file that `roll-back conflicts --file` wrote');
}

async function decide(session: Session, task: TaskRow, o: ChoiceOptions): Promise<TaskRow> {
  const contested = await conflictsOf(session, task.id);
  await session.call('rollBack.decide', { taskId: task.id, choices: choicesOf(o, contested, await linksOf(session, task.id, contested)) });
  return await session.follow(task.id);
}

async function showConflicts(session: Session, task: TaskRow): Promise<void> {
  if (task.planId === null || !task.canApprove) return;
  const conflicts = await conflictsOf(session, task.id);
  if (conflicts.length === 0) return;
  for (const line of conflictLines(conflicts.slice(0, SHOWN))) session.out.note(line);
  if (conflicts.length > SHOWN) session.out.note(`... and ${conflicts.length - SHOWN} more: causeway roll-back conflicts ${task.id}`);
}
