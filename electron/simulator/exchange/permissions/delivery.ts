import type { View } from '../../directory/directory.ts';
import type { CmdletCall, ParameterRules } from '../cmdlet/cmdlet.ts';
import { badParameter, invalidOperation } from '../refusal.ts';
import { changedReferences } from '../recipients/edit.ts';
import { facetOf, nameOf, type Facet, type FacetChanges } from '../recipients/facet.ts';
import type { Accepts } from '../recipients/identity.ts';
import { isMailbox, isMailUser, recipientTypeOf } from '../recipients/recipient-type.ts';
import { idsOf as ids, LISTS } from './delivery-row.ts';

/** Single senders: mailboxes, mail users and mail contacts (cmdlet reference, AcceptMessagesOnlyFrom). */
const isSender: Accepts = (view, directory) => isMailbox(view, directory) || isMailUser(view, directory) || recipientTypeOf(view, directory) === 'MailContact';
/** Distribution groups and mail-enabled security groups (cmdlet reference, AcceptMessagesOnlyFromDLMembers). */
const isSenderGroup: Accepts = (view, directory) => ['MailUniversalDistributionGroup', 'MailUniversalSecurityGroup', 'RoomList'].includes(recipientTypeOf(view, directory));
const isAnySender: Accepts = (view, directory) => isSender(view, directory) || isSenderGroup(view, directory);

const NOTIFY = ['Always', 'Internal', 'Never'] as const;

/** Parameters of the New cmdlets of groups and contacts that decide who approves messages. */
export const MODERATION: ParameterRules = { ModeratedBy: { type: 'list' }, ModerationEnabled: { type: 'flag' }, SendModerationNotifications: { type: NOTIFY } };

/** Parameters of the Set cmdlets of groups and contacts that decide who may send. */
export const DELIVERY: ParameterRules = {
  ...MODERATION, BypassModerationFromSendersOrMembers: { type: 'list' }, RequireSenderAuthenticationEnabled: { type: 'flag' },
  ...Object.fromEntries(LISTS.flatMap(([name]) => [[name, { type: 'list' }], [`${name}DLMembers`, { type: 'list' }], [`${name}SendersOrMembers`, { type: 'texts' }]] as const)),
};

const orNothing = (list: readonly string[]): readonly string[] | undefined => (list.length > 0 ? list : undefined);

/**
 * Reads the parameters of {@link DELIVERY} against the facet as written. Lists that become empty and values that are the default
 * are not stored.
 * @param needsModerator true where moderation needs a moderator: contacts and mail-enabled security groups have no owners who approve.
 * @throws ExchangeRefusal 400.
 */
export function deliveryEdits(call: CmdletCall, before: Facet, needsModerator: boolean): FacetChanges {
  const { arguments: given, directory } = call;
  const facet: Record<string, unknown> = {};
  for (const [name, stored] of LISTS) {
    const [singles, groups, both] = [given.change(name), given.change(`${name}DLMembers`), given.texts(`${name}SendersOrMembers`)];
    if (both && (singles || groups)) throw badParameter(`The parameters ${name}SendersOrMembers and ${singles ? name : `${name}DLMembers`} can't be used in the same command.`);
    if (!singles && !groups && !both) continue;
    const isGroup = (id: string): boolean => directory.any(id)?.kind === 'group';
    const kept = ids(before, stored);
    const halves = [kept.filter((id) => !isGroup(id)), kept.filter(isGroup)] as const;
    facet[stored] = orNothing(both ? changedReferences(call, [], { replace: both }, isAnySender)
      : [...singles ? changedReferences(call, halves[0], singles, isSender) : halves[0], ...groups ? changedReferences(call, halves[1], groups, isSenderGroup) : halves[1]]);
  }
  const bypass = given.change('BypassModerationFromSendersOrMembers');
  if (bypass) facet['bypassModerationFrom'] = orNothing(changedReferences(call, ids(before, 'bypassModerationFrom'), bypass, isAnySender));
  const moderators = given.change('ModeratedBy');
  if (moderators) facet['moderatedBy'] = orNothing(changedReferences(call, ids(before, 'moderatedBy'), moderators, isSender));
  const moderation = given.flag('ModerationEnabled');
  if (moderation !== undefined) facet['moderationEnabled'] = moderation ? true : undefined;
  const notify = given.given('SendModerationNotifications');
  if (notify !== undefined) facet['sendModerationNotifications'] = notify === 'Always' ? undefined : notify;
  const after = { ...before, ...facet };
  if (needsModerator && (moderators || moderation) && after['moderationEnabled'] === true && ids(after, 'moderatedBy').length === 0) {
    throw invalidOperation('You must specify at least one moderator with the ModeratedBy parameter when ModerationEnabled is set to $true for this recipient.');
  }
  return facet;
}

/**
 * {@link deliveryEdits} of recipients that take messages from everybody by default: mailboxes, mail users, contacts (cmdlet reference,
 * RequireSenderAuthenticationEnabled). They have no owners who would approve messages.
 * @throws ExchangeRefusal 400.
 */
export function senderEdits(call: CmdletCall, view: View): FacetChanges {
  const inside = call.arguments.flag('RequireSenderAuthenticationEnabled');
  return { ...deliveryEdits(call, facetOf(view.object), true), ...(inside === undefined ? {} : { requireSenderAuthenticationEnabled: inside || undefined }) };
}

/** What the shared edits give, without values that are the default, so that a setting taken back leaves no trace. */
export function lean(facet: FacetChanges): FacetChanges {
  const isDefault = (value: unknown): boolean => value === null || value === false || value === '' || (typeof value === 'object' && Object.keys(value as object).length === 0);
  return Object.fromEntries(Object.entries(facet).map(([name, value]) => [name, isDefault(value) ? undefined : value]));
}

/** Longest MailTip in displayed characters (cmdlet reference, MailTip). */
const LONGEST_MAIL_TIP = 175;

/**
 * A MailTip as it is stored: HTML tags are added, and none may be inside (cmdlet reference, MailTip).
 * @throws ExchangeRefusal 400.
 */
export function mailTip(text: string, recipient: View): string {
  const plain = text.replace(/^<html>\s*<body>\s*/i, '').replace(/\s*<\/body>\s*<\/html>\s*$/i, '');
  if (/<\/?[a-z][^>]*>/i.test(plain)) throw badParameter(`The MailTip of '${nameOf(recipient)}' can't hold HTML tags.`);
  if (plain.length > LONGEST_MAIL_TIP) throw badParameter(`The MailTip of '${nameOf(recipient)}' is too long: it has ${plain.length} displayed characters, at most ${LONGEST_MAIL_TIP} are allowed.`);
  return `<html><body>${plain}</body></html>`;
}
