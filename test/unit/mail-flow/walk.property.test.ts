import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { MailWorld, Recipient, Side } from '../../../electron/engines/mailboxes/flow/index.ts';
import { MOST_HOPS, walk } from '../../../electron/engines/mailboxes/flow/walk.ts';
import { MAIL_SENDERS, type MailSender } from '../../../shared/domain/cutover.ts';
import { recipient, world } from './worlds.ts';

const RUNS = Number(process.env['CAUSEWAY_RUNS'] ?? 400);
const NAMES = ['a', 'b', 'c'] as const;
const DOMAINS = ['contoso.com', 'onprem.contoso.com', 'contoso.mail.onmicrosoft.com', 'other.example', 'nowhere.example'] as const;
const address = fc.tuple(fc.constantFrom(...NAMES), fc.constantFrom(...DOMAINS)).map(([name, domain]) => `${name}@${domain}`);

const someone = (side: string) => (name: string) => fc.record({
  addresses: fc.uniqueArray(address, { minLength: 1, maxLength: 3 }), kind: fc.constantFrom('mailbox', 'mailbox', 'mail user', 'contact', 'group'),
  external: fc.option(address, { freq: 3 }), forwardTo: fc.option(fc.constantFrom(...NAMES.map((one) => `${side}-${one}`), `${side}-x`), { freq: 3 }), forwardSmtp: fc.option(address, { freq: 3 }), keepsCopy: fc.boolean(),
}).map(({ addresses, ...more }) => recipient(`${side}-${name}`, `${side} ${name}`, addresses, more as Partial<Recipient>));

const anyWorld = fc.record({
  onPremises: fc.tuple(...NAMES.map(someone('on premises'))), cloud: fc.tuple(...NAMES.map(someone('cloud'))),
  mx: fc.dictionary(fc.constantFrom(...DOMAINS.slice(0, 4)), fc.constantFrom({ to: 'on premises', host: 'h' } as const, { to: 'cloud', host: 'h' } as const, { to: 'elsewhere', host: 'h' } as const)),
  relayOnPremises: fc.subarray(['contoso.com', 'onprem.contoso.com']), relayInCloud: fc.subarray(['contoso.com']),
}).map(({ onPremises, cloud, ...more }) => world(onPremises, cloud, {}, more));

/** Deep enough that only what goes round comes there: no way without a repetition has as many steps. */
const DEEP = 100;
type Told = string;

/**
 * The same rules written once more, without looking for what comes round: a plain recursion over single steps, cut off deep down. Each end is told as `mailbox on
 * premises-a`, `black hole` and so on.
 */
function byForce(of: MailWorld, sender: MailSender, to: string): Told[] {
  const at = (side: Side) => (side === 'cloud' ? of.cloud : of.onPremises);
  const everyone = (side: Side, wanted: string): Recipient[] => [...at(side).byId.values()].filter((one) => one.addresses.includes(wanted));
  const enter = (side: Side, wanted: string, foreign: boolean, depth: number): Told[] => {
    if (depth > DEEP) return ['loop'];
    const found = everyone(side, wanted);
    if (found.length > 1) return ['black hole'];
    if (found[0]) return give(side, found[0], depth + 1);
    const accepted = at(side).accepted.get(wanted.split('@')[1] ?? '');
    if (accepted === 'authoritative') return ['black hole'];
    return foreign && accepted === undefined ? ['refused'] : leave(side, wanted, depth + 1);
  };
  const leave = (side: Side | null, wanted: string, depth: number): Told[] => {
    if (depth > DEEP) return ['loop'];
    const domain = wanted.split('@')[1] ?? '';
    if (domain.endsWith('onmicrosoft.com')) return enter('cloud', wanted, true, depth + 1);
    if (side !== null && domain === 'onprem.contoso.com') return enter('on premises', wanted, true, depth + 1);
    const route = of.mx.get(domain);
    if (route === undefined || route.to === 'nowhere') return ['refused'];
    return route.to === 'elsewhere' ? ['outside'] : enter(route.to, wanted, true, depth + 1);
  };
  const give = (side: Side, one: Recipient, depth: number): Told[] => {
    if (depth > DEEP) return ['loop'];
    if (one.external !== null) return everyone(side, one.external).some((other) => other.id !== one.id) ? enter(side, one.external, false, depth + 1) : leave(side, one.external, depth + 1);
    const copy = one.keepsCopy && one.kind === 'mailbox' ? [`mailbox ${one.id}`] : [];
    if (one.forwardTo !== null) {
      const next = at(side).byId.get(one.forwardTo);
      return [...copy, ...next === undefined ? ['black hole'] : give(side, next, depth + 1)];
    }
    if (one.forwardSmtp !== null) return [...copy, ...enter(side, one.forwardSmtp, false, depth + 1)];
    return [one.kind === 'mailbox' || one.kind === 'group' ? `${one.kind} ${one.id}` : 'black hole'];
  };
  return sender === 'internet' ? leave(null, to, 0) : enter(sender, to, false, 0);
}

const told = (of: MailWorld, sender: MailSender, to: string): Told[] => walk(of, sender, to, { side: 'on premises', id: 'on premises-a', chosen: false }).ends.map((end) => (end.at === 'mailbox' || end.at === 'group' ? `${end.at} ${end.recipient.id}` : end.at));

describe('a way through any two organisations', () => {
  it('ends where single steps of the same rules end, and says loop exactly where those never would', () => {
    let loops = 0;
    fc.assert(fc.property(anyWorld, fc.constantFrom(...MAIL_SENDERS), address, (of, sender, to) => {
      const ends = new Set(told(of, sender, to));
      if (ends.has('loop')) loops++;
      // A copy that is kept on a way that goes round is told once by the one, and each time round by the other.
      expect(ends).toEqual(new Set(byForce(of, sender, to)));
    }), { numRuns: RUNS, seed: Number(process.env['CAUSEWAY_SEED'] ?? 5) });
    expect(loops).toBeGreaterThan(5);
  });

  it('never takes more steps than a message may', () => {
    fc.assert(fc.property(anyWorld, fc.constantFrom(...MAIL_SENDERS), address, (of, sender, to) => {
      // Each hop tells at most two things, and the end one more.
      expect(walk(of, sender, to, { side: 'cloud', id: 'x', chosen: false }).hops.length).toBeLessThanOrEqual(2 * MOST_HOPS + 2);
    }), { numRuns: RUNS });
  });

  it('has no loop where nobody forwards anything', () => {
    const still = anyWorld.map((of): MailWorld => {
      const plain = (side: MailWorld['cloud']) => [...side.byId.values()].map((one) => ({ ...one, external: null, forwardTo: null, forwardSmtp: null }));
      return world(plain(of.onPremises), plain(of.cloud), {}, { mx: Object.fromEntries(of.mx) });
    });
    fc.assert(fc.property(still, fc.constantFrom(...MAIL_SENDERS), address, (of, sender, to) => {
      expect(told(of, sender, to)).not.toContain('loop');
      expect(told(of, sender, to)).toHaveLength(1);
    }), { numRuns: RUNS });
  });
});
