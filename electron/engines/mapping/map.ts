import type { ObjectKind, Values } from '../../../shared/domain/objects.ts';
import type { Finding, MailboxPermission, RecipientPart, UnresolvedReference } from '../../../shared/domain/plans.ts';
import { ANOTHER_MANAGER } from '../../../shared/domain/references.ts';
import type { MappingRule } from '../../../shared/domain/rules.ts';
import { valuesOf } from '../../../shared/rules/attributes.ts';
import { sourceGroupKind } from '../../../shared/rules/group-type.ts';
import { isMailEnabled } from '../../../shared/rules/addresses.ts';
import { isOffered, owningService, recipientPart, targetAttribute } from '../../../shared/rules/target-attributes.ts';
import type { TargetAttribute } from '../../../shared/rules/target-attributes.ts';
import { convert } from './conversions.ts';
import type { Converted } from './conversions.ts';
import { applyExpression } from './expression-rule.ts';
import { resolveLinks } from './links.ts';
import { permissionOf, resolveHolders } from './permissions.ts';
import { notNow, resolveRecipients } from './recipient-links.ts';
import { notOfUnified, saysMoreWithMailbox } from './recipient-rest.ts';
import { outOfScope } from './scope.ts';
import type { MappedLink, MappedObject, MappedPermissions, MappedValue, MapInput, RulesInOrder } from './types.ts';

/** Link attributes that a rule may resolve into besides permissions on mailboxes (Graph documentation: user manager, group members). */
const LINKS = { user: 'manager', group: 'members', contact: '' } as const;

/** The service that keeps the object in Microsoft 365: that of its match, else by what it is and what the pair makes of distribution groups. */
function ownerOf(input: MapInput): 'graph' | 'exchange' {
  if (input.target !== null) return owningService(input.target.kind, input.target.attributes);
  if (input.source.kind !== 'group') return input.source.kind === 'contact' ? 'exchange' : 'graph';
  const kind = sourceGroupKind(input.source.attributes);
  return kind === 'mail-enabled security group' || (kind === 'distribution group' && input.defaults.distributionGroups !== 'Microsoft 365 group') ? 'exchange' : 'graph';
}

/** What the object is to Exchange Online beside Graph, which keeps it: that of its match, else what the pair makes of it. */
function partOf(input: MapInput, owner: 'graph' | 'exchange'): RecipientPart | null {
  if (owner === 'exchange') return null;
  if (input.target !== null) return recipientPart(input.target.kind, input.target.attributes);
  return input.source.kind === 'group' && sourceGroupKind(input.source.attributes) === 'distribution group' ? 'Microsoft 365 group' : null;
}

/** Puts rules in order: those that are enabled, by kind of object, values before links, each by position. */
export function inOrder(rules: readonly MappingRule[]): RulesInOrder {
  const of = (kind: ObjectKind): RulesInOrder['ofKind'][ObjectKind] => rules.filter((rule) => rule.enabled && rule.sourceClass === kind && rule.targetClass === kind)
    .map((rule) => ({ rule, isLink: rule.action === 'Resolve' || rule.targetAttribute.toLowerCase() === LINKS[kind] || (kind === 'user' && permissionOf(rule.targetAttribute) !== undefined) }))
    .toSorted((a, b) => Number(a.isLink) - Number(b.isLink) || a.rule.position - b.rule.position);
  return { ofKind: { user: of('user'), contact: of('contact'), group: of('group') } };
}

const rulesFor = ({ rules, source }: MapInput): RulesInOrder['ofKind'][ObjectKind] => ('ofKind' in rules ? rules : inOrder(rules)).ofKind[source.kind];

function skipReason(input: MapInput, owner: 'graph' | 'exchange'): string | null {
  const { source } = input;
  const scope = outOfScope(source);
  if (scope !== null) return `Not migrated: ${scope}.`;
  if (owner === 'graph') return null;
  if (source.kind === 'group' && sourceGroupKind(source.attributes) === 'distribution group' && input.defaults.distributionGroups === 'skip') {
    return 'The pair is set to skip distribution groups. Choose "Microsoft 365 group" to convert them, or "distribution group" to keep them what they are.';
  }
  // Entra Connect's outbound rules: contacts, and groups that are no security groups, only with a mail address.
  if (input.target === null && !isMailEnabled(source.attributes)) return `Not migrated: ${source.kind === 'contact' ? 'a contact' : 'a distribution group'} without a mail address.`;
  if (source.kind === 'contact' && rulesFor(input).length === 0) return 'No mapping rule is about contacts. Use the schema template Exchange, or add rules for them.';
  return input.exchangeProblem ?? null;
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
  if (rule.condition === 'only on creation') return input.target === null || (rule.action === 'Resolve' && input.waitedAtCreation !== undefined);
  if (input.target === null) return true;
  // The links of a target hold its manager and members, which an "only if empty" rule may speak about too.
  return valuesOf(input.target.attributes, rule.targetAttribute) === undefined && valuesOf(input.target.links, rule.targetAttribute) === undefined;
}

