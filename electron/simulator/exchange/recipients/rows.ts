import type { Directory, View } from '../../directory/directory.ts';
import { isSynced, textOf, textsOf } from '../../directory/objects.ts';
import type { Row } from '../cmdlet/cmdlet.ts';
import { contactPersonRow } from '../contacts/person.ts';
import { primaryOf } from '../../identity/mail-nickname.ts';
import { customAttributeOf, distinguishedNameOf, facetOf, guidOf, legacyDnOf, nameOf, NO_GUID } from './facet.ts';
import { referenceName } from './identity.ts';
import { deliveryRow } from '../permissions/delivery-row.ts';
import { newMailboxGuid } from './provision.ts';
import { coarseType, MAILBOX_TYPES, recipientTypeOf } from './recipient-type.ts';

/** Names of the fifteen custom attributes. */
export const CUSTOM_ATTRIBUTES: readonly string[] = Array.from({ length: 15 }, (_, i) => `CustomAttribute${i + 1}`);

/** Exchange's addresses of an object: its proxy addresses, else its mail alone. */
export function addressesOf(view: View): readonly string[] {
  const list = textsOf(view, 'proxyAddresses');
  const mail = textOf(view, 'mail');
  return list.length > 0 ? list : mail === undefined ? [] : [`SMTP:${mail}`];
}

/** When the object changed last as Exchange dates it, whoever wrote it; its creation when nothing was written since. ISO 8601, UTC. */
export function whenChangedOf(view: View): string | null {
  const times = [facetOf(view).whenChanged, view.changedAt === null ? undefined : new Date(view.changedAt).toISOString(), textOf(view, 'createdDateTime')].flatMap((text) => text ?? []);
  return times.length === 0 ? null : new Date(Math.max(...times.map((text) => Date.parse(text)))).toISOString();
}

/** Lower-case names of {@link lightRow}. */
export const LIGHT: ReadonlySet<string> = new Set(['alias', 'displayname', 'emailaddresses', 'primarysmtpaddress', 'windowsemailaddress', 'whenchangedutc']);

/** The few properties that most filters look at: made of every object of a tenant without building whole rows. */
export function lightRow(view: View): Row {
  const EmailAddresses = addressesOf(view);
  const primary = primaryOf(EmailAddresses) ?? '';
  return { Alias: textOf(view, 'mailNickname') ?? '', DisplayName: textOf(view, 'displayName') ?? '', EmailAddresses, PrimarySmtpAddress: primary, WindowsEmailAddress: primary, WhenChangedUTC: whenChangedOf(view) };
}

/** Properties that every recipient has (cmdlet reference, Get-Recipient, Get-Mailbox; names as the cmdlets give them). */
export function commonRow(view: View, directory: Directory): Row {
  const details = recipientTypeOf(view, directory);
  const facet = facetOf(view);
  const emailAddresses = addressesOf(view);
  const primary = primaryOf(emailAddresses) ?? '';
  const name = nameOf(view);
  return {
    Identity: name, Id: name, Name: name, DisplayName: textOf(view, 'displayName') ?? '', Alias: textOf(view, 'mailNickname') ?? '', Guid: guidOf(view.object.id),
    ExternalDirectoryObjectId: view.object.id, DistinguishedName: distinguishedNameOf(view, directory), LegacyExchangeDN: legacyDnOf(view), OrganizationId: directory.initialDomain,
    PrimarySmtpAddress: primary, WindowsEmailAddress: primary, EmailAddresses: emailAddresses, EmailAddressPolicyEnabled: facet.emailAddressPolicyEnabled ?? false,
    RecipientType: coarseType(details), RecipientTypeDetails: details, HiddenFromAddressListsEnabled: facet.hiddenFromAddressListsEnabled ?? false,
    IsDirSynced: isSynced({ ...view.object, properties: view.properties }), ...Object.fromEntries(CUSTOM_ATTRIBUTES.map((n, i) => [n, customAttributeOf(view, i + 1)])),
    GrantSendOnBehalfTo: (facet.grantSendOnBehalfTo ?? []).map((id) => referenceName(directory, id)).filter((n) => n !== undefined),
    WhenCreatedUTC: textOf(view, 'createdDateTime') ?? null, WhenChangedUTC: whenChangedOf(view),
  };
}

/** Properties of Get-Recipient. */
export function recipientRow(view: View, directory: Directory): Row {
  const facet = facetOf(view);
  const details = recipientTypeOf(view, directory);
  return {
    ...commonRow(view, directory), ExternalEmailAddress: externalAddressOf(view), ...(view.object.kind === 'contact' ? contactPersonRow : personRow)(view, directory), ResourceCapacity: facet.resourceCapacity ?? null,
    ResourceType: details === 'RoomMailbox' ? 'Room' : details === 'EquipmentMailbox' ? 'Equipment' : null, ArchiveGuid: facet.archiveGuid ?? NO_GUID, ExchangeGuid: exchangeGuidOf(view, directory),
  };
}

