import type { View } from '../directory/directory.ts';
import { isUnified, textsOf, type DirectoryObject } from '../directory/objects.ts';
import { bodyObject, NO_CONTENT, type GraphAnswer, type GraphCall } from './call.ts';
import { GUID, readChanges } from './changes.ts';
import { countOf, listPage, type ListSource } from './list.ts';
import { bind, checkKind, related, writable } from './members.ts';
import { need } from './permissions.ts';
import { badRequest, conflict, methodNotAllowed, notFound, notSimulated, unknownSegment } from './refusal.ts';
import { readShape, render } from './render.ts';
import { groupsMailNickname } from './user-values.ts';

/** Properties a client must give when it creates a group (Graph documentation, create group). */
const REQUIRED = ['displayName', 'mailEnabled', 'mailNickname', 'securityEnabled'];

/** `/groups`, `/groups/{id}` and what hangs on it. */
export function groups(call: GraphCall): GraphAnswer {
  const [, key, ...rest] = call.segments;
  if (key === undefined) {
    if (call.method === 'GET') { need(call, 'readGroups'); return listPage(call, source(call)); }
    if (call.method === 'POST') { need(call, 'writeGroups'); return createGroup(call); }
    throw methodNotAllowed();
  }
  if (/^delta(\(\))?$/.test(key)) throw notSimulated('delta queries');
  if (key === '$count') { need(call, 'readGroups'); return countOf(call, source(call)); }
  if (!GUID.test(key)) throw badRequest(`Invalid object identifier '${key}'.`);
  const view = call.directory.visible(key);
  if (!view || view.object.kind !== 'group') throw notFound(key);
  if (rest.length === 0) return oneGroup(call, view);
  if (rest[0] === 'members' || rest[0] === 'owners' || rest[0] === 'transitiveMembers') return related(call, view, rest);
  if (rest[0] === 'memberOf' && rest.length === 1) {
    need(call, 'readGroups');
    return listPage(call, { objects: () => [...call.directory.group.values()].filter((g) => g.members?.has(view.object.id)), kind: 'group', mixed: true, context: 'directoryObjects' });
  }
  throw unknownSegment(rest[0] ?? '');
}

function source(call: GraphCall): ListSource {
  const { directory } = call;
  return {
    objects: () => directory.group.values(), kind: 'group', mixed: false, context: 'groups',
    lookup: (property, value) => {
      if (property !== 'id') return undefined;
      const object = directory.group.get(value.toLowerCase());
      return object ? [object] : [];
    },
  };
}

function oneGroup(call: GraphCall, view: View): GraphAnswer {
  const { directory } = call;
  switch (call.method) {
    case 'GET': {
      need(call, 'readGroups');
      return { status: 200, body: { '@odata.context': `${call.base}/$metadata#groups/$entity`, ...render(view, readShape('group', call.query, false), directory, false) } };
    }
    case 'PATCH': return updateGroup(call, view.object);
    case 'DELETE': {
      need(call, 'deleteGroups');
      writable(view.object);
      directory.softDelete(view.object);
      return NO_CONTENT;
    }
    default: throw methodNotAllowed();
  }
}

function createGroup(call: GraphCall): GraphAnswer {
  const { directory } = call;
  const body = bodyObject(call);
  for (const name of REQUIRED) if (body[name] === undefined || body[name] === null) {
    const message = `A value is required for property '${name}' of resource 'Group'.`;
    throw badRequest(message, [{ code: 'MissingValue', message, target: name }]);
  }
  const { values, members = [], owners = [] } = readChanges(call, 'group', 'create');
  const alias = String(values['mailNickname']);
  groupsMailNickname(alias);
  const types = textsOf({ properties: values }, 'groupTypes');
  const unified = types.includes('Unified');
  if (types.some((t) => t !== 'Unified' && t !== 'DynamicMembership')) throw badRequest("Invalid value specified for property 'groupTypes' of resource 'Group'.");
  if (types.includes('DynamicMembership') !== (typeof values['membershipRule'] === 'string')) throw badRequest("A value is required for property 'membershipRule'.");
  if (unified ? values['mailEnabled'] !== true : values['mailEnabled'] === true || values['securityEnabled'] !== true) {
    throw badRequest('The service does not currently support writes of mail-enabled groups. Please ensure that the mail-enablement property is unset and the security-enablement property is set.');
  }
  const mail = `${alias}@${directory.defaultDomain}`;
  if (unified) {
    if (directory.holderOfAlias(alias) !== undefined) throw conflict('mailNickname');
    if (directory.holderOfAddress(mail) !== undefined || directory.holderOfUpn(mail) !== undefined) throw conflict('proxyAddresses');
  }
  // A signed-in creator becomes the owner; an application on its own leaves the group without one.
  const ownerIds = owners.length === 0 && call.caller.userId !== null ? [call.caller.userId] : owners;
  const now = new Date(call.clock.now()).toISOString().replace(/\.\d+Z$/, 'Z');
  const draft: DirectoryObject = {
    kind: 'group', id: '', sequence: 0, manager: null, members: new Set(), owners: new Set(), deletedAt: null, replica: null,
    properties: {
      ...Object.fromEntries(Object.entries(values).filter(([, v]) => v !== null)), groupTypes: types, createdDateTime: now, renewedDateTime: now,
      ...(unified ? { mail, proxyAddresses: [`SMTP:${mail}`], visibility: values['visibility'] ?? 'Public' } : {}),
    },
  };
  for (const [relation, ids] of [['members', members], ['owners', ownerIds]] as const) {
    if (new Set(ids).size < ids.length) throw badRequest(`One or more added object references already exist for the following modified properties: '${relation}'.`);
    for (const id of ids) {
      const other = directory.visible(id);
      if (!other) throw notFound(id);
      checkKind(draft, relation, other.object);
    }
  }
  const object = directory.create('group', draft.properties, members, ownerIds);
  const view: View = { object, properties: object.properties, manager: null, members: object.members };
  return {
    status: 201, headers: { location: `${call.base}/groups/${object.id}` },
    body: { '@odata.context': `${call.base}/$metadata#groups/$entity`, ...render(view, readShape('group', new Map(), false), directory, false) },
  };
}

function updateGroup(call: GraphCall, object: DirectoryObject): GraphAnswer {
  const { directory } = call;
  const { values, members, owners } = readChanges(call, 'group', 'update');
  need(call, Object.keys(values).length > 0 ? 'writeGroups' : 'writeMembers');
  writable(object);
  if (members && owners) throw badRequest('Only one reference collection can be updated in a single request.');
  if ('mailNickname' in values) {
    groupsMailNickname(values['mailNickname']);
    const holder = directory.holderOfAlias(String(values['mailNickname']));
    if (isUnified(object) && holder !== undefined && holder !== object.id) throw conflict('mailNickname');
  }
  if (values['securityEnabled'] === false && !isUnified(object)) throw badRequest("Invalid value specified for property 'securityEnabled' of resource 'Group'.");
  if (members) bind(call, object, 'members', members);
  if (owners) bind(call, object, 'owners', owners);
  if (Object.keys(values).length > 0) directory.update(object, Object.fromEntries(Object.entries({ ...object.properties, ...values }).filter(([, v]) => v !== null)));
  return NO_CONTENT;
}
