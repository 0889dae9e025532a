import { describe, expect, test } from 'vitest';
import { DEFAULT_MAPPING_RULES, GENERATED, mapObject, outOfScope } from '../../../electron/engines/mapping/index.ts';
import type { MapInput, MappedObject, MappedReference } from '../../../electron/engines/mapping/index.ts';
import type { Attributes, ObjectKind, SourceObject, TargetObject } from '../../../shared/domain/objects.ts';
import type { MappingRule } from '../../../shared/domain/rules.ts';
import { targetAttribute } from '../../../shared/rules/target-attributes.ts';

const rules: readonly MappingRule[] = DEFAULT_MAPPING_RULES.map((rule, i) => ({ ...rule, id: `m${i + 1}` }));
const BASE: Readonly<Record<ObjectKind, Attributes>> = {
  user: { sAMAccountName: ['ann'], userPrincipalName: ['ann@corp.local'], userAccountControl: ['512'], displayName: ['Ann Lee'], cn: ['Ann'] },
  group: { sAMAccountName: ['Staff'], groupType: ['-2147483646'], cn: ['Staff'] }, contact: { cn: ['Carl'], mail: ['carl@x.com'] },
};
const source = (attributes: Attributes = {}, kind: ObjectKind = 'user', links: Attributes = {}): SourceObject => ({
  id: '12345678-1234-1234-1234-1234567890ab', kind, dn: 'CN=Ann,OU=Staff,DC=corp,DC=local', name: 'Ann', attributes: { ...BASE[kind], ...attributes }, links,
});
const target = (attributes: Attributes, kind: ObjectKind = 'user'): TargetObject => ({ id: 't', kind, name: 'Ann', attributes, links: {}, deleted: false });
const map = (object: SourceObject, more: Partial<MapInput> = {}): MappedObject => mapObject({
  source: object, target: null, rules, settings: { createUnmatched: true, mergeUnmatched: true, upnSuffix: 'contoso.com', countryCode: '' },
  defaults: { upnSuffix: '', countryCode: '', distributionGroups: 'skip' }, verifiedDomains: new Set(['contoso.com']), initialDomain: 'contoso.onmicrosoft.com',
  resolve: (dn) => (dn.startsWith('CN=Known') ? { sourceId: `s ${dn}`, targetId: `t ${dn}`, name: dn, kind: dn.includes('Group') ? 'group' : 'user' } : null), ...more,
});
const values = (mapped: MappedObject): Readonly<Record<string, readonly string[] | null>> => Object.fromEntries([...mapped.values].map(([name, value]) => [name, value.values]));
const custom = (rule: Partial<MappingRule>): MappingRule => ({
  id: 'x', position: 1, enabled: true, action: 'Overwrite', condition: 'always', sourceClass: 'user', sourceAttribute: 'title', targetClass: 'user', targetAttribute: 'jobTitle', value: '', conversion: 'none', ...rule,
});

describe('a new user by the shipped rules', () => {
  const mapped = map(source({ sn: [' Lee '], co: ['Germany'], c: ['DE'], telephoneNumber: ['1', '2'], mail: ['ann@contoso.com'], extensionAttribute3: ['x'] }, 'user', { manager: ['CN=Known Boss,DC=x'] }));
  test('gets these values', () => {
    expect(values(mapped)).toEqual({
      userPrincipalName: ['ann@contoso.com'], displayName: ['Ann Lee'], mailNickname: ['ann'], accountEnabled: ['true'], 'passwordProfile/password': [GENERATED],
      'passwordProfile/forceChangePasswordNextSignIn': ['true'], onPremisesImmutableId: ['eFY0EjQSNBISNBI0VniQqw=='], usageLocation: ['DE'], mail: ['ann@contoso.com'], surname: ['Lee'], country: ['Germany'],
      businessPhones: ['1'], 'onPremisesExtensionAttributes/extensionAttribute3': ['x'],
    });
    expect(mapped).toMatchObject({ links: { manager: { targetId: 't CN=Known Boss,DC=x' } }, problems: [], unresolved: [], skip: null });
  });
  test('each value says where it came from', () => {
    expect(mapped.values.get('surname')?.provenance).toMatchObject({ source: 'sn', reason: 'Overwrite with sn' });
    expect(mapped.values.get('userPrincipalName')?.provenance.reason).toBe('UPN suffix contoso.com of this migration');
  });
  test('writes only what Graph can write at creation', () => {
    for (const name of mapped.values.keys()) expect(targetAttribute('user', name)).toMatchObject({ service: 'graph', onCreate: true });
  });
});

