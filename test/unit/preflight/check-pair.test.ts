import { describe, expect, test } from 'vitest';
import { checkPair, createSourceChecks, type PairFacts, type PairWishes } from '../../../electron/engines/preflight/index.ts';
import { options, user } from './source-objects.ts';

const facts: PairFacts = {
  tenantName: 'Contoso', onPremisesSyncEnabled: false, domains: [{ name: 'X.com', isVerified: true, federated: false }, { name: 'adfs.com', isVerified: true, federated: true }, { name: 'soon.com', isVerified: false, federated: false }],
  skus: [{ partNumber: 'E3', enabled: 5, consumed: 3 }, { partNumber: 'F1', enabled: 9, consumed: 12 }],
};
const wishes: PairWishes = { upnSuffix: '', redirectionDomain: '', licence: '', licences: [], licensedUsers: 0, synchronisationAccounts: [] };
const tally = (enabledUsers: number, usersBySuffix: Readonly<Record<string, number>> = {}) => ({ checked: enabledUsers, enabledUsers, usersBySuffix: new Map(Object.entries(usersBySuffix)) });
const rules = (more: Partial<PairWishes> = {}, users = tally(1), tenant: PairFacts | null = facts) => checkPair(tenant, { ...wishes, ...more }, users).map((f) => `${f.severity} ${f.rules.join()}`);

describe('a pair', () => {
  test('that is right has no findings', () => expect(rules()).toEqual([]));
  test('whose tenant was never read is told so, and nothing else', () => expect(rules({ upnSuffix: 'y.com', licence: 'E5' }, tally(99), null)).toEqual(['warning tenant-not-read']));
  test('with another synchronisation, on either side', () => {
    expect(rules({}, tally(1), { ...facts, onPremisesSyncEnabled: true })).toEqual(['warning other-synchronisation']);
    expect(rules({ synchronisationAccounts: ['MSOL_1'] })).toEqual(['warning other-synchronisation']);
  });
  test.each([['x.com', []], ['soon.com', ['error verified-suffix']], ['y.com', ['error verified-suffix']]])('whose suffix is %s', (upnSuffix, expected) => expect(rules({ upnSuffix })).toEqual(expected));
  test('with users under a federated suffix', () => expect(rules({}, tally(1, { 'adfs.com': 3, 'x.com': 2 }))).toEqual(['warning federated-suffix']));
  test('the mail redirection domain is accepted on premises only', () => {
    expect(rules({ redirectionDomain: 'x.COM' })).toEqual(['error redirection-domain']);
    expect(rules({ redirectionDomain: 'premises.com' })).toEqual([]);
    // In the tenant and not verified yet: one click away from taking the mail.
    expect(rules({ redirectionDomain: 'soon.com' })).toEqual(['warning redirection-domain']);
    expect(rules({ redirectionDomain: 'contoso.mail.onmicrosoft.com' })).toEqual(['error redirection-domain']);
    expect(rules({ redirectionDomain: 'corp.local' })).toEqual(['error redirection-domain']);
    expect(rules({ redirectionDomain: 'premises' })).toEqual(['error redirection-domain']);
  });
  test('licences against heads: those who have one need none, and more consumed than bought is none left', () => {
    expect(rules({}, tally(2))).toEqual([]);
    expect(rules({}, tally(3))).toEqual(['warning licences']);
    expect(rules({ licensedUsers: 1 }, tally(3))).toEqual([]);
    expect(rules({ licence: 'f1' }, tally(1))).toEqual(['warning licences']);
    expect(rules({ licence: 'E5' }, tally(0))).toEqual(['error licences']);
  });
  test('licences wanted by number, product by product', () => {
    const wanted = (licences: PairWishes['licences']) => checkPair(facts, { ...wishes, licences }, tally(99)).map((f) => [f.rules.join(), f.value]);
    expect(wanted([{ partNumber: 'e3', count: 2 }])).toEqual([]);
    expect(wanted([{ partNumber: 'E3', count: 3 }])).toEqual([['licences', '3 of E3']]);
    // Two rules may want the same product.
    expect(wanted([{ partNumber: 'E3', count: 1 }, { partNumber: 'e3', count: 2 }])).toEqual([['licences', '3 of E3']]);
    expect(wanted([{ partNumber: 'F1', count: 1 }, { partNumber: 'E5', count: 1 }])).toEqual([['licences', '1 of F1'], ['licences', 'E5']]);
  });
});

test('heads are enabled users, and suffixes those that they will have', () => {
  const count = (upnSuffix: string) => {
    const checks = createSourceChecks(options([], { upnSuffix }));
    const about = { targetId: null, matched: 'no', as: 'asked for' } as const;
    for (const object of [user('a'), user('b', { userAccountControl: ['514'], userPrincipalName: ['b@Y.com'] }), user('g', {}, { kind: 'group' })]) { checks.note(object); checks.check(object, about); }
    checks.check(user('c'), { ...about, as: 'context' });
    return { ...checks.tally, usersBySuffix: Object.fromEntries(checks.tally.usersBySuffix) };
  };
  expect(count('')).toEqual({ checked: 3, enabledUsers: 1, usersBySuffix: { 'x.com': 1, 'y.com': 1 } });
  expect(count('z.com')).toEqual({ checked: 3, enabledUsers: 1, usersBySuffix: { 'z.com': 2 } });
});
