import type { ObjectKind } from '../../../shared/domain/objects.ts';
import type { Finding, Operation, PlanCounts, PlanSkip } from '../../../shared/domain/plans.ts';
import { LICENCES } from '../../../shared/rules/licences.ts';
import { createPlanner, type PlanCandidate, type Planner, type PlanSizes } from '../../engines/planning/index.ts';
import { createChecker } from '../../engines/preflight/index.ts';
import { createLicensing } from '../licences-planning.ts';
import { nextTurn } from './next-turn.ts';
import type { Planning, Reading } from './plan-reading.ts';
import type { TenantView } from './tenant-view.ts';

/** Objects that are taken out of a plan at once: all of a collection may want one name, and their operations would fill the memory. */
const EXCLUDED = 500;

/** Totals of a plan, and whom it leaves out. */
export interface Written { readonly counts: PlanCounts; readonly skips: readonly PlanSkip[]; readonly objects: number }

/** What goes through the steps of writing one plan. */
interface Writing {
  readonly planning: Planning;
  readonly planId: string;
  readonly planner: Planner;
  readonly skips: PlanSkip[];
  /** Users to whom this plan gives a usage location. */
  readonly located: Set<string>;
  /** Accounts without a mailbox that have more to write once they have one. */
  readonly withoutMailbox: Set<string>;
  /** Objects that waited for nothing any more. */
  settled: number;
  objects: number;
}

/** How many operations of each step are to be expected. Who is matched, and who Exchange Online keeps, gives most figures exactly. */
function sizesOf({ run, names: { recipients } }: Planning): PlanSizes {
  const sizes = (kind: ObjectKind): PlanSizes[ObjectKind] => {
    const { matched, recycled, unmatched, exchange } = run.totals[kind];
    return { restore: recycled, update: matched, create: unmatched, 'exchange update': kind === 'user' ? Math.min(matched, recipients?.size ?? matched) : exchange };
  };
  return { user: sizes('user'), contact: sizes('contact'), group: sizes('group') };
}

/**
 * Maps, checks and plans the objects of a run in one reading and stores each page of operations, findings and references. What only all
 * objects together show, names that two of them want, takes objects out again at the end.
 */
export async function writePlan(planning: Planning, planId: string, reading: Reading): Promise<Written> {
  const { services, run, healing, settings, view, reporter } = planning;
  const { cycle } = planning;
  const planner = createPlanner({
    settings, newId: services.newId, matchedBefore: (id) => run.knownBefore.has(id) || healing.has(id), sizes: sizesOf(planning),
    expected: (id) => settings.createUnmatched && run.results.get(id)?.state === 'Not matched',
    // A group outside the run is cut down to the members that it waits for: its others are nobody's business here.
    ...(cycle === undefined ? {} : { removeMembers: 'those Causeway does not know are kept' as const, knownTarget: (targetId: string, groupId: string) => run.results.has(groupId) && cycle.knownTarget(targetId) }),
  });
  const writing: Writing = { planning, planId, planner, skips: [], located: new Set(), withoutMailbox: new Set(), settled: 0, objects: 0 };
  const clashes = await planAll(writing, reading);
  await reporter.phase('check', 'Checking what several objects want', writing.objects);
  await excludeAll(writing, clashes);
  await relink(writing, reading);
  await reporter.phase('plan', 'Putting the plan in order', writing.objects);
  const { withoutMailbox } = writing;
  await store(writing, [], [...await healing.leftOut(), ...(withoutMailbox.size === 0 ? [] : [mailboxesMissing(view, withoutMailbox.size)])]);
  await planLicences(writing);
  if (planning.cycle !== undefined) await store(writing, planning.cycle.last.map((one) => planner.last(one)), []);
  await services.store.plans.closeGaps(planId);
  const counts = planner.finish();
  return { counts: { ...counts, unchanged: counts.unchanged - writing.settled, healed: healing.links() }, skips: writing.skips, objects: writing.objects };
}

async function store({ planning: { services }, planId }: Writing, operations: readonly Operation[], findings: readonly Finding[]): Promise<void> {
  if (operations.length + findings.length === 0) return;
  await services.store.transaction(async (tx) => { await tx.plans.appendOperations(planId, operations); await tx.plans.appendFindings(planId, findings); });
}

