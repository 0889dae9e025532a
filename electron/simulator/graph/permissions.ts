import { isUnified, type DirectoryKind, type DirectoryObject } from '../directory/objects.ts';
import type { GraphCall } from './call.ts';
import { denied } from './refusal.ts';

const DIRECTORY_READ = ['Directory.Read.All', 'Directory.ReadWrite.All'];

/** Permissions of which one suffices, by operation, application and delegated alike (Graph documentation, "Permissions" table of each API topic). */
const PERMISSIONS = {
  readUsers: ['User.Read.All', 'User.ReadWrite.All', ...DIRECTORY_READ],
  writeUsers: ['User.ReadWrite.All', 'Directory.ReadWrite.All'],
  assignLicenses: ['LicenseAssignment.ReadWrite.All', 'User.ReadWrite.All', 'Directory.ReadWrite.All'],
  assignGroupLicenses: ['LicenseAssignment.ReadWrite.All', 'Group.ReadWrite.All', 'Directory.ReadWrite.All'],
  deleteUsers: ['User.ReadWrite.All', 'User.DeleteRestore.All'],
  restoreUsers: ['User.DeleteRestore.All'],
  readGroups: ['Group.Read.All', 'Group.ReadWrite.All', 'GroupMember.Read.All', 'GroupMember.ReadWrite.All', ...DIRECTORY_READ],
  createGroups: ['Group.Create', 'Group.ReadWrite.All', 'Directory.ReadWrite.All'],
  writeGroups: ['Group.ReadWrite.All', 'Directory.ReadWrite.All'],
  deleteGroups: ['Group.ReadWrite.All'],
  restoreGroups: ['Group.ReadWrite.All'],
  writeMembers: ['GroupMember.ReadWrite.All', 'Group.ReadWrite.All', 'Directory.ReadWrite.All'],
  writeOwners: ['Group.ReadWrite.All', 'Directory.ReadWrite.All'],
  writeRoleGroups: ['RoleManagement.ReadWrite.Directory'],
  readContacts: ['OrgContact.Read.All', ...DIRECTORY_READ],
  retryProvisioning: ['Directory.ReadWrite.All'],
  readSyncBehaviorOfUsers: ['User-OnPremisesSyncBehavior.ReadWrite.All'],
  writeSyncBehaviorOfUsers: ['User-OnPremisesSyncBehavior.ReadWrite.All'],
  readSyncBehaviorOfGroups: ['Group-OnPremisesSyncBehavior.ReadWrite.All'],
  writeSyncBehaviorOfGroups: ['Group-OnPremisesSyncBehavior.ReadWrite.All'],
  readSyncBehaviorOfContacts: ['Contacts-OnPremisesSyncBehavior.ReadWrite.All'],
  writeSyncBehaviorOfContacts: ['Contacts-OnPremisesSyncBehavior.ReadWrite.All'],
  readObjects: DIRECTORY_READ,
  readOrganization: ['Organization.Read.All', 'Organization.ReadWrite.All', ...DIRECTORY_READ, 'User.Read'],
  readDomains: ['Domain.Read.All', 'Domain.ReadWrite.All', ...DIRECTORY_READ],
  readSkus: ['Organization.Read.All', 'Organization.ReadWrite.All', 'LicenseAssignment.Read.All', 'LicenseAssignment.ReadWrite.All', ...DIRECTORY_READ],
  readLicences: ['LicenseAssignment.Read.All', 'LicenseAssignment.ReadWrite.All', 'User.Read.All', 'User.ReadWrite.All', ...DIRECTORY_READ],
  readRoles: ['RoleManagement.Read.Directory', 'RoleManagement.ReadWrite.Directory', ...DIRECTORY_READ],
} as const satisfies Record<string, readonly string[]>;
export type Operation = keyof typeof PERMISSIONS;

/** True when the caller holds a permission of the operation; says nothing of directory roles. */
export function holds(call: GraphCall, operation: Operation): boolean {
  return PERMISSIONS[operation].some((p) => call.caller.permissions.has(p));
}

