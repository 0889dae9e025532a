import { appError, ErrorCode } from '../../../shared/domain/errors.ts';
import type { Finding, GuardStop, Operation, PlanSkip, Reference } from '../../../shared/domain/plans.ts';
import { integerOf } from '../../../shared/rules/attributes.ts';
import { isMailEnabled } from '../../../shared/rules/addresses.ts';
import { groupTypeOf } from '../../../shared/rules/group-type.ts';
import { compareMembership, dnsOf, EFFECTIVE_RIGHTS, mayWrite, MEMBER, MEMBERS_OF_OPERATION, readGroupMembers, rightToGrant, type Directory, type DirectorySchema } from '../../engines/directory/index.ts';
import { addToCounts, emptyCounts, guardPlan, type OpenCounts } from '../../engines/planning/index.ts';
import type { AgreedMember, CollectionRecord, PairRecord, TaskRecord, WriteBackGroupRecord, WriteBackRecord } from '../../store/index.ts';
import { limitsInForce } from '../guard-limits.ts';
import type { Services } from '../services.ts';
import { groupsOf, whyNotChosen } from '../write-back-groups.ts';
import { accountOf, directoryName, whyNotFixed } from './fix.ts';
import { nextTurn } from './next-turn.ts';
import type { Reporter } from './reporter.ts';
import { readSettings, WriteBackTask } from './task-settings.ts';
import { createdSince, matchesOf } from './write-back-matches.ts';
import { digestOf, readTenantMembers } from './write-back-tenant.ts';

/** What was planned. `first`: groups whose two sides are compared for the first time, all differences of which a person has to see. */
export interface WriteBackPlan { readonly planId: string; readonly operations: number; readonly groups: number; readonly skipped: number; readonly first: number; readonly guarded: boolean }

/** What planning needs at every group. */
interface Planning {
  readonly services: Services;
  readonly pair: PairRecord;
  readonly directory: Directory;
  readonly schema: DirectorySchema;
  readonly signal: AbortSignal;
}

/** What one group comes to. */
interface PlannedGroup {
  readonly operations: readonly Omit<Operation, 'id' | 'seq'>[];
  readonly skips: readonly PlanSkip[];
  readonly findings: readonly Finding[];
  readonly stops: readonly GuardStop[];
  /** Memberships that were compared. */
  readonly compared: number;
  /** What is agreed by now, and what is not any more, with a digest of the tenant's members; null: the group was left out. */
  readonly agreement: { readonly add: readonly AgreedMember[]; readonly remove: readonly string[]; readonly seen: string } | null;
}

/** Attributes of a group that decide whether its members may be written. */
const ASKED = ['groupType', 'mail', 'proxyAddresses', 'name', EFFECTIVE_RIGHTS];
/** A group that would lose more than a half of its members, and at least so many, is looked at first: a reading that saw too little looks like this. */
const LOSES_AT_LEAST = 4;

/**
 * Plans what the members of chosen groups in the tenant, as the project has just read them, change in Active Directory. Groups and members are
 * read from the directory itself. One group in memory; nothing is written to the directory.
 * @throws AppError FORBIDDEN when the source is a file, INVALID_INPUT when no group is chosen; then no plan is left.
 */
