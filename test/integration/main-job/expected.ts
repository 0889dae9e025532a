import type { SimulatorSeed } from '../../../electron/simulator/index.ts';
import { goesToExchange, isOfExchange, isSecurity, judge, type Choices, type Verdict } from './expected-matches.ts';
import { nicknameFor, primaryOf, userNameFor } from './expected-names.ts';
import { anchorOf, INITIAL, VERIFIED, type Source } from './tenant-seed.ts';

/** What the tenant must show of one object. Links are labels: the Graph id of an object that was there, the key of one that was made. */
export interface ExpectedObject {
  readonly properties: Readonly<Record<string, unknown>>;
  readonly manager: string | null;
  readonly members: ReadonlySet<string>;
}

/** What must have come of one source object. */
export interface ExpectedOutcome {
  readonly status: 'Migrated' | 'Ambiguous' | 'Conflict' | 'Skipped' | 'Failed';
  /** Part of the reason that a person is told; empty: none needed. */
  readonly reason: string;
}

/** The state that a migration must reach. */
export interface Expected {
  readonly users: ReadonlyMap<string, ExpectedObject>;
  readonly groups: ReadonlyMap<string, ExpectedObject>;
  readonly contacts: ReadonlyMap<string, ExpectedObject>;
  /** Ids that stay in the recycle bin. */
  readonly deleted: ReadonlySet<string>;
  readonly outcomes: ReadonlyMap<string, ExpectedOutcome>;
}

type Properties = Readonly<Record<string, unknown>>;

/** Attribute flow of users, one value each, white space around taken away (Entra Connect default rules; Graph, user resource). */
const FLOW: readonly (readonly [from: string, to: string])[] = [
  ['givenName', 'givenName'], ['sn', 'surname'], ['title', 'jobTitle'], ['department', 'department'], ['company', 'companyName'], ['physicalDeliveryOfficeName', 'officeLocation'], ['streetAddress', 'streetAddress'],
  ['l', 'city'], ['st', 'state'], ['postalCode', 'postalCode'], ['co', 'country'], ['mobile', 'mobilePhone'], ['facsimileTelephoneNumber', 'faxNumber'], ['employeeID', 'employeeId'], ['employeeType', 'employeeType'],
  ['preferredLanguage', 'preferredLanguage'],
];
/** Numeric codes of ISO 3166-1 that the organisation uses. */
const NUMBERS: Readonly<Record<string, string>> = { 276: 'DE', 578: 'NO', 616: 'PL', 392: 'JP', 792: 'TR', 784: 'AE', 840: 'US', 756: 'CH' };

const text = (source: Source, name: string): string => source.attributes[name]?.[0]?.trim() ?? '';
const same = (a: unknown, b: string): boolean => typeof a === 'string' && a.toLowerCase() === b.toLowerCase();

function userProperties(source: Source, before: Properties | null, choices: Choices): Properties {
  const out: Record<string, unknown> = { ...before };
  const display = text(source, 'displayName') || source.cn.trim();
  out['displayName'] = display;
  const name = userNameFor(source, choices.upnSuffix);
  // A fallback name is for new accounts only; whoever signs in today keeps the name.
  if (before === null || (!name.fallback && !same(before['userPrincipalName'], name.upn))) out['userPrincipalName'] = name.upn;
  const nickname = nicknameFor(source);
  if (before === null || (text(source, 'mailNickname') !== '' && !same(before['mailNickname'], nickname))) out['mailNickname'] = nickname;
  out['accountEnabled'] = (Number(text(source, 'userAccountControl')) & 2) === 0;
  if (before === null || before['onPremisesImmutableId'] === undefined) out['onPremisesImmutableId'] = anchorOf(source);
  const chosen = choices.country || text(source, 'msExchUsageLocation').toUpperCase();
  const postal = text(source, 'c').toUpperCase() || NUMBERS[text(source, 'countryCode')] || '';
  if (chosen !== '') out['usageLocation'] = chosen;
  // It cannot be made empty again (Graph, user resource), so a postal address is good enough for a new account only.
  else if (postal !== '' && before === null) out['usageLocation'] = postal;
  const mail = text(source, 'mail');
  if (before === null && mail !== '') Object.assign(out, { mail, proxyAddresses: [`SMTP:${mail}`] });
  for (const [from, to] of FLOW) if (text(source, from) !== '') out[to] = text(source, from);
  if (text(source, 'telephoneNumber') !== '') out['businessPhones'] = [text(source, 'telephoneNumber')];
  const extension: Record<string, unknown> = { ...out['onPremisesExtensionAttributes'] as object | undefined };
  for (let i = 1; i <= 15; i += 1) if (text(source, `extensionAttribute${i}`) !== '') extension[`extensionAttribute${i}`] = text(source, `extensionAttribute${i}`);
  if (Object.keys(extension).length > 0) out['onPremisesExtensionAttributes'] = extension;
  if (before === null) out['userType'] = 'Member';
  return out;
}

