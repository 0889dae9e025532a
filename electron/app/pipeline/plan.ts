import type { SourceObject, TargetObject } from '../../../shared/domain/objects.ts';
import type { Finding, Operation, PlanCounts, PlanSkip } from '../../../shared/domain/plans.ts';
import type { MigrationSettings } from '../../../shared/domain/settings.ts';
import { primarySmtp } from '../../../shared/rules/addresses.ts';
import { owningService } from '../../../shared/rules/target-attributes.ts';
import { createUniqueValues, mapObject, type UniqueValues } from '../../engines/mapping/index.ts';
import { createPlanner, createSurveyor, guardPlan, type PlanCandidate, type PlanSurvey } from '../../engines/planning/index.ts';
import { createChecker, createTenantNames } from '../../engines/preflight/index.ts';
import type { ExchangeGateway } from '../../engines/tenant/index.ts';
import type { CollectionRecord, PairRecord, TaskRecord } from '../../store/index.ts';
import { expressionInput } from '../rules-expressions.ts';
import { limitsInForce } from '../guard-limits.ts';
import { createLicensing } from '../licences-planning.ts';
import { findHealing, type Healing } from '../references-healing.ts';
import type { Services } from '../services.ts';
import { attributesOf, isLinkName } from '../source-attributes.ts';
import type { MatchRun } from './match.ts';
import { createResolver } from './links.ts';
import { createHolderReader } from './plan-holders.ts';
import type { Reporter } from './reporter.ts';

/** Skips and statuses are written to the store in pieces of so many. */
const CHUNK = 1_000;

/** What the tenant's facts mean for mapping and checks. */
export interface TenantView {
  readonly verifiedDomains: ReadonlySet<string>;
  readonly initialDomain: string;
  readonly displayName: string;
  readonly federated: ReadonlySet<string>;
  /** False: the sign-in may not read roles, so matches are not checked for it. */
  readonly administratorsKnown: boolean;
  /** Why Exchange Online cannot be reached, as a sentence. */
  readonly exchangeProblem: string | null;
}

/** Reads the facts of the last discovery. */
export async function tenantView(services: Services, pairId: string): Promise<TenantView> {
  const facts = await services.store.pairs.tenantFacts(pairId);
  const domains = facts?.domains ?? [];
  return {
    verifiedDomains: new Set(domains.filter((d) => d.isVerified).map((d) => d.name.toLowerCase())), federated: new Set(domains.filter((d) => d.federated).map((d) => d.name.toLowerCase())),
    initialDomain: facts?.organization.initialDomain ?? '', displayName: facts?.organization.displayName ?? '',
    administratorsKnown: facts !== null && facts.adminIds !== null, exchangeProblem: facts?.exchangeProblem ?? null,
  };
}

/**
 * Reads the objects of a run in the order of a plan: users, contacts, groups, each by id. One page in memory.
 * `values only`: without the links of people; of groups the checks count the members.
 */
type Reading = (links: 'with links' | 'values only') => AsyncIterable<readonly PlanCandidate[]>;

/** What every step of planning needs. */
interface Planning {
  readonly services: Services;
  readonly pair: PairRecord;
  readonly collection: CollectionRecord;
  readonly settings: MigrationSettings;
  readonly run: MatchRun;
  readonly healing: Healing;
  readonly view: TenantView;
  readonly unique: UniqueValues | undefined;
  /** Primary addresses by Graph id of those who may own groups of Exchange Online; the first reading fills it. */
  readonly recipients: Map<string, string>;
  readonly reporter: Reporter;
  readonly signal: AbortSignal;
}

/** What is known of the objects before the plan is written. */
interface Checked { readonly survey: PlanSurvey; readonly findings: ReadonlyMap<string, readonly Finding[]>; readonly objects: number }

/**
 * Maps, checks and plans the objects of a collection after a match run, and stores the plan. Nothing is written to the tenant.
 * The objects are read twice: a name that two of them want keeps both out, and where an operation stands in the plan depends on
 * all of them. The second reading stores operations as they are planned, so memory is one page and a few short entries an object.
 * @param exchange shows who holds permissions on mailboxes; absent: all that the rules want are planned, and what is there changes nothing.
 * @returns id and totals of the plan.
 */
