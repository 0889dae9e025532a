import net from 'node:net';
import { sql } from 'kysely';
import { describe, expect, it } from 'vitest';
import { createProject, openProject, parseAddress, type Store } from '../../../electron/store/index.ts';
import { MIGRATIONS } from '../../../electron/store/migrations/index.ts';
import { CONTEXT } from '../../../electron/store/store.ts';
import { NO_POSTGRES, PAIR, failure, sandbox, seeded } from './fixture.ts';

const { place, keep } = sandbox();
const fresh = () => place('PostgreSQL');
const later = { ...MIGRATIONS, '9999-colour': { statements: () => ["alter table pair add column colour text not null default 'blue'"] } };

async function made(at: string): Promise<string> {
  const store = await createProject({ file: at, name: 'Test', demo: true });
  await seeded(store, 5);
  await store.close();
  return at;
}

/** Statements of an administrator, on a project of their own. */
async function administrator(): Promise<(text: string) => Promise<readonly Record<string, unknown>[]>> {
  const store = keep(await createProject({ file: await fresh(), name: 'Another', demo: false }));
  return async (text) => (await sql.raw<Record<string, unknown>>(text).execute(store[CONTEXT].db)).rows;
}

const becomes = async (value: () => unknown, wanted: unknown): Promise<void> => {
  for (const end = Date.now() + 5_000; Date.now() < end && value() !== wanted;) await new Promise((resolve) => { setTimeout(resolve, 5); });
  expect(value()).toBe(wanted);
};

