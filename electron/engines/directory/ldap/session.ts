import { BindRequest } from 'ldapts';
import { AppError, appError, ErrorCode } from '../../../../shared/domain/errors.ts';
import { Tag } from './ber.ts';
import type { LdapConnection } from './connection.ts';
import { bindError, cancelledError, isLost } from './errors.ts';
import type { ServerTarget } from './servers.ts';

/** How a session gets its connections. */
export interface SessionOptions {
  /** Servers in order of preference. */
  readonly servers: () => Promise<readonly ServerTarget[]>;
  /** Opens a transport to one server. */
  readonly open: (target: ServerTarget) => Promise<LdapConnection>;
  /** UPN or DN. */
  readonly username: string;
  readonly password: string;
  /** Milliseconds for the answer to the bind. */
  readonly bindTimeout: number;
  /** Told of each signed-in connection and each server that failed, for the log. */
  readonly log?: ((event: { readonly event: 'connected' | 'server failed'; readonly server: string; readonly message?: string }) => void) | undefined;
}

/**
 * Keeps one signed-in connection. Everything that asks gets the same connect-and-bind promise, so that any number of cold
 * operations open one socket; nobody gets a connection before its bind succeeded, so that no request ever runs anonymously,
 * the first time or after a loss.
 */
export class LdapSession {
  readonly #options: SessionOptions;
  #ready: Promise<LdapConnection> | undefined;
  #current: LdapConnection | undefined;
  /** The server that answered last is asked first: uSNChanged and fresh writes are its own. */
  #preferred: ServerTarget | undefined;
  #closed = false;
  /** Searches of connections that were lost. */
  #earlier = 0;

  constructor(options: SessionOptions) {
    this.#options = options;
  }

  /**
   * A live, signed-in connection.
   * @param signal ends the waiting of this caller only. Throws AUTH_FAILED, CERTIFICATE_REFUSED, DIRECTORY_UNAVAILABLE, CANCELLED.
   */
  async connection(signal?: AbortSignal): Promise<LdapConnection> {
    if (this.#closed) throw appError(ErrorCode.DirectoryUnavailable, 'The connection to the directory was closed. Open it again.');
    if (this.#current?.alive === true) return this.#current;
    if (this.#ready === undefined) {
      this.#ready = this.#connect().finally(() => { this.#ready = undefined; });
      // Everybody who waited may have given up before it fails.
      this.#ready.catch(() => undefined);
    }
    return untilAborted(this.#ready, signal);
  }

  /**
   * Runs a request that may be repeated. A connection that turns out to be lost (servers close idle ones, MaxConnIdleTime)
   * is replaced and the request repeated once.
   */
  async repeatable<T>(use: (connection: LdapConnection) => Promise<T>, signal?: AbortSignal): Promise<T> {
    const first = await this.connection(signal);
    try {
      return await use(first);
    } catch (error) {
      if (!isLost(error) || this.#closed) throw error;
      return use(await this.connection(signal));
    }
  }

  /** Search requests sent so far, on this connection and those before it. */
  get searches(): number {
    return this.#earlier + (this.#current?.searches ?? 0);
  }

  /** Closes the connection; later requests are refused. Safe to call twice. */
  async close(): Promise<void> {
    this.#closed = true;
    await this.#ready?.catch(() => undefined);
    this.#current?.close();
    this.#earlier = this.searches;
    this.#current = undefined;
  }

  async #connect(): Promise<LdapConnection> {
    const found = await this.#options.servers();
    const preferred = this.#preferred;
    const targets = preferred === undefined ? found : [preferred, ...found.filter((each) => each.host !== preferred.host || each.port !== preferred.port)];
    const failures: AppError[] = [];
    for (const target of targets) {
      try {
        const connection = await this.#signIn(target);
        if (this.#closed) {
          connection.close();
          throw appError(ErrorCode.Cancelled, 'The connection to the directory was closed while it was being made.');
        }
        this.#earlier += this.#current?.searches ?? 0;
        this.#current = connection;
        this.#preferred = target;
        this.#options.log?.({ event: 'connected', server: connection.server });
        return connection;
      } catch (error) {
        if (!(error instanceof AppError)) throw error;
        // A wrong password is not tried on every domain controller: each attempt counts towards the lock-out.
        if (error.data.code === ErrorCode.AuthFailed || error.data.code === ErrorCode.Cancelled) throw error;
        this.#options.log?.({ event: 'server failed', server: `${target.host}:${target.port}`, message: error.data.message });
        failures.push(error);
      }
    }
    throw noServer(failures);
  }

  async #signIn(target: ServerTarget): Promise<LdapConnection> {
    const connection = await this.#options.open(target);
    try {
      const { username, password } = this.#options;
      const result = await connection.request({
        encode: (messageId) => new BindRequest({ messageId, dn: username, password }).write(),
        responseTag: Tag.bindResponse, context: { action: 'sign in' }, timeout: this.#options.bindTimeout,
      });
      if (result.code !== 0) throw bindError(result, connection.server, username);
      return connection;
    } catch (error) {
      connection.close();
      throw error;
    }
  }
}

/** One error for several servers: a refused certificate needs a person and goes first. */
function noServer(failures: readonly AppError[]): AppError {
  const first = failures.find((failure) => failure.data.code === ErrorCode.CertificateRefused) ?? failures[0];
  if (first === undefined) return appError(ErrorCode.DirectoryUnavailable, 'No domain controller is known. Name one.', { retryable: true });
  const others = failures.filter((failure) => failure !== first).map((failure) => failure.data.message);
  return others.length === 0 ? first : new AppError({ ...first.data, message: [first.data.message, ...others].join(' ') }, { cause: first.cause });
}

/** The promise, or CANCELLED as soon as the signal says so. */
function untilAborted<T>(work: Promise<T>, signal: AbortSignal | undefined): Promise<T> {
  if (signal === undefined) return work;
  return new Promise<T>((resolve, reject) => {
    const stop = (): void => reject(cancelledError({ server: 'the directory', action: 'connect' }));
    if (signal.aborted) return stop();
    signal.addEventListener('abort', stop, { once: true });
    work.then(resolve, reject).finally(() => signal.removeEventListener('abort', stop));
    return undefined;
  });
}
