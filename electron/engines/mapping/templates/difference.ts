import type { LicenceRule } from '../../../../shared/domain/licences.ts';
import type { MappingRule, MatchingRule, PushSet } from '../../../../shared/domain/rules.ts';
import { licenceActionText, licenceConditionText } from '../../../../shared/rules/licence-text.ts';

/** A rule without its id and place: what makes it the rule it is. */
export type MatchingBody = Omit<MatchingRule, 'id' | 'position'>;
export type MappingBody = Omit<MappingRule, 'id' | 'position'>;
/** Both lists of an owner, each in its order. */
export interface RuleLists { readonly matching: readonly MatchingBody[]; readonly mapping: readonly MappingBody[] }

/** One field of a changed rule, as text. */
export interface FieldChange { readonly field: string; readonly before: string; readonly after: string }
/** One difference. `text`: the rule in words (as it will be; as it was, for `removed`). `moved`: the same rule at another place among those that stay. */
export interface RuleDifference { readonly set: PushSet; readonly change: 'added' | 'changed' | 'removed' | 'moved'; readonly text: string; readonly fields: readonly FieldChange[] }

type Body = Readonly<Record<string, string | boolean>>;
interface Pairing { readonly before: number; readonly after: number }

const FIELDS: Readonly<Record<PushSet, readonly string[]>> = {
  matching: ['enabled', 'sourceClass', 'sourceAttribute', 'targetClass', 'targetAttribute', 'comparison'],
  mapping: ['enabled', 'action', 'condition', 'sourceClass', 'sourceAttribute', 'targetClass', 'targetAttribute', 'value', 'conversion'],
  licence: ['enabled', 'partNumber', 'action', 'condition', 'disabledPlans', 'when'],
};
const TITLES: Readonly<Record<string, string>> = {
  enabled: 'state', sourceClass: 'source class', sourceAttribute: 'source attribute', targetClass: 'target class', targetAttribute: 'target attribute', comparison: 'comparison',
  action: 'action', condition: 'condition', value: 'value', conversion: 'conversion', partNumber: 'product', disabledPlans: 'services switched off', when: 'when',
};

const contents = (set: PushSet, rule: Body): string => JSON.stringify(FIELDS[set].map((field) => rule[field] ?? ''));
/** What a rule is about: two rules about the same thing are the same rule changed. */
const subject = (set: PushSet, rule: Body): string => (set === 'licence' ? [rule['partNumber']] : [...(set === 'matching' ? [rule['sourceClass'], rule['sourceAttribute']] : []), rule['targetClass'], rule['targetAttribute']]).join('/').toLowerCase();
const shown = (field: string, value: string | boolean | undefined): string => (field === 'enabled' ? (value === true ? 'enabled' : 'disabled') : String(value ?? ''));

/** A rule in words, for lists of differences. */
export function ruleText(rule: MatchingBody | MappingBody): string {
  if (!('action' in rule)) return `${rule.sourceClass} ${rule.sourceAttribute} = ${rule.targetClass} ${rule.targetAttribute}${rule.comparison === 'value' ? '' : ` (${rule.comparison})`}`;
  const from = rule.action === 'Set constant' ? ` "${rule.value}"` : rule.action === 'Expression' ? ` ${rule.value}` : rule.action === 'Clear' ? '' : ` ${rule.sourceAttribute === '' ? rule.conversion : rule.sourceAttribute}`;
  return `${rule.targetClass} ${rule.targetAttribute}: ${rule.action}${from}${rule.condition === 'always' ? '' : ` (${rule.condition})`}`;
}

/** Ties rules of two lists together: equal ones first, then those about the same thing, each once and in order. */
function pairUp(set: PushSet, before: readonly Body[], after: readonly Body[]): readonly Pairing[] {
  const out: Pairing[] = [];
  const [usedBefore, usedAfter] = [new Set<number>(), new Set<number>()];
  for (const keyOf of [contents, subject]) {
    const open = new Map<string, number[]>();
    for (const [i, rule] of before.entries()) if (!usedBefore.has(i)) open.set(keyOf(set, rule), [...(open.get(keyOf(set, rule)) ?? []), i]);
    for (const [i, rule] of after.entries()) {
      if (usedAfter.has(i)) continue;
      const [at, ...rest] = open.get(keyOf(set, rule)) ?? [];
      if (at === undefined) continue;
      open.set(keyOf(set, rule), rest);
      usedBefore.add(at);
      usedAfter.add(i);
      out.push({ before: at, after: i });
    }
  }
  return out.toSorted((a, b) => a.after - b.after);
}

/** The pairs that keep their order: a longest rising run of places (patience sorting). All others have moved. */
function staying(pairs: readonly Pairing[]): ReadonlySet<Pairing> {
  const tails: Pairing[] = [];
  const previous = new Map<Pairing, Pairing | undefined>();
  for (const pair of pairs) {
    const at = tails.findIndex((tail) => tail.before > pair.before);
    const place = at < 0 ? tails.length : at;
    previous.set(pair, tails[place - 1]);
    tails[place] = pair;
  }
  const kept = new Set<Pairing>();
  for (let pair = tails.at(-1); pair !== undefined; pair = previous.get(pair)) kept.add(pair);
  return kept;
}

