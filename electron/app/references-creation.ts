import type { SourceObject } from '../../shared/domain/objects.ts';
import type { MappingRule } from '../../shared/domain/rules.ts';
import { normaliseDn } from '../../shared/rules/dn.ts';
import type { OpenReference, PairRecord } from '../store/index.ts';
import type { Services } from './services.ts';

/** Says of a link of an object whether a test is true of it. */
export type LinkTest = (attribute: string, dn: string) => boolean;

/** Whether a link is among entries of the ledger: by its DN as it was, or by the object that has it now, which may have been renamed since. */
export async function linksAmong({ store }: Pick<Services, 'store'>, pairId: string, links: SourceObject['links'], entries: readonly OpenReference[]): Promise<LinkTest> {
  if (entries.length === 0) return () => false;
  const ids = await store.sources.byDns(pairId, Object.values(links).flatMap((dns) => dns.map(normaliseDn)));
  const keys = new Set(entries.flatMap((one) => [one.dnKey, ...(one.otherId === null ? [] : [one.otherId])].map((who) => `${one.attribute.toLowerCase()} ${who}`)));
  return (attribute, dn) => {
    const key = normaliseDn(dn);
    return [key, ids.get(key)].some((who) => who !== undefined && keys.has(`${attribute.toLowerCase()} ${who}`));
  };
}

/**
 * Finds, for objects that are migrated again, the links that a rule for creation only wanted when the object was created and that have waited
 * since: they belong to the creation, so the rule still speaks about them. Nothing is read when no rule is of that kind.
 * An object that was matched anew since was not created here.
 */
export function createCreationLinks(services: Pick<Services, 'store'>, pair: Pick<PairRecord, 'id'>, rules: readonly MappingRule[]): (sources: readonly SourceObject[]) => Promise<ReadonlyMap<string, LinkTest>> {
  const { store } = services;
  if (!rules.some((rule) => rule.enabled && rule.action === 'Resolve' && rule.condition === 'only on creation')) return async () => new Map();
  return async (sources) => {
    const entries: OpenReference[] = [];
    for await (const page of store.references.iterateOpen(pair.id, sources.map((source) => source.id))) entries.push(...page.filter((one) => one.onCreation && one.remade !== 'who waits'));
    const own = Map.groupBy(entries, (one) => one.sourceId);
    return new Map(await Promise.all(sources.filter((source) => own.has(source.id)).map(async (source) => [source.id, await linksAmong(services, pair.id, source.links, own.get(source.id) ?? [])] as const)));
  };
}
