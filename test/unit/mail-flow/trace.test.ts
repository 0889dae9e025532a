import { describe, expect, it } from 'vitest';
import { traceAll, type MailWorld, type PersonFlow } from '../../../electron/engines/mailboxes/flow/index.ts';
import type { MailSituation } from '../../../shared/domain/cutover.ts';
import { recipient, world } from './worlds.ts';

const IN_CLOUD = ['ann@contoso.com', 'ann@contoso.mail.onmicrosoft.com', 'ann@contoso.onmicrosoft.com'];
const flowOf = (of: MailWorld, situation: MailSituation, id = 'ann'): PersonFlow => {
  const found = [...traceAll(of, situation)].find((one) => one.sourceId === id);
  if (found === undefined) throw new Error(`nothing followed for ${id}`);
  return found;
};
/** Verdicts by sender of one address. */
const verdicts = (flow: PersonFlow, address: string) => Object.fromEntries(flow.traces.filter((one) => one.address === address).map((one) => [one.sender, one.verdict]));
const everywhere = (verdict: string) => ({ internet: verdict, 'on premises': verdict, cloud: verdict });

describe('mail of a person who is not switched yet', () => {
  it('reaches the mailbox on premises from all sides when the tenant sends it back through the redirection domain', () => {
    const now = world([recipient('ann', 'Ann', ['ann@contoso.com', 'ann@onprem.contoso.com'])], [recipient('T', 'Ann', IN_CLOUD, { kind: 'mailbox', forwardSmtp: 'ann@onprem.contoso.com' })], { ann: 'T' });
    const flow = flowOf(now, 'before');
    expect(verdicts(flow, 'ann@contoso.com')).toEqual(everywhere('delivered'));
    expect(verdicts(flow, 'ann@contoso.mail.onmicrosoft.com')).toEqual(everywhere('delivered'));
    expect(verdicts(flow, 'ann@onprem.contoso.com')).toEqual({ cloud: 'delivered' });
    expect(flow).toMatchObject({ verdict: 'delivered', message: 'Delivered to Ann on premises.', left: [] });
    expect(flow.traces.find((one) => one.sender === 'cloud' && one.address === 'ann@contoso.com')?.hops).toEqual([
      'Ann, mailbox in Microsoft 365, has ann@contoso.com and forwards to ann@onprem.contoso.com.', 'onprem.contoso.com, the mail redirection domain, leads on premises.', 'Ann, mailbox on premises, has ann@onprem.contoso.com.',
    ]);
  });

  it('gets lost in the new mailbox without redirection, and is in both with a copy kept', () => {
    const open = world([recipient('ann', 'Ann', ['ann@contoso.com'])], [recipient('T', 'Ann', IN_CLOUD)], { ann: 'T' });
    expect(verdicts(flowOf(open, 'before'), 'ann@contoso.com')).toEqual({ internet: 'delivered', 'on premises': 'delivered', cloud: 'new mailbox' });
    const copied = world([recipient('ann', 'Ann', ['ann@contoso.com', 'ann@onprem.contoso.com'])], [recipient('T', 'Ann', IN_CLOUD, { forwardSmtp: 'ann@onprem.contoso.com', keepsCopy: true })], { ann: 'T' });
    expect(verdicts(flowOf(copied, 'before'), 'ann@contoso.com')).toEqual({ internet: 'delivered', 'on premises': 'delivered', cloud: 'twice' });
  });

  it('is sent back by a mail user of the tenant whose external address is its own, by the MX record', () => {
    const synchronised = world([recipient('ann', 'Ann', ['ann@contoso.com'])], [recipient('T', 'Ann', IN_CLOUD, { kind: 'mail user', external: 'ann@contoso.com' })], { ann: 'T' });
    expect(flowOf(synchronised, 'before').verdict).toBe('delivered');
    // The same mail user, when MX leads to the tenant already: the known loop of Exchange Online.
    const early = { ...synchronised, mx: new Map([['contoso.com', { to: 'cloud', host: 'contoso-com.mail.protection.outlook.com' } as const]]) };
    expect(verdicts(flowOf(early, 'before'), 'ann@contoso.com')).toEqual({ internet: 'loop', 'on premises': 'delivered', cloud: 'loop' });
  });
});

