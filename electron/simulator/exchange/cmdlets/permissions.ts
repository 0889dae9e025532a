import type { Cmdlet } from '../cmdlet/cmdlet.ts';
import { ADD_MAILBOX_PERMISSION, addMailboxPermission, GET_EXO_MAILBOX_PERMISSION, GET_MAILBOX_PERMISSION, readMailboxPermissions, REMOVE_MAILBOX_PERMISSION, removeMailboxPermission } from '../permissions/mailbox-permissions.ts';
import { addRecipientPermission, GET_EXO_RECIPIENT_PERMISSION, GET_RECIPIENT_PERMISSION, readRecipientPermissions, RECIPIENT_PERMISSION, REMOVE_RECIPIENT_PERMISSION, removeRecipientPermission } from '../permissions/send-as.ts';

/** Permissions on mailboxes, and SendAs on recipients. */
export const PERMISSION_CMDLETS: readonly Cmdlet[] = [
  { name: 'Get-MailboxPermission', parameters: GET_MAILBOX_PERMISSION, defaultSet: 'AccessRights', read: readMailboxPermissions },
  { name: 'Get-EXOMailboxPermission', parameters: GET_EXO_MAILBOX_PERMISSION, read: readMailboxPermissions },
  { name: 'Add-MailboxPermission', parameters: ADD_MAILBOX_PERMISSION, defaultSet: 'AccessRights', write: addMailboxPermission },
  { name: 'Remove-MailboxPermission', parameters: REMOVE_MAILBOX_PERMISSION, defaultSet: 'AccessRights', write: removeMailboxPermission },
  { name: 'Get-RecipientPermission', parameters: GET_RECIPIENT_PERMISSION, read: readRecipientPermissions },
  { name: 'Get-EXORecipientPermission', parameters: GET_EXO_RECIPIENT_PERMISSION, read: readRecipientPermissions },
  { name: 'Add-RecipientPermission', parameters: RECIPIENT_PERMISSION, write: addRecipientPermission },
  { name: 'Remove-RecipientPermission', parameters: REMOVE_RECIPIENT_PERMISSION, write: removeRecipientPermission },
];
