import type { SourceObject, Values } from '../../../shared/domain/objects.ts';
import type { Finding } from '../../../shared/domain/plans.ts';
import { firstOf, valuesOf } from '../../../shared/rules/attributes.ts';
import { targetAttribute } from '../../../shared/rules/target-attributes.ts';
import { splitUpn, upnPrefixProblem, upnSuffixProblem } from '../../../shared/rules/upn.ts';
import { GROUP_SIZE_LIMIT, isSystemAccount, RESERVED_ALIASES } from './limits.ts';
import type { NameKind, TenantNames } from './names.ts';

/** One object with the values that are about to be written. */
export interface CheckedObject {
  readonly source: SourceObject;
  /** Graph id of its match; null when it will be created. */
  readonly targetId: string | null;
  /** Desired values, as mapping gives them. */
  readonly values: ReadonlyMap<string, { readonly values: Values | null }>;
}

/** The tenant the objects go to. */
export interface CheckContext {
  /** Lower case. */
  readonly verifiedDomains: ReadonlySet<string>;
  readonly names: TenantNames;
}

type Report = (attribute: string, value: string, rule: string, severity: Finding['severity'], message: string, proposal?: string | null) => void;

function checkUpn(value: string, context: CheckContext, report: Report): void {
  const parts = splitUpn(value);
  const rule = 'user principal name';
  if (parts === undefined) return report('userPrincipalName', value, rule, 'error', `${value} is no user principal name: it needs a name, an @ and a domain.`);
  const problem = upnPrefixProblem(parts.prefix) ?? upnSuffixProblem(parts.suffix);
  if (problem !== undefined) report('userPrincipalName', value, rule, 'error', `${value}: ${problem}.`);
  if (!context.verifiedDomains.has(parts.suffix)) report('userPrincipalName', value, 'verified domain', 'error', `${parts.suffix} is not a verified domain of the tenant. Add and verify it there, or choose another UPN suffix.`);
}

function checkLengths({ source, values }: CheckedObject, report: Report): void {
  for (const [name, { values: wanted }] of values) {
    const about = targetAttribute(source.kind, name);
    if (about === undefined || wanted === null) continue;
    if (wanted.length > about.maxValues) report(name, `${wanted.length} values`, 'number of values', 'error', `${name} of ${source.name} has ${wanted.length} values, ${about.maxValues} are allowed.`);
    const long = about.maxLength === 0 ? undefined : wanted.find((value) => [...value].length > about.maxLength);
    if (long !== undefined) report(name, long, 'length', 'error', `${name} of ${source.name} has ${[...long].length} characters, ${about.maxLength} are allowed.`, [...long].slice(0, about.maxLength).join(''));
  }
}

