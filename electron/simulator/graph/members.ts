import type { View } from '../directory/directory.ts';
import { isExchangeGroup, isSynced, isUnified, ODATA_TYPE, type DirectoryKind, type DirectoryObject } from '../directory/objects.ts';
import { bodyObject, NO_CONTENT, type GraphAnswer, type GraphCall } from './call.ts';
import { GUID, referencedId } from './changes.ts';
import { countOf, listPage } from './list.ts';
import { need } from './permissions.ts';
import { badRequest, exchangeGroup, GraphRefusal, methodNotAllowed, notFound, syncedObject, unknownSegment, unsupportedQuery } from './refusal.ts';
import { DEFAULT_SELECT, spelling } from './properties.ts';
import { render } from './render.ts';

type Relation = 'members' | 'owners';
const KIND_OF_TYPE: Readonly<Record<string, DirectoryKind>> = { 'microsoft.graph.user': 'user', 'microsoft.graph.group': 'group', 'microsoft.graph.orgContact': 'contact' };
/** Owners a group can have (Entra service limits). */
const OWNER_LIMIT = 100;

/** `/groups/{id}/members`, `/owners`, `/transitiveMembers` and their references. */
export function related(call: GraphCall, group: View, rest: readonly string[]): GraphAnswer {
  const [name, first, second] = rest;
  if (name === 'transitiveMembers') { need(call, 'readGroups'); return listRelated(call, group, transitive(call, group), first); }
  const relation: Relation = name === 'owners' ? 'owners' : 'members';
  if (first === '$ref' && call.method === 'POST') {
    need(call, 'writeMembers');
    const id = referencedId(bodyObject(call)['@odata.id']);
    bind(call, group.object, relation, [id]);
    return NO_CONTENT;
  }
  if (first !== undefined && second === '$ref' && call.method === 'DELETE') { need(call, 'writeMembers'); return unbind(call, group.object, relation, first); }
  if (call.method !== 'GET') throw methodNotAllowed();
  need(call, 'readGroups');
  return listRelated(call, group, (relation === 'members' ? group.members : group.object.owners) ?? new Set(), first);
}

/**
 * Checks and adds references: all or nothing.
 * @throws GraphRefusal 404 for an absent object, 400 when one is there already or its kind does not fit.
 */
export function bind(call: GraphCall, group: DirectoryObject, relation: Relation, ids: readonly string[]): void {
  writable(group);
  if (relation === 'members' && group.properties['membershipRule'] !== undefined) throw badRequest('Membership of a dynamic group cannot be changed directly.');
  const views = ids.map((id) => {
    const view = call.directory.visible(id);
    if (!view) throw notFound(id);
    return view;
  });
  if (new Set(ids).size < ids.length || ids.some((id) => group[relation]?.has(id))) throw badRequest(`One or more added object references already exist for the following modified properties: '${relation}'.`);
  for (const { object } of views) checkKind(group, relation, object);
  if (relation === 'owners') {
    const count = (group.owners?.size ?? 0) + ids.length;
    if (count > OWNER_LIMIT) throw new GraphRefusal(403, 'Directory_QuotaExceeded', `Unable to perform operation as '${count}' would exceed the maximum quota count '${OWNER_LIMIT}' for forward-link 'owners'.`);
  }
  call.directory.relate(group, relation, ids, []);
}

/** Kinds that fit (Graph documentation, add members: table of supported member types). */
export function checkKind(group: DirectoryObject, relation: Relation, object: DirectoryObject): void {
  if (object.id === group.id) throw badRequest('A group cannot be a member of itself.');
  const fits = relation === 'owners' || isUnified(group) ? object.kind === 'user'
    : object.kind !== 'group' || (!isUnified(object) && !isExchangeGroup(object));
  if (!fits) throw badRequest(`Invalid object type '${ODATA_TYPE[object.kind].slice(17)}' for the property '${relation}' of this group.`);
}

/** @throws GraphRefusal for a group that Graph cannot write. */
export function writable(group: DirectoryObject): void {
  if (isSynced(group)) throw syncedObject();
  if (isExchangeGroup(group)) throw exchangeGroup();
}

