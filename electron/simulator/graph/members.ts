import type { View } from '../directory/directory.ts';
import { bodyObject, NO_CONTENT, type GraphAnswer, type GraphCall } from './call.ts';
import { GUID, referencedId } from './changes.ts';
import { bind, unbind } from './groups/references.ts';
import type { GroupRelation } from './groups/rules.ts';
import { deleteGroup } from './groups/update.ts';
import { relatedObjects } from './memberships.ts';
import { guardRoleGroup, need } from './permissions.ts';
import { methodNotAllowed, notFound, unknownSegment } from './refusal.ts';
import { ownShape, render } from './render.ts';
import { deleteUser } from './users/write.ts';

/** `/groups/{id}/members`, `/owners`, `/transitiveMembers` and their references. */
export function related(call: GraphCall, group: View, rest: readonly string[]): GraphAnswer {
  const [name, first, second, ...more] = rest;
  if (name === 'transitiveMembers') { need(call, 'readGroups'); return relatedObjects(call, group, name, rest.slice(1)); }
  const relation: GroupRelation = name === 'owners' ? 'owners' : 'members';
  const isWrite = (first === '$ref' && call.method === 'POST') || (second === '$ref' && call.method === 'DELETE');
  if (isWrite && more.length === 0) {
    need(call, relation === 'owners' ? 'writeOwners' : 'writeMembers');
    if (group.object.place !== 'live') throw notFound(group.object.id);
    guardRoleGroup(call, group.object);
    if (call.method === 'DELETE') return unbind(call, group.object, relation, first ?? '');
    bind(call, group.object, relation, [referencedId(bodyObject(call)['@odata.id'])]);
    return NO_CONTENT;
  }
  if (first !== undefined && GUID.test(first)) return oneRelated(call, group, relation, first, rest.slice(2));
  if (call.method !== 'GET') throw methodNotAllowed();
  need(call, 'readGroups');
  return relatedObjects(call, group, relation, rest.slice(1));
}

/**
 * `/groups/{id}/members/{id}`: the member itself. Without `$ref` a DELETE deletes the object, not the reference, when the caller may
 * (Graph documentation, remove member: caution).
 */
function oneRelated(call: GraphCall, group: View, relation: GroupRelation, id: string, more: readonly string[]): GraphAnswer {
  if (more.length > 0) throw unknownSegment(more[0] ?? '');
  need(call, 'readGroups');
  const key = id.toLowerCase();
  const view = group[relation]?.has(key) ? call.directory.visible(key) : undefined;
  if (!view) throw notFound(id);
  if (call.method === 'GET') return { status: 200, body: { '@odata.context': `${call.base}/$metadata#directoryObjects/$entity`, ...render(view, ownShape(view.object.kind, null), call.directory, true) } };
  if (call.method !== 'DELETE' || view.object.kind === 'contact') throw methodNotAllowed();
  return view.object.kind === 'user' ? deleteUser(call, key) : deleteGroup(call, view.object);
}
