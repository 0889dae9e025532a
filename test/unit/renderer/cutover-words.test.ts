import { describe, expect, it } from 'vitest';
import { draftOf, problemOf, settingsOf } from '../../../renderer/features/cutover/draft.ts';
import { against, numberOf } from '../../../renderer/features/cutover/words.ts';
import { detailWords, localOf, momentOf } from '../../../renderer/features/evidence/words.ts';
import { CutoverSettings } from '../../../shared/contracts/cutover.ts';

const KEPT: CutoverSettings = { servers: ['192.0.2.1'], authoritative: [], domains: ['example.com', 'example.org'], mxHosts: ['*.mail.protection.outlook.com'], autodiscover: 'autodiscover.outlook.com', spf: 'spf.protection.outlook.com', onPremisesHosts: [], onPremisesDomains: [], waitingHours: 72 };

describe('settings of the cutover', () => {
  it('go to the form and back', () => { expect(settingsOf(draftOf(KEPT))).toEqual(KEPT); });
  it('say what is wrong with a field in words', () => {
    const parsed = CutoverSettings.safeParse(settingsOf({ ...draftOf(KEPT), mxHosts: ' ', waitingHours: '', domains: 'example.com, not a domain!' }));
    expect(problemOf(parsed, 'mxHosts')).toBe('must name at least one host');
    expect(problemOf(parsed, 'waitingHours')).toBe('must be a whole number of hours, 1 to 720');
    expect(problemOf(parsed, 'domains')).toMatch(/^must be a host or domain name/);
    expect(problemOf(parsed, 'spf')).toBeNull();
  });
});

describe('steps of a runbook', () => {
  it('say what stands against their confirmation', () => {
    expect(against({ state: 'passed', missing: [], message: 'Right.' })).toBeNull();
    expect(against({ state: 'failed', missing: [], message: 'The MX record leads elsewhere.' })).toBe('The last check found it wrong: The MX record leads elsewhere.');
    expect(against({ state: 'passed', missing: ['mailboxes', 'flow'], message: '' })).toBe('Steps before it are not confirmed: mailboxes, flow.');
    expect(against({ state: 'open', missing: [], message: '' })).toMatch(/has not found out/);
  });
  it('are numbered in their own list', () => {
    expect([numberOf('cutover', 'ttl'), numberOf('cutover', 'complete'), numberOf('cutover', 'mailboxes'), numberOf('decommission', 'mailboxes')]).toEqual([1, 10, 2, 1]);
  });
});

describe('events', () => {
  it('show their details on one line', () => {
    expect(detailWords('{"rows":3,"why":"","of":null,"list":["a"]}')).toBe('rows: 3; list: ["a"]');
    expect(detailWords('{}')).toBe('–');
    expect(detailWords('not JSON')).toBe('not JSON');
  });
  it('have a period in the time of this machine', () => {
    const at = Date.UTC(2026, 10, 22, 5, 30);
    expect(momentOf(localOf(at))).toBe(at);
    expect(momentOf('')).toBeNull();
  });
});
