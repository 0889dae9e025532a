import { describe, expect, it } from 'vitest';
import { planConversion } from '../../../../electron/engines/mailboxes/index.ts';
import type { Attributes } from '../../../../shared/domain/objects.ts';
import { cloud, DOMAINS, GUID_BASE64, onPremises } from './support.ts';

type Facts = Parameters<typeof planConversion>[0];
type Wish = Parameters<typeof planConversion>[1];
const AWAY = { targetAddress: ['SMTP:ann@contoso.mail.onmicrosoft.com'] };
const plan = (attributes: Attributes, facts: Partial<Facts> = {}, wish: Partial<Wish> = {}) => planConversion({ name: 'Ann', attributes, mailbox: cloud(), by: 'GUID', domains: DOMAINS, contents: 'there', grade: 'Good', knows: () => true, ...facts }, { guid: 'cloud', keep: [], poor: 'leave out', ...wish });
const changesOf = (planned: ReturnType<typeof plan>) => Object.fromEntries(('changes' in planned ? planned.changes : []).map((c) => [c.attribute, [c.before, c.after]]));
/** The object after the changes. */
function after(attributes: Attributes, planned: ReturnType<typeof plan>): Attributes {
  const next: Record<string, readonly string[]> = { ...attributes };
  for (const { attribute, before, after: to } of 'changes' in planned ? planned.changes : []) next[attribute] = [...(next[attribute] ?? []).filter((value) => before?.includes(value) !== true), ...to ?? []];
  return next;
}

describe('a mailbox that becomes a mail-enabled user', () => {
  it('keeps every address, gets those of Microsoft 365 and both X500 addresses, and loses its mailbox', () => {
    const planned = plan(onPremises({ ...AWAY, msExchPoliciesExcluded: ['{OTHER}'], homeMTA: ['CN=Mta'], mDBUseDefaults: ['TRUE'] }));
    expect(changesOf(planned)).toEqual({
      proxyAddresses: [null, ['X500:/o=ExchangeLabs/cn=ann', 'X500:/o=Corp, Inc/cn=ann', 'smtp:ann@contoso.mail.onmicrosoft.com', 'smtp:ann@contoso.onmicrosoft.com']],
      msExchRecipientDisplayType: [null, ['-2147483642']], msExchRecipientTypeDetails: [['1'], ['128']], msExchPoliciesExcluded: [null, ['{26491CFC-9E50-4857-861B-0CB8DF22B5D7}']], homeMDB: [['CN=Db'], null], homeMTA: [['CN=Mta'], null], mDBUseDefaults: [['TRUE'], null],
    });
  });
  it('adds nothing twice, in whatever letters it is there', () => {
    const planned = plan(onPremises({ ...AWAY, proxyAddresses: ['SMTP:ann@example.com', 'x500:/O=EXCHANGELABS/cn=Ann', 'X500:/o=Corp, Inc/cn=ann', 'smtp:ANN@contoso.mail.onmicrosoft.com', 'smtp:ann@contoso.onmicrosoft.com'], msExchPoliciesExcluded: ['{26491cfc-9e50-4857-861b-0cb8df22b5d7}'] }));
    expect(Object.keys(changesOf(planned))).toEqual(['msExchRecipientDisplayType', 'msExchRecipientTypeDetails', 'homeMDB']);
  });
  it('takes no address of a domain that the tenant does not have', () => {
    const planned = plan(onPremises(AWAY), { mailbox: cloud({ addresses: [...cloud().addresses, 'smtp:ann@elsewhere.example', 'smtp:ann.new@example.com', 'SIP:sip@example.com'] }) });
    expect(changesOf(planned)['proxyAddresses']?.[1]).toEqual(expect.arrayContaining(['smtp:ann.new@example.com']));
    expect(changesOf(planned)['proxyAddresses']?.[1]?.join()).not.toMatch(/elsewhere|sip@/);
  });
  it('gets the GUID of the mailbox in Microsoft 365, or keeps its own', () => {
    const mailbox = cloud({ guid: '00000000-0000-0000-0000-000000000001' });
    expect(changesOf(plan(onPremises(AWAY), { mailbox, by: 'match' }))['msExchMailboxGuid']).toEqual([[GUID_BASE64], ['AAAAAAAAAAAAAAAAAAAAAQ==']]);
    expect(changesOf(plan(onPremises(AWAY), { mailbox, by: 'match' }, { guid: 'on premises' }))).not.toHaveProperty('msExchMailboxGuid');
    expect(changesOf(plan(onPremises(AWAY)))).not.toHaveProperty('msExchMailboxGuid');
  });
  it('keeps what a person wants kept, and has only what the schema has', () => {
    expect(changesOf(plan(onPremises(AWAY), {}, { keep: ['homeMDB'] }))).not.toHaveProperty('homeMDB');
    const old = plan(onPremises(AWAY), { knows: (name) => !name.startsWith('msExchRecipient') });
    expect(Object.keys(changesOf(old))).toEqual(['proxyAddresses', 'msExchPoliciesExcluded', 'homeMDB']);
    expect('warnings' in old ? old.warnings : []).toEqual([expect.stringContaining('no attribute msExchRecipientDisplayType, msExchRecipientTypeDetails')]);
  });
  it('is one already, when it is asked for a second time', () => {
    const before = onPremises(AWAY);
    expect(plan(after(before, plan(before)))).toEqual({ skip: expect.stringContaining('mail-enabled user already') });
  });
  it('is left alone when somebody made it one otherwise: what it has instead is theirs', () => {
    expect(plan(onPremises({ ...AWAY, homeMDB: [], msExchRecipientTypeDetails: ['128'], msExchMailboxGuid: ['AAAAAAAAAAAAAAAAAAAAAQ=='] }))).toEqual({ skip: expect.stringContaining('mail-enabled user already') });
  });
  it.each<[string, Attributes, Partial<Facts>, string]>([
    ['that mail does not reach', onPremises(), {}, 'targetAddress is empty'], ['whose mail goes to somebody else', onPremises({ targetAddress: ['SMTP:ben@contoso.mail.onmicrosoft.com'] }), {}, 'Forward it first'], ['whose mail goes outside', onPremises({ targetAddress: ['SMTP:ann@example.com'] }), {}, 'Forward it first'],
    ['that only its address tells', onPremises(AWAY), { by: 'address' }, 'Only its address'], ['without contents', onPremises(AWAY), { contents: 'not there' }, 'No mailbox batch has copied'], ['with poor contents', onPremises(AWAY), { grade: 'Poor' }, 'Poor'],
    ['of another forest', onPremises({ ...AWAY, msExchRecipientTypeDetails: ['2'] }), {}, 'linked'], ['that is none', { displayName: ['Ann'] }, {}, 'no mailbox on premises'],
  ])('one %s is left alone', (_, attributes, facts, text) => expect(plan(attributes, facts)).toEqual({ skip: expect.stringContaining(text) }));
  it('with poor contents is converted when a person says so, with a warning', () => expect(plan(onPremises(AWAY), { grade: 'Poor' }, { poor: 'convert' })).toMatchObject({ warnings: [expect.stringContaining('Poor')] }));
});
