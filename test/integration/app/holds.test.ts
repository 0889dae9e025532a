import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { openCycleRig, type CycleRig } from '../coexistence/desk.ts';
import { cloudId, guid, works, worksTenant } from './works.ts';

let rig: CycleRig;
beforeEach(async () => { rig = await openCycleRig({ source: works(), seed: worksTenant() }); });
afterEach(async () => { await rig.close(); });

const state = () => rig.simulator.snapshot();
const cloud = (id: string) => state().users.find((u) => u.id === id);
const named = (name: string) => state().users.find((u) => u.properties['displayName'] === name);
const sales = () => state().groups.find((g) => g.properties['displayName'] === 'Sales');
const put = async (ids: readonly number[], attributes?: readonly string[], reason = '') => await rig.call('holds.put', { pairId: rig.pairId, ids: ids.map(guid), reason, ...(attributes === undefined ? {} : { attributes: [...attributes] }) });

describe('what a person holds', () => {
  it('is left alone by coexistence, as a whole or in single attributes and links, and says who and why', async () => {
    const ann = cloud(cloudId(11));
    expect(await put([11], undefined, 'Leaves on Friday')).toEqual({ held: 1 });
    expect(await put([12, 13], ['JOBTITLE', 'manager'])).toEqual({ held: 4 });
    expect(await put([21], ['members', 'description'])).toEqual({ held: 2 });
    expect(await put([21], ['members'])).toEqual({ held: 0 });
    expect((await rig.enable()).state).toBe('Completed');
    expect(cloud(cloudId(11))).toEqual(ann);
    expect(named('Ben')).toMatchObject({ manager: null, properties: { department: 'Sales' } });
    expect(named('Ben')?.properties).not.toHaveProperty('jobTitle');
    expect(named('Dot')?.properties).toMatchObject({ jobTitle: 'Trainee' });
    expect(sales()).toMatchObject({ members: [] });
    expect(sales()?.properties).not.toHaveProperty('description');
    expect((await rig.objects())['Ann']).toMatchObject({ synchronisation: 'Not intended to be synced' });
    const { rows, total } = await rig.call('holds.page', { pairId: rig.pairId, collectionId: rig.collectionId, search: 'an' });
    expect(rows).toMatchObject([{ name: 'Ann', attribute: '', reason: 'Leaves on Friday', taskId: null }]);
    expect([total, rows[0]?.by !== '']).toEqual([1, true]);
  });

  it('gets no licence, while the others do', async () => {
    await rig.close();
    const E3 = '05e9a617-0261-4cee-bb44-138d3ef5d965';
    rig = await openCycleRig({ source: works(), seed: { ...worksTenant(), skus: [{ skuId: E3, skuPartNumber: 'SPE_E3', enabled: 10 }] } });
    await rig.call('licences.save', { owner: { kind: 'collection', id: rig.collectionId }, rule: { enabled: true, condition: { kind: 'everybody' }, action: 'assign', partNumber: 'SPE_E3', disabledPlans: [], when: 'always' } });
    await put([11], ['assignedLicenses']);
    expect((await rig.enable({ countryCode: 'NO' })).state).toBe('Completed');
    const licensed = (user: ReturnType<typeof cloud>) => ((user?.properties['assignedLicenses'] ?? []) as unknown[]).length;
    expect([licensed(cloud(cloudId(11))), licensed(named('Ben'))]).toEqual([0, 1]);
    expect(cloud(cloudId(11))?.properties).toMatchObject({ jobTitle: 'Head of Sales' });
  });

  it('gets no links that waited for somebody of another collection', async () => {
    await rig.close();
    rig = await openCycleRig({ source: works(), seed: worksTenant(), members: '(objectClass=group)' });
    await rig.migrate();
    expect(sales()).toMatchObject({ members: [] });
    const people = await rig.call('collections.create', { pairId: rig.pairId, name: 'People' });
    await rig.call('collections.queryObjects', { id: people.id, filter: '(objectClass=user)' });
    await put([21], ['members']);
    expect((await rig.enable({}, people.id)).state).toBe('Completed');
    expect(sales()).toMatchObject({ members: [] });
    expect(named('Ben')?.properties).toMatchObject({ jobTitle: 'Clerk' });
    // It still waits, as the ledger says; who migrates the group again gets them.
    expect((await rig.migrate()).state).toBe('Completed');
    expect(sales()?.members).toHaveLength(3);
  });

  it('is brought over by the next cycle once it is released', async () => {
    await put([12], ['jobTitle']);
    await put([21], ['members']);
    await rig.enable();
    expect(await rig.call('holds.release', { pairId: rig.pairId, holds: [{ sourceId: guid(12), attribute: 'jobtitle' }, { sourceId: guid(12), attribute: '' }] })).toEqual({ released: 1 });
    expect((await rig.cycle()).cycle).toMatchObject({ outcome: 'done', operations: 1 });
    expect(named('Ben')?.properties).toMatchObject({ jobTitle: 'Clerk' });
    expect(sales()).toMatchObject({ members: [] });
    await rig.call('holds.release', { pairId: rig.pairId, holds: [{ sourceId: guid(21), attribute: 'members' }] });
    expect((await rig.cycle()).cycle).toMatchObject({ outcome: 'done' });
    expect(sales()?.members).toHaveLength(3);
  });

  it('stands in nobody\'s way who migrates', async () => {
    await put([11, 12], ['jobTitle']);
    expect((await rig.migrate()).state).toBe('Completed');
    expect(cloud(cloudId(11))?.properties).toMatchObject({ jobTitle: 'Head of Sales' });
    expect(named('Ben')?.properties).toMatchObject({ jobTitle: 'Clerk' });
  });

  it('must be an attribute and an object that are known; else nothing is held', async () => {
    const { pairId } = rig;
    expect(await rig.refused('holds.put', { pairId, ids: [guid(11)], attributes: ['jobTitle', 'shoeSize'] })).toMatchObject({ code: 'INVALID_INPUT', message: expect.stringContaining('"shoeSize" is no attribute') });
    expect(await rig.refused('holds.put', { pairId, ids: [guid(11), guid(99)] })).toMatchObject({ code: 'NOT_FOUND', message: expect.stringContaining(guid(99)) });
    expect((await rig.call('holds.page', { pairId })).total).toBe(0);
  });
});

describe('what a roll back could not take back', () => {
  it('is not held: it still stands, and is taken back another time', async () => {
    await rig.enable();
    const { task } = await rig.planRollBack({ objectId: guid(11), attributes: ['jobTitle', 'department'] });
    // Somebody is faster than the approval.
    await rig.graph('PATCH', `/users/${cloudId(11)}`, { jobTitle: 'Chair' });
    expect((await rig.approve(task.id)).state).toBe('Completed with errors');
    expect(cloud(cloudId(11))?.properties).toMatchObject({ jobTitle: 'Chair' });
    expect((await rig.call('holds.page', { pairId: rig.pairId })).rows.map((row) => row.attribute)).not.toContain('jobTitle');
    expect((await rig.call('rollBack.ofObject', { collectionId: rig.collectionId, objectId: guid(11) })).tasks.flatMap((one) => one.attributes)).toContain('jobTitle');
  });
});