/** Collects the outcome while the rules are gone through. */
interface Work {
  readonly values: Map<string, MappedValue>;
  links: { manager?: MappedLink | null; members?: readonly MappedLink[]; membersKept?: readonly string[]; permissions?: MappedPermissions };
  readonly naming: Map<string, MappedValue>;
  readonly unresolved: UnresolvedReference[];
  readonly problems: Finding[];
}

function finding(input: MapInput, rule: MappingRule, severity: Finding['severity'], message: string): Finding {
  return { sourceId: input.source.id, name: input.source.name, attribute: rule.targetAttribute, value: '', rule: 'mapping', severity, message, proposal: null };
}

/** The links of the source that the rule speaks about: of one for creation only, when the object is there, those that waited at its creation. */
function linksMeant(rule: MappingRule, input: MapInput): Values | null {
  const dns = valuesOf(input.source.links, rule.sourceAttribute) ?? [];
  if (rule.condition !== 'only on creation' || input.target === null) return dns;
  const late = dns.filter((dn) => input.waitedAtCreation?.(rule.sourceAttribute, dn) === true);
  return late.length > 0 ? late : null;
}

/** Marks what a rule for creation only wanted. */
const marked = <T extends object>(rule: MappingRule, all: readonly T[]): readonly (T & { readonly onCreation?: true })[] => (rule.condition === 'only on creation' ? all.map((one) => ({ ...one, onCreation: true as const })) : all);

/** Members that are not among those to be written and yet must not be taken out: the source group holds them, or the rule is about the creation only and the group is there. */
function membersKept(rule: MappingRule, input: MapInput, written: readonly MappedLink[]): readonly string[] {
  if (rule.condition === 'only on creation' && input.target !== null) return valuesOf(input.target.links, 'members') ?? [];
  const known = new Set(written.map((one) => one.targetId));
  return (valuesOf(input.source.links, rule.sourceAttribute) ?? []).flatMap((dn) => { const targetId = input.resolve(dn)?.targetId ?? null; return targetId === null || known.has(targetId) ? [] : [targetId]; });
}

function applyLink(rule: MappingRule, input: MapInput, work: Work): void {
  const link = LINKS[input.source.kind];
  const permission = input.source.kind === 'user' ? permissionOf(rule.targetAttribute) : undefined;
  if (permission !== undefined && rule.action === 'Resolve') return applyPermission(rule, permission, input, work);
  if (rule.action === 'Clear' && link === 'manager' && permission === undefined) work.links.manager = null;
  else if (rule.action !== 'Resolve' || rule.targetAttribute.toLowerCase() !== link) {
    work.problems.push(finding(input, rule, 'warning', `Mapping rule ${rule.position}: ${rule.action} into ${rule.targetAttribute} of a ${input.source.kind} is not possible; Resolve writes manager and mailbox permissions of users and members of groups.`));
  } else {
    const dns = linksMeant(rule, input);
    if (dns === null) return;
    const unified = work.values.get('groupTypes')?.values?.includes('Unified') ?? valuesOf(input.target?.attributes ?? {}, 'groupTypes')?.includes('Unified') ?? false;
    const found = resolveLinks(dns, input.resolve, { sourceId: input.source.id, attribute: rule.sourceAttribute, unified, exchange: ownerOf(input) === 'exchange' });
    work.unresolved.push(...marked(rule, found.unresolved));
    const references = marked(rule, found.references);
    const manager = references[0];
    const present = rule.condition === 'only on creation' ? valuesOf(input.target?.links ?? {}, 'manager')?.[0] : undefined;
    if (link === 'members') {
      work.links.members = [...(work.links.members ?? []), ...references];
      const kept = membersKept(rule, input, references);
      if (kept.length > 0) work.links.membersKept = [...(work.links.membersKept ?? []), ...kept];
    } else if (manager !== undefined && present !== undefined && present !== manager.targetId) work.unresolved.push({ sourceId: input.source.id, attribute: rule.sourceAttribute, dn: manager.dn, reason: ANOTHER_MANAGER, onCreation: true });
    else if (manager !== undefined && work.links.manager === undefined) work.links.manager = manager;
  }
}

function applyPermission(rule: MappingRule, permission: MailboxPermission, input: MapInput, work: Work): void {
  const dns = linksMeant(rule, input);
  if (dns === null) return;
  const { holders, unresolved } = resolveHolders(dns, input.resolve, { sourceId: input.source.id, attribute: rule.sourceAttribute, target: input.target, problem: input.exchangeProblem });
  work.unresolved.push(...marked(rule, unresolved));
  if (holders.length > 0) work.links.permissions = { ...work.links.permissions, [permission]: [...(work.links.permissions?.[permission] ?? []), ...marked(rule, holders)] };
}

