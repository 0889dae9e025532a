import type { z } from 'zod';

/** What a channel does to state; the window derives caching and retry from it. `job` returns a task id at once. */
export type ChannelKind = 'query' | 'command' | 'job';

/** One entry of the contract: kind and the two schemas. */
export interface Channel<I extends z.ZodType, O extends z.ZodType> {
  readonly kind: ChannelKind;
  readonly input: I;
  readonly output: O;
}

/** Declares one channel. Types are inferred from the schemas, so there is nothing to keep in step by hand. */
export function channel<I extends z.ZodType, O extends z.ZodType>(kind: ChannelKind, input: I, output: O): Channel<I, O> {
  return { kind, input, output };
}
