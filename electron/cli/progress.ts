import type { TaskRow } from '../../shared/contracts/tasks.ts';
import { printable } from './output.ts';

/** How far a file is written, in rows. */
export interface Written { readonly file: string; readonly done: number; readonly total: number }

/** Shows progress on standard error: one moving line on a terminal, a line per phase and per tenth elsewhere. */
export interface Progress {
  /** Where a task stands. */
  show(task: TaskRow): void;
  /** How far a file is written. */
  wrote(written: Written): void;
  end(): void;
}

/** Makes a progress display; shows nothing when quiet. */
export function createProgress(options: { readonly quiet: boolean; readonly stderr: NodeJS.WriteStream }): Progress {
  if (options.quiet) return { show: () => {}, wrote: () => {}, end: () => {} };
  return options.stderr.isTTY ? bar(options.stderr) : lines(options.stderr);
}

const left = (task: TaskRow) => (task.timeLeftMs === null ? '' : `, about ${duration(task.timeLeftMs)} left`);
const throttled = (task: TaskRow) => (task.throttledMs > 0 ? `, waited ${duration(task.throttledMs)} for the tenant` : '');

function bar(stderr: NodeJS.WriteStream): Progress {
  let shown = false;
  const draw = (what: string, done: number, total: number | null, more: string): void => {
    const width = 24;
    const part = total === null || total === 0 ? null : Math.min(1, done / total);
    const filled = part === null ? '·'.repeat(width) : '█'.repeat(Math.round(part * width)).padEnd(width, '░');
    const text = `${what.padEnd(16)} ${filled} ${done}${total === null ? '' : ` of ${total}`}${more}`;
    stderr.write(`\r\u001b[2K${text.slice(0, Math.max(20, (stderr.columns ?? 100) - 1))}`);
    shown = true;
  };
  return {
    show: (task) => { draw(task.phase, task.done, task.total, `${task.failed > 0 ? `, ${task.failed} failed` : ''}${left(task)}${throttled(task)}`); },
    wrote: ({ done, total }) => { draw('write file', done, total, ' rows'); },
    end() { if (shown) stderr.write('\r\u001b[2K'); },
  };
}

function lines(stderr: NodeJS.WriteStream): Progress {
  let last = '';
  const tenthOf = (done: number, total: number | null): string => (total === null || total === 0 ? '' : `${Math.floor((done / total) * 10) * 10} %`);
  return {
    wrote({ file, done, total }) {
      // A short list is written before anybody could read about it.
      const key = `${file} ${tenthOf(done, total)}`;
      if (done >= total || key === last) return;
      last = key;
      stderr.write(`${printable(file)}: ${tenthOf(done, total)} (${done} of ${total} rows)\n`);
    },
    show(task) {
      const tenth = tenthOf(task.done, task.total);
      const key = `${task.id} ${task.phase} ${tenth}`;
      if (key === last) return;
      last = key;
      stderr.write(`${task.kind}: ${task.phase}${tenth === '' ? '' : ` ${tenth}`}${task.total === null ? '' : ` (${task.done} of ${task.total})`}${task.failed > 0 ? `, ${task.failed} failed` : ''}${left(task)}${throttled(task)}\n`);
    },
    end() {},
  };
}

/** Milliseconds as a person says them: `4 s`, `3 min`, `2 h 10 min`. */
export function duration(ms: number): string {
  const seconds = Math.max(1, Math.round(ms / 1000));
  if (seconds < 90) return `${seconds} s`;
  const minutes = Math.round(seconds / 60);
  return minutes < 90 ? `${minutes} min` : `${Math.floor(minutes / 60)} h ${minutes % 60} min`;
}
