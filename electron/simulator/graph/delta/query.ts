import type { DirectoryKind } from '../../directory/objects.ts';
import type { GraphCall } from '../call.ts';
import { GUID } from '../changes.ts';
import { DEFAULT_SELECT, PROPERTIES } from '../properties.ts';
import { badGateway, badRequest, notSimulated, unsupportedQuery } from '../refusal.ts';
import { readSelect } from '../render.ts';
import type { Relation } from './memory.ts';

/** Collections whose changes can be tracked here. */
export type DeltaResource = 'users' | 'groups' | 'contacts' | 'directoryObjects';

/** What a client tracks of one kind of object. */
export interface Tracked {
  readonly kind: DirectoryKind;
  /** Properties that answers carry besides the id. */
  readonly properties: readonly string[];
  readonly relations: readonly Relation[];
  /** True when a change of that property or relation brings the object into an answer. */
  tracks(name: string): boolean;
}

/** What a delta query asks for: said once on the first call, then carried in the token. */
export interface DeltaQuery {
  readonly resource: DeltaResource;
  readonly kinds: readonly Tracked[];
  /** Only these objects; null: all. */
  readonly ids: ReadonlySet<string> | null;
  /** The options as the client wrote them. */
  readonly select: string | undefined;
  readonly filter: string | undefined;
}

/** Objects that a filter may name (Graph documentation, user: delta). */
const FILTER_LIMIT = 50;
const KIND: Readonly<Record<Exclude<DeltaResource, 'directoryObjects'>, DirectoryKind>> = { users: 'user', groups: 'group', contacts: 'contact' };
const RELATIONS: Readonly<Record<DirectoryKind, readonly Relation[]>> = { user: ['manager'], group: ['members', 'owners'], contact: [] };
/** Without `$select` groups come with their members (Graph documentation, get incremental changes for groups). */
const DEFAULT_RELATIONS: Readonly<Record<DirectoryKind, readonly Relation[]>> = { user: [], group: ['members'], contact: [] };
const KIND_OF_TYPE: Readonly<Record<string, DirectoryKind>> = { user: 'user', group: 'group', orgContact: 'contact' };
/** Types the service also tracks (Graph documentation, directoryObject: delta) and this tenant does not keep. */
const OTHER_TYPES = new Set(['application', 'administrativeUnit', 'appRoleAssignment', 'device', 'directoryRole', 'servicePrincipal']);

/**
 * Refuses what delta queries do not take; the service is said to ignore some of it, so nothing may rest on it.
 * @param withToken nothing may stand beside a token, which carries the first call's options.
 */
export function checkOptions(call: GraphCall, withToken: boolean): void {
  for (const option of call.query.keys()) {
    if (option === 'skiptoken' || option === 'deltatoken') continue;
    if (withToken) throw unsupportedQuery(`The query parameter '$${option}' cannot be combined with a state token. Specify it in the initial request.`);
    if (option !== 'select' && option !== 'filter') throw unsupportedQuery(`The query parameter '$${option}' is not supported by delta queries on this resource.`);
  }
}

/**
 * Reads `$select` and `$filter` of a delta query.
 * @throws GraphRefusal for anything but property names, tracked relations and a choice of ids (or of types, on directoryObjects).
 */
export function readQuery(resource: DeltaResource, select: string | undefined, filter: string | undefined): DeltaQuery {
  if (resource !== 'directoryObjects') {
    const kind = KIND[resource];
    const words = select?.split(',').map((w) => w.trim());
    return { resource, kinds: [tracked(kind, words)], ids: filter === undefined ? null : readIds(clauses(filter)), select, filter };
  }
  const { kinds, ids } = readObjectFilter(filter);
  const words = select === undefined ? undefined : readCasts(select);
  return { resource, kinds: kinds.map((kind) => tracked(kind, words?.get(kind) ?? (words && []))), ids, select, filter };
}

