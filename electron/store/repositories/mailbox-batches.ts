import { sql, type Selectable, type Updateable } from 'kysely';
import type { BatchState, BatchWish, DataGrade, MailboxProfile, RowOrigin, RowState } from '../../../shared/domain/mailboxes.ts';
import { appError, ErrorCode } from '../../../shared/domain/errors.ts';
import { count, json, pieces } from '../columns.ts';
import { inTransaction, type Context } from '../context.ts';
import type { MailboxBatchTable } from '../schema.ts';

/** What a batch is run with, and what its looks remember. */
export interface MailboxBatchSettings {
  readonly atATime: number;
  /** Who gets the status mails. */
  readonly recipients: readonly string[];
  /** Whether the migration endpoint was there before and is left as it is. */
  readonly ownEndpoint: boolean;
  /** Looks of late: when, and the bytes copied by then. */
  readonly pace: readonly { readonly at: number; readonly bytes: number }[];
  /** Milliseconds left as it was worked out last; null: unknown. */
  readonly timeLeftMs: number | null;
  /** How often it was run or resumed, and what was told of each time, so that nothing is told twice. */
  readonly runs: number; readonly told: readonly string[];
  /** Milliseconds until the next look, which grows while nothing moves. */
  readonly waitMs: number;
  /** The completion of the migration that it is closed with, and what a person saw then; null: none. */
  readonly closing: { readonly id: string; readonly neverMigrated: number; readonly unconverted: number } | null;
}

/** A staged batch. Times are milliseconds since 1970 UTC. */
export interface MailboxBatchRecord {
  readonly number: number; readonly id: string; readonly pairId: string; readonly collectionId: string | null; readonly name: string; readonly serviceName: string; readonly endpoint: string;
  readonly profile: MailboxProfile; readonly state: BatchState; readonly settings: MailboxBatchSettings; readonly csvName: string; readonly csvHash: string; readonly total: number;
  /** What a person asked for and the next look carries out. */
  readonly wanted: BatchWish;
  readonly agentId: string; readonly createdAt: number; readonly createdBy: string; readonly consentAt: number | null; readonly consentBy: string | null;
  readonly startedAt: number | null; readonly startedBy: string | null; readonly endedAt: number | null; readonly closedAt: number | null;
  /** The plan that sets forwarding for it. */
  readonly taskId: string | null;
  readonly message: string; readonly serviceStatus: string; readonly grade: DataGrade; readonly nextAt: number | null; readonly lookedAt: number | null; readonly failures: number;
}
/** A new batch, in state Draft. */
export type MailboxBatchInput = Pick<MailboxBatchRecord, 'id' | 'pairId' | 'collectionId' | 'name' | 'serviceName' | 'endpoint' | 'profile' | 'settings' | 'csvName' | 'csvHash' | 'total' | 'agentId' | 'createdAt' | 'createdBy'>;
/** What changes of a batch. */
export type MailboxBatchPatch = Partial<Pick<MailboxBatchRecord, 'state' | 'settings' | 'wanted' | 'endpoint' | 'startedAt' | 'startedBy' | 'endedAt' | 'closedAt' | 'taskId' | 'message' | 'serviceStatus' | 'grade' | 'nextAt' | 'lookedAt' | 'failures'>>;

/** Figures of the rows of a batch. `reset`: rows whose forwarding alone is set again. */
export interface MailboxFigures {
  readonly states: Readonly<Record<RowState, number>>;
  readonly reset: number; readonly created: number; readonly forwarded: number; readonly converted: number; readonly forwardingOpen: number; readonly items: number; readonly skipped: number; readonly bytes: number;
}

