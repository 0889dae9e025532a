import { readFile } from 'node:fs/promises';
import { ConfidentialClientApplication, PublicClientApplication } from '@azure/msal-node';
import type { AuthenticationResult, Configuration } from '@azure/msal-node';
import { appError, ErrorCode } from '../../../../shared/domain/errors.ts';
import type { TargetConnection } from '../../../../shared/domain/settings.ts';
import { CLOUD_HOSTS, requireFittingTransports } from '../clouds.ts';
import type { TenantLog } from '../clouds.ts';
import type { TenantTransports } from '../port.ts';
import { cancelled, throwIfAborted } from '../throttle/timing.ts';
import { tokenCache } from './cache.ts';
import type { SecretPort } from './cache.ts';
import { appCertificate } from './certificate.ts';
import { signInNetwork } from './network.ts';
import { isDelegated, permissionsFor } from './permissions.ts';
import { signInError } from './refusals.ts';

/** What a person sees during a device code sign-in. `expiresAt`: milliseconds since 1970. */
export interface DeviceCode {
  readonly userCode: string;
  readonly verificationUri: string;
  readonly message: string;
  readonly expiresAt: number;
}

/** Service that a token is for. */
export type TokenScope = 'graph' | 'exchange';

/** What a sign-in needs. */
export interface SignInOptions {
  readonly connection: TargetConnection;
  readonly secrets: SecretPort;
  /** Only for a rehearsal on a simulated tenant. */
  readonly transports?: TenantTransports;
  /** Shows the code; needed for `device code`. */
  readonly onDeviceCode?: (info: DeviceCode) => void;
  /** Opens the system's browser; needed for `interactive`. */
  readonly openBrowser?: (url: string) => Promise<void> | void;
  readonly log?: TenantLog;
  /** Milliseconds since 1970; the machine's clock when absent. */
  readonly now?: () => number;
}

/** Tokens of one connection. */
export interface SignIn {
  /**
   * An access token that is valid for five minutes at least: from memory, else from the cache in the secret store, else by the
   * connection's sign-in method, which may ask a person. Callers at the same time share one sign-in.
   * @param more `fresh`: the service refused the present token; get another one.
   * @throws AppError AUTH_FAILED, SECRET_MISSING, BAD_FILE, INVALID_INPUT, TENANT_UNAVAILABLE (retryable), TIMEOUT (retryable),
   * CERTIFICATE_REFUSED, CANCELLED.
   */
  token(scope: TokenScope, signal?: AbortSignal, more?: { readonly fresh: boolean }): Promise<string>;
  /** User principal name of the person signed in; null for an application, or before the first token. */
  account(): string | null;
}

/** A token is renewed when less than this is left of it. */
const MARGIN_MS = 5 * 60_000;

const cacheRef = (connection: TargetConnection): string => `${connection.secretRef}/cache`;

/** Scopes to ask for. An application gets what it was consented to; a person is asked for no more than the connection may do. */
function scopesOf(scope: TokenScope, connection: TargetConnection): string[] {
  const hosts = CLOUD_HOSTS[connection.cloud];
  if (scope === 'exchange') return [`${hosts.exchange}/.default`];
  if (!isDelegated(connection.signIn)) return [`${hosts.graph}/.default`];
  const wanted = permissionsFor({ readOnly: connection.readOnly, type: 'delegated' });
  return wanted.filter((one) => one.api === 'Microsoft Graph').map((one) => `${hosts.graph}/${one.permission}`);
}

/** Settles when the work does, or rejects as CANCELLED when the signal is aborted, whichever comes first. */
async function abortable<T>(work: Promise<T>, signal: AbortSignal | undefined): Promise<T> {
  if (!signal) return work;
  throwIfAborted(signal);
  let onAbort = (): void => undefined;
  const aborted = new Promise<never>((_resolve, reject) => {
    onAbort = () => reject(cancelled(signal.reason));
    signal.addEventListener('abort', onAbort, { once: true });
  });
  try {
    return await Promise.race([work, aborted]);
  } finally {
    signal.removeEventListener('abort', onAbort);
  }
}

/**
 * Prepares signing in; nothing is sent before the first token is asked for.
 * @throws AppError INVALID_INPUT when connection and transports do not fit.
 */
