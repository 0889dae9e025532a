import { connect } from 'node:net';
import os from 'node:os';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startWebConsole } from '../../../electron/web/index.ts';
import { TOKEN_LIFE_MS } from '../../../electron/web/access.ts';
import { silentLog } from '../../../electron/platform/log.ts';
import { startTestConsole, type TestConsole } from './client.ts';

let web: TestConsole;
let cookie: string;
beforeAll(async () => {
  web = await startTestConsole();
  cookie = await web.signIn();
});
afterAll(async () => { await web.close(); });

const pathOf = (url: string): string => url.slice(url.indexOf('/', 8));

describe('the one-time address', () => {
  it('gives a session cookie that scripts cannot read and other sites cannot send', async () => {
    const answer = await web.get(pathOf(web.console.oneTimeUrl));
    expect(answer.status).toBe(200);
    expect(answer.headers['set-cookie']).toEqual([expect.stringMatching(new RegExp(`^causeway-session-${web.port}=[\\w-]{43}; HttpOnly; SameSite=Strict; Path=/$`))]);
    expect(answer.headers['cache-control']).toBe('no-store');
    expect(answer.body).not.toMatch(/[\w-]{43}/);
  });

  it('works once', async () => {
    const once = pathOf(web.console.newOneTimeUrl());
    expect((await web.get(once)).status).toBe(200);
    const again = await web.get(once);
    expect(again.status).toBe(401);
    expect(again.headers['set-cookie']).toBeUndefined();
    expect(again.body).toContain('causeway serve');
  });

  it('is not used up by a preview that only asks for the head', async () => {
    const once = pathOf(web.console.newOneTimeUrl());
    expect((await web.get(once, {}, 'HEAD')).headers['set-cookie']).toBeUndefined();
    expect((await web.get(once)).status).toBe(200);
  });

  it('ends after ten minutes', async () => {
    const [inTime, late] = [pathOf(web.console.newOneTimeUrl()), pathOf(web.console.newOneTimeUrl())];
    web.clock.now += TOKEN_LIFE_MS - 1;
    expect((await web.get(inTime)).status).toBe(200);
    web.clock.now += 1;
    expect((await web.get(late)).status).toBe(401);
  });

  it.each(['/open', '/open?token=', '/open?token=abc', `/open?token=${'A'.repeat(43)}`])('is not guessed by %s', async (path) => {
    expect((await web.get(path)).status).toBe(401);
  });

  it('has 256 random bits', () => {
    const tokens = Array.from({ length: 50 }, () => new URL(web.console.newOneTimeUrl()).searchParams.get('token') ?? '');
    expect(new Set(tokens).size).toBe(50);
    expect(tokens.every((token) => Buffer.from(token, 'base64url').length === 32)).toBe(true);
  });
});

describe('who is answered', () => {
  it.each(['/', '/index.html', '/assets/index-B4xY_z12.js', '/rpc', '/nothing'])('nobody without a session: %s', async (path) => {
    const answer = await web.get(path);
    expect(answer.status).toBe(401);
    expect(answer.body).not.toContain('window</body>');
  });

  it('nobody with a made-up session', async () => {
    expect((await web.get('/', { cookie: `causeway-session-${web.port}=${'A'.repeat(43)}` })).status).toBe(401);
    expect((await web.get('/', { cookie: `x=${cookie.split('=')[1] ?? ''}` })).status).toBe(401);
  });

  it('the session, among other cookies, by both names of the machine', async () => {
    expect((await web.get('/', { cookie: `a=b; ${cookie}; c=d` })).status).toBe(200);
    expect((await web.get('/', { cookie, host: `localhost:${web.port}` })).status).toBe(200);
  });

  it.each(['evil.example', '127.0.0.1', 'localhost', '127.0.0.1.evil.example', '[::1]'])('no page whose name was pointed at this machine (DNS rebinding): %s', async (name) => {
    for (const host of [`${name}:${web.port === 80 ? 81 : web.port}`, name]) {
      if (['127.0.0.1', 'localhost'].includes(name) && host.includes(':')) continue;
      const answer = await web.get('/', { cookie, host });
      expect(answer.status).toBe(403);
      expect(answer.body).toContain('causeway serve');
    }
  });

  it('spends no one-time address on a rebound name', async () => {
    const once = pathOf(web.console.newOneTimeUrl());
    expect((await web.get(once, { host: 'evil.example' })).status).toBe(403);
    expect((await web.get(once)).status).toBe(200);
  });

  it.each(['http://evil.example', 'null', 'https://127.0.0.1', 'http://127.0.0.1:1'])('no request from the origin %s', async (origin) => {
    expect((await web.get('/', { cookie, origin })).status).toBe(403);
    expect((await web.get('/', { cookie, origin: `http://127.0.0.1:${web.port}` })).status).toBe(200);
  });

  it('no file to a page of another port, which browsers call the same site', async () => {
    const asScript = { cookie, 'sec-fetch-site': 'same-site', 'sec-fetch-mode': 'no-cors', 'sec-fetch-dest': 'script' };
    expect((await web.get('/assets/index-B4xY_z12.js', asScript)).status).toBe(403);
    expect((await web.get('/', { cookie, 'sec-fetch-site': 'cross-site', 'sec-fetch-mode': 'navigate', 'sec-fetch-dest': 'iframe' })).status).toBe(403);
    expect((await web.get('/', { cookie, 'sec-fetch-site': 'cross-site', 'sec-fetch-mode': 'navigate', 'sec-fetch-dest': 'document' })).status).toBe(200);
    expect((await web.get('/', { cookie, 'sec-fetch-site': 'same-origin', 'sec-fetch-mode': 'no-cors', 'sec-fetch-dest': 'script' })).status).toBe(200);
  });

  it.each(['POST', 'PUT', 'DELETE', 'OPTIONS', 'TRACE'])('no %s', async (method) => { expect((await web.get('/', { cookie }, method)).status).toBe(405); });

  it('only the loopback', async () => {
    const outside = Object.values(os.networkInterfaces()).flatMap((list) => list ?? []).find((a) => !a.internal && a.family === 'IPv4')?.address ?? '127.0.0.2';
    const outcome = await new Promise<string>((resolve) => {
      const socket = connect(web.port, outside, () => { socket.destroy(); resolve('connected'); }).on('error', (error: NodeJS.ErrnoException) => { resolve(error.code ?? ''); });
    });
    expect(outcome).toBe('ECONNREFUSED');
  });
});

