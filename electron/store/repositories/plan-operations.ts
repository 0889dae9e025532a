import { setImmediate } from 'node:timers/promises';
import { sql } from 'kysely';
import { ErrorCode, appError } from '../../../shared/domain/errors.ts';
import type { ObjectKind } from '../../../shared/domain/objects.ts';
import { MAILBOX_PERMISSIONS, OUTCOMES, type AttributeChange, type Operation, type OperationKind, type Outcome, type Service } from '../../../shared/domain/plans.ts';
import { count, json, pieces } from '../columns.ts';
import { inTransaction, type Context } from '../context.ts';
import { after, contains, likePattern, limitOf, startOf, toPage, type Page, type PageRequest } from '../paging.ts';
import type { OperationTable } from '../schema.ts';
import { nameKey } from './object-columns.ts';

/** A change as planned; `conflict` is a sentence when somebody else changed the value since (roll back only). */
export type PlannedChange = AttributeChange & { readonly conflict?: string | null };
/** An operation to be stored. */
export type PlannedOperation = Omit<Operation, 'changes'> & { readonly changes: readonly PlannedChange[] };
/** An operation with what came of it. */
export interface StoredOperation extends PlannedOperation { readonly planId: string; readonly outcome: Outcome; readonly message: string }

/** What came of one operation; `targetId` is the id that a create found out. */
export interface OperationOutcome { readonly operationId: string; readonly outcome: Outcome; readonly message: string; readonly targetId?: string | null }

/** Which operations to show; empty text means all. */
export interface OperationsQuery extends PageRequest {
  readonly planId: string;
  readonly search?: string | undefined;
  readonly kind?: OperationKind | '' | undefined;
  readonly outcome?: Outcome | '' | undefined;
  /** Target attribute that the operation writes; `manager` and `members` stand for the operations on those. */
  readonly attribute?: string | undefined;
  /** objectGUID of the source object. */
  readonly sourceId?: string | undefined;
  /** Text in a value before or after, or in a reference. */
  readonly value?: string | undefined;
  /** Only objects about which this rule of the checks found something; `*`: any rule. */
  readonly finding?: string | undefined;
}

/** Operations of plans, in the order of `seq`. What was planned never changes; outcomes do. */
export interface PlanOperationsRepository {
  /** Appends operations in state `pending`. A `seq` or id that the plan has already is an error of the caller. */
  appendOperations(planId: string, operations: readonly PlannedOperation[]): Promise<void>;
  /** All operations of a plan on these source objects, by `seq`. */
  operationsOn(planId: string, sourceIds: readonly string[]): Promise<readonly StoredOperation[]>;
  /** Takes operations out of a plan that is being made. */
  removeOperations(planId: string, operations: readonly Pick<Operation, 'id'>[]): Promise<void>;
  /** Numbers the operations of a plan that is being made from 1 without gaps and in the same order, a piece in a transaction. What stands before the first gap is not touched. */
  closeGaps(planId: string): Promise<void>;
  /** @throws AppError INVALID_INPUT when the cursor or the limit is wrong. */
  pageOperations(query: OperationsQuery): Promise<Page<StoredOperation>>;
  /** One operation. @throws AppError NOT_FOUND. */
  getOperation(planId: string, operationId: string): Promise<StoredOperation>;
  /** Walks by `seq`, one page in memory (default 500). With `outcomes`, only operations that have one of them when their page is read. */
  iterateOperations(planId: string, scope?: { readonly outcomes?: readonly Outcome[]; readonly pageSize?: number }): AsyncIterable<readonly StoredOperation[]>;
  /** One transaction for all. */
  setOutcomes(outcomes: readonly OperationOutcome[]): Promise<void>;
  /** Makes failed operations, and those skipped because another failed, pending again. @returns how many. */
  reopenFailed(planId: string): Promise<number>;
  /** Every outcome has its key, 0 where there is none. */
  outcomeCounts(planId: string): Promise<Readonly<Record<Outcome, number>>>;
  /** Operations on one source object, newest plan first, at most `limit` (default 100). */
  operationsOfObject(sourceId: string, limit?: number): Promise<readonly StoredOperation[]>;
}

const COLUMNS = ['plan_id', 'seq', 'id', 'kind', 'service', 'object_kind', 'source_id', 'target_id', 'name', 'name_key', 'body', 'outcome', 'message'] as const satisfies readonly (keyof OperationTable)[];

type Body = Pick<PlannedOperation, 'changes' | 'references' | 'previous' | 'permission' | 'recipient'>;

