import { sql, type ExpressionBuilder, type Selectable } from 'kysely';
import type { CheckFindingRow, CheckRequest, CheckSummary, FindingFilter, FindingSelection } from '../../../shared/contracts/checks.ts';
import { canBeFixed, type CheckAction, type CheckChoice, type CheckError, type CheckFinding, type CheckState } from '../../../shared/domain/checks.ts';
import { ErrorCode, appError } from '../../../shared/domain/errors.ts';
import type { ObjectKind } from '../../../shared/domain/objects.ts';
import type { Outcome } from '../../../shared/domain/plans.ts';
import type { TaskState } from '../../../shared/domain/statuses.ts';
import { count, flag, json, pieces } from '../columns.ts';
import { inTransaction, type Context } from '../context.ts';
import { after, contains, limitOf, startOf, toPage, type Page, type PageRequest } from '../paging.ts';
import type { Tables } from '../schema.ts';
import { nameKey } from './object-columns.ts';

/** A check without its findings; the figures are those of its end. */
export type CheckRecord = Omit<CheckSummary, 'decided' | 'cannotFix'> & { readonly request: CheckRequest };
/** A new check: the task that makes it, and what it looks at. */
export type CheckInput = Pick<CheckRecord, 'id' | 'pairId' | 'collectionId' | 'request'>;
/** Figures of a finished check. `whole`: every object of its scope was looked at, so older checks of the scope are forgotten. */
export type CheckEnd = Pick<CheckRecord, 'totals' | 'leftOut' | 'leftOutTotal' | 'tenantRead'> & { readonly whole: boolean };
/** A finding with the names of the collections that hold its object. */
export type StoredFinding = CheckFinding & { readonly collections: readonly string[] };
/** Findings of one check that a filter shows. */
export type FindingsQuery = PageRequest & Partial<FindingFilter> & { readonly id: string; readonly sort?: 'severity' | 'name' | 'number' };

/** Stored checks, their findings and what people decided about them. */
export interface ChecksRepository {
  /** Begins a check anew; what an earlier run of the same task found is forgotten. */
  begin(input: CheckInput): Promise<void>;
  append(id: string, findings: readonly StoredFinding[]): Promise<void>;
  /** Finishes a check: decisions of older checks about the same values are carried over to it. A check that a newer one of its scope has overtaken is forgotten. */
  finish(id: string, end: CheckEnd): Promise<void>;
  /** @throws AppError NOT_FOUND. */
  get(id: string): Promise<CheckRecord>;
  /** Newest finished check of a collection, or of the pair when null. */
  latest(pairId: string, collectionId: string | null): Promise<CheckRecord | undefined>;
  decided(id: string): Promise<CheckSummary['decided']>;
  /** @throws AppError INVALID_INPUT when the cursor or the limit is wrong. */
  pageFindings(query: FindingsQuery): Promise<Page<CheckFindingRow>>;
  /** Walks by number, 500 at a time. The store stays usable between pages. */
  iterateFindings(id: string, filter?: Partial<FindingFilter>): AsyncIterable<readonly CheckFindingRow[]>;
  /** Walks those that a selection means. */
  resolveFindings(id: string, selection: FindingSelection): AsyncIterable<readonly CheckFindingRow[]>;
  /** All findings about these objects, by number. */
  findingsOf(id: string, sourceIds: readonly string[]): Promise<readonly CheckFindingRow[]>;
  /** @throws AppError NOT_FOUND. */
  finding(id: string, number: number): Promise<CheckFindingRow>;
  /** Writes decisions; a decision about a finding that was planned or fixed takes it out of that plan's sight. */
  decide(decisions: readonly { readonly number: number; readonly choice: CheckChoice | ''; readonly newValue: string | null }[]): Promise<void>;
  /** Ties findings to the operations that will write them. */
  setOperations(planned: readonly { readonly number: number; readonly operationId: string }[]): Promise<void>;
  /** What these operations wrote was taken back: their findings are only decided again. */
  forgetOperations(operationIds: readonly string[]): Promise<void>;
}

const FIXED: ReadonlySet<Outcome> = new Set(['done', 'unchanged']);
const words = (list: readonly string[]): string => ` ${list.join(' ')} `;
const list = (text: string): string[] => text.split(' ').filter((word) => word !== '');

type Joined = Selectable<Tables['check_finding']> & { readonly outcome: string | null; readonly outcome_message: string | null; readonly unfinished: number | null; readonly task_state: string | null; readonly rolled_back_by: string | null };

