import { execFile } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import net from 'node:net';
import os from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import { Client } from 'ldapts';
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { fullAccessHolders, openLdapDirectory, readAccessEntries, sendAsHolders, type Directory, type DirectoryChange, type DirectoryEntry, type OpenLdapOptions, type ReadQuery } from '../../../electron/engines/directory/index.ts';
import { BerCursor, Tag } from '../../../electron/engines/directory/ldap/ber.ts';
import { EntryDecoder } from '../../../electron/engines/directory/ldap/entry.ts';
import { MessageFramer } from '../../../electron/engines/directory/ldap/framing.ts';
import { WELL_KNOWN_SCHEMA } from '../../../electron/engines/directory/ldap/schema.ts';
import { sidFromBytes } from '../../../shared/rules/sid.ts';
import { skipFor } from '../../servers/available.ts';
import { makeAuthority, makeCertificate } from '../../servers/certificates.ts';
import { sambaObstacle, startSamba, type SambaServer } from '../../servers/samba.ts';
import { securityDescriptor } from '../../servers/security-descriptor.ts';
import { PERSON_ATTRIBUTES } from '../../servers/users.ts';
import { dnEscape, MEMBERS, NAMES, organisationLdif, PEOPLE } from './organisation.ts';

const run = promisify(execFile);
const sidOf = (entry: DirectoryEntry | undefined): string => sidFromBytes(Buffer.from(entry?.attributes['objectSid']?.[0] ?? '', 'base64')) ?? '';

