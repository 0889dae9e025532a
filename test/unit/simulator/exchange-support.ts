import { expect, onTestFinished } from 'vitest';
import { startSimulator, type Simulator, type SimulatorOptions, type SimulatorSeed } from '../../../electron/simulator/index.ts';
import { signIn, type Reply } from './support.ts';
import { signingKeyPem } from '../../servers/signing-key.ts';

/** Exchange's answer to one command. */
export interface ExchangeReply {
  readonly status: number;
  readonly rows: readonly Record<string, unknown>[];
  readonly warnings: readonly string[];
  /** Address of the next page. */
  readonly next: string | undefined;
  /** What a person reads of a refusal: `exception|text` without the mark. */
  readonly told: string;
  readonly body: Record<string, unknown>;
}

/** A started simulator with a token for Exchange Online. */
export interface ExchangeRig {
  readonly sim: Simulator;
  readonly token: string;
  /** Defects the simulator noted. */
  readonly defects: readonly string[];
  /** Asks Graph. `path` after the version. */
  call(method: string, path: string, body?: unknown): Promise<Reply>;
  /** Runs a cmdlet. `more.address`: another address, such as the one of a next page. */
  run(cmdlet: string, parameters?: Record<string, unknown>, more?: { readonly address?: string; readonly headers?: Record<string, string>; readonly token?: string }): Promise<ExchangeReply>;
  /** Runs a cmdlet that must succeed and gives its first row. */
  first(cmdlet: string, parameters?: Record<string, unknown>): Promise<Record<string, unknown>>;
  /** Runs a cmdlet that must be refused and gives status and text. */
  refused(cmdlet: string, parameters?: Record<string, unknown>): Promise<string>;
}

/** A hash table of values to add and to remove, as the ExchangeOnlineManagement module sends it. */
export const changed = (change: { readonly Add?: readonly string[]; readonly Remove?: readonly string[] }) => ({ '@odata.type': '#Exchange.GenericHashTable', ...change });

export async function exchangeToken(sim: { readonly url: string; readonly tenantId: string; readonly clientId: string; readonly clientSecret: string }, clientId = sim.clientId, secret = sim.clientSecret): Promise<string> {
  const body = new URLSearchParams({ grant_type: 'client_credentials', client_id: clientId, client_secret: secret, scope: 'https://outlook.office365.com/.default' });
  return (await (await fetch(`${sim.url}/${sim.tenantId}/oauth2/v2.0/token`, { method: 'POST', body })).json() as { access_token: string }).access_token;
}

interface RawBody { readonly value?: Record<string, unknown>[]; readonly '@adminapi.warnings'?: string[]; readonly '@odata.nextLink'?: string; readonly error?: { readonly details?: { readonly message: string }[] } }

export function readReply(status: number, raw: unknown): ExchangeReply {
  const body = raw as RawBody;
  const message = body.error?.details?.[0]?.message ?? '';
  return { status, rows: body.value ?? [], warnings: body['@adminapi.warnings'] ?? [], next: body['@odata.nextLink'], told: message.replace(/^Ex[0-9A-F]{6}\|/, ''), body: raw as Record<string, unknown> };
}

/** A rig that lives for one test. */
export async function exchangeRig(options: Partial<SimulatorOptions> = {}): Promise<ExchangeRig> {
  const started = await startExchange(options);
  onTestFinished(() => started.sim.close());
  return started;
}

