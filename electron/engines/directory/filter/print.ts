import { escapeFilterBytes, escapeFilterValue } from '../../../../shared/rules/filter-text.ts';
import { guidToBytes } from '../../../../shared/rules/guid.ts';
import type { AssertionValue, Filter } from './types.ts';

export { escapeFilterBytes, escapeFilterValue };

const valueText = (value: AssertionValue | null): string => (value === null ? '' : value.text === undefined ? escapeFilterBytes(value.bytes) : escapeFilterValue(value.text));
const SIGNS = { equal: '=', approx: '~=', greaterOrEqual: '>=', lessOrEqual: '<=' } as const;

/** A filter that finds the objects of these objectGUIDs, as far as they are GUIDs: the bytes as they are stored (MS-DTYP 2.3.4.2). */
export const filterOfGuids = (ids: readonly string[]): string => `(|${ids.map((id) => `(objectGUID=${escapeFilterBytes(guidToBytes(id) ?? new Uint8Array())})`).join('')})`;

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
