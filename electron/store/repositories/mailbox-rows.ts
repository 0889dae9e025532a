import { sql, type Selectable } from 'kysely';
import type { DataGrade, RowErrorCode, RowOrigin, RowStage, RowState } from '../../../shared/domain/mailboxes.ts';
import { ACTIVE_BATCH_STATES } from '../../../shared/domain/mailboxes.ts';
import { count, pieces } from '../columns.ts';
import { inTransaction, type Context } from '../context.ts';
import type { Row } from '../dialect/dialect.ts';
import { after, likePattern, limitOf, startOf, toPage, type Page, type PageRequest } from '../paging.ts';
import type { MailboxRowTable } from '../schema.ts';

/** One mailbox of a batch. Times are milliseconds since 1970 UTC. `addressKey`: the address in lower case. */
export interface MailboxRowRecord {
  readonly batchId: string; readonly line: number; readonly pairId: string; readonly address: string; readonly sourceId: string | null; readonly sourceName: string; readonly targetId: string | null;
  readonly stage: RowStage; readonly state: RowState; readonly origin: RowOrigin; readonly errorCode: RowErrorCode | ''; readonly error: string; readonly suggestion: string;
  /** Entry of the secret store with the password for the new mailbox; null: none. */
  readonly secretRef: string | null;
  /** Null: the list does not say. */
  readonly forceChange: boolean | null;
  readonly serviceStatus: string; readonly routing: string;
  /** targetAddress on premises before the service was asked for anything; null: there was none, or it was not read. */
  readonly targetBefore: string | null;
  readonly items: number; readonly skipped: number; readonly itemsTotal: number | null; readonly bytes: number; readonly bytesTotal: number | null; readonly grade: DataGrade;
  readonly queuedMs: number; readonly busyMs: number; readonly stalledMs: number;
  readonly provisionedAt: number | null; readonly forwardedAt: number | null; readonly dataAt: number | null; readonly completedAt: number | null; readonly convertedAt: number | null; readonly changedAt: number;
}
/** Which rows of a batch; empty: all. */
export interface MailboxRowsQuery { readonly batchId: string; readonly state?: RowState | '' | undefined; readonly stage?: RowStage | '' | undefined; readonly search?: string | undefined }

/** Mailboxes of batches. */
export interface MailboxRowsRepository {
  add(rows: readonly MailboxRowRecord[]): Promise<void>;
  /** By line. @throws AppError INVALID_INPUT when the cursor or the limit is wrong. */
  page(query: MailboxRowsQuery & PageRequest): Promise<Page<MailboxRowRecord>>;
  /** All rows of a batch by line: 2,000 at most. */
  all(batchId: string): Promise<readonly MailboxRowRecord[]>;
  /** Writes rows back as they are given; only rows that are there. */
  save(rows: readonly MailboxRowRecord[]): Promise<void>;
  /** The latest row of each address that was given to the migration service, or whose mailbox was made, by address in lower case. */
  latest(pairId: string, addressKeys: readonly string[]): Promise<ReadonlyMap<string, MailboxRowRecord>>;
  /** Rows of these objects (by objectGUID) that were not left out, those of the newest batch first. */
  ofSources(pairId: string, sourceIds: readonly string[]): Promise<readonly MailboxRowRecord[]>;
  /** Notes when mailboxes became mail-enabled users, where that was not noted yet; null: they are mailboxes. */
  setConverted(pairId: string, sourceIds: readonly string[], at: number | null): Promise<void>;
  /** Names of batches at work, by address in lower case. */
  active(pairId: string, addressKeys: readonly string[]): Promise<ReadonlyMap<string, string>>;
  /** Addresses in lower case whose mailbox in the cloud a batch of the pair has made. */
  migrated(pairId: string): Promise<ReadonlySet<string>>;
  /** Mailboxes that these batches have migrated, each once however many of them had it. */
  migratedIn(batchIds: readonly string[]): Promise<number>;
  /** Rows whose data is copied, the latest of each address: all of a pair, and of them those that are not converted to mail-enabled users. */
  switched(pairId: string): Promise<{ readonly addresses: number; readonly unconverted: readonly string[] }>;
}

