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

/** What a person decided about a finding, in the words of IdFix's column ACTION: write another value, take it away, leave it as it is. */
export const CHECK_CHOICES = ['EDIT', 'REMOVE', 'COMPLETE'] as const;
export type CheckChoice = (typeof CHECK_CHOICES)[number];

/** What has become of a finding. `Rolled back` is not a state: a fix that was taken back is `Decided` again. */
export const CHECK_STATES = ['Open', 'Decided', 'Planned', 'Fixed', 'Failed', 'Left alone'] as const;
export type CheckState = (typeof CHECK_STATES)[number];

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

/** Rules that speak of an object as a whole and not of a value that could be written. */
const NO_VALUE = new Set(['name-reserved', 'proxyAddresses-count', 'member-count', 'member-growth', 'synchronised-elsewhere', 'anchor-unique-in-tenant']);

/** True when a new value, or none, could be written to the directory to mend the finding. */
export function canBeFixed({ sourceId, attribute, rules }: Pick<CheckFinding, 'sourceId' | 'attribute' | 'rules'>): boolean {
  return sourceId !== null && attribute !== '' && !rules.some((rule) => NO_VALUE.has(rule));
}

/** The decision that a finding proposes; null when it proposes none. */
export function proposedChoice({ action, proposal }: Pick<CheckFinding, 'action' | 'proposal'>): CheckChoice | null {
  return action === 'Remove' ? 'REMOVE' : action === 'Complete' ? 'COMPLETE' : action === 'Edit' && proposal !== null ? 'EDIT' : null;
}
