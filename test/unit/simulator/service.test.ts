import { mkdtemp, readdir, readFile, writeFile } from 'node:fs/promises';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { simulatedTransports, startSimulator } from '../../../electron/simulator/index.ts';
import { newUser, odd, rig, signIn, type Rig } from './support.ts';

interface InnerReply { readonly id: string; readonly status: number; readonly headers: Record<string, string>; readonly body?: { readonly error?: { readonly code: string } } }
const batch = async (r: Rig, requests: unknown[]): Promise<InnerReply[]> => {
  const reply = await r.call('POST', '/$batch', { requests });
  expect(reply.status).toBe(200);
  return reply.body['responses'] as InnerReply[];
};
const json = { 'Content-Type': 'application/json' };
const create = (id: string, name = id) => ({ id, method: 'POST', url: '/users', headers: json, body: newUser(name) });

describe('batches', () => {
  it('answers 200 with a status for each part, in any order', async () => {
    const r = await rig();
    const ids = Array.from({ length: 20 }, (_, i) => `u${i}`);
    const replies = await batch(r, ids.map((id) => create(id)));
    expect(replies.map((x) => x.id).toSorted()).toEqual(ids.toSorted());
    expect(replies.map((x) => x.id)).not.toEqual(ids);
    expect(new Set(replies.map((x) => x.status))).toEqual(new Set([201]));
    expect(r.sim.stats).toMatchObject({ batches: 1, created: 20, requests: { 'POST /users': 20 } });
    const removed = await batch(r, [{ id: 'd', method: 'DELETE', url: '/users/u0@example.com' }]);
    expect(r.sim.stats.requests['DELETE /users/{id}']).toBe(1);
    expect(removed[0]).toMatchObject({ status: 204 });
    expect('body' in (removed[0] ?? {})).toBe(false);
  });

  it('runs dependent parts in order and fails them with 424', async () => {
    const r = await rig();
    const good = await batch(r, [create('a', 'ann'), { id: 'b', method: 'GET', url: '/users/ann@example.com', dependsOn: ['a'] }]);
    expect(good.map((x) => x.status).toSorted()).toEqual([200, 201]);
    const bad = await batch(r, [{ id: 'a', method: 'GET', url: '/users/nobody@example.com' }, { id: 'b', method: 'GET', url: '/users', dependsOn: ['a'] }, { id: 'c', method: 'GET', url: '/users', dependsOn: ['b'] }]);
    expect(Object.fromEntries(bad.map((x) => [x.id, x.status]))).toEqual({ a: 404, b: 424, c: 424 });
  });

  it.each([
    ['21 requests', Array.from({ length: 21 }, (_, i) => create(`u${i}`))],
    ['duplicate ids', [create('a'), create('a')]],
    ['none', []],
    ['an unknown dependency', [{ ...create('a'), dependsOn: ['z'] }]],
    ['a circle', [{ ...create('a'), dependsOn: ['b'] }, { ...create('b'), dependsOn: ['a'] }]],
    ['no method', [{ id: 'a', url: '/users' }]],
  ])('refuses a batch with %s as a whole', async (_, requests) => {
    const r = await rig();
    const reply = await r.call('POST', '/$batch', { requests });
    expect([reply.status, reply.body.error?.code]).toEqual([400, 'BadRequest']);
    expect(r.sim.stats.created).toBe(0);
  });
});

