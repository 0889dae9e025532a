import { copyFileSync, mkdirSync, readFileSync, readdirSync, truncateSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import Database from 'better-sqlite3';
import { describe, expect, it } from 'vitest';
import { createProject, openProject } from '../../../electron/store/index.ts';
import { MIGRATIONS } from '../../../electron/store/migrations/index.ts';
import { PAIR, failure, sandbox, seeded } from './fixture.ts';

const { folder, keep } = sandbox();
const fresh = () => path.join(folder(), 'project.causeway');

async function made(file = fresh()): Promise<string> {
  const store = await createProject({ file, name: 'Test', demo: true });
  await seeded(store, 5);
  await store.close();
  return file;
}

const later = { ...MIGRATIONS, '9999-colour': { statements: () => ["alter table pair add column colour text not null default 'blue'"] } };

describe('creating and opening a project', () => {
  it('keeps everything over a restart, and leaves one file when closed', async () => {
    const file = await made();
    expect(readdirSync(path.dirname(file))).toEqual(['project.causeway']);
    const store = keep(await openProject(file));
    expect(await store.project.get()).toMatchObject({ name: 'Test', demo: true });
    expect(await store.pairs.list()).toMatchObject([{ ...PAIR, sourceObjects: 5, collections: 1 }]);
    expect(store).toMatchObject({ file, schemaVersion: Object.keys(MIGRATIONS).at(-1), migrated: null });
    expect((await store.agents.list()).map((agent) => agent.name)).toEqual(['Local']);
    expect(await store.check()).toEqual([]);
  });

  it('marks the file and sets the connection up', async () => {
    const file = fresh();
    keep(await createProject({ file, name: 'Test', demo: false }));
    // While it is open, before anything is folded back from the log.
    expect(readFileSync(file).readUInt32BE(68)).toBe(0x43535759);
    const other = new Database(file, { readonly: true });
    expect(other.pragma('journal_mode', { simple: true })).toBe('wal');
    const tables = other.prepare<[], { name: string; strict: number }>("select name, strict from pragma_table_list where schema = 'main' and type = 'table' and name not like 'sqlite%' and name not like 'schema_%'").all();
    other.close();
    expect(tables.length).toBeGreaterThan(15);
    expect(tables.filter((table) => table.strict !== 1)).toEqual([]);
  });

  it('refuses to create over an existing file or in a missing folder', async () => {
    const file = await made();
    const before = readFileSync(file);
    expect(await failure(createProject({ file, name: 'Again', demo: false }))).toBe('CONFLICT');
    expect(readFileSync(file).equals(before)).toBe(true);
    expect(await failure(createProject({ file: path.join(folder(), 'no', 'such', 'x.causeway'), name: 'X', demo: false }))).toBe('INVALID_INPUT');
  });

  it('leaves nothing behind when a migration fails while creating', async () => {
    const file = fresh();
    await expect(createProject({ file, name: 'X', demo: false }, { migrations: { ...MIGRATIONS, '9999-bad': { statements: () => ['create table nonsense ('] } } })).rejects.toThrow(/incomplete input/);
    expect(readdirSync(path.dirname(file))).toEqual([]);
  });

  it.each([
    ['a missing file', (file: string) => void file, 'NOT_FOUND', 'There is no project'],
    ['a folder', (file: string) => { mkdirSync(file); }, 'BAD_FILE', 'is a folder'],
    ['an empty file', (file: string) => { writeFileSync(file, ''); }, 'BAD_FILE', 'is not a Causeway project'],
    ['text', (file: string) => { writeFileSync(file, 'dn: CN=Ann\n'.repeat(500)); }, 'BAD_FILE', 'is not a Causeway project'],
    ['a database of another program', (file: string) => { const db = new Database(file); db.exec('create table project (id text)'); db.close(); }, 'BAD_FILE', 'of another program'],
  ])('refuses %s and does not touch it', async (_what, make, code, sentence) => {
    const file = fresh();
    make(file);
    const state = () => readdirSync(path.dirname(file), { withFileTypes: true }).map((entry) => [entry.name, entry.isFile() ? readFileSync(file).toString('base64') : '']);
    const before = state();
    await expect(openProject(file)).rejects.toMatchObject({ data: { code }, message: expect.stringContaining(sentence) as string });
    expect(state()).toEqual(before);
  });

  it.each([
    ['cut off', (file: string) => { truncateSync(file, Math.floor(readFileSync(file).length / 2)); }],
    ['overwritten in the middle', (file: string) => { const bytes = readFileSync(file); bytes.fill(0xa5, 4096, 4096 * 6); writeFileSync(file, bytes); }],
  ])('refuses a project that is %s and does not touch it', async (_what, harm) => {
    const file = await made();
    harm(file);
    const before = readFileSync(file);
    await expect(openProject(file)).rejects.toMatchObject({ data: { code: 'BAD_FILE' }, message: expect.stringContaining('damaged') as string });
    expect(readFileSync(file).equals(before)).toBe(true);
  });

  it('refuses a project of a newer version, without touching it', async () => {
    const file = fresh();
    await (await createProject({ file, name: 'New', demo: false }, { migrations: later })).close();
    const before = readFileSync(file);
    await expect(openProject(file)).rejects.toMatchObject({ data: { code: 'NEWER_PROJECT' }, message: expect.stringContaining('9999-colour') as string });
    expect(readFileSync(file).equals(before)).toBe(true);
    expect(readdirSync(path.dirname(file))).toEqual(['project.causeway']);
  });

  it('tells a project that lost its tables from one of another program', async () => {
    const file = await made();
    const db = new Database(file);
    db.exec('drop table schema_migration');
    db.close();
    await expect(openProject(file)).rejects.toMatchObject({ data: { code: 'BAD_FILE' }, message: expect.stringContaining('damaged') as string });
  });
});

describe('migrating', () => {
  it('copies an older project beside itself, then brings it forward with its rows', async () => {
    const file = await made();
    const store = keep(await openProject(file, { migrations: later }));
    expect(store.schemaVersion).toBe('9999-colour');
    expect(store.migrated).toEqual({ from: Object.keys(MIGRATIONS).at(-1), copy: `${file}.before-9999-colour.copy` });
    expect(await store.pairs.list()).toMatchObject([{ name: 'Contoso', sourceObjects: 5 }]);
    const db = new Database(file, { readonly: true });
    expect(db.prepare('select colour from pair').all()).toEqual([{ colour: 'blue' }]);
    db.close();
    const copy = keep(await openProject(store.migrated?.copy ?? ''));
    expect(await copy.pairs.list()).toMatchObject([{ name: 'Contoso', sourceObjects: 5 }]);
  });

  it('takes a failing migration back as a whole', async () => {
    const file = await made();
    const half = { ...MIGRATIONS, '9999-half': { statements: () => ['create table half (id text) strict', 'insert into nowhere values (1)'] } };
    await expect(openProject(file, { migrations: half })).rejects.toThrow(/nowhere/);
    const store = keep(await openProject(file));
    expect(await store.pairs.list()).toHaveLength(1);
    const db = new Database(file, { readonly: true });
    expect(db.prepare("select count(*) as n from sqlite_schema where name = 'half'").get()).toEqual({ n: 0 });
    db.close();
  });
});

describe('an open project', () => {
  it('copies itself while open, and refuses an existing file', async () => {
    const store = keep(await openProject(await made()));
    const to = path.join(folder(), 'copy.causeway');
    await store.copyTo(to);
    expect(await failure(store.copyTo(to))).toBe('CONFLICT');
    expect(await failure(store.copyTo(path.join(folder(), 'no', 'copy.causeway')))).toBe('INVALID_INPUT');
    const copy = keep(await openProject(to));
    expect((await copy.pairs.list())[0]?.sourceObjects).toBe(5);
  });

  it('sees that somebody else wrote, and only then', async () => {
    const file = await made();
    const [one, two] = [keep(await openProject(file)), keep(await openProject(file))];
    const before = one.dataVersion();
    await one.settings.set('a', 1);
    expect(one.dataVersion()).toBe(before);
    await two.settings.set('a', 2);
    expect(one.dataVersion()).not.toBe(before);
    expect(await one.settings.get('a')).toBe(2);
  });

  it('takes a transaction back as a whole, and keeps other calls out of it', async () => {
    const store = keep(await openProject(await made()));
    await expect(store.transaction(async (within) => {
      await within.settings.set('inside', true);
      await within.project.rename('Inside');
      throw new Error('stop');
    })).rejects.toThrow('stop');
    expect(await store.settings.get('inside')).toBeUndefined();
    const slow = store.transaction(async (within) => {
      await within.settings.set('slow', 1);
      await new Promise((resolve) => setTimeout(resolve, 30));
      throw new Error('taken back');
    });
    const beside = store.settings.set('beside', 1);
    await expect(slow).rejects.toThrow('taken back');
    await beside;
    expect([await store.settings.get('slow'), await store.settings.get('beside')]).toEqual([undefined, 1]);
  });

  it('closes twice without harm and its file can be copied and opened', async () => {
    const file = await made();
    const store = await openProject(file);
    await store.close();
    await store.close();
    const moved = path.join(folder(), 'moved.causeway');
    copyFileSync(file, moved);
    expect(await keep(await openProject(moved)).project.get()).toMatchObject({ name: 'Test' });
  });
});
