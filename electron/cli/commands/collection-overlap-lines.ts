import type { Overlap } from '../../../shared/contracts/collections.ts';

/** Warnings about objects that another collection with other rules holds too. */
export function overlapLines(overlaps: readonly Overlap[]): string[] {
  return overlaps.map((o) => `Warning: ${o.objects} of the objects ${o.objects === 1 ? 'is' : 'are'} in "${o.name}" too, which has other ${o.differs.join(' and ')} rules (${o.names.join(', ')}${o.objects > o.names.length ? ', ...' : ''}). Whichever collection is migrated last decides; keep each object in one.`);
}