function stateOf(row: Joined): { readonly state: CheckState; readonly stateMessage: string } {
  // What a discarded plan, or a fix that was taken back, has not written is never written; nor is what a plan holds that was never finished.
  const isOver = row.unfinished === 1 || row.task_state as TaskState | null === 'Discarded' || (row.rolled_back_by !== null && row.outcome as Outcome | null === 'pending');
  const outcome = isOver ? null : row.outcome as Outcome | null;
  if (outcome === 'pending' || outcome === 'sent') return { state: 'Planned', stateMessage: '' };
  if (outcome !== null) return FIXED.has(outcome) ? { state: 'Fixed', stateMessage: row.outcome_message ?? '' } : { state: 'Failed', stateMessage: row.outcome_message ?? '' };
  return { state: row.choice === '' ? 'Open' : row.choice === 'COMPLETE' ? 'Left alone' : 'Decided', stateMessage: '' };
}

function toRow(row: Joined): CheckFindingRow {
  const head = { sourceId: row.source_id, attribute: row.attribute, rules: list(row.rules) };
  return {
    ...head, number: row.number, dn: row.dn, name: row.name, kind: row.kind as ObjectKind | null, objectClass: row.object_class, value: row.value, errors: list(row.errors) as CheckError[],
    severity: row.severity as CheckFinding['severity'], message: row.message, proposal: row.proposal, action: row.action as CheckAction, collections: json<string[]>(row.collections),
    choice: row.choice as CheckChoice | '', newValue: row.new_value, fixable: canBeFixed(head), ...stateOf(row),
  };
}

const joined = ({ db }: Context, id: string) => db.selectFrom('check_finding as f').leftJoin('operation as o', 'o.id', 'f.operation_id').leftJoin('plan as p', 'p.id', 'o.plan_id').leftJoin('task as t', 't.id', 'p.task_id')
  .selectAll('f').select(['o.outcome', 'o.message as outcome_message', 'p.unfinished', 't.state as task_state', 't.rolled_back_by']).where('f.task_id', '=', id);

type Finding = ExpressionBuilder<{ f: Tables['check_finding'] }, 'f'>;

/** Conditions of a filter; the aliases are those of {@link joined}. */
function conditions({ search = '', rules = [], severity = '', attribute = '', choice = '', fixable = false }: Partial<FindingFilter>) {
  const like = (column: string, text: string) => sql<boolean>`lower(${sql.ref(column)}) like ${`% ${text.toLowerCase().replace(/[\\%_]/g, String.raw`\$&`)} %`} escape '\\'`;
  return (eb: Finding) => eb.and([
    ...(severity === '' ? [] : [eb('f.severity', '=', severity)]),
    ...(attribute === '' ? [] : [sql<boolean>`lower(f.attribute) = ${attribute.toLowerCase()}`]),
    ...(choice === '' ? [] : [eb('f.choice', '=', choice === 'none' ? '' : choice)]),
    ...(fixable ? [eb.or([eb('f.proposal', 'is not', null), eb('f.action', '=', 'Remove')])] : []),
    ...(rules.length === 0 ? [] : [eb.or(rules.flatMap((word) => [like('f.rules', word), like('f.errors', word)]))]),
    ...(search.trim() === '' ? [] : [eb.or([contains('f.name_key', search.trim()), ...['f.value', 'f.dn', 'f.proposal'].map((column) => sql<boolean>`lower(${sql.ref(column)}) like ${`%${search.trim().toLowerCase().replace(/[\\%_]/g, String.raw`\$&`)}%`} escape '\\'`)])]),
  ]);
}

/** What each order sorts by: nothing that is decided about a finding moves it while it is read by number. */
const ORDERS = { severity: { columns: ['f.severity', 'f.number'], shape: ['string', 'number'] }, name: { columns: ['f.name_key', 'f.number'], shape: ['string', 'number'] }, number: { columns: ['f.number'], shape: ['number'] } } as const;

function toRecord(row: Selectable<Tables['check_run']>): CheckRecord {
  return {
    id: row.task_id, pairId: row.pair_id, collectionId: row.collection_id, createdAt: row.created_at, request: json<CheckRequest>(row.request), totals: json<CheckRecord['totals']>(row.totals),
    leftOut: json<CheckRecord['leftOut']>(row.left_out), leftOutTotal: row.left_out_total, tenantRead: row.tenant_read === 1,
  };
}

