import { AppError } from '../../shared/domain/errors.ts';
import { needsRecipient, routingOf, type BatchSeen, type ForwardingSeen, type Observed, type RecipientSeen, type StatisticsSeen, type UserSeen } from '../engines/mailboxes/index.ts';
import type { MailboxBatchRecord, MailboxRowRecord } from '../store/index.ts';
import type { Pass } from './mailbox-sides.ts';

/** What a look saw. Rows of which nothing new can be known are missing. */
interface Look { readonly batch: BatchSeen | undefined; readonly rows: ReadonlyMap<number, Observed> }

const COPYING = /^(Syncing|Completing|IncrementalSyncing)$/;
const COPIED = /^(Synced|Completed|CompletedWithWarnings|CompletionSynced|Incremental(Synced|Stopped|Failed))$/;
/** Statuses from which on the mailbox is made, or may be. */
const MADE = /^(ProvisionUpdating|Syncing|Completing|Synced|Completed|CompletedWithWarnings|CompletionSynced|CompletionFailed|Failed|Stopped|Incremental\w+)$/;
const AT_REST = /^(Failed|CompletionFailed|Stopped)$/;

/**
 * Reads the batch, its users, the figures of those at work or just done, targetAddress on premises, and recipients whose routing address is not known: as few requests as tell what changed.
 */
export async function observe(pass: Pass, batch: MailboxBatchRecord, rows: readonly MailboxRowRecord[], forwardingPlanned: boolean): Promise<Look> {
  const { service, signal, initialDomain } = pass;
  const good = rows.filter((row) => row.state !== 'Left out');
  const asked = good.filter((row) => row.origin !== 'migrated before');
  const seen = asked.length === 0 ? undefined : await service.batch(batch.serviceName, signal);
  const users = new Map<string, UserSeen>(seen === undefined ? [] : await service.users(batch.serviceName, signal));
  // Those that go on in an earlier batch are not among the users of this one.
  for (const row of asked) {
    if (row.origin !== 'failed before' || users.has(row.address.toLowerCase())) continue;
    const user = await service.user(row.address, signal);
    if (user !== undefined) users.set(row.address.toLowerCase(), user);
  }
  const userOf = (row: MailboxRowRecord): UserSeen | undefined => (row.origin === 'migrated before' ? undefined : users.get(row.address.toLowerCase()));
  const settled = (row: MailboxRowRecord): boolean => { const status = userOf(row)?.status ?? ''; return AT_REST.test(status) && row.serviceStatus === status && (row.state === 'Failed' || row.state === 'Stopped'); };
  const looked = good.filter((row) => !(settled(row) && row.provisionedAt === null));
  const statistics = await figuresOf(pass, looked.filter((row) => { const status = userOf(row)?.status ?? ''; return COPYING.test(status) || (COPIED.test(status) && row.serviceStatus !== status) || (AT_REST.test(status) && !settled(row)); }));
  const forwarding = await forwardingOf(pass, looked.filter((row) => row.provisionedAt !== null || MADE.test(userOf(row)?.status ?? '')));
  const recipients = await recipientsOf(pass, looked.filter((row) => {
    const made = row.provisionedAt !== null || MADE.test(userOf(row)?.status ?? '');
    return made && (row.routing === '' || needsRecipient(forwarding.get(row.line) ?? 'not read', row.routing));
  }));
  return {
    batch: seen,
    rows: new Map(looked.map((row): readonly [number, Observed] => {
      const recipient = recipients.has(row.line) ? recipients.get(row.line) : 'not read' as const;
      return [row.line, {
        batch: seen, user: userOf(row), statistics: statistics.get(row.line), recipient, routing: recipient === undefined || recipient === 'not read' ? '' : routingOf(recipient, initialDomain), forwarding: forwarding.get(row.line) ?? 'not read', forwardingPlanned,
      }];
    })),
  };
}

async function figuresOf({ service, signal }: Pass, rows: readonly MailboxRowRecord[]): Promise<ReadonlyMap<number, StatisticsSeen>> {
  const found = new Map<number, StatisticsSeen>();
  for (const row of rows) {
    const figures = await service.statistics(row.address, signal);
    if (figures !== undefined) found.set(row.line, figures);
  }
  return found;
}

/** targetAddress on premises; nobody is told anything when the directory cannot be asked. */
async function forwardingOf({ onPremises, signal, services }: Pass, rows: readonly MailboxRowRecord[]): Promise<ReadonlyMap<number, ForwardingSeen>> {
  const known = rows.filter((row) => row.sourceId !== null);
  if (onPremises === null || known.length === 0) return new Map();
  try {
    const values = await onPremises.targetAddresses(known.flatMap((row) => row.sourceId ?? []), signal);
    return new Map(known.map((row) => { const value = values.get(row.sourceId ?? ''); return [row.line, value === undefined ? 'gone' as const : { value }] as const; }));
  } catch (error) {
    if (!(error instanceof AppError) || signal.aborted) throw error;
    services.log.warn({ err: error }, 'targetAddress could not be read');
    return new Map();
  }
}

async function recipientsOf({ service, signal }: Pass, rows: readonly MailboxRowRecord[]): Promise<ReadonlyMap<number, RecipientSeen | undefined>> {
  if (rows.length === 0) return new Map();
  const found = await service.recipients(rows.map((row) => row.address.toLowerCase()), signal);
  return new Map(rows.map((row) => [row.line, found.get(row.address.toLowerCase())?.[0]]));
}
