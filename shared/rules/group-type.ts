import type { Attributes } from '../domain/objects.ts';
import { isMailEnabled } from './addresses.ts';
import { integerOf } from './attributes.ts';

/** groupType taken apart (AD schema, groupType). The stored value is a signed 32-bit number. */
export interface GroupType {
  readonly security: boolean;
  /** Made by the system: Administrators, Users ... */
  readonly builtIn: boolean;
  readonly scope: 'global' | 'domain local' | 'universal' | 'application' | 'unknown';
}

/** Reads the bits 1, 2, 4, 8, 16, 32 and 0x80000000 of groupType. */
export function groupTypeOf(value: number): GroupType {
  const bits = value >>> 0;
  const scope = bits & 8 ? 'universal' : bits & 2 ? 'global' : bits & 4 ? 'domain local' : bits & 0x30 ? 'application' : 'unknown';
  return { security: (bits & 0x8000_0000) !== 0, builtIn: (bits & 1) !== 0, scope };
}

/** What an Active Directory group is in the words of Microsoft 365. */
export type SourceGroupKind = 'security group' | 'mail-enabled security group' | 'distribution group';

/**
 * Security by groupType's sign bit, mail-enabled by its addresses (Entra Connect default rules). A group without groupType
 * counts as a global security group, which is what Active Directory makes by default.
 */
export function sourceGroupKind(attributes: Attributes): SourceGroupKind {
  if (!groupTypeOf(integerOf(attributes, 'groupType') ?? -2147483646).security) return 'distribution group';
  return isMailEnabled(attributes) ? 'mail-enabled security group' : 'security group';
}
