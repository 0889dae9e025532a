import { once } from 'node:events';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { WebSocket } from 'ws';
import { MAX_FRAME_BYTES } from '../../../shared/contracts/frames.ts';
import { startTestConsole, type TestConsole } from './client.ts';

let web: TestConsole;
let cookie: string;
let ours: Record<string, string>;
const started = Promise.withResolvers<void>();
const aborted = Promise.withResolvers<void>();
beforeAll(async () => {
  web = await startTestConsole({
    'agents.list': async () => ({ rows: [] }),
    'pairs.list': async (_, { signal }) => {
      started.resolve();
      return await new Promise((__, reject) => { signal.addEventListener('abort', () => { aborted.resolve(); reject(signal.reason as Error); }); });
    },
  });
  cookie = await web.signIn();
  ours = { cookie, origin: `http://127.0.0.1:${web.port}` };
});
afterAll(async () => { await web.close(); });

const next = async (socket: WebSocket): Promise<unknown> => JSON.parse(String((await once(socket, 'message') as [Buffer])[0])) as unknown;
const send = (socket: WebSocket, message: unknown): void => { socket.send(JSON.stringify(message)); };

describe('who may connect', () => {
  it('our own page with the session', async () => {
    const socket = await web.connect(ours);
    send(socket, { t: 'call', id: 1, channel: 'agents.list', payload: {} });
    expect(await next(socket)).toEqual({ t: 'reply', id: 1, result: { ok: true, value: { rows: [] } } });
  });

  it.each(['http://evil.example', 'null', 'http://127.0.0.1:1', 'https://127.0.0.1'])('no page of %s, even with the session (cross-site WebSocket hijacking)', async (origin) => {
    await expect(web.connect({ cookie, origin })).rejects.toThrow('403');
  });
  it('no program that names no origin', async () => { await expect(web.connect({ cookie })).rejects.toThrow('403'); });
  it('nobody without a session', async () => { await expect(web.connect({ origin: ours['origin'] ?? '' })).rejects.toThrow('401'); });
  it('no rebound name, though origin and host agree', async () => {
    await expect(web.connect({ cookie, host: `evil.example:${web.port}`, origin: `http://evil.example:${web.port}` })).rejects.toThrow('403');
  });
  it('at no other path', async () => { await expect(web.connect(ours, '/other')).rejects.toThrow('404'); });
  it('and the one-time token is no session', async () => {
    const token = new URL(web.console.newOneTimeUrl()).searchParams.get('token') ?? '';
    await expect(web.connect({ origin: ours['origin'] ?? '', cookie: `causeway-session-${web.port}=${token}` }, `/rpc?token=${token}`)).rejects.toThrow('401');
  });
});

describe('a connection', () => {
  it('aborts its calls when it ends', async () => {
    const socket = await web.connect(ours);
    send(socket, { t: 'call', id: 1, channel: 'pairs.list', payload: {} });
    await started.promise;
    socket.terminate();
    await expect(aborted.promise).resolves.toBeUndefined();
  });

  it('hears events, and stops hearing when it is closed', async () => {
    const socket = await web.connect(ours);
    const event = next(socket);
    web.hub.publish('store.changed', { nouns: ['rules'] });
    expect(await event).toEqual({ t: 'event', name: 'store.changed', payload: { nouns: ['rules'] } });
    socket.terminate();
    await once(socket, 'close');
    expect(() => { web.hub.publish('store.changed', { nouns: ['pairs'] }); }).not.toThrow();
  });

  it.each([['text that is no JSON', 'not json'], ['binary', Buffer.from('{}')]])('is ended by %s', async (_, data) => {
    const socket = await web.connect(ours);
    socket.send(data);
    expect((await once(socket, 'close'))[0]).toBe(1007);
  });

  it('is ended by a frame above the limit', async () => {
    const socket = await web.connect(ours);
    socket.send('"'.padEnd(MAX_FRAME_BYTES + 1, 'x'));
    expect((await once(socket, 'close'))[0]).toBe(1009);
  });

  it('is ended when the window answers no ping', async () => {
    const quick = await startTestConsole({}, 40);
    try {
      const headers = { cookie: await quick.signIn(), origin: `http://127.0.0.1:${quick.port}` };
      const [alive, dead] = [await quick.connect(headers), await quick.connect(headers)];
      dead.pong = () => {};
      (dead as unknown as { _receiver: { removeAllListeners(event: string): void } })._receiver.removeAllListeners('ping');
      await once(dead, 'close');
      expect(alive.readyState).toBe(alive.OPEN);
    } finally {
      await quick.close();
    }
  });

  it('is told when the console closes', async () => {
    const other = await startTestConsole();
    const socket = await other.connect({ cookie: await other.signIn(), origin: `http://127.0.0.1:${other.port}` });
    const closed = once(socket, 'close');
    await other.close();
    expect([1001, 1006]).toContain((await closed)[0]);
  });
});
