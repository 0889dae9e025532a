import { gzipSync } from 'node:zlib';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { isTooDeep } from '../../../electron/simulator/http/body.ts';
import { waits } from '../../../electron/simulator/http/deliver.ts';
import { malformedAnswer } from '../../../electron/simulator/http/malformed.ts';
import { listen, type ListeningServer } from '../../../electron/simulator/http/server.ts';
import { exchange, isExchangeError, isGraphError, isSignInError, request, sharedRig, type Seen, type SharedRig } from './faults-support.ts';
import { newUser, odd } from './support.ts';

const json = (seen: Seen): unknown => JSON.parse(seen.text.slice(seen.text.indexOf('\r\n\r\n') + 4));
/** One simulator for the whole file: no test here depends on what another one left. */
let shared: SharedRig;
beforeAll(async () => { shared = await sharedRig({ seed: odd }); });
afterAll(() => shared.sim.close());
afterEach(() => { expect(shared.defects).toEqual([]); });

describe('bytes that are no proper request', () => {
  it.each([
    ['garbage', 'nonsense\r\n\r\n', 400], ['a NUL in the address', 'GET /v1.0/us\0ers HTTP/1.1\r\nHost: x\r\n\r\n', 400], ['a control character in a header', 'GET / HTTP/1.1\r\nHost: x\r\nA: \x01\r\n\r\n', 400],
    ['an unknown method', 'FETCH /v1.0/users HTTP/1.1\r\nHost: x\r\n\r\n', 400], ['another version', 'GET /v1.0/users HTTP/3.7\r\nHost: x\r\n\r\n', 400], ['no host', 'GET /v1.0/users HTTP/1.1\r\n\r\n', 400],
    ['two hosts', 'GET /v1.0/users HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n', 400], ['a host that is none', 'GET /v1.0/users HTTP/1.1\r\nHost: a b/c\r\n\r\n', 400],
    ['two lengths', 'POST /v1.0/users HTTP/1.1\r\nHost: x\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\n{}', 400], ['a length that is none', 'POST /v1.0/users HTTP/1.1\r\nHost: x\r\nContent-Length: two\r\n\r\n{}', 400],
    ['length and chunks', 'POST /v1.0/users HTTP/1.1\r\nHost: x\r\nContent-Length: 2\r\nTransfer-Encoding: chunked\r\n\r\n{}', 400], ['a chunk that is none', 'POST /v1.0/users HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n', 400],
    ['an overlong address', `GET /v1.0/${'a'.repeat(20_000)} HTTP/1.1\r\nHost: x\r\n\r\n`, 431], ['overlong headers', `GET /v1.0/users HTTP/1.1\r\nHost: x\r\nA: ${'a'.repeat(20_000)}\r\n\r\n`, 431],
    ['a tunnel', 'CONNECT graph.microsoft.com:443 HTTP/1.1\r\nHost: x\r\n\r\n', 405], ['an expectation nobody can meet', 'POST /v1.0/users HTTP/1.1\r\nHost: x\r\nExpect: miracles\r\nContent-Length: 2\r\n\r\n{}', 417],
    ['a malformed percent escape', 'GET /v1.0/users/%zz HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer x\r\n\r\n', 401], ['a forwarded origin that is none', 'GET /v1.0/users HTTP/1.1\r\nHost: x\r\nX-Forwarded-Origin: javascript:1\r\n\r\n', 400],
  ])('%s gets an error envelope', async (_what, bytes, status) => {
    const { sim } = shared;
    const seen = await exchange(sim, bytes);
    expect([seen.status, isGraphError(json(seen))]).toEqual([status, true]);
    expect((await fetch(`${sim.url}/v1.0/users`)).status).toBe(401);
  });

  it('each service answers in its own envelope', async () => {
    const { sim } = shared;
    const encoded = { 'content-encoding': 'gzip' };
    const [graph, exo, login] = await Promise.all(['/v1.0/users', `/adminapi/beta/${sim.tenantId}/InvokeCommand`, `/${sim.tenantId}/oauth2/v2.0/token`].map((path) => exchange(sim, request(sim, 'POST', path, encoded, '{}'))));
    expect([graph?.status, exo?.status, login?.status]).toEqual([415, 415, 415]);
    expect([isGraphError(json(graph as Seen)), isExchangeError(json(exo as Seen)), isSignInError(json(login as Seen))]).toEqual([true, true, true]);
  });
});