/** Checks of the same scope that began before, newest first; undefined: this one is gone, because a newer one ended before it. */
async function olderOf({ db }: Context, id: string): Promise<string[] | undefined> {
  const own = await db.selectFrom('check_run').innerJoin('task', 'task.id', 'check_run.task_id').selectAll('check_run').select('task.number').where('check_run.task_id', '=', id).executeTakeFirst();
  if (own === undefined) return undefined;
  const same = db.selectFrom('check_run').innerJoin('task', 'task.id', 'check_run.task_id').select('check_run.task_id').where('check_run.pair_id', '=', own.pair_id).where('task.number', '<', own.number)
    .where('check_run.collection_id', own.collection_id === null ? 'is' : '=', own.collection_id).orderBy('task.number', 'desc');
  return (await same.execute()).map((row) => row.task_id);
}

/**
 * Decisions about the same values. One that only followed a proposal is left behind when that is proposed no more: another object may
 * have taken the new value, or the clash that the removal was for is over.
 */
async function carryOver({ db }: Context, from: string, to: string): Promise<void> {
  const twin = sql`from check_finding as old where old.task_id = ${from} and old.source_id = check_finding.source_id and old.attribute = check_finding.attribute and old.value = check_finding.value and old.choice <> ''
    and (old.choice <> 'EDIT' or old.proposal is null or old.new_value <> old.proposal or old.new_value = check_finding.proposal) and (old.choice <> 'REMOVE' or old.action <> 'Remove' or check_finding.action = 'Remove')`;
  await db.updateTable('check_finding').set({ choice: sql<string>`(select old.choice ${twin} limit 1)`, new_value: sql<string | null>`(select old.new_value ${twin} limit 1)` })
    .where('task_id', '=', to).where('choice', '=', '').where(sql<boolean>`exists (select 1 ${twin})`).execute();
}

async function forget({ db }: Context, ids: readonly string[]): Promise<void> {
  for (const some of pieces(ids)) {
    await db.deleteFrom('check_finding').where('task_id', 'in', some).execute();
    await db.deleteFrom('check_run').where('task_id', 'in', some).execute();
  }
}

