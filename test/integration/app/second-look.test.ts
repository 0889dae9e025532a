import { afterEach, describe, expect, it } from 'vitest';
import { anchorOf } from '../../../electron/simulator/demo/identifiers.ts';
import { GLOBAL_ADMINISTRATOR } from '../../../electron/simulator/index.ts';
import { openRig, type Rig } from './rig.ts';
import { account, cloudId, group, guid, person, personDn, TYPE, works, worksTenant } from './works.ts';

let rig: Rig;
afterEach(async () => { await rig.close(); });

const state = () => rig.simulator.snapshot();
const cloud = (id: string) => state().users.find((u) => u.id === id);
const skipsOf = async (planId: string) => Object.fromEntries((await rig.call('plans.skips', { planId })).rows.map((s) => [s.name, `${s.status}: ${s.reason}`]));

describe('a group of the tenant without members', () => {
  it('gets the members that the directory has', async () => {
    const seed = worksTenant();
    const empty = { id: cloudId(30), properties: { displayName: 'Sales', mailNickname: 'sales', mailEnabled: false, securityEnabled: true, groupTypes: [], createdDateTime: '2025-01-01T00:00:00Z' }, memberIds: [], ownerIds: [] };
    rig = await openRig({ source: works(), seed: { ...seed, groups: [...seed.groups ?? [], empty] } });
    await rig.call('matchingRules.save', { owner: { kind: 'collection', id: rig.collectionId }, rule: { enabled: true, sourceClass: 'group', sourceAttribute: 'sAMAccountName', targetClass: 'group', targetAttribute: 'mailNickname', comparison: 'value' } });
    // Found by a name only: a person looks at it first.
    await rig.match();
    await rig.call('matches.decide', { collectionId: rig.collectionId, action: 'accept', selection: { mode: 'ids', ids: [guid(21)] } });
    const { task, plan } = await rig.plan();
    expect((await rig.call('plans.findings', { planId: plan.id })).rows.filter((f) => f.attribute === 'members')).toEqual([]);
    expect(plan.counts).toMatchObject({ membersAdded: 3 });
    expect((await rig.approve(task.id)).state).toBe('Completed');
    expect((await rig.objects())['Sales']).toMatchObject({ status: 'Migrated', targetId: cloudId(30) });
    expect(state().groups.find((g) => g.id === cloudId(30))?.members).toHaveLength(3);
    // And one that was emptied by somebody gets them again.
    for (const member of state().groups.find((g) => g.id === cloudId(30))?.members ?? []) await rig.graph('DELETE', `/groups/${cloudId(30)}/members/${member}/$ref`);
    expect((await rig.plan()).plan.counts).toMatchObject({ membersAdded: 3 });
  });
});

describe('"merge objects that are not matched yet": no', () => {
  it('stays "no" however often it is planned', async () => {
    rig = await openRig({ source: works(), seed: worksTenant() });
    for (let i = 0; i < 3; i++) {
      const { task, plan } = await rig.plan({ mergeUnmatched: false });
      expect(plan.counts, `plan ${i}`).toMatchObject({ creates: 3, updates: 0, skipped: 2 });
      expect(await skipsOf(plan.id)).toMatchObject({ Ann: expect.stringMatching(/^Skipped: .*does not merge/) as string, Cem: expect.stringMatching(/^Skipped/) as string });
      await rig.call('tasks.discard', { taskId: task.id });
    }
    expect((await rig.objects())['Ann']).toMatchObject({ status: 'Skipped', reason: expect.stringContaining('does not merge') });
  });

  it('is not answered by a plan with "yes" that was discarded', async () => {
    rig = await openRig({ source: works(), seed: worksTenant() });
    const first = await rig.plan({ mergeUnmatched: true });
    expect(first.plan.counts).toMatchObject({ updates: 2 });
    await rig.call('tasks.discard', { taskId: first.task.id });
    expect((await rig.plan({ mergeUnmatched: false })).plan.counts).toMatchObject({ updates: 0, skipped: 2 });
  });

  it('lets through what Match Objects confirmed, a person pinned or a migration wrote', async () => {
    rig = await openRig({ source: works(), seed: worksTenant() });
    await rig.plan({ mergeUnmatched: false }, { selection: { mode: 'ids', ids: [guid(11), guid(13)] } });
    await rig.match({ selection: { mode: 'ids', ids: [guid(11)] } });
    const confirmed = await rig.plan({ mergeUnmatched: false });
    expect(Object.keys(await skipsOf(confirmed.plan.id))).toEqual(['Cem']);
    await rig.call('objects.pin', { collectionId: rig.collectionId, id: guid(13), targetId: cloudId(13) });
    const pinned = await rig.plan({ mergeUnmatched: false });
    expect(await skipsOf(pinned.plan.id)).toEqual({});
    expect(pinned.plan.counts).toMatchObject({ updates: 2 });
  });

  it('lets through what a migration merged and created, and after its roll back asks again', async () => {
    rig = await openRig({ source: works(), seed: worksTenant() });
    await rig.migrate({ mergeUnmatched: true });
    await rig.rewrite(works({ ann: { title: 'Director' }, ben: { title: 'Manager' } }));
    const second = await rig.plan({ mergeUnmatched: false });
    expect(second.plan.counts).toMatchObject({ updates: 2, skipped: 0 });
    await rig.call('tasks.discard', { taskId: second.task.id });
    await rig.rollBack();
    expect(Object.keys(await skipsOf((await rig.plan({ mergeUnmatched: false })).plan.id)).toSorted()).toEqual(['Ann', 'Cem']);
  });
});

