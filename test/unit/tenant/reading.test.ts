import { afterEach, describe, expect, it } from 'vitest';
import type { TargetObject } from '../../../shared/domain/objects.ts';
import { batchReply, graphError, innerOf, jumpingClock, openOn, startLoopback } from './loopback.ts';
import type { Loopback, Reply, Seen } from './loopback.ts';

let server: Loopback | undefined;
afterEach(async () => {
  await server?.close();
  server = undefined;
});
const start = async (script: (request: Seen, count: number) => Reply | undefined): Promise<Loopback> => (server = await startLoopback((request, count) => (request.host.startsWith('login.') ? undefined : script(request, count))));
const page = (value: readonly unknown[], next?: string): Reply => ({ json: { '@odata.context': 'x', value, ...(next ? { '@odata.nextLink': next } : {}) } });
async function all<T>(pages: AsyncIterable<readonly T[]>): Promise<T[]> {
  const found: T[] = [];
  for await (const one of pages) found.push(...one);
  return found;
}

describe('reading collections', () => {
  it('follows nextLinks letter for letter and sends the headers with each page', async () => {
    const next = 'https://graph.microsoft.com/v1.0/users?zeta=1&$skiptoken=RFNwdAIAAQ%3d%3d_a+b&$select=id&$top=999';
    const s = await start((_request, count) => (count === 1 ? page([{ id: 'a', displayName: 'A', manager: { id: 'm' } }], next) : page([{ id: 'b', userPrincipalName: 'b@x' }])));
    const users = await all((await openOn(s)).read('user'));
    expect(users.map((one) => [one.id, one.name, one.links['manager']])).toEqual([['a', 'A', ['m']], ['b', 'b@x', undefined]]);
    const [first, second] = s.graph() as [Seen, Seen];
    const asked = new URL(first.url, 'https://x').searchParams;
    expect(first.url.startsWith('/v1.0/users?')).toBe(true);
    expect(asked.get('$top')).toBe('999');
    expect(asked.get('$expand')).toBe('manager($select=id)');
    const select = asked.get('$select')?.split(',') ?? [];
    expect(select).toEqual(expect.arrayContaining(['id', 'userPrincipalName', 'onPremisesExtensionAttributes', 'proxyAddresses', 'assignedLicenses', 'onPremisesImmutableId']));
    expect(select).not.toContain('passwordProfile');
    expect(second.url).toBe(next.slice('https://graph.microsoft.com'.length));
    for (const one of [first, second]) expect(one.headers).toMatchObject({ 'accept-language': 'en-US', authorization: 'Bearer token-1' });
  });

  it('does not follow a link to another host', async () => {
    const s = await start(() => page([], 'https://graph.example.net/v1.0/groups?$skiptoken=1'));
    await expect(all((await openOn(s)).read('group'))).rejects.toMatchObject({ data: { code: 'INVALID_INPUT' } });
    expect(s.graph()).toHaveLength(1);
  });

  it('reads managers in batches when the tenant refuses to expand them', async () => {
    const s = await start((request) => {
      if (request.url.includes('/$batch')) return batchReply(request, (inner) => (inner.url.startsWith('/users/a/') ? { status: 200, body: { '@odata.type': '#microsoft.graph.user', id: 'm' } } : { status: 404, body: graphError('Request_ResourceNotFound', 'none') }));
      return request.url.includes('$expand') ? { status: 400, json: graphError('Request_UnsupportedQuery', 'expand') } : page([{ id: 'a' }, { id: 'b' }]);
    });
    const warnings: string[] = [];
    const users = await all((await openOn(s, { warnings })).read('user'));
    expect(users.map((one) => one.links)).toEqual([{ manager: ['m'] }, {}]);
    expect(warnings).toHaveLength(1);
  });

  it('pauses after a 429 and repeats after 503 and a lost connection', async () => {
    const s = await start((_request, count) => {
      if (count === 1) return { status: 429, headers: { 'retry-after': '2.128' }, json: graphError('TooManyRequests', 'later') };
      if (count === 2) return { status: 503, headers: { 'retry-after': '3' }, json: {} };
      return count === 3 ? 'reset' : page([{ id: 'c', displayName: 'C' }]);
    });
    const timing = jumpingClock();
    const tenant = await openOn(s, { timing });
    expect(await all(tenant.read('contact'))).toHaveLength(1);
    expect(timing.slept.map(Math.round)).toEqual(expect.arrayContaining([2128, 3000]));
    expect(tenant.traffic).toMatchObject({ throttled: 1, requests: 4, batches: 0 });
  });

  it('tells a refusal by kind', async () => {
    for (const [status, code] of [[401, 'AUTH_FAILED'], [403, 'FORBIDDEN'], [400, 'TENANT_REFUSED'], [503, 'TENANT_UNAVAILABLE']] as const) {
      const s = await start(() => ({ status, json: graphError('Code', 'Words of the service.') }));
      await expect(all((await openOn(s)).read('group'))).rejects.toMatchObject({ data: { code } });
      await s.close();
    }
    const s = await start(() => ({ text: '<html>proxy</html>', headers: { 'content-type': 'text/html' } }));
    await expect(all((await openOn(s)).read('group'))).rejects.toMatchObject({ data: { code: 'TENANT_UNAVAILABLE' } });
  });

  it('stops reading when cancelled', async () => {
    const controller = new AbortController();
    const s = await start(() => page([{ id: 'a' }], 'https://graph.microsoft.com/v1.0/groups?$skiptoken=1'));
    const pages = (await openOn(s)).read('group', controller.signal)[Symbol.asyncIterator]();
    await pages.next();
    controller.abort();
    await expect(pages.next()).rejects.toMatchObject({ data: { code: 'CANCELLED' } });
    expect(s.graph()).toHaveLength(1);
  });

  it('marks what comes from the recycle bin', async () => {
    const s = await start(() => page([{ id: 'd', displayName: 'D' }]));
    expect(await all((await openOn(s)).readDeleted('user'))).toMatchObject([{ id: 'd', deleted: true } satisfies Partial<TargetObject>]);
    expect(s.graph()[0]?.url).toMatch(/^\/v1\.0\/directory\/deletedItems\/microsoft\.graph\.user\?/);
  });
});

