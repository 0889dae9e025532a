import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { addressKey } from '../../../electron/simulator/directory/objects.ts';
import { primaryOf } from '../../../electron/simulator/identity/mail-nickname.ts';
import { isSmtpAddress } from '../../../electron/simulator/identity/smtp-address.ts';
import { changedAddresses, readAddress, withPrimary, type AddressList } from '../../../electron/simulator/exchange/recipients/addresses.ts';
import { aliasFrom, checkAlias, localPartOf } from '../../../electron/simulator/exchange/recipients/alias.ts';

const BEFORE: AddressList = ['SMTP:anna@example.com', 'smtp:a@example.com', 'X500:/o=old/cn=anna', 'SIP:anna@example.com'];

describe('email addresses of a recipient', () => {
  it('become what a whole list says: prefix smtp by default, others kept as they are', () => {
    expect(changedAddresses(BEFORE, { replace: ['a@example.com', 'SMTP:b@example.com', 'X500:/o=x', 'sip:a@example.com', 'EUM:1234'] })).toEqual(['smtp:a@example.com', 'SMTP:b@example.com', 'X500:/o=x', 'sip:a@example.com', 'EUM:1234']);
  });
  it('take the first SMTP address as primary when none or several are marked', () => {
    expect(changedAddresses(BEFORE, { replace: ['X500:/o=x', 'a@example.com', 'b@example.com'] })).toEqual(['X500:/o=x', 'SMTP:a@example.com', 'smtp:b@example.com']);
    expect(changedAddresses(BEFORE, { replace: ['SMTP:a@example.com', 'SMTP:b@example.com'] })).toEqual(['SMTP:a@example.com', 'smtp:b@example.com']);
  });
  it('are added and removed one by one', () => {
    expect(changedAddresses(BEFORE, { add: ['c@example.com'], remove: ['A@EXAMPLE.COM', 'x500:/o=OLD/cn=anna'] })).toEqual(['SMTP:anna@example.com', 'SIP:anna@example.com', 'smtp:c@example.com']);
    expect(changedAddresses(BEFORE, { add: ['a@example.com'], remove: ['smtp:nobody@example.com'] })).toEqual(BEFORE);
  });
  it('keep the old primary address as a secondary one when SMTP: is added', () => {
    expect(changedAddresses(BEFORE, { add: ['SMTP:new@example.com'], remove: [] })).toEqual(['SMTP:new@example.com', 'smtp:anna@example.com', 'smtp:a@example.com', 'X500:/o=old/cn=anna', 'SIP:anna@example.com']);
    expect(changedAddresses(BEFORE, { add: ['SMTP:a@example.com'], remove: ['anna@example.com'] })).toEqual(['SMTP:a@example.com', 'X500:/o=old/cn=anna', 'SIP:anna@example.com']);
  });
  it.each([
    ['the primary address removed', { add: [], remove: ['anna@example.com'] }, /can't be removed/], ['a list without SMTP address', { replace: ['X500:/o=x'] }, /no primary SMTP address/], ['an empty list', { replace: [] }, /no primary SMTP address/],
    ['an address twice', { replace: ['a@example.com', 'smtp:A@example.com'] }, /already present in the collection/], ['an invalid address', { add: ['smtp:no at sign'], remove: [] }, /isn't a valid SMTP address/], ['an empty prefix value', { add: ['X500:'], remove: [] }, /is invalid/],
  ])('refuse %s', (_what, change, text) => {
    expect(() => changedAddresses(BEFORE, change)).toThrow(text);
  });
  it.each([
    ['anna@example.com', true], ["o'neil+x@sub.example.com", true], ['a..b@example.com', false], ['.a@example.com', false], ['a b@example.com', false], ['a@b', false], ['a@-b.com', false], ['a@b@c.com', false], ['ü@example.com', false], [`${'x'.repeat(65)}@example.com`, false],
  ])('tell SMTP addresses from others: %s is one: %s', (text, is) => {
    expect(isSmtpAddress(text)).toBe(is);
  });

  const local = fc.stringMatching(/^[a-z0-9]{1,8}$/);
  const smtp = local.map((name) => `${name}@example.com`);
  const secondary = fc.oneof(smtp.map((a) => `smtp:${a}`), local.map((x) => `X500:/o=${x}`), smtp.map((a) => `SIP:${a}`));
  const list = fc.tuple(smtp, fc.uniqueArray(secondary, { selector: addressKey, maxLength: 8 })).map(([primary, others]) => [`SMTP:${primary}`, ...others.filter((a) => addressKey(a) !== primary)]);
  const add = fc.array(fc.oneof(secondary, smtp.map((a) => `SMTP:${a}`), smtp), { maxLength: 4 });

  it('have exactly one primary address and none twice after any change that is taken', () => {
    fc.assert(fc.property(list, add, fc.array(secondary, { maxLength: 3 }), (before, added, removed) => {
      let after: AddressList;
      try { after = changedAddresses(before, { add: added, remove: removed }); } catch { return; }
      expect(after.filter((a) => a.startsWith('SMTP:'))).toHaveLength(1);
      expect(new Set(after.map(addressKey)).size).toBe(after.length);
      for (const address of removed) expect(after.map(addressKey)).not.toContain(addressKey(address));
      for (const address of before) if (!removed.map(addressKey).includes(addressKey(address))) expect(after.map(addressKey)).toContain(addressKey(address));
    }));
  });
  it('are the same when a list is set to itself, and a change to the primary address loses nothing', () => {
    fc.assert(fc.property(list, smtp, (before, primary) => {
      expect(changedAddresses(before, { replace: before })).toEqual(before);
      const after = withPrimary(before, primary);
      expect(primaryOf(after)).toBe(primary);
      for (const address of before) expect(after.map(addressKey)).toContain(addressKey(address));
    }));
  });
  it('read the same when they are read again', () => {
    fc.assert(fc.property(fc.oneof(secondary, smtp), (text) => { expect(readAddress(readAddress(text))).toBe(readAddress(text)); }));
  });
});

describe('aliases', () => {
  it.each([['anna@example.com', 'anna'], ['Anna von Berg', 'AnnavonBerg'], ['Jörg (x)', 'Jörg?x?'], ['.a..b.', 'a.b']])('are made from %s: %s', (from, alias) => {
    expect(aliasFrom(from)).toBe(alias);
  });
  it('make an ASCII address', () => {
    expect([localPartOf('Jörg.Åse'), localPartOf('ßæñ')]).toEqual(['Joerg.Ase', 'ssaen']);
  });
  it.each(['a b', 'a..b', '.a', 'a@b', '', 'x'.repeat(65), 'čau'])('refuse "%s"', (alias) => {
    expect(() => checkAlias(alias)).toThrow(/isn't valid/);
  });
  it.each(['a.b', "o'neil", 'a+b#c', 'é'])('take "%s"', (alias) => { expect(checkAlias(alias)).toBe(alias); });
});
