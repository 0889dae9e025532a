import fc from 'fast-check';
import type { Attributes, ObjectKind, SourceObject, TargetObject } from '../../../shared/domain/objects.ts';
import { ASSIGNMENTS, formatAssignment } from '../../../shared/rules/licences.ts';
import type { Model } from './model.ts';

const word = fc.constantFrom('Ann', 'ann', 'Bob', 'Chief', 'x', 'Ünal');
const some = (names: readonly string[]): fc.Arbitrary<Attributes> =>
  fc.record(Object.fromEntries(names.map((name) => [name, fc.tuple(word)])), { requiredKeys: [] }) as unknown as fc.Arbitrary<Attributes>;

/** A few users and groups, some of them already in the tenant with other values, links among all of them. */
export const world = fc.record({
  users: fc.array(fc.record({
    attributes: some(['displayName', 'givenName', 'sn', 'title', 'telephoneNumber', 'extensionAttribute1']), country: fc.constantFrom('', 'DE'), disabled: fc.boolean(),
    manager: fc.option(fc.nat(7)), there: fc.option(some(['displayName', 'givenName', 'jobTitle', 'city', 'businessPhones', 'usageLocation', 'onPremisesExtensionAttributes/extensionAttribute1'])),
    oldManager: fc.option(fc.nat(3)), deleted: fc.boolean(), mailbox: fc.boolean(), holders: fc.uniqueArray(fc.nat(9), { maxLength: 3 }), heldBefore: fc.uniqueArray(fc.nat(3), { maxLength: 2 }), licensed: fc.boolean(),
  }), { minLength: 1, maxLength: 8 }),
  groups: fc.array(fc.record({ mail: fc.boolean(), attributes: some(['displayName', 'description']), members: fc.uniqueArray(fc.nat(7)), there: fc.option(some(['displayName', 'description'])), oldMembers: fc.uniqueArray(fc.nat(3)) }), { maxLength: 3 }),
  contacts: fc.array(fc.record({ attributes: some(['displayName', 'title', 'company']), there: fc.option(some(['jobTitle', 'companyName'])) }), { maxLength: 2 }),
  strangers: fc.constant(4),
  remove: fc.constantFrom('never' as const, 'those Causeway does not know are kept' as const),
});

/** One such organisation with its tenant. */
export type World = typeof world extends fc.Arbitrary<infer T> ? T : never;

/** objectGUID by number. */
export const guid = (n: number): string => `00000000-0000-0000-0000-${String(n).padStart(12, '0')}`;

/** What objects that Exchange Online keeps have without being told. */
export const initialOf = (kind: ObjectKind): Attributes => ({ hideFromAddressLists: ['false'], requireSenderAuthenticationEnabled: [String(kind === 'group')] });
/** Products that accounts had before. */
const OLD_LICENCE = formatAssignment({ skuId: '00000000-0000-4000-8000-000000000001', disabledPlans: [], groupId: null, state: 'Active' });

/** The sources, the tenant and the matches of a world. Groups count from 100, strangers of the tenant are `s0` and so on. */
export function build(given: World): { sources: SourceObject[]; model: Model; matches: Map<string, string> } {
  const model: Model = new Map();
  const matches = new Map<string, string>();
  const put = (target: TargetObject): void => { model.set(target.id, target); };
  for (let i = 0; i < given.strangers; i += 1) put({ id: `s${i}`, kind: 'user', name: `s${i}`, attributes: {}, links: {}, deleted: false });
  const userDn = (n: number): string => `CN=u${n % given.users.length}`;
  const holderDns = (holders: readonly number[]): string[] => [...new Set(holders.flatMap((n) => (n < 7 ? [userDn(n)] : given.groups[n - 7] === undefined ? [] : [`CN=g${n - 7}`])))];
  const sources = given.users.map((user, i): SourceObject => {
    if (user.there !== null) {
      put({ id: `t${i}`, kind: 'user', name: `t${i}`, attributes: { userPrincipalName: [`u${i}@old.com`], accountEnabled: ['true'], ...user.there, ...(user.mailbox && !user.deleted ? { recipientTypeDetails: ['UserMailbox'] } : {}), ...(user.licensed ? { [ASSIGNMENTS]: [OLD_LICENCE], usageLocation: ['DE'] } : {}) }, links: { ...(user.oldManager === null ? {} : { manager: [`s${user.oldManager}`] }), ...(user.mailbox && !user.deleted ? { fullAccess: user.heldBefore.map((n) => `s${n}`) } : {}) }, deleted: user.deleted });
      matches.set(guid(i), `t${i}`);
    }
    const attributes = { ...user.attributes, sAMAccountName: [`u${i}`], userPrincipalName: [`u${i}@x.com`], userAccountControl: [user.disabled ? '514' : '512'], ...(user.country === '' ? {} : { c: [user.country] }) };
    return { id: guid(i), kind: 'user', dn: `CN=u${i}`, name: `u${i}`, attributes, links: { ...(user.manager === null ? {} : { manager: [userDn(user.manager)] }), msExchMailboxSecurityDescriptor: holderDns(user.holders) } };
  });
  given.groups.forEach((group, i) => {
    const id = guid(100 + i);
    if (group.there !== null) {
      put({ id: `g${i}`, kind: 'group', name: `g${i}`, attributes: { securityEnabled: ['true'], mailEnabled: [String(group.mail)], ...group.there, ...(group.mail ? { mailNickname: [`g${i}`], proxyAddresses: [`SMTP:g${i}@x.com`], ...initialOf('group') } : {}) }, links: { members: group.oldMembers.map((n) => `s${n}`) }, deleted: false });
      matches.set(id, `g${i}`);
    }
    sources.push({ id, kind: 'group', dn: `CN=g${i}`, name: `g${i}`, attributes: { ...group.attributes, sAMAccountName: [`g${i}`], groupType: [group.mail ? '-2147483640' : '-2147483646'], ...(group.mail ? { mail: [`g${i}@x.com`], mailNickname: [`g${i}`] } : {}) }, links: { member: [...new Set(group.members.map(userDn))] } });
  });
  given.contacts.forEach((contact, i) => {
    const [id, mail] = [guid(200 + i), `c${i}@y.com`];
    if (contact.there !== null) {
      put({ id: `c${i}`, kind: 'contact', name: `c${i}`, attributes: { displayName: [`c${i}`], mailNickname: [`c${i}`], externalEmailAddress: [`SMTP:${mail}`], proxyAddresses: [`SMTP:${mail}`], ...contact.there, ...initialOf('contact') }, links: {}, deleted: false });
      matches.set(id, `c${i}`);
    }
    sources.push({ id, kind: 'contact', dn: `CN=c${i}`, name: `c${i}`, attributes: { ...contact.attributes, mail: [mail], mailNickname: [`c${i}`] }, links: {} });
  });
  return { sources, model, matches };
}
