import { normaliseAddress, smtpAddresses } from '../../shared/rules/addresses.ts';
import { firstOf } from '../../shared/rules/attributes.ts';
import { normaliseDn } from '../../shared/rules/dn.ts';
import { recipientTypeOf } from '../../shared/rules/recipient-type.ts';
import type { CutoverSettings } from '../../shared/contracts/cutover.ts';
import type { Directory, DirectoryEntry } from '../engines/directory/index.ts';
import { domainOf, hostFits, mailSide, standingOfMailbox, type MailSide, type MailWorld, type Recipient, type Route } from '../engines/mailboxes/index.ts';
import type { ExchangeGateway } from '../engines/tenant/index.ts';
import type { DnsAnswer, Resolver } from '../platform/dns/index.ts';
import type { PairRecord } from '../store/index.ts';
import { isRoutingDomain } from './cutover-settings.ts';
import type { Services } from './services.ts';

const ATTRIBUTES = ['displayName', 'name', 'cn', 'mail', 'proxyAddresses', 'targetAddress', 'homeMDB', 'msExchRecipientTypeDetails', 'altRecipient', 'deliverAndRedirect'] as const;
/** Objects that mail can be for. Computers are users by class. */
const FILTER = '(&(|(proxyAddresses=*)(mail=*)(targetAddress=*)(homeMDB=*))(|(&(objectClass=user)(!(objectClass=computer)))(objectClass=group)(objectClass=contact)(objectClass=msExchDynamicDistributionList)))';
/** The largest type of a mailbox that people use; above are those of the system: arbitration, discovery, health (Exchange schema, ms-Exch-Recipient-Type-Details). */
const LARGEST_TYPE = 32n;
/** Objects in one page of the directory, and of the matches. */
const PAGE = 500;
/** Domains asked for at a time, and in all. */
const [AT_A_TIME, MOST_DOMAINS] = [10, 200];

/** Recipients of Exchange on premises, as the directory has them now. */
export async function readOnPremises(directory: Directory, base: string, signal: AbortSignal): Promise<readonly Recipient[]> {
  const entries: DirectoryEntry[] = [];
  for await (const page of directory.read({ base, scope: 'sub', filter: FILTER, attributes: ATTRIBUTES, pageSize: PAGE }, signal)) entries.push(...page);
  const ids = new Map(entries.map((entry) => [normaliseDn(entry.dn), entry.guid]));
  return entries.flatMap((entry) => onPremisesRecipient(entry, (dn) => ids.get(normaliseDn(dn)) ?? dn) ?? []);
}

/** An entry as a recipient; undefined for an account that only has an address in `mail`, which Exchange does not know. */
function onPremisesRecipient({ guid, dn, objectClass, attributes }: DirectoryEntry, idOf: (dn: string) => string): Recipient | undefined {
  const classes = new Set(objectClass.map((one) => one.toLowerCase()));
  const standing = standingOfMailbox(attributes);
  const isUser = classes.has('user');
  const isMailbox = isUser && (standing === 'mailbox' || standing === 'linked mailbox');
  if (isMailbox ? recipientTypeOf(attributes) > LARGEST_TYPE : isUser && standing === 'none') return undefined;
  const target = normaliseAddress(firstOf(attributes, 'targetAddress') ?? '');
  const alternative = firstOf(attributes, 'altRecipient');
  return {
    id: guid, name: firstOf(attributes, 'displayName') ?? firstOf(attributes, 'name') ?? dn, addresses: smtpAddresses(attributes), kind: isMailbox ? 'mailbox' : isUser ? 'mail user' : classes.has('contact') ? 'contact' : 'group',
    external: target.includes('@') && !target.includes(':') ? target : null, forwardTo: isMailbox && alternative !== undefined ? idOf(alternative) : null, forwardSmtp: null, keepsCopy: firstOf(attributes, 'deliverAndRedirect')?.toUpperCase() === 'TRUE',
  };
}

type Row = Readonly<Record<string, unknown>>;
const text = (value: unknown): string => (typeof value === 'string' ? value : '');
const addressesIn = (row: Row): readonly string[] => smtpAddresses({ proxyAddresses: Array.isArray(row['EmailAddresses']) ? (row['EmailAddresses'] as readonly unknown[]).map(text) : [], mail: [text(row['PrimarySmtpAddress'])].filter((one) => one !== '') });

