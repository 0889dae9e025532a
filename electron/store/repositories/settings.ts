import { json } from '../columns.ts';
import type { Context } from '../context.ts';

/** Named values of the project (not of the person or the machine). Never secrets: those are in the secret store. */
export interface SettingsRepository {
  /** The value as it was set; undefined when it never was. The reader checks its shape. */
  get(key: string): Promise<unknown>;
  /** Keeps any JSON value; undefined removes it. */
  set(key: string, value: unknown): Promise<void>;
}

/** Makes the repository of named values. */
export function settingsRepository({ db }: Context): SettingsRepository {
  return {
    get: async (key) => {
      const row = await db.selectFrom('setting').select('value').where('key', '=', key).executeTakeFirst();
      return row === undefined ? undefined : json<unknown>(row.value);
    },
    set: async (key, value) => {
      if (value === undefined) {
        await db.deleteFrom('setting').where('key', '=', key).execute();
        return;
      }
      const text = JSON.stringify(value);
      await db.insertInto('setting').values({ key, value: text }).onConflict((conflict) => conflict.column('key').doUpdateSet({ value: text })).execute();
    },
  };
}
