import { DISCONNECTED_DAYS } from '../../../shared/domain/mailbox-switch.ts';
import { appError, ErrorCode } from '../../../shared/domain/errors.ts';
import type { Finding, Operation, PlanSkip } from '../../../shared/domain/plans.ts';
import { parentDn } from '../../../shared/rules/dn.ts';
import { EFFECTIVE_RIGHTS, mayWrite, rightToGrant, type Directory, type DirectoryEntry, type DirectorySchema, type RootDse } from '../../engines/directory/index.ts';
import { planConversion, planForward, standingOfMailbox, type SwitchChange, type TenantDomains } from '../../engines/mailboxes/index.ts';
import { guardPlan } from '../../engines/planning/index.ts';
import type { OpenedTenant } from '../../engines/tenant/index.ts';
import type { PairRecord, TaskRecord } from '../../store/index.ts';
import { limitsInForce } from '../guard-limits.ts';
import type { Services } from '../services.ts';
import { accountOf, createFixCounts, directoryName, whyNotFixed } from './fix.ts';
import { createUniqueNames } from './fix-unique.ts';
import { nextTurn } from './next-turn.ts';
import type { Reporter } from './reporter.ts';
import { forwardingChanges } from './switch-forwarding.ts';
import { domainsOf, readSwitchObjects, switchIds, type SwitchObject } from './switch-facts.ts';
import { ConvertTask, ForwardTask, readSettings } from './task-settings.ts';

/** What was planned. */
export interface SwitchPlan { readonly planId: string; readonly operations: number; readonly mailboxes: number; readonly skipped: number }

type Request = { readonly kind: 'Forward'; readonly settings: ReturnType<typeof readForward> } | { readonly kind: 'Convert'; readonly settings: ReturnType<typeof readConvert> };
const readForward = (task: TaskRecord) => readSettings(ForwardTask, task);
const readConvert = (task: TaskRecord) => readSettings(ConvertTask, task);

/** What planning needs at every page. */
interface Planning {
  readonly services: Services;
  readonly pair: PairRecord;
  readonly request: Request;
  readonly directory: Directory;
  readonly tenant: OpenedTenant;
  readonly root: RootDse;
  readonly schema: DirectorySchema;
  readonly domains: TenantDomains;
  /** Mail redirection domain of the pair in lower case; empty: none. */
  readonly redirected: string;
  readonly isTaken: ReturnType<typeof createUniqueNames>;
  /** Who has which mailbox in Microsoft 365, by its id: one mailbox is one person's. */
  readonly owners: Map<string, Pick<SwitchObject, 'sourceId' | 'name'>>;
  /** One object of each kind in a container, with the rights on it. */
  readonly rights: Map<string, DirectoryEntry>;
  /** One finding for each attribute of such a place that may not be written. */
  readonly refused: Map<string, Finding>;
  readonly signal: AbortSignal;
}

/** What one object comes to. */
interface PlannedObject { readonly operations: readonly Omit<Operation, 'id' | 'seq'>[]; readonly skip: PlanSkip | null; readonly findings: readonly Finding[] }

/**
 * Plans a task of the switch against both sides as they are now, one operation an object: it is written whole or not at all. Stores the plan a page at a time;
 * writes nothing to either side. Objects that are left alone are listed with their reason.
 * @throws AppError FORBIDDEN when the source is a file; then no plan is left.
 */
