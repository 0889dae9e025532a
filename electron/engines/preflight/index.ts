/** The preflight engine: what would fail at Microsoft 365 is said before anything is written. Pure. */
export { checkObjects } from './check.ts';
export type { CheckContext, CheckedObject } from './check.ts';
export { createTenantNames } from './names.ts';
export type { NameHolder, NameKind, TenantNames } from './names.ts';
export { GROUP_SIZE_LIMIT, RESERVED_ALIASES } from './limits.ts';
