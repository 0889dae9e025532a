import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, it } from 'vitest';
import { rig } from './support.ts';

const FORMS = ['delta', 'delta()', 'microsoft.graph.delta', 'microsoft.graph.delta()'];
// The rigs write their state when they close, after each test.
const folders: string[] = [];
afterAll(async () => { for (const folder of folders) await rm(folder, { recursive: true, force: true }); });

const tokenOf = (link: unknown): string => String(link).replace(/^[^=]*=/, '');

it('answers delta in every spelling on users, groups, contacts and directoryObjects, with links in the same one', async () => {
  const r = await rig();
  for (const root of ['users', 'groups', 'contacts', 'directoryObjects']) for (const form of FORMS) {
    const filter = root === 'directoryObjects' ? "?$filter=isof('microsoft.graph.user')" : '';
    const reply = await r.call('GET', `/${root}/${form}${filter}`, undefined, { 'x-forwarded-origin': 'https://graph.microsoft.com' });
    expect(reply.status, `${root} ${form}`).toBe(200);
    const link = reply.body['@odata.deltaLink'] ?? reply.body['@odata.nextLink'];
    expect(String(link).startsWith(`https://graph.microsoft.com/v1.0/${root}/${form}?$`), String(link)).toBe(true);
  }
  expect(r.defects).toEqual([]);
});

it('refuses other methods and anything after delta', async () => {
  const r = await rig();
  expect((await r.call('POST', '/users/delta', {})).status).toBe(405);
  expect(await r.call('GET', '/users/delta/$count')).toMatchObject({ status: 400, body: { error: { code: 'BadRequest' } } });
  expect(r.defects).toEqual([]);
});

it('costs one resource unit and no write', async () => {
  const r = await rig({ quotas: 'real' });
  expect((await r.call('GET', '/users/delta')).headers.get('x-ms-resource-unit')).toBe('1');
});

it('tells what was written through Graph: create, update, clear, member, delete, restore', async () => {
  const r = await rig();
  const first = async (path: string): Promise<string> => tokenOf((await r.call('GET', path)).body['@odata.deltaLink']);
  const users = await first('/users/delta?$deltatoken=latest&$select=displayName,city');
  const groups = await first('/groups/delta?$deltatoken=latest&$select=displayName,members');
  const [ann, bob] = [await r.user('ann', { city: 'Oslo' }), await r.user('bob')];
  const team = await r.group('team');
  await r.call('POST', `/groups/${team}/members/$ref`, { '@odata.id': `https://graph.microsoft.com/v1.0/users/${ann}` });
  await r.call('PATCH', `/users/${ann}`, { city: null });
  await r.call('DELETE', `/users/${bob}`);
  const seen = await r.call('GET', `/users/delta?$deltatoken=${users}`);
  expect(seen.body.value).toEqual([{ displayName: 'ann', city: null, id: ann }, { id: bob, '@removed': { reason: 'changed' } }]);
  await r.call('POST', `/directory/deletedItems/${bob}/restore`);
  const back = await r.call('GET', `/users/delta?$deltatoken=${users}`, undefined, { prefer: 'return=minimal' });
  expect(back.body.value).toContainEqual({ displayName: 'bob', id: bob });
  expect((await r.call('GET', `/groups/delta?$deltatoken=${groups}`)).body.value).toEqual([{ displayName: 'team', id: team, 'members@delta': [{ '@odata.type': '#microsoft.graph.user', id: ann }] }]);
});

