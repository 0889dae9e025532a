import type { MatchResult } from '../../../shared/domain/objects.ts';

/**
 * Takes apart matches of two or more sources on one target: each becomes Conflict and its reason names the others. One that a
 * person pinned keeps the target and the rest become Conflict, else the one that a person accepted; two pinned ones are both in conflict.
 * @param results outcomes of the whole collection (and of objects matched earlier, so that a taken target is noticed).
 * @param nameOf what a person calls a source object; by default its id.
 * @returns new results in the same order; untouched ones are the same objects.
 */
export function settleConflicts(results: readonly MatchResult[], nameOf: (sourceId: string) => string = (id) => id): MatchResult[] {
  const byTarget = new Map<string, MatchResult[]>();
  for (const result of results) {
    if (result.state !== 'Matched' || result.targetId === null) continue;
    const held = byTarget.get(result.targetId);
    if (held === undefined) byTarget.set(result.targetId, [result]);
    else if (!held.some((other) => other.sourceId === result.sourceId)) held.push(result);
  }
  return results.map((result) => {
    if (result.state !== 'Matched' || result.targetId === null) return result;
    const rivals = byTarget.get(result.targetId) ?? [];
    const strongest = rivals.some((rival) => rival.pinned) ? rivals.filter((rival) => rival.pinned) : rivals.filter((rival) => rival.review === 'Accepted');
    if (rivals.length < 2 || (strongest.length === 1 && strongest[0]?.sourceId === result.sourceId)) return result;
    const others = rivals.filter((rival) => rival.sourceId !== result.sourceId);
    const names = others.slice(0, 3).map((rival) => nameOf(rival.sourceId)).join(', ');
    return { ...result, state: 'Conflict', reason: `The same target is also meant by ${names}${others.length > 3 ? ` and ${others.length - 3} more` : ''}. Accept or pin the right one.` };
  });
}
