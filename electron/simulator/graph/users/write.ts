import { isSynced, textsOf } from '../../directory/objects.ts';
import { bodyObject, NO_CONTENT, type GraphAnswer, type GraphCall } from '../call.ts';
import { readChanges } from '../changes.ts';
import { guardAdministrator, need, needUserUpdate } from '../permissions.ts';
import { PROPERTIES } from '../properties.ts';
import { needObjectQuota } from '../quota.ts';
import { missingValue, syncedObject, unsupportedTarget } from '../refusal.ts';
import { readShape, render } from '../render.ts';
import { newPassword } from './account.ts';
import { checkUserValues, mirrored, needAnchor, withoutNulls } from './checks.ts';
import { liveUser } from './find.ts';

/** Properties a client must give when it creates a user (Graph documentation, create user). */
const REQUIRED = ['accountEnabled', 'displayName', 'mailNickname', 'passwordProfile', 'userPrincipalName'];
/** Properties of a synchronised user that stay writable in the cloud. */
const CLOUD_OWNED = new Set(['usageLocation', 'preferredDataLocation']);

/** `POST /users`: 201 with the properties that a read without `$select` gives. */
export function createUser(call: GraphCall): GraphAnswer {
  const { directory } = call;
  need(call, 'writeUsers');
  const body = bodyObject(call);
  for (const name of REQUIRED) if (body[name] === undefined || body[name] === null) throw missingValue(name, 'User');
  const { values } = readChanges(call, 'user', 'create');
  checkUserValues(call, values, undefined);
  if (typeof (values['passwordProfile'] as Record<string, unknown>)['password'] !== 'string') throw missingValue('password', 'User');
  needAnchor(call, values['userPrincipalName'], values['onPremisesImmutableId']);
  needObjectQuota(call);
  const { passwordProfile: _, ...stored } = values;
  const now = new Date(call.clock.now()).toISOString().replace(/\.\d+Z$/, 'Z');
  const addresses = mirrored(values['mail'], []);
  const object = directory.create('user', {
    ...withoutNulls(stored), userType: stored['userType'] ?? 'Member', createdDateTime: now, lastPasswordChangeDateTime: now, ...(addresses ? { proxyAddresses: addresses } : {}),
  });
  return {
    status: 201, headers: { location: `${call.base}/users('${object.id}')` },
    body: { '@odata.context': `${call.base}/$metadata#users/$entity`, ...render(directory.primary(object), readShape('user', new Map(), false), directory, false) },
  };
}

/** `PATCH /users/{key}`: 204 without a body, whatever `Prefer` says. */
export function updateUser(call: GraphCall, key: string): GraphAnswer {
  const { directory } = call;
  const names = Object.keys(bodyObject(call)).filter((n) => !n.startsWith('@odata.'));
  needUserUpdate(call, names);
  const object = liveUser(call, key);
  const { values } = readChanges(call, 'user', 'update');
  guardAdministrator(call, object.id, names);
  const elsewhere = names.filter((n) => PROPERTIES.user[n]?.elsewhere);
  // Values of the profile in SharePoint are written alone (Graph documentation, update user).
  if (elsewhere.length > 0 && elsewhere.length < names.length) throw unsupportedTarget();
  if (isSynced(object) && names.some((n) => !CLOUD_OWNED.has(n))) throw syncedObject();
  checkUserValues(call, values, object.id);
  if ('userPrincipalName' in values) needAnchor(call, values['userPrincipalName'], 'onPremisesImmutableId' in values ? values['onPremisesImmutableId'] : object.properties['onPremisesImmutableId']);
  const { passwordProfile, onPremisesExtensionAttributes: extension, ...rest } = values;
  const next: Record<string, unknown> = { ...object.properties, ...rest };
  if (typeof (passwordProfile as Record<string, unknown> | null | undefined)?.['password'] === 'string') Object.assign(next, newPassword(call.clock.now()));
  if (extension === null) delete next['onPremisesExtensionAttributes'];
  else if (extension !== undefined) next['onPremisesExtensionAttributes'] = { ...object.properties['onPremisesExtensionAttributes'] as object | undefined, ...extension as object };
  const addresses = mirrored(values['mail'], textsOf(object, 'proxyAddresses'));
  if (addresses) next['proxyAddresses'] = addresses;
  directory.update(object, withoutNulls(next));
  return NO_CONTENT;
}

/** `DELETE /users/{key}`: into the recycle bin. */
export function deleteUser(call: GraphCall, key: string): GraphAnswer {
  need(call, 'deleteUsers');
  const object = liveUser(call, key);
  guardAdministrator(call, object.id, 'all');
  if (isSynced(object)) throw syncedObject();
  call.directory.softDelete(object);
  return NO_CONTENT;
}