export async function planSwitch(services: Services, pair: PairRecord, task: TaskRecord, sides: { readonly directory: Directory; readonly tenant: OpenedTenant }, reporter: Reporter, signal: AbortSignal): Promise<SwitchPlan> {
  const { store } = services;
  const { directory, tenant } = sides;
  const blocked = whyNotFixed(pair);
  if (blocked !== null || !directory.capabilities.write) throw appError(ErrorCode.Forbidden, blocked ?? 'This directory cannot be written to.');
  const request: Request = task.kind === 'Convert' ? { kind: 'Convert', settings: readConvert(task) } : { kind: 'Forward', settings: readForward(task) };
  await reporter.phase('plan', 'Looking at both sides', request.settings.ids?.length ?? null);
  const [root, schema, domains] = [await directory.rootDse(signal), await directory.schema(signal), await domainsOf(tenant, signal)];
  const redirected = pair.redirectionDomain.toLowerCase();
  if (request.kind === 'Forward' && request.settings.redirection === 'yes' && domains.verified.has(redirected)) throw appError(ErrorCode.InvalidInput, `${redirected}, the mail redirection domain of the pair, is accepted by the tenant, so that mail would never go back to the mailboxes on premises. Choose a domain that is accepted on premises only.`);
  const planning: Planning = { services, pair, request, directory, tenant, root, schema, domains, redirected, isTaken: createUniqueNames(directory, root.defaultNamingContext), owners: new Map(), rights: new Map(), refused: new Map(), signal };
  // What a process that was killed left behind is nobody's plan.
  await store.plans.removeUnfinished(task.id);
  const { id: planId } = await store.plans.create({ taskId: task.id, collectionId: task.collectionId, tenantName: directoryName(root.domain), settings: null, confirmation: root.domain, state: 'unfinished' });
  try {
    const totals = createFixCounts();
    const sums = { looked: 0, skipped: 0, findings: 0 };
    for await (const ids of switchIds(services, pair, task, request.settings)) {
      await nextTurn(signal);
      const objects: PlannedObject[] = [];
      for (const one of await readSwitchObjects(services, pair, ids, { directory, tenant }, signal)) objects.push(await planObject(planning, one));
      const before = totals.counts().operations;
      const operations = objects.flatMap((one) => one.operations).map((operation, i): Operation => ({ ...operation, id: services.newId(), seq: before + i + 1 }));
      const skips = objects.flatMap(({ skip }) => skip ?? []);
      const findings = objects.flatMap((one) => one.findings);
      totals.add(operations);
      sums.looked += ids.length;
      sums.skipped += skips.length;
      sums.findings += findings.length;
      await store.transaction(async (tx) => {
        await tx.plans.appendOperations(planId, operations);
        await tx.plans.appendSkips(planId, skips);
        await tx.plans.appendFindings(planId, findings);
      });
      reporter.progress(sums.looked);
    }
    if (sums.looked === 0) throw appError(ErrorCode.InvalidInput, 'No object is chosen, so there is nothing to plan. Choose mailboxes first.');
    const counts = { ...totals.counts(), skipped: sums.skipped };
    const findings = [...await notFound(services, request.settings), ...planning.refused.values(), ...(request.kind === 'Convert' && counts.operations > 0 ? [disconnects(root.domain, counts.operations)] : [])];
    const guard = await limitsInForce(store, { pairId: pair.id, collectionId: task.collectionId });
    await store.transaction(async (tx) => {
      await tx.plans.appendFindings(planId, findings);
      await tx.tasks.update(task.id, { planId, settings: { ...request.settings, domains: { initial: domains.initial, verified: [...domains.verified] } } });
      await tx.plans.saveSummary(planId, { counts, guard: guardPlan(counts, sums.looked, guard.limits, guard.from), unresolved: 0, conflicts: 0, findings: { errors: 0, warnings: sums.findings + findings.length } });
    });
    return { planId, operations: counts.operations, mailboxes: counts.updates, skipped: sums.skipped };
  } catch (error) {
    await store.plans.removeUnfinished(task.id).catch((left: unknown) => { services.log.error({ err: left, taskId: task.id }, 'an unfinished plan could not be removed'); });
    throw error;
  }
}

async function planObject(planning: Planning, one: SwitchObject): Promise<PlannedObject> {
  const { request, domains, schema, owners } = planning;
  const { sourceId, name, kind, entry, found, batch } = one;
  const skip = (reason: string, status: PlanSkip['status'] = 'Skipped'): PlannedObject => ({ operations: [], skip: { sourceId, name, kind, status, reason }, findings: [] });
  if (entry === undefined) return skip('It is not in the directory any more.');
  if (kind !== 'user') return skip(`It is a ${kind}, not a mailbox.`);
  if (standingOfMailbox(entry.attributes) === 'none') return skip('It is no mailbox on premises.');
  const needsMailbox = request.kind === 'Convert' || request.settings.direction === 'to the cloud' || request.settings.redirection === 'yes';
  if (needsMailbox && found !== undefined && 'skip' in found) return skip(found.skip, found.status);
  const mailbox = found !== undefined && 'mailbox' in found ? found : null;
  const owner = mailbox === null ? undefined : owners.get(mailbox.mailbox.id);
  if (needsMailbox && owner !== undefined && owner.sourceId !== sourceId) return skip(`The mailbox "${mailbox?.mailbox.primary ?? ''}" belongs to "${owner.name}", too. Mail of two people would end in one mailbox: correct the matches first.`, 'Conflict');
  if (mailbox !== null) owners.set(mailbox.mailbox.id, { sourceId, name });
  const evidence = mailbox === null ? '' : ` Its mailbox in Microsoft 365 is "${mailbox.mailbox.primary}", by ${mailbox.evidence}.`;
  if (request.kind === 'Forward') {
    const planned = planForward({ name, attributes: entry.attributes, mailbox: mailbox?.mailbox ?? null, domains, targetBefore: batch?.targetBefore ?? null }, { direction: request.settings.direction, redirectionDomain: planning.redirected, redirection: request.settings.redirection });
    if ('skip' in planned) return skip(planned.skip);
    const reason = request.settings.direction === 'to the cloud' ? `Mail is sent on to Microsoft 365.${evidence}` : `Mail stays with the mailbox on premises.${evidence}`;
    const object = await operationOf(planning, one, entry, planned, reason);
    const forwarding = planned.forwarding === null || mailbox === null ? [] : forwardingChanges(planned.forwarding);
    return forwarding.length === 0 || mailbox === null ? object : { ...object, operations: [...object.operations, {
      kind: 'update', service: 'exchange', objectKind: kind, sourceId, targetId: mailbox.mailbox.id, name, recipient: 'mailbox', references: [], previous: [],
      changes: forwarding.map((change) => ({ ...change, reversible: true, provenance: { ruleId: null, source: '', reason } })),
    }] };
  }
  if (mailbox === null) return skip('It has no mailbox in Microsoft 365.');
  const planned = planConversion({
    name, attributes: entry.attributes, mailbox: mailbox.mailbox, by: mailbox.by, domains, contents: request.settings.contents === 'moved otherwise' ? 'there' : batch?.contents ?? 'not there', grade: batch?.grade ?? '', knows: (attribute) => schema.attribute(attribute) !== undefined,
  }, request.settings);
  return 'skip' in planned ? skip(planned.skip) : await operationOf(planning, one, entry, planned, `The mailbox becomes a mail-enabled user.${evidence}`);
}

