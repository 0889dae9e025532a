import type { View } from '../../directory/directory.ts';
import { isSynced, textOf, textsOf, type Properties } from '../../directory/objects.ts';
import type { ListChange } from '../cmdlet/arguments.ts';
import { NO_ROWS, type CmdletCall, type ParameterRule, type ParameterRules, type Row } from '../cmdlet/cmdlet.ts';
import { badParameter, outOfWriteScope } from '../refusal.ts';
import { userPrincipalNameForm } from '../../identity/user-principal-name.ts';
import { checkAddresses } from './address-rules.ts';
import { primaryOf } from '../../identity/mail-nickname.ts';
import { changedAddresses, readAddress, withPrimary } from './addresses.ts';
import { checkAlias } from './alias.ts';
import { facetOf, nameOf, writeFacet, writeProperties, type FacetChanges } from './facet.ts';
import { oneRecipient, type Accepts } from './identity.ts';
import { isMailbox, isMailUser, recipientTypeOf } from './recipient-type.ts';
import { addressesOf, CUSTOM_ATTRIBUTES } from './rows.ts';
import { freeRecipientName } from './unique.ts';

/** Changes that a Set cmdlet makes: to what Graph shows too, and to what Exchange alone keeps. null and undefined remove. */
export interface Edit { readonly properties: Readonly<Record<string, unknown>>; readonly facet: FacetChanges }

const text = (max: number): ParameterRule => ({ type: 'text', max });

/** Parameters that Set-Mailbox, Set-MailUser, Set-MailContact and Set-DistributionGroup share. */
export const COMMON_EDITS: ParameterRules = {
  Identity: { type: 'text', mandatory: true }, Alias: { type: 'text', max: 64 }, DisplayName: text(256), Name: text(64), EmailAddresses: { type: 'list' }, WindowsEmailAddress: { type: 'text' },
  HiddenFromAddressListsEnabled: { type: 'flag' }, GrantSendOnBehalfTo: { type: 'list' }, MailTip: text(1000), ForceUpgrade: { type: 'switch' },
  ...Object.fromEntries(CUSTOM_ATTRIBUTES.map((name) => [name, text(1024)])),
};

/** Parameters of recipients that Exchange Online takes and the simulator leaves out. */
export const NOT_OFFERED: ParameterRules = Object.fromEntries([
  'AcceptMessagesOnlyFrom', 'AcceptMessagesOnlyFromDLMembers', 'AcceptMessagesOnlyFromSendersOrMembers', 'BypassModerationFromSendersOrMembers', 'RejectMessagesFrom', 'RejectMessagesFromDLMembers', 'RejectMessagesFromSendersOrMembers',
  'ModeratedBy', 'ModerationEnabled', 'SendModerationNotifications', 'MailTipTranslations', 'RequireSenderAuthenticationEnabled', 'SimpleDisplayName', 'UserCertificate', 'UserSMimeCertificate', 'UMDtmfMap', 'CreateDTMFMap',
  ...Array.from({ length: 5 }, (_, i) => `ExtensionCustomAttribute${i + 1}`),
].map((name) => [name, { type: 'text', offered: false }]));

/**
 * Refuses to change a synchronised object.
 * @param allowed parameters that stay writable in the cloud.
 * @throws ExchangeRefusal 400 naming the first parameter that is not.
 */
export function refuseSynced(call: CmdletCall, view: View, allowed: ReadonlySet<string> = new Set()): void {
  if (!isSynced(view.object)) return;
  const [first] = call.arguments.names().filter((name) => name !== 'Identity' && !allowed.has(name));
  if (first !== undefined || !call.cmdlet.startsWith('Set-')) throw outOfWriteScope(call.cmdlet, first ?? 'Identity', nameOf(view));
}

/**
 * Reads the parameters of {@link COMMON_EDITS} (and PrimarySmtpAddress where a cmdlet has it) against the object as written.
 * @param outside an SMTP address that may be of a domain that is not accepted.
 * @throws ExchangeRefusal 400.
 */
export function commonEdits(call: CmdletCall, view: View, outside?: string): Edit {
  const { arguments: given, directory } = call;
  const { object } = view;
  const properties: Record<string, unknown> = {};
  const facet: Record<string, unknown> = {};
  const alias = given.given('Alias');
  if (alias !== undefined) properties['mailNickname'] = checkAlias(alias);
  const displayName = given.text('DisplayName');
  if (displayName !== undefined) properties['displayName'] = displayName || nameOf(view);
  const name = given.given('Name');
  if (name !== undefined) facet['name'] = freeRecipientName(call, name, object.id);
  const hidden = given.flag('HiddenFromAddressListsEnabled');
  if (hidden !== undefined) facet['hiddenFromAddressListsEnabled'] = hidden;
  if (given.has('MailTip')) facet['mailTip'] = given.text('MailTip') ?? null;
  const senders = given.change('GrantSendOnBehalfTo');
  if (senders) facet['grantSendOnBehalfTo'] = changedReferences(call, facetOf(object).grantSendOnBehalfTo ?? [], senders, mayActForOthers);
  const addresses = newAddresses(call, view);
  if (addresses) {
    checkAddresses(directory, addresses, textsOf(object, 'proxyAddresses'), object.id, outside);
    Object.assign(properties, { proxyAddresses: addresses, mail: primaryOf(addresses) });
  }
  Object.assign(object.kind === 'user' ? properties : facet, customAttributes(call, view));
  return { properties, facet };
}

