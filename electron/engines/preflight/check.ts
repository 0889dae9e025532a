import type { SourceObject, Values } from '../../../shared/domain/objects.ts';
import type { Finding } from '../../../shared/domain/plans.ts';
import { targetAttribute } from '../../../shared/rules/target-attributes.ts';
import type { NameKind, TenantNames } from './names.ts';
import { runChain } from './source/chain.ts';
import { OBJECT_RULES } from './source/object-rules.ts';
import type { RuleContext } from './source/types.ts';
import { VALUE_RULES } from './source/value-rules.ts';
import { holdsAlready, nameSeverity, tenantClash } from './tenant-clash.ts';

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
  /** Users are to get a licence, which needs a usage location. */
  readonly licenceWanted?: boolean;
}

type Report = (attribute: string, value: string, rule: string, severity: Finding['severity'], message: string, proposal?: string | null) => void;

/** The address of a contact is somebody else's to choose: Exchange takes a domain that the internet does not know, so that this is only told. */
const isForOthers = ({ kind }: SourceObject, ruleId: string): boolean => kind === 'contact' && ruleId.endsWith('top-level-domain');

/** Runs the rules of the source over the values that are about to be written, under the same names. */
function checkValues({ source, values }: CheckedObject, context: RuleContext, report: Report): void {
  for (const [attribute, rules] of Object.entries(VALUE_RULES)) {
    for (const value of values.get(attribute)?.values ?? []) {
      if (value.trim() === '') continue;
      const { broken, value: final } = runChain(value, rules, source, context);
      if (broken.length === 0) continue;
      report(attribute, value, broken.map((b) => b.rule.id).join(', '), broken.some((b) => b.rule.severity === 'error' && !isForOthers(source, b.rule.id)) ? 'error' : 'warning', `${source.name}: ${broken.map((b) => b.message).join(' ')}`, final === value ? null : final);
    }
  }
}

/** Attributes of the source that Microsoft 365 has under the same name, and in which the desired value counts for a rule about the object. */
const SAME_NAME = ['displayName', 'proxyAddresses'] as const;

/** Runs the rules about whole objects over the object as it is going to be. */
function checkWhole({ source, values, targetId }: CheckedObject, context: RuleContext, report: Report): void {
  const attributes: Record<string, Values> = { ...source.attributes };
  for (const name of SAME_NAME) {
    const wanted = values.get(name);
    if (wanted === undefined) continue;
    if (wanted.values === null) delete attributes[name]; else attributes[name] = wanted.values;
  }
  // An existing object may keep the name that it has; a new one has what is written.
  if (!values.has('displayName')) { if (targetId === null) delete attributes['displayName']; else attributes['displayName'] = [source.name]; }
  const object: SourceObject = { ...source, attributes };
  for (const rule of OBJECT_RULES) {
    if (!rule.kinds.includes(source.kind) || (rule.id === 'usageLocation' && !context.licenceWanted)) continue;
    const failure = rule.check(object, context);
    if (failure !== null) report(rule.attribute, failure.value, rule.id, failure.severity ?? rule.severity, `${source.name}: ${failure.message}`, failure.proposal);
  }
}

/** Limits of the target's attributes, as far as no rule of the source knows them. */
function checkLengths({ source, values }: CheckedObject, report: Report): void {
  for (const [name, { values: wanted }] of values) {
    const about = targetAttribute(source.kind, name);
    if (about === undefined || wanted === null) continue;
    if (wanted.length > about.maxValues && name !== 'proxyAddresses') report(name, `${wanted.length} values`, `${name}-count`, 'error', `${name} of ${source.name} has ${wanted.length} values, ${about.maxValues} are allowed.`);
    // Characters are never more than code units, so that nearly every value need not be taken apart.
    const long = about.maxLength === 0 || VALUE_RULES[name] !== undefined ? undefined : wanted.find((value) => value.length > about.maxLength && [...value].length > about.maxLength);
    if (long !== undefined) report(name, long, `${name}-length`, 'error', `${name} of ${source.name} has ${[...long].length} characters, ${about.maxLength} are allowed.`, [...long].slice(0, about.maxLength).join(''));
  }
}

/**
 * The unique names an object is about to take. Sign-in names and addresses share one space of names: one that a user does not have yet must be
 * nobody's address either (Graph answers ObjectConflict; Entra Connect, "proxyAddresses attribute population": it becomes an address with the licence).
 */
function claims({ values, targetId }: CheckedObject, { names }: Pick<CheckContext, 'names'>): readonly (readonly [NameKind, Claiming, string])[] {
  const first = (name: string): string | undefined => values.get(name)?.values?.[0];
  const out: (readonly [NameKind, Claiming, string])[] = [];
  for (const [kind, attribute] of [['userPrincipalName', 'userPrincipalName'], ['mailNickname', 'mailNickname'], ['address', 'mail'], ['anchor', 'onPremisesImmutableId']] as const) {
    const value = first(attribute);
    if (value !== undefined) out.push([kind, attribute, value]);
  }
  const signIn = first('userPrincipalName');
  if (signIn !== undefined && !holdsAlready(targetId, signIn, names)) out.push(['address', 'userPrincipalName', signIn]);
  for (const value of values.get('proxyAddresses')?.values ?? []) if (/^smtp:/i.test(value)) out.push(['address', 'proxyAddresses', value.slice(5)]);
  return out;
}

