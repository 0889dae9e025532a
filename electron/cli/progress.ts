import type { TaskRow } from '../../shared/contracts/tasks.ts';

/** Shows a task's progress on standard error: one moving line on a terminal, a line per phase and per tenth elsewhere. */
export interface Progress { show(task: TaskRow): void; end(): void }

/** Makes a progress display; shows nothing when quiet. */
export function createProgress(options: { readonly quiet: boolean; readonly stderr: NodeJS.WriteStream }): Progress {
  if (options.quiet) return { show: () => {}, end: () => {} };
  return options.stderr.isTTY ? bar(options.stderr) : lines(options.stderr);
}

const left = (task: TaskRow) => (task.timeLeftMs === null ? '' : `, about ${duration(task.timeLeftMs)} left`);
const throttled = (task: TaskRow) => (task.throttledMs > 0 ? `, waited ${duration(task.throttledMs)} for the tenant` : '');

function bar(stderr: NodeJS.WriteStream): Progress {
  let shown = false;
  return {
    show(task) {
      const width = 24;
      const part = task.total === null || task.total === 0 ? null : Math.min(1, task.done / task.total);
      const filled = part === null ? '·'.repeat(width) : '█'.repeat(Math.round(part * width)).padEnd(width, '░');
      const text = `${task.phase.padEnd(16)} ${filled} ${task.done}${task.total === null ? '' : ` of ${task.total}`}${task.failed > 0 ? `, ${task.failed} failed` : ''}${left(task)}${throttled(task)}`;
      stderr.write(`\r\u001b[2K${text.slice(0, Math.max(20, (stderr.columns ?? 100) - 1))}`);
      shown = true;
    },
    end() { if (shown) stderr.write('\r\u001b[2K'); },
  };
}

function lines(stderr: NodeJS.WriteStream): Progress {
  let last = '';
  return {
    show(task) {
      const tenth = task.total === null || task.total === 0 ? '' : `${Math.floor((task.done / task.total) * 10) * 10} %`;
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
