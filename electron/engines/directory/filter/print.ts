import { utf8Encode } from '../../../../shared/rules/text.ts';
import type { AssertionValue, Filter } from './types.ts';

const hex = (byte: number): string => `\\${byte.toString(16).padStart(2, '0')}`;

/** Every byte as `\hh`: how GUIDs, SIDs and other binary values are written in a filter. */
export function escapeFilterBytes(bytes: Uint8Array): string {
  return [...bytes].map(hex).join('');
}

/** A text as it is written inside a filter: `* ( ) \`, NUL and control characters become `\hh` (RFC 4515 section 3); the rest stays readable. */
export function escapeFilterValue(text: string): string {
  // eslint-disable-next-line no-control-regex -- control characters are what is looked for
  return text.replace(/[*()\\\u0000-\u001f\u007f]/g, (char) => hex(utf8Encode(char)[0] ?? 0));
}

const valueText = (value: AssertionValue | null): string => (value === null ? '' : value.text === undefined ? escapeFilterBytes(value.bytes) : escapeFilterValue(value.text));
const SIGNS = { equal: '=', approx: '~=', greaterOrEqual: '>=', lessOrEqual: '<=' } as const;

/** The filter as text, without optional spaces: reading it again gives the same tree. */
export function printFilter(filter: Filter): string {
  switch (filter.kind) {
    case 'and': case 'or': return `(${filter.kind === 'and' ? '&' : '|'}${filter.parts.map(printFilter).join('')})`;
    case 'not': return `(!${printFilter(filter.part)})`;
    case 'present': return `(${filter.attribute}=*)`;
    case 'substrings': return `(${filter.attribute}=${[filter.initial, ...filter.any, filter.final].map(valueText).join('*')})`;
    case 'extensible': return `(${filter.attribute ?? ''}${filter.dn ? ':dn' : ''}${filter.rule === null ? '' : `:${filter.rule}`}:=${valueText(filter.value)})`;
    case 'equal': case 'approx': case 'greaterOrEqual': case 'lessOrEqual': return `(${filter.attribute}${SIGNS[filter.kind]}${valueText(filter.value)})`;
    default: return filter satisfies never;
  }
}
