import { describe, expect, test } from 'vitest';
import { OBJECT_RULES, skippedByIdFix, validateValue, VALUE_RULES, type CheckedSource } from '../../../electron/engines/preflight/index.ts';
import { canBeFixed } from '../../../shared/domain/checks.ts';
import type { Attributes, SourceObject, TargetObject } from '../../../shared/domain/objects.ts';
import { immutableIdFromGuid } from '../../../shared/rules/guid.ts';
import { findings, options, user } from './source-objects.ts';

const only = (object: SourceObject, attribute: string, how = options()) => findings([object], how).filter((f) => f.attribute === attribute).map((f) => [f.errors.join(', '), f.proposal, f.action]);
const long = (n: number): string => 'a'.repeat(n);

describe('a right object', () => {
  test('has no findings', () => {
    expect(findings([user('ann', { mail: ['ann@x.com'], mailNickname: ['ann'], proxyAddresses: ['SMTP:ann@x.com', 'X500:/o=Org/ou=Site/cn=Ann\'s', 'SIP:ann@x.com'], targetAddress: ['SMTP:ann@x.mail.onmicrosoft.com'], givenName: ['Ann'] })])).toEqual([]);
  });
  test('of another script has none where Microsoft 365 takes it', () => expect(findings([user('ann', { displayName: ['Åsa Öberg 日本 😀'], givenName: ['Åsa'] })])).toEqual([]));
});

describe('userPrincipalName', () => {
  test.each<[string, string, string | null, string]>([
    [`${long(65)}@x.com`, 'Length', `${long(64)}@x.com`, 'Edit'],
    ['a b@x.com', 'Character', 'ab@x.com', 'Edit'],
    ['a%b,c@x.com', 'Character', 'abc@x.com', 'Edit'],
    ['jürgen@x.com', 'Character', 'jurgen@x.com', 'Edit'],
    // Allowed by the local part of an address and by IdFix, not by Microsoft's page.
    ['a$b@x.com', 'Character', 'ab@x.com', 'Edit'],
    ['ann.@x.com', 'Character', 'ann@x.com', 'Edit'],
    ['a..b@x.com', 'LocalPart', 'a.b@x.com', 'Edit'],
    ['ann', 'LocalPart', null, 'Fail'],
    ['a@b@x.com', 'LocalPart', null, 'Fail'],
    ['ann@x', 'DomainPart, Tenant', null, 'Fail'],
    ['ann@corp.local', 'TopLevelDomain, Tenant', null, 'Fail'],
    ['ann@y.com', 'Tenant', null, 'Fail'],
    // Each rule works on what the one before proposes.
    ['a b.@corp.local', 'Character, TopLevelDomain, Tenant', 'ab@corp.local', 'Edit'],
    ['日本@x.com', 'Character, LocalPart', null, 'Fail'],
  ])('%s', (upn, errors, proposal, action) => {
    const [found] = only(user('ann', { userPrincipalName: [upn] }), 'userPrincipalName');
    expect([found?.[1], found?.[2]]).toEqual([proposal, action]);
    for (const error of errors.split(', ')) expect(found?.[0]).toContain(error);
  });
  test.each(["o'neil@x.com", `${long(64)}@x.com`, 'a-b_c!d#e^f~g@x.com'])('%s is right', (upn) => expect(only(user('ann', { userPrincipalName: [upn] }), 'userPrincipalName')).toEqual([]));
  test('the part after the @ has 48 characters', () => {
    const suffix = (n: number) => `${long(n - 4)}.com`;
    const verified = (n: number) => options([], { verifiedDomains: new Set([suffix(n)]) });
    expect(only(user('ann', { userPrincipalName: [`ann@${suffix(48)}`] }), 'userPrincipalName', verified(48))).toEqual([]);
    expect(only(user('ann', { userPrincipalName: [`ann@${suffix(49)}`] }), 'userPrincipalName', verified(49))).toEqual([['Length', null, 'Fail']]);
  });
  test('with another suffix for everybody the one of the source does not matter', () => {
    expect(only(user('ann', { userPrincipalName: ['ann@corp.local'] }), 'userPrincipalName', options([], { upnSuffix: 'x.com' }))).toEqual([]);
  });
  test('is not looked at with an alternate login, and is none of groups', () => {
    const bad: Attributes = { userPrincipalName: ['a b@corp.local'] };
    expect(only(user('ann', bad), 'userPrincipalName', options([], { alternateLogin: true }))).toEqual([]);
    expect(only(user('ann', bad, { kind: 'group' }), 'userPrincipalName')).toEqual([]);
  });
});

