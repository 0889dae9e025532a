import fc from 'fast-check';
import { BerReader, SearchEntry } from 'ldapts';
import { describe, expect, it } from 'vitest';
import { BerCursor, MalformedMessage, Tag } from '../../../../electron/engines/directory/ldap/ber.ts';
import { EntryDecoder, type DecodedEntry } from '../../../../electron/engines/directory/ldap/entry.ts';
import { WELL_KNOWN_SCHEMA } from '../../../../electron/engines/directory/ldap/schema.ts';
import { entryMessage, type FakeAttributes } from '../../../servers/fake-ldap.ts';

function decode(bytes: Buffer, wanted: readonly string[] = ['*']): DecodedEntry {
  const cursor = new BerCursor(bytes, 0);
  const end = cursor.enter(Tag.sequence, bytes.length);
  cursor.integer(end);
  return new EntryDecoder(WELL_KNOWN_SCHEMA, wanted).decode(cursor, end);
}

/** What ldapts itself makes of the same bytes, brought into arrays. */
function stock(bytes: Buffer): { readonly dn: string; readonly attributes: Record<string, string[]> } {
  const reader = new BerReader(bytes);
  reader.readSequence();
  reader.readInt();
  reader.readSequence();
  const entry = new SearchEntry({ messageId: 1 });
  entry.parse(reader, []);
  const { dn, ...rest } = entry.toObject([], []);
  const attributes: Record<string, string[]> = {};
  for (const [name, value] of Object.entries(rest)) attributes[name] = (Array.isArray(value) ? value : [value]).map(String);
  return { dn, attributes };
}

/** Class of what is thrown; undefined when nothing is. */
function failureOf(work: () => unknown): unknown {
  try {
    work();
    return undefined;
  } catch (error) {
    return error instanceof Error ? error.constructor : error;
  }
}

// A leading U+FEFF is left out: ldapts drops it, which is one of the reasons for a decoder of our own.
const text = fc.string({ unit: 'grapheme', minLength: 1, maxLength: 40 }).filter((value) => !value.startsWith('\ufeff') && value.isWellFormed());
const name = fc.stringMatching(/^[a-z][a-zA-Z0-9-]{0,12}$/).filter((value) => WELL_KNOWN_SCHEMA.attribute(value) === undefined && value !== 'dn');
const attributes = fc.dictionary(name, fc.array(text, { minLength: 1, maxLength: 5 }), { noNullPrototype: true, maxKeys: 8 });

describe('decoding of entries', () => {
  it('agrees with ldapts on text attributes, whatever their names, order and number', () => {
    fc.assert(fc.property(text, attributes, (dn, values) => {
      const bytes = entryMessage(7, dn, values);
      const { entry } = decode(bytes);
      expect({ dn: entry.dn, attributes: entry.attributes }).toStrictEqual(stock(bytes));
    }), { numRuns: 300 });
  });

  it('agrees with ldapts on a row of entries read by one decoder, when attributes come and go', () => {
    fc.assert(fc.property(fc.array(attributes, { maxLength: 8 }), (rows) => {
      const decoder = new EntryDecoder(WELL_KNOWN_SCHEMA, ['*']);
      for (const row of rows) {
        const bytes = entryMessage(7, 'CN=x', row);
        const cursor = new BerCursor(bytes, 0);
        const end = cursor.enter(Tag.sequence, bytes.length);
        cursor.integer(end);
        expect(decoder.decode(cursor, end).entry.attributes).toStrictEqual(stock(bytes).attributes);
      }
    }), { numRuns: 200 });
  });

  it('does not mistake a remembered text for other bytes that look alike', () => {
    const decoder = new EntryDecoder(WELL_KNOWN_SCHEMA, ['*']);
    const values = ['\u00c3\u00bc', '\u00fc', 'Ã¼', 'ab', 'ac'].map((value) => {
      const bytes = entryMessage(1, 'CN=x', { sn: [value] });
      const cursor = new BerCursor(bytes, 0);
      const end = cursor.enter(Tag.sequence, bytes.length);
      cursor.integer(end);
      return decoder.decode(cursor, end).entry.attributes['sn'];
    });
    expect(values).toStrictEqual([['\u00c3\u00bc'], ['\u00fc'], ['Ã¼'], ['ab'], ['ac']]);
  });

  it('keeps a leading byte order mark', () => {
    expect(decode(entryMessage(1, 'CN=x', { displayName: ['\ufeffAnna'] })).entry.attributes).toStrictEqual({ displayName: ['\ufeffAnna'] });
  });

  it('gives binary attributes as Base64 whatever their bytes are: the SID of a built-in group is valid UTF-8, that of a domain is not', () => {
    const builtIn = Buffer.from('01020000000000052000000020020000', 'hex');
    const domain = Buffer.from('010500000000000515000000b0f0224657b9b21625feb307f4010000', 'hex');
    for (const sid of [builtIn, domain]) {
      expect(decode(entryMessage(1, 'CN=x', { objectSID: [sid] })).entry.attributes).toStrictEqual({ objectSid: [sid.toString('base64')] });
    }
  });

  it('gives all values of an unknown attribute as bytes when one is no text', () => {
    const { attributes: found } = decode(entryMessage(1, 'CN=x', { odd: ['plain', Buffer.from([0xff, 0xfe])], even: ['a\ufffdb'] })).entry;
    expect(found).toStrictEqual({ odd: [Buffer.from('plain').toString('base64'), '//4='], even: ['a\ufffdb'] });
  });

  it('reads the GUID with its first three groups little-endian', () => {
    const bytes = Buffer.from('78563412341234121234' + '1234567890ab', 'hex');
    expect(decode(entryMessage(1, 'CN=x', { objectGUID: [bytes] })).entry.guid).toBe('12345678-1234-1234-1234-1234567890ab');
  });

  it('has no key for an attribute without values, nor for one that was not asked for', () => {
    const { entry } = decode(entryMessage(1, 'CN=x', { member: [], objectClass: ['top', 'group'], CN: ['x'], isDeleted: ['TRUE'] }), ['member', 'cn']);
    expect(entry).toStrictEqual({ guid: '', dn: 'CN=x', objectClass: ['top', 'group'], attributes: { CN: ['x'] }, deleted: true });
  });

  it('notes where a range of values goes on, and joins it under the plain name', () => {
    const part: FakeAttributes = { 'member;range=0-1': ['CN=a', 'CN=b'], member: [] };
    expect(decode(entryMessage(1, 'CN=g', part), ['member'])).toMatchObject({ entry: { attributes: { member: ['CN=a', 'CN=b'] } }, open: [{ attribute: 'member', next: 2 }] });
    expect(decode(entryMessage(1, 'CN=g', { 'member;range=2-*': ['CN=c'] }), ['member']).open).toStrictEqual([]);
  });

  it('ends in MalformedMessage and nothing else for damaged bytes', () => {
    const good = entryMessage(1, 'CN=x,DC=y', { cn: ['x'], member: ['CN=a', 'CN=b'], objectGUID: [Buffer.alloc(16, 7)] });
    fc.assert(fc.property(fc.nat(good.length - 1), fc.nat(255), fc.nat(good.length), (at, byte, cut) => {
      const bytes = Buffer.from(good);
      bytes[at] = byte;
      expect(failureOf(() => decode(bytes.subarray(0, cut)))).toBeOneOf([undefined, MalformedMessage]);
    }), { numRuns: 3000 });
  });

  it('does not take an attribute name that would reach into objects', () => {
    expect(() => decode(entryMessage(1, 'CN=x', { ['__proto__x']: ['y'] }))).toThrow(MalformedMessage);
  });
});
