import { describe, expect, it } from 'vitest';
import { EVENTUAL, guid, lists, options, person, team } from './queries-support.ts';

const crowd = (n: number) => Array.from({ length: n }, (_, i) => person(i + 1, { displayName: `Name ${(i * 7) % n}`, department: i % 2 ? 'Odd' : 'Even' }));
const EXPIRED = { status: 400, code: 'Directory_ExpiredPageToken' };

describe('paging', () => {
  it('gives 100 without $top, refuses a page outside of 1 to 999 and $skip', () => {
    const l = lists({ users: crowd(120) });
    expect(l.get('/users').value).toHaveLength(100);
    expect(l.get('/users?$top=999').value).toHaveLength(120);
    for (const [top, message] of [['1000', "Invalid page size specified: '1000'. Must be between 1 and 999 inclusive."], ['0', "Invalid page size specified: '0'. Must be between 1 and 999 inclusive."], ['-1', "Invalid page size specified: '-1'. Must be between 1 and 999 inclusive."]] as const) {
      expect(l.get(`/users?$top=${top}`)).toMatchObject({ status: 400, code: 'Request_UnsupportedQuery', message });
      expect(l.get(`/groups?$top=${top}`).message).toBe(message);
    }
    expect(l.get('/users?$top=x').status).toBe(400);
    expect(l.get('/users?$skip=5')).toMatchObject({ status: 400, code: 'Request_BadRequest', message: "'$skip' is not supported by the service." });
  });

  it('binds a token to its query and lets it expire', () => {
    const l = lists({ users: crowd(9), groups: [team(0x21, {}, [guid(1), guid(2), guid(3)])] });
    const { next = '' } = l.get('/users?$top=2&$select=id');
    expect(l.get(next).value.map((v) => v['id'])).toEqual([guid(3), guid(4)]);
    expect(l.get(next.replace('$top=2', '$top=3'))).toMatchObject(EXPIRED);
    expect(l.get(next.replace('/users', '/groups'))).toMatchObject(EXPIRED);
    expect(l.get(next.replace('$select=id', '$select=mail'))).toMatchObject(EXPIRED);
    expect(l.get(`${next}&$filter=${encodeURIComponent("department eq 'Odd'")}`)).toMatchObject(EXPIRED);
    expect(l.get(next.replace(/.$/, (c) => (c === 'A' ? 'B' : 'A')))).toMatchObject(EXPIRED);
    expect(l.get('/users?$skiptoken=bad')).toMatchObject(EXPIRED);
    expect(lists({ users: crowd(9) }).get(next)).toMatchObject(EXPIRED);
    l.clock.advance(8 * 3600 * 1000);
    expect(l.get(next).status).toBe(200);
    l.clock.advance(1);
    expect(l.get(next)).toMatchObject(EXPIRED);
  });

  it('does not carry the header: each page of an advanced query must send it again', () => {
    const l = lists({ users: crowd(9) });
    for (const more of [{ $filter: "department ne 'Odd'", $count: 'true' }, { $count: 'true' }, { $search: '"displayName:name"' }, { $filter: "department eq 'Even'", $orderby: 'displayName', $count: 'true' }] as Record<string, string>[]) {
      const first = l.advanced(`/users${options({ ...more, $top: 2 })}`);
      expect(first.next).toBeDefined();
      expect(l.get(first.next ?? '').status).toBe(400);
      expect(l.get(first.next ?? '', EVENTUAL).status).toBe(200);
    }
  });

  it('counts on the first page only, and ignores $count without the header', () => {
    const l = lists({ users: crowd(9), groups: [team(0x21, {}, [guid(1), guid(2), guid(3)])] });
    const first = l.advanced('/users?$count=true&$top=2');
    expect(first.count).toBe(9);
    expect(l.advanced(first.next ?? '').count).toBeUndefined();
    expect(l.get('/users?$count=true').count).toBeUndefined();
    expect(l.get('/users?$count=true').status).toBe(200);
    expect(l.advanced('/users?$count=false').count).toBeUndefined();
    expect(l.advanced('/users').count).toBeUndefined();
    expect(l.advanced('/users?$count=maybe').status).toBe(400);
    expect(l.advanced(`/users${options({ $filter: "department eq 'Odd'", $count: 'true' })}`).count).toBe(4);
    expect(l.advanced(`/groups/${guid(0x21)}/members?$count=true&$top=1`).count).toBe(3);
  });

  it('answers /$count as text with the header only', () => {
    const l = lists({ users: crowd(9), groups: [team(0x21, {}, [guid(1), guid(2), guid(0x22)]), team(0x22, {})], contacts: [{ id: guid(0x31), properties: {} }] });
    expect(l.get('/users/$count')).toMatchObject({ status: 400, code: 'Request_BadRequest', message: '$count is not currently supported.' });
    expect(l.advanced('/users/$count').text).toBe('9');
    expect(l.advanced(`/users/$count${options({ $filter: "department ne 'Odd'" })}`).text).toBe('5');
    expect(l.advanced('/groups/$count').text).toBe('2');
    expect(l.advanced(`/groups/${guid(0x21)}/members/$count`).text).toBe('3');
    expect(l.advanced(`/groups/${guid(0x21)}/members/microsoft.graph.user/$count`).text).toBe('2');
    expect(l.get(`/groups/${guid(0x21)}/members/$count`).status).toBe(400);
    for (const option of ['$top=5', '$skip=1', '$orderby=displayName', '$expand=manager', '$select=id', '$skiptoken=x', '$deltatoken=latest']) {
      expect([option, l.advanced(`/users/$count?${option}`).status]).toEqual([option, 400]);
    }
  });

  it('takes delta tokens in delta queries only', () => {
    const l = lists({ users: crowd(2) });
    expect([l.get('/users?$deltatoken=latest').status, l.get('/users?$deltatoken=').status]).toEqual([400, 400]);
  });

  it('may give an empty page with a next link when a filter finds nothing for long, but never for an equality', () => {
    const l = lists({ users: [...crowd(5200), person(9000, { displayName: 'Last', department: 'Rare' })] });
    const first = l.get(`/users${options({ $filter: "startsWith(displayName,'Last')" })}`);
    expect(first.value).toEqual([]);
    expect(first.next).toBeDefined();
    expect(l.all(`/users${options({ $filter: "startsWith(displayName,'Last')" })}`)).toEqual([guid(9000)]);
    for (const $filter of ["department eq 'rare'", "displayName in ('last')", "department eq 'Rare' and startsWith(displayName,'L')", "mail eq 'x' or displayName eq 'Last'"]) expect(l.get(`/users${options({ $filter })}`).value).toHaveLength(1);
    expect(l.get(`/users${options({ $filter: "department eq 'Rare'" })}`).next).toBeUndefined();
    expect(l.advanced(`/users${options({ $search: '"displayName:last"', $filter: 'accountEnabled eq true' })}`).value).toHaveLength(1);
    expect(l.get(`/users${options({ $filter: "department eq 'Rare' or startsWith(displayName,'Last')" })}`).next).toBeDefined();
  });

  it('gives no next link behind the last object', () => {
    const l = lists({ users: crowd(6) });
    expect(l.get('/users?$top=6').next).toBeUndefined();
    for (const department of ['Odd', 'Even']) expect(l.get(`/users${options({ $top: 3, $filter: `department eq '${department}'` })}`).next).toBeUndefined();
    expect(l.get(`/users${options({ $top: 2, $filter: "department eq 'Even'" })}`).next).toBeDefined();
    expect(l.advanced(`/users${options({ $top: 6, $search: '"displayName:name"' })}`).next).toBeUndefined();
    expect(l.get('/users?$top=6&$orderby=displayName').next).toBeUndefined();
    expect(l.get('/users?$top=5').next).toBeDefined();
  });

  it('goes on behind the last object when others go and come between the pages of a sorted list', () => {
    const l = lists({ users: [person(1, { displayName: 'a' }), person(2, { displayName: 'b' }), person(3, { displayName: 'c' }), person(4, { displayName: 'd' })] });
    const first = l.get('/users?$top=2&$orderby=displayName');
    const b = l.directory.user.get(guid(2));
    if (b) l.directory.softDelete(b);
    l.directory.create('user', { displayName: 'aa' });
    l.directory.create('user', { displayName: 'bb' });
    expect(l.get(first.next ?? '').value.map((v) => v['displayName'])).toEqual(['bb', 'c']);
  });
});

