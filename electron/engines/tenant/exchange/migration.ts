import { Buffer } from 'node:buffer';
import type { ExchangeGateway } from '../port.ts';
import { credentialParameter } from './credential.ts';
import { bytesIn, numberIn, rowsIn, spanIn, textIn } from './migration-rows.ts';
import { mayHaveHappened, unknownAsNone } from './objects.ts';
import type { Row } from './recipients.ts';

/** How a migration endpoint finds Exchange on premises. */
export type ExchangeConnection =
  | { readonly method: 'autodiscover'; readonly administrator: string; readonly username: string; readonly atATime: number }
  | { readonly method: 'manual'; readonly username: string; readonly server: string; readonly proxy: string; readonly authentication: 'Basic'; readonly atATime: number };
/** A migration endpoint for Outlook Anywhere. */
export interface MigrationEndpoint { readonly name: string; readonly server: string; readonly proxy: string; readonly username: string; readonly atATime: number }
/** A migration batch; `warnings`: rows that were not taken. */
export interface MigrationBatch { readonly name: string; readonly status: string; readonly message: string; readonly grade: string; readonly endpoint: string; readonly warnings: readonly { readonly address: string; readonly message: string }[] }
/** A mailbox of a batch. */
export interface MigrationUser { readonly address: string; readonly status: string; readonly batch: string; readonly error: string }
/** Its figures; sizes in bytes, times in milliseconds; null: not told. `metadataSkipped`: of the skipped items those that are permissions of folders. */
export interface MigrationFigures {
  readonly items: number; readonly skipped: number; readonly metadataSkipped: number | null; readonly itemsTotal: number | null; readonly bytes: number; readonly bytesTotal: number | null;
  readonly queuedMs: number; readonly busyMs: number; readonly stalledMs: number; readonly grade: string; readonly error: string;
}
/** A recipient with what tells whether it is the mailbox of somebody; addresses in lower case without prefix. */
export interface MigrationRecipient { readonly targetId: string; readonly type: string; readonly guid: string; readonly primary: string; readonly addresses: readonly string[]; readonly name: string }

const NO_GUID = '00000000-0000-0000-0000-000000000000';
/** Addresses in one filter: some two thousand characters. */
const TOGETHER = 25;
const connectionParameters = (connection: ExchangeConnection, secret: string): Record<string, unknown> => ({
  ExchangeOutlookAnywhere: true, Credentials: credentialParameter(connection.username, secret),
  ...(connection.method === 'autodiscover' ? { Autodiscover: true, EmailAddress: connection.administrator } : { ExchangeServer: connection.server, RPCProxyServer: connection.proxy, Authentication: connection.authentication }),
});

const batchOf = (row: Row): MigrationBatch => ({
  name: textIn(row, 'Identity', 'Name'), status: textIn(row, 'Status'), message: textIn(row, 'Message'), grade: textIn(row, 'DataConsistencyScore'), endpoint: textIn(row, 'SourceEndpoint'),
  warnings: rowsIn(row, 'ValidationWarnings').map((one) => ({ address: textIn(one, 'EmailAddress'), message: textIn(one, 'Message', 'LocalizedErrorMessage') })),
});
const userOf = (row: Row): MigrationUser => ({ address: textIn(row, 'Identity', 'EmailAddress', 'Identifier').toLowerCase(), status: textIn(row, 'Status'), batch: textIn(row, 'BatchId'), error: textIn(row, 'ErrorSummary', 'Error') });
const endpointOf = (row: Row): MigrationEndpoint => ({ name: textIn(row, 'Identity', 'Name'), server: textIn(row, 'ExchangeServer'), proxy: textIn(row, 'RpcProxyServer', 'RPCProxyServer'), username: textIn(row, 'Username'), atATime: numberIn(row, 'MaxConcurrentMigrations') ?? 0 });

/** Lets the service try to reach Exchange on premises; a failure is an answer (cmdlet reference, Test-MigrationServerAvailability). @throws AppError as {@link ExchangeGateway.invoke}. */
export async function testMigrationServer(exchange: ExchangeGateway, connection: ExchangeConnection, secret: string, signal?: AbortSignal): Promise<{ readonly connected: boolean; readonly message: string }> {
  const { rows: [row = {}] } = await exchange.invoke('Test-MigrationServerAvailability', connectionParameters(connection, secret), signal);
  return { connected: textIn(row, 'Result') === 'Success', message: textIn(row, 'Message', 'ErrorDetail') };
}

