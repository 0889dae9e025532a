import { setTimeout as pause } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { openProject } from '../../../electron/store/index.ts';
import { failure, sandbox } from './fixture.ts';

const { open, keep } = sandbox();

/** A project that two connections of this process have open, as while a console opens its own file again. */
async function twice() {
  const first = await open();
  return { first, second: keep(await openProject(first.file)) };
}

describe('two connections of one process to one file', () => {
  it('wait for each other without holding up the process: the one that has begun ends, the other one follows', async () => {
    const { first, second } = await twice();
    const order: string[] = [];
    const begun = Promise.withResolvers<void>();
    const writing = first.transaction(async (tx) => {
      await tx.notices.tell(['tasks']);
      begun.resolve();
      await pause(50);
      order.push('first');
    });
    await begun.promise;
    // A transaction, and a statement outside any; both need the lock that is held.
    await Promise.all([writing, second.notices.tell(['tasks']).then(() => { order.push('second'); }), second.project.rename('Again').then(() => { order.push('second'); })]);
    expect(order).toEqual(['first', 'second', 'second']);
    expect((await first.notices.told()).get('tasks')).toBe(2);
    expect((await first.project.get()).name).toBe('Again');
  }, 4_000);

  it('say after five seconds that somebody else writes, and go on afterwards', async () => {
    const { first, second } = await twice();
    const begun = Promise.withResolvers<void>();
    const enough = Promise.withResolvers<void>();
    const writing = first.transaction(async (tx) => {
      await tx.notices.tell(['tasks']);
      begun.resolve();
      await enough.promise;
    });
    await begun.promise;
    expect(await failure(second.notices.tell(['tasks']))).toBe('CONFLICT');
    enough.resolve();
    await writing;
    expect((await second.notices.tell(['tasks'])).get('tasks')).toBe(2);
  });
});
