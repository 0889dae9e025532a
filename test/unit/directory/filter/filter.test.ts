import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { escapeFilterBytes, escapeFilterValue, evaluateFilter, matchesFilter, parseFilter, printFilter } from '../../../../electron/engines/directory/filter/index.ts';
import type { Filter, FilterContext } from '../../../../electron/engines/directory/filter/index.ts';
import type { AttributeSchema } from '../../../../electron/engines/directory/port.ts';
import { encodeBase64 } from '../../../../shared/rules/base64.ts';
import { guidToBytes } from '../../../../shared/rules/guid.ts';
import { sidToBytes } from '../../../../shared/rules/sid.ts';
import { utf8Encode } from '../../../../shared/rules/text.ts';

describe('reading and writing', () => {
  test.each([
    // RFC 4515 section 4, RFC 4526, and forms that other libraries are known to get wrong.
    '(cn=Babs Jensen)', '(!(cn=Tim Howes))', '(&(objectClass=Person)(|(sn=Jensen)(cn=Babs J*)))', '(o=univ*of*mich*)', '(seeAlso=)', '(cn:caseExactMatch:=Fred Flintstone)', '(cn:=Betty Rubble)',
    '(sn:dn:2.4.6.8.10:=Barney Rubble)', '(o:dn:=Ace Industry)', '(:1.2.3:=Wilma Flintstone)', '(:dn:2.4.6.8.10:=Dino)', '(o=Parens R Us \\28for all your parenthetical needs\\29)', '(cn=*\\2a*)',
    '(filename=C:\\5cMyFile)', '(bin=\\00\\00\\00\\04)', '(sn=Lučić)', '(1.3.6.1.4.1.1466.0=\\04\\02Hi)', '(&)', '(|)', '(cn=*)', '(a>=5)', '(a<=5)', '(a~=b)', '(a=b=c)', '(a=b&c|d!e)', '(a=https://x/?y>=1)',
    '(userAccountControl:1.2.840.113556.1.4.803:=2)', '(memberOf:1.2.840.113556.1.4.1941:=CN=x\\5c, y,DC=x)', '(objectGUID=\\ff\\fe\\fd)', '(cn=*a*b*)', '(cn=a*)', '(cn=*a)', '(userCertificate;binary=*)', '(!(!(a=b)))', '(cn=😀)',
  ])('%s', (text) => expect(printFilter(parseFilter(text))).toBe(text));
  test.each([
    ['(sn=Lu\\c4\\8di\\c4\\87)', '(sn=Lučić)'], ['(cn=*\\2A*)', '(cn=*\\2a*)'], ['( & (a=b) (c=d) )', '(&(a=b)(c=d))'], ['\n(|\n\t(a=b)\n\t(c=d)\n)\n', '(|(a=b)(c=d))'], ['(:DN:2.4.6.8.10:=Dino)', '(:dn:2.4.6.8.10:=Dino)'],
    ['(1.3.6.1.4.1.1466.0=\\04\\02\\48\\69)', '(1.3.6.1.4.1.1466.0=\\04\\02Hi)'], ['(a=**)', '(a=*)'], ['(a=b**c)', '(a=b*c)'], ['(a=x\\2cy)', '(a=x,y)'], ['(! (a=b))', '(!(a=b))'],
  ])('%s is written %s', (text, printed) => expect(printFilter(parseFilter(text))).toBe(printed));
  test.each([
    ['(&(a=b)', 8], ['(a=b))', 6], ['a=b', 1], ['', 1], ['(objectGUID=\\zz)', 13], ['(a=\\4)', 4], ['(=b)', 2], ['(a b=c)', 2], ['(a)', 2], ['(:=x)', 2], ['(a=b(c)', 5], ['(a>=b*)', 6], ['(!(a=b)(c=d))', 8], ['(a=b)(c=d)', 6], ['(&(a=b)c=d)', 8],
    ['(cn:dn:1.2:3:=x)', 2], ['(a', 2],
  ])('%s is refused at character %i', (text, position) => {
    expect(() => parseFilter(text)).toThrow(expect.objectContaining({ data: expect.objectContaining({ code: 'INVALID_INPUT', detail: { filter: text, position } }) }));
  });
  test('a hundred brackets are read, a thousand refused', () => {
    const nested = (depth: number): string => `${'(!'.repeat(depth)}(a=b)${')'.repeat(depth)}`;
    expect(printFilter(parseFilter(nested(100)))).toBe(nested(100));
    expect(() => parseFilter(nested(1000))).toThrow('nested');
  });
  test('any tree survives being written and read', () => {
    const value = fc.oneof(fc.string({ unit: 'grapheme' }).map((text) => ({ bytes: utf8Encode(text), text: text.toWellFormed() })), fc.constant({ bytes: Uint8Array.of(0xff, 0xfe), text: undefined }));
    const filled = value.filter((one) => one.bytes.length > 0);
    const attribute = fc.constantFrom('cn', 'sAMAccountName', '1.2.840.1', 'userCertificate;binary');
    const tree: fc.Arbitrary<Filter> = fc.letrec<{ filter: Filter }>((tie) => ({
      filter: fc.oneof({ maxDepth: 4 },
        fc.record({ kind: fc.constantFrom('equal' as const, 'approx' as const, 'greaterOrEqual' as const, 'lessOrEqual' as const), attribute, value }),
        fc.record({ kind: fc.constant('present' as const), attribute }),
        fc.record({ kind: fc.constant('substrings' as const), attribute, initial: filled, any: fc.array(filled), final: fc.option(filled) }),
        fc.record({ kind: fc.constant('extensible' as const), attribute: fc.option(attribute), rule: fc.constant('1.2.3'), dn: fc.boolean(), value }),
        fc.record({ kind: fc.constant('not' as const), part: tie('filter') }),
        fc.record({ kind: fc.constantFrom('and' as const, 'or' as const), parts: fc.array(tie('filter'), { maxLength: 3 }) })),
    })).filter;
    fc.assert(fc.property(tree, (filter) => { expect(parseFilter(printFilter(filter))).toEqual(filter); }), { numRuns: 500 });
  });
  test('any value can be looked for', () => {
    fc.assert(fc.property(fc.string({ unit: 'binary' }), (text) => {
      expect(parseFilter(`(cn=${escapeFilterValue(text.toWellFormed())})`)).toMatchObject({ kind: 'equal', value: { text: text.toWellFormed() } });
    }));
    expect(escapeFilterBytes(Uint8Array.of(0, 255))).toBe('\\00\\ff');
  });
});

