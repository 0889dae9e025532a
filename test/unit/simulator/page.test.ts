import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import type { SimulatorState } from '../../../electron/simulator/index.ts';
import { PAGE_SCRIPT, PAGE_STYLE, policyHash } from '../../../electron/simulator/page/assets.ts';
import { duration, number, share } from '../../../electron/simulator/page/words.ts';
import { IDS, MIXED } from './exchange-support.ts';
import { exchange, exchangeToken, isGraphError, request, sharedRig, type SharedRig } from './faults-support.ts';
import { newUser, odd, rig, signIn } from './support.ts';

let shared: SharedRig;
let folder: string;
let stateFile: string;
beforeAll(async () => {
  folder = mkdtempSync(path.join(os.tmpdir(), 'causeway-page-'));
  stateFile = path.join(folder, 'tenant.json');
  shared = await sharedRig({ seed: { ...odd, tenant: { ...odd.tenant, displayName: 'Odd & <Sons>' } }, quotas: 'real', stateFile });
});
afterAll(async () => { await shared.sim.close(); rmSync(folder, { recursive: true, force: true }); });
afterEach(() => { shared.sim.setFaults(''); expect(shared.defects).toEqual([]); });

const state = async (): Promise<SimulatorState> => (await (await fetch(`${shared.sim.url}/simulator/state.json`)).json()) as SimulatorState;
const page = async () => (await fetch(`${shared.sim.url}/`)).text();
const control = (name: string, body: unknown, headers: Record<string, string> = {}) => fetch(`${shared.sim.url}/simulator/${name}`, { method: 'POST', headers: { 'content-type': 'application/json', ...headers }, body: typeof body === 'string' ? body : JSON.stringify(body) });

