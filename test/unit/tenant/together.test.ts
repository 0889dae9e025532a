import { afterEach, describe, expect, it } from 'vitest';
import { batchReply, graphError, innerOf, openOn, startLoopback } from './loopback.ts';
import type { Loopback } from './loopback.ts';

/** One inner answer. */
interface Inner { readonly status: number; readonly body: unknown }

let server: Loopback | undefined;
afterEach(async () => {
  await server?.close();
  server = undefined;
});
const start = async (answer: (url: string) => Inner): Promise<Loopback> => (server = await startLoopback((request) => (request.host.startsWith('login.') ? undefined : batchReply(request, (inner) => answer(inner.url)))));
const many = (prefix: string, count: number): string[] => Array.from({ length: count }, (_, i) => `${prefix}${i}`);
/** Ids that a filter names. */
const named = (url: string): string[] => [...decodeURIComponent(url).matchAll(/'([^']*)'/g)].map(([, id = '']) => id);
const rows = (url: string, less: readonly string[] = []): Inner => ({ status: 200, body: { value: named(url).filter((id) => !less.includes(id)).map((id) => ({ id, displayName: id, ...(url.includes('$expand') ? { manager: { id: 'm' } } : {}) })) } });

describe('reading objects together', () => {
  it('asks for fifteen users or groups an address and for members in the same batch', async () => {
    const s = await start((url) => (url.startsWith('/groups/') ? { status: 200, body: { value: [{ id: 'member' }] } } : url.startsWith('/contacts/') ? { status: 200, body: { id: 'c0' } } : rows(url, ['u7'])));
    const { objects, members } = await (await openOn(s)).readTogether({ user: many('u', 31), group: many('g', 16), contact: ['c0'], membersOf: ['g1', 'g2'] });
    expect(s.graph()).toHaveLength(1);
    expect(innerOf(s.graph()[0]!).map((one) => named(one.url).length)).toEqual([15, 15, 1, 15, 1, 0, 0, 0]);
    expect(innerOf(s.graph()[0]!)[0]?.url).toMatch(/^\/users\?\$filter=id%20in%20\('u0','u1'.*&\$expand=manager\(\$select=id\)$/);
    expect(members).toEqual(new Map([['g1', ['member']], ['g2', ['member']]]));
    expect(objects.has('u7')).toBe(false);
    expect(objects.get('u3')).toMatchObject({ kind: 'user', name: 'u3', links: { manager: ['m'] } });
    expect(objects.get('g15')).toMatchObject({ kind: 'group', id: 'g15' });
  });

  it('follows the pages of a list and of members to their end, and leaves out a group that is gone', async () => {
    const base = 'https://graph.microsoft.com/v1.0';
    const s = await start((url) => {
      if (url.startsWith('/groups/gone')) return { status: 404, body: graphError('Request_ResourceNotFound', 'gone') };
      if (url === '/users?$skiptoken=2') return { status: 200, body: { value: [{ id: 'u1' }] } };
      if (url.startsWith('/users')) return { status: 200, body: { value: [], '@odata.nextLink': `${base}/users?$skiptoken=2` } };
      return url === '/groups/g/members?$skiptoken=3' ? { status: 200, body: { value: [{ id: 'b' }] } } : { status: 200, body: { value: [{ id: 'a' }], '@odata.nextLink': `${base}/groups/g/members?$skiptoken=3` } };
    });
    const { objects, members } = await (await openOn(s)).readTogether({ user: ['u0', 'u1'], membersOf: ['g', 'gone'] });
    expect([...objects.keys()]).toEqual(['u1']);
    expect(members).toEqual(new Map([['g', ['a', 'b']]]));
    expect(s.graph()).toHaveLength(2);
  });

  it('asks for each by its own address when the filter is refused, and for managers apart when they cannot be expanded', async () => {
    const s = await start((url) => {
      if (url.includes('$filter') || url.includes('$expand')) return { status: 400, body: graphError('Request_UnsupportedQuery', 'no') };
      if (url.includes('/manager?')) return url.startsWith('/users/u1/') ? { status: 200, body: { id: 'boss' } } : { status: 404, body: graphError('Request_ResourceNotFound', 'none') };
      return url.startsWith('/users/u2') ? { status: 404, body: graphError('Request_ResourceNotFound', 'gone') } : { status: 200, body: { id: /^\/users\/(\w+)/.exec(url)?.[1] ?? '' } };
    });
    const { objects } = await (await openOn(s)).readTogether({ user: many('u', 3) });
    expect([...objects.keys()]).toEqual(['u0', 'u1']);
    expect(objects.get('u1')?.links).toEqual({ manager: ['boss'] });
    expect(objects.get('u0')?.links).toEqual({});
  });

  it('follows no page of another host, and none that names itself', async () => {
    let link = 'https://elsewhere.example/v1.0/users?x';
    const s = await start((url) => ({ status: 200, body: { value: [], '@odata.nextLink': link === '' ? `https://graph.microsoft.com/v1.0${url}` : link } }));
    const tenant = await openOn(s);
    await expect(tenant.readTogether({ user: ['a', 'b'] })).rejects.toMatchObject({ data: { code: 'TENANT_UNAVAILABLE', message: expect.stringContaining('another host') } });
    link = '';
    await expect(tenant.readTogether({ user: ['a', 'b'] })).rejects.toMatchObject({ data: { message: expect.stringContaining('again and again') } });
  });

  it('tells a refusal as what it is', async () => {
    const s = await start(() => ({ status: 403, body: graphError('Authorization_RequestDenied', 'no') }));
    await expect((await openOn(s)).readTogether({ user: ['a', 'b'] })).rejects.toMatchObject({ data: { code: 'FORBIDDEN' } });
  });
});