describe('quotas', () => {
  it('lets 3,000 writes pass, then answers 429 inside a 200 and lets the rest pass after Retry-After', async () => {
    const time = { now: Date.parse('2026-11-02T08:00:00Z') };
    const r = await rig({ quotas: 'real', clock: () => time.now });
    let passed = 0;
    for (let i = 0; i < 150; i++) passed += (await batch(r, Array.from({ length: 20 }, (_, k) => create(`u${i}x${k}`)))).filter((x) => x.status === 201).length;
    expect(passed).toBe(3000);
    const refused = await batch(r, [create('late'), { id: 'read', method: 'GET', url: '/users?$top=1&$select=id' }]);
    const late = refused.find((x) => x.id === 'late');
    expect(late).toMatchObject({ status: 429, body: { error: { code: 'TooManyRequests', message: 'Please retry again later.', innerError: { code: '429', message: 'Please retry after', status: '429' } } } });
    expect(late?.headers['x-ms-throttle-scope']).toContain('Tenant_Application/Write/');
    expect(late?.headers['x-ms-throttle-information']).toBe('WriteLimitExceeded');
    expect(refused.find((x) => x.id === 'read')?.status).toBe(200);
    const wait = Number(late?.headers['Retry-After']);
    expect(wait).toBeGreaterThanOrEqual(2);
    time.now += wait * 1000;
    expect((await batch(r, [create('late')]))[0]?.status).toBe(201);
    expect(r.sim.stats.throttled).toBe(1);
  });

  it('counts resource units by the size of the tenant and words some waits as decimals', async () => {
    const time = { now: Date.parse('2026-11-02T08:00:00Z') };
    const r = await rig({ quotas: 'real', clock: () => time.now });
    const reads = Array.from({ length: 20 }, (_, i) => ({ id: String(i), method: 'GET', url: '/users' }));
    const waits: string[] = [];
    let answered = 0;
    for (let i = 0; i < 90; i++) for (const x of await batch(r, reads)) { if (x.status === 200) answered++; else waits.push(x.headers['Retry-After'] ?? ''); }
    expect(answered).toBe(1750);
    expect(waits.some((w) => w.includes('.'))).toBe(true);
    expect(waits.some((w) => !w.includes('.'))).toBe(true);
  });

  it('runs its windows faster on demand', async () => {
    const time = { now: 1_800_000_000_000 };
    const r = await rig({ quotas: 'real', clock: () => time.now, speed: 100 });
    for (let i = 0; i < 150; i++) await batch(r, Array.from({ length: 20 }, (_, k) => ({ id: String(k), method: 'DELETE', url: '/users/nobody@example.com' })));
    const [refused] = await batch(r, [create('a')]);
    expect(refused?.status).toBe(429);
    expect(Number(refused?.headers['Retry-After'])).toBeLessThan(0.1);
    time.now += 30;
    expect((await batch(r, [create('a')]))[0]?.status).toBe(201);
  });
});

describe('the door', () => {
  it('answers 401 without, with a broken, a foreign and an expired token', async () => {
    const r = await rig();
    const get = async (authorization?: string) => {
      const answer = await fetch(`${r.sim.url}/v1.0/users`, authorization === undefined ? {} : { headers: { authorization } });
      return [answer.status, (await answer.json() as { error?: { code: string } }).error?.code];
    };
    const refused = [401, 'InvalidAuthenticationToken'];
    expect(await get()).toEqual(refused);
    expect(await get('Bearer garbage')).toEqual(refused);
    expect(await get('Basic eDp5')).toEqual(refused);
    // One with a key of its own: those of the other tests share theirs.
    const other = await startSimulator({ quotas: 'off' });
    try { expect(await get(`Bearer ${await signIn(other)}`)).toEqual(refused); } finally { await other.close(); }
    const token = await signIn(r.sim);
    expect((await get(`Bearer ${token}`))[0]).toBe(200);
    r.sim.advance(5_400_000);
    expect(await get(`Bearer ${token}`)).toEqual(refused);
  });

  it('lets the read-only application read and answers its writes with 403', async () => {
    const r = await rig({}, 'read only');
    expect((await r.call('GET', '/users')).status).toBe(200);
    for (const [method, path, body] of [['POST', '/users', newUser('a')], ['PATCH', '/users/admin@simulated.onmicrosoft.com', { city: 'x' }], ['DELETE', '/users/admin@simulated.onmicrosoft.com', undefined]] as const) {
      expect((await r.call(method, path, body)).body.error).toMatchObject({ code: 'Authorization_RequestDenied', message: 'Insufficient privileges to complete the operation.' });
    }
  });

  it('answers malformed requests with an envelope and lives on', async () => {
    const r = await rig();
    const token = await signIn(r.sim);
    const send = async (body: string, type?: string) => {
      const answer = await fetch(`${r.sim.url}/v1.0/users`, { method: 'POST', body: new TextEncoder().encode(body), headers: { authorization: `Bearer ${token}`, ...(type ? { 'content-type': type } : {}) } });
      return [answer.status, (await answer.json() as { error: { code: string } }).error.code];
    };
    expect(await send('{"a":', 'application/json')).toEqual([400, 'BadRequest']);
    expect(await send('[]', 'application/json')).toEqual([400, 'BadRequest']);
    expect(await send('null', 'application/json')).toEqual([400, 'BadRequest']);
    expect(await send('{}', 'text/plain')).toEqual([415, 'UnsupportedMediaType']);
    expect(await send('{}')).toEqual([400, 'BadRequest']);
    expect(await send(JSON.stringify({ a: 'x'.repeat(5_000_000) }), 'application/json')).toEqual([413, 'RequestEntityTooLarge']);
    const beta = await fetch(`${r.sim.url}/beta/users`);
    expect(beta.status).toBe(400);
    await new Promise<void>((resolve) => { const socket = connect(Number(new URL(r.sim.url).port), '127.0.0.1', () => socket.end('GARBAGE / HTTP/9\r\n\r\n')); socket.on('close', () => resolve()); socket.resume(); });
    expect((await r.call('GET', '/users')).status).toBe(200);
    expect(r.defects).toEqual([]);
  });

  it('takes the address of a simulator on this machine only', () => {
    expect(() => simulatedTransports('http://graph.microsoft.com')).toThrow(RangeError);
  });
});

