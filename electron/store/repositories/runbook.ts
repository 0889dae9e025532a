import { json } from '../columns.ts';
import type { Context } from '../context.ts';

/** Where a step of a runbook stands. `result`: what the checks found, as JSON of the caller's shape. Times are milliseconds since 1970 UTC. */
export interface RunbookRecord {
  readonly step: string;
  readonly state: string;
  readonly checkedAt: number | null;
  readonly result: unknown;
  readonly confirmedAt: number | null;
  readonly confirmedBy: string | null;
  readonly note: string;
}

/** Steps of the runbooks of pairs. A step that was never checked nor confirmed has no record. */
export interface RunbookRepository {
  /** By step. */
  steps(pairId: string, runbook: string): Promise<ReadonlyMap<string, RunbookRecord>>;
  /** Keeps a step in place of what it was. */
  save(pairId: string, runbook: string, record: RunbookRecord): Promise<void>;
}

/** Makes the repository of runbooks. */
export function runbookRepository({ db }: Context): RunbookRepository {
  return {
    steps: async (pairId, runbook) => {
      const rows = await db.selectFrom('runbook_step').selectAll().where('pair_id', '=', pairId).where('runbook', '=', runbook).execute();
      return new Map(rows.map((row) => [row.step, { step: row.step, state: row.state, checkedAt: row.checked_at, result: json<unknown>(row.result), confirmedAt: row.confirmed_at, confirmedBy: row.confirmed_by, note: row.note }]));
    },
    save: async (pairId, runbook, { step, ...record }) => {
      const values = { state: record.state, checked_at: record.checkedAt, result: JSON.stringify(record.result), confirmed_at: record.confirmedAt, confirmed_by: record.confirmedBy, note: record.note };
      await db.insertInto('runbook_step').values({ pair_id: pairId, runbook, step, ...values }).onConflict((conflict) => conflict.columns(['pair_id', 'runbook', 'step']).doUpdateSet(values)).execute();
    },
  };
}
