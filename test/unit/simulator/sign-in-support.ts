import { createHash, randomBytes, randomUUID } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, afterEach, beforeAll } from 'vitest';
import { startSimulator, type SeedApp, type SeedPerson, type Simulator, type SimulatorOptions, type SimulatorSeed } from '../../../electron/simulator/index.ts';
import { signingKeyPem } from '../../servers/signing-key.ts';

/** Ids of {@link tenant}. */
export const ids = {
  tenant: 'bbbbbbbb-0000-4000-8000-000000000001', admin: 'bbbbbbbb-0000-4000-8000-00000000000a', ann: 'bbbbbbbb-0000-4000-8000-00000000000b', off: 'bbbbbbbb-0000-4000-8000-00000000000c', helpdesk: 'bbbbbbbb-0000-4000-8000-00000000000d',
  group: 'bbbbbbbb-0000-4000-8000-0000000000e1', app: 'bbbbbbbb-0000-4000-8000-0000000000a1', web: 'bbbbbbbb-0000-4000-8000-0000000000a2',
} as const;

const user = (id: string, name: string, more: object = {}) => ({ id, properties: { accountEnabled: true, displayName: name, mailNickname: name, userPrincipalName: `${name}@example.com`, userType: 'Member', ...more } });
const graph = (names: readonly string[]) => ({ graph: [...names], exchange: [] });

/** A native and a web application, both with one consented and one requested permission of each kind, and four people. */
export function tenant(more: { readonly app?: Partial<SeedApp>; readonly apps?: readonly SeedApp[]; readonly people?: Record<string, SeedPerson>; readonly ann?: object } = {}): SimulatorSeed {
  const permissions = {
    requested: { application: graph(['User.Read.All', 'Group.Read.All']), delegated: graph(['User.Read', 'User.Read.All', 'Group.Read.All']) },
    consented: { application: graph(['User.Read.All']), delegated: graph(['User.Read.All']) },
  };
  return {
    tenant: { id: ids.tenant, displayName: 'Works', domains: [{ name: 'works.onmicrosoft.com', isInitial: true, isDefault: true }, { name: 'example.com' }, { name: 'claimed.example', isVerified: false }] },
    users: [user(ids.admin, 'admin'), user(ids.ann, 'ann', more.ann), user(ids.off, 'off', { accountEnabled: false }), user(ids.helpdesk, 'helpdesk')],
    groups: [{ id: ids.group, properties: { displayName: 'Assigned', mailNickname: 'assigned', mailEnabled: false, securityEnabled: true, groupTypes: [] }, memberIds: [ids.ann] }],
    roles: [
      { id: 'bbbbbbbb-0000-4000-8000-0000000000f1', roleTemplateId: '62e90394-69f5-4237-9190-012177145e10', displayName: 'Global Administrator', memberIds: [ids.admin] },
      { id: 'bbbbbbbb-0000-4000-8000-0000000000f2', roleTemplateId: '729827e3-9c14-49f7-bb1b-9608f156bbb8', displayName: 'Helpdesk Administrator', memberIds: [ids.helpdesk] },
    ],
    apps: [
      { appId: ids.app, displayName: 'Native', allowPublicClient: true, redirectUris: ['http://localhost', 'http://localhost/deep'], secrets: [{ value: 'native-secret' }], ...permissions, ...more.app },
      { appId: ids.web, displayName: 'Web', webRedirectUris: ['https://web.example/back'], secrets: [{ value: 'web-secret' }], ...permissions },
      ...more.apps ?? [],
    ],
    ...(more.people ? { signIn: more.people } : {}),
  };
}

/** An answer of the sign-in service. */
export interface Answer { readonly status: number; readonly headers: Headers; readonly body: Record<string, unknown>; readonly text: string }
/** Fields that came back to the redirect address. */
export interface Back { readonly status: number; readonly page: string; readonly cookie: string; readonly target: string; readonly fields: Readonly<Record<string, string>> }

/** A simulator with a clock that only {@link Desk.sim}`.advance` moves. */
export interface Desk {
  readonly sim: Simulator;
  get(path: string, headers?: Record<string, string>): Promise<Answer>;
  post(path: string, form: Record<string, string>, headers?: Record<string, string>): Promise<Answer>;
  token(form: Record<string, string>, headers?: Record<string, string>): Promise<Answer>;
  /** Asks the authorize endpoint; PKCE with the verifier of {@link pkce} unless replaced. A value of undefined leaves a parameter out. */
  authorize(query?: Record<string, string | undefined>, cookie?: string): Promise<Back>;
  /** The whole authorization code grant of the native application. */
  signIn(query?: Record<string, string | undefined>): Promise<Answer>;
  /** A client credentials grant by secret. */
  app(clientId?: string, secret?: string, scope?: string): Promise<Answer>;
  graph(method: string, path: string, token: unknown, body?: unknown): Promise<Answer>;
}

