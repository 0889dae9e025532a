import { AppError, ErrorCode } from '../../../shared/domain/errors.ts';
import type { TargetObject } from '../../../shared/domain/objects.ts';
import { isMailEnabled } from '../../../shared/rules/addresses.ts';
import { sourceGroupKind } from '../../../shared/rules/group-type.ts';
import { owningService } from '../../../shared/rules/target-attributes.ts';
import { permissionOf } from '../../engines/mapping/index.ts';
import { readMailAccounts, readRecipients, withExchange, type ExchangeGateway, type MailAccount } from '../../engines/tenant/index.ts';
import type { PairRecord } from '../../store/index.ts';
import type { Services } from '../services.ts';

/** What Exchange Online showed of the objects that it keeps. */
export interface ExchangeReading {
  /** Why it could not be read, as a sentence; null: it was, or no object of the directory needs it. */
  readonly problem: string | null;
  /** An object as both services show it together; null: Exchange has removed it, and Graph only shows it for a while yet. */
  merge(graph: TargetObject): TargetObject | null;
  /** Objects that Graph does not show yet: made a moment ago. Ask once Graph was read. */
  rest(): readonly TargetObject[];
}

const NOTHING: ExchangeReading = { problem: null, merge: (graph) => graph, rest: () => [] };

/** True when the directory holds a contact with mail, a group with mail, or an account on whose mailbox others have permissions: only they go through Exchange Online. */
async function needsExchange({ store }: Pick<Services, 'store'>, pairId: string): Promise<boolean> {
  for (const kind of ['contact', 'group'] as const) {
    for await (const page of store.sources.iterate(pairId, { kind, links: 'without links' })) {
      if (page.some((o) => isMailEnabled(o.attributes) && (kind === 'contact' || sourceGroupKind(o.attributes) !== 'security group'))) return true;
    }
  }
  return await hasPermissions(store, pairId);
}

/** True when an account names others in an attribute that a rule turns into a permission on its mailbox. */
async function hasPermissions(store: Services['store'], pairId: string): Promise<boolean> {
  const owners = [{ kind: 'pair' as const, id: pairId }, ...(await store.collections.list(pairId)).map((one) => ({ kind: 'collection' as const, id: one.id }))];
  const rules = (await Promise.all(owners.map((owner) => store.mappingRules.list(owner)))).flat();
  const names = new Set(rules.filter((rule) => rule.enabled && rule.action === 'Resolve' && permissionOf(rule.targetAttribute) !== undefined).map((rule) => rule.sourceAttribute.toLowerCase()));
  if (names.size === 0) return false;
  for await (const page of store.sources.iterate(pairId, { kind: 'user' })) if (page.some((one) => Object.keys(one.links).some((name) => names.has(name.toLowerCase())))) return true;
  return false;
}

/**
 * Reads contacts, distribution groups and mail-enabled security groups through Exchange Online, which shows what Graph does not:
 * where a contact leads, telephone numbers, what is hidden. Only asked when the directory holds such objects. A refusal is no end of a
 * discovery: users and groups of Graph go on, and what needs Exchange is left out of plans with the reason.
 */
export async function readExchange(services: Services, pair: PairRecord, exchange: ExchangeGateway, signal: AbortSignal): Promise<ExchangeReading> {
  if (!await needsExchange(services, pair.id)) return NOTHING;
  let objects: Map<string, TargetObject>;
  let accounts: ReadonlyMap<string, MailAccount>;
  try {
    accounts = await readMailAccounts(exchange, signal);
    objects = await readRecipients(exchange, accounts, signal);
  } catch (error) {
    if (!(error instanceof AppError) || signal.aborted || error.data.code === ErrorCode.Cancelled) throw error;
    services.log.warn({ code: error.data.code, pairId: pair.id }, error.message);
    return { ...NOTHING, problem: `Exchange Online, which alone writes it, could not be read: ${error.data.message}` };
  }
  return {
    problem: null,
    merge(graph) {
      const account = graph.kind === 'user' ? accounts.get(graph.id) : undefined;
      if (account !== undefined) return { ...graph, attributes: { ...graph.attributes, recipientTypeDetails: [account.type] } };
      if (owningService(graph.kind, graph.attributes) !== 'exchange') return graph;
      const shown = objects.get(graph.id);
      if (shown !== undefined) {
        objects.delete(graph.id);
        return withExchange(graph, shown);
      }
      // A contact without mail, and what a synchronisation has just brought, Exchange does not show (yet).
      return graph.attributes['proxyAddresses'] === undefined || graph.attributes['onPremisesSyncEnabled']?.[0] === 'true' ? graph : null;
    },
    rest: () => [...objects.values()],
  };
}
