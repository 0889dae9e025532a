import { generateKeyPairSync } from 'node:crypto';
import { readFile, writeFile } from 'node:fs/promises';
import type { SimulatorSeed } from '../../../electron/simulator/index.ts';
import type { Operator, Running } from './command.ts';

/** A user or group as Graph shows it, with the links. */
export interface CloudObject {
  readonly id: string;
  readonly properties: Readonly<Record<string, unknown>>;
  readonly manager: string | null;
  readonly members: readonly string[];
}

/** Everything that Graph shows of a tenant; lists sorted by id, nulls and empty lists left out. */
export interface CloudState {
  readonly users: readonly CloudObject[];
  readonly groups: readonly CloudObject[];
  readonly contacts: readonly CloudObject[];
  readonly deletedUsers: readonly CloudObject[];
  readonly deletedGroups: readonly CloudObject[];
}

/** A simulated tenant that `causeway simulator` serves. */
export interface TenantProcess {
  readonly url: string;
  readonly tenantId: string;
  readonly clientId: string;
  readonly clientSecret: string;
  readonly stateFile: string;
  /** Reads everything through Graph with plain requests. */
  read(): Promise<CloudState>;
  /** Sends one Graph request with the full application's token. */
  graph(method: string, address: string, body?: unknown): Promise<{ readonly status: number; readonly body: unknown }>;
  /** Ends it well, so that the state file holds everything. */
  stop(): Promise<void>;
}

const USER = ['id', 'accountEnabled', 'ageGroup', 'assignedLicenses', 'businessPhones', 'city', 'companyName', 'country', 'createdDateTime', 'department', 'displayName', 'employeeId', 'employeeType', 'faxNumber', 'givenName', 'imAddresses', 'jobTitle', 'lastPasswordChangeDateTime', 'mail',
  'mailNickname', 'mobilePhone', 'officeLocation', 'onPremisesExtensionAttributes', 'onPremisesImmutableId', 'onPremisesSyncEnabled', 'onPremisesSamAccountName', 'otherMails', 'passwordPolicies', 'postalCode', 'preferredLanguage', 'proxyAddresses', 'showInAddressList', 'state', 'streetAddress', 'surname', 'usageLocation',
  'userPrincipalName', 'userType'].join(',');
const GROUP = ['id', 'classification', 'createdDateTime', 'description', 'displayName', 'groupTypes', 'mail', 'mailEnabled', 'mailNickname', 'membershipRule', 'onPremisesSyncEnabled', 'preferredLanguage', 'proxyAddresses', 'renewedDateTime', 'securityEnabled', 'theme', 'visibility'].join(',');

const isEmpty = (value: unknown): boolean => value === null || value === undefined || (Array.isArray(value) && value.length === 0);

/** Properties without those that are absent, whatever way Graph says so. */
function present(row: Readonly<Record<string, unknown>>): Record<string, unknown> {
  return Object.fromEntries(Object.entries(row).flatMap(([name, value]): [string, unknown][] => {
    if (name === 'id' || name === 'manager' || name.startsWith('@')) return [];
    const own = typeof value === 'object' && value !== null && !Array.isArray(value) ? present(value as Record<string, unknown>) : value;
    return isEmpty(own) || (typeof own === 'object' && !Array.isArray(own) && Object.keys(own as object).length === 0) ? [] : [[name, own]];
  }));
}

/** Writes the file that a simulated tenant starts from. @param clientSecret secret of its application. */
export async function writeState(file: string, content: SimulatorSeed, clientSecret: string): Promise<void> {
  const signingKeyPem = generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey.export({ type: 'pkcs8', format: 'pem' }).toString();
  await writeFile(file, JSON.stringify({ causewaySimulator: 1, keys: { signingKeyPem, clientSecret, readOnlySecret: `${clientSecret}-reads` }, content }), { mode: 0o600 });
}

/** Objects of a state file; lists and names in an order that does not depend on history, empty values left out. */
export type TenantContent = Readonly<Record<'users' | 'groups' | 'contacts' | 'deletedUsers' | 'deletedGroups', readonly { readonly id: string; readonly properties: Readonly<Record<string, unknown>> }[]>>;

/** Reads a state file: everything that the simulator knows, also what Graph does not show. */
export async function readState(file: string): Promise<TenantContent> {
  const { content } = JSON.parse(await readFile(file, 'utf8')) as { content: Record<keyof TenantContent, unknown> };
  const sorted = (value: unknown): unknown => {
    if (Array.isArray(value)) return value.map(sorted).toSorted((a, b) => (JSON.stringify(a) < JSON.stringify(b) ? -1 : 1));
    if (typeof value !== 'object' || value === null) return value;
    return Object.fromEntries(Object.entries(value).map(([name, v]): [string, unknown] => [name, sorted(v)]).filter(([, v]) => !isEmpty(v) && JSON.stringify(v) !== '{}').toSorted(([a], [b]) => (a < b ? -1 : 1)));
  };
  const list = (name: keyof TenantContent) => sorted(content[name] ?? []) as TenantContent['users'];
  return { users: list('users'), groups: list('groups'), contacts: list('contacts'), deletedUsers: list('deletedUsers'), deletedGroups: list('deletedGroups') };
}