describe('mail of a person who is switched', () => {
  const switched = (more: Parameters<typeof recipient>[3]) => world([recipient('ann', 'Ann', ['ann@contoso.com', 'ann@onprem.contoso.com'], { external: 'ann@contoso.mail.onmicrosoft.com' })], [recipient('T', 'Ann', IN_CLOUD, more)], { ann: 'T' });

  it('reaches the mailbox of the tenant before and after the MX change', () => {
    for (const situation of ['before', 'after'] as const) {
      const flow = flowOf(switched({}), situation);
      expect(verdicts(flow, 'ann@contoso.com')).toEqual(everywhere('delivered'));
      expect(flow.message).toBe('Delivered to Ann in Microsoft 365.');
    }
  });

  it('goes round when the redirection was left behind', () => {
    for (const situation of ['before', 'after'] as const) {
      const flow = flowOf(switched({ forwardSmtp: 'ann@onprem.contoso.com' }), situation);
      expect(verdicts(flow, 'ann@contoso.com')).toEqual(everywhere('loop'));
      expect(flow.message).toMatch(/^From .* comes round to/);
    }
  });

  it('goes to somebody else by a wrong targetAddress', () => {
    const wrong = world([recipient('ann', 'Ann', ['ann@contoso.com'], { external: 'ben@contoso.mail.onmicrosoft.com' })], [recipient('T', 'Ann', IN_CLOUD), recipient('B', 'Ben', ['ben@contoso.mail.onmicrosoft.com'])], { ann: 'T' });
    const flow = flowOf(wrong, 'after');
    expect(verdicts(flow, 'ann@contoso.com')).toEqual({ internet: 'delivered', 'on premises': 'wrong recipient', cloud: 'delivered' });
    expect(flow).toMatchObject({ verdict: 'wrong recipient', message: 'From Exchange on premises to ann@contoso.com: it ends at Ben in Microsoft 365, who is not matched with Ann.' });
  });

  it('is returned by the tenant for an address that nobody there has, and for a targetAddress of nobody', () => {
    const missing = world([recipient('ann', 'Ann', ['ann@contoso.com', 'a.smith@contoso.com'])], [recipient('T', 'Ann', IN_CLOUD)], { ann: 'T' });
    expect(verdicts(flowOf(missing, 'before'), 'a.smith@contoso.com')).toEqual({ internet: 'delivered', 'on premises': 'delivered', cloud: 'black hole' });
    expect(verdicts(flowOf(missing, 'after'), 'a.smith@contoso.com')).toEqual({ internet: 'black hole', 'on premises': 'delivered', cloud: 'black hole' });
    const nobody = world([recipient('ann', 'Ann', ['ann@contoso.com'], { external: 'gone@contoso.mail.onmicrosoft.com' })], [recipient('T', 'Ann', IN_CLOUD)], { ann: 'T' });
    expect(flowOf(nobody, 'before').verdict).toBe('black hole');
  });
});

describe('after the switch', () => {
  it('takes redirection away and forwards by the routing address, as the switch does', () => {
    const now = world([recipient('ann', 'Ann', ['ann@contoso.com', 'ann@onprem.contoso.com'])], [recipient('T', 'Ann', IN_CLOUD, { kind: 'mail user', external: 'ann@onprem.contoso.com' })], { ann: 'T' });
    expect(flowOf(now, 'before').verdict).toBe('delivered');
    const after = flowOf(now, 'after');
    expect(after.verdict).toBe('delivered');
    expect(after.traces.every((one) => one.message === 'Delivered to Ann in Microsoft 365.')).toBe(true);
  });

  it('leaves whom nobody in the tenant is matched with in the old mailbox, and the internet returns their mail', () => {
    const alone = world([recipient('ann', 'Ann', ['ann@contoso.com'])], [], {});
    expect(verdicts(flowOf(alone, 'before'), 'ann@contoso.com')).toEqual({ internet: 'delivered', 'on premises': 'delivered', cloud: 'black hole' });
    expect(verdicts(flowOf(alone, 'after'), 'ann@contoso.com')).toEqual({ internet: 'black hole', 'on premises': 'old mailbox', cloud: 'black hole' });
  });

  it('sends what is not in the tenant on where the domain is an internal relay there, round and round once MX leads there too', () => {
    const relay = world([recipient('ann', 'Ann', ['ann@contoso.com'])], [], {}, { relayInCloud: ['contoso.com'] });
    expect(verdicts(flowOf(relay, 'before'), 'ann@contoso.com')).toEqual(everywhere('delivered'));
    expect(verdicts(flowOf(relay, 'after'), 'ann@contoso.com')).toEqual({ internet: 'loop', 'on premises': 'old mailbox', cloud: 'loop' });
  });
});