describe('the state file', () => {
  it('keeps tenant, secrets and tokens between runs and is written whole', async () => {
    const folder = await mkdtemp(path.join(tmpdir(), 'sim-'));
    const stateFile = path.join(folder, 'state.json');
    const first = await rig({ stateFile, seed: odd });
    await first.user('ann', { mail: 'ann@example.com' });
    const [before, token] = [first.sim.snapshot(), await signIn(first.sim)];
    await first.sim.close();
    expect(await readdir(folder)).toEqual(['state.json']);
    const second = await startSimulator({ quotas: 'off', stateFile });
    try {
      expect(second.snapshot()).toEqual(before);
      expect([second.tenantId, second.clientSecret]).toEqual([first.sim.tenantId, first.sim.clientSecret]);
      expect((await fetch(`${second.url}/v1.0/users`, { headers: { authorization: `Bearer ${token}` } })).status).toBe(200);
    } finally { await second.close(); }
    await writeFile(stateFile, (await readFile(stateFile, 'utf8')).slice(0, 100));
    await expect(startSimulator({ quotas: 'off', stateFile })).rejects.toMatchObject({ data: { code: 'BAD_FILE' } });
  });
});

describe('exchange', () => {
  it('runs known cmdlets and refuses others in its own words', async () => {
    const { sim } = await rig({ seed: odd });
    const token = async (scope: string) => (await (await fetch(`${sim.url}/${sim.tenantId}/oauth2/v2.0/token`, { method: 'POST', body: new URLSearchParams({ grant_type: 'client_credentials', client_id: sim.clientId, client_secret: sim.clientSecret, scope }) })).json() as { access_token: string }).access_token;
    const run = async (name: string, parameters: object, scope = 'https://outlook.office365.com/.default') => {
      const answer = await fetch(`${sim.url}/adminapi/beta/${sim.tenantId}/InvokeCommand`, { method: 'POST', headers: { authorization: `Bearer ${await token(scope)}`, 'content-type': 'application/json' }, body: JSON.stringify({ CmdletInput: { CmdletName: name, Parameters: parameters } }) });
      return { status: answer.status, body: await answer.json() as { value?: Record<string, unknown>[]; error?: { details: { message: string }[] } } };
    };
    expect((await run('Get-AcceptedDomain', {})).body.value?.map((v) => v['DomainName'])).toContain('example.com');
    expect((await run('Get-Recipient', { Identity: 'list@example.com' })).body.value?.[0]).toMatchObject({ RecipientType: 'MailUniversalDistributionGroup' });
    expect((await run('Get-Recipient', { Identity: 'nobody@example.com' })).status).toBe(404);
    expect((await run('Get-Moonphase', {})).body.error?.details[0]?.message).toContain("The term 'Get-Moonphase' is not recognized");
    expect((await run('Get-AcceptedDomain', {}, 'https://graph.microsoft.com/.default')).status).toBe(401);
  });
});
