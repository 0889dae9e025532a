import { createHash } from 'node:crypto';
import { sql } from 'kysely';
import { ErrorCode, appError } from '../../../shared/domain/errors.ts';
import type { Finding, GuardStop, PlanCounts } from '../../../shared/domain/plans.ts';
import type { TaskKind, TaskState } from '../../../shared/domain/statuses.ts';
import { count, json } from '../columns.ts';
import type { Context } from '../context.ts';
import { after, limitOf, startOf, toPage, type Page, type PageRequest } from '../paging.ts';

/** What of the inputs of a plan is another than when the plan was made. Only what the project knows: neither side is read for it. */
export interface PlanChanges {
  /** Objects of the plan that Active Directory changed or lost since. */
  readonly sources: number;
  /** Objects of the plan whose match is another, or gone. */
  readonly matches: number;
  readonly rules: 'as planned' | 'changed';
  /** Names of some of these objects, at most five. */
  readonly examples: readonly string[];
}

/** One line of the list of plans. */
export interface PlanListRecord {
  readonly id: string;
  readonly taskId: string;
  readonly pairId: string;
  readonly collectionId: string | null;
  readonly collectionName: string;
  readonly tenantName: string;
  readonly kind: TaskKind;
  readonly state: TaskState;
  readonly createdAt: number;
  readonly createdBy: string;
  readonly scheduledAt: number | null;
  readonly message: string;
  readonly counts: PlanCounts;
  readonly guard: readonly GuardStop[];
  readonly findings: { readonly errors: number; readonly warnings: number };
}

/** Which plans to list, newest first. `waiting`: only those that nobody has applied or discarded. */
export interface PlanListQuery extends PageRequest { readonly pairId?: string | undefined; readonly collectionId?: string | undefined; readonly which?: 'all' | 'waiting' | undefined }

/** Plans beside each other and against what they were made from. */
export interface PlanInputsRepository {
  /** @throws AppError INVALID_INPUT when the cursor or the limit is wrong. */
  pagePlans(query: PlanListQuery): Promise<Page<PlanListRecord>>;
  /**
   * Compares a plan of a migration with its inputs as the project knows them now. A roll back has other inputs: nothing is reported of it.
   * @param since compare with this standing instead of the plan's own: what a person has looked at and accepted.
   * @throws AppError NOT_FOUND.
   */
  changesSince(planId: string, since?: { readonly at: number; readonly rules: string }): Promise<PlanChanges>;
  /** Fingerprint of the mapping and licence rules of the plan's collection as they are now; empty without a collection. */
  rulesNow(planId: string): Promise<string>;
  /** How many operations write each attribute, most often first; `manager` and `members` for those. One walk over the plan, a page in memory. */
  writtenAttributes(planId: string): Promise<readonly { readonly attribute: string; readonly operations: number }[]>;
  /** How often each rule of the checks found something in a plan. */
  findingRules(planId: string): Promise<readonly { readonly rule: string; readonly severity: Finding['severity']; readonly count: number }[]>;
}

/** Fingerprint of the mapping and licence rules of a collection: their order and all that they say. */
export async function rulesFingerprint({ db }: Context, collectionId: string): Promise<string> {
  const rows = await db.selectFrom('rule').select(['rule_set', 'position', 'body']).where('rule_set', 'in', ['mapping', 'licence']).where('owner_kind', '=', 'collection').where('owner_id', '=', collectionId)
    .orderBy('rule_set').orderBy('position').execute();
  const hash = createHash('sha256');
  for (const row of rows) hash.update(`${row.rule_set} ${row.position}\n${row.body}\n`);
  return hash.digest('hex').slice(0, 32);
}

const WAITING: readonly TaskState[] = ['Awaiting approval', 'Scheduled'];
const EXAMPLES = 5;
/** Operations read at a time. */
const WALK = 1_000;
const LINKS: Readonly<Record<string, string>> = { 'set manager': 'manager', 'clear manager': 'manager', 'add members': 'members', 'remove members': 'members' };

