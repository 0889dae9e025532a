import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { writeLdif } from '../../../electron/simulator/demo/ldif.ts';
import { startSimulator, type Simulator } from '../../../electron/simulator/index.ts';
import { openRig, targetOf, type Rig, type Send } from './rig.ts';
import { cloudId, guid, works, worksTenant } from './works.ts';

let rig: Rig;
let other: Simulator;
/** When true, the tenant answers as another one: the door moved without the program knowing. */
let poses = false;

const OTHER_ID = 'ca05e0a1-51f0-4c1d-9a7e-00000000000b';
beforeEach(async () => {
  poses = false;
  const seed = worksTenant();
  other = await startSimulator({ quotas: 'off', seed: { ...seed, tenant: { id: OTHER_ID, displayName: 'Another tenant', domains: [{ name: 'another.onmicrosoft.com', isInitial: true, isDefault: true }, { name: 'example.com' }] } } });
  rig = await openRig({ source: works(), seed, wrap: (send) => async (url, init) => await (poses ? posing(send) : send)(url, init) });
});
afterEach(async () => { await rig.close(); await other.close(); });

/** Answers as another tenant would about itself. */
const posing = (send: Send): Send => async (url, init) => {
  if (!url.includes('/organization')) return await send(url, init);
  return Response.json({ value: [{ id: OTHER_ID, displayName: 'Another tenant', verifiedDomains: [{ name: 'another.onmicrosoft.com', isInitial: true }] }] });
};

describe('a plan belongs to the tenant that it was made for', () => {
  it('and is written to no other: the task fails before the first write', async () => {
    const { task } = await rig.plan();
    const before = rig.simulator.snapshot();
    poses = true;
    const failed = await rig.approve(task.id);
    expect(failed).toMatchObject({ state: 'Failed', message: expect.stringContaining('another.onmicrosoft.com') });
    expect(failed.message).toMatch(/nothing was written/i);
    expect(rig.simulator.snapshot()).toEqual(before);
    expect((await rig.objects())['Ben']).toMatchObject({ status: 'Not matched', targetId: null });
    // Back at the right tenant it goes on.
    poses = false;
    await rig.call('tasks.resume', { taskId: task.id });
    expect(await rig.ended(task.id)).toMatchObject({ state: 'Completed' });
  });

  it('a roll back is held to it, too', async () => {
    await rig.migrate();
    const { task } = await rig.planRollBack();
    const before = rig.simulator.snapshot();
    poses = true;
    expect(await rig.approve(task.id)).toMatchObject({ state: 'Failed' });
    expect(rig.simulator.snapshot()).toEqual(before);
  });
});

describe('another tenant or domain for a pair', () => {
  it('is refused while a plan waits, in whatever way the tenant is another', async () => {
    const { task } = await rig.plan();
    const target = targetOf(rig.simulator);
    const moved = path.join(rig.folder, 'moved.ldf');
    await writeFile(moved, writeLdif(works()));
    const ldap = (domain: string) => ({ kind: 'ldap' as const, domain, servers: [], security: 'ldaps' as const, caFile: null, username: 'svc', secretRef: '', baseDn: '' });
    for (const change of [
      { target: { ...target, tenantId: 'other.onmicrosoft.com' } }, { target: { ...target, cloud: 'china' as const } }, { target: targetOf(other) }, { target: { ...target, simulated: null } },
      { source: ldap('fabrikam.example') }, { source: { kind: 'ldif' as const, file: moved } },
    ]) {
      expect(await rig.refused('pairs.update', { id: rig.pairId, ...change }), JSON.stringify(change)).toMatchObject({ code: 'CONFLICT', message: expect.stringContaining('"Works"') });
    }
    // What leaves tenant and domain as they are may change.
    await rig.call('pairs.update', { id: rig.pairId, name: 'Factory', target: { ...target, clientId: guid(98) } });
    await rig.call('pairs.update', { id: rig.pairId, target });
    await rig.call('tasks.discard', { taskId: task.id });
    await rig.call('pairs.update', { id: rig.pairId, target: targetOf(other), targetSecret: other.clientSecret });
  });

  it('forgets what was read of the old tenant, and what a rule matched there; a pin stays and says that its object is gone', async () => {
    await rig.match();
    await rig.call('objects.pin', { collectionId: rig.collectionId, id: guid(13), targetId: cloudId(13) });
    await rig.graph('DELETE', `/users/${cloudId(11)}`);
    const changed = await rig.call('pairs.update', { id: rig.pairId, target: targetOf(other), targetSecret: other.clientSecret });
    expect(changed).toMatchObject({ targetObjects: 0, discoveredAt: null });
    expect((await rig.call('pairs.domains', { id: rig.pairId })).rows).toEqual([]);
    const objects = await rig.objects();
    expect(objects['Ann']).toMatchObject({ status: 'New', targetId: null, reason: expect.stringContaining('tenant') });
    expect(objects['Cem']).toMatchObject({ status: 'Matched', pinned: true });
    expect((await rig.match()).state).toBe('Completed');
    expect((await rig.objects())['Ann']).toMatchObject({ status: 'Matched', targetId: cloudId(11) });
    expect((await rig.call('pairs.get', { id: rig.pairId })).targetName).toBe('Another tenant (another.onmicrosoft.com)');
  });

  it('keeps the matches when only the domain is named otherwise', async () => {
    await rig.match();
    const moved = path.join(rig.folder, 'moved.ldf');
    await writeFile(moved, writeLdif(works()));
    await rig.call('pairs.update', { id: rig.pairId, source: { kind: 'ldif', file: moved } });
    expect((await rig.objects())['Ann']).toMatchObject({ status: 'Matched', targetId: cloudId(11) });
  });
});
