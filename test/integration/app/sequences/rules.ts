import fc from 'fast-check';
import { DEFAULT_MAPPING_RULES } from '../../../../electron/engines/mapping/index.ts';
import type { ChannelInput } from '../../../../shared/contracts/index.ts';
import type { MappingRuleInput } from '../../../../shared/contracts/rule-values.ts';
import { MAPPING_CONDITIONS } from '../../../../shared/domain/rules.ts';
import type { Rig } from '../rig.ts';
import { groupDn } from '../works.ts';

const rule = (kind: MappingRuleInput['targetClass'], targetAttribute: string, more: Partial<MappingRuleInput>): MappingRuleInput => ({
  enabled: true, action: 'Overwrite', condition: 'always', sourceClass: kind, sourceAttribute: '', targetClass: kind, targetAttribute, value: '', conversion: 'none', ...more,
});
const condition = fc.constantFrom(...MAPPING_CONDITIONS);
const EXTENSION = 'onPremisesExtensionAttributes/extensionAttribute5';
/** Attributes that can be empty, by kind. */
const TEXTS: readonly (readonly [MappingRuleInput['targetClass'], readonly string[]])[] = [
  ['user', ['jobTitle', 'department', 'city', 'companyName', 'officeLocation', 'state', 'employeeType', EXTENSION]],
  ['contact', ['jobTitle', 'companyName', 'city', 'notes', 'givenName', EXTENSION]], ['group', ['description', EXTENSION]],
];
const text = fc.constantFrom(...TEXTS.flatMap(([kind, names]) => names.map((name) => [kind, name] as const)));
const FULL = ['[displayName] & " of " & [name]', '"Fixed"', 'IIF(IsPresent([title]), ToUpper([title]), "None")', 'Left([displayName], 3)'] as const;
const ANY = [...FULL, 'ToUpper([title])', 'NULL', 'IIF(IsPresent([department]), [department], AuthoritativeNull)', 'IIF([title] = "Clerk", AuthoritativeNull, [l])', 'AuthoritativeNull'] as const;

/** One mapping rule of any action and condition. */
export const mappingRule: fc.Arbitrary<MappingRuleInput> = fc.oneof(
  { weight: 6, arbitrary: fc.tuple(text, condition, fc.constantFrom(...ANY)).map(([[kind, name], when, value]) => rule(kind, name, { action: 'Expression', condition: when, value })) },
  { weight: 2, arbitrary: fc.tuple(text, condition, fc.nat(3)).map(([[kind, name], when, value]) => rule(kind, name, { action: 'Set constant', condition: when, value: `Constant ${value}` })) },
  { weight: 2, arbitrary: fc.tuple(text, fc.constantFrom('always' as const, 'only on creation' as const)).map(([[kind, name], when]) => rule(kind, name, { action: 'Clear', condition: when })) },
  { weight: 2, arbitrary: fc.tuple(text, condition, fc.constantFrom('title', 'l', 'description', 'department')).map(([[kind, name], when, source]) => rule(kind, name, { condition: when, sourceAttribute: source, conversion: 'trim' })) },
  { weight: 1, arbitrary: fc.tuple(fc.constantFrom('user' as const, 'group' as const, 'contact' as const), condition, fc.constantFrom(...FULL)).map(([kind, when, value]) => rule(kind, 'displayName', { action: 'Expression', condition: when, value })) },
  { weight: 1, arbitrary: fc.tuple(condition, fc.boolean()).map(([when, value]) => rule('user', 'accountEnabled', { action: 'Set constant', condition: when, value: String(value) })) },
  { weight: 1, arbitrary: condition.map((when) => rule('user', 'otherMails', { action: 'Merge', condition: when, sourceAttribute: 'otherMailbox', conversion: 'other mails' })) },
  { weight: 1, arbitrary: fc.tuple(condition, fc.constantFrom('DE', 'NO')).map(([when, value]) => rule('user', 'usageLocation', { action: 'Set constant', condition: when, value })) },
  { weight: 1, arbitrary: condition.map((when) => rule('user', 'manager', { action: 'Clear', condition: when })) },
  { weight: 1, arbitrary: fc.tuple(fc.constantFrom('group' as const, 'contact' as const), condition, fc.boolean()).map(([kind, when, value]) => rule(kind, 'hideFromAddressLists', { action: 'Set constant', condition: when, value: String(value) })) },
  { weight: 1, arbitrary: fc.tuple(fc.constantFrom('group' as const, 'contact' as const), condition, fc.boolean()).map(([kind, when, value]) => rule(kind, 'requireSenderAuthenticationEnabled', { action: 'Set constant', condition: when, value: String(value) })) },
);

