import type { MatchResult, ObjectKind, TargetObject } from '../../../shared/domain/objects.ts';
import type { MatchDecision } from '../../../shared/domain/review.ts';
import type { PlanSkip } from '../../../shared/domain/plans.ts';
import type { MigrationProgress } from '../../../shared/domain/statuses.ts';
import { sourceGroupKind } from '../../../shared/rules/group-type.ts';
import { outOfScope } from '../../engines/mapping/index.ts';
import { createTargetIndex, matchAgain, matchingOrder, matchObject, matchPinned, settleConflicts, type TargetIndex } from '../../engines/matching/index.ts';
import type { CollectionRecord, PairRecord, StoredSource } from '../../store/index.ts';
import type { Services } from '../services.ts';
import { canMatchByName, createNamedTargets } from './match-named.ts';
import { createReviewer, waitingReason } from './match-review.ts';
import { nextTurn } from './next-turn.ts';
import type { Reporter } from './reporter.ts';

/** What a match run is asked to do. */
export interface MatchRequest {
  readonly breakExisting: boolean;
  readonly upnSuffix: string;
  /** objectGUIDs; null: the whole collection. */
  readonly ids: readonly string[] | null;
  /** `Match Objects`: a person asked for the matches. `planning`: what is found stays unconfirmed until a migration writes to it. */
  readonly purpose: 'Match Objects' | 'planning';
  /**
   * Which targets are looked at: `all` (the default), or those that hold a name which the sources have, and those that they were matched with. The
   * outcome is the same; `named` is for a few sources of a large tenant, and reads all the same when a rule compares something else than unique names.
   */
  readonly targets?: 'all' | 'named';
  /** Is shown every page of the tenant when all of it is read, so that what follows need not read it again. */
  readonly watch?: (targets: readonly TargetObject[]) => void;
}
/** Outcome of a match run. */
export interface MatchRun {
  readonly results: ReadonlyMap<string, MatchResult>;
  /**
   * Sources whose match was known before this run, by Match Objects, a pin or a migration that wrote to the object: the question "merge not
   * matched yet objects" is not about them. Planning a migration finds matches, too; those do not count.
   */
  readonly knownBefore: ReadonlySet<string>;
  /** Objects left out, each with its reason: out of scope, gone from the directory, left out by a person; while planning also those whose match waits for review. */
  readonly skipped: readonly Pick<PlanSkip, 'sourceId' | 'name' | 'kind' | 'reason'>[];
  readonly counts: Readonly<Record<'Matched' | 'Not matched' | 'Ambiguous' | 'Conflict' | 'Skipped', number>>;
  /** By kind: objects with a match, those among them whose match is in the recycle bin, those without, and those of the source that Exchange keeps. */
  readonly totals: Readonly<Record<ObjectKind, { readonly matched: number; readonly recycled: number; readonly unmatched: number; readonly exchange: number }>>;
}

/** Objects of a page: so few that what is made of them does not grow old in memory. */
const PAGE = 100;

/** Statuses that a new match run must not take back: the object has been written already. */
const WRITTEN: ReadonlySet<MigrationProgress> = new Set(['Migrated', 'Completed']);

/**
 * Matches the objects of a collection with what is known of the tenant. Writes matches and statuses into the project, nothing
 * to the tenant. Existing matches stay while their target exists, unless they are to be broken first (Quest Migration Manager, "Performing Object Matching Explicitly")
 * or a risk that forbids them has come up since; pinned ones always stay.
 */
