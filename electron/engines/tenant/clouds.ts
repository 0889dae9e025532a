import { appError, ErrorCode } from '../../../shared/domain/errors.ts';
import type { Cloud, TargetConnection } from '../../../shared/domain/settings.ts';
import type { TenantTransports } from './port.ts';

/** The hosts of one Microsoft cloud. Origins have no trailing slash. */
export interface CloudHosts {
  readonly login: string;
  readonly graph: string;
  readonly exchange: string;
}

/**
 * Hosts by cloud. Sources: Graph documentation "National cloud deployments" (sign-in and Graph), and
 * Connect-ExchangeOnline reference, parameter ExchangeEnvironmentName (Exchange).
 */
export const CLOUD_HOSTS: Readonly<Record<Cloud, CloudHosts>> = {
  global: { login: 'https://login.microsoftonline.com', graph: 'https://graph.microsoft.com', exchange: 'https://outlook.office365.com' },
  usgov: { login: 'https://login.microsoftonline.us', graph: 'https://graph.microsoft.us', exchange: 'https://outlook.office365.us' },
  usdod: { login: 'https://login.microsoftonline.us', graph: 'https://dod-graph.microsoft.us', exchange: 'https://webmail.apps.mil' },
  china: { login: 'https://login.partner.microsoftonline.cn', graph: 'https://microsoftgraph.chinacloudapi.cn', exchange: 'https://partner.outlook.cn' },
};

/** Version of Graph that every address uses; beta is never called. */
export const GRAPH_VERSION = 'v1.0';

/** What the tenant engine tells the log. `detail` never holds a secret, a token or an attribute's value. */
export type TenantLog = (entry: { readonly level: 'info' | 'warn'; readonly message: string; readonly detail?: Readonly<Record<string, string | number | boolean>> }) => void;

/**
 * Refuses a connection whose kind and transports do not fit: a rehearsal must never reach a real tenant, and a real connection
 * must never load a swapped transport.
 * @throws AppError INVALID_INPUT.
 */
export function requireFittingTransports(connection: TargetConnection, transports: TenantTransports | undefined): void {
  if (connection.simulated !== null && !transports) {
    throw appError(ErrorCode.InvalidInput, `The connection to ${connection.tenantId} is a rehearsal, but no simulated tenant was given: start the simulated tenant first.`);
  }
  if (connection.simulated === null && transports) {
    throw appError(ErrorCode.InvalidInput, `The connection to ${connection.tenantId} is a real tenant and must not be sent to a simulated one: choose a rehearsal connection.`);
  }
}
