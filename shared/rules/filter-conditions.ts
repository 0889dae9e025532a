import { escapeFilterValue } from './filter-text.ts';

/** What a condition asks of an attribute, in the words of the query builder. */
export const FILTER_OPERATORS = [
  'is', 'is not', 'starts with', 'ends with', 'contains', 'does not contain', 'is present', 'is not present', 'is at least', 'is at most', 'has all bits', 'has any bit', 'is or is below',
] as const;
export type FilterOperator = (typeof FILTER_OPERATORS)[number];

/** One line of the query builder. */
export interface FilterCondition { readonly attribute: string; readonly operator: FilterOperator; readonly value: string }

/** Object classes that the query builder offers; the empty one means all that are migrated. */
export const QUERY_CLASSES = ['', 'user', 'group', 'contact'] as const;
export type QueryClass = (typeof QUERY_CLASSES)[number];

/** A query as it is put together by a person. */
export interface FilterQuery { readonly objectClass: QueryClass; readonly join: 'and' | 'or'; readonly conditions: readonly FilterCondition[] }

/** LDAP_MATCHING_RULE_BIT_AND, _BIT_OR and _IN_CHAIN (MS-ADTS 3.1.1.3.4.4). */
const RULES = { 'has all bits': '1.2.840.113556.1.4.803', 'has any bit': '1.2.840.113556.1.4.804', 'is or is below': '1.2.840.113556.1.4.1941' } as const;
const ATTRIBUTE = /^(?:[a-z][a-z0-9-]*|\d+(?:\.\d+)+)$/i;

/** True for the operators that need no value. */
export function needsNoValue(operator: FilterOperator): boolean {
  return operator === 'is present' || operator === 'is not present';
}

/** What is wrong with a condition, as one sentence; empty when nothing is. */
export function conditionProblem({ attribute, operator, value }: FilterCondition): string {
  if (!ATTRIBUTE.test(attribute.trim())) return attribute.trim() === '' ? 'Name the attribute.' : `"${attribute}" is no attribute name.`;
  if (needsNoValue(operator)) return '';
  if (value === '') return 'Give a value, or choose "is present".';
  if ((operator === 'has all bits' || operator === 'has any bit') && !/^-?\d{1,20}$/.test(value.trim())) return 'Bits are given as a decimal number, for example 2 for disabled accounts.';
  return '';
}

/** The filter of one condition; values are escaped (RFC 4515 section 3). */
function filterOf({ attribute, operator, value }: FilterCondition): string {
  const name = attribute.trim();
  const text = escapeFilterValue(value);
  switch (operator) {
    case 'is': return `(${name}=${text})`;
    case 'is not': return `(!(${name}=${text}))`;
    case 'starts with': return `(${name}=${text}*)`;
    case 'ends with': return `(${name}=*${text})`;
    case 'contains': return `(${name}=*${text}*)`;
    case 'does not contain': return `(!(${name}=*${text}*))`;
    case 'is present': return `(${name}=*)`;
    case 'is not present': return `(!(${name}=*))`;
    case 'is at least': return `(${name}>=${text})`;
    case 'is at most': return `(${name}<=${text})`;
    case 'has all bits': case 'has any bit': case 'is or is below': return `(${name}:${RULES[operator]}:=${text.trim()})`;
    default: return operator satisfies never;
  }
}

/** Classes as a filter: computers are users by class and are never migrated. */
const CLASSES: Readonly<Record<QueryClass, string>> = { '': '', user: '(&(objectClass=user)(!(objectClass=computer)))', group: '(objectClass=group)', contact: '(objectClass=contact)' };

/**
 * The LDAP filter of a query: conditions joined by and or or, all of one class. A query without conditions and class finds everything.
 * Conditions with a problem ({@link conditionProblem}) must have been refused before.
 */
export function filterOfQuery({ objectClass, join, conditions }: FilterQuery): string {
  const parts = conditions.map(filterOf);
  const joined = parts.length === 0 ? '' : parts.length === 1 ? parts[0] ?? '' : `(${join === 'and' ? '&' : '|'}${parts.join('')})`;
  const ofClass = CLASSES[objectClass];
  if (ofClass === '') return joined === '' ? '(objectClass=*)' : joined;
  return joined === '' ? ofClass : `(&${ofClass}${joined})`;
}
