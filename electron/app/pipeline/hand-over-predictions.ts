import type { SourceObject } from '../../../shared/domain/objects.ts';
import { createHandOverIndex, planAnchor, predictHandOver, type AnchorPlan, type HandOverContext, type HandOverPrediction } from '../../engines/planning/index.ts';
import type { PairRecord } from '../../store/index.ts';
import type { Services } from '../services.ts';
import { nextTurn } from './next-turn.ts';

/** One object: what is planned for its anchor, and what directory synchronisation makes of it afterwards. */
export interface PredictedObject { readonly source: SourceObject; readonly anchor: AnchorPlan; readonly prediction: HandOverPrediction; readonly matchedUpn: string | null }

/**
 * Predicts what directory synchronisation makes of every object of a pair, by what was read of both sides last, a page at a time. Memory: an index of the
 * tenant. A match that waits for review counts as none.
 */
export async function* predictAll({ store }: Pick<Services, 'store'>, pair: PairRecord, signal: AbortSignal): AsyncGenerator<readonly PredictedObject[]> {
  const index = createHandOverIndex();
  for await (const page of store.targets.iterate(pair.id, { deleted: 'exclude', pageSize: 1_000 })) {
    await nextTurn(signal);
    for (const target of page) index.add(target);
  }
  const adminIds = (await store.pairs.tenantFacts(pair.id))?.adminIds ?? null;
  const context: HandOverContext = { index, adminIds: adminIds === null ? null : new Set(adminIds), taken: new Map() };
  for await (const page of store.sources.iterate(pair.id, { links: 'without links', pageSize: 500 })) {
    await nextTurn(signal);
    const matches = await store.matches.getMany(pair.id, page.map((source) => source.id));
    yield page.map((source) => {
      const match = matches.get(source.id);
      const matched = match?.state === 'Matched' && match.targetId !== null && match.review !== 'To review' ? index.byId(match.targetId) : undefined;
      const anchor = planAnchor(source, matched);
      const prediction = predictHandOver(source, anchor.write, matched, context);
      const waits = match?.review === 'To review' ? ' Its match waits for review and was not used.' : '';
      return { source, anchor, prediction: waits === '' ? prediction : { ...prediction, message: `${prediction.message}${waits}` }, matchedUpn: matched?.upn ?? null };
    });
  }
}
