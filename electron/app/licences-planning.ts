import type { LicenceRule } from '../../shared/domain/licences.ts';
import type { MatchResult, SourceObject, TargetObject } from '../../shared/domain/objects.ts';
import type { Finding, Operation } from '../../shared/domain/plans.ts';
import { createUnitCounter, licenceRules, planLicences, shortages, type HeadCount } from '../engines/licensing/index.ts';
import type { CollectionRecord, PairRecord } from '../store/index.ts';
import { licensingContext } from './licences-context.ts';
import type { Services } from './services.ts';

/** Which users of a run are licensed. */
export interface LicensingRun {
  readonly results: ReadonlyMap<string, MatchResult>;
  /** True for an object that the plan writes or leaves as it is; false for one that it leaves out. */
  readonly planned: (sourceId: string) => boolean;
  /** True for a user that neither has nor gets a usage location. */
  readonly unlocated: (sourceId: string, target: TargetObject | null) => boolean;
}

/** One page of what licensing gave. */
export interface LicensingPage { readonly users: number; readonly operations: readonly Omit<Operation, 'id' | 'seq'>[]; readonly findings: readonly Finding[] }

/** Licensing the users of a run. */
export interface Licensing {
  /** Rules that cannot be carried out. */
  readonly problems: readonly Finding[];
  pages(): AsyncIterable<LicensingPage>;
  /** Units needed and free, once all pages were read. */
  headCount(): readonly HeadCount[];
  /** A warning for each product of which there are not enough. */
  shortages(): readonly Finding[];
}

/**
 * Prepares licensing by the rules of a collection; null when it has none, so that nothing is read for it. The tenant's products are those
 * of the last discovery.
 */
export async function createLicensing(services: Services, pair: PairRecord, collection: Pick<CollectionRecord, 'id'>, run: LicensingRun): Promise<Licensing | null> {
  const { store } = services;
  const rules: readonly LicenceRule[] = (await store.licenceRules.list({ kind: 'collection', id: collection.id })).filter((rule) => rule.enabled);
  if (rules.length === 0) return null;
  const products = (await store.pairs.tenantFacts(pair.id))?.skus ?? [];
  const ready = licenceRules(rules, await licensingContext(services, pair, rules, products));
  const units = createUnitCounter();
  let counts: readonly HeadCount[] = [];

  const user = (source: SourceObject, targets: ReadonlyMap<string, TargetObject>): { readonly operation: Omit<Operation, 'id' | 'seq'> | null; readonly notes: readonly Finding[] } => {
    const match = run.results.get(source.id);
    if (match === undefined || !run.planned(source.id)) return { operation: null, notes: [] };
    const target = match.state === 'Matched' ? targets.get(match.targetId ?? '') ?? null : null;
    if (match.state === 'Matched' && target === null) return { operation: null, notes: [] };
    const planned = planLicences({ source, target, located: !run.unlocated(source.id, target) }, ready.decide(source, target === null ? 'created' : 'existing'), products);
    if (planned.change === null) return { operation: null, notes: planned.notes };
    units.add(planned);
    return {
      notes: planned.notes,
      operation: { kind: 'set licences', service: 'graph', objectKind: 'user', sourceId: source.id, targetId: target?.id ?? null, name: source.name, changes: [planned.change], references: [], previous: [] },
    };
  };

  return {
    problems: ready.problems,
    async *pages() {
      if (ready.isEmpty) return;
      for await (const sources of store.sources.iterate(pair.id, { ids: [...run.results.keys()], kind: 'user', links: 'without links' })) {
        const targets = await store.targets.getMany(pair.id, sources.flatMap((s) => run.results.get(s.id)?.targetId ?? []), 'without links');
        const all = sources.map((source) => user(source, targets));
        yield { users: sources.length, operations: all.flatMap((one) => one.operation ?? []), findings: all.flatMap((one) => one.notes) };
      }
      counts = units.finish(products);
    },
    headCount: () => counts,
    shortages: () => shortages(counts),
  };
}
