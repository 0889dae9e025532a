import type { Values } from '../../../shared/domain/objects.ts';
import type { Finding, UnresolvedReference } from '../../../shared/domain/plans.ts';
import type { MappingRule } from '../../../shared/domain/rules.ts';
import { valuesOf } from '../../../shared/rules/attributes.ts';
import { sourceGroupKind } from '../../../shared/rules/group-type.ts';
import { targetAttribute } from '../../../shared/rules/target-attributes.ts';
import type { TargetAttribute } from '../../../shared/rules/target-attributes.ts';
import { convert } from './conversions.ts';
import type { Converted } from './conversions.ts';
import { applyExpression } from './expression-rule.ts';
import { resolveLinks } from './links.ts';
import { outOfScope } from './scope.ts';
import type { MappedLink, MappedObject, MappedValue, MapInput } from './types.ts';

/** Link attributes that a rule may resolve into (Graph documentation: user manager, group members). */
const LINKS = { user: 'manager', group: 'members', contact: '' } as const;

function skipReason(input: MapInput): string | null {
  const scope = outOfScope(input.source);
  if (scope !== null) return `Not migrated: ${scope}.`;
  if (input.source.kind === 'contact') return 'Microsoft Graph cannot write contacts; they are written through Exchange Online.';
  if (input.source.kind !== 'group' || input.target !== null) return null;
  const kind = sourceGroupKind(input.source.attributes);
  if (kind === 'mail-enabled security group') return 'Microsoft Graph cannot create mail-enabled security groups.';
  return kind === 'distribution group' && input.defaults.distributionGroups === 'skip'
    ? 'Microsoft Graph cannot create distribution groups; the pair is set to skip them. Choose "Microsoft 365 group" to convert them.' : null;
}

/** Graph refuses every change of a mail-enabled group that is not a Microsoft 365 group, so an existing one is as unreachable as a new one. */
function readOnlyTarget(input: MapInput): string | null {
  if (input.target?.kind !== 'group') return null;
  const mailEnabled = valuesOf(input.target.attributes, 'mailEnabled')?.[0] === 'true';
  const unified = valuesOf(input.target.attributes, 'groupTypes')?.includes('Unified') === true;
  return mailEnabled && !unified ? `${input.target.name} is a distribution or mail-enabled security group of Exchange Online, which Microsoft Graph cannot write.` : null;
}

/** Union: what the target has stays, in its order; new values come after. */
function union(before: Values | undefined, added: Values, about: TargetAttribute): Values {
  const key = (value: string): string => (about.caseSensitive ? value : value.toLowerCase());
  const out = new Map<string, string>();
  for (const value of [...(before ?? []), ...added]) if (!out.has(key(value))) out.set(key(value), value);
  return [...out.values()];
}

function applies(rule: MappingRule, input: MapInput): boolean {
  if (rule.condition === 'always') return true;
  if (rule.condition === 'only on creation') return input.target === null;
  if (input.target === null) return true;
  // The links of a target hold its manager and members, which an "only if empty" rule may speak about too.
  return valuesOf(input.target.attributes, rule.targetAttribute) === undefined && valuesOf(input.target.links, rule.targetAttribute) === undefined;
}

/** Collects the outcome while the rules are gone through. */
interface Work {
  readonly values: Map<string, MappedValue>;
  links: { manager?: MappedLink | null; members?: readonly MappedLink[] };
  readonly unresolved: UnresolvedReference[];
  readonly problems: Finding[];
}

function finding(input: MapInput, rule: MappingRule, severity: Finding['severity'], message: string): Finding {
  return { sourceId: input.source.id, name: input.source.name, attribute: rule.targetAttribute, value: '', rule: 'mapping', severity, message, proposal: null };
}

function applyLink(rule: MappingRule, input: MapInput, work: Work): void {
  const link = LINKS[input.source.kind];
  if (rule.action === 'Clear' && link === 'manager') work.links.manager = null;
  else if (rule.action !== 'Resolve' || rule.targetAttribute.toLowerCase() !== link) {
    work.problems.push(finding(input, rule, 'warning', `Mapping rule ${rule.position}: ${rule.action} into ${rule.targetAttribute} of a ${input.source.kind} is not possible; Resolve writes manager of users and members of groups.`));
  } else {
    const dns = valuesOf(input.source.links, rule.sourceAttribute) ?? [];
    const unified = work.values.get('groupTypes')?.values?.includes('Unified') ?? valuesOf(input.target?.attributes ?? {}, 'groupTypes')?.includes('Unified') ?? false;
    const found = resolveLinks(dns, input.resolve, { sourceId: input.source.id, attribute: rule.sourceAttribute, unified });
    work.unresolved.push(...found.unresolved);
    if (link === 'members') work.links.members = [...(work.links.members ?? []), ...found.references];
    else if (found.references[0] !== undefined && work.links.manager === undefined) work.links.manager = found.references[0];
  }
}