function checkNames({ source, values, targetId }: CheckedObject, report: Report): void {
  const display = values.get('displayName');
  if ((display !== undefined || targetId === null) && (display?.values?.[0] ?? '').trim() === '') report('displayName', '', 'display name', 'error', `${source.name} has no display name, and Microsoft 365 needs one.`);
  const nickname = values.get('mailNickname')?.values?.[0];
  if (nickname !== undefined && /[^\x21-\x7e]|[@()\\[\]";:<>,]/.test(nickname)) report('mailNickname', nickname, 'characters', 'error', `${nickname} holds characters that mailNickname cannot have.`);
  if (nickname !== undefined && source.kind === 'group' && RESERVED_ALIASES.has(nickname.toLowerCase())) report('mailNickname', nickname, 'reserved name', 'error', `${nickname} is reserved for administrators in Microsoft 365. Give ${source.name} another mailNickname.`, `${nickname}-group`);
  const mail = values.get('mail')?.values?.[0];
  // Graph documentation, user resource: mail "can't contain accent characters".
  if (mail !== undefined && /[^\x21-\x7e]/.test(mail)) report('mail', mail, 'characters', 'error', `The mail address ${mail} of ${source.name} holds characters beyond ASCII, which Microsoft 365 refuses. Correct it in Active Directory, or disable the mapping rule for mail.`);
  const account = firstOf(source.attributes, 'sAMAccountName') ?? source.name;
  if (source.kind === 'user' && (isSystemAccount(account) || isSystemAccount(source.name))) report('sAMAccountName', account, 'reserved name', 'error', `${source.name} is an account that Exchange or Windows made for itself; it is of no use in Microsoft 365.`);
  const members = valuesOf(source.links, 'member')?.length ?? 0;
  if (members > GROUP_SIZE_LIMIT) report('member', String(members), 'group size', 'error', `${source.name} has ${members} members, ${GROUP_SIZE_LIMIT} are allowed.`);
}

/** The unique names an object is about to take. */
function claims({ values }: CheckedObject): readonly (readonly [NameKind, string, string])[] {
  const first = (name: string): string | undefined => values.get(name)?.values?.[0];
  const out: (readonly [NameKind, string, string])[] = [];
  for (const [kind, attribute] of [['userPrincipalName', 'userPrincipalName'], ['mailNickname', 'mailNickname'], ['address', 'mail'], ['anchor', 'onPremisesImmutableId']] as const) {
    const value = first(attribute);
    if (value !== undefined) out.push([kind, attribute, value]);
  }
  for (const value of values.get('proxyAddresses')?.values ?? []) if (/^smtp:/i.test(value)) out.push(['address', 'proxyAddresses', value.slice(5)]);
  return out;
}

/**
 * Two users may share a mailNickname in the directory, only Exchange will not take it; a Microsoft 365 group may not share one
 * (Graph documentation, group: mailNickname must be unique for Microsoft 365 groups).
 */
function severityOf(kind: NameKind, object: CheckedObject): Finding['severity'] {
  return kind !== 'mailNickname' || object.values.get('groupTypes')?.values?.includes('Unified') === true ? 'error' : 'warning';
}

function checkTenant(object: CheckedObject, context: CheckContext, report: Report): void {
  for (const [kind, attribute, value] of claims(object)) {
    const others = context.names.holders(kind, value).filter((holder) => holder.id !== object.targetId);
    const live = others.find((holder) => !holder.deleted);
    const deleted = others.find((holder) => holder.deleted);
    if (live !== undefined) report(attribute, value, 'unique in the tenant', severityOf(kind, object), `${value} already belongs to the ${live.kind} ${live.name} of the tenant. Match ${object.source.name} with it, or change one of the two.`);
    // An address stays taken while its holder is in the recycle bin: Graph refuses it to others ("ObjectConflict" on proxyAddresses).
    else if (deleted !== undefined && kind === 'address') report(attribute, value, 'unique in the tenant', 'error', `${value} belongs to the ${deleted.kind} ${deleted.name} in the recycle bin, and Microsoft 365 gives it to nobody else while it is there. Restore that object and match ${object.source.name} with it, or remove it from the recycle bin.`);
    else if (deleted !== undefined) report(attribute, value, 'unique in the tenant', 'warning', `${value} belongs to the ${deleted.kind} ${deleted.name} in the recycle bin; that object can then not be restored unchanged.`);
  }
}

/** Checks objects one after the other; keeps of each only the names that it is about to take. */
export interface Checker {
  /** Findings about the object alone. One of severity `error` keeps it out of the plan. */
  object(object: CheckedObject): readonly Finding[];
  /** Names claimed by several of the objects, reported for each of them. Call once, at the end. */
  finish(): readonly Finding[];
}

/** One object's claim of a name. */
interface Claim { readonly sourceId: string; readonly name: string; readonly attribute: string; readonly value: string; readonly severity: Finding['severity'] }

/**
 * Checks objects before a plan is made. What it looks at: parts, characters and suffix of the UPN; display name; lengths and
 * number of values; characters of mailNickname; reserved names; group size; and that UPN, addresses and mailNickname are
 * unique inside the collection (both holders are reported) and in the tenant, the recycle bin included.
 */
export function createChecker(context: CheckContext): Checker {
  // One claim, or several: nearly every name is claimed once, and a list for each costs memory.
  const seen = new Map<string, Claim | Claim[]>();
  return {
    object(object) {
      const { source, values } = object;
      const findings: Finding[] = [];
      const report: Report = (attribute, value, rule, severity, message, proposal = null) => {
        findings.push({ sourceId: source.id, name: source.name, attribute, value, rule, severity, message, proposal });
      };
      const upn = values.get('userPrincipalName')?.values?.[0];
      if (upn !== undefined) checkUpn(upn, context, report);
      checkNames(object, report);
      checkLengths(object, report);
      checkTenant(object, context, report);
      for (const [kind, attribute, value] of claims(object)) {
        const key = `${kind} ${kind === 'anchor' ? value : value.toLowerCase()}`;
        const held = seen.get(key);
        const claim: Claim = { sourceId: source.id, name: source.name, attribute, value, severity: severityOf(kind, object) };
        if (held === undefined) seen.set(key, claim);
        else if (!Array.isArray(held)) { if (held.sourceId !== source.id) seen.set(key, [held, claim]); } else if (!held.some((other) => other.sourceId === source.id)) held.push(claim);
      }
      return findings;
    },
    finish() {
      const findings: Finding[] = [];
      for (const claimed of seen.values()) {
        if (!Array.isArray(claimed)) continue;
        for (const claim of claimed) {
          const { sourceId, name, attribute, value, severity } = claim;
          const others = claimed.filter((other) => other !== claim).slice(0, 3).map((other) => other.name);
          findings.push({ sourceId, name, attribute, value, rule: 'unique in the collection', severity, message: `${value} of ${name} is also meant for ${others.join(', ')}. Only one of them can have it.`, proposal: null });
        }
      }
      return findings;
    },
  };
}

/**
 * Checks all of these objects, see {@link createChecker}.
 * @returns findings in the order of the objects, then the names claimed twice in the collection.
 */
export function checkObjects(objects: Iterable<CheckedObject>, context: CheckContext): Finding[] {
  const checker = createChecker(context);
  const findings: Finding[] = [];
  for (const object of objects) findings.push(...checker.object(object));
  return [...findings, ...checker.finish()];
}
