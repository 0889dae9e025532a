import { setImmediate } from 'node:timers/promises';

/**
 * Lets timers and messages have their turn between two pages of work on the project. The database answers at once, so that a loop over it
 * never gives way by itself: nobody would renew the lease of the task or see that it is to be cancelled.
 * @throws the reason of the signal when it has fired.
 */
export async function nextTurn(signal: AbortSignal): Promise<void> {
  await setImmediate();
  signal.throwIfAborted();
}
