import { afterEach, describe, expect, it } from 'vitest';
import { choicesOf } from '../../../electron/cli/commands/roll-back-choices.ts';
import { linksTakenBack } from '../../../shared/contracts/roll-back-links.ts';
import { createExchangeGateway, createSignIn, type ExchangeGateway } from '../../../electron/engines/tenant/index.ts';
import { simulatedTransports } from '../../../electron/simulator/index.ts';
import { openRig, targetOf, type Rig } from './rig.ts';
import { exchangeTenant, exchangeWorks, existingGroup } from './exchange-works.ts';
import { cloudId, guid, works, worksTenant } from './works.ts';

let rig: Rig;
afterEach(async () => { await rig.close(); });

const state = () => rig.simulator.snapshot();
const add = async (groupId: string, id: string) => { await rig.graph('POST', `/groups/${groupId}/members/$ref`, { '@odata.id': `https://graph.microsoft.com/v1.0/directoryObjects/${id}` }); };
const members = (id: string) => state().groups.find((g) => g.id === id)?.members;
const conflicts = async (planId: string | null) => (await rig.call('rollBack.conflicts', { planId: planId ?? '' })).rows;
const operations = async (planId: string | null) => (await rig.call('plans.operations', { planId: planId ?? '' })).rows;

/** Somebody else at Exchange Online. */
function somebody({ simulator }: Rig): ExchangeGateway {
  const connection = targetOf(simulator);
  const transports = simulatedTransports(simulator.url);
  return createExchangeGateway({ connection, transports, signIn: createSignIn({ connection, transports, secrets: { get: async () => simulator.clientSecret, set: async () => undefined } }) });
}

/** Decides and waits for the plan made anew. */
async function decide(taskId: string, choices: Parameters<typeof rig.call<'rollBack.decide'>>[1]['choices']) {
  await rig.call('rollBack.decide', { taskId, choices });
  return await rig.ended(taskId);
}

describe('single memberships', () => {
  const list = { id: cloudId(50), properties: { displayName: 'Sales', mailNickname: 'Sales', mailEnabled: false, securityEnabled: true, groupTypes: [] }, memberIds: [], ownerIds: [] };

  it('of a group that was there: one stays by decision, the others go; taking the decision back takes it out too', async () => {
    const seed = worksTenant();
    rig = await openRig({ source: works(), seed: { ...seed, groups: [...seed.groups ?? [], list] } });
    await rig.match();
    await rig.call('objects.pin', { collectionId: rig.collectionId, id: guid(21), targetId: cloudId(50) });
    await rig.migrate();
    expect(members(cloudId(50))).toHaveLength(3);

    const { task, plan } = await rig.planRollBack();
    expect(plan.conflicts).toBe(0);
    const links = linksTakenBack(await operations(plan.id), []);
    expect(links.map((row) => [row.name, row.value?.name]).toSorted()).toEqual([['Sales', 'Ann'], ['Sales', 'Ben'], ['Sales', 'Cem']]);
    const choices = choicesOf({ keep: ['Sales:members/cem'] }, [], links);
    expect(choices).toEqual([{ targetId: cloudId(50), attribute: `members/${cloudId(13)}`, choice: 'keep' }]);
    const again = await decide(task.id, choices);
    expect(await conflicts(again.planId)).toMatchObject([{ name: 'Sales', attribute: 'members', value: { key: cloudId(13), name: 'Cem' }, before: null, current: ['Cem'], choice: 'keep' }]);
    // And back again, and once more: the last word counts.
    const restored = await decide(task.id, [{ targetId: cloudId(50), attribute: 'members', choice: 'restore' }]);
    expect([await conflicts(restored.planId), (await operations(restored.planId)).filter((o) => o.kind === 'remove members').flatMap((o) => o.references)]).toMatchObject([[], { length: 3 }]);
    await decide(task.id, choices);
    expect((await rig.approve(task.id)).state).toBe('Completed');
    expect(members(cloudId(50))).toEqual([cloudId(13)]);
    expect(state().users.find((u) => u.id === cloudId(13))?.properties).toMatchObject({ userPrincipalName: 'cem@simulated.onmicrosoft.com' });
  });

  it('of a group that the migration made: it stays for those that a person keeps, and all others go out of it', async () => {
    rig = await openRig({ source: works(), seed: worksTenant() });
    await rig.migrate();
    const sales = state().groups.find((g) => g.properties['displayName'] === 'Sales')?.id ?? '';
    const [first = '', second = ''] = state().users.filter((u) => /^User \d/.test(String(u.properties['displayName']))).map((u) => u.id);
    await add(sales, first);
    await add(sales, second);
    const { task, plan } = await rig.planRollBack();
    expect((await conflicts(plan.id)).map((c) => [c.name, c.attribute, c.value?.key, c.created, c.choice]).toSorted()).toEqual([first, second].map((id) => ['Sales', 'members', id, true, 'restore']).toSorted());
    expect(plan.guard).toMatchObject([{ limit: 'overwrites', count: 2 }]);
    const again = await decide(task.id, [{ targetId: sales, attribute: `members/${second}`, choice: 'keep' }]);
    expect(Object.fromEntries((await conflicts(again.planId)).map((c) => [c.value?.key ?? '', c.choice]))).toEqual({ [first]: 'restore', [second]: 'keep' });
    // Whom the plan takes out is among the values that others changed: listed there and nowhere else, so that a file has one line to edit.
    expect((await operations(again.planId)).filter((o) => o.kind === 'remove members').flatMap((o) => o.references).map((one) => one.targetId)).toContain(first);
    expect(linksTakenBack(await operations(again.planId), await conflicts(again.planId)).map((row) => row.value?.key)).not.toContain(first);
    expect((await rig.approve(task.id)).state).toBe('Completed');
    expect(members(sales)).toEqual([second]);
    // Everything else of the migration is gone.
    expect(state().users.some((u) => u.properties['displayName'] === 'Ben')).toBe(false);
  });

  it('without decisions the default is exact: the group goes with whom others put into it', async () => {
    rig = await openRig({ source: works(), seed: worksTenant() });
    const before = state();
    await rig.migrate();
    await add(state().groups.find((g) => g.properties['displayName'] === 'Sales')?.id ?? '', state().users.find((u) => u.properties['displayName'] === 'User 0')?.id ?? '');
    expect((await rig.rollBack({ purge: true })).state).toBe('Completed');
    expect(state()).toEqual(before);
  });
});