describe('what is served', () => {
  it('the page with a fresh nonce in page and policy', async () => {
    const [one, two] = [await web.get('/', { cookie }), await web.get('/', { cookie })];
    const nonces = [one, two].map((answer) => /nonce="([^"]+)"/.exec(answer.body)?.[1] ?? '');
    expect(nonces[0]).not.toBe(nonces[1]);
    expect(nonces[0]).toMatch(/^[A-Za-z0-9+/]{24}$/);
    expect(one.headers['content-security-policy']).toBe(
      `default-src 'none'; script-src 'self'; style-src 'self' 'nonce-${nonces[0] ?? ''}'; font-src 'self' data:; img-src 'self' data:; connect-src 'self' ws://127.0.0.1:${web.port}; base-uri 'none'; form-action 'none'; frame-ancestors 'none'`,
    );
    expect(one.headers).toMatchObject({
      'content-type': 'text/html; charset=utf-8', 'cache-control': 'no-store', 'x-content-type-options': 'nosniff', 'referrer-policy': 'no-referrer',
      'cross-origin-opener-policy': 'same-origin', 'cross-origin-resource-policy': 'same-origin',
    });
  });

  it('files with their types; hashed ones for ever', async () => {
    expect((await web.get('/assets/index-B4xY_z12.js', { cookie })).headers).toMatchObject({ 'content-type': 'text/javascript; charset=utf-8', 'cache-control': 'public, max-age=31536000, immutable' });
    expect((await web.get('/icon.svg?x=1', { cookie })).headers).toMatchObject({ 'content-type': 'image/svg+xml', 'cache-control': 'no-cache' });
    const head = await web.get('/icon.svg', { cookie }, 'HEAD');
    expect([head.status, head.body, head.headers['content-length']]).toEqual([200, '', '6']);
  });

  it.each([
    '/../outside.txt', '/..%2foutside.txt', '/%2e%2e/outside.txt', '/%2e%2e%2foutside.txt', '/assets/../../outside.txt', '/assets/..%2f..%2foutside.txt', '/..\\outside.txt', '/..%5coutside.txt',
    '/../renderer-other/outside.txt', '/..%2frenderer-other%2foutside.txt', '/link.txt', '//outside.txt', '/%00', '/%', '/assets', '/assets/', '/nothing.js', '/C:/outside.txt', '/index.html%00.js',
    'http://evil.example/../outside.txt', '/./../outside.txt',
  ])('nothing from outside the folder: %s', async (path) => {
    const answer = await web.get(path, { cookie });
    expect(answer.status).toBe(404);
    expect(answer.body).not.toContain('outside');
  });

  it('a clear sentence when the window is not built', async () => {
    const empty = await startWebConsole({ dispatch: async () => ({ ok: true, value: null }), onEvent: () => () => {}, root: '/nonexistent', log: silentLog });
    try {
      const opened = await fetch(empty.oneTimeUrl);
      const page = await fetch(empty.url, { headers: { cookie: opened.headers.get('set-cookie')?.split(';')[0] ?? '' } });
      expect(page.status).toBe(503);
      expect(await page.text()).toContain('npm start');
    } finally {
      await empty.close();
    }
  });
});

it('says when the port is taken', async () => {
  await expect(startWebConsole({ dispatch: async () => ({ ok: true, value: null }), onEvent: () => () => {}, root: '/', log: silentLog, port: web.port }))
    .rejects.toMatchObject({ data: { code: 'CONFLICT', message: expect.stringContaining(String(web.port)) as string } });
});
