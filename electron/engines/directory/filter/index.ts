/** LDAP filters (RFC 4515): read, written and evaluated as Active Directory does (MS-ADTS). */
export type { AssertionValue, Filter } from './types.ts';
export { parseFilter } from './parse.ts';
export { escapeFilterBytes, escapeFilterValue, filterOfGuids, printFilter } from './print.ts';
export { evaluateFilter, IN_CHAIN, matchesFilter } from './evaluate.ts';
export { activeDirectoryTextKey, type TextKey } from './compare.ts';
export type { FilterContext, FilteredEntry, Truth } from './evaluate.ts';
