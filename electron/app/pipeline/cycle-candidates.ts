import type { MatchingRule } from '../../../shared/domain/rules.ts';
import { sourceKeys } from '../../engines/matching/index.ts';
import { namesOf } from '../../engines/preflight/index.ts';
import type { CollectionRecord, PairRecord, StoredSource } from '../../store/index.ts';
import type { Services } from '../services.ts';
import { comparesUniqueName } from './match-named.ts';
import { nextTurn } from './next-turn.ts';

/** Entries of the feed that are looked at at once. */
const PAGE = 5_000;
/** Objects read at once. */
const PIECE = 500;

/** Objects that a cycle has to compare, and how far it has seen the feed then. */
export interface Candidates {
  /** objectGUIDs; those that are no members of the collection may be among them. */
  readonly ids: readonly string[];
  /** Those of them that changed in the directory. */
  readonly sources: readonly string[];
  /** Number of the last entry that was looked at. */
  readonly position: number;
  /** Objects of either side that changed. */
  readonly changes: number;
}

/**
 * Finds the objects of a collection that have to be compared because of what changed on either side since a position of the feed: sources
 * that changed themselves, or of which a link reads otherwise; groups in which the tenant kept somebody who is back; sources matched with a target that changed; and
 * sources without a match that have a name which a changed target holds now. The cost follows the changes, and the objects without a match.
 */
export async function candidatesBehind({ store }: Pick<Services, 'store'>, pair: Pick<PairRecord, 'id'>, collection: Pick<CollectionRecord, 'id'>, position: number, upnSuffix: string, signal: AbortSignal): Promise<Candidates> {
  const sources = new Set<string>();
  const targets = new Set<string>();
  const back = new Set<string>();
  let last = position;
  for (;;) {
    const page = await store.changeFeed.page(pair.id, last, PAGE);
    for (const { side, objectId, what } of page) {
      (side === 'source' ? sources : targets).add(objectId);
      if (side === 'source' && what === 'back') back.add(objectId);
    }
    last = page.at(-1)?.number ?? last;
    if (page.length < PAGE) break;
    await nextTurn(signal);
  }
  const changes = sources.size + targets.size;
  const own = [...sources];
  // The directory tells of no group that lost a member when the member was deleted; now that the member counts again, it is not theirs any more.
  const kept = await store.targets.holders(pair.id, [...(await store.matches.getMany(pair.id, [...back])).values()].flatMap((match) => match.targetId ?? []));
  for (const id of await store.matches.matchedWith(pair.id, kept)) sources.add(id);
  if (targets.size > 0) {
    const changed = [...targets];
    for (const id of await store.matches.matchedWith(pair.id, changed)) sources.add(id);
    const names = new Set<string>();
    for (let from = 0; from < changed.length; from += PAGE) for (const target of (await store.targets.getMany(pair.id, changed.slice(from, from + PAGE), 'without links')).values()) for (const [, value] of namesOf(target)) names.add(value.toLowerCase());
    const rules = (await store.matchingRules.list({ kind: 'collection', id: collection.id })).filter((rule) => rule.enabled);
    // Members for which no match stands may find one in what is new in the tenant.
    const unmatched = await store.collections.withStatus(collection.id, ['Not matched', 'Ambiguous', 'Conflict']);
    for (let from = 0; from < unmatched.length; from += PIECE) {
      await nextTurn(signal);
      for (const source of (await store.sources.getMany(pair.id, unmatched.slice(from, from + PIECE))).values()) if (mayMatch(source, rules, names, upnSuffix)) sources.add(source.id);
    }
  }
  return { ids: [...sources], sources: own, position: last, changes };
}

/** Moves a collection on in the feed, and forgets what every collection of its pair has seen. A collection that is off begins behind everything when it is enabled. */
export async function markSeen({ store }: Pick<Services, 'store'>, pairId: string, collectionId: string, position: number): Promise<void> {
  await store.transaction(async (tx) => {
    await tx.coexistence.patch(collectionId, { position });
    const positions = (await tx.coexistence.list(pairId)).filter((one) => one.state !== 'Off').map((one) => one.position);
    await tx.changeFeed.prune(pairId, Math.min(position, ...positions));
  });
}

/** True when a rule compares a value that somebody holds now; rules on what is not unique may find anybody. */
const mayMatch = (source: StoredSource, rules: readonly MatchingRule[], names: ReadonlySet<string>, upnSuffix: string): boolean =>
  rules.some((rule) => rule.sourceClass === source.kind && (comparesUniqueName(rule) ? sourceKeys(rule, source, upnSuffix).some((key) => names.has(key.toLowerCase())) : true));
