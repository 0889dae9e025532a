import { isExchangeGroup, isSynced, isUnified, ODATA_TYPE, textsOf, type DirectoryObject } from '../../directory/objects.ts';
import { badRequest, denied, exchangeGroup, invalidValue, syncedObject } from '../refusal.ts';
import { isRoleGroup } from '../permissions.ts';

/** References of a group. */
export type GroupRelation = 'members' | 'owners';

/** @throws GraphRefusal for a group that Graph cannot write: mastered by a directory synchronisation, or by Exchange. */
export function writable(group: DirectoryObject): void {
  if (isSynced(group)) throw syncedObject();
  if (isExchangeGroup(group)) throw exchangeGroup();
}

/** True for a group whose members a rule decides. */
export function isDynamic(group: DirectoryObject): boolean { return textsOf(group, 'groupTypes').includes('DynamicMembership'); }

/** Members of a dynamic group are not written by anybody (403 as reported by third parties). */
export function guardDynamic(group: DirectoryObject, relation: GroupRelation): void {
  if (relation === 'members' && isDynamic(group)) throw denied();
}

/** Kinds that fit (Graph documentation, add members: "supported member types"; group resource: isAssignableToRole). */
export function checkKind(group: DirectoryObject, relation: GroupRelation, object: DirectoryObject): void {
  if (object.id === group.id) throw badRequest('A group cannot be a member of itself.');
  const fits = relation === 'owners' || isUnified(group) ? object.kind === 'user'
    : object.kind !== 'group' || (!isUnified(object) && !isExchangeGroup(object) && !isRoleGroup(group));
  if (!fits) throw badRequest(`Invalid object type '${ODATA_TYPE[object.kind].slice(17)}' for the property '${relation}' of this group.`);
}

const FORMS: Readonly<Record<string, RegExp>> = {
  visibility: /^(Public|Private|HiddenMembership)$/, theme: /^(Teal|Purple|Green|Blue|Pink|Orange|Red)$/, membershipRuleProcessingState: /^(On|Paused)$/, preferredLanguage: /^[a-z]{2,3}(-[a-z0-9]{2,8})*$/i,
};

/** Texts of a given form (Graph documentation, group resource, "Properties"). @throws GraphRefusal 400 naming the property. */
export function checkForms(values: Readonly<Record<string, unknown>>): void {
  for (const [name, form] of Object.entries(FORMS)) if (typeof values[name] === 'string' && !form.test(values[name])) throw invalidValue(name, 'Group');
}

/**
 * What makes a new group of one kind or another (Graph documentation, create group: "groupTypes options"; group resource).
 * @param values of the body, checked against the property table.
 * @returns true for a Microsoft 365 group.
 */
export function checkKindOfNewGroup(values: Readonly<Record<string, unknown>>): boolean {
  const types = textsOf({ properties: values }, 'groupTypes');
  const unified = types.includes('Unified');
  const dynamic = types.includes('DynamicMembership');
  if (types.some((t) => t !== 'Unified' && t !== 'DynamicMembership')) throw badRequest("Invalid value specified for property 'groupTypes' of resource 'Group'.");
  if (dynamic !== (typeof values['membershipRule'] === 'string')) throw badRequest("A value is required for property 'membershipRule'.");
  if (unified ? values['mailEnabled'] !== true : values['mailEnabled'] === true || values['securityEnabled'] !== true) {
    throw badRequest('The service does not currently support writes of mail-enabled groups. Please ensure that the mail-enablement property is unset and the security-enablement property is set.');
  }
  checkForms(values);
  if (values['visibility'] === 'HiddenMembership' && !unified) throw invalidValue('visibility', 'Group');
  if (values['isAssignableToRole'] === true) {
    if (values['securityEnabled'] !== true) throw invalidValue('securityEnabled', 'Group');
    if (dynamic) throw invalidValue('groupTypes', 'Group');
    if (typeof values['visibility'] === 'string' && values['visibility'] !== 'Private') throw invalidValue('visibility', 'Group');
  }
  return unified;
}
