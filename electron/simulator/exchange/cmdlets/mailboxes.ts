import type { View } from '../../directory/directory.ts';
import { isSynced } from '../../directory/objects.ts';
import { NO_ROWS, type Cmdlet, type CmdletCall, type Row } from '../cmdlet/cmdlet.ts';
import { invalidOperation, invalidValue, outOfWriteScope } from '../refusal.ts';
import { isSmtp, readAddress } from '../recipients/addresses.ts';
import { newAccount } from '../recipients/create-user.ts';
import { COMMON_EDITS, commonEdits, committed, newUserId, NOT_OFFERED, refuseSynced, type Edit } from '../recipients/edit.ts';
import { facetOf, nameOf, writeFacet, type RecipientTypeDetails } from '../recipients/facet.ts';
import { oneObject, oneRecipient } from '../recipients/identity.ts';
import { DELIVERY, lean, senderEdits } from '../permissions/delivery.ts';
import { listing, LISTING } from '../recipients/listing.ts';
import { guidFrom, newMailboxGuid } from '../recipients/provision.ts';
import { isMailbox, MAILBOX_TYPES } from '../recipients/recipient-type.ts';
import { mailboxRow } from '../recipients/rows.ts';
import { checkTypes, EXO, exoProperties } from './recipients.ts';

const TYPES: Readonly<Record<string, RecipientTypeDetails>> = { Regular: 'UserMailbox', Shared: 'SharedMailbox', Room: 'RoomMailbox', Equipment: 'EquipmentMailbox' };
const MAILBOX_DETAILS = [...MAILBOX_TYPES, 'DiscoveryMailbox', 'GroupMailbox', 'LegacyMailbox', 'LinkedMailbox', 'LinkedRoomMailbox', 'SchedulingMailbox', 'TeamMailbox'];

function mailboxes(call: CmdletCall, properties?: ReadonlySet<string>) {
  checkTypes(call, 'RecipientTypeDetails', MAILBOX_DETAILS);
  return listing(call, { kinds: ['user'], accepts: isMailbox, row: (view) => mailboxRow(view, call.directory), properties });
}

const SEARCH = { ...LISTING, RecipientTypeDetails: { type: 'texts' }, Archive: { type: 'switch', offered: false }, SoftDeletedMailbox: { type: 'switch', offered: false }, InactiveMailboxOnly: { type: 'switch', offered: false }, IncludeInactiveMailbox: { type: 'switch', offered: false }, GroupMailbox: { type: 'switch', offered: false }, PublicFolder: { type: 'switch', offered: false }, MailboxPlan: { type: 'text', offered: false } } as const;

const USER = ['MicrosoftOnlineServicesID'] as const;
/** New-Mailbox: parameter sets of the cloud (cmdlet reference). */
const NEW = {
  Name: { type: 'text', mandatory: true, max: 64 }, Alias: { type: 'text', max: 64 }, DisplayName: { type: 'text', max: 256 }, FirstName: { type: 'text', max: 64 }, LastName: { type: 'text', max: 64 }, Initials: { type: 'text', offered: false }, PrimarySmtpAddress: { type: 'text' },
  ImmutableId: { type: 'text' }, ResetPasswordOnNextLogon: { type: 'flag' }, MicrosoftOnlineServicesID: { type: 'text', mandatory: [...USER], sets: [...USER, 'Shared', 'Room', 'Equipment'] }, Password: { type: 'password', mandatory: [...USER], sets: [...USER, 'Shared', 'Room', 'Equipment'] },
  Shared: { type: 'switch', mandatory: true, sets: ['Shared'] }, Room: { type: 'switch', mandatory: true, sets: ['Room'] }, Equipment: { type: 'switch', mandatory: true, sets: ['Equipment'] },
  ResourceCapacity: { type: 'number', sets: ['Room'] }, EnableRoomMailboxAccount: { type: 'flag', sets: ['Room'], offered: false }, RoomMailboxPassword: { type: 'password', sets: ['Room'], offered: false },
  Archive: { type: 'switch', offered: false }, InactiveMailbox: { type: 'text', offered: false }, MailboxPlan: { type: 'text', offered: false }, FederatedIdentity: { type: 'text', offered: false }, Discovery: { type: 'switch', offered: false }, ModeratedBy: { type: 'text', offered: false }, ModerationEnabled: { type: 'flag', offered: false },
} as const;

