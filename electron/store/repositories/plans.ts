import type { Finding, GuardStop, PlanCounts, PlanSkip, UnresolvedReference } from '../../../shared/domain/plans.ts';
import type { MigrationSettings } from '../../../shared/domain/settings.ts';
import { ErrorCode, appError } from '../../../shared/domain/errors.ts';
import type { ObjectKind } from '../../../shared/domain/objects.ts';
import { count, flag, json, pieces } from '../columns.ts';
import { inTransaction, type Context } from '../context.ts';
import { after, limitOf, startOf, toPage, type Page, type PageRequest } from '../paging.ts';
import type { TenantFacts } from './pairs.ts';
import { rulesFingerprint } from './plan-inputs.ts';
import { forgetPlans } from './task-removal.ts';

/** Header of a plan. */
export interface PlanRecord {
  readonly id: string;
  readonly taskId: string;
  readonly collectionId: string | null;
  readonly createdAt: number;
  readonly tenantName: string;
  /** Id of the organization that the plan was made for, as read before planning; empty when it was not known. */
  readonly organizationId: string;
  readonly settings: MigrationSettings | null;
  /** What the person must type to approve. */
  readonly confirmation: string;
  readonly counts: PlanCounts;
  readonly guard: readonly GuardStop[];
  readonly findings: { readonly errors: number; readonly warnings: number };
  readonly unresolved: number;
  /** Roll back only: values that others changed since. */
  readonly conflicts: number;
}

/** A new plan; its figures come with {@link PlanSummaryInput}, the organization is the one that the pair of the task knows. */
export type PlanInput = Pick<PlanRecord, 'taskId' | 'collectionId' | 'tenantName' | 'settings' | 'confirmation'> & {
  /** `unfinished`: it is written in several transactions, and nobody shall see any of it until its summary is saved. */
  readonly state?: 'unfinished';
};
/** Figures of a finished plan. */
export type PlanSummaryInput = Pick<PlanRecord, 'counts' | 'guard' | 'findings' | 'unresolved' | 'conflicts'>;

/** Plans: header and everything but their operations. */
export interface PlanRecordsRepository {
  create(input: PlanInput): Promise<PlanRecord>;
  /** Removes plans of a task that were begun and never finished, with everything in them. */
  removeUnfinished(taskId: string): Promise<void>;
  /** @throws AppError NOT_FOUND. */
  get(id: string): Promise<PlanRecord>;
  /** Writes the figures, which finishes the plan, and the confirmation when its text depends on them. @throws AppError NOT_FOUND. */
  saveSummary(id: string, summary: PlanSummaryInput & { readonly confirmation?: string }): Promise<PlanRecord>;
  appendSkips(id: string, skips: readonly PlanSkip[]): Promise<void>;
  appendFindings(id: string, findings: readonly Finding[]): Promise<void>;
  appendUnresolved(id: string, references: readonly UnresolvedReference[]): Promise<void>;
  /** Takes out of a plan that is being made what waits for others at these objects. */
  removeUnresolved(id: string, sourceIds: readonly string[]): Promise<void>;
  /** Takes out of a plan that is being made the findings of one rule about these objects. */
  removeFindings(id: string, sourceIds: readonly string[], rule: string): Promise<void>;
  /** How many findings and references that wait a plan has. */
  totals(id: string): Promise<{ readonly findings: { readonly errors: number; readonly warnings: number }; readonly unresolved: number }>;
  /** In the order appended; @throws AppError INVALID_INPUT when the cursor or the limit is wrong. */
  pageSkips(query: PageRequest & { readonly planId: string }): Promise<Page<PlanSkip>>;
  pageFindings(query: PageRequest & { readonly planId: string }): Promise<Page<Finding>>;
  pageUnresolved(query: PageRequest & { readonly planId: string }): Promise<Page<UnresolvedReference>>;
  /** References of one object that wait, by the newest plan of the collection. */
  unresolvedOfObject(collectionId: string, sourceId: string): Promise<readonly UnresolvedReference[]>;
}

const NOTHING: PlanCounts = {
  creates: 0, restores: 0, updates: 0, deletes: 0, managers: 0, membersAdded: 0, membersRemoved: 0, permissionsAdded: 0, permissionsRemoved: 0, healed: 0, licencesAssigned: 0, licencesRemoved: 0, attributes: 0, overwrites: 0, upnChanges: 0, disables: 0,
  irreversible: 0, unchanged: 0, skipped: 0, operations: 0,
};