describe('the other attributes', () => {
  test.each<[string, string, string, string | null]>([
    ['displayName', long(257), 'Length', long(256)], ['displayName', ' ', 'Blank', 'ann'], ['givenName', long(65), 'Length', long(64)], ['mail', `${long(257)}`, 'Length', long(256)], ['mail', 'zoë@x.com', 'Character', null],
    ['mailNickname', '..ann', 'Character', 'ann'], ['mailNickname', long(65), 'Length', long(64)], ['mailNickname', 'a b', 'Character', 'ab'], ['mailNickname', '...', 'Character', null],
    ['sAMAccountName', long(21), 'Length', long(20)], ['sAMAccountName', 'a/b', 'Character', 'ab'], ['sAMAccountName', '[]', 'Character', 'ann'],
    ['targetAddress', 'SMTP:a\\b@x.com', 'Character', 'SMTP:ab@x.com'], ['targetAddress', 'smtp:a:b@x.com', 'Character', 'smtp:ab@x.com'], ['targetAddress', 'ann x@y', 'Character', 'annx@y'],
    ['proxyAddresses', 'smtp:a b@x.com', 'Character', 'smtp:ab@x.com'], ['proxyAddresses', 'smtp:a:b@x.com', 'Character', 'smtp:ab@x.com'], ['proxyAddresses', 'smtp:ann@x_y.x.com', 'DomainPart, Tenant', 'smtp:ann@xy.x.com'],
    ['proxyAddresses', 'smtp:müller@x.com', 'Character', 'smtp:muller@x.com'], ['proxyAddresses', 'smtp:ann@bücher.com', 'DomainPart, Tenant', null], ['proxyAddresses', 'smtp:ann@y.com', 'Tenant', null], ['proxyAddresses', 'smtp:ann@z.onmicrosoft.com', 'Tenant', null],
    ['proxyAddresses', 'X400:c=US;a= [x]', 'Character', 'X400:c=US;a= x'], ['proxyAddresses', 'SIP:a(b)@x.com', 'Character', 'SIP:ab@x.com'], ['proxyAddresses', 'ann@x.com', 'Format', null],
  ])('%s %s', (attribute, value, errors, proposal) => {
    expect(only(user('ann', { [attribute]: [value] }), attribute)).toEqual([[errors, proposal, proposal === null ? 'Fail' : 'Edit']]);
  });
  test.each([['displayName', long(256)], ['givenName', long(64)], ['mail', long(256)], ['mailNickname', long(64)], ['sAMAccountName', long(20)], ['givenName', '😀'.repeat(64)], ['proxyAddresses', `X500:${long(251)}`]])('%s at its limit is right', (attribute, value) => {
    expect(only(user('ann', { [attribute]: [value] }), attribute)).toEqual([]);
  });
  test('only the first value is read, and of proxyAddresses every one', () => {
    expect(only(user('ann', { givenName: ['Ann', long(99)] }), 'givenName')).toEqual([]);
    expect(only(user('ann', { proxyAddresses: ['smtp:a b@x.com', 'smtp:c d@x.com'] }), 'proxyAddresses')).toHaveLength(2);
  });
  test('an absent attribute breaks the rule on blanks only', () => {
    const { displayName: _, givenName: __, ...rest } = user('ann').attributes;
    expect(findings([{ ...user('ann'), attributes: rest }]).map((f) => [f.rules, f.value, f.proposal])).toEqual([[['displayName-blank'], '', 'ann']]);
  });
  test('group names may have 256 characters and reserved ones are refused', () => {
    expect(only(user(long(30), {}, { kind: 'group' }), 'sAMAccountName')).toEqual([]);
    expect(only(user('g', { mailNickname: ['Postmaster'] }, { kind: 'group' }), 'mailNickname')).toEqual([['Reserved', 'Postmaster-group', 'Edit']]);
  });
  test('counts, system accounts and usage location', () => {
    const rules = (object: SourceObject, how = options()) => findings([object], how).map((f) => f.rules[0]);
    expect(rules(user('ann', { proxyAddresses: Array.from({ length: 301 }, (_, i) => `smtp:a${i}@x.com`) }))).toEqual(['proxyAddresses-count']);
    expect(rules(user('g', {}, { kind: 'group', links: { member: Array.from({ length: 250_001 }, () => 'CN=x') } }))).toEqual(['member-count']);
    expect(rules(user('g', {}, { kind: 'group', links: { member: Array.from({ length: 50_001 }, () => 'CN=x') } }))).toEqual(['member-growth']);
    expect(rules(user('g', {}, { kind: 'group', links: { member: Array.from({ length: 50_000 }, () => 'CN=x') } }))).toEqual([]);
    expect(rules(user('HealthMailbox12'))).toEqual(['name-reserved']);
    expect(rules(user('ann', { c: ['UK'] }))).toEqual(['usageLocation']);
    expect(rules(user('ann', { c: ['UK'] }), options([], { countryCode: 'DE' }))).toEqual([]);
  });
});