describe('bodies', () => {
  it('of 4 MB are read, larger ones refused with 413, far larger ones before their end', async () => {
    const { sim, token } = shared;
    const send = async (bytes: number) => {
      const answer = await fetch(`${sim.url}/v1.0/users`, { method: 'POST', headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' }, body: JSON.stringify('x'.repeat(bytes - 2)) });
      return [answer.status, isGraphError(await answer.json())];
    };
    expect(await send(4 * 1024 * 1024)).toEqual([400, true]);
    expect(await send(4 * 1024 * 1024 + 1)).toEqual([413, true]);
    const endless = await exchange(sim, Buffer.concat([Buffer.from(`POST /v1.0/users HTTP/1.1\r\nHost: x\r\nContent-Length: 99999999999\r\n\r\n`), Buffer.alloc(33 * 1024 * 1024, 120)]));
    expect([endless.status, isGraphError(json(endless))]).toEqual([413, true]);
  });

  it('that are announced with Expect: 100-continue are asked for, or refused before they are sent', async () => {
    const { sim, token } = shared;
    const small = await exchange(sim, request(sim, 'POST', '/v1.0/users', { authorization: `Bearer ${token}`, expect: '100-continue' }, JSON.stringify(newUser('expected'))));
    expect(small.text.startsWith('HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 201 ')).toBe(true);
    const large = await exchange(sim, request(sim, 'POST', '/v1.0/users', { expect: '100-continue', 'content-length': '5000000', 'content-type': 'application/json' }));
    expect([large.status, isGraphError(json(large))]).toEqual([413, true]);
  });

  it('in chunks are read whole', async () => {
    const { sim, token } = shared;
    const body = JSON.stringify(newUser('chunked'));
    const chunks = `${(10).toString(16)}\r\n${body.slice(0, 10)}\r\n${(body.length - 10).toString(16)}\r\n${body.slice(10)}\r\n0\r\n\r\n`;
    expect((await exchange(sim, `${request(sim, 'POST', '/v1.0/users', { authorization: `Bearer ${token}`, 'content-type': 'application/json', 'transfer-encoding': 'chunked' })}${chunks}`)).status).toBe(201);
  });

  it('that are compressed are refused with 415, as the compression of the SDKs expects before it sends again', async () => {
    const { sim, token, call } = shared;
    const answer = await fetch(`${sim.url}/v1.0/users`, { method: 'POST', headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json', 'content-encoding': 'gzip' }, body: gzipSync(JSON.stringify(newUser('small'))) });
    expect([answer.status, isGraphError(await answer.json())]).toEqual([415, true]);
    expect((await call('GET', '/users/small@example.com')).status).toBe(404);
  });

  it('that are no UTF-8, or nested deeper than 100, are refused', async () => {
    const { sim, token, call } = shared;
    const headers = { authorization: `Bearer ${token}`, 'content-type': 'application/json' };
    const bad = await fetch(`${sim.url}/v1.0/users`, { method: 'POST', headers, body: Buffer.from([0x7b, 0x22, 0xff, 0xfe, 0x22, 0x7d]) });
    expect([bad.status, isGraphError(await bad.json())]).toEqual([400, true]);
    for (const [open, close] of [['[', ']'], ['{"a":', '}']] as const) for (const depth of [101, 100_000]) {
      const deep = await fetch(`${sim.url}/v1.0/$batch`, { method: 'POST', headers, body: `${open.repeat(depth)}1${close.repeat(depth)}` });
      expect([deep.status, isGraphError(await deep.json())]).toEqual([400, true]);
    }
    expect((await call('POST', '/users', newUser('[[['.repeat(10)))).status).not.toBe(500);
  });

  it.each<readonly [string, boolean]>([['['.repeat(100) + ']'.repeat(100), false], ['['.repeat(101), true], [`{"a":"${'['.repeat(500)}"}`, false], [`{"a":"\\"${'['.repeat(500)}"}`, false], [' \n' + '{"a":'.repeat(101), true], ['a=[[[['.repeat(100), false], [`[${'[],'.repeat(500)}1]`, false]])('nesting is counted outside of texts: case %#', (text, expected) => { expect(isTooDeep(text)).toBe(expected); });
});

describe('methods and addresses', () => {
  it.each([['HEAD', 'no body'], ['OPTIONS', 'envelope'], ['TRACE', 'envelope'], ['PROPFIND', 'envelope'], ['PURGE', 'envelope']])('%s is answered with an error of the service', async (method, kind) => {
    const { sim, token } = shared;
    const seen = await exchange(sim, request(sim, method, '/v1.0/users', { authorization: `Bearer ${token}`, connection: 'close' }));
    expect(seen.status).not.toBe(500);
    if (kind === 'no body') expect(seen.text.endsWith('\r\n\r\n')).toBe(true);
    else expect(isGraphError(json(seen))).toBe(true);
  });

  it('an upgrade is answered as a plain request', async () => {
    const { sim, token } = shared;
    expect((await exchange(sim, request(sim, 'GET', '/v1.0/organization', { authorization: `Bearer ${token}`, connection: 'Upgrade', upgrade: 'websocket', 'sec-websocket-key': 'eA==', 'sec-websocket-version': '13' }))).status).toBe(200);
  });

  it('an absolute address means its path, two slashes are a path and no host', async () => {
    const { sim, token } = shared;
    const authorization = `Bearer ${token}`;
    expect((await exchange(sim, request(sim, 'GET', 'https://graph.microsoft.com/v1.0/organization', { authorization }))).status).toBe(200);
    const slashes = await exchange(sim, request(sim, 'GET', '//v1.0/organization', { authorization }));
    expect([slashes.status, isGraphError(json(slashes))]).toEqual([400, true]);
    const asterisk = await exchange(sim, request(sim, 'OPTIONS', '*'));
    expect([asterisk.status, isGraphError(json(asterisk))]).toEqual([400, true]);
  });

  it('links carry the origin that the request was sent to, a forwarded one, and never a name that is not ours', async () => {
    const { sim, token } = shared;
    const context = async (headers: Record<string, string>) => (json(await exchange(sim, request(sim, 'GET', '/v1.0/organization', { authorization: `Bearer ${token}`, ...headers }))) as { readonly '@odata.context': string })['@odata.context'];
    const { port } = new URL(sim.url);
    expect(await context({})).toMatch(`http://127.0.0.1:${port}/v1.0/`);
    expect(await context({ host: `localhost:${port}` })).toMatch(`http://localhost:${port}/v1.0/`);
    expect(await context({ host: 'localhost:9' })).toMatch('http://localhost:9/v1.0/');
    expect(await context({ 'x-forwarded-origin': 'https://graph.microsoft.com' })).toMatch('https://graph.microsoft.com/v1.0/');
    expect(await context({ host: 'attacker.example' })).toMatch(`http://127.0.0.1:${port}/v1.0/`);
  });
});

describe('time', () => {
  let server: ListeningServer | undefined;
  afterEach(() => server?.close());
  const quick = async () => {
    server = await listen({ host: '127.0.0.1', port: 0 }, () => ({ status: 200, body: {} }), { malformed: (kind, path) => malformedAnswer(kind, path, 0), defect: (_error, path) => malformedAnswer('defect', path, 0) }, { headMs: 60, requestMs: 120, checkEveryMs: 20 });
    return { url: server.url } as Parameters<typeof exchange>[0];
  };

  it.each([['head', 'GET /v1.0/users HTTP/1.1\r\nHo'], ['body', 'POST /v1.0/users HTTP/1.1\r\nHost: x\r\nContent-Length: 10\r\n\r\n{}']])('a request whose %s never ends is answered with 408', async (_part, bytes) => {
    const seen = await exchange(await quick(), bytes);
    expect([seen.status, isGraphError(json(seen))]).toEqual([408, true]);
  });

  it('a handler that fails is answered with a 500 envelope, and the server goes on', async () => {
    const failures: unknown[] = [];
    server = await listen({ host: '127.0.0.1', port: 0 }, () => { throw new Error('broken'); }, { malformed: (kind, path) => malformedAnswer(kind, path, 0), defect: (error, path) => { failures.push(error); return malformedAnswer('defect', path, 0); } });
    for (let i = 0; i < 2; i++) {
      const answer = await fetch(`${server.url}/v1.0/users`);
      expect([answer.status, isGraphError(await answer.json())]).toEqual([500, true]);
    }
    expect(failures).toHaveLength(2);
  });

  it('waits of answers end with the server and leave no timer behind', async () => {
    const timers = () => process.getActiveResourcesInfo().filter((name) => name === 'Timeout').length;
    const before = timers();
    const pause = waits();
    const pending = pause.for(600_000);
    expect(timers()).toBe(before + 1);
    pause.end();
    expect(timers()).toBe(before);
    expect([await pending, await pause.for(600_000)]).toEqual([false, false]);
    expect(await waits().for(1)).toBe(true);
  });

  it('a client that leaves in the middle of its request is no defect', async () => {
    const { sim } = shared;
    await exchange(sim, 'POST /v1.0/users HTTP/1.1\r\nHost: x\r\nContent-Length: 10\r\n\r\n{}', 30);
    expect((await fetch(`${sim.url}/v1.0/users`)).status).toBe(401);
  });
});
