import { KeptMailboxSettings, MailboxSettings, type ConnectionTest } from '../../shared/contracts/mailboxes.ts';
import type { CheckLine } from '../../shared/contracts/pairs.ts';
import { appError, AppError, ErrorCode } from '../../shared/domain/errors.ts';
import { MAILBOX_LIMITS, type SourceVersion } from '../../shared/domain/mailboxes.ts';
import { isSmtpAddress } from '../../shared/rules/addresses.ts';
import { versionOf, whyNotStaged, type ConnectionAnswer, type EndpointSeen, type EndpointSettings } from '../engines/mailboxes/index.ts';
import { isOnPremisesMailbox } from './mailbox-directory.ts';
import { migrationService } from './mailbox-service.ts';
import type { PairRecord, Repositories } from '../store/index.ts';
import type { Services } from './services.ts';

const SETTING = 'mailboxes';
/** Name of the migration administrator's password in the secret store. */
export const exchangeSecret = (pairId: string): string => `pair/${pairId}/exchange`;
/** Names of all that the secret store keeps for the mailboxes of a pair: that password, and those of lists that the service has not taken yet. */
export async function mailboxSecrets(store: Pick<Repositories, 'mailboxBatches' | 'mailboxRows'>, pairId: string): Promise<readonly string[]> {
  const names = [exchangeSecret(pairId)];
  for (const { id } of await store.mailboxBatches.list(pairId)) names.push(...(await store.mailboxRows.all(id)).flatMap((row) => row.secretRef ?? []));
  return names;
}
const NONE: MailboxSettings = {
  profile: 'current', method: 'autodiscover', administrator: '', username: '', server: '', proxy: '', authentication: 'Basic', endpoint: '', atATime: MAILBOX_LIMITS.current.atATime, recipients: [], sourceVersion: 'unknown',
};
/** Time limit of a connection test, milliseconds. */
const LIMIT_MS = 60_000;
/** Mailboxes whose version is looked at. */
const SAMPLE = 50;

/** Connection settings of a pair as they were kept; the usual ones when nobody kept any. */
export async function mailboxSettings(store: Pick<Repositories, 'pairSettings'>, pairId: string): Promise<MailboxSettings> {
  const read = MailboxSettings.safeParse(await store.pairSettings.get(pairId, SETTING));
  return read.success ? read.data : NONE;
}

/** The same with what the console shows besides. */
export async function keptSettings({ store, secrets, actor }: Services, pairId: string): Promise<KeptMailboxSettings> {
  await store.pairs.get(pairId);
  return { ...await mailboxSettings(store, pairId), hasSecret: await secrets.get(exchangeSecret(pairId)) !== null, starter: actor };
}

/** Keeps settings and, when it was given, the secret. @throws AppError INVALID_INPUT for what does not fit together. */
export async function saveMailboxSettings(services: Services, { pairId, settings, secret }: { readonly pairId: string; readonly settings: MailboxSettings; readonly secret?: string | undefined }): Promise<KeptMailboxSettings> {
  await services.store.pairs.get(pairId);
  requireFitting(settings);
  if (secret !== undefined) await services.secrets.set(exchangeSecret(pairId), secret);
  await services.store.pairSettings.set(pairId, SETTING, settings);
  services.emit('store.changed', { nouns: ['mailboxes'] });
  return await keptSettings(services, pairId);
}

/** What the migration service is to be connected with; null: by an endpoint that is there. */
export function endpointSettings(settings: MailboxSettings): EndpointSettings | null {
  const { username, atATime } = settings;
  switch (settings.method) {
    case 'existing': return null;
    case 'autodiscover': return { method: 'autodiscover', administrator: settings.administrator, username, atATime };
    case 'manual': return { method: 'manual', username, server: settings.server, proxy: settings.proxy, authentication: settings.authentication, atATime };
  }
}

/** @throws AppError INVALID_INPUT with the first thing that is missing. */
function requireFitting(settings: MailboxSettings): void {
  const refuse = (message: string): never => { throw appError(ErrorCode.InvalidInput, message); };
  const { mostAtATime } = MAILBOX_LIMITS[settings.profile];
  if (settings.atATime > mostAtATime) refuse(`At most ${mostAtATime} mailboxes can be migrated simultaneously${settings.profile === '2011' ? ' by the rules of 2011' : ''}, not ${settings.atATime}.`);
  const strange = settings.recipients.find((address) => !isSmtpAddress(address));
  if (strange !== undefined) refuse(`"${strange}" is no address that a report can be sent to.`);
  if (settings.method === 'existing') { if (settings.endpoint === '') refuse('Choose the migration endpoint to use.'); return; }
  if (settings.username === '') refuse('Enter the name of the migration administrator as Domain\\Username.');
  if (settings.method === 'autodiscover') {
    if (!isSmtpAddress(settings.administrator)) refuse('Enter the e-mail address of the migration administrator; Autodiscover looks for its domain.');
    return;
  }
  if (!/^[^\\@\s]+\\[^\\\s]+$/.test(settings.username)) refuse(`"${settings.username}" is not of the form domain\\username, which manual settings need.`);
  for (const [name, value] of [['Exchange server', settings.server], ['RPC proxy server', settings.proxy]] as const) {
    if (!/^(?=.{1,255}$)[a-z0-9]([a-z0-9-]*[a-z0-9])?(\.[a-z0-9]([a-z0-9-]*[a-z0-9])?)+$/i.test(value)) refuse(`"${value}" is no full DNS name; enter the ${name} as, for example, EXCH-MSG-1.contoso.com.`);
  }
}