function converted(rule: MappingRule, input: MapInput): Converted {
  return convert(rule.conversion, {
    source: input.source, target: input.target, values: rule.sourceAttribute === '' ? undefined : valuesOf(input.source.attributes, rule.sourceAttribute),
    upnSuffix: input.settings.upnSuffix.trim().replace(/^@/, ''), countryCode: input.settings.countryCode, distributionGroups: input.defaults.distributionGroups,
    verifiedDomains: input.verifiedDomains, initialDomain: input.initialDomain,
  });
}

function applyValue(rule: MappingRule, about: TargetAttribute, input: MapInput, work: Work): void {
  const write = (values: Values | null, reason: string, source = rule.sourceAttribute): void => {
    work.values.set(about.name, { values, provenance: { ruleId: rule.id, source, reason } });
  };
  // Top-down: the first rule that has something to say about an attribute decides; Merge adds to what is there.
  if (work.values.has(about.name) && rule.action !== 'Merge') return;
  if (rule.action === 'Clear') write(null, 'Clear', '');
  else if (rule.action === 'Set constant') {
    if (rule.value !== '') write([rule.value], `Constant ${rule.value}`, '');
    else work.problems.push(finding(input, rule, 'warning', `Mapping rule ${rule.position} sets ${about.name} to an empty constant and was left out; use Clear to make it blank.`));
  } else {
    const outcome = converted(rule, input);
    if (outcome.warning !== undefined) work.problems.push(finding(input, rule, 'warning', outcome.warning));
    const given = outcome.values;
    if (given === undefined || given.length === 0) return;
    const reason = outcome.reason ?? `${rule.action} with ${rule.sourceAttribute || rule.conversion}`;
    if (rule.action === 'Merge') {
      if (about.type !== 'texts') work.problems.push(finding(input, rule, 'warning', `Mapping rule ${rule.position}: ${about.name} holds one value, so nothing can be merged into it; use Overwrite.`));
      else write(union(work.values.get(about.name)?.values ?? valuesOf(input.target?.attributes ?? {}, about.name), given, about), reason);
    } else write(about.type === 'texts' ? given : given.slice(0, 1), reason);
  }
}

function applyExpressionRule(rule: MappingRule, about: TargetAttribute, input: MapInput, work: Work): void {
  if (work.values.has(about.name)) return;
  const outcome = applyExpression(rule, about, input);
  if (outcome.kind === 'fault') work.problems.push(finding(input, rule, 'error', outcome.message));
  else if (outcome.kind === 'write') {
    const { values, candidates, source, reason } = outcome;
    work.values.set(about.name, { values, provenance: { ruleId: rule.id, source, reason }, ...(candidates.length > 0 ? { candidates } : {}) });
  }
}

/**
 * Desired values of one object.
 *
 * Rules of its class are applied in order of position. Overwrite and Merge write nothing when the source has no value: an
 * empty or unreadable source attribute must never wipe what people entered in Microsoft 365, and a value that was written
 * earlier and then cleared at the source can be cleared by an explicit Clear rule. An expression that cannot be read or fails
 * for the object gives it a problem of severity `error`; see {@link applyExpression}.
 * Links come after all values, because whether a group is a Microsoft 365 group decides what it can hold.
 */
export function mapObject(input: MapInput): MappedObject {
  const work: Work = { values: new Map(), links: {}, unresolved: [], problems: [] };
  const skip = skipReason(input) ?? readOnlyTarget(input);
  if (skip !== null) return { ...work, skip };
  const rules = input.rules.filter((rule) => rule.enabled && rule.sourceClass === input.source.kind && rule.targetClass === input.source.kind);
  const isLink = (rule: MappingRule): boolean => rule.action === 'Resolve' || rule.targetAttribute.toLowerCase() === LINKS[input.source.kind];
  for (const rule of rules.toSorted((a, b) => Number(isLink(a)) - Number(isLink(b)) || a.position - b.position)) {
    if (!applies(rule, input)) continue;
    const about = targetAttribute(input.source.kind, rule.targetAttribute);
    if (isLink(rule)) applyLink(rule, input, work);
    else if (about === undefined) work.problems.push(finding(input, rule, 'warning', `Mapping rule ${rule.position} writes ${rule.targetAttribute}, which is no known attribute of a ${input.source.kind} in Microsoft 365; it was left out.`));
    else if (rule.action === 'Expression') applyExpressionRule(rule, about, input, work);
    else applyValue(rule, about, input, work);
  }
  return { ...work, skip: null };
}
