/** Cmdlets of Exchange Online (cmdlet reference) that the simulator answers with an honest 501. */
export const KNOWN_ELSEWHERE: ReadonlySet<string> = new Set([
  'Set-MigrationUser', 'Get-MigrationStatistics', 'Get-MigrationConfig', 'Set-MigrationConfig',
  ...['Get', 'New', 'Set', 'Remove', 'Suspend', 'Resume'].map((verb) => `${verb}-MoveRequest`), 'Get-MoveRequestStatistics',
  ...['New', 'Get', 'Set', 'Remove'].map((verb) => `${verb}-OrganizationRelationship`), ...['Set', 'Enable', 'Disable'].map((verb) => `${verb}-InboundConnector`),
  ...['Set', 'Enable', 'Disable'].map((verb) => `${verb}-OutboundConnector`), ...['New', 'Get', 'Set', 'Remove', 'Enable', 'Disable'].map((verb) => `${verb}-TransportRule`),
  ...['New', 'Set', 'Remove'].map((verb) => `${verb}-DynamicDistributionGroup`), 'Get-DynamicDistributionGroupMember', ...['New', 'Remove'].map((verb) => `${verb}-UnifiedGroup`),
  ...['Get', 'Add', 'Remove'].map((verb) => `${verb}-UnifiedGroupLinks`), ...['Get', 'Set'].map((verb) => `${verb}-CASMailbox`), 'Get-EXOCASMailbox', 'Get-MailboxStatistics', 'Get-EXOMailboxStatistics',
  'Get-MailboxFolderStatistics', 'Get-EXOMailboxFolderStatistics', 'Get-MailboxFolder', ...['Get', 'Add', 'Set', 'Remove'].map((verb) => `${verb}-MailboxFolderPermission`), 'Get-EXOMailboxFolderPermission',
  'Get-CalendarProcessing', 'Set-CalendarProcessing', 'Get-MailboxPlan', 'Set-MailboxPlan', 'Get-Place', 'Set-Place', 'Get-InboxRule', 'New-InboxRule', 'Remove-InboxRule',
  'Get-MailboxAutoReplyConfiguration', 'Set-MailboxAutoReplyConfiguration', 'Get-MailboxRegionalConfiguration', 'Set-MailboxRegionalConfiguration', 'Get-MailboxJunkEmailConfiguration', 'Set-MailboxJunkEmailConfiguration',
  'Get-EmailAddressPolicy', 'New-EmailAddressPolicy', 'Get-RemoteDomain', 'Set-RemoteDomain', 'Set-AcceptedDomain', 'Set-OrganizationConfig', 'Get-RetentionPolicy', 'Get-ManagementRole', 'Get-ManagementRoleAssignment',
  'New-ManagementRoleAssignment', 'Get-RoleGroup', 'Get-RoleGroupMember', 'Get-MessageTrace', 'Get-MessageTraceV2', 'Search-UnifiedAuditLog', 'Undo-SoftDeletedMailbox', 'Disable-Mailbox', 'Get-SecurityPrincipal',
  'Enable-MailUser', 'Disable-MailUser', 'New-MailboxRestoreRequest', 'Get-MailboxRestoreRequest', 'Get-MobileDeviceStatistics', 'Get-EXOMobileDeviceStatistics', 'Get-AdminAuditLogConfig',
].map((name) => name.toLowerCase()));
