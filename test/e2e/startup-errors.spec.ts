import { mkdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { expect, test } from '@playwright/test';
import Database from 'better-sqlite3';
import { newOperator } from './desk/desk.ts';
import type { Operator } from '../integration/main-job/command.ts';

let operator: Operator;
test.beforeAll(async () => { operator = await newOperator(); });
test.afterAll(async () => { await operator?.close(); });

/** Serves a project that cannot be opened: one sentence, the exit code of a wrong input, no address, no stack. */
async function refused(file: string, sentence: RegExp): Promise<void> {
  const ran = await operator.run('--project', file, 'serve', '--json');
  expect(ran).toMatchObject({ code: 2 });
  expect(ran.stderr.trim().split('\n')).toHaveLength(1);
  expect(ran.stderr).toMatch(sentence);
  expect(ran.stderr).toContain(file);
  expect(ran.stdout).not.toContain('http://');
  expect(ran.json).toEqual({ error: expect.objectContaining({ code: expect.any(String), message: ran.stderr.trim() }) });
}

test('a missing project', async () => {
  await refused(path.join(operator.folder, 'missing.causeway'), /There is no project at .*\.$/m);
});

test('a database of another program, and it is left as it was', async () => {
  const file = path.join(operator.folder, 'other.db');
  const db = new Database(file);
  db.exec('CREATE TABLE notes (text TEXT); INSERT INTO notes VALUES (\'mine\')');
  db.close();
  await refused(file, /is a database of another program, not a Causeway project; choose a project file\.$/m);
  const after = new Database(file, { readonly: true });
  expect(after.prepare('SELECT name FROM sqlite_schema').pluck().all()).toEqual(['notes']);
  after.close();
});

test('a file that is no database, an empty one, and a folder', async () => {
  const text = path.join(operator.folder, 'text.causeway');
  await writeFile(text, 'Dear all, '.repeat(100));
  await refused(text, /is not a Causeway project; choose a project file\.$/m);
  const empty = path.join(operator.folder, 'empty.causeway');
  await writeFile(empty, '');
  await refused(empty, /is not a Causeway project; choose a project file\.$/m);
  const folder = path.join(operator.folder, 'folder.causeway');
  await mkdir(folder);
  await refused(folder, /is a folder, not a project; choose a project file\.$/m);
});

test('a project of a newer program', async () => {
  const file = path.join(operator.folder, 'newer.causeway');
  expect(await operator.run('project', 'create', '--file', file, '--name', 'Newer')).toMatchObject({ code: 0 });
  const db = new Database(file);
  const table = db.prepare("SELECT name FROM sqlite_schema WHERE type = 'table' AND name LIKE '%migration' AND name NOT LIKE '%lock%'").pluck().get() as string;
  db.prepare(`INSERT INTO "${table}" (name, timestamp) VALUES ('9999-the-future', '2099-01-01T00:00:00.000Z')`).run();
  db.close();
  await refused(file, /newer/);
});

test('a port that another program holds, and one that is none', async () => {
  const file = path.join(operator.folder, 'port.causeway');
  expect(await operator.run('project', 'create', '--file', file, '--name', 'Port')).toMatchObject({ code: 0 });
  const first = operator.start('--project', file, '--json', 'serve');
  const { port } = new URL((JSON.parse(await first.stdoutLine) as { readonly url: string }).url);
  const second = await operator.run('--project', file, '--json', 'serve', '--port', port);
  expect(second.code).toBe(2);
  expect(second.stderr.trim()).toBe(`Port ${port} is in use by another program. Name another port, or none to take a free one.`);
  first.kill('SIGTERM');
  expect(await first.ended).toMatchObject({ code: 0 });
  expect(await operator.run('--project', file, '--json', 'serve', '--port', '70000')).toMatchObject({ code: 2, stderr: '"70000" is not a port.\n' });
});
