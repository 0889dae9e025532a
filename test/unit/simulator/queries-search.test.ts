import { describe, expect, it } from 'vitest';
import { indexedWords, words } from '../../../electron/simulator/graph/query/search-words.ts';
import { EVENTUAL, guid, lists, options, person, team } from './queries-support.ts';

const tenant = lists({
  users: [
    person(1, { displayName: '李四(David Li)', mail: 'david@contoso.example', department: 'Sales' }),
    person(2, { displayName: 'SfBMailUser', mail: 'sfb@contoso.example', givenName: 'Wanda', jobTitle: 'x', country: 'NO' }),
    person(3, { displayName: 'Swanson, Ann', mail: 'ann@contoso.example', department: 'Sales' }),
    person(4, { displayName: 'Wanda Ann', mail: null, department: 'Production' }),
    person(5, { displayName: 'hello-world 2go', department: 'Sales' }),
  ],
  groups: [
    team(0x21, { displayName: 'OneVideo', description: 'One for all', mailEnabled: true, mail: 'video@contoso.example' }, [guid(1), guid(3), guid(4), guid(0x22)]),
    team(0x22, { displayName: 'Video One drive', description: 'Drive' }),
    team(0x23, { displayName: 'Plain "quoted" \\ text', description: 'other' }),
  ],
  contacts: [{ id: guid(0x31), properties: { displayName: 'Partner One' } }],
});
const found = (path: string, $search: string, more: Record<string, string> = {}): unknown => {
  const answer = tenant.advanced(path + options({ $search, $select: 'id', ...more }));
  return answer.message ?? answer.value.map((v) => Number.parseInt(String(v['id']).slice(-12), 16)).join(' ');
};

describe('words', () => {
  it.each([
    ['hello world', ['hello', 'world'], ['hello', 'world']],
    ['HelloWorld', ['hello', 'world'], ['hello', 'world']],
    ['helloWORLD', ['hello', 'world'], ['hello', 'world']],
    ['HELLOworld', ['helloworld'], ['helloworld']],
    ['HelloWORld', ['hello', 'world'], ['hello', 'world']],
    ['hello.world', ['hello', '.', 'world'], ['hello', '.', 'world', 'helloworld']],
    ['hello123world', ['hello', '123', 'world'], ['hello', '123', 'world']],
    ['a-b c', ['a', '-', 'b', 'c'], ['a', '-', 'b', 'c', 'ab']],
  ])('cuts %s as the documentation shows', (text, own, indexed) => {
    expect(words(text)).toEqual(own);
    expect(indexedWords(text)).toEqual(indexed);
  });
});