function groupProperties(source: Source, before: Properties | null): Properties {
  const out: Record<string, unknown> = { ...before };
  out['displayName'] = text(source, 'displayName') || source.cn;
  const description = [...text(source, 'description')].slice(0, 1024).join('').trim();
  if (description !== '') out['description'] = description;
  const nickname = nicknameFor(source);
  if (before === null || (text(source, 'mailNickname') !== '' && !same(before['mailNickname'], nickname))) out['mailNickname'] = nickname;
  if (before !== null) return out;
  const list = !isSecurity(source);
  Object.assign(out, { mailEnabled: list, securityEnabled: !list });
  // The service itself gives a Microsoft 365 group its address, in the default domain, and makes it public unless told otherwise.
  // Exchange then makes that of the directory the primary one, where its domain is the tenant's, and keeps the other.
  const [own, primary] = [`${nickname}@example.com`, primaryOf(source.attributes['proxyAddresses'] ?? [], text(source, 'mail'))];
  const first = ours(primary) && !same(primary, own) ? [`SMTP:${primary}`, `smtp:${own}`] : [`SMTP:${own}`];
  if (list) Object.assign(out, { groupTypes: ['Unified'], ...withFurther(source, first), visibility: 'Public' });
  return out;
}

const ours = (address: string): boolean => (VERIFIED as readonly string[]).includes(address.slice(address.indexOf('@') + 1).toLowerCase());

/** Addresses with those of the source that come along: SMTP ones in domains of the tenant, X500 ones. */
function withFurther(source: Source, first: readonly string[]): { readonly mail: string; readonly proxyAddresses: readonly string[] } {
  const further = (source.attributes['proxyAddresses'] ?? []).flatMap((p) => (/^x500:/i.test(p) ? [`X500:${p.slice(5)}`] : /^smtp:/i.test(p) && ours(p.slice(5)) ? [`smtp:${p.slice(5)}`] : []));
  const known = new Set(first.map((p) => p.toLowerCase()));
  const proxyAddresses = [...first, ...further.filter((p) => !known.has(p.toLowerCase()))];
  return { mail: (proxyAddresses.find((p) => p.startsWith('SMTP:')) ?? '').slice(5), proxyAddresses };
}

/** The addresses that a contact or a group of Exchange has afterwards: its own, those of the source in domains of the tenant, X500 ones. */
function addressesOf(source: Source, before: Properties | null, alias: string): { readonly mail: string; readonly proxyAddresses: readonly string[] } {
  const proxies = source.attributes['proxyAddresses'] ?? [];
  const primary = primaryOf(proxies, text(source, 'mail'));
  const held = (before?.['proxyAddresses'] as readonly string[] | undefined) ?? [];
  // Exchange gives a new group an address at the tenant's first domain besides.
  const first = before !== null ? [...held] : source.kind === 'contact' ? [`SMTP:${primary}`] : [`SMTP:${ours(primary) ? primary : `${alias}@example.com`}`, `smtp:${alias}@${INITIAL}`];
  return withFurther(source, first);
}

function exchangeProperties(source: Source, before: Properties | null): Properties {
  const nickname = nicknameFor(source, 'exchange');
  const alias = before === null || (text(source, 'mailNickname') !== '' && !same(before['mailNickname'], nickname)) ? nickname : String(before['mailNickname']);
  const description = [...text(source, 'description')].slice(0, 1024).join('').trim();
  const out: Record<string, unknown> = { ...before, displayName: text(source, 'displayName') || source.cn, mailNickname: alias, ...addressesOf(source, before, alias) };
  if (source.kind === 'contact') { for (const [from, to] of FLOW.slice(0, 5)) if (text(source, from) !== '') out[to] = text(source, from); } else if (description !== '') out['description'] = description;
  return before !== null || source.kind === 'contact' ? out : { ...out, mailEnabled: true, securityEnabled: isSecurity(source) };
}

