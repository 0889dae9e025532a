import { describe, expect, it } from 'vitest';
import { startSimulator } from '../../../electron/simulator/index.ts';
import { odd, rig, type Rig } from './support.ts';

const many = async (r: Rig, count: number): Promise<void> => { for (let i = 0; i < count; i++) await r.user(`user${String(i).padStart(3, '0')}`, { department: i % 2 ? 'Sales' : 'Production', mail: `m${i}@example.com` }); };
const names = (reply: { body: { value?: Record<string, unknown>[] } }): unknown[] => reply.body.value?.map((v) => v['displayName']) ?? [];

describe('queries', () => {
  it('pages by an opaque token, survives writes between pages, and carries the forwarded origin', async () => {
    const r = await rig();
    await many(r, 7);
    const headers = { 'x-forwarded-origin': 'https://graph.microsoft.com' };
    const first = await r.call('GET', '/users?$top=3&$select=id,displayName', undefined, headers);
    const link = String(first.body['@odata.nextLink']);
    expect(link).toMatch(/^https:\/\/graph\.microsoft\.com\/v1\.0\/users\?\$top=3&\$select=id%2CdisplayName&\$skiptoken=/);
    expect(first.body['@odata.context']).toBe('https://graph.microsoft.com/v1.0/$metadata#users(id,displayName)');
    await r.call('DELETE', `/users/${String(first.body.value?.[1]?.['id'])}`);
    const seen = names(first);
    for (let next: string | undefined = link; next;) {
      const page = await r.call('GET', next.slice('https://graph.microsoft.com/v1.0'.length), undefined, headers);
      seen.push(...names(page));
      next = page.body['@odata.nextLink'] as string | undefined;
    }
    expect(new Set(seen).size).toBe(8);
    expect(seen).toHaveLength(8);
    expect((await r.call('GET', '/users?$top=3&$skiptoken=bad')).body.error?.code).toBe('Directory_ExpiredPageToken');
    const own = await r.call('GET', '/users?$top=1');
    expect(String(own.body['@odata.nextLink'])).toContain(r.sim.url);
  });

  it.each([
    ['/users?$top=1000', 'Request_UnsupportedQuery', "Invalid page size specified: '1000'. Must be between 1 and 999 inclusive."],
    ['/users?$top=0', 'Request_UnsupportedQuery', "Invalid page size specified: '0'. Must be between 1 and 999 inclusive."],
    ['/users?$skip=5', 'Request_BadRequest', "'$skip' is not supported by the service."],
    ['/users?$select=nope', 'BadRequest', "Parsing OData Select and Expand failed: Could not find a property named 'nope' on type 'microsoft.graph.user'."],
    ["/users?$filter=nope eq 'x'", 'BadRequest', "Invalid filter clause: Could not find a property named 'nope' on type 'microsoft.graph.user'."],
    ["/users?$filter=displayName eq", 'BadRequest', expect.any(String)],
    ["/users?$filter=endswith(mail,'x')", 'Request_UnsupportedQuery', expect.stringContaining("Operator 'endsWith' is not supported because the required parameters might be missing. Try adding $count=true")],
    ["/users?$filter=displayName ne 'x'", 'Request_UnsupportedQuery', "Filter operator 'NotEqualsMatch' is not supported."],
    ["/users?$filter=displayName eq 'x'&$orderby=displayName", 'Request_UnsupportedQuery', 'Sorting not supported for current query.'],
    ['/users?$search="displayName:a"', 'Request_UnsupportedQuery', "Request with $search query parameter only works through MSGraph with a special request header: 'ConsistencyLevel: eventual'"],
    ['/users/$count', 'Request_BadRequest', '$count is not currently supported.'],
    ['/subscribedSkus?$top=5', 'Request_UnsupportedQuery', 'This resource does not support custom page sizes. Please retry without a page size argument.'],
    ['/users?$foo=1', 'BadRequest', expect.any(String)],
    ['/nothing', 'BadRequest', "Resource not found for the segment 'nothing'."],
    ['/groups/not-a-guid', 'Request_BadRequest', "Invalid object identifier 'not-a-guid'."],
    ['/users/%E0%A4%A', 'BadRequest', expect.any(String)],
  ])('refuses %s', async (path, code, message) => {
    const { call, defects } = await rig();
    const reply = await call('GET', path);
    expect(reply.status).toBe(400);
    expect(reply.body.error?.code).toBe(code);
    expect(reply.body.error?.message).toEqual(message);
    expect(defects).toEqual([]);
  });

  it('answers 501 for properties kept outside of the directory', async () => {
    const { call } = await rig();
    expect((await call('GET', '/users?$select=skills')).body.error).toMatchObject({ code: 'NotImplemented', message: 'This operation target is not yet supported.' });
  });

  it('filters', async () => {
    const r = await rig();
    await many(r, 4);
    const found = async (filter: string, headers?: Record<string, string>) => names(await r.call('GET', `/users?$filter=${encodeURIComponent(filter)}${headers ? '&$count=true' : ''}`, undefined, headers));
    expect(await found("userPrincipalName eq 'USER001@example.com'")).toEqual(['user001']);
    expect(await found("startswith(displayName,'user00') and department eq 'Sales'")).toEqual(['user001', 'user003']);
    expect(await found("displayName in ('user000','USER003') or mail eq 'm2@example.com'")).toEqual(['user000', 'user002', 'user003']);
    expect(await found("proxyAddresses/any(p:p eq 'smtp:m1@example.com')")).toEqual(['user001']);
    expect(await found("proxyAddresses/any(p:startswith(p,'smtp:m'))")).toHaveLength(4);
    expect(await found('accountEnabled eq false')).toEqual([]);
    expect(await found("not(department eq 'Sales') and endswith(mail,'@example.com')", { consistencylevel: 'eventual' })).toEqual(['user000', 'user002']);
    expect((await r.call('GET', `/users?$filter=${encodeURIComponent(Array.from({ length: 16 }, (_, i) => `mail eq 'x${i}'`).join(' or '))}`)).body.error?.message).toContain('Too many child clauses');
  });

  it('ignores $count without the header and counts only the first page with it', async () => {
    const r = await rig();
    await many(r, 3);
    expect((await r.call('GET', '/users?$count=true&$top=2')).body['@odata.count']).toBeUndefined();
    const eventual = { consistencylevel: 'eventual' };
    const first = await r.call('GET', '/users?$count=true&$top=2', undefined, eventual);
    expect(first.body['@odata.count']).toBe(4);
    const second = await r.call('GET', String(first.body['@odata.nextLink']).slice(r.sim.url.length + 5), undefined, eventual);
    expect(second.body['@odata.count']).toBeUndefined();
    expect((await r.call('GET', '/users/$count', undefined, eventual)).body['text']).toBe('4');
  });

  it('takes the header of an advanced query from the request inside a batch, not from the batch', async () => {
    const r = await rig();
    await many(r, 3);
    const request = { id: '1', method: 'GET', url: `/users?$count=true&$select=id&$filter=${encodeURIComponent("department ne 'Sales'")}` };
    const send = async (inner: object, outer?: Record<string, string>) => ((await r.call('POST', '/$batch', { requests: [{ ...request, ...inner }] }, outer)).body['responses'] as { status: number; body: Record<string, unknown> }[])[0];
    expect(await send({ headers: { ConsistencyLevel: 'eventual' } })).toMatchObject({ status: 200, body: { '@odata.count': 3 } });
    expect(await send({}, { consistencylevel: 'eventual' })).toMatchObject({ status: 400, body: { error: { code: 'Request_UnsupportedQuery' } } });
  });

  it('sorts and filters the recycle bin by the time of deletion in advanced queries', async () => {
    const r = await rig();
    for (const name of ['ann', 'bob', 'carl']) {
      await r.call('DELETE', `/users/${await r.user(name)}`);
      r.sim.advance(60_000);
    }
    const bin = '/directory/deletedItems/microsoft.graph.user?$select=id,displayName,deletedDateTime&$orderby=deletedDateTime desc';
    expect(names(await r.call('GET', `${bin}&$count=true`, undefined, { consistencylevel: 'eventual' }))).toEqual(['carl', 'bob', 'ann']);
    expect((await r.call('GET', bin)).body.error?.message).toBe('Sorting not supported for current query.');
    const first = (await r.call('GET', bin.split('&$orderby')[0] ?? '')).body.value?.[0]?.['deletedDateTime'];
    expect(names(await r.call('GET', `${bin}&$count=true&$filter=${encodeURIComponent(`deletedDateTime ge ${String(first)} and displayName ne 'bob'`)}`, undefined, { consistencylevel: 'eventual' }))).toEqual(['carl', 'ann']);
  });

  it('orders by displayName', async () => {
    const r = await rig();
    await many(r, 3);
    expect(names(await r.call('GET', '/users?$orderby=displayName desc'))).toEqual(['user002', 'user001', 'user000', 'Tenant Administrator']);
  });

  it('misses a write until it has replicated', async () => {
    const r = await rig({ replicationLagMs: 60_000 });
    const ann = await r.user('ann');
    expect((await r.call('GET', `/users/${ann}`)).status).toBe(404);
    r.sim.advance(60_001);
    expect((await r.call('GET', `/users/${ann}`)).status).toBe(200);
    await r.call('PATCH', `/users/${ann}`, { city: 'Oslo' });
    expect((await r.call('GET', `/users/${ann}?$select=city`)).body['city']).toBeNull();
    r.sim.advance(60_001);
    expect((await r.call('GET', `/users/${ann}?$select=city`)).body['city']).toBe('Oslo');
  });

  it('reads the tenant, contacts, roles and objects by id', async () => {
    const { call } = await rig({ seed: odd });
    expect((await call('GET', '/organization')).body.value?.[0]).toMatchObject({ id: odd.tenant.id, onPremisesSyncEnabled: null });
    expect((await call('GET', '/domains')).body.value?.map((d) => [d['id'], d['isVerified']])).toContainEqual(['unverified.example.com', false]);
    expect((await call('GET', '/contacts')).body.value?.[0]).toMatchObject({ displayName: 'Partner' });
    expect((await call('POST', '/contacts', { displayName: 'x' })).status).toBe(405);
    const role = (await call('GET', '/directoryRoles')).body.value?.[0]?.['id'];
    expect((await call('GET', `/directoryRoles/${String(role)}/members?$select=id`)).body.value).toEqual([{ '@odata.type': '#microsoft.graph.user', id: 'aaaaaaaa-0000-4000-8000-00000000000a' }]);
    const ids = ['aaaaaaaa-0000-4000-8000-00000000000a', 'aaaaaaaa-0000-4000-8000-0000000000c1', 'aaaaaaaa-0000-4000-8000-ffffffffffff'];
    const byIds = await call('POST', '/directoryObjects/getByIds', { ids, types: [] });
    expect(byIds.body.value?.map((v) => v['@odata.type'])).toEqual(['#microsoft.graph.user', '#microsoft.graph.orgContact']);
    expect((await call('POST', '/directoryObjects/getByIds', { ids: Array.from({ length: 1001 }, () => ids[0]) })).status).toBe(400);
  });
});

it('refuses to listen on a port in use with an AppError', async () => {
  const sim = await startSimulator({ quotas: 'off' });
  try {
    await expect(startSimulator({ quotas: 'off', listen: { host: '127.0.0.1', port: Number(new URL(sim.url).port) } })).rejects.toMatchObject({ data: { code: 'INVALID_INPUT' } });
  } finally { await sim.close(); }
});