/** Makes the repository of checks. */
export function checksRepository(context: Context): ChecksRepository {
  const { db, environment } = context;
  const walk = async function* (id: string, filter: Partial<FindingFilter>, pick: (rows: readonly CheckFindingRow[]) => readonly CheckFindingRow[] = (rows) => rows) {
    for (let last = 0; ;) {
      const rows = await joined(context, id).where(conditions(filter)).where('f.number', '>', last).orderBy('f.number').limit(500).execute();
      const found = pick(rows.map(toRow));
      if (found.length > 0) yield found;
      const end = rows.at(-1);
      if (end === undefined || rows.length < 500) return;
      last = end.number;
    }
  };
  return {
    begin: (input) => inTransaction(context, async (within) => {
      await forget(within, [input.id]);
      await within.db.insertInto('check_run').values({
        task_id: input.id, pair_id: input.pairId, collection_id: input.collectionId, created_at: environment.clock(), request: JSON.stringify(input.request),
        totals: JSON.stringify({ checked: 0, errors: 0, warnings: 0, fixable: 0, byRule: [] }), left_out: '[]', left_out_total: 0, tenant_read: 0, finished: 0,
      }).execute();
    }),
    append: (id, findings) => inTransaction(context, async (within) => {
      const columns = ['task_id', 'source_id', 'dn', 'name', 'name_key', 'kind', 'object_class', 'attribute', 'value', 'rules', 'errors', 'severity', 'message', 'proposal', 'action', 'collections', 'choice', 'new_value', 'operation_id'];
      await within.dialect.bulk.insert(within.db, { table: 'check_finding', columns, key: [], update: [] }, findings.map((f) => ({
        task_id: id, source_id: f.sourceId, dn: f.dn, name: f.name, name_key: nameKey(f.name), kind: f.kind, object_class: f.objectClass, attribute: f.attribute, value: f.value, rules: words(f.rules), errors: words(f.errors),
        severity: f.severity, message: f.message, proposal: f.proposal, action: f.action, collections: JSON.stringify(f.collections), choice: '', new_value: null, operation_id: null,
      })));
    }),
    finish: (id, end) => inTransaction(context, async (within) => {
      const older = await olderOf(within, id);
      if (older === undefined) return await forget(within, [id]);
      for (const from of older) await carryOver(within, from, id);
      if (end.whole) await forget(within, older);
      await within.db.updateTable('check_run').set({ totals: JSON.stringify(end.totals), left_out: JSON.stringify(end.leftOut), left_out_total: end.leftOutTotal, tenant_read: flag(end.tenantRead), finished: 1 }).where('task_id', '=', id).execute();
    }),
    get: async (id) => {
      const row = await db.selectFrom('check_run').selectAll().where('task_id', '=', id).where('finished', '=', 1).executeTakeFirst();
      if (row === undefined) throw appError(ErrorCode.NotFound, 'This check is not in the project any more, or it never ended. Check again.');
      return toRecord(row);
    },
    latest: async (pairId, collectionId) => {
      const row = await db.selectFrom('check_run').innerJoin('task', 'task.id', 'check_run.task_id').selectAll('check_run').where('check_run.pair_id', '=', pairId).where('check_run.finished', '=', 1)
        .where('check_run.collection_id', collectionId === null ? 'is' : '=', collectionId).orderBy('task.number', 'desc').limit(1).executeTakeFirst();
      return row === undefined ? undefined : toRecord(row);
    },
    decided: async (id) => {
      const rows = await db.selectFrom('check_finding').select((eb) => ['choice', eb.fn.countAll().as('n')]).where('task_id', '=', id).where('choice', '<>', '').groupBy('choice').execute();
      const of = (choice: CheckChoice): number => count(rows.find((row) => row.choice === choice)?.n);
      const fixed = await db.selectFrom('check_finding as f').innerJoin('operation as o', 'o.id', 'f.operation_id').select((eb) => eb.fn.countAll().as('n')).where('f.task_id', '=', id).where('o.outcome', 'in', [...FIXED]).executeTakeFirst();
      return { edit: of('EDIT'), remove: of('REMOVE'), complete: of('COMPLETE'), fixed: count(fixed?.n) };
    },
    pageFindings: async ({ id, sort = 'severity', after: from, limit: asked, ...filter }) => {
      const limit = limitOf(asked);
      const { columns: order, shape } = ORDERS[sort];
      const start = startOf(from, shape);
      const where = conditions(filter);
      const total = start?.total ?? count((await db.selectFrom('check_finding as f').select((eb) => eb.fn.countAll().as('n')).where('f.task_id', '=', id).where(where).executeTakeFirst())?.n);
      let query = joined(context, id).where(where).limit(limit + 1);
      if (start !== undefined) query = query.where(after(order, start));
      for (const column of order) query = query.orderBy(column);
      const rows = await query.execute();
      return toPage(rows, limit, total, (row) => (sort === 'number' ? [row.number] : [sort === 'name' ? row.name_key : row.severity, row.number]), toRow);
    },
    iterateFindings: (id, filter = {}) => walk(id, filter),
    resolveFindings: async function* (id, selection) {
      const numbers = new Set(selection.numbers);
      if (selection.mode === 'all except') { yield* walk(id, selection.filter, (rows) => rows.filter((row) => !numbers.has(row.number))); return; }
      for (const some of pieces([...numbers])) {
        const rows = await joined(context, id).where('f.number', 'in', some).orderBy('f.number').execute();
        if (rows.length > 0) yield rows.map(toRow);
      }
    },
    findingsOf: async (id, sourceIds) => {
      const found: CheckFindingRow[] = [];
      for (const some of pieces([...new Set(sourceIds)])) found.push(...(await joined(context, id).where('f.source_id', 'in', some).execute()).map(toRow));
      return found.toSorted((a, b) => a.number - b.number);
    },
    finding: async (id, number) => {
      const row = await joined(context, id).where('f.number', '=', number).executeTakeFirst();
      if (row === undefined) throw appError(ErrorCode.NotFound, 'This finding is not in the check any more. Check again.');
      return toRow(row);
    },
    decide: (decisions) => inTransaction(context, async (within) => {
      await within.dialect.bulk.update(within.db, { table: 'check_finding', key: ['number'], set: ['choice', 'new_value', 'operation_id'] }, decisions.map((d) => ({ number: d.number, choice: d.choice, new_value: d.newValue, operation_id: null })));
    }),
    setOperations: (planned) => inTransaction(context, async (within) => {
      await within.dialect.bulk.update(within.db, { table: 'check_finding', key: ['number'], set: ['operation_id'] }, planned.map((p) => ({ number: p.number, operation_id: p.operationId })));
    }),
    forgetOperations: (operationIds) => inTransaction(context, async (within) => {
      for (const some of pieces(operationIds)) await within.db.updateTable('check_finding').set({ operation_id: null }).where('operation_id', 'in', some).execute();
    }),
  };
}
