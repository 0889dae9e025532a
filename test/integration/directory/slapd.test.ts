import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openLdapDirectory, type Directory, type DirectoryEntry } from '../../../electron/engines/directory/index.ts';
import { skipFor } from '../../servers/available.ts';
import { slapdObstacle, startSlapd, type SlapdServer } from '../../servers/slapd.ts';
import { PERSON_ATTRIBUTES } from '../../servers/users.ts';

const PEOPLE = 3000;

/** A server that publishes neither Active Directory's schema nor its root entry, but speaks the same protocol. */
describe.skipIf(skipFor(await slapdObstacle()))('another LDAP server (OpenLDAP)', () => {
  let slapd: SlapdServer;
  let directory: Directory;

  beforeAll(async () => {
    slapd = await startSlapd({ port: 13_391, people: PEOPLE });
    directory = await openLdapDirectory({
      connection: { kind: 'ldap', domain: '', servers: [slapd.server], security: 'plain', caFile: null, username: slapd.user, secretRef: '', baseDn: '' },
      password: slapd.password, resolveSrv: () => Promise.resolve([]),
    });
  });
  afterAll(async () => {
    await directory?.close();
    await slapd?.stop();
  });

  it('takes the first naming context for the default one', async () => {
    expect(await directory.rootDse()).toMatchObject({ defaultNamingContext: slapd.baseDn.toLowerCase(), domain: 'corp.example.com', server: slapd.server, schemaNamingContext: '' });
  });

  it('reads everybody, with the widely known binary attributes as bytes', async () => {
    const people: DirectoryEntry[] = [];
    for await (const page of directory.read({ base: '', scope: 'sub', filter: '(objectClass=user)', attributes: PERSON_ATTRIBUTES })) people.push(...page);
    expect(people).toHaveLength(PEOPLE);
    expect(new Set(people.map((entry) => entry.guid)).size).toBe(PEOPLE);
    for (const { attributes } of people) {
      expect(['objectGUID', 'objectSid', 'msExchMailboxGuid'].map((name) => Buffer.from(attributes[name]?.[0] ?? '', 'base64').length)).toStrictEqual([16, 28, 16]);
      expect(attributes['l']).toStrictEqual(['München']);
      expect(attributes['proxyAddresses']).toHaveLength(4);
    }
  });

  it('finds by escaped umlauts and by the bytes of a GUID', async () => {
    const [first] = await directory.read({ base: '', scope: 'sub', filter: '(sn=M\\c3\\bcller)', attributes: ['sn'], limit: 1 })[Symbol.asyncIterator]().next().then((page) => (page.done === true ? [] : page.value));
    expect(first?.attributes['sn']).toStrictEqual(['Müller']);
    const bytes = [...Buffer.from(first?.attributes['objectGUID']?.[0] ?? '', 'base64')].map((byte) => `\\${byte.toString(16).padStart(2, '0')}`).join('');
    for await (const page of directory.read({ base: '', scope: 'sub', filter: `(objectGUID=${bytes})`, attributes: [] })) expect(page.map((entry) => entry.dn)).toStrictEqual([first?.dn]);
  });

  it('changes an entry and takes it back', async () => {
    const dn = `CN=u000000 ${await givenName()},OU=People,${slapd.baseDn}`;
    const inverse = await directory.modify(dn, [{ operation: 'replace', attribute: 'title', values: ['Ärztin'] }]);
    expect((await directory.get(dn, ['title']))?.attributes['title']).toStrictEqual(['Ärztin']);
    await directory.modify(dn, inverse);
    expect((await directory.get(dn, ['title']))?.attributes['title']).toStrictEqual(inverse[0]?.values);
  });

  async function givenName(): Promise<string> {
    for await (const page of directory.read({ base: '', scope: 'sub', filter: '(sAMAccountName=u000000)', attributes: ['givenName'] })) return page[0]?.attributes['givenName']?.[0] ?? '';
    return '';
  }
});