export async function matchCollection(services: Services, pair: PairRecord, collection: CollectionRecord, request: MatchRequest, reporter: Reporter, signal: AbortSignal): Promise<MatchRun> {
  const { store } = services;
  const rules = await store.matchingRules.list({ kind: 'collection', id: collection.id });
  const facts = await store.pairs.tenantFacts(pair.id);
  const decisions = new Map<string, MatchDecision>();
  const context = { upnSuffix: request.upnSuffix, adminIds: new Set(facts?.adminIds ?? []), decisionOf: (id: string) => decisions.get(id) };
  const ordered = matchingOrder(rules);
  const reviewer = await createReviewer(store, collection);
  const index = createTargetIndex(rules, { upnSuffix: request.upnSuffix });
  const named = request.targets === 'named' && canMatchByName(rules) ? createNamedTargets(services, pair, rules, index, request.upnSuffix) : undefined;
  await reporter.phase('match', 'Reading what is known of the tenant');
  // Of a tenant that is not read nobody knows that its recycle bin is empty.
  let mayBeRecycled = named !== undefined;
  if (named === undefined) for await (const targets of store.targets.iterate(pair.id, { withLinks: false, deleted: 'include', pageSize: PAGE })) {
    await nextTurn(signal);
    request.watch?.(targets);
    for (const target of targets) {
      index.add(target);
      mayBeRecycled ||= target.deleted;
    }
  }

  const results: MatchResult[] = [];
  const names = new Map<string, string>();
  const kinds = new Map<string, ObjectKind>();
  const skipped: MatchRun['skipped'][number][] = [];
  const knownBefore = new Set<string>();
  /** Their target was written to by a migration of this project, so who it is is settled. */
  const own = new Set<string>();
  const none = { matched: 0, recycled: 0, unmatched: 0, exchange: 0 };
  const totals = { user: { ...none }, contact: { ...none }, group: { ...none } };
  let done = 0;
  for await (const sources of store.sources.iterate(pair.id, { collectionId: collection.id, missing: 'include', links: 'without links', pageSize: PAGE, ...(request.ids ? { ids: request.ids } : {}) })) {
    await nextTurn(signal);
    const ids = sources.map((s) => s.id);
    const before = await store.matches.getMany(pair.id, ids);
    // Pinned matches are a person's word; only Break Matching ends them.
    const existing = request.breakExisting ? new Map([...before].filter(([, m]) => m.pinned)) : before;
    if (request.breakExisting) await store.matches.break(pair.id, ids.filter((id) => before.has(id) && !existing.has(id)));
    const answers = await answered(services, pair, collection, existing);
    for (const [id, decision] of await decided(services, pair, ids)) decisions.set(id, decision);
    const created = mayBeRecycled ? await store.journal.created(pair.id, ids) : new Map<string, readonly string[]>();
    await named?.bring(sources, existing, [...created.values()].flat());
    for (const source of sources) {
      names.set(source.id, source.name);
      kinds.set(source.id, source.kind);
      if (source.kind === 'contact' || (source.kind === 'group' && sourceGroupKind(source.attributes) !== 'security group')) totals[source.kind].exchange += 1;
      const excluded = reasonToSkip(source);
      if (excluded !== null) { skipped.push({ sourceId: source.id, name: source.name, kind: source.kind, reason: excluded }); continue; }
      const known = existing.get(source.id);
      if (known?.pinned && known.targetId !== null) { results.push(matchPinned(source, known.targetId, index, context)); knownBefore.add(source.id); continue; }
      const again = known && (known.state === 'Matched' || answers.written(known)) ? matchAgain(source, known, index, context, answers.written(known) ? 'written' : 'not written') : undefined;
      if (again) {
        results.push(again);
        if (known && answers.known(known)) knownBefore.add(source.id);
        if (known && answers.written(known)) own.add(source.id);
        continue;
      }
      const result = matchObject(source, ordered, index, context);
      const lost = result.state === 'Not matched' || (result.state === 'Matched' && result.risks.includes('target is in the recycle bin'));
      const made = lost ? ownInRecycleBin(result, created.get(source.id) ?? [], index) : undefined;
      const same = made !== undefined && (result.targetId === null || result.targetId === made.targetId);
      if (same) { knownBefore.add(source.id); own.add(source.id); }
      results.push(same ? made : result);
    }
    done += sources.length;
    reporter.progress(done);
  }

  const review = (result: MatchResult): MatchResult => reviewer.review(result, decisions.get(result.sourceId), own.has(result.sourceId) ? 'written' : 'not written');
  // Twice: who was accepted keeps a target that others want, and who loses it has to be looked at.
  const settled = settleConflicts(await withOtherCollections(services, pair, results.map(review), names), (id) => names.get(id) ?? id).map(review);
  await store.matches.saveAll(pair.id, settled, request.purpose === 'Match Objects' ? 'confirmed' : 'found');
  const kept: MatchResult[] = [];
  for (const result of settled) {
    const waits = request.purpose === 'planning' && result.state === 'Matched' && result.review === 'To review';
    if (!waits && result.review !== 'Left out') { kept.push(result); continue; }
    const reason = waits ? waitingReason(result, index.get(result.targetId ?? '')?.name || result.targetId || '') : `Left out by ${decisions.get(result.sourceId)?.verdict?.by ?? ''}. Take the decision back to migrate it.`;
    skipped.push({ sourceId: result.sourceId, name: names.get(result.sourceId) ?? '', kind: kinds.get(result.sourceId) ?? 'user', reason });
  }
  await saveStatuses(services, collection, kept, skipped, knownBefore);
  await reporter.flush();
  const counts = { Matched: 0, 'Not matched': 0, Ambiguous: 0, Conflict: 0, Skipped: skipped.length };
  for (const r of kept) counts[r.state]++;
  for (const { sourceId, state, risks } of kept) {
    const of = totals[kinds.get(sourceId) ?? 'user'];
    if (state === 'Not matched') of.unmatched += 1;
    else if (state === 'Matched') {
      of.matched += 1;
      if (risks.includes('target is in the recycle bin')) of.recycled += 1;
    }
  }
  return { results: new Map(kept.map((r) => [r.sourceId, forPlanning(r)])), knownBefore, skipped, counts, totals };
}

