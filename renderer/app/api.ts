import { useMutation, useQuery, useQueryClient, type UseMutationResult, type UseQueryResult } from '@tanstack/react-query';
import { createContext, useContext } from 'react';
import type { RpcClient } from '../../shared/contracts/client.ts';
import type { ChannelInput, ChannelName, ChannelOutput } from '../../shared/contracts/index.ts';
import { AppError, type AppErrorData } from '../../shared/domain/errors.ts';
import type { Connection } from './connection.ts';

/** What the window needs of the host. */
export interface Host { readonly api: RpcClient; readonly connection: Connection }

/** Holds the host for the whole window. */
export const HostContext = createContext<Host | null>(null);

/** The host of this window. Only inside {@link HostContext}. */
export function useHost(): Host {
  const host = useContext(HostContext);
  if (!host) throw new Error('HostContext is missing');
  return host;
}

/** Turns whatever was thrown into the data of an application error. A bug becomes INTERNAL without its text. */
export function errorData(error: unknown): AppErrorData {
  if (error instanceof AppError) return error.data;
  return { code: 'INTERNAL', message: 'The console made a mistake of its own. Nothing was changed by it.', retryable: false };
}

/** Options of {@link useCall}. */
export interface CallQueryOptions {
  /** False: do not ask yet. Default true. */
  readonly enabled?: boolean;
  /** Milliseconds; a slow query (a connection test, a live directory search) may take longer than the default 30 000. */
  readonly timeoutMs?: number;
  /** Milliseconds between repeated reads, for what no event announces. */
  readonly refetchMs?: number;
  /** Keep showing the previous answer while the next is read. */
  readonly keepPrevious?: boolean;
}

/**
 * Reads one query channel through the cache; leaving the screen cancels it in the host.
 * @param channel a channel of kind `query`.
 * @param input its input; part of the cache key.
 */
export function useCall<K extends ChannelName>(channel: K, input: ChannelInput<K>, options: CallQueryOptions = {}): UseQueryResult<ChannelOutput<K>> {
  const { api } = useHost();
  return useQuery<ChannelOutput<K>>({
    queryKey: [channel, input],
    queryFn: ({ signal }: { readonly signal: AbortSignal }) => api.call(channel, input, { signal, ...(options.timeoutMs ? { timeoutMs: options.timeoutMs } : {}) }),
    enabled: options.enabled ?? true,
    ...(options.refetchMs ? { refetchInterval: options.refetchMs } : {}),
    ...(options.keepPrevious ? { placeholderData: (previous: ChannelOutput<K> | undefined) => previous } : {}),
  } as never) as UseQueryResult<ChannelOutput<K>>;
}

/** Calls one command or job channel; never repeated by itself. Reads what it may have changed again afterwards. */
export function useCommand<K extends ChannelName>(channel: K, timeoutMs?: number): UseMutationResult<ChannelOutput<K>, Error, ChannelInput<K>> {
  const { api } = useHost();
  const cache = useQueryClient();
  return useMutation<ChannelOutput<K>, Error, ChannelInput<K>>({
    mutationFn: (input) => api.call(channel, input, timeoutMs ? { timeoutMs } : {}),
    onSuccess: () => { void cache.invalidateQueries({ predicate: (q) => !isLive(q.queryKey) }); },
  });
}

/** Channels that ask a directory, a tenant or the whole journal anew. */
const LIVE_READS: ReadonlySet<string> = new Set<ChannelName>(['pairs.test', 'targets.search', 'plans.operations', 'mailboxes.test', 'mailboxes.check', 'mailboxes.completion', 'evidence.verify']);

/** Live reads of a directory or tenant are expensive and are not repeated because something in the store changed. */
function isLive(key: readonly unknown[]): boolean {
  const channel = String(key[0]);
  return channel.startsWith('directory.') || LIVE_READS.has(channel);
}
