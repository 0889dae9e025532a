import { addressKey, isSynced } from '../../directory/objects.ts';
import { NO_ROWS, type Cmdlet, type CmdletCall, type Row } from '../cmdlet/cmdlet.ts';
import { badParameter, outOfWriteScope } from '../refusal.ts';
import { checkAddresses } from '../recipients/address-rules.ts';
import { primaryOf } from '../../identity/mail-nickname.ts';
import { isSmtp, readAddress } from '../recipients/addresses.ts';
import { newAccount } from '../recipients/create-user.ts';
import { COMMON_EDITS, commonEdits, committed, newUserId, NOT_OFFERED, refuseSynced } from '../recipients/edit.ts';
import { nameOf, NO_GUID } from '../recipients/facet.ts';
import { oneObject } from '../recipients/identity.ts';
import { DELIVERY, lean, senderEdits } from '../permissions/delivery.ts';
import { listing, LISTING } from '../recipients/listing.ts';
import { isMailUser } from '../recipients/recipient-type.ts';
import { addressesOf, externalAddressOf, mailUserRow } from '../recipients/rows.ts';

/** An external address in its stored form. Prefixes other than SMTP are kept. @throws ExchangeRefusal 400. */
export function externalAddress(text: string): string {
  const address = readAddress(text);
  return isSmtp(address) ? `SMTP:${address.slice(5)}` : address;
}

const SETS = { external: 'DisabledUser', cloud: 'MicrosoftOnlineServicesID' } as const;

/** New-MailUser: the cloud's parameter sets (cmdlet reference): an external address alone, or a user ID with a password and maybe an external address. */
const NEW = {
  Name: { type: 'text', mandatory: true, max: 64 }, ExternalEmailAddress: { type: 'text', mandatory: [SETS.external], sets: [SETS.external, SETS.cloud] }, MicrosoftOnlineServicesID: { type: 'text', mandatory: [SETS.cloud], sets: [SETS.cloud] },
  Password: { type: 'password', mandatory: [SETS.cloud], sets: [SETS.cloud] }, Alias: { type: 'text', max: 64 }, DisplayName: { type: 'text', max: 256 }, FirstName: { type: 'text', max: 64 }, LastName: { type: 'text', max: 64 }, PrimarySmtpAddress: { type: 'text' }, ImmutableId: { type: 'text' },
  ResetPasswordOnNextLogon: { type: 'flag', sets: [SETS.external, SETS.cloud] }, Initials: { type: 'text', offered: false }, MailboxRegion: { type: 'text', offered: false }, FederatedIdentity: { type: 'text', offered: false }, ModeratedBy: { type: 'text', offered: false }, ModerationEnabled: { type: 'flag', offered: false },
  MacAttachmentFormat: { type: 'text', offered: false }, MessageFormat: { type: 'text', offered: false }, MessageBodyFormat: { type: 'text', offered: false }, UsePreferMessageFormat: { type: 'flag', offered: false }, RemotePowerShellEnabled: { type: 'flag', offered: false },
} as const;

function create(call: CmdletCall): () => readonly Row[] {
  const { arguments: given, directory } = call;
  const text = given.given('ExternalEmailAddress');
  const external = text === undefined ? undefined : externalAddress(text);
  const smtp = external !== undefined && isSmtp(external) ? external.slice(5) : undefined;
  const make = newAccount(call, { userId: given.given('MicrosoftOnlineServicesID'), password: given.given('Password'), enabled: call.set === SETS.cloud, external: smtp, aliasMakesAddress: false }, {
    recipientTypeDetails: 'MailUser', ...(external === undefined ? {} : { externalEmailAddress: external }),
  });
  return () => [mailUserRow(directory.primary(make()), directory)];
}

const SET = {
  ...COMMON_EDITS, ...NOT_OFFERED, ...DELIVERY, PrimarySmtpAddress: { type: 'text' }, ExternalEmailAddress: { type: 'text' }, ExchangeGuid: { type: 'guid' }, ArchiveGuid: { type: 'guid' }, MicrosoftOnlineServicesID: { type: 'text' }, ImmutableId: { type: 'text' },
  ...Object.fromEntries(['DataEncryptionPolicy', 'ExcludeFromAllHolds', 'FederatedIdentity', 'JournalArchiveAddress', 'LOBAppAccount', 'HVEAccount', 'MacAttachmentFormat', 'MailboxRegion', 'MaxReceiveSize', 'MaxSendSize', 'MessageBodyFormat', 'MessageFormat', 'Password', 'RecipientLimits', 'RecoverableItemsQuota', 'RemoveMailboxProvisioningConstraint', 'ResetPasswordOnNextLogon', 'UseMapiRichTextFormat', 'UsePreferMessageFormat', 'ArchiveName', 'RemoveComplianceTagHoldApplied', 'RemoveDelayHoldApplied', 'RemoveDelayReleaseHoldApplied', 'RemoveLitigationHoldEnabled', 'RemoveOrphanedHolds', 'UnblockForwardSyncPostCrossTenantMigration'].map((name) => [name, { type: 'text', offered: false } as const])),
} as const;