function tracked(kind: DirectoryKind, words: readonly string[] | undefined): Tracked {
  if (words === undefined) {
    const relations = DEFAULT_RELATIONS[kind];
    // "If $select isn't specified, all properties of the object are tracked" while a default set is returned (get incremental changes for users).
    const tracks = (name: string): boolean => PROPERTIES[kind][name]?.elsewhere === false || relations.includes(name as Relation);
    return { kind, properties: DEFAULT_SELECT[kind].filter((n) => n !== 'id'), relations, tracks };
  }
  const relations = RELATIONS[kind].filter((r) => words.some((w) => w.toLowerCase() === r));
  const plain = words.filter((w) => !RELATIONS[kind].some((r) => r === w.toLowerCase()));
  const properties = plain.length === 0 ? [] : readSelect(kind, plain.join(','), true).filter((n) => n !== 'id');
  const names = new Set<string>([...properties, ...relations]);
  return { kind, properties, relations, tracks: (name) => names.has(name) };
}

/** `microsoft.graph.user/surname,microsoft.graph.group/displayName`: names by kind. */
function readCasts(select: string): ReadonlyMap<DirectoryKind, readonly string[]> {
  const all = new Map<DirectoryKind, string[]>([['user', []], ['group', []], ['contact', []]]);
  for (const word of select.split(',').map((w) => w.trim())) {
    const [, type, name] = /^microsoft\.graph\.(\w+)\/(\w+)$/.exec(word) ?? [];
    const kind = KIND_OF_TYPE[type ?? ''];
    if (kind && name !== undefined) all.get(kind)?.push(name);
    else if (word !== 'id' && word !== 'deletedDateTime') throw badGateway(`Parsing OData Select and Expand failed: Could not find a property named '${word}' on type 'microsoft.graph.directoryObject'.`);
  }
  return all;
}

/** The alternatives of a filter. */
function clauses(filter: string): readonly string[] {
  return filter.split(/\s+or\s+/i).map((c) => c.trim().replace(/^\(\s*(.*?)\s*\)$/, (whole, inner: string) => (inner.includes('(') ? whole : inner)));
}

function readIds(parts: readonly string[]): ReadonlySet<string> {
  const ids = new Set<string>();
  for (const part of parts) {
    const id = /^id\s+eq\s+'([^']*)'$/i.exec(part)?.[1];
    if (id === undefined) throw unsupportedQuery('Filter not supported.');
    if (!GUID.test(id)) throw badRequest(`Invalid object identifier '${id}'.`);
    ids.add(id.toLowerCase());
  }
  if (parts.length > FILTER_LIMIT) throw unsupportedQuery(`The filter has ${parts.length} clauses, more than the ${FILTER_LIMIT} that delta queries support.`);
  return ids;
}

function readObjectFilter(filter: string | undefined): { readonly kinds: readonly DirectoryKind[]; readonly ids: ReadonlySet<string> | null } {
  const none = unsupportedQuery('Delta query is not supported for directoryObjects without a valid resource type or id filter.');
  if (filter === undefined) throw none;
  const parts = clauses(filter);
  const types = parts.map((p) => /^isof\(\s*'microsoft\.graph\.(\w+)'\s*\)$/.exec(p)?.[1]);
  const kinds = new Set<DirectoryKind>();
  for (const type of types) if (type !== undefined) {
    if (OTHER_TYPES.has(type)) throw notSimulated(`delta queries on ${type}`);
    const kind = KIND_OF_TYPE[type];
    if (!kind) throw none;
    kinds.add(kind);
  }
  const rest = parts.filter((_, i) => types[i] === undefined);
  // Types and ids together: only the ids that are of one of the types ("intersection", directoryObject: delta).
  return { kinds: kinds.size > 0 ? [...kinds] : ['user', 'group', 'contact'], ids: rest.length === 0 ? null : readIds(rest) };
}

/** Wishes of the `Prefer` header. A page size is a hint: what is no number above 0 is not heeded. */
export function readPreferences(call: GraphCall): { readonly minimal: boolean; readonly pageSize: number | undefined } {
  const wishes = (call.headers['prefer'] ?? '').split(/[,;]/).map((w) => w.trim().toLowerCase());
  const size = wishes.map((w) => /^odata\.maxpagesize\s*=\s*"?([1-9]\d*)"?$/.exec(w)?.[1]).find((n) => n !== undefined);
  return { minimal: wishes.includes('return=minimal'), pageSize: size === undefined ? undefined : Number(size) };
}
