import type { ObjectKind } from '../../../shared/domain/objects.ts';
import type { Comparison, MatchingRule } from '../../../shared/domain/rules.ts';

const rule = (
  position: number, kind: ObjectKind, sourceAttribute: string, targetAttribute: string, comparison: Comparison, enabled = true,
): Omit<MatchingRule, 'id'> => ({ position, enabled, sourceClass: kind, sourceAttribute, targetClass: kind, targetAttribute, comparison });

/**
 * The rules a new pair starts with. The order is that of Microsoft Entra: the anchor (hard match), then userPrincipalName or
 * the primary SMTP address (soft match; Entra Connect, "Sync with existing users"); the UPN prefix comes after them because
 * two people can share one. Names are off: two groups or people of one name are common, and only a person can tell.
 * Security groups without mail are matched by nothing in Entra either; who wants them matched by name turns the rule on.
 */
export const DEFAULT_MATCHING_RULES: readonly Omit<MatchingRule, 'id'>[] = [
  rule(1, 'user', 'objectGUID', 'onPremisesImmutableId', 'anchor'),
  rule(2, 'user', 'userPrincipalName', 'userPrincipalName', 'value'),
  rule(3, 'user', 'mail', 'mail', 'smtp'),
  rule(4, 'user', 'userPrincipalName', 'userPrincipalName', 'upn prefix'),
  rule(5, 'user', 'sAMAccountName', 'mailNickname', 'value', false),
  rule(6, 'user', 'displayName', 'displayName', 'value', false),
  rule(7, 'group', 'mail', 'mail', 'smtp'),
  rule(8, 'group', 'sAMAccountName', 'mailNickname', 'value', false),
  rule(9, 'group', 'displayName', 'displayName', 'value', false),
  rule(10, 'group', 'sAMAccountName', 'displayName', 'value', false),
  rule(11, 'contact', 'mail', 'mail', 'smtp'),
  rule(12, 'contact', 'displayName', 'displayName', 'value', false),
];

const WORDS: Readonly<Record<Comparison, string>> = {
  value: '', anchor: ' (source anchor)', smtp: ' (primary SMTP address)', 'upn prefix': ' (prefix with the chosen UPN suffix)',
};

/** The rule in words, e.g. `user userPrincipalName = user userPrincipalName`. */
export function describeRule(matching: Pick<MatchingRule, 'sourceClass' | 'sourceAttribute' | 'targetClass' | 'targetAttribute' | 'comparison'>): string {
  return `${matching.sourceClass} ${matching.sourceAttribute} = ${matching.targetClass} ${matching.targetAttribute}${WORDS[matching.comparison]}`;
}
