import { GuardLimitsSchema } from '../../shared/contracts/plans.ts';
import type { GuardLimits } from '../../shared/domain/settings.ts';
import { DEFAULT_GUARD_LIMITS } from '../engines/planning/index.ts';
import type { Repositories } from '../store/index.ts';

/** Whose limits: of a pair, or of one of its collections. */
export interface LimitsOf { readonly pairId: string; readonly collectionId: string | null }
/** The limits in force and whose they are. */
export interface LimitsInForce { readonly limits: GuardLimits; readonly from: 'collection' | 'pair' | 'default'; readonly own: GuardLimits | null }

const nameOf = (collectionId: string | null): string => (collectionId === null ? 'guard' : `guard/${collectionId}`);

async function stored(store: Pick<Repositories, 'pairSettings'>, { pairId, collectionId }: LimitsOf): Promise<GuardLimits | null> {
  return GuardLimitsSchema.nullable().catch(null).parse(await store.pairSettings.get(pairId, nameOf(collectionId)) ?? null);
}

/** The limits that hold for a collection, or for a pair: its own, else those of the pair, else the shipped ones. */
export async function limitsInForce(store: Pick<Repositories, 'pairSettings'>, of: LimitsOf): Promise<LimitsInForce> {
  const own = await stored(store, of);
  if (own !== null) return { limits: own, from: of.collectionId === null ? 'pair' : 'collection', own };
  const ofPair = of.collectionId === null ? null : await stored(store, { ...of, collectionId: null });
  return ofPair === null ? { limits: DEFAULT_GUARD_LIMITS, from: 'default', own } : { limits: ofPair, from: 'pair', own };
}

/** Keeps limits; null takes them away, so that those above hold again. */
export async function saveLimits(store: Pick<Repositories, 'pairSettings'>, of: LimitsOf, limits: GuardLimits | null): Promise<void> {
  await store.pairSettings.set(of.pairId, nameOf(of.collectionId), limits);
}
