import { AppError, ErrorCode } from '../../../../shared/domain/errors.ts';
import type { TargetObject } from '../../../../shared/domain/objects.ts';
import type { ExchangeGateway } from '../port.ts';
import type { Command, ExchangeKind } from './commands.ts';
import { contactOf, groupOf, ownerNames, type ExchangeObject, type Row } from './recipients.ts';

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

const unknownAsNone = async (work: Promise<{ readonly rows: readonly Row[] }>): Promise<readonly Row[]> => {
  try { return (await work).rows; } catch (error) {
    if (isUnknownObject(error)) return [];
    throw error;
  }
};

/**
 * One contact or group as it is now.
 * @param identity id in the directory, alias or address (ExchangeOnlineManagement cmdlet reference, Identity).
 * @returns undefined when there is none; `several` when more than one answers.
 * @throws AppError as {@link ExchangeGateway.invoke}.
 */
export async function readRecipient(exchange: ExchangeGateway, kind: ExchangeKind, identity: string, signal?: AbortSignal): Promise<ExchangeObject | undefined | 'several'> {
  const rows = await unknownAsNone(exchange.invoke(kind === 'contact' ? 'Get-MailContact' : 'Get-DistributionGroup', { Identity: identity }, signal));
  const [row] = rows;
  if (row === undefined) return undefined;
  if (rows.length > 1) return 'several';
  if (kind === 'group') {
    const owners = new Map<string, string>();
    for (const name of ownerNames(row)) {
      const found = await unknownAsNone(exchange.invoke('Get-Recipient', { Identity: name }, signal, { select: ['PrimarySmtpAddress'] }));
      const address = found[0]?.['PrimarySmtpAddress'];
      if (found.length === 1 && typeof address === 'string' && address !== '') owners.set(name, address);
    }
    return groupOf(row, (name) => owners.get(name)) ?? undefined;
  }
  const [person] = await unknownAsNone(exchange.invoke('Get-Contact', { Identity: identity }, signal));
  return contactOf(row, person ?? {}) ?? undefined;
}

/** Ids of the members of one group as Exchange sees them now; none for a group that is gone. @throws AppError as {@link ExchangeGateway.invoke}. */
export async function readExchangeMembers(exchange: ExchangeGateway, groupId: string, signal?: AbortSignal): Promise<ReadonlySet<string>> {
  const rows = await unknownAsNone(exchange.invoke('Get-DistributionGroupMember', { Identity: groupId, ResultSize: 'Unlimited' }, signal));
  return new Set(rows.flatMap((row) => (typeof row['ExternalDirectoryObjectId'] === 'string' && row['ExternalDirectoryObjectId'] !== '' ? [row['ExternalDirectoryObjectId'].toLowerCase()] : [])));
}

/**
 * All contacts with mail, distribution groups and mail-enabled security groups of the tenant, by id.
 * @param accounts what owns groups besides groups, from {@link readMailAccounts}.
 * @throws AppError as {@link ExchangeGateway.invoke}.
 */
export async function readRecipients(exchange: ExchangeGateway, accounts: ReadonlyMap<string, MailAccount>, signal?: AbortSignal): Promise<Map<string, TargetObject>> {
  const all = async (cmdlet: string): Promise<readonly Row[]> => (await exchange.invoke(cmdlet, { ResultSize: 'Unlimited' }, signal)).rows;
  const found = new Map<string, TargetObject>();
  const keep = (one: ExchangeObject | null): void => { if (one !== null) found.set(one.object.id, one.object); };
  const mail = await all('Get-MailContact');
  const persons = new Map(mail.length === 0 ? [] : (await all('Get-Contact')).map((row) => [row['ExternalDirectoryObjectId'], row] as const));
  for (const row of mail) keep(contactOf(row, persons.get(row['ExternalDirectoryObjectId']) ?? {}));
  const groups = await all('Get-DistributionGroup');
  // Names are shown, and names may be shared: who cannot be told from another is left out, and stays an owner.
  const owners = new Map<string, string>();
  const shared = new Set<string>();
  const named = (name: string, address: string): void => { if (owners.has(name)) shared.add(name); owners.set(name, address); };
  for (const { name, address } of accounts.values()) named(name, address);
  for (const row of groups) named(String(row['Name']), String(row['PrimarySmtpAddress']));
  for (const row of groups) keep(groupOf(row, (name) => (shared.has(name) ? undefined : owners.get(name))));
  return found;
}

/** What an account is to Exchange: `UserMailbox`, `SharedMailbox`, `MailUser` ... `name` is the one that rows show of owners. */
export interface MailAccount { readonly type: string; readonly name: string; readonly address: string }

/**
 * The accounts of the tenant that are recipients, by id. Others can be in none of Exchange's groups. Only four properties of each are asked for.
 * @throws AppError as {@link ExchangeGateway.invoke}.
 */
export async function readMailAccounts(exchange: ExchangeGateway, signal?: AbortSignal): Promise<ReadonlyMap<string, MailAccount>> {
  const { rows } = await exchange.invoke('Get-Recipient', { RecipientType: ['UserMailbox', 'MailUser'], ResultSize: 'Unlimited' }, signal, { select: ['ExternalDirectoryObjectId', 'RecipientTypeDetails', 'Name', 'PrimarySmtpAddress'] });
  return new Map(rows.flatMap((row) => (typeof row['ExternalDirectoryObjectId'] === 'string' && row['ExternalDirectoryObjectId'] !== '' ? [[row['ExternalDirectoryObjectId'].toLowerCase(), { type: String(row['RecipientTypeDetails']), name: String(row['Name']), address: String(row['PrimarySmtpAddress']) }] as const] : [])));
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
  if (!/^(Set|Remove)-DistributionGroup$|-DistributionGroupMember$/.test(cmdlet)) return (await exchange.invoke(cmdlet, parameters)).rows;
  try {
    return (await exchange.invoke(cmdlet, { ...parameters, [BYPASS]: true })).rows;
  } catch (error) {
    if (!isRefusal(error) || !error.data.message.includes(BYPASS)) throw error;
    return (await exchange.invoke(cmdlet, parameters)).rows;
  }
}
