import { afterEach, describe, expect, it } from 'vitest';
import type { GraphRequest } from '../../../electron/engines/tenant/index.ts';
import { createSignIn } from '../../../electron/engines/tenant/index.ts';
import { createGraphClient } from '../../../electron/engines/tenant/graph/client.ts';
import { batchReply, connectionTo, graphError, innerOf, jumpingClock, memorySecrets, openOn, startLoopback } from './loopback.ts';
import type { Loopback, Reply, Seen } from './loopback.ts';

let server: Loopback | undefined;
afterEach(async () => {
  await server?.close();
  server = undefined;
});
const start = async (script: (request: Seen, count: number) => Reply | undefined): Promise<Loopback> => (server = await startLoopback((request, count) => (request.host.startsWith('login.') ? undefined : script(request, count))));

const patch = (id: number): GraphRequest => ({ method: 'PATCH', url: `/users/u${id}`, body: { city: 'Oslo' } });
const create = (id: number): GraphRequest => ({ method: 'POST', url: '/users', body: { userPrincipalName: `u${id}@contoso.com` } });
const patches = (count: number): GraphRequest[] => Array.from({ length: count }, (_, index) => patch(index));

describe('sending in batches', () => {
  it('sends 20 a batch and gives answers in the order of the requests', async () => {
    const s = await start((request) => batchReply(request, (inner) => ({ status: 200, body: { was: inner.url } })));
    const tenant = await openOn(s);
    const answers = await tenant.send(patches(45));
    expect(s.graph().map((one) => innerOf(one).length).toSorted((a, b) => b - a)).toEqual([20, 20, 5]);
    expect(answers.map((one) => one.kind === 'answered' && (one.body as { was: string }).was)).toEqual(patches(45).map((one) => one.url));
    expect(tenant.traffic).toMatchObject({ batches: 3, requests: 45, throttled: 0, waitedMs: 0 });
    const [first] = s.graph();
    expect(first?.headers['authorization']).toBe('Bearer token-1');
    expect(first?.headers['accept-language']).toBe('en-US');
    expect(first?.headers['sdkversion']).toMatch(/graph-js\/3\.0\.7/);
    expect(innerOf(first as Seen)[0]?.headers?.['Content-Type']).toBe('application/json');
  });

  it('asks before each batch whether it may, and sends no further one when it may not', async () => {
    const s = await start((request) => batchReply(request, () => ({ status: 204 })));
    const tenant = await openOn(s);
    let asked = 0;
    await tenant.send(patches(45), undefined, async () => { asked += 1; });
    expect([asked, s.graph().length]).toEqual([3, 3]);
    const left = tenant.send(patches(200), undefined, async () => { asked += 1; if (asked > 5) throw new Error('another process has it'); });
    await expect(left).rejects.toThrow('another process has it');
    expect(s.graph()).toHaveLength(5);
  });

  it('sends only the throttled ones again, after the longest Retry-After with its decimals', async () => {
    const s = await start((request, count) => batchReply(request, (inner) => {
      if (count > 1) return { status: 204 };
      if (inner.url === '/users/u3') return { status: 429, headers: { 'Retry-After': '1.25' }, body: graphError('TooManyRequests', 'later') };
      return inner.url === '/users/u7' ? { status: 429, headers: { 'retry-after': '2.5' }, body: graphError('TooManyRequests', 'later') } : { status: 204 };
    }));
    const timing = jumpingClock();
    const tenant = await openOn(s, { timing });
    const waits: number[] = [];
    tenant.onThrottled((ms) => waits.push(ms));
    const answers = await tenant.send(patches(20));
    expect(answers.every((one) => one.kind === 'answered' && one.status === 204)).toBe(true);
    expect(innerOf(s.graph()[1] as Seen).map((one) => one.url)).toEqual(['/users/u3', '/users/u7']);
    expect(waits).toEqual([2500]);
    expect(timing.slept[0]).toBe(2500);
    expect(tenant.traffic).toMatchObject({ throttled: 2, waitedMs: 2500, batches: 2 });
  });

  it('repeats a whole batch after 429, and idempotent requests after 503, but leaves a POST after 503 open', async () => {
    const s = await start((request, count) => {
      if (count === 1) return { status: 429, headers: { 'retry-after': '0.5' }, json: graphError('TooManyRequests', 'later') };
      if (count === 2) return { status: 503, json: graphError('ServiceUnavailable', 'busy') };
      return batchReply(request, () => ({ status: 204 }));
    });
    const answers = await (await openOn(s)).send([patch(1), create(1), { method: 'DELETE', url: '/users/u2' }, { method: 'PUT', url: '/users/u3/manager/$ref', body: {} }]);
    expect(answers.map((one) => one.kind)).toEqual(['answered', 'ambiguous', 'answered', 'answered']);
    expect(innerOf(s.graph()[2] as Seen).map((one) => one.method)).toEqual(['PATCH', 'DELETE', 'PUT']);
  });

  it('repeats a POST after an outer 429, since it was certainly not done', async () => {
    const s = await start((request, count) => (count === 1 ? { status: 429, headers: { 'retry-after': '0.1' }, json: {} } : batchReply(request, () => ({ status: 201, body: { id: 'n1' } }))));
    const [answer] = await (await openOn(s)).send([create(1)]);
    expect(answer).toMatchObject({ kind: 'answered', status: 201, body: { id: 'n1' } });
  });

  it('leaves a POST open when the connection is reset, and never sends it again', async () => {
    const s = await start(() => 'reset');
    const answers = await (await openOn(s)).send([create(1), create(2)]);
    expect(answers.map((one) => one.kind)).toEqual(['ambiguous', 'ambiguous']);
    expect(s.graph()).toHaveLength(1);
  });

  it('repeats a PATCH after a reset and after truncated JSON, and leaves a POST open', async () => {
    const s = await start((request, count) => {
      if (count === 1) return 'reset';
      return count === 2 ? { text: '{"responses":[{"id":"1","sta' } : batchReply(request, () => ({ status: 204 }));
    });
    const tenant = await openOn(s);
    expect((await tenant.send([patch(1)]))[0]).toMatchObject({ kind: 'answered', status: 204 });
    const truncated = await start(() => ({ text: '{"responses":[{"id":"1","sta' }));
    expect((await (await openOn(truncated)).send([create(1)]))[0]?.kind).toBe('ambiguous');
  });

  it('treats an answer that the service left out as lost', async () => {
    const s = await start((request, count) => batchReply(request, (inner) => (count === 1 && inner.id !== '2' ? null : { status: 204 })));
    const answers = await (await openOn(s)).send([patch(1), patch(2), create(3)]);
    expect(answers.map((one) => one.kind)).toEqual(['answered', 'answered', 'ambiguous']);
  });

  it('repeats 424, ConcurrencyViolation and inner 503, and gives other refusals back with their envelope', async () => {
    const tries = new Map<string, number>();
    const s = await start((request) => batchReply(request, (inner) => {
      const count = (tries.get(inner.url) ?? 0) + 1;
      tries.set(inner.url, count);
      if (count > 1) return { status: 204 };
      if (inner.url.endsWith('u1')) return { status: 424, body: graphError('FailedDependency', 'parent') };
      if (inner.url.endsWith('u2')) return { status: 409, body: graphError('Directory_ConcurrencyViolation', 'concurrent') };
      if (inner.url.endsWith('u3')) return { status: 503, body: graphError('ServiceUnavailable', 'busy') };
      return { status: 400, body: graphError('Request_BadRequest', 'Another object with the same value for property mailNickname already exists.', [{ code: 'ObjectConflict', message: 'm', target: 'mailNickname' }]) };
    }));
    const answers = await (await openOn(s)).send([patch(1), patch(2), patch(3), patch(4)]);
    expect(answers.map((one) => one.kind === 'answered' && one.status)).toEqual([204, 204, 204, 400]);
    expect(answers[3]).toMatchObject({ error: { code: 'Request_BadRequest', requestId: 'r-1', details: [{ code: 'ObjectConflict', target: 'mailNickname', message: 'm' }] } });
    expect([...tries.values()]).toEqual([2, 2, 2, 1]);
  });

  it('leaves a POST open after an inner 504, and when a try after 503 meets its own object', async () => {
    const s = await start((request, count) => batchReply(request, (inner) => {
      if ((inner.body as { userPrincipalName: string }).userPrincipalName.startsWith('u1')) return { status: 504, body: graphError('GatewayTimeout', '') };
      return count === 1 ? { status: 503, body: graphError('ServiceUnavailable', '') } : { status: 400, body: graphError('Request_BadRequest', 'Another object with the same value for property userPrincipalName already exists.') };
    }));
    const answers = await (await openOn(s)).send([create(1), create(2)]);
    expect(answers.map((one) => one.kind)).toEqual(['ambiguous', 'ambiguous']);
    expect(s.graph()).toHaveLength(2);
  });

  it('gives up after six tries and says what the service said', async () => {
    const s = await start((request) => batchReply(request, () => ({ status: 500, body: graphError('Service_InternalServerError', 'x') })));
    expect(await (await openOn(s)).send([patch(1)])).toMatchObject([{ kind: 'answered', status: 500 }]);
    expect(s.graph()).toHaveLength(6);
  });

  it('throws TENANT_UNAVAILABLE when nothing can be reached', async () => {
    const s = await start(() => undefined);
    const tenant = await openOn(s);
    await s.close();
    await expect(tenant.send([create(1), patch(2)])).rejects.toMatchObject({ data: { code: 'TENANT_UNAVAILABLE', retryable: true } });
    expect(tenant.traffic.batches).toBe(6);
  });

  it('answers a time-out of a POST as ambiguous', async () => {
    const s = await start(() => undefined);
    const hang = { ...s, transports: { ...s.transports, fetch: (_url: string, init: RequestInit) => new Promise<Response>((_resolve, reject) => { init.signal?.addEventListener('abort', () => reject(init.signal?.reason)); }) } };
    const answers = await (await openOn(hang, { timeoutMs: 30 })).send([create(1)]);
    expect(answers).toEqual([{ kind: 'ambiguous', reason: 'graph.microsoft.com did not answer in time' }]);
  });

  it('renews the token once after a 401', async () => {
    let tokens = 0;
    server = await startLoopback((request) => {
      if (request.host.startsWith('login.')) return { json: { token_type: 'Bearer', expires_in: 3599, access_token: `token-${++tokens}` } };
      return request.headers['authorization'] === 'Bearer token-2' ? batchReply(request, () => ({ status: 204 })) : { status: 401, json: graphError('InvalidAuthenticationToken', 'revoked') };
    });
    expect(await (await openOn(server)).send([create(1)])).toMatchObject([{ kind: 'answered', status: 204 }]);
    expect(tokens).toBe(2);
  });

  it('refuses two writes on one object in one call before anything is sent', async () => {
    const s = await start(() => undefined);
    await expect((await openOn(s)).send([patch(1), { method: 'PUT', url: '/users/U1/manager/$ref', body: {} }])).rejects.toMatchObject({ data: { code: 'INVALID_INPUT' } });
    expect(s.graph()).toHaveLength(0);
  });

  it('refuses writes of a read-only connection before anything is sent, and lets reads through', async () => {
    const s = await start((request) => batchReply(request, () => ({ status: 200, body: { id: 'x' } })));
    const tenant = await openOn(s, { connection: { readOnly: true } });
    const reads = Array.from({ length: 100 }, (): GraphRequest => ({ method: 'GET', url: '/users/a' }));
    await expect(tenant.send([...reads, patch(1)])).rejects.toMatchObject({ data: { code: 'FORBIDDEN' } });
    expect(s.graph()).toHaveLength(0);
    expect(await tenant.send([{ method: 'GET', url: '/users/a' }, { method: 'POST', url: '/directoryObjects/getByIds', body: { ids: [] } }])).toHaveLength(2);
  });

  it('has a last guard in the client itself', async () => {
    const s = await start(() => ({ json: { responses: [] } }));
    const connection = connectionTo(s.origin, { readOnly: true });
    const { transports } = s;
    const client = createGraphClient({ connection, transports, signIn: createSignIn({ connection, transports, secrets: memorySecrets() }) });
    const write = { method: 'DELETE', url: '/users/a' };
    for (const request of [{ method: 'POST', address: '/users', body: {} }, { method: 'POST', address: '/$batch', body: { requests: [{ method: 'GET', url: '/users' }, write] } }] as const) {
      await expect(client.request(request)).rejects.toMatchObject({ data: { code: 'FORBIDDEN' } });
    }
    expect(s.seen).toHaveLength(0);
    expect(await client.request({ method: 'POST', address: '/$batch', body: { requests: [{ method: 'GET', url: '/users' }] } })).toMatchObject({ kind: 'answered' });
  });

  it('stops sending when cancelled, but waits for the batches under way', async () => {
    const controller = new AbortController();
    let finished = 0;
    const s = await start((request) => {
      controller.abort();
      finished += 1;
      return batchReply(request, () => ({ status: 204 }));
    });
    const cut: unknown[] = [];
    const watched = { ...s, transports: { ...s.transports, fetch: (url: string, init: RequestInit) => s.transports.fetch(url, init).catch((error: unknown) => { cut.push(error); throw error; }) } };
    await expect((await openOn(watched)).send(patches(400), controller.signal)).rejects.toMatchObject({ data: { code: 'CANCELLED' } });
    expect(cut).toEqual([]);
    expect(finished).toBeLessThanOrEqual(3);
    expect(s.graph()).toHaveLength(finished);
  });
});
