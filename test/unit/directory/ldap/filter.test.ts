import fc from 'fast-check';
import { BerWriter, FilterParser } from 'ldapts';
import { describe, expect, it } from 'vitest';
import { escapeFilterBytes, escapeFilterValue } from '../../../../electron/engines/directory/filter/index.ts';
import { encodeFilter } from '../../../../electron/engines/directory/ldap/filter.ts';

const hex = (text: string): string => {
  const writer = new BerWriter();
  encodeFilter(text).write(writer);
  return writer.buffer.toString('hex');
};
const stock = (text: string): string => {
  const writer = new BerWriter();
  FilterParser.parseString(text).write(writer);
  return writer.buffer.toString('hex');
};
const octets = (value: string | Buffer): string => {
  const bytes = Buffer.from(value);
  return `04${bytes.length.toString(16).padStart(2, '0')}${bytes.toString('hex')}`;
};
const equality = (attribute: string, value: string | Buffer): string => {
  const inner = octets(attribute) + octets(value);
  return `a3${(inner.length / 2).toString(16).padStart(2, '0')}${inner}`;
};

describe('LDAP filters on the wire', () => {
  it.each([
    '(cn=Babs Jensen)', '(!(cn=Tim Howes))', '(&(objectClass=Person)(|(sn=Jensen)(cn=Babs J*)))', '(o=univ*of*mich*)', '(cn=*)', '(uSNChanged>=12)', '(uSNChanged<=12)', '(cn~=x)',
    '(userAccountControl:1.2.840.113556.1.4.803:=2)', '(memberOf:1.2.840.113556.1.4.1941:=CN=x,DC=y)', '(cn:caseExactMatch:=Fred Flintstone)', '(:DN:2.4.6.8.10:=Dino)',
    '(o=Parens R Us \\28for all your parenthetical needs\\29)', '(cn=*\\2A*)', '(filename=C:\\5cMyFile)', '(cn=Müller)',
  ])('encodes %s as ldapts does where ldapts is right', (filter) => {
    expect(hex(filter)).toBe(stock(filter));
  });

  it('sends escaped bytes above 0x7f as they are: RFC 4515 writes Lučić so, and GUIDs are searched so', () => {
    expect(hex('(sn=Lu\\c4\\8di\\c4\\87)')).toBe(equality('sn', 'Lučić'));
    expect(hex('(sn=M\\c3\\bcller)')).toBe(hex('(sn=Müller)'));
    const guid = Buffer.from('d0d7ff00e1808182a0a1a2a3a4a5a6a7', 'hex');
    expect(hex(`(objectGUID=${escapeFilterBytes(guid)})`)).toBe(equality('objectGUID', guid));
    expect(hex('(bin=\\00\\00\\00\\04)')).toBe(equality('bin', Buffer.from([0, 0, 0, 4])));
  });

  it('reads what RFC 4515 and RFC 4526 allow and ldapts refuses', () => {
    expect(hex('(seeAlso=)')).toBe(equality('seeAlso', ''));
    expect(hex('(1.3.6.1.4.1.1466.0=\\04\\02\\48\\69)')).toBe(equality('1.3.6.1.4.1.1466.0', Buffer.from('04024869', 'hex')));
    expect(hex('(&)')).toBe('a000');
    expect(hex('(|)')).toBe('a100');
    expect(hex('( & (a=b)\n  (c=d) )')).toBe(`a010${equality('a', 'b')}${equality('c', 'd')}`);
  });

  it.each(['', '(&(a=b)', '(a=b))', 'a=b', '(objectGUID=\\zz)', '(a=b\\)', '(a b=c)', '(=x)', '(a)', '((a=b))', '(!(a=b)(c=d))', '(a=b(c)', '(:=x)', '(a:b:c:=x)'])('refuses %j with the place', (filter) => {
    expect(() => encodeFilter(filter)).toThrow(expect.objectContaining({ data: expect.objectContaining({ code: 'INVALID_INPUT' }) }));
  });

  it('refuses a filter nested too deep instead of overflowing the stack', () => {
    expect(() => encodeFilter(`${'(!'.repeat(200_000)}(a=b)${')'.repeat(200_000)}`)).toThrow(/nested/);
  });

  it('takes every escaped value for exactly that value', () => {
    fc.assert(fc.property(fc.string({ unit: 'binary', maxLength: 30 }).filter((value) => value.isWellFormed()), (value) => {
      expect(hex(`(cn=${escapeFilterValue(value)})`)).toBe(equality('cn', value));
    }), { numRuns: 500 });
  });
});
