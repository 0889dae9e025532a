import type { Handlers } from '../ipc/router.ts';
import type { PlannedWhy } from '../../shared/contracts/plans.ts';
import { appError, ErrorCode } from '../../shared/domain/errors.ts';
import type { MappingRule } from '../../shared/domain/rules.ts';
import { valuesOf } from '../../shared/rules/attributes.ts';
import { DEFAULT_GUARD_LIMITS } from '../engines/planning/index.ts';
import type { PlanRecord, StoredOperation } from '../store/index.ts';
import { limitsInForce, saveLimits } from './guard-limits.ts';
import { schedule, unschedule } from './plan-approval.ts';
import { changesOf } from './plan-changes.ts';
import { exportPart } from './plan-export.ts';
import { recordEvent } from './evidence-events.ts';
import type { Services } from './services.ts';
import { taskRow, WAITING } from './task-rows.ts';

type Plans = 'plans.get' | 'plans.operations' | 'plans.skips' | 'plans.findings' | 'plans.list' | 'plans.changes' | 'plans.facets' | 'plans.why' | 'plans.export' | 'plans.schedule' | 'plans.unschedule' | 'plans.remove' | 'limits.get' | 'limits.set';

/** Channels of plans and of the limits of the guard. */
export function planHandlers(services: Services): Pick<Handlers, Plans> {
  const { store } = services;
  const { plans } = store;
  const changed = async (id: string) => {
    const row = await taskRow(store, id);
    services.emit('tasks.changed', row);
    return row;
  };
  /** The pair and, when given, a collection of it. @throws AppError NOT_FOUND. */
  const requireOwner = async ({ pairId, collectionId }: { readonly pairId: string; readonly collectionId: string | null }): Promise<void> => {
    await store.pairs.get(pairId);
    if (collectionId !== null && (await store.collections.get(collectionId)).pairId !== pairId) throw appError(ErrorCode.NotFound, `The collection ${collectionId} is not one of this migration pair.`);
  };
  return {
    'plans.get': async ({ id }) => await plans.get(id),
    'plans.operations': async (query) => { const page = await plans.pageOperations(query); return { ...page, rows: page.rows.map(toRow) }; },
    'plans.skips': async (query) => await plans.pageSkips(query),
    'plans.findings': async (query) => await plans.pageFindings(query),
    async 'plans.list'(query) {
      const page = await plans.pagePlans(query);
      return { ...page, rows: page.rows.map((row) => ({ ...row, guard: row.guard.map((stop) => stop.message) })) };
    },
    async 'plans.changes'({ planId }) {
      const plan = await plans.get(planId);
      const waits = WAITING.has((await store.tasks.get(plan.taskId)).state);
      const { reasons, examples } = waits ? await changesOf(store, plan) : { reasons: [], examples: [] };
      return { reasons, examples, ageMs: Math.max(0, services.now() - plan.createdAt) };
    },
    'plans.facets': async ({ planId }) => ({ attributes: await plans.writtenAttributes(planId), findings: await plans.findingRules(planId) }),
    'plans.why': async ({ planId, operationId, attribute }) => await why(services, await plans.get(planId), await plans.getOperation(planId, operationId), attribute),
    'plans.export': async ({ planId, format, after }) => await exportPart(services, planId, format, after),
    async 'plans.schedule'(approval) {
      await schedule(services, approval);
      return await changed(approval.taskId);
    },
    async 'plans.unschedule'({ taskId }) {
      await unschedule(services, taskId);
      return await changed(taskId);
    },
    async 'plans.remove'({ planId }) {
      const { taskId } = await plans.get(planId);
      const row = await taskRow(store, taskId);
      if (row.state === 'Queued' || row.state === 'Running' || row.state === 'Cancelling') throw appError(ErrorCode.Conflict, 'The plan is being applied. Cancel its task first.');
      if (row.canRollBack) throw appError(ErrorCode.Conflict, 'This plan was applied and can still be rolled back, for which it is needed. Roll its task back first, or keep it.');
      await store.tasks.remove(taskId);
      services.emit('store.changed', { nouns: ['tasks'] });
      return { done: true };
    },
    async 'limits.get'(owner) {
      await requireOwner(owner);
      return { ...await limitsInForce(store, owner), defaults: DEFAULT_GUARD_LIMITS };
    },
    async 'limits.set'({ limits, ...owner }) {
      await requireOwner(owner);
      await store.transaction(async (tx) => {
        await saveLimits(tx, owner, limits);
        await recordEvent(tx, { ...owner, kind: 'limits changed', actor: services.actor, at: services.now(), subject: owner.collectionId === null ? 'limits of the pair' : 'limits of a collection', detail: { limits } });
      });
      services.emit('store.changed', { nouns: ['pairs', 'collections'] });
      return { done: true };
    },
  };
}

