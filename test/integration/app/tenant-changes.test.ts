import { afterEach, describe, expect, it } from 'vitest';
import { openChangesRig, type ChangesRig } from './tenant-changes-rig.ts';
import { account, cloudId, works, worksTenant } from './works.ts';

const open: ChangesRig[] = [];
afterEach(async () => { for (const rig of open.splice(0)) await rig.close(); });
async function rigOf(faults = ''): Promise<ChangesRig> {
  const rig = await openChangesRig({ source: works(), seed: worksTenant([account(40, 'eve', { city: 'Oslo', jobTitle: 'Clerk' }), account(41, 'fay')]), faults });
  open.push(rig);
  return rig;
}
const DAY = 24 * 3600 * 1000;

describe('changes of a tenant without Exchange', () => {
  it('are read whole first, then by one request that writes nothing when nothing changed', async () => {
    const rig = await rigOf();
    const first = await rig.follow();
    expect(first.whole).toEqual({ users: 'its changes were not followed before', groups: 'its changes were not followed before', contacts: 'its changes were not followed before', exchange: null });
    expect(await rig.stored()).toEqual(await rig.fresh());
    await rig.fed();
    const before = rig.simulator.stats.httpRequests;
    const quiet = await rig.follow();
    expect(quiet).toEqual({ whole: { users: null, groups: null, contacts: null, exchange: null }, changed: 0, removed: 0, requests: 1 });
    expect(rig.simulator.stats.httpRequests - before).toBeLessThanOrEqual(2);
    expect(await rig.fed()).toEqual([]);
  });

  it('are merged by attribute: changed, cleared and left alone; and fed once', async () => {
    const rig = await rigOf();
    await rig.follow();
    await rig.fed();
    await rig.graph('PATCH', `/users/${cloudId(40)}`, { jobTitle: 'Boss', city: null });
    const round = await rig.follow();
    expect(round).toMatchObject({ changed: 1, removed: 0, requests: 1 });
    const eve = await rig.services.store.targets.get(rig.pairId, cloudId(40));
    expect(eve?.attributes['jobTitle']).toEqual(['Boss']);
    expect(eve?.attributes['city']).toBeUndefined();
    expect(eve?.attributes['userPrincipalName']).toEqual(['eve@example.com']);
    expect((await rig.fed()).map(({ side, objectId, what }) => [side, objectId, what])).toEqual([['target', cloudId(40), 'object']]);
    expect(await rig.stored()).toEqual(await rig.fresh());
  });

  it('tell members, owners and managers that come and go, also with whom is deleted, restored and gone for good', async () => {
    const rig = await rigOf();
    await rig.follow();
    const { body } = await rig.graph('POST', '/groups', { displayName: 'Team', mailEnabled: false, mailNickname: 'team', securityEnabled: true });
    const team = (body as { id: string }).id;
    await rig.graph('POST', `/groups/${team}/members/$ref`, { '@odata.id': `https://graph.microsoft.com/v1.0/directoryObjects/${cloudId(40)}` });
    await rig.graph('POST', `/groups/${team}/members/$ref`, { '@odata.id': `https://graph.microsoft.com/v1.0/directoryObjects/${cloudId(41)}` });
    await rig.graph('POST', `/groups/${team}/owners/$ref`, { '@odata.id': `https://graph.microsoft.com/v1.0/users/${cloudId(41)}` });
    await rig.graph('PUT', `/users/${cloudId(40)}/manager/$ref`, { '@odata.id': `https://graph.microsoft.com/v1.0/users/${cloudId(41)}` });
    await rig.follow();
    const { targets } = rig.services.store;
    expect((await targets.get(rig.pairId, team))?.links).toEqual({ members: [cloudId(40), cloudId(41)], owners: [cloudId(41)] });
    expect((await targets.get(rig.pairId, cloudId(40)))?.links).toEqual({ manager: [cloudId(41)] });
    await rig.fed();

    await rig.graph('DELETE', `/users/${cloudId(41)}`);
    expect(await rig.follow()).toMatchObject({ removed: 1 });
    expect((await targets.get(rig.pairId, team))?.links).toEqual({ members: [cloudId(40)] });
    expect(await targets.get(rig.pairId, cloudId(40))).toMatchObject({ links: {} });
    expect(await targets.get(rig.pairId, cloudId(41))).toMatchObject({ deleted: true });
    const fed = await rig.fed();
    expect(fed.filter((one) => one.what === 'gone').map((one) => one.objectId)).toEqual([cloudId(41)]);
    expect(new Set(fed.filter((one) => one.what === 'links').map((one) => one.objectId))).toEqual(new Set([team, cloudId(40)]));

    await rig.graph('POST', `/directory/deletedItems/${cloudId(41)}/restore`, {});
    await rig.follow();
    expect((await targets.get(rig.pairId, team))?.links).toEqual({ members: [cloudId(40), cloudId(41)], owners: [cloudId(41)] });
    expect((await targets.get(rig.pairId, cloudId(40)))?.links).toEqual({ manager: [cloudId(41)] });

    // Who came and went between two readings is in the recycle bin all the same.
    const { body: short } = await rig.graph('POST', '/users', { accountEnabled: true, displayName: 'Short', mailNickname: 'short', userPrincipalName: 'short@example.com', passwordProfile: { password: 'S3cret-enough!' } });
    await rig.graph('DELETE', `/users/${(short as { id: string }).id}`);
    await rig.follow();
    expect(await targets.get(rig.pairId, (short as { id: string }).id)).toMatchObject({ deleted: true, name: 'Short' });

    await rig.graph('DELETE', `/users/${cloudId(41)}`);
    await rig.graph('DELETE', `/directory/deletedItems/${cloudId(41)}`);
    await rig.follow();
    expect(await targets.get(rig.pairId, cloudId(41))).toBeUndefined();
    expect(await rig.stored()).toEqual(await rig.fresh());
  });

  it('are read whole, resource by resource, when a link is too old, reset or refused, without an error', async () => {
    const rig = await rigOf();
    await rig.follow();
    const { store } = rig.services;
    const users = await store.watermarks.get(rig.pairId, 'users');
    if (users === undefined) throw new Error('no mark');
    await rig.graph('PATCH', `/users/${cloudId(40)}`, { jobTitle: 'Boss' });
    await rig.fed();
    await store.watermarks.save(rig.pairId, 'users', { ...users, token: `${users.token.slice(0, -6)}AAAAAA` });
    const refused = await rig.follow();
    expect(refused.whole).toEqual({ users: 'the tenant did not take the mark of the last reading', groups: null, contacts: null, exchange: null });
    expect((await rig.fed()).map((one) => one.objectId)).toEqual([cloudId(40)]);
    // A whole reading tells of those who are gone as well.
    await rig.graph('DELETE', `/users/${cloudId(41)}`);
    await rig.graph('DELETE', `/directory/deletedItems/${cloudId(41)}`);
    await store.watermarks.save(rig.pairId, 'users', { ...users, askedHash: 'other' });
    expect((await rig.follow()).whole).toMatchObject({ users: 'other attributes are followed now', groups: null });
    expect((await rig.fed()).map((one) => [one.objectId, one.what])).toEqual([[cloudId(41), 'gone']]);
    await store.watermarks.save(rig.pairId, 'users', { ...users, token: 'https://elsewhere.example/v1.0/users/delta?$deltatoken=1' });
    expect((await rig.follow()).whole).toMatchObject({ users: 'the tenant did not take the mark of the last reading' });

    rig.simulator.advance(8 * DAY);
    expect(await rig.elsewhere('PATCH', `/users/${cloudId(40)}`, { jobTitle: 'Chief' })).toBe(204);
    expect(Object.values((await rig.follow()).whole)).toEqual([...Array.from({ length: 3 }, () => 'the last reading is too long ago: the tenant tells changes for 7 days'), null]);
    rig.simulator.setFaults('reset-delta=1');
    expect((await rig.follow()).whole).toMatchObject({ users: 'the tenant began its history of changes anew' });
    rig.simulator.setFaults('');
    expect(await rig.stored()).toEqual(await rig.fresh());
    expect(await rig.follow()).toMatchObject({ whole: { users: null, groups: null, contacts: null }, requests: 1 });
  });

  it('bring domains, products, role holders and the recycle bin up to date once a day', async () => {
    const rig = await rigOf();
    await rig.follow();
    const { store } = rig.services;
    const facts = await store.watermarks.get(rig.pairId, 'facts');
    if (facts === undefined) throw new Error('no mark');
    await store.watermarks.save(rig.pairId, 'facts', { ...facts, readAt: facts.readAt - DAY });
    const known = await store.pairs.tenantFacts(rig.pairId);
    if (known === null) throw new Error('no facts');
    await store.pairs.setTenantFacts(rig.pairId, { ...known, domains: [] });
    expect(await rig.follow()).toMatchObject({ whole: { users: null, groups: null, contacts: null }, changed: 0, removed: 0 });
    expect((await store.pairs.tenantFacts(rig.pairId))?.domains).toEqual(known.domains);
    expect(await rig.follow()).toMatchObject({ requests: 1 });
  });

  it('feed what a discovery finds, too, so that no cycle misses it', async () => {
    const rig = await rigOf();
    await rig.follow();
    await rig.fed();
    await rig.graph('PATCH', `/users/${cloudId(40)}`, { jobTitle: 'Boss' });
    const all = rig.services;
    const signal = new AbortController().signal;
    const { discoverTarget } = await import('../../../electron/app/pipeline/discover.ts');
    const pair = await all.store.pairs.get(rig.pairId);
    const tenant = await all.openTenant(pair, { signal });
    await discoverTarget(all, pair, tenant, { phase: () => Promise.resolve(), progress: () => undefined, flush: () => Promise.resolve() } as never, signal);
    await tenant.close();
    expect((await rig.fed()).map((one) => [one.objectId, one.what])).toEqual([[cloudId(40), 'object']]);
    expect(await rig.follow()).toMatchObject({ changed: 0 });
  });
});
