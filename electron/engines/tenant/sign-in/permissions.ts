import type { SignInMethod } from '../../../../shared/domain/settings.ts';

/** One permission that the app registration needs, told so that an administrator can decide about it. */
export interface Permission {
  /** Name as shown under "API permissions". */
  readonly permission: string;
  readonly api: 'Microsoft Graph' | 'Office 365 Exchange Online';
  /** Delegated: device code and interactive sign-in. Application: client secret and certificate. */
  readonly type: 'delegated' | 'application';
  readonly kind: 'read' | 'write';
  /** Why it is asked for. */
  readonly reason: string;
  /** What stops working without it. */
  readonly usedFor: string;
}

const both = (permission: string, kind: Permission['kind'], reason: string, usedFor: string): readonly Permission[] =>
  (['delegated', 'application'] as const).map((type) => ({ permission, api: 'Microsoft Graph', type, kind, reason, usedFor }));

/**
 * Every permission, least first. Source: permission tables of the Graph topics that the tenant engine calls (list users, list
 * groups, list members, list orgContacts, get organization, list domains, list subscribedSkus, list directoryRoles, create and
 * update user, create and update group, add members, delete, restore and permanently delete items), and the Exchange Online
 * topic "App-only authentication for unattended scripts". With an application permission the service lets nobody change
 * users that hold a privileged directory role.
 */
export const PERMISSIONS: readonly Permission[] = [
  ...both('User.Read.All', 'read', 'Reads users with their manager and the deleted ones.', 'Discover, Match, Plan'),
  ...both('Group.Read.All', 'read', 'Reads groups, their members and the deleted ones.', 'Discover, Match, Plan'),
  ...both('OrgContact.Read.All', 'read', 'Reads mail contacts, also as members and managers.', 'Discover, Match'),
  ...both('Organization.Read.All', 'read', 'Reads the tenant\'s name, whether another directory is synchronised into it, and its licences.', 'Checks, licences'),
  ...both('Domain.Read.All', 'read', 'Reads which domains are verified and which are federated.', 'Checks of user principal names'),
  ...both('RoleManagement.Read.Directory', 'read', 'Reads who holds an administrator role, so that no match overwrites an administrator.', 'Risk flags of matches'),
  ...both('User.ReadWrite.All', 'write', 'Creates and changes users and sets their manager.', 'Migrate, Synchronise, Roll back'),
  ...both('User.DeleteRestore.All', 'write', 'Deletes users and takes them back from the recycle bin.', 'Roll back, restore instead of create'),
  ...both('Group.ReadWrite.All', 'write', 'Creates, changes and deletes groups and their members.', 'Migrate, Synchronise, Roll back'),
  ...both('Mail.Send', 'write', 'Sends notifications from the chosen mailbox; restrict the application to that mailbox (Exchange Online, role based access control for applications).', 'Notifications by Microsoft Graph; not needed with SMTP'),
  { permission: 'Exchange.Manage', api: 'Office 365 Exchange Online', type: 'delegated', kind: 'write', reason: 'Runs Exchange Online cmdlets as the person signed in.', usedFor: 'Contacts, distribution and mail-enabled security groups, permissions on mailboxes, staged batches' },
  { permission: 'Exchange.ManageAsApp', api: 'Office 365 Exchange Online', type: 'application', kind: 'write', reason: 'Runs Exchange Online cmdlets as the application, which also needs the role Exchange Recipient Administrator, or Exchange Administrator to change groups that others own.', usedFor: 'Contacts, distribution and mail-enabled security groups, permissions on mailboxes, staged batches' },
];

/** True for the methods that sign a person in, false for those of the application itself. */
export function isDelegated(method: SignInMethod): boolean {
  return method === 'device code' || method === 'interactive';
}

/**
 * Permissions to ask an administrator for.
 * @param wanted `readOnly`: nothing that can write. `type`: only these; both when absent.
 */
export function permissionsFor(wanted: { readonly readOnly: boolean; readonly type?: Permission['type'] }): readonly Permission[] {
  return PERMISSIONS.filter((one) => (!wanted.readOnly || one.kind === 'read') && (wanted.type === undefined || one.type === wanted.type));
}
