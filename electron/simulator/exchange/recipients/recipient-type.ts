import type { Directory, View } from '../../directory/directory.ts';
import { isSynced, isUnified, textOf, textsOf } from '../../directory/objects.ts';
import { hasMailboxPlan } from '../../identity/licences.ts';
import { licencesOf } from '../../sync/shadow.ts';
import { facetOf, type RecipientTypeDetails } from './facet.ts';

/** RecipientTypeDetails of mailboxes. */
export const MAILBOX_TYPES: ReadonlySet<string> = new Set(['UserMailbox', 'SharedMailbox', 'RoomMailbox', 'EquipmentMailbox']);
/** RecipientTypeDetails of mail users. */
export const MAIL_USER_TYPES: ReadonlySet<string> = new Set(['MailUser', 'GuestMailUser']);

/**
 * What an object is to Exchange: what the facet says, else what follows from the directory (a contact with an address is a mail
 * contact, a licensed user has a mailbox, a synchronised user with an address is a mail user).
 * @returns `User`, `Group` or `Contact` for an object that is no recipient.
 */
export function recipientTypeOf(view: View, directory: Directory): RecipientTypeDetails | 'User' | 'Group' | 'Contact' {
  const own = facetOf(view).recipientTypeDetails;
  if (own !== undefined) return own;
  const hasAddress = textsOf(view, 'proxyAddresses').some((a) => /^smtp:/i.test(a));
  switch (view.object.kind) {
    case 'contact': return hasAddress || textOf(view, 'mail') !== undefined ? 'MailContact' : 'Contact';
    case 'group':
      if (isUnified({ ...view.object, properties: view.properties })) return 'GroupMailbox';
      if (view.properties['mailEnabled'] !== true) return 'Group';
      return view.properties['securityEnabled'] === true ? 'MailUniversalSecurityGroup' : 'MailUniversalDistributionGroup';
    case 'user': {
      if (hasMailboxPlan(licencesOf(view), directory.skus)) return 'UserMailbox';
      const hasMail = hasAddress || textOf(view, 'mail') !== undefined;
      if (view.properties['userType'] === 'Guest' && hasMail) return 'GuestMailUser';
      return hasMail && isSynced({ ...view.object, properties: view.properties }) ? 'MailUser' : 'User';
    }
  }
}

/** True for what Get-Recipient shows. */
export function isRecipient(view: View, directory: Directory): boolean { return !['User', 'Group', 'Contact'].includes(recipientTypeOf(view, directory)); }

/** RecipientType, the coarse kind, of a RecipientTypeDetails (cmdlet reference, Get-Recipient). */
export function coarseType(details: string): string {
  if (MAILBOX_TYPES.has(details)) return 'UserMailbox';
  if (MAIL_USER_TYPES.has(details)) return 'MailUser';
  if (details === 'GroupMailbox' || details === 'RoomList') return 'MailUniversalDistributionGroup';
  return details;
}

/** True for a user, shared, room or equipment mailbox. */
export function isMailbox(view: View, directory: Directory): boolean { return MAILBOX_TYPES.has(recipientTypeOf(view, directory)); }
/** True for a mail user, also a guest's. */
export function isMailUser(view: View, directory: Directory): boolean { return MAIL_USER_TYPES.has(recipientTypeOf(view, directory)); }
