import type { Context } from '../context.ts';

/**
 * Where reading what changed stands on one side of a pair. The meaning of `method`, `server`, `invocation`, `usn` and `token` is the reader's; empty text: none.
 * `askedHash`: what was asked for; a mark of other questions is worth nothing. `problem`: what the reading cannot see, in words; empty: nothing.
 */
export interface Watermark {
  readonly method: string; readonly server: string; readonly invocation: string; readonly usn: string; readonly token: string; readonly askedHash: string;
  readonly readAt: number; readonly problem: string;
}

/** Watermarks of the pairs, by side: `source`, or a resource of the tenant. */
export interface WatermarksRepository {
  /** Undefined when that side was never read for its changes. */
  get(pairId: string, side: string): Promise<Watermark | undefined>;
  /** All of a pair by side. */
  list(pairId: string): Promise<ReadonlyMap<string, Watermark>>;
  /** Keeps or replaces one. */
  save(pairId: string, side: string, mark: Watermark): Promise<void>;
  /** Forgets one, so that the next reading is a whole one and changes are no longer kept in the feed; without a side all of the pair. */
  remove(pairId: string, side?: string): Promise<void>;
}

const COLUMNS = ['side', 'method', 'server', 'invocation', 'usn', 'token', 'asked_hash', 'read_at', 'problem'] as const;

/** Makes the repository of watermarks. */
export function watermarksRepository({ db }: Context): WatermarksRepository {
  const list: WatermarksRepository['list'] = async (pairId) => {
    const rows = await db.selectFrom('watermark').select(COLUMNS).where('pair_id', '=', pairId).execute();
    return new Map(rows.map(({ side, asked_hash: askedHash, read_at: readAt, ...rest }) => [side, { ...rest, askedHash, readAt }]));
  };
  return {
    list,
    get: async (pairId, side) => (await list(pairId)).get(side),
    save: async (pairId, side, { askedHash, readAt, method, server, invocation, usn, token, problem }) => {
      const set = { method, server, invocation, usn, token, problem, asked_hash: askedHash, read_at: readAt };
      await db.insertInto('watermark').values({ pair_id: pairId, side, ...set }).onConflict((conflict) => conflict.columns(['pair_id', 'side']).doUpdateSet(set)).execute();
    },
    remove: async (pairId, side) => {
      const all = db.deleteFrom('watermark').where('pair_id', '=', pairId);
      await (side === undefined ? all : all.where('side', '=', side)).execute();
    },
  };
}
