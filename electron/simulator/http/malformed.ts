import type { HttpAnswer } from './answer.ts';
import { requestIds, serviceError, serviceOf, type ServiceError } from './services.ts';

/** What may be wrong with a request before any service has looked at it. */
export type Malformed = 'too large' | 'not text' | 'too deep' | 'address' | 'encoding' | 'host' | 'expectation' | 'method' | 'head too large' | 'too slow' | 'message' | 'defect';

const UNREADABLE = 'Unable to read JSON request payload. Please ensure Content-Type header is set and payload is of valid JSON format.';
const KINDS: Readonly<Record<Malformed, ServiceError>> = {
  'too large': { status: 413, code: 'RequestEntityTooLarge', message: 'The request body is larger than 4 MB.' },
  'not text': { status: 400, code: 'BadRequest', message: UNREADABLE },
  'too deep': { status: 400, code: 'BadRequest', message: UNREADABLE },
  address: { status: 400, code: 'BadRequest', message: 'The request URI is not valid.' },
  encoding: { status: 415, code: 'UnsupportedMediaType', message: 'The content encoding of the request is not supported. Send the body as it is.' },
  host: { status: 400, code: 'BadRequest', message: 'The Host header is missing or not valid.' },
  expectation: { status: 417, code: 'ExpectationFailed', message: 'The expectation of the request cannot be met.' },
  method: { status: 405, code: 'BadRequest', message: 'The request method is not allowed.' },
  'head too large': { status: 431, code: 'RequestHeaderFieldsTooLarge', message: 'The request line or the headers are too large.' },
  'too slow': { status: 408, code: 'RequestTimeout', message: 'The request was not sent in time.' },
  message: { status: 400, code: 'BadRequest', message: 'The request is not valid HTTP.' },
  defect: { status: 500, code: 'Service_InternalServerError', message: 'Encountered an internal server error.', signIn: { error: 'server_error', code: 90036, message: 'An unexpected, non-retryable error stemming from the directory service has occurred.' } },
};

/**
 * Answers a request that no service can be asked about, in the envelope of the service that its path belongs to.
 * @param path as far as it is known, else `/`.
 * @param now wall time in milliseconds since 1970.
 */
export function malformedAnswer(kind: Malformed, path: string, now: number): HttpAnswer {
  return serviceError(serviceOf(path), KINDS[kind], now, requestIds());
}
