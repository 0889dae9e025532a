import type { ChannelInput, ChannelName, ChannelOutput } from '../../shared/contracts/index.ts';
import { contracts } from '../../shared/contracts/index.ts';
import type { Collection } from '../../shared/contracts/collections.ts';
import type { Pair } from '../../shared/contracts/pairs.ts';
import type { TaskRow } from '../../shared/contracts/tasks.ts';
import { appError, ErrorCode } from '../../shared/domain/errors.ts';
import type { OwnTaskRunner } from '../agent/runner.ts';
import type { Console } from '../app/container.ts';
import type { Output } from './output.ts';
import type { Progress } from './progress.ts';

/** One run of a command over one open project: the same channels that a console uses, called in process. */
export interface Session {
  readonly out: Output;
  call<K extends ChannelName>(channel: K, input: ChannelInput<K>): Promise<ChannelOutput<K>>;
  /** A pair by id or name; the only pair when nothing is given. @throws NOT_FOUND, INVALID_INPUT when several. */
  pair(name: string | undefined): Promise<Pair>;
  /** A collection by id or name; the only collection when nothing is given. */
  collection(name: string | undefined): Promise<Collection>;
  /** Runs a task here, unless another process does, and follows it until it ends or waits for approval, with progress. Ctrl+C asks the task to stop. */
  follow(taskId: string): Promise<TaskRow>;
  /** Waits for the time of a scheduled plan, then runs and follows it here. Ctrl+C before that ends the wait and leaves the plan scheduled. */
  followScheduled(taskId: string): Promise<TaskRow>;
}

const ENDS = new Set<TaskRow['state']>(['Awaiting approval', 'Scheduled', 'Completed', 'Completed with errors', 'Failed', 'Cancelled', 'Interrupted', 'Discarded']);

/** After so long in the queue a person is told why nothing moves, milliseconds. */
const WAITING_MS = 2_000;
/** How often a command that waits for a scheduled plan looks at it, milliseconds. */
const SCHEDULED_MS = 250;

/**
 * Wraps an open console for commands.
 * @param runner runs the tasks that commands follow; absent: the console has a runner for every task.
 */
export function createSession(console: Console, out: Output, progress: Progress, interrupts: { onInterrupt(listener: () => void): () => void }, runner?: Pick<OwnTaskRunner, 'run'>): Session {
  const call: Session['call'] = async (channel, input) => {
    const parsed = contracts[channel].input.safeParse(input);
    if (!parsed.success) {
      const issue = parsed.error.issues[0];
      throw appError(ErrorCode.InvalidInput, `${issue?.path.join('.') || channel}: ${issue?.message ?? 'invalid'}.`);
    }
    const handler = console.handlers[channel] as (input: unknown, ctx: { signal: AbortSignal }) => Promise<unknown>;
    return await handler(parsed.data, { signal: new AbortController().signal }) as never;
  };
  const pick = <T extends { readonly id: string; readonly name: string }>(rows: readonly T[], name: string | undefined, what: string): T => {
    if (name === undefined) {
      if (rows.length === 1 && rows[0]) return rows[0];
      throw appError(ErrorCode.InvalidInput, rows.length === 0 ? `The project has no ${what} yet; create one first.` : `Name the ${what}: ${rows.map((r) => `"${r.name}"`).join(', ')}.`);
    }
    const hits = rows.filter((r) => r.id === name || r.name.toLowerCase() === name.toLowerCase());
    if (hits.length === 1 && hits[0]) return hits[0];
    throw appError(hits.length === 0 ? ErrorCode.NotFound : ErrorCode.InvalidInput, hits.length === 0 ? `There is no ${what} "${name}" in this project.` : `Several are named "${name}"; give the id of the ${what}.`);
  };
  const follow: Session['follow'] = async (taskId) => {
    const off = interrupts.onInterrupt(() => { void call('tasks.cancel', { taskId }).catch(() => {}); });
    const began = Date.now();
    let told = false;
    runner?.run(taskId);
    try {
      for (;;) {
        const task = await call('tasks.get', { id: taskId });
        progress.show(task);
        if (!told && task.state === 'Queued' && Date.now() - began > WAITING_MS) {
          told = true;
          out.note('Waiting: another process, such as an open console, has tasks of this project to run first. Ctrl+C cancels this one.');
        }
        if (ENDS.has(task.state)) { progress.end(); return task; }
        await new Promise((resolve) => { setTimeout(resolve, 60); });
      }
    } finally { off(); }
  };
  return {
    out, call, follow,
    async followScheduled(taskId) {
      let left = false;
      const off = interrupts.onInterrupt(() => { left = true; });
      runner?.run(taskId);
      try {
        for (;;) {
          const task = await call('tasks.get', { id: taskId });
          if (left) return task;
          if (task.state !== 'Scheduled') break;
          await new Promise((resolve) => { setTimeout(resolve, SCHEDULED_MS); });
        }
      } finally { off(); }
      return await follow(taskId);
    },
    pair: async (name) => pick((await call('pairs.list', {})).rows, name, 'migration pair'),
    collection: async (name) => pick((await call('collections.list', {})).rows, name, 'collection'),
  };
}
