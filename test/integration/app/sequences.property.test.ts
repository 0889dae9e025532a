import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { TaskRow } from '../../../shared/contracts/tasks.ts';
import { contact, contactDn, existingContact, UNIVERSAL_SECURITY } from './exchange-works.ts';
import { openRig, type Rig } from './rig.ts';
import { cloudId, group, groupDn, guid, person, personDn, TYPE, works, worksTenant } from './works.ts';

/** Runs in the whole suite; more on demand: CAUSEWAY_SEQUENCES=200. A run is one project with a tenant of its own. */
const RUNS = Number(process.env['CAUSEWAY_SEQUENCES'] ?? 6);
/** Time of one test, milliseconds. */
const LIMIT_MS = 30_000 + RUNS * 20_000;

const PEOPLE = [['ann', 11], ['ben', 12], ['cem', 13], ['dot', 14], ['eva', 15]] as const;
const n = fc.nat(999);
const step = fc.oneof(
  { weight: 4, arbitrary: fc.record({ kind: fc.constant('migrate' as const), which: fc.constantFrom('all' as const, 'all' as const, 'people' as const, 'groups' as const), suffix: fc.constantFrom('', '', 'moved.example') }) },
  { weight: 4, arbitrary: fc.record({ kind: fc.constant('change' as const), who: n, what: n }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('rules' as const), what: n }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('others' as const), who: n, what: n }) },
  { weight: 4, arbitrary: fc.record({ kind: fc.constant('roll back' as const), of: fc.constantFrom('task' as const, 'object' as const, 'since' as const, 'attribute' as const), task: n, who: n, attribute: n, later: fc.boolean(), purge: fc.boolean() }) },
);
type Step = typeof step extends fc.Arbitrary<infer T> ? T : never;

/** The organisation of the run: five people, a security group, a distribution group, a mail-enabled security group and a contact. */
class Organisation {
  readonly #values = new Map<string, Record<string, string | string[]>>();
  #members: readonly string[] = ['ann', 'ben', 'cem'];
  entries() {
    const of = (alias: string) => this.#values.get(alias) ?? {};
    const members = this.#members.map(personDn);
    return [
      ...works({ ann: of('ann'), ben: of('ben'), cem: of('cem'), dot: of('dot'), Sales: { member: members, ...of('Sales') } }),
      person(15, 'eva', { title: 'Buyer', ...of('eva') }),
      contact(31, 'Ed Tailspin', { mail: 'ed@tailspintoys.com', mailNickname: 'ed', targetAddress: 'SMTP:ed@tailspintoys.com', title: 'Buyer', ...of('Ed') }),
      group(41, 'Crew', TYPE.universalDistribution, [...members.slice(0, 2), contactDn('Ed Tailspin')], { mail: 'crew@example.com', mailNickname: 'crew', ...of('Crew') }),
      group(42, 'Delegates', UNIVERSAL_SECURITY, [groupDn('Crew')], { mail: 'delegates@example.com', mailNickname: 'delegates' }),
    ];
  }
  change({ who, what }: { readonly who: number; readonly what: number }): void {
    const put = (name: string, values: Record<string, string | string[]>) => this.#values.set(name, { ...this.#values.get(name), ...values });
    if (who % 8 === 7) this.#members = PEOPLE.map(([alias]) => alias).filter((_, i) => (what >> i) % 2 === 1);
    else if (who % 8 === 6) put(['Sales', 'Crew', 'Ed'][what % 3] ?? 'Ed', what % 3 === 2 ? { title: `Buyer ${what}` } : { description: `Group ${what}` });
    else {
      const alias = PEOPLE[who % PEOPLE.length]?.[0] ?? 'ann';
      const boss = PEOPLE[what % PEOPLE.length]?.[0] ?? 'ann';
      put(alias, [{ title: `Title ${what}` }, { department: `Department ${what}`, l: `City ${what}` }, { manager: boss === alias ? [] : personDn(boss) }, { displayName: `${alias} ${what}` }][what % 4] ?? {});
    }
  }
}

const SENTENCES = /nothing to take back|A later migration|rolled back already|has written nothing/;
const end = async (rig: Rig, task: TaskRow): Promise<TaskRow> => {
  if (task.state !== 'Awaiting approval') return task;
  const plan = await rig.call('plans.get', { id: task.planId ?? '' });
  await rig.call('tasks.approve', { taskId: task.id, confirmation: plan.confirmation, outdated: 'apply all the same' });
  return await rig.ended(task.id);
};
const rolledBack = async (rig: Rig, input: Parameters<typeof rig.planRollBack>[0]): Promise<void> => {
  let task: TaskRow;
  try {
    task = await end(rig, await rig.ended((await rig.call('tasks.rollBack', { collectionId: rig.collectionId, ...input })).taskId));
  } catch (error) {
    if (error instanceof Error && SENTENCES.test(error.message)) return;
    throw error;
  }
  // What is refused is refused with a sentence, and nothing else may go wrong.
  if (task.state !== 'Completed' && !(task.state === 'Failed' && SENTENCES.test(task.message))) throw new Error(`roll back ${JSON.stringify(input)}: ${task.state}, ${task.message} ${JSON.stringify((await rig.call('tasks.items', { taskId: task.id, onlyProblems: true })).rows)}`);
};

