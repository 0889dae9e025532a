import { describe, expect, it } from 'vitest';
import { createReporter } from '../../../electron/app/pipeline/reporter.ts';
import type { Services } from '../../../electron/app/services.ts';
import { sandbox, seeded } from '../store/fixture.ts';

const { open } = sandbox();

/** Time left after a phase of 100 operations that began with `earlier` done has done `done` of them in ten seconds. */
async function timeLeft(earlier: number, done: number): Promise<number | null> {
  const store = await open();
  const { pair, collectionId } = await seeded(store, 1);
  const task = await store.tasks.create({ pairId: pair.id, collectionId, kind: 'Migrate', settings: {}, createdBy: 'test' });
  let now = 1_000_000;
  const reporter = createReporter({ store, now: () => now, emit: () => {} } as unknown as Services, task.id);
  await reporter.phase('apply', 'Writing', 100, earlier);
  expect(await store.tasks.get(task.id)).toMatchObject({ done: earlier, total: 100, timeLeftMs: null });
  now += 10_000;
  reporter.progress(done);
  await reporter.flush();
  return (await store.tasks.get(task.id)).timeLeftMs;
}

describe('the time left', () => {
  it('is the rate of the phase so far', async () => { expect(await timeLeft(0, 10)).toBe(90_000); });
  it('does not count what an earlier run did', async () => { expect(await timeLeft(80, 90)).toBe(10_000); });
  it('is not told before there is something to go by', async () => { expect(await timeLeft(80, 82)).toBeNull(); });
});
