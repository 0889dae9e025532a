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
import { works, worksTenant } from '../app/works.ts';

/* `causeway coexistence`, as scripts use it: what is printed, the JSON line, the exit codes. */
let folder = '';
let simulator: Simulator;
const run = async (...args: string[]) => {
  const written = { stdout: '', stderr: '' };
  const stream = (name: 'stdout' | 'stderr') => new PassThrough().setEncoding('utf8').on('data', (chunk: string) => { written[name] += chunk; }) as unknown as NodeJS.WriteStream;
  const code = await main(['--project', `${folder}/step.causeway`, '--quiet', ...args], { stdout: stream('stdout'), stderr: stream('stderr'), stdin: new PassThrough() as unknown as NodeJS.ReadStream });
  return { code, ...written };
};
const well = async (...args: string[]) => { const ran = await run(...args); expect(ran, `${ran.stderr} ${ran.stdout}`).toMatchObject({ code: 0 }); return ran; };
const json = async (...args: string[]) => { const { code, stdout } = await run('--json', ...args); return { code, answer: JSON.parse(stdout) as Record<string, unknown> }; };
const file = async (name: string, text: string) => { await writeFile(path.join(folder, name), text, { mode: 0o600 }); return path.join(folder, name); };
const title = (alias: string) => simulator.snapshot().users.find((user) => user.properties['mailNickname'] === alias)?.properties['jobTitle'];

beforeAll(async () => {
  folder = await mkdtemp(path.join(os.tmpdir(), 'causeway-step-'));
  vi.stubEnv('CAUSEWAY_HOME', path.join(folder, 'home'));
  vi.stubEnv('CAUSEWAY_KEY_FILE', await file('operator.key', randomBytes(48).toString('base64')));
  simulator = await startSimulator({ quotas: 'off', signingKeyPem, seed: worksTenant() });
  await well('project', 'create', '--file', `${folder}/step.causeway`, '--name', 'In step');
  await well('pair', 'create', '--name', 'Pair', '--ldif', await file('works.ldf', writeLdif(works())), '--simulated', simulator.url, '--tenant', simulator.tenantId, '--client', simulator.clientId, '--secret-file', await file('secret.txt', simulator.clientSecret));
  await well('collection', 'create', '--name', 'Everyone');
  await well('collection', 'query', '--collection', 'Everyone', '--filter', '(|(objectClass=user)(objectClass=group))');
});
afterAll(async () => {
  vi.unstubAllEnvs();
  await simulator?.close();
  await rm(folder, { recursive: true, force: true });
});

it('shows the plan of the first cycle and waits; approved, it is on', async () => {
  const planned = await run('coexistence', 'enable', '--create', '--merge', '--interval', '15', '--hours', 'Mon-Fri 20:00-06:00 Europe/Berlin', '--out-of-scope', 'disable');
  expect(planned.code).toBe(4);
  expect(planned.stdout).toContain('objects to create');
  expect((await run('coexistence', 'status')).code).toBe(4);
  const task = /--task (\S+) --confirm "([^"]+)"/.exec(planned.stdout) ?? [];
  await well('coexistence', 'enable', '--task', task[1] ?? '', '--confirm', task[2] ?? '');
  expect(title('ann')).toBe('Head of Sales');
  const status = await well('coexistence', 'status', 'Everyone');
  expect(status.stdout).toContain('Coexistence of "Everyone" is On');
  expect(status.stdout).toContain('Every 15 minutes, Mon,Tue,Wed,Thu,Fri 20:00-06:00 Europe/Berlin; who leaves: disable; what others change: show.');
});