export async function planWriteBack(services: Services, pair: PairRecord, collection: CollectionRecord, task: TaskRecord, directory: Directory, reporter: Reporter, signal: AbortSignal): Promise<WriteBackPlan> {
  const { store } = services;
  const blocked = whyNotFixed(pair);
  if (blocked !== null || !directory.capabilities.write) throw appError(ErrorCode.Forbidden, blocked ?? 'This directory cannot be written to.');
  const request = readSettings(WriteBackTask, task);
  const chosen = (await store.writeBack.list(collection.id)).filter(({ sourceId }) => request.ids?.includes(sourceId) !== false);
  if (chosen.length === 0) throw appError(ErrorCode.InvalidInput, `No group of collection "${collection.name}" is chosen for writing its membership back. Choose groups first.`);
  await reporter.phase('plan', 'Comparing the members of the chosen groups', chosen.length);
  const root = await directory.rootDse(signal);
  const planning: Planning = { services, pair, directory, schema: await directory.schema(signal), signal };
  const groups = await groupsOf(store, collection.id, chosen.map(({ sourceId }) => sourceId));
  // What a process that was killed left behind is nobody's plan.
  await store.plans.removeUnfinished(task.id);
  const { id: planId } = await store.plans.create({ taskId: task.id, collectionId: collection.id, tenantName: directoryName(root.domain), settings: null, confirmation: root.domain, state: 'unfinished' });
  try {
    const counts: OpenCounts = { ...emptyCounts() };
    const stops: GuardStop[] = [];
    const planned: string[] = [];
    const seen: Record<string, string> = {};
    const sums = { compared: 0, findings: 0, first: 0 };
    for (const [n, one] of chosen.entries()) {
      await nextTurn(signal);
      const group = await planGroup(planning, one, groups.get(one.sourceId));
      const operations = group.operations.map((operation, i): Operation => ({ ...operation, id: services.newId(), seq: counts.operations + i + 1 }));
      addToCounts(counts, operations);
      counts.skipped += group.skips.length;
      sums.compared += group.compared;
      sums.findings += group.findings.length;
      stops.push(...group.stops);
      if (group.agreement !== null) { planned.push(one.sourceId); seen[one.sourceId] = group.agreement.seen; if (one.agreedAt === null) sums.first++; }
      await store.transaction(async (tx) => {
        await tx.plans.appendOperations(planId, operations);
        await tx.plans.appendSkips(planId, group.skips);
        await tx.plans.appendFindings(planId, group.findings);
        // True whatever becomes of the plan: these members are, or are not, on both sides now.
        if (group.agreement !== null) await tx.writeBack.agree(pair.id, one.sourceId, group.agreement);
      });
      reporter.progress(n + 1);
    }
    const limits = await limitsInForce(store, { pairId: pair.id, collectionId: collection.id });
    const guard = [...guardPlan(counts, sums.compared, limits.limits, limits.from), ...stops];
    await store.transaction(async (tx) => {
      await tx.tasks.update(task.id, { planId, settings: { ...request, planned, seen } });
      await tx.plans.saveSummary(planId, { counts, guard, unresolved: 0, conflicts: 0, findings: { errors: 0, warnings: sums.findings } });
    });
    return { planId, operations: counts.operations, groups: planned.length, skipped: counts.skipped, first: sums.first, guarded: guard.length > 0 };
  } catch (error) {
    await store.plans.removeUnfinished(task.id).catch((left: unknown) => { services.log.error({ err: left, taskId: task.id }, 'an unfinished plan could not be removed'); });
    throw error;
  }
}