/** Starts `causeway simulator` on a state file and waits until it is ready. */
export async function startTenant(operator: Operator, stateFile: string, options: { readonly quotas: 'real' | 'off'; readonly speed?: number; readonly listen?: string; readonly faults?: string }): Promise<TenantProcess> {
  const running: Running = operator.start('--json', 'simulator', '--state', stateFile, '--quotas', options.quotas, '--speed', String(options.speed ?? 1), ...(options.listen === undefined ? [] : ['--listen', options.listen]), ...(options.faults === undefined ? [] : ['--faults', options.faults]));
  const { url, tenantId, clientId, clientSecret } = await firstLine(running, operator, stateFile);
  let token = '';
  const signIn = async (): Promise<void> => {
    const answer = await fetch(`${url}/${tenantId}/oauth2/v2.0/token`, { method: 'POST', body: new URLSearchParams({ grant_type: 'client_credentials', client_id: clientId, client_secret: clientSecret, scope: 'https://graph.microsoft.com/.default' }) });
    token = ((await answer.json()) as { access_token: string }).access_token;
  };
  const graph: TenantProcess['graph'] = async (method, address, body) => {
    if (token === '') await signIn();
    for (;;) {
      const answer = await fetch(address.startsWith('http') ? address : `${url}/v1.0${address}`, { method, headers: { authorization: `Bearer ${token}`, ...(body === undefined ? {} : { 'content-type': 'application/json' }) }, ...(body === undefined ? {} : { body: JSON.stringify(body) }) });
      const text = await answer.text();
      if (answer.status === 429 && method === 'GET') { await new Promise((resolve) => { setTimeout(resolve, Number(answer.headers.get('retry-after') ?? '1') * 1000); }); continue; }
      return { status: answer.status, body: text === '' ? null : JSON.parse(text) };
    }
  };
  const list = async (address: string): Promise<Record<string, unknown>[]> => {
    const rows: Record<string, unknown>[] = [];
    for (let next: string | undefined = address; next !== undefined;) {
      const { status, body } = await graph('GET', next);
      if (status !== 200) throw new Error(`${next} was answered with ${status}: ${JSON.stringify(body)}`);
      const page = body as { value: Record<string, unknown>[]; '@odata.nextLink'?: string };
      rows.push(...page.value);
      next = page['@odata.nextLink'];
    }
    return rows.toSorted((a, b) => (String(a['id']) < String(b['id']) ? -1 : 1));
  };
  const toObject = (row: Record<string, unknown>, members: readonly string[] = []): CloudObject => ({ id: String(row['id']), properties: present(row), manager: (row['manager'] as { id?: string } | undefined)?.id ?? null, members });
  return {
    url, tenantId, clientId, clientSecret, stateFile, graph,
    read: async () => {
      const groups: CloudObject[] = [];
      for (const row of await list(`/groups?$select=${GROUP}&$top=999`)) groups.push(toObject(row, (await list(`/groups/${String(row['id'])}/members?$select=id&$top=999`)).map((m) => String(m['id']))));
      return {
        users: (await list(`/users?$select=${USER}&$expand=manager($select=id)&$top=999`)).map((row) => toObject(row)), groups,
        contacts: (await list('/contacts?$top=999')).map((row) => toObject(row)),
        deletedUsers: (await list(`/directory/deletedItems/microsoft.graph.user?$select=${USER}&$top=999`)).map((row) => toObject(row)),
        deletedGroups: (await list(`/directory/deletedItems/microsoft.graph.group?$select=${GROUP}&$top=999`)).map((row) => toObject(row)),
      };
    },
    stop: async () => {
      running.kill('SIGTERM');
      const { code, stderr } = await running.ended;
      if (code !== 0) throw new Error(`the simulator ended with ${code}: ${stderr}`);
    },
  };
}

interface Ready { readonly url: string; readonly tenantId: string; readonly clientId: string; readonly clientSecret: string }

async function firstLine(running: Running, operator: Operator, stateFile: string): Promise<Ready> {
  const died = running.ended.then((ran): string => { throw new Error(`the simulator did not start (${ran.code}) on ${stateFile} in ${operator.folder}: ${ran.stderr}`); });
  return JSON.parse(await Promise.race([running.stdoutLine, died])) as Ready;
}