/** Kinds of recipients that mail can be for; Microsoft 365 groups come only when they are named (cmdlet reference, Get-Recipient). */
const KINDS = ['UserMailbox', 'SharedMailbox', 'RoomMailbox', 'EquipmentMailbox', 'MailUser', 'GuestMailUser', 'MailContact', 'MailUniversalDistributionGroup', 'MailUniversalSecurityGroup', 'MailNonUniversalGroup', 'DynamicDistributionGroup', 'RoomList', 'GroupMailbox'];
const PEOPLE = ['UserMailbox', 'SharedMailbox', 'RoomMailbox', 'EquipmentMailbox'];

/** What Exchange Online knows: recipients, the domains it accepts, and whose mailbox needs a licence. */
export interface CloudSide { readonly recipients: readonly Recipient[]; readonly accepted: MailSide['accepted']; /** Ids of mailboxes of people; shared ones, rooms and equipment need no licence. */ readonly licensable: ReadonlySet<string> }

/** Recipients of Exchange Online as they are now. @throws AppError as the gateway. */
export async function readCloud(exchange: ExchangeGateway, signal: AbortSignal): Promise<CloudSide> {
  const domains = (await exchange.invoke('Get-AcceptedDomain', {}, signal)).rows;
  const { rows } = await exchange.invoke('Get-Recipient', { RecipientTypeDetails: KINDS, ResultSize: 'Unlimited' }, signal, { select: ['ExternalDirectoryObjectId', 'Name', 'DisplayName', 'RecipientTypeDetails', 'PrimarySmtpAddress', 'EmailAddresses', 'ExternalEmailAddress'] });
  const mailboxes = (await exchange.invoke('Get-Mailbox', { ResultSize: 'Unlimited' }, signal, { select: ['ExternalDirectoryObjectId', 'ForwardingAddress', 'ForwardingSmtpAddress', 'DeliverToMailboxAndForward'] })).rows;
  const forwarding = new Map(mailboxes.map((row) => [text(row['ExternalDirectoryObjectId']).toLowerCase(), row]));
  const idOf = (row: Row): string => text(row['ExternalDirectoryObjectId']).toLowerCase() || text(row['Name']);
  const byName = new Map(rows.map((row) => [text(row['Name']), idOf(row)]));
  return {
    accepted: new Map(domains.map((row) => [text(row['DomainName']).toLowerCase(), text(row['DomainType']) === 'InternalRelay' || text(row['DomainType']) === 'ExternalRelay' ? 'relay' : 'authoritative'])),
    licensable: new Set(rows.flatMap((row) => (row['RecipientTypeDetails'] === 'UserMailbox' ? [idOf(row)] : []))),
    recipients: rows.map((row): Recipient => {
      const [id, type, addresses, own] = [idOf(row), text(row['RecipientTypeDetails']), addressesIn(row), forwarding.get(idOf(row))];
      const kind = PEOPLE.includes(type) ? 'mailbox' : type.endsWith('MailUser') ? 'mail user' : type === 'MailContact' ? 'contact' : 'group';
      const external = normaliseAddress(text(row['ExternalEmailAddress']));
      const name = text(own?.['ForwardingAddress']);
      return {
        id, name: text(row['DisplayName']) || text(row['Name']), addresses, kind,
        // Mail for a synchronised mail user without one goes to its primary address.
        external: kind === 'mail user' || kind === 'contact' ? (external === '' ? addresses[0] ?? null : external) : null,
        forwardTo: name === '' ? null : byName.get(name) ?? name, forwardSmtp: normaliseAddress(text(own?.['ForwardingSmtpAddress'])) || null, keepsCopy: own?.['DeliverToMailboxAndForward'] === true,
      };
    }),
  };
}

/** Target ids by source id, of matches that wait for nobody's review. */
async function matchedOf({ store }: Pick<Services, 'store'>, pairId: string, ids: readonly string[]): Promise<ReadonlyMap<string, string>> {
  const matched = new Map<string, string>();
  for (let from = 0; from < ids.length; from += PAGE) {
    for (const [id, match] of await store.matches.getMany(pairId, ids.slice(from, from + PAGE))) if (match.state === 'Matched' && match.targetId !== null && match.review !== 'To review') matched.set(id, match.targetId);
  }
  return matched;
}

