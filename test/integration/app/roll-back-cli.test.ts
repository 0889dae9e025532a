import { randomBytes } from 'node:crypto';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { PassThrough } from 'node:stream';
import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import { main } from '../../../electron/cli/main.ts';
import { writeLdif } from '../../../electron/simulator/demo/ldif.ts';
import { startSimulator, type Simulator } from '../../../electron/simulator/index.ts';
import { signingKeyPem } from '../../servers/signing-key.ts';
import { cloudId, guid, works, worksTenant } from './works.ts';

let folder = '';
let simulator: Simulator;
/** Runs the command in this process. */
const run = async (...args: string[]) => {
  const written = { stdout: '', stderr: '' };
  const stream = (name: 'stdout' | 'stderr') => new PassThrough().setEncoding('utf8').on('data', (chunk: string) => { written[name] += chunk; }) as unknown as NodeJS.WriteStream;
  const code = await main(['--project', `${folder}/back.causeway`, ...args], { stdout: stream('stdout'), stderr: stream('stderr'), stdin: new PassThrough() as unknown as NodeJS.ReadStream });
  return { code, ...written };
};
const well = async (...args: string[]) => { const ran = await run(...args); expect(ran, `${ran.stderr} ${ran.stdout}`).toMatchObject({ code: 0 }); return ran; };
const userOf = (id: string) => simulator.snapshot().users.find((user) => user.id === id)?.properties;
/** Somebody else's change of a user. */
const change = async (id: string, body: unknown) => {
  const { url, tenantId, clientId, clientSecret } = simulator;
  const form = new URLSearchParams({ grant_type: 'client_credentials', client_id: clientId, client_secret: clientSecret, scope: 'https://graph.microsoft.com/.default' });
  const { access_token: token } = await (await fetch(`${url}/${tenantId}/oauth2/v2.0/token`, { method: 'POST', body: form })).json() as { access_token: string };
  expect((await fetch(`${url}/v1.0/users/${id}`, { method: 'PATCH', headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' }, body: JSON.stringify(body) })).ok).toBe(true);
};

beforeAll(async () => {
  folder = await mkdtemp(path.join(os.tmpdir(), 'causeway-back-'));
  const file = async (name: string, text: string) => { await writeFile(path.join(folder, name), text, { mode: 0o600 }); return path.join(folder, name); };
  vi.stubEnv('CAUSEWAY_HOME', path.join(folder, 'home'));
  vi.stubEnv('CAUSEWAY_KEY_FILE', await file('operator.key', randomBytes(48).toString('base64')));
  simulator = await startSimulator({ quotas: 'off', signingKeyPem, seed: worksTenant() });
  await well('project', 'create', '--file', `${folder}/back.causeway`, '--name', 'Way back');
  await well('pair', 'create', '--name', 'Pair', '--ldif', await file('works.ldf', writeLdif(works())), '--simulated', simulator.url, '--tenant', simulator.tenantId, '--client', simulator.clientId, '--secret-file', await file('secret.txt', simulator.clientSecret));
  await well('collection', 'create', '--name', 'Everyone');
  await well('collection', 'query', '--collection', 'Everyone', '--filter', '(objectClass=*)');
  await well('migrate', '--create', '--merge', '--yes');
});
afterAll(async () => {
  vi.unstubAllEnvs();
  await simulator?.close();
  await rm(folder, { recursive: true, force: true });
});

it('lists each membership that goes back, and leaves the one that a person names', async () => {
  const sales = () => simulator.snapshot().groups.find((group) => group.properties['displayName'] === 'Sales');
  expect(sales()?.members).toHaveLength(3);
  const planned = await run('roll-back', '--object', guid(21), '--attribute', 'members');
  expect(planned.code).toBe(4);
  const task = /--task (\S+)/.exec(planned.stdout)?.[1] ?? '';
  const listed = await well('roll-back', 'conflicts', task, '--links');
  for (const name of ['Ann', 'Ben', 'Cem']) expect(listed.stdout).toMatch(new RegExp(`Sales +members/${name} +not a member +member +member +restores before`));
  expect(await run('roll-back', 'decide', task, '--keep', 'Sales:members/Nobody')).toMatchObject({ code: 2, stderr: expect.stringContaining('no membership that goes back') as string });
  await well('roll-back', 'decide', task, '--keep', 'Sales:members/Cem', '--yes');
  expect(sales()?.members).toEqual([cloudId(13)]);
}, 120_000);

it('takes attributes back, lists what others changed, takes decisions from flags and from a file, and rolls back', async () => {
  await well('rollback', '--object', guid(11), '--attribute', 'department', '--yes');
  expect(userOf(cloudId(11))).not.toHaveProperty('department');
  await change(cloudId(11), { jobTitle: 'Director' });
  await change(cloudId(13), { jobTitle: 'Chief' });

  const planned = await run('roll-back', '--keep', 'Ann:jobTitle');
  expect(planned.code).toBe(4);
  expect(planned.stderr).toMatch(/Ann +jobTitle +Trainee +Head of Sales +Director +keeps theirs/);
  expect(planned.stderr).toMatch(/Cem +jobTitle +\(none\) +Clerk +Chief +restores before/);
  const task = /--task (\S+)/.exec(planned.stdout)?.[1] ?? '';
  const file = `${folder}/choices.csv`;
  await well('roll-back', 'conflicts', task, '--file', file);
  const text = await readFile(file, 'utf8');
  expect(text).toContain('Ann,user,jobTitle,,Trainee,Head of Sales,Director,,keep,');
  // Edited as in a spreadsheet: now Cem's title stays too.
  await writeFile(file, text.replace('Chief,,restore', 'Chief,,keep'));
  expect(await run('roll-back', 'decide', task, '--keep', 'Nobody:jobTitle')).toMatchObject({ code: 2, stderr: expect.stringContaining('names no value of the plan') as string });
  // Cem, who was left in Sales above, goes with the group; that has to be seen.
  await well('roll-back', 'decide', task, '--choices', file, '--confirm', 'simulated.onmicrosoft.com');
  expect(userOf(cloudId(11))).toMatchObject({ jobTitle: 'Director' });
  expect(userOf(cloudId(13))).toMatchObject({ jobTitle: 'Chief', userPrincipalName: 'cem@simulated.onmicrosoft.com' });
  expect(simulator.snapshot().users.some((user) => user.properties['displayName'] === 'Ben')).toBe(false);
  expect(await run('roll-back', '--yes')).toMatchObject({ code: 2, stderr: expect.stringContaining('no migration that could be rolled back') as string });
}, 120_000);
