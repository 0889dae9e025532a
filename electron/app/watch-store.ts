import type { EventHub } from '../ipc/events.ts';
import type { Store } from '../store/index.ts';

/** How often other processes' writes are looked for, milliseconds. */
const EVERY_MS = 1_000;

/** Tells windows when another process (an agent, the command line) has written to the project. */
export function watchStore(store: Pick<Store, 'dataVersion'>, hub: Pick<EventHub, 'publish'>): { close(): void } {
  let seen = store.dataVersion();
  const timer = setInterval(() => {
    const now = store.dataVersion();
    if (now === seen) return;
    seen = now;
    hub.publish('store.changed', { nouns: ['project', 'pairs', 'collections', 'objects', 'rules', 'tasks', 'agents', 'coexistence'] });
  }, EVERY_MS);
  timer.unref();
  return { close() { clearInterval(timer); } };
}
