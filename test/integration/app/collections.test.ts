import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { openRig, type Rig } from './rig.ts';
import { entry, guid, groupDn, GROUPS, PEOPLE, person, personDn, ROOT, works, worksTenant } from './works.ts';

/** A container and people whose names hold everything that filters and DNs treat specially. */
const ODD = `OU=R*D (test)\\\\,${ROOT}`;
const odd = [
  entry(ODD, ['organizationalUnit'], 30, { ou: 'R*D (test)\\', name: 'R*D (test)\\' }),
  entry(`CN=Star* (one),${ODD}`, ['person', 'organizationalPerson', 'user'], 31, { cn: 'Star* (one)', name: 'Star* (one)', displayName: 'Star* (one)', sAMAccountName: 'star', userPrincipalName: 'star@example.com', userAccountControl: '512' }),
  entry(`CN=Back\\\\slash\\, Jr,${ODD}`, ['person', 'organizationalPerson', 'user'], 32, { cn: 'Back\\slash, Jr', name: 'Back\\slash, Jr', displayName: 'Back\\slash, Jr', sAMAccountName: 'back', userPrincipalName: 'back@example.com', userAccountControl: '512' }),
  entry(`CN=PC1,${ODD}`, ['person', 'organizationalPerson', 'user', 'computer'], 33, { cn: 'PC1', name: 'PC1', sAMAccountName: 'PC1$', userAccountControl: '4096' }),
  entry(`CN=Press,${ODD}`, ['person', 'organizationalPerson', 'contact'], 34, { cn: 'Press', name: 'Press', displayName: 'Press', mail: 'press@other.example' }),
];

let rig: Rig;
beforeEach(async () => { rig = await openRig({ source: [...works(), ...odd], seed: worksTenant(), members: null }); });
afterEach(async () => { await rig.close(); });

const names = async () => Object.keys(await rig.objects()).toSorted();
const add = (dns: string[]) => rig.call('collections.addObjects', { id: rig.collectionId, dns });
const query = (filter: string, base = '') => rig.call('collections.queryObjects', { id: rig.collectionId, filter, base });

describe('a collection', () => {
  it('gets the rules of its pair as they are; later changes of the pair do not reach it', async () => {
    const [ofPair, ofCollection] = [{ kind: 'pair' as const, id: rig.pairId }, { kind: 'collection' as const, id: rig.collectionId }];
    const plain = (rows: readonly { id: string; position: number }[]) => rows.map(({ id: _id, ...rest }) => rest);
    const pairRules = (await rig.call('matchingRules.list', ofPair)).rows;
    expect(pairRules.length).toBeGreaterThan(5);
    expect(plain((await rig.call('matchingRules.list', ofCollection)).rows)).toEqual(plain(pairRules));
    expect(plain((await rig.call('mappingRules.list', ofCollection)).rows)).toEqual(plain((await rig.call('mappingRules.list', ofPair)).rows));
    const first = pairRules[0];
    if (!first) throw new Error('no rule');
    await rig.call('matchingRules.remove', { owner: ofPair, id: first.id });
    const { id: _, position: _p, ...rule } = { ...first, sourceAttribute: 'employeeID', targetAttribute: 'employeeId', comparison: 'value' as const };
    await rig.call('matchingRules.save', { owner: ofPair, rule });
    expect(plain((await rig.call('matchingRules.list', ofCollection)).rows)).toEqual(plain(pairRules));
    const later = await rig.call('collections.create', { pairId: rig.pairId, name: 'Later' });
    expect(plain((await rig.call('matchingRules.list', { kind: 'collection', id: later.id })).rows)).toEqual(plain((await rig.call('matchingRules.list', ofPair)).rows));
    expect(plain((await rig.call('matchingRules.list', { kind: 'collection', id: later.id })).rows)).not.toEqual(plain(pairRules));
  });

  it('has a name of its own within the pair, whatever the letter case', async () => {
    expect(await rig.refused('collections.create', { pairId: rig.pairId, name: 'everyone' })).toMatchObject({ code: 'CONFLICT', message: expect.stringContaining('"Everyone"') });
    const other = await rig.call('collections.create', { pairId: rig.pairId, name: 'Other' });
    expect(await rig.refused('collections.rename', { id: other.id, name: 'EVERYONE' })).toMatchObject({ code: 'CONFLICT' });
    expect((await rig.call('collections.rename', { id: other.id, name: 'other' })).name).toBe('other');
    expect((await rig.call('collections.list', { pairId: rig.pairId })).rows.map((c) => c.name)).toEqual(['Everyone', 'other']);
    // A refused creation leaves no rules behind.
    expect(await rig.refused('collections.create', { pairId: guid(99), name: 'Nowhere' })).toMatchObject({ code: 'NOT_FOUND' });
    await rig.call('collections.delete', { id: other.id });
    expect((await rig.call('collections.list', {})).rows).toHaveLength(1);
  });
});

