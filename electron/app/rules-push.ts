import type { ChannelOutput, ChannelParsed } from '../../shared/contracts/index.ts';
import { appError, ErrorCode } from '../../shared/domain/errors.ts';
import { PUSH_SETS, RULE_SETS, type PushSet, type RuleOwner } from '../../shared/domain/rules.ts';
import { licenceDifferences, ruleDifferences, type RuleDifference } from '../engines/mapping/index.ts';
import type { Repositories } from '../store/index.ts';
import { digestOf, keepOrigin, originOf, replaceRules, ruleListsOf, toChanges } from './rules-templates.ts';
import type { Services } from './services.ts';

type Rules = Pick<Repositories, 'matchingRules' | 'mappingRules' | 'licenceRules'>;
/** All lists of an owner. */
const listsOf = async (store: Rules, owner: RuleOwner) => ({ ...await ruleListsOf(store, owner), licence: await store.licenceRules.list(owner) });
type Lists = Awaited<ReturnType<typeof listsOf>>;

const differences = (before: Lists, after: Lists): readonly RuleDifference[] => [...ruleDifferences(before, after), ...licenceDifferences(before.licence, after.licence)];
/** A digest for each list, so that a change of one that is not pushed does not matter. */
const digests = (changes: readonly RuleDifference[]): readonly string[] => PUSH_SETS.map((set) => digestOf(changes.filter((change) => change.set === set)));
const isShown = (changes: readonly RuleDifference[], digest: string, sets: readonly PushSet[]): boolean => {
  const [now, shown] = [digests(changes), digest.split('.')];
  return PUSH_SETS.every((set, i) => !sets.includes(set) || now[i] === shown[i]);
};

/** How the rules of each collection of a pair differ from the pair's own. */
export async function pushDifference(services: Services, { pairId }: ChannelParsed<'rules.pushDifference'>): Promise<ChannelOutput<'rules.pushDifference'>> {
  const { store } = services;
  const ofPair = await listsOf(store, { kind: 'pair', id: (await store.pairs.get(pairId)).id });
  const collections = await store.collections.list(pairId);
  return {
    rows: await Promise.all(collections.map(async ({ id, name }) => {
      const changes = differences(await listsOf(store, { kind: 'collection', id }), ofPair);
      return { collectionId: id, name, changes: toChanges(changes), digest: digests(changes).join('.') };
    })),
  };
}

/**
 * Puts the pair's rules in place of those of collections: all of them or, when one is refused, none. Existing matches stay as they are
 * (Quest Migration Manager, "Performing Object Matching Explicitly": break matching to apply changed rules), and nobody gets or loses a
 * licence before the next migration.
 * @returns how many collections were changed.
 * @throws AppError CONFLICT when a difference is not the one that was shown, INVALID_INPUT for a collection of another pair.
 */
export async function pushRules(services: Services, { pairId, collections, sets }: ChannelParsed<'rules.push'>): Promise<number> {
  return await services.store.transaction(async (tx) => {
    const pair = await tx.pairs.get(pairId);
    const from = { kind: 'pair', id: pairId } as const;
    const ofPair = await listsOf(tx, from);
    const origin = await originOf(tx, pairId, from);
    let pushed = 0;
    for (const { collectionId, digest } of collections) {
      const collection = await tx.collections.get(collectionId);
      if (collection.pairId !== pairId) throw appError(ErrorCode.InvalidInput, `The collection "${collection.name}" does not belong to the pair "${pair.name}". Nothing was written.`);
      const owner = { kind: 'collection', id: collectionId } as const;
      const changes = differences(await listsOf(tx, owner), ofPair);
      if (!isShown(changes, digest, sets)) throw appError(ErrorCode.Conflict, `The rules of "${pair.name}" or of "${collection.name}" have changed since the difference was shown, so nothing was written. Look at it again.`, { retryable: true });
      if (!changes.some((change) => sets.includes(change.set))) continue;
      await replaceRules(tx, owner, ofPair, sets);
      if (RULE_SETS.every((set) => sets.includes(set))) await keepOrigin(tx, pairId, owner, origin);
      pushed++;
    }
    return pushed;
  });
}
