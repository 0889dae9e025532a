import path from 'node:path';
import { PassThrough } from 'node:stream';
import { main } from '../../../electron/cli/main.ts';
import type { LdifEntry } from '../../../electron/simulator/demo/ldif.ts';
import type { SimulatorSeed } from '../../../electron/simulator/index.ts';
import { openRig, type Rig, type RigOptions } from '../app/rig.ts';
import { group as groupOf, guid, person, TYPE } from '../app/works.ts';

export { guid } from '../app/works.ts';

const NAMES = ['ann', 'bob', 'cem'];
const address = (name: string): string => `${name}@example.com`;
/** GUID of a mailbox by the number of its owner; all bytes alike, so that their order does not matter. */
const mailboxGuid = (n: number): string => `${`0${n}`.repeat(4)}-${`0${n}`.repeat(2)}-${`0${n}`.repeat(2)}-${`0${n}`.repeat(2)}-${`0${n}`.repeat(6)}`;

/** A mailbox in an export of Active Directory. */
export const entry = (n: number, name: string, more: Parameters<typeof person>[2] = {}): LdifEntry => person(n, name, { mail: address(name), mailNickname: name, proxyAddresses: [`SMTP:${address(name)}`], homeMDB: 'CN=DB,DC=works', msExchMailboxGuid: Buffer.alloc(16, n), msExchRecipientTypeDetails: '1', ...more });
/** A distribution group in it. */
export const group = (n: number, name: string): LdifEntry => groupOf(n, name, TYPE.universalDistribution, [], { mail: address(name.toLowerCase()), proxyAddresses: `SMTP:${address(name.toLowerCase())}` });

/** A project on an export, a tenant that directory synchronisation fills, and Exchange on premises in memory. */
export async function openRigOf(source: readonly LdifEntry[], { synchronised = NAMES, ...more }: Partial<RigOptions> & { readonly synchronised?: readonly string[] } = {}): Promise<Rig> {
  const seed: SimulatorSeed = {
    tenant: { id: 'dddddddd-0000-4000-8000-0000000000fd', displayName: 'Works', onPremisesSyncEnabled: synchronised.length > 0, domains: [{ name: 'works.onmicrosoft.com', isInitial: true }, { name: 'example.com', isDefault: true }] },
    ...(synchronised.length === 0 ? {} : { synchronised: NAMES.map((name, i) => ({ type: 'user' as const, sourceAnchor: `anchor-${name}`, attributes: { userPrincipalName: address(name), displayName: name, mailNickname: name, mail: address(name), proxyAddresses: [`SMTP:${address(name)}`], msExchMailboxGuid: mailboxGuid(i + 1) } })) }),
    onPremises: {
      servers: [{ fqdn: 'ex07.corp.example.com', rpcProxy: 'mail.example.com', version: '2007', autodiscover: ['example.com'], accounts: [{ name: 'CORP\\migrator', upn: 'migrator@corp.example.com', password: 'On-Premises-1' }] }],
      mailboxes: [...NAMES, 'boss'].map((name, i) => ({ id: guid(i + 1 + (name === 'boss' ? 5 : 0)), address: address(name), server: 'ex07.corp.example.com', mailboxGuid: name === 'boss' ? null : mailboxGuid(i + 1) })),
    },
  };
  return await openRig({ source, seed, ...more });
}

/** The command line on the project of a rig, in this process. */
export function commandOf(rig: Pick<Rig, 'folder' | 'file'>): (...args: string[]) => Promise<{ readonly code: number; readonly stdout: string; readonly stderr: string }> {
  return async (...args) => {
    const env: Record<string, string> = { CAUSEWAY_HOME: path.join(rig.folder, 'home'), CAUSEWAY_PROJECT: rig.file, CAUSEWAY_KEY_FILE: path.join(rig.folder, 'operator.key') };
    const before = Object.keys(env).map((name) => [name, process.env[name]] as const);
    Object.assign(process.env, env);
    const written = { stdout: '', stderr: '' };
    const stream = (name: 'stdout' | 'stderr') => new PassThrough().setEncoding('utf8').on('data', (chunk: string) => { written[name] += chunk; }) as unknown as NodeJS.WriteStream;
    try {
      const code = await main(['--quiet', ...args], { stdout: stream('stdout'), stderr: stream('stderr'), stdin: new PassThrough() as unknown as NodeJS.ReadStream });
      return { code, ...written };
    } finally { for (const [name, value] of before) if (value === undefined) delete process.env[name]; else process.env[name] = value; }
  };
}
