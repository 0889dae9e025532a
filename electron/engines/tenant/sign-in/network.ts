import { AppError } from '../../../../shared/domain/errors.ts';
import type { TenantTransports } from '../port.ts';
import { connectionFailure } from '../graph/connection.ts';

/** Seconds after which one request to the sign-in service is given up. */
const TIMEOUT_MS = 30_000;

/** msal-node's network port with a memory: msal hides why a request failed, and the operator needs to know. */
export interface SignInNetwork {
  readonly client: TenantTransports['networkClient'];
  /** Why the last request was not answered; null when it was. */
  lastFailure(): AppError | null;
}

const plainHeaders = (headers: Headers): Record<string, string> => Object.fromEntries(headers);

/** The network of production: Node's fetch with a time limit. */
function fetchClient(): TenantTransports['networkClient'] {
  const send = async <T>(url: string, init: RequestInit): Promise<{ headers: Record<string, string>; body: T; status: number }> => {
    const response = await fetch(url, { ...init, signal: AbortSignal.timeout(TIMEOUT_MS) });
    // Checked by msal-node: the body is its own contract with the sign-in service.
    const body = (await response.json()) as T;
    return { headers: plainHeaders(response.headers), body, status: response.status };
  };
  return {
    sendGetRequestAsync: (url, options) => send(url, { method: 'GET', ...(options?.headers ? { headers: options.headers } : {}) }),
    sendPostRequestAsync: (url, options) =>
      send(url, { method: 'POST', ...(options?.headers ? { headers: options.headers } : {}), ...(options?.body === undefined ? {} : { body: options.body }) }),
  };
}

/** @param transport the swapped network of a rehearsal; absent in production. */
export function signInNetwork(transport: TenantTransports['networkClient'] | undefined): SignInNetwork {
  const inner = transport ?? fetchClient();
  let failure: AppError | null = null;
  const watch = async <T>(url: string, request: () => Promise<T>): Promise<T> => {
    try {
      const answer = await request();
      failure = null;
      return answer;
    } catch (error) {
      failure = connectionFailure(error, new URL(url).host).error;
      throw failure;
    }
  };
  return {
    client: {
      sendGetRequestAsync: (url, options, timeout) => watch(url, () => inner.sendGetRequestAsync(url, options, timeout)),
      sendPostRequestAsync: (url, options) => watch(url, () => inner.sendPostRequestAsync(url, options)),
    },
    lastFailure: () => failure,
  };
}
