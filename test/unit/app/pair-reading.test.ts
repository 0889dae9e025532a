import { afterEach, expect, it, vi } from 'vitest';
import { readPair } from '../../../electron/app/pipeline/pair-reading.ts';
import type { Reporter } from '../../../electron/app/pipeline/reporter.ts';
import type { Services } from '../../../electron/app/services.ts';
import { silentLog } from '../../../electron/platform/index.ts';
import { PAIR, sandbox } from '../store/fixture.ts';

const { open } = sandbox();
afterEach(() => { vi.useRealTimers(); });

/** A reader of a pair whose store's time stands where a test puts it. */
async function reader() {
  const time = { now: 1_000_000 };
  const store = await open({ name: 'memory', on: 'memory', environment: { clock: () => time.now } });
  const pair = await store.pairs.create(PAIR);
  const services = { store, log: silentLog, now: () => time.now, wait: async () => {} } as unknown as Services;
  const reporter = { phase: async () => {} } as unknown as Reporter;
  const cancel = new AbortController();
  const read = <T>(work: (signal: AbortSignal) => Promise<T>) => readPair(services, pair, { id: 'task', leaseOwner: 'far:1:one' }, { kind: 'whole', since: null }, reporter, cancel.signal, work);
  /** Another process takes the lease, because this one has slept past its end. */
  const overtake = async () => {
    time.now += 60_000;
    expect(await store.pairReadings.take(pair.id, 'far:2:other task', 20_000)).toBeDefined();
  };
  return { store, pair, cancel, read, overtake };
}
const untilAborted = (signal: AbortSignal) => new Promise<never>((_, reject) => { signal.addEventListener('abort', () => { reject(new Error('the page was cut off', { cause: signal.reason })); }); });

it('a reading whose lease another process has taken ends at the next sign of life, and is worth nothing', async () => {
  const { store, pair, read, overtake, cancel } = await reader();
  vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval'] });
  const reading = read(async (signal) => {
    await overtake();
    vi.advanceTimersByTime(5_000);
    return await untilAborted(signal);
  });
  await expect(reading).rejects.toMatchObject({ data: { code: 'CONFLICT', retryable: true, message: expect.stringContaining('Another task has begun to read') } });
  expect(cancel.signal.aborted).toBe(false);
  expect(await store.pairReadings.holder(pair.id)).toBe('far:2:other task');
  expect(await store.pairReadings.last(pair.id, 'whole')).toBeUndefined();
});

it('one that lost it after its last sign of life does not pass for whole', async () => {
  const { store, pair, read, overtake } = await reader();
  await expect(read(async () => { await overtake(); return 'read'; })).rejects.toMatchObject({ data: { code: 'CONFLICT' } });
  expect(await store.pairReadings.last(pair.id, 'whole')).toBeUndefined();
});

it('one that is cancelled ends as that, and gives its lease back; one that comes through counts', async () => {
  const { store, pair, read, cancel } = await reader();
  expect(await read(async () => 'read')).toBe('read');
  expect(await store.pairReadings.last(pair.id, 'whole')).toMatchObject({ beganAt: 1_000_000 });
  const reading = read(untilAborted);
  await vi.waitFor(async () => { expect(await store.pairReadings.holder(pair.id)).toBeDefined(); });
  cancel.abort('cancelled');
  await expect(reading).rejects.toThrow('the page was cut off');
  expect(await store.pairReadings.holder(pair.id)).toBeUndefined();
});
