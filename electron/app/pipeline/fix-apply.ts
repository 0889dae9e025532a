import { appError, ErrorCode } from '../../../shared/domain/errors.ts';
import type { SourceObject } from '../../../shared/domain/objects.ts';
import type { Operation, Outcome } from '../../../shared/domain/plans.ts';
import type { OpenedTenant } from '../../engines/tenant/index.ts';
import { applyFixes, isMembership, readGroup, verifyFixes, verifyMembers, type Directory, type DirectoryEntry, type FixDirectory, type FixLedger, type FixResult } from '../../engines/directory/index.ts';
import type { PairRecord, TaskRecord } from '../../store/index.ts';
import { toSourceObject } from '../source-attributes.ts';
import type { Services } from '../services.ts';
import { attributesToRead } from './discover.ts';
import { turnsOfEnd, type Turn } from './finish.ts';
import { accountOf, directoryName } from './fix.ts';
import { createLedger } from './ledger.ts';
import { nextTurn } from './next-turn.ts';
import type { Reporter } from './reporter.ts';
import { applySwitch, forwardedMailboxes } from './switch-apply.ts';
import { settleSwitch } from './switch-end.ts';
import { forwardingDirectory } from './switch-forwarding.ts';
import { RollBackTask, readSettings } from './task-settings.ts';
import { hasWritten } from './undone-journal.ts';
import { endWriteBack, keepAgreement } from './write-back-end.ts';
import { heedingTenant, keepingAgreement, LEFT_OUT } from './write-back-ledger.ts';

type Planned = TaskRecord & { readonly planId: string };
/** A value that is not what was written. */
interface Deviation extends Pick<Operation, 'sourceId' | 'name' | 'objectKind'> { readonly message: string }

function ledgerOf(services: Services, pair: PairRecord, task: Planned): FixLedger {
  const ledger = createLedger(services, { pairId: pair.id, collectionId: task.collectionId ?? '', taskId: task.id, planId: task.planId, owner: task.leaseOwner });
  return task.kind === 'Write back' ? keepingAgreement(services, pair.id, ledger) : ledger;
}

/**
 * Applies what is pending of a plan for the directory, reads back what was written, keeps it in the project and ends the task. Fix tasks
 * and their roll backs alike.
 * @param tenant where membership is written back: what the tenant does not want any more is left out; where mailboxes are switched: the other side that is written to.
 * @throws AppError CONFLICT when the connection leads to another domain than the one that the plan was made for.
 */
export async function applyToDirectory(services: Services, pair: PairRecord, task: Planned, directory: Directory, reporter: Reporter, signal: AbortSignal, tenant?: OpenedTenant): Promise<void> {
  const { store } = services;
  const plan = await store.plans.get(task.planId);
  const { domain } = await directory.rootDse(signal);
  if (plan.tenantName !== directoryName(domain)) throw appError(ErrorCode.Conflict, `The plan was made for ${plan.tenantName}, but the connection leads to ${domain} now, so nothing was written; correct the pair's connection, or make a new plan.`);
  const before = await store.plans.outcomeCounts(task.planId);
  const earlier = (['done', 'unchanged', 'failed', 'drifted', 'skipped'] as const satisfies readonly Outcome[]).reduce((n, outcome) => n + before[outcome], 0);
  await reporter.phase('apply', `Writing to ${plan.tenantName}`, plan.counts.operations, earlier);
  const ledger = ledgerOf(services, pair, task);
  let [done, failed] = [earlier, 0];
  const write = async (to: FixDirectory, part: FixLedger): Promise<FixResult> => {
    const [from, failedBefore] = [done, failed];
    return await applyFixes({
      directory: to, ledger: part, newId: services.newId, now: services.now, account: accountOf(pair),
      onProgress: (progress) => { [done, failed] = [from + progress.done, failedBefore + progress.failed]; reporter.progress(done, failed); },
    }, signal);
  };
  const result = tenant === undefined ? await write(directory, ledger)
    : task.kind === 'Write back' ? await write(directory, heedingTenant(services, pair.id, tenant, ledger, signal)) : await applySwitch(services, pair, task, { directory, tenant }, ledger, write, signal);
  await reporter.flush();
  // Nobody asked for it to stop: it is not cancelled, and the next process goes on with it.
  if (result.cancelled && signal.reason !== 'cancelled') throw appError(ErrorCode.Cancelled, 'The program ends.');
  const deviations = result.cancelled ? [] : await readBack(services, pair, task, { directory, forwarding: tenant === undefined || task.kind === 'Write back' ? null : forwardingDirectory(tenant.exchange, await forwardedMailboxes(services, task.planId)) }, reporter, signal);
  await finish(services, pair, task, { result, deviations }, reporter, signal);
}

