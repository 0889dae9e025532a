import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { decodeText, heldKey, MAX_LIST_BYTES, MAX_LIST_LINES, readObjectList, wantedValue } from '../../../../electron/engines/directory/import/index.ts';
import { parseFilter, printFilter } from '../../../../electron/engines/directory/filter/index.ts';
import { encodeBase64 } from '../../../../shared/rules/base64.ts';
import { guidToBytes } from '../../../../shared/rules/guid.ts';
import { sidToBytes } from '../../../../shared/rules/sid.ts';
import { refusal } from './refusal.ts';

const bytesIn: Readonly<Record<string, (text: string) => Uint8Array>> = {
  'UTF-8': (text) => Buffer.from(text), 'UTF-8 with BOM': (text) => Buffer.from(`\uFEFF${text}`), 'UTF-16LE': (text) => Buffer.from(`\uFEFF${text}`, 'utf16le'), 'UTF-16BE': (text) => Buffer.from(`\uFEFF${text}`, 'utf16le').swap16(),
};
const read = (text: string) => readObjectList(Buffer.from(text), 'list.csv');
const cells = (text: string) => read(text).lines.map((line) => [line.line, line.value, line.collection]);

describe('encodings', () => {
  test.each(Object.keys(bytesIn))('%s is told by its bytes', (encoding) => {
    const list = readObjectList(bytesIn[encoding]?.('displayName\r\nJörg Müller\r\n山田\r\n') ?? new Uint8Array(), 'list.csv');
    expect([list.encoding, ...list.lines.map((line) => line.value)]).toEqual([encoding, 'Jörg Müller', '山田']);
  });
  test('UTF-16 without a byte order mark, in both orders', () => {
    expect(decodeText(Buffer.from('mail\nann@x', 'utf16le'), 'x')).toEqual({ text: 'mail\nann@x', encoding: 'UTF-16LE' });
    expect(decodeText(Buffer.from('mail\nann@x', 'utf16le').swap16(), 'x')).toEqual({ text: 'mail\nann@x', encoding: 'UTF-16BE' });
  });
  test('what is no UTF-8 is Windows-1252, with its quotation marks and euro', () => {
    const list = readObjectList(Buffer.from([...Buffer.from('name\nJ'), 0xf6, ...Buffer.from('rg '), 0x80, 0x93, 0x0a]), 'list.csv');
    expect([list.encoding, list.lines[0]?.value]).toEqual(['Windows-1252', 'Jörg €“']);
  });
  test('a workbook is refused with what to do', () => {
    expect(refusal(() => readObjectList(Buffer.from([0x50, 0x4b, 3, 4, 0, 0, 0, 0xff, 0xfe, 1]), 'list.xlsx'))).toMatchObject({ code: 'BAD_FILE', message: expect.stringContaining('"list.xlsx" is not a text file') });
    expect(refusal(() => decodeText(Buffer.from([0xff, 0xfe, 0x00, 0xd8]), 'half.csv'))).toMatchObject({ code: 'BAD_FILE', message: expect.stringContaining('UTF-16LE') });
  });
  test('any text comes back from every encoding', () => {
    fc.assert(fc.property(fc.string({ unit: 'grapheme', minLength: 1 }).filter((text) => !/[\0\uFEFF]/.test(text)).map((text) => text.toWellFormed()), fc.constantFrom(...Object.keys(bytesIn)), (text, encoding) => {
      expect(decodeText(bytesIn[encoding]?.(`name\n${text}`) ?? new Uint8Array(), 'x').text).toBe(`name\n${text}`);
    }));
  });
});

