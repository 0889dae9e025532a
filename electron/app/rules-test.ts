import type { ChannelOutput, ChannelParsed } from '../../shared/contracts/index.ts';
import type { MatchShift } from '../../shared/contracts/rule-changes.ts';
import type { MatchResult } from '../../shared/domain/objects.ts';
import type { MatchingRule } from '../../shared/domain/rules.ts';
import type { CollectionRecord, PairRecord } from '../store/index.ts';
import { matchCollection, type MatchRun } from './pipeline/match.ts';
import type { Reporter } from './pipeline/reporter.ts';
import { requireFitting } from './rules-save.ts';
import type { Services } from './services.ts';

const silent: Reporter = {
  phase: async () => {}, progress: () => {}, estimateWith: () => {}, throttled: () => {}, item: () => {}, end: async () => {}, flush: async () => {},
};

/** The project as it is, but with other matching rules, and deaf to what a match run writes. */
function rehearsal(services: Services, rules: readonly MatchingRule[]): Services {
  const { store } = services;
  return {
    ...services,
    emit: () => {},
    store: {
      ...store,
      matchingRules: { ...store.matchingRules, list: async () => rules },
      matches: { ...store.matches, saveAll: async () => ({ saved: 0, pinned: 0 }), break: async () => ({ broken: 0 }) },
      collections: { ...store.collections, setStatuses: async () => ({ changed: 0 }) },
    },
  };
}

/**
 * "Test this rule": runs Match Objects twice over what was read last, with the rules as they are and with others, and compares.
 * It is the very code that matching runs, over a project that keeps nothing, so what it says is what a later match does.
 */
export async function testMatching(services: Services, request: ChannelParsed<'rules.testMatching'>, signal: AbortSignal): Promise<ChannelOutput<'rules.testMatching'>> {
  const { store } = services;
  const collection = await store.collections.get(request.collectionId);
  const pair = await store.pairs.get(collection.pairId);
  const present = await store.matchingRules.list({ kind: 'collection', id: collection.id });
  for (const rule of request.rules) requireFitting(rule);
  const others = request.rules.map((rule, i): MatchingRule => ({ ...rule, id: rule.id ?? `new ${i + 1}`, position: i + 1 }));
  const was = await run(services, pair, collection, present, request, signal);
  const wouldBe = await run(services, pair, collection, others, request, signal);
  const states = ['Matched', 'Not matched', 'Ambiguous', 'Conflict', 'Skipped'] as const;
  const changed = [...wouldBe.results.values()].filter((now) => { const before = was.results.get(now.sourceId); return before === undefined || before.state !== now.state || before.targetId !== now.targetId; });
  const shown = changed.slice(0, request.limit);
  const sources = await store.sources.getMany(pair.id, shown.map((m) => m.sourceId));
  const sides = shown.flatMap((m) => [m, was.results.get(m.sourceId)]).flatMap((m) => m?.targetId ?? []);
  const targets = await store.targets.getMany(pair.id, [...new Set(sides)], 'without links');
  const side = (match: MatchResult | undefined): MatchShift['was'] => ({ state: match?.state ?? 'New', target: match?.targetId == null ? '' : targets.get(match.targetId)?.name ?? match.targetId, reason: match?.reason ?? '' });
  return {
    readAt: pair.discoveredAt, compared: wouldBe.results.size, changed: changed.length,
    rows: shown.flatMap((m) => { const source = sources.get(m.sourceId); return source === undefined ? [] : [{ id: m.sourceId, name: source.name, kind: source.kind, was: side(was.results.get(m.sourceId)), wouldBe: side(m) }]; }),
    totals: states.map((state) => ({ state, was: was.counts[state] ?? 0, wouldBe: wouldBe.counts[state] ?? 0 })),
  };
}

async function run(services: Services, pair: PairRecord, collection: CollectionRecord, rules: readonly MatchingRule[], request: ChannelParsed<'rules.testMatching'>, signal: AbortSignal): Promise<MatchRun> {
  return await matchCollection(rehearsal(services, rules), pair, collection, { breakExisting: request.breakExisting, upnSuffix: request.upnSuffix, ids: null, purpose: 'Match Objects' }, silent, signal);
}
