import type { ObjectKind } from './objects.ts';

/** What kind of defect a check found; the words of IdFix, so that its users find their columns again. */
export const CHECK_ERRORS = ['Format', 'Blank', 'Duplicate', 'Character', 'TopLevelDomain', 'DomainPart', 'LocalPart', 'Length', 'Tenant', 'Count', 'Reserved'] as const;
export type CheckError = (typeof CHECK_ERRORS)[number];

/**
 * What to do about a finding. `Edit`: write the proposed value, or another one when none is proposed. `Remove`: take the value away.
 * `Complete`: the value may stay, its other holders give way. `Fail`: no program can repair it; a person decides.
 */
export const CHECK_ACTIONS = ['Edit', 'Remove', 'Complete', 'Fail'] as const;
export type CheckAction = (typeof CHECK_ACTIONS)[number];

/** One value of one object that a check found fault with: all rules that it breaks, and one proposal that mends what can be mended. */
export interface CheckFinding {
  /** objectGUID; null for a finding about the pair itself. */
  readonly sourceId: string | null;
  readonly dn: string;
  readonly name: string;
  readonly kind: ObjectKind | null;
  /** Last value of objectClass, the most specific one. */
  readonly objectClass: string;
  readonly attribute: string;
  /** As the directory holds it; empty when absent. */
  readonly value: string;
  /** Ids of the broken rules, in the order in which they ran; never empty. */
  readonly rules: readonly string[];
  readonly errors: readonly CheckError[];
  /** `error`: Microsoft 365 refuses the value or the object; `warning`: it takes it, but not as the directory has it. */
  readonly severity: 'error' | 'warning';
  readonly message: string;
  /** The value to write; null when there is none to propose. */
  readonly proposal: string | null;
  readonly action: CheckAction;
}