describe('adding objects', () => {
  it('by DN: objects themselves, and everything below containers; a second time counts as already there', async () => {
    expect(await add([personDn('ann')])).toEqual({ added: 1, already: 0, skipped: [], skippedTotal: 0, overlaps: [] });
    expect(await add([PEOPLE, GROUPS])).toMatchObject({ added: 4, already: 1 });
    expect(await add([PEOPLE.toUpperCase()])).toMatchObject({ added: 0, already: 4 });
    expect(await names()).toEqual(['Ann', 'Ben', 'Cem', 'Dot', 'Sales']);
    expect((await rig.call('collections.get', { id: rig.collectionId })).objects).toBe(5);
    const statistics = await rig.call('statistics.get', { collectionId: rig.collectionId });
    expect(statistics).toMatchObject({ total: 5, byKind: { user: 4, group: 1 }, byProgress: { New: 5 } });
  });

  it('lists what is out of scope with its reason', async () => {
    const result = await add([`CN=Users,${ROOT}`]);
    expect(result).toMatchObject({ added: 0, skippedTotal: 1, skipped: [{ name: 'Administrator', reason: expect.stringContaining('isCriticalSystemObject') }] });
    expect((await add([ROOT])).added).toBe(8);
    expect(await names()).not.toContain('PC1');
    expect(await names()).not.toContain('Administrator');
  });

  it('by a computer\'s DN tells why it is left out', async () => {
    const result = await add([`CN=PC1,${ODD}`]);
    expect(result).toMatchObject({ added: 0, skippedTotal: 1, skipped: [{ name: 'PC1', reason: expect.any(String) }] });
  });

  it('adds nothing at all when one of the DNs is not there', async () => {
    const refused = await rig.refused('collections.addObjects', { id: rig.collectionId, dns: [personDn('ann'), `CN=Nobody,${PEOPLE}`, personDn('ben')] });
    expect(refused).toMatchObject({ code: 'NOT_FOUND' });
    expect(refused.message).toContain(`CN=Nobody,${PEOPLE}`);
    expect(await names()).toEqual([]);
  });

  it('by a filter: what it finds, below a base when one is given', async () => {
    expect(await query('(department=Sales)')).toMatchObject({ added: 2 });
    expect(await query('(objectClass=*)', GROUPS)).toMatchObject({ added: 1 });
    expect(await query('(&(objectClass=user)(title=Cl*))')).toMatchObject({ added: 1, already: 1 });
    expect(await query('(cn=nobody)')).toEqual({ added: 0, already: 0, skipped: [], skippedTotal: 0, overlaps: [] });
    expect(await names()).toEqual(['Ann', 'Ben', 'Cem', 'Sales']);
    expect(await query('  (displayName=Star\\2a \\28one\\29)  ')).toMatchObject({ added: 1 });
  });

  it('a filter that is none is refused with its position; a base that is not there with its DN', async () => {
    for (const [filter, position] of [['(&(cn=a)', 9], ['cn=a', 1], ['(cn=a))', 7], ['(cn=\\zz)', 5], ['(cn=a)(sn=b)', 7]] as const) {
      const refused = await rig.refused('collections.queryObjects', { id: rig.collectionId, filter });
      expect(refused.code, filter).toBe('INVALID_INPUT');
      // Counted in the text that the person typed, not in the one built around it.
      expect(refused.message, filter).toContain(`character ${position}:`);
    }
    expect(await rig.refused('collections.queryObjects', { id: rig.collectionId, filter: '(cn=a)', base: `OU=None,${ROOT}` })).toMatchObject({ code: 'NOT_FOUND', message: expect.stringContaining('OU=None') });
    expect(await names()).toEqual([]);
  });

  it('a filter cannot leave the brackets that are put around it', async () => {
    expect((await rig.refused('collections.queryObjects', { id: rig.collectionId, filter: '(cn=a))(|(objectClass=*)' })).code).toBe('INVALID_INPUT');
    expect((await rig.refused('directory.search', { pairId: rig.pairId, text: '(cn=a))(|(objectClass=*)' })).code).toBe('INVALID_INPUT');
  });

  it('and taking them out again changes nothing but the collection', async () => {
    await add([PEOPLE]);
    expect(await rig.call('collections.removeObjects', { id: rig.collectionId, selection: { mode: 'ids', ids: [guid(11), guid(12), guid(99)] } })).toEqual({ removed: 2 });
    expect(await names()).toEqual(['Cem', 'Dot']);
    expect(await rig.refused('objects.get', { collectionId: rig.collectionId, id: guid(11) })).toMatchObject({ code: 'NOT_FOUND' });
    expect(await add([personDn('ann')])).toMatchObject({ added: 1, already: 0 });
  });

  it('an empty collection is not matched and not migrated', async () => {
    for (const refused of [
      await rig.refused('tasks.match', { collectionId: rig.collectionId, breakExisting: false }),
      await rig.refused('tasks.migrate', { collectionId: rig.collectionId, settings: { createUnmatched: true, mergeUnmatched: true, upnSuffix: '', countryCode: '' } }),
    ]) expect(refused).toMatchObject({ code: 'INVALID_INPUT', message: expect.stringContaining('"Everyone" is empty') });
    expect((await rig.call('tasks.list', {})).rows).toEqual([]);
  });
});

