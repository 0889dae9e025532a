import { afterEach, expect, it } from 'vitest';
import { openRig, type Rig } from './rig.ts';
import { account, cloudId, guid, person, works, worksTenant } from './works.ts';

let rig: Rig;
afterEach(async () => { await rig.close(); });

it('an object that came to the collection after the plan was made is not called migrated by it', async () => {
  rig = await openRig({ source: [...works(), person(15, 'eve', { title: 'Engineer' })], seed: worksTenant([account(15, 'eve')]), members: '(|(sAMAccountName=ann)(sAMAccountName=ben)(sAMAccountName=cem))' });
  await rig.migrate({}, { selection: { mode: 'ids', ids: [guid(11)] } });
  const { task } = await rig.plan();
  await rig.call('collections.queryObjects', { id: rig.collectionId, filter: '(sAMAccountName=eve)' });
  await rig.match({ selection: { mode: 'ids', ids: [guid(15)] } });
  expect((await rig.objects())['Eve']?.status).toBe('Matched');
  const done = await rig.approve(task.id);
  expect(done).toMatchObject({ state: 'Completed', message: expect.stringContaining('Migrated 3 objects') as unknown });
  expect(rig.simulator.snapshot().users.find((u) => u.id === cloudId(15))?.properties['jobTitle']).toBeUndefined();
  const { Ann, Ben, Cem, Eve } = await rig.objects();
  expect([Ann?.status, Ben?.status, Cem?.status, Eve?.status]).toEqual(['Migrated', 'Migrated', 'Migrated', 'Matched']);
});
