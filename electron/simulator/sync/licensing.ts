import type { Directory } from '../directory/directory.ts';
import type { DirectoryObject } from '../directory/objects.ts';
import type { SimulatorClock } from '../clock.ts';
import { assignedPlans, effectiveLicences, enabledPlans, hasMailboxPlan, planViolation, type AssignedPlan, type AssignmentState, type Licence } from '../identity/licences.ts';
import type { LicenceUse } from './licence-use.ts';
import { licencesOf } from './shadow.ts';

/** Ways by which a user has its licences. What a seed gives without saying how counts as assigned directly. */
export function assignmentsOf(user: DirectoryObject): readonly AssignmentState[] {
  const states = user.properties['licenseAssignmentStates'];
  if (Array.isArray(states)) return states as AssignmentState[];
  return licencesOf(user).map(({ skuId, disabledPlans }) => ({ skuId, disabledPlans, assignedByGroup: null, state: 'Active' as const, error: 'None' as const, lastUpdatedDateTime: String(user.properties['createdDateTime'] ?? '') }));
}

/** Writes the ways by which a user has its licences, and what follows: assignedLicenses and assignedPlans. */
export function putAssignments(directory: Directory, user: DirectoryObject, states: readonly AssignmentState[], now: string): void {
  const licences = effectiveLicences(states);
  const before = user.properties['assignedPlans'];
  directory.update(user, {
    ...user.properties, licenseAssignmentStates: states, assignedLicenses: licences,
    assignedPlans: assignedPlans(Array.isArray(before) ? before as AssignedPlan[] : [], licences, directory.skus, now),
  });
}

/** True when the name of a user is an address of another object, so that a mailbox could not have it. */
export function isNameInTheWay(directory: Directory, user: DirectoryObject, licences: readonly Licence[]): boolean {
  const name = user.properties['userPrincipalName'];
  const holder = typeof name === 'string' ? directory.holderOfAddress(name) : undefined;
  return holder !== undefined && holder !== user.id && hasMailboxPlan(licences, directory.skus);
}

/** Licences of a group, which its direct members who are users inherit; members of members do not (Entra documentation, group-based licensing). */
export function licencesOfGroup(group: DirectoryObject | undefined): readonly Licence[] {
  return group?.place === 'live' ? licencesOf(group) : [];
}

/** What giving licences to members works with. */
export interface LicensingParts { readonly directory: Directory; readonly clock: SimulatorClock; readonly use: LicenceUse }

/**
 * Gives a user what a group's licences ask for and takes what they no longer do. A group's licences come together: when one cannot be
 * given, no other new one is. What another licence of the user depends on stays. Both are kept as errors on the user (Entra documentation,
 * resolve group license assignment problems).
 */
export function inherit(parts: LicensingParts, user: DirectoryObject, groupId: string, wanted: readonly Licence[]): void {
  const { directory, clock, use } = parts;
  const now = new Date(clock.now()).toISOString().replace(/\.\d+Z$/, 'Z');
  const before = assignmentsOf(user);
  const mine = before.filter((s) => s.assignedByGroup === groupId);
  const others = before.filter((s) => s.assignedByGroup !== groupId);
  const had = (skuId: string): boolean => mine.some((s) => s.skuId === skuId && s.state !== 'Error');
  const assignment = ({ skuId, disabledPlans }: Licence, state: AssignmentState['state'], error: AssignmentState['error']): AssignmentState => {
    const fresh = { skuId, disabledPlans, assignedByGroup: groupId, state, error, lastUpdatedDateTime: now };
    const old = mine.find((s) => s.skuId === skuId);
    return old && JSON.stringify({ ...old, lastUpdatedDateTime: now }) === JSON.stringify(fresh) ? old : fresh;
  };

  let given: readonly AssignmentState[] = [];
  for (const licence of wanted) {
    const error = inheritedError(directory, user, [...others, ...given], licence, use);
    given = [...given, assignment(licence, error === 'None' ? 'Active' : 'Error', error)];
  }
  if (given.some((s) => s.state === 'Error')) given = given.map((s) => (s.state === 'Active' && !had(s.skuId) ? assignment(s, 'Error', 'Other') : s));
  const leaving = mine.filter((s) => s.state !== 'Error' && !wanted.some((w) => w.skuId === s.skuId));
  const isNeeded = (states: readonly AssignmentState[]): boolean => planViolation(enabledPlans(effectiveLicences(states), directory.skus))?.kind === 'DependencyViolation';
  if (leaving.length > 0 && isNeeded([...others, ...given])) given = [...given, ...leaving.map((s) => assignment(s, 'ActiveWithError', 'DependencyViolation'))];

  const states = [...others, ...given];
  if (JSON.stringify(states) !== JSON.stringify(before)) putAssignments(directory, user, states, now);
}

function inheritedError(directory: Directory, user: DirectoryObject, others: readonly AssignmentState[], licence: Licence, use: LicenceUse): AssignmentState['error'] {
  const product = directory.skus.find((s) => s.skuId === licence.skuId);
  if (!product || (!use.holds(user.id, licence.skuId) && use.of(licence.skuId) >= product.enabled)) return 'CountViolation';
  const licences = [...effectiveLicences(others), licence];
  const violation = planViolation(enabledPlans(licences, directory.skus));
  if (violation) return violation.kind;
  return isNameInTheWay(directory, user, licences) ? 'UniquenessViolation' : 'None';
}