/** A verifier and its S256 challenge. */
export const pkce = (() => {
  const verifier = randomBytes(32).toString('base64url');
  return { verifier, challenge: createHash('sha256').update(verifier).digest('base64url') };
})();

const open: Simulator[] = [];
const folders: string[] = [];
afterEach(async () => {
  for (const sim of open.splice(0)) await sim.close();
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true });
});

/** A state file in a folder that goes when the test's simulators are closed. */
export function stateFile(): string {
  const folder = mkdtempSync(path.join(tmpdir(), 'sign-in-'));
  folders.push(folder);
  return path.join(folder, 'state.json');
}

/** One desk for all tests of a file or block that leave it as it is: starting one makes a key, which takes time. */
export function shared(seed?: SimulatorSeed): () => Desk {
  let one: Desk | undefined;
  beforeAll(async () => {
    one = await desk(seed);
    open.splice(open.indexOf(one.sim), 1);
  });
  afterAll(() => one?.sim.close());
  return () => {
    if (!one) throw new Error('the desk is not open yet');
    return one;
  };
}

/** Claims of a token. */
export const claims = (token: unknown): Record<string, unknown> => JSON.parse(Buffer.from(String(token).split('.')[1] ?? '', 'base64url').toString('utf8')) as Record<string, unknown>;
/** AADSTS number and OAuth error of a refusal. */
export const refusal = ({ status, body }: Answer): readonly unknown[] => [status, body['error'], (body['error_codes'] as number[] | undefined)?.[0]];
const unescape = (text: string): string => text.replaceAll('&quot;', '"').replaceAll('&lt;', '<').replaceAll('&gt;', '>').replaceAll('&amp;', '&');

export async function desk(seed: SimulatorSeed = tenant(), options: Partial<SimulatorOptions> = {}): Promise<Desk> {
  const base = Date.now();
  const sim = await startSimulator({ quotas: 'off', signingKeyPem, seed, clock: () => base, ...options });
  open.push(sim);
  const read = async (answer: Response): Promise<Answer> => {
    const text = await answer.text();
    return { status: answer.status, headers: answer.headers, text, body: text.startsWith('{') ? JSON.parse(text) as Record<string, unknown> : {} };
  };
  const address = (end: string): string => (end.startsWith('/') ? sim.url + end : `${sim.url}/${sim.tenantId}/${end}`);
  const post: Desk['post'] = async (end, form, headers = {}) => read(await fetch(address(end), { method: 'POST', body: new URLSearchParams(form), headers, redirect: 'manual' }));
  const token: Desk['token'] = (form, headers) => post('oauth2/v2.0/token', form, headers);
  const authorize: Desk['authorize'] = async (query = {}, cookie = '') => {
    const all: Record<string, string | undefined> = { client_id: ids.app, response_type: 'code', redirect_uri: 'http://localhost:5000', scope: 'openid offline_access User.Read.All', state: 'st&1', code_challenge: pkce.challenge, code_challenge_method: 'S256', ...query };
    const sent = new URLSearchParams(Object.entries(all).filter((pair): pair is [string, string] => pair[1] !== undefined));
    const answer = await fetch(address(`oauth2/v2.0/authorize?${sent}`), { redirect: 'manual', headers: { cookie } });
    const page = await answer.text();
    const location = answer.headers.get('location');
    const posted = [...page.matchAll(/<input type="hidden" name="([^"]+)" value="([^"]*)"/g)].map(([, name = '', value = '']) => [name, unescape(value)] as const);
    const url = location === null ? undefined : new URL(location);
    const fields = url ? [...new URLSearchParams(url.hash === '' ? url.search : url.hash.slice(1))] : posted;
    return { status: answer.status, page, cookie: (answer.headers.get('set-cookie') ?? '').split(';')[0] ?? '', target: location ?? /action="([^"]+)"/.exec(page)?.[1] ?? '', fields: Object.fromEntries(fields) };
  };
  return {
    sim, post, token, authorize,
    get: async (end, headers = {}) => read(await fetch(address(end), { headers, redirect: 'manual' })),
    signIn: async (query = {}) => {
      const { fields } = await authorize(query);
      return token({ grant_type: 'authorization_code', client_id: ids.app, code: fields['code'] ?? '', redirect_uri: query['redirect_uri'] ?? 'http://localhost:5000', code_verifier: pkce.verifier });
    },
    app: (clientId = ids.app, secret = 'native-secret', scope = 'https://graph.microsoft.com/.default') => token({ grant_type: 'client_credentials', client_id: clientId, client_secret: secret, scope }),
    graph: async (method, end, bearer, body) => read(await fetch(`${sim.url}/v1.0${end}`, { method, headers: { authorization: `Bearer ${String(bearer)}`, ...(body === undefined ? {} : { 'content-type': 'application/json' }) }, ...(body === undefined ? {} : { body: JSON.stringify(body) }) })),
  };
}

/** An application id nobody has. */
export const nobody = (): string => randomUUID();