const SYNTAX: Readonly<Record<string, AttributeSchema['syntax']>> = {
  cn: 'caseIgnore', sn: 'caseIgnore', givenName: 'caseIgnore', mail: 'caseIgnore', displayName: 'caseIgnore', name: 'caseIgnore', legacyExchangeDN: 'caseIgnore', exact: 'caseExact', objectClass: 'caseIgnore', objectCategory: 'dn',
  memberOf: 'dn', manager: 'dn', userAccountControl: 'integer', groupType: 'integer', uSNChanged: 'integer', whenChanged: 'time', hidden: 'boolean', objectGUID: 'binary', objectSid: 'sid', photo: 'binary',
};
const KEYS = new Map(Object.entries(SYNTAX).map(([name, syntax]) => [name.toLowerCase(), { name, syntax, singleValued: false, linkId: null }]));
const GUID = '12345678-1234-1234-1234-1234567890ab';
const ENTRY: Readonly<Record<string, readonly string[]>> = {
  cn: ['Smith, Ann'], sn: ['Smith'], givenName: ['Ann'], displayName: ['Ann Smith'], exact: ['Abc'], objectClass: ['top', 'person', 'organizationalPerson', 'user'], objectCategory: ['CN=Person,CN=Schema,CN=Configuration,DC=x'],
  memberOf: ['CN=Staff,DC=x', 'CN=A\\, B,DC=x'], userAccountControl: ['514'], groupType: ['-2147483646'], uSNChanged: ['9007199254740993'], whenChanged: ['20210927140916.0Z'], hidden: ['TRUE'], legacyExchangeDN: ['/o=x/cn=Ann'],
  objectGUID: [encodeBase64(guidToBytes(GUID) ?? new Uint8Array())], objectSid: [encodeBase64(sidToBytes('S-1-5-21-1-2-3-1105') ?? new Uint8Array())], photo: [encodeBase64(Uint8Array.of(1, 2, 3, 255))],
};
const BY_NAME = new Map(Object.entries(ENTRY).map(([name, values]) => [name.toLowerCase(), values]));
const entry = { dn: 'CN=Smith\\, Ann,DC=x', values: (name: string) => BY_NAME.get(name.toLowerCase()) };
const context: FilterContext = { attribute: (name) => KEYS.get(name.toLowerCase()), inChain: (_, attribute, dn) => attribute === 'memberOf' && dn === 'CN=All,DC=x' };