/** Label of what a verdict leads to in the tenant; undefined: nothing. */
const labelOf = (verdict: Verdict | undefined, key: string): string | undefined => (verdict?.kind === 'matched' ? verdict.id : verdict?.kind === 'create' ? key : undefined);
const written = (verdict: Verdict | undefined): boolean => verdict?.kind === 'create' || (verdict?.kind === 'matched' && verdict.refused === '');

/**
 * Works out, from the rules as they are written and not from the program's code, what the tenant must look like after
 * migrating everything in the collection with "create" and "merge".
 */
export function expectTenant(sources: readonly Source[], seed: SimulatorSeed, choices: Choices): Expected {
  const verdicts = judge(sources, seed, choices);
  const bySource = new Map(sources.map((s) => [s.key, s]));
  const users = new Map<string, ExpectedObject>();
  const groups = new Map<string, ExpectedObject>();
  const contacts = new Map<string, ExpectedObject>();
  const lists = new Set<string>();
  const ofExchange = new Set<string>();
  const restored = new Set([...verdicts.values()].flatMap((v) => (v.kind === 'matched' && v.refused === '' ? [v.id] : [])));
  for (const u of [...seed.users ?? [], ...(seed.deletedUsers ?? []).filter((d) => restored.has(d.id))]) {
    const { deletedDateTime: _, ...properties } = u.properties;
    users.set(u.id, { properties, manager: u.managerId ?? null, members: new Set() });
  }
  for (const g of seed.groups ?? []) {
    groups.set(g.id, { properties: g.properties, manager: null, members: new Set(g.memberIds) });
    if (g.properties['mailEnabled'] === true) lists.add(g.id);
    if (isOfExchange('group', g.properties)) ofExchange.add(g.id);
  }
  for (const c of seed.contacts ?? []) contacts.set(c.id, { properties: c.properties, manager: null, members: new Set() });
  for (const source of sources) {
    const verdict = verdicts.get(source.key);
    const label = labelOf(verdict, source.key);
    if (label === undefined || !written(verdict)) continue;
    const kind = source.kind === 'user' ? users : source.kind === 'contact' ? contacts : groups;
    const before = kind.get(label);
    const exchange = before === undefined ? goesToExchange(source, choices) : isOfExchange(source.kind, before.properties);
    if (exchange && source.kind === 'group') { ofExchange.add(label); lists.add(label); }
    kind.set(label, { manager: before?.manager ?? null, members: before?.members ?? new Set(), properties: exchange ? exchangeProperties(source, before?.properties ?? null) : source.kind === 'user' ? userProperties(source, before?.properties ?? null, choices) : groupProperties(source, before?.properties ?? null) });
    if (source.kind === 'group' && before === undefined && !isSecurity(source)) lists.add(label);
  }
  for (const source of sources) {
    const verdict = verdicts.get(source.key);
    const label = labelOf(verdict, source.key);
    if (label === undefined || !written(verdict)) continue;
    const reach = (key: string): string | undefined => labelOf(verdicts.get(key), key);
    const manager = source.manager === null ? undefined : reach(source.manager);
    const user = users.get(label);
    if (source.kind === 'user' && user !== undefined && manager !== undefined) users.set(label, { ...user, manager });
    const group = groups.get(label);
    if (source.kind !== 'group' || group === undefined) continue;
    const added = source.members.flatMap((key) => {
      const member = reach(key);
      // Microsoft 365 groups hold users only, and no security group can hold a group with mail (Graph, "Add members": supported types).
      const kind = bySource.get(key)?.kind;
      // Nobody of this tenant has a mailbox, so that groups of Exchange hold contacts and groups with mail only.
      const fits = member !== undefined && (ofExchange.has(label) ? kind === 'contact' || ofExchange.has(member) : kind === 'user' || (!lists.has(label) && !lists.has(member)));
      return fits ? [member] : [];
    });
    groups.set(label, { ...group, members: new Set([...group.members, ...added]) });
  }
  const outcomes = new Map([...verdicts].map(([key, v]): [string, ExpectedOutcome] => [key, v.kind === 'create' ? { status: 'Migrated', reason: '' } : v.kind === 'matched' ? (v.refused === '' ? { status: 'Migrated', reason: '' } : { status: 'Skipped', reason: v.refused }) : { status: v.kind, reason: v.reason }]));
  return { users, groups, contacts, outcomes, deleted: new Set([...seed.deletedUsers ?? [], ...seed.deletedGroups ?? []].map((d) => d.id).filter((id) => !restored.has(id))) };
}