describe('columns', () => {
  test('one column: the header names the attribute, lines are counted as in an editor', () => {
    const list = read('sAMAccountName\r\nann\r\n\r\n ben \r\n');
    expect(list).toMatchObject({ attribute: 'sAMAccountName', separator: null, hasCollections: false });
    expect(list.lines.map((line) => [line.line, line.value])).toEqual([[2, 'ann'], [3, ''], [4, 'ben']]);
  });
  test('line ends of several kinds in one file, as joined exports have them', () => {
    expect(cells('mail\r\nann@x\nben@x\n"cem@x"\r\ndot@x\reve@x')).toEqual([[2, 'ann@x', ''], [3, 'ben@x', ''], [4, 'cem@x', ''], [5, 'dot@x', ''], [6, 'eve@x', '']]);
    expect(cells('mail\nann@x\r\n"ben@x"\r\n')).toEqual([[2, 'ann@x', ''], [3, 'ben@x', '']]);
  });
  test.each([[',', 'comma'], [';', 'semicolon'], ['\t', 'tab']] as const)('two columns separated by %j, in either order', (char, separator) => {
    expect(read(`mail${char}Collection\nann@x${char}Wave 1\n${char}Wave 2\nben@x\n`)).toMatchObject({ attribute: 'mail', separator, hasCollections: true });
    expect(cells(`mail${char}Collection\nann@x${char}Wave 1\n${char}Wave 2\nben@x\n`)).toEqual([[2, 'ann@x', 'Wave 1'], [3, '', 'Wave 2'], [4, 'ben@x', '']]);
    expect(cells(`COLLECTION${char}mail\nWave 1${char}ann@x`)).toEqual([[2, 'ann@x', 'Wave 1']]);
  });
  test('quotes: separators, doubled quotes and line breaks inside a value', () => {
    expect(cells('name,Collection\n"Doe, Jane","A ""B"""\n"two\nlines",C\nafter,D')).toEqual([[2, 'Doe, Jane', 'A "B"'], [3, 'two\nlines', 'C'], [5, 'after', 'D']]);
    expect(refusal(() => read('name\nann\n"ben\ncem'))).toMatchObject({ code: 'BAD_FILE', message: expect.stringContaining('line 3') });
  });
  test('a column of DNs needs no quotes, and takes them', () => {
    expect(cells('distinguishedName\nCN=Ann,OU=People,DC=x\n"CN=Ben,DC=x"\n')).toEqual([[2, 'CN=Ann,OU=People,DC=x', ''], [3, 'CN=Ben,DC=x', '']]);
    expect(cells('distinguishedName;Collection\nCN=Ann,DC=x;Wave 1')).toEqual([[2, 'CN=Ann,DC=x', 'Wave 1']]);
  });
  test('the first line of a spreadsheet that names its separator', () => {
    expect(cells('sep=;\r\nname;Collection\r\nann;A')).toEqual([[3, 'ann', 'A']]);
  });
  test('a line with more cells than the header is marked', () => expect(read('mail,Collection\na,b,c\na,b,\n').lines.map((line) => line.tooManyCells)).toEqual([true, false]));
  test.each([['', 'header'], ['\nann', 'header'], ['a,b,c\n1,2,3', '3 columns'], ['mail,name\na,b', 'mail and name'], ['mail,\na,b', 'empty cell']])('%j is refused', (text, words) => {
    expect(refusal(() => read(text))).toMatchObject({ code: 'BAD_FILE', message: expect.stringContaining(words) });
  });
  test('a header alone is a list without lines', () => expect(read('mail\n').lines).toEqual([]));
  test('limits of size and lines', () => {
    expect(refusal(() => readObjectList(new Uint8Array(MAX_LIST_BYTES + 1).fill(97), 'big.csv')).message).toContain('at most');
    expect(read(`mail\n${'a\n'.repeat(MAX_LIST_LINES)}`).lines).toHaveLength(MAX_LIST_LINES);
    expect(refusal(() => read(`mail\n${'a\n'.repeat(MAX_LIST_LINES + 1)}`)).message).toContain(`${MAX_LIST_LINES + 1} lines`);
  });
});

const attribute = (name: string, syntax: 'caseIgnore' | 'dn' | 'binary' | 'sid' | 'integer') => ({ name, syntax, singleValued: true, linkId: null });
const GUID = '12345678-1234-1234-1234-1234567890ab';

describe('values as they are looked for', () => {
  test.each([
    [attribute('mail', 'caseIgnore'), 'a*(b)\\c', '(mail=a\\2a\\28b\\29\\5cc)', 'A*(B)\\C'],
    [attribute('proxyAddresses', 'caseIgnore'), 'ann@x', '(proxyAddresses=smtp:ann@x)', 'SMTP:Ann@X'],
    [attribute('proxyAddresses', 'caseIgnore'), 'X500:/o=a', '(proxyAddresses=X500:/o=a)', 'x500:/O=A'],
    [attribute('distinguishedName', 'dn'), 'cn=Ann, dc=X', '(distinguishedName=cn=Ann, dc=X)', 'CN=ann,DC=x'],
    [attribute('objectGUID', 'binary'), GUID.toUpperCase(), '(objectGUID=xV4\\124\\124\\12\\124\\124Vx\\90\\ab)', encodeBase64(guidToBytes(GUID) ?? new Uint8Array())],
    [attribute('mS-DS-ConsistencyGuid', 'binary'), 'eFY0EjQSNBISNBI0VniQqw==', '', 'eFY0EjQSNBISNBI0VniQqw=='],
    [attribute('objectSid', 'sid'), 'S-1-5-32-544', '', encodeBase64(sidToBytes('S-1-5-32-544') ?? new Uint8Array())],
    [attribute('uidNumber', 'integer'), '007', '', '7'],
  ])('%o: %s', (about, value, filter, held) => {
    const wanted = wantedValue(about, value);
    expect(wanted?.key).toBe(heldKey(about, held));
    expect(wanted?.key).toBeDefined();
    // Bytes may be written in any way that reads as them.
    if (filter !== '' && about.syntax !== 'binary') expect(wanted?.filter).toBe(filter);
    expect(printFilter(parseFilter(wanted?.filter ?? ''))).not.toBe('');
  });
  test.each([[attribute('objectGUID', 'binary'), 'not a guid!'], [attribute('objectSid', 'sid'), 'S-1-x'], [attribute('uidNumber', 'integer'), 'seven'], [attribute('distinguishedName', 'dn'), 'ann']])('%o cannot be %s', (about, value) => expect(wantedValue(about, value)).toBeUndefined());
});
