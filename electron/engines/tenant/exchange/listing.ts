import type { Attributes, TargetObject } from '../../../../shared/domain/objects.ts';
import type { ExchangeGateway } from '../port.ts';
import { addressesOf } from './objects.ts';
import { contactOf, groupOf, namesIn, ownerNames, partAttributes, type AddressOf, type ExchangeObject, type Row } from './recipients.ts';

/**
 * What an account is to Exchange: `UserMailbox`, `SharedMailbox`, `MailUser` ... `name` is the one that rows show of owners and senders;
 * `attributes` are what Exchange shows of it in a list: addresses and visibility.
 */
export interface MailAccount { readonly type: string; readonly name: string; readonly address: string; readonly attributes: Attributes }

/** The recipients of a tenant, but for people. */
export interface Recipients {
  /** Contacts with mail, distribution groups and mail-enabled security groups, by id. */
  readonly objects: Map<string, TargetObject>;
  readonly addressOf: AddressOf;
}

const idOf = (row: Row): string => (typeof row['ExternalDirectoryObjectId'] === 'string' ? row['ExternalDirectoryObjectId'].toLowerCase() : '');

/**
 * The accounts of the tenant that are recipients, by id. Others can be in none of Exchange's groups. Only a few properties of each are asked for.
 * @throws AppError as {@link ExchangeGateway.invoke}.
 */
export async function readMailAccounts(exchange: ExchangeGateway, signal?: AbortSignal): Promise<ReadonlyMap<string, MailAccount>> {
  const { rows } = await exchange.invoke('Get-Recipient', { RecipientType: ['UserMailbox', 'MailUser'], ResultSize: 'Unlimited' }, signal, { select: [...SHOWN] });
  return accountsOf(rows);
}

const SHOWN = ['ExternalDirectoryObjectId', 'RecipientTypeDetails', 'Name', 'PrimarySmtpAddress', 'EmailAddresses', 'HiddenFromAddressListsEnabled'] as const;
/** Every kind of recipient that a pair's tenant is read for; Microsoft 365 groups come only when they are named (cmdlet reference, Get-Recipient). */
const KINDS = ['UserMailbox', 'SharedMailbox', 'RoomMailbox', 'EquipmentMailbox', 'MailUser', 'GuestMailUser', 'MailContact', 'MailUniversalDistributionGroup', 'MailUniversalSecurityGroup', 'RoomList', 'GroupMailbox'];

/** Recipients that changed: when each did, by id, the accounts among them, and of which other kinds there are some. */
export interface ChangedRecipients {
  readonly at: ReadonlyMap<string, string>;
  readonly accounts: ReadonlyMap<string, MailAccount>;
  readonly contacts: boolean;
  readonly groups: boolean;
  readonly unified: boolean;
}

/** The filter for what changed after a time, milliseconds since 1970 (filterable properties for the Filter parameter, WhenChangedUTC: a time in UTC; written so that no regional setting reads it otherwise). */
export function changedAfter(since: number): string {
  return `WhenChangedUTC -gt '${new Date(since).toISOString().slice(0, 19).replace('T', ' ')}'`;
}

/**
 * Recipients of all kinds that pass a filter, in one request for a thousand.
 * @throws AppError as {@link ExchangeGateway.invoke}.
 */
export async function readChangedRecipients(exchange: ExchangeGateway, filter: string, signal?: AbortSignal): Promise<ChangedRecipients> {
  const { rows } = await exchange.invoke('Get-Recipient', { Filter: filter, RecipientTypeDetails: KINDS, ResultSize: 'Unlimited' }, signal, { select: [...SHOWN, 'WhenChangedUTC'] });
  const types = new Set(rows.map((row) => String(row['RecipientTypeDetails'])));
  return {
    at: new Map(rows.flatMap((row) => (idOf(row) === '' ? [] : [[idOf(row), String(row['WhenChangedUTC'] ?? '')] as const]))),
    accounts: accountsOf(rows.filter((row) => /Mailbox$|MailUser$/.test(String(row['RecipientTypeDetails'])) && row['RecipientTypeDetails'] !== 'GroupMailbox')),
    contacts: types.has('MailContact'), groups: ['MailUniversalDistributionGroup', 'MailUniversalSecurityGroup', 'RoomList'].some((type) => types.has(type)), unified: types.has('GroupMailbox'),
  };
}

function accountsOf(rows: readonly Row[]): ReadonlyMap<string, MailAccount> {
  return new Map(rows.flatMap((row) => (idOf(row) === '' ? [] : [[idOf(row), { type: String(row['RecipientTypeDetails']), name: String(row['Name']), address: String(row['PrimarySmtpAddress']), attributes: partAttributes('user', row, () => undefined) }] as const])));
}