describe('a match found earlier is looked at again', () => {
  const withBoss = [...works(), person(15, 'boss', { title: 'Boss' })];
  const open = async () => {
    const seed = worksTenant([account(20, 'boss', { displayName: 'Boss' })]);
    rig = await openRig({ source: withBoss, seed: { ...seed, roles: [{ id: cloudId(90), roleTemplateId: GLOBAL_ADMINISTRATOR, displayName: 'Global Administrator', memberIds: [cloudId(91)] }] } });
  };

  it('another immutable id makes it a Conflict, and nothing of it is written', async () => {
    await open();
    await rig.match();
    expect((await rig.objects())['Ann']?.status).toBe('Matched');
    await rig.graph('PATCH', `/users/${cloudId(11)}`, { onPremisesImmutableId: anchorOf(guid(77)) });
    const before = cloud(cloudId(11));
    const { plan } = await rig.plan();
    expect(await skipsOf(plan.id)).toMatchObject({ Ann: expect.stringMatching(/^Conflict: .*another immutable id/) as string });
    expect((await rig.objects())['Ann']).toMatchObject({ status: 'Conflict', risks: ['target has another immutable id'] });
    expect(cloud(cloudId(11))).toEqual(before);
    await rig.match();
    expect((await rig.objects())['Ann']?.status).toBe('Conflict');
  });

  it('a pinned one stays matched and shows the new risk', async () => {
    await open();
    await rig.match();
    await rig.call('objects.pin', { collectionId: rig.collectionId, id: guid(11), targetId: cloudId(11) });
    await rig.graph('PATCH', `/users/${cloudId(11)}`, { onPremisesImmutableId: anchorOf(guid(77)) });
    await rig.match();
    expect((await rig.objects())['Ann']).toMatchObject({ status: 'Matched', pinned: true, risks: ['target has another immutable id'] });
  });

  it('what a migration wrote is no Conflict for its own anchor or for another name', async () => {
    await open();
    await rig.migrate();
    expect(cloud(cloudId(11))?.properties['onPremisesImmutableId']).toBe(anchorOf(guid(11)));
    // Synchronisation was prepared meanwhile: the anchor of the directory is another one now, the written one is still ours.
    await rig.rewrite([...works({ ann: { displayName: 'Anna Bell', 'mS-DS-ConsistencyGuid': Buffer.alloc(16, 7) } }), person(15, 'boss', { title: 'Boss' })]);
    await rig.match();
    expect((await rig.objects())['Anna Bell']).toMatchObject({ status: 'Migrated', targetId: cloudId(11), risks: [] });
  });

  it('a written one that became blocked is a Conflict for as long as it is, and is never created twice', async () => {
    await open();
    await rig.migrate();
    const ben = (await rig.objects())['Ben']?.targetId ?? '';
    const written = cloud(ben)?.properties['onPremisesImmutableId'];
    await rig.graph('PATCH', `/users/${ben}`, { onPremisesImmutableId: anchorOf(guid(77)), userPrincipalName: 'elsewhere@example.com', mail: 'elsewhere@example.com' });
    for (let i = 0; i < 2; i++) {
      const { plan } = await rig.plan();
      expect(plan.counts, `plan ${i}`).toMatchObject({ creates: 0 });
      expect((await rig.objects())['Ben'], `plan ${i}`).toMatchObject({ status: 'Conflict', targetId: ben });
    }
    await rig.graph('PATCH', `/users/${ben}`, { onPremisesImmutableId: written });
    await rig.match();
    expect((await rig.objects())['Ben']).toMatchObject({ targetId: ben, status: 'Matched' });
  });

  it('a group that was migrated keeps its match', async () => {
    rig = await openRig({ source: [...works(), group(23, 'Ideas', TYPE.globalSecurity, [personDn('dot')])], seed: worksTenant() });
    await rig.migrate();
    const id = (await rig.objects())['Ideas']?.targetId;
    await rig.match();
    expect((await rig.objects())['Ideas']).toMatchObject({ status: 'Migrated', targetId: id, risks: [] });
  });
});