export async function planCollection(
  services: Services, pair: PairRecord, collection: CollectionRecord, task: TaskRecord, settings: MigrationSettings, run: MatchRun, reporter: Reporter, signal: AbortSignal, exchange?: ExchangeGateway,
): Promise<{ readonly planId: string; readonly operations: number }> {
  const { store } = services;
  const view = await tenantView(services, pair.id);
  const planning: Planning = {
    services, pair, collection, settings, run, view, reporter, signal, recipients: new Map(),
    unique: createUniqueValues(await store.mappingRules.list({ kind: 'collection', id: collection.id })),
    healing: await findHealing(services, pair, run, (match) => match.state === 'Matched' || (match.state === 'Not matched' && settings.createUnmatched)),
  };
  const reading = await reader(planning, exchange);
  await reporter.phase('map', 'Working out the values', run.results.size);
  const checked = await checkAll(planning, reading);

  await reporter.phase('plan', 'Comparing with the tenant', checked.objects);
  // What a process that was killed left behind is nobody's plan.
  await store.plans.removeUnfinished(task.id);
  const { id: planId } = await store.plans.create({ taskId: task.id, collectionId: collection.id, tenantName: pair.targetName || view.displayName, settings, confirmation: view.initialDomain || pair.name, state: 'unfinished' });
  try {
    const written = await writeOperations(planning, planId, reading, checked);
    const skips: PlanSkip[] = [...written.skips, ...run.skipped.map((s) => ({ ...s, status: 'Skipped' as const }))];
    const counts = { ...written.counts, skipped: skips.length };
    const guard = await limitsInForce(store, { pairId: pair.id, collectionId: collection.id });
    await store.transaction(async (tx) => {
      for (let i = 0; i < skips.length; i += CHUNK) await tx.plans.appendSkips(planId, skips.slice(i, i + CHUNK));
      // Matching gave Ambiguous, Conflict and Not matched their status already; here come the reasons that only planning knows.
      await tx.collections.setStatuses(collection.id, written.skips.filter((s) => s.status === 'Skipped' || s.status === 'Failed').map((s) => ({ sourceId: s.sourceId, status: s.status, reason: s.reason })));
      await tx.plans.saveSummary(planId, { counts, guard: guardPlan(counts, checked.objects, guard.limits, guard.from), unresolved: written.unresolved, conflicts: 0, findings: written.findings });
    });
    return { planId, operations: counts.operations };
  } catch (error) {
    await store.plans.removeUnfinished(task.id).catch((left: unknown) => { services.log.error({ err: left, taskId: task.id }, 'an unfinished plan could not be removed'); });
    throw error;
  }
}

