import type { ChannelOutput, ChannelParsed } from '../../shared/contracts/index.ts';
import type { PreviewRow } from '../../shared/contracts/rules.ts';
import type { MatchResult, SourceObject, TargetObject } from '../../shared/domain/objects.ts';
import type { MappingRule } from '../../shared/domain/rules.ts';
import { valuesOf } from '../../shared/rules/attributes.ts';
import { targetAttribute } from '../../shared/rules/target-attributes.ts';
import { createUniqueValues, GENERATED, mapObject, permissionOf, readExpression, type MapInput } from '../engines/mapping/index.ts';
import { diffObject } from '../engines/planning/index.ts';
import { createResolver } from './pipeline/links.ts';
import { tenantView } from './pipeline/tenant-view.ts';
import { expressionSchema, type SeenAttributes } from './rules-attributes.ts';
import { expressionInput } from './rules-expressions.ts';
import { judge, requireWritable } from './rules-save.ts';
import type { Services } from './services.ts';
import { attributesOf, isLinkName } from './source-attributes.ts';

/** Objects that are looked at for one preview, so that it answers while somebody types. */
const EXAMINED = 1_000;
/** Longest value shown, characters. */
const SHOWN = 500;
const ORDER: readonly PreviewRow['outcome'][] = ['error', 'changed', 'unchanged', 'left alone', 'not migrated'];

type Preview = ChannelOutput<'rules.preview'>;

/** What a rule, saved or not, would do to the objects that its owner has. The other rules of the owner are not looked at. Nothing is stored. @throws AppError INVALID_INPUT for a rule that could not be saved either. */
export async function previewRule(services: Services, seen: SeenAttributes, { owner, rule: given, search, limit }: ChannelParsed<'rules.preview'>, signal: AbortSignal): Promise<Preview> {
  const { store } = services;
  const collection = owner.kind === 'collection' ? await store.collections.get(owner.id) : undefined;
  const pair = await store.pairs.get(collection?.pairId ?? owner.id);
  const counts: Preview['counts'] = { 'changed': 0, 'unchanged': 0, 'left alone': 0, 'error': 0, 'not migrated': 0 };
  const problems = given.action === 'Expression' ? [...judge(given.value, await expressionSchema(services, seen, owner, given.sourceClass))] : [];
  const nothing = { problems, notes: [], examined: 0, more: false, counts, rows: [] };
  if (problems.some((p) => p.severity === 'error') || (given.action === 'Expression' && given.value.trim() === '')) return nothing;
  requireWritable(given);
  const rule: MappingRule = { ...given, id: given.id ?? 'preview', position: 1, enabled: true };
  const view = await tenantView(services, pair.id);
  const settings = { createUnmatched: true, mergeUnmatched: true, upnSuffix: pair.defaults.upnSuffix, countryCode: pair.defaults.countryCode };
  const expressions = await expressionInput(services, pair.id, view, settings);
  const unique = createUniqueValues([rule]);
  if (unique) for await (const targets of store.targets.iterate(pair.id, { withLinks: false, deleted: 'include' })) { signal.throwIfAborted(); for (const target of targets) unique.add(target); }
  const members = new Set(collection === undefined ? [] : await store.collections.memberIds(collection.id));
  const wanted = search.trim().toLowerCase();
  const rows: PreviewRow[] = [];
  const read = new Set<string>();
  let examined = 0;
  let matched = 0;
  let more = false;
  for await (const page of store.sources.iterate(pair.id, { kind: rule.sourceClass, pageSize: 200, links: rule.action === 'Resolve' || attributesOf(rule).some(isLinkName) ? 'with links' : 'without links', ...(collection === undefined ? {} : { collectionId: collection.id }) })) {
    signal.throwIfAborted();
    const sources = page.filter((s) => wanted === '' || `${s.name} ${s.dn} ${s.attributes['userPrincipalName']?.[0] ?? ''} ${s.attributes['mail']?.[0] ?? ''}`.toLowerCase().includes(wanted));
    const matches = await store.matches.getMany(pair.id, sources.map((s) => s.id));
    const targets = await store.targets.getMany(pair.id, [...matches.values()].flatMap((m) => (m.state === 'Matched' && m.targetId !== null ? [m.targetId] : [])));
    const resolver = createResolver(services, pair, members, matches);
    if (rule.action === 'Resolve') await resolver.prepare(sources);
    for (const source of sources) {
      if (examined >= EXAMINED) { more = true; break; }
      examined++;
      for (const name of attributesOf(rule)) if (valuesOf(source.attributes, name) !== undefined || valuesOf(source.links, name) !== undefined) read.add(name.toLowerCase());
      const target = targetOf(matches.get(source.id), targets);
      if (target !== null) matched++;
      const input: MapInput = { source, target, rules: [rule], settings, defaults: pair.defaults, verifiedDomains: view.verifiedDomains, initialDomain: view.initialDomain, resolve: resolver.resolve, expressions };
      const row = rowOf(rule, input, unique?.choose(source, mapObject(input)) ?? mapObject(input));
      counts[row.outcome]++;
      keep(rows, row, limit);
    }
    if (more) break;
  }
  const others = (await store.mappingRules.list(owner)).filter((r) => r.enabled && r.id !== given.id && r.targetClass === rule.targetClass && r.targetAttribute.toLowerCase() === rule.targetAttribute.toLowerCase());
  const at = (await store.mappingRules.list(owner)).find((r) => r.id === given.id)?.position ?? Number.POSITIVE_INFINITY;
  const before = rule.action === 'Merge' || rule.action === 'Resolve' ? [] : others.filter((r) => r.position < at).map((r) => r.position);
  const notes = [...notesOf(rule, read, examined, pair.discoveredAt), ...(examined > 0 && matched === 0 ? [UNMATCHED] : []), ...(examined > 0 && before.length > 0 ? [decidedBy(rule, before)] : [])];
  return { problems, notes, examined, more, counts, rows };
}

