import { textOf, textsOf, type DirectoryKind, type DirectoryObject } from '../directory/objects.ts';
import { NO_CONTENT, type GraphAnswer, type GraphCall } from './call.ts';
import { GUID } from './changes.ts';
import { listPage } from './list.ts';
import { guardAdministrator, need } from './permissions.ts';
import { badRequest, conflict, methodNotAllowed, notFound, unknownSegment } from './refusal.ts';
import { DEFAULT_SELECT, spelling } from './properties.ts';
import { render } from './render.ts';

/** `/directory/deletedItems/...` (Graph documentation, deleted items). */
export function deletedItems(call: GraphCall): GraphAnswer {
  const [, collection, key, action] = call.segments;
  if (collection !== 'deletedItems') throw unknownSegment(collection ?? 'directory');
  call.directory.emptyExpired();
  if (key === 'microsoft.graph.user' || key === 'microsoft.graph.group') return list(call, key === 'microsoft.graph.user' ? 'user' : 'group');
  if (key === undefined) throw badRequest('The type of the deleted items must be specified, for example microsoft.graph.user.');
  if (!GUID.test(key)) throw notFound(key);
  const object = call.directory.deleted.get(key.toLowerCase());
  if (!object) throw notFound(key);
  if (action === 'restore' && call.method === 'POST') return restore(call, object);
  if (action !== undefined) throw unknownSegment(action);
  if (call.method === 'GET') {
    need(call, object.kind === 'user' ? 'readUsers' : 'readGroups');
    return { status: 200, body: { '@odata.context': `${call.base}/$metadata#directoryObjects/$entity`, ...one(call, object, call.query.get('select')) } };
  }
  if (call.method !== 'DELETE') throw methodNotAllowed();
  need(call, object.kind === 'user' ? 'restoreUsers' : 'deleteGroups');
  if (object.kind === 'user') guardAdministrator(call, object.id, 'all');
  call.directory.purge(object);
  return NO_CONTENT;
}

function list(call: GraphCall, kind: DirectoryKind): GraphAnswer {
  if (call.method !== 'GET') throw methodNotAllowed();
  need(call, kind === 'user' ? 'readUsers' : 'readGroups');
  const objects = [...call.directory.deleted.values()].filter((o) => o.kind === kind);
  const query = new Map(call.query);
  if (!query.has('select')) query.set('select', [...DEFAULT_SELECT[kind], 'deletedDateTime'].join(','));
  return listPage({ ...call, query }, { objects: () => objects, kind, mixed: false, context: `${kind}s` });
}

function restore(call: GraphCall, object: DirectoryObject): GraphAnswer {
  need(call, object.kind === 'user' ? 'restoreUsers' : 'writeGroups');
  if (object.kind === 'user') guardAdministrator(call, object.id, 'all');
  const { directory } = call;
  const upn = textOf(object, 'userPrincipalName');
  if (upn !== undefined && directory.holderOfUpn(upn) !== undefined) throw conflict('userPrincipalName');
  const anchor = textOf(object, 'onPremisesImmutableId');
  if (anchor !== undefined && directory.holderOfAnchor(anchor) !== undefined) throw conflict('onPremisesImmutableId');
  const taken = textsOf(object, 'proxyAddresses').some((a) => ![undefined, object.id].includes(directory.holderOfAddress(a)));
  if (taken) throw conflict('proxyAddresses');
  directory.restore(object);
  return { status: 200, body: { '@odata.context': `${call.base}/$metadata#directoryObjects/$entity`, ...one(call, object, undefined) } };
}

function one(call: GraphCall, object: DirectoryObject, select: string | undefined): Record<string, unknown> {
  const names = select === undefined ? [...DEFAULT_SELECT[object.kind], 'deletedDateTime'] : select.split(',').map((w) => spelling(object.kind, w.trim())).filter((n) => n !== undefined);
  return render({ object, properties: object.properties, manager: object.manager, members: object.members }, { select: [...new Set(names)], expand: null }, call.directory, true);
}
