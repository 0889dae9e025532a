import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { exchange, exchangeToken, expectNoAnswer, isExchangeError, isGraphError, isSignInError, request, sharedRig, type SharedRig } from './faults-support.ts';
import { chance } from '../../../electron/simulator/chance.ts';
import { injectedError } from '../../../electron/simulator/faults/errors.ts';
import { bindTo, newUser, odd, rig, type Rig } from './support.ts';

let shared: SharedRig;
beforeAll(async () => { shared = await sharedRig({ seed: odd }); });
afterAll(() => shared.sim.close());
afterEach(() => { expect(shared.defects).toEqual([]); });
/** The simulator that the tests of this file share, without faults; each test writes users of its own. */
const seeded = () => { shared.sim.setFaults(''); return shared; };

const post = (name: string) => ({ id: name, method: 'POST', url: '/users', headers: { 'content-type': 'application/json' }, body: newUser(name) });
const batch = (call: Rig['call'], requests: readonly object[]) => call('POST', '/$batch', { requests });
const inner = (reply: { readonly body: Record<string, unknown> }) => (reply.body['responses'] as { readonly id: string; readonly status: number; readonly headers: Record<string, string>; readonly body: unknown }[]).toSorted((a, b) => Number(a.id) - Number(b.id));
const userCount = ({ sim }: SharedRig) => sim.snapshot().users.length;

const get = (sim: SharedRig['sim'], token: string, path = '/v1.0/users') => request(sim, 'GET', path, { authorization: `Bearer ${token}` });

