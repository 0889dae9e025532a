import { afterEach, describe, expect, it } from 'vitest';
import { openRig, type Rig } from './rig.ts';
import { account, cloudId, guid, works, worksTenant } from './works.ts';

let rig: Rig;
afterEach(async () => { await rig.close(); });

const cem = () => rig.simulator.snapshot().users.find((u) => u.id === cloudId(13))?.properties;
const ann = () => rig.simulator.snapshot().users.find((u) => u.id === cloudId(11))?.properties;

/** A tenant whose example.com signs in elsewhere; Ann is in it already, Cem is in simulated.onmicrosoft.com. */
const open = async () => {
  const seed = worksTenant();
  const users = (seed.users ?? []).map((u) => (u.id === cloudId(11) ? { ...u, properties: { ...u.properties, onPremisesImmutableId: Buffer.from(guid(11).replaceAll('-', ''), 'hex').toString('base64') } } : u));
  rig = await openRig({ source: works(), seed: {
    ...seed, users: [...users, account(40, 'zoe', { userPrincipalName: 'zoe@managed.example' })],
    tenant: { ...(seed.tenant ?? { id: '', displayName: '' }), domains: [...(seed.tenant?.domains ?? []).filter((d) => d.name !== 'example.com'), { name: 'example.com', federated: true }, { name: 'managed.example' }] },
  } });
};

describe('accounts that moved between a federated domain and one that is not', () => {
  it('roll back completes with errors, takes back everything else, and says what to do', async () => {
    await open();
    const before = { ann: ann(), cem: cem() };
    const migrated = await rig.migrate();
    expect(migrated.state).toBe('Completed');
    expect(cem()).toMatchObject({ userPrincipalName: 'cem@example.com', jobTitle: 'Clerk' });
    const { task, plan } = await rig.planRollBack();
    expect((await rig.call('plans.findings', { planId: plan.id })).rows.filter((f) => f.severity === 'error').map((f) => [f.name, f.attribute])).toEqual([['Cem', 'userPrincipalName'], ['Cem', 'onPremisesImmutableId']]);
    const back = await rig.approve(task.id);
    expect(back.state).toBe('Completed with errors');
    expect(back.message).toBe('Rolled back, with 2 problems; see the items of the task. One account was not moved between a federated and a non-federated domain: perform an explicit migration to a domain of the other kind first, then roll back again.');
    const items = await rig.call('tasks.items', { taskId: task.id, onlyProblems: true });
    expect(items.rows.map((i) => [i.name, i.status])).toEqual([['Cem', 'Failed'], ['Cem', 'Failed']]);
    expect(items.rows[0]?.message).toContain('Perform an explicit migration to a domain that is not federated first');
    expect((await rig.objects())['Cem']).toMatchObject({ status: 'Failed', reason: expect.stringContaining('explicit migration') });
    // The sign-in name and the anchor it needs stay, everything else is as before.
    expect(cem()).toEqual({ ...before.cem, userPrincipalName: 'cem@example.com', onPremisesImmutableId: expect.any(String) });
    expect(ann()).toEqual(before.ann);
    expect(rig.simulator.snapshot().users.some((u) => u.properties['displayName'] === 'Ben')).toBe(false);
    // What is left can still be taken back, and only that.
    expect(await rig.call('tasks.get', { id: migrated.id })).toMatchObject({ canRollBack: true, rolledBackBy: null });
    expect((await rig.planRollBack({ undoes: migrated.id })).task).toMatchObject({ state: 'Completed with errors' });
  });

  it('after an explicit migration to a domain that is not federated the task is rolled back exactly', async () => {
    await open();
    const before = rig.simulator.snapshot();
    const migrated = await rig.migrate();
    const explicit = await rig.migrate({ upnSuffix: 'managed.example' }, { selection: { mode: 'ids', ids: [guid(13)] } });
    expect(explicit.state).toBe('Completed');
    expect(cem()).toMatchObject({ userPrincipalName: 'cem@managed.example' });
    // Taking only the explicit migration back would move the account again.
    const only = await rig.planRollBack({ undoes: explicit.id });
    expect(only.task).toMatchObject({ state: 'Completed with errors', message: expect.stringContaining('explicit migration') });
    const back = await rig.rollBack({ undoes: migrated.id, later: 'take back too', purge: true });
    expect(back.state).toBe('Completed');
    expect(rig.simulator.snapshot()).toEqual(before);
    expect(await rig.call('tasks.get', { id: explicit.id })).toMatchObject({ rolledBackBy: back.id });
  });
});