describe('the page', () => {
  it('shows tenant, counts, clock, quotas, replication, faults and the last requests', async () => {
    shared.sim.setFaults('error=1:503@GET /groups, lag=30s');
    await shared.call('GET', "/users?$filter=displayName eq 'x'&$skiptoken=secretpage&$select=id");
    await shared.call('GET', '/groups');
    await shared.call('POST', '/$batch', { requests: [{ id: '1', method: 'GET', url: '/users/nobody' }, { id: '2', method: 'GET', url: '/organization' }] });
    const id = String((await shared.call('POST', '/users', newUser('pending'))).body['id']);
    const text = await page();
    for (const part of ['Odd &amp; &lt;Sons&gt;', 'odd.onmicrosoft.com', shared.sim.tenantId, 'error=1:503@GET /groups', 'Objects still replicating</dt><dd><span class="warn">1</span>', '/v1.0/groups', '<span class="mark bad">503</span>', '2, <span class="bad">1 refused</span>', 'Causeway', '<meter ']) expect(text).toContain(part);
    const seen = await state();
    expect(seen.tenant.displayName).toBe('Odd & <Sons>');
    expect(seen.counts).toEqual({ users: shared.sim.snapshot().users.length, groups: 3, contacts: 1, mailboxes: 0, recycleBin: 0 });
    expect(seen.clock.speed).toBe(1);
    expect(Math.abs(Date.parse(seen.clock.now) - Date.now())).toBeLessThan(5000);
    expect(seen.quotas).toMatchObject({ mode: 'real', share: 1, throttled: 0 });
    expect(seen.quotas.buckets.find((b) => b.name.startsWith('writes '))).toMatchObject({ size: 3000, windowMs: 150_000, refused: 0 });
    expect(seen.replication).toEqual({ lagMs: 30_000, exchangeLagMs: 0, pending: 1, waiting: 0 });
    expect(seen.faults).toEqual({ spec: 'error=1:503@GET /groups, lag=30s', injected: 1, clauses: [{ clause: 'error=1:503@GET /groups', met: 1, injected: 1 }, { clause: 'lag=30s', met: 4, injected: 0 }] });
    expect(seen.requests.slice(0, 4).map((r) => [r.method, r.path, r.status, r.inner])).toEqual([
      ['POST', '/v1.0/users', 201, null], ['POST', '/v1.0/$batch', 200, { count: 2, refused: 1 }], ['GET', '/v1.0/groups', 503, null], ['GET', "/v1.0/users?$filter=displayName eq 'x'&$skiptoken=…&$select=id", expect.any(Number), null],
    ]);
    expect(seen.requests.every((r) => r.ms >= 0 && (r.appId === null || r.appId === shared.sim.clientId))).toBe(true);
    await shared.call('DELETE', `/users/${id}`);
  });

  it('holds no token, no secret and no value of an option that may be one', async () => {
    await shared.call('GET', '/users?$skiptoken=hush1&$deltatoken=hush2');
    await fetch(`${shared.sim.url}/${shared.sim.tenantId}/oauth2/v2.0/authorize?client_id=x&state=hush3&login_hint=hush4`);
    const all = await page() + JSON.stringify(await state());
    for (const secret of [shared.token, shared.token.slice(-40), shared.sim.clientSecret, shared.sim.clientSecretReadOnly, 'hush1', 'hush2', 'hush3', 'hush4']) expect(all).not.toContain(secret);
  });

  it('keeps the last 100 requests, latest first, and shows connections that were ended without an answer', async () => {
    for (let i = 0; i < 105; i++) await shared.call('GET', `/users/n${i}`);
    shared.sim.setFaults('drop-after=1@/organization');
    await shared.call('GET', '/organization').catch(() => undefined);
    const { requests } = await state();
    expect(requests).toHaveLength(100);
    expect(requests[0]).toMatchObject({ path: '/v1.0/organization', status: null, delivery: 'closed' });
    expect(requests.slice(1, 100).map((r) => r.path)).toEqual(Array.from({ length: 99 }, (_, i) => `/v1.0/users/n${104 - i}`));
    expect(await page()).toContain('<span class="mark bad">no answer</span></td><td>GET</td><td class="code address">/v1.0/organization <span class="mark warn">closed</span>');
  });

  it('tells which cmdlet ran and which code an error had', async () => {
    const { sim } = await rig({ seed: MIXED });
    const token = await exchangeToken(sim);
    for (const CmdletName of ['Get-AcceptedDomain', 'Get-Nonsense<b>']) await fetch(`${sim.url}/adminapi/beta/${sim.tenantId}/InvokeCommand`, { method: 'POST', headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' }, body: JSON.stringify({ CmdletInput: { CmdletName, Parameters: { Identity: 'example.com' } } }) });
    await fetch(`${sim.url}/v1.0/users`);
    await fetch(`${sim.url}/${sim.tenantId}/oauth2/v2.0/token`, { method: 'POST', body: new URLSearchParams({ grant_type: 'nothing' }) });
    expect(sim.state().requests.slice(0, 4).map(({ cmdlet, status, code }) => [cmdlet, status, code])).toEqual([
      [null, 400, expect.stringMatching(/^(unsupported_grant_type|invalid_request)$/)], [null, 401, 'InvalidAuthenticationToken'], [null, 400, 'BadRequest'], ['Get-AcceptedDomain', 200, null],
    ]);
    const text = await (await fetch(`${sim.url}/`)).text();
    for (const part of ['InvokeCommand <strong>Get-AcceptedDomain</strong>', '<span class="mark bad">401</span> <span class="quiet">InvalidAuthenticationToken</span>']) expect(text).toContain(part);
  });

  it('escapes whatever comes from outside', async () => {
    await shared.call('GET', '/<script>alert(1)</script>?$filter=<img src=x onerror=alert(2)>');
    shared.sim.setFaults('error=0:503@/<b>bold</b>');
    const text = await page();
    expect(text).not.toMatch(/<script>alert|<img src|<b>bold/);
    expect(text).toContain('&lt;b&gt;bold&lt;/b&gt;');
  });

  it('loads nothing from elsewhere, and runs its own style and script only', async () => {
    const answer = await fetch(`${shared.sim.url}/`);
    const policy = answer.headers.get('content-security-policy') ?? '';
    expect(policy.split('; ')).toEqual(["default-src 'none'", `style-src ${policyHash(PAGE_STYLE)}`, `script-src ${policyHash(PAGE_SCRIPT)}`, "connect-src 'self'", 'img-src data:', "base-uri 'none'", "form-action 'none'", "frame-ancestors 'none'"]);
    expect([answer.headers.get('x-content-type-options'), answer.headers.get('x-frame-options'), answer.headers.get('cache-control')]).toEqual(['nosniff', 'DENY', 'no-store']);
    const text = await answer.text();
    expect(text).toContain(`<style>${PAGE_STYLE}</style>`);
    expect(text).toContain(`<script>${PAGE_SCRIPT}</script>`);
    expect(text.match(/<(style|script)/g)).toEqual(['<style', '<script']);
    expect(/<[^>]*\s(style|on\w+|src)=/.test(text) || /https?:\/\//.test(text)).toBe(false);
  });

  it('shows a tenant without quotas, faults and requests', async () => {
    const { sim } = await rig({});
    const text = await (await fetch(`${sim.url}/`)).text();
    expect(text).toContain('Off: nothing is throttled.');
    expect(text).toContain('None. Start with --faults');
  });

  it('counts mailboxes of people, shared ones, rooms and equipment, with and without a stored type, as they come and go', async () => {
    const { sim, call } = await rig({ seed: MIXED });
    expect(sim.state().counts).toMatchObject({ users: 8, mailboxes: 4 });
    await call('DELETE', `/users/${IDS.twinA}`);
    expect(sim.state().counts).toMatchObject({ users: 7, mailboxes: 3, recycleBin: 2 });
    expect(await (await fetch(`${sim.url}/`)).text()).toContain('<dt>Mailboxes</dt><dd>3</dd>');
  });

  it('shows which share of the quotas is in force and what they refused', async () => {
    const r = await rig({ quotas: 'real', seed: odd, faults: 'quota=0.001', clock: () => 1_000_000 });
    for (let i = 0; i < 4; i++) await r.call('POST', '/users', newUser(`q${i}`));
    const seen = r.sim.state();
    expect(seen.quotas).toMatchObject({ share: 0.001, throttled: 1 });
    expect(seen.quotas.buckets.filter((b) => b.refused > 0)).toHaveLength(1);
    const text = await (await fetch(`${r.sim.url}/`)).text();
    expect(text).toContain('0.1 % of the documented limits');
    expect(text).toContain('Refused by quotas (429)</dt><dd><span class="bad">1</span>');
  });
});

describe('the controls', () => {
  it('move the clock, change the faults and save the state', async () => {
    const before = Date.parse((await state()).clock.now);
    const moved = await control('clock', { advanceMs: 3_600_000 });
    expect(moved.status).toBe(200);
    const { clock } = await state();
    expect(clock.advancedMs).toBeGreaterThanOrEqual(3_600_000);
    expect(Date.parse(clock.now) - before).toBeGreaterThanOrEqual(3_600_000);
    const changed = await control('faults', { spec: 'error=1:418' });
    expect([changed.status, await changed.json()]).toEqual([400, { error: { code: 'INVALID_INPUT', message: expect.stringContaining('"error=1:418"') } }]);
    expect((await (await control('faults', { spec: 'error=1:503, seed=2' })).json() as SimulatorState).faults.clauses).toEqual([{ clause: 'error=1:503', met: 0, injected: 0 }]);
    expect((await shared.call('GET', '/users')).status).toBe(503);
    shared.sim.setFaults('');
    const fresh = await signIn(shared.sim);
    expect((await fetch(`${shared.sim.url}/v1.0/users`, { method: 'POST', headers: { authorization: `Bearer ${fresh}`, 'content-type': 'application/json' }, body: JSON.stringify(newUser('to-be-saved')) })).status).toBe(201);
    expect(readFileSync(stateFile, 'utf8')).not.toContain('to-be-saved');
    expect(await (await control('save', {})).json()).toEqual({ saved: true });
    expect(readFileSync(stateFile, 'utf8')).toContain('to-be-saved');
    const { sim } = await rig({});
    expect(await (await fetch(`${sim.url}/simulator/save`, { method: 'POST', headers: { 'content-type': 'application/json' } })).json()).toEqual({ saved: false });
  });

  it.each([
    ['another method', 'GET', 'clock', {}, undefined, 405], ['no JSON type', 'POST', 'clock', { 'content-type': 'text/plain' }, '{"advanceMs":1}', 415], ['a form', 'POST', 'faults', { 'content-type': 'application/x-www-form-urlencoded' }, 'spec=', 415],
    ['broken JSON', 'POST', 'clock', {}, '{', 400], ['a negative time', 'POST', 'clock', {}, '{"advanceMs":-1}', 400], ['a time of ages', 'POST', 'clock', {}, '{"advanceMs":1e15}', 400], ['more than asked', 'POST', 'clock', {}, '{"advanceMs":1,"x":1}', 400], ['no faults', 'POST', 'faults', {}, '{}', 400],
    ['another origin', 'POST', 'clock', { origin: 'http://evil.example' }, '{"advanceMs":1}', 403], ['an opaque origin', 'POST', 'clock', { origin: 'null' }, '{"advanceMs":1}', 403], ['another port of this machine', 'POST', 'clock', { origin: 'http://127.0.0.1:1' }, '{"advanceMs":1}', 403],
    ['a name that was pointed here', 'POST', 'clock', { host: 'evil.example' }, '{"advanceMs":1}', 403], ['such a name with its origin', 'POST', 'save', { host: 'evil.example', origin: 'http://evil.example' }, '{}', 403], ['an unknown control', 'POST', 'reset', {}, '{}', 404],
  ] as const)('refuse %s', async (_what, method, name, headers, body, status) => {
    const before = (await state()).clock.advancedMs;
    const seen = await exchange(shared.sim, request(shared.sim, method, `/simulator/${name}`, headers, body));
    const answer = JSON.parse(seen.text.slice(seen.text.indexOf('\r\n\r\n') + 4)) as { readonly error: { readonly message: string } };
    expect([seen.status, typeof answer.error.message]).toEqual([status, 'string']);
    expect((await state()).clock.advancedMs).toBe(before);
  });

  it('take the page\'s own origin', async () => {
    expect((await control('clock', { advanceMs: 0 }, { origin: shared.sim.url })).status).toBe(200);
  });

  it('and the page are unknown to clients of the production addresses, and to names that were pointed here', async () => {
    for (const [method, address] of [['GET', '/'], ['GET', '/simulator/state.json'], ['POST', '/simulator/clock']] as const) {
      const answer = await fetch(`${shared.sim.url}${address}`, { method, headers: { 'x-forwarded-origin': 'https://graph.microsoft.com', 'content-type': 'application/json' }, ...(method === 'POST' ? { body: '{"advanceMs":1}' } : {}) });
      const body: unknown = await answer.json();
      expect([answer.status, isGraphError(body)]).toEqual([400, true]);
      expect(JSON.stringify(body)).not.toMatch(/simulator/i);
    }
    expect((await exchange(shared.sim, request(shared.sim, 'GET', '/', { host: 'evil.example' }))).status).toBe(403);
    expect((await exchange(shared.sim, request(shared.sim, 'GET', '/', { host: 'localhost:1' }))).status).toBe(200);
  });

  it('are not met by faults', async () => {
    shared.sim.setFaults('drop-before=1');
    expect((await control('clock', { advanceMs: 0 })).status).toBe(200);
    expect((await fetch(`${shared.sim.url}/`)).status).toBe(200);
    expect((await state()).faults.clauses).toEqual([{ clause: 'drop-before=1', met: 0, injected: 0 }]);
  });

});

describe('words of the page', () => {
  it.each([[0, '0 ms'], [999, '999 ms'], [1500, '1.5 s'], [150_000, '150 s'], [3_600_000, '1 h'], [90_061_000, '1 d 1 h'], [604_800_000, '7 d'], [600_000, '10 min'], [3_599_999, '1 h']])('%d ms is %s', (ms, text) => { expect(duration(ms)).toBe(text); });
  it('write numbers and shares', () => {
    expect([number(7), number(1234), number(1_234_567), number(1.5)]).toEqual(['7', '1 234', '1 234 567', '1.5']);
    expect([share(1), share(0.25), share(0.001), share(0.056), share(0)]).toEqual(['100 %', '25 %', '0.1 %', '5.6 %', '0 %']);
  });
});