function unbind(call: GraphCall, group: DirectoryObject, relation: Relation, id: string): GraphAnswer {
  writable(group);
  if (!GUID.test(id)) throw badRequest(`Invalid object identifier '${id}'.`);
  const key = id.toLowerCase();
  if (!call.directory.visible(key)) throw notFound(id);
  if (!group[relation]?.has(key)) throw badRequest(`One or more removed object references do not exist for the following modified properties: '${relation}'.`);
  if (relation === 'owners' && isUnified(group) && group.owners?.size === 1) throw badRequest('The group must have at least one owner, hence this owner cannot be removed.');
  call.directory.relate(group, relation, [], [key]);
  return NO_CONTENT;
}

function listRelated(call: GraphCall, group: View, ids: ReadonlySet<string>, suffix: string | undefined): GraphAnswer {
  const objects = [...ids].map((id) => call.directory.live(id)).filter((o) => o !== undefined).toSorted((a, b) => a.sequence - b.sequence);
  if (suffix === undefined || suffix === '$count') {
    if (suffix === '$count') return countOf(call, { objects: () => objects, kind: 'user', mixed: true, context: 'directoryObjects' });
    return mixedPage(call, objects);
  }
  const kind = KIND_OF_TYPE[suffix];
  if (suffix === '$ref') {
    const page = mixedPage({ ...call, query: new Map([...call.query].filter(([n]) => n !== 'select')) }, objects);
    const body = page.body as { value: { id: string }[] };
    return { ...page, body: { ...body, value: body.value.map((v) => ({ '@odata.id': `${call.base}/directoryObjects/${v.id}` })) } };
  }
  if (!kind) throw unknownSegment(suffix);
  if (kind === 'group' && isUnified(group.object)) throw unsupportedQuery('The specified query is not supported for groups of type Unified.');
  return listPage(call, { objects: () => objects.filter((o) => o.kind === kind), kind, mixed: false, context: `${kind}s` });
}

/** A page of objects of several kinds: each is rendered with the selected properties that its own kind knows. */
function mixedPage(call: GraphCall, objects: readonly DirectoryObject[]): GraphAnswer {
  const select = call.query.get('select');
  const plain = listPage({ ...call, query: new Map([...call.query, ['select', 'id']]) }, { objects: () => objects, kind: 'user', mixed: true, context: 'directoryObjects' });
  const body = plain.body as { readonly value: readonly { readonly id: string }[] };
  const words = select?.split(',').map((w) => w.trim());
  if (words?.every((w) => w === 'id')) return { ...plain, body: withSelect(body, select) };
  const value = body.value.flatMap(({ id }) => {
    const view = call.directory.visible(id);
    if (!view) return [];
    const { kind } = view.object;
    const names = words ? words.map((w) => spelling(kind, w)).filter((n) => n !== undefined) : DEFAULT_SELECT[kind];
    return [render(view, { select: names, expand: null }, call.directory, true)];
  });
  return { ...plain, body: { ...withSelect(body, select), value } };
}

function withSelect<T extends object>(body: T, select: string | undefined): T {
  const link = (body as Record<string, unknown>)['@odata.nextLink'];
  const context = (body as Record<string, unknown>)['@odata.context'];
  const wanted = select === undefined ? '' : `$select=${encodeURIComponent(select)}`;
  return {
    ...body, ...(typeof context === 'string' ? { '@odata.context': context.replace('(id)', select === undefined ? '' : `(${select})`) } : {}),
    ...(typeof link === 'string' ? { '@odata.nextLink': link.replace(/\$select=id(?=&|$)/, wanted).replace('?&', '?') } : {}),
  };
}

/** All members through nested groups; a cycle ends where it began. */
function transitive(call: GraphCall, group: View): ReadonlySet<string> {
  const found = new Set<string>();
  const open = [...group.members ?? []];
  for (let id = open.pop(); id !== undefined; id = open.pop()) {
    if (found.has(id)) continue;
    found.add(id);
    const view = call.directory.visible(id);
    if (view?.object.kind === 'group') open.push(...view.members ?? []);
  }
  return found;
}