/** Migration endpoints for Outlook Anywhere. @throws AppError as {@link ExchangeGateway.invoke}. */
export async function readEndpoints(exchange: ExchangeGateway, signal?: AbortSignal): Promise<readonly MigrationEndpoint[]> {
  const { rows } = await exchange.invoke('Get-MigrationEndpoint', {}, signal);
  return rows.filter((row) => /^ExchangeOutlookAnywhere$/i.test(textIn(row, 'EndpointType'))).map(endpointOf);
}

/**
 * Makes a migration endpoint, or brings one to these settings.
 * @throws AppError as {@link ExchangeGateway.invoke}, also when the service cannot reach Exchange on premises.
 */
export async function ensureEndpoint(exchange: ExchangeGateway, name: string, connection: ExchangeConnection, secret: string, signal?: AbortSignal): Promise<void> {
  const there = async (): Promise<MigrationEndpoint | undefined> => (await readEndpoints(exchange, signal)).find((one) => one.name.toLowerCase() === name.toLowerCase());
  if (await there() === undefined) {
    await onceByLooking(async () => { await exchange.invoke('New-MigrationEndpoint', { Name: name, ...connectionParameters(connection, secret), MaxConcurrentMigrations: connection.atATime }); }, async () => await there() !== undefined);
    return;
  }
  await exchange.invoke('Set-MigrationEndpoint', {
    Identity: name, Credentials: credentialParameter(connection.username, secret), ...(connection.method === 'manual' ? { ExchangeServer: connection.server, RpcProxyServer: connection.proxy } : {}), MaxConcurrentMigrations: connection.atATime,
  });
}

/** A batch by its name; undefined: there is none. @throws AppError as {@link ExchangeGateway.invoke}. */
export async function readBatch(exchange: ExchangeGateway, name: string, signal?: AbortSignal): Promise<MigrationBatch | undefined> {
  const [row] = await unknownAsNone(exchange.invoke('Get-MigrationBatch', { Identity: name }, signal));
  return row === undefined ? undefined : batchOf(row);
}

/**
 * Makes a staged batch that is not started (cmdlet reference, New-MigrationBatch, CSVData), unless there is one of this name: then an earlier call made it whose answer was lost.
 * @param notify addresses that the service itself writes to. @throws AppError as {@link ExchangeGateway.invoke}.
 */
export async function createBatch(exchange: ExchangeGateway, batch: { readonly name: string; readonly endpoint: string; readonly csv: Uint8Array; readonly notify: readonly string[] }, signal?: AbortSignal): Promise<MigrationBatch> {
  const present = await readBatch(exchange, batch.name, signal);
  if (present !== undefined) return present;
  let made: MigrationBatch | undefined;
  await onceByLooking(async () => {
    await exchange.invoke('New-MigrationBatch', { Name: batch.name, SourceEndpoint: batch.endpoint, CSVData: Buffer.from(batch.csv).toString('base64'), ...(batch.notify.length === 0 ? {} : { NotificationEmails: batch.notify }) });
  }, async () => (made = await readBatch(exchange, batch.name, signal)) !== undefined);
  made ??= await readBatch(exchange, batch.name, signal);
  // A moment after it was made it may not be shown yet.
  return made ?? { name: batch.name, status: 'Created', message: '', grade: '', endpoint: batch.endpoint, warnings: [] };
}

/** Users of a batch, by address. @throws AppError as {@link ExchangeGateway.invoke}. */
export async function readUsers(exchange: ExchangeGateway, batch: string, signal?: AbortSignal): Promise<ReadonlyMap<string, MigrationUser>> {
  const rows = await unknownAsNone(exchange.invoke('Get-MigrationUser', { BatchId: batch, ResultSize: 'Unlimited' }, signal));
  return new Map(rows.map(userOf).map((user) => [user.address, user]));
}

/** A user of any batch; undefined: there is none. @throws AppError as {@link ExchangeGateway.invoke}. */
export async function readUser(exchange: ExchangeGateway, address: string, signal?: AbortSignal): Promise<MigrationUser | undefined> {
  const [row] = await unknownAsNone(exchange.invoke('Get-MigrationUser', { Identity: address }, signal));
  return row === undefined ? undefined : userOf(row);
}

