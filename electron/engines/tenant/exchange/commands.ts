import type { Values } from '../../../../shared/domain/objects.ts';
import type { AttributeChange } from '../../../../shared/domain/plans.ts';
import { appError, ErrorCode } from '../../../../shared/domain/errors.ts';
import { countryCodeOfName } from '../../../../shared/rules/country-name.ts';
import { targetAttribute } from '../../../../shared/rules/target-attributes.ts';
import { addressDelta, listDelta, type AddressDelta } from './address-delta.ts';
import { COMMON, NAMING, OF_GROUPS, OF_PEOPLE, PERSON } from './recipients.ts';

/** One cmdlet to run. */
export interface Command { readonly cmdlet: string; readonly parameters: Readonly<Record<string, unknown>> }
/** Kinds of objects that Exchange Online writes: contacts and groups with mail, which it keeps, and mailboxes, mail users and Microsoft 365 groups, which Graph keeps. */
export type ExchangeKind = 'contact' | 'group' | 'user' | 'Microsoft 365 group';
/** Kinds that it keeps. */
export type KeptKind = 'contact' | 'group';

const PERSON_NAMES = new Map(PERSON);
const MAIL_NAMES = new Map([...COMMON, ...OF_GROUPS, ...OF_PEOPLE, ['externalEmailAddress', 'ExternalEmailAddress'] as const]);

const aboutOf = (kind: ExchangeKind, attribute: string) => (kind === 'Microsoft 365 group' ? targetAttribute('group', attribute, 'graph') : targetAttribute(kind, attribute, 'exchange'));

function valueOf(kind: ExchangeKind, attribute: string, after: Values | null): unknown {
  const first = after?.[0];
  if (first === undefined) return null;
  if (aboutOf(kind, attribute)?.type === 'boolean') return first.toLowerCase() === 'true';
  // Exchange takes a code or one of its own names, and shows names.
  return attribute === 'country' ? countryCodeOfName(first) ?? first : first;
}

function parameters(kind: ExchangeKind, changes: readonly AttributeChange[], names: ReadonlyMap<string, string>): Record<string, unknown> {
  return Object.fromEntries(changes.flatMap(({ attribute, after }) => { const name = names.get(attribute); return name === undefined ? [] : [[name, valueOf(kind, attribute, after)] as const]; }));
}

/**
 * The cmdlet that makes a contact or group. Its Name, which nobody sees and which must be unique among all recipients, is the alias.
 * @throws AppError INVALID_INPUT when a value is missing that the cmdlet needs.
 */
export function creationCommand(kind: KeptKind, changes: readonly AttributeChange[]): Command {
  const value = (attribute: string): string | undefined => changes.find((c) => c.attribute === attribute)?.after?.[0];
  const needed = (attribute: string): string => {
    const text = value(attribute);
    if (text === undefined) throw appError(ErrorCode.InvalidInput, `A ${kind} cannot be made in Exchange Online without ${attribute}: correct the mapping rules.`);
    return text;
  };
  const alias = needed('mailNickname');
  const common = { Name: alias, Alias: alias, DisplayName: needed('displayName') };
  const given = (pairs: readonly (readonly [string, unknown])[]) => Object.fromEntries(pairs.filter(([, v]) => v !== undefined));
  if (kind === 'contact') return { cmdlet: 'New-MailContact', parameters: { ...common, ExternalEmailAddress: needed('externalEmailAddress'), ...given([['FirstName', value('givenName')], ['LastName', value('surname')]]) } };
  const closed = value('requireSenderAuthenticationEnabled');
  return {
    cmdlet: 'New-DistributionGroup',
    parameters: {
      ...common, Type: value('securityEnabled')?.toLowerCase() === 'true' ? 'Security' : 'Distribution',
      ...given([['PrimarySmtpAddress', value('proxyAddresses')?.slice(5)], ['Description', value('description')], ['RequireSenderAuthenticationEnabled', closed === undefined ? undefined : closed.toLowerCase() === 'true']]),
    },
  };
}

