import type { GraphCall } from './call.ts';
import { denied } from './refusal.ts';

const DIRECTORY_READ = ['Directory.Read.All', 'Directory.ReadWrite.All'];

/** Permissions of which one suffices, by operation (Graph documentation, "Permissions" table of each API topic). */
const PERMISSIONS = {
  readUsers: ['User.Read.All', 'User.ReadWrite.All', ...DIRECTORY_READ],
  writeUsers: ['User.ReadWrite.All', 'Directory.ReadWrite.All'],
  assignLicenses: ['LicenseAssignment.ReadWrite.All', 'User.ReadWrite.All', 'Directory.ReadWrite.All'],
  deleteUsers: ['User.ReadWrite.All', 'User.DeleteRestore.All'],
  restoreUsers: ['User.DeleteRestore.All'],
  readGroups: ['Group.Read.All', 'Group.ReadWrite.All', 'GroupMember.Read.All', 'GroupMember.ReadWrite.All', ...DIRECTORY_READ],
  writeGroups: ['Group.ReadWrite.All', 'Directory.ReadWrite.All'],
  deleteGroups: ['Group.ReadWrite.All'],
  writeMembers: ['GroupMember.ReadWrite.All', 'Group.ReadWrite.All', 'Directory.ReadWrite.All'],
  readContacts: ['OrgContact.Read.All', ...DIRECTORY_READ],
  readObjects: DIRECTORY_READ,
  readOrganization: ['Organization.Read.All', 'Organization.ReadWrite.All', ...DIRECTORY_READ, 'User.Read'],
  readDomains: ['Domain.Read.All', 'Domain.ReadWrite.All', ...DIRECTORY_READ],
  readSkus: ['Organization.Read.All', 'Organization.ReadWrite.All', 'LicenseAssignment.Read.All', ...DIRECTORY_READ],
  readRoles: ['RoleManagement.Read.Directory', 'RoleManagement.ReadWrite.Directory', ...DIRECTORY_READ],
} as const satisfies Record<string, readonly string[]>;
export type Operation = keyof typeof PERMISSIONS;

/**
 * Lets a call pass that holds a permission of the operation. A delegated write also needs a signed-in user with a directory role.
 * @throws GraphRefusal 403 Authorization_RequestDenied.
 */
export function need(call: GraphCall, operation: Operation): void {
  const { caller } = call;
  if (!PERMISSIONS[operation].some((p) => caller.permissions.has(p))) throw denied();
  if (caller.userId !== null && !caller.isAdministrator && !operation.startsWith('read')) throw denied();
}

/** Properties whose change on an administrator needs a higher role than the permission (Graph documentation, user update: sensitive actions). */
const SENSITIVE = ['accountEnabled', 'businessPhones', 'mobilePhone', 'onPremisesImmutableId', 'otherMails', 'passwordProfile', 'userPrincipalName'];

/**
 * Refuses a sensitive change, deletion or restoration of a role holder by an application on its own.
 * @param names changed properties, or 'all' for a deletion.
 */
export function guardAdministrator(call: GraphCall, userId: string, names: readonly string[] | 'all'): void {
  if (call.caller.userId !== null || !call.directory.roles.some((r) => r.memberIds.has(userId))) return;
  if (names === 'all' || names.some((n) => SENSITIVE.includes(n))) throw denied();
}
