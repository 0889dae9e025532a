import type { SourceObject, TargetObject } from '../../../shared/domain/objects.ts';
import type { Operation } from '../../../shared/domain/plans.ts';
import type { MigrationSettings } from '../../../shared/domain/settings.ts';
import { inOrder, mapObject } from '../../engines/mapping/index.ts';
import type { PlanCandidate } from '../../engines/planning/index.ts';
import type { ExchangeGateway } from '../../engines/tenant/index.ts';
import type { CollectionRecord, PairRecord, SourceScope } from '../../store/index.ts';
import { createCreationLinks, type LinkTest } from '../references-creation.ts';
import type { Healing } from '../references-healing.ts';
import { expressionInput } from '../rules-expressions.ts';
import type { Services } from '../services.ts';
import type { Baselines } from './cycle-drift.ts';
import type { HeldValues } from './held-values.ts';
import { createResolver, type InCollection } from './links.ts';
import type { MatchRun } from './match.ts';
import { createHolderReader } from './plan-holders.ts';
import type { PlanNames } from './plan-names.ts';
import type { Reporter } from './reporter.ts';
import type { TenantView } from './tenant-view.ts';

/** What every step of planning needs. */
export interface Planning {
  readonly services: Services;
  readonly pair: PairRecord;
  readonly collection: CollectionRecord;
  readonly settings: MigrationSettings;
  readonly run: MatchRun;
  readonly healing: Healing;
  readonly held: HeldValues;
  readonly view: TenantView;
  readonly names: PlanNames;
  readonly reporter: Reporter;
  readonly signal: AbortSignal;
  /** A cycle of coexistence; absent: a migration. */
  readonly cycle?: CyclePlanning;
  /** Of a cycle. */
  readonly baselines?: Baselines;
}

/** What planning a cycle of coexistence knows besides. */
export interface CyclePlanning {
  /** True for a Graph id that is the match of an object of the directory: such members are taken out of groups that do not hold them there, all others stay. */
  readonly knownTarget: (targetId: string) => boolean;
  /** Operations on objects that left the collection, which come last. */
  readonly last: readonly Omit<Operation, 'id' | 'seq'>[];
  /** What was agreed on with the tenant before, so that changes of others are told from changes of the source. */
  readonly baselines: (held: HeldValues) => Promise<Baselines>;
}

/**
 * Reads and maps the objects of a run in the order of a plan: users, contacts, groups, each by id, and after those of each kind the objects
 * outside the run that are healed. One page in memory.
 * @param only these objects; absent: all.
 */
export type Reading = (only?: ReadonlySet<string>) => AsyncIterable<readonly PlanCandidate[]>;

/** Objects of a page: so few that what is made of them is gone before it counts as old and is kept for longer (100,000 users: 0.9 GB at most instead of 1.4 with pages of 500). */
const PAGE = 100;
/** Runs of at least this part of a collection walk along it; smaller ones look up each object. */
const WALK_FROM = 0.25;

/**
 * Makes the reading of a run.
 * @param exchange shows who holds permissions on mailboxes; absent: nothing is known of them.
 */
export async function createReading({ services, pair, collection, settings, run, healing, held, baselines, view, names: { unique, recipients, mail }, signal }: Planning, exchange: ExchangeGateway | undefined): Promise<Reading> {
  const { store } = services;
  const rules = await store.mappingRules.list({ kind: 'collection', id: collection.id });
  const isFew = run.results.size < WALK_FROM * collection.objects;
  const members: InCollection = isFew ? async (ids) => new Set((await store.collections.statuses(collection.id, ids)).keys()) : new Set(await store.collections.memberIds(collection.id));
  const resolver = createResolver(services, pair, members, run.results, recipients ?? 'looked up', mail);
  const expressions = await expressionInput(services, pair.id, view, settings);
  const always = {
    settings, defaults: pair.defaults, verifiedDomains: view.verifiedDomains, initialDomain: view.initialDomain, resolve: resolver.resolve, expressions,
    ...(view.exchangeProblem === null ? {} : { exchangeProblem: view.exchangeProblem }),
  };
  const ordered = inOrder(rules);
  const creationLinks = createCreationLinks(services, pair, rules);
  const withHolders = exchange === undefined ? async (page: readonly PlanCandidate[]) => page : createHolderReader(exchange, signal);
  const walk: Pick<SourceScope, 'ids' | 'collectionId'> = isFew ? { ids: [...run.results.keys()] } : { collectionId: collection.id };
  return async function* (only) {
    for (const kind of ['user', 'contact', 'group'] as const) {
      for await (const page of store.sources.iterate(pair.id, { ...(only === undefined ? walk : { ids: [...only].filter((id) => run.results.has(id)) }), kind, pageSize: PAGE })) {
        const sources = page.filter((source) => run.results.has(source.id));
        resolver.note(sources);
        await resolver.prepare(sources);
        const targets = await store.targets.getMany(pair.id, sources.flatMap((s) => run.results.get(s.id)?.targetId ?? []));
        const late = await creationLinks(sources);
        await held.prepare(sources.map((one) => one.id));
        await baselines?.prepare(sources.map((one) => one.id), new Set(sources.flatMap(({ id }) => (targets.has(run.results.get(id)?.targetId ?? '') ? [] : [id]))));
        const candidate = (source: SourceObject): PlanCandidate[] => {
          const match = run.results.get(source.id);
          if (!match) return [];
          const target: TargetObject | null = match.state === 'Matched' && match.targetId !== null ? targets.get(match.targetId) ?? null : null;
          const mapped = mapObject({ ...always, source, target, rules: ordered, ...lateLinks(late.get(source.id)) });
          return [{ source, match, target, mapped: held.without(source, unique?.choose(source, mapped) ?? mapped), ...(baselines === undefined ? {} : { baseline: baselines.of(source, target) }) }];
        };
        yield await withHolders(sources.flatMap(candidate));
      }
      for await (const all of healing.pages(kind)) {
        const waiting = only === undefined ? all : all.filter(({ source }) => only.has(source.id));
        await resolver.prepare(waiting.map((one) => one.source));
        await held.prepare(waiting.map((one) => one.source.id));
        const targets = await store.targets.getMany(pair.id, waiting.flatMap((one) => one.match.targetId ?? []));
        yield await withHolders(waiting.flatMap(({ source, match, rules: own, waitedAtCreation }): PlanCandidate[] => {
          const target = targets.get(match.targetId ?? '');
          if (target === undefined || target.deleted || held.isHeld(source.id)) return [];
          const mapped = mapObject({ ...always, source, target, rules: own, waitedAtCreation });
          return mapped.skip === null ? [{ source, match, target, mapped: { ...held.without(source, mapped), problems: [] } }] : [];
        }));
      }
    }
  };
}

/** What mapping is told of links that belong to the creation of an object which is there. */
const lateLinks = (test: LinkTest | undefined): { readonly waitedAtCreation?: LinkTest } => (test === undefined ? {} : { waitedAtCreation: test });
