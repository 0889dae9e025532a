import type { Cmdlet } from '../cmdlet/cmdlet.ts';
import { isContact, SET_CONTACT, updateContact } from '../contacts/contact.ts';
import { createMailContact, isMailContact, NEW_MAIL_CONTACT, REMOVE_MAIL_CONTACT, removeMailContact, SET_MAIL_CONTACT, updateMailContact } from '../contacts/mail-contacts.ts';
import { contactRow, mailContactRow } from '../contacts/rows.ts';
import { listing, LISTING } from '../recipients/listing.ts';
import { checkTypes } from './recipients.ts';

/** Mail contacts and the contacts behind them. */
export const CONTACT_CMDLETS: readonly Cmdlet[] = [
  {
    name: 'Get-MailContact', defaultSet: 'Identity', parameters: { ...LISTING, RecipientTypeDetails: { type: 'texts' }, ModeratedBy: { type: 'text', offered: false } },
    read: (call) => { checkTypes(call, 'RecipientTypeDetails', ['MailContact', 'MailForestContact']); return listing(call, { kinds: ['contact'], accepts: isMailContact, row: (view) => mailContactRow(view, call.directory) }); },
  },
  { name: 'New-MailContact', parameters: NEW_MAIL_CONTACT, write: createMailContact },
  { name: 'Set-MailContact', parameters: SET_MAIL_CONTACT, write: updateMailContact },
  { name: 'Remove-MailContact', parameters: REMOVE_MAIL_CONTACT, write: removeMailContact },
  {
    name: 'Get-Contact', defaultSet: 'Identity', parameters: { ...LISTING, RecipientTypeDetails: { type: 'texts' } },
    read: (call) => { checkTypes(call, 'RecipientTypeDetails', ['Contact', 'MailContact', 'MailForestContact']); return listing(call, { kinds: ['contact'], accepts: isContact, row: (view) => contactRow(view, call.directory) }); },
  },
  { name: 'Set-Contact', parameters: SET_CONTACT, write: updateContact },
];
