import PQueue from 'p-queue';
import type { Attributes, TargetObject } from '../../../shared/domain/objects.ts';
import type { Finding, MailboxPermission, Operation } from '../../../shared/domain/plans.ts';
import { namesOf } from '../../engines/applying/index.ts';
import { createHolderNames, readExchangeMembers, readPermissions, readRecipient, type ExchangeGateway } from '../../engines/tenant/index.ts';

/** What of the journal tells that an object is to be read. */
interface Entry { readonly operation: Operation; readonly targetId: string }

/** By which addresses the journal knows those whom an object names. */
function knownNames(entries: readonly Entry[]): (id: string) => readonly string[] {
  const byTarget = Map.groupBy(entries, (e) => e.targetId);
  return (id) => namesOf((byTarget.get(id) ?? []).map((e) => e.operation));
}

/**
 * Present state of the objects that a task wrote through Exchange Online, read there, with members of groups; undefined for what is gone:
 * there is no recycle bin for them.
 * @throws AppError as the gateway.
 */
export async function presentAtExchange(exchange: ExchangeGateway, entries: readonly Entry[], signal: AbortSignal): Promise<Map<string, TargetObject | undefined>> {
  const mine = entries.filter((e) => e.operation.service === 'exchange' && e.operation.objectKind !== 'user' && e.operation.recipient === undefined);
  const kinds = new Map(mine.map((e) => [e.targetId, e.operation.objectKind === 'group' ? 'group' as const : 'contact' as const]));
  const present = new Map<string, TargetObject | undefined>();
  const names = knownNames(entries);
  for (const [id, kind] of kinds) {
    const found = await readRecipient(exchange, kind, id, signal, names(id));
    const object = found === undefined || found === 'several' ? undefined : found.object;
    const members = object === undefined || kind === 'contact' ? null : [...await readExchangeMembers(exchange, id, signal)];
    present.set(id, object === undefined || members === null ? object : { ...object, links: { ...object.links, members } });
  }
  return present;
}

/**
 * What Exchange Online shows of the objects that Graph keeps and a task wrote there, by id; undefined for what is no recipient any more.
 * @throws AppError as the gateway.
 */
export async function partsAtExchange(exchange: ExchangeGateway, entries: readonly Entry[], signal: AbortSignal): Promise<Map<string, Attributes | undefined>> {
  const kinds = new Map(entries.flatMap((e) => (e.operation.recipient === undefined ? [] : [[e.targetId, e.operation.objectKind === 'group' ? 'Microsoft 365 group' as const : 'user' as const]])));
  const parts = new Map<string, Attributes | undefined>();
  const names = knownNames(entries);
  for (const [id, kind] of kinds) {
    const found = await readRecipient(exchange, kind, id, signal, names(id));
    parts.set(id, found === undefined || found === 'several' ? undefined : found.object.attributes);
  }
  return parts;
}

/** Mailboxes that are read side by side: Exchange Online slows down those who ask for much at once (Exchange documentation, PowerShell throttling). */
const LANES = 3;

/**
 * Who holds the permissions asked for, by mailbox and permission; a mailbox that is gone has none.
 * @param wanted permissions by Graph id of the mailbox; only these are asked for.
 * @throws AppError as the gateway.
 */
export async function readHolders(exchange: ExchangeGateway, wanted: ReadonlyMap<string, ReadonlySet<MailboxPermission>>, signal: AbortSignal, names = createHolderNames(exchange)): Promise<Map<string, Readonly<Record<string, readonly string[]>>>> {
  const found = new Map<string, Readonly<Record<string, readonly string[]>>>();
  const queue = new PQueue({ concurrency: LANES });
  await queue.addAll([...wanted].map(([id, permissions]) => async () => {
    signal.throwIfAborted();
    const holders = await readPermissions(exchange, id, permissions, names, signal);
    found.set(id, Object.fromEntries([...permissions].map((permission) => [permission, [...holders?.[permission] ?? []]])));
  }));
  return found;
}

/** Who holds the permissions that a task wrote, by mailbox. @throws AppError as the gateway. */
export async function holdersAtExchange(exchange: ExchangeGateway, entries: readonly Entry[], signal: AbortSignal): Promise<Map<string, Readonly<Record<string, readonly string[]>>>> {
  const wanted = new Map<string, Set<MailboxPermission>>();
  for (const { operation: { permission }, targetId } of entries) if (permission !== undefined) wanted.set(targetId, (wanted.get(targetId) ?? new Set<MailboxPermission>()).add(permission));
  return await readHolders(exchange, wanted, signal);
}

/** A warning for each object that the plan removes from Exchange Online: nothing brings it back (ExchangeOnlineManagement cmdlet reference, Remove-MailContact, Remove-DistributionGroup). */
export function finalDeletes(operations: readonly Operation[]): Finding[] {
  return operations.filter((o) => o.kind === 'delete' && o.service === 'exchange').map((o) => ({
    sourceId: o.sourceId, name: o.name, attribute: '', value: '', rule: 'removed for good', severity: 'warning', proposal: null,
    message: `Exchange Online has no recycle bin for a ${o.objectKind === 'group' ? 'group with mail' : 'contact'}: "${o.name}" is removed for good. Migrating it again makes a new one, without what others have changed on it.`,
  }));
}
