import Database from 'better-sqlite3';
import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { createServer as createTcpServer, type AddressInfo, type Server } from 'node:net';
import { createServer as createTlsServer } from 'node:tls';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { skipFor } from '../../servers/available.ts';
import { makeAuthority, makeCertificate } from '../../servers/certificates.ts';
import { sambaObstacle, startSamba, type SambaServer } from '../../servers/samba.ts';
import { makeOperator, type Operator, type Ran } from './command.ts';
import { startTenant, writeState } from './simulated-tenant.ts';
import { makeTenant } from './tenant-seed.ts';
import { makeOrganisation } from '../../servers/organisation.ts';
import { withKnownGuids } from './directory-facts.ts';

const PASSWORD = 'Wrong-password~2024=';
const LDIF = 'version: 1\n\ndn: DC=corp,DC=example,DC=com\nobjectClass: domainDNS\ndc: corp\n\ndn: CN=Ann,DC=corp,DC=example,DC=com\nobjectClass: user\ncn: Ann\nsAMAccountName: ann\nuserAccountControl: 544\nobjectGUID:: AAECAwQFBgcICQoLDA0ODw==\n\n';

let operator: Operator;
let project: string;
beforeEach(async () => {
  operator = await makeOperator();
  project = `${operator.folder}/p.causeway`;
});
afterEach(async () => { await operator.close(); });

const causeway = (...args: string[]): Promise<Ran> => operator.run('--project', project, '--quiet', ...args);
async function well(...args: string[]): Promise<Ran> {
  const ran = await causeway(...args);
  expect({ code: ran.code, stderr: ran.stderr }).toEqual({ code: 0, stderr: '' });
  return ran;
}
/** One sentence or two in one line for a person: what, where, what to do. No stack, no code, no secret. */
function refused(ran: Ran, code: number, sentence: RegExp): void {
  expect(ran).toMatchObject({ code, stdout: '' });
  expect(ran.stderr).toMatch(/^[^\n]+\.\n$/);
  expect(ran.stderr).toMatch(sentence);
  expect(ran.stderr).not.toMatch(/ {4}at |node:|Error:|INTERNAL|Unexpected|reference/);
  expect(ran.stderr).not.toContain(PASSWORD);
}
const makeProject = (): Promise<Ran> => well('project', 'create', '--file', project, '--name', 'P');
const pairs = async (): Promise<readonly unknown[]> => (await operator.run('--project', project, '--json', 'pair', 'list')).json as readonly unknown[];

describe('the command line itself', () => {
  it.each([
    [['--nonsense'], /unknown option '--nonsense'/], [['migrate', '--purge'], /unknown option '--purge'/], [['nonsense'], /unknown command 'nonsense'/],
    [['pair', 'create'], /required option '--name <name>' not specified/], [['pair', 'create', '--name', 'x', '--cloud', 'mars'], /'mars' is invalid/],
  ])('refuses %j and names the help', async (args, sentence) => {
    const ran = await operator.run(...args);
    expect(ran).toMatchObject({ code: 2, stdout: '', stderr: expect.stringMatching(sentence) });
    expect(ran.stderr).toMatch(/^error: [^\n]+\n(\(Did you mean [^\n]+\)\n)?\([^\n]*causeway --help[^\n]*\)\n$/);
  });

  it('says the same as JSON when asked', async () => {
    const ran = await operator.run('--project', project, '--json', 'project', 'info');
    expect(ran).toMatchObject({ code: 2, json: { error: { code: 'NOT_FOUND', retryable: false } } });
    expect((ran.json as { error: { message: string } }).error.message).toBe(ran.stderr.trim());
  });
});

describe('project files', () => {
  it('names a project that is not there, and makes none', async () => {
    refused(await causeway('pair', 'list'), 2, /no project file .*p\.causeway/);
    expect(existsSync(project)).toBe(false);
  });

  it('makes no project over another file or in a folder that is not there', async () => {
    await operator.file('p.causeway', 'precious');
    refused(await causeway('project', 'create', '--file', project, '--name', 'P'), 2, /exists already/);
    expect(await readFile(project, 'utf8')).toBe('precious');
    refused(await causeway('project', 'create', '--file', `${operator.folder}/no/where.causeway`, '--name', 'P'), 2, /cannot be made/);
    expect(existsSync(`${operator.folder}/no`)).toBe(false);
  });

  it('leaves files of other programs alone', async () => {
    await operator.file('p.causeway', 'a letter to somebody, long enough to be taken for a header of a file of databases ...................');
    refused(await causeway('pair', 'list'), 2, /not a Causeway project/);
    const foreign = `${operator.folder}/foreign.db`;
    const db = new Database(foreign);
    db.exec('create table t (a); insert into t values (1)');
    db.close();
    const bytes = await readFile(foreign);
    refused(await operator.run('--project', foreign, '--quiet', 'pair', 'list'), 2, /database of another program/);
    expect((await readFile(foreign)).equals(bytes)).toBe(true);
    expect(existsSync(`${foreign}-wal`)).toBe(false);
  });

  it('leaves a project of a newer version alone', async () => {
    await makeProject();
    const db = new Database(project);
    db.prepare('insert into schema_migration (name, timestamp) values (?, ?)').run('9999-of-the-future', '2030-01-01T00:00:00Z');
    db.pragma('wal_checkpoint(truncate)');
    db.close();
    const bytes = await readFile(project);
    refused(await causeway('pair', 'list'), 2, /newer version/);
    expect((await readFile(project)).equals(bytes)).toBe(true);
  });
});

