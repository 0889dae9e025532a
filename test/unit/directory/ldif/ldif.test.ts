import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import fc from 'fast-check';
import { afterAll, describe, expect, test } from 'vitest';
import { formatLdifEntry, LDIF_HEADER, openLdifDirectory, readLdif } from '../../../../electron/engines/directory/ldif/index.ts';
import type { LdifRecord } from '../../../../electron/engines/directory/ldif/index.ts';

const folder = mkdtempSync(path.join(tmpdir(), 'ldif-'));
afterAll(() => { rmSync(folder, { recursive: true }); });
let files = 0;
const save = (content: string | Uint8Array): string => {
  const file = path.join(folder, `${(files += 1)}.ldif`);
  writeFileSync(file, content);
  return file;
};
const records = async (content: string | Uint8Array): Promise<LdifRecord[]> => {
  const all: LdifRecord[] = [];
  for await (const some of readLdif(save(content))) all.push(...some);
  return all;
};
const plain = async (content: string | Uint8Array) => (await records(content)).map(({ line, dn, attributes }) => [line, dn, Object.fromEntries([...attributes].map(([name, values]) => [name, values.map((value) => (typeof value === 'string' ? value : Buffer.from(value).toString()))]))]);

describe('reading', () => {
  test('folded lines, comments, Base64, version and empty values', async () => {
    expect(await plain('version: 1\n# a comment\n that goes on\n\ndn: CN=Ann,\n DC=x\ncn: A\n n\n n\nsn:: TMO8\nmail:\nmail: b\n\n\n\ndn:: Q049w5xubm8sREM9eA==\ncn: x: y')).toEqual([
      [5, 'CN=Ann,DC=x', { cn: ['Ann'], sn: ['Lü'], mail: ['', 'b'] }], [16, 'CN=Ünno,DC=x', { cn: ['x: y'] }],
    ]);
  });
  test.each([
    ['UTF-8 with a mark', Buffer.from('\uFEFFdn: CN=Ünn\r\ncn: a\r\n', 'utf8')], ['UTF-16 as ldifde -u writes it', Buffer.from('\uFEFFdn: CN=Ünn\r\ncn: a\r\n', 'utf16le')], ['no line break at the end', Buffer.from('dn: CN=Ünn\ncn: a')],
    ['an export of ldifde', Buffer.from('dn: CN=Ünn\r\nchangetype: add\r\ncn: a\r\n\r\n')], ['the trailer of ldapsearch', Buffer.from('dn: CN=Ünn\ncn: a\n\n# search result\nsearch: 2\nresult: 0 Success\n\n# numEntries: 1\n')],
  ])('%s', async (_, content) => expect((await plain(content)).map(([, dn, attributes]) => [dn, attributes])).toEqual([['CN=Ünn', { cn: ['a'] }]]));
  test.each([
    ['dn: CN=a\ncn:< file:///etc/passwd\n', 2, 'another file'], ['dn: CN=a\nchangetype: modify\n', 2, 'change record'], ['dn: CN=a\n-\n', 2, 'change record'], ['dn: CN=a\ncontrol: 1.2\n', 2, 'change record'], ['cn: a\n', 1, 'starts with "dn:"'],
    ['dn: CN=a\ncn:: %%\n', 2, 'Base64'], ['dn: CN=a\ndn: CN=b\n', 2, 'second dn'], ['version: 2\n', 1, 'version 1'], [' folded\n', 1, 'nothing to continue'], ['dn: CN=a\nhello\n', 2, 'neither an attribute'], ['dn: CN=a\n\nsn: b\n', 3, 'starts with "dn:"'],
  ])('%j is refused at line %i', async (content, line, words) => {
    await expect(records(content)).rejects.toMatchObject({ data: { code: 'BAD_FILE', message: expect.stringContaining(words), detail: { line } } });
  });
  test('bytes that are no UTF-8, and files that are not there', async () => {
    await expect(records(Buffer.from('dn: CN=\xe4\n', 'latin1'))).rejects.toMatchObject({ data: { code: 'BAD_FILE', message: expect.stringContaining('ldifde -u') } });
    await expect(openLdifDirectory({ file: path.join(folder, 'none.ldif'), mode: 'read only' })).rejects.toMatchObject({ data: { code: 'NOT_FOUND' } });
    await expect(openLdifDirectory({ file: save('# nothing\n'), mode: 'read only' })).rejects.toMatchObject({ data: { code: 'BAD_FILE' } });
  });
  test('pieces of the file may end anywhere', async () => {
    const long = 'ü'.repeat(300_000);
    expect((await plain(`dn: CN=a\ninfo: ${long}\n\ndn: CN=b\n`)).map(([, dn]) => dn)).toEqual(['CN=a', 'CN=b']);
    expect((await records(`dn: CN=a\ninfo: ${long}\n`))[0]?.attributes.get('info')).toEqual([long]);
  });
});

test('what is written is read back', async () => {
  const value = fc.oneof(fc.string({ unit: 'grapheme' }).map((text) => text.toWellFormed()), fc.nat(400).map((length) => 'ab c'.repeat(100).slice(0, length)), fc.nat(300).map((length) => new Uint8Array(length + 1).fill(length)));
  await fc.assert(fc.asyncProperty(fc.array(fc.array(value, { minLength: 1 }), { maxLength: 3 }), async (lists) => {
    const entry = formatLdifEntry('CN=Änn, DC=x', lists.map((values, i) => [`a${i}`, values] as const));
    expect(Math.max(...entry.split('\n').map((line) => line.length))).toBeLessThanOrEqual(76);
    const [read] = await records(LDIF_HEADER + entry);
    expect(read?.dn).toBe('CN=Änn, DC=x');
    expect([...(read?.attributes.values() ?? [])].map((values) => values.map((one) => Buffer.from(one as string).toString('hex')))).toEqual(lists.map((values) => values.map((one) => Buffer.from(one as string).toString('hex'))));
  }), { numRuns: 60 });
});
