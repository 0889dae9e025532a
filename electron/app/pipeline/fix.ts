import { appError, ErrorCode } from '../../../shared/domain/errors.ts';
import type { CheckFindingRow } from '../../../shared/contracts/checks.ts';
import type { Finding, Operation, PlanCounts, PlanSkip } from '../../../shared/domain/plans.ts';
import { parentDn } from '../../../shared/rules/dn.ts';
import { EFFECTIVE_RIGHTS, mayWrite, planFix, rightToGrant, type Directory, type DirectoryEntry } from '../../engines/directory/index.ts';
import { countOperations, guardPlan } from '../../engines/planning/index.ts';
import type { PairRecord, TaskRecord } from '../../store/index.ts';
import { limitsInForce } from '../guard-limits.ts';
import type { Services } from '../services.ts';
import { createUniqueNames } from './fix-unique.ts';
import type { Reporter } from './reporter.ts';
import { FixTask, readSettings } from './task-settings.ts';

const CHUNK = 1_000;

/** Who signs in to the source; empty for a file. */
export const accountOf = (pair: Pick<PairRecord, 'source'>): string => (pair.source.kind === 'ldap' ? pair.source.username : '');

/** Why fixes cannot be written to the source of a pair; null when they can. */
export function whyNotFixed(pair: Pick<PairRecord, 'name' | 'source'>): string | null {
  return pair.source.kind === 'ldap' ? null : `The source of migration pair "${pair.name}" is the file ${pair.source.file}, in which nothing can be changed. Export the decisions as CSV, correct Active Directory with them and export it again; or connect the pair to a domain controller.`;
}

/** Decisions that are to be written and are not planned or fixed already. */
const isWanted = (row: CheckFindingRow): boolean => row.fixable && (row.choice === 'EDIT' || row.choice === 'REMOVE') && row.state !== 'Planned' && row.state !== 'Fixed';

/**
 * Plans the decisions of a check as changes of Active Directory, one operation a value, against the directory as it is now. Stores the
 * plan; writes nothing to the directory. Decisions that cannot or need not be carried out are listed with their reason.
 * @throws AppError INVALID_INPUT when nothing was decided, FORBIDDEN when the source is a file.
 */
export async function planFixes(services: Services, pair: PairRecord, task: TaskRecord, directory: Directory, reporter: Reporter, signal: AbortSignal): Promise<{ readonly planId: string; readonly operations: number; readonly skipped: number }> {
  const { store } = services;
  const blocked = whyNotFixed(pair);
  if (blocked !== null || !directory.capabilities.write) throw appError(ErrorCode.Forbidden, blocked ?? 'This directory cannot be written to.');
  const { checkId, selection } = readSettings(FixTask, task);
  await reporter.phase('plan', 'Reading the present values', null);
  const root = await directory.rootDse(signal);
  const schema = await directory.schema(signal);
  const isTaken = createUniqueNames(directory, root.defaultNamingContext);
  const operations: Operation[] = [];
  const planned: { number: number; operationId: string }[] = [];
  const skips: PlanSkip[] = [];
  const refused = new Map<string, Finding>();
  const rights = new Map<string, DirectoryEntry>();
  let wanted = 0;
  for await (const page of store.checks.resolveFindings(checkId, selection ?? { mode: 'all except', numbers: [], filter: { search: '', rules: [], severity: '', attribute: '', choice: '', fixable: false } })) {
    for (const [sourceId, rows] of Map.groupBy(page.filter(isWanted), (row) => row.sourceId ?? '')) {
      signal.throwIfAborted();
      const kind = rows[0]?.kind ?? 'user';
      // Rights are inherited as a rule: one object of each kind in a container is asked for them, which is a long answer.
      const place = `${kind} ${parentDn(rows[0]?.dn ?? '').toLowerCase()}`;
      const entry = await directory.get(sourceId, [...new Set(rows.map((row) => row.attribute)), ...(rights.has(place) ? [] : [EFFECTIVE_RIGHTS])], signal);
      if (entry !== undefined && !rights.has(place)) rights.set(place, entry);
      for (const row of rows) {
        wanted++;
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
          id: operationId, seq: operations.length + 1, kind: 'update', service: 'directory', objectKind: kind, sourceId, targetId: null, name: row.name, references: [], previous: [],
          changes: [{ ...fix.change, reversible: true, provenance: { ruleId: null, source: row.attribute, reason: `${row.choice}: ${row.message}` } }],
        });
        planned.push({ number: row.number, operationId });
      }
      reporter.progress(wanted);
    }
  }
  if (wanted === 0) throw appError(ErrorCode.InvalidInput, 'No finding is decided for EDIT or REMOVE, so there is nothing to write. Decide about findings first.');
  const counts = countFixes(operations, skips.length);
  const findings = [...refused.values()];
  const guard = await limitsInForce(store, { pairId: pair.id, collectionId: task.collectionId });
  const planId = await store.transaction(async (tx) => {
    const { id } = await tx.plans.create({ taskId: task.id, collectionId: task.collectionId, tenantName: directoryName(root.domain), settings: null, confirmation: root.domain });
    for (let i = 0; i < operations.length; i += CHUNK) await tx.plans.appendOperations(id, operations.slice(i, i + CHUNK));
    for (let i = 0; i < skips.length; i += CHUNK) await tx.plans.appendSkips(id, skips.slice(i, i + CHUNK));
    await tx.plans.appendFindings(id, findings);
    await tx.checks.setOperations(planned);
    // Together with the plan: a finding that is planned without a plan of its task could never be written.
    await tx.tasks.update(task.id, { planId: id });
    await tx.plans.saveSummary(id, { counts, guard: guardPlan(counts, wanted, guard.limits, guard.from), unresolved: 0, conflicts: 0, findings: { errors: 0, warnings: findings.length } });
    return id;
  });
  return { planId, operations: operations.length, skipped: skips.length };
}

/** Totals of fixes: an operation is one value, and an object may have several. Every value of a directory that is taken away was somebody's. */
export function countFixes(operations: readonly Operation[], skipped: number): PlanCounts {
  const taken = operations.flatMap((o) => o.changes.filter((change) => change.before !== null));
  return {
    ...countOperations(operations, { unchanged: 0, skipped }), updates: new Set(operations.map((o) => o.sourceId)).size,
    overwrites: taken.length, upnChanges: taken.filter((change) => change.attribute === 'userPrincipalName').length,
  };
}

/** What a plan for a directory says it is for. */
export const directoryName = (domain: string): string => `${domain} (Active Directory)`;
