/** Switching mailboxes to Microsoft 365: finding the mailbox of an object, sending mail on, and making mail-enabled users. Pure rules; nothing is written here. */
export { planConversion } from './convert.ts';
export { findMailbox, mailboxGuidOf, type FoundMailbox } from './find.ts';
export { planForward, type ForwardingChange } from './forward.ts';
export { leadsToCloud, standingOfMailbox, type SwitchChange, type TenantDomains } from './mailbox.ts';
