import type { View } from '../../directory/directory.ts';
import type { DirectoryObject } from '../../directory/objects.ts';
import type { GraphCall } from '../call.ts';
import { notFound } from '../refusal.ts';

/** A user that this reader can see, by id or user principal name. @throws GraphRefusal 404. */
export function existingUser(call: GraphCall, key: string): View {
  const view = call.directory.visibleUser(key);
  if (!view) throw notFound(key);
  return view;
}

/** A user that can be written: seen by this reader, and not deleted in the meantime without the reader seeing it yet. @throws GraphRefusal 404. */
export function liveUser(call: GraphCall, key: string): DirectoryObject {
  const { object } = existingUser(call, key);
  if (object.place !== 'live') throw notFound(key);
  return object;
}

/** An object that a reference may name: seen by this reader and still there. @throws GraphRefusal 404. */
export function referenced(call: GraphCall, id: string): DirectoryObject {
  const object = call.directory.visible(id)?.object;
  if (!object || object.place !== 'live') throw notFound(id);
  return object;
}
