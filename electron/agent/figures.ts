import type { TaskRow } from '../../shared/contracts/tasks.ts';
import type { CycleOutcome } from '../../shared/domain/coexistence.ts';
import type { Services } from '../app/services.ts';
import type { TaskRecord } from '../store/index.ts';

/** What a process has done since it started; all of it only grows, but for the lag. */
export interface Figures {
  /** HTTP requests to the tenants, a batch counting once, without the sign-in's. */
  readonly requests: number;
  /** Milliseconds that requests waited because a tenant throttles. */
  readonly throttledMs: number;
  /** Operations that were applied, and that failed. */
  readonly written: number;
  readonly failed: number;
  readonly cycles: ReadonlyMap<CycleOutcome, number>;
  /** Cycles that ended, and the milliseconds that they took together. */
  readonly ended: number;
  readonly cycleMs: number;
  /** Milliseconds between a change in the directory and the end of the cycle that carried it over, of the newest cycle that knew; null: none did. */
  readonly lagMs: number | null;
}

/** Counts. */
export interface Counter {
  /** The services with connections that are counted. */
  readonly counted: (services: Services) => Services;
  /** Hears of a task's progress. */
  progress(row: Pick<TaskRow, 'id' | 'phase' | 'done' | 'failed'>): void;
  /** Hears of a task that is about to run here. */
  begun(services: Pick<Services, 'store'>, task: Pick<TaskRecord, 'id' | 'planId'>): Promise<void>;
  /** Hears of a task's end. */
  ended(services: Pick<Services, 'store'>, task: Pick<TaskRecord, 'id' | 'kind' | 'planId'>): Promise<void>;
  read(): Figures;
}

interface Applied { readonly written: number; readonly failed: number }
const NOTHING: Applied = { written: 0, failed: 0 };

async function appliedOf({ store }: Pick<Services, 'store'>, planId: string | null): Promise<Applied> {
  if (planId === null) return NOTHING;
  const counts = await store.plans.outcomeCounts(planId);
  return { written: counts.done, failed: counts.failed };
}

interface Traffic { readonly http: number; readonly waitedMs: number }

/** Makes the counter of a process. */
export function createCounter(): Counter {
  const open = new Set<Traffic>();
  const closed = { http: 0, waitedMs: 0 };
  const applied = { written: 0, failed: 0 };
  /** The task at work: what its plan had behind it when it began here, and how far it was when it first and last told so. */
  let now: { readonly id: string; readonly before: Applied; first: Applied | null; last: Applied } | undefined;
  const sofar = (): Applied => (now?.first == null ? NOTHING : { written: Math.max(0, now.last.written - now.first.written), failed: Math.max(0, now.last.failed - now.first.failed) });
  const cycles = new Map<CycleOutcome, number>();
  const cycle = { ended: 0, ms: 0, lagMs: null as number | null };
  return {
    counted: (services) => ({
      ...services,
      openTenant: async (pair, options) => {
        const tenant = await services.openTenant(pair, options);
        open.add(tenant.traffic);
        return {
          ...tenant,
          close: async () => {
            if (open.delete(tenant.traffic)) {
              closed.http += tenant.traffic.http;
              closed.waitedMs += tenant.traffic.waitedMs;
            }
            await tenant.close();
          },
        };
      },
    }),
    progress({ id, phase, done, failed }) {
      if (now?.id !== id || phase !== 'apply') return;
      now.last = { written: Math.max(0, done - failed), failed };
      // What an earlier run did counted there: the first word of the phase is where it begins.
      now.first ??= now.last;
    },
    async begun(services, { id, planId }) {
      now = { id, before: await appliedOf(services, planId), first: null, last: NOTHING };
    },
    async ended({ store }, { id, kind, planId }) {
      const [told, counted] = [sofar(), await appliedOf({ store }, planId)];
      // What was told on the way has been read by somebody: it is never taken back.
      applied.written += Math.max(told.written, counted.written - (now?.before.written ?? 0));
      applied.failed += Math.max(told.failed, counted.failed - (now?.before.failed ?? 0));
      now = undefined;
      if (kind !== 'Synchronise') return;
      const last = await store.cycles.ofTask(id);
      if (last === undefined || last.endedAt === null) return;
      cycles.set(last.outcome, (cycles.get(last.outcome) ?? 0) + 1);
      cycle.ended += 1;
      cycle.ms += Math.max(0, last.endedAt - last.startedAt);
      cycle.lagMs = last.lagMs ?? cycle.lagMs;
    },
    read: () => {
      const sum = { ...closed };
      for (const { http, waitedMs } of open) { sum.http += http; sum.waitedMs += waitedMs; }
      return { requests: sum.http, throttledMs: sum.waitedMs, written: applied.written + sofar().written, failed: applied.failed + sofar().failed, cycles, ended: cycle.ended, cycleMs: cycle.ms, lagMs: cycle.lagMs };
    },
  };
}
