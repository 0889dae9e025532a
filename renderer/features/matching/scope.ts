import type { Collection } from '../../../shared/contracts/collections.ts';
import type { Pair } from '../../../shared/contracts/pairs.ts';
import { quoted } from '../../app/commands.ts';

/** What a review is of, as channels name it: a collection, or all collections of a pair. */
export const scopeOf = (pair: Pair, collection: Collection | null): { readonly collectionId: string } | { readonly pairId: string } => (collection ? { collectionId: collection.id } : { pairId: pair.id });

/** The name that sentences use. */
export const scopeName = (pair: Pair, collection: Collection | null): string => (collection ?? pair).name;

/** The same as options of the command line. */
export const scopeFlag = (pair: Pair | null, collection: Collection | null): string => (collection ? `--collection ${quoted(collection.name)}` : `--pair ${quoted(pair?.name ?? '<pair>')}`);
