import { createHash } from 'node:crypto';
import { PgBoss } from 'pg-boss';
import type { TaskSignal } from './task-signal.ts';

/** Connections of pg-boss in one process; the one that listens is beside them. */
const CONNECTIONS = 2;
/** A look at the queue although nobody has told anything, seconds: the agent looks at the task table itself far more often. */
const LOOK_SECONDS = 30;
/** One announcement waits at most; what is not fetched within a day is forgotten, and what was fetched after an hour (pg-boss documentation, "Queues"), seconds. */
const QUEUE = { policy: 'short', notify: true, retryLimit: 0, expireInSeconds: 60, retentionSeconds: 86_400, deleteAfterSeconds: 3_600 } as const;
/** Longest name of a schema that pg-boss takes (its source, attorney.js). */
const LONGEST = 50;

/** Schema of the queue, beside that of the project, so that moving or saving the project does not take it along. */
export function queueSchema(schema: string): string {
  const name = `${schema}_queue`;
  return name.length <= LONGEST ? name : `${schema.slice(0, 28)}_${createHash('sha256').update(schema).digest('hex').slice(0, 14)}_queue`;
}

const queueOf = (agentId: string): string => `agent-${agentId}`;

/** How the database is reached; as the driver takes it. */
export interface QueueConnection {
  readonly host?: string | undefined; readonly port?: number | undefined; readonly user?: string | undefined; readonly database?: string | undefined;
  /** Only a password that is text is passed on. */
  readonly password?: unknown;
  readonly ssl?: unknown; readonly connectionTimeoutMillis?: number | undefined;
}

/**
 * The signal by pg-boss: one queue for each agent, whose jobs say that a task waits. It is started by the first who needs it, and makes its schema then.
 * @param connection to the project's database. @param schema of the project.
 */
export function bossSignal(connection: QueueConnection, schema: string): TaskSignal {
  let started: Promise<PgBoss> | undefined;
  const queues = new Set<string>();

  const start = async (part: 'listens' | 'announces'): Promise<PgBoss> => {
    const { host, port, user, password, database, ssl, connectionTimeoutMillis } = connection;
    const boss = new PgBoss({
      ...(host === undefined ? {} : { host }), ...(port === undefined ? {} : { port }), ...(user === undefined ? {} : { user }), ...(database === undefined ? {} : { database }), ...(typeof password === 'string' ? { password } : {}),
      ...(connectionTimeoutMillis === undefined ? {} : { connectionTimeoutMillis }), ssl, schema: queueSchema(schema), max: CONNECTIONS, application_name: `causeway ${schema} queue`,
      useListenNotify: part === 'listens', schedule: false, supervise: part === 'listens',
    });
    // What fails here only costs the time until the next look at the table; without a listener it would end the process.
    boss.on('error', () => {});
    return await boss.start();
  };
  const boss = (part: 'listens' | 'announces'): Promise<PgBoss> => started ??= start(part).catch((error: unknown) => {
    started = undefined;
    throw error;
  });
  const ready = async (running: PgBoss, agentId: string): Promise<string> => {
    const queue = queueOf(agentId);
    if (!queues.has(queue)) await running.createQueue(queue, QUEUE);
    queues.add(queue);
    return queue;
  };
  return {
    async announce(agentIds) {
      if (agentIds.length === 0) return;
      const running = await boss('announces');
      for (const agentId of agentIds) await running.send(await ready(running, agentId));
    },
    async listen(agentId, nudge) {
      const running = await boss('listens');
      await running.work(await ready(running, agentId), { pollingIntervalSeconds: LOOK_SECONDS, notifyPollingIntervalSeconds: LOOK_SECONDS }, async () => { nudge(); });
    },
    async close() {
      const running = await started?.catch(() => undefined);
      started = undefined;
      await running?.stop({ graceful: false, close: true });
    },
  };
}