/** How MX hosts are told apart. */
export type HostSettings = Pick<CutoverSettings, 'mxHosts' | 'onPremisesHosts'>;

/** True for a mail server on premises: one that was named; when none was, every one that is not of Microsoft 365. */
export const isOnPremisesHost = ({ mxHosts, onPremisesHosts }: HostSettings, host: string): boolean => (onPremisesHosts.length > 0 ? hostFits(host, onPremisesHosts) : !hostFits(host, mxHosts));

/** Where the internet brings mail for a domain. @param own whether the organisation accepts it on premises. */
export function routeOf(domain: string, answer: DnsAnswer, settings: HostSettings, own: boolean): Route {
  if (answer.problem !== null) return { to: 'nowhere', why: answer.problem === 'NXDOMAIN' ? `there is no domain ${domain}.` : answer.problem === 'no data' ? `${domain} has no MX record.` : `the MX record of ${domain} could not be asked for (${answer.problem}).` };
  const host = answer.records.toSorted((a, b) => a.preference - b.preference || (a.value < b.value ? -1 : 1))[0]?.value ?? '';
  if (host === '') return { to: 'nowhere', why: `${domain} takes no mail (its MX record is empty).` };
  if (hostFits(host, settings.mxHosts)) return { to: 'cloud', host };
  return { to: own && isOnPremisesHost(settings, host) ? 'on premises' : 'elsewhere', host };
}

/** Everything that decides where the mail of a pair goes, read now. */
export interface PresentWorld { readonly world: MailWorld; readonly cloud: CloudSide; /** Names of the domain controller and of the tenant. */ readonly asked: { readonly source: string; readonly target: string } }

/** Reads both sides and DNS, and puts them together with the matches. @param domains the mail domains. @throws AppError of either side. */
export async function readWorld(services: Services, pair: PairRecord, how: { readonly settings: CutoverSettings; readonly domains: readonly string[]; readonly resolver: Resolver }, sides: { readonly directory: Directory; readonly exchange: ExchangeGateway }, signal: AbortSignal): Promise<PresentWorld> {
  const { settings, domains, resolver } = how;
  const [root, recipients, cloud] = await Promise.all([sides.directory.rootDse(signal), readOnPremises(sides.directory, pair.source.kind === 'ldap' ? pair.source.baseDn : '', signal), readCloud(sides.exchange, signal)]);
  const routing = new Set([...cloud.accepted.keys()].filter(isRoutingDomain));
  const here = settings.onPremisesDomains.length > 0 ? settings.onPremisesDomains : [...domains, ...pair.redirectionDomain === '' ? [] : [pair.redirectionDomain.toLowerCase()]];
  const accepted = new Map(here.map((domain) => [domain, 'authoritative' as const]));
  const named = new Set([...domains, ...[...recipients, ...cloud.recipients].flatMap((one) => [one.external, one.forwardSmtp]).flatMap((address) => (address === null ? [] : [domainOf(address)]))]);
  const asked = [...named].filter((domain) => !routing.has(domain)).slice(0, MOST_DOMAINS);
  const mx = new Map<string, Route>();
  for (let from = 0; from < asked.length; from += AT_A_TIME) {
    await Promise.all(asked.slice(from, from + AT_A_TIME).map(async (domain) => { mx.set(domain, routeOf(domain, await answerOf(resolver, domain, signal), settings, accepted.has(domain))); }));
  }
  return {
    cloud, asked: { source: root.server, target: pair.targetName },
    world: {
      onPremises: mailSide(accepted, recipients), cloud: mailSide(cloud.accepted, cloud.recipients), mx, mailDomains: new Set(domains), routingDomains: routing, redirectionDomain: pair.redirectionDomain.toLowerCase(),
      matched: await matchedOf(services, pair.id, recipients.map((one) => one.id)),
    },
  };
}

/** An address may end in what is no domain at all. */
async function answerOf(resolver: Resolver, domain: string, signal: AbortSignal): Promise<DnsAnswer> {
  try { return await resolver.resolve(domain, 'MX', signal); } catch (error) {
    signal.throwIfAborted();
    if (!(error instanceof Error)) throw error;
    return { server: '', at: 0, records: [], problem: 'NXDOMAIN' };
  }
}
