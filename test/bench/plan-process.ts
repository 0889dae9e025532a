import { createHash } from 'node:crypto';
import path from 'node:path';
import { openConsole } from '../../electron/app/container.ts';
import { matchAndPlan } from '../../electron/app/pipeline/plan-run.ts';
import { createReporter } from '../../electron/app/pipeline/reporter.ts';
import { runTask } from '../../electron/app/pipeline/run-task.ts';
import type { Services } from '../../electron/app/services.ts';
import { createPlatform } from '../../electron/platform/index.ts';
import { createSimulatedTargets } from '../../electron/simulator/targets.ts';
import { contracts, type ChannelInput, type ChannelName, type ChannelOutput } from '../../shared/contracts/index.ts';
import { peak } from './peak.ts';
import type { PlanPhase, PlanProcess } from './plan.ts';

/**
 * Child of plan.ts: one step in a process of its own. It opens a project and does what the pipeline does in that step, and says in
 * one JSON line what each phase took. Arguments: `set up`, `discover` or `plan`, folder, LDIF file, tenant (JSON). The tenant is in another process.
 */
const [step = '', folder = '', file = '', tenant = ''] = process.argv.slice(2);
const simulator = JSON.parse(tenant) as { readonly url: string; readonly tenantId: string; readonly clientId: string; readonly clientSecret: string };

const platform = createPlatform({ program: 'cli', machine: { platform: process.platform, home: folder, env: { CAUSEWAY_HOME: path.join(folder, 'home') } } });
const simulated = createSimulatedTargets({ log: () => {} });
let services: Services | undefined;
const console = await openConsole({
  file: path.join(folder, 'project.causeway'), create: step === 'set up' ? { name: 'Bench', demo: false } : null, platform,
  simulated: async (at) => ({ ...await simulated.open(at), credentials: simulator }),
  // Nobody claims: the task is run below, with a stop-watch in its hand.
  startRunner: (opened) => { services = opened; return { nudge: () => {}, close: () => Promise.resolve() }; },
});
const call = async <K extends ChannelName>(channel: K, input: ChannelInput<K>): Promise<ChannelOutput<K>> =>
  await (console.handlers[channel] as (input: unknown, ctx: { signal: AbortSignal }) => Promise<ChannelOutput<K>>)(contracts[channel].input.parse(input), { signal: new AbortController().signal });
if (!services) throw new Error('the project did not open');
const ready: Services = services;
const { store } = ready;

/** A pair and a collection of everything that the directory holds. */
async function setUp(): Promise<void> {
  const pair = await call('pairs.create', {
    name: 'Bench', source: { kind: 'ldif', file },
    target: { cloud: 'global', tenantId: simulator.tenantId, clientId: simulator.clientId, signIn: 'client secret', secretRef: '', certificateFile: null, readOnly: false, simulated: { origin: simulator.url } },
    defaults: { upnSuffix: '', countryCode: '', distributionGroups: 'skip' },
  });
  const collection = await call('collections.create', { pairId: pair.id, name: 'Everyone' });
  await call('collections.queryObjects', { id: collection.id, filter: '(objectClass=*)' });
  // Everything is planned: matches by a name alone would wait for a person.
  await call('matches.setPolicy', { kind: 'pair', id: pair.id, policy: 'no match' });
  // Groups without mail are matched by nothing until somebody turns on the rule on their names.
  const owner = { kind: 'collection', id: collection.id } as const;
  const rules = await store.matchingRules.list(owner);
  await store.matchingRules.replaceAll(owner, rules.map((rule) => (rule.sourceClass === 'group' && rule.targetAttribute === 'mailNickname' ? { ...rule, enabled: true } : rule)));
}

/** A stop-watch: services whose tasks tell it the phases that they begin. */
function watch(): { readonly services: Services; end(): readonly PlanPhase[] } {
  const phases: PlanPhase[] = [];
  let open: { readonly phase: string; readonly began: number; readonly cpu: NodeJS.CpuUsage } | undefined;
  let done = 0;
  const turn = (phase: string): void => {
    if (open?.phase === phase) return;
    const now = performance.now();
    if (open) {
      const spent = process.cpuUsage(open.cpu);
      phases.push({ phase: open.phase, seconds: (now - open.began) / 1000, cpuSeconds: (spent.user + spent.system) / 1e6, peakRssMb: peak() / 2 ** 20, objects: done });
    }
    done = 0;
    open = { phase, began: now, cpu: process.cpuUsage() };
  };
  const tasks: typeof store.tasks = { ...store.tasks, update: async (id, patch) => {
    if (patch.phase !== undefined) turn(patch.phase);
    if (patch.done !== undefined) done = Math.max(done, patch.done);
    return await store.tasks.update(id, patch);
  } };
  return { services: { ...ready, store: { ...store, tasks } }, end: () => { turn(''); return phases; } };
}

/** Reads both sides into the project. */
async function discover(): Promise<PlanProcess['discovery']> {
  const [pair] = await store.pairs.list();
  const { taskId } = await call('tasks.discover', { pairId: pair?.id ?? '' });
  const measured = watch();
  await runTask(measured.services, await store.tasks.claimById(taskId, 'bench', 3_600_000), new AbortController().signal);
  const { state, message } = await call('tasks.get', { id: taskId });
  if (state !== 'Completed') throw new Error(`${state}: ${message}`);
  return measured.end().filter(({ phase }) => phase !== 'done');
}

/** Matches and plans as a Migrate task does once both sides are read. */
async function plan(): Promise<Omit<PlanProcess, 'discovery'>> {
  const [pair, collection] = [(await store.pairs.list())[0], (await store.collections.list())[0]];
  if (!pair || !collection) throw new Error('no pair');
  const settings = { createUnmatched: true, mergeUnmatched: true, upnSuffix: '', countryCode: '' };
  const { taskId } = await call('tasks.migrate', { collectionId: collection.id, settings });
  const task = await store.tasks.claimById(taskId, 'bench', 3_600_000);
  const measured = watch();
  const reporter = createReporter(measured.services, taskId);
  const { signal } = new AbortController();
  const { planId } = await matchAndPlan(measured.services, pair, collection, task, { settings, ids: null }, reporter, signal);
  await reporter.flush();
  const phases = measured.end();
  const { counts, findings, unresolved } = await store.plans.get(planId);
  return { phases, counts, findings, unresolved, fingerprint: await fingerprint(planId) };
}

/** Of all operations in order, without the ids that are new each time: the same organisation must give the same plan. */
async function fingerprint(planId: string): Promise<string> {
  const print = createHash('sha256');
  let seq = 0;
  for await (const page of store.plans.iterateOperations(planId, { pageSize: 500 })) {
    for (const o of page) {
      seq += 1;
      if (o.seq !== seq) throw new Error(`operation ${o.seq} stands at place ${seq}`);
      const changes = o.changes.map((c) => [c.attribute, c.before, c.after, c.provenance.source, c.provenance.reason, c.reversible]);
      print.update(JSON.stringify([o.seq, o.kind, o.service, o.objectKind, o.sourceId, o.targetId, o.name, changes, o.references, o.previous]));
    }
  }
  return print.digest('base64url').slice(0, 16);
}

peak();
if (step === 'set up') await setUp();
else process.stdout.write(`${JSON.stringify(step === 'discover' ? await discover() : await plan())}\n`);
await console.close();
await simulated.close();
await platform.close();