describe('sources and secrets', () => {
  beforeEach(async () => { await makeProject(); });
  const ldap = (server: string, ...more: string[]): string[] => ['pair', 'create', '--name', 'P', '--server', server, '--user', 'administrator@corp.example.com', '--simulated-state', `${operator.folder}/t.json`, ...more];
  async function withPassword(): Promise<readonly string[]> { return ['--password-file', await operator.file('pw.txt', PASSWORD)]; }
  async function collection(): Promise<void> { await well('collection', 'create', '--name', 'C'); }
  const add = (): Promise<Ran> => causeway('collection', 'add', '--dn', 'DC=corp,DC=example,DC=com');

  it('keeps no pair whose password file is missing or empty', async () => {
    refused(await causeway(...ldap('127.0.0.1', '--password-file', `${operator.folder}/none.txt`)), 2, /none\.txt cannot be read/);
    refused(await causeway(...ldap('127.0.0.1', '--password-file', await operator.file('empty.txt', '\n'))), 2, /empty\.txt is empty/);
    expect(await pairs()).toEqual([]);
  });

  it('keeps no pair whose password cannot be kept', async () => {
    const weak = await makeOperator({ env: { CAUSEWAY_KEY_FILE: `${operator.folder}/no.key` } });
    try {
      refused(await weak.run('--project', project, '--quiet', ...ldap('127.0.0.1', ...await withPassword())), 3, /key file .*no\.key .*cannot be read/);
    } finally { await weak.close(); }
    expect(await pairs()).toEqual([]);
  });

  it('asks for a password that lasted only as long as the program', async () => {
    const forgetful = await makeOperator({ key: false });
    try {
      await forgetful.run('--project', project, ...ldap('127.0.0.1', ...await withPassword()));
      await forgetful.run('--project', project, 'collection', 'create', '--name', 'C');
      refused(await forgetful.run('--project', project, '--quiet', 'collection', 'add', '--dn', 'DC=corp,DC=example,DC=com'), 3, /password of administrator@corp\.example\.com is not known/);
    } finally { await forgetful.close(); }
  });

  it('names a host that does not exist, and one that does not listen', async () => {
    await well(...ldap('dc.nowhere.invalid', ...await withPassword()));
    await collection();
    refused(await add(), 3, /dc\.nowhere\.invalid/);
    await well('pair', 'delete', 'P');
    await well(...ldap('127.0.0.1:1', ...await withPassword()));
    await collection();
    refused(await add(), 3, /127\.0\.0\.1/);
    const test = await causeway('pair', 'test');
    expect(test).toMatchObject({ code: 3, stderr: '', stdout: expect.stringMatching(/Source: connect and sign in +failed .*127\.0\.0\.1/) });
  });

  it('does not talk to a server whose certificate has expired', async () => {
    const authority = await makeAuthority(`${operator.folder}/tls`);
    const made = await makeCertificate(`${operator.folder}/tls`, authority, { name: 'old', dnsNames: ['localhost'], addresses: ['127.0.0.1'], expired: true });
    const seen: Buffer[] = [];
    const server: Server = createTlsServer({ cert: await readFile(made.certFile), key: await readFile(made.keyFile) }, (socket) => { socket.on('data', (data) => seen.push(data)); });
    await new Promise<void>((resolve) => { server.listen(0, '127.0.0.1', resolve); });
    try {
      await well(...ldap(`127.0.0.1:${(server.address() as AddressInfo).port}`, '--ca', authority.caFile, ...await withPassword()));
      await collection();
      refused(await add(), 3, /expired/);
      expect(Buffer.concat(seen).length).toBe(0);
    } finally { await new Promise((resolve) => { server.close(resolve); }); }
  });

  it('names file and line of an LDIF that is not one, and adds nothing', async () => {
    const file = await operator.file('bad.ldf', `${LDIF}dn: CN=Bob,DC=corp,DC=example,DC=com\nobjectClass: user\nthis is no line of an LDIF\n`);
    await well('pair', 'create', '--name', 'P', '--ldif', file, '--simulated-state', `${operator.folder}/t.json`);
    await collection();
    refused(await add(), 2, /bad\.ldf, line 16: /);
    expect((await operator.run('--project', project, '--json', 'collection', 'list')).json).toMatchObject([{ objects: 0 }]);
  });

  it('names what is not in the directory or the project', async () => {
    await well('pair', 'create', '--name', 'P', '--ldif', await operator.file('good.ldf', LDIF), '--simulated-state', `${operator.folder}/t.json`);
    await collection();
    refused(await causeway('collection', 'add', '--dn', 'OU=Nowhere,DC=corp,DC=example,DC=com'), 2, /"OU=Nowhere,DC=corp,DC=example,DC=com" was not found/);
    refused(await causeway('collection', 'add', '--filter', '(&(cn=x)'), 2, /filter/i);
    refused(await causeway('plan'), 2, /Collection "C" is empty/);
    refused(await causeway('match', '--collection', 'Munich'), 2, /no collection "Munich"/);
    refused(await causeway('tasks', 'show', 'not-a-task'), 2, /not-a-task|id/);
    refused(await causeway('rollback'), 2, /no migration that could be rolled back/);
    expect((await operator.run('--project', project, '--json', 'tasks')).json).toEqual([]);
  });
});

