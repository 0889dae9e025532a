import { z } from 'zod';
import type { View } from '../directory/directory.ts';
import { textOf } from '../directory/objects.ts';
import { effectiveLicences, enabledPlans, planViolation, type AssignmentState, type Licence } from '../identity/licences.ts';
import { plansOf, type Product } from '../identity/service-plans.ts';
import { assignmentsOf, inherit, isNameInTheWay, licencesOfGroup, putAssignments } from '../sync/licensing.ts';
import { licencesOf } from '../sync/shadow.ts';
import { guidToBytes } from '../../../shared/rules/guid.ts';
import { bodyObject, type GraphAnswer, type GraphCall } from './call.ts';
import { GUID } from './changes.ts';
import { badGateway, badRequest, conflict, type GraphRefusal } from './refusal.ts';
import { readShape, render } from './render.ts';

const request = z.object({
  addLicenses: z.array(z.object({ skuId: z.string(), disabledPlans: z.array(z.string()).default([]) })), removeLicenses: z.array(z.string()),
});

interface Order { readonly add: readonly Licence[]; readonly remove: readonly string[] }

/** Both lists in lower case. @throws GraphRefusal when one is missing or names something that is no GUID. */
function readOrder(call: GraphCall): Order {
  const parsed = request.safeParse(bodyObject(call));
  if (!parsed.success) throw badGateway('Parameters addLicenses and removeLicenses are required and must be collections.');
  const { addLicenses, removeLicenses } = parsed.data;
  for (const id of [...removeLicenses, ...addLicenses.flatMap((l) => [l.skuId, ...l.disabledPlans])]) {
    if (!GUID.test(id)) throw badGateway("Cannot convert a primitive value to the expected type 'Edm.Guid'. See the inner exception for more details.");
  }
  const add = addLicenses.map((l) => ({ disabledPlans: l.disabledPlans.map((p) => p.toLowerCase()), skuId: l.skuId.toLowerCase() }));
  const remove = removeLicenses.map((id) => id.toLowerCase());
  const skus = [...add.map((l) => l.skuId), ...remove];
  if (new Set(skus).size < skus.length) throw badRequest('A license cannot be specified more than once in a single request.');
  return { add, remove };
}

/** Refuses products the tenant does not have, plans the product does not have, and plans that belong to the whole tenant. */
function checkProducts(call: GraphCall, add: readonly Licence[]): void {
  for (const { skuId, disabledPlans } of add) {
    const product = productOf(call, skuId);
    if (!product) throw badRequest(`License ${skuId} does not correspond to a valid company License.`);
    const plans = plansOf(product).filter((p) => p.appliesTo === 'User').map((p) => p.servicePlanId);
    const strange = disabledPlans.filter((p) => !plans.includes(p));
    if (strange.length > 0) throw badRequest(`License assignment failed because service plan(s) ${strange.join(', ')} cannot be disabled for SKU ${skuId}.`);
  }
}
const productOf = (call: GraphCall, skuId: string): Product | undefined => call.directory.skus.find((s) => s.skuId.toLowerCase() === skuId);

function refusePlans(call: GraphCall, licences: readonly Licence[]): void {
  const violation = planViolation(enabledPlans(licences, call.directory.skus));
  if (violation?.kind === 'MutuallyExclusiveViolation') throw badRequest(`License assignment failed because service plans ${violation.plans.join(', ')} are mutually exclusive.`);
  if (violation) throw badRequest(`License assignment failed because service plan ${violation.plan} depends on the service plan(s) ${violation.needs.join(', ')}`);
}

/**
 * `POST /users/{id}/assignLicense` (Graph documentation, user: assignLicense): both lists are required; the user needs a usage location;
 * what cannot go together, is used up, or comes from a group is refused. All or nothing. Mailbox and addresses follow later.
 */
export function assignLicense(call: GraphCall, view: View): GraphAnswer {
  const { directory } = call;
  const { object } = view;
  const { add, remove } = readOrder(call);
  const before = assignmentsOf(object);
  const direct = (skuId: string): AssignmentState | undefined => before.find((s) => s.skuId === skuId && s.assignedByGroup === null);
  if (add.length > 0 && textOf(object, 'usageLocation') === undefined) throw badRequest('License assignment cannot be done for user with invalid usage location.');
  for (const skuId of remove) if (!direct(skuId)) throw removal(before.some((s) => s.skuId === skuId));
  checkProducts(call, add);
  for (const { skuId } of add) {
    const isFull = !call.licences.holds(object.id, skuId) && call.licences.of(skuId) >= (productOf(call, skuId)?.enabled ?? 0);
    if (isFull) throw badRequest(`Subscription with SKU ${skuId} does not have any available licenses.`);
  }
  const now = new Date(call.clock.now()).toISOString().replace(/\.\d+Z$/, 'Z');
  const touched = new Set([...remove, ...add.map((l) => l.skuId)]);
  const states: readonly AssignmentState[] = [
    ...before.filter((s) => s.assignedByGroup !== null || !touched.has(s.skuId)),
    ...add.map(({ skuId, disabledPlans }) => ({ skuId, disabledPlans, assignedByGroup: null, state: 'Active' as const, error: 'None' as const, lastUpdatedDateTime: now })),
  ];
  const licences = effectiveLicences(states);
  refusePlans(call, licences);
  if (isNameInTheWay(directory, object, licences)) throw conflict('proxyAddresses');
  if (add.length + remove.length > 0) putAssignments(directory, object, states, now);
  return { status: 200, body: { '@odata.context': `${call.base}/$metadata#users/$entity`, ...render({ ...view, properties: object.properties }, readShape('user', new Map(), false), directory, false) } };
}