function differenceOf(set: PushSet, before: readonly Body[], after: readonly Body[]): RuleDifference[] {
  const pairs = pairUp(set, before, after);
  const kept = staying(pairs);
  const words = (rule: Body): string => (set === 'licence' ? String(rule['text']) : ruleText(rule as unknown as MatchingBody));
  const at = (list: readonly Body[], i: number): Body => list[i] ?? {};
  const out: RuleDifference[] = [];
  const known = new Map(pairs.map((pair) => [pair.after, pair]));
  for (const [i, rule] of after.entries()) {
    const pair = known.get(i);
    if (pair === undefined) { out.push({ set, change: 'added', text: words(rule), fields: [] }); continue; }
    const old = at(before, pair.before);
    const fields = FIELDS[set].filter((field) => old[field] !== rule[field]).map((field) => ({ field: TITLES[field] ?? field, before: shown(field, old[field]), after: shown(field, rule[field]) }));
    if (fields.length > 0) out.push({ set, change: 'changed', text: words(rule), fields });
    if (!kept.has(pair)) out.push({ set, change: 'moved', text: words(rule), fields: [{ field: 'position', before: String(pair.before + 1), after: String(i + 1) }] });
  }
  const stays = new Set(pairs.map((pair) => pair.before));
  return [...out, ...before.flatMap((rule, i): RuleDifference[] => (stays.has(i) ? [] : [{ set, change: 'removed', text: words(rule), fields: [] }]))];
}

/**
 * What turns one pair of rule lists into another. Empty exactly when both have the same rules in the same order; ids do not matter.
 * A rule about the same attributes counts as changed, not as removed and added.
 */
export function ruleDifferences(before: RuleLists, after: RuleLists): readonly RuleDifference[] {
  const bodies = (rules: readonly (MatchingBody | MappingBody)[]): readonly Body[] => rules as unknown as readonly Body[];
  return [...differenceOf('matching', bodies(before.matching), bodies(after.matching)), ...differenceOf('mapping', bodies(before.mapping), bodies(after.mapping))];
}

/** The same of licence rules. Rules about one product count as one that changed. */
export function licenceDifferences(before: readonly LicenceRule[], after: readonly LicenceRule[]): readonly RuleDifference[] {
  const body = (rule: LicenceRule): Body => ({
    enabled: rule.enabled, partNumber: rule.partNumber, action: rule.action, condition: licenceConditionText(rule), disabledPlans: rule.disabledPlans.join(', '), when: rule.when,
    text: `${licenceActionText(rule)} for ${licenceConditionText(rule)}${rule.when === 'always' ? '' : ` (${rule.when})`}`,
  });
  return differenceOf('licence', before.map(body), after.map(body));
}

/** One list of {@link keepOwnRules}. */
function merged(set: PushSet, template: readonly Body[], now: readonly Body[], base: readonly Body[] | null): readonly Body[] {
  const same = (a: Body | undefined, b: Body | undefined): boolean => a !== undefined && b !== undefined && contents(set, a) === contents(set, b);
  if (base === null) {
    const subjects = new Set(template.map((rule) => subject(set, rule)));
    return [...template, ...now.filter((rule) => !subjects.has(subject(set, rule)))];
  }
  const nowOf = new Map(pairUp(set, base, now).map((pair) => [pair.before, pair.after]));
  const baseOf = new Map(pairUp(set, base, template).map((pair) => [pair.after, pair.before]));
  const out = template.flatMap((rule, i): readonly Body[] => {
    const from = baseOf.get(i);
    // What the template changed by itself wins over what people made of it.
    if (from === undefined || !same(base[from], rule)) return [rule];
    const present = now[nowOf.get(from) ?? -1];
    return present === undefined ? [] : [present];
  });
  const fromBase = new Set(nowOf.values());
  return [...out, ...now.filter((rule, i) => !fromBase.has(i) && !out.some((other) => same(other, rule)))];
}

/**
 * A template's lists with what people did to the rules since they were made from `base`: rules they added come after the template's,
 * rules they changed or removed stay so where the template says nothing new about them.
 * @param base the template that the rules were made from; null when nobody knows: then rules about attributes that the template does not name are kept.
 */
export function keepOwnRules(template: RuleLists, now: RuleLists, base: RuleLists | null): RuleLists {
  const bodies = (rules: readonly (MatchingBody | MappingBody)[]): readonly Body[] => rules as unknown as readonly Body[];
  return {
    matching: merged('matching', bodies(template.matching), bodies(now.matching), base === null ? null : bodies(base.matching)) as unknown as readonly MatchingBody[],
    mapping: merged('mapping', bodies(template.mapping), bodies(now.mapping), base === null ? null : bodies(base.mapping)) as unknown as readonly MappingBody[],
  };
}
