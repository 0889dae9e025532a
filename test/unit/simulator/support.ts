import { afterEach } from 'vitest';
import { startSimulator, type Simulator, type SimulatorOptions, type SimulatorSeed } from '../../../electron/simulator/index.ts';
import { signingKeyPem } from '../../servers/signing-key.ts';

/** Graph's answer with a loosely typed body: tests name what they expect. */
export interface Reply { readonly status: number; readonly headers: Headers; readonly body: Record<string, unknown> & { readonly error?: { readonly code: string; readonly message: string; readonly details?: { readonly code: string; readonly target: string }[]; readonly innerError: Record<string, string> }; readonly value?: Record<string, unknown>[] } }

/** A started simulator with a signed-in client. */
export interface Rig {
  readonly sim: Simulator;
  readonly defects: string[];
  /** `path` after the version. */
  call(method: string, path: string, body?: unknown, headers?: Record<string, string>): Promise<Reply>;
  /** Creates a user from a name; fails the test when Graph refuses. */
  user(name: string, more?: Record<string, unknown>): Promise<string>;
  group(name: string, more?: Record<string, unknown>): Promise<string>;
}

const open: Simulator[] = [];
afterEach(async () => { for (const sim of open.splice(0)) await sim.close(); });

/** Client credentials grant by secret. */
export async function signIn(sim: Simulator, clientId = sim.clientId, secret = sim.clientSecret): Promise<string> {
  const answer = await fetch(`${sim.url}/${sim.tenantId}/oauth2/v2.0/token`, { method: 'POST', body: new URLSearchParams({ grant_type: 'client_credentials', client_id: clientId, client_secret: secret, scope: 'https://graph.microsoft.com/.default' }) });
  return (await answer.json() as { access_token: string }).access_token;
}

export async function rig(options: Partial<SimulatorOptions> = {}, as: 'full' | 'read only' = 'full'): Promise<Rig> {
  const defects: string[] = [];
  const sim = await startSimulator({ quotas: 'off', signingKeyPem, ...options, log: (line) => { if (line.startsWith('defect')) defects.push(line); } });
  open.push(sim);
  const token = as === 'full' ? await signIn(sim) : await signIn(sim, sim.clientIdReadOnly, sim.clientSecretReadOnly);
  const call: Rig['call'] = async (method, path, body, headers = {}) => {
    const answer = await fetch(`${sim.url}/v1.0${path}`, { method, headers: { authorization: `Bearer ${token}`, ...(body === undefined ? {} : { 'content-type': 'application/json' }), ...headers }, ...(body === undefined ? {} : { body: JSON.stringify(body) }) });
    const text = await answer.text();
    return { status: answer.status, headers: answer.headers, body: (text.startsWith('{') ? JSON.parse(text) : { text }) as Reply['body'] };
  };
  const created = async (path: string, body: object): Promise<string> => {
    const reply = await call('POST', path, body);
    if (reply.status !== 201) throw new Error(JSON.stringify(reply.body));
    return String(reply.body['id']);
  };
  return {
    sim, defects, call,
    user: (name, more = {}) => created('/users', { ...newUser(name), ...more }),
    group: (name, more = {}) => created('/groups', { displayName: name, mailEnabled: false, mailNickname: name, securityEnabled: true, ...more }),
  };
}

export const newUser = (name: string) => ({ accountEnabled: true, displayName: name, mailNickname: name, userPrincipalName: `${name}@example.com`, passwordProfile: { password: 'Long-enough-7' } });
export const ref = (id: string) => ({ '@odata.id': `https://graph.microsoft.com/v1.0/directoryObjects/${id}` });
export const bindTo = (ids: readonly string[]) => ({ 'members@odata.bind': ids.map((id) => `https://graph.microsoft.com/v1.0/directoryObjects/${id}`) });

/** A tenant with what Graph itself cannot create. */
export const odd: SimulatorSeed = {
  tenant: { id: 'aaaaaaaa-0000-4000-8000-000000000001', displayName: 'Odd', domains: [{ name: 'odd.onmicrosoft.com', isInitial: true, isDefault: true }, { name: 'example.com' }, { name: 'fed.example.com', federated: true }, { name: 'unverified.example.com', isVerified: false }] },
  users: [
    { id: 'aaaaaaaa-0000-4000-8000-00000000000a', properties: { accountEnabled: true, displayName: 'Admin', mailNickname: 'admin', userPrincipalName: 'admin@example.com' } },
    { id: 'aaaaaaaa-0000-4000-8000-00000000000b', properties: { accountEnabled: true, displayName: 'Synced', mailNickname: 'synced', userPrincipalName: 'synced@example.com', onPremisesSyncEnabled: true } },
  ],
  groups: [
    { id: 'aaaaaaaa-0000-4000-8000-0000000000d1', properties: { displayName: 'List', mailEnabled: true, securityEnabled: false, mailNickname: 'list', groupTypes: [], mail: 'list@example.com', proxyAddresses: ['SMTP:list@example.com'] }, memberIds: [] },
    { id: 'aaaaaaaa-0000-4000-8000-0000000000d2', properties: { displayName: 'Synced group', mailEnabled: false, securityEnabled: true, mailNickname: 'sg', groupTypes: [], onPremisesSyncEnabled: true }, memberIds: [] },
    { id: 'aaaaaaaa-0000-4000-8000-0000000000d3', properties: { displayName: 'Plain', mailEnabled: false, securityEnabled: true, mailNickname: 'plain', groupTypes: [] }, memberIds: [] },
  ],
  contacts: [{ id: 'aaaaaaaa-0000-4000-8000-0000000000c1', properties: { displayName: 'Partner', mail: 'partner@other.example', mailNickname: 'partner', proxyAddresses: ['SMTP:partner@other.example'] } }],
  roles: [{ id: 'aaaaaaaa-0000-4000-8000-0000000000f1', roleTemplateId: '62e90394-69f5-4237-9190-012177145e10', displayName: 'Global Administrator', memberIds: ['aaaaaaaa-0000-4000-8000-00000000000a'] }],
};
