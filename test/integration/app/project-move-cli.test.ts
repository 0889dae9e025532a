import { randomBytes } from 'node:crypto';
import { mkdtemp, readFile, readdir, rm, stat, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { PassThrough } from 'node:stream';
import { afterAll, beforeAll, expect, inject, it, vi } from 'vitest';
import { main } from '../../../electron/cli/main.ts';
import { writeLdif } from '../../../electron/simulator/demo/ldif.ts';
import { startSimulator, type Simulator } from '../../../electron/simulator/index.ts';
import { parseAddress } from '../../../electron/store/index.ts';
import { skipFor } from '../../servers/available.ts';
import { freshPostgres, postgresObstacle } from '../../servers/postgres.ts';
import { signingKeyPem } from '../../servers/signing-key.ts';
import { works, worksTenant } from './works.ts';

const skip = skipFor(await postgresObstacle());
let folder = '';
let simulator: Simulator | undefined;
const said: string[] = [];
/** Runs the command in this process. */
const run = async (...args: string[]) => {
  const written = { stdout: '', stderr: '' };
  const stream = (name: 'stdout' | 'stderr') => new PassThrough().setEncoding('utf8').on('data', (chunk: string) => { written[name] += chunk; }) as unknown as NodeJS.WriteStream;
  const code = await main(args, { stdout: stream('stdout'), stderr: stream('stderr'), stdin: new PassThrough() as unknown as NodeJS.ReadStream });
  said.push(written.stdout, written.stderr);
  return { code, ...written };
};
const well = async (...args: string[]) => { const ran = await run(...args); expect(ran, `${ran.stderr} ${ran.stdout}`).toMatchObject({ code: 0 }); return ran; };
const inFolder = (name: string) => path.join(folder, name);

beforeAll(async () => {
  if (skip) return;
  folder = await mkdtemp(path.join(os.tmpdir(), 'causeway-move-'));
  await writeFile(inFolder('operator.key'), randomBytes(48).toString('base64'), { mode: 0o600 });
  vi.stubEnv('CAUSEWAY_HOME', inFolder('home'));
  vi.stubEnv('CAUSEWAY_KEY_FILE', inFolder('operator.key'));
  simulator = await startSimulator({ quotas: 'off', signingKeyPem, seed: worksTenant() });
  await writeFile(inFolder('works.ldf'), writeLdif(works()));
  await writeFile(inFolder('secret.txt'), simulator.clientSecret, { mode: 0o600 });
});
afterAll(async () => {
  vi.unstubAllEnvs();
  await simulator?.close();
  await rm(folder, { recursive: true, force: true });
});

it.skipIf(skip)('a project is made in a file, moved to PostgreSQL, worked on there and moved back; the password is written nowhere', async () => {
  if (!simulator) return;
  const [first, last, address] = [inFolder('first.causeway'), inFolder('last.causeway'), await freshPostgres(inject('postgresDesk'))];
  const { shown, password = '-' } = parseAddress(address);
  const before = simulator.snapshot();
  await well('project', 'create', '--file', first, '--name', 'To and fro');
  await well('-p', first, 'pair', 'create', '--name', 'Pair', '--ldif', inFolder('works.ldf'), '--simulated', simulator.url, '--tenant', simulator.tenantId, '--client', simulator.clientId, '--secret-file', inFolder('secret.txt'));
  await well('-p', first, 'collection', 'create', '--name', 'Everyone');
  await well('-p', first, 'collection', 'query', '--collection', 'Everyone', '--filter', '(objectClass=*)');
  await well('-p', first, 'migrate', '--create', '--merge', '--yes');
  const moved = await well('-p', first, 'project', 'move', '--to', address);
  expect(moved.stdout).toMatch(new RegExp(`Moved "To and fro" from ${first} to ${shown.replaceAll(/[?.+]/g, String.raw`\$&`)}\\.\n\\d+ rows of \\d+ tables arrived as they were sent\\.\nSecrets are not in a project\\. .*:\n  pair/[0-9a-f-]+/target\n`));
  const refused = await run('-p', first, 'project', 'info');
  expect([refused.code, refused.stderr]).toEqual([2, expect.stringContaining(`was moved to ${shown}; open it there.`) as string]);
  // The address alone is enough from now on.
  const info = JSON.parse((await well('-p', shown, '--json', 'project', 'info')).stdout) as { readonly file: string; readonly statistics: { readonly byProgress: Readonly<Record<string, number>> } };
  expect(info).toMatchObject({ file: shown, statistics: { byProgress: { Migrated: 5 } } });
  await well('-p', shown, 'roll-back', '--collection', 'Everyone', '--purge', '--yes');
  expect(simulator.snapshot()).toEqual(before);
  const back = JSON.parse((await well('-p', shown, '--json', 'project', 'move', '--to', last)).stdout) as { readonly from: string; readonly project: { readonly file: string } };
  expect([back.from, back.project.file]).toEqual([shown, last]);
  expect((await well('-p', last, 'tasks', 'list')).stdout).toContain('Roll back');

  const made = await well('project', 'create', '--postgres', await freshPostgres(inject('postgresDesk')), '--name', 'Straight there');
  expect(made.stdout).toMatch(/Created project "Straight there" in postgres:\/\/causeway@127\.0\.0\.1:\d+\/postgres\?schema=t_[0-9a-f]+\./);
  expect((await run('project', 'create', '--name', 'Nowhere')).code).toBe(2);
  expect((await run('project', 'create', '--name', 'Both', '--file', inFolder('x'), '--postgres', address)).code).toBe(2);
  expect((await run('project', 'create', '--name', 'Wrong', '--postgres', inFolder('x'))).stderr).toContain('begins with postgres://');
  const wrong = await run('-p', address.replace(encodeURIComponent(password), 'never-to-be-seen'), 'project', 'info');
  expect([wrong.code, wrong.stderr]).toEqual([3, expect.stringContaining('refused the user causeway') as string]);

  const files = (await readdir(folder, { recursive: true })).map(inFolder);
  const texts = [...said];
  for (const file of files) if ((await stat(file)).isFile()) texts.push(await readFile(file, 'latin1'));
  expect(files.some((file) => file.endsWith('.log') || file.includes('logs'))).toBe(true);
  for (const text of texts) for (const secret of [password, encodeURIComponent(password), 'never-to-be-seen']) expect(text.includes(secret)).toBe(false);
});
