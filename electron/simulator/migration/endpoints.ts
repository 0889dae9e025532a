import { randomUUID } from 'node:crypto';
import type { Arguments } from '../exchange/cmdlet/arguments.ts';
import { ExchangeRefusal, invalidOperation, invalidValue, notFound, notSimulated } from '../exchange/refusal.ts';
import { digestOf } from './digest.ts';
import { connectionProblem, type Machine } from './machine.ts';
import type { Endpoint } from './model.ts';

/** Mailboxes that an endpoint migrates at once (cmdlet reference, New-MigrationEndpoint, MaxConcurrentMigrations); the most is ours. */
const DEFAULT_CONCURRENT = 100;
const MOST_CONCURRENT = 300;
/** Incremental synchronisations at once (the same, MaxConcurrentIncrementalSyncs). */
const DEFAULT_INCREMENTAL = 10;

/** What a connection is to be made with. */
export type Connection = Pick<Endpoint, 'exchangeServer' | 'rpcProxyServer' | 'username' | 'passwordDigest' | 'authentication' | 'mailboxPermission' | 'acceptsUntrusted' | 'emailAddress'> & {
  /** Mailbox that is opened to try it. */
  readonly testMailbox: string | null;
};

/** Either a connection, or why Autodiscover finds none. */
export type Resolved = { readonly connection: Connection } | { readonly problem: string };

/** Reads the connection of New-MigrationEndpoint and Test-MigrationServerAvailability; by Autodiscover it is looked up. */
export function connectionOf(m: Machine, given: Arguments, set: string): Resolved {
  const { username, password } = given.credential('Credentials') ?? { username: '', password: '' };
  const emailAddress = given.given('EmailAddress') ?? null;
  const common = {
    username, passwordDigest: digestOf(password), authentication: given.given('Authentication') === 'Ntlm' ? 'Ntlm' as const : 'Basic' as const, mailboxPermission: given.given('MailboxPermission') === 'FullAccess' ? 'FullAccess' as const : 'Admin' as const,
    acceptsUntrusted: given.on('AcceptUntrustedCertificates'), emailAddress, testMailbox: given.given('TestMailbox') ?? emailAddress,
  };
  if (set !== AUTODISCOVER_SET) return { connection: { ...common, exchangeServer: given.given('ExchangeServer') ?? '', rpcProxyServer: given.given('RPCProxyServer') ?? given.given('RpcProxyServer') ?? '' } };
  const domain = (emailAddress ?? '').split('@')[1]?.toLowerCase();
  if (domain === undefined || domain === '') throw invalidValue(`The value "${emailAddress ?? ''}" of EmailAddress isn't a valid SMTP address.`);
  const server = m.onPremises.servers().find((s) => s.version !== '2003' && s.autodiscover.some((d) => d.toLowerCase() === domain));
  if (!server) return { problem: `The Autodiscover service couldn't be found for the domain '${domain}'. Specify the connection settings manually.` };
  return { connection: { ...common, exchangeServer: server.fqdn, rpcProxyServer: server.rpcProxy } };
}
/** Parameter set by which Autodiscover is asked. */
export const AUTODISCOVER_SET = 'ExchangeOutlookAnywhereAutoDiscover';

/**
 * Tries a connection as the service does: server, proxy, certificate, account, then the mailbox that is to be opened. It does not look at
 * the version of Exchange. Words of ours.
 * @returns why it fails; undefined: it works.
 */
export function tryConnection(m: Machine, connection: Connection): string | undefined {
  const problem = connectionProblem(m, connection);
  if (problem !== undefined || connection.testMailbox === null) return problem;
  const found = m.onPremises.find(connection.testMailbox);
  if (found instanceof Promise) {
    // The answer is not waited for; nobody is left to hear a failure.
    found.catch(() => undefined);
    if (connection.testMailbox === connection.emailAddress) return undefined;
    throw notSimulated('the parameter TestMailbox with an on-premises side that answers later');
  }
  const mailbox = found.find((one) => ['user', 'room', 'equipment', 'shared', 'linked'].includes(one.kind));
  if (!mailbox) return `The mailbox '${connection.testMailbox}' couldn't be found in the on-premises organization.`;
  return mailbox.grants === 'none' ? `The account '${connection.username}' can't open the mailbox '${connection.testMailbox}'. Assign it Full Access or Receive As.` : undefined;
}

