import { appError, ErrorCode } from '../../../shared/domain/errors.ts';
import type { Finding, Operation } from '../../../shared/domain/plans.ts';
import { isOfDirectory } from '../../../shared/domain/statuses.ts';
import { isMembership, MEMBER, planUndo, readGroup, undoMembers, type Directory, type DirectoryEntry, type FixDirectory, type UndoPlan, type UndoStep, type WrittenFix } from '../../engines/directory/index.ts';
import type { JournalEntry, PairRecord, PlannedOperation, TaskRecord } from '../../store/index.ts';
import type { Services } from '../services.ts';
import { createFixCounts, directoryName } from './fix.ts';
import { settleOpenFixes } from './fix-apply.ts';
import { nextTurn } from './next-turn.ts';
import type { Reporter } from './reporter.ts';
import { firstSide } from './switch-apply.ts';
import { RollBackTask, readSettings } from './task-settings.ts';
import { hasWritten, journalStanding, taskIfThere } from './undone-journal.ts';

/** True for a roll back that takes back what a task wrote to the directory: a fix, or membership written back. */
export async function undoesDirectory(services: Services, task: Pick<TaskRecord, 'undoes'>): Promise<boolean> {
  const undone = task.undoes === null ? null : await taskIfThere(services, task.undoes);
  return undone !== null && isOfDirectory(undone.kind);
}

/** True for a roll back that takes back a switch of mailboxes. */
export async function undoesSwitch(services: Services, task: Pick<TaskRecord, 'undoes'>): Promise<boolean> {
  const undone = task.undoes === null ? null : await taskIfThere(services, task.undoes);
  return undone?.kind === 'Forward' || undone?.kind === 'Convert';
}

/**
 * Builds the way back of a task that wrote to the directory from the journal, against the directory as it is now. Stores it a page at a time; writes nothing to the
 * directory. In memory: a page of the journal with its objects, and an id for each object.
 * @param forwarding of mailboxes in Microsoft 365, where the task wrote to it.
 * @throws AppError NOT_FOUND when the journal holds nothing to take back, CONFLICT when the connection leads to another domain than the fix was written to.
 */
export async function planFixRollBack(services: Services, pair: PairRecord, task: TaskRecord, directory: Directory, reporter: Reporter, signal: AbortSignal, forwarding?: FixDirectory): Promise<{ readonly planId: string; readonly operations: number }> {
  const { store } = services;
  const request = readSettings(RollBackTask, task);
  const undone = request.undoes === null ? null : await taskIfThere(services, request.undoes);
  if (undone === null) throw appError(ErrorCode.NotFound, 'The task that this roll back takes back was deleted; there is nothing left to take back.');
  await reporter.phase('plan', 'Reading the journal');
  const root = await directory.rootDse(signal);
  const written = undone.planId === null ? null : await store.plans.get(undone.planId);
  if (written !== null && written.tenantName !== directoryName(root.domain)) throw appError(ErrorCode.Conflict, `It was written to ${written.tenantName}, but the connection leads to ${root.domain} now, so nothing can be taken back there; correct the pair's connection, and roll back again.`);
  await settleOpenFixes(services, pair, undone, directory, signal, forwarding);
  const seen = await journalStanding(store, pair.id, request);
  const total = undone.planId === null || request.objectId !== null ? null : (await store.plans.outcomeCounts(undone.planId)).done;
  await reporter.phase('discover source', 'Reading what is there now', total);
  const schema = await directory.schema(signal);
  // What a process that was killed left behind is nobody's plan.
  await store.plans.removeUnfinished(task.id);
  const { id: planId } = await store.plans.create({ taskId: task.id, collectionId: task.collectionId, tenantName: directoryName(root.domain), settings: null, confirmation: root.domain, state: 'unfinished' });
  try {
    const totals = createFixCounts();
    const sums = { read: 0, conflicts: 0, kept: 0, impossible: 0, left: 0 };
    // Objects whose first side stays as it is. The first side is that which ends forwarding: the second one alone would send mail round and round, or nowhere.
    const halves = new Set<string | null>();
    const first = await firstSide(services, task);
    // Newest first, as they are taken back: the first side of an object comes before its second one.
    for await (const page of store.journal.iterateOfTask(undone.id, { order: 'newest first' })) {
      await nextTurn(signal);
      const standing = page.filter((j) => hasWritten(j) && j.undoneBy === null && (request.objectId === null || j.sourceId === request.objectId));
      const writes = standing.filter((j) => !isMembership(j.operation)).map((j): WrittenFix => ({ operation: j.operation, before: j.before?.attributes ?? {} }));
      const fixes = writes.filter(({ operation }) => operation.service === 'directory');
      const forwarded = writes.filter(({ operation }) => operation.service === 'exchange');
      const members = await membersBack(directory, standing.filter((j) => isMembership(j.operation)), signal);
      const present = await presentOf(directory, fixes, signal, (read) => { reporter.progress(sums.read + read); });
      const inDirectory = planUndo(fixes.toReversed(), present, schema, request.mode);
      const inCloud = forwarding === undefined ? planUndo([], new Map(), schema, request.mode) : planUndo(forwarded.toReversed(), await presentOf(forwarding, forwarded, signal, () => {}), await forwarding.schema(), request.mode);
      const plans = [inDirectory, inCloud];
      const [begins, follows] = first === 'exchange' ? [inCloud, inDirectory] as const : [inDirectory, inCloud] as const;
      for (const { operation } of [...begins.kept, ...begins.impossible]) halves.add(operation.sourceId);
      const left = follows.steps.filter(({ operation }) => halves.has(operation.sourceId));
      const plan: UndoPlan = { steps: plans.flatMap((one) => one.steps).filter((step) => !left.includes(step)), kept: plans.flatMap((one) => one.kept), impossible: plans.flatMap((one) => one.impossible) };
      const before = totals.counts().operations;
      const operations = [
        // What was written together is taken back together.
        ...[...Map.groupBy(plan.steps, ({ operation }) => operation.id).values()].flatMap((steps) => steps.slice(0, 1).map(({ operation }) => ({
          ...operation, references: [], previous: [], changes: steps.map(({ change, conflict }) => ({ ...change, reversible: true, conflict, provenance: { ruleId: null, source: change.attribute, reason: `Roll back of ${undone.kind} task ${undone.id}` } })),
        }))),
        ...members.operations,
      ].map((operation, i): PlannedOperation => ({ ...operation, id: services.newId(), seq: before + i + 1 }));
      totals.add(operations);
      sums.read += standing.length;
      sums.conflicts += plan.steps.filter((step) => step.conflict !== null).length;
      sums.kept += plan.kept.length;
      sums.left += left.length;
      sums.impossible += plan.impossible.length + members.findings.length;
      await store.transaction(async (tx) => {
        await tx.plans.appendOperations(planId, operations);
        await tx.plans.appendFindings(planId, [...findingsOf(plan), ...left.map(leftAlone), ...members.findings]);
      });
    }
    if (sums.read === 0) throw appError(ErrorCode.NotFound, 'There is nothing to take back: the journal holds no change of this task that is still in place.');
    const { conflicts, kept, impossible, left } = sums;
    const counts = totals.counts();
    await store.transaction(async (tx) => {
      await tx.tasks.update(task.id, { settings: { ...request, seen } });
      await tx.plans.saveSummary(planId, {
        counts, unresolved: 0, conflicts: conflicts + kept, findings: { errors: impossible, warnings: conflicts + kept + left },
        guard: conflicts === 0 ? [] : [{ limit: 'overwrites', count: conflicts, allowed: 0, message: `${conflicts === 1 ? '1 value' : `${conflicts} values`} that others changed since would be overwritten. Look first and approve, or choose to keep changes made since.` }],
      });
    });
    return { planId, operations: counts.operations };
  } catch (error) {
    await store.plans.removeUnfinished(task.id).catch((left: unknown) => { services.log.error({ err: left, taskId: task.id }, 'an unfinished plan could not be removed'); });
    throw error;
  }
}

