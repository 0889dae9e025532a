import { onTestFinished } from 'vitest';
import { openLdapDirectory, type Directory, type OpenLdapOptions } from '../../../../electron/engines/directory/index.ts';
import type { Attributes } from '../../../../shared/domain/objects.ts';
import type { DirectoryEntry, ReadQuery } from '../../../../electron/engines/directory/index.ts';
import { startFakeLdap, type FakeLdap, type FakeScript, type FakeSearch } from '../../../servers/fake-ldap.ts';

/** Account that the fake server knows. */
export const USER = 'admin@corp.example.com';
/** Its password. */
export const PASSWORD = 'right';

/** Starts a fake server that ends with the test. */
export async function fake(script: FakeScript = {}): Promise<FakeLdap> {
  const server = await startFakeLdap(script);
  onTestFinished(() => server.stop());
  return server;
}

/** Opens a directory that is closed with the test; plain LDAP unless said otherwise. */
export async function open(servers: readonly string[], more: Partial<OpenLdapOptions['connection']> & { readonly options?: Partial<OpenLdapOptions> } = {}): Promise<Directory> {
  const { options, ...connection } = more;
  const directory = await openLdapDirectory({
    connection: { kind: 'ldap', domain: '', servers, security: 'plain', caFile: null, username: USER, secretRef: 'x', baseDn: 'DC=x', ...connection },
    password: PASSWORD, resolveSrv: () => Promise.resolve([]), timeouts: { connect: 2000, operation: 2000 }, ...options,
  });
  onTestFinished(() => directory.close());
  return directory;
}

/** Reads to the end. */
export async function all(directory: Directory, query: Partial<ReadQuery> = {}, signal?: AbortSignal): Promise<readonly DirectoryEntry[]> {
  const entries: DirectoryEntry[] = [];
  for await (const page of directory.read({ base: 'DC=x', scope: 'sub', filter: '(cn=*)', attributes: ['cn'], ...query }, signal)) for (const entry of page) entries.push(entry);
  return entries;
}

/** True for the requests that every read begins with: root entry and schema. */
export function isPreparation(request: FakeSearch): boolean {
  return request.base === '' || request.base === 'CN=Schema';
}

/** Attributes of the first entry. */
export function attributesOf(entries: readonly DirectoryEntry[]): Attributes {
  return entries[0]?.attributes ?? {};
}