/** Staged batches, and who looks at them: a look belongs to the process that holds the lease. */
export interface MailboxBatchesRepository {
  create(input: MailboxBatchInput, consent: { readonly at: number; readonly by: string }): Promise<void>;
  /** @throws AppError NOT_FOUND. */
  get(id: string): Promise<MailboxBatchRecord>;
  /** Batches of a pair, newest first. */
  list(pairId: string): Promise<readonly MailboxBatchRecord[]>;
  /** Changes a batch, whoever looks at it. @throws AppError NOT_FOUND. */
  update(id: string, patch: MailboxBatchPatch): Promise<void>;
  /** Changes a batch only while it is in one of these states; false when it is not. */
  wish(id: string, from: readonly BatchState[], patch: MailboxBatchPatch): Promise<boolean>;
  /** Figures by batch; a batch without rows has none. */
  figures(batchIds: readonly string[]): Promise<ReadonlyMap<string, MailboxFigures>>;
  /** Ids of batches of these agents whose look is due, the one that is due longest first. */
  due(agentIds: readonly string[], now: number): Promise<readonly { readonly id: string }[]>;
  /** Who looks at a batch now; null: nobody. @throws AppError NOT_FOUND. */
  lease(id: string): Promise<{ readonly owner: string | null }>;
  /** Takes the lease of a batch; false when another one holds it. @param instead an owner that is known to be gone. */
  claim(id: string, by: { readonly owner: string; readonly now: number; readonly until: number; readonly instead?: string | undefined }): Promise<boolean>;
  /** Asks for the lease again, and extends it; inside a transaction it holds for what the transaction writes. @throws AppError LEASE_LOST. */
  requireLease(id: string, owner: string, until: number): Promise<void>;
  release(id: string, owner: string): Promise<void>;
  /** Removes a batch with its rows; its reports too. */
  remove(id: string): Promise<void>;
}

const toRecord = (row: Selectable<MailboxBatchTable>): MailboxBatchRecord => ({
  number: row.number, id: row.id, pairId: row.pair_id, collectionId: row.collection_id, name: row.name, serviceName: row.service_name, endpoint: row.endpoint, profile: row.profile as MailboxProfile, state: row.state as BatchState,
  settings: json<MailboxBatchSettings>(row.settings), csvName: row.csv_name, csvHash: row.csv_hash, total: row.total, wanted: row.wanted as BatchWish, agentId: row.agent_id, createdAt: row.created_at, createdBy: row.created_by,
  consentAt: row.consent_at, consentBy: row.consent_by, startedAt: row.started_at, startedBy: row.started_by, endedAt: row.ended_at, closedAt: row.closed_at, taskId: row.task_id, message: row.message,
  serviceStatus: row.service_status, grade: row.grade as DataGrade, nextAt: row.next_at, lookedAt: row.looked_at, failures: row.failures,
});

function columns(patch: MailboxBatchPatch): Updateable<MailboxBatchTable> {
  const { settings, startedAt, startedBy, endedAt, closedAt, taskId, serviceStatus, nextAt, lookedAt, ...same } = patch;
  const renamed = { settings: settings === undefined ? undefined : JSON.stringify(settings), started_at: startedAt, started_by: startedBy, ended_at: endedAt, closed_at: closedAt, task_id: taskId, service_status: serviceStatus, next_at: nextAt, looked_at: lookedAt };
  return Object.fromEntries(Object.entries({ ...same, ...renamed }).filter(([, value]) => value !== undefined)) as Updateable<MailboxBatchTable>;
}

const gone = (id: string) => appError(ErrorCode.NotFound, `The mailbox batch ${id} is not in this project any more.`);