describe('$search', () => {
  it.each([
    ['"displayName:李四(David Li)"', '1'], ['"displayName:李四"', '1'], ['"displayName:David"', '1'], ['"displayName:David)"', '1'], ['"displayName:(李四"', '1'], ['"displayName:Li 李"', '1'],
    ['"displayName:wa"', '4'], ['"displayName:US"', '2'], ['"displayName:anson"', ''], ['"displayName:ann swan"', '3'], ['"DISPLAYNAME:ann"', '3 4'],
    ['"displayName:helloworld"', '5'], ['"displayName:2"', '5'], ['"displayName:orld"', ''],
    ['"mail:DAVID@"', '1'], ['"mail:contoso"', ''], ['"userPrincipalName:user3"', '3'], ['"givenName:wan"', '2'],
    ['"displayName:ann" AND "mail:ann"', '3'], ['"displayName:david" OR "displayName:wanda"', '1 4'],
    ['"displayName:david" OR "displayName:ann" AND "mail:ann"', '1 3'], ['("displayName:david" OR "displayName:ann") AND "department:Production"', '4'],
  ])('finds users with %s', (search, wanted) => {
    expect(found('/users', search)).toBe(wanted);
  });

  it.each([
    ['"displayName:OneVideo"', '33 34'], ['"description:One" AND ("displayName:Video" OR "displayName:Drive")', '33'], ['"displayName:plain \\"quoted\\""', '35'], ['"displayName:\\\\"', '35'], ['"mail:video"', '33'],
  ])('finds groups with %s', (search, wanted) => {
    expect(found('/groups', search)).toBe(wanted);
  });

  it('works in contacts, in relations and in /$count, with the header and without $count', () => {
    expect(found('/contacts', '"displayName:one"')).toBe('49');
    expect(found(`/groups/${guid(0x21)}/members`, '"displayName:ann"')).toBe('3 4');
    expect(found(`/groups/${guid(0x21)}/members/microsoft.graph.user`, '"displayName:ann"')).toBe('3 4');
    expect(tenant.advanced(`/users/$count${options({ $search: '"displayName:ann"' })}`).text).toBe('2');
    expect(tenant.advanced(`/users${options({ $search: '"displayName:ann"' })}`).count).toBeUndefined();
    expect(tenant.advanced(`/users${options({ $search: '"displayName:ann"', $count: 'true' })}`).count).toBe(2);
  });

  it('is joined with $filter by and, and sorted in advanced queries only', () => {
    expect(found('/users', '"displayName:ann"', { $filter: "department eq 'Sales'" })).toBe('3');
    expect(found('/users', '"displayName:ann"', { $filter: "department ne 'Sales'" })).toContain('NotEqualsMatch');
    expect(found('/users', '"displayName:ann"', { $filter: "department ne 'Sales'", $count: 'true' })).toBe('4');
    expect(found('/users', '"displayName:ann" OR "displayName:david"', { $orderby: 'displayName desc', $count: 'true' })).toBe('1 4 3');
    expect(found('/users', '"displayName:ann"', { $orderby: 'displayName' })).toBe('Sorting not supported for current query.');
  });

  it('needs the header', () => {
    for (const path of ['/users', '/groups', '/contacts', `/groups/${guid(0x21)}/members`]) {
      const answer = tenant.get(path + options({ $search: '"displayName:a"', $count: 'true' }));
      expect([answer.status, answer.code, answer.message]).toEqual([400, 'Request_UnsupportedQuery', "Request with $search query parameter only works through MSGraph with a special request header: 'ConsistencyLevel: eventual'"]);
    }
  });

  it.each([
    ['displayName:ann', 'BadRequest', "Syntax error: character ':' is not valid at position 11 in 'displayName:ann'."],
    ['ann', 'BadRequest', expect.stringContaining('Syntax error')],
    ['"ann"', 'Request_BadRequest', expect.stringContaining('property:text')],
    ['"displayName:"', 'Request_BadRequest', expect.any(String)],
    ['"displayName:a" or "displayName:b"', 'BadRequest', expect.stringContaining("'or'")],
    ['"displayName:a" "displayName:b"', 'BadRequest', expect.any(String)],
    ['NOT "displayName:a"', 'BadRequest', expect.any(String)],
    ['"displayName:a" AND', 'BadRequest', expect.any(String)],
    ['("displayName:a"', 'BadRequest', expect.any(String)],
    ['"displayName:a', 'BadRequest', expect.stringContaining('unterminated')],
    ['"nope:a"', 'BadRequest', "Could not find a property named 'nope' on type 'microsoft.graph.user'."],
    ['"accountEnabled:true"', 'Request_UnsupportedQuery', "Unsupported or invalid query search clause specified for property 'accountEnabled' of resource 'User'."],
    ['"proxyAddresses:smtp"', 'Request_UnsupportedQuery', expect.any(String)],
    ['"aboutMe:x"', 'Request_UnsupportedQuery', expect.any(String)],
    ['', 'BadRequest', expect.any(String)],
    [`${'('.repeat(200)}"displayName:a"${')'.repeat(200)}`, 'BadRequest', expect.any(String)],
  ])('refuses %s', (search, code, message) => {
    const answer = tenant.get(`/users${options({ $search: search })}`, EVENTUAL);
    expect([answer.status, answer.code, answer.message]).toEqual([400, code, message]);
  });
});
