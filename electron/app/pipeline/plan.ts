import type { Attributes, MatchResult, SourceObject, TargetObject } from '../../../shared/domain/objects.ts';
import type { Finding, Operation } from '../../../shared/domain/plans.ts';
import type { MigrationSettings } from '../../../shared/domain/settings.ts';
import { mapObject, type MappedObject } from '../../engines/mapping/index.ts';
import { createPlanner, DEFAULT_GUARD_LIMITS, guardPlan } from '../../engines/planning/index.ts';
import { checkObjects, createTenantNames, type CheckedObject } from '../../engines/preflight/index.ts';
import type { CollectionRecord, PairRecord, TaskRecord } from '../../store/index.ts';
import type { Services } from '../services.ts';
import type { MatchRun } from './match.ts';
import { resolverFor } from './links.ts';
import type { Reporter } from './reporter.ts';

/** Operations, skips and findings are written to the store in pieces of so many. */
const CHUNK = 1_000;

interface Mapped { readonly source: SourceObject; readonly match: MatchResult; readonly target: TargetObject | null; readonly mapped: MappedObject }

/** What checks and planning still look at once the values are mapped; a hundred thousand whole objects would not fit into memory. */
const needed = ({ id, kind, dn, name, attributes, links }: SourceObject): SourceObject => ({ id, kind, dn, name, attributes: only(attributes, 'samaccountname'), links: only(links, 'member') });
const only = (values: Attributes, lowerCaseName: string): Attributes => Object.fromEntries(Object.entries(values).filter(([name]) => name.toLowerCase() === lowerCaseName));

/** What the tenant's facts mean for mapping and checks. */
export interface TenantView {
  readonly verifiedDomains: ReadonlySet<string>;
  readonly initialDomain: string;
  readonly displayName: string;
  readonly federated: ReadonlySet<string>;
  /** False: the sign-in may not read roles, so matches are not checked for it. */
  readonly administratorsKnown: boolean;
}

/** Reads the facts of the last discovery. */
export async function tenantView(services: Services, pairId: string): Promise<TenantView> {
  const facts = await services.store.pairs.tenantFacts(pairId);
  const domains = facts?.domains ?? [];
  return {
    verifiedDomains: new Set(domains.filter((d) => d.isVerified).map((d) => d.name.toLowerCase())), federated: new Set(domains.filter((d) => d.federated).map((d) => d.name.toLowerCase())),
    initialDomain: facts?.organization.initialDomain ?? '', displayName: facts?.organization.displayName ?? '',
    administratorsKnown: facts !== null && facts.adminIds !== null,
  };
}

/**
 * Maps, checks and plans the objects of a collection after a match run, and stores the plan. Nothing is written to the tenant.
 * @returns id and totals of the plan.
 */
