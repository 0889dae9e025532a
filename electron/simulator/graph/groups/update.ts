import { isUnified, type DirectoryObject } from '../../directory/objects.ts';
import { licencesOfGroup } from '../../sync/licensing.ts';
import { bodyObject, NO_CONTENT, type GraphAnswer, type GraphCall } from '../call.ts';
import { readChanges } from '../changes.ts';
import { guardRoleGroup, mayWriteMailSettings, need } from '../permissions.ts';
import { PROPERTIES } from '../properties.ts';
import { badRequest, conflict, GraphRefusal, invalidValue, notFound, unsupportedTarget } from '../refusal.ts';
import { readShape, render } from '../render.ts';
import { groupsMailNickname } from '../user-values.ts';
import { bind } from './references.ts';
import { checkForms, isDynamic, writable } from './rules.ts';

/** `PATCH /groups/{id}`: 204; 200 with the group for settings that live in Exchange (Graph documentation, update group). */
export function updateGroup(call: GraphCall, object: DirectoryObject): GraphAnswer {
  const { directory } = call;
  const bound = Object.keys(bodyObject(call)).filter((n) => n.endsWith('@odata.bind'));
  const hasValues = Object.keys(bodyObject(call)).some((n) => !n.includes('@odata.'));
  if (hasValues || bound.length === 0) need(call, 'writeGroups');
  else need(call, bound.includes('owners@odata.bind') ? 'writeOwners' : 'writeMembers');
  if (object.place !== 'live') throw notFound(object.id);
  guardRoleGroup(call, object);
  const { values, members, owners } = readChanges(call, 'group', 'update');
  writable(object);
  const names = Object.keys(values);
  const settings = names.filter((n) => PROPERTIES.group[n]?.elsewhere);
  if (settings.length > 0) return updateMailSettings(call, object, values, settings.length < names.length || bound.length > 0);
  if (members && owners) throw badRequest('Only one reference collection can be updated in a single request.');
  checkValues(call, object, values);
  if (members) bind(call, object, 'members', members);
  if (owners) bind(call, object, 'owners', owners);
  if (names.length > 0) directory.update(object, Object.fromEntries(Object.entries({ ...object.properties, ...values }).filter(([, v]) => v !== null)));
  return NO_CONTENT;
}

function checkValues({ directory }: GraphCall, object: DirectoryObject, values: Readonly<Record<string, unknown>>): void {
  checkForms(values);
  // Hidden membership is chosen when the group is created and never again; a group that can hold roles is always private.
  if (typeof values['visibility'] === 'string') {
    const hidden = [values['visibility'], object.properties['visibility']].includes('HiddenMembership');
    if (hidden || (object.properties['isAssignableToRole'] === true && values['visibility'] !== 'Private')) throw invalidValue('visibility', 'Group');
  }
  if ('mailNickname' in values) {
    const alias = String(values['mailNickname']);
    groupsMailNickname(alias);
    const holder = directory.holderOfAlias(alias);
    if (isUnified(object) && holder !== undefined && holder !== object.id) throw conflict('mailNickname');
  }
  if (values['securityEnabled'] === false && (!isUnified(object) || object.properties['isAssignableToRole'] === true)) throw invalidValue('securityEnabled', 'Group');
  if (('membershipRule' in values || 'membershipRuleProcessingState' in values) && !isDynamic(object)) throw invalidValue('membershipRule' in values ? 'membershipRule' : 'membershipRuleProcessingState', 'Group');
  if ('membershipRule' in values && values['membershipRule'] === null) throw invalidValue('membershipRule', 'Group');
}

function updateMailSettings(call: GraphCall, object: DirectoryObject, values: Readonly<Record<string, unknown>>, mixed: boolean): GraphAnswer {
  const { directory } = call;
  if (mixed || !isUnified(object)) throw unsupportedTarget();
  if (!mayWriteMailSettings(call, object)) throw new GraphRefusal(403, 'ErrorAccessDenied', 'Access is denied. Check credentials and try again.');
  directory.update(object, { ...object.properties, ...Object.fromEntries(Object.entries(values).filter(([, v]) => v !== null)) });
  return { status: 200, body: { '@odata.context': `${call.base}/$metadata#groups/$entity`, ...render(directory.primary(object), readShape('group', new Map(), false), directory, false) } };
}

/** `DELETE /groups/{id}`: into the recycle bin, security groups too (Microsoft 365 message centre, "soft delete for cloud security groups"). */
export function deleteGroup(call: GraphCall, object: DirectoryObject): GraphAnswer {
  need(call, 'deleteGroups');
  if (object.place !== 'live') throw notFound(object.id);
  guardRoleGroup(call, object);
  writable(object);
  // Entra documentation, "Scenarios, limitations and known issues using groups to manage licensing": licences are removed first. The words are ours.
  if (licencesOfGroup(object).length > 0) throw badRequest('The group has licenses assigned. Remove them before the group is deleted.');
  call.directory.softDelete(object);
  return NO_CONTENT;
}
