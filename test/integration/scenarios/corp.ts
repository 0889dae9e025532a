import { execFile } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { PassThrough } from 'node:stream';
import { promisify } from 'node:util';
import { Attribute, Change, Client } from 'ldapts';
import { main } from '../../../electron/cli/main.ts';
import type { SimulatorSeed } from '../../../electron/simulator/index.ts';
import type { SambaServer } from '../../servers/samba.ts';
import { ldifLine } from '../../servers/users.ts';
import { openRig, type Rig, type RigOptions } from '../app/rig.ts';

const run = promisify(execFile);
const ROOT = 'DC=corp,DC=example,DC=com';

/** Values of one entry, as Active Directory holds them. */
export type Values = Readonly<Record<string, string | Buffer | readonly (string | Buffer)[]>>;

/** An organisational unit of its own for each scenario, so that none sees what another one does. Links may name entries made before only. */
export interface Unit {
  readonly base: string;
  readonly ldif: string;
  readonly dn: (cn: string) => string;
}

/** One entry of a unit. */
export interface Entry { readonly cn: string; readonly classes: string; readonly values: Values }

/** Types of groups as stored in groupType (MS-ADTS 2.2.12). */
export const GROUP = { globalSecurity: '-2147483646', universalSecurity: '-2147483640', universalDistribution: '8' } as const;

const capital = (alias: string): string => alias.slice(0, 1).toUpperCase() + alias.slice(1);
/** A person: `ann` is called Ann and signs in as ann@example.com. */
export function person(alias: string, values: Values = {}): Entry {
  const cn = capital(alias);
  return { cn, classes: 'user', values: { sAMAccountName: alias, userPrincipalName: `${alias}@example.com`, displayName: cn, givenName: cn, userAccountControl: '544', ...values } };
}
/** A group; its account name is its name. */
export const group = (cn: string, groupType: string, values: Values = {}): Entry => ({ cn, classes: 'group', values: { sAMAccountName: cn, displayName: cn, groupType, ...values } });
/** A contact. */
export const contact = (cn: string, values: Values): Entry => ({ cn, classes: 'contact', values: { displayName: cn, ...values } });

/** Makes a unit; `inside` names further units within it, and an entry called `Inner/Ann` goes into such a one. */
export function unit(name: string, entries: readonly Entry[], inside: readonly string[] = []): Unit {
  const base = `OU=${name},${ROOT}`;
  const place = (cn: string): string => { const [first = '', second] = cn.split('/'); return second === undefined ? `CN=${first},${base}` : `CN=${second},OU=${first},${base}`; };
  const lines = entries.map(({ cn, classes, values }) => [
    ldifLine('dn', place(cn)), ldifLine('objectClass', classes), ...Object.entries(values).flatMap(([attribute, value]) => (Array.isArray(value) ? value as readonly (string | Buffer)[] : [value as string | Buffer]).map((one) => ldifLine(attribute, one))), '\n',
  ].join(''));
  const ous = [base, ...inside.map((one) => `OU=${one},${base}`)].map((dn) => `${ldifLine('dn', dn)}objectClass: organizationalUnit\n\n`);
  return { base, ldif: [...ous, ...lines].join(''), dn: place };
}

/** A project on a unit of a real Active Directory and a simulated tenant. */
export interface Desk extends Rig {
  /** objectGUID of an entry by its name, as text. */
  readonly id: (name: string) => Promise<string>;
  /** Somebody works in Active Directory. */
  readonly directory: <T>(work: (client: Client) => Promise<T>) => Promise<T>;
  /** Replaces the values of an attribute; none: removes it. */
  readonly set: (cn: string, attribute: string, ...values: readonly (string | Buffer)[]) => Promise<void>;
  /** What the unit holds in the directory, by another client than ours: every value but those that count changes. */
  readonly held: () => Promise<Readonly<Record<string, Readonly<Record<string, readonly string[]>>>>>;
  /** The command line, in this process. */
  readonly causeway: (...args: string[]) => Promise<{ readonly code: number; readonly stdout: string; readonly stderr: string }>;
}

/** What a rig needs for a source that is one unit of the domain controller. */
export const onUnit = (samba: SambaServer, where: Unit): Pick<RigOptions, 'source' | 'directory'> => ({
  source: [],
  directory: {
    source: { kind: 'ldap', domain: samba.domain, servers: [samba.address], security: 'ldaps', caFile: samba.caFile, username: samba.adminUser, secretRef: '', baseDn: where.base }, password: samba.password,
    environment: async (folder) => {
      const key = path.join(folder, 'operator.key');
      await writeFile(key, randomBytes(48).toString('base64'), { mode: 0o600 });
      return { CAUSEWAY_KEY_FILE: key };
    },
  },
});

/** Somebody works in the unit, by a client of their own. */
export function hands(samba: SambaServer, where: Unit): Pick<Desk, 'directory' | 'set'> {
  const directory: Desk['directory'] = async (work) => {
    const client = new Client({ url: `ldap://${samba.address}` });
    await client.bind(samba.adminUser, samba.password);
    try { return await work(client); } finally { await client.unbind(); }
  };
  return {
    directory,
    set: async (cn, attribute, ...values) => {
      await directory((client) => client.modify(where.dn(cn), new Change({ operation: 'replace', modification: new Attribute({ type: attribute, values: values as string[] }) })));
    },
  };
}