describe('deciding', () => {
  test.each([
    '(cn=smith\\2c ann)', '(CN=SMITH, ANN)', '(cn=*)', '(cn=sm*)', '(cn=*ann)', '(cn=s*i*th*)', '(cn~=SMITH, ANN)', '(sn>=sm)', '(sn<=SMZ)', '(exact=Abc)', '(exact=A*)', '(cn:=smith, ann)', '(objectClass=2.5.6.6)', '(objectClass=1.2.840.113556.1.5.9)', '(groupType=2147483650)', '(sn=SMÍTH)', '(sn=Ｓmith)', '(sn=*ｍït*)', '(anr=Ánn)', '(sn>=SMI)', '(sn<=smíth)',
    '(&)', '(!(|))', '(!(mail=x))', '(!(mail=*))', '(objectClass=USER)', '(objectCategory=person)', '(objectCategory=user)', '(objectCategory=CN=Person,CN=Schema,CN=Configuration,DC=X)',
    '(memberOf=cn=staff, dc=x)', '(memberOf=CN=A\\5c, B,DC=x)', '(memberOf=CN=A\\5c2C B,DC=x)', '(memberOf:1.2.840.113556.1.4.1941:=CN=All,DC=x)',
    '(userAccountControl:1.2.840.113556.1.4.803:=2)', '(userAccountControl:1.2.840.113556.1.4.803:=514)', '(userAccountControl:1.2.840.113556.1.4.804:=3)', '(userAccountControl:1.2.840.113556.1.4.803:=0)',
    '(groupType:1.2.840.113556.1.4.803:=2147483648)', '(groupType:1.2.840.113556.1.4.803:=2147483650)', '(groupType:1.2.840.113556.1.4.804:=2147483648)', '(groupType=-2147483646)', '(userAccountControl>=100)', '(userAccountControl<=2000)',
    '(uSNChanged>=9007199254740993)', '(!(uSNChanged>=9007199254740994))', '(whenChanged=20210927140916Z)', '(whenChanged>=20210927160915.9+0200)', '(whenChanged<=20210927140916.0Z)', '(hidden=TRUE)',
    `(objectGUID=${GUID})`, `(objectGUID=${escapeFilterBytes(guidToBytes(GUID) ?? new Uint8Array())})`, '(objectSid=S-1-5-21-1-2-3-1105)', '(photo=\\01\\02\\03\\ff)', '(photo=\\01*\\ff)',
    '(anr=ann)', '(anr=Ann Smi)', '(anr=smith ann)', '(anr==smith)', '(anr=/o=x/cn=ann)', '(|(bogus=1)(cn=*))', '(!(bogus=*))', '(cn;lang-en=smith, ann)',
  ])('%s is true', (text) => expect(evaluateFilter(parseFilter(text), entry, context)).toBe(true));
  test.each([
    '(cn=smith)', '(exact=abc)', '(exact=a*)', '(exact=Ábc)', '(groupType=2147483651)', '(objectClass=2.5.6.5)', '(mail=*)', '(mail=x)', '(|)', '(!(&))', '(cn=ann*)', '(cn=*smith)', '(cn=Smith, Ann*Ann)', '(objectCategory=group)', '(memberOf=CN=Other,DC=x)',
    '(memberOf:1.2.840.113556.1.4.1941:=CN=Staff,DC=x)', '(userAccountControl:1.2.840.113556.1.4.803:=3)', '(userAccountControl:1.2.840.113556.1.4.804:=5)', '(userAccountControl:1.2.840.113556.1.4.804:=0)', '(userAccountControl>=1000)',
    '(userAccountControl:1.2.840.113556.1.4.803:=2147483648)', '(uSNChanged<=9007199254740992)', '(whenChanged>=20210927140917Z)', '(hidden=FALSE)', '(photo=\\02*)', '(anr=mit)', '(anr==smi)', '(anr=/o=x)', '(bogus=*)', '(&(bogus=1)(mail=*))',
  ])('%s is false', (text) => expect(evaluateFilter(parseFilter(text), entry, context)).toBe(false));
  test.each([
    '(bogus=1)', '(!(bogus=1))', '(&(bogus=1)(cn=*))', '(|(bogus=1)(mail=*))', '(!(&(cn=*)(bogus=1)))', '(userAccountControl=abc)', '(!(userAccountControl=0x2))', '(userAccountControl:1.2.840.113556.1.4.803:=0x2)',
    '(cn:1.2.840.113556.1.4.803:=2)', '(cn:9.9.9:=x)', '(:caseExactMatch:=x)', '(cn:caseExactMatch:=Smith, Ann)', '(!(cn:2.5.13.2:=smith, ann))', '(memberOf=*staff*)', '(memberOf>=a)', '(userAccountControl=5*)', '(whenChanged=yesterday)', '(hidden=perhaps)', '(cn=\\ff\\fe)', '(userAccountControl:1.2.840.113556.1.4.1941:=x)',
  ])('%s cannot be decided and lets nothing through', (text) => {
    expect(evaluateFilter(parseFilter(text), entry, context)).toBeUndefined();
    expect(matchesFilter(parseFilter(text), entry, context)).toBe(false);
  });
  test('without a way to follow chains such an item is undecided', () => expect(evaluateFilter(parseFilter('(memberOf:1.2.840.113556.1.4.1941:=CN=All,DC=x)'), entry, { attribute: context.attribute })).toBeUndefined());
});
