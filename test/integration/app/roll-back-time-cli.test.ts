import { randomBytes } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { PassThrough } from 'node:stream';
import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import { main } from '../../../electron/cli/main.ts';
import { writeLdif } from '../../../electron/simulator/demo/ldif.ts';
import { startSimulator, type Simulator } from '../../../electron/simulator/index.ts';
import { signingKeyPem } from '../../servers/signing-key.ts';
import { asCycle } from './synchronised.ts';
import { cloudId, guid, works, worksTenant } from './works.ts';

let folder = '';
let simulator: Simulator;
let file = '';
/** Runs the command in this process. */
const run = async (...args: string[]) => {
  const written = { stdout: '', stderr: '' };
  const stream = (name: 'stdout' | 'stderr') => new PassThrough().setEncoding('utf8').on('data', (chunk: string) => { written[name] += chunk; }) as unknown as NodeJS.WriteStream;
  const code = await main(['--project', file, ...args], { stdout: stream('stdout'), stderr: stream('stderr'), stdin: new PassThrough() as unknown as NodeJS.ReadStream });
  return { code, ...written };
};
const well = async (...args: string[]) => { const ran = await run(...args); expect(ran, `${ran.stderr} ${ran.stdout}`).toMatchObject({ code: 0 }); return ran; };
const ann = () => simulator.snapshot().users.find((user) => user.id === cloudId(11))?.properties;
const directory = async (title: string) => { await writeFile(path.join(folder, 'works.ldf'), writeLdif(works({ ann: { title } }))); };
/** A migration that counts as a cycle of coexistence. @returns its id. */
const cycle = async (title: string): Promise<string> => {
  await directory(title);
  const { stdout } = await well('--json', 'migrate', '--create', '--merge', '--yes');
  const { task } = JSON.parse(stdout) as { task: { id: string } };
  asCycle({ file }, task);
  return task.id;
};

beforeAll(async () => {
  folder = await mkdtemp(path.join(os.tmpdir(), 'causeway-time-'));
  file = path.join(folder, 'time.causeway');
  const secret = async (name: string, text: string) => { await writeFile(path.join(folder, name), text, { mode: 0o600 }); return path.join(folder, name); };
  vi.stubEnv('CAUSEWAY_HOME', path.join(folder, 'home'));
  vi.stubEnv('CAUSEWAY_KEY_FILE', await secret('operator.key', randomBytes(48).toString('base64')));
  simulator = await startSimulator({ quotas: 'off', signingKeyPem, seed: worksTenant() });
  await directory('Head of Sales');
  await well('project', 'create', '--file', file, '--name', 'Time');
  await well('pair', 'create', '--name', 'Pair', '--ldif', path.join(folder, 'works.ldf'), '--simulated', simulator.url, '--tenant', simulator.tenantId, '--client', simulator.clientId, '--secret-file', await secret('secret.txt', simulator.clientSecret));
  await well('collection', 'create', '--name', 'Everyone');
  await well('collection', 'query', '--collection', 'Everyone', '--filter', '(objectClass=*)');
});
afterAll(async () => {
  vi.unstubAllEnvs();
  await simulator?.close();
  await rm(folder, { recursive: true, force: true });
});

it('rolls back cycles by their ids and by time; what went back is listed as held and can be released', async () => {
  const start = simulator.snapshot();
  await cycle('Head of Sales');
  await new Promise((resolve) => { setTimeout(resolve, 1_100); });
  const since = new Date().toISOString();
  const [second, third] = [await cycle('Partner'), await cycle('Director')];
  expect((await well('holds')).stdout).toContain('Nothing is held');
  await well('roll-back', '--cycle', second, third, '--yes');
  expect(ann()).toMatchObject({ jobTitle: 'Head of Sales' });
  const { stdout } = await well('holds', 'list');
  expect(stdout).toMatch(/Ann +user +\(whole object\) .* 2 tasks that wrote to it were rolled back together\./);
  expect((await well('holds', 'release', '--object', guid(11).toUpperCase())).stdout).toContain('Released 1');
  await cycle('Chair');
  await well('roll-back', '--from', since, '--yes');
  expect(ann()).toMatchObject({ jobTitle: 'Head of Sales' });
  await well('roll-back', '--from', '2026-01-01', '--to', new Date(Date.now() + 1_000).toISOString(), '--purge', '--yes');
  expect(simulator.snapshot()).toEqual(start);
  expect(await run('roll-back', '--from', since, '--yes')).toMatchObject({ code: 2, stderr: expect.stringContaining('Choose another time') });
  expect(await run('roll-back', '--from', 'yesterday')).toMatchObject({ code: 2, stderr: expect.stringContaining('--from must be a time') });
  expect(await run('roll-back', '--cycle', guid(1))).toMatchObject({ code: 2, stderr: expect.stringContaining('There is no cycle') });
});

it('holds and releases objects and attributes by hand', async () => {
  await well('holds', 'release', '--all');
  expect((await well('holds', 'put', '--object', guid(12), guid(13), '--attribute', 'jobTitle', '--reason', 'HR writes it in the cloud')).stdout).toContain('Held 2');
  const { rows } = JSON.parse((await well('--json', 'holds', 'list', '--search', 'cem')).stdout) as { rows: unknown[] };
  expect(rows).toMatchObject([{ sourceId: guid(13), attribute: 'jobTitle', reason: 'HR writes it in the cloud' }]);
  expect((await well('holds', 'release', '--all', '--attribute', 'jobtitle')).stdout).toContain('Released 2');
  expect(await run('holds', 'release')).toMatchObject({ code: 2, stderr: expect.stringContaining('Say what to release') });
  expect(await run('holds', 'put')).toMatchObject({ code: 2, stderr: expect.stringContaining('Name the objects') });
});
