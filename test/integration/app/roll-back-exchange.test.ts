import { afterEach, expect, it } from 'vitest';
import { contact, exchangeTenant, exchangeWorks, existingContact, liveOf, toldOf } from './exchange-works.ts';
import { openRig, type Rig } from './rig.ts';
import { cloudId, guid } from './works.ts';

let rig: Rig;
afterEach(async () => { await rig.close(); });

it('parts of what Exchange Online keeps go back alone: members and values of a distribution group, values of a contact that was there', async () => {
  rig = await openRig({
    source: [...exchangeWorks(), contact(34, 'Old friend', { mail: 'old@fabrikam.com', title: 'Friend' })], defaults: { distributionGroups: 'distribution group' },
    seed: exchangeTenant({ contacts: [existingContact(31, 'Old friend', 'old@fabrikam.com', { jobTitle: 'Nobody' })] }),
  });
  const before = liveOf(rig);
  const migrated = await rig.migrate();
  expect(migrated, migrated.message).toMatchObject({ state: 'Completed' });
  const crew = () => rig.simulator.snapshot().groups.find((g) => g.properties['displayName'] === 'Crew');
  const friend = () => rig.simulator.snapshot().contacts.find((c) => c.id === cloudId(31))?.properties;
  expect([crew()?.members.length, friend()?.['jobTitle']]).toEqual([3, 'Friend']);
  const told = toldOf(rig);

  expect((await rig.rollBack({ objectId: guid(41), attributes: ['members'] })).state).toBe('Completed');
  expect(crew()).toMatchObject({ members: [] });
  expect((await rig.rollBack({ objectId: guid(34), attributes: ['jobTitle'] })).state).toBe('Completed');
  expect(friend()?.['jobTitle']).toBe('Nobody');

  expect((await rig.migrate()).state).toBe('Completed');
  expect(toldOf(rig)).toEqual(told);
  for (let task = (await rig.call('tasks.list', {})).rows.find((t) => t.canRollBack); task !== undefined; task = (await rig.call('tasks.list', {})).rows.find((t) => t.canRollBack)) {
    const back = await rig.rollBack({ undoes: task.id, purge: true });
    expect(back, back.message).toMatchObject({ state: 'Completed' });
  }
  expect(liveOf(rig)).toEqual(before);
});