describe('tenants', () => {
  it('says that the tenant does not answer, that the secret is wrong, and leaves the collection as it was', async () => {
    await makeProject();
    const closed = createTcpServer();
    await new Promise<void>((resolve) => { closed.listen(0, '127.0.0.1', resolve); });
    const { port } = closed.address() as AddressInfo;
    await new Promise((resolve) => { closed.close(resolve); });
    const source = ['--ldif', await operator.file('good.ldf', LDIF)];
    const target = ['--tenant', 'ca05e0a1-51f0-4c1d-9a7e-0000000000aa', '--client', 'ca05e0a1-51f0-4c1d-9a7e-00000000c11e', '--simulated', `http://127.0.0.1:${port}`];
    await well('pair', 'create', '--name', 'P', ...source, ...target, '--secret-file', await operator.file('s.txt', PASSWORD));
    await well('collection', 'create', '--name', 'C');
    await well('collection', 'add', '--dn', 'DC=corp,DC=example,DC=com');
    expect(await causeway('pair', 'test')).toMatchObject({ code: 3, stderr: '', stdout: expect.stringMatching(/Target: sign in +failed /) });
    const match = await causeway('match');
    expect(match).toMatchObject({ code: 3, stdout: '' });
    expect(match.stderr).toMatch(/^[^\n]+\.\n$/);

    const stateFile = `${operator.folder}/tenant.json`;
    await writeState(stateFile, makeTenant(withKnownGuids(makeOrganisation({ users: 200, guids: true }))), 'another secret');
    const tenant = await startTenant(operator, stateFile, { quotas: 'off', listen: `127.0.0.1:${port}` });
    try {
      const wrong = await causeway('plan', '--create');
      expect(wrong).toMatchObject({ code: 3, stdout: '' });
      expect(wrong.stderr).toMatch(/^[^\n]*secret[^\n]+\.\n$/i);
      expect(`${wrong.stdout}${wrong.stderr}`).not.toContain(PASSWORD);
    } finally { await tenant.stop(); }
    const rows = (await operator.run('--project', project, '--json', 'objects', 'list')).json as readonly { status: string }[];
    expect(rows.map((r) => r.status)).toEqual(['New']);
    expect(await operator.leaks([PASSWORD], [`${operator.folder}/s.txt`])).toEqual([]);
  });
});

describe.skipIf(skipFor(await sambaObstacle()))('a real domain controller', () => {
  let samba: SambaServer;
  beforeAll(async () => { samba = await startSamba({ address: '127.0.0.42' }); });
  afterAll(async () => { await samba?.stop(); });

  it('says that the password is wrong or the authority unknown', async () => {
    await makeProject();
    const pair = ['--server', samba.address, '--user', samba.adminUser, '--simulated-state', `${operator.folder}/t.json`, '--password-file', await operator.file('pw.txt', PASSWORD)];
    await well('pair', 'create', '--name', 'P', ...pair, '--ca', samba.caFile);
    await well('collection', 'create', '--name', 'C');
    refused(await causeway('collection', 'add', '--dn', samba.baseDn), 3, /password|name/i);
    await well('pair', 'delete', 'P');
    await well('pair', 'create', '--name', 'P', ...pair);
    await well('collection', 'create', '--name', 'C');
    refused(await causeway('collection', 'add', '--dn', samba.baseDn), 3, /certificate/i);
  });
});
