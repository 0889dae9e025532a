import { afterEach, beforeEach, expect, it } from 'vitest';
import { openRig, type Rig } from './rig.ts';
import { cloudId, guid, works, worksTenant } from './works.ts';

const E3 = '05e9a617-0261-4cee-bb44-138d3ef5d965';
let rig: Rig;
beforeEach(async () => { rig = await openRig({ source: works(), seed: { ...worksTenant(), skus: [{ skuId: E3, skuPartNumber: 'SPE_E3', enabled: 1 }] } }); });
afterEach(async () => { await rig.close(); });

const holders = () => rig.simulator.snapshot().users.filter((user) => ((user.properties['assignedLicenses'] ?? []) as unknown[]).length > 0).map((user) => user.id);
/** A licence rule for one person. */
const save = async (alias: string, action: 'assign' | 'remove') => await rig.call('licences.save', { owner: { kind: 'collection', id: rig.collectionId }, rule: { enabled: true, condition: { kind: 'attribute equals', attribute: 'sAMAccountName', value: alias }, action, partNumber: 'SPE_E3', disabledPlans: [], when: 'always' } });

it('the only licence of a product goes back to whom it was taken from', async () => {
  await rig.migrate({ countryCode: 'NO' });
  await rig.graph('POST', `/users/${cloudId(11)}/assignLicense`, { addLicenses: [{ skuId: E3, disabledPlans: [] }], removeLicenses: [] });
  const before = holders();
  expect(before).toEqual([cloudId(11)]);
  await save('ann', 'remove');
  await save('cem', 'assign');
  const moved = await rig.migrate({ countryCode: 'NO' });
  expect(moved, moved.message).toMatchObject({ state: 'Completed' });
  expect(holders()).toEqual([cloudId(13)]);
  const back = await rig.rollBack({ undoes: moved.id });
  expect(back, back.message).toMatchObject({ state: 'Completed' });
  expect(holders()).toEqual(before);
});

it('also when the user who got it was created, and is deleted', async () => {
  await rig.migrate({ countryCode: 'NO' }, { selection: { mode: 'ids', ids: [guid(11), guid(13)] } });
  await rig.graph('POST', `/users/${cloudId(11)}/assignLicense`, { addLicenses: [{ skuId: E3, disabledPlans: [] }], removeLicenses: [] });
  await save('ann', 'remove');
  await save('ben', 'assign');
  const moved = await rig.migrate({ countryCode: 'NO' });
  expect(moved, moved.message).toMatchObject({ state: 'Completed' });
  expect(holders()).not.toContain(cloudId(11));
  const back = await rig.rollBack({ undoes: moved.id });
  expect(back, back.message).toMatchObject({ state: 'Completed' });
  expect(holders()).toEqual([cloudId(11)]);
});