const gone = (id: string) => appError(ErrorCode.NotFound, `The plan ${id} is not in this project any more.`);

async function read({ db }: Context, id: string): Promise<PlanRecord> {
  const row = await db.selectFrom('plan').selectAll().where('id', '=', id).executeTakeFirst();
  if (row === undefined) throw gone(id);
  return {
    id: row.id, taskId: row.task_id, collectionId: row.collection_id, createdAt: row.created_at, tenantName: row.tenant_name, organizationId: row.organization_id,
    settings: row.settings === null ? null : json<MigrationSettings>(row.settings), confirmation: row.confirmation, counts: json<PlanCounts>(row.counts),
    guard: json<GuardStop[]>(row.guard), findings: { errors: row.findings_errors, warnings: row.findings_warnings }, unresolved: row.unresolved, conflicts: row.conflicts,
  };
}

type DetailTable = 'plan_skip' | 'plan_finding' | 'plan_unresolved';

/** One page of a table that hangs on the plan, in the order of insertion. */
async function details<T>({ db }: Context, table: DetailTable, { planId, ...request }: PageRequest & { readonly planId: string }, map: (row: Record<string, unknown>) => T): Promise<Page<T>> {
  const limit = limitOf(request.limit);
  const start = startOf(request.after, ['number']);
  const of = db.selectFrom(table).where('plan_id', '=', planId);
  const total = start?.total ?? count((await of.select((eb) => eb.fn.countAll().as('n')).executeTakeFirst())?.n);
  const from = start === undefined ? of : of.where(after(['number'], start));
  const rows: { number: number }[] = await from.selectAll().orderBy('number').limit(limit + 1).execute();
  return toPage(rows, limit, total, (row) => [row.number], (row) => map({ ...row }));
}

const toSkip = (row: Record<string, unknown>): PlanSkip => ({
  sourceId: String(row['source_id']), name: String(row['name']), kind: row['kind'] as ObjectKind, status: row['status'] as PlanSkip['status'], reason: String(row['reason']),
});
const toFinding = (row: Record<string, unknown>): Finding => ({
  sourceId: row['source_id'] as string | null, name: String(row['name']), attribute: String(row['attribute']), value: String(row['value']), rule: String(row['rule']),
  severity: row['severity'] as Finding['severity'], message: String(row['message']), proposal: row['proposal'] as string | null,
});
const toUnresolved = (row: Record<string, unknown>): UnresolvedReference => ({
  sourceId: String(row['source_id']), attribute: String(row['attribute']), dn: String(row['dn']), reason: String(row['reason']), ...(row['on_creation'] === 1 ? { onCreation: true as const } : {}),
});