/** The reading. @returns findings about names that several objects want. */
async function planAll(writing: Writing, reading: Reading): Promise<readonly Finding[]> {
  const { planning: { services, pair, settings, healing, baselines, view, names, reporter, signal }, planId, planner, skips, located, withoutMailbox } = writing;
  const checker = createChecker({ verifiedDomains: view.verifiedDomains, names: names.taken });
  const isWritten = ({ source, match, mapped }: PlanCandidate): boolean => !healing.has(source.id) && mapped.skip === null && (match.state === 'Matched' || (match.state === 'Not matched' && settings.createUnmatched));
  /** What the checks say of an object that would be written. */
  const check = (one: PlanCandidate): readonly Finding[] => (isWritten(one) ? checker.object({ source: one.source, targetId: one.target?.id ?? null, values: one.mapped.values }) : []);
  let warned = view.administratorsKnown;
  let done = 0;
  for await (const candidates of reading()) {
    await nextTurn(signal);
    await names.prepare(candidates.filter(isWritten).map(({ mapped }) => mapped));
    const planned = candidates.map((candidate) => planner.object({ ...candidate, findings: check(candidate) }));
    const operations = planned.flatMap((p) => p.operations);
    candidates.forEach(({ source, mapped }, i) => { if (mapped.moreWithMailbox === true && planned[i]?.skip === null) withoutMailbox.add(source.id); });
    healing.count(operations);
    for (const { sourceId, changes } of operations) if (sourceId !== null && changes.some((c) => c.attribute === 'usageLocation' && c.after !== null)) located.add(sourceId);
    const waiting = planned.flatMap((p) => p.unresolved);
    const findings = planned.flatMap((p) => [...p.findings, ...p.notes]);
    const healed = candidates.flatMap(({ source }, i) => (healing.has(source.id) ? [{ source, plan: planned[i] }] : []));
    findings.push(...healed.filter(({ plan }) => (plan?.operations.length ?? 0) > 0).map(({ source }) => healing.note(source)));
    // Somebody made it so already: there is nothing to write, and nothing to wait for.
    const settled = healed.filter(({ plan }) => plan?.operations.length === 0 && plan.skip === null && plan.unresolved.length === 0 && plan.notes.length === 0).map(({ source }) => source.id);
    writing.settled += settled.length;
    for (const { skip } of planned) if (skip !== null) skips.push(skip);
    const keep = await baselines?.look(candidates.flatMap((candidate, i) => { const one = planned[i]; return one === undefined ? [] : [{ candidate, planned: one }]; }));
    if (!warned && operations.some((o) => o.objectKind === 'user' && o.kind !== 'create' && o.targetId !== null)) {
      warned = true;
      findings.unshift(administratorsUnknown(view));
    }
    await services.store.transaction(async (tx) => {
      await tx.plans.appendOperations(planId, operations);
      await tx.plans.appendFindings(planId, findings);
      await tx.plans.appendUnresolved(planId, waiting);
      await tx.references.remove(pair.id, settled.flatMap((id) => healing.keysOf(id)));
      await keep?.(tx, planId);
    });
    done += candidates.length;
    writing.objects += candidates.length - healed.length;
    reporter.progress(done);
  }
  return checker.finish();
}

