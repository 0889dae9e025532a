import type { TargetObject } from '../../../shared/domain/objects.ts';
import type { Finding, Operation } from '../../../shared/domain/plans.ts';
import { readExchangeMembers, readRecipient, type ExchangeGateway } from '../../engines/tenant/index.ts';

/** What of the journal tells that an object is to be read. */
interface Entry { readonly operation: Operation; readonly targetId: string }

/**
 * Present state of the objects that a task wrote through Exchange Online, read there, with members of groups; undefined for what is gone:
 * there is no recycle bin for them.
 * @throws AppError as the gateway.
 */
export async function presentAtExchange(exchange: ExchangeGateway, entries: readonly Entry[], signal: AbortSignal): Promise<Map<string, TargetObject | undefined>> {
  const mine = entries.filter((e) => e.operation.service === 'exchange' && e.operation.objectKind !== 'user');
  const kinds = new Map(mine.map((e) => [e.targetId, e.operation.objectKind === 'group' ? 'group' as const : 'contact' as const]));
  const present = new Map<string, TargetObject | undefined>();
  for (const [id, kind] of kinds) {
    const found = await readRecipient(exchange, kind, id, signal);
    const object = found === undefined || found === 'several' ? undefined : found.object;
    const members = object === undefined || kind === 'contact' ? null : [...await readExchangeMembers(exchange, id, signal)];
    present.set(id, object === undefined || members === null ? object : { ...object, links: { ...object.links, members } });
  }
  return present;
}

/** A warning for each object that the plan removes from Exchange Online: nothing brings it back (ExchangeOnlineManagement cmdlet reference, Remove-MailContact, Remove-DistributionGroup). */
export function finalDeletes(operations: readonly Operation[]): Finding[] {
  return operations.filter((o) => o.kind === 'delete' && o.service === 'exchange').map((o) => ({
    sourceId: o.sourceId, name: o.name, attribute: '', value: '', rule: 'removed for good', severity: 'warning', proposal: null,
    message: `Exchange Online has no recycle bin for a ${o.objectKind === 'group' ? 'group with mail' : 'contact'}: "${o.name}" is removed for good. Migrating it again makes a new one, without what others have changed on it.`,
  }));
}
