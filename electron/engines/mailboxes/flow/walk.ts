import type { MailSender } from '../../../../shared/domain/cutover.ts';
import { domainOf, type MailSide, type MailWorld, type Recipient, type Side } from './world.ts';

/** Hops after which a message is taken for one that never arrives. Real servers give up after some dozens (RFC 5321 6.3); no sound way has more than a few. */
export const MOST_HOPS = 20;

/** Where one copy of a message ended. `expected`: the recipient it was for by then, on the side that chose it. */
export type End =
  | { readonly at: 'mailbox' | 'group'; readonly side: Side; readonly recipient: Recipient; readonly expected: Expected }
  | { readonly at: 'loop' | 'black hole' | 'refused' | 'outside'; readonly message: string; readonly expected: Expected };

/** Whom a copy is for: a person, until somebody's forwarding names another recipient. */
export interface Expected { readonly side: Side; readonly id: string; /** Chosen by forwarding to a recipient of the same organisation. */ readonly chosen: boolean }

/** The way of one message: every copy's end, and all hops in words. */
export interface Walk { readonly ends: readonly End[]; readonly hops: readonly string[] }

const sideOf = (world: MailWorld, side: Side): MailSide => (side === 'cloud' ? world.cloud : world.onPremises);
const PLACE: Readonly<Record<Side, string>> = { 'on premises': 'on premises', cloud: 'in Microsoft 365' };

/**
 * Follows a message from where it is sent to all its ends. A recipient that is met again with the same address makes a loop.
 * @param address SMTP address in lower case. @param expected the person it is for.
 */
export function walk(world: MailWorld, sender: MailSender, address: string, expected: Expected): Walk {
  const ends: End[] = [];
  const hops: string[] = [];
  const end = (at: Exclude<End['at'], 'mailbox' | 'group'>, message: string, whom: Expected): void => { hops.push(message); ends.push({ at, message, expected: whom }); };

  /** Looks an address up at a side. `guest`: the message comes from another server, which may not send through this one. */
  function arrive(side: Side, to: string, guest: boolean, whom: Expected, seen: ReadonlySet<string>): void {
    const here = sideOf(world, side);
    const known = here.byAddress.get(to) ?? [];
    if (known.length > 1) { end('black hole', `${to} belongs to ${known.length} recipients ${PLACE[side]} (${known.map((one) => one.name).slice(0, 3).join(', ')}); the server returns the message.`, whom); return; }
    const [recipient] = known;
    if (recipient !== undefined) { handle(side, recipient, to, whom, seen); return; }
    const accepted = here.accepted.get(domainOf(to));
    if (accepted === 'authoritative') { end('black hole', `Nobody ${PLACE[side]} has ${to}, and the domain ends there; the server returns the message.`, whom); return; }
    if (guest && accepted === undefined) { end('refused', `The server ${PLACE[side]} does not accept ${domainOf(to)}, so it refuses ${to}.`, whom); return; }
    const key = `${side} - ${to}`;
    if (seen.has(key)) { end('loop', `${to} comes round to the server ${PLACE[side]} again.`, whom); return; }
    send(side, to, whom, new Set(seen).add(key));
  }

  /** Takes a message out of a side by where the domain leads. */
  function send(from: Side | null, to: string, whom: Expected, seen: ReadonlySet<string>): void {
    if (seen.size >= MOST_HOPS) { end('loop', `After ${MOST_HOPS} hops the message for ${to} has still not arrived.`, whom); return; }
    const domain = domainOf(to);
    if (world.routingDomains.has(domain)) { hops.push(`${domain} leads to Microsoft 365.`); arrive('cloud', to, true, whom, seen); return; }
    if (from !== null && domain === world.redirectionDomain) { hops.push(`${domain}, the mail redirection domain, leads on premises.`); arrive('on premises', to, true, whom, seen); return; }
    const route = world.mx.get(domain) ?? { to: 'nowhere', why: `${domain} has no MX record.` };
    if (route.to === 'nowhere') { end('refused', `Mail for ${to} goes nowhere: ${route.why}`, whom); return; }
    if (route.to === 'elsewhere') { end('outside', `The MX record of ${domain} is ${route.host}, so the message for ${to} leaves both organisations.`, whom); return; }
    hops.push(`The MX record of ${domain} is ${route.host}, ${PLACE[route.to]}.`);
    arrive(route.to, to, true, whom, seen);
  }

  function handle(side: Side, recipient: Recipient, to: string, whom: Expected, before: ReadonlySet<string>): void {
    const key = `${side} ${recipient.id} ${to}`;
    if (before.has(key)) { end('loop', `The message comes round to ${recipient.name} ${PLACE[side]} again, at ${to}.`, whom); return; }
    if (before.size >= MOST_HOPS) { end('loop', `After ${MOST_HOPS} hops the message for ${to} has still not arrived.`, whom); return; }
    const seen = new Set(before).add(key);
    const says = (what: string): void => { hops.push(`${recipient.name}, ${recipient.kind} ${PLACE[side]}, has ${to}${what}.`); };
    const keep = (): void => { if (recipient.keepsCopy && recipient.kind === 'mailbox') ends.push({ at: 'mailbox', side, recipient, expected: whom }); };
    if (recipient.external !== null) {
      says(` and ${side === 'cloud' ? 'the external address' : 'targetAddress'} ${recipient.external}`);
      const others = (sideOf(world, side).byAddress.get(recipient.external) ?? []).filter((one) => one.id !== recipient.id);
      if (others.length > 0) arrive(side, recipient.external, false, whom, seen);
      else send(side, recipient.external, whom, seen);
    } else if (recipient.forwardTo !== null) {
      const next = sideOf(world, side).byId.get(recipient.forwardTo);
      says(` and forwards to ${next?.name ?? 'a recipient that is not there'}${recipient.keepsCopy ? ', keeping a copy' : ''}`);
      keep();
      if (next === undefined) end('black hole', `${recipient.name} ${PLACE[side]} forwards to a recipient that is not there; the message is lost.`, whom);
      else handle(side, next, next.addresses[0] ?? to, { side, id: next.id, chosen: true }, seen);
    } else if (recipient.forwardSmtp !== null) {
      says(` and forwards to ${recipient.forwardSmtp}${recipient.keepsCopy ? ', keeping a copy' : ''}`);
      keep();
      arrive(side, recipient.forwardSmtp, false, whom, seen);
    } else if (recipient.kind === 'mailbox' || recipient.kind === 'group') {
      says('');
      ends.push({ at: recipient.kind, side, recipient, expected: whom });
    } else end('black hole', `${recipient.name}, ${recipient.kind} ${PLACE[side]}, has ${to} but no address that leads on; the server returns the message.`, whom);
  }

  if (sender === 'internet') send(null, address, expected, new Set());
  else arrive(sender, address, false, expected, new Set());
  return { ends, hops };
}
