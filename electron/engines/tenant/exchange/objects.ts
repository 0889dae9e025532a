import { AppError, ErrorCode } from '../../../../shared/domain/errors.ts';
import type { ExchangeGateway } from '../port.ts';
import type { Command, ExchangeKind } from './commands.ts';
import { contactOf, groupOf, namesIn, ownerNames, partOf, type ExchangeObject, type Row } from './recipients.ts';

/** True for a refusal because the object that was named does not exist (or is not known to Exchange yet). */
export function isUnknownObject(error: unknown): boolean {
  return error instanceof AppError && error.data.code === ErrorCode.TenantRefused && (error.data.detail?.['status'] === 404 || /couldn't (?:be found|find object)/i.test(error.data.message));
}

/** True when nobody can tell from the error whether the cmdlet was carried out. */
export function mayHaveHappened(error: unknown): boolean {
  if (!(error instanceof AppError)) return false;
  const { code, detail } = error.data;
  const status = detail?.['status'];
  return code === ErrorCode.TenantUnavailable || code === ErrorCode.Timeout || (typeof status === 'number' && status >= 500 && status !== 501);
}

/** True for a refusal that is about this one command; other errors concern every further one as well. */
export function isRefusal(error: unknown): error is AppError {
  return error instanceof AppError && ([ErrorCode.TenantRefused, ErrorCode.InvalidInput, ErrorCode.Forbidden, ErrorCode.AuthFailed] as string[]).includes(error.data.code);
}

/** Rows of a cmdlet; none when there is no such object. */
export const unknownAsNone = async (work: Promise<{ readonly rows: readonly Row[] }>): Promise<readonly Row[]> => {
  try { return (await work).rows; } catch (error) {
    if (isUnknownObject(error)) return [];
    throw error;
  }
};

/** Cmdlets that show an object of a kind; an account may be either of two. */
const SHOWN_BY: Readonly<Record<ExchangeKind, readonly string[]>> = { contact: ['Get-MailContact'], group: ['Get-DistributionGroup'], user: ['Get-Mailbox', 'Get-MailUser'], 'Microsoft 365 group': ['Get-UnifiedGroup'] };

/** SMTP addresses of a row, in lower case, the primary one first. */
const smtpOf = (row: Row | undefined): readonly string[] => [row?.['PrimarySmtpAddress'], ...(Array.isArray(row?.['EmailAddresses']) ? row['EmailAddresses'] as readonly unknown[] : [])]
  .flatMap((one) => (typeof one === 'string' && one !== '' && !/^(?!smtp:)[A-Za-z0-9]+:/i.test(one) ? [one.replace(/^smtp:/i, '').toLowerCase()] : []));

/** Recipients asked for together: a filter of ten names of 64 characters is well below what a command line takes. */
const TOGETHER = 10;
/** What addresses are known by. */
const ADDRESSES = { select: ['Name', 'PrimarySmtpAddress', 'EmailAddresses'] } as const;
const named = (row: Row, name: string): boolean => String(row['Name']).toLowerCase() === name.toLowerCase();

/**
 * Recipients by their names, in one request (cmdlet reference, Get-Recipient, Filter; filterable properties for the Filter parameter, Name).
 * A name with signs that mean something in a filter is left to be asked for by itself, and so is every one when the filter is refused.
 */
async function byName(exchange: ExchangeGateway, names: readonly string[], signal: AbortSignal | undefined): Promise<readonly Row[]> {
  const plain = names.filter((name) => /^[\p{L}\p{N} ._@()&,+-]+$/u.test(name));
  if (plain.length < 2) return [];
  try {
    return (await exchange.invoke('Get-Recipient', { Filter: plain.map((name) => `Name -eq '${name}'`).join(' -or '), ResultSize: 'Unlimited' }, signal, ADDRESSES)).rows;
  } catch (error) {
    if (error instanceof AppError && error.data.code === ErrorCode.TenantRefused) return [];
    throw error;
  }
}

/**
 * Addresses of recipients by the names that rows show; whom nobody has by that name is left out. Ten are asked for together; what that does
 * not tell for certain is asked for by itself.
 * @param prefer addresses by which a plan knows recipients, in lower case: whoever has one of them goes by it, also when another one is the
 * primary one by now; else by the primary one.
 * @throws AppError as {@link ExchangeGateway.invoke}.
 */
export async function addressesOf(exchange: ExchangeGateway, names: Iterable<string>, prefer: readonly string[], signal?: AbortSignal): Promise<ReadonlyMap<string, string>> {
  const addresses = new Map<string, string>();
  const wanted = [...new Set(names)];
  for (let from = 0; from < wanted.length; from += TOGETHER) {
    const some = wanted.slice(from, from + TOGETHER);
    const rows = await byName(exchange, some, signal);
    for (const name of some) {
      const mine = rows.filter((row) => named(row, name));
      const found = mine.length === 1 ? mine : await unknownAsNone(exchange.invoke('Get-Recipient', { Identity: name }, signal, ADDRESSES));
      // Rows show names, which are unique among recipients; an alias or display name of another may be the same text.
      const all = smtpOf(found.length === 1 ? found[0] : found.find((row) => named(row, name)));
      const address = prefer.find((one) => all.includes(one)) ?? all[0];
      if (address !== undefined) addresses.set(name, address);
    }
  }
  return addresses;
}

/**
 * One contact, group, account or Microsoft 365 group as it is now; of the last two what Exchange alone shows.
 * @param identity id in the directory, alias or address (ExchangeOnlineManagement cmdlet reference, Identity).
 * @param prefer addresses by which a plan knows those whom the object names, in any case of letters: they change with the plan itself.
 * @returns undefined when there is none; `several` when more than one answers.
 * @throws AppError as {@link ExchangeGateway.invoke}.
 */
export async function readRecipient(exchange: ExchangeGateway, kind: ExchangeKind, identity: string, signal?: AbortSignal, prefer: readonly string[] = []): Promise<ExchangeObject | undefined | 'several'> {
  let rows: readonly Row[] = [];
  for (const cmdlet of SHOWN_BY[kind]) if (rows.length === 0) rows = await unknownAsNone(exchange.invoke(cmdlet, { Identity: identity }, signal));
  const [row] = rows;
  if (row === undefined) return undefined;
  if (rows.length > 1) return 'several';
  const [person = {}] = kind === 'contact' || kind === 'group' ? await unknownAsNone(exchange.invoke(kind === 'contact' ? 'Get-Contact' : 'Get-Group', { Identity: identity }, signal)) : [];
  // Restrictions of Microsoft 365 groups are not written, so nobody asks whom they name.
  const addresses = await addressesOf(exchange, kind === 'Microsoft 365 group' ? [] : [...(kind === 'group' ? ownerNames(row) : []), ...namesIn({ ...row, Manager: person['Manager'] })], prefer.map((one) => one.toLowerCase()), signal);
  const addressOf = (name: string): string | undefined => addresses.get(name);
  switch (kind) {
    case 'contact': return contactOf(row, person, addressOf) ?? undefined;
    case 'group': return groupOf(row, addressOf, person) ?? undefined;
    case 'user': return partOf('user', row, addressOf) ?? undefined;
    case 'Microsoft 365 group': return partOf('group', row, addressOf) ?? undefined;
  }
}

/** Ids of the members of one group as Exchange sees them now; none for a group that is gone. @throws AppError as {@link ExchangeGateway.invoke}. */
export async function readExchangeMembers(exchange: ExchangeGateway, groupId: string, signal?: AbortSignal): Promise<ReadonlySet<string>> {
  const rows = await unknownAsNone(exchange.invoke('Get-DistributionGroupMember', { Identity: groupId, ResultSize: 'Unlimited' }, signal));
  return new Set(rows.flatMap((row) => (typeof row['ExternalDirectoryObjectId'] === 'string' && row['ExternalDirectoryObjectId'] !== '' ? [row['ExternalDirectoryObjectId'].toLowerCase()] : [])));
}

/** True when Exchange knows the account at all, with mail or without. @throws AppError as {@link ExchangeGateway.invoke}. */
export async function knowsAccount(exchange: ExchangeGateway, id: string, signal?: AbortSignal): Promise<boolean> {
  return (await unknownAsNone(exchange.invoke('Get-User', { Identity: id }, signal))).length > 0;
}

/** Parameter of the cmdlets that change groups of other owners; only Organization Management has it (cmdlet reference). */
const BYPASS = 'BypassSecurityGroupManagerCheck';

/**
 * Runs a cmdlet that writes; groups of other owners too, where the sign-in may do that.
 * @throws AppError as {@link ExchangeGateway.invoke}.
 */
export async function runCommand(exchange: ExchangeGateway, { cmdlet, parameters }: Command): Promise<readonly Row[]> {
  // No signal: what is sent must be settled.
  if (!/^(Set|Remove)-DistributionGroup$|^Set-Group$|-DistributionGroupMember$/.test(cmdlet)) return (await exchange.invoke(cmdlet, parameters)).rows;
  try {
    return (await exchange.invoke(cmdlet, { ...parameters, [BYPASS]: true })).rows;
  } catch (error) {
    if (!isRefusal(error) || !error.data.message.includes(BYPASS)) throw error;
    return (await exchange.invoke(cmdlet, parameters)).rows;
  }
}
