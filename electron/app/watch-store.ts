import type { Events } from '../../shared/contracts/events.ts';
import type { EventHub } from '../ipc/events.ts';
import type { Log } from '../platform/index.ts';
import type { Store, TaskRecord } from '../store/index.ts';
import type { Teller } from './notices.ts';
import { taskRows } from './task-rows.ts';

/** How often other processes' writes are looked for, milliseconds: often enough for a bar of progress to move. */
const EVERY_MS = 200;
/** A change of which nobody said what it was makes windows read everything again, at most so often, milliseconds. */
const UNEXPLAINED_MS = 5_000;

const NOUNS = ['project', 'pairs', 'collections', 'objects', 'rules', 'tasks', 'agents', 'coexistence', 'mailboxes', 'notifications', 'cutover'] as const satisfies Events['store.changed']['nouns'];
type Noun = (typeof NOUNS)[number];
const isNoun = (text: string): text is Noun => NOUNS.some((noun) => noun === text);

/** Tasks that move by themselves. */
const MOVING = ['Queued', 'Running', 'Cancelling'] as const;

/**
 * Tells windows what other processes (an agent, the command line, another console) do to the project: the progress of tasks as it
 * goes on, and of everything else the nouns that those processes say have changed.
 */
export function watchStore(store: Pick<Store, 'dataVersion' | 'tasks' | 'journal' | 'agents'>, hub: Pick<EventHub, 'publish'>, teller: Pick<Teller, 'news'>, log: Pick<Log, 'warn'>): { close(): Promise<void> } {
  let seen = store.dataVersion();
  let looking: Promise<void> | undefined;
  let closed = false;
  let unexplained = false;
  let toldAllAt = -UNEXPLAINED_MS;
  /** Numbers of changes of the tasks that moved at the last look. */
  let moving = new Map<string, number>();
  let signs = '';

  /** @returns whether a task of others has moved, or is at work. */
  const lookAtTasks = async (): Promise<boolean> => {
    const found = new Map<string, TaskRecord>();
    for await (const page of store.tasks.iterate({ states: MOVING })) for (const task of page) found.set(task.id, task);
    const left = [...moving.keys()].filter((id) => !found.has(id));
    // What moved before and rests now has its last word yet to be told; one that is gone has none.
    const ended = (await Promise.all(left.map((id) => store.tasks.get(id).catch(() => undefined)))).filter((task) => task !== undefined);
    const changed = [...[...found.values()].filter(({ id, seq }) => (moving.get(id) ?? -1) < seq), ...ended];
    moving = new Map([...found.values()].map(({ id, seq }) => [id, seq]));
    for (const row of await taskRows(store, changed)) hub.publish('tasks.changed', row);
    return changed.length > 0 || [...found.values()].some(({ state }) => state !== 'Queued');
  };
  /** @returns whether an agent gave a sign of life, which is written and changes nothing that anybody waits for. */
  const lookAtAgents = async (): Promise<boolean> => {
    const now = JSON.stringify((await store.agents.list()).map(({ id, heartbeatAt }) => [id, heartbeatAt]));
    const moved = now !== signs;
    signs = now;
    return moved;
  };
  const look = async (): Promise<void> => {
    const nouns = (await teller.news()).filter(isNoun);
    const [tasks, agents] = [await lookAtTasks(), await lookAtAgents()];
    if (nouns.length > 0) hub.publish('store.changed', { nouns });
    // Else somebody wrote who does not say what, such as a program that died before it could.
    unexplained ||= nouns.length === 0 && !tasks && !agents;
  };
  const tellAll = (): void => {
    if (!unexplained || performance.now() - toldAllAt < UNEXPLAINED_MS) return;
    unexplained = false;
    toldAllAt = performance.now();
    hub.publish('store.changed', { nouns: NOUNS });
  };
  const timer = setInterval(() => {
    if (looking !== undefined) return;
    tellAll();
    const now = store.dataVersion();
    if (now === seen) return;
    seen = now;
    looking = look().catch((error: unknown) => { if (!closed) log.warn({ err: error }, 'what other processes wrote could not be looked at'); }).finally(() => { looking = undefined; });
  }, EVERY_MS);
  timer.unref();
  return {
    async close() {
      closed = true;
      clearInterval(timer);
      await looking;
    },
  };
}
