import type { EventName, Events } from '../../shared/contracts/events.ts';
import type { TaskRow } from '../../shared/contracts/tasks.ts';
import type { Log } from '../platform/index.ts';
import type { Store } from '../store/index.ts';

/** What is said within so many milliseconds is said once. */
const TOGETHER_MS = 100;

const isAtWork = ({ state }: Pick<TaskRow, 'state'>): boolean => state === 'Running' || state === 'Cancelling';

/** Tells other processes of the project which nouns this one has changed. */
export interface Teller {
  /** Hears what windows of this process are told. Never waits, so it may be called inside a transaction. */
  heard<E extends EventName>(name: E, payload: Events[E]): void;
  /** What others said of each noun that was not looked at yet: their nouns, each once. */
  news(): Promise<readonly string[]>;
  /** Says what waits. */
  close(): Promise<void>;
}

/** Makes the teller of a process. */
export function createTeller(store: Pick<Store, 'notices'>, log: Pick<Log, 'warn'>): Teller {
  let waiting = new Set<string>();
  let timer: NodeJS.Timeout | undefined;
  let last: Promise<void> = Promise.resolve();
  /** Numbers up to which everything was said by this process, or was passed on to its windows. */
  const known = new Map<string, number>();
  let began: Promise<void> | undefined;
  /** State of each task when it was last heard of: begin and end are news of the noun, what lies between is seen in the task itself. */
  const states = new Map<string, TaskRow['state']>();

  const begin = async (): Promise<void> => { for (const [noun, number] of await store.notices.told()) known.set(noun, number); };
  const say = async (nouns: readonly string[]): Promise<void> => {
    await (began ??= begin());
    for (const [noun, number] of await store.notices.tell(nouns)) {
      // Somebody else may have said something in between: then it stays unknown, and is passed on.
      if (number === (known.get(noun) ?? 0) + 1) known.set(noun, number);
    }
  };
  const flush = (): Promise<void> => {
    clearTimeout(timer);
    timer = undefined;
    const nouns = [...waiting];
    waiting = new Set();
    if (nouns.length > 0) last = last.then(() => say(nouns)).catch((error: unknown) => { log.warn({ err: error, nouns }, 'other processes could not be told what changed'); });
    return last;
  };
  const add = (nouns: readonly string[]): void => {
    for (const noun of nouns) waiting.add(noun);
    timer ??= setTimeout(() => { void flush(); }, TOGETHER_MS);
  };
  return {
    heard(name, payload) {
      if (name === 'store.changed') add((payload as Events['store.changed']).nouns);
      if (name !== 'tasks.changed') return;
      const { id, state } = payload as Events['tasks.changed'];
      if (states.get(id) === state) return;
      if (isAtWork({ state }) || state === 'Queued') states.set(id, state);
      else states.delete(id);
      add(['tasks']);
    },
    async news() {
      await (began ??= begin());
      const nouns: string[] = [];
      for (const [noun, number] of await store.notices.told()) {
        if (number <= (known.get(noun) ?? 0)) continue;
        known.set(noun, number);
        nouns.push(noun);
      }
      return nouns;
    },
    async close() {
      await flush();
    },
  };
}