/** Makes the two readings alike. */
async function reader({ services, pair, collection, settings, run, healing, view, unique, recipients, signal }: Planning, exchange: ExchangeGateway | undefined): Promise<Reading> {
  const { store } = services;
  const rules = await store.mappingRules.list({ kind: 'collection', id: collection.id });
  const values = rules.filter((rule) => rule.action !== 'Resolve');
  const resolver = createResolver(services, pair, new Set(await store.collections.memberIds(collection.id)), run.results, recipients);
  const expressions = await expressionInput(services, pair.id, view, settings);
  const always = {
    settings, defaults: pair.defaults, verifiedDomains: view.verifiedDomains, initialDomain: view.initialDomain, resolve: resolver.resolve, expressions,
    ...(view.exchangeProblem === null ? {} : { exchangeProblem: view.exchangeProblem }),
  };
  // Both readings must see the same: an expression may read whom a link names.
  const readsLinks = rules.some((rule) => rule.action === 'Expression' && attributesOf(rule).some(isLinkName));
  const ids = [...run.results.keys()];
  const withHolders = exchange === undefined ? async (page: readonly PlanCandidate[]) => page : createHolderReader(exchange, signal);
  return async function* (links) {
    for (const kind of ['user', 'contact', 'group'] as const) {
      for await (const sources of store.sources.iterate(pair.id, { ids, kind, links: links === 'values only' && kind !== 'group' && !readsLinks ? 'without links' : 'with links' })) {
        // Who owns a group is one of its values.
        if (links === 'with links' || kind === 'group') await resolver.prepare(sources);
        const targets = await store.targets.getMany(pair.id, sources.flatMap((s) => run.results.get(s.id)?.targetId ?? []), links === 'with links' ? 'with links' : 'without links');
        const candidate = (source: SourceObject): PlanCandidate[] => {
          const match = run.results.get(source.id);
          if (!match) return [];
          const target: TargetObject | null = match.state === 'Matched' && match.targetId !== null ? targets.get(match.targetId) ?? null : null;
          const mapped = mapObject({ ...always, source, target, rules: links === 'with links' ? rules : values });
          return [{ source, match, target, mapped: unique?.choose(source, mapped) ?? mapped }];
        };
        yield await withHolders(sources.flatMap(candidate));
      }
      for await (const waiting of healing.pages(kind)) {
        await resolver.prepare(waiting.map((one) => one.source));
        const targets = await store.targets.getMany(pair.id, waiting.flatMap((one) => one.match.targetId ?? []));
        yield await withHolders(waiting.flatMap(({ source, match, rules: own }): PlanCandidate[] => {
          const target = targets.get(match.targetId ?? '');
          if (target === undefined || target.deleted) return [];
          const mapped = mapObject({ ...always, source, target, rules: own });
          return mapped.skip === null ? [{ source, match, target, mapped: { ...mapped, problems: [] } }] : [];
        }));
      }
    }
  };
}

/** Mailboxes, mail users and mail-enabled security groups (ExchangeOnlineManagement cmdlet reference, New-DistributionGroup, ManagedBy). */
const mayActForOthers = ({ kind, attributes, deleted }: TargetObject): boolean => !deleted && (kind === 'user' ? attributes['recipientTypeDetails'] !== undefined : kind === 'group' && owningService(kind, attributes) === 'exchange' && attributes['securityEnabled']?.[0] === 'true');

/** The first reading: runs the checks over what would be written, and finds out which operations each object will have. */
async function checkAll({ services, pair, settings, run, healing, view, unique, recipients, reporter, signal }: Planning, reading: Reading): Promise<Checked> {
  const names = createTenantNames();
  for await (const targets of services.store.targets.iterate(pair.id, { withLinks: false, deleted: 'include' })) for (const target of targets) {
    names.add(target);
    unique?.add(target);
    const address = mayActForOthers(target) ? primarySmtp(target.attributes) : undefined;
    if (address !== undefined) recipients.set(target.id, address);
  }
  const checker = createChecker({ verifiedDomains: view.verifiedDomains, names });
  const surveyor = createSurveyor({ settings, matchedBefore: (id) => run.knownBefore.has(id) || healing.has(id) });
  const findings = new Map<string, readonly Finding[]>();
  let objects = 0;
  for await (const candidates of reading('values only')) {
    signal.throwIfAborted();
    for (const candidate of candidates) {
      const { source, match, target, mapped } = candidate;
      const wanted = !healing.has(source.id) && mapped.skip === null && (match.state === 'Matched' || (match.state === 'Not matched' && settings.createUnmatched));
      const found = wanted ? checker.object({ source, targetId: target?.id ?? null, values: mapped.values }) : [];
      if (found.length > 0) findings.set(source.id, found);
      surveyor.object({ ...candidate, findings: found });
    }
    objects += candidates.filter(({ source }) => !healing.has(source.id)).length;
    reporter.progress(objects);
  }
  await reporter.phase('check', 'Checking the values', objects);
  for (const finding of checker.finish()) {
    if (finding.sourceId === null) continue;
    findings.set(finding.sourceId, [...(findings.get(finding.sourceId) ?? []), finding]);
    if (finding.severity === 'error') surveyor.exclude(finding.sourceId);
  }
  return { survey: surveyor.finish(), findings, objects };
}

