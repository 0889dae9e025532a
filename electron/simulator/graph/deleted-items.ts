import { isSynced, textOf, textsOf, type DirectoryKind, type DirectoryObject } from '../directory/objects.ts';
import { bodyObject, NO_CONTENT, type GraphAnswer, type GraphCall } from './call.ts';
import { GUID } from './changes.ts';
import { countOf, listPage, type ListSource } from './list.ts';
import { guardAdministrator, guardRoleGroup, need } from './permissions.ts';
import { DEFAULT_SELECT, spelling } from './properties.ts';
import { needObjectQuota } from './quota.ts';
import { badGateway, badRequest, conflict, methodNotAllowed, notFound, syncedObject, unknownSegment } from './refusal.ts';
import { render } from './render.ts';
import { userPrincipalNameParts } from './user-values.ts';

const KINDS: Readonly<Record<string, DirectoryKind>> = { 'microsoft.graph.user': 'user', 'microsoft.graph.group': 'group' };

/** `/directory/deletedItems/...` (Graph documentation, deleted items). */
export function deletedItems(call: GraphCall): GraphAnswer {
  const { directory } = call;
  const [, collection, first, ...others] = call.segments;
  if (collection !== 'deletedItems') throw unknownSegment(collection ?? 'directory');
  directory.emptyExpired();
  const cast = first === undefined ? undefined : KINDS[first];
  const [key, action, ...more] = cast === undefined ? [first, ...others] : others;
  if (cast !== undefined && (key === undefined || key === '$count')) return list(call, cast, key);
  if (key === undefined) throw badRequest('The type of the deleted items must be specified, for example microsoft.graph.user.');
  if (!GUID.test(key)) throw notFound(key);
  const object = directory.binnedOne(key);
  if (!object || (cast !== undefined && object.kind !== cast)) throw notFound(key);
  if (more.length > 0) throw unknownSegment(more[0] ?? '');
  if (action !== undefined) {
    if (action !== 'restore' && action !== 'microsoft.graph.restore') throw unknownSegment(action);
    if (call.method !== 'POST') throw methodNotAllowed();
    return restore(call, object);
  }
  if (call.method === 'GET') {
    need(call, object.kind === 'user' ? 'readUsers' : 'readGroups');
    return { status: 200, body: { '@odata.context': `${call.base}/$metadata#directoryObjects/$entity`, ...one(call, object, call.query.get('select')) } };
  }
  if (call.method !== 'DELETE') throw methodNotAllowed();
  need(call, object.kind === 'user' ? 'restoreUsers' : 'deleteGroups');
  guard(call, object);
  directory.purge(object);
  return NO_CONTENT;
}

/** Permissions beyond those of the operation, and the late reader's mistake: the object is not in the bin any more. */
function guard(call: GraphCall, object: DirectoryObject): void {
  if (object.place !== 'bin') throw notFound(object.id);
  if (object.kind === 'user') guardAdministrator(call, object.id, 'all');
  else guardRoleGroup(call, object);
}

function list(call: GraphCall, kind: DirectoryKind, suffix: string | undefined): GraphAnswer {
  if (call.method !== 'GET') throw methodNotAllowed();
  need(call, kind === 'user' ? 'readUsers' : 'readGroups');
  const objects = call.directory.binned(kind);
  const source: ListSource = { views: () => objects.map((o) => call.directory.primary(o)), kind, origin: 'collection', context: `${kind}s` };
  if (suffix === '$count') return countOf(call, source);
  const query = new Map(call.query);
  if (!query.has('select')) query.set('select', [...DEFAULT_SELECT[kind], 'deletedDateTime'].join(','));
  return listPage({ ...call, query }, source);
}

/**
 * Takes an object back. `autoReconcileProxyConflict` gives up the addresses that others have taken meanwhile, `newUserPrincipalName`
 * gives a user another name (Graph documentation, restore deleted item).
 */
function restore(call: GraphCall, object: DirectoryObject): GraphAnswer {
  need(call, object.kind === 'user' ? 'restoreUsers' : 'restoreGroups');
  guard(call, object);
  const { directory } = call;
  const { autoReconcileProxyConflict: reconcile, newUserPrincipalName: newName, ...others } = call.body === undefined ? {} as Record<string, unknown> : bodyObject(call);
  const unknown = Object.keys(others)[0];
  if (unknown !== undefined) throw badRequest(`Invalid property '${unknown}'.`);
  if (reconcile !== undefined && typeof reconcile !== 'boolean') throw badGateway("Cannot convert the value of parameter 'autoReconcileProxyConflict' to the expected type 'Edm.Boolean'.");
  if (newName !== undefined && object.kind !== 'user') throw badRequest("Invalid property 'newUserPrincipalName'.");
  if (newName !== undefined) userPrincipalNameParts(newName, directory);
  if (object.kind === 'group' && isSynced(object)) throw syncedObject();
  const upn = typeof newName === 'string' ? newName : textOf(object, 'userPrincipalName');
  if (upn !== undefined && directory.holderOfUpn(upn) !== undefined) throw conflict('userPrincipalName');
  if (upn !== undefined && ![undefined, object.id].includes(directory.holderOfAddress(upn))) throw conflict('proxyAddresses');
  const anchor = textOf(object, 'onPremisesImmutableId');
  if (anchor !== undefined && directory.holderOfAnchor(anchor) !== undefined) throw conflict('onPremisesImmutableId');
  const addresses = textsOf(object, 'proxyAddresses');
  const free = addresses.filter((a) => [undefined, object.id].includes(directory.holderOfAddress(a)));
  if (free.length < addresses.length && reconcile !== true) throw conflict('proxyAddresses');
  needObjectQuota(call);
  directory.restore(object);
  if (free.length < addresses.length || typeof newName === 'string') {
    directory.update(object, { ...object.properties, ...(free.length < addresses.length ? { proxyAddresses: free } : {}), ...(typeof newName === 'string' ? { userPrincipalName: newName } : {}) });
  }
  return { status: 200, body: { '@odata.context': `${call.base}/$metadata#directoryObjects/$entity`, ...one(call, object, undefined) } };
}

function one(call: GraphCall, object: DirectoryObject, select: string | undefined): Record<string, unknown> {
  const names = select === undefined ? [...DEFAULT_SELECT[object.kind], 'deletedDateTime'] : select.split(',').map((w) => spelling(object.kind, w.trim())).filter((n) => n !== undefined);
  return render(call.directory.primary(object), { select: [...new Set(names)], expand: null }, call.directory, true);
}
