import { describe, expect, test } from 'vitest';
import type { CheckFinding } from '../../../shared/domain/checks.ts';
import type { TargetObject } from '../../../shared/domain/objects.ts';
import { findings, fixed, options, user } from './source-objects.ts';

const short = (found: readonly CheckFinding[]) => found.map((f) => `${f.sourceId} ${f.rules.join('+')} ${f.action}`).toSorted();

describe('one name, several objects', () => {
  test('case does not matter, and the first holder is told too', () => {
    expect(short(findings([user('a', { mail: ['Info@x.com'] }), user('b', { mail: ['info@X.com'] }), user('c', { mail: ['c@x.com'] })]))).toEqual(['a mail-duplicate Edit', 'b mail-duplicate Edit']);
  });
  test('a mail-enabled holder keeps it', () => {
    expect(short(findings([user('a', { mail: ['info@x.com'] }), user('b', { mail: ['info@x.com'], mailNickname: ['b'] })]))).toEqual(['a mail-duplicate Edit', 'b mail-duplicate Complete']);
    expect(short(findings([user('a', { mailNickname: ['n'], homeMDB: ['CN=DB'] }), user('b', { mailNickname: ['N'] })]))).toEqual(['a mailNickname-duplicate Complete', 'b mailNickname-duplicate Edit']);
  });
  test('an SMTP address is taken from those without a mailbox, but not from everybody', () => {
    const objects = [user('a', { proxyAddresses: ['smtp:i@x.com'] }), user('b', { proxyAddresses: ['SMTP:I@x.com'] }), user('c', { proxyAddresses: ['SMTP:i@x.com'], mailNickname: ['c'] })];
    expect(short(findings(objects))).toEqual(['a proxyAddresses-duplicate Remove', 'b proxyAddresses-duplicate Remove', 'c proxyAddresses-duplicate Complete']);
    expect(short(findings(objects.slice(0, 2)))).toEqual(['a proxyAddresses-duplicate Complete', 'b proxyAddresses-duplicate Remove']);
    expect(findings(fixed(objects, findings(objects)))).toEqual([]);
  });
  test('two addresses that only the fix makes equal: the fix is not proposed', () => {
    const found = findings([user('a', { mail: ['a@x.com'], proxyAddresses: ['smtp:i j@x.com'] }), user('b', { proxyAddresses: ['smtp:ij@x.com'], mailNickname: ['b'] })]);
    expect(found.find((f) => f.sourceId === 'a')).toMatchObject({ rules: ['proxyAddresses-smtp-characters', 'proxyAddresses-duplicate'], proposal: null, action: 'Edit' });
  });
  test('the same address twice in one object', () => {
    expect(findings([user('a', { proxyAddresses: ['smtp:i@x.com', 'SMTP:i@x.com'] })]).map((f) => [f.value, f.action])).toEqual([['smtp:i@x.com', 'Remove']]);
  });
  test('sAMAccountName counts only without a UPN', () => {
    expect(findings([user('a', { sAMAccountName: ['s'] }), user('b', { sAMAccountName: ['S'] })])).toEqual([]);
    const { userPrincipalName: _, ...rest } = user('a', { sAMAccountName: ['s'] }).attributes;
    expect(short(findings([{ ...user('a'), attributes: rest }, { ...user('b'), attributes: { ...rest, cn: ['b'] } }]))).toEqual(['a sAMAccountName-duplicate Edit', 'b sAMAccountName-duplicate Edit']);
  });
  test('sign-in names that only the suffix of the migration makes equal', () => {
    const two = [user('a', { userPrincipalName: ['ann@one.local'] }), user('b', { userPrincipalName: ['ann@two.local'] })];
    expect(short(findings(two, options([], { upnSuffix: 'x.com' })))).toEqual(['a userPrincipalName-duplicate Edit', 'b userPrincipalName-duplicate Edit']);
  });
  test('mail of one and proxyAddresses of another', () => {
    expect(short(findings([user('a', { mail: ['i@x.com'] }), user('b', { proxyAddresses: ['smtp:I@x.com'] })]))).toEqual(['a mail-address-in-use Edit', 'b proxyAddresses-address-in-use Edit']);
    expect(findings([user('a', { mail: ['i@x.com'], proxyAddresses: ['SMTP:i@x.com'] })])).toEqual([]);
  });
  test('an address that will be removed clashes no more', () => {
    const objects = [user('a', { mail: ['i@x.com'] }), user('b', { proxyAddresses: ['smtp:i@x.com'] }), user('c', { proxyAddresses: ['smtp:i@x.com'], mailNickname: ['c'] })];
    expect(short(findings(objects))).toEqual(['a mail-address-in-use Edit', 'b proxyAddresses-duplicate Remove', 'c proxyAddresses-duplicate+proxyAddresses-address-in-use Complete']);
  });
  test('an object that was not asked for is a holder, and nothing is said about it', () => {
    const found = findings([user('a', { mail: ['i@x.com'] }), user('b', { mail: ['i@x.com'], displayName: [' '] })], options(), (id) => ({ targetId: null, matched: 'no', as: id === 'a' ? 'asked for' : 'context' }));
    expect(short(found)).toEqual(['a mail-duplicate Edit']);
    expect(found[0]?.message).toContain('that of b');
  });
});

describe('a name that the tenant knows', () => {
  const held: TargetObject = { id: 't', kind: 'user', name: 'Old Ann', attributes: { userPrincipalName: ['Ann@x.com'], proxyAddresses: ['SMTP:sales@x.com'], mailNickname: ['ann'] }, links: {}, deleted: false };
  const run = (targetId: string | null, matched: 'yes' | 'no' | 'not asked', target = held) => findings([user('ann', { mailNickname: ['ann'], proxyAddresses: ['smtp:Sales@x.com'] })], options([target]), () => ({ targetId, matched, as: 'asked for' })).map((f) => `${f.severity} ${f.rules.join()}`).toSorted();
  test('and somebody else holds', () => expect(run('other', 'yes')).toEqual(['error proxyAddresses-unique-in-tenant', 'error userPrincipalName-unique-in-tenant', 'warning mailNickname-unique-in-tenant']));
  test('and its own match holds', () => expect(run('t', 'yes')).toEqual([]));
  test('before anybody asked for matches it warns only', () => expect(run(null, 'not asked').filter((f) => f.startsWith('error'))).toEqual([]));
  test('in the recycle bin: addresses stay taken', () => expect(run(null, 'no', { ...held, deleted: true })).toEqual(['error proxyAddresses-unique-in-tenant', 'warning mailNickname-unique-in-tenant', 'warning userPrincipalName-unique-in-tenant']));
});
