import { MessageChannel, type MessagePort } from 'node:worker_threads';
import { afterEach, describe, expect, it } from 'vitest';
import type { HostPort } from '../../../electron/ipc/port.ts';
import { createRouter, type Handlers } from '../../../electron/ipc/router.ts';
import { MAX_OPEN_CALLS, serve } from '../../../electron/ipc/serve.ts';
import { handlersWith } from './handlers.ts';

const ports: MessagePort[] = [];
afterEach(() => { for (const port of ports.splice(0)) port.close(); });

/** A real structured-clone channel with a served end and a caller's end. */
function connect(given: Partial<Handlers>) {
  const { port1, port2 } = new MessageChannel();
  ports.push(port1, port2);
  const host: HostPort = {
    postMessage: (message) => { port1.postMessage(message); },
    onMessage: (listener) => { port1.on('message', listener); },
    onClose: (listener) => { port1.on('close', listener); },
  };
  const served = serve(host, createRouter(handlersWith(given), { log: { error: () => {} } }));
  const received: Record<string, unknown>[] = [];
  let wake = (): void => {};
  port2.on('message', (message: Record<string, unknown>) => { received.push(message); wake(); });
  const next = async (count = 1): Promise<Record<string, unknown>[]> => {
    while (received.length < count) await new Promise<void>((resolve) => { wake = resolve; });
    return received;
  };
  return { served, next, received, send: (message: unknown) => { port2.postMessage(message); }, close: () => { port2.close(); } };
}

const call = (id: number, channel: string, payload: unknown = {}) => ({ t: 'call', id, channel, payload });
const untilAborted = (onAbort: () => void) => async (_: unknown, { signal }: { signal: AbortSignal }): Promise<never> =>
  await new Promise((__, reject) => { signal.addEventListener('abort', () => { onAbort(); reject(signal.reason as Error); }); });

describe('serving a port', () => {
  it('answers a call', async () => {
    const wire = connect({ 'agents.list': async () => ({ rows: [] }) });
    wire.send(call(7, 'agents.list'));
    expect(await wire.next()).toEqual([{ t: 'reply', id: 7, result: { ok: true, value: { rows: [] } } }]);
    expect(wire.served.openCalls()).toBe(0);
  });

  it('cancels one call and leaves the others running', async () => {
    const aborted: string[] = [];
    const wire = connect({ 'agents.list': untilAborted(() => aborted.push('agents')), 'project.get': untilAborted(() => aborted.push('project')) });
    wire.send(call(1, 'agents.list'));
    wire.send(call(2, 'project.get'));
    wire.send({ t: 'cancel', id: 1 });
    expect(await wire.next()).toMatchObject([{ id: 1, result: { ok: false, error: { code: 'CANCELLED' } } }]);
    expect(aborted).toEqual(['agents']);
  });

  it('aborts every running call when the port closes and sends nothing more', async () => {
    const aborted = Promise.withResolvers<void>();
    const wire = connect({ 'agents.list': untilAborted(() => { aborted.resolve(); }) });
    wire.send(call(1, 'agents.list'));
    while (wire.served.openCalls() === 0) await new Promise((resolve) => { setImmediate(resolve); });
    wire.close();
    await aborted.promise;
    expect(() => { wire.served.publish('store.changed', { nouns: ['tasks'] }); }).not.toThrow();
    expect(wire.received).toEqual([]);
  });

  it('answers also when the value cannot be cloned', async () => {
    const wire = connect({ 'agents.list': async () => ({ rows: [], driver: () => 1 }) });
    wire.send(call(1, 'agents.list'));
    expect(await wire.next()).toMatchObject([{ id: 1, result: { ok: false, error: { code: 'INTERNAL' } } }]);
  });

  it.each([
    ['a channel that is no text', { t: 'call', id: 3, channel: 5 }], ['a channel name without end', { t: 'call', id: 3, channel: 'x'.repeat(81), payload: {} }],
  ])('refuses %s', async (_, frame) => {
    const wire = connect({});
    wire.send(frame);
    expect(await wire.next()).toMatchObject([{ t: 'reply', id: 3, result: { ok: false, error: { code: 'INVALID_INPUT' } } }]);
  });

  it('drops what has no id to answer to, and goes on', async () => {
    const wire = connect({ 'agents.list': async () => ({ rows: [] }) });
    for (const junk of [null, 'text', 42, [], {}, { t: 'call' }, { t: 'call', id: 1.5, channel: 'agents.list' }, { t: 'cancel', id: 99 }, { t: 'reply', id: 1 }]) wire.send(junk);
    wire.send(call(1, 'agents.list'));
    expect(await wire.next()).toMatchObject([{ id: 1, result: { ok: true } }]);
  });

  it('does not let a second call with the same id settle the first', async () => {
    const gate = Promise.withResolvers<{ rows: never[] }>();
    const wire = connect({ 'agents.list': () => gate.promise, 'pairs.list': async () => ({ rows: [] }) });
    wire.send(call(1, 'agents.list'));
    wire.send(call(1, 'no.such.channel'));
    wire.send(call(2, 'pairs.list'));
    await wire.next();
    gate.resolve({ rows: [] });
    expect(await wire.next(2)).toMatchObject([{ id: 2, result: { ok: true } }, { id: 1, result: { ok: true } }]);
  });

  it('refuses calls beyond the limit as retryable', async () => {
    const wire = connect({ 'agents.list': untilAborted(() => {}) });
    for (let id = 1; id <= MAX_OPEN_CALLS + 1; id++) wire.send(call(id, 'agents.list'));
    expect(await wire.next()).toMatchObject([{ id: MAX_OPEN_CALLS + 1, result: { ok: false, error: { retryable: true } } }]);
  });

  it('publishes events', async () => {
    const wire = connect({});
    wire.served.publish('store.changed', { nouns: ['rules'] });
    expect(await wire.next()).toEqual([{ t: 'event', name: 'store.changed', payload: { nouns: ['rules'] } }]);
  });
});