function create(call: CmdletCall): () => readonly Row[] {
  const { arguments: given, directory, clock } = call;
  const details = TYPES[call.set] ?? 'UserMailbox';
  const capacity = given.number('ResourceCapacity');
  if (capacity !== undefined && capacity < 0) throw invalidValue(`The value "${capacity}" of ResourceCapacity must not be negative.`);
  const make = newAccount(call, { userId: given.given('MicrosoftOnlineServicesID'), password: given.given('Password'), enabled: details === 'UserMailbox' || details === 'SharedMailbox', aliasMakesAddress: true }, {
    recipientTypeDetails: details, whenMailboxCreated: new Date(clock.now()).toISOString(), ...(capacity === undefined ? {} : { resourceCapacity: capacity }),
  });
  return () => {
    const object = make();
    writeFacet(directory, object, { exchangeGuid: newMailboxGuid(object) });
    return [mailboxRow(directory.primary(object), directory)];
  };
}

/** Set-Mailbox, what it has beyond the common edits. */
const SET = {
  ...COMMON_EDITS, ...NOT_OFFERED, ...DELIVERY, Type: Object.keys(TYPES), ForwardingAddress: { type: 'text' }, ForwardingSmtpAddress: { type: 'text' }, DeliverToMailboxAndForward: { type: 'flag' }, LitigationHoldEnabled: { type: 'flag' }, MaxSendSize: { type: 'size' },
  MaxReceiveSize: { type: 'size' }, MicrosoftOnlineServicesID: { type: 'text' }, ResourceCapacity: { type: 'number' }, ImmutableId: { type: 'text' },
} as const;
const OTHERS = ['AuditEnabled', 'AuditLogAgeLimit', 'CalendarVersionStoreDisabled', 'DefaultPublicFolderMailbox', 'ElcProcessingDisabled', 'EnableRoomMailboxAccount', 'EndDateForRetentionHold', 'IssueWarningQuota', 'Languages', 'LitigationHoldDuration', 'LitigationHoldOwner', 'MailboxRegion', 'MessageCopyForSendOnBehalfEnabled', 'MessageCopyForSentAsEnabled', 'Office', 'Password', 'ProhibitSendQuota', 'ProhibitSendReceiveQuota', 'RecipientLimits', 'ResourceCustom', 'RetainDeletedItemsFor', 'RetentionComment', 'RetentionHoldEnabled', 'RetentionPolicy', 'RetentionUrl', 'RoleAssignmentPolicy', 'RoomMailboxPassword', 'RulesQuota', 'SharingPolicy', 'SingleItemRecoveryEnabled', 'StartDateForRetentionHold', 'UseDatabaseQuotaDefaults', 'ArchiveName', 'ExchangeGuid', 'GroupMailbox', 'InactiveMailbox', 'RemoveDelayHoldApplied', 'RemoveDelayReleaseHoldApplied', 'AccountDisabled', 'AddressBookPolicy'];

/** What stays writable on a synchronised mailbox: settings that have no attribute on premises. */
const CLOUD_OWNED = new Set(['Type', 'LitigationHoldEnabled', 'ForwardingSmtpAddress', 'DeliverToMailboxAndForward', 'MaxSendSize', 'MaxReceiveSize']);

function change(call: CmdletCall): () => readonly Row[] {
  const view = oneObject(call.directory, call.arguments.given('Identity') ?? '', isMailbox);
  refuseSynced(call, view, CLOUD_OWNED);
  const common = commonEdits(call, view);
  const own = ownEdits(call, view);
  return committed(call, view, { properties: { ...common.properties, ...own.properties }, facet: { ...lean(common.facet), ...lean(own.facet), ...senderEdits(call, view) } });
}

