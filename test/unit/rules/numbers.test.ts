import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { ACCOUNT_CONTROL, isEnabled, isMachineAccount } from '../../../shared/rules/account-control.ts';
import { firstOf, integerOf, valuesOf } from '../../../shared/rules/attributes.ts';
import { decodeBase64, encodeBase64 } from '../../../shared/rules/base64.ts';
import { COUNTRIES, countryCode, countryOfNumber, usageLocationOf } from '../../../shared/rules/country.ts';
import { groupTypeOf, sourceGroupKind } from '../../../shared/rules/group-type.ts';
import { guidFromBytes, guidFromImmutableId, guidToBytes, immutableIdFromGuid, isGuid } from '../../../shared/rules/guid.ts';
import { primaryGroupSid, ridOfSid, sidFromBytes, sidToBytes } from '../../../shared/rules/sid.ts';
import { utf8Decode, utf8Encode } from '../../../shared/rules/text.ts';

describe('bytes', () => {
  test('Base64 and UTF-8 agree with Node', () => {
    fc.assert(fc.property(fc.uint8Array(), (bytes) => {
      expect(encodeBase64(bytes)).toBe(Buffer.from(bytes).toString('base64'));
      expect(decodeBase64(encodeBase64(bytes))).toEqual(Uint8Array.from(bytes));
    }));
    fc.assert(fc.property(fc.string({ unit: 'binary' }), (text) => {
      expect(utf8Encode(text)).toEqual(Uint8Array.from(Buffer.from(text, 'utf8')));
      expect(utf8Decode(utf8Encode(text))).toBe(text.toWellFormed());
    }));
  });
  test.each(['a', 'ab!d', 'YQ==Z', 'YQ ='])('%s is no Base64', (text) => expect(decodeBase64(text)).toBeUndefined());
  test('bytes that are no UTF-8', () => expect(utf8Decode(Uint8Array.of(0xff, 0xfe))).toBeUndefined());
});

describe('GUIDs', () => {
  test('the anchor of a GUID', () => {
    expect(immutableIdFromGuid('12345678-1234-1234-1234-1234567890ab')).toBe('eFY0EjQSNBISNBI0VniQqw==');
    expect(guidFromImmutableId('eFY0EjQSNBISNBI0VniQqw==')).toBe('12345678-1234-1234-1234-1234567890ab');
    expect(guidFromImmutableId('employee1234')).toBeUndefined();
  });
  test('bytes and text', () => {
    fc.assert(fc.property(fc.uint8Array({ minLength: 16, maxLength: 16 }), (bytes) => {
      const text = guidFromBytes(bytes) ?? '';
      expect(isGuid(text)).toBe(true);
      expect(guidToBytes(`{${text.toUpperCase()}}`)).toEqual(Uint8Array.from(bytes));
    }));
    expect(guidFromBytes(new Uint8Array(15))).toBeUndefined();
    expect(guidToBytes('12345678')).toBeUndefined();
  });
});

describe('SIDs', () => {
  test.each([
    ['S-1-5-21-1004336348-1177238915-682003330-512', 'AQUAAAAAAAUVAAAA3PTcO4M9K0aCi6YoAAIAAA=='],
    ['S-1-5-32-544', 'AQIAAAAAAAUgAAAAIAIAAA=='], ['S-1-1-0', 'AQEAAAAAAAEAAAAA'],
  ])('%s', (text, base64) => {
    const bytes = sidToBytes(text);
    expect(bytes).toBeDefined();
    expect(encodeBase64(bytes ?? new Uint8Array())).toBe(base64);
    expect(sidFromBytes(bytes ?? new Uint8Array())).toBe(text);
  });
  test('relative identifier and primary group', () => {
    expect(ridOfSid('S-1-5-21-1-2-3-1105')).toBe(1105);
    expect(primaryGroupSid('S-1-5-21-1-2-3-1105', 513)).toBe('S-1-5-21-1-2-3-513');
    expect(sidFromBytes(new Uint8Array(3))).toBeUndefined();
    expect(sidToBytes('S-1-5-4294967296')).toBeUndefined();
  });
});

describe('flags', () => {
  test.each([
    [-2147483646, { security: true, builtIn: false, scope: 'global' }], [-2147483644, { security: true, builtIn: false, scope: 'domain local' }],
    [-2147483643, { security: true, builtIn: true, scope: 'domain local' }], [-2147483640, { security: true, builtIn: false, scope: 'universal' }],
    [8, { security: false, builtIn: false, scope: 'universal' }], [2147483656, { security: true, builtIn: false, scope: 'universal' }], [2, { security: false, builtIn: false, scope: 'global' }],
  ])('groupType %i', (value, expected) => expect(groupTypeOf(value)).toEqual(expected));
  test('kinds of groups', () => {
    expect(sourceGroupKind({ groupType: ['-2147483646'] })).toBe('security group');
    expect(sourceGroupKind({ groupType: ['-2147483640'], mail: ['g@x.com'] })).toBe('mail-enabled security group');
    expect(sourceGroupKind({ groupType: ['8'] })).toBe('distribution group');
    expect(sourceGroupKind({})).toBe('security group');
  });
  test('userAccountControl', () => {
    expect([isEnabled(512), isEnabled(514), isEnabled(66048)]).toEqual([true, false, true]);
    expect([isMachineAccount(4096), isMachineAccount(ACCOUNT_CONTROL.serverTrust | 0x80000), isMachineAccount(512)]).toEqual([true, true, false]);
  });
  test('attributes are found in any case', () => {
    expect(firstOf({ sAMAccountName: [' ann '] }, 'samaccountname')).toBe('ann');
    expect(valuesOf({ a: [] }, 'a')).toBeUndefined();
    expect([integerOf({ n: ['-2147483646'] }, 'n'), integerOf({ n: ['0x10'] }, 'n')]).toEqual([-2147483646, undefined]);
  });
});

describe('countries', () => {
  test('table', () => {
    expect(COUNTRIES.size).toBe(249);
    expect(new Set(COUNTRIES.values()).size).toBe(249);
    expect([countryOfNumber(840), countryOfNumber(276), countryOfNumber(0), countryCode('uk'), countryCode(' gb ')]).toEqual(['US', 'DE', undefined, undefined, 'GB']);
  });
  test.each([
    [{ c: ['DE'], msExchUsageLocation: ['FR'] }, 'US', 'US', 'run'], [{ c: ['DE'], msExchUsageLocation: ['FR'] }, '', 'FR', 'msExchUsageLocation'], [{ c: ['de'], countryCode: ['840'] }, '', 'DE', 'c'],
    [{ c: ['UK'], countryCode: ['826'] }, '', 'GB', 'countryCode'],
  ])('%o with "%s" is %s by %s', (attributes, run, code, from) => expect(usageLocationOf(attributes, run)).toEqual({ code, from }));
  test('co is never guessed from', () => expect(usageLocationOf({ co: ['Germany'], countryCode: ['0'] }, '')).toBeUndefined());
});
