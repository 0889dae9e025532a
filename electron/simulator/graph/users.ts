import type { View } from '../directory/directory.ts';
import { addressKey, isSynced, textsOf, type DirectoryObject } from '../directory/objects.ts';
import { bodyObject, NO_CONTENT, type GraphAnswer, type GraphCall } from './call.ts';
import { readChanges, referencedId } from './changes.ts';
import { assignLicense } from './licences.ts';
import { countOf, listPage, type ListSource } from './list.ts';
import { guardAdministrator, need } from './permissions.ts';
import { badRequest, conflict, invalidValue, methodNotAllowed, notFound, notSimulated, syncedObject, unknownSegment } from './refusal.ts';
import { readShape, render } from './render.ts';
import { passwordIsComplex, userPrincipalNameParts, usersMailNickname } from './user-values.ts';

/** Properties a client must give when it creates a user (Graph documentation, create user). */
const REQUIRED = ['accountEnabled', 'displayName', 'mailNickname', 'passwordProfile', 'userPrincipalName'];
/** Properties of a synchronised user that stay writable in the cloud. */
const CLOUD_OWNED = new Set(['usageLocation', 'preferredDataLocation']);

/** `/users`, `/users/$count`, `/users/{id}` and what hangs on it. */
export function users(call: GraphCall): GraphAnswer {
  const [, key, relation, ...rest] = call.segments;
  if (key === undefined) {
    if (call.method === 'GET') { need(call, 'readUsers'); return listPage(call, source(call)); }
    if (call.method === 'POST') { need(call, 'writeUsers'); return createUser(call); }
    throw methodNotAllowed();
  }
  if (/^delta(\(\))?$/.test(key)) throw notSimulated('delta queries');
  if (key === '$count') { need(call, 'readUsers'); return countOf(call, source(call)); }
  if (relation === undefined) return oneUser(call, key);
  if (relation === 'manager') return manager(call, key, rest);
  if (relation === 'memberOf' && rest.length === 0) return memberOf(call, key);
  if (relation === 'assignLicense' && rest.length === 0) {
    if (call.method !== 'POST') throw methodNotAllowed();
    need(call, 'assignLicenses');
    return assignLicense(call, existing(call, key));
  }
  throw unknownSegment(relation);
}

function source(call: GraphCall): ListSource {
  const { directory } = call;
  const one = (id: string | undefined): readonly DirectoryObject[] => {
    const object = id === undefined ? undefined : directory.user.get(id);
    return object ? [object] : [];
  };
  return {
    objects: () => directory.user.values(), kind: 'user', mixed: false, context: 'users',
    // A delayed replica can still show the old value, so the filter itself decides; the index only finds the candidate.
    lookup: (property, value) => (property === 'id' ? one(value.toLowerCase())
      : property === 'userPrincipalName' ? one(directory.holderOfUpn(value))
        : property === 'onPremisesImmutableId' ? one(directory.holderOfAnchor(value))
          : property === 'proxyAddresses' ? one(directory.holderOfAddress(value)) : undefined),
  };
}

/** A user that this reader can see. @throws GraphRefusal 404. */
function existing(call: GraphCall, key: string): View {
  const view = call.directory.visibleUser(key);
  if (!view) throw notFound(key);
  return view;
}

function oneUser(call: GraphCall, key: string): GraphAnswer {
  const { directory } = call;
  switch (call.method) {
    case 'GET': {
      need(call, 'readUsers');
      const shape = readShape('user', call.query, false);
      return { status: 200, body: { '@odata.context': `${call.base}/$metadata#users/$entity`, ...render(existing(call, key), shape, directory, false) } };
    }
    case 'PATCH': {
      need(call, 'writeUsers');
      updateUser(call, existing(call, key).object);
      return NO_CONTENT;
    }
    case 'DELETE': {
      need(call, 'deleteUsers');
      const { object } = existing(call, key);
      guardAdministrator(call, object.id, 'all');
      if (isSynced(object)) throw syncedObject();
      directory.softDelete(object);
      return NO_CONTENT;
    }
    default: throw methodNotAllowed();
  }
}