function removal(isInherited: boolean): GraphRefusal {
  return badRequest(isInherited ? 'User license is inherited from a group membership and it cannot be removed directly from the user.' : 'User does not have a corresponding license.');
}

/**
 * `POST /groups/{id}/assignLicense` (Graph documentation, group: assignLicense): 202; members get the licences some time later, and what
 * fails for one of them is stored on that user.
 */
export function assignGroupLicense(call: GraphCall, view: View): GraphAnswer {
  const { directory } = call;
  const { object } = view;
  const { add, remove } = readOrder(call);
  if (object.properties['securityEnabled'] !== true) throw badRequest('Licenses can be assigned to groups with security enabled only.');
  const before = licencesOf(object);
  for (const skuId of remove) if (!before.some((l) => l.skuId === skuId)) throw badRequest('Group does not have a corresponding license.');
  checkProducts(call, add);
  const touched = new Set([...remove, ...add.map((l) => l.skuId)]);
  const licences = [...before.filter((l) => !touched.has(l.skuId)), ...add];
  refusePlans(call, licences);
  directory.update(object, { ...object.properties, assignedLicenses: licences });
  return {
    status: 202, headers: { location: `${call.base}/directoryObjects/${object.id}/Microsoft.DirectoryServices.Group` },
    body: { '@odata.context': `${call.base}/$metadata#groups/$entity`, ...render({ ...view, properties: object.properties }, readShape('group', new Map(), false), directory, false) },
  };
}

/**
 * `POST /users/{id}/reprocessLicenseAssignment` (Graph documentation, user: reprocessLicenseAssignment): tries again what the user is to
 * inherit from groups.
 */
export function reprocessLicenseAssignment(call: GraphCall, view: View): GraphAnswer {
  const { directory, clock, licences: use } = call;
  const { object } = view;
  for (const id of new Set(assignmentsOf(object).map((s) => s.assignedByGroup).filter((g) => g !== null))) {
    const group = directory.group.get(id);
    inherit({ directory, clock, use }, object, id, group?.members?.has(object.id) ? licencesOfGroup(group) : []);
  }
  return { status: 200, body: { '@odata.context': `${call.base}/$metadata#users/$entity`, ...render({ ...view, properties: object.properties }, readShape('user', new Map(), false), directory, false) } };
}

/** `GET /users/{id}/licenseDetails` (Graph documentation, list licenseDetails): direct and inherited licences with the state of each plan. */
export function licenseDetails(call: GraphCall, view: View): GraphAnswer {
  const names = call.query.get('select')?.split(',').map((w) => w.trim());
  const rows = licencesOf(view).flatMap(({ skuId, disabledPlans }) => {
    const product = productOf(call, skuId.toLowerCase());
    if (!product) return [];
    const row: Record<string, unknown> = {
      id: detailId(call.directory.facts.id, skuId), skuId, skuPartNumber: product.skuPartNumber,
      servicePlans: plansOf(product).map((p) => ({ ...p, provisioningStatus: disabledPlans.includes(p.servicePlanId) ? 'Disabled' : isPending(view, p.servicePlanName) ? 'PendingProvisioning' : 'Success' })),
    };
    return [names ? Object.fromEntries(Object.entries(row).filter(([n]) => names.includes(n))) : row];
  });
  return { status: 200, body: { '@odata.context': `${call.base}/$metadata#users('${view.object.id}')/licenseDetails`, value: rows } };
}

/** True while Exchange has made no mailbox yet. */
function isPending(view: View, planName: string): boolean {
  return /^EXCHANGE_S_(?!FOUNDATION)/.test(planName) && !/Mailbox$/.test(String(view.exchange?.['recipientTypeDetails'] ?? ''));
}

/** Tenant and product in one id: Base64 (URL form) of the bytes of both. */
function detailId(tenantId: string, skuId: string): string {
  return Buffer.concat([guidToBytes(tenantId) ?? new Uint8Array(16), guidToBytes(skuId) ?? new Uint8Array(16)]).toString('base64url');
}

/** A product as `/subscribedSkus` shows it (Graph documentation, subscribedSku resource). */
export function skuRow(call: GraphCall, product: Product): Record<string, unknown> {
  return {
    id: `${call.directory.facts.id}_${product.skuId}`, skuId: product.skuId, skuPartNumber: product.skuPartNumber, appliesTo: 'User', capabilityStatus: 'Enabled', consumedUnits: call.licences.of(product.skuId),
    prepaidUnits: { enabled: product.enabled, suspended: 0, warning: 0, lockedOut: 0 }, servicePlans: plansOf(product).map((p) => ({ ...p, provisioningStatus: 'Success' })),
  };
}