describe('an existing user', () => {
  test('keeps what is given only at creation, its anchor, its nickname and its usage location', () => {
    const there = target({ onPremisesImmutableId: ['other'], usageLocation: ['US'], mailNickname: ['ann.lee'] });
    const mapped = values(map(source({ c: ['DE'], mail: ['ann@contoso.com'] }), { target: there }));
    for (const name of ['passwordProfile/password', 'mail', 'onPremisesImmutableId', 'usageLocation', 'mailNickname']) expect(mapped).not.toHaveProperty(name);
  });
  test('is not given a usage location from the postal country, which could never be taken back', () => {
    const mapped = map(source({ c: ['DE'] }), { target: target({}) });
    expect(values(mapped)).not.toHaveProperty('usageLocation');
    expect(mapped.problems).toContainEqual(expect.objectContaining({ severity: 'warning', message: expect.stringContaining('usage location') as string }));
  });
  test('gets the country that the run names', () => {
    const settings = { createUnmatched: true, mergeUnmatched: true, upnSuffix: '', countryCode: 'fr' };
    expect(values(map(source({ c: ['DE'] }), { target: target({ usageLocation: ['US'] }), settings }))['usageLocation']).toEqual(['FR']);
  });
  test('is not given a fallback sign-in name', () => {
    const settings = { createUnmatched: true, mergeUnmatched: true, upnSuffix: '', countryCode: '' };
    const mapped = map(source(), { target: target({}), settings });
    expect(values(mapped)).not.toHaveProperty('userPrincipalName');
    expect(mapped.problems.map((problem) => problem.severity)).toContain('warning');
    expect(values(map(source(), { settings }))['userPrincipalName']).toEqual(['ann@contoso.onmicrosoft.com']);
  });
  test('loses nothing when the source has no value', () => expect(values(map(source(), { target: target({ jobTitle: ['Chief'] }) }))).not.toHaveProperty('jobTitle'));
  test('is disabled when the source is', () => expect(values(map(source({ userAccountControl: ['514'] }), { target: target({}) }))['accountEnabled']).toEqual(['false']));
});

describe('actions and conditions', () => {
  const one = (rule: Partial<MappingRule>, attributes: Attributes = {}, there: Attributes | null = null) =>
    map(source({ title: ['Chief'], ...attributes }), { rules: [custom(rule)], target: there === null ? null : target(there) });
  test.each([
    ['Overwrite', {}, { jobTitle: ['Clerk'] }, ['Chief']], ['Set constant', { value: 'Any' }, null, ['Any']], ['Clear', {}, { jobTitle: ['Clerk'] }, null],
  ] as const)('%s', (action, rule, there, expected) => expect(values(one({ action, ...rule }, {}, there))['jobTitle']).toEqual(expected));
  test('Merge unites without regard to case where the attribute has none', () => {
    const rule = { action: 'Merge', sourceAttribute: 'otherMailbox', targetAttribute: 'otherMails', conversion: 'other mails' } as const;
    expect(values(one(rule, { otherMailbox: ['B@x.com', 'c@x.com', 'nonsense'] }, { otherMails: ['a@x.com', 'b@x.com'] }))['otherMails']).toEqual(['a@x.com', 'b@x.com', 'c@x.com']);
    expect(one({ action: 'Merge' }).problems[0]?.message).toContain('holds one value');
  });
  test.each([
    ['only on creation', null, true], ['only on creation', {}, false], ['only if the target is empty', {}, true], ['only if the target is empty', { jobTitle: ['x'] }, false], ['always', { jobTitle: ['x'] }, true],
  ] as const)('%s with %o writes: %s', (condition, there, writes) => expect(one({ condition }, {}, there).values.has('jobTitle')).toBe(writes));
  test('an expression that cannot be read keeps the object out', () => expect(one({ action: 'Expression' }).problems[0]).toMatchObject({ severity: 'error', message: expect.stringContaining('The expression is empty') }));
  test('the topmost rule with a value wins', () => {
    const two = [custom({ id: 'a', position: 2, sourceAttribute: 'department' }), custom({ id: 'b', position: 1, sourceAttribute: 'nothing' }), custom({ id: 'c', position: 3 })];
    expect(map(source({ title: ['Chief'], department: ['D'] }), { rules: two }).values.get('jobTitle')).toMatchObject({ values: ['D'], provenance: { ruleId: 'a' } });
  });
  test('rules of other classes, disabled ones and unknown attributes', () => {
    expect(one({ enabled: false }).values.size).toBe(0);
    expect(one({ targetClass: 'group' }).values.size).toBe(0);
    expect(one({ targetAttribute: 'shoeSize' }).problems[0]?.message).toContain('shoeSize');
  });
});

