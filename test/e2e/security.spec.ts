import { createServer, request as httpRequest, type IncomingHttpHeaders } from 'node:http';
import type { AddressInfo } from 'node:net';
import { expect, test, type Request } from '@playwright/test';
import { WebSocket } from 'ws';
import { needsBrowser } from './desk/available.ts';
import { openDesk, type Desk } from './desk/desk.ts';
import { gridOf } from './pages/grid.ts';
import { shellOf } from './pages/shell.ts';

needsBrowser();

let desk: Desk;
let cookie = '';
let script = '';

interface Answer { readonly status: number; readonly headers: IncomingHttpHeaders; readonly body: string }

/** One request as it is written here: no browser and no URL parser changes the path or adds headers. */
function send(path: string, headers: Readonly<Record<string, string>> = {}, method = 'GET'): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const request = httpRequest({ host: '127.0.0.1', port: Number(new URL(desk.served.origin).port), path, method, headers }, (response) => {
      let body = '';
      response.setEncoding('utf8').on('data', (chunk: string) => { body += chunk; }).on('end', () => resolve({ status: response.statusCode ?? 0, headers: response.headers, body }));
    });
    request.on('error', reject);
    request.end();
  });
}

/** Status with which a WebSocket is refused; 101 when it is opened. */
function upgrade(headers: Readonly<Record<string, string>>, path = '/rpc'): Promise<number> {
  return new Promise((resolve, reject) => {
    const socket = new WebSocket(`${desk.served.origin.replace('http', 'ws')}${path}`, { headers, origin: headers['origin'] ?? desk.served.origin });
    socket.on('open', () => { socket.close(); resolve(101); });
    socket.on('unexpected-response', (_, response) => { resolve(response.statusCode ?? 0); socket.terminate(); });
    socket.on('error', reject);
  });
}

test.beforeAll(async ({ browser }) => {
  desk = await openDesk(browser);
  cookie = (await desk.context.cookies()).map((c) => `${c.name}=${c.value}`).join('; ');
  script = await desk.page.locator('script[src]').first().evaluate((s) => new URL((s as HTMLScriptElement).src).pathname);
});
test.afterEach(() => { desk?.quiet(); });
test.afterAll(async () => { await desk?.close(); });

test('the session cookie is out of reach of scripts and of other sites', async () => {
  const [session, ...others] = await desk.context.cookies();
  expect(others).toEqual([]);
  expect(session).toMatchObject({ httpOnly: true, sameSite: 'Strict', domain: '127.0.0.1', path: '/', expires: -1 });
  expect(await desk.page.evaluate(() => document.cookie)).toBe('');
  expect(desk.page.url()).not.toContain('token');
});

test('the one-time address works once: the second use is refused, in this browser and in another', async ({ browser }) => {
  const other = await browser.newContext();
  const page = await other.newPage();
  const answer = await page.goto(desk.served.oneTimeUrl);
  expect(answer?.status()).toBe(401);
  await expect(page.getByRole('heading', { name: 'Not signed in to this console' })).toBeVisible();
  expect(await other.cookies()).toEqual([]);
  expect(await send(desk.served.oneTimeUrl.replace(desk.served.origin, ''), { cookie })).toMatchObject({ status: 401 });
  for (const token of ['', '?token=', '?token=AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA']) expect(await send(`/open${token}`)).toMatchObject({ status: 401 });
  await other.close();
});

test('without the cookie there is a page that says what to do, and nothing else', async ({ browser }) => {
  const other = await browser.newContext();
  const page = await other.newPage();
  expect((await page.goto(`${desk.served.origin}/`))?.status()).toBe(401);
  await expect(page.getByText('run causeway serve, to get a new address')).toBeVisible();
  await other.close();
  for (const path of ['/', '/index.html', script]) {
    expect(await send(path), path).toMatchObject({ status: 401 });
    expect(await send(path, { cookie: cookie.replace(/.$/, 'x') }), path).toMatchObject({ status: 401 });
    expect(await send(path, { cookie }), path).toMatchObject({ status: 200 });
  }
  expect(await upgrade({})).toBe(401);
  expect(await upgrade({ cookie })).toBe(101);
});