async function play(rig: Rig, organisation: Organisation, step: Step): Promise<void> {
  if (step.kind === 'change') { organisation.change(step); await rig.rewrite(organisation.entries()); }
  if (step.kind === 'rules') {
    const owner = { kind: 'collection' as const, id: rig.collectionId };
    const own = (await rig.call('mappingRules.list', owner)).rows.filter((rule) => rule.targetAttribute === 'state');
    for (const rule of own) await rig.call('mappingRules.remove', { owner, id: rule.id });
    if (step.what % 3 > 0) await rig.call('mappingRules.save', { owner, rule: { enabled: true, action: 'Set constant', condition: 'always', sourceClass: 'user', sourceAttribute: '', targetClass: 'user', targetAttribute: 'state', value: `State ${step.what}`, conversion: 'none' } });
  }
  // What Causeway never writes must survive whatever it does.
  if (step.kind === 'others') await rig.graph('PATCH', `/users/${cloudId(step.who % 2 === 0 ? 11 : 13)}`, { faxNumber: `+49 ${step.what}`, employeeId: String(step.who) });
  if (step.kind === 'migrate') {
    const ids = step.which === 'people' ? PEOPLE.map(([, id]) => guid(id)) : [guid(21), guid(41), guid(42), guid(31)];
    const more = step.which === 'all' ? {} : { selection: { mode: 'ids' as const, ids } };
    const task = await end(rig, (await rig.plan({ upnSuffix: step.suffix }, more)).task);
    if (task.state !== 'Completed') throw new Error(`migration: ${task.state}, ${task.message} ${JSON.stringify((await rig.call('tasks.items', { taskId: task.id, onlyProblems: true })).rows)}`);
    const again = await rig.plan({ upnSuffix: step.suffix }, more);
    expect(again.plan.counts.operations, 'operations of the same migration planned again').toBe(0);
  }
  if (step.kind === 'roll back') {
    const tasks = (await rig.call('tasks.list', {})).rows.filter((t) => t.canRollBack);
    const objectId = guid([11, 12, 13, 14, 15, 21, 31, 41, 42][step.who % 9] ?? 11);
    const { tasks: wrote } = await rig.call('rollBack.ofObject', { collectionId: rig.collectionId, objectId });
    const since = wrote[step.task % Math.max(1, wrote.length)]?.taskId;
    const attributes = [...new Set(wrote.flatMap((w) => w.attributes))];
    const attribute = attributes[step.attribute % Math.max(1, attributes.length)];
    const undoes = tasks[step.task % Math.max(1, tasks.length)]?.id;
    const more = { later: step.later ? 'take back too' as const : 'refuse' as const, purge: step.purge };
    if (step.of === 'task') { if (undoes !== undefined) await rolledBack(rig, { undoes, ...more }); }
    else if (step.of === 'object') await rolledBack(rig, { objectId, ...more });
    else if (step.of === 'since') { if (since !== undefined) await rolledBack(rig, { objectId, since, ...more }); }
    // Names and addresses that cannot be empty stay, which is told and tested elsewhere.
    else if (attribute !== undefined && !wrote.some((w) => w.created)) await rolledBack(rig, { objectId, attributes: [attribute], ...more });
  }
}

const stateOf = (rig: Rig) => {
  const { users, groups, contacts } = rig.simulator.snapshot();
  // Exchange stamps every change with its time; what others wrote is compared by itself.
  const one = ({ exchange, properties, ...rest }: (typeof users)[number]) => {
    const without = (values: Readonly<Record<string, unknown>>, names: readonly string[]) => Object.fromEntries(Object.entries(values).filter(([name]) => !names.includes(name)));
    return { ...rest, properties: without(properties, ['faxNumber', 'employeeId']), exchange: without(exchange ?? {}, ['whenChanged']) };
  };
  return { users: users.map(one), groups: groups.map(one), contacts: contacts.map(one) };
};

test('whatever was migrated, changed and taken back: rolling everything back restores the tenant exactly, and a plan applied leaves nothing to plan', async () => {
  await fc.assert(fc.asyncProperty(fc.array(step, { minLength: 4, maxLength: 9 }), async (steps) => {
    const organisation = new Organisation();
    const seed = worksTenant();
    const rig = await openRig({
      source: organisation.entries(), defaults: { distributionGroups: 'distribution group' },
      seed: { ...seed, ...(seed.tenant === undefined ? {} : { tenant: { ...seed.tenant, domains: [...seed.tenant.domains, { name: 'moved.example' }] } }), contacts: [existingContact(50, 'Old contact', 'old@fabrikam.com')] },
    });
    try {
      const before = stateOf(rig);
      const bin = rig.simulator.snapshot();
      for (const one of steps) await play(rig, organisation, one);
      const others = rig.simulator.snapshot().users.filter((u) => u.properties['faxNumber'] !== undefined).map((u) => [u.id, u.properties['faxNumber']]);
      for (let left = 30; left > 0; left--) {
        const task = (await rig.call('tasks.list', {})).rows.find((t) => t.canRollBack);
        if (task === undefined) break;
        await rolledBack(rig, { undoes: task.id, purge: true });
      }
      expect((await rig.call('tasks.list', {})).rows.filter((t) => t.canRollBack)).toEqual([]);
      expect(stateOf(rig)).toEqual(before);
      const now = rig.simulator.snapshot();
      expect(now.users.filter((u) => u.properties['faxNumber'] !== undefined).map((u) => [u.id, u.properties['faxNumber']])).toEqual(others);
      // The recycle bin holds nothing but what roll backs without a purge have left there.
      const known = new Set([...before.users, ...before.groups].map((o) => o.id));
      expect([...now.deletedUsers, ...now.deletedGroups].filter((o) => known.has(o.id))).toEqual([...bin.deletedUsers, ...bin.deletedGroups]);
    } finally { await rig.close(); }
  }), { numRuns: RUNS, endOnFailure: true, ...(process.env['CAUSEWAY_SEED'] === undefined ? {} : { seed: Number(process.env['CAUSEWAY_SEED']) }) });
}, LIMIT_MS);
