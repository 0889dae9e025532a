import type { ResourceName } from './apps.ts';

/** Kinds of permission (Microsoft identity platform documentation, "Types of permissions"). */
export type PermissionKind = 'application' | 'delegated';

/** Directory permissions of Graph that exist in both kinds (Graph permissions reference). */
const BOTH = [
  'User.Read.All', 'User.ReadWrite.All', 'User.DeleteRestore.All', 'User.EnableDisableAccount.All', 'User.ManageIdentities.All', 'User.Export.All', 'User.Invite.All', 'User.RevokeSessions.All',
  'User-PasswordProfile.ReadWrite.All', 'User-Mail.ReadWrite.All', 'User-Phone.ReadWrite.All', 'User-LifeCycleInfo.ReadWrite.All',
  'Group.Read.All', 'Group.ReadWrite.All', 'GroupMember.Read.All', 'GroupMember.ReadWrite.All', 'OrgContact.Read.All',
  'Organization.Read.All', 'Organization.ReadWrite.All', 'Domain.Read.All', 'Domain.ReadWrite.All', 'Directory.Read.All', 'Directory.ReadWrite.All',
  'RoleManagement.Read.Directory', 'RoleManagement.ReadWrite.Directory', 'RoleManagement.Read.All', 'LicenseAssignment.Read.All', 'LicenseAssignment.ReadWrite.All',
  'AuditLog.Read.All', 'Application.Read.All', 'Application.ReadWrite.All', 'AdministrativeUnit.Read.All', 'AdministrativeUnit.ReadWrite.All', 'Device.Read.All',
  'OnPremDirectorySynchronization.Read.All', 'OnPremDirectorySynchronization.ReadWrite.All', 'User-OnPremisesSyncBehavior.ReadWrite.All', 'Group-OnPremisesSyncBehavior.ReadWrite.All', 'Contacts-OnPremisesSyncBehavior.ReadWrite.All',
  'Mail.Read', 'Mail.ReadWrite', 'Mail.Send', 'Calendars.Read', 'Calendars.ReadWrite', 'Contacts.Read', 'Contacts.ReadWrite', 'MailboxSettings.Read', 'MailboxSettings.ReadWrite',
  'Files.Read.All', 'Sites.Read.All', 'Policy.Read.All', 'Reports.Read.All',
];
const NAMES: Readonly<Record<ResourceName, Readonly<Record<PermissionKind, readonly string[]>>>> = {
  graph: {
    application: [...BOTH, 'Group.Create', 'Application.ReadWrite.OwnedBy'],
    delegated: [...BOTH, 'User.Read', 'User.ReadWrite', 'User.ReadBasic.All', 'People.Read', 'Directory.AccessAsUser.All', 'Files.Read'],
  },
  // Office 365 Exchange Online.
  exchange: { application: ['Exchange.ManageAsApp', 'full_access_as_app', 'Mail.Read', 'Mail.ReadWrite', 'Mail.Send'], delegated: ['Exchange.Manage', 'EWS.AccessAsUser.All', 'Mail.Read', 'Mail.Send'] },
};

/** The permission as its resource spells it; undefined when the resource has none of that name and kind. Case does not count. */
export function spelled(resource: ResourceName, kind: PermissionKind, name: string): string | undefined {
  const lower = name.toLowerCase();
  return NAMES[resource][kind].find((known) => known.toLowerCase() === lower);
}

/**
 * True for a delegated permission that a person without a role may grant. Everything else needs an administrator: the tenant
 * follows the stricter of the documented settings (Entra documentation, "user consent settings": low impact only).
 */
export function isUserConsentable(resource: ResourceName, name: string): boolean {
  return resource === 'graph' && name === 'User.Read';
}
