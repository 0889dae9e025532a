import type { Accepts } from '../recipients/identity.ts';
import { isMailbox, isMailUser, recipientTypeOf } from '../recipients/recipient-type.ts';

/** What the cmdlets for distribution groups work on; Microsoft 365 and dynamic groups are not among them. */
export const DISTRIBUTION_TYPES = ['MailUniversalDistributionGroup', 'MailUniversalSecurityGroup', 'RoomList'] as const;

/** True for a distribution group, mail-enabled security group or room list. */
export const isDistributionGroup: Accepts = (view, directory) => view.object.kind === 'group' && (DISTRIBUTION_TYPES as readonly string[]).includes(recipientTypeOf(view, directory));
/** True for a mail-enabled security group. */
export const isSecurityGroup: Accepts = (view, directory) => recipientTypeOf(view, directory) === 'MailUniversalSecurityGroup';
/** True for a list of room mailboxes. */
export const isRoomList: Accepts = (view, directory) => recipientTypeOf(view, directory) === 'RoomList';
/** True for a Microsoft 365 group. */
export const isMicrosoft365Group: Accepts = (view, directory) => view.object.kind === 'group' && recipientTypeOf(view, directory) === 'GroupMailbox';
/** True for a dynamic distribution group, which only a seed can hold. */
export const isDynamicGroup: Accepts = (view) => view.object.kind === 'group' && view.exchange?.['recipientTypeDetails'] === 'DynamicDistributionGroup';

/**
 * Kinds of recipients that can be members (cmdlet reference, Add-DistributionGroupMember, Member): no Microsoft 365 groups, no
 * accounts without mail.
 */
export const mayBeMember: Accepts = (view, directory) => isMailbox(view, directory) || isMailUser(view, directory) || recipientTypeOf(view, directory) === 'MailContact' || isDistributionGroup(view, directory);