describe('members and single objects', () => {
  it('reads members of many groups in batches of 20, pages included, each group whole', async () => {
    const s = await start((request) => batchReply(request, (inner) => {
      const [, id = '', token] = /^\/groups\/([^/]+)\/members\?(?:.*skiptoken=(\d))?/.exec(inner.url) ?? [];
      if (id === 'g3') return { status: 404, body: graphError('Request_ResourceNotFound', 'gone') };
      if (id === 'g1' && !token) return { status: 200, body: { value: [{ id: 'm1' }], '@odata.nextLink': 'https://graph.microsoft.com/v1.0/groups/g1/members?$skiptoken=2' } };
      return { status: 200, body: { value: [{ '@odata.type': '#microsoft.graph.user', id: token ? 'm2' : `of-${id}` }] } };
    }));
    const warnings: string[] = [];
    const found = new Map<string, readonly string[]>();
    for await (const one of (await openOn(s, { warnings })).readMembers(Array.from({ length: 70 }, (_, i) => `g${i}`))) found.set(one.groupId, one.memberIds);
    expect(found.size).toBe(69);
    expect(found.get('g1')).toEqual(['m1', 'm2']);
    expect(found.get('g69')).toEqual(['of-g69']);
    expect(found.has('g3')).toBe(false);
    expect(warnings).toHaveLength(1);
    expect(s.graph().every((one) => innerOf(one).length <= 20)).toBe(true);
  });

  it('reads single objects with their manager; what is missing is absent', async () => {
    const s = await start((request) => batchReply(request, (inner) => (inner.url.startsWith('/users/a?') ? { status: 200, body: { id: 'a', city: 'Oslo', manager: { id: 'm' } } } : { status: 404, body: graphError('Request_ResourceNotFound', 'gone') })));
    const found = await (await openOn(s)).readByIds('user', ['a', 'b']);
    expect(found.get('a')).toMatchObject({ attributes: { city: ['Oslo'] }, links: { manager: ['m'] } });
    expect(found.get('b')).toBeUndefined();
    expect(found.size).toBe(1);
  });
});

describe('the tenant itself', () => {
  it('reads organization, domains and licences', async () => {
    const s = await start((request) => {
      if (request.url.startsWith('/v1.0/organization')) return page([{ id: 'o', displayName: 'Contoso', onPremisesSyncEnabled: null, verifiedDomains: [{ name: 'contoso.com', isInitial: false }, { name: 'contoso.onmicrosoft.com', isInitial: true }] }]);
      if (request.url === '/v1.0/domains') return page([{ id: 'contoso.com', authenticationType: 'Federated', isVerified: true, isInitial: false, isDefault: true }]);
      return request.url === '/v1.0/subscribedSkus' ? page([{ id: 'x', skuId: 's', skuPartNumber: 'ENTERPRISEPACK', consumedUnits: 3, prepaidUnits: { enabled: 25 } }]) : undefined;
    });
    const tenant = await openOn(s);
    expect(await tenant.organization()).toEqual({ id: 'o', displayName: 'Contoso', initialDomain: 'contoso.onmicrosoft.com', onPremisesSyncEnabled: false });
    expect(await tenant.domains()).toEqual([{ name: 'contoso.com', isVerified: true, isInitial: false, isDefault: true, federated: true }]);
    expect(await tenant.skus()).toEqual([{ id: 's', partNumber: 'ENTERPRISEPACK', enabled: 25, consumed: 3 }]);
  });

  it('collects role holders, also through groups', async () => {
    const s = await start((request) => {
      if (request.url.includes('$batch')) return batchReply(request, (inner) => ({ status: 200, body: { value: inner.url.startsWith('/groups/') ? [{ id: 'u3' }] : inner.url.includes('r1') ? [{ '@odata.type': '#microsoft.graph.user', id: 'u1' }] : [{ '@odata.type': '#microsoft.graph.group', id: 'g1' }, { '@odata.type': '#microsoft.graph.user', id: 'u1' }] } }));
      return page([{ id: 'r1' }, { id: 'r2' }]);
    });
    expect(await (await openOn(s)).adminRoleHolders()).toEqual(new Set(['u1', 'u3']));
  });

  it('goes on without role holders when they may not be seen, and says so', async () => {
    const s = await start(() => ({ status: 403, json: graphError('Authorization_RequestDenied', 'Insufficient privileges') }));
    const warnings: string[] = [];
    expect(await (await openOn(s, { warnings })).adminRoleHolders()).toBeNull();
    expect(warnings[0]).toMatch(/RoleManagement\.Read\.Directory/);
  });
});
