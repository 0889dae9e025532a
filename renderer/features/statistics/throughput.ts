import { useEffect, useRef, useState } from 'react';
import type { TaskRow } from '../../../shared/contracts/tasks.ts';

/** How far back the rate looks, milliseconds: long enough to be steady, short enough to show a slow-down. */
export const WINDOW_MS = 10_000;
/** A rate of less time than this says nothing. */
const LEAST_MS = 1_000;

/** One look at a task. */
export interface Sample { readonly at: number; readonly phase: string; readonly done: number }

/** Adds a look; those of another phase, and those that are older than the window but for one, are let go. */
export function withSample(samples: readonly Sample[], next: Sample): readonly Sample[] {
  const same = samples.filter((s) => s.phase === next.phase && s.done <= next.done && s.at <= next.at);
  const recent = same.filter((s) => s.at > next.at - WINDOW_MS);
  const before = same[same.length - recent.length - 1];
  return [...(before === undefined ? [] : [before]), ...recent, next];
}

/** Handled per second over the window; null before there is something to go by. */
export function rateOf(samples: readonly Sample[], now: number): number | null {
  const [first, last] = [samples[0], samples.at(-1)];
  if (first === undefined || last === undefined) return null;
  const elapsed = Math.max(last.at, now) - first.at;
  return elapsed < LEAST_MS ? null : ((last.done - first.done) * 1000) / elapsed;
}

/** How often a running task is looked at, milliseconds. */
const LOOK_MS = 500;

/** Follows a running task and gives how much it handles per second now; null while that is not known. Also while nothing comes: a stop must show as one. */
export function useThroughput(task: Pick<TaskRow, 'phase' | 'done' | 'state'>): number | null {
  const [rate, setRate] = useState<number | null>(null);
  const latest = useRef(task);
  useEffect(() => { latest.current = task; });
  const isRunning = task.state === 'Running';
  useEffect(() => {
    if (!isRunning) return undefined;
    let samples: readonly Sample[] = [];
    const timer = setInterval(() => {
      const at = performance.now();
      samples = withSample(samples, { at, phase: latest.current.phase, done: latest.current.done });
      setRate(rateOf(samples, at));
    }, LOOK_MS);
    return () => clearInterval(timer);
  }, [isRunning]);
  return isRunning ? rate : null;
}
