import type { SimulatorSeed } from '../../../electron/simulator/index.ts';
import { nicknameFor, primaryOf, userNameFor } from './expected-names.ts';
import { anchorOf, type Source } from './tenant-seed.ts';

/** Choices of the run and the pair. */
export interface Choices { readonly upnSuffix: string; readonly country: string; readonly distributionGroups: 'distribution group' | 'skip' | 'Microsoft 365 group' }

/** What the rules say about one source object of the collection. */
export type Verdict =
  | { readonly kind: 'create' }
  /** `refused`: it is tied to an object that the choices keep from being written. */
  | { readonly kind: 'matched'; readonly id: string; readonly refused: string }
  | { readonly kind: 'Ambiguous' | 'Conflict' | 'Skipped' | 'Failed'; readonly reason: string };

interface Held { readonly id: string; readonly kind: 'user' | 'group' | 'contact'; readonly deleted: boolean; readonly properties: Readonly<Record<string, unknown>> }

const lower = (value: unknown): string => (typeof value === 'string' ? value.trim().toLowerCase() : '');
const texts = (value: unknown): readonly string[] => (Array.isArray(value) ? value as string[] : []);
const primary = (held: Held): readonly string[] => [primaryOf(texts(held.properties['proxyAddresses']), lower(held.properties['mail'])), lower(held.properties['mail'])];
const addresses = (held: Held): readonly string[] => [...primary(held), ...texts(held.properties['proxyAddresses']).map((p) => p.replace(/^smtp:/i, '').toLowerCase())];
const text = (source: Source, name: string): string => source.attributes[name]?.[0]?.trim() ?? '';

function heldBy(seed: SimulatorSeed): readonly Held[] {
  const as = (kind: Held['kind'], deleted: boolean) => (one: { readonly id: string; readonly properties: Readonly<Record<string, unknown>> }): Held => ({ id: one.id, kind, deleted, properties: one.properties });
  return [...(seed.users ?? []).map(as('user', false)), ...(seed.groups ?? []).map(as('group', false)), ...(seed.contacts ?? []).map(as('contact', false)), ...(seed.deletedUsers ?? []).map(as('user', true)), ...(seed.deletedGroups ?? []).map(as('group', true))];
}

/** Bit 31 of groupType, which makes the number negative. */
export const isSecurity = (source: Source): boolean => Number(text(source, 'groupType')) < 0;

type Match = { readonly id: string } | { readonly state: 'Ambiguous' | 'Conflict'; readonly reason: string } | null;

/** Matching of one object: the anchor, the sign-in name, the primary address, the sign-in name with the suffix of the run; the first that finds something decides (Entra, hard and soft match). */
function match(source: Source, live: readonly Held[], deleted: readonly Held[], admins: ReadonlySet<string>, suffix: string): Match {
  const mine = live.filter((h) => h.kind === source.kind);
  const address = primaryOf(source.attributes['proxyAddresses'] ?? [], text(source, 'mail'));
  const anchor = anchorOf(source);
  const tries: readonly Held[][] = source.kind === 'user'
    ? [mine.filter((h) => h.properties['onPremisesImmutableId'] === anchor), deleted.filter((h) => h.kind === 'user' && h.properties['onPremisesImmutableId'] === anchor), mine.filter((h) => lower(h.properties['userPrincipalName']) === lower(text(source, 'userPrincipalName')))]
    : [];
  const byAddress = address.includes('@') ? mine.filter((h) => primary(h).includes(address)) : [];
  const prefix = text(source, 'userPrincipalName').replace(/@.*$/, '');
  const byPrefix = source.kind === 'user' && suffix !== '' && prefix !== '' ? mine.filter((h) => lower(h.properties['userPrincipalName']) === lower(`${prefix}@${suffix}`)) : [];
  const hits = [...tries, byAddress, byPrefix].find((found) => found.length > 0) ?? [];
  const [only] = hits;
  if (hits.length > 1) return { state: 'Ambiguous', reason: 'none was picked' };
  if (only === undefined) {
    const other = address.includes('@') ? live.find((h) => h.kind !== source.kind && primary(h).includes(address)) : undefined;
    return other === undefined ? null : { state: 'Conflict', reason: `belongs to the ${other.kind}` };
  }
  const other = only.properties['onPremisesImmutableId'];
  if (admins.has(only.id)) return { state: 'Conflict', reason: 'admin role' };
  if (other !== undefined && other !== anchor) return { state: 'Conflict', reason: 'another immutable id' };
  return only.properties['onPremisesSyncEnabled'] === true ? { state: 'Conflict', reason: 'synchronised from another directory' } : { id: only.id };
}