/** A rig that the caller closes: `sim.close()`. */
export async function startExchange(options: Partial<SimulatorOptions> = {}): Promise<ExchangeRig> {
  const defects: string[] = [];
  const sim = await startSimulator({ quotas: 'off', signingKeyPem, ...options, log: (line) => { if (line.startsWith('defect')) defects.push(line); } });
  const token = await exchangeToken(sim);
  const forGraph = await signIn(sim);
  const call: ExchangeRig['call'] = async (method, path, body) => {
    const answer = await fetch(`${sim.url}/v1.0${path}`, { method, headers: { authorization: `Bearer ${forGraph}`, ...(body === undefined ? {} : { 'content-type': 'application/json' }) }, ...(body === undefined ? {} : { body: JSON.stringify(body) }) });
    const text = await answer.text();
    return { status: answer.status, headers: answer.headers, body: (text === '' ? {} : JSON.parse(text)) as Reply['body'] };
  };
  const run: ExchangeRig['run'] = async (cmdlet, parameters = {}, more = {}) => {
    const answer = await fetch(more.address ?? `${sim.url}/adminapi/beta/${sim.tenantId}/InvokeCommand`, {
      method: 'POST', headers: { authorization: `Bearer ${more.token ?? token}`, 'content-type': 'application/json', 'x-anchormailbox': `APP:SystemMailbox{bb558c35-97f1-4cb9-8ff7-d53741dc928c}@${sim.tenantId}`, 'x-cmdletname': cmdlet, ...more.headers },
      body: JSON.stringify({ CmdletInput: { CmdletName: cmdlet, Parameters: parameters } }),
    });
    return readReply(answer.status, await answer.json());
  };
  return {
    sim, token, defects, call, run,
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

export const E3 = '05e9a617-0261-4cee-bb44-138d3ef5d965';
const id = (n: string): string => `bbbbbbbb-0000-4000-8000-${n.padStart(12, '0')}`;
export const IDS = { admin: id('1'), anna: id('2'), synced: id('3'), plain: id('4'), guest: id('5'), list: id('6'), team: id('7'), partner: id('8'), twinA: id('9'), twinB: id('10'), gone: id('11'), secure: id('12'), cloudless: id('13') };

/** A tenant with one object of every kind. */
export const MIXED: SimulatorSeed = {
  tenant: { id: 'bbbbbbbb-0000-4000-8000-0000000000ff', displayName: 'Mixed', domains: [{ name: 'mixed.onmicrosoft.com', isInitial: true }, { name: 'example.com', isDefault: true }, { name: 'other.example.com' }, { name: 'unverified.example', isVerified: false }] },
  skus: [{ skuId: E3, skuPartNumber: 'SPE_E3', enabled: 50 }],
  users: [
    { id: IDS.admin, properties: { accountEnabled: true, displayName: 'Admin', mailNickname: 'admin', userPrincipalName: 'admin@mixed.onmicrosoft.com' } },
    { id: IDS.anna, properties: { accountEnabled: true, displayName: 'Anna Berg', givenName: 'Anna', surname: 'Berg', mailNickname: 'anna', userPrincipalName: 'anna@example.com', mail: 'anna@example.com', proxyAddresses: ['SMTP:anna@example.com', 'smtp:anna@mixed.onmicrosoft.com', 'X500:/o=old/cn=anna', 'SIP:anna@example.com'], assignedLicenses: [{ skuId: E3, disabledPlans: [] }], usageLocation: 'NO', jobTitle: 'Clerk' } },
    { id: IDS.synced, properties: { accountEnabled: true, displayName: 'Synced Sven', mailNickname: 'sven', userPrincipalName: 'sven@example.com', mail: 'sven@example.com', proxyAddresses: ['SMTP:sven@example.com'], onPremisesSyncEnabled: true, assignedLicenses: [{ skuId: E3, disabledPlans: [] }] } },
    { id: IDS.plain, properties: { accountEnabled: false, displayName: 'Plain', mailNickname: 'plain', userPrincipalName: 'plain@example.com', mail: 'plain@example.com', proxyAddresses: ['SMTP:plain@example.com'] } },
    { id: IDS.guest, properties: { accountEnabled: true, displayName: 'Guest', mailNickname: 'guest', userPrincipalName: 'g_out.example#EXT#@mixed.onmicrosoft.com', userType: 'Guest', mail: 'g@out.example', proxyAddresses: ['SMTP:g@out.example'] } },
    { id: IDS.twinA, properties: { accountEnabled: true, displayName: 'Twin', mailNickname: 'twina', userPrincipalName: 'twina@example.com', mail: 'twina@example.com', proxyAddresses: ['SMTP:twina@example.com'] }, exchange: { recipientTypeDetails: 'SharedMailbox' } },
    { id: IDS.twinB, properties: { accountEnabled: true, displayName: 'Twin', mailNickname: 'twinb', userPrincipalName: 'twinb@example.com', mail: 'twinb@example.com', proxyAddresses: ['SMTP:twinb@example.com'] }, exchange: { recipientTypeDetails: 'SharedMailbox' } },
    { id: IDS.cloudless, properties: { accountEnabled: true, displayName: 'Still On Premises', mailNickname: 'still', userPrincipalName: 'still@example.com', mail: 'still@example.com', proxyAddresses: ['SMTP:still@example.com'], onPremisesSyncEnabled: true } },
  ],
  groups: [
    { id: IDS.list, properties: { displayName: 'List', mailNickname: 'list', mailEnabled: true, securityEnabled: false, groupTypes: [], mail: 'list@example.com', proxyAddresses: ['SMTP:list@example.com'] }, memberIds: [] },
    { id: IDS.secure, properties: { displayName: 'Secure', mailNickname: 'secure', mailEnabled: true, securityEnabled: true, groupTypes: [], mail: 'secure@example.com', proxyAddresses: ['SMTP:secure@example.com'] }, memberIds: [] },
    { id: IDS.team, properties: { displayName: 'Team', mailNickname: 'team', mailEnabled: true, securityEnabled: false, groupTypes: ['Unified'], mail: 'team@example.com', proxyAddresses: ['SMTP:team@example.com'] }, memberIds: [] },
  ],
  contacts: [{ id: IDS.partner, properties: { displayName: 'Partner', mailNickname: 'partner', mail: 'partner@out.example', proxyAddresses: ['SMTP:partner@out.example'] } }],
  deletedUsers: [{ id: IDS.gone, properties: { displayName: 'Gone', mailNickname: 'gone', userPrincipalName: 'gone@example.com', mail: 'gone@example.com', proxyAddresses: ['SMTP:gone@example.com'] } }],
  roles: [{ id: id('99'), roleTemplateId: '62e90394-69f5-4237-9190-012177145e10', displayName: 'Global Administrator', memberIds: [IDS.admin] }],
};
