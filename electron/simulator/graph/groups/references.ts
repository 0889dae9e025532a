import type { DirectoryObject } from '../../directory/objects.ts';
import { NO_CONTENT, type GraphAnswer, type GraphCall } from '../call.ts';
import { GUID } from '../changes.ts';
import { badRequest, notFound, quotaExceeded } from '../refusal.ts';
import { referenced } from '../users/find.ts';
import { checkKind, guardDynamic, writable, type GroupRelation } from './rules.ts';

/** Owners a group can have (Entra service limits). */
const OWNER_LIMIT = 100;

/**
 * Checks and adds references: all or nothing.
 * @throws GraphRefusal 404 for an absent object, 400 when one is there already or its kind does not fit, 403 for a dynamic group or too many owners.
 */
export function bind(call: GraphCall, group: DirectoryObject, relation: GroupRelation, ids: readonly string[]): void {
  writable(group);
  guardDynamic(group, relation);
  const objects = ids.map((id) => referenced(call, id));
  onlyOnce(group, ids);
  if (ids.some((id) => group[relation]?.has(id))) throw badRequest(`One or more added object references already exist for the following modified properties: '${relation}'.`);
  for (const object of objects) checkKind(group, relation, object);
  if (relation === 'owners') {
    const count = (group.owners?.size ?? 0) + ids.length;
    if (count > OWNER_LIMIT) throw quotaExceeded(`Unable to perform operation as '${count}' would exceed the maximum quota count '${OWNER_LIMIT}' for forward-link 'owners'.`);
  }
  if (ids.length > 0) call.directory.relate(group, relation, ids, []);
}

/** Refuses a request that names an object twice (words as reported by third parties). */
export function onlyOnce(group: DirectoryObject, ids: readonly string[]): void {
  const twice = ids.find((id, i) => ids.indexOf(id) !== i);
  if (twice !== undefined) throw badRequest(`Object '[ResourceType=DirectoryObject,Id=${twice}]' referenced from '[ResourceType=Group,Id=${group.id}]' can only be present once as an add/remove change.`);
}

/** Takes one reference away. The last owner stays once there is one (Graph documentation, remove owner). */
export function unbind(call: GraphCall, group: DirectoryObject, relation: GroupRelation, id: string): GraphAnswer {
  writable(group);
  guardDynamic(group, relation);
  if (!GUID.test(id)) throw badRequest(`Invalid object identifier '${id}'.`);
  const key = id.toLowerCase();
  if (!call.directory.visible(key)) throw notFound(id);
  if (!group[relation]?.has(key)) throw badRequest(`One or more removed object references do not exist for the following modified properties: '${relation}'.`);
  if (relation === 'owners' && [...group.owners ?? []].filter((o) => call.directory.live(o)).length === 1) throw badRequest('The group must have at least one owner, hence this owner cannot be removed.');
  call.directory.relate(group, relation, [], [key]);
  return NO_CONTENT;
}