/** The address list after EmailAddresses, PrimarySmtpAddress and WindowsEmailAddress; undefined when none is given. */
function newAddresses(call: CmdletCall, view: View): readonly string[] | undefined {
  const { arguments: given, directory } = call;
  const change = given.change('EmailAddresses');
  const primaries = [given.given('PrimarySmtpAddress'), given.given('WindowsEmailAddress')].filter((a) => a !== undefined);
  const before = addressesOf(directory.primary(view.object));
  if (change && primaries.length > 0) throw badParameter('The parameter EmailAddresses can\'t be used together with PrimarySmtpAddress or WindowsEmailAddress in the same command.');
  if (change) return changedAddresses(before, change);
  const [primary, other] = primaries;
  if (primary === undefined) return undefined;
  if (other !== undefined && other.toLowerCase() !== primary.toLowerCase()) throw badParameter('The parameters PrimarySmtpAddress and WindowsEmailAddress must not differ.');
  return withPrimary(before, readAddress(`smtp:${primary.replace(/^smtp:/i, '')}`).slice(5));
}

function customAttributes(call: CmdletCall, view: View): Readonly<Record<string, unknown>> {
  const set = CUSTOM_ATTRIBUTES.map((name, i) => ({ number: i + 1, value: call.arguments.text(name) })).filter(({ value }) => value !== undefined);
  if (set.length === 0) return {};
  const isUser = view.object.kind === 'user';
  const before = isUser ? view.object.properties['onPremisesExtensionAttributes'] : facetOf(view.object).customAttributes;
  const after: Record<string, unknown> = { ...before as object | undefined };
  for (const { number, value } of set) {
    const key = isUser ? `extensionAttribute${number}` : String(number);
    if (value === null || value === '') delete after[key];
    else after[key] = value;
  }
  return isUser ? { onPremisesExtensionAttributes: after } : { customAttributes: after };
}

/** Mailboxes, mail users and mail-enabled security groups (cmdlet reference, Set-Mailbox, GrantSendOnBehalfTo). */
export const mayActForOthers: Accepts = (view, directory) => isMailbox(view, directory) || isMailUser(view, directory) || recipientTypeOf(view, directory) === 'MailUniversalSecurityGroup';

/**
 * Ids after a change of a multivalued reference: each named recipient must exist; adding one that is there and removing one that is
 * not changes nothing.
 * @throws ExchangeRefusal 400.
 */
export function changedReferences(call: CmdletCall, before: readonly string[], change: ListChange, accepts?: Accepts): readonly string[] {
  const ids = (names: readonly string[]): readonly string[] => names.map((name) => oneRecipient(call.directory, name, accepts).object.id);
  if ('replace' in change) return [...new Set(ids(change.replace))];
  const [add, remove] = [ids(change.add), ids(change.remove)];
  return [...new Set([...before, ...add])].filter((id) => !remove.includes(id));
}

/** The function that writes an edit: it gives no rows, and warns when nothing was different. */
export function committed(call: CmdletCall, view: View, edit: Edit): () => readonly Row[] {
  const { directory, clock } = call;
  return () => {
    const before = directory.changes;
    writeProperties(directory, view.object, edit.properties);
    writeFacet(directory, view.object, edit.facet);
    if (directory.changes === before) call.warn(`The command completed successfully but no settings of '${nameOf(view)}' have been modified.`);
    else writeFacet(directory, view.object, { whenChanged: new Date(clock.now()).toISOString() });
    return NO_ROWS;
  };
}

/** Properties without those that are null or undefined. */
export function present(properties: Properties): Properties { return Object.fromEntries(Object.entries(properties).filter(([, value]) => value !== null && value !== undefined)); }

/** The user principal name that MicrosoftOnlineServicesID sets, checked; undefined when it is not given. */
export function newUserId(call: CmdletCall, self: string | undefined): string | undefined {
  const id = call.arguments.given('MicrosoftOnlineServicesID');
  return id === undefined ? undefined : checkUserId(call, id, self);
}

/** @throws ExchangeRefusal 400 for a user ID with wrong characters, too long a part, of a foreign domain, or taken by another user. */
export function checkUserId(call: CmdletCall, id: string, self: string | undefined): string {
  const { directory } = call;
  const address = readAddress(`smtp:${id}`).slice(5);
  if (!userPrincipalNameForm(address)) throw badParameter(`Cannot process argument transformation on parameter 'MicrosoftOnlineServicesID'. Cannot convert value "${id}" to type "Microsoft.Exchange.Data.WindowsLiveId".`);
  checkAddresses(directory, [`smtp:${address}`], self === undefined ? [] : [`smtp:${textOf(directory.any(self) ?? { properties: {} }, 'userPrincipalName') ?? ''}`], self);
  return address;
}