/** The way back of members that were written, against the groups as they are now; whoever is gone cannot come back. */
async function membersBack(directory: Directory, written: readonly JournalEntry[], signal: AbortSignal): Promise<{ readonly operations: readonly Omit<PlannedOperation, 'id' | 'seq'>[]; readonly findings: readonly Finding[] }> {
  const operations: Omit<PlannedOperation, 'id' | 'seq'>[] = [];
  const findings: Finding[] = [];
  for (const { operation, references } of written) {
    signal.throwIfAborted();
    const now = await readGroup(directory, { ...operation, references }, signal);
    if (now === undefined) { findings.push(finding(operation, MEMBER, '', 'error', 'cannot be taken back', `"${operation.name}" is not in the directory any more, so its members cannot be taken back.`)); continue; }
    const back = undoMembers({ operation, references }, now);
    if (back === null) continue;
    for (const { name } of back.impossible) findings.push(finding(operation, MEMBER, name, 'error', 'cannot be taken back', `"${name}" is not in the directory any more, so it cannot be added to "${operation.name}" again.`));
    if (back.references.length > 0) operations.push({ ...operation, kind: back.kind, references: back.references, previous: [], changes: [] });
  }
  return { operations, findings };
}

/** The objects of some fixes as they are now, by objectGUID; without those that are gone. */
async function presentOf(directory: Pick<Directory, 'get'>, fixes: readonly WrittenFix[], signal: AbortSignal, onRead: (fixes: number) => void): Promise<ReadonlyMap<string, DirectoryEntry>> {
  const present = new Map<string, DirectoryEntry>();
  let read = 0;
  for (const [id, some] of Map.groupBy(fixes, ({ operation }) => operation.sourceId ?? '')) {
    signal.throwIfAborted();
    const entry = await directory.get(id, [...new Set(some.flatMap(({ operation }) => operation.changes.map((change) => change.attribute)))], signal);
    if (entry !== undefined) present.set(id, entry);
    read += some.length;
    onRead(read);
  }
  return present;
}

const finding = (operation: Operation, attribute: string, value: string, severity: Finding['severity'], rule: string, message: string): Finding => ({ sourceId: operation.sourceId, name: operation.name, attribute, value, rule, severity, message, proposal: null });
/** What is said of a step that is left out because the other side of its object stays as it is. */
const leftAlone = ({ operation, change: { attribute } }: UndoStep): Finding => finding(operation, attribute, '', 'warning', 'other side stays', `${attribute} of "${operation.name}" stays as it is, because what was written to ${operation.service === 'exchange' ? 'Active Directory' : 'Microsoft 365'} is not taken back: with one side alone taken back, mail could go round and round, or nowhere. Look at both sides, and forward its mail anew where you want it.`);
/** What a person is to know before the way back is approved. */
const findingsOf = (plan: UndoPlan): readonly Finding[] => [
  ...plan.steps.flatMap(({ operation, change, conflict }) => (conflict === null ? [] : [finding(operation, change.attribute, (change.before ?? []).join(', '), 'warning', 'changed by others since', conflict)])),
  ...plan.kept.map(({ operation, attribute, current }) => finding(operation, attribute, current, 'warning', 'changed by others since', `${attribute} of "${operation.name}" was changed by others since and stays.`)),
  ...plan.impossible.map(({ operation, attribute, reason }) => finding(operation, attribute, '', 'error', 'cannot be taken back', reason)),
];