/** Tests connection, directory synchronisation and version; changes nothing. */
export async function testMailboxConnection(services: Services, { pairId, input }: { readonly pairId: string; readonly input?: { readonly settings: MailboxSettings; readonly secret?: string | undefined } | undefined }, signal: AbortSignal): Promise<ConnectionTest> {
  const pair = await services.store.pairs.get(pairId);
  const settings = input?.settings ?? await mailboxSettings(services.store, pairId);
  requireFitting(settings);
  const secret = input?.secret ?? await services.secrets.get(exchangeSecret(pairId));
  const limit = AbortSignal.any([signal, AbortSignal.timeout(LIMIT_MS)]);
  const version = settings.sourceVersion === 'unknown' ? await versionFound(services, pair, limit) : { version: settings.sourceVersion, from: 'as entered' };
  const tenant = await services.openTenant(pair, { signal: limit });
  try {
    const { onPremisesSyncEnabled: synchronised } = await tenant.organization(limit);
    const { lines, connected, endpoints } = await tryService(settings, secret, migrationService(tenant.exchange), limit);
    const wrong = whyNotStaged(version.version, synchronised);
    const unsynchronised = whyNotStaged('2007', synchronised);
    return {
      connected, synchronised, mayGoOn: connected && wrong === null, sourceVersion: version.version, endpoints: [...endpoints],
      lines: [...lines,
        unsynchronised === null ? { check: 'Directory synchronisation', outcome: 'passed', message: 'Directory synchronisation is on.' } : { check: 'Directory synchronisation', outcome: 'failed', message: unsynchronised },
        whyNotStaged(version.version, true) === null ? { check: 'Version of Exchange', outcome: 'passed', message: `Exchange ${version.version}, ${version.from}.` } : { check: 'Version of Exchange', outcome: 'failed', message: whyNotStaged(version.version, true) ?? '' }],
    };
  } finally { await tenant.close(); }
}

/** @throws AppError when Exchange Online cannot be asked at all. */
async function tryService(settings: MailboxSettings, secret: string | null, service: ReturnType<typeof migrationService>, signal: AbortSignal): Promise<{ readonly lines: readonly CheckLine[]; readonly connected: boolean; readonly endpoints: readonly EndpointSeen[] }> {
  const check = 'Connection to Exchange on premises';
  let endpoints: readonly EndpointSeen[];
  try {
    endpoints = await service.endpoints(signal);
  } catch (error) {
    if (!(error instanceof AppError)) throw error;
    return { connected: false, endpoints: [], lines: [{ check: 'Migration service', outcome: 'failed', message: `${error.data.message} The sign-in needs the role Organization Management in Exchange Online.` }, { check, outcome: 'not tried', message: 'Not tried, because an earlier check failed.' }] };
  }
  const passed: CheckLine = { check: 'Migration service', outcome: 'passed', message: endpoints.length === 1 ? 'It has 1 migration endpoint for Outlook Anywhere.' : `It has ${endpoints.length} migration endpoints for Outlook Anywhere.` };
  const connection = endpointSettings(settings);
  if (connection === null) {
    const found = endpoints.find((one) => one.name.toLowerCase() === settings.endpoint.toLowerCase());
    const line: CheckLine = found === undefined ? { check, outcome: 'failed', message: `There is no migration endpoint "${settings.endpoint}" for Outlook Anywhere in Exchange Online. Choose another one.` } : { check, outcome: 'passed', message: `The migration endpoint "${found.name}" leads to ${found.server}; Exchange Online tested it when it was made.` };
    return { lines: [passed, line], connected: found !== undefined, endpoints };
  }
  if (secret === null) return { endpoints, connected: false, lines: [passed, { check, outcome: 'failed', message: `The password of ${connection.username} is not known to this program. Enter it.` }] };
  let answer: ConnectionAnswer;
  try {
    answer = await service.testConnection(connection, secret, signal);
  } catch (error) {
    if (!(error instanceof AppError) || signal.aborted) throw error;
    answer = { connected: false, message: error.data.message };
  }
  const line: CheckLine = answer.connected ? { check, outcome: 'passed', message: connection.method === 'manual' ? `Connected to ${connection.server} through ${connection.proxy}.` : `Autodiscover found Exchange for ${connection.administrator}.` }
    : { check, outcome: 'failed', message: `${answer.message || 'The migration service could not connect.'} ${connection.method === 'autodiscover' ? 'Enter the connection settings by hand.' : 'Verify the connection settings.'} You have to connect to the Exchange server to continue.` };
  return { lines: [passed, line], connected: answer.connected, endpoints };
}

/** The newest version among some mailboxes of the directory; unknown when there is none or it cannot be read. */
async function versionFound(services: Services, pair: PairRecord, signal: AbortSignal): Promise<{ readonly version: SourceVersion; readonly from: string }> {
  const from = 'by the mailboxes of the directory';
  let directory: Awaited<ReturnType<Services['openDirectory']>> | undefined;
  try {
    directory = await services.openDirectory(pair);
    const versions: SourceVersion[] = [];
    for await (const page of directory.read({ base: pair.source.kind === 'ldap' ? pair.source.baseDn : '', scope: 'sub', filter: '(&(objectClass=user)(homeMDB=*))', attributes: ['homeMDB', 'msExchVersion', 'msExchRecipientTypeDetails'], limit: SAMPLE, pageSize: SAMPLE }, signal)) {
      versions.push(...page.filter((entry) => isOnPremisesMailbox(entry.attributes)).map((entry) => versionOf(entry.attributes['msExchVersion']?.[0], true)));
    }
    return { version: versions.toSorted().at(-1) ?? 'unknown', from };
  } catch (error) {
    if (!(error instanceof AppError) || signal.aborted) throw error;
    return { version: 'unknown', from: `the directory could not be read: ${error.data.message}` };
  } finally { await directory?.close(); }
}