describe('errors on demand', () => {
  it('meet requests by method and path, each service in its own envelope', async () => {
    const r = seeded();
    r.sim.setFaults('error=1:503@GET /users, error=1:500@/adminapi/**, error=1:503@/oauth2/**');
    const refused = await r.call('GET', '/users');
    expect([refused.status, isGraphError(refused.body)]).toEqual([503, true]);
    expect(refused.headers.get('request-id')).toBe(refused.body.error?.innerError['request-id']);
    expect((await r.call('GET', '/groups')).status).toBe(200);
    expect((await r.call('POST', '/users', newUser('x'))).status).toBe(201);
    const cmdlet = await fetch(`${r.sim.url}/adminapi/beta/${r.sim.tenantId}/InvokeCommand`, { method: 'POST', headers: { 'content-type': 'application/json' }, body: '{}' });
    expect([cmdlet.status, isExchangeError(await cmdlet.json())]).toEqual([500, true]);
    const token = await fetch(`${r.sim.url}/${r.sim.tenantId}/oauth2/v2.0/token`, { method: 'POST', body: new URLSearchParams({ grant_type: 'client_credentials' }) });
    const body = await token.json() as { readonly error: string; readonly error_codes: readonly number[] };
    expect([token.status, isSignInError(body), body.error, body.error_codes]).toEqual([503, true, 'temporarily_unavailable', [90033]]);
    expect(r.sim.stats.faults).toEqual({ 'error=1:503@GET /users': 1, 'error=1:500@/adminapi/**': 1, 'error=1:503@/oauth2/**': 1 });
    r.sim.setFaults('error=1:400@/oauth2/**');
    const loop = await fetch(`${r.sim.url}/${r.sim.tenantId}/oauth2/v2.0/token`, { method: 'POST' });
    expect(await loop.json()).toMatchObject({ error: 'invalid_grant', error_codes: [50196] });
  });

  it.each([
    [401, ['InvalidAuthenticationToken']], [403, ['Authorization_RequestDenied']], [409, ['Directory_ConcurrencyViolation']], [429, ['TooManyRequests']],
    [500, ['Service_InternalServerError', 'InternalServerError', 'generalException']], [502, ['UnknownError', 'BadGateway', 'page']], [503, ['serviceNotAvailable', 'ServiceUnavailable', 'Directory_ReplicaUnavailable']], [504, ['UnknownError', 'GatewayTimeout', 'page']],
  ] as const)('%d comes with the codes the service uses', async (status, codes) => {
    const r = seeded();
    r.sim.setFaults(`error=1:${status}`);
    expect((await r.call('GET', '/users')).status).toBe(status);
    const seen = new Set<string>();
    const waits = new Set<boolean>();
    // The other chances without HTTP.
    for (let i = 0; i < 200; i++) {
      const reply = injectedError({ status, code: undefined, retryAfterMs: undefined }, 'graph', chance(i), Date.now(), { request: 'r', client: 'c' }, false);
      expect(reply.status).toBe(status);
      const isPage = reply.headers?.['content-type']?.startsWith('text/html') ?? false;
      expect(isPage || isGraphError(reply.body)).toBe(true);
      const { code = '', message } = isPage ? { code: 'page' } : (reply.body as { readonly error: { readonly code: string; readonly message: string } }).error as { readonly code?: string; readonly message?: string };
      seen.add(code);
      waits.add(Object.keys(reply.headers ?? {}).some((name) => name.toLowerCase() === 'retry-after'));
      if (code === 'UnknownError') expect(message).toBe('');
    }
    expect([...seen].toSorted()).toEqual([...codes].toSorted());
    expect([...waits].toSorted()).toEqual(status === 429 ? [true] : status === 503 || status === 409 ? [false, true] : [false]);
  });

  it('takes a code, a page of a gateway, and a Retry-After that the specification names', async () => {
    const r = seeded();
    r.sim.setFaults('error=1:503/serviceNotAvailable:1.5s');
    const reply = await r.call('GET', '/users');
    expect([reply.body.error?.code, reply.headers.get('retry-after')]).toEqual(['serviceNotAvailable', '1.5']);
    r.sim.setFaults('error=1:504/html');
    const page = await r.call('GET', '/users');
    expect([page.status, page.headers.get('content-type'), String(page.body['text']).startsWith('<html>')]).toEqual([504, 'text/html', true]);
    r.sim.setFaults('error=1:429:none');
    expect((await r.call('GET', '/users')).headers.get('retry-after')).toBeNull();
  });

  it('meet the requests of a batch one by one, and the batch itself', async () => {
    const r = seeded();
    const before = userCount(r);
    r.sim.setFaults('error=0.5:429@POST /users, seed=3');
    const requests = Array.from({ length: 20 }, (_, i) => ({ ...post(`p${i}`), id: String(i) }));
    const reply = await batch(r.call, requests);
    expect(reply.status).toBe(200);
    const answers = inner(reply);
    const throttled = answers.filter((a) => a.status === 429);
    expect(throttled.length).toBeGreaterThan(3);
    expect(throttled.length).toBeLessThan(17);
    expect(throttled.every((a) => isGraphError(a.body) && Number(a.headers['Retry-After']) > 0)).toBe(true);
    expect(answers.filter((a) => a.status === 201).length).toBe(20 - throttled.length);
    expect(userCount(r)).toBe(before + 20 - throttled.length);
    expect(r.sim.stats.faults['error=0.5:429@POST /users']).toBe(throttled.length);
    r.sim.setFaults('error=1:504/html@POST /users');
    expect(inner(await batch(r.call, [post('1')])).map((a) => [a.status, isGraphError(a.body)])).toEqual([[504, true]]);
    r.sim.setFaults('error=1:503@/$batch');
    const whole = await batch(r.call, [post('1')]);
    expect([whole.status, isGraphError(whole.body)]).toEqual([503, true]);
    expect(userCount(r)).toBe(before + 20 - throttled.length);
  });

  it('meet the commands of an Exchange batch one by one', async () => {
    const r = seeded();
    const token = await exchangeToken(r.sim);
    const url = `/adminapi/beta/${r.sim.tenantId}`;
    const command = (id: string, name: string) => ({ id, method: 'POST', url: `${url}/InvokeCommand`, headers: { 'content-type': 'application/json' }, body: { CmdletInput: { CmdletName: name, Parameters: {} } } });
    r.sim.setFaults('error=1:500@/adminapi/Get-AcceptedDomain');
    const answer = await fetch(`${r.sim.url}${url}/$batch`, { method: 'POST', headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json', prefer: 'odata.continue-on-error' }, body: JSON.stringify({ requests: [command('1', 'Get-AcceptedDomain'), command('2', 'Get-Recipient')] }) });
    const { responses } = await answer.json() as { readonly responses: readonly { readonly id: string; readonly status: number; readonly body: unknown }[] };
    expect(responses.toSorted((a, b) => a.id.localeCompare(b.id)).map((a) => [a.status, isExchangeError(a.body)])).toEqual([[500, true], [200, false]]);
  });

  it('can come after the write took effect, alone and in a batch', async () => {
    const r = seeded();
    r.sim.setFaults('error-after=1:504@POST /users');
    expect((await r.call('POST', '/users', newUser('late'))).status).toBe(504);
    expect(inner(await batch(r.call, [post('7')]))[0]?.status).toBe(504);
    r.sim.setFaults('');
    expect((await r.call('GET', '/users/late@example.com')).status).toBe(200);
    expect((await r.call('GET', '/users/7@example.com')).status).toBe(200);
    expect((await r.call('POST', '/users', newUser('late'))).body.error?.details?.[0]?.code).toBe('ObjectConflict');
  });

  it('a batch that fails as a whole after its writes leaves them done', async () => {
    const r = seeded();
    r.sim.setFaults('error-after=1:503@/$batch');
    expect((await batch(r.call, [post('8')])).status).toBe(503);
    r.sim.setFaults('');
    expect((await r.call('GET', '/users/8@example.com')).status).toBe(200);
  });
});

describe('connections on demand', () => {
  it.each([
    ['drop-before=1', false], ['drop-after=1', true], ['reset-before=1', false], ['reset-after=1', true], ['reset-middle=1', true], ['truncate=1', true],
  ] as const)('%s leaves the client without a whole answer; the write is done: %s', async (spec, isDone) => {
    const r = seeded();
    r.sim.setFaults(`${spec}@POST /users`);
    const name = `gone-${spec.replace('=', '')}`;
    await expectNoAnswer(r.call('POST', '/users', newUser(name)).then((reply) => new Response(JSON.stringify(reply.body))));
    expect(r.sim.stats.faults[`${spec}@POST /users`]).toBe(1);
    r.sim.setFaults('');
    expect((await r.call('GET', `/users/${name}@example.com`)).status).toBe(isDone ? 200 : 404);
  });

  it('what ends a connection is told apart: closed or reset, before any byte or in the middle of an answer that announces its whole length', async () => {
    const r = seeded();
    const { token } = r;
    const whole = await exchange(r.sim, get(r.sim, token));
    const bodyOf = (text: string) => text.split('\r\n\r\n')[1] ?? '';
    const length = (text: string) => /content-length: (\d+)/i.exec(text)?.[1];
    const seen = async (spec: string) => { r.sim.setFaults(spec); return exchange(r.sim, get(r.sim, token)); };
    expect(await seen('drop-before=1')).toEqual({ text: '', status: null, end: 'closed' });
    expect(await seen('reset-before=1')).toEqual({ text: '', status: null, end: 'reset' });
    expect(await seen('reset-after=1')).toEqual({ text: '', status: null, end: 'reset' });
    const truncated = await seen('truncate=1');
    expect([truncated.status, truncated.end, length(truncated.text)]).toEqual([200, 'closed', length(whole.text)]);
    expect(bodyOf(truncated.text)).toBe(bodyOf(whole.text).slice(0, Math.floor(bodyOf(whole.text).length / 2)));
    const middle = await seen('reset-middle=1');
    expect([middle.status, middle.end, bodyOf(middle.text).length]).toEqual([200, 'reset', bodyOf(truncated.text).length]);
  });

  it('an answer without a body is cut in its head', async () => {
    const r = seeded();
    const { token } = r;
    const user = odd.users?.[0]?.id ?? '';
    const change = request(r.sim, 'PATCH', `/v1.0/users/${user}`, { authorization: `Bearer ${token}` }, '{"jobTitle":"x"}');
    r.sim.setFaults('truncate=1');
    expect(await exchange(r.sim, change)).toEqual({ text: 'HTTP/1.1 204 ', status: 204, end: 'closed' });
    r.sim.setFaults('reset-middle=1');
    expect(await exchange(r.sim, change)).toEqual({ text: 'HTTP/1.1 204 ', status: 204, end: 'reset' });
  });

  it('slow answers wait, trickling ones come piece by piece, and both are whole', async () => {
    const r = seeded();
    const { token } = r;
    const arrivals = async (): Promise<{ readonly first: number; readonly last: number; readonly pieces: number; readonly json: unknown }> => {
      const began = performance.now();
      const answer = await fetch(`${r.sim.url}/v1.0/users`, { headers: { authorization: `Bearer ${token}` } });
      const first = performance.now() - began;
      const chunks: Buffer[] = [];
      for await (const chunk of answer.body as unknown as AsyncIterable<Uint8Array>) chunks.push(Buffer.from(chunk));
      return { first, last: performance.now() - began, pieces: chunks.length, json: JSON.parse(Buffer.concat(chunks).toString()) };
    };
    const plain = await arrivals();
    r.sim.setFaults('slow=1:120ms');
    const slow = await arrivals();
    expect(slow.first).toBeGreaterThan(110);
    expect(slow.json).toEqual(plain.json);
    r.sim.setFaults('trickle=1:150ms');
    const trickle = await arrivals();
    expect(trickle.last).toBeGreaterThan(140);
    expect(trickle.pieces).toBeGreaterThan(5);
    expect(trickle.json).toEqual(plain.json);
  });

  it('a hanging connection ends when the simulator stops, and holds it up for nothing', async () => {
    const r = await rig({ faults: 'drop-before=1:600s@/users' });
    const hanging = exchange(r.sim, request(r.sim, 'GET', '/v1.0/users'), 5000);
    while (r.sim.stats.faults['drop-before=1:600s@/users'] !== 1) await new Promise((resolve) => { setTimeout(resolve, 2); });
    const began = performance.now();
    await r.sim.close();
    expect(performance.now() - began).toBeLessThan(1000);
    expect((await hanging).status).toBeNull();
  });
});

describe('the tenant on demand', () => {
  it('quota=SHARE makes the documented limits smaller', async () => {
    const r = await rig({ quotas: 'real', seed: odd, clock: () => 1_000_000 });
    r.sim.setFaults('quota=0.001');
    const statuses: number[] = [];
    for (let i = 0; i < 5; i++) statuses.push((await r.call('POST', '/users', newUser(`q${i}`))).status);
    // 0.001 of 3,000 writes in 150 s, and of 3,500 resource units in 10 s.
    expect(statuses).toEqual([201, 201, 201, 429, 429]);
    r.sim.setFaults('');
    r.sim.advance(150_000);
    for (let i = 0; i < 5; i++) statuses.push((await r.call('POST', '/users', newUser(`r${i}`))).status);
    expect(statuses.slice(5)).toEqual([201, 201, 201, 201, 201]);
  });

  it('quota-drop empties every quota before a request, which a wait ends', async () => {
    const r = await rig({ quotas: 'real', seed: odd, clock: () => 1_000_000 });
    expect((await r.call('GET', '/users')).status).toBe(200);
    r.sim.setFaults('quota-drop=1@GET /groups');
    expect((await r.call('GET', '/users')).status).toBe(200);
    const dropped = await r.call('GET', '/groups');
    expect([dropped.status, dropped.body.error?.code]).toEqual([429, 'TooManyRequests']);
    expect((await r.call('GET', '/users')).status).toBe(429);
    r.sim.advance(10_000);
    expect((await r.call('GET', '/users')).status).toBe(200);
  });

  it('quota-drop meets the requests of a batch one by one', async () => {
    const r = await rig({ quotas: 'real', seed: odd, clock: () => 1_000_000, faults: 'quota-drop=1@GET /groups' });
    const { body } = await r.call('POST', '/$batch', { requests: [{ id: '1', method: 'GET', url: '/users' }, { id: '2', method: 'GET', url: '/groups', dependsOn: ['1'] }] });
    expect(Object.fromEntries((body['responses'] as { id: string; status: number }[]).map(({ id, status }) => [id, status]))).toEqual({ 1: 200, 2: 429 });
  });

  it('lag=TIME makes reads miss a write for so long, and no longer when it is taken back', async () => {
    const r = await rig({ seed: odd, clock: () => 1_000_000 });
    r.sim.setFaults('lag=5s');
    const id = await r.user('late');
    expect((await r.call('GET', `/users/${id}`)).status).toBe(404);
    r.sim.advance(4999);
    expect((await r.call('GET', `/users/${id}`)).status).toBe(404);
    r.sim.advance(1);
    expect((await r.call('GET', `/users/${id}`)).status).toBe(200);
    r.sim.setFaults('lag=1s-5s, exchange-lag=30s');
    const lags = new Set<number>();
    for (let i = 0; i < 10; i++) {
      await r.call('GET', '/organization');
      const { lagMs, exchangeLagMs } = r.sim.state().replication;
      expect(lagMs).toBeGreaterThanOrEqual(1000);
      expect(lagMs).toBeLessThanOrEqual(5000);
      expect(exchangeLagMs).toBe(30_000);
      lags.add(lagMs);
    }
    expect(lags.size).toBe(10);
    r.sim.setFaults('');
    expect(r.sim.state().replication).toMatchObject({ lagMs: 0, exchangeLagMs: 0 });
    expect((await r.call('GET', `/users/${await r.user('soon')}`)).status).toBe(200);
  });
});

describe('delta tokens on demand', () => {
  it('reset-delta=RATE refuses a token as if the service had reset it: 410 with the address to begin anew', async () => {
    const r = seeded();
    const first = await r.call('GET', '/users/delta?$select=id');
    const link = String(first.body['@odata.deltaLink']);
    r.sim.setFaults('reset-delta=1');
    const follow = () => fetch(link, { headers: { authorization: `Bearer ${r.token}` } });
    const reset = await follow();
    expect([reset.status, isGraphError(await reset.json())]).toEqual([410, true]);
    expect(reset.headers.get('location')).toContain('/v1.0/users/delta?$deltatoken=');
    expect(r.sim.stats.faults).toEqual({ 'reset-delta=1': 1 });
    r.sim.setFaults('');
    expect((await r.call('GET', '/users/delta?$select=id')).status).toBe(200);
  });
});

describe('repeating a run', () => {
  const run = async (spec: string): Promise<{ readonly statuses: readonly number[]; readonly counts: Readonly<Record<string, number>> }> => {
    const r = seeded();
    r.sim.setFaults(spec);
    const statuses: number[] = [];
    for (let i = 0; i < 60; i++) statuses.push((await r.call(i % 2 === 0 ? 'GET' : 'PATCH', '/groups/aaaaaaaa-0000-4000-8000-0000000000d3', i % 2 === 0 ? undefined : bindTo([]))).status);
    return { statuses, counts: r.sim.stats.faults };
  };
  const clause = 'error=0.3:503@GET /groups/*';

  it('the same specification and requests give the same faults, another seed gives others', async () => {
    const first = await run(`${clause}, seed=5`);
    expect(first.counts[clause]).toBeGreaterThan(2);
    expect(await run(`${clause}, seed=5`)).toEqual(first);
    expect((await run(`${clause}, seed=6`)).statuses).not.toEqual(first.statuses);
  });

  it('a clause meets the same requests whatever other clauses do', async () => {
    const alone = await run(`${clause}, seed=5`);
    const among = await run(`error=0.4:500@PATCH /groups/*, slow=0.5:1ms, ${clause}, seed=5`);
    expect(among.statuses.filter((_, i) => i % 2 === 0)).toEqual(alone.statuses.filter((_, i) => i % 2 === 0));
    // An error that another clause gives first hides a fault; it never shifts the next ones.
    const behind = await run(`error=0.4:500, ${clause}, seed=5`);
    const hidden = behind.statuses.map((status, i) => (status === 500 ? alone.statuses[i] : status));
    expect(hidden.filter((_, i) => i % 2 === 0)).toEqual(alone.statuses.filter((_, i) => i % 2 === 0));
    expect(behind.statuses).toContain(500);
  });

  it('clauses of one rate meet different requests, and so do equal ones', async () => {
    const paths = ['error=0.5:500@GET /groups/*', 'error=0.5:501@GET /groups/*'] as const;
    const [one, other] = [await run(`${paths[0]}, seed=5`), await run(`${paths[1]}, seed=5`)];
    const hit = ({ statuses }: typeof one): readonly boolean[] => statuses.map((status) => status >= 500);
    expect(hit(one)).not.toEqual(hit(other));
    expect(hit(await run(`${paths[0]}, ${paths[0]}, seed=5`)).filter(Boolean).length).toBeGreaterThan(hit(one).filter(Boolean).length);
  });

  it('faults that are not understood are refused when the tenant starts, and leave the old ones when it runs', async () => {
    await expect(rig({ faults: 'error=1:503, nonsense' })).rejects.toMatchObject({ data: { code: 'INVALID_INPUT' } });
    const r = seeded();
    r.sim.setFaults('error=1:503');
    expect(() => { r.sim.setFaults('nonsense=1'); }).toThrow(/nonsense/);
    expect((await r.call('GET', '/users')).status).toBe(503);
  });

  it('start with the tenant when asked to', async () => {
    const r = await rig({ faults: 'error=1:503@/users' });
    expect((await r.call('GET', '/users')).status).toBe(503);
  });
});
