/** The two transports of a tenant connection, structurally the tenant engine's own type. */
export interface SimulatedTransports {
  readonly fetch: (url: string, init: RequestInit) => Promise<Response>;
  readonly networkClient: {
    sendGetRequestAsync<T>(url: string, options?: { headers?: Record<string, string> }, timeout?: number): Promise<{ headers: Record<string, string>; body: T; status: number }>;
    sendPostRequestAsync<T>(url: string, options?: { headers?: Record<string, string>; body?: string }): Promise<{ headers: Record<string, string>; body: T; status: number }>;
  };
}

/**
 * Transports that take requests meant for Microsoft's addresses to a simulator instead. Path, query, headers and body stay; the
 * origin the caller believes in goes along as `x-forwarded-origin`, so that links in answers carry it.
 * @param simulatorUrl `http://127.0.0.1:PORT`.
 */
export function simulatedTransports(simulatorUrl: string): SimulatedTransports {
  const base = new URL(simulatorUrl);
  if (!['127.0.0.1', 'localhost', '[::1]'].includes(base.hostname)) throw new RangeError('A simulator is reached on this machine only.');
  const send = (url: string, init: RequestInit): Promise<Response> => {
    const wanted = new URL(url);
    const headers = new Headers(init.headers);
    headers.set('x-forwarded-origin', wanted.origin);
    return fetch(`${base.origin}${wanted.pathname}${wanted.search}`, { ...init, headers });
  };
  const network = async <T>(method: 'GET' | 'POST', url: string, options: { headers?: Record<string, string>; body?: string } = {}, timeout?: number) => {
    const response = await send(url, {
      method, ...(options.headers ? { headers: options.headers } : {}), ...(options.body === undefined ? {} : { body: options.body }), ...(timeout ? { signal: AbortSignal.timeout(timeout) } : {}),
    });
    return { status: response.status, headers: Object.fromEntries(response.headers), body: await response.json() as T };
  };
  return {
    fetch: send,
    networkClient: {
      sendGetRequestAsync: (url, options, timeout) => network('GET', url, options, timeout),
      sendPostRequestAsync: (url, options) => network('POST', url, options),
    },
  };
}
