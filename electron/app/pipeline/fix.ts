import { appError, ErrorCode } from '../../../shared/domain/errors.ts';
import type { CheckFindingRow } from '../../../shared/contracts/checks.ts';
import type { Finding, Operation, PlanCounts, PlanSkip } from '../../../shared/domain/plans.ts';
import { parentDn } from '../../../shared/rules/dn.ts';
import { EFFECTIVE_RIGHTS, mayWrite, planFix, rightToGrant, type Directory, type DirectoryEntry, type DirectorySchema, type RootDse } from '../../engines/directory/index.ts';
import { addToCounts, emptyCounts, guardPlan, type OpenCounts } from '../../engines/planning/index.ts';
import type { PairRecord, TaskRecord } from '../../store/index.ts';
import { limitsInForce } from '../guard-limits.ts';
import type { Services } from '../services.ts';
import { createUniqueNames } from './fix-unique.ts';
import { nextTurn } from './next-turn.ts';
import type { Reporter } from './reporter.ts';
import { FixTask, readSettings } from './task-settings.ts';

/** Who signs in to the source; empty for a file. */
export const accountOf = (pair: Pick<PairRecord, 'source'>): string => (pair.source.kind === 'ldap' ? pair.source.username : '');

/** Why fixes cannot be written to the source of a pair; null when they can. */
export function whyNotFixed(pair: Pick<PairRecord, 'name' | 'source'>): string | null {
  return pair.source.kind === 'ldap' ? null : `The source of migration pair "${pair.name}" is the file ${pair.source.file}, in which nothing can be changed. Export the decisions as CSV, correct Active Directory with them and export it again; or connect the pair to a domain controller.`;
}

/** Decisions that are to be written and are not planned or fixed already. */
const isWanted = (row: CheckFindingRow): boolean => row.fixable && (row.choice === 'EDIT' || row.choice === 'REMOVE') && row.state !== 'Planned' && row.state !== 'Fixed';

/** What planning fixes needs at every page. */
interface Planning {
  readonly services: Services;
  readonly pair: PairRecord;
  readonly directory: Directory;
  readonly root: RootDse;
  readonly schema: DirectorySchema;
  readonly isTaken: ReturnType<typeof createUniqueNames>;
  /** One object of each kind in a container, with the rights on it. */
  readonly rights: Map<string, DirectoryEntry>;
  /** One finding for each attribute of such a place that may not be written. */
  readonly refused: Map<string, Finding>;
  readonly signal: AbortSignal;
}

/** What one page of decisions comes to. */
interface PlannedPage { readonly operations: readonly Operation[]; readonly planned: readonly { readonly number: number; readonly operationId: string }[]; readonly skips: readonly PlanSkip[]; readonly wanted: number }

/**
 * Plans the decisions of a check as changes of Active Directory, one operation a value, against the directory as it is now. Stores the
 * plan a page at a time; writes nothing to the directory. Decisions that cannot or need not be carried out are listed with their reason.
 * Memory is one page, and a name for each value that must be one object's only.
 * @throws AppError INVALID_INPUT when nothing was decided, FORBIDDEN when the source is a file; then no plan is left.
 */
export async function planFixes(services: Services, pair: PairRecord, task: TaskRecord, directory: Directory, reporter: Reporter, signal: AbortSignal): Promise<{ readonly planId: string; readonly operations: number; readonly skipped: number }> {
  const { store } = services;
  const blocked = whyNotFixed(pair);
  if (blocked !== null || !directory.capabilities.write) throw appError(ErrorCode.Forbidden, blocked ?? 'This directory cannot be written to.');
  const { checkId, selection } = readSettings(FixTask, task);
  await reporter.phase('plan', 'Reading the present values', null);
  const root = await directory.rootDse(signal);
  const planning: Planning = { services, pair, directory, root, schema: await directory.schema(signal), isTaken: createUniqueNames(directory, root.defaultNamingContext), rights: new Map(), refused: new Map(), signal };
  // What a process that was killed left behind is nobody's plan.
  await store.plans.removeUnfinished(task.id);
  const { id: planId } = await store.plans.create({ taskId: task.id, collectionId: task.collectionId, tenantName: directoryName(root.domain), settings: null, confirmation: root.domain, state: 'unfinished' });
  try {
    const totals = createFixCounts();
    let [wanted, skipped] = [0, 0];
    for await (const rows of store.checks.resolveFindings(checkId, selection ?? { mode: 'all except', numbers: [], filter: { search: '', rules: [], severity: '', attribute: '', choice: '', fixable: false } })) {
      // A page without a decision asks the directory nothing.
      await nextTurn(signal);
      const page = await planPage(planning, rows.filter(isWanted), totals.counts().operations);
      totals.add(page.operations);
      wanted += page.wanted;
      skipped += page.skips.length;
      await store.transaction(async (tx) => {
        await tx.plans.appendOperations(planId, page.operations);
        await tx.plans.appendSkips(planId, page.skips);
        await tx.checks.setOperations(page.planned);
      });
      reporter.progress(wanted);
    }
    if (wanted === 0) throw appError(ErrorCode.InvalidInput, 'No finding is decided for EDIT or REMOVE, so there is nothing to write. Decide about findings first.');
    const counts = { ...totals.counts(), skipped };
    const findings = [...planning.refused.values()];
    const guard = await limitsInForce(store, { pairId: pair.id, collectionId: task.collectionId });
    await store.transaction(async (tx) => {
      await tx.plans.appendFindings(planId, findings);
      // Together with the plan's end: a finding that is planned without a plan of its task could never be written.
      await tx.tasks.update(task.id, { planId });
      await tx.plans.saveSummary(planId, { counts, guard: guardPlan(counts, wanted, guard.limits, guard.from), unresolved: 0, conflicts: 0, findings: { errors: 0, warnings: findings.length } });
    });
    return { planId, operations: counts.operations, skipped };
  } catch (error) {
    // Findings forget the operations of a plan that is gone: they are decided as before.
    await store.plans.removeUnfinished(task.id).catch((left: unknown) => { services.log.error({ err: left, taskId: task.id }, 'an unfinished plan could not be removed'); });
    throw error;
  }
}