describe('groups', () => {
  const members = { member: ['CN=Known A,DC=x', 'CN=Known Group,DC=x', 'CN=Stranger,DC=x'] };
  const unified = { defaults: { upnSuffix: '', countryCode: '', distributionGroups: 'Microsoft 365 group' as const } };
  test('security groups', () => {
    const mapped = map(source({}, 'group', members));
    expect(values(mapped)).toEqual({ displayName: ['Staff'], mailNickname: ['Staff'], mailEnabled: ['false'], securityEnabled: ['true'] });
    expect(mapped.links.members?.map((member) => member.name)).toEqual(['CN=Known A,DC=x', 'CN=Known Group,DC=x']);
    expect(mapped.unresolved).toEqual([expect.objectContaining({ attribute: 'member', dn: 'CN=Stranger,DC=x' })]);
  });
  test('distribution groups are skipped or become Microsoft 365 groups, which hold users only', () => {
    const group = source({ groupType: ['8'], mail: ['staff@x.com'] }, 'group', members);
    expect(map(group).skip).toContain('distribution groups');
    const mapped = map(group, unified);
    expect(values(mapped)).toMatchObject({ groupTypes: ['Unified'], mailEnabled: ['true'], securityEnabled: ['false'], mailNickname: ['staff'] });
    expect(mapped.links.members).toHaveLength(1);
    expect(mapped.unresolved.map((one) => one.reason)).toContain('a Microsoft 365 group cannot hold a group');
    // Active Directory holds it: who is a member already must not be taken out because nobody could write it.
    expect(mapped.links.membersKept).toEqual(['t CN=Known Group,DC=x']);
  });
  const kept = { defaults: { upnSuffix: '', countryCode: '', distributionGroups: 'distribution group' as const } };
  test('groups with mail are kept by Exchange Online', () => {
    expect(map(source({}, 'group'), kept).service).toBe('graph');
    expect(map(source({ mail: ['s@x.com'] }, 'group'), unified)).toMatchObject({ service: 'exchange', skip: null });
    const list = map(source({ groupType: ['8'], mail: ['all.staff@x.com'], mailNickname: ['all.staff'], msExchRequireAuthToSendTo: ['FALSE'] }, 'group'), { ...kept, verifiedDomains: new Set(['x.com']) });
    expect(list).toMatchObject({ service: 'exchange', skip: null });
    expect(values(list)).toEqual({ displayName: ['Staff'], mailNickname: ['all.staff'], mailEnabled: ['true'], securityEnabled: ['false'], proxyAddresses: ['SMTP:all.staff@x.com'], requireSenderAuthenticationEnabled: ['false'] });
    expect(map(source({ groupType: ['8'] }, 'group'), kept).skip).toContain('without a mail address');
  });
  test('the service of a match decides, whatever the source is', () => {
    expect(map(source({}, 'group'), { target: target({ mailEnabled: ['true'] }, 'group') })).toMatchObject({ service: 'exchange', skip: null });
    expect(map(source({ groupType: ['8'], mail: ['s@x.com'] }, 'group'), { ...kept, target: target({ mailEnabled: ['true'], groupTypes: ['Unified'] }, 'group') })).toMatchObject({ service: 'graph', skip: null });
  });
  test('what only groups with mail have is not asked of the others', () => expect(map(source({ extensionAttribute1: ['x'], msExchHideFromAddressLists: ['TRUE'] }, 'group')).values.size).toBe(4));
  test('without Exchange Online its objects are left out with the reason', () => expect(map(source({ mail: ['s@x.com'] }, 'group'), { exchangeProblem: 'Closed.' }).skip).toBe('Closed.'));
  test('what a group of Exchange can hold', () => {
    const group = source({ mail: ['s@x.com'] }, 'group', { member: ['a', 'b', 'c', 'd', 'e'] });
    const found: Record<string, MappedReference> = {
      a: { sourceId: 'a', targetId: 'A', name: 'a', kind: 'user', recipient: true }, b: { sourceId: 'b', targetId: 'B', name: 'b', kind: 'user', recipient: false }, c: { sourceId: 'c', targetId: null, name: 'c', kind: 'contact' },
      d: { sourceId: 'd', targetId: 'D', name: 'd', kind: 'group', mailEnabled: false }, e: { sourceId: 'e', targetId: 'E', name: 'e', kind: 'group', mailEnabled: true, unified: true },
    };
    const mapped = map(group, { resolve: (dn) => found[dn] ?? null });
    expect(mapped.links.members?.map((m) => m.name)).toEqual(['a', 'c']);
    expect(mapped.unresolved.map((u) => [u.dn, u.reason])).toEqual([['b', 'has neither a mailbox nor a mail address in Exchange Online yet'], ['d', 'a group of Exchange Online cannot hold a group without mail'], ['e', 'a group of Exchange Online cannot hold a Microsoft 365 group']]);
  });
});

