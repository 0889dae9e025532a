/**
 * Which way mail of a mailbox goes. `to the cloud`: the on-premises side sends it on to the mailbox in Microsoft 365; `back`: it stays with the mailbox on
 * premises, as before the switch; `none`: nothing is sent on by either side.
 */
export const SWITCH_DIRECTIONS = ['to the cloud', 'back', 'none'] as const;
export type SwitchDirection = (typeof SWITCH_DIRECTIONS)[number];

/**
 * What msExchMailboxGuid of a converted mailbox becomes. `cloud`: the GUID of the mailbox in Microsoft 365, so that it can be moved back one day; `on premises`:
 * it stays what it was (Exchange Online documentation, "Convert Exchange 2007 mailboxes to mail-enabled users" and the same for Exchange 2003).
 */
export const CONVERSION_GUIDS = ['cloud', 'on premises'] as const;
export type ConversionGuid = (typeof CONVERSION_GUIDS)[number];

/**
 * Attributes of a mailbox on premises that a mail-enabled user does not have. What Disable-Mailbox clears is published nowhere: this list is ours, after the
 * Exchange schema, and each of them can be kept.
 */
export const MAILBOX_ONLY_ATTRIBUTES = ['homeMDB', 'homeMTA', 'msExchHomeServerName', 'mDBUseDefaults', 'msExchMailboxSecurityDescriptor'] as const;
export type MailboxOnlyAttribute = (typeof MAILBOX_ONLY_ATTRIBUTES)[number];

/**
 * Who says that the contents of a mailbox are in Microsoft 365. `as batches tell`: the rows of mailbox batches; `moved otherwise`: the person who starts it, because
 * another tool has copied them.
 */
export const CONTENTS_SOURCES = ['as batches tell', 'moved otherwise'] as const;
export type ContentsSource = (typeof CONTENTS_SOURCES)[number];

/** Days that Exchange keeps a disconnected mailbox unless its database says otherwise (Exchange documentation, "Disconnected mailboxes": 30 days by default). */
export const DISCONNECTED_DAYS = 30;
