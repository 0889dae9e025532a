import { addressKey } from '../../directory/objects.ts';
import { NO_ROWS, type CmdletCall, type ParameterRules, type Row } from '../cmdlet/cmdlet.ts';
import { badParameter, invalidValue } from '../refusal.ts';
import { checkAddresses } from '../recipients/address-rules.ts';
import { primaryOf } from '../../identity/mail-nickname.ts';
import { isSmtp, readAddress, type AddressList } from '../recipients/addresses.ts';
import { aliasFrom, checkAlias } from '../recipients/alias.ts';
import { COMMON_EDITS, commonEdits, committed, NOT_OFFERED, present, refuseSynced } from '../recipients/edit.ts';
import { facetOf } from '../recipients/facet.ts';
import type { Accepts } from '../recipients/identity.ts';
import { recipientTypeOf } from '../recipients/recipient-type.ts';
import { addressesOf, externalAddressOf } from '../recipients/rows.ts';
import { freeAlias, freeRecipientName, keptName } from '../recipients/unique.ts';
import { DELIVERY, deliveryEdits, lean, mailTip, MODERATION, senderEdits } from '../permissions/delivery.ts';
import { writeTarget } from '../permissions/target.ts';
import { FORMATS, formatEdits } from './formats.ts';
import { mailContactRow } from './rows.ts';

/** True for a contact with an address. */
export const isMailContact: Accepts = (view, directory) => recipientTypeOf(view, directory) === 'MailContact';

/** New-MailContact. */
export const NEW_MAIL_CONTACT: ParameterRules = {
  Name: { type: 'text', mandatory: true, max: 64 }, ExternalEmailAddress: { type: 'text', mandatory: true }, Alias: { type: 'text', max: 64 }, DisplayName: { type: 'text', max: 256 }, FirstName: { type: 'text', max: 64 }, LastName: { type: 'text', max: 64 }, Initials: { type: 'text', max: 6 },
  ...FORMATS, ...MODERATION, OrganizationalUnit: { type: 'text', offered: false },
};
/** Set-MailContact. */
export const SET_MAIL_CONTACT: ParameterRules = {
  ...COMMON_EDITS, ...NOT_OFFERED, ...DELIVERY, ...FORMATS, ExternalEmailAddress: { type: 'text' },
  ...Object.fromEntries(['MaxReceiveSize', 'MaxRecipientPerMessage', 'MaxSendSize', 'UseMapiRichTextFormat', 'RemovePicture', 'RemoveSpokenName', 'SecondaryAddress', 'SecondaryDialPlan', 'IgnoreDefaultScope'].map((name) => [name, { type: 'text', offered: false } as const])),
};
/** Remove-MailContact. */
export const REMOVE_MAIL_CONTACT: ParameterRules = { Identity: { type: 'text', mandatory: true } };

/** `SMTP:` and an address outside, of any domain. @throws ExchangeRefusal 400. */
function external(text: string): string {
  const address = readAddress(text);
  if (!isSmtp(address)) throw invalidValue(`The ExternalEmailAddress "${text}" of a mail contact must be an SMTP address.`);
  return `SMTP:${address.slice(5)}`;
}

/** New-MailContact: the external address is the primary and only one; no other recipient may hold it. */
export function createMailContact(call: CmdletCall): () => readonly Row[] {
  const { arguments: given, directory, clock } = call;
  const name = freeRecipientName(call, given.given('Name') ?? '', undefined);
  const alias = freeAlias(call, checkAlias(given.given('Alias') ?? aliasFrom(name)), undefined);
  const address = external(given.given('ExternalEmailAddress') ?? '');
  checkAddresses(directory, [address], [], undefined, address.slice(5));
  const facet = { ...formatEdits(call, {}), ...deliveryEdits(call, {}, true) };
  const properties = present({
    displayName: given.given('DisplayName') ?? name, givenName: given.given('FirstName'), surname: given.given('LastName'), mailNickname: alias, mail: address.slice(5), proxyAddresses: [address],
    createdDateTime: new Date(clock.now()).toISOString().replace(/\.\d+Z$/, 'Z'),
  });
  const exchange = present({ recipientTypeDetails: 'MailContact', name, externalEmailAddress: address, initials: given.given('Initials'), ...facet });
  return () => [mailContactRow(directory.primary(directory.create('contact', properties, { exchange }, 'exchange')), directory)];
}

/** Set-MailContact. */
export function updateMailContact(call: CmdletCall): () => readonly Row[] {
  const { arguments: given, directory } = call;
  const contact = writeTarget(call, isMailContact);
  refuseSynced(call, contact);
  const { object } = contact;
  const asked = given.text('ExternalEmailAddress');
  if (asked === null || asked === '') throw badParameter("Cannot bind argument to parameter 'ExternalEmailAddress' because it is null.");
  const before = externalAddressOf(directory.primary(object));
  const target = asked === undefined ? before : external(asked);
  const [name, alias] = [given.given('Name'), given.given('Alias')];
  if (name !== undefined) freeRecipientName(call, name, object.id);
  const common = commonEdits(call, contact, target?.slice(5));
  if (alias !== undefined) freeAlias(call, alias, object.id);
  const properties: Record<string, unknown> = { ...common.properties };
  if (asked !== undefined && target !== null && !('proxyAddresses' in properties)) {
    const held = addressesOf(directory.primary(object));
    const moved = withExternal(held, before, target);
    checkAddresses(directory, moved, held, object.id, target.slice(5));
    Object.assign(properties, { proxyAddresses: moved, mail: primaryOf(moved) });
  }
  const stored = facetOf(object);
  const tip = given.given('MailTip');
  return committed(call, contact, {
    properties,
    facet: { ...keptName(call, contact), ...lean(common.facet), ...formatEdits(call, stored), ...senderEdits(call, contact), ...(asked === undefined || target === null ? {} : { externalEmailAddress: target }), ...(tip ? { mailTip: mailTip(tip, contact) } : {}) },
  });
}

/** The old external address is not kept as a proxy address; the new one takes its place, primary or not (cmdlet reference, Set-MailContact, ExternalEmailAddress). */
function withExternal(addresses: AddressList, before: string | null, after: string): AddressList {
  const old = before === null ? undefined : addressKey(before);
  const wasPrimary = addresses.some((a) => a.startsWith('SMTP:') && (addressKey(a) === old || addressKey(a) === addressKey(after)));
  const rest = addresses.filter((a) => addressKey(a) !== old && addressKey(a) !== addressKey(after));
  return wasPrimary || primaryOf(rest) === undefined ? [after, ...rest] : [...rest, `smtp:${after.slice(5)}`];
}

/** Remove-MailContact: for good; contacts have no recycle bin. */
export function removeMailContact(call: CmdletCall): () => readonly Row[] {
  const contact = writeTarget(call, isMailContact);
  refuseSynced(call, contact);
  return () => { call.directory.purge(contact.object, 'exchange'); return NO_ROWS; };
}
