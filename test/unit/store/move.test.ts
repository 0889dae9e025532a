import { readdirSync } from 'node:fs';
import path from 'node:path';
import { sql } from 'kysely';
import { describe, expect, it } from 'vitest';
import { createProject, moveProject, openProject, parseAddress, shownPlace, type Store } from '../../../electron/store/index.ts';
import type { Row } from '../../../electron/store/dialect/dialect.ts';
import type { Tables } from '../../../electron/store/schema.ts';
import { CONTEXT } from '../../../electron/store/store.ts';
import { pagesOf } from '../../../electron/store/table-pages.ts';
import { NO_POSTGRES, failure, sandbox, seeded } from './fixture.ts';

const { folder, place, keep } = sandbox();
const ODD = ['', 'ä\u{1F600}\uFF5E', String.raw`\"{},NULL`, "it's\n\ttwo lines", 'NULL'];

/** Rows in every table that there is, by what the database says of it: a table that is added later is filled, too. */
async function everything(store: Store, rows: number, more: Readonly<Record<string, number>> = {}): Promise<void> {
  const { db, dialect } = store[CONTEXT];
  for (const table of await dialect.shape(db)) {
    const columns = table.columns.map((column) => column.name);
    await db.transaction().execute(async (tx) => {
      await dialect.bulk.insert(tx, { table: table.name as keyof Tables, columns, key: [], update: [] }, Array.from({ length: more[table.name] ?? rows }, (_, i): Row => Object.fromEntries(table.columns.map(({ name, type }) => {
        // Keys of one row are the same in all tables, so that what refers to another table finds it.
        if (table.name === 'pair' && (name === 'source' || name === 'target')) return [name, JSON.stringify({ secretRef: i < 2 ? `pair/${i}/${name}` : '' })];
        if (name === 'state') return [name, 'Completed'];
        return [name, type === 'integer' ? i + 1 : `${name === 'value' || name === 'message' ? ODD[i % ODD.length] ?? '' : ''}v${i}`];
      }))));
    });
  }
}

async function contents(store: Store): Promise<Record<string, readonly Row[]>> {
  const { db, dialect } = store[CONTEXT];
  const found: Record<string, Row[]> = {};
  for (const table of await dialect.shape(db)) {
    const rows: Row[] = [];
    for await (const page of pagesOf(db, table)) rows.push(...page.filter((row) => row['key'] !== 'moved to'));
    found[table.name] = rows;
  }
  return found;
}

const fileIn = (at: string) => path.join(at, 'moved.causeway');

