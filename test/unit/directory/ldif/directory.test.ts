import { mkdtempSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import fc from 'fast-check';
import { afterAll, describe, expect, test } from 'vitest';
import { formatLdifEntry, openLdifDirectory } from '../../../../electron/engines/directory/ldif/index.ts';
import type { LdifValue } from '../../../../electron/engines/directory/ldif/index.ts';
import type { Directory, DirectoryEntry, ReadQuery } from '../../../../electron/engines/directory/port.ts';
import { guidToBytes } from '../../../../shared/rules/guid.ts';
import { sidToBytes } from '../../../../shared/rules/sid.ts';

const folder = mkdtempSync(path.join(tmpdir(), 'ldif-'));
afterAll(() => { rmSync(folder, { recursive: true }); });
let files = 0;
const guid = (n: number): string => `12345678-1234-1234-1234-${String(n).padStart(12, '0')}`;
const entry = (dn: string, classes: readonly string[], attributes: Readonly<Record<string, readonly LdifValue[]>> = {}, id: number | null = null): string =>
  formatLdifEntry(dn, [['objectClass', ['top', ...classes]], ...(id === null ? [] : [['objectGUID', [guidToBytes(guid(id)) ?? new Uint8Array()]] as const]), ...Object.entries(attributes)]);
const open = (text: string, mode: 'read only' | 'writable in memory' = 'read only'): Promise<Directory> => {
  const file = path.join(folder, `${(files += 1)}.ldif`);
  writeFileSync(file, text);
  return openLdifDirectory({ file, mode });
};
const DC = 'DC=corp,DC=example';
const DOMAIN = [
  entry(DC, ['domainDNS']), entry(`OU=Staff,${DC}`, ['organizationalUnit']),
  entry(`CN=Ann,OU=Staff,${DC}`, ['person', 'user'], { sAMAccountName: ['ann'], userAccountControl: ['512'], manager: [`cn=bob, ou=staff, ${DC}`], objectSid: [sidToBytes('S-1-5-21-1-2-3-1105') ?? ''], uSNChanged: ['20'], unknownBytes: ['plain'] }, 1),
  entry(`CN=Bob,OU=Staff,${DC}`, ['person', 'user'], { samaccountname: ['bob'], userAccountControl: ['514'], uSNChanged: ['100'], unknownBytes: [Uint8Array.of(255, 254)] }, 2),
  entry(`CN=Inner,OU=Staff,${DC}`, ['group'], { member: [`CN=Ann,OU=Staff,${DC}`], groupType: ['-2147483646'] }, 3),
  entry(`CN=Outer,${DC}`, ['group'], { member: [`CN=Inner,OU=Staff,${DC}`, `CN=Outer,${DC}`], memberOf: [`CN=Elsewhere,DC=other`, `CN=Outer,${DC}`] }, 4),
  entry(`CN=Gone,CN=Deleted Objects,${DC}`, ['user'], { isDeleted: ['TRUE'] }, 5),
].join('');
const read = async (directory: Directory, query: Partial<ReadQuery>): Promise<DirectoryEntry[]> => {
  const all: DirectoryEntry[] = [];
  for await (const page of directory.read({ base: '', scope: 'sub', filter: '(objectClass=*)', attributes: [], ...query })) all.push(...page);
  return all;
};
const names = async (directory: Directory, query: Partial<ReadQuery>): Promise<string[]> => (await read(directory, query)).map((one) => one.dn.split(',')[0] ?? '');

describe('reading a snapshot', async () => {
  const directory = await open(DOMAIN);
  test('rootDSE', async () => {
    expect(await directory.rootDse()).toMatchObject({ defaultNamingContext: DC, configurationNamingContext: `CN=Configuration,${DC}`, domain: 'corp.example', highestCommittedUsn: '100' });
    expect(directory.capabilities).toEqual({ write: false, readDeleted: true, live: false });
  });
  test.each<[Partial<ReadQuery>, string[]]>([
    [{}, ['DC=corp', 'OU=Staff', 'CN=Ann', 'CN=Bob', 'CN=Inner', 'CN=Outer']], [{ scope: 'one' }, ['OU=Staff', 'CN=Outer']], [{ scope: 'base', base: `ou=STAFF,${DC}` }, ['OU=Staff']], [{ base: `OU=Staff,${DC}` }, ['OU=Staff', 'CN=Ann', 'CN=Bob', 'CN=Inner']],
    [{ filter: '(objectClass=user)', deleted: true }, ['CN=Ann', 'CN=Bob', 'CN=Gone']], [{ limit: 2, pageSize: 1 }, ['DC=corp', 'OU=Staff']], [{ filter: '(userAccountControl:1.2.840.113556.1.4.803:=2)' }, ['CN=Bob']],
    [{ filter: `(objectGUID=${guid(1)})` }, ['CN=Ann']], [{ filter: '(objectSid=S-1-5-21-1-2-3-1105)' }, ['CN=Ann']], [{ filter: `(manager=CN=Bob,OU=Staff,${DC})` }, ['CN=Ann']],
    [{ filter: `(directReports=CN=Ann,OU=Staff,${DC})` }, ['CN=Bob']], [{ filter: `(memberOf=CN=Inner,OU=Staff,${DC})` }, ['CN=Ann']],
    [{ filter: `(memberOf:1.2.840.113556.1.4.1941:=CN=Outer,${DC})` }, ['CN=Ann', 'CN=Inner', 'CN=Outer']], [{ filter: `(member:1.2.840.113556.1.4.1941:=CN=Ann,OU=Staff,${DC})` }, ['CN=Inner', 'CN=Outer']],
    [{ filter: '(&(objectClass=user)(!(extensionAttribute7=x)))' }, ['CN=Ann', 'CN=Bob']], [{ filter: '(!(neverHeardOf=x))' }, []],
  ])('%o', async (query, expected) => expect(await names(directory, query)).toEqual(expected));
  test('attributes come in the spelling of the schema, binary ones as Base64, back links worked out', async () => {
    const ann = await directory.get(guid(1).toUpperCase(), ['SAMACCOUNTNAME', 'memberof', 'objectSid', 'mail', 'distinguishedName']);
    expect(ann).toMatchObject({ guid: guid(1), dn: `CN=Ann,OU=Staff,${DC}`, objectClass: ['top', 'person', 'user'], deleted: false });
    expect(ann?.attributes).toEqual({
      objectGUID: [Buffer.from(guidToBytes(guid(1)) ?? []).toString('base64')], objectClass: ['top', 'person', 'user'], sAMAccountName: ['ann'], memberOf: [`CN=Inner,OU=Staff,${DC}`],
      objectSid: [Buffer.from(sidToBytes('S-1-5-21-1-2-3-1105') ?? []).toString('base64')], distinguishedName: [`CN=Ann,OU=Staff,${DC}`],
    });
    expect((await directory.get(`cn=outer,${DC}`, ['memberOf']))?.attributes['memberOf']).toEqual([`CN=Outer,${DC}`, 'CN=Elsewhere,DC=other']);
    expect(await directory.get(guid(9), [])).toBeUndefined();
  });
  test('an unknown attribute with bytes is binary for all entries', async () => {
    const values = (await read(directory, { filter: '(unknownBytes=*)', attributes: ['unknownBytes'] })).map((one) => one.attributes['unknownBytes']);
    expect(values).toEqual([['cGxhaW4='], ['//4=']]);
  });
  test('pages, cancelling and mistakes', async () => {
    const pages: number[] = [];
    for await (const page of directory.read({ base: '', scope: 'sub', filter: '(objectClass=*)', attributes: [], pageSize: 4 })) pages.push(page.length);
    expect(pages).toEqual([4, 2]);
    const stop = new AbortController();
    const taking = async (): Promise<void> => { for await (const _ of directory.read({ base: '', scope: 'sub', filter: '(objectClass=*)', attributes: [], pageSize: 1 }, stop.signal)) stop.abort(); };
    await expect(taking()).rejects.toMatchObject({ data: { code: 'CANCELLED' } });
    await expect(read(directory, { base: 'OU=None,DC=x' })).rejects.toMatchObject({ data: { code: 'NOT_FOUND' } });
    await expect(read(directory, { filter: '(a' })).rejects.toMatchObject({ data: { code: 'INVALID_INPUT' } });
    await expect(read(directory, { pageSize: 1001 })).rejects.toMatchObject({ data: { code: 'INVALID_INPUT' } });
    await expect(directory.modify(guid(1), [{ operation: 'replace', attribute: 'title', values: ['x'] }])).rejects.toMatchObject({ data: { code: 'FORBIDDEN' } });
  });
});

describe('files that are refused', () => {
  test.each([
    [entry('CN=a,DC=x', ['user']), 'line 1', 'no objectGUID'], [entry('CN=a,DC=x', ['user'], {}, 1) + entry('cn=A,dc=x', ['container']), 'line 6', 'twice'],
    [entry('CN=a,DC=x', ['user'], {}, 1) + entry('CN=b,DC=x', ['user'], {}, 1), 'line 6', 'same objectGUID'], [entry('CN=g,DC=x', ['group'], { 'member;range=0-1499': ['CN=a'] }, 1), 'line 1', 'only a part'],
    [entry('CN=a,DC=x', ['user'], { objectGUID: ['short'] }), 'line 1', '16 bytes'],
  ])('%j', async (text, line, words) => {
    await expect(open(text)).rejects.toMatchObject({ data: { code: 'BAD_FILE', message: expect.stringMatching(new RegExp(`${line}\\D.*${words}`)) } });
  });
  test('containers and computers need no objectGUID', async () => {
    expect(await names(await open(entry('OU=a,DC=x', ['organizationalUnit']) + entry('CN=pc,DC=x', ['user', 'computer'])), {})).toEqual(['OU=a', 'CN=pc']);
  });
  test('a part of a domain is searched from the top all the same', async () => {
    const part = await open(entry('CN=Ann,OU=Staff,DC=corp,DC=example', ['user'], {}, 1));
    expect((await part.rootDse()).defaultNamingContext).toBe('DC=corp,DC=example');
    expect(await names(part, {})).toEqual(['CN=Ann']);
  });
});

describe('the file stays the place of the values', () => {
  /** The domain with letters of several bytes, comments, and spans that begin after them. */
  const umlauts = `# exported\n\n${DOMAIN}# a word – before the last\n${entry(`CN=Zoë Ærø,OU=Staff,${DC}`, ['user'], { displayName: ['Zoë 😀'], memberOf: [`CN=Elsewhere,DC=other`] }, 8)}${entry(`CN=Last,OU=Staff,${DC}`, ['group'], { member: [`CN=Zoë Ærø,OU=Staff,${DC}`, `CN=Ann,OU=Staff,${DC}`] }, 9)}`;
  const saved = (bytes: Uint8Array): string => { const file = path.join(folder, `${(files += 1)}.ldif`); writeFileSync(file, bytes); return file; };
  test.each<[string, Uint8Array]>([
    ['UTF-8', Buffer.from(umlauts)], ['UTF-8 with a mark', Buffer.from(`\uFEFF${umlauts}`)], ['UTF-16 of ldifde -u', Buffer.from(`\uFEFF${umlauts.replaceAll('\n', '\r\n')}`, 'utf16le')], ['CRLF', Buffer.from(umlauts.replaceAll('\n', '\r\n'))],
    ['without an empty line at the end', Buffer.from(umlauts.trimEnd())],
  ])('each entry is found again by name and GUID, as it is read: %s', async (_, bytes) => {
    const directory = await openLdifDirectory({ file: saved(bytes), mode: 'read only' });
    const all = await read(directory, { attributes: ['*', 'memberOf'] });
    expect(all).toHaveLength(8);
    for (const one of all) {
      expect(await directory.get(one.dn, ['*', 'memberOf'])).toEqual(one);
      if (one.guid !== '') expect(await directory.get(one.guid, ['*', 'memberOf'])).toEqual(one);
    }
    // Who refers stands after who is referred to, at the end of the file.
    expect(all.find((one) => one.guid === guid(8))?.attributes).toMatchObject({ displayName: ['Zoë 😀'], memberOf: [`CN=Last,OU=Staff,${DC}`, 'CN=Elsewhere,DC=other'] });
  });
  test('bytes at the end of the file make the attribute binary from the beginning, also in one entry read alone', async () => {
    const text = entry('CN=a,DC=x', ['user'], { photoOfOurs: ['plain'] }, 1) + entry('CN=b,DC=x', ['user'], { photoOfOurs: [Uint8Array.of(255, 254)] }, 2);
    const directory = await open(text);
    expect((await directory.get(guid(1), ['photoOfOurs']))?.attributes['photoOfOurs']).toEqual(['cGxhaW4=']);
  });
  test('a file that changes while it is open is noticed', async () => {
    const file = saved(Buffer.from(DOMAIN));
    const directory = await openLdifDirectory({ file, mode: 'read only' });
    writeFileSync(file, DOMAIN.replace('CN=Bob', 'CN=Rob'));
    await expect(read(directory, {})).rejects.toMatchObject({ data: { code: 'BAD_FILE', retryable: true } });
    await expect(directory.get(guid(2), [])).rejects.toMatchObject({ data: { code: 'BAD_FILE' } });
    writeFileSync(file, DOMAIN.slice(0, DOMAIN.lastIndexOf('dn: ')));
    await expect(read(directory, {})).rejects.toMatchObject({ data: { code: 'BAD_FILE' } });
    writeFileSync(file, DOMAIN + entry('CN=More,DC=corp,DC=example', ['user'], {}, 11));
    await expect(read(directory, {})).rejects.toMatchObject({ data: { code: 'BAD_FILE' } });
  });
  test('a newer export in its place is noticed, though all names are the same: Bob is somebody else in it', async () => {
    const file = saved(Buffer.from(DOMAIN));
    const directory = await openLdifDirectory({ file, mode: 'read only' });
    const bob = (id: number) => entry(`CN=Bob,OU=Staff,${DC}`, ['person', 'user'], { samaccountname: ['bob'], userAccountControl: ['514'], uSNChanged: ['100'], unknownBytes: [Uint8Array.of(255, 254)] }, id);
    expect(DOMAIN).toContain(bob(2));
    writeFileSync(`${file}.new`, DOMAIN.replace(bob(2), bob(77)));
    renameSync(`${file}.new`, file);
    await expect(read(directory, {})).rejects.toMatchObject({ data: { code: 'BAD_FILE', retryable: true } });
    await expect(directory.get(guid(2), ['sAMAccountName'])).rejects.toMatchObject({ data: { code: 'BAD_FILE' } });
    rmSync(file);
    await expect(read(directory, {})).rejects.toMatchObject({ data: { code: 'NOT_FOUND' } });
  });
});

describe('changing a snapshot in memory', () => {
  test('back links follow, and the way back is exact', async () => {
    const directory = await open(DOMAIN, 'writable in memory');
    const undo = await directory.modify(`CN=Inner,OU=Staff,${DC}`, [{ operation: 'add', attribute: 'member', values: [`CN=Bob,OU=Staff,${DC}`] }, { operation: 'replace', attribute: 'description', values: ['d'] }]);
    expect((await directory.get(guid(2), ['memberOf']))?.attributes['memberOf']).toEqual([`CN=Inner,OU=Staff,${DC}`]);
    expect(await names(directory, { filter: `(memberOf:1.2.840.113556.1.4.1941:=CN=Outer,${DC})` })).toContain('CN=Bob');
    await directory.modify(guid(3), undo);
    expect((await directory.get(guid(2), ['memberOf']))?.attributes).not.toHaveProperty('memberOf');
    expect((await directory.get(guid(3), ['*']))?.attributes).toEqual((await (await open(DOMAIN)).get(guid(3), ['*']))?.attributes);
  });
  test('an attribute that nobody had before is found by a filter', async () => {
    const directory = await open(DOMAIN, 'writable in memory');
    expect(await names(directory, { filter: '(extensionAttribute9=*)' })).toEqual([]);
    await directory.modify(guid(2), [{ operation: 'replace', attribute: 'extensionAttribute9', values: ['x'] }]);
    expect(await names(directory, { filter: '(extensionAttribute9=*)' })).toEqual(['CN=Bob']);
  });
  test('mistakes change nothing', async () => {
    const directory = await open(DOMAIN, 'writable in memory');
    await expect(directory.modify(guid(1), [{ operation: 'replace', attribute: 'title', values: ['x'] }, { operation: 'replace', attribute: 'manager', values: ['CN=a', 'CN=b'] }])).rejects.toMatchObject({ data: { code: 'DIRECTORY_REFUSED' } });
    await expect(directory.modify(guid(1), [{ operation: 'add', attribute: 'memberOf', values: ['CN=a'] }])).rejects.toMatchObject({ data: { code: 'INVALID_INPUT' } });
    await expect(directory.modify(guid(99), [])).rejects.toMatchObject({ data: { code: 'NOT_FOUND' } });
    expect((await directory.get(guid(1), ['title']))?.attributes).not.toHaveProperty('title');
  });
  test('any changes and their inverse leave the entry as it was', async () => {
    const change = fc.record({ operation: fc.constantFrom('add' as const, 'replace' as const, 'remove' as const), attribute: fc.constantFrom('description', 'otherTelephone', 'proxyAddresses'), values: fc.uniqueArray(fc.constantFrom('a', 'b', 'c', 'd'), { maxLength: 3 }) })
      .filter((one) => one.operation !== 'add' || one.values.length > 0);
    await fc.assert(fc.asyncProperty(fc.array(change, { maxLength: 6 }), async (changes) => {
      const directory = await open(entry('CN=a,DC=x', ['user'], { description: ['a', 'b'], otherTelephone: ['c'] }, 1), 'writable in memory');
      const sorted = async () => Object.entries((await directory.get(guid(1), ['*']))?.attributes ?? {}).map(([name, values]) => [name, [...values].toSorted()]).toSorted();
      const before = await sorted();
      const undo = await directory.modify(guid(1), changes);
      await directory.modify(guid(1), undo);
      expect(await sorted()).toEqual(before);
    }), { numRuns: 100 });
  });
});
