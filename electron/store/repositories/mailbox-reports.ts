import type { MailboxReportKind } from '../../../shared/domain/mailboxes.ts';
import type { Context } from '../context.ts';

/** A report of a batch, without its text. */
export interface MailboxReportRecord { readonly id: string; readonly pairId: string; readonly batchId: string; readonly kind: MailboxReportKind; readonly madeAt: number; readonly rowCount: number }

/** Reports of batches that were kept. */
export interface MailboxReportsRepository {
  add(report: MailboxReportRecord & { readonly content: string }): Promise<void>;
  /** Newest first; of one batch, or of all of the pair. */
  list(pairId: string, batchId?: string): Promise<readonly MailboxReportRecord[]>;
  /** With its text; undefined when it is not there. */
  get(id: string): Promise<(MailboxReportRecord & { readonly content: string }) | undefined>;
}

const HEAD = ['id', 'pair_id', 'batch_id', 'kind', 'made_at', 'row_count'] as const;
interface Head { readonly id: string; readonly pair_id: string; readonly batch_id: string; readonly kind: string; readonly made_at: number; readonly row_count: number }
const toRecord = (row: Head): MailboxReportRecord => ({ id: row.id, pairId: row.pair_id, batchId: row.batch_id, kind: row.kind as MailboxReportKind, madeAt: row.made_at, rowCount: row.row_count });

/** Makes the repository of reports. */
export function mailboxReportsRepository({ db }: Context): MailboxReportsRepository {
  return {
    add: async (report) => { await db.insertInto('mailbox_report').values({ id: report.id, pair_id: report.pairId, batch_id: report.batchId, kind: report.kind, made_at: report.madeAt, row_count: report.rowCount, content: report.content }).execute(); },
    list: async (pairId, batchId) => {
      let query = db.selectFrom('mailbox_report').select(HEAD).where('pair_id', '=', pairId);
      if (batchId !== undefined) query = query.where('batch_id', '=', batchId);
      return (await query.orderBy('number', 'desc').execute()).map(toRecord);
    },
    get: async (id) => { const row = await db.selectFrom('mailbox_report').select([...HEAD, 'content']).where('id', '=', id).executeTakeFirst(); return row === undefined ? undefined : { ...toRecord(row), content: row.content }; },
  };
}
