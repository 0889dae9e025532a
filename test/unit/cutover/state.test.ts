import { describe, expect, it } from 'vitest';
import { afterCheck, afterConfirmation, afterReopening, UNTOUCHED, verdictOf, type Checked, type StepStanding } from '../../../electron/engines/mailboxes/index.ts';
import { checkWaiting, rightSince, stepWords } from '../../../electron/engines/mailboxes/cutover/index.ts';
import type { Evidence } from '../../../shared/contracts/cutover.ts';
import { CUTOVER_STEPS, DECOMMISSION_STEPS, type EvidenceResult } from '../../../shared/domain/cutover.ts';

const said = (result: EvidenceResult, question = 'MX example.com', answer: string = result): Evidence => ({ question, asked: '192.0.2.1:53', answer, result, at: 1 });
const check = (...evidence: Evidence[]): Checked => ({ ...verdictOf(evidence, 'All is right.'), since: null });
const confirmed = (...evidence: Evidence[]): StepStanding => afterConfirmation(afterCheck(UNTOUCHED, check(...evidence), 10), { at: 20, by: 'ann', note: 'why' });

describe('what a check comes to', () => {
  it.each<[string, Evidence[], Checked['verdict'], string]>([
    ['all right', [said('right')], 'passed', 'All is right.'], ['one wrong', [said('right'), said('wrong', 'MX b.example', '10 old')], 'failed', 'MX b.example: 10 old'],
    ['two wrong', [said('wrong'), said('wrong')], 'failed', 'MX example.com: wrong (and 1 more)'], ['nobody answered', [said('right'), said('unknown')], 'unknown', 'MX example.com: unknown'],
    ['wrong and unknown', [said('unknown'), said('wrong')], 'failed', 'MX example.com: wrong'], ['a remark besides', [said('right'), said('noted')], 'passed', 'All is right.'], ['nothing asked', [], 'unknown', 'There was nothing to ask.'],
  ])('%s', (_name, evidence, verdict, message) => {
    expect(verdictOf(evidence, 'All is right.')).toEqual({ verdict, message, evidence });
  });
});

describe('a step', () => {
  it('is open until a check says more', () => {
    expect(UNTOUCHED.state).toBe('open');
    expect(afterCheck(UNTOUCHED, check(said('right')), 10)).toMatchObject({ state: 'passed', checked: { verdict: 'passed', at: 10 }, confirmed: null });
    expect(afterCheck(UNTOUCHED, check(said('wrong')), 10).state).toBe('failed');
    expect(afterCheck(afterCheck(UNTOUCHED, check(said('right')), 10), check(said('unknown')), 11).state).toBe('open');
  });

  it('keeps who confirmed it, when, why, and what had been found then', () => {
    expect(confirmed(said('right'))).toMatchObject({ state: 'confirmed', confirmed: { at: 20, by: 'ann', note: 'why', evidence: [said('right')] } });
    const later = afterCheck(confirmed(said('right')), check(said('right', 'MX example.com', 'another')), 30);
    expect(later).toMatchObject({ state: 'confirmed', checked: { at: 30 }, confirmed: { at: 20, evidence: [said('right')] } });
  });

  it('becomes stale when something is wrong that was not, and only then', () => {
    expect(afterCheck(confirmed(said('right')), check(said('wrong')), 30).state).toBe('stale');
    expect(afterCheck(confirmed(said('right')), check(said('unknown')), 30).state).toBe('confirmed');
    // Confirmed in spite of it: the same thing is no news, another one is.
    expect(afterCheck(confirmed(said('wrong')), check(said('wrong')), 30).state).toBe('confirmed');
    expect(afterCheck(confirmed(said('wrong')), check(said('wrong'), said('wrong', 'MX b.example')), 30).state).toBe('stale');
  });

  it('stays stale until somebody confirms it again or reopens it', () => {
    const stale = afterCheck(confirmed(said('right')), check(said('wrong')), 30);
    const mended = afterCheck(stale, check(said('right')), 40);
    expect(mended.state).toBe('stale');
    expect(afterConfirmation(mended, { at: 50, by: 'ben', note: '' })).toMatchObject({ state: 'confirmed', confirmed: { by: 'ben', evidence: [said('right')] } });
    expect(afterReopening(mended)).toMatchObject({ state: 'passed', confirmed: null, checked: { at: 40 } });
    expect(afterReopening(stale).state).toBe('failed');
    expect(afterReopening(UNTOUCHED)).toEqual(UNTOUCHED);
  });
});

describe('the waiting time', () => {
  const HOUR = 3_600_000;
  it('begins when every server gives the new record, goes on while nobody knows, and is given up when one gives another', () => {
    expect(rightSince(null, [said('right'), said('unknown')], 5)).toBeNull();
    expect(rightSince(null, [said('right'), said('right')], 5)).toBe(5);
    expect(rightSince(5, [said('right'), said('right')], 9)).toBe(5);
    expect(rightSince(5, [said('unknown'), said('right')], 9)).toBe(5);
    expect(rightSince(5, [said('wrong'), said('right')], 9)).toBeNull();
    expect(rightSince(null, [], 9)).toBeNull();
  });

  it('is over after so many hours, not a millisecond before', () => {
    const mx = { evidence: [said('right')], since: HOUR };
    const early = checkWaiting(mx, 72, 73 * HOUR - 1);
    expect(early).toMatchObject({ verdict: 'failed', since: HOUR, message: 'Wait until 1970-01-04T01:00:00.000Z: 72 hours after all servers were first seen to give the new MX records.' });
    expect(early.evidence[0]).toMatchObject({ answer: '71 of 72, counted from 1970-01-01T01:00:00.000Z', result: 'noted' });
    expect(checkWaiting(mx, 72, 73 * HOUR)).toMatchObject({ verdict: 'passed', message: '72 hours have passed since all servers gave the new MX records.' });
    // What the chosen server still has from before counts, too.
    expect(checkWaiting({ evidence: [said('wrong')], since: HOUR }, 24, 100 * HOUR).verdict).toBe('failed');
    expect(checkWaiting({ evidence: [said('wrong')], since: null }, 24, 100 * HOUR)).toMatchObject({ verdict: 'failed', message: 'The time has not begun: MX example.com: wrong' });
    expect(checkWaiting({ evidence: [], since: null }, 24, 0).verdict).toBe('unknown');
  });
});

describe('the runbooks', () => {
  it('have words for each step, and gates only at steps of their own', () => {
    for (const step of CUTOVER_STEPS) expect(stepWords('cutover', step)).toMatchObject({ title: expect.stringMatching(/\w/) as string, about: expect.stringMatching(/\.$/) as string });
    for (const step of DECOMMISSION_STEPS) expect(stepWords('decommission', step)?.needs).toEqual([]);
    expect(CUTOVER_STEPS.filter((step) => (stepWords('cutover', step)?.needs.length ?? 0) > 0).map((step) => [step, stepWords('cutover', step)?.needs])).toEqual([['mx', ['mailboxes', 'flow']], ['waiting', ['mx']], ['complete', ['waiting']]]);
    expect(stepWords('cutover', 'connectors')).toBeUndefined();
    expect(stepWords('decommission', 'mx')).toBeUndefined();
  });
});
