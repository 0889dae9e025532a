import type { View } from '../directory/directory.ts';
import { isSynced, textOf, type DirectoryKind, type DirectoryObject } from '../directory/objects.ts';
import { bodyObject, NO_CONTENT, type GraphAnswer, type GraphCall } from './call.ts';
import { need } from './permissions.ts';
import { badGateway, badRequest, methodNotAllowed, notFound, readOnlyProperty } from './refusal.ts';

const COLLECTION = { user: 'Users', group: 'Groups', contact: 'Contacts' } as const satisfies Record<DirectoryKind, string>;

/**
 * `.../onPremisesSyncBehavior` of a user, group or contact: whether its source of authority is the cloud (Graph documentation,
 * onPremisesSyncBehavior). What was synchronised can be handed to the cloud and back; an object of the cloud alone cannot.
 */
export function syncBehavior(call: GraphCall, view: View): GraphAnswer {
  const { object } = view;
  const kind = COLLECTION[object.kind];
  if (call.method === 'GET') {
    need(call, `readSyncBehaviorOf${kind}`);
    const context = `${call.base}/$metadata#${kind.toLowerCase()}('${object.id}')/onPremisesSyncBehavior/$entity`;
    return { status: 200, body: { '@odata.context': context, id: object.id, isCloudManaged: view.properties['isCloudManaged'] === true } };
  }
  if (call.method !== 'PATCH') throw methodNotAllowed();
  need(call, `writeSyncBehaviorOf${kind}`);
  if (object.place !== 'live') throw notFound(object.id);
  const { isCloudManaged: wanted, ...others } = bodyObject(call);
  const other = Object.keys(others).find((n) => !n.startsWith('@odata.'));
  if (other !== undefined) throw other === 'id' ? readOnlyProperty(other) : badRequest(`Invalid property '${other}'.`);
  if (typeof wanted !== 'boolean') throw badGateway("Cannot convert the value of property 'isCloudManaged' to the expected type 'Edm.Boolean'.");
  if (!isSynced(object) && !wasSynced(object)) throw badRequest('The source of authority can be changed only for objects that are synchronised from an on-premises directory.');
  if (wanted !== (object.properties['isCloudManaged'] === true)) {
    const { onPremisesSyncEnabled: _, ...rest } = object.properties;
    call.directory.update(object, wanted ? { ...rest, isCloudManaged: true } : { ...rest, isCloudManaged: false, onPremisesSyncEnabled: true });
  }
  return NO_CONTENT;
}

/** Handed to the cloud earlier: the values of its on-premises twin stay. */
function wasSynced(object: DirectoryObject): boolean {
  return object.properties['isCloudManaged'] === true || textOf(object, 'onPremisesSecurityIdentifier') !== undefined;
}

/** `.../retryServiceProvisioning`: 204; the errors of services are theirs to take away (Graph documentation, retryServiceProvisioning). */
export function retryServiceProvisioning(call: GraphCall, object: DirectoryObject): GraphAnswer {
  if (call.method !== 'POST') throw methodNotAllowed();
  need(call, 'retryProvisioning');
  if (object.place !== 'live') throw notFound(object.id);
  return NO_CONTENT;
}