function toOperation(row: OperationTable): StoredOperation {
  const { changes, references, previous, permission, recipient } = json<Body>(row.body);
  return {
    id: row.id, planId: row.plan_id, seq: row.seq, kind: row.kind as OperationKind, service: row.service as Service, objectKind: row.object_kind as ObjectKind,
    sourceId: row.source_id, targetId: row.target_id, name: row.name, changes, references, previous, ...(permission === undefined ? {} : { permission }), ...(recipient === undefined ? {} : { recipient }), outcome: row.outcome as Outcome, message: row.message,
  };
}

/** Attributes that are written by operations of their own. */
const LINKED: Readonly<Record<string, readonly OperationKind[]>> = { manager: ['set manager', 'clear manager'], members: ['add members', 'remove members'] };

const isPermission = (attribute: string): boolean => (MAILBOX_PERMISSIONS as readonly string[]).includes(attribute);
const inBody = (text: string) => sql<boolean>`lower(body) like ${likePattern(text)} escape '\\'`;

/** Operations that are looked at, and moved, at once. */
const MOVED = 1_000;

/**
 * Moves everything behind a gap down, in two steps: first out of the way, to numbers below zero, then to their places. A database checks the key after each
 * row and visits the rows of one statement in whatever order it likes, so that a row could find its place still taken. A transaction for each piece: all of
 * a large plan takes seconds, in which nobody else could write; and a turn of everybody else after each.
 */
async function closeGaps(context: Context, planId: string): Promise<void> {
  const of = context.db.selectFrom('operation').where('plan_id', '=', planId);
  const whole = await of.select((eb) => [eb.fn.countAll().as('n'), eb.fn.max('seq').as('last')]).executeTakeFirst();
  if (count(whole?.n) === count(whole?.last ?? 0)) return;
  for (let done = 0, last = 0; ;) {
    const rows = await of.select(['id', 'seq']).where('seq', '>', last).orderBy('seq').limit(MOVED).execute();
    const end = rows.at(-1);
    if (end === undefined) return;
    const moved = rows.map(({ id }, i) => ({ id, seq: done + i + 1 })).filter(({ seq }, i) => seq !== rows[i]?.seq);
    if (moved.length > 0) await inTransaction(context, async (within) => {
      const write = { table: 'operation', key: ['id'], set: ['seq'] } as const;
      await within.dialect.bulk.update(within.db, write, moved.map(({ id, seq }) => ({ id, seq: -seq })));
      await within.dialect.bulk.update(within.db, write, moved);
    });
    await setImmediate();
    done += rows.length;
    last = end.seq;
  }
}