const NO_EVIDENCE: MatchResult['evidence'] = [];
/** An outcome as what follows in the run looks at it: the evidence is stored, and why an object is matched too. */
const forPlanning = (result: MatchResult): MatchResult => ({ ...result, evidence: NO_EVIDENCE, reason: result.state === 'Matched' ? '' : result.reason });

/** What people decided about these objects. That nothing in the tenant is meant holds until a migration has made the object. */
async function decided(services: Services, pair: PairRecord, ids: readonly string[]): Promise<ReadonlyMap<string, MatchDecision>> {
  const found = await services.store.matches.decisions(pair.id, ids);
  const made = await services.store.journal.written(pair.id, [...found].flatMap(([id, decision]) => (decision.verdict?.kind === 'create' ? [id] : [])));
  return new Map([...found].map(([id, decision]) => [id, made.has(id) ? { ...decision, verdict: null } : decision]));
}

/** Which of these matches have been answered for: by Match Objects or a person, or because a migration has written to the object. */
async function answered(services: Services, pair: PairRecord, collection: CollectionRecord, matches: ReadonlyMap<string, MatchResult>): Promise<{ readonly known: (match: MatchResult) => boolean; readonly written: (match: MatchResult) => boolean }> {
  const ids = [...matches.keys()];
  const confirmed = await services.store.matches.confirmed(pair.id, ids);
  const journal = await services.store.journal.written(pair.id, ids);
  const statuses = await services.store.collections.statuses(collection.id, ids);
  const complete = (id: string): boolean => { const status = statuses.get(id)?.status; return status !== undefined && WRITTEN.has(status); };
  const written = (match: MatchResult): boolean => match.targetId !== null && (journal.get(match.sourceId)?.has(match.targetId) === true || (match.state === 'Matched' && complete(match.sourceId)));
  return { written, known: (match) => confirmed.has(match.sourceId) || written(match) };
}

/**
 * What an earlier migration made of this object and a roll back moved to the recycle bin. Groups have no anchor by which they
 * could be found again, and a Microsoft 365 group in the recycle bin keeps its nickname from the next one of that name.
 */
function ownInRecycleBin(result: MatchResult, created: readonly string[], index: TargetIndex): MatchResult | undefined {
  const made = created.find((id) => index.get(id)?.deleted === true);
  if (made === undefined) return undefined;
  return { ...result, state: 'Matched', targetId: made, risks: ['target is in the recycle bin'], reason: 'Made by an earlier migration of this project and rolled back; it is in the recycle bin.' };
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
    ...results.filter((r) => !(r.state === 'Matched' && written(r.sourceId) !== undefined)).map((r) => ({ sourceId: r.sourceId, status: r.state satisfies MigrationProgress, reason: r.state === 'Matched' && r.review === 'To review' ? `${r.reason} It waits for review.` : r.reason })),
    ...skipped.map(({ sourceId, reason }) => ({ sourceId, status: written(sourceId) ?? 'Skipped' as const, reason })),
  ];
  await services.store.collections.setStatuses(collection.id, rows);
}