/** Figures of a user; undefined: there is none. @throws AppError as {@link ExchangeGateway.invoke}. */
export async function readFigures(exchange: ExchangeGateway, address: string, signal?: AbortSignal): Promise<MigrationFigures | undefined> {
  const [row] = await unknownAsNone(exchange.invoke('Get-MigrationUserStatistics', { Identity: address, IncludeSkippedItems: true }, signal));
  if (row === undefined) return undefined;
  const items = rowsIn(row, 'SkippedItems');
  return {
    items: numberIn(row, 'SyncedItemCount') ?? 0, skipped: numberIn(row, 'SkippedItemCount') ?? 0, metadataSkipped: row['SkippedItems'] === undefined ? null : items.filter((item) => /folder|acl|permission/i.test(textIn(item, 'Kind'))).length,
    itemsTotal: numberIn(row, 'EstimatedTotalTransferCount'), bytes: bytesIn(row, 'BytesTransferred') ?? 0, bytesTotal: bytesIn(row, 'EstimatedTotalTransferSize'),
    queuedMs: spanIn(row, 'TotalQueuedDuration'), busyMs: spanIn(row, 'TotalInProgressDuration'), stalledMs: spanIn(row, 'TotalStalledDuration'), grade: textIn(row, 'DataConsistencyScore'), error: textIn(row, 'Error'),
  };
}

/** What can be asked of a batch or of a user of one. Each is sent once; the next look tells what came of an answer that was lost. */
export type MigrationOrder = 'Start-MigrationBatch' | 'Stop-MigrationBatch' | 'Remove-MigrationBatch' | 'Start-MigrationUser' | 'Stop-MigrationUser' | 'Remove-MigrationUser';

/** Gives an order; an answer that was lost is no error. @throws AppError as {@link ExchangeGateway.invoke} for a refusal. */
export async function orderMigration(exchange: ExchangeGateway, order: MigrationOrder, identity: string): Promise<void> {
  try {
    await exchange.invoke(order, { Identity: identity });
  } catch (error) {
    if (!mayHaveHappened(error)) throw error;
  }
}

/**
 * Recipients by one of their addresses, twenty-five in one request (cmdlet reference, Get-Recipient; filterable properties for the Filter parameter, EmailAddresses).
 * @param addresses in lower case. @throws AppError as {@link ExchangeGateway.invoke}.
 */
export async function readRecipientsByAddress(exchange: ExchangeGateway, addresses: readonly string[], signal?: AbortSignal): Promise<ReadonlyMap<string, readonly MigrationRecipient[]>> {
  const found = new Map<string, MigrationRecipient[]>();
  const wanted = new Set(addresses);
  const all = [...wanted];
  for (let from = 0; from < all.length; from += TOGETHER) {
    const Filter = all.slice(from, from + TOGETHER).map((address) => `EmailAddresses -eq 'smtp:${address.replaceAll("'", "''")}'`).join(' -or ');
    const { rows } = await exchange.invoke('Get-Recipient', { Filter, ResultSize: 'Unlimited' }, signal, { select: ['ExternalDirectoryObjectId', 'Name', 'RecipientTypeDetails', 'ExchangeGuid', 'PrimarySmtpAddress', 'EmailAddresses'] });
    for (const row of rows) {
      const recipient = recipientOf(row);
      for (const address of recipient.addresses) if (wanted.has(address)) found.set(address, [...found.get(address) ?? [], recipient]);
    }
  }
  return found;
}

function recipientOf(row: Row): MigrationRecipient {
  const primary = textIn(row, 'PrimarySmtpAddress').toLowerCase();
  const values = (Array.isArray(row['EmailAddresses']) ? row['EmailAddresses'] : []).filter((one): one is string => typeof one === 'string' && /^smtp:/i.test(one));
  const guid = textIn(row, 'ExchangeGuid').toLowerCase();
  return {
    targetId: textIn(row, 'ExternalDirectoryObjectId').toLowerCase(), type: textIn(row, 'RecipientTypeDetails'), guid: guid === NO_GUID ? '' : guid, primary, name: textIn(row, 'Name'),
    addresses: [...new Set([...(primary === '' ? [] : [primary]), ...values.map((one) => one.slice(5).toLowerCase())])],
  };
}

/** Sends something that must happen once; when nobody can tell whether it did, a look decides. @throws the error when the look does not find it. */
async function onceByLooking(send: () => Promise<void>, happened: () => Promise<boolean>): Promise<void> {
  try {
    // No signal: what is sent must be settled.
    await send();
  } catch (error) {
    if (!mayHaveHappened(error) || !await happened()) throw error;
  }
}