describe.skipIf(NO_POSTGRES)('a project on PostgreSQL', () => {
  it('keeps everything over a restart, shows no password, and is not a file', async () => {
    const at = await made(await fresh());
    const store = keep(await openProject(at));
    expect(await store.project.get()).toMatchObject({ name: 'Test', demo: true });
    expect(await store.pairs.list()).toMatchObject([{ ...PAIR, sourceObjects: 5, collections: 1 }]);
    expect(store).toMatchObject({ file: parseAddress(at).shown, schemaVersion: Object.keys(MIGRATIONS).at(-1), migrated: null });
    expect(store.file).not.toContain(parseAddress(at).password);
    expect(await store.check()).toEqual([]);
    await expect(store.copyTo('/tmp/no-such.causeway')).rejects.toMatchObject({ data: { code: 'CONFLICT' }, message: expect.stringContaining('project move --to FILE') as string });
    await store.close();
    await store.close();
  });

  it('is refused where one is, where another program is, and where there is none', async () => {
    const at = await made(await fresh());
    expect(await failure(createProject({ file: at, name: 'Again', demo: false }))).toBe('CONFLICT');
    expect(await (async () => (await keep(await openProject(at)).pairs.list()).length)()).toBe(1);
    const run = await administrator();
    const [foreign, empty] = [await fresh(), await fresh()];
    await run(`create schema ${parseAddress(foreign).schema}`);
    await run(`create table ${parseAddress(foreign).schema}.things (id int)`);
    expect(await failure(createProject({ file: foreign, name: 'X', demo: false }))).toBe('CONFLICT');
    expect(await failure(openProject(foreign))).toBe('BAD_FILE');
    expect(await failure(openProject(empty))).toBe('NOT_FOUND');
    // A schema that an administrator has made for the project is taken.
    await run(`create schema ${parseAddress(empty).schema}`);
    keep(await createProject({ file: empty, name: 'X', demo: false }));
  });

  it('leaves nothing behind when its making fails, not even of several at once', async () => {
    const at = await fresh();
    const { schema } = parseAddress(at);
    const bad = { migrations: { ...MIGRATIONS, '9999-bad': { statements: () => ['create table nonsense ('] } } };
    await expect(createProject({ file: at, name: 'X', demo: false }, bad)).rejects.toThrow(/syntax error/);
    const run = await administrator();
    expect(await run(`select 1 as there from pg_namespace where nspname = '${schema}'`)).toEqual([]);
    await run(`create schema ${schema}`);
    await expect(createProject({ file: at, name: 'X', demo: false }, bad)).rejects.toThrow(/syntax error/);
    expect(await run(`select relname from pg_class where relnamespace = '${schema}'::regnamespace`)).toEqual([]);
    const answers = await Promise.all(Array.from({ length: 3 }, (_, i) => failure(createProject({ file: at, name: `P${i}`, demo: false }).then((store) => store.close()))));
    expect(answers.toSorted()).toEqual(['CONFLICT', 'CONFLICT', 'none']);
    expect((await keep(await openProject(at)).project.get()).name).toBe(`P${answers.indexOf('none')}`);
  });

  it('is brought forward as a whole or not at all, and refused when it is newer', async () => {
    const at = await made(await fresh());
    const half = { ...MIGRATIONS, '9999-half': { statements: () => ['create table half (id text)', 'insert into nowhere values (1)'] } };
    await expect(openProject(at, { migrations: half })).rejects.toThrow(/nowhere/);
    const same = await openProject(at);
    expect((await same[CONTEXT].dialect.shape(same[CONTEXT].db)).some(({ name }) => name === 'half')).toBe(false);
    await same.close();
    const store = keep(await openProject(at, { migrations: later }));
    expect(store).toMatchObject({ schemaVersion: '9999-colour', migrated: { from: Object.keys(MIGRATIONS).at(-1), copy: null } });
    expect((await sql<{ colour: string }>`select colour from pair`.execute(store[CONTEXT].db)).rows).toEqual([{ colour: 'blue' }]);
    await expect(openProject(at)).rejects.toMatchObject({ data: { code: 'NEWER_PROJECT' }, message: expect.stringContaining('9999-colour') as string });
  });

  it('sees that somebody else wrote, and only then; also after its connection was lost', async () => {
    const at = await made(await fresh());
    const [one, two] = [keep(await openProject(at)), keep(await openProject(at))];
    const before = one.dataVersion();
    await one.settings.set('a', 1);
    await two.settings.get('a');
    await expect(two.transaction(async (within) => { await within.settings.set('a', 5); throw new Error('back'); })).rejects.toThrow('back');
    // What could have been heard would have been by now: a later notification of the same connection has.
    await two.settings.set('a', 2);
    await becomes(() => one.dataVersion(), before + 1);
    expect(await one.settings.get('a')).toBe(2);
    await sql`select pg_terminate_backend(pid) from pg_stat_activity where query like ${'listen %'} and application_name = current_setting('application_name')`.execute(two[CONTEXT].db);
    await becomes(() => one.dataVersion() > before + 1, true);
    // Made anew after a second, and everything counts as changed once more.
    await new Promise((resolve) => { setTimeout(resolve, 1_500); });
    const again = one.dataVersion();
    await two.settings.set('a', 3);
    await becomes(() => one.dataVersion(), again + 1);
  });

  it('goes on when its connections were cut, and leaves no transaction open', async () => {
    const at = await made(await fresh());
    const [one, two] = [keep(await openProject(at)), keep(await openProject(at))];
    await one.settings.set('a', 1);
    const cut = (store: Store) => sql`select pg_terminate_backend(pid) from pg_stat_activity where application_name = current_setting('application_name') and pid <> pg_backend_pid()`.execute(store[CONTEXT].db);
    const stopped = one.transaction(async (within) => {
      await within.settings.set('a', 2);
      await cut(two);
      await within.settings.set('a', 3);
    });
    expect(await failure(stopped)).toBe('DATABASE_UNAVAILABLE');
    expect(await one.settings.get('a')).toBe(1);
    await one.settings.set('a', 4);
    expect(await two.settings.get('a')).toBe(4);
  });

  it('says after a while that another process keeps it from writing', async () => {
    const at = await made(await fresh());
    const [one, two] = [keep(await openProject(at)), keep(await openProject(at))];
    let end: () => void = () => {};
    const ended = new Promise<void>((resolve) => { end = resolve; });
    let began: () => void = () => {};
    const begun = new Promise<void>((resolve) => { began = resolve; });
    const slow = one.transaction(async (within) => { await within.settings.set('a', 1); began(); await ended; });
    await begun;
    // Reading does not wait.
    expect(await two.settings.get('a')).toBeUndefined();
    const impatient = two[CONTEXT].db.connection().execute(async (only) => {
      await sql`set lock_timeout = '50ms'`.execute(only);
      await only.transaction().execute(() => Promise.resolve());
    });
    expect(await failure(impatient)).toBe('CONFLICT');
    end();
    await slow;
    // The connection that could not get the lock is not left in the middle of a transaction.
    await two.settings.set('a', 2);
    expect(await one.settings.get('a')).toBe(2);
  });

  it('says in a sentence without the password why it cannot be opened', async () => {
    const at = new URL(await fresh());
    const spoiled = (change: (url: URL) => void): string => {
      const url = new URL(at);
      change(url);
      return url.href;
    };
    const server = net.createServer().listen(0, '127.0.0.1');
    await new Promise((resolve) => { server.once('listening', resolve); });
    const port = (server.address() as net.AddressInfo).port;
    await new Promise((resolve) => { server.close(resolve); });
    const cases: readonly (readonly [string, string])[] = [
      [spoiled((url) => { url.password = 'secret-and-wrong'; }), 'AUTH_FAILED'],
      [spoiled((url) => { url.username = 'nobody'; }), 'AUTH_FAILED'],
      [spoiled((url) => { url.pathname = '/no_such'; }), 'NOT_FOUND'],
      [spoiled((url) => { url.port = String(port); }), 'DATABASE_UNAVAILABLE'],
      [spoiled((url) => { url.hostname = 'no-such-host.invalid'; url.searchParams.set('sslmode', 'disable'); }), 'DATABASE_UNAVAILABLE'],
      [spoiled((url) => { url.searchParams.set('sslmode', 'verify-full'); }), 'CERTIFICATE_REFUSED'],
      [spoiled((url) => { url.searchParams.set('sslmode', 'verify-full'); url.searchParams.set('sslrootcert', '/no/such.pem'); }), 'BAD_FILE'],
    ];
    for (const [address, code] of cases) {
      for (const attempt of [() => openProject(address), () => createProject({ file: address, name: 'X', demo: false })]) {
        const error = await attempt().then(() => undefined, (reason: unknown) => reason) as { readonly message: string; readonly data?: { readonly code: string } };
        expect(error.data?.code, error.message).toBe(code);
        expect(`${error.message} ${JSON.stringify(error)}`).not.toMatch(/Passw0rd|secret-and-wrong/);
      }
    }
  });

  it('is refused to a user who may not make a schema, with what to ask for', async () => {
    const run = await administrator();
    const at = new URL(await fresh());
    await run(`create role plain_${at.port} login password 'plain'`);
    [at.username, at.password] = [`plain_${at.port}`, 'plain'];
    await expect(createProject({ file: at.href, name: 'X', demo: false })).rejects.toMatchObject({ data: { code: 'FORBIDDEN' }, message: expect.stringContaining('right to create schemas') as string });
    const { schema } = parseAddress(at.href);
    await run(`create schema ${schema} authorization plain_${at.port}`);
    keep(await createProject({ file: at.href, name: 'X', demo: false }));
  });

  it('is on the disk when a durable transaction ends, whatever the server thinks', async () => {
    const store = keep(await createProject({ file: await fresh(), name: 'X', demo: false }));
    const { db, dialect } = store[CONTEXT];
    const mode = async (within: typeof db) => (await sql<{ mode: string }>`select current_setting('synchronous_commit') as mode`.execute(within)).rows[0]?.mode;
    await db.connection().execute(async (only) => {
      await sql`set synchronous_commit = off`.execute(only);
      expect(await mode(only)).toBe('off');
      expect(await dialect.durably(only, mode)).toBe('on');
    });
  });
});
