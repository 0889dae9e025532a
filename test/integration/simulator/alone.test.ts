import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { access, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import { expect, it } from 'vitest';
import { startSimulatorProcess } from '../../bench/simulator-process.ts';

const CLI = path.join(import.meta.dirname, '..', '..', '..', 'electron', 'cli', 'index.ts');

it('runs as a process of its own with what its seed describes, and tells when it is ready', async () => {
  const simulator = await startSimulatorProcess(['--seed', 'users=12, groups=3, contacts=2, domain=contoso.com', '--quotas', 'off']);
  try {
    expect(simulator).toMatchObject({ url: expect.stringMatching(/^http:\/\/127\.0\.0\.1:\d+$/), loadMs: expect.any(Number), rssBytes: expect.any(Number) });
    const form = { grant_type: 'client_credentials', client_id: simulator.clientId, client_secret: simulator.clientSecret, scope: 'https://graph.microsoft.com/.default' };
    const { access_token: token } = await (await fetch(`${simulator.url}/contoso.com/oauth2/v2.0/token`, { method: 'POST', body: new URLSearchParams(form) })).json() as { access_token: string };
    const count = async (kind: string) => Number(await (await fetch(`${simulator.url}/v1.0/${kind}/$count`, { headers: { authorization: `Bearer ${token}`, consistencylevel: 'eventual' } })).text());
    expect([await count('users'), await count('groups'), await count('contacts')]).toEqual([13, 3, 2]);
  } finally { await simulator.stop(); }
});

it('ends with a sentence that names the part of a seed it does not understand', async () => {
  const run = promisify(execFile)(process.execPath, [CLI, 'simulator', '--seed', 'users=5,pets=2']);
  await expect(run).rejects.toMatchObject({ stderr: expect.stringContaining('"pets=2" is not understood in --seed') });
});

it('goes on with the tenant of its state file, says that the seed is not used, and lets no second one serve the file', async () => {
  const folder = await mkdtemp(path.join(tmpdir(), 'causeway-alone-'));
  const state = path.join(folder, 'tenant.json');
  const first = await startSimulatorProcess(['--seed', 'users=2', '--state', state]);
  try {
    const second = promisify(execFile)(process.execPath, [CLI, 'simulator', '--state', state]);
    await expect(second).rejects.toMatchObject({ code: 2, stderr: expect.stringContaining(`is served at ${first.url}`) });
  } finally { await first.stop(); }
  await expect(access(`${state}.lock`)).rejects.toMatchObject({ code: 'ENOENT' });
  const child = spawn(process.execPath, [CLI, 'simulator', '--seed', 'users=900', '--state', state], { stdio: ['ignore', 'pipe', 'pipe'] });
  try {
    const [said] = await once(child.stderr, 'data') as [Buffer];
    expect(said.toString()).toContain('goes on as it is; --seed fills new ones only');
    await once(child.stdout, 'data');
  } finally {
    child.kill('SIGINT');
    await once(child, 'exit');
    await rm(folder, { recursive: true });
  }
});