export async function planCollection(
  services: Services, pair: PairRecord, collection: CollectionRecord, task: TaskRecord, settings: MigrationSettings, run: MatchRun, reporter: Reporter, signal: AbortSignal,
): Promise<{ readonly planId: string; readonly operations: number }> {
  const { store } = services;
  const rules = await store.mappingRules.list({ kind: 'collection', id: collection.id });
  const view = await tenantView(services, pair.id);
  const inCollection = new Set(await store.collections.memberIds(collection.id));
  await reporter.phase('map', 'Working out the values', run.results.size);
  const all: Mapped[] = [];
  for await (const sources of store.sources.iterate(pair.id, { ids: [...run.results.keys()] })) {
    signal.throwIfAborted();
    const resolve = await resolverFor(services, pair, sources, inCollection, run.results);
    const targets = await store.targets.getMany(pair.id, sources.flatMap((s) => run.results.get(s.id)?.targetId ?? []));
    for (const source of sources) {
      const match = run.results.get(source.id);
      if (!match) continue;
      const target = match.state === 'Matched' && match.targetId !== null ? targets.get(match.targetId) ?? null : null;
      all.push({ source: needed(source), match, target, mapped: mapObject({ source, target, rules, settings, defaults: pair.defaults, verifiedDomains: view.verifiedDomains, initialDomain: view.initialDomain, resolve }) });
    }
    reporter.progress(all.length);
  }

  await reporter.phase('check', 'Checking the values', all.length);
  const findings = await check(services, pair, all, settings, view);

  await reporter.phase('plan', 'Comparing with the tenant', all.length);
  const planner = createPlanner({ settings, newId: services.newId, matchedBefore: (id) => run.knownBefore.has(id) });
  const size = all.length;
  // Taken from the list one by one, in order: what is planned is in the operations, and both at once would be twice the memory.
  all.reverse();
  for (let next = all.pop(); next !== undefined; next = all.pop()) {
    if (all.length % CHUNK === 0) signal.throwIfAborted();
    const { source, match, target, mapped } = next;
    planner.object({ source, match, target, mapped, findings: findings.get(source.id) ?? [] });
  }
  const plan = planner.finish();
  const allFindings = [...administratorsUnknown(plan.operations, view), ...plan.findings, ...plan.notes];
  const skips = [...plan.skips, ...run.skipped.map((s) => ({ ...s, status: 'Skipped' as const }))];
  const counts = { ...plan.counts, skipped: skips.length };
  const planId = await store.transaction(async (tx) => {
    const { id } = await tx.plans.create({ taskId: task.id, collectionId: collection.id, tenantName: pair.targetName || view.displayName, settings, confirmation: view.initialDomain || pair.name });
    for (let i = 0; i < plan.operations.length; i += CHUNK) await tx.plans.appendOperations(id, plan.operations.slice(i, i + CHUNK));
    for (let i = 0; i < skips.length; i += CHUNK) await tx.plans.appendSkips(id, skips.slice(i, i + CHUNK));
    for (let i = 0; i < allFindings.length; i += CHUNK) await tx.plans.appendFindings(id, allFindings.slice(i, i + CHUNK));
    for (let i = 0; i < plan.unresolved.length; i += CHUNK) await tx.plans.appendUnresolved(id, plan.unresolved.slice(i, i + CHUNK));
    await tx.plans.saveSummary(id, {
      counts, guard: guardPlan(counts, size, DEFAULT_GUARD_LIMITS), unresolved: plan.unresolved.length, conflicts: 0,
      findings: { errors: allFindings.filter((f) => f.severity === 'error').length, warnings: allFindings.filter((f) => f.severity === 'warning').length },
    });
    // Matching gave Ambiguous, Conflict and Not matched their status already; here come the reasons that only planning knows.
    await tx.collections.setStatuses(collection.id, plan.skips.filter((s) => s.status === 'Skipped' || s.status === 'Failed').map((s) => ({ sourceId: s.sourceId, status: s.status, reason: s.reason })));
    return id;
  });
  return { planId, operations: plan.operations.length };
}

/** A warning when the plan changes accounts that might be administrators and nobody could tell. */
function administratorsUnknown(operations: readonly Operation[], view: TenantView): Finding[] {
  if (view.administratorsKnown || !operations.some((o) => o.objectKind === 'user' && o.kind !== 'create' && o.targetId !== null)) return [];
  return [{
    sourceId: null, name: view.displayName, attribute: '', value: '', rule: 'administrators', severity: 'warning', proposal: null,
    message: 'The administrators could not be read; check by hand that no match is an administrator. Grant RoleManagement.Read.Directory to have it checked.',
  }];
}

/** Runs the checks over what would be written and groups the findings by object. */
async function check(services: Services, pair: PairRecord, all: readonly Mapped[], settings: MigrationSettings, view: TenantView): Promise<ReadonlyMap<string, Finding[]>> {
  const names = createTenantNames();
  for await (const targets of services.store.targets.iterate(pair.id, { withLinks: false, deleted: 'include' })) for (const target of targets) names.add(target);
  const candidates = all.filter(({ match, mapped }) => mapped.skip === null && (match.state === 'Matched' || (match.state === 'Not matched' && settings.createUnmatched)));
  const checked = candidates.map(({ source, target, mapped }): CheckedObject => ({ source, targetId: target?.id ?? null, values: mapped.values }));
  const bySource = new Map<string, Finding[]>();
  for (const finding of checkObjects(checked, { verifiedDomains: view.verifiedDomains, names })) {
    if (finding.sourceId === null) continue;
    bySource.set(finding.sourceId, [...(bySource.get(finding.sourceId) ?? []), finding]);
  }
  return bySource;
}

