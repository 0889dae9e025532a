import type { CmdletCall, ParameterRules, Row } from '../cmdlet/cmdlet.ts';
import { COMMON_EDITS, commonEdits, committed } from '../recipients/edit.ts';
import { lean, mailTip } from '../permissions/delivery.ts';
import { writeTarget } from '../permissions/target.ts';
import { isMicrosoft365Group } from './kinds.ts';
import { freeAlias } from '../recipients/unique.ts';

const { Name: _name, WindowsEmailAddress: _windows, ForceUpgrade: _force, ...SHARED } = COMMON_EDITS;

/** Set-UnifiedGroup: the part that has a counterpart in Graph or that every recipient has. */
export const SET_UNIFIED_GROUP: ParameterRules = {
  ...SHARED, PrimarySmtpAddress: { type: 'text' }, AccessType: { type: ['Public', 'Private'] }, HiddenFromExchangeClientsEnabled: { type: 'switch' }, RequireSenderAuthenticationEnabled: { type: 'flag' }, AutoSubscribeNewMembers: { type: 'switch' }, Notes: { type: 'text', max: 1024 },
  ...Object.fromEntries(['AcceptMessagesOnlyFromSendersOrMembers', 'RejectMessagesFromSendersOrMembers', 'AlwaysSubscribeMembersToCalendarEvents', 'AuditLogAgeLimit', 'CalendarMemberReadOnly', 'Classification', 'ConnectorsEnabled', 'DataEncryptionPolicy', 'InformationBarrierMode', 'IsMemberAllowedToEditContent', 'Language', 'MailboxRegion', 'MailTipTranslations', 'MaxReceiveSize', 'MaxSendSize', 'ModeratedBy', 'ModerationEnabled', 'SendModerationNotifications', 'SensitivityLabelId', 'SubscriptionEnabled', 'UnifiedGroupWelcomeMessageEnabled'].map((name) => [name, { type: 'text', offered: false } as const])),
};

/** Set-UnifiedGroup. What Graph shows is written there: hidden groups, external senders, visibility, description. */
export function updateMicrosoft365Group(call: CmdletCall): () => readonly Row[] {
  const { arguments: given } = call;
  const group = writeTarget(call, isMicrosoft365Group);
  const alias = given.given('Alias');
  const common = commonEdits(call, group);
  if (alias !== undefined) freeAlias(call, alias, group.object.id);
  const { hiddenFromAddressListsEnabled: hidden, ...facet } = common.facet;
  const own: Record<string, unknown> = {};
  if (hidden !== undefined) own['hideFromAddressLists'] = hidden || null;
  if (given.on('HiddenFromExchangeClientsEnabled')) own['hideFromOutlookClients'] = true;
  if (given.on('AutoSubscribeNewMembers')) own['autoSubscribeNewMembers'] = true;
  const inside = given.flag('RequireSenderAuthenticationEnabled');
  if (inside !== undefined) own['allowExternalSenders'] = inside ? null : true;
  const access = given.given('AccessType');
  if (access !== undefined) own['visibility'] = access;
  if (given.has('Notes')) own['description'] = given.text('Notes') || null;
  const tip = given.given('MailTip');
  return committed(call, group, { properties: { ...common.properties, ...own }, facet: { ...lean(facet), ...(tip ? { mailTip: mailTip(tip, group) } : {}) } });
}
