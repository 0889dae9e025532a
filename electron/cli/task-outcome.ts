import type { TaskRow } from '../../shared/contracts/tasks.ts';
import { ErrorCode, appError } from '../../shared/domain/errors.ts';
import { EXIT, exitCodeOf } from './exit-codes.ts';
import type { Output } from './output.ts';

const isCode = (code: string | undefined): code is ErrorCode => code !== undefined && (Object.values(ErrorCode) as string[]).includes(code);

/** Exit code that fits how a task ended. */
export function exitCodeOfTask(task: TaskRow): number {
  switch (task.state) {
    case 'Completed': return EXIT.ok;
    case 'Cancelled': return EXIT.cancelled;
    case 'Awaiting approval': return EXIT.notApproved;
    case 'Scheduled': return EXIT.ok;
    // Nothing was refused, but the tenant does not show what was written.
    case 'Completed with errors': return task.failed === 0 && task.verified === false ? EXIT.notVerified : EXIT.failed;
    case 'Failed': return isCode(task.failure) ? exitCodeOf(appError(task.failure, task.message)) : EXIT.failed;
    default: return EXIT.failed;
  }
}

/**
 * Tells how a task ended: its result on standard output, or, when it failed, its one sentence on standard error.
 * @param value what `--json` prints, also of a failed task, whose id a script needs to resume it.
 * @param lines what a person reads of a task that did not fail.
 * @returns the exit code.
 */
export function reportTask(out: Output, task: TaskRow, value: unknown, lines: readonly string[]): number {
  const failed = task.state === 'Failed';
  if (out.json || !failed) out.result(value, lines);
  if (failed) out.problem(task.planId !== null && task.canResume ? `${task.message} Go on with: causeway tasks resume ${task.id}` : task.message);
  return exitCodeOfTask(task);
}