/** Compares the decisions of one page with the directory. @param before operations of the pages before. */
async function planPage({ services, pair, directory, root, schema, isTaken, rights, refused, signal }: Planning, page: readonly CheckFindingRow[], before: number): Promise<PlannedPage> {
  const operations: Operation[] = [];
  const planned: { number: number; operationId: string }[] = [];
  const skips: PlanSkip[] = [];
  for (const [sourceId, rows] of Map.groupBy(page, (row) => row.sourceId ?? '')) {
    signal.throwIfAborted();
    const kind = rows[0]?.kind ?? 'user';
    // Rights are inherited as a rule: one object of each kind in a container is asked for them, which is a long answer.
    const place = `${kind} ${parentDn(rows[0]?.dn ?? '').toLowerCase()}`;
    const entry = await directory.get(sourceId, [...new Set(rows.map((row) => row.attribute)), ...(rights.has(place) ? [] : [EFFECTIVE_RIGHTS])], signal);
    if (entry !== undefined && !rights.has(place)) rights.set(place, entry);
    for (const row of rows) {
      const fix = planFix({ attribute: row.attribute, value: row.value, to: row.choice === 'EDIT' ? row.newValue ?? row.proposal : null }, entry, schema);
      if ('skip' in fix) { skips.push({ sourceId, name: row.name, kind, status: 'Skipped', reason: `${row.attribute}: ${fix.skip}` }); continue; }
      const [value] = fix.change.after ?? [];
      const taken = value === undefined ? null : await isTaken({ sourceId, name: row.name, attribute: row.attribute, value }, signal);
      if (taken !== null) { skips.push({ sourceId, name: row.name, kind, status: 'Skipped', reason: `${row.attribute}: ${taken}` }); continue; }
      const asked = rights.get(place);
      if (entry !== undefined && asked !== undefined && !mayWrite(asked, row.attribute, schema)) {
        refused.set(`${place} ${row.attribute}`, { sourceId: null, name: root.domain, attribute: row.attribute, value: '', rule: 'right to write', severity: 'warning', proposal: null, message: `${rightToGrant(accountOf(pair), row.attribute, { kind, dn: entry.dn })}.`.replace(', then resume the task', ' before the plan is applied') });
      }
      const operationId = services.newId();
      operations.push({
        id: operationId, seq: before + operations.length + 1, kind: 'update', service: 'directory', objectKind: kind, sourceId, targetId: null, name: row.name, references: [], previous: [],
        changes: [{ ...fix.change, reversible: true, provenance: { ruleId: null, source: row.attribute, reason: `${row.choice}: ${row.message}` } }],
      });
      planned.push({ number: row.number, operationId });
    }
  }
  return { operations, planned, skips, wanted: page.length };
}

/** Totals of fixes, or of their way back, that still grow: an operation is one value, and an object may have several. Every value of a directory that is taken away was somebody's. */
export function createFixCounts(): { readonly add: (operations: readonly Operation[]) => void; readonly counts: () => PlanCounts } {
  const counts: OpenCounts = { ...emptyCounts() };
  const objects = new Set<string | null>();
  const taken = { overwrites: 0, upnChanges: 0 };
  return {
    add(operations: readonly Operation[]): void {
      addToCounts(counts, operations);
      for (const { sourceId, changes } of operations) {
        objects.add(sourceId);
        for (const { attribute, before } of changes) {
          if (before === null) continue;
          taken.overwrites += 1;
          if (attribute === 'userPrincipalName') taken.upnChanges += 1;
        }
      }
    },
    counts: (): PlanCounts => ({ ...counts, ...taken, updates: objects.size }),
  };
}

/** What a plan for a directory says it is for. */
export const directoryName = (domain: string): string => `${domain} (Active Directory)`;