const targetOf = (match: MatchResult | undefined, targets: ReadonlyMap<string, TargetObject>): TargetObject | null => (match?.state === 'Matched' && match.targetId !== null ? targets.get(match.targetId) ?? null : null);

/** Faults first, then what changes: what a person must see even when only few rows are shown. */
function keep(rows: PreviewRow[], row: PreviewRow, limit: number): void {
  const at = rows.findIndex((other) => ORDER.indexOf(other.outcome) > ORDER.indexOf(row.outcome));
  if (at < 0) { if (rows.length < limit) rows.push(row); return; }
  rows.splice(at, 0, row);
  if (rows.length > limit) rows.pop();
}

function rowOf(rule: MappingRule, { source, target }: { readonly source: SourceObject; readonly target: TargetObject | null }, mapped: ReturnType<typeof mapObject>): PreviewRow {
  const attribute = targetAttribute(rule.targetClass, rule.targetAttribute)?.name ?? rule.targetAttribute;
  const present = (target === null ? undefined : valuesOf(target.attributes, attribute)) ?? null;
  const base = { id: source.id, name: source.name, kind: source.kind, value: '', present: shown(present) };
  if (mapped.skip !== null) return { ...base, outcome: 'not migrated', message: mapped.skip };
  const fault = mapped.problems.find((p) => p.severity === 'error');
  if (fault) return { ...base, outcome: 'error', message: fault.message.replace(/^Mapping rule \d+ /, '') };
  const holders = Object.values(mapped.links.permissions ?? {}).flat();
  const links = mapped.links.permissions !== undefined || permissionOf(rule.targetAttribute) !== undefined ? holders : mapped.links.members ?? (mapped.links.manager === undefined ? undefined : mapped.links.manager === null ? [] : [mapped.links.manager]);
  if (links !== undefined) return { ...base, outcome: 'changed', value: shown(links.map((l) => l.name)), present: '', message: `${links.length} resolved${mapped.unresolved.length > 0 ? `, ${mapped.unresolved.length} not: ${mapped.unresolved[0]?.reason ?? ''}` : ''}` };
  const naming = mapped.naming?.get(attribute);
  if (naming !== undefined) return { ...base, outcome: 'changed', value: shown(naming.values ?? []), message: `${naming.values?.length ?? 0} found${mapped.unresolved.length > 0 ? `, ${mapped.unresolved.length} not: ${mapped.unresolved[0]?.reason ?? ''}` : ''}` };
  const value = mapped.values.get(attribute);
  if (value === undefined) return { ...base, outcome: 'left alone', message: mapped.problems[0]?.message ?? leftAlone(rule, target, present) };
  const text = value.values === null ? '(made empty)' : value.values[0] === GENERATED ? '(a fresh password)' : shown(value.values);
  // The planner's own comparison, so that what is shown is what a plan writes.
  const diff = diffObject(source.kind, mapped.values, target, mapped.service, mapped.recipient);
  const refused = diff.refused[0];
  if (refused !== undefined) return { ...base, outcome: 'left alone', value: text, message: `${refused.attribute} ${refused.reason}` };
  const generic = [`Expression ${rule.value}`, `${rule.action} with ${rule.sourceAttribute || rule.conversion}`, `Constant ${rule.value}`, 'Clear'].find((words) => value.provenance.reason.startsWith(words)) ?? '';
  return { ...base, outcome: diff.changes.length === 0 ? 'unchanged' : 'changed', value: text, message: value.provenance.reason.slice(generic.length).replace(/^; /, '') };
}