function createUser(call: GraphCall): GraphAnswer {
  const { directory } = call;
  const body = bodyObject(call);
  for (const name of REQUIRED) if (body[name] === undefined || body[name] === null) {
    const message = `A value is required for property '${name}' of resource 'User'.`;
    throw badRequest(message, [{ code: 'MissingValue', message, target: name }]);
  }
  const { values } = readChanges(call, 'user', 'create');
  const { domain } = userPrincipalNameParts(values['userPrincipalName'], directory);
  usersMailNickname(values['mailNickname']);
  checkValues(call, values, undefined);
  const password = (values['passwordProfile'] as Record<string, unknown>)['password'];
  if (typeof password !== 'string') throw badRequest("A value is required for property 'password' of resource 'User'.");
  passwordIsComplex(password);
  if (directory.isFederatedDomain(domain) && typeof values['onPremisesImmutableId'] !== 'string') throw badRequest("Property onPremisesImmutableId is required when the domain of the userPrincipalName is federated.");
  const { passwordProfile: _, ...stored } = values;
  const now = new Date(call.clock.now()).toISOString().replace(/\.\d+Z$/, 'Z');
  const object = directory.create('user', {
    ...withoutNulls(stored), userType: stored['userType'] ?? 'Member', createdDateTime: now, lastPasswordChangeDateTime: now,
    ...mirrored(directory.holderOfAddress.bind(directory), values['mail'], [], undefined),
  });
  const view: View = { object, properties: object.properties, manager: null, members: null };
  return {
    status: 201, headers: { location: `${call.base}/users('${object.id}')` },
    body: { '@odata.context': `${call.base}/$metadata#users/$entity`, ...render(view, readShape('user', new Map(), false), directory, false) },
  };
}

function updateUser(call: GraphCall, object: DirectoryObject): void {
  const { directory } = call;
  const { values } = readChanges(call, 'user', 'update');
  const names = Object.keys(values);
  guardAdministrator(call, object.id, names);
  if (isSynced(object) && names.some((n) => !CLOUD_OWNED.has(n))) throw syncedObject();
  if ('userPrincipalName' in values) userPrincipalNameParts(values['userPrincipalName'], directory);
  if ('mailNickname' in values) usersMailNickname(values['mailNickname']);
  checkValues(call, values, object.id);
  const password = (values['passwordProfile'] as Record<string, unknown> | null | undefined)?.['password'];
  if (typeof password === 'string') passwordIsComplex(password);
  const { passwordProfile: _, onPremisesExtensionAttributes: extension, ...rest } = values;
  const next: Record<string, unknown> = { ...object.properties, ...rest };
  if (extension !== undefined) next['onPremisesExtensionAttributes'] = { ...object.properties['onPremisesExtensionAttributes'] as object | undefined, ...extension as object };
  if (typeof values['mail'] === 'string') Object.assign(next, mirrored(directory.holderOfAddress.bind(directory), values['mail'], textsOf(object, 'proxyAddresses'), object.id));
  directory.update(object, withoutNulls(next));
}

