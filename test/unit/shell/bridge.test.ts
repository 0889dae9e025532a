import { describe, expect, it } from 'vitest';
import { createBridge, type BridgeMessage, type PagePort } from '../../../electron/preload/bridge.ts';

function fakePort() {
  const sent: unknown[] = [];
  const port: PagePort & { closed: boolean } = { closed: false, onmessage: null, postMessage: (message) => { sent.push(message); }, close: () => { port.closed = true; } };
  return { port, sent, receive: (data: unknown) => { port.onmessage?.({ data }); } };
}
const ok = (value: unknown) => ({ ok: true, value });
const gone = { ok: false, error: { code: 'HOST_GONE', retryable: true } };

describe('the preload bridge', () => {
  it('exposes three functions and nothing else', () => {
    expect(Object.keys(createBridge().api).toSorted()).toEqual(['call', 'cancel', 'on']);
  });

  it('sends calls that were made before the host was there, in order, and settles each by its id', async () => {
    const { api, attach } = createBridge();
    const calls = [api.call('a.b', { x: 1 }, 1), api.call('c.d', {}, 2)];
    const { port, sent, receive } = fakePort();
    attach(port);
    expect(sent).toEqual([{ t: 'call', id: 1, channel: 'a.b', payload: { x: 1 } }, { t: 'call', id: 2, channel: 'c.d', payload: {} }]);
    receive({ t: 'reply', id: 2, result: ok('two') });
    receive({ t: 'reply', id: 1, result: ok('one') });
    receive({ t: 'reply', id: 9, result: ok('nobody') });
    expect(await Promise.all(calls)).toEqual([ok('one'), ok('two')]);
  });

  it('passes events and cancels on', () => {
    const { api, attach } = createBridge();
    const heard: BridgeMessage[] = [];
    api.on((message) => { heard.push(message); });
    const { port, sent, receive } = fakePort();
    attach(port);
    receive({ t: 'event', name: 'store.changed', payload: { nouns: [] } });
    api.cancel(4);
    expect(heard).toEqual([{ t: 'event', name: 'store.changed', payload: { nouns: [] } }]);
    expect(sent).toEqual([{ t: 'cancel', id: 4 }]);
  });

  it('answers everything when the host ends, and at once until the next one is there', async () => {
    const { api, attach, detach } = createBridge();
    const states: string[] = [];
    api.on(({ t }) => { states.push(t); });
    const first = fakePort();
    attach(first.port);
    const open = api.call('a.b', {}, 1);
    detach();
    expect(await open).toMatchObject(gone);
    expect(await api.call('a.b', {}, 2)).toMatchObject(gone);
    expect(first.port.closed).toBe(true);
    const second = fakePort();
    attach(second.port);
    const later = api.call('a.b', {}, 3);
    second.receive({ t: 'reply', id: 3, result: ok(3) });
    expect(await later).toEqual(ok(3));
    expect(states).toEqual(['closed', 'opened']);
  });

  it('also answers the open calls of a host that was replaced without a word', async () => {
    const { api, attach } = createBridge();
    attach(fakePort().port);
    const open = api.call('a.b', {}, 1);
    attach(fakePort().port);
    expect(await open).toMatchObject(gone);
  });
});
