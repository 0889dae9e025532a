import { mkdtempSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { MessageChannel, type MessagePort } from 'node:worker_threads';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { runHost, type OpenConsole, type TransferredPort } from '../../../electron/host/run-host.ts';
import { nodeTimers } from '../../../electron/ipc/throttle.ts';
import { createEventHub } from '../../../electron/ipc/events.ts';
import type { Platform } from '../../../electron/platform/index.ts';
import { appError, ErrorCode } from '../../../shared/domain/errors.ts';
import { handlersWith } from '../ipc/handlers.ts';

let folder: string;
const ports: MessagePort[] = [];
const FATAL = ['uncaughtException', 'unhandledRejection'] as const;
let before: readonly (readonly unknown[])[];
beforeEach(() => {
  before = FATAL.map((event) => process.listeners(event as 'uncaughtException'));
  folder = mkdtempSync(path.join(os.tmpdir(), 'causeway-host-'));
  vi.stubEnv('CAUSEWAY_HOME', folder);
});
afterEach(() => {
  vi.unstubAllEnvs();
  for (const port of ports.splice(0)) port.close();
  // What the host put in; the test runner's own listeners stay.
  for (const [i, event] of FATAL.entries()) {
    for (const listener of process.listeners(event as 'uncaughtException')) if (!before[i]?.includes(listener)) process.removeListener(event, listener);
  }
  rmSync(folder, { recursive: true });
});

/** Electron gives `{ data }` to listeners of a port, workers give the data itself. */
function asElectron(port: MessagePort): TransferredPort {
  return {
    postMessage: (message) => { port.postMessage(message); }, start: () => { port.start(); },
    on: (event: string, listener: (event: { readonly data: unknown }) => void) => port.on(event as 'message', (data: unknown) => { listener({ data }); }),
  };
}

function startHost(open: (platform: Platform) => Promise<OpenConsole>) {
  let toHost: (event: { readonly data: unknown; readonly ports: readonly TransferredPort[] }) => void = () => {};
  const asked: Record<string, unknown>[] = [];
  const exits: number[] = [];
  runHost({ open, exit: (code) => { exits.push(code); }, parent: { postMessage: (message) => { asked.push(message as Record<string, unknown>); }, on: (_, listener) => { toHost = listener; } } });
  const tell = (data: unknown, given: readonly TransferredPort[] = []): void => { toHost({ data, ports: given }); };
  const page = () => {
    const { port1, port2 } = new MessageChannel();
    ports.push(port1, port2);
    tell({ t: 'page' }, [asElectron(port1)]);
    const received: unknown[] = [];
    port2.on('message', (message) => { received.push(message); });
    return { received, call: (id: number, channel: string) => { port2.postMessage({ t: 'call', id, channel, payload: {} }); } };
  };
  return { tell, page, asked, exits };
}

describe('the engine host', () => {
  it('serves each page, sends events to all, and closes the project when told', async () => {
    const hub = createEventHub(nodeTimers);
    const close = vi.fn<() => Promise<void>>(async () => {});
    const host = startHost(async () => ({ handlers: handlersWith({ 'agents.list': async () => ({ rows: [] }) }), onEvent: hub.subscribe, close }));
    host.tell('nonsense');
    host.tell({ t: 'start', vault: false });
    const [one, two] = [host.page(), host.page()];
    one.call(1, 'agents.list');
    await vi.waitFor(() => { expect(one.received).toEqual([{ t: 'reply', id: 1, result: { ok: true, value: { rows: [] } } }]); });
    hub.publish('store.changed', { nouns: ['rules'] });
    await vi.waitFor(() => { expect(two.received).toEqual([{ t: 'event', name: 'store.changed', payload: { nouns: ['rules'] } }]); });
    host.tell({ t: 'stop' });
    await vi.waitFor(() => { expect(host.exits).toEqual([0]); });
    expect(close).toHaveBeenCalledOnce();
  });

  it('explains in the window why the project could not be opened', async () => {
    const host = startHost(async () => { throw appError(ErrorCode.NewerProject, 'The project was written by a newer version.'); });
    host.tell({ t: 'start', vault: false });
    const page = host.page();
    page.call(1, 'project.get');
    await vi.waitFor(() => { expect(page.received).toMatchObject([{ id: 1, result: { ok: false, error: { code: 'NEWER_PROJECT' } } }]); });
  });

  it('keeps secrets through the shell\'s vault when there is one', async () => {
    let platform: Platform | undefined;
    const host = startHost(async (opened) => { platform = opened; throw appError(ErrorCode.NotFound, 'none'); });
    host.tell({ t: 'start', vault: true });
    await vi.waitFor(() => { expect(platform?.secrets.protection()).toBe('os'); });
    const stored = platform?.secrets.set('a', 'x');
    const answerAll = async (count: number): Promise<void> => {
      await vi.waitFor(() => { expect(host.asked).toHaveLength(count); });
      const question = host.asked.at(-1) as { id: number; action: string; text: string };
      const bytes = Buffer.from(question.text, question.action === 'encrypt' ? 'utf8' : 'base64');
      host.tell({ t: 'vault', id: question.id, text: bytes.toString(question.action === 'encrypt' ? 'base64' : 'utf8') });
    };
    await answerAll(1);
    await answerAll(2);
    await stored;
    const read = platform?.secrets.get('a');
    await answerAll(3);
    await answerAll(4);
    expect(await read).toBe('x');
    const refused = platform?.secrets.get('a').catch((error: unknown) => error);
    await vi.waitFor(() => { expect(host.asked).toHaveLength(5); });
    host.tell({ t: 'vault', id: host.asked[4]?.['id'], text: null });
    expect(await refused).toMatchObject({ data: { code: 'AUTH_FAILED' } });
  });
});