/** Makes the repository of plan headers and details. */
export function planRecordsRepository(context: Context): PlanRecordsRepository {
  const { db, environment } = context;
  return {
    create: (input) => inTransaction(context, async (within) => {
      const id = environment.randomUUID();
      const pair = await within.db.selectFrom('pair').innerJoin('task', 'task.pair_id', 'pair.id').select('pair.tenant_facts').where('task.id', '=', input.taskId).executeTakeFirst();
      const facts = pair?.tenant_facts ?? null;
      const rules_hash = input.collectionId === null || input.settings === null ? '' : await rulesFingerprint(within, input.collectionId);
      await within.db.insertInto('plan').values({
        rules_hash, id, task_id: input.taskId, collection_id: input.collectionId, created_at: environment.clock(), tenant_name: input.tenantName,
        organization_id: facts === null ? '' : json<TenantFacts>(facts).organization.id,
        settings: input.settings === null ? null : JSON.stringify(input.settings), confirmation: input.confirmation, counts: JSON.stringify(NOTHING), guard: '[]',
        findings_errors: 0, findings_warnings: 0, unresolved: 0, conflicts: 0, unfinished: flag(input.state === 'unfinished'),
      }).execute();
      return read(within, id);
    }),
    removeUnfinished: (taskId) => inTransaction(context, async (within) => {
      const plans = within.db.selectFrom('plan').select('id').where('task_id', '=', taskId).where('unfinished', '=', 1);
      await forgetPlans(within.db, plans);
    }),
    get: (id) => read(context, id),
    saveSummary: (id, summary) => inTransaction(context, async (within) => {
      const targets = within.db.selectFrom('operation').select(['plan_id', 'target_id']).distinct().where('plan_id', '=', id).where('target_id', 'is not', null);
      // In order, so that the table grows at its end.
      await within.db.insertInto('plan_target').columns(['plan_id', 'target_id']).expression(targets.$narrowType<{ target_id: string }>().orderBy('target_id')).onConflict((conflict) => conflict.doNothing()).execute();
      await within.db.updateTable('plan').set({
        counts: JSON.stringify(summary.counts), guard: JSON.stringify(summary.guard), findings_errors: summary.findings.errors, findings_warnings: summary.findings.warnings,
        unresolved: summary.unresolved, conflicts: summary.conflicts, unfinished: 0, ...(summary.confirmation === undefined ? {} : { confirmation: summary.confirmation }),
      }).where('id', '=', id).execute();
      return read(within, id);
    }),
    appendSkips: (id, skips) => inTransaction(context, async (within) => {
      await within.dialect.bulk.insert(within.db, { table: 'plan_skip', columns: ['plan_id', 'source_id', 'name', 'kind', 'status', 'reason'], key: [], update: [] },
        skips.map((skip) => ({ plan_id: id, source_id: skip.sourceId, name: skip.name, kind: skip.kind, status: skip.status, reason: skip.reason })));
    }),
    appendFindings: (id, findings) => inTransaction(context, async (within) => {
      await within.dialect.bulk.insert(within.db, { table: 'plan_finding', columns: ['plan_id', 'source_id', 'name', 'attribute', 'value', 'rule', 'severity', 'message', 'proposal'], key: [], update: [] },
        findings.map((finding) => ({
          plan_id: id, source_id: finding.sourceId, name: finding.name, attribute: finding.attribute, value: finding.value, rule: finding.rule,
          severity: finding.severity, message: finding.message, proposal: finding.proposal,
        })));
    }),
    appendUnresolved: (id, references) => inTransaction(context, async (within) => {
      await within.dialect.bulk.insert(within.db, { table: 'plan_unresolved', columns: ['plan_id', 'source_id', 'attribute', 'dn', 'reason', 'on_creation'], key: [], update: [] },
        references.map((reference) => ({ plan_id: id, source_id: reference.sourceId, attribute: reference.attribute, dn: reference.dn, reason: reference.reason, on_creation: flag(reference.onCreation === true) })));
    }),
    removeUnresolved: async (id, sourceIds) => {
      for (const some of pieces(sourceIds)) await db.deleteFrom('plan_unresolved').where('plan_id', '=', id).where('source_id', 'in', some).execute();
    },
    removeFindings: async (id, sourceIds, rule) => {
      for (const some of pieces(sourceIds)) await db.deleteFrom('plan_finding').where('plan_id', '=', id).where('source_id', 'in', some).where('rule', '=', rule).execute();
    },
    totals: async (id) => {
      const rows = await db.selectFrom('plan_finding').select((eb) => ['severity', eb.fn.countAll().as('n')]).where('plan_id', '=', id).groupBy('severity').execute();
      const of = (severity: string): number => rows.reduce((sum, row) => sum + (row.severity === severity ? count(row.n) : 0), 0);
      const waiting = await db.selectFrom('plan_unresolved').select((eb) => eb.fn.countAll().as('n')).where('plan_id', '=', id).executeTakeFirst();
      return { findings: { errors: of('error'), warnings: of('warning') }, unresolved: count(waiting?.n) };
    },
    pageSkips: (query) => details(context, 'plan_skip', query, toSkip),
    pageFindings: (query) => details(context, 'plan_finding', query, toFinding),
    pageUnresolved: (query) => details(context, 'plan_unresolved', query, toUnresolved),
    unresolvedOfObject: async (collectionId, sourceId) => {
      const newest = db.selectFrom('plan').select('id').where('collection_id', '=', collectionId).where('unfinished', '=', 0).orderBy('number', 'desc').limit(1);
      const rows = await db.selectFrom('plan_unresolved').selectAll().where('plan_id', 'in', newest).where('source_id', '=', sourceId).orderBy('number').execute();
      return rows.map((row) => toUnresolved({ ...row }));
    },
  };
}
