import { z } from 'zod';
import { appError, ErrorCode } from '../../../../shared/domain/errors.ts';
import type { AppError } from '../../../../shared/domain/errors.ts';
import type { TargetConnection } from '../../../../shared/domain/settings.ts';
import { CLOUD_HOSTS, requireFittingTransports } from '../clouds.ts';
import { connectionFailure } from '../graph/connection.ts';
import type { ExchangeGateway, TenantTransports } from '../port.ts';
import type { SignIn } from '../sign-in/sign-in.ts';
import { isDelegated } from '../sign-in/permissions.ts';
import { backOff, cancelled, retryAfterMs, SYSTEM_TIMING } from '../throttle/timing.ts';
import type { Timing } from '../throttle/timing.ts';

/** Well-known arbitration mailbox that requests of an application are routed by (Exchange Online, app-only sessions). */
const APPLICATION_ANCHOR = 'SystemMailbox{bb558c35-97f1-4cb9-8ff7-d53741dc928c}';
const MAX_TRIES = 5;
const TIMEOUT_MS = 300_000;

const rowsPage = z.looseObject({
  value: z.array(z.record(z.string(), z.unknown())).nullish(),
  '@odata.nextLink': z.string().nullish(),
  '@adminapi.warnings': z.array(z.string()).nullish(),
});
const told = z.looseObject({ message: z.string().nullish() });
const failure = z.looseObject({
  error: z.looseObject({
    message: z.string().nullish(),
    details: z.array(told).nullish(),
    // Both spellings occur, depending on the server's version.
    innererror: z.looseObject({ internalException: told.nullish(), internalexception: told.nullish() }).nullish(),
  }),
});

/** Cmdlets that only read, by PowerShell's approved verbs. */
const READS = /^(Get|Test|Search)-/i;

/** Statuses that say nothing about the cmdlet, whatever text comes along (RFC 9110 15.6: bad gateway, unavailable, gateway timeout). */
const BUSY: ReadonlySet<number> = new Set([502, 503, 504]);

/** Exchange's own message; it comes as `|type|text` in older answers, of which the text is meant. */
function messageOf(body: unknown): string {
  const parsed = failure.safeParse(body);
  if (!parsed.success) return '';
  const { details, innererror, message } = parsed.data.error;
  const text = details?.find((one) => one.message)?.message ?? innererror?.internalException?.message ?? innererror?.internalexception?.message ?? message ?? '';
  return text.split('|').at(-1)?.trim().slice(0, 600) ?? '';
}

/**
 * Exchange Online over the InvokeCommand address that the ExchangeOnlineManagement module, version 3, uses. Microsoft documents
 * the module and not the address, so everything that knows it is in this file.
 * @throws AppError INVALID_INPUT when connection and transports do not fit.
 */