describe('against the tenant', () => {
  const held = (id: string, attributes: Attributes, deleted = false) => ({ id, kind: 'user' as const, name: `Holder ${id}`, attributes, links: {}, deleted });
  const guid = '12345678-1234-1234-1234-1234567890ab';
  const rules = (object: SourceObject, tenant: Parameters<typeof options>[0], about: Partial<CheckedSource> = {}) => findings([object], options(tenant), () => ({ targetId: null, matched: 'no', as: 'asked for', ...about })).map((f) => `${f.severity} ${f.rules.join()}`);
  test('a source anchor belongs to one account, and differs by case', () => {
    const ann = user(guid, { userPrincipalName: ['ann@x.com'], sAMAccountName: ['ann'] });
    expect(rules(ann, [held('t', { onPremisesImmutableId: ['eFY0EjQSNBISNBI0VniQqw=='] })])).toEqual(['error anchor-unique-in-tenant']);
    expect(rules(ann, [held('t', { onPremisesImmutableId: ['efy0ejqsnbisnbi0vniqqw=='] })])).toEqual([]);
    expect(rules(ann, [held('t', { onPremisesImmutableId: ['eFY0EjQSNBISNBI0VniQqw=='] })], { targetId: 't', matched: 'yes' })).toEqual([]);
    expect(rules({ ...ann, attributes: { ...ann.attributes, 'mS-DS-ConsistencyGuid': ['AAAA'] } }, [held('t', { onPremisesImmutableId: ['AAAA'] })])).toEqual(['error anchor-unique-in-tenant']);
    expect(rules({ ...ann, kind: 'group' }, [held('t', { onPremisesImmutableId: ['eFY0EjQSNBISNBI0VniQqw=='] })])).toEqual([]);
  });
  test('a name of a group, a contact or something deleted is taken too', () => {
    for (const kind of ['user', 'group', 'contact'] as const) expect(rules(user('ann', { mail: ['sales@x.com'] }), [{ ...held('t', { proxyAddresses: ['smtp:Sales@x.com'] }), kind }])).toEqual(['error mail-unique-in-tenant']);
    expect(rules(user('ann', { mail: ['sales@x.com'] }), [held('t', { mail: ['sales@x.com'] }, true)])).toEqual(['error mail-unique-in-tenant']);
  });
  test('a match that another synchronisation writes', () => expect(rules(user('ann'), [], { targetId: 't', matched: 'yes', synchronisedElsewhere: true })).toEqual(['error synchronised-elsewhere']));
  test('a holder in another collection is named with it', () => {
    const how = (where: (id: string) => string) => findings([user('a', { mail: ['m@x.com'] }), user('b', { mail: ['m@x.com'] })], options(), (id) => ({ targetId: null, matched: 'no', as: 'asked for', where: where(id) })).map((f) => f.message);
    expect(how((id) => (id === 'a' ? 'Berlin' : 'Oslo'))).toEqual([expect.stringContaining('b (in Oslo)'), expect.stringContaining('a (in Berlin)')]);
    expect(how(() => 'Berlin').join()).not.toContain('Berlin');
  });
  test('a usage location is needed as soon as a licence is wanted', () => {
    const one = (licenceWanted: boolean) => findings([user('ann', { c: [] })], options([], { licenceWanted })).map((f) => `${f.severity} ${f.rules.join()}`);
    expect([one(false), one(true)]).toEqual([['warning usageLocation'], ['error usageLocation']]);
  });
});

