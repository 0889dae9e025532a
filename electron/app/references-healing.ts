import type { MatchResult, ObjectKind, SourceObject } from '../../shared/domain/objects.ts';
import type { Finding, Operation } from '../../shared/domain/plans.ts';
import { REMADE_REASONS, waitsForArrival } from '../../shared/domain/references.ts';
import type { MappingRule } from '../../shared/domain/rules.ts';
import type { OpenReference, PairRecord, ReferenceKey, StoredSource, TaskRecord } from '../store/index.ts';
import { linksAmong, type LinkTest } from './references-creation.ts';
import { leftToOthers, linksElsewhere } from './references-elsewhere.ts';
import { referenceHealing } from './references.ts';
import type { Services } from './services.ts';

/** Objects of one page. */
const PAGE = 200;

/** An object outside the run that waits for one in it, cut down to the links that it waits with. */
export interface HealingSource {
  readonly source: SourceObject;
  readonly match: MatchResult;
  /** Only rules that resolve one of the attributes it waits with. */
  readonly rules: readonly MappingRule[];
  /** Of its links those that belong to its creation. */
  readonly waitedAtCreation: LinkTest;
}

/** What a plan can heal besides the objects of its own run. */
export interface Healing {
  /** True for an object that is in the plan only because it waited. */
  has(sourceId: string): boolean;
  /** By kind, a page at a time, each with the links that can be written now. */
  pages(kind: ObjectKind): AsyncIterable<readonly HealingSource[]>;
  /** Entries that an object of the latest page waits with and that can be written now. */
  keysOf(sourceId: string): readonly ReferenceKey[];
  /** Counts the links among the operations of a page that go to objects outside the run. */
  count(operations: readonly Operation[]): void;
  /** Takes operations that were counted and are planned anew out of the count. */
  uncount(operations: readonly Operation[]): void;
  /** Single links counted so far: they have a limit of their own in the guard. */
  links(): number;
  /** Sentences about what this plan would heal and does not, because one of the two objects was matched anew since, or because another plan does. */
  leftOut(): Promise<readonly Finding[]>;
  /** A sentence for the plan about an object of the latest page, which it touches though it is in no selection. */
  note(source: Pick<SourceObject, 'id' | 'name'>): Finding;
}

const keyOf = ({ sourceId, attribute, dnKey }: ReferenceKey): string => `${sourceId}\n${attribute}\n${dnKey}`;

/** A match that somebody still has to look at counts for nothing yet. */
const isReviewed = (match: MatchResult | undefined): boolean => match?.state === 'Matched' && match.review !== 'To review';

/**
 * Finds the objects outside a run that wait for an object which the run creates or matches, or which has got a match since they
 * were written. They join the plan with nothing but the links they wait with, so that what is healed is previewed, approved,
 * journalled and rolled back with the task that made it possible. Whom a person left out, and whose match waits for review, goes on
 * waiting; so does what waited between other objects of the tenant than those matched now, and what a plan that was approved before, or is at work, writes
 * already. None when the pair heals only by re-migration.
 * @param arrives true for an object that has a match after the run, or may have.
 */
