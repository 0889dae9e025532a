import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import type { WritePage } from '../../../electron/simulator/index.ts';
import { REMEMBERED_WRITES, WRITE_PAGE, writeLog } from '../../../electron/simulator/write-log.ts';
import { sharedRig, type SharedRig } from './faults-support.ts';
import { newUser, odd } from './support.ts';

let shared: SharedRig;
let from = 0;
beforeAll(async () => { shared = await sharedRig({ seed: odd, quotas: 'off' }); });
afterAll(async () => { await shared.sim.close(); });
afterEach(() => { from = shared.sim.writes(0).total; expect(shared.defects).toEqual([]); });

const ID = '11111111-2222-4333-8444-555555555555';
const writes = () => shared.sim.writes(from).writes.map((write) => { const { number: _, ...rest } = write; return rest; });
const inner = (id: string, method: string, url: string, body?: unknown, mine?: string) => ({ id, method, url, headers: { 'content-type': 'application/json', ...(mine === undefined ? {} : { 'client-request-id': mine }) }, ...(body === undefined ? {} : { body }) });
const batch = async (...requests: unknown[]) => await shared.call('POST', '/$batch', { requests });

describe('the log of writes', () => {
  it('has what took effect, each with the id that its own request came with, and nothing that only reads or was refused', async () => {
    const user = String((await shared.call('POST', '/users', newUser('logged'))).body['id']);
    await shared.call('GET', `/users/${user}`);
    await shared.call('POST', '/directoryObjects/getByIds', { ids: [user] });
    await shared.call('PATCH', '/users/nobody@example.com', { jobTitle: 'x' });
    await batch(inner('1', 'PATCH', `/users/${user}`, { jobTitle: 'Clerk' }, ID), inner('2', 'GET', '/organization'));
    await shared.call('DELETE', `/users/${user}`);
    expect(writes()).toEqual([
      { id: null, method: 'POST', path: '/users', created: user, names: [] }, { id: ID, method: 'PATCH', path: `/users/${user}`, created: null, names: [] }, { id: null, method: 'DELETE', path: `/users/${user}`, created: null, names: [] },
    ]);
  });

  it('names members and managers, and counts a repeat with the same id as another write: Graph does not tell repeats', async () => {
    const [one, two] = [String((await shared.call('POST', '/users', newUser('one'))).body['id']), String((await shared.call('POST', '/users', newUser('two'))).body['id'])];
    const groupBody = { displayName: 'Twice', mailNickname: 'twice', mailEnabled: false, securityEnabled: true };
    from = shared.sim.writes(0).total;
    await batch(inner('1', 'POST', '/groups', groupBody, ID));
    await batch(inner('1', 'POST', '/groups', groupBody, ID));
    const groups = writes().map((write) => write.created);
    expect(new Set(groups).size).toBe(2);
    const at = (id: string) => `https://graph.microsoft.com/v1.0/directoryObjects/${id}`;
    await shared.call('PATCH', `/groups/${String(groups[0])}`, { 'members@odata.bind': [at(one), at(two)] });
    for (let i = 0; i < 2; i += 1) await batch(inner('1', 'PUT', `/users/${one}/manager/$ref`, { '@odata.id': at(two) }, ID));
    expect(writes().map((write) => [write.id, write.path, write.names]).slice(2)).toEqual([
      [null, `/groups/${String(groups[0])}`, [one, two]], [ID, `/users/${one}/manager/$ref`, [two]], [ID, `/users/${one}/manager/$ref`, [two]],
    ]);
  });

  it('is read in pages at the simulator\'s own address', async () => {
    await shared.call('POST', '/users', newUser('paged'));
    const read = async (query: string) => await fetch(`${shared.sim.url}/simulator/writes.json${query}`);
    const all = await (await read('')).json() as WritePage;
    expect(all).toEqual(shared.sim.writes(0));
    expect(await (await read(`?after=${all.total - 1}`)).json()).toEqual({ total: all.total, writes: all.writes.slice(-1) });
    expect((await read('?after=-1')).status).toBe(400);
    expect((await read('?after=x')).status).toBe(400);
    expect((await fetch(`${shared.sim.url}/simulator/writes.json`, { method: 'POST' })).status).toBe(405);
  });

  it('forgets the oldest of very many', () => {
    const log = writeLog();
    const more = 5;
    for (let i = 0; i < REMEMBERED_WRITES + more; i += 1) log.note({ method: 'DELETE', segments: ['users', String(i)], clientId: null, body: undefined }, { status: 204 });
    const { total, writes: first } = log.after(0);
    expect([total, first.length, first[0]?.number, first[0]?.path]).toEqual([REMEMBERED_WRITES + more, WRITE_PAGE, more + 1, `/users/${more}`]);
    expect(log.after(total - 2).writes.map((write) => write.number)).toEqual([total - 1, total]);
    expect(log.after(total).writes).toEqual([]);
  });
});