describe.skipIf(skipFor(await sambaObstacle()))('Active Directory over LDAP (Samba)', () => {
  let samba: SambaServer;
  let shared: Directory;

  /** Opens a connection that ends with the test. */
  async function open(more: Partial<OpenLdapOptions['connection']> = {}, options: Partial<OpenLdapOptions> = {}): Promise<Directory> {
    const directory = await connect(more, options);
    onTestFinished(() => directory.close());
    return directory;
  }

  function connect(more: Partial<OpenLdapOptions['connection']> = {}, options: Partial<OpenLdapOptions> = {}): Promise<Directory> {
    return openLdapDirectory({
      connection: { kind: 'ldap', domain: samba.domain, servers: [samba.address], security: 'ldaps', caFile: samba.caFile, username: samba.adminUser, secretRef: '', baseDn: '', ...more },
      password: samba.password, resolveSrv: () => Promise.resolve([]), timeouts: { connect: 5000 }, ...options,
    });
  }

  async function read(query: Partial<ReadQuery>, directory: Directory = shared): Promise<readonly DirectoryEntry[]> {
    const entries: DirectoryEntry[] = [];
    for await (const page of directory.read({ base: '', scope: 'sub', filter: '(objectClass=*)', attributes: ['cn'], ...query })) entries.push(...page);
    return entries;
  }

  const odd = (name: string): string => `CN=${dnEscape(name)},OU=Odd,${samba.baseDn}`;

  beforeAll(async () => {
    samba = await startSamba({ address: '127.0.0.11', ldif: organisationLdif('DC=corp,DC=example,DC=com') });
    shared = await connect();
  });
  afterAll(async () => {
    await shared?.close();
    await samba?.stop();
  });

  describe('connecting', () => {
    it.each(['ldaps', 'starttls', 'plain'] as const)('signs in over %s and says where it is', async (security) => {
      const root = await (await open({ security })).rootDse();
      expect(root).toMatchObject({
        defaultNamingContext: samba.baseDn, configurationNamingContext: `CN=Configuration,${samba.baseDn}`, schemaNamingContext: `CN=Schema,CN=Configuration,${samba.baseDn}`,
        domain: 'corp.example.com', server: 'dc1.corp.example.com', highestCommittedUsn: expect.stringMatching(/^\d+$/),
      });
      expect(root.supportedControls).toContain('1.2.840.113556.1.4.319');
    });

    it('signs in with a distinguished name, and by the server\'s name', async () => {
      const lookup: NonNullable<OpenLdapOptions['lookup']> = (_, options, callback) => {
        if (options.all === true) callback(null, [{ address: samba.address, family: 4 }]);
        else callback(null, samba.address, 4);
      };
      const directory = await open({ servers: [samba.host], username: `CN=Administrator,CN=Users,${samba.baseDn}` }, { lookup });
      expect((await directory.rootDse()).server).toBe(samba.host);
    });

    it('finds the domain controller by DNS', async () => {
      const directory = await open({ servers: [] }, { resolveSrv: () => Promise.resolve([{ host: samba.address, port: 389, priority: 0, weight: 100 }]) });
      expect((await directory.rootDse()).domain).toBe(samba.domain);
    });

    it.each(['ldaps', 'starttls'] as const)('refuses a certificate for another name over %s', async (security) => {
      const lookup: NonNullable<OpenLdapOptions['lookup']> = (_, options, callback) => {
        if (options.all === true) callback(null, [{ address: samba.address, family: 4 }]);
        else callback(null, samba.address, 4);
      };
      await expect(connect({ security, servers: ['files.corp.example.com'] }, { lookup })).rejects.toMatchObject({
        data: { code: 'CERTIFICATE_REFUSED', message: expect.stringMatching(/files\.corp\.example\.com.*dc1\.corp\.example\.com/) },
      });
    });

    it.each(['ldaps', 'starttls'] as const)('refuses a certificate of an unknown authority over %s, whatever file is given', async (security) => {
      const dir = await mkdtemp(path.join(os.tmpdir(), 'causeway-ca-'));
      onTestFinished(() => rm(dir, { recursive: true, force: true }));
      const other = await makeAuthority(dir, 'Another authority');
      for (const caFile of [null, other.caFile]) {
        await expect(connect({ security, caFile })).rejects.toMatchObject({ data: { code: 'CERTIFICATE_REFUSED', message: expect.stringContaining('authority') } });
      }
    });

    it('refuses an expired certificate', async () => {
      const dir = await mkdtemp(path.join(os.tmpdir(), 'causeway-expired-'));
      const authority = await makeAuthority(dir);
      const certificate = await makeCertificate(dir, authority, { name: 'old', dnsNames: [samba.host], addresses: ['127.0.0.12'], expired: true });
      const old = await startSamba({ address: '127.0.0.12', certificate });
      onTestFinished(async () => {
        await old.stop();
        await rm(dir, { recursive: true, force: true });
      });
      for (const security of ['ldaps', 'starttls'] as const) {
        await expect(connect({ security, servers: [old.address], caFile: authority.caFile })).rejects.toMatchObject({ data: { code: 'CERTIFICATE_REFUSED', message: expect.stringContaining('expired') } });
      }
    });

    it('refuses a wrong password, an unknown account and an empty password', async () => {
      const wrong = connect({}, { password: 'Wrong!' });
      await expect(wrong).rejects.toMatchObject({ data: { code: 'AUTH_FAILED', message: expect.stringContaining(samba.adminUser) } });
      await expect(wrong).rejects.not.toMatchObject({ data: { message: expect.stringContaining('Wrong!') } });
      await expect(connect({ username: 'nobody@corp.example.com' })).rejects.toMatchObject({ data: { code: 'AUTH_FAILED' } });
      await expect(connect({}, { password: '' })).rejects.toMatchObject({ data: { code: 'AUTH_FAILED' } });
    });

    it.each([['127.0.0.13', 'nothing listens'], ['no-such-host.invalid', 'DNS']])('says what is wrong with %s', async (server, words) => {
      await expect(connect({ servers: [server] })).rejects.toMatchObject({ data: { code: 'DIRECTORY_UNAVAILABLE', retryable: true, message: expect.stringContaining(words) } });
    });
  });

  describe('reading', () => {
    it('knows the schema: syntaxes, links, Exchange attributes', async () => {
      const schema = await shared.schema();
      expect(schema.attributes.length).toBeGreaterThan(1500);
      expect(schema.attribute('TARGETADDRESS')).toStrictEqual({ name: 'targetAddress', syntax: 'caseIgnore', singleValued: true, linkId: null });
      expect(schema.attribute('member')).toStrictEqual({ name: 'member', syntax: 'dn', singleValued: false, linkId: 2 });
      expect(['objectSid', 'msExchMailboxGuid', 'nTSecurityDescriptor', 'userAccountControl', 'msExchHideFromAddressLists', 'whenChanged', 'pwdLastSet'].map((name) => schema.attribute(name)?.syntax))
        .toStrictEqual(['sid', 'binary', 'securityDescriptor', 'integer', 'boolean', 'time', 'integer']);
      expect(schema.attribute('noSuchThing')).toBeUndefined();
    });

    it.each([undefined, 100, 1000])('reads everybody, pages of %s', async (pageSize) => {
      const people = await read({ base: `OU=People,${samba.baseDn}`, filter: '(objectClass=user)', attributes: ['sAMAccountName', 'msExchMailboxGuid', 'mail'], ...(pageSize === undefined ? {} : { pageSize }) });
      expect(people).toHaveLength(PEOPLE);
      expect(new Set(people.map((entry) => entry.guid)).size).toBe(PEOPLE);
      for (const entry of people) expect(entry.guid).toMatch(/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/);
      expect(Buffer.from(people[0]?.attributes['msExchMailboxGuid']?.[0] ?? '', 'base64')).toHaveLength(16);
    });

    it('reads a group of many members whole', async () => {
      const [big] = await read({ filter: '(sAMAccountName=big)', attributes: ['member'] });
      expect(big?.attributes['member']).toHaveLength(MEMBERS);
      expect(new Set(big?.attributes['member']).size).toBe(MEMBERS);
    });

    it('reads names of all kinds, and finds each by DN, by GUID and by an escaped filter', async () => {
      const entries = await read({ base: `OU=Odd,${samba.baseDn}`, filter: '(objectClass=user)', attributes: ['displayName'] });
      expect(entries.map((entry) => entry.attributes['displayName']?.[0]).toSorted()).toStrictEqual([...NAMES].toSorted());
      for (const name of NAMES) {
        const entry = await shared.get(odd(name), ['displayName', 'cn']);
        expect(entry?.attributes).toMatchObject({ cn: [name], displayName: [name] });
        expect((await shared.get(entry?.guid ?? '', ['cn']))?.dn).toBe(entry?.dn);
        const escaped = [...Buffer.from(name)].map((byte) => `\\${byte.toString(16).padStart(2, '0')}`).join('');
        expect((await read({ filter: `(displayName=${escaped})` })).map((found) => found.guid)).toStrictEqual([entry?.guid]);
      }
    });

    it('finds by escaped and raw umlauts and by the bytes of a GUID and a SID', async () => {
      const [entry] = await read({ filter: '(sn=M\\c3\\bcller)', base: `OU=Odd,${samba.baseDn}`, attributes: ['objectGUID', 'objectSid'] });
      expect((await read({ filter: '(sn=Müller)', base: `OU=Odd,${samba.baseDn}` }))[0]?.guid).toBe(entry?.guid);
      for (const name of ['objectGUID', 'objectSid']) {
        const bytes = [...Buffer.from(entry?.attributes[name]?.[0] ?? '', 'base64')].map((byte) => `\\${byte.toString(16).padStart(2, '0')}`).join('');
        expect((await read({ filter: `(${name}=${bytes})` })).map((found) => found.guid)).toStrictEqual([entry?.guid]);
      }
    });

    it('gives SIDs of built-in groups and of people in the same form', async () => {
      const sids = await read({ filter: '(|(cn=Administrators)(cn=Administrator))', attributes: ['objectSid'] });
      expect(sids.map((entry) => Buffer.from(entry.attributes['objectSid']?.[0] ?? '', 'base64')[0])).toStrictEqual([1, 1]);
    });

    it('respects scope, limit and base, and leaves absent attributes out', async () => {
      expect(await read({ base: `OU=Odd,${samba.baseDn}`, scope: 'base' })).toHaveLength(1);
      expect((await read({ base: samba.baseDn, scope: 'one', filter: '(objectClass=organizationalUnit)', attributes: ['ou'] })).map((entry) => entry.attributes['ou']?.[0])).toContain('People');
      expect(await read({ base: `OU=People,${samba.baseDn}`, filter: '(objectClass=user)', limit: 7, pageSize: 3 })).toHaveLength(7);
      expect(Object.keys((await shared.get(odd('Zoë'), ['mail', 'sn']))?.attributes ?? {}).toSorted()).toStrictEqual(['objectClass', 'objectGUID', 'sn']);
    });

    it('says undefined for what is not there, and NOT_FOUND for a missing base', async () => {
      expect(await shared.get(`CN=none,${samba.baseDn}`, ['cn'])).toBeUndefined();
      expect(await shared.get('00000000-0000-0000-0000-000000000001', ['cn'])).toBeUndefined();
      await expect(read({ base: `OU=none,${samba.baseDn}` })).rejects.toMatchObject({ data: { code: 'NOT_FOUND', message: expect.stringContaining('OU=none') } });
      await expect(read({ filter: '(cn=x' })).rejects.toMatchObject({ data: { code: 'INVALID_INPUT' } });
    });

    it('shows deleted objects only when asked', async () => {
      const gone = await shared.get(`CN=gone,OU=Odd,${samba.baseDn}`, []);
      await run('ldapdelete', ['-x', '-H', `ldap://${samba.address}`, '-D', samba.adminUser, '-w', samba.password, gone?.dn ?? '']);
      const filter = '(&(objectClass=contact)(cn=gone*))';
      expect(await read({ filter })).toHaveLength(0);
      expect(await read({ filter, deleted: true })).toMatchObject([{ guid: gone?.guid, deleted: true }]);
    });

    it('keeps ten searches open at once', async () => {
      const readers = Array.from({ length: 12 }, () => shared.read({ base: `OU=People,${samba.baseDn}`, scope: 'sub', filter: '(objectClass=user)', attributes: ['cn'], pageSize: 400 }));
      const counts = await Promise.all(readers.map(async (pages) => {
        let count = 0;
        for await (const page of pages) count += page.length;
        return count;
      }));
      expect(counts).toStrictEqual(Array.from({ length: 12 }, () => PEOPLE));
    });
  });

  it('reads the same out of the bytes of a real server as ldapts does', async () => {
    const chunks: Buffer[] = [];
    const client = new Client({
      url: `ldap://${samba.address}`, timeout: 20_000,
      createConnection: ((port: number, host: string) => net.connect(port, host).on('data', (chunk: Buffer) => { chunks.push(Buffer.from(chunk)); })) as typeof net.connect,
    });
    await client.bind(samba.adminUser, samba.password);
    const names = PERSON_ATTRIBUTES.filter((name) => !/guid|sid/i.test(name));
    const theirs = await client.search(`OU=People,${samba.baseDn}`, { filter: '(objectClass=user)', attributes: [...names], timeLimit: 0 });
    await client.unbind();
    const decoder = new EntryDecoder(WELL_KNOWN_SCHEMA, names);
    const framer = new MessageFramer();
    const ours: unknown[] = [];
    for (const chunk of chunks) {
      framer.push(chunk, (buffer, start, end) => {
        const cursor = new BerCursor(buffer, start);
        cursor.enter(Tag.sequence, end);
        cursor.integer(end);
        if (cursor.peek(end) !== Tag.searchEntry) return;
        const { dn, attributes } = decoder.decode(cursor, end).entry;
        // ldapts gives one value as a text and several as a list.
        ours.push({ dn, ...Object.fromEntries(Object.entries(attributes).map(([name, values]) => [name, values.length === 1 ? values[0] : values])) });
      });
    }
    expect(theirs.searchEntries).toHaveLength(PEOPLE);
    expect(ours).toStrictEqual(theirs.searchEntries);
  });

  describe('changing', () => {
    const CASES: readonly (readonly [string, readonly DirectoryChange[]])[] = [
      ['a single value', [{ operation: 'replace', attribute: 'targetAddress', values: ['SMTP:joerg@corp.mail.onmicrosoft.com'] }]],
      ['a value that was absent', [{ operation: 'replace', attribute: 'extensionAttribute5', values: ['sync'] }]],
      ['a clearing', [{ operation: 'remove', attribute: 'proxyAddresses', values: [] }, { operation: 'replace', attribute: 'targetAddress', values: [] }]],
      ['several values', [
        { operation: 'add', attribute: 'proxyAddresses', values: ['smtp:new@example.com', 'SMTP:joerg@example.com'] },
        { operation: 'remove', attribute: 'proxyAddresses', values: ['SMTP:jorg@corp.example.com', 'smtp:never@example.com'] },
      ]],
      ['a new primary address', [
        { operation: 'remove', attribute: 'proxyAddresses', values: ['SMTP:joerg@example.com'] }, { operation: 'add', attribute: 'proxyAddresses', values: ['smtp:joerg@example.com', 'SMTP:first@example.com'] },
      ]],
      ['bytes', [{ operation: 'replace', attribute: 'mS-DS-ConsistencyGuid', values: ['eFY0EjQSNBISNBI0VniQqw=='] }, { operation: 'add', attribute: 'msExchMailboxGuid', values: ['AAECAwQFBgcICQoLDA0O/w=='] }]],
      ['a link', [{ operation: 'replace', attribute: 'manager', values: [`CN=${dnEscape('O\'Neill (HR) *extern*')},OU=Odd,DC=corp,DC=example,DC=com`] }]],
    ];

    it.each(CASES)('writes %s and takes it back exactly', async (_, changes) => {
      const dn = odd('Müller, Jörg');
      const names = ['proxyAddresses', 'targetAddress', 'extensionAttribute5', 'mS-DS-ConsistencyGuid', 'msExchMailboxGuid', 'manager'];
      const state = async (): Promise<Record<string, readonly string[]>> => {
        const entry = await shared.get(dn, names);
        return Object.fromEntries(Object.entries(entry?.attributes ?? {}).filter(([name]) => names.includes(name)).map(([name, values]) => [name, values.toSorted()]));
      };
      const before = await state();
      const inverse = await shared.modify(dn, changes);
      expect(inverse.length).toBeGreaterThan(0);
      expect(await state()).not.toStrictEqual(before);
      await shared.modify(dn, inverse);
      expect(await state()).toStrictEqual(before);
    });

    it('changes by GUID, and does nothing when nothing would change', async () => {
      const entry = await shared.get(odd('Zoë'), []);
      expect(await shared.modify(entry?.guid ?? '', [{ operation: 'replace', attribute: 'sn', values: ['New'] }])).toStrictEqual([{ operation: 'replace', attribute: 'sn', values: ['Name 6'] }]);
      expect(await shared.modify(entry?.guid ?? '', [{ operation: 'replace', attribute: 'SN', values: ['New'] }])).toStrictEqual([]);
    });

    it.each([
      ['an attribute the schema does not know', 'noSuchAttribute', ['x'], 'DIRECTORY_REFUSED'], ['a boolean that is none', 'msExchHideFromAddressLists', ['maybe'], 'DIRECTORY_REFUSED'],
      ['a link to nothing', 'manager', ['CN=none,DC=corp,DC=example,DC=com'], 'DIRECTORY_REFUSED'], ['two values where one fits', 'targetAddress', ['a', 'b'], 'DIRECTORY_REFUSED'],
      ['a back link', 'directReports', ['CN=x'], 'INVALID_INPUT'],
    ])('refuses %s', async (_, attribute, values, code) => {
      await expect(shared.modify(odd('Zoë'), [{ operation: 'replace', attribute, values }])).rejects.toMatchObject({ data: { code, message: expect.stringContaining('Zoë') } });
    });

    it('says NOT_FOUND for a missing object, FORBIDDEN without the right', async () => {
      await expect(shared.modify(`CN=none,${samba.baseDn}`, [{ operation: 'replace', attribute: 'sn', values: ['x'] }])).rejects.toMatchObject({ data: { code: 'NOT_FOUND' } });
      const user = 'plain@corp.example.com';
      await run('samba-tool', ['user', 'create', 'plain', 'Passw0rd!2025', '-H', path.join(samba.dir, 'private', 'sam.ldb'), `--configfile=${samba.dir}/smb.conf`]);
      const directory = await open({ username: user }, { password: 'Passw0rd!2025' });
      await expect(directory.modify(odd('Zoë'), [{ operation: 'replace', attribute: 'sn', values: ['x'] }])).rejects.toMatchObject({ data: { code: 'FORBIDDEN' } });
    });
  });

  describe('permissions on mailboxes', () => {
    const SEND_AS = 'ab721a54-1e2f-11d0-9819-00aa0040529b';

    it('are read from the two security descriptors, by an account without special rights too', async () => {
      const holder = sidOf(await shared.get(odd('Zoë'), ['objectSid']));
      const other = sidOf(await shared.get(odd('Müller, Jörg'), ['objectSid']));
      const mailbox = await shared.get(`CN=${dnEscape(NAMES[0] ?? '')},OU=Odd,${samba.baseDn}`, ['cn']);
      const local = ['-H', path.join(samba.dir, 'private', 'sam.ldb'), `--configfile=${samba.dir}/smb.conf`];
      await run('samba-tool', ['dsacl', 'set', '--action=allow', `--objectdn=${mailbox?.dn}`, `--sddl=(OA;;CR;${SEND_AS};;${holder})`, ...local]);
      const list = securityDescriptor([{ type: 0, mask: 0x20001, sid: 'S-1-5-10' }, { type: 0, mask: 0x1, sid: other }]);
      await shared.modify(mailbox?.guid ?? '', [{ operation: 'replace', attribute: 'msExchMailboxSecurityDescriptor', values: [list.toString('base64')] }]);
      await run('samba-tool', ['user', 'create', 'reader', 'Passw0rd!2025', ...local]);
      for (const directory of [shared, await open({ username: 'reader@corp.example.com' }, { password: 'Passw0rd!2025' })]) {
        const attributes = ['nTSecurityDescriptor', 'msExchMailboxSecurityDescriptor'];
        const [page] = await read({ base: mailbox?.dn ?? '', scope: 'base', attributes }, directory);
        for (const entry of [page, await directory.get(mailbox?.dn ?? '', attributes)]) {
          const entries = attributes.map((name) => readAccessEntries(Buffer.from(entry?.attributes[name]?.[0] ?? '', 'base64')) ?? []);
          expect(sendAsHolders(entries[0] ?? [])).toEqual([holder]);
          expect(fullAccessHolders(entries[1] ?? [])).toEqual([other]);
        }
      }
    });
  });

  it('goes on by itself after a restart of the server', async () => {
    const directory = await open();
    await samba.load(`dn: OU=Later,${samba.baseDn}\nobjectClass: organizationalUnit\n\n`);
    expect(await read({ filter: '(ou=Later)' }, directory)).toHaveLength(1);
  });
});
