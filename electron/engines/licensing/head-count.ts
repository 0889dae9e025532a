import type { ProductInfo } from '../../../shared/domain/licences.ts';
import type { Finding } from '../../../shared/domain/plans.ts';
import type { HeadCount, PlannedLicences } from './types.ts';

/** Adds up how many units the users of a plan take and give back. */
export interface UnitCounter {
  add(planned: Pick<PlannedLicences, 'taken' | 'freed'>): void;
  /** Products that the plan touches, in the order of the tenant. */
  finish(products: readonly ProductInfo[]): readonly HeadCount[];
}

/** Makes a counter; it keeps two numbers a product. */
export function createUnitCounter(): UnitCounter {
  const units = new Map<string, { needed: number; freed: number }>();
  const of = (skuId: string) => {
    const key = skuId.toLowerCase();
    const known = units.get(key) ?? { needed: 0, freed: 0 };
    units.set(key, known);
    return known;
  };
  return {
    add({ taken, freed }) {
      for (const skuId of taken) of(skuId).needed += 1;
      for (const skuId of freed) of(skuId).freed += 1;
    },
    finish: (products) => products.flatMap(({ id, partNumber, enabled, consumed }) => {
      const found = units.get(id.toLowerCase());
      if (found === undefined) return [];
      const free = Math.max(0, enabled - consumed);
      // What the same run gives back may come too late for who asks first, so it is told and not counted on.
      return [{ skuId: id, partNumber, ...found, free, short: Math.max(0, found.needed - free) }];
    }),
  };
}

/** One warning for each product of which there are not enough units (Graph documentation, subscribedSku: prepaidUnits, consumedUnits). */
export function shortages(counts: readonly HeadCount[]): readonly Finding[] {
  return counts.filter((one) => one.short > 0).map(({ partNumber, needed, free, short, freed }) => ({
    sourceId: null, name: partNumber, attribute: 'assignedLicenses', value: String(needed), rule: 'licences', severity: 'warning', proposal: null,
    message: `${needed} units of ${partNumber} are needed and ${free} are free${freed > 0 ? ` (${freed} more as this plan takes them from others)` : ''}, so ${short} users would get none. Buy more, or migrate in waves.`,
  }));
}
