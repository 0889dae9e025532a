import type { Store } from '../store/index.ts';
import type { Log } from '../platform/log.ts';

/**
 * Tells agents of other processes that tasks wait for them, and hears it from others. Nothing depends on it: who is not told finds the task at the next
 * look, so that what goes wrong with the signal is logged once and otherwise left alone.
 * @param ownAgentId agent whose tasks this process runs; null: it runs none and only tells.
 * @param nudge lets the runner of this process look at once.
 */
export function queueSignal({ signal, tasks }: Pick<Store, 'signal' | 'tasks'>, log: Log, ownAgentId: string | null, nudge: () => void): { /** Call it when tasks were queued. */ announce(): void } {
  let told = false;
  const failed = (error: unknown): void => {
    if (!told) log.warn({ err: error }, 'agents are not told of new tasks by the queue and look for them by themselves');
    told = true;
  };
  if (ownAgentId !== null) signal.listen(ownAgentId, nudge).catch(failed);
  return {
    announce() {
      void (async () => { await signal.announce((await tasks.agentsWaitedFor()).filter((id) => id !== ownAgentId)); })().catch(failed);
    },
  };
}
