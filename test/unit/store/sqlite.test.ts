import { copyFileSync } from 'node:fs';
import path from 'node:path';
import Database from 'better-sqlite3';
import { Kysely, sql } from 'kysely';
import { describe, expect, it } from 'vitest';
import { prepareConnection, sqliteDialect } from '../../../electron/store/dialect/sqlite.ts';
import type { Tables } from '../../../electron/store/schema.ts';
import { failure, sandbox } from './fixture.ts';

const { folder } = sandbox();

function opened(file = path.join(folder(), 'x.db')) {
  const connection = new Database(file);
  prepareConnection(connection);
  const { kysely, dialect } = sqliteDialect(file, connection);
  return { file, connection, dialect, db: new Kysely<Tables>({ dialect: kysely }) };
}

describe('the SQLite dialect', () => {
  it('has foreign keys, patience and the log switched on', async () => {
    const { connection, db } = opened();
    expect(['foreign_keys', 'busy_timeout', 'journal_mode', 'synchronous'].map((name) => connection.pragma(name, { simple: true }))).toEqual([1, 5000, 'wal', 1]);
    await db.destroy();
    connection.close();
  });

  it('waits for the disk in a durable transaction, and only there', async () => {
    const { connection, dialect, db } = opened();
    const mode = () => connection.pragma('synchronous', { simple: true });
    expect(await dialect.durably(db, () => Promise.resolve(mode()))).toBe(2);
    expect(mode()).toBe(1);
    await expect(dialect.durably(db, () => Promise.reject(new Error('stop')))).rejects.toThrow('stop');
    expect(mode()).toBe(1);
    await db.destroy();
  });

  it('brings what is committed to the disk when told to', async () => {
    const { file, connection, dialect, db } = opened();
    connection.exec("create table setting (key text primary key, value text not null) strict; insert into setting values ('a', 'b')");
    // The file alone, without its log, as somebody would find it who has lost the log.
    const alone = () => { const copy = path.join(folder(), 'copy.db'); copyFileSync(file, copy); const one = new Database(copy); try { return one.prepare("select count(*) from sqlite_schema where name = 'setting'").pluck().get(); } finally { one.close(); } };
    expect(alone()).toBe(0);
    await dialect.toDisk(db);
    expect(alone()).toBe(1);
    await db.destroy();
  });

  it('refuses a bulk path outside a transaction', async () => {
    const { dialect, db, connection } = opened();
    connection.exec('create table setting (key text primary key, value text not null) strict');
    const write = { table: 'setting', columns: ['key', 'value'], key: ['key'], update: [] } as const;
    await expect(dialect.bulk.insert(db, write, [{ key: 'a', value: 'b' }])).rejects.toThrow('needs a transaction');
    expect(await db.transaction().execute((within) => dialect.bulk.insert(within, write, [{ key: 'a', value: 'b' }, { key: 'a', value: 'c' }]))).toBe(1);
    await db.destroy();
  });

  it('says in a sentence that another process is writing', async () => {
    const { file, connection, db } = opened();
    connection.exec('create table setting (key text primary key, value text not null) strict');
    const other = new Database(file);
    other.exec('begin immediate');
    connection.pragma('busy_timeout = 20');
    expect(await failure(db.insertInto('setting').values({ key: 'a', value: 'b' }).execute())).toBe('CONFLICT');
    expect(await failure(db.transaction().execute((within) => sql`select 1`.execute(within)))).toBe('CONFLICT');
    other.exec('rollback');
    other.close();
    expect(await failure(db.insertInto('setting').values({ key: 'a', value: 'b' }).execute())).toBe('none');
    await db.destroy();
    connection.close();
  });
});
