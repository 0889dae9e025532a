import { isActive } from './repositories/tasks.ts';
import type { Repositories, Store } from './store.ts';

/**
 * Who was asked for its lease longer ago is asked once more before it sends, milliseconds: the process may have slept meanwhile. A lease ends 20 s after its
 * last sign of life, which comes every 5 s. By the clock of the machine, because others do not go on while it sleeps (clock_gettime(2), CLOCK_MONOTONIC).
 */
const SLEPT_MS = 5_000;

/**
 * The store as one run of a task sees it: what it writes of its own, and every transaction, holds only while the task is still run by this owner. A
 * process that slept through the end of its lease, while another one took its task over, gets LEASE_LOST and changes nothing (Kleppmann, "How to do
 * distributed locking": the fence is checked where the writing is done). Pages of readings, which the next reading repeats, are not checked one by one.
 * What a run writes after it has given its task an end is its own as well. `tasks.requireLease` asks the database when it was not asked for a while, so that
 * it can be called before everything that is sent.
 * @param owner who holds the lease of the task.
 */
export function fencedStore(store: Store, taskId: string, owner: string): Store {
  let ended = false;
  let askedAt = 0;
  const ask = async (tasks: Repositories['tasks']): Promise<void> => {
    const now = Date.now();
    await tasks.requireLease(taskId, owner);
    askedAt = now;
  };
  const tasksOf = ({ tasks }: Pick<Repositories, 'tasks'>, end: () => void): Repositories['tasks'] => ({
    ...tasks,
    requireLease: async (id, by) => {
      if (id !== taskId || by !== owner) await tasks.requireLease(id, by);
      else if (Math.abs(Date.now() - askedAt) > SLEPT_MS) await ask(tasks);
    },
    update: async (id, patch, by) => {
      if (id !== taskId || ended) return await tasks.update(id, patch, by);
      const began = Date.now();
      // The change itself asks for the lease, in one statement with it; when it is refused, it is said why.
      const task = await tasks.update(id, patch, owner).catch(async (error: unknown) => { await ask(tasks); throw error; });
      askedAt = began;
      if (!isActive(task.state)) end();
      return task;
    },
  });
  const transaction: Store['transaction'] = async (fn) => {
    let endsHere = false;
    const result = await store.transaction(async (tx) => {
      if (!ended) await ask(tx.tasks);
      return await fn({ ...tx, tasks: tasksOf(tx, () => { endsHere = true; }) });
    });
    ended ||= endsHere;
    return result;
  };
  return {
    ...store, transaction, tasks: tasksOf(store, () => { ended = true; }),
    journal: {
      ...store.journal,
      intend: async (entries) => {
        const began = Date.now();
        await store.journal.intend(entries, { taskId, owner });
        if (entries.length > 0) askedAt = began;
        if (Math.abs(Date.now() - began) > SLEPT_MS) await ask(store.tasks);
      },
      settle: async (outcomes) => { await transaction(async (tx) => { await tx.journal.settle(outcomes); }); },
    },
  };
}
