import fc from 'fast-check';
import type { LdifEntry, LdifValue } from '../../../../electron/simulator/demo/ldif.ts';
import { sidToBytes } from '../../../../shared/rules/sid.ts';
import { securityDescriptor } from '../../../servers/security-descriptor.ts';
import { contact, contactDn, UNIVERSAL_SECURITY } from '../exchange-works.ts';
import { CONTAINERS, group, groupDn, person, personDn, TYPE } from '../works.ts';

/** People of the organisation with their numbers. */
export const PEOPLE = [['ann', 11], ['ben', 12], ['cem', 13], ['dot', 14], ['eva', 15]] as const;
/** Groups: two of security, one of distribution, one of security with mail. */
export const GROUPS = [['Sales', 21, TYPE.globalSecurity], ['Office', 22, TYPE.globalSecurity], ['Crew', 41, TYPE.universalDistribution], ['Delegates', 42, UNIVERSAL_SECURITY]] as const;
/** Contacts outside. */
export const CONTACTS = [['Ed', 31], ['Flo', 32]] as const;
/** Numbers of all objects. */
export const NUMBERS: readonly number[] = [...PEOPLE, ...GROUPS, ...CONTACTS].map(([, n]) => n);

const hasMail = (name: string): boolean => name === 'Crew' || name === 'Delegates';
const sid = (n: number): string => `S-1-5-21-1-2-3-${1000 + n}`;
/** Right Send-As of an object's list (Active Directory Extended Rights Reference). */
const SEND_AS = 'ab721a54-1e2f-11d0-9819-00aa0040529b';
/** Who may hold permissions: people and the group with mail. */
const HOLDERS = [...PEOPLE.map(([, n]) => n), 42];
const holderDn = (n: number): string => PEOPLE.flatMap(([alias, own]) => (own === n ? [personDn(alias)] : []))[0] ?? groupDn('Delegates');
const fullAccess = (holders: readonly number[]): Buffer => securityDescriptor(holders.map((n) => ({ type: 0, mask: 1, sid: sid(n) })));
const sendAs = (holders: readonly number[]): Buffer => securityDescriptor(holders.map((n) => ({ type: 5, mask: 0x100, objectType: SEND_AS, sid: sid(n) })));

const holders = fc.uniqueArray(fc.constantFrom(...HOLDERS), { maxLength: 3 });
const n = fc.nat(4095);
/** What the tenant has of a person when the project begins. */
const there = fc.constantFrom('no', 'account', 'mailbox', 'mailbox', 'mail user', 'in the recycle bin');

/** An organisation with its tenant. */
export const world = fc.record({
  people: fc.tuple(...PEOPLE.map(() => fc.record({ there, country: fc.constantFrom('', 'DE', 'NO'), mail: fc.boolean(), disabled: fc.boolean(), leads: n, fullAccess: holders, sendAs: holders, onBehalf: holders, heldBefore: holders }))),
  groups: fc.tuple(...GROUPS.map(() => fc.record({ there: fc.boolean(), members: n, oldMembers: n, owner: fc.option(fc.nat(4)) }))),
  contacts: fc.tuple(...CONTACTS.map(() => fc.boolean())),
  healing: fc.constantFrom('automatic', 'automatic', 'only by re-migration'),
});
/** One such organisation. */
export type World = typeof world extends fc.Arbitrary<infer T> ? T : never;
/** Somebody works in Active Directory. */
export interface Change { readonly who: number; readonly what: number; readonly which: number }

type Values = Record<string, LdifValue | readonly LdifValue[]>;
const picked = <T>(all: readonly T[], bits: number): readonly T[] => all.filter((_, i) => (bits >> i) % 2 === 1);

/** DNs that a group may hold; bits choose. */
function membersOf(name: string, bits: number): readonly string[] {
  const people = PEOPLE.map(([alias]) => personDn(alias));
  const more = name === 'Office' ? [groupDn('Sales')] : name === 'Crew' ? [contactDn('Ed'), contactDn('Flo'), groupDn('Delegates')] : name === 'Delegates' ? [contactDn('Flo')] : [];
  return picked([...people, ...more], bits);
}

