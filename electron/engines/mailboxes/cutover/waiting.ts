import type { Evidence } from '../../../../shared/contracts/cutover.ts';
import type { Checked } from './state.ts';
import { verdictOf } from './state.ts';

const HOUR = 3_600_000;

/**
 * Since when MX records have been right on every server asked: kept while nothing is seen wrong, begun when everything is right, given up when something is
 * wrong. A server that does not answer just now changes nothing.
 */
export function rightSince(before: number | null, evidence: readonly Evidence[], now: number): number | null {
  if (evidence.some((one) => one.result === 'wrong')) return null;
  return before ?? (evidence.length > 0 && evidence.every((one) => one.result === 'right') ? now : null);
}

/** Whether the waiting time after the MX change is over. @param mx what checking the MX records came to just now. */
export function checkWaiting(mx: Pick<Checked, 'evidence' | 'since'>, hours: number, now: number): Checked {
  const base = verdictOf(mx.evidence, '');
  if (mx.since === null) return { ...base, verdict: base.verdict === 'passed' ? 'unknown' : base.verdict, message: base.verdict === 'passed' ? 'The time has not begun.' : `The time has not begun: ${base.message}`, since: null };
  const over = mx.since + hours * HOUR;
  const about: Evidence = {
    question: 'Hours since the MX change', asked: 'this project', at: now, // What is left of the time is no finding about a confirmed step: it only gets less.
    result: now >= over ? 'right' : 'noted',
    answer: `${Math.floor((now - mx.since) / HOUR)} of ${hours}, counted from ${new Date(mx.since).toISOString()}`,
  };
  return now >= over
    ? { ...verdictOf([about, ...mx.evidence], `${hours} hours have passed since all servers gave the new MX records.`), since: mx.since }
    : { verdict: 'failed', message: `Wait until ${new Date(over).toISOString()}: ${hours} hours after all servers were first seen to give the new MX records.`, evidence: [about, ...mx.evidence], since: mx.since };
}
