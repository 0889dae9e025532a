import { spawn, type ChildProcessWithoutNullStreams } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { PassThrough } from 'node:stream';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { main } from '../../../electron/cli/main.ts';

const ROOT = path.resolve(import.meta.dirname, '../../..');
const home = mkdtempSync(path.join(os.tmpdir(), 'causeway-cli-simulator-'));
const before = process.env['CAUSEWAY_HOME'];
beforeAll(() => { process.env['CAUSEWAY_HOME'] = home; });
afterAll(() => {
  if (before === undefined) delete process.env['CAUSEWAY_HOME']; else process.env['CAUSEWAY_HOME'] = before;
  rmSync(home, { recursive: true, force: true });
});
const start = (...args: string[]) => spawn(process.execPath, [path.join(ROOT, 'electron/cli/index.ts'), 'simulator', ...args], { cwd: home, env: { ...process.env, CAUSEWAY_HOME: home } });

/** Runs the command to its end, in this process. */
async function causeway(...args: string[]) {
  const written = { stdout: '', stderr: '' };
  const stream = (name: 'stdout' | 'stderr') => new PassThrough().setEncoding('utf8').on('data', (text: string) => { written[name] += text; }) as unknown as NodeJS.WriteStream;
  const code = await main(['simulator', ...args], { stdout: stream('stdout'), stderr: stream('stderr'), stdin: new PassThrough() as unknown as NodeJS.ReadStream });
  return { code, ...written };
}

describe('causeway simulator', () => {
  interface Ready { readonly url: string; readonly tenantId: string; readonly clientId: string; readonly clientSecret: string; readonly loadMs: number; readonly rssBytes: number }
  let child: ChildProcessWithoutNullStreams;
  let ready: Ready;
  let stdout = '';
  beforeAll(async () => {
    child = start('--seed', 'users=3,groups=1', '--faults', 'error=1:503@GET /contacts, seed=1', '--quotas', 'real', '--speed', '10', '--json');
    child.stdout.setEncoding('utf8').on('data', (text: string) => { stdout += text; });
    while (!stdout.includes('\n')) await Promise.race([once(child.stdout, 'data'), once(child, 'close').then(([code]) => { throw new Error(`ended with ${code}`); })]);
    ready = JSON.parse(stdout) as Ready;
  }, 30_000);
  afterAll(() => { child.kill('SIGKILL'); });
  const tokenFor = async (scope: string): Promise<string> => {
    const answer = await fetch(`${ready.url}/${ready.tenantId}/oauth2/v2.0/token`, { method: 'POST', body: new URLSearchParams({ grant_type: 'client_credentials', client_id: ready.clientId, client_secret: ready.clientSecret, scope: `${scope}/.default` }) });
    return (await answer.json() as { readonly access_token: string }).access_token;
  };

  it('prints one line with exactly what a client needs when it is ready', () => {
    expect(Object.keys(ready)).toEqual(['url', 'tenantId', 'clientId', 'clientSecret', 'loadMs', 'rssBytes']);
    expect(stdout.trim().split('\n')).toHaveLength(1);
    expect(ready.url).toMatch(/^http:\/\/127\.0\.0\.1:\d+$/);
    expect(ready.loadMs).toBeGreaterThan(0);
    expect(ready.rssBytes).toBeGreaterThan(10_000_000);
  });

  it('answers a plain HTTP client: sign-in, Graph and Exchange, with links of its own origin, and the faults it was started with', async () => {
    const graph = await tokenFor('https://graph.microsoft.com');
    const users = await fetch(`${ready.url}/v1.0/users?$top=2`, { headers: { authorization: `Bearer ${graph}` } });
    const page = await users.json() as { readonly value: readonly unknown[]; readonly '@odata.nextLink': string };
    expect([users.status, page.value.length, page['@odata.nextLink'].startsWith(`${ready.url}/v1.0/users?`)]).toEqual([200, 2, true]);
    expect((await fetch(page['@odata.nextLink'], { headers: { authorization: `Bearer ${graph}` } })).status).toBe(200);
    expect((await fetch(`${ready.url}/v1.0/contacts`, { headers: { authorization: `Bearer ${graph}` } })).status).toBe(503);
    const exchange = await tokenFor('https://outlook.office365.com');
    const cmdlet = await fetch(`${ready.url}/adminapi/beta/${ready.tenantId}/InvokeCommand`, { method: 'POST', headers: { authorization: `Bearer ${exchange}`, 'content-type': 'application/json' }, body: JSON.stringify({ CmdletInput: { CmdletName: 'Get-AcceptedDomain', Parameters: {} } }) });
    expect([cmdlet.status, (await cmdlet.json() as { readonly value: readonly unknown[] }).value.length > 0]).toEqual([200, true]);
    expect(await (await fetch(`${ready.url}/`)).text()).toContain('error=1:503@GET /contacts');
  });

  it('ends when it is interrupted, with 0', async () => {
    const ended = once(child, 'close');
    child.kill('SIGINT');
    expect(await ended).toEqual([0, null]);
  });

  it.each([
    ['--faults', 'error=1:503, slow=1', 'The fault "slow=1" is not understood: write slow=RATE:TIME, for example slow=0.1:3s.'],
    ['--listen', '0.0.0.0:80', '"0.0.0.0:80" is not an address of the loopback; use 127.0.0.1:PORT.'], ['--listen', '127.0.0.1:70000', '"127.0.0.1:70000" is not an address of the loopback; use 127.0.0.1:PORT.'],
    ['--speed', '0', '"0" is not a speed; use a number over 0, for example 10.'],
  ])('refuses %s %s in one sentence', async (option, value, sentence) => {
    const { code, stdout: out, stderr } = await causeway(option, value);
    expect([code, out, stderr.trim()]).toEqual([2, '', sentence]);
  });

  it('explains its faults', async () => {
    const { code, stdout: out } = await causeway('--help');
    expect(code).toBe(0);
    for (const part of ['--faults <spec>', 'error=RATE:STATUS', 'drop-after=RATE', 'exchange-lag=TIME', 'reset-delta=RATE', 'seed=N']) expect(out).toContain(part);
  });
});
