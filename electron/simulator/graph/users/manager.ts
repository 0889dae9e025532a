import { isSynced } from '../../directory/objects.ts';
import { bodyObject, NO_CONTENT, type GraphAnswer, type GraphCall } from '../call.ts';
import { referencedId } from '../changes.ts';
import { need } from '../permissions.ts';
import { badRequest, methodNotAllowed, notFound, syncedObject, unknownSegment } from '../refusal.ts';
import { readShape, render } from '../render.ts';
import { existingUser, liveUser, referenced } from './find.ts';
import type { View } from '../../directory/directory.ts';

/** `GET .../manager` and `.../manager/$ref` of a user or contact. @throws GraphRefusal 404 without a manager. */
export function readManager(call: GraphCall, view: View, rest: readonly string[]): GraphAnswer {
  const { directory } = call;
  const isRef = rest.length === 1 && rest[0] === '$ref';
  if (rest.length > 0 && !isRef) throw unknownSegment(rest[0] ?? '');
  if (call.method !== 'GET') throw methodNotAllowed();
  const found = view.manager === null ? undefined : directory.visible(view.manager);
  if (!found) throw notFound('manager');
  if (isRef) return { status: 200, body: { '@odata.context': `${call.base}/$metadata#$ref`, '@odata.id': `${call.base}/directoryObjects/${found.object.id}` } };
  return { status: 200, body: { '@odata.context': `${call.base}/$metadata#directoryObjects/$entity`, ...render(found, readShape(found.object.kind, call.query, false), directory, true) } };
}

/** `/users/{key}/manager` with `PUT` and `DELETE` of its reference (Graph documentation, assign manager, remove manager). */
export function manager(call: GraphCall, key: string, rest: readonly string[]): GraphAnswer {
  const { directory } = call;
  if (call.method === 'GET') {
    need(call, 'readUsers');
    return readManager(call, existingUser(call, key), rest);
  }
  if (rest.length !== 1 || rest[0] !== '$ref' || (call.method !== 'PUT' && call.method !== 'DELETE')) throw methodNotAllowed();
  need(call, 'writeUsers');
  const object = liveUser(call, key);
  if (isSynced(object)) throw syncedObject();
  if (call.method === 'PUT') {
    const id = referencedId(bodyObject(call)['@odata.id']);
    const target = referenced(call, id);
    if (target.kind === 'group') throw notFound(id);
    if (id === object.id) throw badRequest('A user cannot be their own manager.');
    directory.setManager(object, id);
    return NO_CONTENT;
  }
  if (object.manager === null || !directory.live(object.manager)) throw notFound('manager');
  directory.setManager(object, null);
  return NO_CONTENT;
}