/** Takes out of the plan who wants a name that another object wants, too. Warnings are only told. */
async function excludeAll(writing: Writing, clashes: readonly Finding[]): Promise<void> {
  const { planning: { services, pair, signal }, planId, planner, skips, located, withoutMailbox } = writing;
  await store(writing, [], clashes);
  const errors = new Map<string, Finding>();
  for (const clash of clashes) if (clash.severity === 'error' && clash.sourceId !== null && planner.has(clash.sourceId) && !errors.has(clash.sourceId)) errors.set(clash.sourceId, clash);
  if (errors.size === 0) return;
  const all = [...errors];
  for (let from = 0; from < all.length; from += EXCLUDED) {
    await nextTurn(signal);
    const some = all.slice(from, from + EXCLUDED);
    const ids = some.map(([id]) => id);
    const planned = Map.groupBy(await services.store.plans.operationsOn(planId, ids), ({ sourceId }) => sourceId);
    const heads = await services.store.sources.heads(pair.id, ids);
    await services.store.transaction(async (tx) => {
      await tx.plans.removeOperations(planId, [...planned.values()].flat());
      await tx.plans.removeUnresolved(planId, ids);
      await tx.plans.removeFindings(planId, ids, 'planning');
    });
    for (const [sourceId, { name, message }] of some) {
      planner.exclude({ sourceId }, planned.get(sourceId) ?? []);
      skips.push({ sourceId, name, kind: heads.get(sourceId)?.kind ?? 'user', status: 'Failed', reason: message });
      located.delete(sourceId);
      withoutMailbox.delete(sourceId);
    }
  }
}

/** Plans the links of those once more who name an object that was to be created and is not. */
async function relink(writing: Writing, reading: Reading): Promise<void> {
  const { planning: { services, pair, healing, signal }, planId, planner } = writing;
  const gone = planner.disappointed();
  if (gone.length === 0) return;
  const named = new Set((await services.store.sources.referrers(pair.id, gone)).filter((id) => planner.has(id)));
  if (named.size === 0) return;
  for await (const candidates of reading(named)) {
    await nextTurn(signal);
    const ids = candidates.map(({ source }) => source.id);
    const before = Map.groupBy((await services.store.plans.operationsOn(planId, ids)).filter((one) => planner.isLink(one)), ({ sourceId }) => sourceId);
    const planned = candidates.map((candidate) => planner.links(candidate, before.get(candidate.source.id) ?? []));
    const idle = ids.filter((id, i) => healing.has(id) && planned[i]?.operations.length === 0);
    healing.uncount([...before.values()].flat());
    healing.count(planned.flatMap((p) => p.operations));
    await services.store.transaction(async (tx) => {
      await tx.plans.removeOperations(planId, [...before.values()].flat());
      await tx.plans.removeUnresolved(planId, ids);
      await tx.plans.removeFindings(planId, idle, 'references');
      await tx.plans.appendOperations(planId, planned.flatMap((p) => p.operations));
      await tx.plans.appendUnresolved(planId, planned.flatMap((p) => p.unresolved));
    });
  }
}

/** Licences come after everything else. */
async function planLicences(writing: Writing): Promise<void> {
  const { planning: { services, pair, collection, run, held, signal }, planner, located } = writing;
  const licensing = await createLicensing(services, pair, collection, { results: run.results, planned: (id) => planner.has(id) && !held.holds(id, LICENCES), unlocated: (id, target) => !located.has(id) && target?.attributes['usageLocation'] === undefined });
  if (licensing === null) return;
  await store(writing, [], licensing.problems);
  for await (const page of licensing.pages()) {
    await nextTurn(signal);
    await store(writing, page.operations.map((operation) => planner.last(operation)), page.findings);
  }
  await store(writing, [], licensing.shortages());
}

/** A warning when the plan changes accounts that might be administrators and nobody could tell. */
const administratorsUnknown = (view: TenantView): Finding => ({
  sourceId: null, name: view.displayName, attribute: '', value: '', rule: 'administrators', severity: 'warning', proposal: null,
  message: 'The administrators could not be read; check by hand that no match is an administrator. Grant RoleManagement.Read.Directory to have it checked.',
});

/** A warning about what Exchange Online cannot be told yet of people: one for all, because before the licences it is nearly everybody. */
function mailboxesMissing(view: TenantView, accounts: number): Finding {
  const who = `${accounts === 1 ? '1 account has' : `${accounts} accounts have`} further addresses or mailbox settings`;
  const message = view.exchangeProblem === null ? `${who} in Active Directory and no mailbox in Microsoft 365 yet. Migrate again once the licences have made the mailboxes; they are written then.` : `${who} that cannot be written now. ${view.exchangeProblem}`;
  return { sourceId: null, name: view.displayName, attribute: 'proxyAddresses', value: '', rule: 'mailboxes', severity: 'warning', proposal: null, message };
}
