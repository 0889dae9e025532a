import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { OUT_OF_SCOPE, type OutOfScope } from '../../../shared/domain/coexistence.ts';
import { seedTenant } from '../../../electron/simulator/index.ts';
import { skipFor } from '../../servers/available.ts';
import { sambaObstacle, startSamba, type SambaServer } from '../../servers/samba.ts';
import { person, unit } from '../scenarios/corp.ts';
import { openCycleDesk, type CycleDesk } from './desk.ts';

/*
 * Dynamic collections, one for each answer to "what becomes of who leaves": in each of them one person moves out of the container and one is
 * deleted; both come back.
 */
const alias = (policy: OutOfScope, who: string): string => `${policy}${who}`;
const name = (policy: OutOfScope, who: string): string => `${policy.slice(0, 1).toUpperCase()}${policy.slice(1)}${who}`;
const people = unit('Leaving', OUT_OF_SCOPE.flatMap((policy) => ['mover', 'goner', 'stayer'].map((who) => ({ ...person(alias(policy, who), { c: 'DE' }), cn: `In ${policy}/${name(policy, who)}` }))), [...OUT_OF_SCOPE.map((policy) => `In ${policy}`), 'Outside']);

describe.skipIf(skipFor(await sambaObstacle()))('who leaves a dynamic collection in coexistence (Samba)', () => {
  let samba: SambaServer;
  let desk: CycleDesk;
  const collections = new Map<OutOfScope, string>();
  beforeAll(async () => {
    samba = await startSamba({ address: '127.0.0.64', ldif: people.ldif });
    desk = await openCycleDesk(samba, people, seedTenant({ users: 1, groups: 0 }), { members: null });
    for (const policy of OUT_OF_SCOPE) {
      const made = await desk.call('collections.createDynamic', { pairId: desk.pairId, name: policy, scope: { base: `OU=In ${policy},${people.base}`, filter: '(objectClass=user)' } });
      collections.set(policy, made.id);
      expect(await desk.enable({ outOfScope: policy }, made.id)).toMatchObject({ state: 'Completed' });
    }
  });
  afterAll(async () => { await desk?.close(); await samba?.stop(); });

  const idOf = (policy: OutOfScope): string => collections.get(policy) ?? '';
  const enabled = (policy: OutOfScope, who: string) => desk.simulator.snapshot().users.find((one) => one.properties['userPrincipalName'] === `${alias(policy, who)}@example.com`)?.properties['accountEnabled'];
  const both = (policy: OutOfScope) => [enabled(policy, 'mover'), enabled(policy, 'goner'), enabled(policy, 'stayer')];
  const place = (policy: OutOfScope, who: string, where: string): string => `CN=${name(policy, who)},OU=${where},${people.base}`;

  it('makes everybody an account at first', () => {
    for (const policy of OUT_OF_SCOPE) expect(both(policy)).toEqual([true, true, true]);
  });

  it('keeps, unlinks, disables or deletes, once, through plan and journal', async () => {
    await desk.directory(async (client) => {
      for (const policy of OUT_OF_SCOPE) {
        await client.modifyDN(place(policy, 'mover', `In ${policy}`), place(policy, 'mover', 'Outside'));
        await client.del(place(policy, 'goner', `In ${policy}`));
      }
    });
    desk.writes.length = 0;
    const cycles = new Map<OutOfScope, Awaited<ReturnType<typeof desk.cycle>>>();
    for (const policy of OUT_OF_SCOPE) cycles.set(policy, await desk.cycle('run now', idOf(policy)));
    expect([...cycles].map(([policy, { cycle }]) => [policy, cycle.outcome, cycle.operations, cycle.objects])).toEqual([['keep', 'nothing to do', 0, 1], ['unlink', 'nothing to do', 0, 1], ['disable', 'done', 2, 1], ['delete', 'done', 2, 1]]);
    expect(both('keep')).toEqual([true, true, true]);
    expect(both('unlink')).toEqual([true, true, true]);
    expect(both('disable')).toEqual([false, false, true]);
    expect(both('delete')).toEqual([undefined, undefined, true]);
    expect(desk.writes.length).toBe(4);
    const plan = cycles.get('delete')?.task.planId ?? '';
    expect((await desk.call('plans.get', { id: plan })).counts).toMatchObject({ deletes: 2, operations: 2 });
    expect((await desk.call('plans.operations', { planId: plan })).rows.map((row) => [row.kind, row.name, row.outcome]).toSorted()).toEqual([['delete', 'Deletegoner', 'done'], ['delete', 'Deletemover', 'done']]);

    desk.writes.length = 0;
    for (const policy of OUT_OF_SCOPE) expect((await desk.cycle('run now', idOf(policy))).cycle.outcome).toBe('nothing to do');
    // What was decided about who left holds: another answer is for those who leave from now on.
    await desk.call('coexistence.save', { collectionId: idOf('keep'), change: { outOfScope: 'delete' } });
    expect((await desk.cycle('restart', idOf('keep'))).cycle.outcome).toBe('nothing to do');
    await desk.call('coexistence.save', { collectionId: idOf('keep'), change: { outOfScope: 'keep' } });
    expect(desk.writes).toEqual([]);
  });

  it('takes back into its care who comes back: enabled again, restored from the recycle bin', async () => {
    await desk.directory(async (client) => { for (const policy of OUT_OF_SCOPE) await client.modifyDN(place(policy, 'mover', 'Outside'), place(policy, 'mover', `In ${policy}`)); });
    for (const policy of OUT_OF_SCOPE) expect((await desk.cycle('run now', idOf(policy))).cycle).toMatchObject({ failed: 0, inStep: 2, objects: 2 });
    for (const policy of OUT_OF_SCOPE) expect([policy, enabled(policy, 'mover')]).toEqual([policy, true]);
    expect(desk.simulator.snapshot().users.filter((one) => one.properties['userPrincipalName'] === 'unlinkmover@example.com').length).toBe(1);
  });

  it('stops before more are deleted than the guard lets through, when a scope is changed by mistake', async () => {
    await desk.call('limits.set', { pairId: desk.pairId, collectionId: idOf('delete'), limits: { ...(await desk.call('limits.get', { pairId: desk.pairId })).limits, deletes: { count: 1, percent: 10 } } });
    await desk.call('collections.changeScope', { id: idOf('delete'), scope: { base: `OU=Outside,${people.base}`, filter: '(objectClass=user)' } });
    expect((await desk.standing(idOf('delete'))).restartAdvised).toEqual([expect.stringContaining('scope')]);
    const { task, cycle } = await desk.cycle('run now', idOf('delete'));
    expect(cycle).toMatchObject({ outcome: 'quarantined', operations: 2 });
    expect(task).toMatchObject({ state: 'Awaiting approval' });
    expect(await desk.standing(idOf('delete'))).toMatchObject({ state: 'Quarantined', attention: expect.stringContaining('2 objects would be deleted') });
    expect([enabled('delete', 'mover'), enabled('delete', 'stayer')]).toEqual([true, true]);
  });

  it('goes on when the container of another collection is gone', async () => {
    const doomed = `OU=Doomed,${people.base}`;
    await desk.directory((client) => client.add(doomed, { objectClass: 'organizationalUnit' }));
    await desk.call('collections.createDynamic', { pairId: desk.pairId, name: 'Doomed', scope: { base: doomed, filter: '(objectClass=user)' } });
    await desk.directory(async (client) => { await client.del(doomed); });
    await desk.set('In keep/Keepstayer', 'title', 'Stays');
    expect((await desk.cycle('run now', idOf('keep'))).cycle).toMatchObject({ outcome: 'done', operations: 1 });
  });
});