function leftAlone(rule: MappingRule, target: TargetObject | null, present: readonly string[] | null): string {
  if (rule.condition === 'only on creation' && target !== null) return 'only on creation, and it is matched with an object that exists';
  if (rule.condition === 'only if the target is empty' && present !== null) return 'only if the target is empty, and it is not';
  if (rule.action === 'Expression') {
    const read = readExpression(rule.value);
    if (read.ok && read.expression.explanation.onlyOnCreation && target !== null) return 'SelectUniqueValue writes on creation only';
    return 'the expression gives no value, so the target is left alone (AuthoritativeNull makes it empty)';
  }
  return `no value of ${rule.sourceAttribute}, so the target is left alone`;
}

const UNMATCHED = 'None of these objects is matched with the tenant yet, so all are shown as if they were created. Match the objects to see what would change.';
/** Top-down: the first rule that has a value decides (see mapping/map.ts). */
const decidedBy = (rule: MappingRule, before: readonly number[]): string => `${before.length === 1 ? `Rule ${before[0]} writes` : `Rules ${before.join(', ')} write`} ${rule.targetAttribute} too and ${before.length === 1 ? 'stands' : 'stand'} before this one: where ${before.length === 1 ? 'it gives' : 'they give'} a value, this rule is not used. Move this rule up, or disable the other.`;

/** Why a preview may say less than a person expects. */
function notesOf(rule: MappingRule, read: ReadonlySet<string>, examined: number, discoveredAt: number | null): string[] {
  if (examined === 0) return [`There is no ${rule.sourceClass} to show it on${discoveredAt === null ? '; discover first, or add objects' : ''}.`];
  const missing = attributesOf(rule).filter((name) => name !== '' && !read.has(name.toLowerCase()) && !['dn', 'distinguishedname', 'objectguid'].includes(name.toLowerCase()));
  return missing.length === 0 ? [] : [`None of the ${examined} objects looked at has a value of ${missing.join(', ')}. If the directory has one, save the rule and discover again: Causeway reads only what rules name.`];
}

function shown(values: readonly string[] | null): string {
  const text = (values ?? []).join('; ');
  return text.length > SHOWN ? `${text.slice(0, SHOWN)}…` : text;
}
