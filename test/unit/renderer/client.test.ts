import { expect, it } from 'vitest';
import { createClient, type PortLike, type ToClient, type ToHost } from '../../../shared/contracts/client.ts';

interface TestPort extends PortLike { readonly sent: ToHost[]; receive: (m: ToClient) => void; close: () => void; isOpen: boolean }

function testPort(): TestPort {
  const port: TestPort = {
    sent: [], isOpen: true, receive: () => undefined, close: () => undefined,
    postMessage(m) { if (!port.isOpen) throw new Error('closed'); port.sent.push(m); },
    onMessage(listener) { port.receive = listener; },
    onClose(listener) { port.close = listener; },
  };
  return port;
}

const timers = { set: (fn: () => void, ms: number) => setTimeout(fn, ms), clear: (h: unknown) => clearTimeout(h as NodeJS.Timeout) };
const codeOf = (promise: Promise<unknown>): Promise<unknown> => promise.then(() => 'no error', (e: { data: { code: string } }) => e.data.code);

it('gives each reply to its own call', async () => {
  const port = testPort();
  const client = createClient(port, timers);
  const first = client.call('pairs.list', {});
  const second = client.call('agents.list', {});
  port.receive({ t: 'reply', id: 2, result: { ok: true, value: { rows: ['second'] } } });
  port.receive({ t: 'reply', id: 1, result: { ok: true, value: { rows: ['first'] } } });
  await expect(first).resolves.toEqual({ rows: ['first'] });
  await expect(second).resolves.toEqual({ rows: ['second'] });
});

it('throws the error of the host as it is', async () => {
  const port = testPort();
  const call = createClient(port, timers).call('pairs.list', {});
  port.receive({ t: 'reply', id: 1, result: { ok: false, error: { code: 'NOT_FOUND', message: 'gone', retryable: false } } });
  await expect(codeOf(call)).resolves.toBe('NOT_FOUND');
});

it('ends every open call when the host goes, and new ones at once', async () => {
  const port = testPort();
  const client = createClient(port, timers);
  const calls = [client.call('pairs.list', {}), client.call('agents.list', {})];
  port.isOpen = false;
  port.close();
  await expect(Promise.all(calls.map(codeOf))).resolves.toEqual(['HOST_GONE', 'HOST_GONE']);
  await expect(codeOf(client.call('pairs.list', {}))).resolves.toBe('HOST_GONE');
});

it('works again over the same port after a reconnect', async () => {
  const port = testPort();
  const client = createClient(port, timers);
  port.isOpen = false;
  port.close();
  port.isOpen = true;
  const call = client.call('pairs.list', {});
  port.receive({ t: 'reply', id: 1, result: { ok: true, value: { rows: [] } } });
  await expect(call).resolves.toEqual({ rows: [] });
});

it('tells the host when a call is given up or lasts too long', async () => {
  const port = testPort();
  const client = createClient(port, timers);
  const abort = new AbortController();
  const cancelled = client.call('pairs.list', {}, { signal: abort.signal });
  const late = client.call('agents.list', {}, { timeoutMs: 5 });
  abort.abort();
  await expect(codeOf(cancelled)).resolves.toBe('CANCELLED');
  await expect(codeOf(late)).resolves.toBe('TIMEOUT');
  expect(port.sent.filter((m) => m.t === 'cancel').map((m) => m.id)).toEqual([1, 2]);
});

it('does not send what was given up before', async () => {
  const port = testPort();
  await expect(codeOf(createClient(port, timers).call('pairs.list', {}, { signal: AbortSignal.abort() }))).resolves.toBe('CANCELLED');
  expect(port.sent).toEqual([]);
});

it('hands events to listeners until they leave', () => {
  const port = testPort();
  const client = createClient(port, timers);
  const seen: unknown[] = [];
  const off = client.on('store.changed', (payload) => seen.push(payload));
  port.receive({ t: 'event', name: 'store.changed', payload: { nouns: ['pairs'] } });
  off();
  port.receive({ t: 'event', name: 'store.changed', payload: { nouns: ['tasks'] } });
  expect(seen).toEqual([{ nouns: ['pairs'] }]);
});