describe('what a decision could write', () => {
  test('is about a value that the attribute really has, or about none', () => {
    const ann = user('0b1ec700-0000-4000-8000-000000000011', { c: ['UK'], mail: ['a b@x.com'], proxyAddresses: ['smtp:a b@x.com'] });
    const other: TargetObject = { id: 'cloud', kind: 'user', name: 'Other', deleted: false, links: {}, attributes: { onPremisesImmutableId: [immutableIdFromGuid(ann.id) ?? ''] } };
    const found = findings([ann, user('bad', { msExchUsageLocation: ['XX'], c: ['UK'] })], options([other]));
    expect(found.map((f) => f.rules[0])).toEqual(expect.arrayContaining(['usageLocation', 'anchor-unique-in-tenant']));
    const all = new Map([[ann.id, ann], ['bad', user('bad', { msExchUsageLocation: ['XX'] })]]);
    const writable = found.filter((f) => canBeFixed(f) && f.value !== '');
    expect(writable.filter((f) => all.get(f.sourceId ?? '')?.attributes[f.attribute]?.includes(f.value) !== true).map((f) => [f.attribute, f.value])).toEqual([]);
    expect(writable.map((f) => [f.attribute, f.value])).toContainEqual(['msExchUsageLocation', 'XX']);
    expect(found.find((f) => f.sourceId === ann.id && f.rules.includes('usageLocation'))?.message).toContain('UK');
  });
});

describe('a value that a person enters', () => {
  const context = options();
  test.each<[string, string, readonly string[]]>([['userPrincipalName', 'ann@x.com', []], ['USERPRINCIPALNAME', 'a nn@x.com', ['userPrincipalName-characters']], ['mailNickname', '.ann', ['mailNickname-leading-dot']], ['proxyAddresses', 'smtp:ann@y.com', ['proxyAddresses-verified-domain']], ['description', 'anything', []]])('%s %s', (attribute, value, expected) => {
    expect(validateValue(attribute, value, user('ann'), context).map((p) => p.rule)).toEqual(expected);
  });
});

describe('the rules', () => {
  const all = [...Object.values(VALUE_RULES).flat(), ...OBJECT_RULES];
  test('have ids of their own and name where they come from', () => {
    expect(all.length).toBeGreaterThan(35);
    expect(new Set(all.map((rule) => rule.id)).size).toBe(all.length);
    expect(all.filter((rule) => rule.source.length < 10)).toEqual([]);
  });
});

describe('what IdFix leaves out', () => {
  test.each<[Attributes, Partial<SourceObject>, string | null]>([
    [{}, {}, null], [{ cn: ['PC$'] }, {}, '$'], [{ cn: ['Administration Berlin'] }, {}, 'admini'], [{ cn: ['HealthMailbox1'] }, {}, 'healthmailbox'], [{ msExchRecipientTypeDetails: ['536870912'] }, {}, 'system mailbox'], [{ msExchRecipientTypeDetails: ['2147483648'] }, {}, null],
    [{ sAMAccountName: ['MSOL_1'] }, {}, 'msol_'], [{ mailNickname: ['SystemMailbox{1}'] }, {}, 'systemmailbox'], [{ displayName: ['MSOL x'], msExchHideFromAddressLists: ['TRUE'] }, {}, 'MSOL'],
    [{ groupType: ['-2147483646'] }, { kind: 'group' }, 'security group'], [{ groupType: ['-2147483646'], mail: ['g@x.com'] }, { kind: 'group' }, null], [{ groupType: ['8'], mail: ['g@x.com'] }, { kind: 'group' }, 'distribution group'], [{ groupType: ['8'], proxyAddresses: ['SMTP:g@x.com'] }, { kind: 'group' }, null],
  ])('%o %o', (attributes, more, clause) => {
    const reason = skippedByIdFix(user('ann', attributes, more));
    expect(clause === null ? reason : reason?.includes(clause)).toBe(clause === null ? null : true);
  });
});