describe('$select', () => {
  const l = lists({ users: [person(1, { city: 'Oslo' })], groups: [team(0x21, { visibility: 'Public' }, [guid(1), guid(0x22)]), team(0x22, {})], contacts: [] });
  it('gives the default properties, or those named in Graph\'s spelling, and says so in the context', () => {
    expect(Object.keys(l.get('/users').value[0] ?? {})).toEqual(['businessPhones', 'displayName', 'givenName', 'jobTitle', 'mail', 'mobilePhone', 'officeLocation', 'preferredLanguage', 'surname', 'userPrincipalName', 'id']);
    expect(l.get('/users?$select=ID,CITY,city').value).toEqual([{ id: guid(1), city: 'Oslo' }]);
    expect(l.get('/users?$select=id,city').context).toBe('https://graph.microsoft.com/v1.0/$metadata#users(id,city)');
  });
  it.each([
    ['/users?$select=nope', 400, 'BadRequest', "Parsing OData Select and Expand failed: Could not find a property named 'nope' on type 'microsoft.graph.user'."],
    ['/users?$select=id,,mail', 400, 'BadRequest', expect.stringContaining('Term is not valid')],
    ['/users?$select=manager', 400, 'BadRequest', expect.stringContaining("'manager'")],
    ['/groups?$select=members', 400, 'BadRequest', expect.stringContaining("'members'")],
    ['/users?$select=skills', 501, 'NotImplemented', 'This operation target is not yet supported.'],
    ['/users?$select=id,aboutMe', 501, 'NotImplemented', 'This operation target is not yet supported.'],
    ['/groups?$select=unseenCount', 501, 'NotImplemented', 'This operation target is not yet supported.'],
    [`/groups/${guid(0x21)}/members?$select=nope`, 400, 'BadRequest', expect.stringContaining("'nope' on type 'microsoft.graph.directoryObject'")],
  ])('refuses %s', (path, status, code, message) => {
    const answer = l.get(path);
    expect([answer.status, answer.code, answer.message]).toEqual([status, code, message]);
  });
  it('shows each object of a mixed list with what its kind knows', () => {
    expect(l.get(`/groups/${guid(0x21)}/members?$select=id,userPrincipalName,visibility`).value).toEqual([
      { '@odata.type': '#microsoft.graph.user', id: guid(1), userPrincipalName: 'user1@q.onmicrosoft.com' }, { '@odata.type': '#microsoft.graph.group', id: guid(0x22), visibility: null },
    ]);
  });
});