/** Makes the repository of operations. */
export function planOperationsRepository(context: Context): PlanOperationsRepository {
  const { db } = context;
  return {
    appendOperations: (planId, operations) => inTransaction(context, async (within) => {
      await within.dialect.bulk.insert(within.db, { table: 'operation', columns: COLUMNS, key: [], update: [] }, operations.map((operation) => ({
        plan_id: planId, seq: operation.seq, id: operation.id, kind: operation.kind, service: operation.service, object_kind: operation.objectKind,
        source_id: operation.sourceId, target_id: operation.targetId, name: operation.name, name_key: nameKey(operation.name),
        body: JSON.stringify({ changes: operation.changes, references: operation.references, previous: operation.previous, ...(operation.permission === undefined ? {} : { permission: operation.permission }), ...(operation.recipient === undefined ? {} : { recipient: operation.recipient }) } satisfies Body), outcome: 'pending', message: '',
      })));
    }),
    operationsOn: async (planId, sourceIds) => {
      const found: StoredOperation[] = [];
      for (const ids of pieces(sourceIds)) found.push(...(await db.selectFrom('operation').selectAll().where('plan_id', '=', planId).where('source_id', 'in', ids).execute()).map(toOperation));
      return found.toSorted((a, b) => a.seq - b.seq);
    },
    removeOperations: (planId, operations) => inTransaction(context, async (within) => {
      await within.dialect.bulk.remove(within.db, { table: 'operation', key: ['plan_id', 'id'] }, operations.map(({ id }) => ({ plan_id: planId, id })));
    }),
    closeGaps: (planId) => closeGaps(context, planId),
    pageOperations: async ({ planId, search = '', kind = '', outcome = '', attribute = '', sourceId = '', value = '', finding = '', ...request }) => {
      const limit = limitOf(request.limit);
      const start = startOf(request.after, ['number']);
      let query = db.selectFrom('operation').where('plan_id', '=', planId);
      if (kind !== '') query = query.where('kind', '=', kind);
      if (outcome !== '') query = query.where('outcome', '=', outcome);
      if (search.trim() !== '') query = query.where(contains('name_key', search.trim()));
      if (sourceId !== '') query = query.where('source_id', '=', sourceId);
      const links = LINKED[attribute];
      // The manager of a contact is written as one of its values.
      if (links !== undefined) query = query.where(({ eb, or }) => or([eb('kind', 'in', links), inBody(JSON.stringify({ attribute }).slice(1, -1))]));
      else if (isPermission(attribute)) query = query.where(inBody(JSON.stringify({ permission: attribute }).slice(1, -1)));
      else if (attribute !== '') query = query.where(inBody(JSON.stringify({ attribute }).slice(1, -1)));
      // As JSON writes it, without the quotes around.
      if (value.trim() !== '') query = query.where(inBody(JSON.stringify(value.trim()).slice(1, -1)));
      if (finding !== '') {
        const found = db.selectFrom('plan_finding').select('source_id').where('plan_id', '=', planId).where('source_id', 'is not', null);
        query = query.where('source_id', 'in', finding === '*' ? found : found.where('rule', '=', finding));
      }
      const total = start?.total ?? count((await query.select((eb) => eb.fn.countAll().as('n')).executeTakeFirst())?.n);
      if (start !== undefined) query = query.where(after(['seq'], start));
      const rows = await query.selectAll().orderBy('seq').limit(limit + 1).execute();
      return toPage(rows, limit, total, (row) => [row.seq], toOperation);
    },
    getOperation: async (planId, operationId) => {
      const row = await db.selectFrom('operation').selectAll().where('plan_id', '=', planId).where('id', '=', operationId).executeTakeFirst();
      if (row === undefined) throw appError(ErrorCode.NotFound, `The operation ${operationId} is not in this plan any more.`);
      return toOperation(row);
    },
    iterateOperations: async function* (planId, { outcomes, pageSize = 500 } = {}) {
      for (let last = 0; ;) {
        let query = db.selectFrom('operation').selectAll().where('plan_id', '=', planId).where('seq', '>', last).orderBy('seq').limit(pageSize);
        if (outcomes !== undefined) query = query.where('outcome', 'in', outcomes);
        const rows = await query.execute();
        if (rows.length > 0) yield rows.map(toOperation);
        const end = rows.at(-1);
        if (end === undefined || rows.length < pageSize) return;
        last = end.seq;
      }
    },
    setOutcomes: (outcomes) => inTransaction(context, async (within) => {
      const write = { table: 'operation', key: ['id'] } as const;
      const rows = outcomes.map((item) => ({ id: item.operationId, outcome: item.outcome, message: item.message, target_id: item.targetId ?? null }));
      await within.dialect.bulk.update(within.db, { ...write, set: ['outcome', 'message'] }, rows.filter((row) => row.target_id === null));
      const made = rows.filter((row) => row.target_id !== null);
      await within.dialect.bulk.update(within.db, { ...write, set: ['outcome', 'message', 'target_id'] }, made);
      for (const ids of pieces(made.map((row) => row.id))) {
        const targets = within.db.selectFrom('operation').select(['plan_id', 'target_id']).where('id', 'in', ids).where('target_id', 'is not', null).$narrowType<{ target_id: string }>();
        await within.db.insertInto('plan_target').columns(['plan_id', 'target_id']).expression(targets).onConflict((conflict) => conflict.doNothing()).execute();
      }
    }),
    reopenFailed: async (planId) => Number((await db.updateTable('operation').set({ outcome: 'pending', message: '' }).where('plan_id', '=', planId).where('outcome', 'in', ['failed', 'skipped', 'sent']).executeTakeFirst()).numUpdatedRows),
    outcomeCounts: async (planId) => {
      const counts = Object.fromEntries(OUTCOMES.map((outcome) => [outcome, 0])) as Record<Outcome, number>;
      const rows = await db.selectFrom('operation').select((eb) => ['outcome', eb.fn.countAll().as('n')]).where('plan_id', '=', planId).groupBy('outcome').execute();
      for (const row of rows) counts[row.outcome as Outcome] = count(row.n);
      return counts;
    },
    operationsOfObject: async (sourceId, limit = 100) => {
      const rows = await db.selectFrom('operation').innerJoin('plan', 'plan.id', 'operation.plan_id').selectAll('operation').where('operation.source_id', '=', sourceId).where('plan.unfinished', '=', 0)
        .orderBy('plan.number', 'desc').orderBy('operation.seq').limit(limit).execute();
      return rows.map(toOperation);
    },
  };
}
