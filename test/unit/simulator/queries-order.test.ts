import { describe, expect, it } from 'vitest';
import { EVENTUAL, guid, lists, options, person, team } from './queries-support.ts';

const seed = () => ({
  users: [
    person(1, { displayName: 'Carl', createdDateTime: '2025-01-03T00:00:00Z', department: 'A' }), person(2, { displayName: 'anna', createdDateTime: '2025-01-01T00:00:00Z', department: 'B' }),
    person(3, { displayName: 'Bert', createdDateTime: '2025-01-02T00:00:00Z', department: 'A' }), person(4, { displayName: 'Anna', createdDateTime: '2025-01-01T00:00:00Z', department: 'A' }),
  ],
  groups: [team(0x21, { displayName: 'Zeta' }, [guid(1), guid(2), guid(3)]), team(0x22, { displayName: 'Alpha' })],
  contacts: [{ id: guid(0x31), properties: { displayName: 'Y' } }, { id: guid(0x32), properties: { displayName: 'X' } }],
});
const tenant = lists(seed());
const order = (path: string, more: Record<string, string>, headers: Record<string, string> = {}): unknown => {
  const answer = tenant.get(path + options({ $select: 'id', ...more }), headers);
  return answer.message ?? answer.value.map((v) => Number.parseInt(String(v['id']).slice(-12), 16).toString(16)).join(' ');
};
const UNSUPPORTED = 'An unsupported property was specified.';

describe('$orderby', () => {
  it.each([
    ['/users', 'displayName', '2 4 3 1'], ['/users', 'displayName desc', '1 3 2 4'], ['/users', 'DisplayName ASC', '2 4 3 1'], ['/users', 'userPrincipalName desc', '4 3 2 1'], ['/groups', 'displayName', '22 21'],
  ])('sorts %s by %s in every query, equal values in the order of creation', (path, by, wanted) => {
    expect(order(path, { $orderby: by })).toBe(wanted);
    expect(order(path, { $orderby: by, $count: 'true' }, EVENTUAL)).toBe(wanted);
  });

  it.each([
    ['/users', 'createdDateTime', {}, '2 4 3 1'], ['/users', 'createdDateTime desc, displayName desc', {}, '1 3 2 4'], ['/users', 'displayName', { $filter: "department eq 'A'" }, '4 3 1'],
    ['/contacts', 'displayName', {}, '32 31'], [`/groups/${guid(0x21)}/members`, 'displayName', {}, '2 3 1'], [`/groups/${guid(0x21)}/members/microsoft.graph.user`, 'displayName desc', {}, '1 3 2'],
  ])('sorts %s by %s with %o in advanced queries only', (path, by, more, wanted) => {
    expect(order(path, { $orderby: by, ...more, $count: 'true' }, EVENTUAL)).toBe(wanted);
    if (!path.includes('microsoft')) for (const [extra, headers] of [[{}, {}], [{ $count: 'true' }, {}], [{}, EVENTUAL]] as const) expect(order(path, { $orderby: by, ...more, ...extra }, headers)).toMatch(/Sorting not supported|reference property query/);
  });

  it.each([
    ['/users', 'mail', UNSUPPORTED], ['/users', 'accountEnabled', UNSUPPORTED], ['/groups', 'createdDateTime', UNSUPPORTED], ['/contacts', 'mail', UNSUPPORTED],
    ['/users', 'nope', "Could not find a property named 'nope' on type 'microsoft.graph.user'."], ['/users', 'displayName up', expect.stringContaining('Syntax error')], ['/users', '', expect.stringContaining('Syntax error')], ['/users', 'displayName,', expect.stringContaining('Syntax error')],
  ])('refuses %s by %s even in advanced queries', (path, by, message) => {
    expect(order(path, { $orderby: by, $count: 'true' }, EVENTUAL)).toEqual(message);
    expect(order(path, { $orderby: by })).toEqual(message === UNSUPPORTED ? 'Sorting not supported for current query.' : message);
  });

  it('shows a change of the directory at once although sorted lists are remembered', () => {
    const l = lists(seed());
    const first = (): unknown => l.get('/users?$orderby=displayName&$top=1').value[0]?.['displayName'];
    expect(first()).toBe('anna');
    const carl = l.directory.user.get(guid(1));
    if (carl) l.directory.update(carl, { ...carl.properties, displayName: 'Aaron' });
    expect(first()).toBe('Aaron');
    l.directory.lags.replicationMs = 60_000;
    if (carl) l.directory.update(carl, { ...carl.properties, displayName: 'Zoe' });
    expect(first()).toBe('Aaron');
    l.clock.advance(60_001);
    expect(first()).toBe('anna');
  });
});
