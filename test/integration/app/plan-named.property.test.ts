import fc from 'fast-check';
import { expect, test } from 'vitest';
import { matchCollection } from '../../../electron/app/pipeline/match.ts';
import { createNamedPlanNames, createPlanNames } from '../../../electron/app/pipeline/plan-names.ts';
import { planCollection } from '../../../electron/app/pipeline/plan.ts';
import { createReporter } from '../../../electron/app/pipeline/reporter.ts';
import type { Services } from '../../../electron/app/services.ts';
import { NUMBERS, world } from './sequences/organisation.ts';
import { othersStep, doOthers } from './sequences/others.ts';
import { openRig } from './rig.ts';
import { begin, play } from './sequences/play.ts';
import { stateOf } from './sequences/state.ts';
import { ownStep } from './sequences/steps.ts';
import { account, cloudId, guid, person, works, worksTenant } from './works.ts';

const errorsOf = ({ findings }: { readonly findings: readonly string[] }): readonly string[] => findings.filter((one) => one.includes('"severity":"error"'));

/** Runs in the whole suite; more on demand: CAUSEWAY_SEQUENCES=200. */
const RUNS = Number(process.env['CAUSEWAY_SEQUENCES'] ?? 12);
const SEED = process.env['CAUSEWAY_SEED'] !== undefined ? { seed: Number(process.env['CAUSEWAY_SEED']) } : process.env['CAUSEWAY_SEQUENCES'] === undefined ? { seed: 2026 } : {};

/** Matches and plans some objects, and tells everything that came of it but ids that are new each time. */
async function planned(services: Services, pairId: string, collectionId: string, ids: readonly string[], targets: 'all' | 'named') {
  const { store } = services;
  const [pair, collection] = [await store.pairs.get(pairId), await store.collections.get(collectionId)];
  const settings = { createUnmatched: true, mergeUnmatched: true, upnSuffix: '', countryCode: '' };
  const { id: taskId } = await store.tasks.create({ pairId: pair.id, collectionId: collection.id, agentId: collection.agentId, kind: 'Migrate', settings: { settings, ids }, createdBy: 'test' });
  // Claimed before anybody else looks: nobody shall run it.
  const task = await store.tasks.claimById(taskId, 'test', 60_000);
  const reporter = createReporter(services, taskId);
  const { signal } = new AbortController();
  const names = targets === 'named' ? createNamedPlanNames(services, pair) : createPlanNames(await store.mappingRules.list({ kind: 'collection', id: collection.id }));
  const run = await matchCollection(services, pair, collection, { breakExisting: false, upnSuffix: '', ids, purpose: 'planning', targets, watch: names.add }, reporter, signal);
  const { planId } = await planCollection(services, pair, collection, task, settings, run, names, reporter, signal);
  await reporter.end('Cancelled', 'Only its plan was wanted.');
  const operations = [];
  for await (const page of store.plans.iterateOperations(planId)) operations.push(...page.map((one) => ({ ...one, id: '', planId: '', changes: one.changes.map(({ provenance, ...change }) => ({ ...change, reason: provenance.reason })) })));
  const { counts, guard } = await store.plans.get(planId);
  const findings = (await store.plans.pageFindings({ planId, limit: 200 })).rows.map((one) => JSON.stringify({ ...one, number: 0 })).toSorted();
  const results = [...run.results.values()].map(({ sourceId, state, targetId, risks, reason, review }) => [sourceId, state, targetId, risks, reason, review]);
  return { results, skipped: run.skipped, totals: run.totals, operations, counts, guard, findings };
}

test('a few objects are matched and planned alike, whether the whole tenant is read or only what holds their names', async () => {
  const step = fc.oneof({ weight: 3, arbitrary: ownStep }, { weight: 2, arbitrary: othersStep });
  let withOperations = 0;
  await fc.assert(fc.asyncProperty(world, fc.array(step, { minLength: 1, maxLength: 5 }), fc.uniqueArray(fc.constantFrom(...NUMBERS), { minLength: 1, maxLength: 4 }), async (given, steps, some) => {
    let services: Services | undefined;
    const works = await begin(given, { services: (given) => { services = given; return given; } });
    try {
      for (const one of steps) await ('does' in one ? doOthers(works.rig, one, stateOf(works.rig)) : play(works, one));
      await works.rig.ended((await works.rig.call('tasks.discover', { pairId: works.rig.pairId })).taskId);
      if (services === undefined) throw new Error('the rig has no services');
      const ids = some.map((n) => guid(n));
      // What matching finds is kept, so that the second and the third time start alike.
      const { pairId } = works.rig;
      await planned(services, pairId, works.collections.Everyone, ids, 'all');
      const whole = await planned(services, pairId, works.collections.Everyone, ids, 'all');
      expect(await planned(services, pairId, works.collections.Everyone, ids, 'named')).toEqual(whole);
      if (whole.operations.length > 0) withOperations += 1;
    } finally { await works.rig.close(); }
  }), { numRuns: RUNS, endOnFailure: true, ...SEED });
  // A test of plans without operations would show nothing.
  expect(withOperations).toBeGreaterThan(RUNS / 4);
}, 30_000 + RUNS * 15_000);

test('a name that somebody in the tenant holds as one of many addresses, or takes back from the recycle bin, is seen without reading the tenant', async () => {
  let services: Services | undefined;
  const rig = await openRig({
    source: [...works(), person(17, 'ivo')],
    seed: worksTenant([account(18, 'somebody', { displayName: 'Somebody', mail: 'somebody@example.com', proxyAddresses: ['SMTP:somebody@example.com', 'smtp:ivo@example.com'] })]),
    services: (given) => { services = given; return given; },
  });
  try {
    await rig.ended((await rig.call('tasks.discover', { pairId: rig.pairId })).taskId);
    if (services === undefined) throw new Error('the rig has no services');
    const named = await planned(services, rig.pairId, rig.collectionId, [guid(17)], 'named');
    expect(named.operations).toEqual([]);
    expect(errorsOf(named)).toEqual([expect.stringContaining('Somebody')]);
    await rig.graph('DELETE', `/users/${cloudId(18)}`);
    await rig.ended((await rig.call('tasks.discover', { pairId: rig.pairId })).taskId);
    expect(errorsOf(await planned(services, rig.pairId, rig.collectionId, [guid(17)], 'named'))).toEqual([expect.stringContaining('in the recycle bin')]);
  } finally { await rig.close(); }
});