describe('forwarding that people chose', () => {
  it('to a colleague is no wrong recipient, on either side, but the colleague has to get it', () => {
    const boss = world(
      [recipient('ann', 'Ann', ['ann@contoso.com'], { forwardTo: 'ben' }), recipient('ben', 'Ben', ['ben@contoso.com'], { external: 'ben@contoso.mail.onmicrosoft.com' })],
      [recipient('T', 'Ann', IN_CLOUD, { forwardTo: 'B', keepsCopy: true }), recipient('B', 'Ben', ['ben@contoso.com', 'ben@contoso.mail.onmicrosoft.com'])], { ann: 'T', ben: 'B' });
    expect(flowOf(boss, 'before').traces.find((one) => one.sender === 'internet')).toMatchObject({ verdict: 'delivered', message: 'Delivered to Ben in Microsoft 365 as forwarding says.' });
    const gone = world([recipient('ann', 'Ann', ['ann@contoso.com'], { forwardTo: 'nobody' })], [], {});
    expect(verdicts(flowOf(gone, 'before'), 'ann@contoso.com')['internet']).toBe('black hole');
  });

  it('to a contact outside is as wanted; to an address outside by ForwardingSmtpAddress it is told', () => {
    const outside = { 'contoso.com': { to: 'on premises', host: 'mail.contoso.com' } as const, 'other.example': { to: 'elsewhere', host: 'mx.other.example' } as const };
    const contact = world([recipient('ann', 'Ann', ['ann@contoso.com'], { forwardTo: 'c', keepsCopy: true }), recipient('c', 'Home', ['home@other.example'], { kind: 'contact', external: 'home@other.example' })], [], {}, { mx: outside });
    expect(verdicts(flowOf(contact, 'before'), 'ann@contoso.com')['internet']).toBe('delivered');
    const leaves = world([recipient('ann', 'Ann', ['ann@contoso.com'], { external: 'ann@contoso.mail.onmicrosoft.com' })], [recipient('T', 'Ann', IN_CLOUD, { forwardSmtp: 'home@other.example' })], { ann: 'T' }, { mx: outside });
    expect(verdicts(flowOf(leaves, 'after'), 'ann@contoso.com')).toEqual(everywhere('outside'));
  });

  it('to a group ends there', () => {
    const list = world([recipient('ann', 'Ann', ['ann@contoso.com'], { forwardTo: 'g' }), recipient('g', 'Sales', ['sales@contoso.com'], { kind: 'group' })], [], {});
    expect(verdicts(flowOf(list, 'before'), 'ann@contoso.com')['on premises']).toBe('delivered');
  });
});

describe('the ways in', () => {
  it('end where no server takes the message, or a foreign one does', () => {
    const base = world([recipient('ann', 'Ann', ['ann@contoso.com'])], [], {});
    expect(verdicts(flowOf({ ...base, mx: new Map() }, 'before'), 'ann@contoso.com')['internet']).toBe('refused');
    expect(verdicts(flowOf({ ...base, mx: new Map([['contoso.com', { to: 'elsewhere', host: 'mx.gateway.example' } as const]]) }, 'before'), 'ann@contoso.com')['internet']).toBe('outside');
    expect(verdicts(flowOf({ ...base, mx: new Map([['contoso.com', { to: 'cloud', host: 'x.mail.protection.outlook.com' } as const]]), cloud: { ...base.cloud, accepted: new Map() } }, 'before'), 'ann@contoso.com')['internet']).toBe('refused');
  });

  it('are ambiguous where two have the address', () => {
    const two = world([recipient('ann', 'Ann', ['ann@contoso.com']), recipient('eve', 'Eve', ['ann@contoso.com'])], [], {});
    expect(flowOf(two, 'before')).toMatchObject({ verdict: 'black hole', message: expect.stringContaining('belongs to 2 recipients on premises (Ann, Eve)') as string });
  });

  it('are not followed for domains that are not the organisation\'s, and such addresses are told', () => {
    const inside = world([recipient('ann', 'Ann', ['ann@contoso.com', 'ann@corp.local'])], [], {});
    expect(flowOf(inside, 'before')).toMatchObject({ left: ['ann@corp.local'], verdict: 'black hole' });
    expect(flowOf(world([recipient('ann', 'Ann', ['ann@corp.local'])], [], {}), 'before')).toMatchObject({ verdict: 'refused', message: 'Ann has no address in a mail domain of the organisation, so no mail can be sent there.' });
  });

  it('concern people with a mailbox only: no groups, no contacts, no mail users without one', () => {
    const others = world([recipient('g', 'Sales', ['sales@contoso.com'], { kind: 'group' }), recipient('c', 'Carl', ['carl@contoso.com'], { kind: 'contact', external: 'c@other.example' }), recipient('m', 'Mia', ['mia@contoso.com'], { kind: 'mail user', external: 'mia@contoso.mail.onmicrosoft.com' })], [recipient('M', 'Mia', ['mia@contoso.mail.onmicrosoft.com', 'mia@contoso.com'])], { m: 'M' });
    expect([...traceAll(others, 'before')].map((one) => [one.name, one.verdict])).toEqual([['Mia', 'delivered']]);
    expect([...traceAll({ ...others, matched: new Map() }, 'before')]).toEqual([]);
  });
});

describe('a large organisation', () => {
  it('is followed person by person, without holding the ways of all', () => {
    const count = 10_000;
    const people = Array.from({ length: count }, (_, i) => recipient(`p${i}`, `Person ${i}`, [`p${i}@contoso.com`, `person.${i}@contoso.com`, `p${i}@onprem.contoso.com`]));
    const cloud = people.map((one, i) => recipient(`t${i}`, one.name, [...one.addresses.slice(0, 2), `p${i}@contoso.mail.onmicrosoft.com`], { forwardSmtp: `p${i}@onprem.contoso.com` }));
    const all = world(people, cloud, Object.fromEntries(people.map((one, i) => [one.id, `t${i}`])));
    let seen = 0;
    for (const situation of ['before', 'after'] as const) for (const one of traceAll(all, situation)) { if (one.verdict === 'delivered') seen++; }
    expect(seen).toBe(2 * count);
  });
});