/** What a look at a batch changes. That a mailbox was converted is told by others in between ({@link MailboxRowsRepository.setConverted}), and a look must not write it over. */
const MUTABLE = [
  'source_id', 'source_name', 'target_id', 'stage', 'state', 'error_code', 'error', 'suggestion', 'secret_ref', 'service_status', 'routing', 'target_before', 'items', 'skipped', 'items_total', 'bytes', 'bytes_total', 'grade',
  'queued_ms', 'busy_ms', 'stalled_ms', 'provisioned_at', 'forwarded_at', 'data_at', 'completed_at', 'changed_at',
] as const;
const COLUMNS = ['batch_id', 'line', 'pair_id', 'address', 'address_key', 'origin', 'force_change', 'converted_at', ...MUTABLE] as const;

const toRecord = (row: Selectable<MailboxRowTable>): MailboxRowRecord => ({
  batchId: row.batch_id, line: row.line, pairId: row.pair_id, address: row.address, sourceId: row.source_id, sourceName: row.source_name, targetId: row.target_id, stage: row.stage as RowStage, state: row.state as RowState,
  origin: row.origin as RowOrigin, errorCode: row.error_code as RowErrorCode | '', error: row.error, suggestion: row.suggestion, secretRef: row.secret_ref, forceChange: row.force_change === null ? null : row.force_change === 1,
  serviceStatus: row.service_status, routing: row.routing, targetBefore: row.target_before, items: row.items, skipped: row.skipped, itemsTotal: row.items_total, bytes: row.bytes, bytesTotal: row.bytes_total, grade: row.grade as DataGrade,
  queuedMs: row.queued_ms, busyMs: row.busy_ms, stalledMs: row.stalled_ms, provisionedAt: row.provisioned_at, forwardedAt: row.forwarded_at, dataAt: row.data_at, completedAt: row.completed_at, convertedAt: row.converted_at, changedAt: row.changed_at,
});

const toRow = (one: MailboxRowRecord): Row => ({
  batch_id: one.batchId, line: one.line, pair_id: one.pairId, address: one.address, address_key: one.address.toLowerCase(), origin: one.origin, force_change: one.forceChange === null ? null : one.forceChange ? 1 : 0, source_id: one.sourceId,
  source_name: one.sourceName, target_id: one.targetId, stage: one.stage, state: one.state, error_code: one.errorCode, error: one.error, suggestion: one.suggestion, secret_ref: one.secretRef, service_status: one.serviceStatus,
  routing: one.routing, target_before: one.targetBefore, items: one.items, skipped: one.skipped, items_total: one.itemsTotal, bytes: one.bytes, bytes_total: one.bytesTotal, grade: one.grade, queued_ms: one.queuedMs,
  busy_ms: one.busyMs, stalled_ms: one.stalledMs, provisioned_at: one.provisionedAt, forwarded_at: one.forwardedAt, data_at: one.dataAt, completed_at: one.completedAt, converted_at: one.convertedAt, changed_at: one.changedAt,
});