it('runs cycles now, lists them, and changes the schedule', async () => {
  expect(await json('coexistence', 'run')).toMatchObject({ code: 0, answer: { task: { state: 'Completed', planId: null }, coexistence: { lastCycle: { outcome: 'nothing to do' } } } });
  await file('works.ldf', writeLdif(works({ ann: { title: 'Director' } })));
  await well('coexistence', 'run', 'Everyone');
  expect(title('ann')).toBe('Director');
  expect((await json('coexistence', 'cycles')).answer).toMatchObject({ rows: [{ outcome: 'done', operations: 1 }, { outcome: 'done', kind: 'first' }] });
  expect((await json('coexistence', 'cycles', '--all', '--limit', '2')).answer).toMatchObject({ rows: [{ outcome: 'done' }, { outcome: 'nothing to do' }] });
  expect(await json('coexistence', 'set', '--hours', 'always', '--interval', '60')).toMatchObject({ code: 0, answer: { settings: { intervalMinutes: 60, workingHours: null, outOfScope: 'disable' } } });
  expect(await json('coexistence', 'restart')).toMatchObject({ code: 0, answer: { coexistence: { lastCycle: { kind: 'full' } } } });
});

it('lists what others changed, writes the rules over some of it and accepts the rest', async () => {
  const change = async (alias: string, body: Record<string, string>): Promise<void> => {
    const id = simulator.snapshot().users.find((user) => user.properties['mailNickname'] === alias)?.id;
    const { access_token: token } = await (await fetch(`${simulator.url}/${simulator.tenantId}/oauth2/v2.0/token`, { method: 'POST', headers: { 'content-type': 'application/x-www-form-urlencoded' },
      body: new URLSearchParams({ grant_type: 'client_credentials', client_id: simulator.clientId, client_secret: simulator.clientSecret, scope: 'https://graph.microsoft.com/.default' }) })).json() as { access_token: string };
    const answer = await fetch(`${simulator.url}/v1.0/users/${id}`, { method: 'PATCH', headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' }, body: JSON.stringify(body) });
    expect(answer.status).toBe(204);
  };
  expect((await well('coexistence', 'drift')).stdout).toContain('Nothing');
  await change('ann', { jobTitle: 'By hand', department: 'By hand' });
  await change('cem', { jobTitle: 'By hand' });
  expect(await json('coexistence', 'run')).toMatchObject({ code: 0, answer: { coexistence: { drift: 3, lastCycle: { outcome: 'nothing to do' } } } });
  expect((await well('coexistence', 'status', 'Everyone')).stdout).toContain('3 changes of others wait');
  const listed = (await json('coexistence', 'drift', 'list', 'Everyone', '--limit', '2')).answer as { rows: { id: string; name: string; attribute: string }[]; total: number };
  expect([listed.rows.length, listed.total]).toEqual([2, 3]);
  expect((await well('coexistence', 'drift', 'list', '--search', 'cem')).stdout).toMatch(/Cem .*jobTitle .*By hand/);
  expect((await json('coexistence', 'drift', 're-apply', '--all', '--attribute', 'jobTitle', '--search', 'ann'))).toMatchObject({ code: 0, answer: { task: { state: 'Completed', total: 1 } } });
  expect([title('ann'), title('cem')]).toEqual(['Director', 'By hand']);
  expect(await json('coexistence', 'drift', 'accept', '--all')).toMatchObject({ code: 0, answer: { accepted: 2 } });
  expect((await well('holds', 'list')).stdout).toMatch(/Cem .*jobTitle .*accepted/);
  expect((await json('coexistence', 'drift', 'list', '--everything')).answer).toMatchObject({ total: 3 });
  for (const wrong of [['list', '--limit', '0'], ['re-apply'], ['accept', '--all', '--id', '1'], ['re-apply', '--id', 'x'], ['list', '--state', 'lost']]) expect((await run('coexistence', 'drift', ...wrong)).code, wrong.join(' ')).toBe(2);
});

it('pauses, resumes and disables, and refuses what does not fit', async () => {
  expect((await well('coexistence', 'pause')).stdout).toContain('is Paused');
  expect(await run('coexistence', 'run')).toMatchObject({ code: 2, stderr: expect.stringContaining('Resume it first') as string });
  expect((await well('coexistence', 'resume')).stdout).toContain('is On');
  expect((await well('coexistence', 'disable')).stdout).toContain('is Off');
  expect((await run('coexistence', 'restart')).code).toBe(2);
  for (const wrong of [['--hours', 'whenever'], ['--out-of-scope', 'burn'], ['--drift', 'maybe'], ['--interval', 'soon'], ['--interval', '0']]) expect((await run('coexistence', 'set', ...wrong)).code, wrong.join(' ')).toBe(2);
});
