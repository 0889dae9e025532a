import type { Chance } from '../chance.ts';
import type { HttpAnswer } from '../http/answer.ts';
import { serviceError, type RequestIds, type Service, type ServiceError } from '../http/services.ts';

/** What an injected error is to be. */
export interface WantedError {
  readonly status: number;
  /** Code of the envelope, or `html`; default: one that the service uses with the status. */
  readonly code: string | undefined;
  /** Milliseconds for Retry-After; default: as the service, by chance. */
  readonly retryAfterMs: number | 'none' | undefined;
}

type Words = readonly [code: string, message: string, exception?: string];
const UNAVAILABLE = 'Service unavailable. Try again later.';
/** Codes that Graph was seen to use with a status; 504 with an empty message is its own (Graph documentation, error responses; public reports of bodies). */
const GRAPH: Readonly<Record<number, readonly Words[]>> = {
  400: [['BadRequest', 'Bad request.']],
  401: [['InvalidAuthenticationToken', 'Lifetime validation failed, the token is expired.'], ['InvalidAuthenticationToken', 'Access token validation failure.']],
  403: [['Authorization_RequestDenied', 'Insufficient privileges to complete the operation.']],
  404: [['Request_ResourceNotFound', 'Resource does not exist or one of its queried reference-property objects are not present.']],
  408: [['RequestTimeout', 'The request timed out.']],
  409: [['Directory_ConcurrencyViolation', 'The request could not be completed because of a conflict with another request. Try again later.']],
  412: [['PreconditionFailed', 'A precondition of the request does not match the current state.']],
  423: [['ResourceLocked', 'The resource that is being accessed is locked.']],
  429: [['TooManyRequests', 'Please retry again later.']],
  500: [['Service_InternalServerError', 'Encountered an internal server error.'], ['InternalServerError', 'An internal server error occurred while processing the request.'], ['generalException', 'An unspecified error has occurred.']],
  501: [['NotImplemented', 'This operation target is not yet supported.']],
  502: [['UnknownError', ''], ['BadGateway', 'Failed to execute backend request.']],
  503: [['serviceNotAvailable', UNAVAILABLE], ['ServiceUnavailable', UNAVAILABLE], ['Directory_ReplicaUnavailable', 'The requested directory replica is not available. Try again later.']],
  504: [['UnknownError', ''], ['GatewayTimeout', 'The gateway did not receive a response in time.']],
  507: [['InsufficientStorage', 'The maximum storage quota has been reached.']],
  509: [['BandwidthLimitExceeded', 'The application has been throttled for exceeding the maximum bandwidth cap.']],
};
/** Exchange's administration interface; its transient errors come as 500 and name an exception (public reports of its answers). */
const EXCHANGE: Readonly<Record<number, readonly Words[]>> = {
  401: [['Unauthorized', 'The access token is not valid.']],
  403: [['Forbidden', 'The role assigned to this application is not supported in this scenario.']],
  404: [['NotFound', 'The resource cannot be found.']],
  429: [['TooManyRequests', 'Too many requests. Try again later.', 'Microsoft.Exchange.Data.Storage.OverBudgetException']],
  500: [['InternalServerError', "The call to Microsoft Exchange Active Directory Topology service on server 'TopologyClientTcpEndpoint (localhost)' returned an error.", 'Microsoft.Exchange.Data.Directory.ADTransientException'], ['InternalServerError', 'An error occurred while processing this request.']],
  503: [['ServiceUnavailable', 'The server is too busy. Try again later.', 'Microsoft.Exchange.Data.Storage.ServerBusyException']],
  504: [['GatewayTimeout', 'The request timed out.']],
};
const TRANSIENT = { error: 'temporarily_unavailable', code: 90033, message: 'A transient error has occurred. Please try again.' } as const;
/** Sign-in by status (Microsoft identity platform documentation, "AADSTS error codes"). */
const SIGN_IN: Readonly<Record<number, NonNullable<ServiceError['signIn']>>> = {
  400: { error: 'invalid_grant', code: 50196, message: 'The server terminated an operation because it encountered a client request loop. Please contact your app vendor.' },
  401: { error: 'invalid_client', code: 7000222, message: 'The provided client secret keys are expired.' },
  403: { error: 'access_denied', code: 53003, message: 'Access has been blocked by Conditional Access policies. The access policy does not allow token issuance.' },
  408: { error: 'temporarily_unavailable', code: 90012, message: 'The request has timed out.' },
  429: { error: 'temporarily_unavailable', code: 90055, message: 'The request has been throttled due to too many requests.' },
};

const GATEWAY_NAMES: Readonly<Record<number, string>> = { 500: 'Internal Server Error', 502: 'Bad Gateway', 503: 'Service Unavailable', 504: 'Gateway Time-out' };

/**
 * An error in the words of a service.
 * @param luck which of several wordings, and whether there is a Retry-After.
 * @param isInner inside a batch: a gateway's page never occurs there.
 */
export function injectedError(wanted: WantedError, service: Service, luck: Chance, now: number, ids: RequestIds, isInner: boolean): HttpAnswer {
  const { status } = wanted;
  const wording = luck.fraction();
  const headers = retryAfter(wanted, luck);
  // A gateway in front of the service answers with a page of its own, which clients that only expect JSON stumble over.
  const isPage = wanted.code === 'html' || (wanted.code === undefined && (status === 502 || status === 504) && luck.happens(1 / 3));
  if (isPage && !isInner) {
    const title = `${status} ${GATEWAY_NAMES[status] ?? 'Error'}`;
    return { status, headers: { ...headers, 'content-type': 'text/html' }, body: `<html>\r\n<head><title>${title}</title></head>\r\n<body>\r\n<center><h1>${title}</h1></center>\r\n<hr><center>Microsoft-Azure-Application-Gateway/v2</center>\r\n</body>\r\n</html>\r\n` };
  }
  const known = (service === 'exchange' ? EXCHANGE[status] : undefined) ?? GRAPH[status] ?? [['UnknownError', ''] as const];
  const [code, message, exception] = known[Math.floor(wording * known.length)] ?? ['UnknownError', ''];
  return serviceError(service, { status, code: wanted.code === undefined || wanted.code === 'html' ? code : wanted.code, message, signIn: SIGN_IN[status] ?? TRANSIENT, headers, ...(exception === undefined ? {} : { exception }) }, now, ids);
}

/** 429 always says when to come back, 503 and 409 sometimes; whole seconds mostly, a decimal now and then (Graph documentation, throttling). */
function retryAfter(wanted: WantedError, luck: Chance): Record<string, string> {
  const { status, retryAfterMs } = wanted;
  const [says, seconds, hasDecimals] = [luck.fraction(), 1 + luck.below(10), luck.happens(1 / 4)];
  if (retryAfterMs === 'none') return {};
  if (retryAfterMs !== undefined) return { 'retry-after': String(retryAfterMs / 1000) };
  const share = status === 429 || status === 509 ? 1 : status === 503 ? 1 / 2 : status === 409 ? 1 / 4 : 0;
  return says < share ? { 'retry-after': hasDecimals ? (seconds + 0.128).toFixed(3) : String(seconds) } : {};
}
