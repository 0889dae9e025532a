import type { Services } from '../services.ts';
import { certainTarget } from './write-back-tenant.ts';

/** How objects of the directory stand to the tenant. */
export interface Matches {
  /** Graph ids of their matches; without those whose match is gone: their absence from the tenant's group says nothing. */
  readonly matched: ReadonlyMap<string, string>;
  /** Graph ids of matches that wait for review, of which nothing is concluded. */
  readonly toReview: ReadonlyMap<string, string>;
}

/** Reads how members of a group of the directory are matched. */
export async function matchesOf({ store }: Pick<Services, 'store'>, pairId: string, ids: readonly string[]): Promise<Matches> {
  const matches = [...(await store.matches.getMany(pairId, ids)).values()];
  const certain = matches.flatMap((match) => { const targetId = certainTarget(match); return targetId === null ? [] : [[match.sourceId, targetId] as const]; });
  const targets = await store.targets.getMany(pairId, certain.map(([, targetId]) => targetId), 'without links');
  return {
    matched: new Map(certain.filter(([, targetId]) => targets.get(targetId)?.deleted === false)),
    toReview: new Map(matches.flatMap((match) => (match.state === 'Matched' && match.targetId !== null && match.review === 'To review' ? [[match.sourceId, match.targetId] as const] : []))),
  };
}

/** Creates of one object are few; so many entries of its journal are looked at. */
const LOOKED_AT = 1_000;

/**
 * Objects whose accounts were made by this project after a group was chosen. From then on no member of the group is written to the tenant, so that nobody could
 * make them members there: their absence is not the tenant's word.
 * @param since milliseconds since 1970 UTC. @param matched Graph ids of their matches.
 */
export async function createdSince({ store }: Pick<Services, 'store'>, pairId: string, ids: readonly string[], since: number, matched: Matches['matched']): Promise<ReadonlySet<string>> {
  const created = await store.journal.created(pairId, ids);
  const found = new Set<string>();
  for (const id of ids) {
    if (created.get(id)?.includes(matched.get(id) ?? '') !== true) continue;
    const made = (await store.journal.ofObject(pairId, id, LOOKED_AT)).find((entry) => entry.kind === 'create' && entry.outcome === 'done' && entry.targetId === matched.get(id));
    if (made !== undefined && made.intentAt >= since) found.add(id);
  }
  return found;
}
