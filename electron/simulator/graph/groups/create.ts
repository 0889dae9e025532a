import { blankObject, textsOf, type DirectoryObject } from '../../directory/objects.ts';
import { bodyObject, type GraphAnswer, type GraphCall } from '../call.ts';
import { readChanges } from '../changes.ts';
import { holds, need, READ_OF } from '../permissions.ts';
import { needObjectQuota } from '../quota.ts';
import { conflict, denied, GraphRefusal, invalidValue, missingValue } from '../refusal.ts';
import { readShape, render } from '../render.ts';
import { groupsMailNickname } from '../user-values.ts';
import { referenced } from '../users/find.ts';
import { onlyOnce } from './references.ts';
import { checkKind, checkKindOfNewGroup, guardDynamic } from './rules.ts';

/** Properties a client must give when it creates a group (Graph documentation, create group). */
const REQUIRED = ['displayName', 'mailEnabled', 'mailNickname', 'securityEnabled'];
/** Longest uniqueName (Graph documentation, group resource). */
const UNIQUE_NAME_MAX = 128;

/**
 * `POST /groups`, or an upsert that found nothing: 201 with the group.
 * @param uniqueName of the upsert's address.
 */
export function createGroup(call: GraphCall, uniqueName?: string): GraphAnswer {
  const { directory } = call;
  need(call, 'createGroups');
  const body = bodyObject(call);
  for (const name of REQUIRED) if (body[name] === undefined || body[name] === null) throw missingValue(name, 'Group');
  const { values, members = [], owners = [] } = readChanges(call, 'group', 'create');
  const alias = String(values['mailNickname']);
  groupsMailNickname(alias);
  const unified = checkKindOfNewGroup(values);
  if (values['isAssignableToRole'] === true) need(call, 'writeRoleGroups');
  const mail = `${alias}@${directory.defaultDomain}`;
  const routing = `${alias}@${directory.initialDomain}`;
  if (unified) {
    // The service may add the address in the initial domain later, so that it must be free too.
    if (directory.holderOfAlias(alias) !== undefined) throw conflict('mailNickname');
    for (const address of [mail, routing]) if (directory.holderOfAddress(address) !== undefined || directory.holderOfUpn(address) !== undefined) throw conflict('proxyAddresses');
  }
  if (uniqueName !== undefined) {
    if (uniqueName.length > UNIQUE_NAME_MAX) throw invalidValue('uniqueName', 'Group');
    if (directory.holderOfUniqueName(uniqueName) !== undefined) throw sameKey();
  }
  // A signed-in creator becomes the owner; an application on its own leaves the group without one.
  const ownerIds = owners.length === 0 && call.caller.userId !== null ? [call.caller.userId] : owners;
  const now = new Date(call.clock.now()).toISOString().replace(/\.\d+Z$/, 'Z');
  const draft = blankObject('group', '', {
    ...Object.fromEntries(Object.entries(values).filter(([, v]) => v !== null)), groupTypes: textsOf({ properties: values }, 'groupTypes'), createdDateTime: now, renewedDateTime: now,
    ...(unified ? { mail, proxyAddresses: [`SMTP:${mail}`], visibility: values['visibility'] ?? 'Public' } : {}),
    ...(values['isAssignableToRole'] === true ? { visibility: 'Private' } : {}), ...(uniqueName === undefined ? {} : { uniqueName }),
  });
  checkReferences(call, draft, members, ownerIds);
  needObjectQuota(call);
  const object = directory.create('group', draft.properties, { memberIds: members, ownerIds });
  return {
    status: 201, headers: { location: `${call.base}/groups/${object.id}`, ...(uniqueName === undefined ? {} : { 'preference-applied': 'create-if-missing' }) },
    body: { '@odata.context': `${call.base}/$metadata#groups/$entity`, ...render(directory.primary(object), readShape('group', new Map(), false), directory, false) },
  };
}

/** Members and owners of a new group: all or nothing, and only what the caller may read (Graph documentation, create group: permissions). */
function checkReferences(call: GraphCall, draft: DirectoryObject, members: readonly string[], owners: readonly string[]): void {
  if (members.length > 0) guardDynamic(draft, 'members');
  for (const [relation, ids] of [['members', members], ['owners', owners]] as const) {
    onlyOnce(draft, ids);
    for (const id of ids) {
      const object = referenced(call, id);
      if (!holds(call, READ_OF[object.kind])) throw denied();
      checkKind(draft, relation, object);
    }
  }
}

/** An alternate key is taken, also by a group in the recycle bin or one that this reader does not see yet. */
function sameKey(): GraphRefusal {
  const message = 'Another object with the same value for property uniqueName already exists.';
  return new GraphRefusal(400, 'Request_MultipleObjectsWithSameKeyValue', message, { details: [{ code: 'ObjectConflict', message, target: 'uniqueName' }] });
}
