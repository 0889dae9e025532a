import { appError, ErrorCode } from '../../../shared/domain/errors.ts';
import type { Finding, Operation } from '../../../shared/domain/plans.ts';
import { planUndo, type Directory, type DirectoryEntry, type WrittenFix } from '../../engines/directory/index.ts';
import type { PairRecord, PlannedOperation, TaskRecord } from '../../store/index.ts';
import type { Services } from '../services.ts';
import { countFixes, directoryName } from './fix.ts';
import { settleOpenFixes } from './fix-apply.ts';
import type { Reporter } from './reporter.ts';
import { RollBackTask, readSettings } from './task-settings.ts';
import { journalStanding, taskIfThere } from './undone-journal.ts';

const CHUNK = 1_000;

/** True for a roll back that takes back what a Fix task wrote to the directory. */
export async function undoesFix(services: Services, task: Pick<TaskRecord, 'undoes'>): Promise<boolean> {
  return task.undoes !== null && (await taskIfThere(services, task.undoes))?.kind === 'Fix';
}

/**
 * Builds the way back of a Fix task from the journal, against the directory as it is now. Stores it; writes nothing to the directory.
 * @throws AppError NOT_FOUND when the journal holds nothing to take back, CONFLICT when the connection leads to another domain than the fix was written to.
 */
export async function planFixRollBack(services: Services, pair: PairRecord, task: TaskRecord, directory: Directory, reporter: Reporter, signal: AbortSignal): Promise<{ readonly planId: string; readonly operations: number }> {
  const { store } = services;
  const request = readSettings(RollBackTask, task);
  const undone = request.undoes === null ? null : await taskIfThere(services, request.undoes);
  if (undone === null) throw appError(ErrorCode.NotFound, 'The Fix task that this roll back takes back was deleted; there is nothing left to take back.');
  await reporter.phase('plan', 'Reading the journal');
  const root = await directory.rootDse(signal);
  const written = undone.planId === null ? null : await store.plans.get(undone.planId);
  if (written !== null && written.tenantName !== directoryName(root.domain)) throw appError(ErrorCode.Conflict, `The fix was written to ${written.tenantName}, but the connection leads to ${root.domain} now, so nothing can be taken back there; correct the pair's connection, and roll back again.`);
  await settleOpenFixes(services, pair, undone, directory, signal);
  const seen = await journalStanding(store, pair.id, request);
  const fixes: WrittenFix[] = [];
  for await (const page of store.journal.iterateOfTask(undone.id, { outcome: 'done', order: 'oldest first' })) {
    for (const j of page) if (j.undoneBy === null && (request.objectId === null || j.sourceId === request.objectId)) fixes.push({ operation: j.operation, before: j.before?.attributes ?? {} });
  }
  if (fixes.length === 0) throw appError(ErrorCode.NotFound, 'There is nothing to take back: the journal holds no change of this task that is still in place.');
  await reporter.phase('discover source', 'Reading what is there now', fixes.length);
  const schema = await directory.schema(signal);
  const wanted = Map.groupBy(fixes, ({ operation }) => operation.sourceId ?? '');
  const present = new Map<string, DirectoryEntry>();
  for (const [id, some] of wanted) {
    signal.throwIfAborted();
    const entry = await directory.get(id, [...new Set(some.flatMap(({ operation }) => operation.changes.map((change) => change.attribute)))], signal);
    if (entry !== undefined) present.set(id, entry);
    reporter.progress(present.size);
  }
  const plan = planUndo(fixes, present, schema, request.mode);
  const operations = plan.steps.map(({ operation, change, conflict }, i): PlannedOperation => ({
    ...operation, id: services.newId(), seq: i + 1, references: [], previous: [],
    changes: [{ ...change, reversible: true, conflict, provenance: { ruleId: null, source: change.attribute, reason: `Roll back of Fix task ${undone.id}` } }],
  }));
  const finding = (operation: Operation, attribute: string, value: string, severity: Finding['severity'], rule: string, message: string): Finding => ({ sourceId: operation.sourceId, name: operation.name, attribute, value, rule, severity, message, proposal: null });
  const findings = [
    ...plan.steps.flatMap(({ operation, change, conflict }) => (conflict === null ? [] : [finding(operation, change.attribute, (change.before ?? []).join(', '), 'warning', 'changed by others since', conflict)])),
    ...plan.kept.map(({ operation, attribute, current }) => finding(operation, attribute, current, 'warning', 'changed by others since', `${attribute} of "${operation.name}" was changed by others since and stays.`)),
    ...plan.impossible.map(({ operation, attribute, reason }) => finding(operation, attribute, '', 'error', 'cannot be taken back', reason)),
  ];
  const conflicts = plan.steps.filter((step) => step.conflict !== null).length;
  const planId = await store.transaction(async (tx) => {
    await tx.tasks.update(task.id, { settings: { ...request, seen } });
    const { id } = await tx.plans.create({ taskId: task.id, collectionId: task.collectionId, tenantName: directoryName(root.domain), settings: null, confirmation: root.domain });
    for (let i = 0; i < operations.length; i += CHUNK) await tx.plans.appendOperations(id, operations.slice(i, i + CHUNK));
    await tx.plans.appendFindings(id, findings);
    await tx.plans.saveSummary(id, {
      counts: countFixes(operations, 0), unresolved: 0, conflicts: conflicts + plan.kept.length, findings: { errors: plan.impossible.length, warnings: conflicts + plan.kept.length },
      guard: conflicts === 0 ? [] : [{ limit: 'overwrites', count: conflicts, allowed: 0, message: `${conflicts === 1 ? '1 value' : `${conflicts} values`} that others changed since would be overwritten. Look first and approve, or choose to keep changes made since.` }],
    });
    return id;
  });
  return { planId, operations: operations.length };
}