async function planGroup(planning: Planning, chosen: WriteBackRecord, group: WriteBackGroupRecord | undefined): Promise<PlannedGroup> {
  const { services, pair, directory, schema, signal } = planning;
  const { store } = services;
  const { sourceId } = chosen;
  const name = group?.name ?? sourceId;
  const skip = (reason: string, status: PlanSkip['status'] = 'Skipped'): PlanSkip => ({ sourceId, name, kind: 'group', status, reason });
  const leftOut = (reason: string): PlannedGroup => ({ operations: [], skips: [skip(reason)], findings: [], stops: [], compared: 0, agreement: null });
  const reason = group === undefined ? 'It is no group of this collection any more.' : whyNotChosen(group);
  if (reason !== null || group?.targetId == null) return leftOut(reason ?? 'It has no match in Microsoft 365.');
  const tenant = await readTenantMembers(store, pair.id, group.targetId);
  if (typeof tenant === 'string') return leftOut(tenant);
  const now = await readGroupMembers(directory, sourceId, ASKED, signal);
  if (now === undefined) return leftOut('It is not in the directory any more.');
  if (groupTypeOf(integerOf(now.entry.attributes, 'groupType') ?? 0).security || !isMailEnabled(now.entry.attributes)) return leftOut('It is no mail-enabled distribution group in Active Directory any more.');

  const agreed = await store.writeBack.agreed(pair.id, sourceId);
  const { matched, toReview } = await matchesOf(services, pair.id, [...now.members.keys()]);
  const first = chosen.agreedAt === null;
  // Its absence from the tenant's group is that of another object than the one that was agreed on, or nobody could make it a member there.
  const rematched = (id: string): boolean => agreed.has(id) && agreed.get(id) !== matched.get(id);
  const newcomers = first ? await createdSince(services, pair.id, [...matched.keys()].filter((id) => !tenant.members.has(id)), chosen.since, matched) : new Set<string>();
  const lingers = (id: string): boolean => tenant.ids.has(agreed.get(id) ?? '');
  const change = compareMembership({ tenant: new Set(tenant.members.keys()), directory: new Set(now.members.keys()), agreed: first ? null : new Set(agreed.keys()), isMatched: (id) => matched.has(id) && !rematched(id) && !newcomers.has(id), lingers });
  // A group cannot be its own member, and whoever is not seen in the directory cannot be written into it.
  const dns = await dnsOf(directory, change.add, signal);
  const addable = change.add.filter((id) => dns.has(id) && id !== sourceId);
  const reference = (id: string): Reference => ({ sourceId: id, targetId: tenant.members.get(id)?.targetId ?? matched.get(id) ?? null, name: tenant.members.get(id)?.name ?? now.members.get(id)?.name ?? id });
  const operation = (kind: 'add members' | 'remove members', ids: readonly string[]): Omit<Operation, 'id' | 'seq'>[] => Array.from({ length: Math.ceil(ids.length / MEMBERS_OF_OPERATION) }, (_, n) => ({
    kind, service: 'directory', objectKind: 'group', sourceId, targetId: null, name, changes: [], previous: [], references: ids.slice(n * MEMBERS_OF_OPERATION, (n + 1) * MEMBERS_OF_OPERATION).map(reference),
  }));
  const operations = [...operation('add members', addable), ...operation('remove members', change.remove)];
  const { remove } = change;
  const still = new Set(change.agree);
  return {
    operations, compared: new Set([...tenant.members.keys(), ...now.members.keys()]).size,
    agreement: {
      add: change.agree.map((id) => ({ id, targetId: tenant.members.get(id)?.targetId ?? '' })), seen: digestOf(tenant),
      remove: first ? [...agreed.keys()].filter((id) => !still.has(id) && !lingers(id) && !(rematched(id) && now.members.has(id))) : change.forget,
    },
    skips: [
      ...tenant.waiting.map((one) => skip(one, 'Not matched')),
      ...change.add.filter((id) => !addable.includes(id)).map((id) => skip(id === sourceId ? 'The group is its own member in Microsoft 365; Active Directory does not take that.' : `"${reference(id).name}" is a member in Microsoft 365, but is not in the directory, or hidden from the account.`)),
      ...change.takenOut.map((id) => skip(`"${reference(id).name}" is a member in Microsoft 365 and was taken out in Active Directory since; nobody comes back by themselves. Take them out in Microsoft 365 too, or add them in Active Directory.`)),
      // Who is in the tenant too and waits for review was named above.
      ...change.stay.filter((id) => !tenant.ids.has(toReview.get(id) ?? '')).map((id) => skip(whyStays(reference(id).name, toReview.has(id) ? 'to review' : !matched.has(id) ? 'not matched' : rematched(id) ? 'matched otherwise' : newcomers.has(id) ? 'new' : 'added'))),
      ...(now.unseen === 0 ? [] : [skip(`${now.unseen} members of another domain, or hidden from the account, stay.`)]),
    ],
    findings: operations.length === 0 || mayWrite(now.entry, MEMBER, schema) ? [] : [{
      sourceId, name, attribute: MEMBER, value: '', rule: 'right to write', severity: 'warning', proposal: null,
      message: `${rightToGrant(accountOf(pair), MEMBER, { kind: 'group', dn: now.entry.dn })}.`.replace(', then resume the task', ' (Write Members) before the plan is applied'),
    }],
    stops: remove.length < LOSES_AT_LEAST || remove.length * 2 <= now.members.size ? [] : [{
      limit: 'membership removals', count: remove.length, allowed: Math.floor(now.members.size / 2),
      message: `"${name}" would lose ${remove.length} of its ${now.members.size} members. Look at them and approve, or discard the plan.`,
    }],
  };
}

/** Why a member of the directory's group that is none in the tenant stays where it is. */
function whyStays(name: string, because: 'to review' | 'not matched' | 'matched otherwise' | 'new' | 'added'): string {
  switch (because) {
    case 'to review': return `"${name}" is a member in Active Directory, and its match in Microsoft 365 waits for review; it stays until somebody has looked at the match.`;
    case 'not matched': return `"${name}" is a member in Active Directory without a match in Microsoft 365, and stays.`;
    case 'matched otherwise': return `"${name}" has another match in Microsoft 365 than both sides agreed on, and stays. Add the present match in Microsoft 365 too, or take "${name}" out here.`;
    case 'new': return `"${name}" got the account in Microsoft 365 after the group was chosen, so that nobody could make it a member there; it stays. Add it in Microsoft 365 too, or take it out here.`;
    case 'added': return `"${name}" was added in Active Directory and is no member in Microsoft 365; membership is not written that way. Add them in Microsoft 365 too, or take them out here.`;
  }
}