const toRow = (o: StoredOperation) => ({ ...o, changes: o.changes.map(({ provenance, ...c }) => ({ ...c, ruleId: provenance.ruleId, reason: provenance.reason, source: provenance.source, conflict: c.conflict ?? null })) });

const LINKED: Readonly<Record<string, string>> = { 'set manager': 'manager', 'clear manager': 'manager', 'add members': 'members', 'remove members': 'members' };

/** Rule, source values and reason of one planned value; of a manager or members, the rule that resolves them. */
async function why({ store }: Services, plan: PlanRecord, operation: StoredOperation, attribute: string): Promise<PlannedWhy> {
  const task = await store.tasks.get(plan.taskId);
  const change = operation.changes.find((c) => c.attribute === attribute);
  const isLink = (operation.permission ?? LINKED[operation.kind]) === attribute;
  if (change === undefined && !isLink) throw appError(ErrorCode.NotFound, `Operation ${operation.seq} on "${operation.name}" does not write ${attribute}.`);
  const rules = plan.collectionId === null ? [] : await store.mappingRules.list({ kind: 'collection', id: plan.collectionId });
  const rule = change === undefined
    ? (plan.settings === null ? undefined : rules.find((r) => r.action === 'Resolve' && r.targetClass === operation.objectKind && r.targetAttribute === attribute))
    : rules.find((r) => r.id === change.provenance.ruleId);
  const source = operation.sourceId === null ? undefined : await store.sources.get(task.pairId, operation.sourceId);
  const names = new Set([...(change?.provenance.source ?? '').split(/[\s,]+/), rule?.sourceAttribute ?? ''].filter((name) => name !== ''));
  const present = source === undefined ? {} : Object.fromEntries([...names].flatMap((name) => { const values = valuesOf(source.attributes, name) ?? valuesOf(source.links, name); return values === undefined ? [] : [[name, [...values].slice(0, SHOWN)]]; }));
  const isRemoval = operation.kind === 'remove members' || operation.kind === 'remove permissions';
  const namesOf = (list: StoredOperation['references']): string[] => list.map((r) => r.name);
  return {
    operationId: operation.id, kind: operation.kind, name: operation.name, objectKind: operation.objectKind, attribute,
    before: change === undefined ? (isRemoval ? namesOf(operation.references) : namesOf(operation.previous)) : change.before === null ? null : [...change.before],
    after: change === undefined ? (isRemoval ? null : namesOf(operation.references)) : change.after === null ? null : [...change.after],
    reason: change?.provenance.reason ?? (rule === undefined ? 'The state before, from the journal.' : `Resolve ${rule.sourceAttribute}: the objects that it names, in this collection or migrated earlier.`),
    rule: rule === undefined ? null : { id: rule.id, position: rule.position, action: rule.action, condition: rule.condition, text: textOf(rule), expression: rule.action === 'Expression' ? rule.value : '' },
    ruleGone: change !== undefined && change.provenance.ruleId !== null && rule === undefined,
    source: present, reversible: change?.reversible ?? true, conflict: change?.conflict ?? null,
  };
}

/** Values of a source attribute that are shown at most: a group may have many thousand members. */
const SHOWN = 50;

function textOf(rule: MappingRule): string {
  const from = rule.action === 'Set constant' ? `"${rule.value}"` : rule.action === 'Clear' ? 'nothing' : rule.action === 'Expression' ? 'an expression' : rule.sourceAttribute === '' ? 'nothing of the source' : `${rule.sourceClass} ${rule.sourceAttribute}`;
  return `${rule.action}: ${rule.targetClass} ${rule.targetAttribute} from ${from}${rule.conversion === 'none' ? '' : `, ${rule.conversion}`}`;
}