describe('browsing the directory', () => {
  const children = (dn: string) => rig.call('directory.children', { pairId: rig.pairId, collectionId: rig.collectionId, dn });
  const search = async (text: string, base = '') => (await rig.call('directory.search', { pairId: rig.pairId, collectionId: rig.collectionId, text, base })).rows.map((r) => r.name);

  it('shows containers first, marks what is in the collection, and walks into odd names', async () => {
    const root = await children('');
    expect(root.rows.map((r) => [r.name, r.type, r.hasChildren])).toEqual([['Groups', 'container', true], ['People', 'container', true], ['R*D (test)\\', 'container', true], ['Users', 'container', true]]);
    await add([personDn('ann')]);
    const people = await children(PEOPLE);
    expect(people.rows.map((r) => [r.name, r.inCollection])).toEqual([['Ann', true], ['Ben', false], ['Cem', false], ['Dot', false]]);
    expect(people.more).toBe(false);
    const found = root.rows.find((r) => r.name.startsWith('R*D'));
    expect((await children(found?.dn ?? '')).rows.map((r) => r.name).toSorted()).toEqual(['Back\\slash, Jr', 'Press', 'Star* (one)']);
    expect(await rig.refused('directory.children', { pairId: rig.pairId, dn: `OU=None,${ROOT}` })).toMatchObject({ code: 'NOT_FOUND' });
    expect((await add([found?.dn ?? ''])).added).toBe(3);
  });

  it('finds by part of a name, account, sign-in name or address, and takes special characters as they are', async () => {
    expect(await search('be')).toEqual(['Ben']);
    expect(await search('BEN@EXAMPLE')).toEqual(['Ben']);
    expect((await search('peop'))).toEqual(['People']);
    expect(await search('Star* (')).toEqual(['Star* (one)']);
    expect(await search('*')).toEqual(['R*D (test)\\', 'Star* (one)']);
    expect(await search('\\')).toEqual(['R*D (test)\\', 'Back\\slash, Jr']);
    expect(await search(') (')).toEqual([]);
    expect(await search('nobody at all')).toEqual([]);
    expect(await search('a', GROUPS)).toEqual(['Sales']);
  });

  it('takes a text that starts with a bracket for a filter', async () => {
    expect(await search('(title=Clerk)')).toEqual(['Ben', 'Cem']);
    expect(await search('(member:1.2.840.113556.1.4.1941:=CN=Ann,OU=People,DC=works,DC=example,DC=com)')).toEqual(['Sales']);
    expect(await rig.refused('directory.search', { pairId: rig.pairId, text: '(title=' })).toMatchObject({ code: 'INVALID_INPUT' });
  });

  it('shows at most 500 and says that there are more', async () => {
    await rig.rewrite([...works(), ...Array.from({ length: 600 }, (_, i) => person(1000 + i, `many${i}`))]);
    const many = await children(PEOPLE);
    expect([many.rows.length, many.more]).toEqual([500, true]);
    expect((await add([PEOPLE])).added).toBe(604);
    expect((await rig.objects())['Many599']?.dn).toBe(personDn('many599'));
    expect(groupDn('Sales')).toContain('Groups');
  });
});
