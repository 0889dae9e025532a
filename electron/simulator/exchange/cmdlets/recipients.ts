import type { Cmdlet, CmdletCall, ParameterRule, ParameterRules } from '../cmdlet/cmdlet.ts';
import { badParameter } from '../refusal.ts';
import { RECIPIENT_TYPES } from '../recipients/facet.ts';
import { listing, LISTING } from '../recipients/listing.ts';
import { coarseType, isRecipient, recipientTypeOf } from '../recipients/recipient-type.ts';
import { recipientRow } from '../recipients/rows.ts';

const texts: ParameterRule = { type: 'texts' };

/** RecipientType and RecipientTypeDetails take several names. @throws ExchangeRefusal 400 for one that is none. */
export function checkTypes(call: CmdletCall, parameter: string, known: readonly string[]): readonly string[] | undefined {
  const asked = call.arguments.texts(parameter);
  for (const one of asked ?? []) {
    if (!known.some((k) => k.toLowerCase() === one.toLowerCase())) {
      throw badParameter(`Cannot process argument transformation on parameter '${parameter}'. Cannot convert value "${one}" to type "Microsoft.Exchange.Data.Directory.Recipient.${parameter}[]". Error: "Unable to match the identifier name ${one} to a valid enumerator name. Specify one of the following enumerator names and try again: ${known.join(', ')}"`);
    }
  }
  return asked;
}

/** Properties of the EXO cmdlets without Properties and PropertySets (Exchange PowerShell documentation, property sets: Minimum). */
const MINIMUM = ['ExternalDirectoryObjectId', 'UserPrincipalName', 'Alias', 'DisplayName', 'EmailAddresses', 'PrimarySmtpAddress', 'RecipientType', 'RecipientTypeDetails', 'Identity', 'Id', 'ExchangeVersion', 'Name', 'DistinguishedName', 'OrganizationId', 'Guid'];
const SETS: Readonly<Record<string, readonly string[]>> = {
  minimum: MINIMUM, archive: ['ArchiveGuid', 'ArchiveName', 'ArchiveState', 'ArchiveStatus'], custom: Array.from({ length: 15 }, (_, i) => `CustomAttribute${i + 1}`),
  delivery: ['DeliverToMailboxAndForward', 'ForwardingAddress', 'ForwardingSmtpAddress', 'GrantSendOnBehalfTo', 'MaxReceiveSize', 'MaxSendSize'], hold: ['LitigationHoldEnabled', 'LitigationHoldDate'], resource: ['IsResource', 'ResourceCapacity', 'ResourceType'],
};
const SET_NAMES = ['All', 'Minimum', 'Archive', 'Custom', 'Delivery', 'Hold', 'Resource'];

/** What the EXO cmdlets have beyond their older namesakes: properties to choose, and identities by kind. */
export const EXO: ParameterRules = {
  Properties: texts, PropertySets: texts, ExternalDirectoryObjectId: { type: 'guid', sets: ['Identity'] }, PrimarySmtpAddress: { type: 'text', sets: ['Identity'] }, UserPrincipalName: { type: 'text', sets: ['Identity'] },
};

/** Lower-case names of the properties that an EXO cmdlet gives; undefined: all. */
export function exoProperties(call: CmdletCall): ReadonlySet<string> | undefined {
  const sets = (checkTypes(call, 'PropertySets', SET_NAMES) ?? []).map((name) => name.toLowerCase());
  const properties = call.arguments.texts('Properties') ?? [];
  if (sets.includes('all') || properties.includes('*')) return undefined;
  // Properties are added to the minimum set unless other sets are asked for.
  const named = sets.length > 0 ? sets.flatMap((name) => SETS[name] ?? []) : MINIMUM;
  return new Set([...named, 'ExternalDirectoryObjectId', ...properties].map((name) => name.toLowerCase()));
}

const COARSE = ['UserMailbox', 'MailUser', 'MailContact', 'MailUniversalDistributionGroup', 'MailUniversalSecurityGroup', 'MailNonUniversalGroup', 'DynamicDistributionGroup', 'PublicFolder'];
/** Further kinds that Exchange knows and the simulator never has. */
export const ALL_DETAILS: readonly string[] = [...RECIPIENT_TYPES, 'DiscoveryMailbox', 'DynamicDistributionGroup', 'LegacyMailbox', 'LinkedMailbox', 'LinkedRoomMailbox', 'MailForestContact', 'MailNonUniversalGroup', 'PublicFolder', 'PublicFolderMailbox', 'RemoteEquipmentMailbox', 'RemoteRoomMailbox', 'RemoteSharedMailbox', 'RemoteTeamMailbox', 'RemoteUserMailbox', 'SchedulingMailbox', 'TeamMailbox', 'UniversalDistributionGroup', 'UniversalSecurityGroup', 'User', 'DisabledUser'];

const PARAMETERS: ParameterRules = { ...LISTING, RecipientType: texts, RecipientTypeDetails: texts, Properties: texts, IncludeSoftDeletedRecipients: { type: 'switch', offered: false }, BookmarkDisplayName: { type: 'text', offered: false }, RecipientPreviewFilter: { type: 'text', offered: false }, PropertySet: { type: 'text', offered: false } };

function recipients(call: CmdletCall, properties: ReadonlySet<string> | undefined) {
  const coarse = checkTypes(call, 'RecipientType', COARSE)?.map((t) => t.toLowerCase());
  const details = checkTypes(call, 'RecipientTypeDetails', ALL_DETAILS)?.map((t) => t.toLowerCase());
  // "to return Microsoft 365 Groups, you need to use the RecipientTypeDetails parameter with the value GroupMailbox" (cmdlet reference, Get-Recipient).
  const hidesGroups = !call.arguments.has('Identity') && details?.includes('groupmailbox') !== true;
  return listing(call, {
    kinds: ['user', 'group', 'contact'], row: (view) => recipientRow(view, call.directory), properties,
    accepts: (view, directory) => isRecipient(view, directory) && !(hidesGroups && recipientTypeOf(view, directory) === 'GroupMailbox') && (coarse === undefined || coarse.includes(coarseType(recipientTypeOf(view, directory)).toLowerCase())),
  });
}

/** Get-Recipient and Get-EXORecipient. */
export const RECIPIENT_CMDLETS: readonly Cmdlet[] = [
  {
    name: 'Get-Recipient', parameters: PARAMETERS, defaultSet: 'Identity',
    read: (call) => recipients(call, call.arguments.has('Properties') ? new Set((call.arguments.texts('Properties') ?? []).map((p) => p.toLowerCase())) : undefined),
  },
  {
    name: 'Get-EXORecipient', defaultSet: 'Identity', parameters: { ...PARAMETERS, ...EXO },
    read: (call) => recipients(call, exoProperties(call)),
  },
];
