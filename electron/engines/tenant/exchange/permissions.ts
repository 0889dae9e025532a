import type { MailboxPermission } from '../../../../shared/domain/plans.ts';
import type { ExchangeGateway } from '../port.ts';
import type { Command } from './commands.ts';
import { isUnknownObject } from './objects.ts';
import type { Row } from './recipients.ts';

/** Who holds which permission on one mailbox, by Graph id. */
export type PermissionHolders = Readonly<Record<MailboxPermission, ReadonlySet<string>>>;

/** Accounts of the system in lists of permissions: they hold nothing that somebody gave (cmdlet reference, Get-MailboxPermission, examples). */
const SYSTEM = /^(?:NT AUTHORITY\\|S-1-5-)/i;
const texts = (value: unknown): readonly string[] => (Array.isArray(value) ? value : typeof value === 'string' ? value.split(',') : []).flatMap((one: unknown) => (typeof one === 'string' && one.trim() !== '' ? [one.trim()] : []));
const allows = (row: Row, right: string): boolean => row['Deny'] !== true && row['AccessControlType'] !== 'Deny' && texts(row['AccessRights']).some((one) => one.toLowerCase() === right.toLowerCase());

/** Finds the ids of holders, which Exchange shows by user principal name or name; each name is asked for once. */
export interface HolderNames { idOf(name: string, signal?: AbortSignal): Promise<string | undefined> }

/** @param exchange of the tenant whose names are meant. */
export function createHolderNames(exchange: ExchangeGateway): HolderNames {
  const known = new Map<string, Promise<string | undefined>>();
  const find = async (name: string, signal?: AbortSignal): Promise<string | undefined> => {
    const rows = await rowsOrNone(exchange.invoke('Get-Recipient', { Identity: name }, signal, { select: ['ExternalDirectoryObjectId', 'Name'] }));
    // Names are unique among recipients; an alias or display name of another may be the same text.
    const row = rows.length === 1 ? rows[0] : rows.find((one) => String(one['Name']).toLowerCase() === name.toLowerCase());
    // An account that lost its mailbox is no recipient, and still holds what it was given (cmdlet reference, Get-User).
    const account = rows.length === 0 ? (await rowsOrNone(exchange.invoke('Get-User', { Identity: name }, signal, { select: ['ExternalDirectoryObjectId'] }))) : [];
    const id = (row ?? (account.length === 1 ? account[0] : undefined))?.['ExternalDirectoryObjectId'];
    return typeof id === 'string' && id !== '' ? id.toLowerCase() : undefined;
  };
  return {
    idOf: async (name, signal) => {
      const key = name.toLowerCase();
      const asked = known.get(key) ?? find(name, signal);
      known.set(key, asked);
      try { return await asked; } catch (error) {
        known.delete(key);
        throw error;
      }
    },
  };
}

async function rowsOrNone(work: Promise<{ readonly rows: readonly Row[] }>): Promise<readonly Row[]> {
  try { return (await work).rows; } catch (error) {
    if (isUnknownObject(error)) return [];
    throw error;
  }
}

/**
 * Permissions on one mailbox as Exchange Online shows them now (cmdlet reference, Get-MailboxPermission, Get-RecipientPermission,
 * Get-Mailbox). Entries that deny, and those of the owner, the system and deleted holders do not count.
 * @param wanted the others are left empty, and not asked for.
 * @returns undefined when there is no such mailbox.
 * @throws AppError as {@link ExchangeGateway.invoke}.
 */
export async function readPermissions(exchange: ExchangeGateway, mailboxId: string, wanted: Iterable<MailboxPermission>, names: HolderNames, signal?: AbortSignal): Promise<PermissionHolders | undefined> {
  const asked = new Set(wanted);
  const found: Record<MailboxPermission, ReadonlySet<string>> = { fullAccess: new Set(), sendAs: new Set(), grantSendOnBehalfTo: new Set() };
  const idsOf = async (holders: readonly unknown[]): Promise<ReadonlySet<string>> => {
    const ids = new Set<string>();
    for (const holder of holders) {
      const id = typeof holder !== 'string' || SYSTEM.test(holder) ? undefined : await names.idOf(holder, signal);
      if (id !== undefined) ids.add(id);
    }
    return ids;
  };
  const read = async (cmdlet: string): Promise<readonly Row[]> => (await exchange.invoke(cmdlet, { Identity: mailboxId }, signal)).rows;
  try {
    if (asked.has('fullAccess')) found.fullAccess = await idsOf((await read('Get-MailboxPermission')).filter((row) => allows(row, 'FullAccess')).map((row) => row['User']));
    if (asked.has('sendAs')) found.sendAs = await idsOf((await read('Get-RecipientPermission')).filter((row) => allows(row, 'SendAs')).map((row) => row['Trustee']));
    if (asked.has('grantSendOnBehalfTo')) {
      const [mailbox] = await read('Get-Mailbox');
      if (mailbox === undefined) return undefined;
      found.grantSendOnBehalfTo = await idsOf(texts(mailbox['GrantSendOnBehalfTo']));
    }
  } catch (error) {
    if (isUnknownObject(error)) return undefined;
    throw error;
  }
  return found;
}

/**
 * The cmdlet that gives a permission to one holder, or takes it away (ExchangeOnlineManagement cmdlet reference, Add- and
 * Remove-MailboxPermission, Add- and Remove-RecipientPermission, Set-Mailbox). Full Access opens in Outlook of its own accord, which is the
 * cmdlet's default (AutoMapping).
 */
export function permissionCommand(what: 'Add' | 'Remove', permission: MailboxPermission, mailboxId: string, holderId: string): Command {
  switch (permission) {
    case 'fullAccess': return { cmdlet: `${what}-MailboxPermission`, parameters: { Identity: mailboxId, User: holderId, AccessRights: ['FullAccess'], InheritanceType: 'All', Confirm: false } };
    case 'sendAs': return { cmdlet: `${what}-RecipientPermission`, parameters: { Identity: mailboxId, Trustee: holderId, AccessRights: ['SendAs'], Confirm: false } };
    case 'grantSendOnBehalfTo': return { cmdlet: 'Set-Mailbox', parameters: { Identity: mailboxId, GrantSendOnBehalfTo: { '@odata.type': '#Exchange.GenericHashTable', [what]: [holderId] } } };
  }
}

/** Warnings of the cmdlets for what is so already (Exchange troubleshooting documentation, Add- and Remove-MailboxPermission; Set-Mailbox). */
const SO_ALREADY = /is already present on the object|ACE doesn't exist on the object|no settings of .* have been modified/i;

/**
 * Gives or takes one permission. Exchange does not refuse what is so already: it warns.
 * @returns `so already` when nothing was changed.
 * @throws AppError as {@link ExchangeGateway.invoke}.
 */
export async function runPermissionCommand(exchange: ExchangeGateway, { cmdlet, parameters }: Command): Promise<'changed' | 'so already'> {
  // No signal: what is sent must be settled.
  const { warnings } = await exchange.invoke(cmdlet, parameters);
  return warnings.some((warning) => SO_ALREADY.test(warning)) ? 'so already' : 'changed';
}
