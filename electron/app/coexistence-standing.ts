import { createHash } from 'node:crypto';
import type { CoexistenceSettings } from '../../shared/domain/coexistence.ts';
import type { CollectionRecord, PairRecord, Repositories } from '../store/index.ts';

const hash = (value: unknown): string => createHash('sha256').update(JSON.stringify(value)).digest('hex').slice(0, 16);

/** What a full cycle depends on besides the objects, each part as a fingerprint: rules, scope, settings. */
export async function standingOf(store: Pick<Repositories, 'coexistence'>, pair: Pick<PairRecord, 'defaults'>, collection: Pick<CollectionRecord, 'id' | 'scope'>, settings: CoexistenceSettings): Promise<string> {
  const { createUnmatched, mergeUnmatched, upnSuffix, countryCode } = settings;
  return [await store.coexistence.rulesFingerprint(collection.id), hash(collection.scope), hash({ createUnmatched, mergeUnmatched, upnSuffix, countryCode, defaults: pair.defaults })].join(' ');
}

const SENTENCES = [
  'Matching, mapping or licence rules of the collection were changed since its last full cycle.',
  'The scope of the collection was changed since its last full cycle.',
  'Answers of the wizard or defaults of the migration pair were changed since the last full cycle.',
] as const;

/** Why a full cycle is advised, one sentence for each part that is another than at the last one; none: it is not. @param before empty: there was none yet. */
export function restartAdvice(before: string, now: string): readonly string[] {
  if (before === '') return [];
  const [was, is] = [before.split(' '), now.split(' ')];
  return SENTENCES.filter((_, part) => was[part] !== is[part]);
}