it('answers inside a batch, with the preference of the inner request', async () => {
  const r = await rig();
  const link = tokenOf((await r.call('GET', '/users/delta?$deltatoken=latest')).body['@odata.deltaLink']);
  const ann = await r.user('ann', { jobTitle: 'Clerk' });
  const since = tokenOf((await r.call('GET', '/users/delta?$deltatoken=latest')).body['@odata.deltaLink']);
  await r.call('PATCH', `/users/${ann}`, { jobTitle: 'Boss' });
  const reply = await r.call('POST', '/$batch', { requests: [
    { id: 'all', method: 'GET', url: `/users/delta?$deltatoken=${link}` },
    { id: 'minimal', method: 'GET', url: `/users/delta?$deltatoken=${since}`, headers: { Prefer: 'return=minimal' } },
  ] });
  const bodies = Object.fromEntries((reply.body['responses'] as { id: string; body: { value: unknown } }[]).map((a) => [a.id, a.body.value]));
  expect(bodies).toMatchObject({ all: [{ id: ann, displayName: 'ann', jobTitle: 'Boss' }], minimal: [{ id: ann, jobTitle: 'Boss' }] });
  expect((bodies['minimal'] as object[])[0]).toEqual({ id: ann, jobTitle: 'Boss' });
});

it('answers 410 with a Location on the origin of the request when a fault asks for a reset', async () => {
  const r = await rig({ faults: 'reset-delta=1' });
  const link = tokenOf((await r.call('GET', '/users/delta?$deltatoken=latest')).body['@odata.deltaLink']);
  const reply = await r.call('GET', `/users/delta?$deltatoken=${link}`, undefined, { 'x-forwarded-origin': 'https://graph.microsoft.com' });
  expect([reply.status, reply.body.error?.code, reply.headers.get('location')]).toEqual([410, 'resyncRequired', 'https://graph.microsoft.com/v1.0/users/delta?$deltatoken=']);
  const inner = await r.call('POST', '/$batch', { requests: [{ id: '1', method: 'GET', url: `/users/delta?$deltatoken=${link}` }] });
  expect(inner.body['responses']).toMatchObject([{ status: 410, headers: { Location: `${r.sim.url}/v1.0/users/delta?$deltatoken=` } }]);
});

it('answers a delta link of an earlier run from the state file, but not a next link', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'delta-'));
  folders.push(folder);
  const stateFile = join(folder, 'state.json');
  const before = await rig({ stateFile });
  const [ann, eve] = [await before.user('ann'), await before.user('eve')];
  const team = String((await before.call('POST', '/groups', { displayName: 'team', mailNickname: 'team', mailEnabled: false, securityEnabled: true, 'owners@odata.bind': [`https://graph.microsoft.com/v1.0/users/${ann}`, `https://graph.microsoft.com/v1.0/users/${eve}`] })).body['id']);
  await before.call('PUT', `/users/${ann}/manager/$ref`, { '@odata.id': `https://graph.microsoft.com/v1.0/users/${eve}` });
  const latest = async (of: string) => tokenOf((await before.call('GET', `${of}$deltatoken=latest`)).body['@odata.deltaLink']);
  const [link, managers, owners] = [await latest('/users/delta?$select=displayName&'), await latest('/users/delta?$select=manager&'), await latest('/groups/delta?$select=owners&')];
  const next = tokenOf((await before.call('GET', '/users/delta', undefined, { prefer: 'odata.maxpagesize=1' })).body['@odata.nextLink']);
  await before.call('PATCH', `/users/${ann}`, { displayName: 'Anna' });
  await before.call('DELETE', `/users/${ann}/manager/$ref`);
  await before.call('DELETE', `/groups/${team}/owners/${ann}/$ref`);
  await before.sim.close();
  const after = await rig({ stateFile });
  const bob = await after.user('bob');
  expect((await after.call('GET', `/users/delta?$deltatoken=${link}`)).body.value).toMatchObject([{ id: ann, displayName: 'Anna' }, { id: bob }]);
  const gone = (id: string) => [{ '@odata.type': '#microsoft.graph.user', id, '@removed': { reason: 'deleted' } }];
  expect((await after.call('GET', `/users/delta?$deltatoken=${managers}`)).body.value).toContainEqual({ id: ann, 'manager@delta': gone(eve) });
  expect((await after.call('GET', `/groups/delta?$deltatoken=${owners}`)).body.value).toEqual([{ id: team, 'owners@delta': gone(ann) }]);
  expect(await after.call('GET', `/users/delta?$skiptoken=${next}`)).toMatchObject({ status: 400, body: { error: { code: 'Directory_ExpiredPageToken' } } });
});
