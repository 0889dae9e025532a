import { agentsServed } from '../app/agents-takeover.ts';
import { doDueWork } from '../app/due-work.ts';
import { forgetLeftPasswords } from '../app/initial-passwords-desk.ts';
import type { Services } from '../app/services.ts';

/** How often it is asked what is due, milliseconds. */
const EVERY_MS = 1_000;
/** How often passwords are looked for that another machine gave up and this one has sealed, milliseconds. */
const LEFT_EVERY_MS = 60 * 60_000;

/** The second loop of an agent: what must not wait for the end of a task. */
export interface SideWork {
  /** Looks at once. */
  nudge(): void;
  /** Ends what is under way at its next safe point and waits for it. */
  close(): Promise<void>;
}

/** Starts doing what is due for an agent and those whose work it has taken over. */
export function startSideWork(services: Services, agentId: string): SideWork {
  const abort = new AbortController();
  let wake: () => void = () => {};
  let nudged = false;
  let nextLeft = 0;
  const loop = async (): Promise<void> => {
    while (!abort.signal.aborted) {
      nudged = false;
      try {
        if (services.now() >= nextLeft) {
          nextLeft = services.now() + LEFT_EVERY_MS;
          await forgetLeftPasswords(services);
        }
        await doDueWork(services, await agentsServed(services.store, agentId), abort.signal);
      } catch (error) {
        if (!abort.signal.aborted) services.log.error({ err: error }, 'what is due could not be looked at');
      }
      if (nudged || abort.signal.aborted) continue;
      await new Promise<void>((resolve) => {
        const timer = setTimeout(resolve, EVERY_MS);
        wake = () => { clearTimeout(timer); resolve(); };
      });
    }
  };
  const running = loop();
  return {
    nudge() { nudged = true; wake(); },
    close: async () => {
      abort.abort('closing');
      wake();
      await running;
    },
  };
}