/** A change of a list, value by value (ExchangeOnlineManagement cmdlet reference, multivalued properties). */
const hashTable = ({ add, remove }: AddressDelta) => ({ '@odata.type': '#Exchange.GenericHashTable', ...(add.length > 0 ? { Add: add } : {}), ...(remove.length > 0 ? { Remove: remove } : {}) });

/**
 * The cmdlets of an update, in order; none when there is nothing left to do. Addresses are added and removed one by one, so that
 * those of others stay.
 * @param present addresses that the object has now.
 * @param type RecipientTypeDetails of an account as it is now: Set-Mailbox does not change mail users.
 */
export function updateCommands(kind: ExchangeKind, id: string, changes: readonly AttributeChange[], present: Values, type = ''): readonly Command[] {
  const commands: Command[] = [];
  const addresses = changes.find((c) => c.attribute === 'proxyAddresses');
  const delta = addresses === undefined ? null : addressDelta(present, addresses.before, addresses.after);
  const EmailAddresses = delta === null || delta.add.length + delta.remove.length === 0 ? {} : { EmailAddresses: hashTable(delta) };
  const owners = changes.find((c) => c.attribute === 'managedBy');
  const ownersDelta = owners === undefined ? null : listDelta(owners.before, owners.after);
  const ManagedBy = ownersDelta === null || ownersDelta.add.length + ownersDelta.remove.length === 0 ? {} : { ManagedBy: hashTable(ownersDelta) };
  const naming: Readonly<Record<string, unknown>> = Object.fromEntries(NAMING.flatMap(([attribute, parameter]): (readonly [string, unknown])[] => {
    const change = changes.find((c) => c.attribute === attribute);
    if (change === undefined) return [];
    if (aboutOf(kind, attribute)?.type === 'text') return [[parameter, change.after?.[0] ?? null]];
    const { add, remove } = listDelta(change.before, change.after);
    return add.length + remove.length === 0 ? [] : [[parameter, hashTable({ add, remove })]];
  }));
  const { Manager, ...restrictions } = naming;
  const mail = { ...parameters(kind, changes, MAIL_NAMES), ...restrictions };
  const push = (cmdlet: string, more: Readonly<Record<string, unknown>>): void => { if (Object.keys(more).length > 0) commands.push({ cmdlet, parameters: { Identity: id, ...more } }); };
  if (kind === 'group') {
    push('Set-Group', parameters(kind, changes, new Map([['notes', 'Notes']])));
    push('Set-DistributionGroup', { ...mail, ...EmailAddresses, ...ManagedBy });
  }
  else if (kind === 'user') push(type.endsWith('MailUser') ? 'Set-MailUser' : 'Set-Mailbox', { ...mail, ...EmailAddresses });
  else if (kind === 'Microsoft 365 group') push('Set-UnifiedGroup', { ...mail, ...EmailAddresses });
  else {
    push('Set-Contact', { ...parameters(kind, changes, PERSON_NAMES), ...(Manager === undefined ? {} : { Manager }) });
    push('Set-MailContact', { ...mail, ...EmailAddresses });
  }
  return commands;
}

/** The cmdlet that removes an object for good: there is no recycle bin for it (cmdlet reference; Graph documentation, restore deleted item). */
export function removalCommand(kind: KeptKind, id: string): Command {
  return { cmdlet: kind === 'contact' ? 'Remove-MailContact' : 'Remove-DistributionGroup', parameters: { Identity: id, Confirm: false } };
}

/** The cmdlet that adds or removes one member. */
export function memberCommand(what: 'Add' | 'Remove', groupId: string, memberId: string): Command {
  return { cmdlet: `${what}-DistributionGroupMember`, parameters: { Identity: groupId, Member: memberId, ...(what === 'Remove' ? { Confirm: false } : {}) } };
}
