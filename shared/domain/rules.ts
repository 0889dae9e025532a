import type { ObjectKind } from './objects.ts';

/**
 * How the two attributes of a matching rule are compared. All comparisons trim and ignore case except `anchor`.
 * - `value`: any source value equals any target value.
 * - `anchor`: Base64 of the 16 raw bytes of mS-DS-ConsistencyGuid, else objectGUID, equals onPremisesImmutableId (case-sensitive).
 * - `smtp`: primary SMTP address of the source (`SMTP:` in proxyAddresses, else mail) equals mail or the primary proxy address.
 * - `upn prefix`: the part before @ of the source UPN with the UPN suffix chosen for the run equals userPrincipalName.
 */
export const COMPARISONS = ['value', 'anchor', 'smtp', 'upn prefix'] as const;
export type Comparison = (typeof COMPARISONS)[number];

/** One matching rule. Rules are tried in `position` order; the first rule with hits decides. */
export interface MatchingRule {
  readonly id: string;
  readonly position: number;
  readonly enabled: boolean;
  readonly sourceClass: ObjectKind;
  readonly sourceAttribute: string;
  readonly targetClass: ObjectKind;
  readonly targetAttribute: string;
  readonly comparison: Comparison;
}

/**
 * The five actions of the reference system, and Expression.
 *
 * Overwrite, Merge and Expression leave the target alone when they have no value (an absent source, NULL, an empty text): a gap in
 * Active Directory never wipes what people entered. Clear, and AuthoritativeNull in an expression, empty the target on purpose.
 * An expression that fails for an object keeps that object out of the plan, with the place and the reason.
 */
export const MAPPING_ACTIONS = ['Overwrite', 'Merge', 'Resolve', 'Set constant', 'Clear', 'Expression'] as const;
export type MappingAction = (typeof MAPPING_ACTIONS)[number];

/** When a mapping rule writes. */
export const MAPPING_CONDITIONS = ['always', 'only on creation', 'only if the target is empty'] as const;
export type MappingCondition = (typeof MAPPING_CONDITIONS)[number];

/**
 * Named conversions used by the shipped rules, so that a rule is data and not code. Each is documented where it is
 * implemented (electron/engines/mapping/conversions.ts).
 */
export const CONVERSIONS = [
  'none', 'trim', 'first value, 448 characters', 'display name', 'enabled', 'anchor', 'user principal name', 'mail nickname',
  'usage location', 'security enabled', 'mail enabled', 'group types', 'initial password', 'one value', 'other mails', 'description',
  'external address', 'email addresses', 'flag', 'country', 'owners',
] as const;
export type Conversion = (typeof CONVERSIONS)[number];

/** One mapping rule: where a target attribute's value comes from. */
export interface MappingRule {
  readonly id: string;
  readonly position: number;
  readonly enabled: boolean;
  readonly action: MappingAction;
  readonly condition: MappingCondition;
  readonly sourceClass: ObjectKind;
  /** Empty for Set constant, Clear and Expression (which names the attributes it reads itself). */
  readonly sourceAttribute: string;
  readonly targetClass: ObjectKind;
  readonly targetAttribute: string;
  /** The constant of Set constant, the text of Expression; else empty. */
  readonly value: string;
  readonly conversion: Conversion;
}

/** The two lists of rules that an owner has. */
export const RULE_SETS = ['matching', 'mapping'] as const;
export type RuleSet = (typeof RULE_SETS)[number];

/** The lists that a pair can push to its collections: those two, and its licence rules. */
export const PUSH_SETS = [...RULE_SETS, 'licence'] as const;
export type PushSet = (typeof PUSH_SETS)[number];

/** Schema template and version that an owner's rules were made from. */
export interface RuleOrigin { readonly template: string; readonly version: number }

/** The template of a pair that names none. */
export const DEFAULT_SCHEMA_TEMPLATE = 'Exchange';

/** Where a rule set hangs: rules of a pair are copied to collections made afterwards. */
export type RuleOwner = { readonly kind: 'pair'; readonly id: string } | { readonly kind: 'collection'; readonly id: string };
