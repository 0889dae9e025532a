import { randomUUID } from 'node:crypto';
import { ExchangeRefusal, refusalAnswer as exchangeAnswer } from '../exchange/refusal.ts';
import { GraphRefusal } from '../graph/refusal.ts';
import { refusalAnswer as graphAnswer } from '../graph/service.ts';
import { refusalAnswer as signInAnswer, SignInRefusal } from '../signin/aadsts.ts';
import type { HttpAnswer } from './answer.ts';

/** The services that one simulator answers for, told apart by path. */
export type Service = 'graph' | 'exchange' | 'sign-in';

/** The service that a path belongs to; Graph also speaks for paths that belong to none. */
export function serviceOf(pathname: string): Service {
  if (/^\/adminapi(\/|$)/i.test(pathname)) return 'exchange';
  if (/^\/(v1\.0|beta)(\/|$)/i.test(pathname)) return 'graph';
  return /^\/[^/]+\/(oauth2|discovery|v2\.0)(\/|$)/i.test(pathname) ? 'sign-in' : 'graph';
}

/** An error that is answered in the words of some service. */
export interface ServiceError {
  readonly status: number;
  /** Code of Graph's and Exchange's envelope. */
  readonly code: string;
  readonly message: string;
  /** Full name of the exception that Exchange names; default: none, the service itself refuses. */
  readonly exception?: string;
  /** What sign-in says instead; default: AADSTS9002313, a malformed request. */
  readonly signIn?: { readonly error: string; readonly code: number; readonly message: string };
  readonly headers?: Readonly<Record<string, string>>;
}

/** Ids of a request as its answer repeats them. */
export interface RequestIds { readonly request: string; readonly client: string }

/** @param clientRequestId the client's `client-request-id` header. */
export function requestIds(clientRequestId?: string): RequestIds {
  const request = randomUUID();
  return { request, client: clientRequestId ?? request };
}

/**
 * Puts an error in the envelope of its service.
 * @param now wall time in milliseconds since 1970.
 */
export function serviceError(service: Service, error: ServiceError, now: number, ids: RequestIds): HttpAnswer {
  const { status, code, message, headers = {} } = error;
  if (service === 'sign-in') {
    const { signIn = { error: 'invalid_request', code: 9002313, message: 'Invalid request. Request is malformed or invalid.' } } = error;
    const answer = signInAnswer(new SignInRefusal(signIn.error, signIn.code, signIn.message), now, ids.client);
    return { ...answer, status, headers: { ...answer.headers, ...headers } };
  }
  if (service === 'exchange') {
    const answer = exchangeAnswer(new ExchangeRefusal(status, code, error.exception ?? null, message));
    return { ...answer, headers: { 'request-id': ids.request, ...answer.headers, ...headers } };
  }
  const answer = graphAnswer(new GraphRefusal(status, code, message, { headers }), now, ids);
  return { ...answer, headers: { 'request-id': ids.request, 'client-request-id': ids.client, ...answer.headers } };
}
