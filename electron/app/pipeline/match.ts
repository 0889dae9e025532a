import type { MatchResult } from '../../../shared/domain/objects.ts';
import type { PlanSkip } from '../../../shared/domain/plans.ts';
import type { MigrationProgress } from '../../../shared/domain/statuses.ts';
import { outOfScope } from '../../engines/mapping/index.ts';
import { createTargetIndex, matchObject, matchPinned, settleConflicts, type TargetIndex } from '../../engines/matching/index.ts';
import type { CollectionRecord, PairRecord, StoredSource } from '../../store/index.ts';
import type { Services } from '../services.ts';
import type { Reporter } from './reporter.ts';

/** What a match run is asked to do. */
export interface MatchRequest { readonly breakExisting: boolean; readonly upnSuffix: string; /** objectGUIDs; null: the whole collection. */ readonly ids: readonly string[] | null }
/** Outcome of a match run. */
export interface MatchRun {
  readonly results: ReadonlyMap<string, MatchResult>;
  /** Sources whose match was known before this run: the question "merge not matched yet objects" is not about them. */
  readonly knownBefore: ReadonlySet<string>;
  /** Objects left out, each with its reason: out of scope, or gone from the directory. */
  readonly skipped: readonly Pick<PlanSkip, 'sourceId' | 'name' | 'kind' | 'reason'>[];
  readonly counts: Readonly<Record<'Matched' | 'Not matched' | 'Ambiguous' | 'Conflict' | 'Skipped', number>>;
}

/** Statuses that a new match run must not take back: the object has been written already. */
const WRITTEN: ReadonlySet<MigrationProgress> = new Set(['Migrated', 'Completed']);

/**
 * Matches the objects of a collection with what is known of the tenant. Writes matches and statuses into the project, nothing
 * to the tenant. Existing matches stay while their target exists, unless they are to be broken first (Quest Migration Manager, "Performing Object Matching Explicitly");
 * pinned ones always stay.
 */
export async function matchCollection(services: Services, pair: PairRecord, collection: CollectionRecord, request: MatchRequest, reporter: Reporter, signal: AbortSignal): Promise<MatchRun> {
  const { store } = services;
  const rules = await store.matchingRules.list({ kind: 'collection', id: collection.id });
  const facts = await store.pairs.tenantFacts(pair.id);
  const context = { upnSuffix: request.upnSuffix, adminIds: new Set(facts?.adminIds ?? []) };
  const index = createTargetIndex(rules, { upnSuffix: request.upnSuffix });
  await reporter.phase('match', 'Reading what is known of the tenant');
  let recycled = 0;
  for await (const targets of store.targets.iterate(pair.id, { withLinks: false, deleted: 'include' })) {
    signal.throwIfAborted();
    for (const target of targets) {
      index.add(target);
      if (target.deleted) recycled++;
    }
  }

  const results: MatchResult[] = [];
  const names = new Map<string, string>();
  const skipped: MatchRun['skipped'][number][] = [];
  const knownBefore = new Set<string>();
  let done = 0;
  for await (const sources of store.sources.iterate(pair.id, { collectionId: collection.id, missing: 'include', ...(request.ids ? { ids: request.ids } : {}) })) {
    signal.throwIfAborted();
    const ids = sources.map((s) => s.id);
    const before = await store.matches.getMany(pair.id, ids);
    // Pinned matches are a person's word; only Break Matching ends them.
    const existing = request.breakExisting ? new Map([...before].filter(([, m]) => m.pinned)) : before;
    if (request.breakExisting) await store.matches.break(pair.id, ids.filter((id) => before.has(id) && !existing.has(id)));
    for (const source of sources) {
      names.set(source.id, source.name);
      const excluded = reasonToSkip(source);
      if (excluded !== null) { skipped.push({ sourceId: source.id, name: source.name, kind: source.kind, reason: excluded }); continue; }
      const known = existing.get(source.id);
      if (known?.pinned && known.targetId !== null) { results.push(matchPinned(source, known.targetId, index, context)); knownBefore.add(source.id); continue; }
      if (known?.state === 'Matched' && known.targetId !== null && index.get(known.targetId) !== undefined) { results.push(known); knownBefore.add(source.id); continue; }
      const result = matchObject(source, rules, index, context);
      const own = recycled > 0 && result.state === 'Not matched' ? await ownInRecycleBin(services, pair, result, index) : undefined;
      if (own) knownBefore.add(source.id);
      results.push(own ?? result);
    }
    done += sources.length;
    reporter.progress(done);
  }

  const settled = settleConflicts(await withOtherCollections(services, pair, results, names), (id) => names.get(id) ?? id);
  await store.matches.saveAll(pair.id, settled);
  await saveStatuses(services, collection, settled, skipped, knownBefore);
  await reporter.flush();
  const counts = { Matched: 0, 'Not matched': 0, Ambiguous: 0, Conflict: 0, Skipped: skipped.length };
  for (const r of settled) counts[r.state]++;
  return { results: new Map(settled.map((r) => [r.sourceId, r])), knownBefore, skipped, counts };
}

