import { z } from 'zod';
import type { View } from '../directory/directory.ts';
import { textOf } from '../directory/objects.ts';
import { bodyObject, type GraphAnswer, type GraphCall } from './call.ts';
import { badGateway, badRequest } from './refusal.ts';
import { readShape, render } from './render.ts';

const request = z.object({ addLicenses: z.array(z.object({ skuId: z.string(), disabledPlans: z.array(z.string()).default([]) })), removeLicenses: z.array(z.string()) });
type Licence = z.output<typeof request>['addLicenses'][number];

/** Licences a user holds. */
function licencesOf(properties: View['properties']): readonly Licence[] {
  const value = properties['assignedLicenses'];
  return Array.isArray(value) ? value as Licence[] : [];
}

/**
 * `POST /users/{id}/assignLicense`: both lists are required, the user needs a usage location, and a product has so many units
 * (Graph documentation, user: assignLicense).
 */
export function assignLicense(call: GraphCall, view: View): GraphAnswer {
  const { directory } = call;
  const { object } = view;
  const parsed = request.safeParse(bodyObject(call));
  if (!parsed.success) throw badGateway('Parameters addLicenses and removeLicenses are required and must be collections.');
  const { addLicenses, removeLicenses } = parsed.data;
  if (addLicenses.length > 0 && textOf(object, 'usageLocation') === undefined) throw badRequest('License assignment cannot be done for user with invalid usage location.');
  const held = licencesOf(object.properties);
  for (const skuId of removeLicenses) if (!held.some((l) => l.skuId === skuId)) throw badRequest('User does not have a corresponding license.');
  for (const { skuId } of addLicenses) {
    const sku = directory.skus.find((s) => s.skuId === skuId.toLowerCase());
    if (!sku) throw badRequest(`License ${skuId} does not correspond to a valid company License.`);
    let used = 0;
    for (const user of directory.user.values()) if (user !== object && licencesOf(user.properties).some((l) => l.skuId === sku.skuId)) used++;
    if (used >= sku.enabled) throw badRequest(`Subscription with SKU ${skuId} does not have any available licenses.`);
  }
  const added = new Set(addLicenses.map((l) => l.skuId));
  directory.update(object, { ...object.properties, assignedLicenses: [...held.filter((l) => !added.has(l.skuId) && !removeLicenses.includes(l.skuId)), ...addLicenses] });
  return { status: 200, body: { '@odata.context': `${call.base}/$metadata#users/$entity`, ...render({ ...view, properties: object.properties }, readShape('user', new Map(), false), directory, false) } };
}
