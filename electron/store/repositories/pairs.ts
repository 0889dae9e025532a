import type { ProductInfo } from '../../../shared/domain/licences.ts';
import type { PairDefaults, SourceConnection, TargetConnection } from '../../../shared/domain/settings.ts';
import { ErrorCode, appError } from '../../../shared/domain/errors.ts';
import { count, json, key } from '../columns.ts';
import { inTransaction, type Context } from '../context.ts';
import { addLinks } from './evidence-links.ts';
import type { PairTable } from '../schema.ts';
import { forgetTasks } from './task-removal.ts';

/** What a person decides about a migration pair. */
export interface PairInput {
  readonly name: string;
  readonly source: SourceConnection;
  readonly target: TargetConnection;
  readonly redirectionDomain: string;
  readonly schemaTemplate: string;
  readonly defaults: PairDefaults;
}

/** A migration pair. `discoveredAt` null: never discovered. Counts leave out objects gone from the source and the tenant's recycle bin. */
export interface PairRecord extends PairInput {
  readonly id: string;
  readonly sourceName: string;
  readonly targetName: string;
  readonly discoveredAt: number | null;
  readonly createdAt: number;
  readonly sourceObjects: number;
  readonly targetObjects: number;
  readonly collections: number;
}

/** What may change later: a person's decisions, and what discovery finds out. */
export type PairPatch = Partial<PairInput & Pick<PairRecord, 'sourceName' | 'targetName' | 'discoveredAt'>>;

/** What discovery learned of the tenant as a whole. The shapes are the tenant engine's; the store keeps them as JSON. */
export interface TenantFacts {
  readonly organization: { readonly id: string; readonly displayName: string; readonly initialDomain: string; readonly onPremisesSyncEnabled: boolean };
  readonly domains: readonly { readonly name: string; readonly isVerified: boolean; readonly isInitial: boolean; readonly isDefault: boolean; readonly federated: boolean }[];
  readonly skus: readonly ProductInfo[];
  /** Graph ids of users with a directory role; null: the sign-in may not read roles, so nobody knows. */
  readonly adminIds: readonly string[] | null;
  /** Why contacts and groups with mail could not be read through Exchange Online, as a sentence; absent or null: they were, or nobody needed them. */
  readonly exchangeProblem?: string | null;
}

/** Migration pairs. */
export interface PairsRepository {
  /** All pairs by name. */
  list(): Promise<readonly PairRecord[]>;
  /** @throws AppError NOT_FOUND. */
  get(id: string): Promise<PairRecord>;
  /** @throws AppError CONFLICT when another pair has the name (letter case does not matter). */
  create(input: PairInput): Promise<PairRecord>;
  /** Changes what the patch names. @throws AppError NOT_FOUND, CONFLICT. */
  update(id: string, patch: PairPatch): Promise<PairRecord>;
  /** Removes the pair with everything that hangs on it: collections, objects, matches, rules, tasks, plans and journal. @throws AppError NOT_FOUND. */
  remove(id: string): Promise<void>;
  /** Null until the tenant was discovered. @throws AppError NOT_FOUND. */
  tenantFacts(id: string): Promise<TenantFacts | null>;
  /** @throws AppError NOT_FOUND. */
  setTenantFacts(id: string, facts: TenantFacts): Promise<void>;
  /**
   * Forgets what was read of the tenant and what rules matched with it, because the pair has another tenant now: targets, facts and
   * matches that nobody pinned. Objects without a pinned match are New, with this reason.
   * @throws AppError NOT_FOUND.
   */
  forgetTenant(id: string, reason: string): Promise<void>;
}

const gone = (id: string) => appError(ErrorCode.NotFound, `The migration pair ${id} is not in this project any more.`);

async function refuseDuplicate({ db }: Context, name: string, except: string): Promise<void> {
  const other = await db.selectFrom('pair').select('name').where('name_key', '=', key(name.trim())).where('id', '<>', except).executeTakeFirst();
  if (other !== undefined) throw appError(ErrorCode.Conflict, `There is a migration pair "${other.name}" already; choose another name.`);
}

function columns(patch: PairPatch): Partial<PairTable> {
  return {
    ...(patch.name === undefined ? {} : { name: patch.name.trim(), name_key: key(patch.name.trim()) }),
    ...(patch.source === undefined ? {} : { source: JSON.stringify(patch.source) }),
    ...(patch.target === undefined ? {} : { target: JSON.stringify(patch.target) }),
    ...(patch.redirectionDomain === undefined ? {} : { redirection_domain: patch.redirectionDomain }),
    ...(patch.schemaTemplate === undefined ? {} : { schema_template: patch.schemaTemplate }),
    ...(patch.defaults === undefined ? {} : { defaults: JSON.stringify(patch.defaults) }),
    ...(patch.sourceName === undefined ? {} : { source_name: patch.sourceName }),
    ...(patch.targetName === undefined ? {} : { target_name: patch.targetName }),
    ...(patch.discoveredAt === undefined ? {} : { discovered_at: patch.discoveredAt }),
  };
}

