import type { CheckLine } from '../../shared/contracts/pairs.ts';
import { AppError, ErrorCode } from '../../shared/domain/errors.ts';
import type { ExchangeGateway } from '../engines/tenant/index.ts';
import type { PairRecord } from '../store/index.ts';
import type { Services } from './services.ts';
import { OBJECT_FILTER } from './source-attributes.ts';

/** Time limit of one whole test, milliseconds: a wrong host must not keep a person waiting. */
const LIMIT_MS = 45_000;

/** Tries both sides of a pair step by step and says for each step how it went. Writes nothing. */
export async function testConnection(services: Services, pair: Pick<PairRecord, 'id' | 'source' | 'target'>, password?: string, secret?: string): Promise<CheckLine[]> {
  const signal = AbortSignal.timeout(LIMIT_MS);
  const [source, target] = await Promise.all([testSource(services, pair, password, signal), testTarget(services, pair, secret, signal)]);
  return [...source, ...target];
}

const sentence = (error: unknown, signal: AbortSignal): string => (signal.aborted ? `There was no answer within ${LIMIT_MS / 1_000} seconds. Check the address and the network; a sign-in that waits for a person must be finished within this time.` : error instanceof AppError ? error.data.message : 'Unexpected error; the log has the details.');

/** Runs steps in order; the first failure ends them and the rest are listed as not tried. */
async function steps(services: Services, signal: AbortSignal, list: readonly { readonly check: string; readonly run: () => Promise<{ readonly outcome: 'passed' | 'warning'; readonly message: string }> }[]): Promise<CheckLine[]> {
  const lines: CheckLine[] = [];
  for (const [i, step] of list.entries()) {
    try {
      lines.push({ check: step.check, ...await step.run() });
    } catch (error) {
      if (!(error instanceof AppError)) services.log.error({ err: error, check: step.check }, 'a connection test met an unexpected error');
      lines.push({ check: step.check, outcome: 'failed', message: sentence(error, signal) });
      return [...lines, ...list.slice(i + 1).map((rest): CheckLine => ({ check: rest.check, outcome: 'not tried', message: 'Not tried, because an earlier check failed.' }))];
    }
  }
  return lines;
}

async function testSource(services: Services, pair: Pick<PairRecord, 'source'>, password: string | undefined, signal: AbortSignal): Promise<CheckLine[]> {
  let directory: Awaited<ReturnType<Services['openDirectory']>> | undefined;
  try {
    return await steps(services, signal, [
      { check: 'Source: connect and sign in', run: async () => {
        directory = await services.openDirectory(pair, password);
        const root = await directory.rootDse(signal);
        const plain = pair.source.kind === 'ldap' && pair.source.security === 'plain';
        return plain ? { outcome: 'warning' as const, message: `Connected to ${root.server} without encryption: the password crossed the network readable.` } : { outcome: 'passed' as const, message: `Connected to ${root.server} for ${root.domain}.` };
      } },
      { check: 'Source: read objects', run: async () => {
        const base = pair.source.kind === 'ldap' ? pair.source.baseDn : '';
        for await (const page of directory?.read({ base, scope: 'sub', filter: OBJECT_FILTER, attributes: ['displayName'], limit: 5, pageSize: 5 }, signal) ?? []) {
          if (page.length > 0) return { outcome: 'passed' as const, message: `Read ${page[0]?.dn ?? 'an object'}.` };
        }
        return { outcome: 'warning' as const, message: 'No users, groups or contacts were found. Check the base DN and the read rights of the account.' };
      } },
    ]);
  } finally { await directory?.close(); }
}

/** Contacts and groups with mail alone need Exchange Online: without it everything else can still be migrated. */
async function testExchange(exchange: ExchangeGateway | undefined, signal: AbortSignal): Promise<{ readonly outcome: 'passed' | 'warning'; readonly message: string }> {
  try {
    const { rows } = await exchange?.invoke('Get-AcceptedDomain', {}, signal) ?? { rows: [] };
    return { outcome: 'passed', message: `Read ${rows.length} accepted domains; contacts and groups with mail are written through Exchange Online.` };
  } catch (error) {
    if (!(error instanceof AppError) || signal.aborted || error.data.code === ErrorCode.Cancelled) throw error;
    return { outcome: 'warning', message: `Contacts and groups with mail are left out of plans until Exchange Online lets the sign-in in. ${error.data.message}` };
  }
}

async function testTarget(services: Services, pair: Pick<PairRecord, 'id' | 'target'>, secret: string | undefined, signal: AbortSignal): Promise<CheckLine[]> {
  let tenant: Awaited<ReturnType<Services['openTenant']>> | undefined;
  try {
    return await steps(services, signal, [
      { check: 'Target: sign in', run: async () => {
        tenant = await services.openTenant(pair, { signal, secret });
        const organization = await tenant.organization(signal);
        return { outcome: 'passed' as const, message: `Signed in to ${organization.displayName} (${organization.initialDomain}).` };
      } },
      { check: 'Target: other synchronisation', run: async () => {
        const organization = await tenant?.organization(signal);
        return organization?.onPremisesSyncEnabled
          ? { outcome: 'warning' as const, message: 'Directory synchronisation is on in this tenant. Objects that it manages cannot be written; they are refused as matches.' }
          : { outcome: 'passed' as const, message: 'No other directory synchronisation is active.' };
      } },
      { check: 'Target: read domains', run: async () => {
        const domains = await tenant?.domains(signal) ?? [];
        return { outcome: 'passed' as const, message: `Verified domains: ${domains.filter((d) => d.isVerified).map((d) => d.name).join(', ')}.` };
      } },
      { check: 'Target: administrators', run: async () => {
        const holders = await tenant?.adminRoleHolders(signal);
        return holders
          ? { outcome: 'passed' as const, message: `Read who holds an administrator role: ${holders.size}. They are refused as matches.` }
          : { outcome: 'warning' as const, message: 'Who holds an administrator role cannot be read, so matches are not checked for it. Grant the application RoleManagement.Read.Directory.' };
      } },
      { check: 'Target: Exchange Online', run: async () => await testExchange(tenant?.exchange, signal) },
      { check: 'Target: read users and groups', run: async () => {
        let read = 0;
        for (const kind of ['user', 'group'] as const) for await (const page of tenant?.read(kind, signal) ?? []) { read += page.length; break; }
        return { outcome: 'passed' as const, message: `Read a first page of ${read} objects.` };
      } },
    ]);
  } finally { await tenant?.close(); }
}