/** Makes the repository of staged batches. */
export function mailboxBatchesRepository(context: Context): MailboxBatchesRepository {
  const { db } = context;
  return {
    create: async (input, consent) => {
      await db.insertInto('mailbox_batch').values({
        id: input.id, pair_id: input.pairId, collection_id: input.collectionId, name: input.name, service_name: input.serviceName, endpoint: input.endpoint, profile: input.profile, state: 'Draft', settings: JSON.stringify(input.settings),
        csv_name: input.csvName, csv_hash: input.csvHash, total: input.total, wanted: '', agent_id: input.agentId, created_at: input.createdAt, created_by: input.createdBy, consent_at: consent.at, consent_by: consent.by,
        message: '', service_status: '', grade: '', failures: 0,
      }).execute();
    },
    get: async (id) => {
      const row = await db.selectFrom('mailbox_batch').selectAll().where('id', '=', id).executeTakeFirst();
      if (row === undefined) throw gone(id);
      return toRecord(row);
    },
    list: async (pairId) => (await db.selectFrom('mailbox_batch').selectAll().where('pair_id', '=', pairId).orderBy('number', 'desc').execute()).map(toRecord),
    update: async (id, patch) => {
      const { numUpdatedRows } = await db.updateTable('mailbox_batch').set(columns(patch)).where('id', '=', id).executeTakeFirst();
      if (numUpdatedRows === 0n) throw gone(id);
    },
    wish: async (id, from, patch) => (await db.updateTable('mailbox_batch').set(columns(patch)).where('id', '=', id).where('state', 'in', from).executeTakeFirst()).numUpdatedRows > 0n,
    figures: async (batchIds) => {
      const found = new Map<string, MailboxFigures>();
      for (const ids of pieces(batchIds)) for (const [id, figures] of await figuresOf(context, ids)) found.set(id, figures);
      return found;
    },
    due: async (agentIds, now) => (agentIds.length === 0 ? [] : await db.selectFrom('mailbox_batch').select('id').where('agent_id', 'in', agentIds).where('next_at', '<=', now).orderBy('next_at').execute()),
    lease: async (id) => {
      const row = await db.selectFrom('mailbox_batch').select('lease_owner').where('id', '=', id).executeTakeFirst();
      if (row === undefined) throw gone(id);
      return { owner: row.lease_owner };
    },
    claim: async (id, { owner, now, until, instead }) => (await db.updateTable('mailbox_batch').set({ lease_owner: owner, lease_until: until }).where('id', '=', id)
      .where((eb) => eb.or([eb('lease_owner', 'is', null), eb('lease_until', '<', now), ...(instead === undefined ? [] : [eb('lease_owner', '=', instead)])])).executeTakeFirst()).numUpdatedRows > 0n,
    requireLease: async (id, owner, until) => {
      const { numUpdatedRows } = await db.updateTable('mailbox_batch').set({ lease_until: until }).where('id', '=', id).where('lease_owner', '=', owner).executeTakeFirst();
      if (numUpdatedRows === 0n) throw appError(ErrorCode.LeaseLost, `Another process looks at the mailbox batch ${id} by now; this one writes nothing more.`);
    },
    release: async (id, owner) => { await db.updateTable('mailbox_batch').set({ lease_owner: null, lease_until: null }).where('id', '=', id).where('lease_owner', '=', owner).execute(); },
    remove: (id) => inTransaction(context, async (within) => {
      for (const table of ['mailbox_row', 'mailbox_report'] as const) await within.db.deleteFrom(table).where('batch_id', '=', id).execute();
      await within.db.deleteFrom('mailbox_batch').where('id', '=', id).execute();
    }),
  };
}

async function figuresOf({ db }: Context, ids: readonly string[]): Promise<readonly (readonly [string, MailboxFigures])[]> {
  const rows = await db.selectFrom('mailbox_row').select((eb) => [
    'batch_id', 'state', 'origin', eb.fn.countAll().as('n'), eb.fn.count('provisioned_at').as('created'), eb.fn.count('forwarded_at').as('forwarded'), eb.fn.count('converted_at').as('converted'),
    sql<number>`sum(case when stage = 'forwarding' and error_code = 'forwarding differs' then 1 else 0 end)`.as('forwarding_open'), eb.fn.sum('items').as('items'), eb.fn.sum('skipped').as('skipped'), eb.fn.sum('bytes').as('bytes'),
  ]).where('batch_id', 'in', ids).groupBy(['batch_id', 'state', 'origin']).execute();
  return [...Map.groupBy(rows, (row) => row.batch_id)].map(([id, groups]) => {
    const sum = (of: (group: (typeof groups)[number]) => unknown, only: (group: (typeof groups)[number]) => boolean = () => true): number => groups.filter(only).reduce((total, group) => total + count(of(group)), 0);
    const inState = (state: RowState): number => sum((group) => group.n, (group) => group.state === state);
    const isReset = ({ origin }: { readonly origin: string }): boolean => origin === ('migrated before' satisfies RowOrigin);
    return [id, {
      states: { Waiting: inState('Waiting'), 'In progress': inState('In progress'), Done: inState('Done'), Failed: inState('Failed'), Stopped: inState('Stopped'), 'Left out': inState('Left out') },
      reset: sum((group) => group.n, (group) => isReset(group) && group.state !== 'Left out'), created: sum((group) => group.created, (group) => !isReset(group)), forwarded: sum((group) => group.forwarded), converted: sum((group) => group.converted),
      forwardingOpen: sum((group) => group.forwarding_open), items: sum((group) => group.items), skipped: sum((group) => group.skipped), bytes: sum((group) => group.bytes),
    }] as const;
  });
}
