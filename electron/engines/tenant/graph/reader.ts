import { appError, ErrorCode } from '../../../../shared/domain/errors.ts';
import type { Gate } from '../throttle/gate.ts';
import { backOff, retryAfterMs } from '../throttle/timing.ts';
import type { Timing } from '../throttle/timing.ts';
import type { GraphClient } from './client.ts';
import { graphPage, readGraphError } from './envelopes.ts';
import { refused } from './failures.ts';
import type { GraphError } from '../port.ts';
import type { Traffic } from './traffic.ts';

/** Tries of one read before it is given up; throttling does not count. */
const MAX_TRIES = 6;
/** Pause after a 429 that names none (Graph documentation, "Microsoft Graph throttling guidance": back off). */
export const DEFAULT_RETRY_AFTER_MS = 10_000;

/** A read's answer: a body, or Graph's refusal with a status from 400 to 499. */
export type ReadAnswer = { readonly ok: true; readonly body: unknown } | { readonly ok: false; readonly error: GraphError };

/** Reads through the gate, repeating what may be repeated: all of it, since a GET changes nothing. */
export interface Reader {
  /**
   * One GET. @param units resource units it costs.
   * @throws AppError TENANT_UNAVAILABLE, TIMEOUT, AUTH_FAILED, CERTIFICATE_REFUSED, CANCELLED.
   */
  get(what: string, address: string, units: number, signal?: AbortSignal): Promise<ReadAnswer>;
  /**
   * The pages of a collection. Headers are sent again with each page, since Graph does not carry them into a nextLink.
   * @param address first page. @throws AppError as get, and FORBIDDEN, TENANT_REFUSED, TENANT_UNAVAILABLE when an answer is no page.
   */
  pages(what: string, address: string, units: number, signal?: AbortSignal): AsyncGenerator<readonly Record<string, unknown>[]>;
}

/** Makes the reader of one tenant. */
export function createReader(parts: { readonly client: GraphClient; readonly gate: Gate; readonly timing: Timing; readonly traffic: Traffic }): Reader {
  const { client, gate, timing, traffic } = parts;

  async function get(what: string, address: string, units: number, signal?: AbortSignal): Promise<ReadAnswer> {
    for (let tries = 1; ; ) {
      await gate.enter({ writes: 0, units }, signal);
      traffic.requests += 1;
      const answer = await client.request({ method: 'GET', address }, signal);
      if (answer.kind === 'answered') {
        if (answer.status < 400) return { ok: true, body: answer.body };
        const error = readGraphError(answer.status, answer.body);
        if (answer.status === 429) {
          traffic.throttled += 1;
          gate.throttled(retryAfterMs(answer.headers.get('retry-after'), Date.now()) ?? DEFAULT_RETRY_AFTER_MS, 'units');
          continue;
        }
        if (answer.status < 500) return { ok: false, error };
        if (tries >= MAX_TRIES) throw refused(what, error);
        await timing.sleep(retryAfterMs(answer.headers.get('retry-after'), Date.now()) ?? backOff(tries, timing.random()), signal);
      } else {
        if (tries >= MAX_TRIES || !answer.failure.error.data.retryable) throw answer.failure.error;
        await timing.sleep(backOff(tries, timing.random()), signal);
      }
      tries += 1;
    }
  }

  return {
    get,
    async *pages(what, address, units, signal) {
      let next: string | undefined = address;
      while (next !== undefined) {
        const answer = await get(what, next, units, signal);
        if (!answer.ok) throw refused(what, answer.error);
        const page = graphPage.safeParse(answer.body);
        if (!page.success) throw appError(ErrorCode.TenantUnavailable, `The tenant's answer while reading ${what} is no page of objects: try again, and check for a proxy that changes answers.`, { retryable: true });
        if (page.data['@odata.nextLink'] === next) throw appError(ErrorCode.TenantUnavailable, `The tenant names the same page of ${what} again and again: try again later.`, { retryable: true });
        yield page.data.value;
        next = page.data['@odata.nextLink'];
      }
    },
  };
}
