import { AppError, ErrorCode } from '../../../../shared/domain/errors.ts';
import type { ExchangeGateway } from '../port.ts';
import { isUnknownObject } from './objects.ts';
import type { Row } from './recipients.ts';

/** A mailbox of Exchange Online, as far as switching mail to it needs it. */
export interface CloudMailbox {
  /** Id in the directory of the tenant. */
  readonly id: string;
  readonly name: string;
  /** ExchangeGuid as dashed lower-case text. */
  readonly guid: string;
  /** RecipientTypeDetails, e.g. `UserMailbox`. */
  readonly type: string;
  /** Primary SMTP address in lower case. */
  readonly primary: string;
  /** Every address with its prefix, in Exchange's spelling. */
  readonly addresses: readonly string[];
  readonly legacyExchangeDn: string;
  /** Where its mail is sent on to, in lower case without prefix; null: nowhere. */
  readonly forwardingSmtpAddress: string | null;
  /** Whether a copy stays in the mailbox when mail is sent on. */
  readonly deliverToMailboxAndForward: boolean;
}

/** By what mailboxes are asked for; each object of the source may know several of them. */
export interface MailboxKeys { readonly ids: readonly string[]; readonly guids: readonly string[]; readonly addresses: readonly string[] }

/** Conditions of one filter: some two thousand characters, well below what a command line takes. */
const CONDITIONS = 30;
const SHOWN = ['ExternalDirectoryObjectId', 'Name', 'ExchangeGuid', 'RecipientTypeDetails', 'PrimarySmtpAddress', 'EmailAddresses', 'LegacyExchangeDN', 'ForwardingSmtpAddress', 'DeliverToMailboxAndForward'] as const;
const text = (value: unknown): string => (typeof value === 'string' ? value : '');
const quoted = (value: string): string => `'${value.replaceAll("'", "''")}'`;

function mailboxOf(row: Row): CloudMailbox {
  const forwarding = text(row['ForwardingSmtpAddress']).replace(/^smtp:/i, '').toLowerCase();
  return {
    id: text(row['ExternalDirectoryObjectId']).toLowerCase(), name: text(row['Name']), guid: text(row['ExchangeGuid']).toLowerCase(), type: text(row['RecipientTypeDetails']), primary: text(row['PrimarySmtpAddress']).toLowerCase(),
    addresses: Array.isArray(row['EmailAddresses']) ? (row['EmailAddresses'] as readonly unknown[]).map(text).filter((one) => one !== '') : [],
    legacyExchangeDn: text(row['LegacyExchangeDN']), forwardingSmtpAddress: forwarding === '' ? null : forwarding, deliverToMailboxAndForward: row['DeliverToMailboxAndForward'] === true,
  };
}

/**
 * Mailboxes that have one of these ids, GUIDs or addresses, thirty in one request (cmdlet reference, Get-Mailbox; filterable properties for the Filter
 * parameter: ExternalDirectoryObjectId, ExchangeGuid, EmailAddresses). Mail users and what has no mailbox are not among them.
 * @throws AppError as {@link ExchangeGateway.invoke}.
 */
export async function readMailboxes(exchange: ExchangeGateway, { ids, guids, addresses }: MailboxKeys, signal?: AbortSignal): Promise<readonly CloudMailbox[]> {
  const conditions = [...new Set([
    ...ids.map((id) => `ExternalDirectoryObjectId -eq ${quoted(id)}`), ...guids.map((guid) => `ExchangeGuid -eq ${quoted(guid)}`), ...addresses.map((address) => `EmailAddresses -eq ${quoted(`smtp:${address}`)}`),
  ])];
  const found = new Map<string, CloudMailbox>();
  for (let from = 0; from < conditions.length; from += CONDITIONS) {
    const { rows } = await exchange.invoke('Get-Mailbox', { Filter: conditions.slice(from, from + CONDITIONS).join(' -or '), ResultSize: 'Unlimited' }, signal, { select: SHOWN });
    for (const mailbox of rows.map(mailboxOf)) if (mailbox.id !== '') found.set(mailbox.id, mailbox);
  }
  return [...found.values()];
}

/** One mailbox by its id as it is now; undefined: there is none. @throws AppError as {@link ExchangeGateway.invoke}. */
export async function readMailbox(exchange: ExchangeGateway, id: string, signal?: AbortSignal): Promise<CloudMailbox | undefined> {
  try {
    const { rows: [row] } = await exchange.invoke('Get-Mailbox', { Identity: id }, signal, { select: SHOWN });
    return row === undefined ? undefined : mailboxOf(row);
  } catch (error) {
    if (isUnknownObject(error)) return undefined;
    throw error;
  }
}

/**
 * Sets where the mail of a mailbox is sent on to (cmdlet reference, Set-Mailbox, ForwardingSmtpAddress and DeliverToMailboxAndForward; both can be written to a
 * mailbox whose account is synchronised). @param to null: nowhere.
 * @returns true when Exchange certainly took it; false when nobody can tell, so that it must be looked for.
 * @throws AppError TENANT_REFUSED, FORBIDDEN and others about this command, when it was certainly not carried out.
 */
export async function setForwarding(exchange: ExchangeGateway, id: string, to: string | null, deliverToMailboxAndForward: boolean): Promise<boolean> {
  try {
    // No signal: what is sent must be settled.
    await exchange.invoke('Set-Mailbox', { Identity: id, ForwardingSmtpAddress: to, DeliverToMailboxAndForward: deliverToMailboxAndForward });
    return true;
  } catch (error) {
    if (error instanceof AppError && (error.data.code === ErrorCode.TenantUnavailable || error.data.code === ErrorCode.Timeout)) return false;
    throw error;
  }
}
