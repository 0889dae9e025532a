import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { domainOfDn, escapeDnValue, formatDn, isWithin, normaliseDn, parentDn, parseDn, rdnValue } from '../../../shared/rules/dn.ts';
import { isSmtpAddress, primarySmtp, smtpAddresses, isMailEnabled } from '../../../shared/rules/addresses.ts';
import { legalNickname, nicknameOf } from '../../../shared/rules/nickname.ts';
import { chooseUpn, splitUpn, upnPrefixProblem, upnSuffixProblem, withUpnSuffix } from '../../../shared/rules/upn.ts';
import { withoutAccents } from '../../../shared/rules/text.ts';

describe('distinguished names', () => {
  test.each([
    // RFC 4514 section 4.
    ['UID=jsmith,DC=example,DC=net', [['UID', 'jsmith'], ['DC', 'example'], ['DC', 'net']]],
    ['OU=Sales+CN=J.  Smith,DC=example,DC=net', [['OU', 'Sales'], ['CN', 'J.  Smith'], ['DC', 'example'], ['DC', 'net']]],
    ['CN=James \\"Jim\\" Smith\\, III,DC=example,DC=net', [['CN', 'James "Jim" Smith, III'], ['DC', 'example'], ['DC', 'net']]],
    ['CN=Before\\0dAfter,DC=example,DC=net', [['CN', 'Before\rAfter'], ['DC', 'example'], ['DC', 'net']]],
    ['1.3.6.1.4.1.1466.0=#04024869', [['1.3.6.1.4.1.1466.0', '#04024869']]],
    ['CN=Lu\\C4\\8Di\\C4\\87', [['CN', 'Lučić']]],
    ['cn = "Smith, Ann" ; o = x', [['cn', 'Smith, Ann'], ['o', 'x']]],
    ['CN=ends with space\\ ,DC=x', [['CN', 'ends with space '], ['DC', 'x']]],
  ])('%s', (dn, parts) => {
    expect(parseDn(dn)?.flat().map((part) => [part.type, part.value])).toEqual(parts);
  });
  test.each(['no equals sign', 'CN=broken\\', 'CN=bad utf8\\ff\\fe,DC=x', '=x', 'C N=x'])('%s is no DN', (dn) => expect(parseDn(dn)).toBeUndefined());
  test('what is written is read back', () => {
    fc.assert(fc.property(fc.array(fc.record({ type: fc.constantFrom('CN', 'OU', 'DC'), value: fc.string({ unit: 'grapheme', minLength: 1 }) }), { minLength: 1 }), (parts) => {
      const rdns = parts.map((part) => [part]);
      expect(parseDn(formatDn(rdns))).toEqual(rdns);
    }), { numRuns: 1000 });
  });
  test('only a plain space around a value is no part of it', () => {
    expect(parseDn('CN= \u3000\u5c71\u672c\u00a0 ,DC=x')?.[0]).toEqual([{ type: 'CN', value: '\u3000\u5c71\u672c\u00a0' }]);
  });
  test('parent, own name, domain', () => {
    const dn = 'CN=Smith\\, Ann,OU=Staff,DC=corp,DC=example';
    expect([parentDn(dn), rdnValue(dn), domainOfDn(dn)]).toEqual(['OU=Staff,DC=corp,DC=example', 'Smith, Ann', 'corp.example']);
    expect(parentDn('DC=com')).toBe('');
    expect(escapeDnValue(' #a ')).toBe('\\ #a\\ ');
    expect(escapeDnValue('#a')).toBe('\\#a');
  });
  test.each([
    ['CN=Ann,DC=X', 'cn=ann,dc=x'], ['CN=Smith\\2C Ann,DC=x', 'CN=Smith\\, Ann,DC=x'], ['CN = Ann , DC = x', 'CN=Ann,DC=x'], ['OU=b+CN=a,DC=x', 'CN=a+OU=b,DC=x'],
  ])('%s and %s are the same name', (a, b) => expect(normaliseDn(a)).toBe(normaliseDn(b)));
  test('a container holds what ends in its name at a comma only', () => {
    expect(isWithin('CN=a,OU=Staff,DC=x', 'ou=staff,dc=x')).toBe(true);
    expect(isWithin('CN=a,OU=NotStaff,DC=x', 'Staff,DC=x')).toBe(false);
    expect(isWithin('CN=a,DC=x', '')).toBe(true);
  });
});

