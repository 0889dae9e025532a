import type { TaskState } from '../../shared/domain/statuses.ts';
import type { EventName, Events } from '../../shared/contracts/events.ts';
import { latestPerKey, type Timers } from './throttle.ts';

/** Milliseconds between two snapshots of one task: at most 10 a second, as the contract promises. */
export const EVENT_INTERVAL_MS = 100;

/** States in which a task stands still: its snapshot is sent at once, whatever was sent a moment before. */
const RESTING: ReadonlySet<TaskState> = new Set<TaskState>(['Awaiting approval', 'Scheduled', 'Completed', 'Completed with errors', 'Failed', 'Cancelled', 'Interrupted', 'Discarded']);

/** Receives every event; the name tells the type of the payload. */
export type EventListener = <E extends EventName>(name: E, payload: Events[E]) => void;

/** Where use cases tell what changed and transports hear of it. */
export interface EventHub {
  /** Publishes; snapshots that follow each other too fast are merged, the last one always arrives. */
  publish<E extends EventName>(name: E, payload: Events[E]): void;
  /** @returns the function that ends the subscription. */
  subscribe(listener: EventListener): () => void;
  /** Drops what waits. */
  close(): void;
}

/**
 * Makes the hub between one opened console and its windows.
 * @param timers see throttle.ts.
 */
export function createEventHub(timers: Timers): EventHub {
  const listeners = new Set<EventListener>();
  const send = <E extends EventName>(name: E, payload: Events[E]): void => {
    for (const listener of listeners) listener(name, payload);
  };
  const tasks = latestPerKey<Events['tasks.changed']>(EVENT_INTERVAL_MS, (row) => { send('tasks.changed', row); }, timers);
  const nouns = latestPerKey<Noun>(EVENT_INTERVAL_MS, ({ noun }) => { send('store.changed', { nouns: [noun] }); }, timers);
  const publishers: { readonly [E in EventName]: (payload: Events[E]) => void } = {
    'tasks.changed': (row) => {
      if (RESTING.has(row.state)) tasks.flush(row.id, row);
      else tasks.push(row.id, row);
    },
    'store.changed': (changed) => {
      // Per noun: a burst of one noun must not swallow the word of another.
      for (const noun of changed.nouns) nouns.push(noun, { noun });
    },
    'coexistence.attention': (attention) => { send('coexistence.attention', attention); },
  };
  return {
    publish: (name, payload) => { publishers[name](payload); },
    subscribe: (listener) => {
      listeners.add(listener);
      return () => { listeners.delete(listener); };
    },
    close: () => {
      tasks.close();
      nouns.close();
      listeners.clear();
    },
  };
}

interface Noun { readonly noun: Events['store.changed']['nouns'][number] }