async function operationOf(planning: Planning, { sourceId, name, kind }: SwitchObject, entry: DirectoryEntry, planned: { readonly changes: readonly SwitchChange[]; readonly warnings: readonly string[] }, reason: string): Promise<PlannedObject> {
  const { isTaken, signal } = planning;
  const findings: Finding[] = planned.warnings.map((message) => ({ sourceId, name, attribute: '', value: '', rule: 'mailbox switch', severity: 'warning', proposal: null, message }));
  const changes: SwitchChange[] = [];
  for (const change of planned.changes) {
    const after: string[] = [];
    for (const value of change.after ?? []) {
      const taken = change.attribute === 'proxyAddresses' ? await isTaken({ sourceId, name, attribute: change.attribute, value }, signal) : null;
      if (taken === null) after.push(value);
      else findings.push({ sourceId, name, attribute: change.attribute, value, rule: 'address of another object', severity: 'warning', proposal: null, message: `${value} is left out: ${taken}` });
    }
    if (change.before !== null || after.length > 0) changes.push({ ...change, after: after.length === 0 ? null : after });
  }
  await mayBeWritten(planning, kind, entry, changes);
  return {
    skip: null, findings,
    operations: changes.length === 0 ? [] : [{
      kind: 'update', service: 'directory', objectKind: kind, sourceId, targetId: null, name, references: [], previous: [],
      changes: changes.map((change) => ({ ...change, reversible: true, provenance: { ruleId: null, source: change.attribute, reason } })),
    }],
  };
}

/** Rights are inherited as a rule: one object of each kind in a container is asked for them, which is a long answer. */
async function mayBeWritten({ directory, schema, rights, refused, pair, root, signal }: Planning, kind: SwitchObject['kind'], entry: DirectoryEntry, changes: readonly SwitchChange[]): Promise<void> {
  const place = `${kind} ${parentDn(entry.dn).toLowerCase()}`;
  const asked = rights.get(place) ?? await directory.get(entry.guid, [EFFECTIVE_RIGHTS], signal);
  if (asked === undefined) return;
  rights.set(place, asked);
  for (const { attribute } of changes) {
    if (mayWrite(asked, attribute, schema)) continue;
    refused.set(`${place} ${attribute}`, { sourceId: null, name: root.domain, attribute, value: '', rule: 'right to write', severity: 'warning', proposal: null, message: `${rightToGrant(accountOf(pair), attribute, { kind, dn: entry.dn })}.`.replace(', then resume the task', ' before the plan is applied') });
  }
}

/** Rows of a batch whose mailbox on premises is not known; they are no objects that could be left out by name. */
async function notFound({ store }: Services, { batchId, ids }: Request['settings']): Promise<readonly Finding[]> {
  if (batchId === null || ids !== null) return [];
  return (await store.mailboxRows.all(batchId)).filter((row) => row.state !== 'Left out' && row.sourceId === null).map(({ address }) => ({
    sourceId: null, name: address, attribute: 'mail', value: address, rule: 'mailbox switch', severity: 'warning', proposal: null, message: `No mailbox on premises is known for ${address} of the batch, so nothing is planned for it.`,
  }));
}

/** What a person has to know before mailboxes are converted. */
const disconnects = (domain: string, count: number): Finding => ({
  sourceId: null, name: domain, attribute: 'homeMDB', value: '', rule: 'mailbox is disconnected', severity: 'warning', proposal: null,
  message: `${count === 1 ? 'The mailbox stays' : `${count} mailboxes stay`} in the database, disconnected, for as long as Exchange keeps deleted mailboxes (${DISCONNECTED_DAYS} days unless the database says otherwise). A roll back after that brings back attributes and no mail.`,
});
