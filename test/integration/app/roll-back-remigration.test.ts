import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { openRig, type Rig } from './rig.ts';
import { account, cloudId, group, groupDn, guid, personDn, TYPE, works, worksTenant } from './works.ts';

let rig: Rig;
const pilots = { id: cloudId(60), properties: { displayName: 'Pilots', mailNickname: 'Pilots', mailEnabled: false, securityEnabled: true, groupTypes: [] }, memberIds: [cloudId(40)], ownerIds: [] };
beforeEach(async () => {
  const seed = worksTenant([account(40, 'zoe')]);
  rig = await openRig({ source: [...works(), group(22, 'Pilots', TYPE.globalSecurity, [personDn('ann'), personDn('ben'), groupDn('Sales')])], seed: { ...seed, groups: [...seed.groups ?? [], pilots] } });
  await rig.match();
  await rig.call('objects.pin', { collectionId: rig.collectionId, id: guid(22), targetId: cloudId(60) });
});
afterEach(async () => { await rig.close(); });

const only = (...numbers: number[]) => ({ selection: { mode: 'ids' as const, ids: numbers.map(guid) } });
const membersOf = (name: string): string[] => {
  const { users, groups } = rig.simulator.snapshot();
  const names = new Map([...users, ...groups].map((o) => [o.id, String(o.properties['displayName'])]));
  return (groups.find((g) => g.properties['displayName'] === name)?.members ?? []).map((id) => names.get(id) ?? id).toSorted();
};

describe('a group migrated before its members exist (healing only by re-migration)', () => {
  beforeEach(async () => { await rig.call('references.saveSettings', { pairId: rig.pairId, healing: 'only by re-migration' }); });

  it('gets them when it is migrated again; rolling back in between and afterwards leaves no trace', async () => {
    const before = rig.simulator.snapshot();
    const alone = await rig.migrate({}, only(22));
    expect(alone.state).toBe('Completed');
    // Ann is in the tenant and matched already; Ben and Sales are not.
    expect(membersOf('Pilots')).toEqual(['Ann', 'Zoe']);
    const people = await rig.migrate({}, only(11, 12, 13, 21));
    expect(membersOf('Pilots')).toEqual(['Ann', 'Zoe']);
    const again = await rig.migrate({}, only(22));
    expect(membersOf('Pilots')).toEqual(['Ann', 'Ben', 'Sales', 'Zoe']);
    expect((await rig.plan({}, only(22))).plan.counts.operations).toBe(0);

    // One member is rolled back: it goes out of the group with its deletion, and comes back with the next re-migration.
    expect((await rig.rollBack({ objectId: guid(12), purge: true })).state).toBe('Completed');
    expect(membersOf('Pilots')).toEqual(['Ann', 'Sales', 'Zoe']);
    const ben = await rig.migrate({}, only(12));
    const filled = await rig.migrate({}, only(22));
    expect(filled.state).toBe('Completed');
    expect(membersOf('Pilots')).toEqual(['Ann', 'Ben', 'Sales', 'Zoe']);

    for (const task of [filled, ben, again, people, alone]) expect(await rig.rollBack({ undoes: task.id, purge: true }), task.message).toMatchObject({ state: 'Completed' });
    expect(rig.simulator.snapshot()).toEqual(before);
  });

  it('the memberships alone go back and are filled again', async () => {
    await rig.migrate();
    expect(membersOf('Pilots')).toEqual(['Ann', 'Ben', 'Sales', 'Zoe']);
    expect((await rig.rollBack({ objectId: guid(22), attributes: ['members'] })).state).toBe('Completed');
    expect(membersOf('Pilots')).toEqual(['Zoe']);
    expect((await rig.migrate({}, only(22))).state).toBe('Completed');
    expect(membersOf('Pilots')).toEqual(['Ann', 'Ben', 'Sales', 'Zoe']);
  });
});
