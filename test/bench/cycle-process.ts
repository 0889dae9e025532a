import { randomBytes } from 'node:crypto';
import { mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { openConsole } from '../../electron/app/container.ts';
import { runTask } from '../../electron/app/pipeline/run-task.ts';
import type { Services } from '../../electron/app/services.ts';
import { createPlatform } from '../../electron/platform/index.ts';
import { createSimulatedTargets } from '../../electron/simulator/targets.ts';
import { contracts, type ChannelInput, type ChannelName, type ChannelOutput } from '../../shared/contracts/index.ts';
import { peak } from './peak.ts';
import type { CycleRun } from './cycle.ts';

/**
 * Child of cycle.ts: the product on a directory and a tenant of another process. Brings a collection into coexistence, then runs a cycle for each line of
 * its input and says in one line of JSON what it took. Arguments: folder, JSON with the two servers.
 */
const [folder = '', servers = ''] = process.argv.slice(2);
const { server, ...simulator } = JSON.parse(servers) as { readonly url: string; readonly tenantId: string; readonly clientId: string; readonly clientSecret: string; readonly server: string };

mkdirSync(path.join(folder, 'home'), { recursive: true });
const key = path.join(folder, 'operator.key');
writeFileSync(key, randomBytes(48).toString('base64'), { mode: 0o600 });
const platform = createPlatform({ program: 'cli', machine: { platform: process.platform, home: folder, env: { CAUSEWAY_HOME: path.join(folder, 'home'), CAUSEWAY_KEY_FILE: key } } });
const simulated = createSimulatedTargets({ log: () => {} });
let services: Services | undefined;
const console = await openConsole({
  file: path.join(folder, 'project.causeway'), create: { name: 'Bench', demo: false }, platform,
  simulated: async (at) => ({ ...await simulated.open(at), credentials: simulator }),
  // Nobody claims: each task is run below, with a stop-watch beside it.
  startRunner: (opened) => { services = opened; return { nudge: () => {}, close: () => Promise.resolve() }; },
});
const call = async <K extends ChannelName>(channel: K, input: ChannelInput<K>): Promise<ChannelOutput<K>> =>
  await (console.handlers[channel] as (input: unknown, ctx: { signal: AbortSignal }) => Promise<ChannelOutput<K>>)(contracts[channel].input.parse(input), { signal: new AbortController().signal });
if (!services) throw new Error('the project did not open');
const ready: Services = services;

/** Runs a queued task to its end. */
async function run(taskId: string): Promise<ChannelOutput<'tasks.get'>> {
  await runTask(ready, await ready.store.tasks.claimById(taskId, 'bench', 3_600_000), new AbortController().signal);
  return await call('tasks.get', { id: taskId });
}

/** A pair, a dynamic collection of everything, and its first cycle. */
async function enable(): Promise<string> {
  const pair = await call('pairs.create', {
    name: 'Bench', source: { kind: 'ldap', domain: 'example.com', servers: [server], security: 'plain', caFile: null, username: 'reader@example.com', secretRef: '', baseDn: 'DC=example,DC=com' }, sourcePassword: 'bench',
    target: { cloud: 'global', tenantId: simulator.tenantId, clientId: simulator.clientId, signIn: 'client secret', secretRef: '', certificateFile: null, readOnly: false, simulated: { origin: simulator.url } },
    defaults: { upnSuffix: '', countryCode: '', distributionGroups: 'skip' },
  });
  await call('matches.setPolicy', { kind: 'pair', id: pair.id, policy: 'no match' });
  const { id } = await call('collections.createDynamic', { pairId: pair.id, name: 'Everyone', scope: { base: '', filter: '(|(objectClass=user)(objectClass=group))' } });
  // Groups without mail are matched by nothing until somebody turns on the rule on their names.
  const owner = { kind: 'collection', id } as const;
  const rules = await ready.store.matchingRules.list(owner);
  await ready.store.matchingRules.replaceAll(owner, rules.map((rule) => (rule.sourceClass === 'group' && rule.targetAttribute === 'mailNickname' ? { ...rule, enabled: true } : rule)));
  const settings = { createUnmatched: true, mergeUnmatched: true, upnSuffix: '', countryCode: '', intervalMinutes: 60, workingHours: null, outOfScope: 'keep' } as const;
  const { taskId } = await call('coexistence.plan', { collectionId: id, settings });
  let task = await run(taskId);
  if (task.state === 'Awaiting approval') {
    const plan = await call('plans.get', { id: task.planId ?? '' });
    process.stderr.write(`first cycle: ${JSON.stringify(plan.counts)}\n`);
    await call('tasks.approve', { taskId, confirmation: plan.confirmation });
    task = await run(taskId);
  }
  if (task.state !== 'Completed') throw new Error(`the first cycle: ${task.state}, ${task.message}`);
  return id;
}

const collectionId = await enable();
process.stdout.write(`${JSON.stringify(await call('coexistence.get', { collectionId }))}\n`);
for await (const _ of createInterface({ input: process.stdin })) {
  const { taskId } = await call('coexistence.runNow', { collectionId });
  peak();
  const [began, cpu] = [performance.now(), process.cpuUsage()];
  const task = await run(taskId);
  const [seconds, spent] = [(performance.now() - began) / 1000, process.cpuUsage(cpu)];
  const [cycle] = (await call('coexistence.cycles', { collectionId, limit: 1 })).rows;
  if (cycle === undefined || task.state !== 'Completed') throw new Error(`the cycle: ${task.state}, ${task.message}`);
  const said: Omit<CycleRun, 'kind' | 'changed' | 'httpRequests' | 'ldapSearches'> = { seconds, cpuSeconds: (spent.user + spent.system) / 1e6, peakRssMb: peak() / 2 ** 20, operations: cycle.operations, told: cycle.requests, outcome: cycle.outcome, message: task.message };
  process.stdout.write(`${JSON.stringify(said)}\n`);
}
await console.close();
await simulated.close();
await platform.close();