/** Settles by looking what a task that died left open. Writes nothing to either side. @param forwarding of mailboxes in Microsoft 365, where the task wrote to it. */
export async function settleOpenFixes(services: Services, pair: PairRecord, task: TaskRecord, directory: Directory, signal: AbortSignal, forwarding?: FixDirectory): Promise<void> {
  if (task.planId === null) return;
  const ledger = ledgerOf(services, pair, { ...task, planId: task.planId });
  for (const [side, of] of [['directory', directory], ['exchange', forwarding]] as const) {
    // Nothing is pending for this ledger: only what is open is looked for.
    const open = { ...ledger, pending: () => Promise.resolve([]), openIntents: async () => (await ledger.openIntents()).filter(({ operation }) => operation.service === side) };
    if (of !== undefined) await applyFixes({ directory: of, ledger: open, newId: services.newId, now: services.now, account: '', onProgress: () => {} }, signal);
  }
}

/**
 * Reads every object that was written to, keeps it in the project as it is now, and compares. In memory: a page of the journal with its
 * objects, and a sentence for each value that is not what was written. An object whose writes are on two pages is read twice.
 */
async function readBack(services: Services, pair: PairRecord, task: Planned, { directory, forwarding }: { readonly directory: Directory; /** Forwarding of mailboxes in Microsoft 365; null: nothing was written to it. */ readonly forwarding: FixDirectory | null }, reporter: Reporter, signal: AbortSignal): Promise<readonly Deviation[]> {
  const { store } = services;
  await reporter.phase('verify', 'Reading back what was written', (await store.plans.outcomeCounts(task.planId)).done);
  const schema = await directory.schema(signal);
  const attributes = await attributesToRead(services, pair);
  const runId = services.newId();
  const deviations: Deviation[] = [];
  let done = 0;
  for await (const page of store.journal.iterateOfTask(task.id, { order: 'oldest first' })) {
    await nextTurn(signal);
    const objects: SourceObject[] = [];
    const written = page.filter(hasWritten);
    for (const { operation, references } of written.filter((j) => isMembership(j.operation))) {
      signal.throwIfAborted();
      const message = verifyMembers({ operation, references }, await readGroup(directory, { ...operation, references }, signal));
      if (message !== null) deviations.push({ sourceId: operation.sourceId, name: operation.name, objectKind: operation.objectKind, message });
    }
    for (const [id, operations] of Map.groupBy(written.map((j) => j.operation).filter(({ service }) => service === 'directory'), (operation) => operation.sourceId ?? '')) {
      signal.throwIfAborted();
      const entry: DirectoryEntry | undefined = await directory.get(id, [...new Set([...attributes, ...operations.flatMap((o) => o.changes.map((c) => c.attribute))])], signal);
      const object = entry === undefined ? undefined : toSourceObject(entry);
      if (object !== undefined) objects.push(object);
      for (const { operation: { sourceId, name, objectKind }, message } of verifyFixes(operations, new Map(entry === undefined ? [] : [[id, entry]]), schema)) deviations.push({ sourceId, name, objectKind, message });
      done += operations.length;
      reporter.progress(done);
    }
    for (const { operation } of written.filter((j) => j.operation.service === 'exchange')) {
      signal.throwIfAborted();
      const entry = await forwarding?.get(operation.sourceId ?? '', [], signal);
      if (forwarding !== null) for (const { operation: { sourceId, name, objectKind }, message } of verifyFixes([operation], new Map(entry === undefined ? [] : [[operation.sourceId ?? '', entry]]), await forwarding.schema())) deviations.push({ sourceId, name, objectKind, message });
      reporter.progress(++done);
    }
    if (objects.length > 0) await store.sources.upsertPage(pair.id, objects, runId);
  }
  return deviations;
}

