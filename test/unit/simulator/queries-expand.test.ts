import { describe, expect, it } from 'vitest';
import { EVENTUAL, guid, lists, options, person, team } from './queries-support.ts';

const chief = guid(1);
const tenant = lists({
  users: [person(1, { displayName: 'Chief' }), person(2, { displayName: 'Head' }, chief), person(3, { displayName: 'Clerk', mail: 'c@contoso.example' }, guid(2)), ...Array.from({ length: 120 }, (_, i) => person(100 + i, {}))],
  groups: [team(0x21, {}, [guid(3), ...Array.from({ length: 30 }, (_, i) => guid(100 + i))], [guid(2)]), team(0x22, {}, [guid(0x21)])],
});
const expand = (path: string, $expand: string, more: Record<string, string> = {}, headers: Record<string, string> = {}) => tenant.get(path + options({ $select: 'id', $expand, ...more }), headers);
const manager = (of: Record<string, unknown> | undefined): Record<string, unknown> => of?.['manager'] as Record<string, unknown>;

describe('$expand', () => {
  it('shows the manager, chosen properties of it, and nothing where there is none', () => {
    const { value } = expand('/users', 'manager($select=id,displayName)', { $filter: `id in ('${guid(1)}','${guid(2)}')` });
    expect(value).toEqual([{ id: guid(1) }, { id: guid(2), manager: { '@odata.type': '#microsoft.graph.user', id: chief, displayName: 'Chief' } }]);
    expect(expand(`/users/${guid(2)}`, 'manager').body['manager']).toMatchObject({ displayName: 'Chief', userPrincipalName: 'user1@q.onmicrosoft.com' });
  });

  it.each([
    ['/users', 3, 'memberOf', [guid(0x21)]], ['/users', 3, 'transitiveMemberOf', [guid(0x21), guid(0x22)]], ['/users', 1, 'directReports', [guid(2)]], ['/users', 2, 'ownedObjects', [guid(0x21)]],
    ['/groups', 0x21, 'owners', [guid(2)]], ['/groups', 0x21, 'memberOf', [guid(0x22)]], ['/groups', 0x22, 'members', [guid(0x21)]],
  ] as const)('follows from %s %i the relation %s', (path, n, relation, ids) => {
    expect((expand(`${path}/${guid(n)}`, `${relation}($select=id)`).body[relation] as { id: string }[]).map((o) => o.id)).toEqual(ids);
    const { value } = tenant.get(path + options({ $filter: `id eq '${guid(n)}'`, $expand: `${relation}($select=id)`, $select: 'id' }));
    expect(value).toMatchObject([{ id: guid(n), [relation]: ids.map((id) => ({ id })) }]);
  });

  it('gives at most 20 objects of a collection and 100 of the expanded list', () => {
    expect(expand(`/groups/${guid(0x21)}`, 'members').body['members']).toHaveLength(20);
    expect(expand(`/groups/${guid(0x22)}`, 'transitiveMembers').body['transitiveMembers']).toHaveLength(20);
    expect(expand('/users', 'manager', { $top: '999' }).value).toHaveLength(100);
    expect(tenant.all(`/users${options({ $expand: 'manager', $top: 999, $select: 'id' })}`)).toHaveLength(123);
    expect(expand('/users', 'manager($select=id)').context).toBe('https://graph.microsoft.com/v1.0/$metadata#users(id,manager(id))');
  });

  it('follows the chain of managers with $levels, $count and the header', () => {
    const of = (levels: string, headers: Record<string, string>, more = { $count: 'true' }) => expand(`/users/${guid(3)}`, `manager($levels=${levels};$select=id)`, more, headers);
    const chain = of('max', EVENTUAL);
    expect([manager(chain.body)['id'], manager(manager(chain.body))['id'], manager(manager(manager(chain.body)))]).toEqual([guid(2), chief, undefined]);
    expect(manager(manager(of('1', EVENTUAL).body))).toBeUndefined();
    expect(of('max', {})).toMatchObject({ status: 400, code: 'Request_UnsupportedQuery' });
    expect(of('max', EVENTUAL, {} as { $count: string }).status).toBe(400);
    for (const wrong of ['0', '1001', 'all', '-1']) expect(of(wrong, EVENTUAL).status).toBe(400);
    const page = expand('/users', 'manager($levels=2;$select=id)', { $count: 'true', $top: '3' }, EVENTUAL);
    expect(manager(manager(page.value[2]))['id']).toBe(chief);
  });

  it('ends a circle of managers where it began', () => {
    const l = lists({ users: [person(1, {}, guid(2)), person(2, {}, guid(1))] });
    const body = l.advanced(`/users/${guid(1)}${options({ $expand: 'manager($levels=max;$select=id)', $select: 'id', $count: 'true' })}`).body;
    expect(manager(body)).toMatchObject({ id: guid(2) });
    expect(manager(manager(body))).toBeUndefined();
  });

  it.each([
    ['/users', 'manager,memberOf', 'Request_BadRequest', 'Only one property can be expanded in a single query.'],
    ['/users', 'nope', 'BadRequest', "Parsing OData Select and Expand failed: Could not find a property named 'nope' on type 'microsoft.graph.user'."],
    ['/users', 'displayName', 'BadRequest', expect.stringContaining('is not a navigation property')],
    ['/users', 'members', 'BadRequest', expect.any(String)],
    ['/groups', 'manager', 'BadRequest', expect.any(String)],
    ['/users', '*', 'BadRequest', expect.any(String)],
    ['/users', 'manager($select=nope)', 'BadRequest', expect.stringContaining("'nope' on type 'microsoft.graph.directoryObject'")],
    ['/users', 'memberOf($top=5)', 'Request_UnsupportedQuery', expect.stringContaining("'$top'")],
    ['/users', "memberOf($filter=displayName eq 'x')", 'Request_UnsupportedQuery', expect.any(String)],
    ['/users', 'manager($expand=manager)', 'Request_UnsupportedQuery', expect.any(String)],
    ['/users', 'memberOf($levels=2)', 'Request_UnsupportedQuery', expect.any(String)],
    ['/users', 'manager($foo=1)', 'BadRequest', expect.any(String)],
    ['/users', 'manager($select=id', 'BadRequest', expect.any(String)],
    ['/users', '', 'BadRequest', expect.any(String)],
    [`/groups/${guid(0x21)}/members`, 'manager', 'Request_UnsupportedQuery', expect.any(String)],
  ])('refuses from %s the expansion %s', (path, $expand, code, message) => {
    const answer = expand(path, $expand);
    expect([answer.status, answer.code, answer.message]).toEqual([400, code, message]);
  });

  it('is refused in advanced queries', () => {
    const answer = expand('/users', 'manager', { $count: 'true' }, EVENTUAL);
    expect([answer.status, answer.code]).toEqual([400, 'Request_UnsupportedQuery']);
    expect(expand('/users', 'manager', { $search: '"displayName:a"' }, EVENTUAL).status).toBe(400);
    expect(expand('/users', 'manager', { $filter: "displayName ne 'x'", $count: 'true' }, EVENTUAL).status).toBe(400);
    expect(expand('/users', 'manager', {}, EVENTUAL).status).toBe(200);
    expect(expand('/users', 'manager', { $count: 'true' }).status).toBe(200);
  });
});
