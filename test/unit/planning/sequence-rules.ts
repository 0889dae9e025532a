import fc from 'fast-check';
import { licenceRules, planLicences } from '../../../electron/engines/licensing/index.ts';
import type { LicenceRule, ProductInfo } from '../../../shared/domain/licences.ts';
import type { SourceObject } from '../../../shared/domain/objects.ts';
import type { Operation } from '../../../shared/domain/plans.ts';
import { MAPPING_CONDITIONS, type MappingRule } from '../../../shared/domain/rules.ts';
import { RULES, type Model } from './model.ts';

const EXTENSION = 'onPremisesExtensionAttributes/extensionAttribute1';
const TEXTS = [['user', 'jobTitle'], ['user', 'city'], ['user', 'givenName'], ['user', 'surname'], ['user', EXTENSION], ['contact', 'jobTitle'], ['contact', 'companyName'], ['contact', EXTENSION], ['group', 'description']] as const;
const EXPRESSIONS = ['ToUpper([title])', '"Fixed"', 'NULL', 'AuthoritativeNull', 'IIF(IsPresent([title]), [title], AuthoritativeNull)', 'IIF([displayName] = "Ann", [givenName], "None")'] as const;
const rule = (kind: MappingRule['targetClass'], targetAttribute: string, more: Partial<MappingRule>): Omit<MappingRule, 'id' | 'position'> => ({
  enabled: true, action: 'Overwrite', condition: 'always', sourceClass: kind, sourceAttribute: '', targetClass: kind, targetAttribute, value: '', conversion: 'none', ...more,
});
const text = fc.constantFrom(...TEXTS);
const condition = fc.constantFrom(...MAPPING_CONDITIONS);
const anyRule = fc.oneof(
  fc.tuple(text, condition, fc.constantFrom(...EXPRESSIONS)).map(([[kind, name], when, value]) => rule(kind, name, { action: 'Expression', condition: when, value })),
  fc.tuple(text, condition).map(([[kind, name], when]) => rule(kind, name, { action: 'Set constant', condition: when, value: 'All alike' })),
  fc.tuple(text, condition).map(([[kind, name], when]) => rule(kind, name, { action: 'Clear', condition: when })),
  fc.tuple(text, condition, fc.constantFrom('title', 'displayName')).map(([[kind, name], when, source]) => rule(kind, name, { condition: when, sourceAttribute: source })),
  fc.tuple(condition, fc.constantFrom('Clear' as const, 'Resolve' as const)).map(([when, action]) => rule('user', 'manager', { action, condition: when, sourceAttribute: action === 'Resolve' ? 'manager' : '' })),
  condition.map((when) => rule('group', 'members', { action: 'Resolve', condition: when, sourceAttribute: 'member' })),
  condition.map((when) => rule('user', 'otherMails', { action: 'Merge', condition: when, sourceAttribute: 'otherMailbox', conversion: 'other mails' })),
  fc.tuple(fc.constantFrom('group' as const, 'contact' as const), condition, fc.boolean()).map(([kind, when, value]) => rule(kind, 'hideFromAddressLists', { action: 'Set constant', condition: when, value: String(value) })),
);

/** What an administrator has changed in the shipped rules: own rules, and attributes that no rule speaks about any more. */
export const rulesOfOwn = fc.record({ own: fc.array(anyRule, { maxLength: 4 }), silent: fc.subarray(['manager', 'members', 'displayName', 'jobTitle', 'fullAccess'], { maxLength: 2 }) });
/** Such a change. */
export type OwnRules = typeof rulesOfOwn extends fc.Arbitrary<infer T> ? T : never;

/** The rules that come of it. There is one about an attribute: what writes only sometimes would be written over by another the next time, as it is meant to. */
export function rulesWith({ own, silent }: OwnRules): readonly MappingRule[] {
  const of = ({ targetClass, targetAttribute }: Pick<MappingRule, 'targetClass' | 'targetAttribute'>): string => `${targetClass} ${targetAttribute}`;
  const alone = new Map(own.map((one) => [of(one), one]));
  return [...RULES.filter((one) => !alone.has(of(one)) && !silent.includes(one.targetAttribute)), ...[...alone.values()].map((one, i) => ({ ...one, id: `own ${i}`, position: 900 + i }))];
}

const id = (n: number): string => `00000000-0000-4000-8000-${String(n).padStart(12, '0')}`;
/** Products of the tenant. */
export const PRODUCTS: readonly ProductInfo[] = ['ALPHA', 'BETA'].map((partNumber, i) => ({ id: id(i + 1), partNumber, enabled: 100, consumed: 0, plans: [{ id: id(i + 11), name: `PLAN_${i}`, forUsers: true }] }));
/** Licence rules of a collection. */
export const licenceSet: fc.Arbitrary<readonly LicenceRule[]> = fc.uniqueArray(fc.record({
  partNumber: fc.constantFrom('ALPHA', 'BETA'), action: fc.constantFrom('assign' as const, 'assign' as const, 'remove' as const), when: fc.constantFrom('always' as const, 'only on creation' as const), off: fc.boolean(), title: fc.constantFrom('', 'Chief', 'x'),
}), { selector: (one) => one.partNumber, maxLength: 2 }).map((rules) => rules.map(({ off, title, ...one }, i) => ({
  ...one, id: `l${i}`, position: i + 1, enabled: true, disabledPlans: off && one.action === 'assign' ? [one.partNumber === 'ALPHA' ? 'PLAN_0' : 'PLAN_1'] : [],
  condition: title === '' ? { kind: 'everybody' as const } : { kind: 'attribute equals' as const, attribute: 'title', value: title },
})));

/** What licence rules make of users, after everything else of a plan. */
export function licenceOperations(sources: readonly SourceObject[], model: Model, matches: ReadonlyMap<string, string>, rules: readonly LicenceRule[], planned: readonly Operation[], newId: () => string): Operation[] {
  const ready = licenceRules(rules, { products: PRODUCTS, membersOf: () => null, fits: () => false });
  const located = new Set(planned.filter((one) => one.changes.some((change) => change.attribute === 'usageLocation' && change.after !== null)).map((one) => one.sourceId));
  return sources.flatMap((source): Operation[] => {
    const target = model.get(matches.get(source.id) ?? '') ?? null;
    const { change } = planLicences({ source, target, located: located.has(source.id) || target?.attributes['usageLocation'] !== undefined }, ready.decide(source, target === null ? 'created' : 'existing'), PRODUCTS);
    return change === null ? [] : [{ id: newId(), seq: 0, kind: 'set licences', service: 'graph', objectKind: 'user', sourceId: source.id, targetId: target?.id ?? null, name: source.name, changes: [change], references: [], previous: [] }];
  });
}
