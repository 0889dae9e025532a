import { request, type IncomingHttpHeaders } from 'node:http';
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { WebSocket } from 'ws';
import { startWebConsole, type WebConsole } from '../../../electron/web/index.ts';
import { createEventHub, type EventHub } from '../../../electron/ipc/events.ts';
import { createRouter, type Handlers } from '../../../electron/ipc/router.ts';
import { nodeTimers } from '../../../electron/ipc/throttle.ts';
import { silentLog } from '../../../electron/platform/log.ts';
import { handlersWith } from '../ipc/handlers.ts';

/** What came back. */
export interface Answer { readonly status: number; readonly headers: IncomingHttpHeaders; readonly body: string }

/** A console on a free port over a small built window, with a clock that the test moves. */
export interface TestConsole {
  readonly console: WebConsole;
  readonly port: number;
  readonly hub: EventHub;
  readonly clock: { now: number };
  /** One raw request: nothing is normalised, any header can be given. */
  get(path: string, headers?: Record<string, string>, method?: string): Promise<Answer>;
  /** Exchanges a one-time address for the cookie. */
  signIn(url?: string): Promise<string>;
  /** Opens the WebSocket; rejects with the status that refused it. */
  connect(headers: Record<string, string>, path?: string): Promise<WebSocket>;
  close(): Promise<void>;
}

/** Starts one; `outside.txt` lies beside the window's folder and must never be served. */
export async function startTestConsole(given: Partial<Handlers> = {}, heartbeatMs = 30_000): Promise<TestConsole> {
  const folder = mkdtempSync(path.join(os.tmpdir(), 'causeway-web-'));
  const root = path.join(folder, 'renderer');
  mkdirSync(path.join(root, 'assets'), { recursive: true });
  writeFileSync(path.join(folder, 'outside.txt'), 'outside');
  mkdirSync(path.join(folder, 'renderer-other'));
  writeFileSync(path.join(folder, 'renderer-other', 'outside.txt'), 'outside');
  writeFileSync(path.join(root, 'index.html'), '<html><head><meta property="csp-nonce" nonce="__NONCE__"></head><body>window</body></html>');
  writeFileSync(path.join(root, 'assets', 'index-B4xY_z12.js'), 'export {};');
  writeFileSync(path.join(root, 'icon.svg'), '<svg/>');
  symlinkSync(path.join(folder, 'outside.txt'), path.join(root, 'link.txt'));
  const hub = createEventHub(nodeTimers);
  const clock = { now: 1_000_000 };
  const console = await startWebConsole({
    dispatch: createRouter(handlersWith(given), { log: silentLog, checkOutput: true }), onEvent: hub.subscribe, root, log: silentLog, now: () => clock.now, heartbeatMs,
  });
  const port = Number(new URL(console.url).port);
  const get: TestConsole['get'] = (target, headers = {}, method = 'GET') => new Promise((resolve, reject) => {
    const call = request({ host: '127.0.0.1', port, path: target, method, headers, agent: false }, (response) => {
      let body = '';
      response.setEncoding('utf8').on('data', (part: string) => { body += part; }).on('end', () => { resolve({ status: response.statusCode ?? 0, headers: response.headers, body }); });
    });
    call.on('error', reject).end();
  });
  const sockets: WebSocket[] = [];
  return {
    console, port, hub, clock, get,
    signIn: async (url = console.newOneTimeUrl()) => {
      const { pathname, search } = new URL(url);
      const cookie = (await get(pathname + search)).headers['set-cookie']?.[0];
      if (!cookie) throw new Error('no cookie was set');
      return cookie.split(';')[0] ?? '';
    },
    connect: (headers, target = '/rpc') => new Promise((resolve, reject) => {
      const socket = new WebSocket(`ws://127.0.0.1:${port}${target}`, { headers });
      sockets.push(socket);
      socket.on('open', () => { resolve(socket); });
      socket.on('unexpected-response', (_, response) => { reject(new Error(String(response.statusCode))); socket.terminate(); });
      socket.on('error', (error) => { reject(error); });
    }),
    close: async () => {
      for (const socket of sockets) socket.terminate();
      await console.close();
      hub.close();
      rmSync(folder, { recursive: true });
    },
  };
}
