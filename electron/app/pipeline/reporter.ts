import type { TaskPhase, TaskState } from '../../../shared/domain/statuses.ts';
import type { ObjectKind } from '../../../shared/domain/objects.ts';
import type { Services } from '../services.ts';
import { taskRows } from '../task-rows.ts';

/** Snapshots are written and sent at most so often, milliseconds; the last of a phase always (a window is sent 10 a second at most). */
const EVERY_MS = 150;

/** How a running task tells where it stands. */
export interface Reporter {
  /** Begins a phase: counters start at zero, or at what an earlier run has `done` of it. `total` null: not known yet. */
  phase(phase: TaskPhase, message: string, total?: number | null, done?: number): Promise<void>;
  /** Something of the phase was handled. Cheap; the store sees it at most every 150 ms. */
  progress(done: number, failed?: number, total?: number | null): void;
  /** Gives the phase an estimate of its own for so many more steps, milliseconds (the throttle gate's); the longer of it and the rate so far is shown. */
  estimateWith(estimate: (remaining: number) => number): void;
  /** Milliseconds waited because the tenant throttles. */
  throttled(ms: number): void;
  item(item: { readonly objectId: string | null; readonly name: string; readonly kind: ObjectKind; readonly status: string; readonly message: string }): void;
  /** Writes everything down and the final state. */
  end(state: TaskState, message: string, more?: { readonly planId?: string; readonly done?: number; readonly failed?: number; readonly total?: number }): Promise<void>;
  /** Writes waiting snapshots and items. */
  flush(): Promise<void>;
}

/** Makes the reporter of one run of a task. */
export function createReporter(services: Services, taskId: string): Reporter {
  let phaseStart = services.now();
  let doneBefore = 0;
  let snapshot = { done: 0, failed: 0, total: null as number | null };
  let throttledMs = 0;
  let estimate: ((remaining: number) => number) | null = null;
  let lastWrite = 0;
  let dirty = false;
  let items: Parameters<Reporter['item']>[0][] = [];
  let queue: Promise<void> = Promise.resolve();
  const serial = (work: () => Promise<void>): Promise<void> => {
    queue = queue.then(work, work);
    return queue;
  };
  /** Rate of the phase so far, without a word before there is something to go by. */
  const timeLeft = (): number | null => {
    const elapsed = services.now() - phaseStart;
    if (snapshot.total === null || snapshot.done >= snapshot.total) return null;
    const remaining = snapshot.total - snapshot.done;
    const foreseen = estimate?.(remaining) ?? 0;
    // What an earlier run did took none of this run's time.
    const now = snapshot.done - doneBefore;
    if (now < 5 || elapsed < 1_000) return foreseen > 0 ? Math.round(foreseen) : null;
    return Math.round(Math.max(foreseen, (elapsed / now) * remaining));
  };
  const write = async (patch: Parameters<Services['store']['tasks']['update']>[1] = {}) => {
    dirty = false;
    lastWrite = services.now();
    const waiting = items;
    items = [];
    if (waiting.length > 0) await services.store.tasks.addItems(taskId, waiting.map((i) => ({ ...i, at: services.now() })));
    const [row] = await taskRows(services.store, [await services.store.tasks.update(taskId, { ...snapshot, throttledMs, timeLeftMs: timeLeft(), ...patch })]);
    if (row !== undefined) services.emit('tasks.changed', row);
  };
  return {
    async phase(phase, message, total = null, done = 0) {
      phaseStart = services.now();
      doneBefore = done;
      estimate = null;
      snapshot = { done, failed: 0, total };
      await serial(() => write({ phase, message }));
    },
    progress(done, failed = snapshot.failed, total = snapshot.total) {
      snapshot = { done, failed, total };
      dirty = true;
      if (services.now() - lastWrite < EVERY_MS) return;
      lastWrite = services.now();
      // A snapshot that cannot be written must not end the task; the store's own error shows at the next awaited write.
      serial(() => write()).catch((error: unknown) => { services.log.error({ err: error, taskId }, 'progress could not be written'); });
    },
    estimateWith(next) { estimate = next; },
    throttled(ms) { throttledMs += ms; },
    item(item) { items.push(item); },
    async end(state, message, more = {}) {
      await serial(() => write({ state, message, phase: state === 'Awaiting approval' ? 'approve' : 'done', timeLeftMs: null, finishedAt: state === 'Awaiting approval' ? null : services.now(), ...(state === 'Awaiting approval' ? { done: 0, failed: 0, total: null } : {}), ...more }));
    },
    async flush() { if (dirty || items.length > 0) await serial(() => write()); else await queue; },
  };
}
