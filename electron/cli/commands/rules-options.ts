import { Option, type Command } from 'commander';
import type { z } from 'zod';
import type { MappingRuleInput, MappingRuleSchema, MatchingRuleInput, MatchingRuleSchema } from '../../../shared/contracts/rule-values.ts';
import { appError, ErrorCode } from '../../../shared/domain/errors.ts';
import { OBJECT_KINDS, type ObjectKind } from '../../../shared/domain/objects.ts';
import { COMPARISONS, CONVERSIONS, MAPPING_ACTIONS, MAPPING_CONDITIONS, RULE_SETS, type Comparison, type Conversion, type MappingAction, type MappingCondition, type RuleOwner, type RuleSet } from '../../../shared/domain/rules.ts';
import type { Session } from '../session.ts';

/** A matching rule as stored. */
export type Matching = z.output<typeof MatchingRuleSchema>;
/** A mapping rule as stored. */
export type Mapping = z.output<typeof MappingRuleSchema>;

/** Whose rules are meant. */
export interface OwnerOptions { readonly pair?: string; readonly collection?: string }
/** Options that describe a matching rule. */
export interface MatchingOptions { readonly class?: ObjectKind; readonly source?: string; readonly target?: string; readonly comparison?: Comparison; readonly disabled?: boolean }
/** Options that describe a mapping rule. */
export interface MappingOptions { readonly class?: ObjectKind; readonly source?: string; readonly target?: string; readonly action?: MappingAction; readonly condition?: MappingCondition; readonly value?: string; readonly conversion?: Conversion; readonly disabled?: boolean }

/** The owner that the options name. @throws AppError INVALID_INPUT unless exactly one is named. */
export async function ownerOf(session: Session, o: OwnerOptions): Promise<RuleOwner & { readonly name: string }> {
  if ((o.pair === undefined) === (o.collection === undefined)) throw appError(ErrorCode.InvalidInput, 'Give either --collection, for its own rules, or --pair, for those that collections made afterwards get.');
  if (o.collection !== undefined) { const { id, name } = await session.collection(o.collection); return { kind: 'collection', id, name }; }
  const { id, name } = await session.pair(o.pair);
  return { kind: 'pair', id, name };
}

/** Owner as channels take it. */
export const plainOwner = ({ kind, id }: RuleOwner): RuleOwner => ({ kind, id }) as RuleOwner;

/** The rules of one list. */
export async function rulesOf(session: Session, owner: RuleOwner, set: RuleSet): Promise<readonly (Matching | Mapping)[]> {
  return set === 'matching' ? (await session.call('matchingRules.list', plainOwner(owner))).rows : (await session.call('mappingRules.list', plainOwner(owner))).rows;
}

/** A rule by its number in the list or by id. @throws AppError NOT_FOUND. */
export function ruleAt<R extends { readonly id: string; readonly position: number }>(rules: readonly R[], given: string): R {
  const found = rules.find((r) => r.id === given || String(r.position) === given);
  if (found === undefined) throw appError(ErrorCode.NotFound, `There is no rule ${given}; the list has the numbers 1 to ${rules.length}.`);
  return found;
}

/** The rule that the options describe, over one that is there. */
export function matchingOf(o: MatchingOptions, before?: Matching): MatchingRuleInput {
  const kind = o.class ?? before?.sourceClass ?? 'user';
  return {
    ...(before === undefined ? {} : { id: before.id }), enabled: o.disabled === undefined ? before?.enabled ?? true : !o.disabled, sourceClass: kind, targetClass: kind,
    sourceAttribute: required(o.source ?? before?.sourceAttribute, '--source'), targetAttribute: required(o.target ?? before?.targetAttribute, '--target'), comparison: o.comparison ?? before?.comparison ?? 'value',
  };
}

/** The rule that the options describe, over one that is there. */
export function mappingOf(o: MappingOptions, before?: Mapping): MappingRuleInput {
  const kind = o.class ?? before?.sourceClass ?? 'user';
  const action = o.action ?? before?.action ?? 'Overwrite';
  const reads = action !== 'Set constant' && action !== 'Clear' && action !== 'Expression';
  return {
    ...(before === undefined ? {} : { id: before.id }), enabled: o.disabled === undefined ? before?.enabled ?? true : !o.disabled, action, condition: o.condition ?? before?.condition ?? 'always', sourceClass: kind, targetClass: kind,
    sourceAttribute: reads ? o.source ?? before?.sourceAttribute ?? '' : '', targetAttribute: required(o.target ?? before?.targetAttribute, '--target'),
    value: action === 'Set constant' || action === 'Expression' ? o.value ?? before?.value ?? '' : '', conversion: reads ? o.conversion ?? before?.conversion ?? 'none' : 'none',
  };
}

function required(value: string | undefined, option: string): string {
  if (value === undefined || value.trim() === '') throw appError(ErrorCode.InvalidInput, `Give ${option}.`);
  return value;
}

const choice = <T extends string>(flags: string, text: string, values: readonly T[]): Option => new Option(flags, `${text}: ${values.join(', ')}`).argParser((given: string): T => {
  const hit = values.find((v) => v.toLowerCase() === given.toLowerCase());
  if (hit === undefined) throw appError(ErrorCode.InvalidInput, `"${given}" is not one of ${values.join(', ')}.`);
  return hit;
});
/** `--collection` and `--pair`. */
export const withOwner = (command: Command): Command => command.option('--collection <name>', 'rules of this collection').option('--pair <name>', 'rules of this pair, which collections made afterwards get');
/** `--set`. */
export const setOption = (): Option => choice('--set <set>', 'which list', RULE_SETS);
/** Options of a matching rule. */
export const withMatching = (command: Command): Command => command.addOption(choice('--class <class>', 'class on both sides', OBJECT_KINDS)).option('--source <attribute>', 'source attribute').option('--target <attribute>', 'target attribute')
  .addOption(choice('--comparison <how>', 'comparison', COMPARISONS)).option('--disabled', 'keep the rule, but do not use it').option('--no-disabled', 'use the rule');
/** Options of a mapping rule. */
export const withMapping = (command: Command): Command => command.addOption(choice('--class <class>', 'class on both sides', OBJECT_KINDS)).option('--target <attribute>', 'target attribute').addOption(choice('--action <action>', 'action', MAPPING_ACTIONS))
  .option('--source <attribute>', 'source attribute').option('--value <text>', 'the constant, or the expression').addOption(choice('--condition <when>', 'condition', MAPPING_CONDITIONS)).addOption(choice('--conversion <name>', 'conversion', CONVERSIONS))
  .option('--disabled', 'keep the rule, but do not use it').option('--no-disabled', 'use the rule');

/** The list with one rule at another number. @throws AppError INVALID_INPUT for a number that the list has not. */
export function moved<R extends { readonly id: string }>(rules: readonly R[], rule: R, to: string | undefined): R[] {
  const place = Number(to);
  if (!Number.isInteger(place) || place < 1 || place > rules.length) throw appError(ErrorCode.InvalidInput, `--to must be a number from 1 to ${rules.length}, not "${to ?? ''}".`);
  const rest = rules.filter((r) => r.id !== rule.id);
  return [...rest.slice(0, place - 1), rule, ...rest.slice(place - 1)];
}