/** Makes the repository of the rows of batches. */
export function mailboxRowsRepository(context: Context): MailboxRowsRepository {
  const { db } = context;
  /** Rows of a pair that the service was asked for, newest batch first. */
  const asked = (pairId: string) => db.selectFrom('mailbox_row').innerJoin('mailbox_batch', 'mailbox_batch.id', 'mailbox_row.batch_id').where('mailbox_row.pair_id', '=', pairId).where('mailbox_row.state', '<>', 'Left out')
    .where((eb) => eb.or([eb('mailbox_row.service_status', '<>', ''), eb('mailbox_row.provisioned_at', 'is not', null)])).orderBy('mailbox_batch.number', 'desc');
  return {
    add: (rows) => inTransaction(context, async (within) => { await within.dialect.bulk.insert(within.db, { table: 'mailbox_row', columns: COLUMNS, key: [], update: [] }, rows.map(toRow)); }),
    page: async ({ batchId, state = '', stage = '', search = '', ...request }) => {
      const limit = limitOf(request.limit);
      const start = startOf(request.after, ['number']);
      let query = db.selectFrom('mailbox_row').where('batch_id', '=', batchId);
      if (state !== '') query = query.where('state', '=', state);
      if (stage !== '') query = query.where('stage', '=', stage);
      if (search.trim() !== '') query = query.where((eb) => eb.or((['address_key', 'source_name'] as const).map((column) => sql<boolean>`lower(${eb.ref(column)}) like ${likePattern(search.trim())} escape '\\'`)));
      const total = start?.total ?? count((await query.select((eb) => eb.fn.countAll().as('n')).executeTakeFirst())?.n);
      const rows = await (start === undefined ? query : query.where(after(['line'], start))).selectAll().orderBy('line').limit(limit + 1).execute();
      return toPage(rows, limit, total, (row) => [row.line], toRecord);
    },
    all: async (batchId) => (await db.selectFrom('mailbox_row').selectAll().where('batch_id', '=', batchId).orderBy('line').execute()).map(toRecord),
    save: (rows) => inTransaction(context, async (within) => { await within.dialect.bulk.update(within.db, { table: 'mailbox_row', key: ['batch_id', 'line'], set: MUTABLE }, rows.map(toRow)); }),
    latest: async (pairId, addressKeys) => {
      const found = new Map<string, MailboxRowRecord>();
      for (const keys of pieces([...new Set(addressKeys)])) {
        for (const row of await asked(pairId).selectAll('mailbox_row').where('mailbox_row.address_key', 'in', keys).execute()) if (!found.has(row.address_key)) found.set(row.address_key, toRecord(row));
      }
      return found;
    },
    ofSources: async (pairId, sourceIds) => {
      const found: MailboxRowRecord[] = [];
      for (const ids of pieces(sourceIds)) {
        const rows = await db.selectFrom('mailbox_row').innerJoin('mailbox_batch', 'mailbox_batch.id', 'mailbox_row.batch_id').selectAll('mailbox_row').where('mailbox_row.pair_id', '=', pairId).where('mailbox_row.source_id', 'in', ids)
          .where('mailbox_row.state', '<>', 'Left out').orderBy('mailbox_batch.number', 'desc').orderBy('mailbox_row.line').execute();
        found.push(...rows.map(toRecord));
      }
      return found;
    },
    setConverted: async (pairId, sourceIds, at) => {
      for (const ids of pieces(sourceIds)) await db.updateTable('mailbox_row').set({ converted_at: at }).where('pair_id', '=', pairId).where('source_id', 'in', ids).where('converted_at', at === null ? 'is not' : 'is', null).execute();
    },
    active: async (pairId, addressKeys) => {
      const found = new Map<string, string>();
      for (const keys of pieces([...new Set(addressKeys)])) {
        const rows = await db.selectFrom('mailbox_row').innerJoin('mailbox_batch', 'mailbox_batch.id', 'mailbox_row.batch_id').select(['mailbox_row.address_key', 'mailbox_batch.name']).where('mailbox_row.pair_id', '=', pairId)
          .where('mailbox_row.address_key', 'in', keys).where('mailbox_row.state', '<>', 'Left out').where('mailbox_batch.state', 'in', ACTIVE_BATCH_STATES).execute();
        for (const row of rows) found.set(row.address_key, row.name);
      }
      return found;
    },
    migrated: async (pairId) => new Set((await asked(pairId).select('mailbox_row.address_key').where('mailbox_row.provisioned_at', 'is not', null).execute()).map((row) => row.address_key)),
    migratedIn: async (batchIds) => {
      const found = new Set<string>();
      for (const ids of pieces(batchIds)) for (const row of await db.selectFrom('mailbox_row').select('address_key').distinct().where('batch_id', 'in', ids).where('data_at', 'is not', null).where('state', '<>', 'Left out').execute()) found.add(row.address_key);
      return found.size;
    },
    switched: async (pairId) => {
      const rows = await asked(pairId).select(['mailbox_row.address_key', 'mailbox_row.address', 'mailbox_row.converted_at']).where('mailbox_row.data_at', 'is not', null).execute();
      const open = new Map<string, string>();
      const converted = new Set(rows.flatMap((row) => (row.converted_at === null ? [] : [row.address_key])));
      for (const row of rows) if (!converted.has(row.address_key)) open.set(row.address_key, row.address);
      return { addresses: new Set(rows.map((row) => row.address_key)).size, unconverted: [...open.values()].toSorted() };
    },
  };
}