/**
 * What an earlier migration made of this object and a roll back moved to the recycle bin. Groups have no anchor by which they
 * could be found again, and a Microsoft 365 group in the recycle bin keeps its nickname from the next one of that name.
 */
async function ownInRecycleBin(services: Services, pair: PairRecord, result: MatchResult, index: TargetIndex): Promise<MatchResult | undefined> {
  const made = (await services.store.journal.ofObject(pair.id, result.sourceId, 10_000)).find((j) => j.operation.kind === 'create' && j.outcome === 'done' && j.targetId !== null && index.get(j.targetId)?.deleted === true);
  if (!made) return undefined;
  return { ...result, state: 'Matched', targetId: made.targetId, risks: ['target is in the recycle bin'], reason: 'Made by an earlier migration of this project and rolled back; it is in the recycle bin.' };
}

/** An object that vanished is left as it is in the tenant: deleting there what was deleted here is nobody's wish until somebody says so. */
const reasonToSkip = (source: StoredSource): string | null => (source.missing ? 'It is no longer in Active Directory; its object in Microsoft 365 is left as it is.' : outOfScope(source));

/** A target that an object of another collection is matched with cannot be taken a second time. */
async function withOtherCollections(services: Services, pair: PairRecord, results: readonly MatchResult[], names: ReadonlyMap<string, string>): Promise<MatchResult[]> {
  const owners = await services.store.matches.byTargets(pair.id, results.flatMap((r) => (r.state === 'Matched' && r.targetId !== null ? [r.targetId] : [])));
  return results.map((result) => {
    const owner = result.targetId === null ? undefined : owners.get(result.targetId);
    if (result.state !== 'Matched' || result.pinned || owner === undefined || owner === result.sourceId || names.has(owner)) return result;
    return { ...result, state: 'Conflict', reason: 'An object of another collection is matched with the same target. Break that match, or match this object by hand.' };
  });
}

async function saveStatuses(services: Services, collection: CollectionRecord, results: readonly MatchResult[], skipped: MatchRun['skipped'], knownBefore: ReadonlySet<string>): Promise<void> {
  const asked = [...knownBefore, ...skipped.map((s) => s.sourceId)];
  const now = asked.length > 0 ? await services.store.collections.statuses(collection.id, asked) : new Map<string, { readonly status: MigrationProgress }>();
  const written = (id: string): MigrationProgress | undefined => { const status = now.get(id)?.status; return status !== undefined && WRITTEN.has(status) ? status : undefined; };
  const rows = [
    ...results.filter((r) => !(r.state === 'Matched' && written(r.sourceId) !== undefined)).map((r) => ({ sourceId: r.sourceId, status: r.state satisfies MigrationProgress, reason: r.reason })),
    ...skipped.map(({ sourceId, reason }) => ({ sourceId, status: written(sourceId) ?? 'Skipped' as const, reason })),
  ];
  await services.store.collections.setStatuses(collection.id, rows);
}