describe('contacts', () => {
  test('with an address go through Exchange Online', () => {
    const mapped = map(source({ mail: ['Ed@Outside.com'], targetAddress: ['SMTP:ed@far.com'], c: ['NO'], co: ['Norge'] }, 'contact'));
    expect(mapped).toMatchObject({ service: 'exchange', skip: null });
    expect(values(mapped)).toEqual({ displayName: ['Carl'], mailNickname: ['ed.far.com'], externalEmailAddress: ['ed@far.com'], proxyAddresses: ['SMTP:ed@far.com'], country: ['Norway'] });
  });
  test('without one they are left out', () => expect(map(source({ mail: [] }, 'contact')).skip).toContain('without a mail address'));
});

test.each([['4', 'false'], ['16', 'false'], ['34359738368', 'false'], ['8589934592', 'false'], ['1', 'true'], ['2147483648', 'true'], ['x', 'true']])('msExchRecipientTypeDetails %s: enabled %s', (type, enabled) => {
  expect(values(map(source({ userAccountControl: ['512'], msExchRecipientTypeDetails: [type] })))['accountEnabled']).toEqual([enabled]);
});

describe('scope', () => {
  test.each<[ObjectKind, Attributes, string | null]>([
    ['user', {}, null], ['user', { userAccountControl: ['514'] }, null], ['user', { isCriticalSystemObject: ['TRUE'] }, 'isCriticalSystemObject'], ['user', { sAMAccountName: [] }, 'sAMAccountName is absent'],
    ['user', { sAMAccountName: ['SUPPORT_388945a0'] }, 'SUPPORT_388945a0'], ['user', { sAMAccountName: ['SUPPORT_other'] }, null], ['user', { sAMAccountName: ['MSOL_0123'] }, 'MSOL_'],
    ['user', { mailNickname: ['SystemMailbox{1}'] }, 'SystemMailbox'], ['user', { sAMAccountName: ['CAS_{12}'] }, 'CAS_'], ['user', { sAMAccountName: ['CAS_12'] }, null],
    ['user', { msExchRecipientTypeDetails: ['4096'] }, 'system mailbox'], ['user', { msExchRecipientTypeDetails: ['536870912'] }, 'system mailbox'], ['user', { msExchRecipientTypeDetails: ['1'] }, null],
    ['user', { msExchRecipientTypeDetails: ['524288'] }, null], ['user', { msExchRecipientTypeDetails: ['34359738368'] }, null], ['user', { msExchRecipientTypeDetails: ['2'] }, 'linked mailbox'],
    ['user', { adminDescription: ['User_x'] }, 'adminDescription'], ['user', { userAccountControl: ['4096'] }, 'computer'], ['user', { cn: ['Ann\nCNF:1'] }, 'conflict'],
    ['group', {}, null], ['group', { groupType: ['-2147483643'] }, 'built-in'], ['group', { msExchRecipientTypeDetails: ['1073741824'] }, 'role group'], ['group', { adminDescription: ['Group_x'] }, 'adminDescription'],
    ['contact', {}, null], ['contact', { displayName: ['x (MSOL)'], msExchHideFromAddressLists: ['TRUE'] }, 'MSOL'], ['contact', { displayName: ['x (MSOL)'] }, null],
  ])('%s %o: %s', (kind, attributes, clause) => {
    const reason = outOfScope(source(attributes, kind));
    expect(clause === null ? reason : (reason?.includes(clause) ?? false)).toBe(clause === null ? null : true);
  });
});