async function select({ db }: Context, id?: string): Promise<readonly PairRecord[]> {
  let query = db.selectFrom('pair').selectAll().select((eb) => [
    eb.selectFrom('source').whereRef('source.pair_id', '=', 'pair.id').where('source.missing', '=', 0).select((q) => q.fn.countAll().as('n')).as('sources'),
    eb.selectFrom('target').whereRef('target.pair_id', '=', 'pair.id').where('target.deleted', '=', 0).select((q) => q.fn.countAll().as('n')).as('targets'),
    eb.selectFrom('collection').whereRef('collection.pair_id', '=', 'pair.id').select((q) => q.fn.countAll().as('n')).as('collections'),
  ]).orderBy('name_key');
  if (id !== undefined) query = query.where('pair.id', '=', id);
  return (await query.execute()).map((row) => ({
    id: row.id, name: row.name, source: json<SourceConnection>(row.source), target: json<TargetConnection>(row.target), redirectionDomain: row.redirection_domain,
    schemaTemplate: row.schema_template, defaults: json<PairDefaults>(row.defaults), sourceName: row.source_name, targetName: row.target_name,
    discoveredAt: row.discovered_at, createdAt: row.created_at, sourceObjects: count(row.sources), targetObjects: count(row.targets), collections: count(row.collections),
  }));
}

async function removeAll(context: Context, id: string): Promise<void> {
  const { db } = context;
  const entries = count((await db.selectFrom('journal').select((eb) => eb.fn.countAll().as('n')).where('pair_id', '=', id).executeTakeFirst())?.n);
  await addLinks(context, [{ event: 'removed', pairId: id, content: { entries, marks: [] } }]);
  await forgetTasks(db, (tasks) => tasks.where('pair_id', '=', id));
  const collections = db.selectFrom('collection').select('id').where('pair_id', '=', id);
  await db.deleteFrom('rule').where('owner_kind', '=', 'collection').where('owner_id', 'in', collections).execute();
  await db.deleteFrom('rule').where('owner_kind', '=', 'pair').where('owner_id', '=', id).execute();
  await db.deleteFrom('retry').where('collection_id', 'in', collections).execute();
  for (const table of ['pair_reading', 'watermark', 'container', 'change_feed', 'coexistence', 'synced_object', 'drift', 'cycle', 'journal', 'collection_member', 'collection_left_out', 'found_object', 'collection', 'match_result', 'match_decision', 'match_review', 'source_link', 'source', 'target_link', 'unique_name', 'target', 'waiting_reference', 'outbox', 'pair_setting', 'hold', 'write_back', 'write_back_member', 'mailbox_row', 'mailbox_report', 'mailbox_batch', 'mail', 'runbook_step', 'mail_flow'] as const) {
    await db.deleteFrom(table).where('pair_id', '=', id).execute();
  }
  await db.deleteFrom('pair').where('id', '=', id).execute();
}

async function forgetTenant({ db, environment }: Context, id: string, reason: string): Promise<void> {
  for (const table of ['pair_reading', 'target_link', 'unique_name', 'target', 'waiting_reference', 'match_decision', 'match_review', 'outbox', 'synced_object', 'drift'] as const) await db.deleteFrom(table).where('pair_id', '=', id).execute();
  await db.updateTable('coexistence').set({ state: 'Off', next_at: null, full_hash: '', attention: reason, changed_at: environment.clock() }).where('pair_id', '=', id).where('state', '<>', 'Off').execute();
  await db.updateTable('collection').set({ coexistence: 0 }).where('pair_id', '=', id).execute();
  await db.deleteFrom('match_result').where('pair_id', '=', id).where('pinned', '=', 0).execute();
  const pinned = db.selectFrom('match_result').select('source_id').where('pair_id', '=', id);
  await db.updateTable('collection_member').set({ status: 'New', reason, changed_at: environment.clock() }).where('pair_id', '=', id).where('status', '<>', 'New').where('source_id', 'not in', pinned).execute();
  const { numUpdatedRows } = await db.updateTable('pair').set({ tenant_facts: null, target_name: '', discovered_at: null }).where('id', '=', id).executeTakeFirst();
  if (numUpdatedRows === 0n) throw gone(id);
}

/** Makes the repository of migration pairs. */
export function pairsRepository(context: Context): PairsRepository {
  const { db, environment } = context;
  const one = async (within: Context, id: string): Promise<PairRecord> => {
    const found = (await select(within, id))[0];
    if (found === undefined) throw gone(id);
    return found;
  };
  return {
    list: () => select(context),
    get: (id) => one(context, id),
    create: (input) => inTransaction(context, async (within) => {
      await refuseDuplicate(within, input.name, '');
      const id = environment.randomUUID();
      await within.db.insertInto('pair').values({
        id, name: input.name.trim(), name_key: key(input.name.trim()), source: JSON.stringify(input.source), target: JSON.stringify(input.target),
        redirection_domain: input.redirectionDomain, schema_template: input.schemaTemplate, defaults: JSON.stringify(input.defaults),
        source_name: '', target_name: '', tenant_facts: null, discovered_at: null, created_at: environment.clock(),
      }).execute();
      return one(within, id);
    }),
    update: (id, patch) => inTransaction(context, async (within) => {
      if (patch.name !== undefined) await refuseDuplicate(within, patch.name, id);
      const set = columns(patch);
      if (Object.keys(set).length > 0) await within.db.updateTable('pair').set(set).where('id', '=', id).execute();
      return one(within, id);
    }),
    remove: (id) => inTransaction(context, async (within) => {
      await one(within, id);
      await removeAll(within, id);
    }),
    forgetTenant: (id, reason) => inTransaction(context, (within) => forgetTenant(within, id, reason)),
    tenantFacts: async (id) => {
      const row = await db.selectFrom('pair').select('tenant_facts').where('id', '=', id).executeTakeFirst();
      if (row === undefined) throw gone(id);
      return row.tenant_facts === null ? null : json<TenantFacts>(row.tenant_facts);
    },
    setTenantFacts: async (id, facts) => {
      const { numUpdatedRows } = await db.updateTable('pair').set({ tenant_facts: JSON.stringify(facts) }).where('id', '=', id).executeTakeFirst();
      if (numUpdatedRows === 0n) throw gone(id);
    },
  };
}