/** Rules that hold for creation and update and need the directory. `self`: id of the object being changed. */
function checkValues(call: GraphCall, values: Readonly<Record<string, unknown>>, self: string | undefined): void {
  const { directory } = call;
  const taken = (holder: string | undefined): boolean => holder !== undefined && holder !== self;
  const upn = values['userPrincipalName'];
  if (typeof upn === 'string') {
    if (taken(directory.holderOfUpn(upn))) throw conflict('userPrincipalName');
    const holder = directory.holderOfAddress(upn);
    if (taken(holder) && holder !== undefined && directory.live(holder)) throw conflict('proxyAddresses');
  }
  const { mail, onPremisesImmutableId: anchor, usageLocation: location, businessPhones, otherMails } = values;
  if (typeof mail === 'string') {
    if (!/^[^\s@<>()[\]\\,;:"]+@[^\s@]+\.[^\s@.]+$/.test(mail) || /[^\x20-\x7e]/.test(mail)) throw invalidValue('mail', 'User');
    if (taken(directory.holderOfAddress(mail))) throw conflict('proxyAddresses');
  }
  if (typeof anchor === 'string') {
    if (/[$_]/.test(anchor)) throw invalidValue('onPremisesImmutableId', 'User');
    if (taken(directory.holderOfAnchor(anchor))) throw conflict('onPremisesImmutableId');
  }
  if (typeof location === 'string' && !isCountry(location)) throw invalidValue('usageLocation', 'User');
  if (Array.isArray(businessPhones) && businessPhones.length > 1) throw invalidValue('businessPhones', 'User');
  if (Array.isArray(otherMails) && otherMails.some((m: unknown) => /[^\x20-\x7e]/.test(String(m)) || !String(m).includes('@'))) throw invalidValue('otherMails', 'User');
  if (typeof values['userType'] === 'string' && !['Member', 'Guest'].includes(values['userType'])) throw invalidValue('userType', 'User');
}

/** ISO 3166-1 alpha-2. */
function isCountry(code: string): boolean {
  return /^[A-Z]{2}$/i.test(code) && REGIONS.of(code.toUpperCase()) !== code.toUpperCase();
}
const REGIONS = new Intl.DisplayNames('en', { type: 'region' });

/** The addresses after `mail` was set: it becomes the primary SMTP address, the one before stays as a secondary one (Graph documentation, user resource: mail). */
function mirrored(holderOf: (address: string) => string | undefined, mail: unknown, before: readonly string[], self: string | undefined): { proxyAddresses?: readonly string[] } {
  if (typeof mail !== 'string') return {};
  const holder = holderOf(mail);
  if (holder !== undefined && holder !== self) throw conflict('proxyAddresses');
  const others = before.filter((a) => addressKey(a) !== mail.toLowerCase()).map((a) => (a.startsWith('SMTP:') ? `smtp:${a.slice(5)}` : a));
  return { proxyAddresses: [`SMTP:${mail}`, ...others] };
}

function withoutNulls(values: Readonly<Record<string, unknown>>): Record<string, unknown> {
  return Object.fromEntries(Object.entries(values).filter(([, v]) => v !== null));
}

function manager(call: GraphCall, key: string, rest: readonly string[]): GraphAnswer {
  const { directory } = call;
  const isRef = rest.length === 1 && rest[0] === '$ref';
  if (rest.length > 0 && !isRef) throw unknownSegment(rest[0] ?? '');
  if (call.method === 'GET') {
    need(call, 'readUsers');
    const view = existing(call, key);
    const found = view.manager === null ? undefined : directory.visible(view.manager);
    if (!found) throw notFound('manager');
    if (isRef) return { status: 200, body: { '@odata.context': `${call.base}/$metadata#$ref`, '@odata.id': `${call.base}/directoryObjects/${found.object.id}` } };
    return { status: 200, body: { '@odata.context': `${call.base}/$metadata#directoryObjects/$entity`, ...render(found, readShape(found.object.kind, call.query, false), directory, true) } };
  }
  if (!isRef) throw methodNotAllowed();
  need(call, 'writeUsers');
  const { object } = existing(call, key);
  if (isSynced(object)) throw syncedObject();
  if (call.method === 'PUT') {
    const id = referencedId(bodyObject(call)['@odata.id']);
    const target = directory.visible(id);
    if (!target || target.object.kind === 'group') throw notFound(id);
    if (id === object.id) throw badRequest('A user cannot be their own manager.');
    directory.setManager(object, id);
    return NO_CONTENT;
  }
  if (call.method !== 'DELETE') throw methodNotAllowed();
  if (object.manager === null || !directory.live(object.manager)) throw notFound('manager');
  directory.setManager(object, null);
  return NO_CONTENT;
}

function memberOf(call: GraphCall, key: string): GraphAnswer {
  need(call, 'readUsers');
  const { object } = existing(call, key);
  const groups = [...call.directory.group.values()].filter((g) => g.members?.has(object.id));
  return listPage(call, { objects: () => groups, kind: 'group', mixed: true, context: 'directoryObjects' });
}

