import { CompiledQuery, PostgresDriver, type DatabaseConnection, type Driver, type PostgresPool, type QueryResult, type TransactionSettings } from 'kysely';
import { QUIET } from './quiet.ts';
import { storedParameters } from './stored-text.ts';

/** Words with which a written-out statement that changes rows begins. */
const WRITES = /^\s*(insert|update|delete|with)\b/i;
const WRITING_NODES: readonly string[] = ['InsertQueryNode', 'UpdateQueryNode', 'DeleteQueryNode', 'MergeQueryNode'];

/** Whether others are to be told, and are kept from writing meanwhile; a quiet statement (quiet.ts) says that it needs neither. */
const changes = ({ query, sql }: CompiledQuery): boolean => !sql.startsWith(QUIET) && (WRITING_NODES.includes(query.kind) || (query.kind === 'RawNode' && WRITES.test(sql)));

/** Kysely's own connection, whose type it does not export. */
type Inner = Parameters<PostgresDriver['releaseConnection']>[0];

/** How the driver speaks to one project. */
export interface DriverOptions {
  readonly pool: PostgresPool;
  /** Statement that takes the project's lock until the end of the transaction. */
  readonly lock: string;
  /** Statement that tells other processes of the transaction, when it is committed. */
  readonly tell: string;
  /** Makes errors readable. */
  readonly readable: (error: unknown) => unknown;
}

/** A connection that knows whether it is in a transaction; a statement that writes outside of one gets its own. */
class Connection implements DatabaseConnection {
  readonly inner: Inner;
  readonly #driver: LockingDriver;
  readonly #readable: DriverOptions['readable'];
  inTransaction = false;
  wrote = false;

  constructor(inner: Inner, driver: LockingDriver, readable: DriverOptions['readable']) {
    this.inner = inner;
    this.#driver = driver;
    this.#readable = readable;
  }

  async executeQuery<R>(compiled: CompiledQuery): Promise<QueryResult<R>> {
    const parameters = storedParameters(compiled.parameters);
    const query = parameters === compiled.parameters ? compiled : { ...compiled, parameters };
    const writing = changes(query);
    if (writing && !this.inTransaction) return await this.#alone<R>(query);
    if (writing) this.wrote = true;
    try {
      return await this.inner.executeQuery<R>(query);
    } catch (error) {
      throw this.#readable(error);
    }
  }

  /** Without the lock it could come between what a transaction of another process reads and what it writes. */
  async #alone<R>(query: CompiledQuery): Promise<QueryResult<R>> {
    await this.#driver.beginTransaction(this, {});
    try {
      const result = await this.executeQuery<R>(query);
      await this.#driver.commitTransaction(this);
      return result;
    } catch (error) {
      await this.#driver.rollbackTransaction(this);
      throw error;
    }
  }

  streamQuery<R>(query: CompiledQuery, chunkSize: number): AsyncIterableIterator<QueryResult<R>> {
    return this.inner.streamQuery<R>(query, chunkSize);
  }
}

/**
 * Kysely's driver with the transactions of a project: each takes the project's lock when it begins, so that there is one writer at a time, as in a
 * project file, and what a transaction has read does not change before it writes (PostgreSQL documentation, "Advisory Locks").
 */
export class LockingDriver extends PostgresDriver implements Driver {
  readonly #options: DriverOptions;
  readonly #known = new WeakMap<DatabaseConnection, Connection>();

  constructor(options: DriverOptions) {
    super({ pool: options.pool });
    this.#options = options;
  }

  override async acquireConnection(): Promise<DatabaseConnection> {
    let inner: Inner;
    try {
      inner = await super.acquireConnection() as Inner;
    } catch (error) {
      throw this.#options.readable(error);
    }
    const connection = this.#known.get(inner) ?? new Connection(inner, this, this.#options.readable);
    this.#known.set(inner, connection);
    return connection;
  }

  override async releaseConnection(connection: DatabaseConnection): Promise<void> {
    await super.releaseConnection((connection as Connection).inner);
  }

  override async beginTransaction(connection: DatabaseConnection, _settings: TransactionSettings): Promise<void> {
    const own = connection as Connection;
    try {
      // One journey for both.
      await own.inner.executeQuery(CompiledQuery.raw(`begin; ${this.#options.lock}`));
    } catch (error) {
      // Begun, but without the lock: nobody else may be given this connection as it is.
      await super.rollbackTransaction(own.inner).catch(() => {});
      throw this.#options.readable(error);
    }
    own.inTransaction = true;
    own.wrote = false;
  }

  override async commitTransaction(connection: DatabaseConnection): Promise<void> {
    const own = connection as Connection;
    try {
      // One journey for both; a transaction that an error has ended refuses the first.
      if (own.wrote) await own.inner.executeQuery(CompiledQuery.raw(`${this.#options.tell}; commit`));
      else await super.commitTransaction(own.inner);
    } catch (error) {
      throw this.#options.readable(error);
    }
    own.inTransaction = false;
  }

  override async rollbackTransaction(connection: DatabaseConnection): Promise<void> {
    const own = connection as Connection;
    own.inTransaction = false;
    // A connection that is lost has ended its transaction.
    await super.rollbackTransaction(own.inner).catch(() => {});
  }
}