/** Which objects of a list are asked for: those that pass a filter (filterable properties for the Filter parameter); null: all. */
export type ListFilter = string | null;
const listed = (filter: ListFilter) => ({ ...(filter === null ? {} : { Filter: filter }), ResultSize: 'Unlimited' });

/**
 * All contacts with mail, distribution groups and mail-enabled security groups of the tenant.
 * @param accounts what owns groups and may send to them besides groups, from {@link readMailAccounts}.
 * @param filter only these; whom they name is then asked for by name.
 * @throws AppError as {@link ExchangeGateway.invoke}.
 */
export async function readRecipients(exchange: ExchangeGateway, accounts: ReadonlyMap<string, MailAccount>, signal?: AbortSignal, filter: ListFilter = null): Promise<Recipients> {
  const all = async (cmdlet: string): Promise<readonly Row[]> => (await exchange.invoke(cmdlet, listed(filter), signal)).rows;
  const objects = new Map<string, TargetObject>();
  const keep = (one: ExchangeObject | null): void => { if (one !== null) objects.set(one.object.id, one.object); };
  const mail = await all('Get-MailContact');
  const persons = new Map(mail.length === 0 ? [] : (await all('Get-Contact')).map((row) => [row['ExternalDirectoryObjectId'], row] as const));
  const groups = await all('Get-DistributionGroup');
  const about = new Map(groups.length === 0 ? [] : (await all('Get-Group')).map((row) => [row['ExternalDirectoryObjectId'], row] as const));
  // Names are shown, and names may be shared: who cannot be told from another is left out, and stays what it is.
  const known = new Map<string, string>();
  const shared = new Set<string>();
  const named = (name: string, address: string): void => { if (known.has(name)) shared.add(name); known.set(name, address); };
  for (const { name, address } of accounts.values()) named(name, address);
  for (const row of [...groups, ...mail]) named(String(row['Name']), String(row['PrimarySmtpAddress']));
  const asked = filter === null ? null : await addressesOf(exchange, [...mail.flatMap((row) => namesIn({ ...row, Manager: persons.get(row['ExternalDirectoryObjectId'])?.['Manager'] })), ...groups.flatMap((row) => [...ownerNames(row), ...namesIn(row)])], [], signal);
  const addressOf: AddressOf = (name) => (asked === null ? (shared.has(name) ? undefined : known.get(name)) : asked.get(name));
  for (const row of mail) keep(contactOf(row, persons.get(row['ExternalDirectoryObjectId']) ?? {}, addressOf));
  for (const row of groups) keep(groupOf(row, addressOf, about.get(row['ExternalDirectoryObjectId']) ?? {}));
  return { objects, addressOf };
}

/** What only the rows of mailboxes and mail users show; of each no more is asked for. */
const DETAILS = ['ExternalDirectoryObjectId', 'RequireSenderAuthenticationEnabled', 'AcceptMessagesOnlyFrom', 'AcceptMessagesOnlyFromDLMembers', 'RejectMessagesFrom', 'RejectMessagesFromDLMembers'] as const;

/**
 * Who may send to people, and where their mail goes besides, by id: attributes that lists of recipients do not show.
 * @throws AppError as {@link ExchangeGateway.invoke}.
 */
export async function readAccountDetails(exchange: ExchangeGateway, addressOf: AddressOf, signal?: AbortSignal, filter: ListFilter = null): Promise<ReadonlyMap<string, Attributes>> {
  const found = new Map<string, Attributes>();
  for (const [cmdlet, select] of [['Get-MailUser', DETAILS], ['Get-Mailbox', [...DETAILS, 'ForwardingAddress', 'DeliverToMailboxAndForward']]] as const) {
    const { rows } = await exchange.invoke(cmdlet, listed(filter), signal, { select });
    // Mail may go on to whom none of the lists shows, such as a Microsoft 365 group; read alone it shows by its address, so it does here.
    const unlisted = rows.flatMap((row): readonly unknown[] => (filter === null ? [row['ForwardingAddress']] : namesIn(row))).flatMap((name) => (typeof name === 'string' && name !== '' && addressOf(name) === undefined ? [name] : []));
    const addresses = await addressesOf(exchange, unlisted, [], signal);
    for (const row of rows) if (idOf(row) !== '') found.set(idOf(row), partAttributes('user', row, (name) => addressOf(name) ?? addresses.get(name)));
  }
  return found;
}

/** What Exchange alone shows of Microsoft 365 groups, by id. @throws AppError as {@link ExchangeGateway.invoke}. */
export async function readUnifiedGroups(exchange: ExchangeGateway, signal?: AbortSignal, filter: ListFilter = null): Promise<ReadonlyMap<string, Attributes>> {
  const { rows } = await exchange.invoke('Get-UnifiedGroup', listed(filter), signal);
  return new Map(rows.flatMap((row) => (idOf(row) === '' ? [] : [[idOf(row), partAttributes('group', row, () => undefined)] as const])));
}