describe('single addresses', () => {
  it('each that others added or took out is decided alone; the rest is as before, and one is primary', async () => {
    rig = await openRig({ source: exchangeWorks(), seed: exchangeTenant({ groups: [existingGroup(41, 'Crew', 'crew', ['SMTP:crew@example.com', 'smtp:old@example.com'], [])] }), defaults: { distributionGroups: 'distribution group' } });
    const addresses = () => ((state().groups.find((g) => g.id === cloudId(41))?.properties['proxyAddresses'] ?? []) as string[]).toSorted();
    await rig.migrate();
    expect(addresses()).toEqual(['SMTP:crew@example.com', 'smtp:old@example.com', 'smtp:team@example.com']);
    const set = async (change: object) => await somebody(rig).invoke('Set-DistributionGroup', { Identity: 'crew', EmailAddresses: { '@odata.type': '#Exchange.GenericHashTable', ...change }, BypassSecurityGroupManagerCheck: true });
    await set({ Add: ['hands@example.com', 'all@example.com'], Remove: ['old@example.com'] });

    const { task, plan } = await rig.planRollBack();
    const rows = async (id: string | null) => (await conflicts(id)).filter((c) => c.name === 'Crew').map((c) => [c.attribute, c.value?.key, c.before, c.written, c.current, c.choice]).toSorted();
    expect(await rows(plan.id)).toEqual([
      ['proxyAddresses', 'smtp:all@example.com', null, null, ['smtp:all@example.com'], 'restore'],
      ['proxyAddresses', 'smtp:hands@example.com', null, null, ['smtp:hands@example.com'], 'restore'],
      ['proxyAddresses', 'smtp:old@example.com', ['smtp:old@example.com'], ['smtp:old@example.com'], null, 'restore'],
    ]);
    const choices = choicesOf({ keep: ['Crew:proxyAddresses/smtp:hands@example.com'] }, await conflicts(plan.id));
    expect(choices).toEqual([{ targetId: cloudId(41), attribute: 'proxyAddresses/smtp:hands@example.com', choice: 'keep' }]);
    const again = await decide(task.id, choices);
    expect((await rows(again.planId)).map((row) => [row[1], row[5]])).toEqual([['smtp:all@example.com', 'restore'], ['smtp:hands@example.com', 'keep'], ['smtp:old@example.com', 'restore']]);
    expect((await rig.approve(task.id)).state).toBe('Completed');
    expect(addresses()).toEqual(['SMTP:crew@example.com', 'smtp:hands@example.com', 'smtp:old@example.com']);
  });
});
