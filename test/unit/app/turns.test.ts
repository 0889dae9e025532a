import { describe, expect, it } from 'vitest';
import { runChecks } from '../../../electron/app/pipeline/check-run.ts';
import { finishMigration } from '../../../electron/app/pipeline/finish.ts';
import { finishRollBack } from '../../../electron/app/pipeline/finish-roll-back.ts';
import type { Reporter } from '../../../electron/app/pipeline/reporter.ts';
import { MigrateTask, RollBackTask } from '../../../electron/app/pipeline/task-settings.ts';
import type { Services } from '../../../electron/app/services.ts';
import { emptyCounts } from '../../../electron/engines/planning/index.ts';
import type { PlannedOperation } from '../../../electron/store/index.ts';
import { CheckRequest } from '../../../shared/contracts/checks.ts';
import { guid, sandbox, seeded } from '../store/fixture.ts';

const { open } = sandbox();
/** Some pages of objects, and of operations. */
const OBJECTS = 4_500;

/** A signal that fires when timers have their turn for the first time: what never gives way never sees it. */
function cancelled(reason = 'cancelled'): AbortSignal {
  const abort = new AbortController();
  setTimeout(() => { abort.abort(reason); }, 0);
  return abort.signal;
}

/** Why it ended early; `ended` when it did not. */
const reasonOf = async (work: Promise<unknown>): Promise<unknown> => await work.then(() => 'ended', (reason: unknown) => reason);

const state = { name: 'memory', on: 'memory', environment: {} } as const;

describe('a long check', () => {
  it('ends promptly when it is cancelled, also before it has told anything', async () => {
    const store = await open(state);
    const { pair } = await seeded(store, OBJECTS);
    const services = { store } as unknown as Services;
    const scope = { pairId: pair.id, collectionId: null, ids: null, licences: [] };
    let looked = 0;
    const check = async (signal: AbortSignal, onPage = async (): Promise<void> => { await Promise.resolve(); }) => await reasonOf(runChecks(services, scope, CheckRequest.parse({}), signal, () => {}, async (objects) => { looked = objects; await onPage(); }));
    expect(await check(cancelled())).toBe('cancelled');
    expect(looked).toBe(0);
    // In the second reading, when the first page was looked at.
    const abort = new AbortController();
    expect(await check(abort.signal, async () => { setTimeout(() => { abort.abort('cancelled'); }, 0); await Promise.resolve(); })).toBe('cancelled');
    expect(looked).toBeGreaterThan(0);
    expect(looked).toBeLessThan(OBJECTS);
    expect(await check(new AbortController().signal)).toBe('ended');
    expect(looked).toBe(OBJECTS);
  });
});

/** A task that has written everything and only has to come to its end. */
async function written(kind: 'Migrate' | 'Roll back') {
  const store = await open(state);
  const { pair, collectionId, ids } = await seeded(store, OBJECTS);
  const settings = kind === 'Migrate' ? MigrateTask.parse({ settings: { createUnmatched: true, mergeUnmatched: false, upnSuffix: '', countryCode: '' }, ids: null }) : RollBackTask.parse({ undoes: null, objectId: ids[0], mode: 'exact', purge: false });
  const task = await store.tasks.create({ pairId: pair.id, collectionId, kind, settings, createdBy: 'test' });
  const { id: planId } = await store.plans.create({ taskId: task.id, collectionId, tenantName: 'Contoso', settings: null, confirmation: 'contoso' });
  await store.plans.appendOperations(planId, ids.map((sourceId, i): PlannedOperation => ({
    id: guid(100_000 + i), seq: i + 1, kind: 'update', service: 'graph', objectKind: 'user', sourceId, targetId: guid(200_000 + i), name: `Person ${i + 1}`, references: [], previous: [],
    changes: [{ attribute: 'jobTitle', before: null, after: ['x'], provenance: { ruleId: null, source: 'title', reason: 'Overwrite with title' }, reversible: true }],
  })));
  await store.plans.setOutcomes(ids.map((_, i) => ({ operationId: guid(100_000 + i), outcome: i === 0 ? 'failed' as const : 'done' as const, message: i === 0 ? 'refused' : '' })));
  await store.plans.saveSummary(planId, { counts: { ...emptyCounts(), operations: OBJECTS }, guard: [], findings: { errors: 0, warnings: 0 }, unresolved: 0, conflicts: 0 });
  const told: string[] = [];
  const reporter = { phase: async () => {}, progress: () => {}, item: ({ name }: { name: string }) => { told.push(name); }, end: async (end: string) => { told.push(end); await Promise.resolve(); }, flush: async () => {} } as unknown as Reporter;
  const services = { store, emit: () => {}, newId: () => crypto.randomUUID(), now: () => 1 } as unknown as Services;
  const collection = await store.collections.get(collectionId);
  const planned = { ...await store.tasks.get(task.id), planId };
  const finish = async (signal: AbortSignal, wasCancelled = false): Promise<unknown> => {
    told.length = 0;
    const ending = { deviations: [], cancelled: wasCancelled };
    return await reasonOf(kind === 'Migrate' ? finishMigration(services, collection, planned, ending, reporter, signal) : finishRollBack(services, pair, collection, planned, ending, reporter, signal));
  };
  const migrated = async (): Promise<number> => [...(await store.collections.statuses(collectionId, ids)).values()].filter(({ status }) => status === 'Migrated').length;
  return { finish, told, migrated };
}

describe.each(['Migrate', 'Roll back'] as const)('the end of a long task (%s)', (kind) => {
  it('gives way while it is found out: a cancel or a lost lease ends it before anything is told, and it can be run again', async () => {
    const { finish, told, migrated } = await written(kind);
    for (const reason of ['cancelled', 'lease lost', 'closing']) {
      expect(await finish(cancelled(reason))).toBe(reason);
      expect([told, await migrated()]).toEqual([[], 0]);
    }
    expect(await finish(new AbortController().signal)).toBe('ended');
    expect(told).toEqual(['Person 1', 'Completed with errors']);
    if (kind === 'Migrate') expect(await migrated()).toBe(OBJECTS - 1);
  });

  it('is written for a task that was cancelled while it wrote, unless another process has it', async () => {
    const { finish, told } = await written(kind);
    expect(await finish(AbortSignal.abort('cancelled'), true)).toBe('ended');
    expect(told).toEqual(['Person 1', 'Cancelled']);
    expect(await finish(AbortSignal.abort('lease lost'), true)).toBe('lease lost');
  });
});
