import { randomUUID } from 'node:crypto';
import type { z } from 'zod';
import { AppError, ErrorCode, type AppErrorData, type Result } from '../../shared/domain/errors.ts';
import { contracts, type ChannelName, type ChannelOutput, type ReadonlyDeep, type ChannelParsed } from '../../shared/contracts/index.ts';

/** What a handler gets beside its input. */
export interface CallContext {
  /** Aborted when the caller cancels or its connection ends. */
  readonly signal: AbortSignal;
}

/** One function per channel of the contract; a missing one does not compile. */
export type Handlers = {
  readonly [K in ChannelName]: (input: ChannelParsed<K>, ctx: CallContext) => Promise<ReadonlyDeep<ChannelOutput<K>>>;
};

/** Turns an untrusted message into a handler call. Never rejects: every outcome is a {@link Result}. */
export type Dispatch = (channel: string, raw: unknown, ctx: CallContext) => Promise<Result<unknown>>;

/** The one method of a log that the router needs. */
export interface RouterLog {
  error(fields: object, message: string): void;
}

/** How {@link createRouter} behaves. */
export interface RouterOptions {
  readonly log: RouterLog;
  /** Checks each answer against the channel's schema as well. For tests and development: it costs time on every page. */
  readonly checkOutput?: boolean;
  /** Makes the reference of an unexpected error; the default is eight random hexadecimal digits. */
  readonly newReference?: () => string;
}

/**
 * Makes the function that all transports share. It knows no transport, so command line, agent and tests use it too.
 * @param handlers one per channel.
 * @returns a dispatcher. Input that does not fit its schema gives `INVALID_INPUT` naming the field (also in
 * `detail.field`); an {@link AppError} is passed on as it is; anything else is logged and becomes `INTERNAL` with the
 * reference under which the log explains it.
 */
export function createRouter(handlers: Handlers, options: RouterOptions): Dispatch {
  return async function dispatch(name, raw, ctx) {
    if (!isChannel(name)) {
      return failed({ code: ErrorCode.UnknownChannel, message: `There is no channel named "${name.slice(0, 80)}". The window and the host are of different versions: restart the console.`, retryable: false });
    }
    const parsed = contracts[name].input.safeParse(raw);
    if (!parsed.success) return failed(invalidInput(name, parsed.error.issues));
    try {
      // The map type is lost by indexing with a union; the schema just proved that the input belongs to this channel.
      const handler = handlers[name] as (input: unknown, ctx: CallContext) => Promise<unknown>;
      const value = await handler(parsed.data, ctx);
      if (options.checkOutput) contracts[name].output.parse(value);
      return { ok: true, value };
    } catch (cause) {
      return failed(toErrorData(cause, name, ctx, options));
    }
  };
}

/** Whether the text names a channel; own keys only, so that `toString` and `__proto__` are not channels. */
export function isChannel(name: string): name is ChannelName {
  return Object.hasOwn(contracts, name);
}

function toErrorData(cause: unknown, channel: ChannelName, ctx: CallContext, options: RouterOptions): AppErrorData {
  if (cause instanceof AppError) return cause.data;
  const name = cause instanceof Error ? cause.name : '';
  if (name === 'AbortError' || (ctx.signal.aborted && cause === ctx.signal.reason)) {
    return { code: ErrorCode.Cancelled, message: 'The call was cancelled.', retryable: false };
  }
  if (name === 'TimeoutError') {
    return { code: ErrorCode.Timeout, message: `"${channel}" did not get an answer in time. Try again.`, retryable: true };
  }
  const ref = options.newReference?.() ?? randomUUID().slice(0, 8);
  options.log.error({ err: cause, channel, ref }, 'unexpected error in a handler');
  return { code: ErrorCode.Internal, message: `Something in Causeway went wrong. The log explains it under the reference ${ref}.`, retryable: false, ref };
}

function invalidInput(channel: ChannelName, issues: readonly z.core.$ZodIssue[]): AppErrorData {
  const issue = deepest(issues);
  const field = issue.path.map(String).join('.');
  return {
    code: ErrorCode.InvalidInput, message: `${field === '' ? 'The input' : field}: ${issue.message}.`, retryable: false,
    detail: field === '' ? { channel } : { channel, field },
  };
}

interface Located { readonly path: readonly PropertyKey[]; readonly message: string }

/** "Invalid input" of a union tells nobody anything: the branch that fitted best names the field. */
function deepest(issues: readonly z.core.$ZodIssue[]): Located {
  const issue = issues[0];
  if (!issue) return { path: [], message: 'is not valid' };
  if (issue.code !== 'invalid_union' || issue.errors.length === 0) return issue;
  const branch = issue.errors.reduce((best, next) => (next.length < best.length ? next : best));
  const inner = deepest(branch);
  return { path: [...issue.path, ...inner.path], message: inner.message };
}

function failed(error: AppErrorData): Result<never> {
  return { ok: false, error };
}