/** Properties of Get-Mailbox. */
export function mailboxRow(view: View, directory: Directory): Row {
  const facet = facetOf(view);
  const details = recipientTypeOf(view, directory);
  const resource = details === 'RoomMailbox' ? 'Room' : details === 'EquipmentMailbox' ? 'Equipment' : null;
  const forwarding = facet.forwardingAddress == null ? null : referenceName(directory, facet.forwardingAddress) ?? null;
  return {
    ...commonRow(view, directory), ...deliveryRow(view, directory, false), UserPrincipalName: textOf(view, 'userPrincipalName') ?? '', MicrosoftOnlineServicesID: textOf(view, 'userPrincipalName') ?? '',
    ExchangeGuid: exchangeGuidOf(view, directory), ArchiveGuid: facet.archiveGuid ?? NO_GUID, ArchiveName: facet.archiveName ?? [], ArchiveStatus: facet.archiveGuid === undefined ? 'None' : 'Active',
    ArchiveState: facet.archiveGuid === undefined ? 'None' : 'Local', IsShared: details === 'SharedMailbox', IsResource: resource !== null, ResourceType: resource, ResourceCapacity: facet.resourceCapacity ?? null,
    IsMailboxEnabled: true, AccountDisabled: view.properties['accountEnabled'] === false, ForwardingAddress: forwarding, ForwardingSmtpAddress: facet.forwardingSmtpAddress ?? null,
    DeliverToMailboxAndForward: facet.deliverToMailboxAndForward ?? false, LitigationHoldEnabled: facet.litigationHoldEnabled ?? false, LitigationHoldDate: facet.litigationHoldDate ?? null,
    MaxSendSize: facet.maxSendSize ?? '35 MB (36,700,160 bytes)', MaxReceiveSize: facet.maxReceiveSize ?? '36 MB (37,748,736 bytes)', MailTip: facet.mailTip ?? null,
    WhenMailboxCreated: facet.whenMailboxCreated ?? textOf(view, 'createdDateTime') ?? null, UsageLocation: textOf(view, 'usageLocation') ?? null, ImmutableId: textOf(view, 'onPremisesImmutableId') ?? '',
  };
}

/** Properties of Get-MailUser. */
export function mailUserRow(view: View, directory: Directory): Row {
  const facet = facetOf(view);
  return {
    ...commonRow(view, directory), ...deliveryRow(view, directory, false), UserPrincipalName: textOf(view, 'userPrincipalName') ?? '', MicrosoftOnlineServicesID: textOf(view, 'userPrincipalName') ?? '',
    ExternalEmailAddress: externalAddressOf(view), ExchangeGuid: facet.exchangeGuid ?? NO_GUID, ArchiveGuid: facet.archiveGuid ?? NO_GUID, AccountDisabled: view.properties['accountEnabled'] === false,
    MailTip: facet.mailTip ?? null, ImmutableId: textOf(view, 'onPremisesImmutableId') ?? '', UsageLocation: textOf(view, 'usageLocation') ?? null,
  };
}

/** Properties of Get-User: the account, whether it is a recipient or not. */
export function userRow(view: View, directory: Directory): Row {
  const details = recipientTypeOf(view, directory);
  const shown = details === 'User' && view.properties['accountEnabled'] === false ? 'DisabledUser' : details;
  const { EmailAddresses: _, EmailAddressPolicyEnabled: _policy, GrantSendOnBehalfTo: _grant, PrimarySmtpAddress: _primary, ...row } = commonRow(view, directory);
  return {
    ...row, RecipientTypeDetails: shown, RecipientType: coarseType(details), UserPrincipalName: textOf(view, 'userPrincipalName') ?? '', MicrosoftOnlineServicesID: textOf(view, 'userPrincipalName') ?? '',
    ...personRow(view, directory), AccountDisabled: view.properties['accountEnabled'] === false, ImmutableId: textOf(view, 'onPremisesImmutableId') ?? '',
  };
}

/** Values of a user, which Graph shows too. */
export function personRow(view: View, directory: Directory): Row {
  const text = (name: string): string => textOf(view, name) ?? '';
  const manager = view.manager === null ? undefined : referenceName(directory, view.manager);
  return {
    FirstName: text('givenName'), LastName: text('surname'), Title: text('jobTitle'), Department: text('department'), Company: text('companyName'), Office: text('officeLocation'),
    City: text('city'), StateOrProvince: text('state'), PostalCode: text('postalCode'), CountryOrRegion: textOf(view, 'country') ?? null, StreetAddress: text('streetAddress'),
    Phone: textsOf(view, 'businessPhones')[0] ?? '', MobilePhone: text('mobilePhone'), Fax: text('faxNumber'), Manager: manager ?? null,
  };
}

/** Where mail for a mail user or contact goes; for a contact or synchronised user without stored value its primary address. */
export function externalAddressOf(view: View): string | null {
  const own = facetOf(view).externalEmailAddress;
  if (own !== undefined) return own;
  const primary = primaryOf(addressesOf(view));
  return view.object.kind === 'contact' && primary !== undefined ? `SMTP:${primary}` : null;
}

/** Guid of the mailbox; zeros where there is none. */
export function exchangeGuidOf(view: View, directory: Directory): string {
  const own = facetOf(view).exchangeGuid;
  return own ?? (MAILBOX_TYPES.has(recipientTypeOf(view, directory)) ? newMailboxGuid(view.object) : NO_GUID);
}
