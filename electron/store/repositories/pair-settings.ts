import { json } from '../columns.ts';
import type { Context } from '../context.ts';

/** Named values of one pair, besides its connection and defaults. Never secrets: those are in the secret store. */
export interface PairSettingsRepository {
  /** The value as it was set; undefined when it never was. The reader checks its shape. */
  get(pairId: string, name: string): Promise<unknown>;
  /** Keeps any JSON value. */
  set(pairId: string, name: string, value: unknown): Promise<void>;
}

/** Makes the repository of named values of pairs. */
export function pairSettingsRepository({ db }: Context): PairSettingsRepository {
  return {
    get: async (pairId, name) => {
      const row = await db.selectFrom('pair_setting').select('value').where('pair_id', '=', pairId).where('name', '=', name).executeTakeFirst();
      return row === undefined ? undefined : json<unknown>(row.value);
    },
    set: async (pairId, name, value) => {
      const text = JSON.stringify(value);
      await db.insertInto('pair_setting').values({ pair_id: pairId, name, value: text }).onConflict((conflict) => conflict.columns(['pair_id', 'name']).doUpdateSet({ value: text })).execute();
    },
  };
}
