import { MAIL_SENDERS, MAIL_VERDICTS, type MailSender, type MailSituation, type MailVerdict } from '../../../../shared/domain/cutover.ts';
import { afterSwitch, isSwitched } from './situation.ts';
import { walk, type End, type Expected } from './walk.ts';
import { domainOf, type MailWorld, type Recipient, type Side } from './world.ts';

/** What became of one message. */
export interface Trace { readonly sender: MailSender; readonly address: string; readonly verdict: MailVerdict; readonly message: string; readonly hops: readonly string[] }

/** What becomes of the mail of one person. */
export interface PersonFlow {
  readonly sourceId: string;
  readonly name: string;
  /** The worst of all. */
  readonly verdict: MailVerdict;
  readonly message: string;
  /** One for each address and sender. */
  readonly traces: readonly Trace[];
  /** Addresses in domains that are not the organisation's mail domains: not followed. */
  readonly left: readonly string[];
}

/**
 * Follows a message for each SMTP address of each person, from the internet and from both organisations. People are those with a mailbox on premises, or whose
 * match has one in the tenant. Pure; memory is one person.
 */
export function* traceAll(present: MailWorld, situation: MailSituation): Iterable<PersonFlow> {
  const world = situation === 'after' ? afterSwitch(present) : present;
  const sources = new Map([...world.matched].map(([source, target]) => [target, source]));
  const whoIs = (side: Side, id: string): string => (side === 'on premises' ? id : sources.get(id) ?? `cloud ${id}`);
  for (const person of world.onPremises.byId.values()) {
    const target = world.cloud.byId.get(world.matched.get(person.id) ?? '');
    if (person.kind !== 'mailbox' && target?.kind !== 'mailbox') continue;
    if (person.kind === 'contact' || person.kind === 'group') continue;
    const addresses = [...new Set([...person.addresses, ...target?.addresses ?? []])];
    const followed = addresses.filter((address) => senders(world, address).length > 0);
    const traces = followed.flatMap((address) => senders(world, address).map((sender): Trace => {
      const { ends, hops } = walk(world, sender, address, { side: 'on premises', id: person.id, chosen: false });
      return { sender, address, ...judge(world, situation, person, ends, whoIs), hops };
    }));
    const worst = traces.toSorted((a, b) => MAIL_VERDICTS.indexOf(a.verdict) - MAIL_VERDICTS.indexOf(b.verdict))[0];
    yield {
      sourceId: person.id, name: person.name, verdict: worst?.verdict ?? 'refused', traces, left: addresses.filter((address) => !followed.includes(address)),
      message: worst === undefined ? `${person.name} has no address in a mail domain of the organisation, so no mail can be sent there.` : told(worst),
    };
  }
}

/** An address in the redirection domain is for the tenant only; one in a domain that is not the organisation's is not followed. */
function senders(world: MailWorld, address: string): readonly MailSender[] {
  const domain = domainOf(address);
  if (domain === world.redirectionDomain) return ['cloud'];
  return world.mailDomains.has(domain) || world.routingDomains.has(domain) ? MAIL_SENDERS : [];
}

const told = ({ sender, address, verdict, message }: Trace): string => (verdict === 'delivered' ? message : `${sender === 'internet' ? 'From the internet' : sender === 'cloud' ? 'From Microsoft 365' : 'From Exchange on premises'} to ${address}: ${message}`);
const PLACE: Readonly<Record<Side, string>> = { 'on premises': 'on premises', cloud: 'in Microsoft 365' };

type Arrived = Extract<End, { readonly recipient: Recipient }>;

function judge(world: MailWorld, situation: MailSituation, person: Recipient, ends: readonly End[], whoIs: (side: Side, id: string) => string): Pick<Trace, 'verdict' | 'message'> {
  const right = ({ side, id }: Expected, end: Arrived): boolean => whoIs(side, id) === whoIs(end.side, end.recipient.id);
  const arrived = ends.filter((end): end is Arrived => end.at === 'mailbox' || end.at === 'group');
  const stranger = arrived.find((end) => !right(end.expected, end));
  const first = (at: End['at']): End | undefined => ends.find((end) => end.at === at);
  const lost = first('loop') ?? (stranger === undefined ? first('black hole') ?? first('refused') ?? ends.find((end) => end.at === 'outside' && !end.expected.chosen) : undefined);
  if (lost !== undefined && 'message' in lost) return { verdict: lost.at, message: lost.message };
  if (stranger !== undefined) return { verdict: 'wrong recipient', message: `it ends at ${stranger.recipient.name} ${PLACE[stranger.side]}, who is not matched with ${person.name}.` };
  const own = new Set(arrived.filter((end) => !end.expected.chosen).map((end) => end.side));
  if (own.size > 1) return { verdict: 'twice', message: `it ends in the mailbox on premises and in the one in Microsoft 365.` };
  if (situation === 'after' && own.has('on premises')) return { verdict: 'old mailbox', message: world.matched.has(person.id) ? 'it still ends in the mailbox on premises: nothing forwards it to Microsoft 365.' : 'it still ends in the mailbox on premises: nobody in Microsoft 365 is matched with this person.' };
  if (situation === 'before' && own.has('cloud') && !isSwitched(world, person)) return { verdict: 'new mailbox', message: 'it ends in the mailbox in Microsoft 365, but this person still works on premises.' };
  const [at] = arrived;
  return { verdict: 'delivered', message: at === undefined ? 'Delivered as forwarding says.' : `Delivered to ${at.recipient.name} ${PLACE[at.side]}${at.expected.chosen ? ' as forwarding says' : ''}.` };
}