type LicenceInput = ChannelInput<'licences.save'>['rule'];
/** One licence rule. */
export const licenceRule: fc.Arbitrary<LicenceInput> = fc.record({
  enabled: fc.constant(true), action: fc.constantFrom('assign' as const, 'assign' as const, 'remove' as const), when: fc.constantFrom('always' as const, 'only on creation' as const),
  condition: fc.oneof(
    fc.constant({ kind: 'everybody' as const }), fc.constantFrom('Sales', 'Office').map((name) => ({ kind: 'members of' as const, groupDn: groupDn(name) })),
    fc.constantFrom('Clerk', 'Buyer').map((value) => ({ kind: 'attribute equals' as const, attribute: 'title', value })), fc.constant({ kind: 'filter' as const, filter: '(&(department=*)(l=Oslo))' }),
  ),
  product: fc.constantFrom(['SPE_E3', []], ['SPE_E3', ['TEAMS1']], ['SPE_E3', ['EXCHANGE_S_ENTERPRISE', 'YAMMER_ENTERPRISE']], ['EXCHANGESTANDARD', []], ['POWER_BI_STANDARD', []]) as fc.Arbitrary<[string, string[]]>,
}).map(({ product: [partNumber, disabledPlans], ...one }) => ({ ...one, partNumber, disabledPlans: one.action === 'remove' ? [] : disabledPlans }));

/**
 * Rules as an administrator has them: a rule that writes only sometimes is the only one about its attribute. (Another one below it would
 * write over its value the next time, as it is meant to.)
 */
function sensible<T>(rules: readonly T[], of: (rule: T) => string, always: (rule: T) => boolean): readonly T[] {
  return [...Map.groupBy(rules, of).values()].flatMap((same) => same.filter((_, i) => i === 0 || same.slice(0, i + 1).every(always)));
}
const attributeOf = ({ targetClass, targetAttribute }: Pick<MappingRuleInput, 'targetClass' | 'targetAttribute'>): string => `${targetClass} ${targetAttribute}`;

/** Puts rules before those that a collection started with, in place of what was put there before. */
export async function putRules({ call }: Rig, collectionId: string, rules: readonly MappingRuleInput[]): Promise<void> {
  const owner = { kind: 'collection' as const, id: collectionId };
  const { rows } = await call('mappingRules.list', owner);
  const own = rows.slice(0, rows.length - DEFAULT_MAPPING_RULES.length);
  const shipped = rows.slice(own.length);
  for (const { id } of own) await call('mappingRules.remove', { owner, id });
  const put = sensible(rules, attributeOf, (one) => one.condition === 'always');
  const alone = new Set(put.filter((one) => one.condition !== 'always').map(attributeOf));
  for (const { position: _, ...one } of shipped) {
    const enabled = DEFAULT_MAPPING_RULES.some((rule) => rule.enabled && attributeOf(rule) === attributeOf(one)) && !alone.has(attributeOf(one));
    if (enabled !== one.enabled) await call('mappingRules.save', { owner, rule: { ...one, enabled } });
  }
  const ids: string[] = [];
  for (const one of put) ids.push((await call('mappingRules.save', { owner, rule: one })).id);
  await call('mappingRules.reorder', { owner, ids: [...ids, ...shipped.map((one) => one.id)] });
}

/** True for a rule that gives nobody a mailbox. */
export const hasNoMailbox = ({ action, partNumber, disabledPlans }: LicenceInput): boolean => action === 'remove' || partNumber === 'POWER_BI_STANDARD' || disabledPlans.includes('EXCHANGE_S_ENTERPRISE');

/** Puts licence rules in place of those of a collection. */
export async function putLicences({ call }: Rig, collectionId: string, rules: readonly LicenceInput[]): Promise<void> {
  const owner = { kind: 'collection' as const, id: collectionId };
  for (const { id } of (await call('licences.list', owner)).rows) await call('licences.remove', { owner, id });
  for (const one of sensible(rules, (rule) => rule.partNumber, (rule) => rule.when === 'always')) await call('licences.save', { owner, rule: one });
}