describe('addresses', () => {
  test('the primary address is the upper-case one, else mail', () => {
    expect(primarySmtp({ proxyAddresses: ['smtp:b@x.com', 'SMTP:A@x.com', 'X500:/o=x'], mail: ['c@x.com'] })).toBe('a@x.com');
    expect(primarySmtp({ proxyAddresses: ['smtp:b@x.com'], mail: [' C@x.com '] })).toBe('c@x.com');
    expect(primarySmtp({ mail: ['nothing'] })).toBeUndefined();
    expect(smtpAddresses({ proxyAddresses: ['smtp:b@x.com', 'SMTP:A@x.com', 'sip:a@x.com'], mail: ['a@x.com'] })).toEqual(['a@x.com', 'b@x.com']);
  });
  test.each([[{ mail: ['a@x.com'] }, true], [{ proxyAddresses: ['smtp:a@x.com'] }, true], [{ mail: ['none'] }, false], [{ proxyAddresses: ['X500:/o=x'] }, false]])('%o mail-enabled: %s', (attributes, enabled) => {
    expect(isMailEnabled(attributes)).toBe(enabled);
  });
  test.each(['a@x.com', "o'neil@sub.x.co", 'a+b@x.museum'])('%s is an address', (address) => expect(isSmtpAddress(address)).toBe(true));
  test.each(['a@x', 'a b@x.com', 'a@@x.com', '<a@x.com>', 'a@-x.com'])('%s is not', (address) => expect(isSmtpAddress(address)).toBe(false));
});

describe('user principal names', () => {
  const tenant = { suffix: '', verifiedDomains: new Set(['contoso.com']), initialDomain: 'contoso.onmicrosoft.com' };
  test.each([
    ['us1@contoso.com', 'nick', 'us1@contoso.com'], ['us2@contoso.local', 'nick', 'nick@contoso.onmicrosoft.com'], ['a b@contoso.com', 'nick', 'nick@contoso.onmicrosoft.com'],
    ['', 'nick', 'nick@contoso.onmicrosoft.com'], ['Jörg@contoso.com', 'jorg', 'jorg@contoso.onmicrosoft.com'], ['Ann@CONTOSO.com', 'nick', 'Ann@contoso.com'],
  ])('%s with nickname %s becomes %s', (upn, nickname, expected) => expect(chooseUpn(upn, nickname, tenant).upn).toBe(expected));
  test('the chosen suffix replaces an unroutable one', () => {
    expect(chooseUpn('ann@corp.local', 'n', { ...tenant, suffix: 'contoso.com' })).toEqual({ upn: 'ann@contoso.com', fellBack: null });
    expect(chooseUpn('ann@corp.local', 'n', { ...tenant, suffix: 'other.com' }).fellBack).toContain('other.com');
  });
  test('parts and limits', () => {
    expect(splitUpn('a@b@c.d')).toEqual({ prefix: 'a@b', suffix: 'c.d' });
    expect(withUpnSuffix('a@corp.local', '@x.com')).toBe('a@x.com');
    expect(withUpnSuffix('sam', 'x.com')).toBe('sam@x.com');
    expect(upnPrefixProblem('a'.repeat(64))).toBeUndefined();
    expect(upnPrefixProblem('a'.repeat(65))).toContain('65');
    expect(upnPrefixProblem('ann.')).toContain('full stop');
    expect(upnPrefixProblem("o'neil-#!^~_1")).toBeUndefined();
    expect(upnPrefixProblem('a&b')).toContain('&');
    expect(upnSuffixProblem(`${'a'.repeat(45)}.com`)).toContain('49');
    expect(upnSuffixProblem(`${'a'.repeat(44)}.com`)).toBeUndefined();
    expect(upnSuffixProblem('localdomain')).toContain('localdomain');
  });
});

describe('mailNickname', () => {
  test.each([
    [{ mailNickname: ['Ann'], mail: ['b@x.com'] }, 'Ann'], [{ proxyAddresses: ['SMTP:primary@x.com'], mail: ['b@x.com'] }, 'primary'], [{ mail: ['b@x.com'], userPrincipalName: ['c@x.com'] }, 'b'],
    [{ userPrincipalName: ['c.d@x.com'], sAMAccountName: ['e'] }, 'c.d'], [{ proxyAddresses: ['smtp:second@x.com'], sAMAccountName: ['e'] }, 'second'], [{ sAMAccountName: ['Müller Søn'] }, 'MullerSoen'],
    [{ sAMAccountName: ['Иван'] }, 'id1'],
  ])('%o gives %s', (attributes, expected) => expect(nicknameOf(attributes, 'user', 'id1')).toBe(expected));
  test('is always legal', () => {
    fc.assert(fc.property(fc.string({ unit: 'grapheme' }), fc.constantFrom('user' as const, 'group' as const), (name, kind) => {
      const nickname = legalNickname(name, kind);
      expect(nickname).toMatch(kind === 'group' ? /^[^\s@()\\[\]";:<>,.]{0,64}$/ : /^[^\s@()\\[\]";:<>,]{0,64}$/);
      expect(nickname).not.toMatch(/^\.|\.$|[^\x21-\x7e]/);
    }));
  });
  test('a full stop is kept for users and dropped for groups', () => {
    expect([legalNickname('.all..staff.', 'user'), legalNickname('all.staff', 'group')]).toEqual(['all.staff', 'allstaff']);
    expect(withoutAccents('ÄäøßŁ')).toBe('AaoessL');
  });
});
