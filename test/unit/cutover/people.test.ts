import { describe, expect, it } from 'vitest';
import { isOnPremisesHost, routeOf } from '../../../electron/app/mail-world.ts';
import { checkConverted, checkLicences, checkNoForwarding, checkNoMailbox, checkSwitched, isMailboxPlan, named } from '../../../electron/engines/mailboxes/index.ts';
import type { DnsAnswer } from '../../../electron/platform/dns/index.ts';
import { recipient, world } from '../mail-flow/worlds.ts';

const DAY = 86_400_000;
const BY = { asked: 'dc1', at: 100 * DAY };
const CLOUD = [recipient('T', 'Ann', ['ann@contoso.com', 'ann@contoso.mail.onmicrosoft.com']), recipient('B', 'Ben', ['ben@contoso.com', 'ben@contoso.mail.onmicrosoft.com'])];

describe('who is switched and converted', () => {
  it('is told by the mailbox, its targetAddress and the match', () => {
    const of = world([
      recipient('a', 'Ann', ['ann@contoso.com'], { external: 'ann@contoso.mail.onmicrosoft.com' }), recipient('b', 'Ben', ['ben@contoso.com'], { external: 'ann@contoso.mail.onmicrosoft.com' }), recipient('c', 'Cem', ['cem@contoso.com']),
      recipient('m', 'Mia', ['mia@contoso.com'], { kind: 'mail user', external: 'mia@other.example' }), recipient('g', 'Sales', ['sales@contoso.com'], { kind: 'group' }),
    ], CLOUD, { a: 'T', b: 'B' });
    expect(checkSwitched(of, BY)).toEqual({ question: 'Mailboxes on premises that are not switched', asked: 'dc1', at: 100 * DAY, answer: '2: Ben, Cem', result: 'wrong' });
    expect(checkConverted(of, BY)).toMatchObject({ answer: '1: Ann', result: 'wrong' });
    expect(checkNoMailbox(of, BY)).toMatchObject({ answer: '3: Ann, Ben, Cem', result: 'wrong' });
    expect([checkSwitched, checkConverted, checkNoMailbox].map((check) => check(world([], CLOUD, {}), BY))).toMatchObject([{ answer: 'none', result: 'right' }, { result: 'right' }, { result: 'right' }]);
  });

  it('names ten at most', () => {
    expect(named(Array.from({ length: 12 }, (_, i) => `p${String(i).padStart(2, '0')}`))).toBe('12: p00, p01, p02, p03, p04, p05, p06, p07, p08, p09 ...');
  });
});

describe('what in the tenant leads on premises', () => {
  const leads = (more: Parameters<typeof recipient>[3], mx: Parameters<typeof world>[3] = {}) => checkNoForwarding(world([], [recipient('T', 'Ann', ['ann@contoso.com'], more)], {}, mx), BY).result;
  it('is the redirection domain, a domain accepted there alone, and one whose MX record leads there', () => {
    expect(leads({ forwardSmtp: 'ann@onprem.contoso.com' })).toBe('wrong');
    expect(leads({ kind: 'mail user', external: 'ann@onprem.contoso.com' })).toBe('wrong');
    expect(leads({ kind: 'mail user', external: 'ann@contoso.com' })).toBe('wrong');
    const moved = { mx: { 'contoso.com': { to: 'cloud', host: 'x.mail.protection.outlook.com' }, 'other.example': { to: 'elsewhere', host: 'mx.other.example' } } } as const;
    expect(leads({ kind: 'mail user', external: 'ann@contoso.com' }, moved)).toBe('right');
    expect(leads({ forwardSmtp: 'ann@other.example' }, moved)).toBe('right');
    expect(leads({})).toBe('right');
  });
});

describe('licences of switched mailboxes', () => {
  it('are missing with the days that are left, the fewest of all', () => {
    const at = (name: string, licensed: boolean, days: number | null) => ({ name, licensed, madeAt: days === null ? null : BY.at - days * DAY });
    expect(checkLicences([at('Ann', true, 40), at('Ben', false, 10), at('Cem', false, 25)], BY)).toMatchObject({ result: 'wrong', answer: '2: Ben, Cem; the first is disabled in 5 days' });
    expect(checkLicences([at('Ben', false, null)], BY)).toMatchObject({ result: 'wrong', answer: '1: Ben' });
    expect(checkLicences([at('Ben', false, 31)], BY).answer).toBe('1: Ben; the first is disabled in 0 days');
    expect(checkLicences([at('Ann', true, 40)], BY)).toMatchObject({ result: 'right', answer: 'none' });
  });

  it('count with a plan that has a mailbox', () => {
    expect(['EXCHANGE_S_ENTERPRISE', 'exchange_s_deskless', 'EXCHANGE_S_FOUNDATION', 'EXCHANGE_S_ARCHIVE_ADDON', 'TEAMS1'].map(isMailboxPlan)).toEqual([true, true, false, false, false]);
  });
});

describe('where the internet brings mail', () => {
  const MICROSOFT = { mxHosts: ['*.mail.protection.outlook.com'], onPremisesHosts: [] as string[] };
  const said = (...records: readonly (readonly [number, string])[]): DnsAnswer => ({ server: 's', at: 0, problem: null, records: records.map(([preference, value]) => ({ preference, value, ttl: 60 })) });
  const failed = (problem: 'NXDOMAIN' | 'no data' | 'timeout'): DnsAnswer => ({ server: 's', at: 0, problem, records: [] });
  it('is told by the host of the lowest preference', () => {
    const route = (answer: DnsAnswer, settings = MICROSOFT, own = true) => routeOf('contoso.com', answer, settings, own);
    expect(route(said([20, 'a.mail.protection.outlook.com'], [10, 'mail.contoso.com']))).toEqual({ to: 'on premises', host: 'mail.contoso.com' });
    expect(route(said([0, 'a.mail.protection.outlook.com'], [10, 'mail.contoso.com'])).to).toBe('cloud');
    expect(route(said([10, 'mail.contoso.com']), MICROSOFT, false).to).toBe('elsewhere');
    expect(route(said([10, 'mx.gateway.example']), { ...MICROSOFT, onPremisesHosts: ['mail.contoso.com'] }).to).toBe('elsewhere');
    expect(route(said([10, 'mail.contoso.com']), { ...MICROSOFT, onPremisesHosts: ['mail.contoso.com'] }).to).toBe('on premises');
    expect([route(said([0, ''])), route(failed('NXDOMAIN')), route(failed('no data')), route(failed('timeout'))]).toEqual([
      { to: 'nowhere', why: 'contoso.com takes no mail (its MX record is empty).' }, { to: 'nowhere', why: 'there is no domain contoso.com.' }, { to: 'nowhere', why: 'contoso.com has no MX record.' }, { to: 'nowhere', why: 'the MX record of contoso.com could not be asked for (timeout).' },
    ]);
    expect(isOnPremisesHost(MICROSOFT, 'a.mail.protection.outlook.com')).toBe(false);
  });
});