/** Active Directory, and the work that is done in it meanwhile. */
export class Organisation {
  readonly #world: World;
  readonly #values = new Map<string, Values>();
  readonly #left = new Set<string>();
  constructor(given: World) { this.#world = given; }

  entries(): LdifEntry[] {
    const of = (name: string): Values => this.#values.get(name) ?? {};
    const all: readonly [string, LdifEntry][] = [
      ...PEOPLE.map(([alias, number], i): [string, LdifEntry] => {
        const given = this.#world.people[i];
        const boss = PEOPLE[(given?.leads ?? 0) % 7]?.[0];
        return [alias, person(number, alias, {
          title: i % 2 === 0 ? 'Clerk' : 'Buyer', department: 'Sales', l: 'Oslo', objectSid: Buffer.from(sidToBytes(sid(number)) ?? []), msExchMailboxGuid: Buffer.alloc(16, number),
          ...(given?.country ? { c: given.country } : {}), ...(given?.mail ? { mail: `${alias}@example.com` } : {}), ...(given?.disabled ? { userAccountControl: '514' } : {}), ...(boss === undefined || boss === alias ? {} : { manager: personDn(boss) }),
          msExchMailboxSecurityDescriptor: fullAccess(given?.fullAccess ?? []), nTSecurityDescriptor: sendAs(given?.sendAs ?? []), publicDelegates: (given?.onBehalf ?? []).map(holderDn), ...of(alias),
        })];
      }),
      ...CONTACTS.map(([name, number]): [string, LdifEntry] => [name, contact(number, name, { mail: `${name.toLowerCase()}@fabrikam.com`, mailNickname: name.toLowerCase(), title: 'Buyer', ...of(name) })]),
      ...GROUPS.map(([name, number, type], i): [string, LdifEntry] => {
        const given = this.#world.groups[i];
        const owner = hasMail(name) && given?.owner != null ? { managedBy: personDn(PEOPLE[given.owner]?.[0] ?? 'ann') } : {};
        return [name, group(number, name, type, [], { member: membersOf(name, given?.members ?? 0), ...(hasMail(name) ? { mail: `${name.toLowerCase()}@example.com`, mailNickname: name.toLowerCase() } : {}), ...owner, objectSid: Buffer.from(sidToBytes(sid(number)) ?? []), ...of(name) })];
      }),
    ];
    return [...CONTAINERS, ...all.flatMap(([name, entry]) => (this.#left.has(name) ? [] : [entry]))];
  }

  change({ who, what, which }: Change): void {
    const names = [...PEOPLE.map(([alias]) => alias), ...GROUPS.map(([name]) => name), ...CONTACTS.map(([name]) => name)];
    const name = names[who % names.length] ?? 'ann';
    const put = (values: Values): void => { this.#values.set(name, { ...this.#values.get(name), ...values }); };
    // Who leaves the directory is left as he is in the tenant; he may come back.
    if (which % 17 === 0) { if (!this.#left.delete(name)) this.#left.add(name); return; }
    const senders = { authOrig: PEOPLE.filter((_, i) => (what >> i) % 3 === 0).map(([alias]) => personDn(alias)), dLMemSubmitPerms: what % 2 === 0 ? [groupDn('Delegates')] : [], unauthOrig: what % 5 === 0 ? [contactDn('Ed')] : [] };
    const some = HOLDERS.filter((_, i) => (what >> i) % 3 === 0);
    if (GROUPS.some(([group]) => group === name)) {
      put([{ member: membersOf(name, what) }, { description: `Group ${what}` }, { displayName: `${name} ${what}` }, hasMail(name) ? { proxyAddresses: [`SMTP:${name.toLowerCase()}@example.com`, `smtp:${name.toLowerCase()}.${what}@example.com`] } : { description: [] }, { extensionAttribute5: `G${what}`, msExchHideFromAddressLists: what % 2 === 0 ? 'TRUE' : 'FALSE' }, hasMail(name) ? senders : { info: `Info ${what}` }, { info: `Info ${what}` }][which % 7] ?? {});
    } else if (CONTACTS.some(([contact]) => contact === name)) {
      put([{ title: `Buyer ${what}` }, { company: `Company ${what}`, title: [] }, { l: `City ${what}` }, { extensionAttribute5: `C${what}`, proxyAddresses: [`SMTP:${name.toLowerCase()}@fabrikam.com`, `smtp:${name.toLowerCase()}.${what}@fabrikam.com`] }, senders, { manager: personDn(PEOPLE[what % PEOPLE.length]?.[0] ?? 'ann') }][which % 6] ?? {});
    } else {
      const boss = PEOPLE[what % PEOPLE.length]?.[0] ?? 'ann';
      put([
        { title: `Title ${what}` }, { department: what % 2 === 0 ? [] : `Department ${what}`, l: `City ${what}` }, { manager: boss === name ? [] : personDn(boss) }, { displayName: `${name} ${what}` },
        { msExchMailboxSecurityDescriptor: fullAccess(some) }, { nTSecurityDescriptor: sendAs(some) }, { publicDelegates: some.map(holderDn) }, { otherMailbox: [`${name}.${what}@other.example`], extensionAttribute5: `P${what}` },
        { userAccountControl: what % 2 === 0 ? '514' : '512' }, { userPrincipalName: `${name}${what % 3 === 0 ? '' : what}@example.com` }, { c: ['DE', 'NO', 'FR'][what % 3] ?? 'DE' },
        { proxyAddresses: [`SMTP:${name}@example.com`, `smtp:${name}.${what}@example.com`] }, { altRecipient: what % 2 === 0 ? contactDn('Ed') : boss === name ? [] : personDn(boss), deliverAndRedirect: what % 3 === 0 ? 'TRUE' : 'FALSE' }, senders,
        { msExchHideFromAddressLists: what % 2 === 0 ? 'TRUE' : 'FALSE', msExchRequireAuthToSendTo: what % 3 === 0 ? 'TRUE' : 'FALSE' },
      ][which % 15] ?? {});
    }
  }
}
