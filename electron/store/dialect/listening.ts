/** The part of a client that hears other processes. */
export interface NotificationClient {
  connect(): Promise<unknown>;
  query(text: string): Promise<unknown>;
  end(): Promise<void>;
  on(event: 'notification', listener: (message: { readonly payload?: string | undefined }) => void): unknown;
  on(event: 'error' | 'end', listener: () => void): unknown;
}

/** Counts what other processes have committed. */
export interface Listener {
  /** Changes when somebody else committed, and when that may have been missed. */
  version(): number;
  close(): Promise<void>;
}

/** Wait before a lost connection is made anew, milliseconds. */
const AGAIN_MS = 1_000;

/**
 * Listens for commits of others on a connection of its own (PostgreSQL documentation, LISTEN and NOTIFY). When the connection is lost it is made anew
 * once a second, and everything counts as changed.
 * @param make a new client for each connection.
 * @param channel a plain identifier.
 * @param own payload of this process's own commits, which do not count.
 * @throws the driver's error when the first connection fails.
 */
export async function listenToOthers(make: () => NotificationClient, channel: string, own: string): Promise<Listener> {
  let version = 0;
  let closed = false;
  let client: NotificationClient | undefined;
  let timer: NodeJS.Timeout | undefined;

  const connect = async (): Promise<void> => {
    const next = make();
    let lost = false;
    const lose = (): void => {
      if (lost || closed) return;
      lost = true;
      next.end().catch(() => {});
      again();
    };
    next.on('notification', ({ payload }) => { if (payload !== own) version += 1; });
    await next.connect();
    next.on('end', lose);
    await next.query(`listen ${channel}`);
    client = next;
  };
  const again = (): void => {
    version += 1;
    timer = setTimeout(() => {
      connect().then(() => { version += 1; }, () => { if (!closed) again(); });
    }, AGAIN_MS);
    timer.unref();
  };

  await connect();
  return {
    version: () => version,
    async close() {
      closed = true;
      clearTimeout(timer);
      await client?.end().catch(() => {});
    },
  };
}