/**
 * Lets a call pass that holds a permission of the operation. A delegated write also needs a signed-in user with a directory role.
 * @throws GraphRefusal 403 Authorization_RequestDenied.
 */
export function need(call: GraphCall, operation: Operation): void {
  if (!holds(call, operation)) throw denied();
  needRole(call, operation);
}

function needRole({ caller }: GraphCall, operation: Operation): void {
  if (caller.userId !== null && !caller.isAdministrator && !operation.startsWith('read')) throw denied();
}

/** Which read an application needs to see an object of a kind (Graph documentation, "Limited information returned for inaccessible member objects"). */
export const READ_OF: Readonly<Record<DirectoryKind, Operation>> = { user: 'readUsers', group: 'readGroups', contact: 'readContacts' };

/** Single properties of a user for which a narrower permission suffices (Graph documentation, update user: "Permissions for specific scenarios"). */
const NARROW: Readonly<Record<string, string>> = {
  accountEnabled: 'User.EnableDisableAccount.All', passwordProfile: 'User-PasswordProfile.ReadWrite.All', otherMails: 'User-Mail.ReadWrite.All',
  businessPhones: 'User-Phone.ReadWrite.All', mobilePhone: 'User-Phone.ReadWrite.All',
};

/**
 * Permissions of an update of a user: the general ones, or the narrow ones of all properties that change. A new password needs its
 * own permission in any case; the general ones do not contain it.
 * @throws GraphRefusal 403.
 */
export function needUserUpdate(call: GraphCall, names: readonly string[]): void {
  const { permissions, userId } = call.caller;
  needRole(call, 'writeUsers');
  const narrow = (name: string): boolean => permissions.has(NARROW[name] ?? '') && holds(call, 'readUsers');
  if (!holds(call, 'writeUsers') && (names.length === 0 || !names.every(narrow))) throw denied();
  const maySetPassword = narrow('passwordProfile') || (userId !== null && permissions.has('Directory.AccessAsUser.All'));
  if (names.includes('passwordProfile') && !maySetPassword) throw denied();
}

/** Properties whose change on an administrator needs a higher role than the permission (Graph documentation, "Who can perform sensitive actions"). */
const SENSITIVE = ['accountEnabled', 'businessPhones', 'mobilePhone', 'onPremisesImmutableId', 'otherMails', 'passwordProfile', 'userPrincipalName'];

/** Members and owners of a group that can hold roles, and role holders, are protected like administrators. */
function isProtected({ directory }: GraphCall, userId: string): boolean {
  if (directory.roles.some((r) => r.memberIds.has(userId))) return true;
  return [...directory.roleGroups].some((group) => group.members?.has(userId) === true || group.owners?.has(userId) === true);
}

/**
 * Refuses a sensitive change, deletion or restoration of an administrator: to an application on its own always, to a signed-in
 * administrator unless the application acts as that person altogether (Directory.AccessAsUser.All).
 * @param names changed properties, or 'all' for a deletion.
 */
export function guardAdministrator(call: GraphCall, userId: string, names: readonly string[] | 'all'): void {
  if (names !== 'all' && !names.some((n) => SENSITIVE.includes(n))) return;
  if (call.caller.userId !== null && call.caller.permissions.has('Directory.AccessAsUser.All')) return;
  if (isProtected(call, userId)) throw denied();
}

/** True for a group whose members can get directory roles by it. */
export function isRoleGroup(group: DirectoryObject): boolean { return group.properties['isAssignableToRole'] === true; }

/** A group that can hold roles needs a permission of its own for every write (Graph documentation, group resource: isAssignableToRole). */
export function guardRoleGroup(call: GraphCall, group: DirectoryObject): void {
  if (isRoleGroup(group)) need(call, 'writeRoleGroups');
}

/** Settings of a group that live in Exchange are for signed-in people only (Graph documentation, update group; known issues, groups). */
export function mayWriteMailSettings(call: GraphCall, group: DirectoryObject): boolean { return call.caller.userId !== null && isUnified(group); }