function ownEdits(call: CmdletCall, view: View): Edit {
  const { arguments: given, directory, clock } = call;
  const properties: Record<string, unknown> = {};
  const facet: Record<string, unknown> = {};
  const userId = newUserId(call, view.object.id);
  if (userId !== undefined) properties['userPrincipalName'] = userId;
  if (given.has('ImmutableId')) properties['onPremisesImmutableId'] = given.text('ImmutableId') || null;
  const type = given.given('Type');
  if (type !== undefined) facet['recipientTypeDetails'] = TYPES[type];
  if (given.has('ForwardingAddress')) {
    const to = given.text('ForwardingAddress');
    const target = to ? oneRecipient(directory, to).object.id : null;
    if (target === view.object.id) throw invalidOperation(`The mailbox '${nameOf(view)}' can't forward to itself.`);
    facet['forwardingAddress'] = target;
  }
  if (given.has('ForwardingSmtpAddress')) facet['forwardingSmtpAddress'] = smtpOrNull(given.text('ForwardingSmtpAddress'));
  const deliver = given.flag('DeliverToMailboxAndForward');
  if (deliver !== undefined) facet['deliverToMailboxAndForward'] = deliver;
  const hold = given.flag('LitigationHoldEnabled');
  if (hold !== undefined && hold !== (facetOf(view.object).litigationHoldEnabled ?? false)) Object.assign(facet, { litigationHoldEnabled: hold, litigationHoldDate: hold ? new Date(clock.now()).toISOString() : null });
  for (const [parameter, name] of [['MaxSendSize', 'maxSendSize'], ['MaxReceiveSize', 'maxReceiveSize']] as const) {
    const size = given.given(parameter);
    if (size !== undefined) facet[name] = checkedSize(parameter, size);
  }
  const capacity = given.number('ResourceCapacity');
  if (capacity !== undefined) {
    const details = (facet['recipientTypeDetails'] as string | undefined) ?? facetOf(view.object).recipientTypeDetails;
    if (details !== 'RoomMailbox' && details !== 'EquipmentMailbox') throw invalidOperation(`ResourceCapacity can only be set on a resource mailbox; '${nameOf(view)}' isn't one.`);
    facet['resourceCapacity'] = capacity;
  }
  return { properties, facet };
}

function smtpOrNull(value: string | null | undefined): string | null {
  if (!value) return null;
  const address = readAddress(value);
  if (!isSmtp(address)) throw invalidValue(`The address '${value}' of ForwardingSmtpAddress isn't an SMTP address.`);
  return `smtp:${address.slice(5)}`;
}

/** Messages in Exchange Online are at most 150 MB (Exchange Online limits). */
function checkedSize(parameter: string, size: string): string {
  const bytes = Number(/\(([\d,]+) bytes\)/.exec(size)?.[1]?.replaceAll(',', '') ?? Infinity);
  if (bytes > 150 * 1024 ** 2) throw invalidValue(`The value "${size}" of ${parameter} is larger than the maximum of 150 MB (157,286,400 bytes).`);
  return size;
}

function remove(call: CmdletCall): () => readonly Row[] {
  const view = oneObject(call.directory, call.arguments.given('Identity') ?? '', isMailbox);
  if (isSynced(view.object)) throw outOfWriteScope(call.cmdlet, 'Identity', nameOf(view));
  return () => { call.directory.softDelete(view.object, 'exchange'); return NO_ROWS; };
}

function enableArchive(call: CmdletCall): () => readonly Row[] {
  const { directory } = call;
  const view = oneObject(directory, call.arguments.given('Identity') ?? '', isMailbox);
  if (facetOf(view.object).archiveGuid !== undefined) throw invalidOperation(`The archive of mailbox '${nameOf(view)}' is already enabled.`);
  const title = call.arguments.texts('ArchiveName') ?? [`In-Place Archive -${String(view.object.properties['displayName'] ?? nameOf(view))}`];
  return () => {
    writeFacet(directory, view.object, { archiveGuid: guidFrom(`archive ${view.object.id}`), archiveName: title });
    return [mailboxRow(directory.primary(view.object), directory)];
  };
}

/** Mailboxes: Get-Mailbox, Get-EXOMailbox, New-, Set-, Remove- and Enable-Mailbox. */
export const MAILBOX_CMDLETS: readonly Cmdlet[] = [
  { name: 'Get-Mailbox', parameters: SEARCH, defaultSet: 'Identity', read: (call) => mailboxes(call) },
  { name: 'Get-EXOMailbox', parameters: { ...SEARCH, ...EXO }, defaultSet: 'Identity', read: (call) => mailboxes(call, exoProperties(call)) },
  { name: 'New-Mailbox', parameters: NEW, defaultSet: 'MicrosoftOnlineServicesID', write: create },
  { name: 'Set-Mailbox', parameters: { ...SET, Type: { type: SET.Type }, ...Object.fromEntries(OTHERS.map((name) => [name, { type: 'text', offered: false } as const])) }, write: change },
  { name: 'Remove-Mailbox', parameters: { Identity: { type: 'text', mandatory: true }, Force: { type: 'switch' }, PermanentlyDelete: { type: 'switch', offered: false } }, write: remove },
  { name: 'Enable-Mailbox', parameters: { Identity: { type: 'text', mandatory: true }, Archive: { type: 'switch', mandatory: true }, ArchiveName: { type: 'texts' }, AutoExpandingArchive: { type: 'switch', offered: false }, Force: { type: 'switch' } }, write: enableArchive },
];