interface Written { readonly counts: PlanCounts; readonly skips: readonly PlanSkip[]; readonly unresolved: number; readonly findings: { readonly errors: number; readonly warnings: number } }

/** The second reading: plans object by object and stores each page of operations, findings and references. */
async function writeOperations({ services, pair, collection, settings, run, healing, view, reporter, signal }: Planning, planId: string, reading: Reading, checked: Checked): Promise<Written> {
  const planner = createPlanner({ settings, newId: services.newId, matchedBefore: (id) => run.knownBefore.has(id) || healing.has(id) }, checked.survey);
  const skips: PlanSkip[] = [];
  const totals = { errors: 0, warnings: 0 };
  let unresolved = 0;
  let done = 0;
  let besides = 0;
  /** Users to whom this plan gives a usage location. */
  const located = new Set<string>();
  let warned = view.administratorsKnown;
  for await (const candidates of reading('with links')) {
    signal.throwIfAborted();
    const planned = candidates.map((candidate) => planner.object({ ...candidate, findings: checked.findings.get(candidate.source.id) ?? [] }));
    const operations = planned.flatMap((p) => p.operations);
    for (const { sourceId, changes } of operations) if (sourceId !== null && changes.some((c) => c.attribute === 'usageLocation' && c.after !== null)) located.add(sourceId);
    const waiting = planned.flatMap((p) => p.unresolved);
    const findings = planned.flatMap((p) => [...p.findings, ...p.notes]);
    const healed = candidates.flatMap(({ source }, i) => (healing.has(source.id) ? [{ source, plan: planned[i] }] : []));
    findings.push(...healed.filter(({ plan }) => (plan?.operations.length ?? 0) > 0).map(({ source }) => healing.note(source)));
    // Somebody made it so already: there is nothing to write, and nothing to wait for.
    const settled = healed.filter(({ plan }) => plan?.operations.length === 0 && plan.skip === null && plan.unresolved.length === 0 && plan.notes.length === 0).map(({ source }) => source.id);
    besides += settled.length;
    for (const { skip } of planned) if (skip !== null) skips.push(skip);
    if (!warned && operations.some((o) => o.objectKind === 'user' && o.kind !== 'create' && o.targetId !== null)) {
      warned = true;
      findings.unshift(administratorsUnknown(view));
    }
    await services.store.transaction(async (tx) => {
      await tx.plans.appendOperations(planId, operations);
      await tx.plans.appendFindings(planId, findings);
      await tx.plans.appendUnresolved(planId, waiting);
      await tx.references.remove(pair.id, settled.flatMap((id) => healing.keysOf(id)));
    });
    for (const { severity } of findings) if (severity === 'error') totals.errors += 1; else totals.warnings += 1;
    unresolved += waiting.length;
    done += candidates.length;
    reporter.progress(done);
  }
  const licensing = await createLicensing(services, pair, collection, { results: run.results, planned: (id) => planner.has(id), unlocated: (id, target) => !located.has(id) && target?.attributes['usageLocation'] === undefined });
  if (licensing !== null) {
    const store = async (operations: readonly Operation[], findings: readonly Finding[]): Promise<void> => {
      totals.warnings += findings.length;
      await services.store.transaction(async (tx) => { await tx.plans.appendOperations(planId, operations); await tx.plans.appendFindings(planId, findings); });
    };
    await store([], licensing.problems);
    for await (const page of licensing.pages()) {
      signal.throwIfAborted();
      await store(page.operations.map((operation) => planner.last(operation)), page.findings);
    }
    await store([], licensing.shortages());
  }
  const counts = planner.finish();
  return { counts: { ...counts, unchanged: counts.unchanged - besides }, skips, unresolved, findings: totals };
}

/** A warning when the plan changes accounts that might be administrators and nobody could tell. */
const administratorsUnknown = (view: TenantView): Finding => ({
  sourceId: null, name: view.displayName, attribute: '', value: '', rule: 'administrators', severity: 'warning', proposal: null,
  message: 'The administrators could not be read; check by hand that no match is an administrator. Grant RoleManagement.Read.Directory to have it checked.',
});