function change(call: CmdletCall): () => readonly Row[] {
  const { arguments: given, directory } = call;
  const view = oneObject(directory, given.given('Identity') ?? '', isMailUser);
  refuseSynced(call, view);
  const { object } = view;
  const asked = given.text('ExternalEmailAddress');
  if (asked === null || asked === '') throw badParameter("Cannot bind argument to parameter 'ExternalEmailAddress' because it is null.");
  const before = externalAddressOf(directory.primary(object));
  const external = asked === undefined ? before : externalAddress(asked);
  const outside = external !== null && isSmtp(external) ? external.slice(5) : undefined;
  const edit = commonEdits(call, view, outside);
  const properties: Record<string, unknown> = { ...edit.properties };
  if (asked !== undefined && external !== null && !('proxyAddresses' in properties)) {
    const moved = withExternal(addressesOf(directory.primary(object)), before, external);
    checkAddresses(directory, moved, addressesOf(directory.primary(object)), object.id, outside);
    Object.assign(properties, { proxyAddresses: moved, mail: primaryOf(moved) });
  }
  const userId = newUserId(call, object.id);
  if (userId !== undefined) properties['userPrincipalName'] = userId;
  if (given.has('ImmutableId')) properties['onPremisesImmutableId'] = given.text('ImmutableId') || null;
  const guid = (name: string): string | undefined => {
    const value = given.text(name);
    return value === null || value === NO_GUID ? undefined : value;
  };
  return committed(call, view, {
    properties,
    facet: {
      ...lean(edit.facet), ...senderEdits(call, view), ...(asked === undefined || external === null ? {} : { externalEmailAddress: external }),
      ...(given.has('ExchangeGuid') ? { exchangeGuid: guid('ExchangeGuid') } : {}), ...(given.has('ArchiveGuid') ? { archiveGuid: guid('ArchiveGuid') } : {}),
    },
  });
}

/** The original external address is not kept as a proxy address; the new one takes its place, primary or not (cmdlet reference, Set-MailUser, example 1). */
function withExternal(addresses: readonly string[], before: string | null, external: string): readonly string[] {
  const old = before === null ? undefined : addressKey(before);
  const without = addresses.filter((a) => addressKey(a) !== addressKey(external) || addressKey(a) === old);
  if (!isSmtp(external)) return without;
  const place = without.findIndex((a) => addressKey(a) === old);
  return place < 0 ? addresses.some((a) => addressKey(a) === addressKey(external)) ? addresses : [...addresses, `smtp:${external.slice(5)}`] : without.map((a, i) => (i === place ? `${a.slice(0, 5)}${external.slice(5)}` : a));
}

function remove(call: CmdletCall): () => readonly Row[] {
  const view = oneObject(call.directory, call.arguments.given('Identity') ?? '', isMailUser);
  if (isSynced(view.object)) throw outOfWriteScope(call.cmdlet, 'Identity', nameOf(view));
  return () => { call.directory.softDelete(view.object, 'exchange'); return NO_ROWS; };
}

/** Mail users: Get-, New-, Set- and Remove-MailUser. */
export const MAIL_USER_CMDLETS: readonly Cmdlet[] = [
  {
    name: 'Get-MailUser', defaultSet: 'Identity', parameters: { ...LISTING, RecipientTypeDetails: { type: 'texts' }, SoftDeletedMailUser: { type: 'switch', offered: false } },
    read: (call) => listing(call, { kinds: ['user'], accepts: isMailUser, row: (view) => mailUserRow(view, call.directory) }),
  },
  { name: 'New-MailUser', parameters: NEW, defaultSet: SETS.external, write: create },
  { name: 'Set-MailUser', parameters: SET, write: change },
  { name: 'Remove-MailUser', parameters: { Identity: { type: 'text', mandatory: true }, Force: { type: 'switch' }, PermanentlyDelete: { type: 'switch', offered: false } }, write: remove },
];
