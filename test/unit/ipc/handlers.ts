import { contracts, type ChannelName } from '../../../shared/contracts/index.ts';
import { appError, ErrorCode } from '../../../shared/domain/errors.ts';
import type { Handlers } from '../../../electron/ipc/router.ts';

/** Handlers of which only the given ones do something; all others refuse. */
export function handlersWith(given: Partial<Handlers>): Handlers {
  const refuse = async (): Promise<never> => { throw appError(ErrorCode.NotFound, 'This test has no such handler.'); };
  const all = Object.fromEntries((Object.keys(contracts) as ChannelName[]).map((name) => [name, refuse]));
  return { ...all, ...given } as Handlers;
}