test('another host or origin is refused with 403, for pages and for the WebSocket', async () => {
  const { host, port } = new URL(desk.served.origin);
  for (const wrong of ['evil.example', `evil.example:${port}`, '127.0.0.1', `[::1]:${port}`, `127.0.0.2:${port}`]) {
    expect(await send('/', { cookie, host: wrong }), wrong).toMatchObject({ status: 403 });
    expect(await upgrade({ cookie, host: wrong, origin: `http://${wrong}` }), wrong).toBe(403);
  }
  for (const origin of ['http://evil.example', `https://${host}`, `http://127.0.0.1:${Number(port) + 1}`, 'null']) {
    expect(await send('/', { cookie, origin }), origin).toMatchObject({ status: 403 });
    expect(await upgrade({ cookie, origin }), origin).toBe(403);
  }
  expect(await send(script, { cookie, 'sec-fetch-site': 'cross-site', 'sec-fetch-mode': 'no-cors', 'sec-fetch-dest': 'script' })).toMatchObject({ status: 403 });
  expect(await send('/', { cookie }, 'POST')).toMatchObject({ status: 405 });
});

test('a page of another port of this machine can neither read the console nor talk to it', async () => {
  // Browsers send the cookies of 127.0.0.1 to all of its ports, so the cookie alone does not keep such a page out.
  const foreign = createServer((_, response) => { response.setHeader('content-type', 'text/html').end('<!doctype html><title>Other</title>'); });
  await new Promise<void>((resolve) => { foreign.listen(0, '127.0.0.1', resolve); });
  const page = await desk.context.newPage();
  await page.goto(`http://127.0.0.1:${(foreign.address() as AddressInfo).port}/`);
  const answers: number[] = [];
  page.on('response', (response) => { answers.push(response.status()); });
  const outcome = await page.evaluate(async ([origin, file]) => ({
    read: await fetch(`${origin}/`, { credentials: 'include' }).then(() => 'read', () => 'refused'),
    blind: await fetch(`${origin}/`, { credentials: 'include', mode: 'no-cors' }).then((answer) => answer.type, () => 'refused'),
    script: await new Promise((resolve) => { const s = document.createElement('script'); s.addEventListener('load', () => resolve('ran')); s.addEventListener('error', () => resolve('refused')); s.src = `${origin}${file}`; document.head.append(s); }),
    socket: await new Promise((resolve) => { const socket = new WebSocket(`${String(origin).replace('http', 'ws')}/rpc`); socket.addEventListener('open', () => resolve('open')); socket.addEventListener('error', () => resolve('refused')); }),
  }), [desk.served.origin, script]);
  expect(outcome).toEqual({ read: 'refused', blind: 'refused', script: 'refused', socket: 'refused' });
  expect(answers.filter((status) => status < 400)).toEqual([]);
  await page.close();
  foreign.close();
  expect(desk.watch.take().filter((text) => !/CORS policy|Failed to load resource|WebSocket connection/.test(text))).toEqual([]);
});

test('paths that lead out of the folder of the window find nothing', async () => {
  for (const path of ['/../package.json', '/assets/../../package.json', '/%2e%2e/%2e%2e/package.json', '/assets/..%2f..%2f..%2fpackage.json', '/..%5c..%5cpackage.json', '/assets/%2e%2e%2f%2e%2e%2fpackage.json', '//etc/passwd', '/assets/%00', '/%c0%ae%c0%ae/package.json', '/etc/passwd', '/.stamp']) {
    const answer = await send(path, { cookie });
    expect({ path, status: answer.status }).toEqual({ path, status: 404 });
    expect(answer.body).not.toMatch(/"name": "causeway"|root:/);
  }
});

