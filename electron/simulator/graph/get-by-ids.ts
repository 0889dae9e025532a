import type { View } from '../directory/directory.ts';
import type { DirectoryKind } from '../directory/objects.ts';
import { bodyObject, type GraphAnswer, type GraphCall } from './call.ts';
import { GUID } from './changes.ts';
import { holds, READ_OF } from './permissions.ts';
import { badGateway, badRequest, denied, methodNotAllowed } from './refusal.ts';
import { ownShape, readSelect, render } from './render.ts';

/** Ids that getByIds takes at most (Graph documentation, directoryObject: getByIds). */
const LIMIT = 1000;
/** Type names; null: a type of the directory that this tenant has no objects of. */
const TYPES: ReadonlyMap<string, DirectoryKind | null> = new Map<string, DirectoryKind | null>([
  ['user', 'user'], ['group', 'group'], ['orgcontact', 'contact'], ['device', null], ['application', null], ['serviceprincipal', null], ['directoryrole', null], ['administrativeunit', null],
]);

/** True for the segment of the action. */
export function isGetByIds(segment: string): boolean { return /^(?:microsoft\.graph\.)?getByIds$/.test(segment); }

/**
 * `POST /directoryObjects/getByIds`, also under `/users`, `/groups` and `/contacts`: the objects that are there, in no promised
 * order; ids without an object are left out. An application sees only the kinds that it may read.
 * @throws GraphRefusal 400 for a wrong body or more than 1,000 ids.
 */
export function getByIds(call: GraphCall): GraphAnswer {
  if (call.method !== 'POST') throw methodNotAllowed();
  if (!holds(call, 'readObjects') && !Object.values(READ_OF).some((operation) => holds(call, operation))) throw denied();
  const { ids, types } = bodyObject(call);
  if (!Array.isArray(ids)) throw badGateway("Parameter 'ids' is required and must be a collection.");
  if (!ids.every((i) => typeof i === 'string' && GUID.test(i))) throw badRequest("Invalid GUID value specified in the parameter 'ids'.");
  if (ids.length > LIMIT) throw badRequest(`Number of included identifiers cannot exceed '${LIMIT}'.`);
  const kinds = readTypes(types);
  const found: View[] = [];
  for (const id of new Set((ids as string[]).map((i) => i.toLowerCase()))) {
    const view = call.directory.visible(id);
    if (view && (kinds === null || kinds.has(view.object.kind)) && holds(call, READ_OF[view.object.kind])) found.push(view);
  }
  const show = presenter(call);
  return { status: 200, body: { '@odata.context': `${call.base}/$metadata#directoryObjects`, value: found.map(show) } };
}

/** Shows an object of any kind with `$select` as far as its kind knows the properties. */
export function presenter(call: GraphCall): (view: View) => Record<string, unknown> {
  const select = call.query.get('select');
  const names = select === undefined ? null : readSelect('directoryObject', select, true);
  return (view) => render(view, ownShape(view.object.kind, names), call.directory, true);
}

function readTypes(types: unknown): ReadonlySet<DirectoryKind> | null {
  if (types === undefined || types === null) return null;
  if (!Array.isArray(types)) throw badGateway("Parameter 'types' must be a collection.");
  const kinds = types.map((type) => {
    const kind = typeof type === 'string' ? TYPES.get(type.toLowerCase().replace(/^#?microsoft\.graph\./, '')) : undefined;
    if (kind === undefined && String(type).toLowerCase() !== 'directoryobject') throw badRequest(`Invalid resource type '${String(type)}' specified in the parameter 'types'.`);
    return kind;
  });
  return kinds.length === 0 || kinds.includes(undefined) ? null : new Set(kinds.filter((k) => k !== null && k !== undefined));
}
