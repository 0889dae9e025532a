import { deliverDueMail } from './mail-delivery.ts';
import { watchDueBatches } from './mailbox-pass.ts';
import type { Services } from './services.ts';

/**
 * Work that an agent does beside its tasks, because it must not wait for a task that takes hours: a look at what is due, a few seconds long. It is asked
 * every second and after each nudge, one time after the other, and must find out by itself whether there is anything to do.
 * @param agentIds agents whose work this process does.
 */
export type DueWork = (services: Services, agentIds: readonly string[], signal: AbortSignal) => Promise<void>;

/** All of it, in this order. What fails is logged and asked again; it never keeps the rest from being done. */
export const DUE_WORK: Readonly<Record<string, DueWork>> = {
  mailboxes: watchDueBatches,
  mails: async (services, agentIds, signal) => { await deliverDueMail(services, agentIds, signal); },
};

/** Does what is due now. */
export async function doDueWork(services: Services, agentIds: readonly string[], signal: AbortSignal): Promise<void> {
  for (const [name, work] of Object.entries(DUE_WORK)) {
    if (signal.aborted) return;
    try {
      await work(services, agentIds, signal);
    } catch (error) {
      if (!signal.aborted) services.log.error({ err: error, work: name }, 'work beside the tasks failed and is tried again');
    }
  }
}