test('the content policy has no unsafe word and a new nonce at each load, and nothing breaks it during a walk', async () => {
  const policies = await Promise.all([1, 2].map(async () => String((await send('/', { cookie })).headers['content-security-policy'])));
  for (const policy of policies) {
    expect(policy).toContain("default-src 'none'");
    expect(policy).toContain("frame-ancestors 'none'");
    expect(policy).not.toMatch(/unsafe|\*|https?:|data:(?!;)[^;]*script/);
    expect(/style-src [^;]*'nonce-([\w+/=-]{20,})'/.exec(policy)?.[1]).toBeDefined();
  }
  expect(policies[0]).not.toBe(policies[1]);
  const { headers } = await send('/', { cookie });
  expect(headers).toMatchObject({ 'x-content-type-options': 'nosniff', 'referrer-policy': 'no-referrer' });
  const shell = shellOf(desk.page);
  await shell.open('Everyone', 'Statistics');
  await expect(shell.panel.getByRole('switch', { name: 'Show charts' })).toBeVisible();
  await shell.tab('Objects');
  await gridOf(shell.panel, 'Objects').enter();
  await desk.page.keyboard.press('Enter');
  await expect(shell.dialog(/^Why\?/)).toBeVisible();
  await desk.page.keyboard.press('Escape');
  // The listener does see a violation: this one is provoked.
  await desk.page.evaluate(() => { const style = document.createElement('style'); style.textContent = 'body{}'; document.head.append(style); });
  await expect.poll(() => desk.watch.take().join('\n')).toContain('content policy violated: style-src');
});

test('the window cannot be led to another site, framed, or made to load from one', async () => {
  const { page } = desk;
  const asked: Request[] = [];
  const listen = (request: Request): void => { if (!request.url().startsWith(desk.served.origin) && !request.url().startsWith('data:')) asked.push(request); };
  desk.context.on('request', listen);
  const before = page.url();
  const outcome = await page.evaluate(async () => {
    const tried: Record<string, string> = {};
    tried['fetch'] = await fetch('https://evil.example/steal').then(() => 'sent', () => 'refused');
    tried['image'] = await new Promise((resolve) => { const image = new Image(); image.addEventListener('load', () => resolve('sent')); image.addEventListener('error', () => resolve('refused')); image.src = 'https://evil.example/x.png'; });
    tried['script'] = await new Promise((resolve) => { const s = document.createElement('script'); s.addEventListener('load', () => resolve('ran')); s.addEventListener('error', () => resolve('refused')); s.src = 'https://evil.example/x.js'; document.head.append(s); });
    const frame = document.createElement('iframe');
    frame.src = '/';
    const loaded = new Promise((resolve) => { frame.addEventListener('load', resolve, { once: true }); });
    document.body.append(frame);
    const form = document.createElement('form');
    form.action = 'https://evil.example/';
    form.method = 'post';
    document.body.append(form);
    // The browser says what it refused; a frame that is refused is loaded with nothing in it.
    const refused = new Promise((resolve) => { document.addEventListener('securitypolicyviolation', (e) => { if (e.effectiveDirective === 'form-action') resolve(null); }); });
    form.submit();
    await Promise.all([refused, loaded]);
    tried['frame'] = frame.contentDocument?.body.textContent ?? '';
    frame.remove();
    form.remove();
    return tried;
  });
  expect(outcome).toEqual({ fetch: 'refused', image: 'refused', script: 'refused', frame: '' });
  expect(page.url()).toBe(before);
  expect(await page.getByRole('link').evaluateAll((links) => links.map((a) => a.getAttribute('href')).filter((href) => href !== null && !href.startsWith('#')))).toEqual([]);
  desk.context.off('request', listen);
  // The browser reports also what it stopped itself before anything was sent.
  expect(asked.filter((request) => request.failure()?.errorText !== 'csp').map((request) => request.url())).toEqual([]);
  // The stopped form leaves the page in the middle of going somewhere.
  await page.reload();
  await expect(page.getByRole('tree', { name: 'Management tree' })).toBeVisible();
  expect(desk.watch.take().filter((text) => !/content policy|Content Security Policy|violates/.test(text))).toEqual([]);
});

test('an answer of the host never carries markup into the window', async () => {
  const name = '<img src=x onerror="document.title=1"><b>Bold</b>';
  const shell = shellOf(desk.page);
  await shell.open('Causeway demo', 'Home');
  await shell.action('Rename Project').click();
  const dialog = shell.dialog('Rename Project');
  await dialog.getByRole('textbox', { name: 'Name' }).fill(name);
  await dialog.getByRole('button', { name: 'Rename', exact: true }).click();
  await expect(shell.banner).toContainText(name);
  await expect(shell.node(name)).toBeVisible();
  expect(await desk.page.locator('img[src="x"]').count()).toBe(0);
});