export function createSignIn(options: SignInOptions): SignIn {
  const { connection, secrets } = options;
  requireFittingTransports(connection, options.transports);
  const now = options.now ?? Date.now;
  const network = signInNetwork(options.transports?.networkClient);
  const authority = `${CLOUD_HOSTS[connection.cloud].login}/${connection.tenantId}`;
  const kept = new Map<TokenScope, { readonly token: string; readonly until: number }>();
  const running = new Map<TokenScope, Promise<string>>();
  let person: string | null = null;
  let confidential: Promise<ConfidentialClientApplication> | null = null;
  let publicApplication: PublicClientApplication | null = null;

  const configuration = (auth: Partial<Configuration['auth']>): Configuration => ({
    auth: { clientId: connection.clientId, authority, ...auth },
    cache: { cachePlugin: tokenCache(secrets, cacheRef(connection)) },
    system: { networkClient: network.client },
  });

  async function secret(what: string): Promise<string> {
    const value = await secrets.get(connection.secretRef);
    if (!value) throw appError(ErrorCode.SecretMissing, `The ${what} for tenant ${connection.tenantId} is not in the secret store: enter it in the connection's settings.`);
    return value;
  }

  async function applicationWithSecret(): Promise<ConfidentialClientApplication> {
    if (connection.signIn === 'client secret') return new ConfidentialClientApplication(configuration({ clientSecret: await secret('client secret') }));
    const key = await secret('private key');
    const file = connection.certificateFile;
    const pem = file === null ? null : await readFile(file, 'utf8').catch((error: unknown) => {
      throw appError(ErrorCode.BadFile, `The certificate file ${file} cannot be read: choose it again.`, { cause: error });
    });
    return new ConfidentialClientApplication(configuration({ clientCertificate: appCertificate(key, pem, now()) }));
  }

  async function asApplication(scopes: string[], fresh: boolean): Promise<AuthenticationResult | null> {
    confidential ??= applicationWithSecret().catch((error: unknown) => {
      confidential = null; // The secret may be entered, and then the next try must read it.
      throw error;
    });
    return (await confidential).acquireTokenByClientCredential({ scopes, skipCache: fresh });
  }

  async function silently(client: PublicClientApplication, scopes: string[], fresh: boolean): Promise<AuthenticationResult | null> {
    const [account] = await client.getAllAccounts();
    if (!account) return null;
    try {
      return await client.acquireTokenSilent({ account, scopes, forceRefresh: fresh });
    } catch (error) {
      const failure = signInError(error, connection, network.lastFailure());
      if (failure.data.retryable) throw failure;
      options.log?.({ level: 'info', message: 'The sign-in kept on this machine is not accepted any more; asking again.', detail: { reason: failure.data.message } });
      return null;
    }
  }

  async function asPerson(scopes: string[], fresh: boolean, signal: AbortSignal | undefined): Promise<AuthenticationResult | null> {
    publicApplication ??= new PublicClientApplication(configuration({}));
    const client = publicApplication;
    const silent = await silently(client, scopes, fresh);
    if (silent) return silent;
    if (connection.signIn === 'interactive') {
      const { openBrowser } = options;
      if (!openBrowser) throw appError(ErrorCode.InvalidInput, 'No browser can be opened here: choose sign-in by device code.');
      return client.acquireTokenInteractive({
        scopes, openBrowser: async (url) => { await openBrowser(url); },
        successTemplate: 'Signed in. You can close this page and return to Causeway.',
        errorTemplate: 'Signing in failed. Close this page; Causeway tells the reason.',
      });
    }
    const { onDeviceCode } = options;
    if (!onDeviceCode) throw appError(ErrorCode.InvalidInput, 'The code of the sign-in cannot be shown here: choose a client secret or a certificate.');
    const request = {
      scopes, cancel: false,
      deviceCodeCallback: (info: { userCode: string; verificationUri: string; message: string; expiresIn: number }): void => {
        onDeviceCode({ userCode: info.userCode, verificationUri: info.verificationUri, message: info.message, expiresAt: now() + info.expiresIn * 1000 });
      },
    };
    // msal polls until told to stop through its own request object.
    const stop = (): void => { request.cancel = true; };
    signal?.addEventListener('abort', stop, { once: true });
    try {
      return await client.acquireTokenByDeviceCode(request);
    } finally {
      signal?.removeEventListener('abort', stop);
    }
  }

  async function acquire(scope: TokenScope, fresh: boolean, signal: AbortSignal | undefined): Promise<string> {
    const scopes = scopesOf(scope, connection);
    try {
      const work = isDelegated(connection.signIn) ? asPerson(scopes, fresh, signal) : asApplication(scopes, fresh);
      const result = await abortable(work, signal);
      if (!result) throw appError(ErrorCode.AuthFailed, `The sign-in service gave no token for tenant ${connection.tenantId}: sign in again.`);
      kept.set(scope, { token: result.accessToken, until: (result.expiresOn?.getTime() ?? now()) - MARGIN_MS });
      person = result.account?.username ?? person;
      return result.accessToken;
    } catch (error) {
      throw signInError(error, connection, network.lastFailure());
    }
  }

  return {
    async token(scope, signal, more) {
      throwIfAborted(signal);
      const fresh = more?.fresh ?? false;
      const have = kept.get(scope);
      if (have && !fresh && have.until > now()) return have.token;
      let work = running.get(scope);
      if (!work) {
        work = acquire(scope, fresh, signal).finally(() => running.delete(scope));
        running.set(scope, work);
      }
      return abortable(work, signal);
    },
    account: () => person,
  };
}
