import { createHash } from 'node:crypto';
import type { MatchResult } from '../../../shared/domain/objects.ts';
import type { Repositories } from '../../store/index.ts';

/** Members of a group in the tenant, as the project has read it last. */
export interface TenantMembers {
  /** By objectGUID of the object of the directory that is matched with them for certain. */
  readonly members: ReadonlyMap<string, { readonly targetId: string; readonly name: string }>;
  /** Graph ids of all of them, matched or not. */
  readonly ids: ReadonlySet<string>;
  /** One sentence for each member without such a match: it waits for one, and nobody is guessed. */
  readonly waiting: readonly string[];
}

/** What keeps a member of the tenant from being written: nobody is matched with it, or somebody has to look at the match first. */
export type WaitsFor = 'a match' | 'review';

/** Why a member waits. @param name empty: the project does not know the object, which is no person, group or contact. */
export function whyWaiting(name: string, id: string, waitsFor: WaitsFor = 'a match'): string {
  if (name === '') return `A member of Microsoft 365 (${id}) is no person, group or contact that is read; it waits.`;
  return waitsFor === 'review' ? `"${name}" is a member in Microsoft 365, but its match waits for review; look at the match first.` : `"${name}" is a member in Microsoft 365, but no object of Active Directory is matched with it; it waits for a match.`;
}

/** The Graph id that an object is matched with; null: with none, or by a match that nobody has looked at yet, which must not make anybody a member. */
export const certainTarget = (match: MatchResult | undefined): string | null => (match?.state === 'Matched' && match.review !== 'To review' ? match.targetId : null);

/**
 * Maps the members of a group of the tenant to objects of the directory by their matches.
 * @returns one sentence when the members are not known, so that nothing may be concluded from them.
 */
export async function readTenantMembers(store: Pick<Repositories, 'targets' | 'matches'>, pairId: string, targetId: string): Promise<TenantMembers | string> {
  const group = (await store.targets.getMany(pairId, [targetId])).get(targetId);
  if (group === undefined || group.deleted) return 'Its match in Microsoft 365 was deleted.';
  const ids = group.links['members'];
  if (ids === undefined) return 'Its members in Microsoft 365 could not be read, so nothing is concluded from them.';
  const sources = await store.matches.byTargets(pairId, ids);
  const matches = await store.matches.getMany(pairId, [...sources.values()]);
  const known = await store.targets.getMany(pairId, ids, 'without links');
  const members = new Map<string, { readonly targetId: string; readonly name: string }>();
  const waiting: string[] = [];
  for (const id of ids) {
    const sourceId = sources.get(id);
    const name = known.get(id)?.name ?? '';
    if (sourceId === undefined) waiting.push(whyWaiting(name, id));
    else if (certainTarget(matches.get(sourceId)) !== id) waiting.push(whyWaiting(name, id, 'review'));
    else members.set(sourceId, { targetId: id, name: name || sourceId });
  }
  return { members, ids: new Set(ids), waiting };
}

/** Tells whether the members of the tenant that can be written are the same as at another time, in whatever order they come. */
export function digestOf({ members }: Pick<TenantMembers, 'members'>): string {
  return createHash('sha256').update([...members].map(([id, { targetId }]) => `${id} ${targetId}`).toSorted().join('\n')).digest('base64');
}