async function finish(services: Services, pair: PairRecord, task: Planned, { result, deviations }: { readonly result: FixResult; readonly deviations: readonly Deviation[] }, reporter: Reporter, signal: AbortSignal): Promise<void> {
  const { store } = services;
  const turn = turnsOfEnd(signal, result);
  const figures = { done: 0, failed: 0, total: 0 };
  let leftOut = 0;
  const mailboxes = new Set<string | null>();
  const missingRights = new Set<string>();
  for await (const page of store.plans.iterateOperations(task.planId, { pageSize: 1_000 })) {
    await turn.write();
    for (const o of page) {
      figures.total++;
      if (o.outcome !== 'pending' && o.outcome !== 'sent') figures.done++;
      if (o.message.includes(LEFT_OUT)) {
        leftOut++;
        if (o.outcome === 'done' || o.outcome === 'unchanged') reporter.item({ objectId: o.sourceId, name: o.name, kind: o.objectKind, status: 'Skipped', message: o.message });
      }
      if (o.outcome === 'done' || o.outcome === 'unchanged') mailboxes.add(o.sourceId);
      if (o.outcome !== 'failed' && o.outcome !== 'drifted' && o.outcome !== 'skipped') continue;
      figures.failed++;
      const right = / (?<right>Grant it WriteProperty on .+?), then resume/.exec(o.message)?.groups?.['right'];
      if (right !== undefined) missingRights.add(right);
      reporter.item({ objectId: o.sourceId, name: o.name, kind: o.objectKind, status: 'Failed', message: o.message });
    }
  }
  for (const { sourceId, name, objectKind, message } of deviations) reporter.item({ objectId: sourceId, name, kind: objectKind, status: 'Not verified', message });
  await store.tasks.update(task.id, { checkpoint: { stage: 'apply', verified: !result.cancelled && deviations.length === 0 } });
  services.emit('store.changed', { nouns: ['objects', 'tasks'] });
  if (task.kind === 'Write back') await keepAgreement(services, pair, task, result.cancelled ? 'cancelled' : 'whole', turn.write);
  if (!result.cancelled) await settleSwitch(services, pair, task, turn.write);
  if (result.cancelled) return await reporter.end('Cancelled', 'Cancelled between two writes. What was written is in the journal: resume the task to go on, or roll it back.', figures);
  if (task.kind === 'Roll back') await markUndone(services, pair, task, figures.failed === 0, turn.write);
  const right = missingRights.size === 0 ? '' : ` ${accountOf(pair)} lacks a right: ${[...missingRights].join('; ')}.`;
  const problems = figures.failed + deviations.length;
  if (figures.total === 0) return await reporter.end('Completed', 'Nothing had to be written; what was left out has its reason in the plan.', figures);
  if (task.kind === 'Write back') return await endWriteBack(services, task, { problems, right, leftOut }, figures, reporter);
  // What others changed since and what is gone is not among the operations.
  const written = figures.total - figures.failed;
  const switched = mailboxes.size === 1 ? '1 mailbox' : `${mailboxes.size} mailboxes`;
  const did = task.kind === 'Forward' ? `Changed the forwarding of ${switched}` : task.kind === 'Convert' ? `Made mail-enabled users of ${switched}`
    : task.kind === 'Roll back' ? `Took back ${written} ${written === 1 ? 'change' : 'changes'} of Active Directory` : `Changed ${written} ${written === 1 ? 'value' : 'values'} in Active Directory`;
  return problems === 0
    ? await reporter.end('Completed', `${did}; everything that was written was read back and compared.`, figures)
    : await reporter.end('Completed with errors', `${did}, with ${problems} problems; see the items of the task.${right}`, figures);
}

/** What an operation changes; members of a group are one thing without a name. */
const attributesOf = ({ changes }: Pick<Operation, 'changes'>): readonly string[] => (changes.length === 0 ? [''] : changes.map(({ attribute }) => attribute));

/** Marks the journal of the Fix task as taken back, as far as it was; its findings are only decided again. */
async function markUndone(services: Services, pair: PairRecord, task: Planned, complete: boolean, turn: Turn): Promise<void> {
  const { store } = services;
  const request = readSettings(RollBackTask, task);
  if (request.undoes === null) return;
  const failed = new Set<string>();
  for await (const page of store.plans.iterateOperations(task.planId, { outcomes: ['pending', 'sent', 'failed', 'drifted', 'skipped'] })) {
    await turn();
    for (const o of page) for (const attribute of attributesOf(o)) failed.add(`${o.sourceId} ${attribute}`);
  }
  const entries: { id: string; operationId: string }[] = [];
  for await (const page of store.journal.iterateOfTask(request.undoes, { order: 'oldest first' })) {
    await turn();
    for (const j of page) {
      const mine = hasWritten(j) && j.undoneBy === null && (request.seen === null || j.sequence <= request.seen.last) && (request.objectId === null || j.sourceId === request.objectId);
      if (mine && j.pairId === pair.id && !attributesOf(j.operation).some((attribute) => failed.has(`${j.sourceId} ${attribute}`))) entries.push({ id: j.id, operationId: j.operationId });
    }
  }
  await store.transaction(async (tx) => {
    await tx.journal.markUndone(entries.map(({ id }) => id), task.id);
    await tx.checks.forgetOperations(entries.map(({ operationId }) => operationId));
    if (request.objectId === null && complete) await tx.tasks.update(request.undoes ?? '', { rolledBackBy: task.id });
  });
}