/** Says for each object of the collection that is in scope what becomes of it. */
export function judge(sources: readonly Source[], seed: SimulatorSeed, choices: Choices): ReadonlyMap<string, Verdict> {
  const all = heldBy(seed);
  const [live, deleted] = [all.filter((h) => !h.deleted), all.filter((h) => h.deleted)];
  const admins = new Set((seed.roles ?? []).flatMap((role) => role.memberIds));
  const verdicts = new Map<string, Verdict>();
  const rivals = new Map<string, string[]>();
  const scope = sources.filter((s) => s.collected && s.keptOut === '' && s.kind !== 'computer');
  for (const source of scope) {
    const found = match(source, live, deleted, admins, choices.upnSuffix);
    if (found !== null && 'state' in found) verdicts.set(source.key, { kind: found.state, reason: found.reason });
    else if (found !== null) {
      verdicts.set(source.key, { kind: 'matched', id: found.id, refused: unwritable(source, all.find((h) => h.id === found.id), choices) });
      rivals.set(found.id, [...rivals.get(found.id) ?? [], source.key]);
    } else if (source.kind === 'contact' && !hasMail(source)) verdicts.set(source.key, { kind: 'Skipped', reason: 'without a mail address' });
    else verdicts.set(source.key, newGroupRefusal(source, choices) ?? { kind: 'create' });
  }
  for (const keys of rivals.values()) if (keys.length > 1) for (const key of keys) verdicts.set(key, { kind: 'Conflict', reason: 'same target is also meant by' });
  check(scope, verdicts, live, choices);
  return verdicts;
}

/** Mail-enabled: a proxy address or mail (Entra Connect default rules). */
export const hasMail = (source: Source): boolean => text(source, 'mail') !== '' || (source.attributes['proxyAddresses'] ?? []).length > 0;

/** True for an object of the tenant that Exchange Online keeps: lists, mail-enabled security groups, contacts. */
export const isOfExchange = (kind: string, properties: Readonly<Record<string, unknown>>): boolean => kind === 'contact' || (kind === 'group' && properties['mailEnabled'] === true && !texts(properties['groupTypes']).includes('Unified'));

const SKIPPED = 'set to skip distribution groups';
const unwritable = (source: Source, held: Held | undefined, choices: Choices): string => (held !== undefined && isOfExchange(held.kind, held.properties) && source.kind === 'group' && !isSecurity(source) && choices.distributionGroups === 'skip' ? SKIPPED : '');

/** True for a source object that becomes one of Exchange Online when it is created. */
export function goesToExchange(source: Source, choices: Choices): boolean {
  if (source.kind !== 'group') return source.kind === 'contact';
  return isSecurity(source) ? hasMail(source) : choices.distributionGroups === 'distribution group';
}

function newGroupRefusal(source: Source, choices: Choices): Verdict | null {
  if (source.kind !== 'group' || isSecurity(source)) return null;
  if (choices.distributionGroups === 'skip') return { kind: 'Skipped', reason: SKIPPED };
  return choices.distributionGroups === 'distribution group' && !hasMail(source) ? { kind: 'Skipped', reason: 'without a mail address' } : null;
}

/** What would fail at Microsoft 365 is found before: names taken, values too long, names reserved. */
function check(scope: readonly Source[], verdicts: Map<string, Verdict>, live: readonly Held[], choices: Choices): void {
  const wanted = scope.filter((s) => { const v = verdicts.get(s.key); return v?.kind === 'create' || (v?.kind === 'matched' && v.refused === ''); });
  const claims = new Map<string, string[]>();
  const own = (s: Source): string | null => { const v = verdicts.get(s.key); return v?.kind === 'matched' ? v.id : null; };
  const failures = new Map<string, string>();
  for (const s of wanted) {
    const names: string[] = [];
    const name = userNameFor(s, choices.upnSuffix);
    if (s.kind === 'user' && (own(s) === null || !name.fallback)) names.push(`upn ${name.upn.toLowerCase()}`);
    if (((s.kind === 'user' && own(s) === null) || goesToExchange(s, choices)) && text(s, 'mail') !== '') names.push(`address ${lower(text(s, 'mail'))}`);
    for (const claim of names) claims.set(claim, [...claims.get(claim) ?? [], s.key]);
    const holder = live.find((h) => h.id !== own(s) && names.some((claim) => (claim.startsWith('upn ') ? claim.slice(4) === lower(h.properties['userPrincipalName']) : addresses(h).includes(claim.slice(8)))));
    if (holder !== undefined) failures.set(s.key, 'already belongs to');
    const longest = Array.from({ length: 15 }, (_, i) => text(s, `extensionAttribute${i + 1}`)).some((value) => value.length > 1024);
    // RFC 5322 3.2.3: no two full stops in a row.
    if (s.kind === 'contact' && text(s, 'mail').includes('..')) failures.set(s.key, 'not one that mail systems take');
    if (s.kind === 'user' && longest) failures.set(s.key, '1024 are allowed');
    if (s.kind === 'group' && ['postmaster', 'admin', 'root', 'security'].includes(nicknameFor(s).toLowerCase())) failures.set(s.key, 'reserved for administrators');
    if (s.kind === 'user' && text(s, 'sAMAccountName').startsWith('HealthMailbox')) failures.set(s.key, 'of no use in Microsoft 365');
  }
  for (const keys of claims.values()) if (keys.length > 1) for (const key of keys) failures.set(key, 'Only one of them can have it');
  for (const [key, reason] of failures) verdicts.set(key, { kind: 'Failed', reason });
}
