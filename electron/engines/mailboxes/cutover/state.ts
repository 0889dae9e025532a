import type { Evidence } from '../../../../shared/contracts/cutover.ts';
import type { StepState } from '../../../../shared/domain/cutover.ts';

/** What a check came to. `noted`: nothing can be found out, a person has to say. */
export interface Checked {
  readonly verdict: 'passed' | 'failed' | 'unknown' | 'noted';
  /** One sentence. */
  readonly message: string;
  readonly evidence: readonly Evidence[];
  /** Since when everything has been right on all servers, milliseconds; null: it is not, or it is not asked. */
  readonly since: number | null;
}

/** Where a step stands. */
export interface StepStanding {
  readonly state: StepState;
  /** Null: never checked. */
  readonly checked: (Checked & { readonly at: number }) | null;
  readonly confirmed: { readonly at: number; readonly by: string; readonly note: string; readonly evidence: readonly Evidence[] } | null;
}

/** A step that nobody has looked at. */
export const UNTOUCHED: StepStanding = { state: 'open', checked: null, confirmed: null };

/** A check of several questions: failed when one is wrong, unknown when one could not be answered. @param right said when all are right. */
export function verdictOf(evidence: readonly Evidence[], right: string): Pick<Checked, 'verdict' | 'message' | 'evidence'> {
  const wrong = evidence.filter((one) => one.result === 'wrong');
  const unknown = evidence.filter((one) => one.result === 'unknown');
  const told = (list: readonly Evidence[]): string => `${list[0]?.question ?? ''}: ${list[0]?.answer ?? ''}${list.length > 1 ? ` (and ${list.length - 1} more)` : ''}`;
  if (wrong.length > 0) return { verdict: 'failed', message: told(wrong), evidence };
  return unknown.length > 0 || evidence.length === 0 ? { verdict: 'unknown', message: unknown.length > 0 ? told(unknown) : 'There was nothing to ask.', evidence } : { verdict: 'passed', message: right, evidence };
}

const key = ({ question, answer }: Evidence): string => JSON.stringify([question, answer]);

/**
 * The step after a check. What a person has confirmed stays confirmed as long as nothing is wrong but what was wrong, and told, when they confirmed it; a
 * question that cannot be answered just now changes nothing. A stale step stays stale until somebody confirms it again, or reopens it.
 */
export function afterCheck(before: StepStanding, checked: Checked, at: number): StepStanding {
  const next = { ...before, checked: { ...checked, at } };
  if (before.confirmed === null) return { ...next, state: checked.verdict === 'passed' || checked.verdict === 'failed' ? checked.verdict : 'open' };
  const known = new Set(before.confirmed.evidence.filter((one) => one.result === 'wrong').map(key));
  return checked.evidence.some((one) => one.result === 'wrong' && !known.has(key(one))) ? { ...next, state: 'stale' } : next;
}

/** The step after a person answered for it. */
export function afterConfirmation(before: StepStanding, confirmation: { readonly at: number; readonly by: string; readonly note: string }): StepStanding {
  return { ...before, state: 'confirmed', confirmed: { ...confirmation, evidence: before.checked?.evidence ?? [] } };
}

/** The step after its confirmation was taken back. */
export function afterReopening({ checked }: StepStanding): StepStanding {
  return checked === null ? UNTOUCHED : afterCheck({ ...UNTOUCHED, checked: null }, checked, checked.at);
}