export function createExchangeGateway(options: {
  readonly connection: TargetConnection; readonly signIn: SignIn; readonly transports?: TenantTransports; readonly timing?: Timing;
  /** Called for each request that is sent. */
  readonly onSent?: () => void;
}): ExchangeGateway {
  const { connection, signIn } = options;
  requireFittingTransports(connection, options.transports);
  const timing = options.timing ?? SYSTEM_TIMING;
  const send = options.transports?.fetch ?? ((url: string, init: RequestInit) => fetch(url, init));
  const origin = CLOUD_HOSTS[connection.cloud].exchange;
  const host = new URL(origin).host;
  const tenant = encodeURIComponent(connection.tenantId);

  const anchor = (): string => {
    const account = signIn.account();
    return isDelegated(connection.signIn) && account !== null ? `UPN:${account}` : `APP:${APPLICATION_ANCHOR}@${connection.tenantId}`;
  };

  function refusal(cmdlet: string, status: number, body: unknown): AppError {
    const told = messageOf(body);
    const detail = { cmdlet, status };
    if (status === 401) return appError(ErrorCode.AuthFailed, `Exchange Online does not accept the sign-in for ${cmdlet}: grant Exchange.ManageAsApp (application) or Exchange.Manage (person) and an Exchange role.`, { detail });
    if (status === 403) return appError(ErrorCode.Forbidden, `Exchange Online does not allow ${cmdlet}: assign the role that holds this cmdlet.`, { detail });
    if (status === 429) return appError(ErrorCode.Throttled, `Exchange Online takes no more requests for now (${cmdlet}): go on later.`, { retryable: true, detail });
    if (BUSY.has(status) || (status >= 500 && told === '')) return appError(ErrorCode.TenantUnavailable, `Exchange Online had a problem of its own (${status}) with ${cmdlet}: try again later.`, { retryable: true, detail });
    return appError(ErrorCode.TenantRefused, `Exchange Online refused ${cmdlet}: ${told || `status ${status} without a reason`}`, { detail });
  }

  /** One page. A cmdlet that changes something is repeated only when Exchange certainly did not run it. */
  async function page(cmdlet: string, address: string, body: string, signal: AbortSignal | undefined): Promise<z.infer<typeof rowsPage>> {
    const repeatable = READS.test(cmdlet);
    let renewed = false;
    for (let tries = 1; ; tries += 1) {
      const token = await signIn.token('exchange', signal);
      const limit = AbortSignal.timeout(TIMEOUT_MS);
      let status: number;
      let headers: Headers;
      let answer: unknown;
      try {
        options.onSent?.();
        const response = await send(address, {
          method: 'POST', body, signal: signal ? AbortSignal.any([signal, limit]) : limit,
          headers: {
            Authorization: `Bearer ${token}`, 'Content-Type': 'application/json', Accept: 'application/json', 'Accept-Language': 'en-US',
            'X-AnchorMailbox': anchor(), Prefer: 'odata.maxpagesize=1000', 'X-ResponseFormat': 'json',
          },
        });
        ({ status, headers } = response);
        const text = await response.text();
        answer = text === '' ? {} : status < 400 ? (JSON.parse(text) as unknown) : parseOrNothing(text);
      } catch (error) {
        if (signal?.aborted) throw cancelled(error);
        const lost = connectionFailure(error, host);
        if (!lost.error.data.retryable || tries >= MAX_TRIES || (lost.mayHaveBeenSent && !repeatable)) throw lost.error;
        await timing.sleep(backOff(tries, timing.random()), signal);
        continue;
      }
      if (status < 400) {
        const parsed = rowsPage.safeParse(answer);
        if (!parsed.success) throw appError(ErrorCode.TenantUnavailable, `Exchange Online's answer to ${cmdlet} is not understood: try again later.`, { retryable: true });
        return parsed.data;
      }
      if (status === 401 && !renewed) {
        renewed = true;
        await signIn.token('exchange', signal, { fresh: true });
        continue;
      }
      const again = status === 429 || (repeatable && (BUSY.has(status) || (status === 500 && messageOf(answer) === '')));
      if (!again || tries >= MAX_TRIES) throw refusal(cmdlet, status, answer);
      await timing.sleep(retryAfterMs(headers.get('retry-after'), Date.now()) ?? backOff(tries, timing.random()), signal);
    }
  }

  return {
    async invoke(cmdlet, parameters, signal, more = {}) {
      if (!/^[A-Za-z]+-[A-Za-z]+$/.test(cmdlet)) throw appError(ErrorCode.InvalidInput, `"${cmdlet}" is no name of a cmdlet.`);
      if (connection.readOnly && !READS.test(cmdlet)) {
        throw appError(ErrorCode.Forbidden, `The connection to tenant ${connection.tenantId} is read-only, ${cmdlet} was not sent: switch "read only" off in the connection to write.`);
      }
      const body = JSON.stringify({ CmdletInput: { CmdletName: cmdlet, Parameters: parameters } });
      const rows: Record<string, unknown>[] = [];
      const warnings: string[] = [];
      let address: string | null | undefined = `${origin}/adminapi/beta/${tenant}/InvokeCommand${more.select === undefined ? '' : `?$select=${more.select.join(',')}`}`;
      while (address) {
        const answer: z.infer<typeof rowsPage> = await page(cmdlet, address, body, signal);
        rows.push(...(answer.value ?? []));
        warnings.push(...(answer['@adminapi.warnings'] ?? []));
        // The next page is asked for by posting the same command to the link.
        address = answer['@odata.nextLink'];
        if (address && !address.startsWith(`${origin}/`)) throw appError(ErrorCode.TenantUnavailable, `${host} named a page on another host, which is not followed: check the proxy.`);
      }
      return { rows, warnings };
    },
  };
}

function parseOrNothing(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return undefined;
  }
}