describe.skipIf(NO_POSTGRES)('moving a project', () => {
  it('from a file to PostgreSQL and back loses nothing, of any table', async () => {
    const first = keep(await createProject({ file: await place('file'), name: 'Test', demo: false }));
    // More than a page of some: keys of text, of several columns, and of numbers.
    await everything(first, 40, { outbox: 1_203, source_link: 2_000 });
    // The greatest number was given and is gone: it must not be given again.
    await first[CONTEXT].db.deleteFrom('outbox').where('number', '=', 1_203).execute();
    await first[CONTEXT].db.insertInto('pair_setting').values([{ pair_id: 'p', name: 'mailboxes', value: '{"method":"manual"}' }, { pair_id: 'q', name: 'mailboxes', value: '{"method":"existing"}' }]).execute();
    const before = await contents(first);
    const address = await place('PostgreSQL');
    const there = await moveProject(first, address);
    expect(there.tables.every(({ rows }) => rows >= 40)).toBe(true);
    expect(there).toMatchObject({ place: shownPlace(address), rows: Object.values(before).flat().length, secrets: expect.arrayContaining(['pair/0/source', 'pair/1/target', 'pair/p/exchange', 'v7']) as string[] });
    expect(there.secrets).not.toContain('');
    expect(there.secrets).not.toContain('pair/q/exchange');
    const second = keep(await openProject(address));
    expect(await contents(second)).toEqual(before);
    expect((await second.project.get()).name).toBe('Test');
    const file = fileIn(folder());
    const back = await moveProject(second, file);
    expect(back).toEqual({ ...there, place: file });
    const third = keep(await openProject(file));
    expect(await contents(third)).toEqual(before);
    expect(await third.check()).toEqual([]);
    const { db, dialect } = third[CONTEXT];
    const outbox = (await dialect.shape(db)).find(({ name }) => name === 'outbox');
    expect(outbox && await dialect.lastNumber(db, outbox)).toBe(1_203);
    // The digest is of what is there: with one letter changed it is another.
    await third[CONTEXT].db.updateTable('setting').set({ value: 'other' }).where('key', '=', 'v5').execute();
    const again = await moveProject(third, await place('PostgreSQL'));
    expect(again.tables.filter((table, i) => table.digest !== there.tables[i]?.digest).map(({ name }) => name)).toEqual(['setting']);
  });

  it('leaves a mark: the old place is refused and says where the project is, without the password', async () => {
    const [file, address, next] = [await place('file'), await place('PostgreSQL'), fileIn(folder())];
    const first = keep(await createProject({ file, name: 'Test', demo: false }));
    await moveProject(first, address);
    const told = async (at: string) => await openProject(at).then(() => 'opened', (error: unknown) => (error as Error).message);
    expect(await told(file)).toBe(`The project ${file} was moved to ${shownPlace(address)}; open it there.`);
    expect(await told(file)).not.toContain(parseAddress(address).password);
    await moveProject(keep(await openProject(address)), next);
    expect(await told(address)).toBe(`The project ${shownPlace(address)} was moved to ${next}; open it there.`);
    expect(await told(next)).toBe('opened');
  });

  it.each([['PostgreSQL', 'file'], ['file', 'PostgreSQL']] as const)('from %s to %s leaves nothing at the new place when it fails, and the old one as it was', async (from, to) => {
    const store = keep(await createProject({ file: await place(from), name: 'Test', demo: false }));
    await everything(store, 20);
    // Found only when much has been copied already: nothing like it is there.
    await sql`create table zz_strange (id text not null primary key)`.execute(store[CONTEXT].db);
    const before = await contents(store);
    const at = folder();
    const target = to === 'file' ? fileIn(at) : await place('PostgreSQL');
    await expect(moveProject(store, target)).rejects.toThrow(/zz_strange is not the same in both places/);
    expect(await failure(openProject(target))).toBe('NOT_FOUND');
    expect(readdirSync(at)).toEqual([]);
    expect(await contents(store)).toEqual(before);
    await sql`drop table zz_strange`.execute(store[CONTEXT].db);
    // Nothing stands in the way of another try.
    await moveProject(store, target);
  });

  it('is refused when what arrived is not what was sent', async () => {
    const store = keep(await createProject({ file: await place('PostgreSQL'), name: 'Test', demo: false }));
    await store.settings.set('a', 1);
    const file = fileIn(folder());
    // Something at the new place changes what is written.
    const migrations = { ...store[CONTEXT].environment.migrations, '9999-trigger': { statements: () => ["create trigger spoil after insert on pair begin update pair set name = 'x'; end"] } };
    const spoiled: Store = { ...store, [CONTEXT]: { ...store[CONTEXT], environment: { ...store[CONTEXT].environment, migrations } } };
    await seeded(store, 3);
    await expect(moveProject(spoiled, file)).rejects.toThrow(/The table pair did not arrive as it was sent/);
    expect(await failure(openProject(file))).toBe('NOT_FOUND');
    expect(await store.settings.get('moved to')).toBeUndefined();
  });

  it('is refused while a task runs, where something is already, and from file to file', async () => {
    const store = keep(await createProject({ file: await place('file'), name: 'Test', demo: false }));
    const { pair } = await seeded(store, 1);
    const taken = await place('PostgreSQL');
    keep(await createProject({ file: taken, name: 'Other', demo: false }));
    expect(await failure(moveProject(store, taken))).toBe('CONFLICT');
    expect((await keep(await openProject(taken)).project.get()).name).toBe('Other');
    expect(await failure(moveProject(store, fileIn(folder())))).toBe('INVALID_INPUT');
    const task = await store.tasks.create({ pairId: pair.id, collectionId: null, kind: 'Discover', settings: {}, createdBy: 'x' });
    await store.tasks.claimById(task.id, 'somebody', 60_000);
    const free = await place('PostgreSQL');
    await expect(moveProject(store, free)).rejects.toMatchObject({ data: { code: 'CONFLICT' }, message: expect.stringContaining('Discover task runs (somebody)') as string });
    expect(await failure(openProject(free))).toBe('NOT_FOUND');
  });

  it('a place that is being written is not opened', async () => {
    const address = await place('PostgreSQL');
    const half = keep(await createProject({ file: address, name: 'Half', demo: false }));
    await half.settings.set('being moved here', '/old.causeway');
    await expect(openProject(address)).rejects.toMatchObject({ data: { code: 'CONFLICT' }, message: expect.stringContaining('from /old.causeway and is not whole') as string });
  });
});
