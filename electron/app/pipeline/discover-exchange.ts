import { AppError, ErrorCode } from '../../../shared/domain/errors.ts';
import type { Attributes, ObjectKind, TargetObject } from '../../../shared/domain/objects.ts';
import { isMailEnabled } from '../../../shared/rules/addresses.ts';
import { sourceGroupKind } from '../../../shared/rules/group-type.ts';
import { owningService, targetAttribute } from '../../../shared/rules/target-attributes.ts';
import { permissionOf } from '../../engines/mapping/index.ts';
import { readAccountDetails, readMailAccounts, readRecipients, readUnifiedGroups, withExchange, type ExchangeGateway, type MailAccount, type Recipients } from '../../engines/tenant/index.ts';
import type { PairRecord } from '../../store/index.ts';
import type { Services } from '../services.ts';
import { attributesOf } from '../source-attributes.ts';

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

/** What of Exchange Online matters to a pair. */
export interface Needs {
  /** Anything at all. */
  readonly any: boolean;
  /** Who may send to people, and where their mail goes besides. */
  readonly details: boolean;
}

/** Attributes of people that a list of recipients shows. */
const IN_LISTS: ReadonlySet<string> = new Set(['proxyAddresses', 'hideFromAddressLists']);

/**
 * Looks whether the directory holds something that goes through Exchange Online: a contact with mail, a group with mail, an account on whose mailbox others have
 * permissions, or one with a value for a rule that Exchange Online carries out, such as further addresses.
 * @param ids only these objects; all of the pair when absent.
 */
export async function needsOf({ store }: Pick<Services, 'store'>, pairId: string, ids?: readonly string[]): Promise<Needs> {
  const some = ids === undefined ? null : [...(await store.sources.getMany(pairId, ids)).values()].filter((one) => !one.missing);
  const pages = (kind: ObjectKind, links: 'with links' | 'without links') => (some === null ? store.sources.iterate(pairId, { kind, links }) : [some.filter((one) => one.kind === kind)]);
  let any = false;
  for (const kind of ['contact', 'group'] as const) {
    for await (const page of pages(kind, 'without links')) {
      any = page.some((o) => isMailEnabled(o.attributes) && (kind === 'contact' || sourceGroupKind(o.attributes) !== 'security group'));
      if (any) break;
    }
    if (any) break;
  }
  const owners = [{ kind: 'pair' as const, id: pairId }, ...(await store.collections.list(pairId)).map((one) => ({ kind: 'collection' as const, id: one.id }))];
  const rules = (await Promise.all(owners.map((owner) => store.mappingRules.list(owner)))).flat().filter((rule) => rule.enabled && rule.targetClass === 'user');
  const links = new Set(rules.filter((rule) => rule.action === 'Resolve' && permissionOf(rule.targetAttribute) !== undefined).map((rule) => rule.sourceAttribute.toLowerCase()));
  const [listed, detailed] = [new Set<string>(), new Set<string>()];
  for (const rule of rules) {
    const about = targetAttribute('user', rule.targetAttribute);
    if (about?.recipients !== undefined) for (const name of attributesOf(rule)) (IN_LISTS.has(about.name) ? listed : detailed).add(name.toLowerCase());
  }
  // A single address is the primary one, which everybody has.
  const says = (all: Readonly<Record<string, readonly string[]>>, names: ReadonlySet<string>): boolean => Object.entries(all).some(([name, values]) => names.has(name.toLowerCase()) && (name.toLowerCase() !== 'proxyaddresses' || values.length > 1));
  let details = false;
  if (links.size + listed.size + detailed.size === 0) return { any, details };
  for await (const page of pages('user', 'with links')) {
    any ||= page.some((one) => says(one.links, links) || says(one.attributes, listed));
    details ||= page.some((one) => says(one.links, detailed) || says(one.attributes, detailed));
    if (details) break;
  }
  return { any: any || details, details };
}

/**
 * Reads contacts, distribution groups and mail-enabled security groups through Exchange Online, which shows what Graph does not:
 * where a contact leads, telephone numbers, what is hidden; and of people and Microsoft 365 groups what it alone writes. Only asked when the directory holds such objects. A refusal is no end of a
 * discovery: users and groups of Graph go on, and what needs Exchange is left out of plans with the reason.
 * @param known what matters of it, where that was found out already.
 */
export async function readExchange(services: Services, pair: PairRecord, exchange: ExchangeGateway, signal: AbortSignal, known?: Needs): Promise<ExchangeReading> {
  const needs = known ?? await needsOf(services, pair.id);
  if (!needs.any) return NOTHING;
  let recipients: Recipients;
  let accounts: ReadonlyMap<string, MailAccount>;
  let details: ReadonlyMap<string, Attributes>;
  let unified: ReadonlyMap<string, Attributes>;
  try {
    accounts = await readMailAccounts(exchange, signal);
    recipients = await readRecipients(exchange, accounts, signal);
    details = needs.details ? await readAccountDetails(exchange, recipients.addressOf, signal) : new Map();
    unified = await readUnifiedGroups(exchange, signal);
  } catch (error) {
    if (!(error instanceof AppError) || signal.aborted || error.data.code === ErrorCode.Cancelled) throw error;
    services.log.warn({ code: error.data.code, pairId: pair.id }, error.message);
    return { ...NOTHING, problem: `Exchange Online, which alone writes it, could not be read: ${error.data.message}` };
  }
  const { objects } = recipients;
  return {
    problem: null,
    merge(graph) {
      const account = graph.kind === 'user' ? accounts.get(graph.id) : undefined;
      if (account !== undefined) return { ...graph, attributes: { ...graph.attributes, ...account.attributes, ...details.get(graph.id) } };
      const group = graph.kind === 'group' ? unified.get(graph.id) : undefined;
      if (group !== undefined) return { ...graph, attributes: { ...graph.attributes, ...group } };
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