describe('options of a single object', () => {
  const l = lists({ users: [person(1, {}), { ...person(2, {}), managerId: guid(1) }], groups: [team(0x21, {}, [guid(1)])], contacts: [{ id: guid(0x31), properties: {} }] });
  const paths = [`/users/${guid(2)}`, `/users/${guid(2)}/manager`, `/groups/${guid(0x21)}`, `/contacts/${guid(0x31)}`];
  it.each(['$filter=id eq null', '$orderby=displayName', '$top=1', '$skip=1', '$count=true', '$search="displayName:a"', '$skiptoken=x', '$deltatoken=latest'])('are refused when they are for lists: %s', (option) => {
    for (const path of paths) expect([path, l.advanced(`${path}?${option}`)]).toMatchObject([path, { status: 400, code: 'BadRequest', message: expect.stringContaining('The requested resource is not a collection.') }]);
  });
  it('are $select and $expand, with $count where the chain of managers needs it', () => {
    for (const path of paths) expect(l.get(`${path}?$select=id`).status).toBe(200);
    expect(l.advanced(`/users/${guid(2)}?$expand=manager($levels=max)&$count=true`).body).toMatchObject({ manager: { id: guid(1) } });
  });
});

describe('OData casts', () => {
  const l = lists({ users: [person(1, {})], groups: [team(0x21, {}, [guid(1), guid(0x22)]), team(0x22, {}, [guid(1)]), team(0x23, { groupTypes: ['Unified'] }, [guid(1)])] });
  it('narrow a relation in advanced queries only', () => {
    expect(l.advanced(`/groups/${guid(0x21)}/members/microsoft.graph.group?$count=true&$select=id`).body).toMatchObject({ '@odata.count': 1, value: [{ id: guid(0x22) }] });
    expect(l.get(`/groups/${guid(0x21)}/members/microsoft.graph.group`)).toMatchObject({ status: 400, code: 'Request_UnsupportedQuery' });
    expect(l.advanced(`/users/${guid(1)}/transitiveMemberOf/microsoft.graph.group?$count=true&$select=id`).value.map((v) => v['id'])).toEqual([guid(0x21), guid(0x22), guid(0x23)]);
    expect(l.advanced(`/groups/${guid(0x23)}/members/microsoft.graph.group?$count=true`)).toMatchObject({ status: 400, code: 'Request_UnsupportedQuery' });
    expect(l.advanced(`/groups/${guid(0x21)}/members/microsoft.graph.device?$count=true`)).toMatchObject({ status: 400 });
  });
  it('leave relations without a cast as they are: filtered in advanced queries only', () => {
    const path = `/groups/${guid(0x21)}/members${options({ $filter: "startsWith(displayName,'Group')", $select: 'id', $count: 'true' })}`;
    expect(l.advanced(path).value).toEqual([{ '@odata.type': '#microsoft.graph.group', id: guid(0x22) }]);
    expect(l.get(path)).toMatchObject({ status: 400, code: 'Request_UnsupportedQuery', message: 'The specified filter to the reference property query is currently not supported.' });
    expect(l.get(`/users/${guid(1)}/memberOf?$select=id`).value.map((v) => v['id'])).toEqual([guid(0x22), guid(0x21), guid(0x23)].toSorted());
    expect(l.get(`/groups/${guid(0x22)}/members?$select=id`).value.map((v) => v['id'])).toEqual([guid(1)]);
    expect(l.get(`/groups/${guid(0x22)}/owners?$select=id`).value).toEqual([]);
    expect(l.get(`/groups/${guid(0x21)}/members/$ref`).value).toEqual([1, 0x22].map((n) => ({ '@odata.id': `https://graph.microsoft.com/v1.0/directoryObjects/${guid(n)}` })));
  });
});
