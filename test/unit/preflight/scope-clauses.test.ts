import { describe, expect, test } from 'vitest';
import { OUTBOUND_CLAUSES, outOfScope, SCOPE_CLAUSES, scopeClause } from '../../../electron/engines/mapping/index.ts';
import type { Attributes, SourceObject } from '../../../shared/domain/objects.ts';
import { user } from './source-objects.ts';

type Case = readonly [clause: string | null, attributes: Attributes, more?: Partial<SourceObject>];
const of = (clause: string | null, types: readonly string[]): Case[] => types.map((type) => [clause, { msExchRecipientTypeDetails: [type] }]);
/** Per clause objects that it keeps out, and their nearest neighbours that stay. */
const CASES: readonly Case[] = [
  [null, {}], ['critical system object', { isCriticalSystemObject: ['TRUE'] }], ['critical system object', { isCriticalSystemObject: ['FALSE'] }], ['critical system object', { isCriticalSystemObject: ['TRUE'] }, { kind: 'contact' }],
  ['replication conflict', {}, { dn: 'CN=Ann\\0ACNF:6e2f,OU=Staff,DC=x' }], [null, {}, { dn: 'CN=Ann,OU=Staff\\0ACNF:6e2f,DC=x' }],
  ['machine account', { userAccountControl: ['4096'] }], ['computer', { objectClass: ['user', 'computer'] }],
  ['user from the cloud', { adminDescription: ['User_1'] }], [null, { adminDescription: ['User_1'], objectClass: ['top', 'user', 'inetOrgPerson'] }], [null, { adminDescription: ['A User_'] }],
  ['no account name', { sAMAccountName: [] }], ['support account', { sAMAccountName: ['SUPPORT_388945a0'] }], [null, { sAMAccountName: ['SUPPORT_388945a1'] }],
  ['system mailbox by nickname', { mailNickname: ['SystemMailbox{1}'] }], [null, { mailNickname: ['SystemMailbox1'] }], ['AAD_ account', { sAMAccountName: ['AAD_1'] }], ['MSOL_ account', { sAMAccountName: ['msol_1'] }], [null, { sAMAccountName: ['MSOL1'] }],
  ['CAS_ nickname', { mailNickname: ['CAS_{1}'] }], [null, { mailNickname: ['CAS_1'] }], ['CAS_ nickname', { mailNickname: ['cas_x}'] }, { kind: 'contact' }], ['CAS_ account', { sAMAccountName: ['CAS_{1}'] }],
  ...of('system mailbox', ['4096', '8192', '16384', '4194304', '8388608', '16777216', '536870912']),
  // Universal security group, non-universal group and the remote mailboxes are not in the mask, whatever the prose says.
  ...of(null, ['1', '4', '16', '524288', '1048576', '2147483648', '34359738368']),
  ['linked mailbox', { msExchRecipientTypeDetails: ['2'] }], [null, { userAccountControl: ['514'] }],
  ['built-in group', { groupType: ['-2147483643'] }, { kind: 'group' }], ['group from the cloud', { adminDescription: ['Group_1'] }, { kind: 'group' }], [null, { adminDescription: ['User_1'] }, { kind: 'group' }],
  ['dynamic distribution group', { objectClass: ['top', 'msExchDynamicDistributionList'] }, { kind: 'group' }],
  ['coexistence group', { sAMAccountName: ['MSOL_AD_Sync_RichCoexistence'] }, { kind: 'group' }], ['role group', { msExchRecipientTypeDetails: ['1073741824'] }, { kind: 'group' }],
  ['MSOL contact', { displayName: ['Ann (MSOL)'], msExchHideFromAddressLists: ['TRUE'] }, { kind: 'contact' }], [null, { displayName: ['Ann (MSOL)'], msExchHideFromAddressLists: ['FALSE'] }, { kind: 'contact' }],
];

describe('the clause that keeps an object out', () => {
  test.each(CASES.map(([clause, attributes, more = {}]) => ({ clause, attributes, more })))('$clause: $attributes $more', ({ clause, attributes, more }) => {
    const object = user('ann', attributes, more);
    expect(scopeClause(object)?.id ?? null).toBe(clause);
    expect(outOfScope(object)).toBe(clause === null ? null : SCOPE_CLAUSES.find((c) => c.id === clause)?.text);
  });
  test('has a case here, a name of its own and a source', () => {
    expect(SCOPE_CLAUSES.map((c) => c.id).filter((id) => !CASES.some(([clause]) => clause === id))).toEqual([]);
    expect(new Set(SCOPE_CLAUSES.map((c) => c.id)).size).toBe(SCOPE_CLAUSES.length);
    expect([...SCOPE_CLAUSES, ...OUTBOUND_CLAUSES].filter((c) => c.source === '' || c.text === '')).toEqual([]);
  });
});

describe('what Entra Connect reads and never creates', () => {
  const clause = (attributes: Attributes, kind: SourceObject['kind']) => scopeClause(user('ann', attributes, { kind }), OUTBOUND_CLAUSES)?.id ?? null;
  test('contacts without mail', () => {
    expect([clause({}, 'contact'), clause({ mail: ['a@x.com'] }, 'contact'), clause({ proxyAddresses: ['smtp:a@x.com'] }, 'contact'), clause({}, 'user')]).toEqual(['contact without mail', null, null, null]);
  });
  test('groups that are neither for security nor for mail', () => {
    expect([clause({ groupType: ['8'] }, 'group'), clause({ groupType: ['8'], mail: ['g@x.com'] }, 'group'), clause({ groupType: ['-2147483640'] }, 'group'), clause({}, 'group')]).toEqual(['group without purpose', null, null, null]);
  });
});