export async function findHealing(services: Services, pair: PairRecord, run: { readonly results: ReadonlyMap<string, MatchResult> }, arrives: (result: MatchResult) => boolean): Promise<Healing> {
  const { store } = services;
  // Ids only: a large group may wait for everybody, so that the entries are read again a page of objects at a time.
  const waiting = new Set<string>();
  const there = new Set<string>();
  /** Entries, one an object, that nothing is written for although the other object is there. */
  const changed = new Map<string, OpenReference>();
  /** Entries that others write, decided once, because the objects are read more than once; and how many each of them does. */
  const taken = new Set<string>();
  const leftTo = new Map<TaskRecord, number>();
  const elsewhere = await linksElsewhere(store, pair.id);
  await store.references.reopenRemade(pair.id);
  if (await referenceHealing(services, pair.id) === 'automatic') {
    for await (const page of store.references.iterateOpen(pair.id)) {
      const others = page.flatMap((one) => (run.results.has(one.sourceId) || one.otherId === null || !waitsForArrival(one.reason) ? [] : [{ entry: one, sourceId: one.sourceId, otherId: one.otherId }]));
      const earlier = await store.matches.getMany(pair.id, [...new Set(others.map((one) => one.otherId).filter((id) => !run.results.has(id)))]);
      const arrived = others.filter(({ otherId }) => { const now = run.results.get(otherId); return now === undefined ? isReviewed(earlier.get(otherId)) : arrives(now); });
      const writer = await elsewhere.among(arrived.map(({ entry, otherId }) => ({ ...entry, otherId })));
      for (const { entry, sourceId, otherId } of arrived) {
        if (entry.remade !== null) { if (!changed.has(sourceId)) changed.set(sourceId, entry); continue; }
        const by = writer({ ...entry, otherId });
        if (by !== undefined) { taken.add(keyOf(entry)); leftTo.set(by, (leftTo.get(by) ?? 0) + 1); continue; }
        waiting.add(sourceId);
        there.add(otherId);
      }
    }
  }
  const matches = await store.matches.getMany(pair.id, [...waiting]);
  for (const id of waiting) if (!isReviewed(matches.get(id)) || matches.get(id)?.review === 'Left out') waiting.delete(id);
  /** Of the objects of the page that was handed out last. */
  let entries: ReadonlyMap<string, readonly OpenReference[]> = new Map();
  const read = async (sourceIds: readonly string[]): Promise<typeof entries> => {
    const found: OpenReference[] = [];
    if (sourceIds.length > 0) for await (const page of store.references.iterateOpen(pair.id, sourceIds)) found.push(...page.filter(({ otherId, reason, remade }) => otherId !== null && there.has(otherId) && remade === null && waitsForArrival(reason)).filter((one) => !taken.has(keyOf(one))));
    return Map.groupBy(found, ({ sourceId }) => sourceId);
  };
  let links = 0;
  const ruleSets = new Map<string, Promise<readonly MappingRule[]>>();
  const rulesOf = (collectionId: string | null): Promise<readonly MappingRule[]> => {
    const key = collectionId ?? '';
    const known = ruleSets.get(key) ?? resolveRules(services, pair, collectionId);
    ruleSets.set(key, known);
    return known;
  };
  return {
    has: (id) => waiting.has(id),
    async *pages(kind) {
      if (waiting.size === 0) return;
      for await (const sources of store.sources.iterate(pair.id, { ids: [...waiting], kind, links: 'with links', pageSize: PAGE })) {
        entries = await read(sources.map((source) => source.id));
        yield await Promise.all(sources.flatMap((source) => {
          const waitsWith = entries.get(source.id);
          const match = matches.get(source.id);
          return waitsWith === undefined || match === undefined ? [] : [cutDown(services, pair, source, match, waitsWith, rulesOf)];
        }));
      }
    },
    keysOf: (id) => entries.get(id) ?? [],
    count(operations) {
      for (const { sourceId, references } of operations) if (sourceId !== null && waiting.has(sourceId)) links += references.length;
    },
    uncount(operations) {
      for (const { sourceId, references } of operations) if (sourceId !== null && waiting.has(sourceId)) links -= references.length;
    },
    links: () => links,
    async leftOut() {
      const heads = await store.sources.heads(pair.id, [...changed.values()].flatMap((one) => [one.sourceId, one.otherId ?? '']));
      return [...leftToOthers(pair, leftTo), ...[...changed.values()].map(({ sourceId, otherId, attribute, dn, remade }): Finding => {
        const name = heads.get(sourceId)?.name ?? sourceId;
        const other = heads.get(otherId ?? '')?.name ?? dn;
        return {
          sourceId, name, attribute, value: other, rule: 'references', severity: 'warning', proposal: null,
          message: remade === 'who waits' ? `${name} waits to have its ${attribute} ${other} written, but ${REMADE_REASONS['who waits']}. Migrate ${name} again to have it written.` : `${attribute} ${other} of ${name} ${REMADE_REASONS['for whom']}. Migrate ${name} again to have it written, and take the former one out by hand if it shall go.`,
        };
      })];
    },
    note: ({ id, name }) => {
      const all = entries.get(id) ?? [];
      const since = new Date(all.reduce((first, one) => Math.min(first, one.since), services.now())).toISOString().slice(0, 10);
      const what = [...new Set(all.map((one) => one.attribute))].join(', ');
      return {
        sourceId: id, name, attribute: what, value: '', rule: 'references', severity: 'warning', proposal: null,
        message: `${name} is not part of this migration. It has waited since ${since} to have its ${what} written, and what it waited for is there with this plan.`,
      };
    },
  };
}

/** Rules that resolve links, of the collection that wrote the object; those of the pair when that is gone. */
async function resolveRules({ store }: Services, pair: PairRecord, collectionId: string | null): Promise<readonly MappingRule[]> {
  const own = collectionId === null ? [] : await store.mappingRules.list({ kind: 'collection', id: collectionId });
  const rules = own.length > 0 ? own : await store.mappingRules.list({ kind: 'pair', id: pair.id });
  return rules.filter((rule) => rule.action === 'Resolve');
}

/** The object with the links that it waits with. Members and holders of permissions are only added, so those it does not wait for stay away: somebody may have removed them on purpose. */
async function cutDown(services: Services, pair: PairRecord, source: StoredSource, match: MatchResult, entries: readonly OpenReference[], rulesOf: (collectionId: string | null) => Promise<readonly MappingRule[]>): Promise<HealingSource> {
  const attributes = new Set(entries.map((one) => one.attribute.toLowerCase()));
  const links = Object.entries(source.links).filter(([attribute]) => attributes.has(attribute.toLowerCase()));
  const members = entries.filter((one) => one.attribute.toLowerCase() !== 'manager');
  const waits = await linksAmong(services, pair.id, Object.fromEntries(links), members);
  const kept = links.map(([attribute, values]) => [attribute, attribute.toLowerCase() !== 'manager' ? values.filter((dn) => waits(attribute, dn)) : values] as const).filter(([, values]) => values.length > 0);
  const rules = (await rulesOf(entries.at(-1)?.collectionId ?? null)).filter((rule) => attributes.has(rule.sourceAttribute.toLowerCase()));
  const waitedAtCreation = await linksAmong(services, pair.id, Object.fromEntries(kept), entries.filter((one) => one.onCreation));
  return { source: { ...source, links: Object.fromEntries(kept) }, match, rules, waitedAtCreation };
}