/** The names that checks of an object look up in the tenant: those that it is about to take, the sign-in name as an address, too. */
export function wantedNames({ values }: Pick<CheckedObject, 'values'>): readonly (readonly [NameKind, string])[] {
  const first = (kind: NameKind, name: string): readonly (readonly [NameKind, string])[] => (values.get(name)?.values ?? []).slice(0, 1).map((value) => [kind, value]);
  return [
    ...first('userPrincipalName', 'userPrincipalName'), ...first('address', 'userPrincipalName'), ...first('mailNickname', 'mailNickname'), ...first('address', 'mail'), ...first('anchor', 'onPremisesImmutableId'),
    ...(values.get('proxyAddresses')?.values ?? []).flatMap((value) => (/^smtp:/i.test(value) ? [['address', value.slice(5)] as const] : [])),
  ];
}

const isUnified = ({ values }: CheckedObject): boolean => values.get('groupTypes')?.values?.includes('Unified') === true;

function checkTenant(object: CheckedObject, claimed: ReturnType<typeof claims>, { names }: CheckContext, report: Report): void {
  for (const [kind, attribute, value] of claimed) {
    const clash = tenantClash({ kind, value, objectName: object.source.name, targetId: object.targetId, matched: object.targetId === null ? 'no' : 'yes', unified: isUnified(object) }, names);
    if (clash !== null) report(attribute, value, `${attribute}-unique-in-tenant`, clash.severity, clash.message);
  }
}

/** Checks objects one after the other; keeps of each only the names that it is about to take. */
export interface Checker {
  /** Findings about the object alone. One of severity `error` keeps it out of the plan. */
  object(object: CheckedObject): readonly Finding[];
  /** Names claimed by several of the objects, reported for each of them. Call once, at the end. */
  finish(): readonly Finding[];
}

/** Attributes that claim names; a claim keeps their place in this list. */
const CLAIMING = ['userPrincipalName', 'mailNickname', 'mail', 'onPremisesImmutableId', 'proxyAddresses'] as const;
type Claiming = (typeof CLAIMING)[number];

/** Names that are claimed, in any case but anchors, by the object's place and the attribute's as one number: there are several for each object. */
type Claims = Map<string, number | number[]>;
const claimOf = (object: number, attribute: Claiming): number => object * CLAIMING.length + CLAIMING.indexOf(attribute);
const objectOf = (claim: number): number => Math.floor(claim / CLAIMING.length);
const attributeOf = (claim: number): Claiming => CLAIMING[claim % CLAIMING.length] ?? 'mail';

/**
 * Checks objects before a plan is made, by the same rules and under the same ids as a check of the source, only over the values that
 * are about to be written: what each value may be, what each object needs, the limits of the target's attributes, and that UPN,
 * addresses, mailNickname and source anchor are unique inside the collection (both holders are reported) and in the tenant.
 */
export function createChecker(context: CheckContext): Checker {
  const rules: RuleContext = { verifiedDomains: context.verifiedDomains, upnSuffix: '', countryCode: '', licenceWanted: context.licenceWanted ?? false };
  // One claim, or several: nearly every name is claimed once, and a list for each costs memory.
  const seen: Readonly<Record<NameKind, Claims>> = { userPrincipalName: new Map(), mailNickname: new Map(), address: new Map(), anchor: new Map() };
  const objects: { readonly sourceId: string; readonly name: string; readonly unified: boolean }[] = [];
  return {
    object(object) {
      const { source } = object;
      const findings: Finding[] = [];
      const report: Report = (attribute, value, rule, severity, message, proposal = null) => {
        findings.push({ sourceId: source.id, name: source.name, attribute, value, rule, severity, message, proposal });
      };
      checkValues(object, rules, report);
      checkWhole(object, rules, report);
      checkLengths(object, report);
      const claimed = claims(object, context);
      checkTenant(object, claimed, context, report);
      const place = objects.push({ sourceId: source.id, name: source.name, unified: isUnified(object) }) - 1;
      for (const [kind, attribute, value] of claimed) {
        const table = seen[kind];
        const key = kind === 'anchor' ? value : value.toLowerCase();
        const held = table.get(key);
        if (held === undefined) table.set(key, claimOf(place, attribute));
        else if (!Array.isArray(held)) { if (objectOf(held) !== place) table.set(key, [held, claimOf(place, attribute)]); } else if (objectOf(held.at(-1) ?? 0) !== place) held.push(claimOf(place, attribute));
      }
      return findings;
    },
    finish() {
      const findings: Finding[] = [];
      for (const [kind, table] of Object.entries(seen) as [NameKind, Claims][]) {
        for (const [value, claimed] of table) {
          if (!Array.isArray(claimed)) continue;
          const attributes = claimed.map(attributeOf);
          // Two sign-in names that are the same are told as such.
          if (kind === 'address' && attributes.every((attribute) => attribute === 'userPrincipalName')) continue;
          const holders = claimed.flatMap((claim) => objects[objectOf(claim)] ?? []);
          holders.forEach(({ sourceId, name, unified }, i) => {
            // Of the first four at least three are others: everybody may want the same name.
            const others = holders.slice(0, 4).filter((_, at) => at !== i).slice(0, 3).map((other) => other.name);
            const attribute = attributes[i] ?? '';
            findings.push({ sourceId, name, attribute, value, rule: `${attribute}-duplicate`, severity: nameSeverity(kind, unified), message: `${value} of ${name} is also meant for ${others.join(', ')}. Only one of them can have it.`, proposal: null });
          });
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
