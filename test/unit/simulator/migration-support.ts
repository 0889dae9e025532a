import { createHash } from 'node:crypto';
import { expect } from 'vitest';
import type { SimulatorOptions, SimulatorSeed } from '../../../electron/simulator/index.ts';
import { exchangeRig, exchangeToken, type ExchangeRig } from './exchange-support.ts';

export const MINUTE = 60_000;
export const HOUR = 60 * MINUTE;
export const DAY = 24 * HOUR;
export const PASSWORD = 'On-Premises-1';
export const TENANT = 'dddddddd-0000-4000-8000-0000000000ff';

/** A credential in the form in which cmdlets take it. */
export const credential = (UserName = 'CORP\\migrator', Password = PASSWORD) => ({ '@odata.type': '#Exchange.GenericHashTable', UserName, Password });
/** Parameters of a connection that works. */
export const MANUAL = { ExchangeOutlookAnywhere: true, ExchangeServer: 'ex07.corp.example.com', RPCProxyServer: 'mail.example.com', Credentials: credential(), Authentication: 'Basic' };

export type Mailbox = NonNullable<NonNullable<SimulatorSeed['onPremises']>['mailboxes']>[number];
export type Server = NonNullable<NonNullable<SimulatorSeed['onPremises']>['servers']>[number];

/** A name of a person as the ids of both sides. */
export const sourceId = (name: string): string => { const h = createHash('sha256').update(name).digest('hex'); return `5${h.slice(1, 8)}-${h.slice(8, 12)}-4${h.slice(13, 16)}-8${h.slice(17, 20)}-${h.slice(20, 32)}`; };
export const guidOfMailbox = (name: string): string => sourceId(name).replace(/^5/, '6');
export const addressOf = (name: string): string => `${name}@example.com`;

/** A mailbox on premises: 10 MB, 100 items. */
export const mailbox = (name: string, more: Partial<Mailbox> = {}): Mailbox => ({ id: sourceId(name), address: addressOf(name), server: 'ex07.corp.example.com', mailboxGuid: guidOfMailbox(name), ...more });

/** What directory synchronisation exports of a person with a mailbox on premises. */
export const exported = (name: string, more: Record<string, string | string[] | null> = {}): NonNullable<SimulatorSeed['synchronised']>[number] => ({
  type: 'user', sourceAnchor: `anchor-${name}`,
  attributes: { userPrincipalName: addressOf(name), displayName: name, mailNickname: name, mail: addressOf(name), proxyAddresses: [`SMTP:${addressOf(name)}`], msExchMailboxGuid: guidOfMailbox(name), ...more },
});

const SERVER: Server = {
  fqdn: 'ex07.corp.example.com', rpcProxy: 'mail.example.com', version: '2007', autodiscover: ['example.com'], certificate: 'valid',
  accounts: [{ name: 'CORP\\migrator', upn: 'migrator@corp.example.com', password: PASSWORD }, { name: 'CORP\\weak', upn: 'weak@corp.example.com', password: PASSWORD, mayWriteTargetAddress: false }],
};

/** Two sides with the same people. */
export function bothSides(names: readonly string[], more: { readonly mailboxes?: readonly Mailbox[]; readonly server?: Partial<Server>; readonly seed?: Partial<SimulatorSeed>; readonly exported?: Readonly<Record<string, Record<string, string | string[] | null>>> } = {}): SimulatorSeed {
  const own = new Map((more.mailboxes ?? []).map((m) => [m.id, m]));
  return {
    tenant: { id: TENANT, displayName: 'Staged', domains: [{ name: 'staged.onmicrosoft.com', isInitial: true }, { name: 'example.com', isDefault: true }, { name: 'fed.example', federated: true }] },
    skus: [{ skuId: '05e9a617-0261-4cee-bb44-138d3ef5d965', skuPartNumber: 'SPE_E3', enabled: 50 }],
    synchronised: names.map((name) => exported(name, more.exported?.[name])),
    onPremises: { servers: [{ ...SERVER, ...more.server }], mailboxes: [...names.filter((n) => !own.has(sourceId(n))).map((n) => mailbox(n)), ...own.values()] },
    ...more.seed,
  };
}

/** The same start for every run. */
export const START = Date.UTC(2026, 2, 2, 8);

/** A rig whose time moves only by advance, and which signs in anew when its token has expired. */
export async function migrationRig(seed: SimulatorSeed, more: Partial<SimulatorOptions> = {}): Promise<ExchangeRig> {
  const rig = await exchangeRig({ seed, clock: () => START, ...more });
  let token: string | undefined;
  const run: ExchangeRig['run'] = async (cmdlet, parameters = {}, options = {}) => {
    const reply = await rig.run(cmdlet, parameters, { ...(token === undefined ? {} : { token }), ...options });
    if (reply.status !== 401 || !reply.told.includes('expired')) return reply;
    token = await exchangeToken(rig.sim);
    return rig.run(cmdlet, parameters, { ...options, token });
  };
  return {
    ...rig, run,
    first: async (cmdlet, parameters) => {
      const reply = await run(cmdlet, parameters);
      expect({ status: reply.status, told: reply.told }).toEqual({ status: 200, told: '' });
      return reply.rows[0] ?? {};
    },
    refused: async (cmdlet, parameters) => {
      const reply = await run(cmdlet, parameters);
      expect(reply.status).toBeGreaterThanOrEqual(400);
      return `${reply.status} ${reply.told}`;
    },
  };
}

export const csv = (...lines: readonly string[]): string => Buffer.from(lines.join('\r\n')).toString('base64');
export const csvOf = (names: readonly string[]): string => csv('EmailAddress', ...names.map(addressOf));

/** Adds the endpoint `Old` and a batch that is started. */
export async function startBatch(rig: ExchangeRig, name: string, CSVData: string, more: { readonly endpoint?: Record<string, unknown>; readonly batch?: Record<string, unknown> } = {}): Promise<void> {
  if ((await rig.run('Get-MigrationEndpoint', { Identity: 'Old' })).status === 404) {
    const { RPCProxyServer, ...manual } = MANUAL;
    await rig.first('New-MigrationEndpoint', { ...manual, RpcProxyServer: RPCProxyServer, Name: 'Old', ...more.endpoint });
  }
  await rig.first('New-MigrationBatch', { Name: name, SourceEndpoint: 'Old', CSVData, AutoStart: true, ...more.batch });
}

export const batchOf = (rig: ExchangeRig, name: string): Promise<Record<string, unknown>> => rig.first('Get-MigrationBatch', { Identity: name });
export const userOf = (rig: ExchangeRig, name: string): Promise<Record<string, unknown>> => rig.first('Get-MigrationUser', { Identity: addressOf(name) });
export const statisticsOf = (rig: ExchangeRig, name: string): Promise<Record<string, unknown>> => rig.first('Get-MigrationUserStatistics', { Identity: addressOf(name) });

/** Statuses of all users by name. */
export async function statuses(rig: ExchangeRig, batch?: string): Promise<Record<string, string>> {
  const reply = await rig.run('Get-MigrationUser', { ResultSize: 'Unlimited', ...(batch === undefined ? {} : { BatchId: batch }) });
  expect(reply.status).toBe(200);
  return Object.fromEntries(reply.rows.map((row) => [String(row['Identity']).split('@')[0] ?? '', String(row['Status'])]));
}

/** A mailbox on premises as it is now. */
export const onPremisesOf = (rig: ExchangeRig, name: string) => rig.sim.onPremises?.find(addressOf(name))[0];
