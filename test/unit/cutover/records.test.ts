import { describe, expect, it } from 'vitest';
import { checkAutodiscover, checkMx, checkNotOnPremises, checkTtl, hostFits, type DnsSaid } from '../../../electron/engines/mailboxes/index.ts';
import { checkSpf } from '../../../electron/engines/mailboxes/cutover/index.ts';

const said = (...values: readonly (string | readonly [string, number, number?])[]): DnsSaid => ({ server: '192.0.2.1:53', at: 5, problem: null, records: values.map((one) => (typeof one === 'string' ? { value: one, ttl: 3_600, preference: 0 } : { value: one[0], ttl: one[1], preference: one[2] ?? 10 })) });
const failed = (problem: string): DnsSaid => ({ server: '192.0.2.1:53', at: 5, problem, records: [] });
const HOSTS = ['*.mail.protection.outlook.com', '*.mx.microsoft'];
const EXO = 'example-com.mail.protection.outlook.com';

describe('records of a mail domain', () => {
  it('tell who was asked, what and when', () => {
    expect(checkMx('example.com', said([EXO, 60, 0]), HOSTS)).toEqual({ question: 'MX example.com', asked: '192.0.2.1:53', answer: `0 ${EXO}`, result: 'right', at: 5 });
  });

  it.each<[string, DnsSaid, string, RegExp]>([
    ['the new host alone', said([EXO, 60, 0]), 'right', /^0 example-com/], ['the newer kind of host', said(['example-com.o-v1.mx.microsoft', 60, 0]), 'right', /mx\.microsoft$/],
    ['the old host left behind it', said(['mail.example.com', 60, 20], [EXO, 60, 0]), 'wrong', /^0 example-com\S+, 20 mail\.example\.com; mail\.example\.com is not/], ['the old host alone', said(['mail.example.com', 60]), 'wrong', /is not/],
    ['no mail at all', said(['', 60, 0]), 'wrong', /^0 \(no mail\)/], ['no record', failed('no data'), 'wrong', /no such record/], ['no name', failed('NXDOMAIN'), 'wrong', /no such name/], ['no answer', failed('timeout'), 'unknown', /did not answer/], ['a failing server', failed('SERVFAIL'), 'unknown', /failed/],
    ['a host that only ends alike', said(['evilmail.protection.outlook.com', 60]), 'wrong', /is not/],
  ])('MX: %s', (_name, answer, result, text) => {
    expect(checkMx('example.com', answer, HOSTS)).toMatchObject({ result, answer: expect.stringMatching(text) as string });
  });

  it.each([[3_600, 'right'], [3_601, 'wrong']] as const)('TTL: %i seconds is %s, the longest of all counting', (ttl, result) => {
    expect(checkTtl('example.com', said(['a.example', 60], ['b.example', ttl]))).toMatchObject({ result, answer: expect.stringContaining(`${ttl} seconds`) as string });
  });

  it('Autodiscover is an alias of Microsoft 365', () => {
    expect(checkAutodiscover('example.com', said('autodiscover.outlook.com'), 'autodiscover.outlook.com')).toMatchObject({ question: 'CNAME autodiscover.example.com', result: 'right' });
    expect(checkAutodiscover('example.com', said('mail.example.com'), 'autodiscover.outlook.com')).toMatchObject({ result: 'wrong', answer: 'mail.example.com; it has to be autodiscover.outlook.com' });
    expect(checkAutodiscover('example.com', failed('no data'), 'autodiscover.outlook.com').result).toBe('wrong');
  });

  it('lead nowhere on premises before servers there are taken away', () => {
    const onPremises = (host: string) => host === 'mail.example.com';
    expect(checkNotOnPremises('MX example.com', said([EXO, 60, 0], ['mail.example.com', 60]), onPremises)).toMatchObject({ result: 'wrong', answer: 'mail.example.com is on premises' });
    expect(checkNotOnPremises('MX example.com', said([EXO, 60, 0]), onPremises).result).toBe('right');
    expect(checkNotOnPremises('CNAME autodiscover.example.com', failed('NXDOMAIN'), onPremises).result).toBe('right');
    expect(checkNotOnPremises('MX example.com', failed('timeout'), onPremises).result).toBe('unknown');
  });

  it('fit patterns label by label', () => {
    expect(['a.b.example', 'b.example', 'xb.example', '.b.example'].map((host) => hostFits(host, ['*.b.example']))).toEqual([true, false, false, false]);
    expect(hostFits('b.example', ['b.example'])).toBe(true);
  });
});

describe('SPF', () => {
  const zone = (records: Readonly<Record<string, readonly string[]>>) => async (name: string): Promise<DnsSaid> => (records[name] === undefined ? failed('NXDOMAIN') : said(...records[name]));
  const OURS = 'include:spf.protection.outlook.com';
  const MICROSOFT = { 'spf.protection.outlook.com': ['v=spf1 ip4:40.92.0.0/15 -all'] };
  const spf = async (...own: readonly string[]) => await checkSpf('example.com', zone({ ...MICROSOFT, 'example.com': own, 'deep.example': ['v=spf1 include:deeper.example a mx -all'], 'deeper.example': ['v=spf1 exists:%{i}.example ptr ?all'], 'shared.example': [`v=spf1 ${OURS} -all`], 'loop.example': ['v=spf1 include:loop.example -all'] }), 'spf.protection.outlook.com');

  it.each<[string, readonly string[], string, RegExp]>([
    ['one record with the include', [`v=spf1 ${OURS} -all`], 'right', /\(1 look-ups\)$/], ['other texts besides', ['MS=ms12345678', `V=SPF1 +${OURS} ~all`], 'right', /1 look-ups/], ['none', ['MS=ms12345678', 'v=spf10 x'], 'wrong', /publish "v=spf1 include:spf\.protection/],
    ['two', [`v=spf1 ${OURS} -all`, 'v=spf1 -all'], 'wrong', /There are 2 SPF records/], ['without the include', ['v=spf1 mx -all'], 'wrong', /lacks include:spf/], ['that forbids it', [`v=spf1 -${OURS} +all`], 'wrong', /lacks/],
    ['by redirection', ['v=spf1 redirect=shared.example'], 'right', /2 look-ups/], ['counted all the way down', [`v=spf1 ${OURS} include:deep.example -all`], 'right', /\(7 look-ups\)/],
    ['with eleven look-ups', [`v=spf1 ${OURS} include:deep.example a mx a:x.example mx:y.example -all`], 'wrong', /11 look-ups\); receivers stop after 10/], ['with ten', [`v=spf1 ${OURS} include:deep.example a mx a:x.example -all`], 'right', /\(10 look-ups\)/],
    ['with an include that is not there', [`v=spf1 ${OURS} include:gone.example -all`], 'right', /2 look-ups; gone\.example could not be followed/], ['that includes itself', [`v=spf1 ${OURS} include:loop.example -all`], 'wrong', /receivers stop/], ['where all is no look-up', [`v=spf1 ip4:192.0.2.0/24 all ${OURS}`], 'right', /\(1 look-ups\)/],
  ])('%s', async (_name, own, result, text) => {
    expect(await spf(...own)).toMatchObject({ question: 'SPF example.com', result, answer: expect.stringMatching(text) as string });
  });

  it('is unknown when nobody answers, and missing when there is no such name', async () => {
    expect((await checkSpf('example.com', async () => failed('timeout'), 'x')).result).toBe('unknown');
    expect((await checkSpf('example.com', async () => failed('NXDOMAIN'), 'x')).result).toBe('wrong');
  });
});