/** Makes the repository of the inputs of plans. */
export function planInputsRepository(context: Context): PlanInputsRepository {
  const { db } = context;
  const header = async (planId: string) => {
    const row = await db.selectFrom('plan').innerJoin('task', 'task.id', 'plan.task_id').select(['plan.created_at', 'plan.collection_id', 'plan.settings', 'plan.rules_hash', 'task.pair_id']).where('plan.id', '=', planId).executeTakeFirst();
    if (row === undefined) throw appError(ErrorCode.NotFound, `The plan ${planId} is not in this project any more.`);
    return row;
  };
  const rulesNow = async (planId: string): Promise<string> => {
    const { collection_id, settings } = await header(planId);
    return collection_id === null || settings === null ? '' : await rulesFingerprint(context, collection_id);
  };
  return {
    rulesNow,
    pagePlans: async ({ pairId, collectionId, which = 'all', ...request }) => {
      const limit = limitOf(request.limit);
      const start = startOf(request.after, ['number']);
      let query = db.selectFrom('plan').innerJoin('task', 'task.id', 'plan.task_id').where('plan.unfinished', '=', 0);
      if (pairId !== undefined) query = query.where('task.pair_id', '=', pairId);
      if (collectionId !== undefined) query = query.where('plan.collection_id', '=', collectionId);
      if (which === 'waiting') query = query.where('task.state', 'in', WAITING);
      const total = start?.total ?? count((await query.select((eb) => eb.fn.countAll().as('n')).executeTakeFirst())?.n);
      if (start !== undefined) query = query.where(after(['plan.number'], start, 'descending'));
      const rows = await query.select([
        'plan.number', 'plan.id', 'plan.task_id', 'plan.collection_id', 'plan.tenant_name', 'plan.created_at', 'plan.counts', 'plan.guard', 'plan.findings_errors', 'plan.findings_warnings',
        'task.pair_id', 'task.collection_name', 'task.kind', 'task.state', 'task.created_by', 'task.scheduled_at', 'task.message',
      ]).orderBy('plan.number', 'desc').limit(limit + 1).execute();
      return toPage(rows, limit, total, (row) => [row.number], (row): PlanListRecord => ({
        id: row.id, taskId: row.task_id, pairId: row.pair_id, collectionId: row.collection_id, collectionName: row.collection_name, tenantName: row.tenant_name, kind: row.kind as TaskKind,
        state: row.state as TaskState, createdAt: row.created_at, createdBy: row.created_by, scheduledAt: row.scheduled_at, message: row.message,
        counts: json<PlanCounts>(row.counts), guard: json<GuardStop[]>(row.guard), findings: { errors: row.findings_errors, warnings: row.findings_warnings },
      }));
    },
    changesSince: async (planId, since) => {
      const plan = await header(planId);
      if (plan.settings === null) return { sources: 0, matches: 0, rules: 'as planned', examples: [] };
      const at = since?.at ?? plan.created_at;
      const objects = db.selectFrom('operation').where('operation.plan_id', '=', planId).where('operation.source_id', 'is not', null);
      const moved = objects.innerJoin('source', (join) => join.on('source.pair_id', '=', plan.pair_id).onRef('source.id', '=', 'operation.source_id')).where('source.changed_at', '>', at);
      // The rule of applying: what the plan writes to must still be the match, and what it creates must have none yet.
      const rematched = objects.leftJoin('match_result', (join) => join.on('match_result.pair_id', '=', plan.pair_id).onRef('match_result.source_id', '=', 'operation.source_id'))
        .where(sql<boolean>`((operation.kind = 'create' and match_result.state = 'Matched' and match_result.target_id is not null)
          or (operation.kind <> 'create' and operation.target_id is not null and (match_result.source_id is null or match_result.state <> 'Matched' or match_result.target_id <> operation.target_id)))`);
      const distinct = sql<number>`count(distinct operation.source_id)`.as('n');
      const [sources, matches] = [count((await moved.select(distinct).executeTakeFirst())?.n), count((await rematched.select(distinct).executeTakeFirst())?.n)];
      const named = [
        ...(sources > 0 ? await moved.select('operation.name').distinct().limit(EXAMPLES).execute() : []),
        ...(matches > 0 ? await rematched.select('operation.name').distinct().limit(EXAMPLES).execute() : []),
      ];
      const examples = [...new Set(named.map((row) => row.name))].slice(0, EXAMPLES);
      const planned = since?.rules ?? plan.rules_hash;
      const rules = plan.collection_id !== null && planned !== '' && await rulesFingerprint(context, plan.collection_id) !== planned ? 'changed' : 'as planned';
      return { sources, matches, rules, examples };
    },
    writtenAttributes: async (planId) => {
      const counts = new Map<string, number>();
      const add = (attribute: string): void => { counts.set(attribute, (counts.get(attribute) ?? 0) + 1); };
      for (let last = 0; ;) {
        const rows = await db.selectFrom('operation').select(['seq', 'kind', 'body']).where('plan_id', '=', planId).where('seq', '>', last).orderBy('seq').limit(WALK).execute();
        for (const { kind, body } of rows) {
          // Reading all of the JSON takes four times as long. Inside a value the quotes would be escaped, so only names of attributes fit.
          for (const [, attribute] of body.matchAll(/"attribute":"([^"\\]+)"/g)) if (attribute !== undefined) add(attribute);
          for (const [, permission] of body.matchAll(/"permission":"([^"\\]+)"/g)) if (permission !== undefined) add(permission);
          const link = LINKS[kind];
          if (link !== undefined) add(link);
        }
        const end = rows.at(-1);
        if (end === undefined || rows.length < WALK) break;
        last = end.seq;
      }
      return [...counts].map(([attribute, operations]) => ({ attribute, operations })).toSorted((a, b) => b.operations - a.operations || (a.attribute < b.attribute ? -1 : 1));
    },
    findingRules: async (planId) => (await db.selectFrom('plan_finding').select((eb) => ['rule', 'severity', eb.fn.countAll().as('n')]).where('plan_id', '=', planId).groupBy(['rule', 'severity']).orderBy('rule').execute())
      .map((row) => ({ rule: row.rule, severity: row.severity as Finding['severity'], count: count(row.n) })),
  };
}
