import type { ProductInfo } from '../domain/licences.ts';
import type { Attributes, Values } from '../domain/objects.ts';

/** A product with the services that are switched off, by id. */
export interface Licence { readonly skuId: string; readonly disabledPlans: readonly string[] }
/** A licence and how the user has it: directly (`groupId` null) or from a group (Graph documentation, licenseAssignmentState). */
export interface LicenceAssignment extends Licence { readonly groupId: string | null; readonly state: string }

/** Attribute that says which licences a user has and from where; `assignedLicenses` adds them up and does not tell. */
export const ASSIGNMENTS = 'licenseAssignmentStates';
/** Attribute under which plans and the journal show the licences that are assigned directly. */
export const LICENCES = 'assignedLicenses';

const GUID = '[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}';
const ASSIGNMENT = new RegExp(`^(${GUID}) (direct|${GUID})(?: (\\S*))?(?: ([-0-9a-f,]+))?$`);
const IN_BRACKETS = new RegExp(`\\((${GUID})\\)`, 'g');

const tidy = (ids: readonly string[]): readonly string[] => [...new Set(ids.map((id) => id.toLowerCase()))].toSorted();

/** An assignment as one value of an attribute: `<product> <direct or group> <state> <switched off services>`. */
export function formatAssignment({ skuId, disabledPlans, groupId, state }: LicenceAssignment): string {
  return [skuId.toLowerCase(), groupId?.toLowerCase() ?? 'direct', state, tidy(disabledPlans).join(',')].join(' ').trimEnd();
}

/** Reads {@link formatAssignment}; undefined when the text is something else. */
export function parseAssignment(text: string): LicenceAssignment | undefined {
  const found = ASSIGNMENT.exec(text);
  if (found === null) return undefined;
  const [, skuId = '', by = 'direct', state = '', plans = ''] = found;
  return { skuId, disabledPlans: plans === '' ? [] : plans.split(','), groupId: by === 'direct' ? null : by, state };
}

/** How a user has its licences, as read of the tenant. */
export function assignmentsOf(attributes: Attributes): readonly LicenceAssignment[] {
  return (attributes[ASSIGNMENTS] ?? []).flatMap((text) => parseAssignment(text) ?? []);
}

/** What is assigned to the user directly: all that a migration may change. */
export function directLicences(attributes: Attributes): readonly Licence[] {
  return assignmentsOf(attributes).filter((one) => one.groupId === null).map(({ skuId, disabledPlans }) => ({ skuId, disabledPlans }));
}

/** The same text for the same licence. */
export function licenceKey({ skuId, disabledPlans }: Licence): string {
  return `${skuId.toLowerCase()} ${tidy(disabledPlans).join(',')}`;
}

/** Whether two lists name the same licences, in any order. */
export function sameLicences(a: readonly Licence[], b: readonly Licence[]): boolean {
  const [left, right] = [new Set(a.map(licenceKey)), new Set(b.map(licenceKey))];
  return left.size === right.size && [...left].every((key) => right.has(key));
}

/**
 * A licence as a person reads it in a plan, with the ids that it is written by: `SPE_E3 (<id>)`, or `SPE_E3 (<id>) without TEAMS1 (<id>)`.
 * Names that the tenant does not know (any more) are left out.
 */
export function formatLicence({ skuId, disabledPlans }: Licence, products: readonly ProductInfo[]): string {
  const product = products.find((one) => one.id.toLowerCase() === skuId.toLowerCase());
  const plan = (id: string): string => `${product?.plans?.find((one) => one.id.toLowerCase() === id)?.name ?? 'service'} (${id})`;
  const off = tidy(disabledPlans);
  return `${product?.partNumber ?? 'product'} (${skuId.toLowerCase()})${off.length > 0 ? ` without ${off.map(plan).join(', ')}` : ''}`;
}

/** Reads {@link formatLicence} by its ids; undefined when there are none. */
export function parseLicence(text: string): Licence | undefined {
  const [skuId, ...disabledPlans] = [...text.matchAll(IN_BRACKETS)].map((found) => found[1] ?? '');
  return skuId === undefined ? undefined : { skuId, disabledPlans };
}

/** The licences of one side of a change; null counts as none. */
export function parseLicences(values: Values | null): readonly Licence[] {
  return (values ?? []).flatMap((text) => parseLicence(text) ?? []);
}

/** Products that `after` has not, and licences that `before` has not in this form: the two lists of `POST /users/{id}/assignLicense`. */
export function licenceOrder(before: readonly Licence[], after: readonly Licence[]): { readonly add: readonly Licence[]; readonly remove: readonly string[] } {
  const had = new Set(before.map(licenceKey));
  const wanted = new Set(after.map((one) => one.skuId.toLowerCase()));
  return { add: after.filter((one) => !had.has(licenceKey(one))), remove: [...new Set(before.map((one) => one.skuId.toLowerCase()))].filter((id) => !wanted.has(id)) };
}