/** Opens a project whose source is one unit of the domain controller. */
export async function openDesk(samba: SambaServer, where: Unit, seed: SimulatorSeed, more: Partial<RigOptions> = {}): Promise<Desk> {
  const rig = await openRig({ seed, members: '(|(objectClass=user)(objectClass=group)(objectClass=contact))', ...more, ...onUnit(samba, where) });
  const { directory, set } = hands(samba, where);
  return {
    ...rig, directory, set,
    id: async (name) => (await rig.objects())[name]?.id ?? (() => { throw new Error(`no ${name}`); })(),
    held: async () => await directory(async (client) => {
      const { searchEntries } = await client.search(where.base, { scope: 'sub', filter: '(objectClass=*)', attributes: ['*'] });
      return Object.fromEntries(searchEntries.map(({ dn, uSNChanged: _usn, whenChanged: _when, ...attributes }) => [dn, Object.fromEntries(Object.entries(attributes).map(([name, value]) => [name, [value].flat().map((one) => (Buffer.isBuffer(one) ? one.toString('base64') : String(one))).toSorted()]))]));
    }),
    causeway: async (...args) => {
      const env: Record<string, string> = { CAUSEWAY_HOME: path.join(rig.folder, 'home'), CAUSEWAY_PROJECT: rig.file, CAUSEWAY_KEY_FILE: path.join(rig.folder, 'operator.key') };
      const before = Object.keys(env).map((name) => [name, process.env[name]] as const);
      Object.assign(process.env, env);
      const written = { stdout: '', stderr: '' };
      const stream = (name: 'stdout' | 'stderr') => new PassThrough().setEncoding('utf8').on('data', (chunk: string) => { written[name] += chunk; }) as unknown as NodeJS.WriteStream;
      try {
        const code = await main(['--quiet', ...args], { stdout: stream('stdout'), stderr: stream('stderr'), stdin: new PassThrough() as unknown as NodeJS.ReadStream });
        return { code, ...written };
      } finally { for (const [name, value] of before) if (value === undefined) delete process.env[name]; else process.env[name] = value; }
    },
  };
}

/** objectSid of an entry as its text, from the database of the server itself. */
export async function sidOf(samba: SambaServer, dn: string): Promise<string> {
  const { stdout } = await run('ldbsearch', ['-H', `${samba.dir}/private/sam.ldb`, `--configfile=${samba.dir}/smb.conf`, '-s', 'base', '-b', dn, 'objectSid']);
  return /^objectSid: (\S+)/m.exec(stdout)?.[1] ?? '';
}

/** Lets an account send as another one: an entry of its security descriptor, written by Samba's own tool. */
export async function allowSendAs(samba: SambaServer, dn: string, sid: string): Promise<void> {
  await run('samba-tool', ['dsacl', 'set', '-H', `${samba.dir}/private/sam.ldb`, `--configfile=${samba.dir}/smb.conf`, `--objectdn=${dn}`, `--sddl=(OA;;CR;ab721a54-1e2f-11d0-9819-00aa0040529b;;${sid})`]);
}

type Snapshot = ReturnType<Rig['simulator']['snapshot']>;
/** What the service itself sets. */
const BY_SERVICE = new Set(['createdDateTime', 'renewedDateTime', 'lastPasswordChangeDateTime', 'userType', 'passwordProfile', 'securityIdentifier', 'deletedDateTime', 'assignedPlans', 'licenseAssignmentStates', 'givenAddresses']);

/**
 * The tenant as people would tell of it: each object by its display name (with the sign-in name where two share it), every property but those
 * of the service itself, links by name. An immutable id is told as the name of the entry it stands for.
 */
export async function tell(desk: Desk, state: Snapshot = desk.simulator.snapshot()): Promise<Record<string, Record<string, unknown>>> {
  const anchors = new Map(Object.values(await desk.objects()).map((row) => [anchorOf(row.id), row.name]));
  const all = [...state.users, ...state.groups, ...state.contacts];
  const named = Map.groupBy(all, (o) => String(o.properties['displayName']));
  const nameOf = (o: Snapshot['users'][number]): string => { const name = String(o.properties['displayName']); return (named.get(name)?.length ?? 0) > 1 ? `${name} <${String(o.properties['userPrincipalName'] ?? o.properties['mail'])}>` : name; };
  const names = new Map(all.map((o) => [o.id, nameOf(o)]));
  return Object.fromEntries(all.map((o) => {
    const { displayName: _, onPremisesImmutableId: anchor, ...properties } = Object.fromEntries(Object.entries(o.properties).filter(([name, value]) => !BY_SERVICE.has(name) && !(Array.isArray(value) && value.length === 0)));
    return [nameOf(o), {
      ...properties, ...(anchor === undefined ? {} : { anchor: anchors.get(String(anchor)) ?? anchor }), ...(o.manager === null ? {} : { manager: names.get(o.manager) ?? o.manager }),
      ...(o.members.length === 0 ? {} : { members: o.members.map((id) => names.get(id) ?? id).toSorted() }), ...(o.owners.length === 0 ? {} : { owners: o.owners.map((id) => names.get(id) ?? id).toSorted() }),
    }];
  }));
}

/** onPremisesImmutableId of an objectGUID: Base64 of its 16 raw bytes, the first three parts little-endian (MS-DTYP 2.3.4.2). */
export function anchorOf(guid: string): string {
  const [a = '', b = '', c = '', ...rest] = guid.split('-');
  return Buffer.concat([...[a, b, c].map((part) => Buffer.from(part, 'hex').reverse()), Buffer.from(rest.join(''), 'hex')]).toString('base64');
}

/** Status and reason of each object of a collection, by name. */
export async function statuses(desk: Desk, collectionId = desk.collectionId): Promise<Record<string, string>> {
  return Object.fromEntries(Object.values(await desk.objects(collectionId)).map((row) => [row.name, row.status]));
}