/** Checks a new endpoint. @throws ExchangeRefusal. @returns what adds it. */
export function newEndpoint(m: Machine, given: Arguments, set: string): () => Endpoint {
  const name = given.given('Name') ?? '';
  if (m.state.endpoints.has(name.toLowerCase())) throw invalidOperation(`A migration endpoint with the name '${name}' already exists.`);
  const resolved = connectionOf(m, given, set);
  if ('problem' in resolved) throw connectionFailed(resolved.problem);
  const { testMailbox: _, ...connection } = resolved.connection;
  const problem = given.on('SkipVerification') ? undefined : tryConnection(m, resolved.connection);
  if (problem !== undefined) throw connectionFailed(problem);
  const limits = limitsOf(given, { maxConcurrentMigrations: DEFAULT_CONCURRENT, maxConcurrentIncrementalSyncs: DEFAULT_INCREMENTAL });
  return () => {
    const now = m.clock.now();
    const made: Endpoint = { guid: randomUUID(), name, ...connection, ...limits, createdAt: now, changedAt: now };
    m.state.endpoints.set(name.toLowerCase(), made);
    m.state.changes += 1;
    return made;
  };
}

/** Checks a change of an endpoint. @throws ExchangeRefusal. @returns what makes it. */
export function changeEndpoint(m: Machine, given: Arguments): () => void {
  const endpoint = oneEndpoint(m, given.given('Identity') ?? '');
  const credential = given.credential('Credentials');
  const wanted: Endpoint = {
    ...endpoint, ...limitsOf(given, endpoint), exchangeServer: given.given('ExchangeServer') ?? endpoint.exchangeServer, rpcProxyServer: given.given('RpcProxyServer') ?? endpoint.rpcProxyServer,
    mailboxPermission: given.given('MailboxPermission') === undefined ? endpoint.mailboxPermission : given.given('MailboxPermission') === 'FullAccess' ? 'FullAccess' : 'Admin',
    acceptsUntrusted: given.on('AcceptUntrustedCertificates') || endpoint.acceptsUntrusted,
    ...(credential ? { username: credential.username, passwordDigest: digestOf(credential.password) } : {}),
  };
  const touchesConnection = credential !== undefined || ['ExchangeServer', 'RpcProxyServer', 'MailboxPermission', 'AcceptUntrustedCertificates'].some((n) => given.has(n));
  const problem = touchesConnection && !given.on('SkipVerification') ? tryConnection(m, { ...wanted, testMailbox: given.given('TestMailbox') ?? null }) : undefined;
  if (problem !== undefined) throw connectionFailed(problem);
  return () => {
    Object.assign(endpoint, wanted, { changedAt: m.clock.now() });
    m.state.changes += 1;
  };
}

/** Checks the removal of an endpoint. @throws ExchangeRefusal while a batch uses it. */
export function removeEndpoint(m: Machine, identity: string): () => void {
  const endpoint = oneEndpoint(m, identity);
  const key = endpoint.name.toLowerCase();
  const user = [...m.state.batches.values()].find((b) => b.endpoint === key);
  if (user) throw invalidOperation(`The migration endpoint '${endpoint.name}' can't be removed because the migration batch '${user.name}' uses it.`);
  return () => {
    m.state.endpoints.delete(key);
    m.state.changes += 1;
  };
}

/** The endpoint of that name or guid. @throws ExchangeRefusal 404. */
export function oneEndpoint(m: Machine, identity: string): Endpoint {
  const lower = identity.toLowerCase();
  const found = m.state.endpoints.get(lower) ?? [...m.state.endpoints.values()].find((e) => e.guid === lower);
  if (!found) throw notFound(identity);
  return found;
}

/** Batches that are at work on an endpoint. */
export function activeOn(m: Machine, endpoint: Endpoint): number {
  const at = endpoint.name.toLowerCase();
  return [...m.state.batches.values()].filter((b) => b.endpoint === at && (b.status === 'Starting' || b.status === 'Syncing')).length;
}

function limitsOf(given: Arguments, before: Pick<Endpoint, 'maxConcurrentMigrations' | 'maxConcurrentIncrementalSyncs'>): Pick<Endpoint, 'maxConcurrentMigrations' | 'maxConcurrentIncrementalSyncs'> {
  const maxConcurrentMigrations = given.number('MaxConcurrentMigrations') ?? before.maxConcurrentMigrations;
  const maxConcurrentIncrementalSyncs = given.number('MaxConcurrentIncrementalSyncs') ?? Math.min(before.maxConcurrentIncrementalSyncs, maxConcurrentMigrations);
  if (!(maxConcurrentMigrations >= 1 && maxConcurrentMigrations <= MOST_CONCURRENT)) throw invalidValue(`The value "${maxConcurrentMigrations}" of MaxConcurrentMigrations must be between 1 and ${MOST_CONCURRENT}.`);
  if (!(maxConcurrentIncrementalSyncs >= 1 && maxConcurrentIncrementalSyncs <= maxConcurrentMigrations)) throw invalidValue(`The value "${maxConcurrentIncrementalSyncs}" of MaxConcurrentIncrementalSyncs must be between 1 and MaxConcurrentMigrations.`);
  return { maxConcurrentMigrations, maxConcurrentIncrementalSyncs };
}

function connectionFailed(message: string): ExchangeRefusal {
  return new ExchangeRefusal(400, 'BadRequest', 'Microsoft.Exchange.Migration.MigrationServerConnectionFailedException', message);
}
