import { readGraphError } from '../graph/envelopes.ts';
import { isConcurrency, isConflict } from '../graph/failures.ts';
import type { GraphAnswer, GraphRequest } from '../port.ts';
import { isSafeToRepeat } from './requests.ts';

/** What to do with one request after an answer: give it back, or send it again. */
export type Verdict =
  | { readonly kind: 'final'; readonly answer: GraphAnswer }
  | { readonly kind: 'throttled' }
  /**
   * `back off`: later; `next`: with the next batch. `mayExist`: this try may have been carried out. `last`: what is given back
   * when no tries are left.
   */
  | { readonly kind: 'again'; readonly when: 'back off' | 'next'; readonly mayExist: boolean; readonly last: GraphAnswer };

const ambiguous = (reason: string): GraphAnswer => ({ kind: 'ambiguous', reason });

/**
 * Judges the answer to one request inside a batch.
 * @param mayExist an earlier try of this request may have been carried out.
 */
export function judge(request: GraphRequest, status: number, body: unknown, mayExist: boolean): Verdict {
  if (status === 429) return { kind: 'throttled' };
  if (status < 400) return { kind: 'final', answer: { kind: 'answered', status, body: body ?? null, error: null } };
  const error = readGraphError(status, body);
  const answer: GraphAnswer = { kind: 'answered', status, body: body ?? null, error };
  if (status === 424) return { kind: 'again', when: 'next', mayExist: false, last: answer };
  // Refused before anything was done, so that even a POST may be repeated.
  if (isConcurrency(error)) return { kind: 'again', when: 'back off', mayExist: false, last: answer };
  if (status >= 500 && status !== 501 && request.once) return { kind: 'final', answer: ambiguous(`the tenant answered ${status}, which leaves open whether it was done`) };
  if (status === 503 || (status >= 500 && status !== 501 && isSafeToRepeat(request))) return { kind: 'again', when: 'back off', mayExist: true, last: answer };
  if (status >= 500 && status !== 501) return { kind: 'final', answer: ambiguous(`the tenant answered ${status}, which leaves open whether it was done`) };
  if (mayExist && !isSafeToRepeat(request) && isConflict(error)) {
    return { kind: 'final', answer: ambiguous('an earlier try got no clear answer, and now another object, perhaps its own, has the value') };
  }
  return { kind: 'final', answer };
}

/**
 * Judges a request whose whole batch got no answer, an answer without it, or an error of the service.
 * @param reason a few words for the operator.
 */
export function judgeLost(request: GraphRequest, reason: string): Verdict {
  return isSafeToRepeat(request) ? { kind: 'again', when: 'back off', mayExist: true, last: ambiguous(reason) } : { kind: 'final', answer: ambiguous(reason) };
}