/** Names recipients. A list only grows: others may have named more; a single name is replaced. */
function applyNaming(rule: MappingRule, about: TargetAttribute, part: RecipientPart | null, input: MapInput, work: Work): void {
  const dns = linksMeant(rule, input);
  if (dns === null || dns.length === 0 || work.values.has(about.name)) return;
  const { addresses, unresolved } = resolveRecipients(dns, about, input.resolve, { sourceId: input.source.id, attribute: rule.sourceAttribute, problem: notNow(about, part, input.exchangeProblem) });
  work.unresolved.push(...marked(rule, unresolved));
  const before = work.naming.get(about.name)?.values ?? [];
  const all = about.type === 'texts' ? [...new Set([...before, ...addresses])] : before.length > 0 ? before : addresses.slice(0, 1);
  if (all.length === 0) return;
  work.naming.set(about.name, { values: all, provenance: { ruleId: rule.id, source: rule.sourceAttribute, reason: `${rule.action} with ${rule.sourceAttribute}${about.type === 'texts' ? ', besides those that are there' : ''}` } });
  if (unresolved.length > 0 && about.name.startsWith('acceptMessages')) {
    work.problems.push(finding(input, rule, 'warning', `${input.source.name} takes mail only from ${addresses.length} of the ${addresses.length + unresolved.length} whom ${rule.sourceAttribute} names until the others are there too; they wait in the list of references.`));
  }
}

function converted(rule: MappingRule, input: MapInput): Converted {
  return convert(rule.conversion, {
    source: input.source, target: input.target, values: rule.sourceAttribute === '' ? undefined : valuesOf(input.source.attributes, rule.sourceAttribute),
    upnSuffix: input.settings.upnSuffix.trim().replace(/^@/, ''), countryCode: input.settings.countryCode, distributionGroups: input.defaults.distributionGroups,
    verifiedDomains: input.verifiedDomains, initialDomain: input.initialDomain,
    ...(rule.conversion === 'owners' ? { owners: (valuesOf(input.source.links, 'managedBy') ?? []).flatMap((dn) => input.resolve(dn)?.address ?? []) } : {}),
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
  const work: Work = { values: new Map(), links: {}, naming: new Map(), unresolved: [], problems: [] };
  const service = ownerOf(input);
  const skip = skipReason(input, service);
  if (skip !== null) return { ...work, service, skip };
  const kind = partOf(input, service);
  // What Exchange Online cannot be told now is no recipient for this plan.
  const part = input.exchangeProblem === undefined ? kind : null;
  let moreWithMailbox = false;
  const notWritten = new Set<string>();
  for (const { rule, isLink } of rulesFor(input)) {
    if (!applies(rule, input)) continue;
    const about = targetAttribute(input.source.kind, rule.targetAttribute, service);
    if (about?.names !== undefined && rule.action === 'Resolve' && (input.source.kind !== 'group' || isOffered(about, service, part))) { applyNaming(rule, about, part, input, work); continue; }
    // Groups without mail have no addresses and no custom attributes, groups of Exchange no groupTypes: a rule about them is not about this group.
    if (about !== undefined && !isOffered(about, service, part)) {
      if (input.source.kind === 'user') moreWithMailbox ||= saysMoreWithMailbox(about, part, input, () => converted(rule, input).values);
      else if (kind !== null && notOfUnified(about, rule, input.source)) notWritten.add(rule.sourceAttribute);
      continue;
    }
    if (isLink) applyLink(rule, input, work);
    else if (about === undefined) work.problems.push(finding(input, rule, 'warning', `Mapping rule ${rule.position} writes ${rule.targetAttribute}, which is no known attribute of a ${input.source.kind} in Microsoft 365; it was left out.`));
    else if (rule.action === 'Expression') applyExpressionRule(rule, about, input, work);
    else applyValue(rule, about, input, work);
  }
  if (notWritten.size > 0) {
    work.problems.push({
      sourceId: input.source.id, name: input.source.name, attribute: [...notWritten].join(', '), value: '', rule: 'microsoft 365 group', severity: 'warning', proposal: null,
      message: input.exchangeProblem === undefined ? `${input.source.name} is a Microsoft 365 group in the tenant, of which Causeway does not write ${[...notWritten].join(', ')}; set it there by hand, or keep the group a distribution group.`
        : `${[...notWritten].join(', ')} of ${input.source.name} cannot be written now. ${input.exchangeProblem}`,
    });
  }
  return { ...work, service, skip: null, recipient: part, ...(moreWithMailbox ? { moreWithMailbox } : {}) };
}
