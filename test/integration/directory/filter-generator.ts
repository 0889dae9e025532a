import fc from 'fast-check';
import { escapeFilterBytes, escapeFilterValue } from '../../../electron/engines/directory/filter/index.ts';
import type { DirectoryEntry } from '../../../electron/engines/directory/index.ts';

/** Attributes from which filters are made, by the way they compare. */
const TEXT = ['cn', 'sn', 'givenName', 'displayName', 'mail', 'sAMAccountName', 'userPrincipalName', 'department', 'title', 'l', 'streetAddress', 'proxyAddresses', 'description', 'extensionAttribute1', 'c', 'mailNickname', 'physicalDeliveryOfficeName', 'employeeType', 'name', 'ou'] as const;
/** Plain letters and digits only: the order of other characters differs from server to server. */
const ORDERED = ['sAMAccountName', 'employeeID', 'postalCode', 'c'] as const;
const NUMBERS = ['userAccountControl', 'groupType', 'countryCode', 'uSNCreated', 'accountExpires', 'msExchRecipientTypeDetails', 'msExchRecipientDisplayType', 'sAMAccountType', 'primaryGroupID', 'badPwdCount'] as const;
const TIMES = ['whenCreated', 'whenChanged', 'msExchWhenMailboxCreated'] as const;
const FLAGS = ['msExchHideFromAddressLists', 'showInAdvancedViewOnly', 'isCriticalSystemObject'] as const;
const LINKS = ['member', 'memberOf', 'manager', 'directReports', 'distinguishedName'] as const;
const BYTES = ['objectGUID', 'objectSid', 'thumbnailPhoto', 'jpegPhoto', 'userCertificate', 'mS-DS-ConsistencyGuid', 'logonHours'] as const;
const NAMING = ['displayName', 'givenName', 'sn', 'mail', 'sAMAccountName', 'proxyAddresses', 'name'] as const;
const CLASSES = ['user', 'group', 'contact', 'computer', 'person', 'organizationalUnit', 'top', 'USER', 'organizationalPerson'] as const;

/** Another letter case; letters that change their number or their way back stay. */
function otherCase(text: string, upper: boolean): string {
  return [...text].map((char) => {
    const other = upper ? char.toUpperCase() : char.toLowerCase();
    return [...other].length === 1 && (upper ? other.toLowerCase() : other.toUpperCase()) === char ? other : char;
  }).join('');
}

/** A value as a filter writes it: in another case, some characters as `\hh`. */
const written = (text: string): fc.Arbitrary<string> => fc.tuple(fc.constantFrom('same', 'upper', 'lower'), fc.integer({ min: 0, max: 12 })).map(([letters, escaped]) => {
  const spelled = letters === 'same' ? text : otherCase(text, letters === 'upper');
  return [...spelled].map((char, i) => (escaped > 2 && i % escaped === 1 ? escapeFilterBytes(Buffer.from(char)) : escapeFilterValue(char))).join('');
});

/** Pieces of a text with stars between them; no piece begins or ends with a space. */
const starred = (text: string): fc.Arbitrary<string> => fc.tuple(fc.nat(), fc.nat(), fc.nat(), fc.boolean(), fc.boolean()).chain(([a, b, c, atStart, atEnd]) => {
  const chars = [...text.trim()];
  const cuts = [a, b, c].map((n) => n % (chars.length + 1)).toSorted((x, y) => x - y);
  const [from = 0, middle = 0, to = 0] = cuts;
  const pieces = [chars.slice(atStart ? 0 : from, middle), chars.slice(middle + 1, atEnd ? chars.length : to)].map((piece) => piece.join('').trim()).filter((piece) => piece !== '');
  if (pieces.length === 0) return fc.constant('*');
  return fc.tuple(...pieces.map(written)).map((all) => `${atStart && chars.length > 0 && middle > 0 ? '' : '*'}${all.join('*')}${atEnd && pieces.length > 1 ? '' : '*'}`);
});

/**
 * Filters about what the entries hold: comparisons of every kind with values of theirs and near ones, joined and negated. Items
 * that Active Directory cannot decide are left to the list of exceptions, because Samba knows only true and false.
 */
export function filtersAbout(entries: readonly DirectoryEntry[]): fc.Arbitrary<string> {
  const held = (names: readonly string[]): { readonly name: string; readonly value: string }[] =>
    names.flatMap((name) => [...new Set(entries.flatMap((entry) => entry.attributes[name] ?? []))].map((value) => ({ name, value })));
  // By attribute first, so that one with many values does not crowd out the rest.
  const sample = (names: readonly string[]): fc.Arbitrary<{ readonly name: string; readonly value: string }> => {
    const used = names.map((name) => held([name])).filter((values) => values.length > 0);
    return fc.constantFrom(...used).chain((values) => fc.constantFrom(...values));
  };
  const text = sample(TEXT).filter(({ value }) => value.length < 200);
  const number = fc.oneof({ weight: 4, arbitrary: sample(NUMBERS) }, { weight: 1, arbitrary: fc.record({ name: fc.constantFrom(...NUMBERS), value: fc.integer({ min: -5, max: 1_000_000 }).map(String) }) });
  const bytes = (value: string): fc.Arbitrary<string> => fc.constant(escapeFilterBytes(Buffer.from(value, 'base64')));
  const mask = fc.oneof(fc.constantFrom('1', '2', '8', '14', '32', '512', '514', '2147483648', '2147483650', '4294967295', '34359738368', '0'), fc.nat({ max: 0x7fff_ffff }).map(String), sample(NUMBERS).map(({ value }) => value));
  const leaf = fc.oneof(
    { weight: 24, arbitrary: text.chain(({ name, value }) => written(value).map((v) => `(${name}=${v})`)) },
    { weight: 4, arbitrary: text.map(({ name, value }) => `(${name}=${escapeFilterValue(value.trim())}x)`) },
    { weight: 28, arbitrary: text.chain(({ name, value }) => starred(value).map((v) => `(${name}=${v})`)) },
    { weight: 8, arbitrary: text.chain(({ name, value }) => fc.tuple(written(value), fc.constantFrom('', ':dn')).map(([v, dn]) => `(${name}${dn}:=${v})`)) },
    { weight: 12, arbitrary: fc.tuple(sample(ORDERED).filter(({ value }) => /^[a-z0-9]+$/i.test(value)), fc.constantFrom('>=', '<=')).map(([{ name, value }, sign]) => `(${name}${sign}${value})`) },
    { weight: 12, arbitrary: fc.tuple(number, fc.constantFrom('=', '>=', '<=')).map(([{ name, value }, sign]) => `(${name}${sign}${value})`) },
    { weight: 20, arbitrary: fc.tuple(fc.constantFrom(...NUMBERS), fc.constantFrom('803', '804'), mask).map(([name, rule, value]) => `(${name}:1.2.840.113556.1.4.${rule}:=${value})`) },
    { weight: 12, arbitrary: fc.tuple(sample(TIMES), fc.constantFrom('=', '>=', '<='), fc.constantFrom('', '2019', '2031')).map(([{ name, value }, sign, year]) => `(${name}${sign}${year === '' ? value : `${year}${value.slice(4)}`})`) },
    { weight: 8, arbitrary: fc.tuple(fc.constantFrom(...FLAGS), fc.constantFrom('TRUE', 'FALSE', 'true')).map(([name, value]) => `(${name}=${value})`) },
    { weight: 16, arbitrary: sample(LINKS).chain(({ name, value }) => fc.boolean().map((upper) => `(${name}=${escapeFilterValue(otherCase(value, upper))})`)) },
    // A chain costs the server a hundred times the time of another item.
    { weight: 1, arbitrary: sample(['member', 'memberOf', 'manager']).map(({ name, value }) => `(${name}:1.2.840.113556.1.4.1941:=${escapeFilterValue(value)})`) },
    { weight: 16, arbitrary: sample(BYTES).chain(({ name, value }) => fc.tuple(bytes(value), fc.constantFrom('whole', 'begin')).map(([v, how]) => `(${name}=${how === 'whole' || name.startsWith('object') || name === 'logonHours' ? v : `${v.slice(0, 6)}*`})`)) },
    { weight: 8, arbitrary: fc.constantFrom(...TEXT, ...NUMBERS, ...TIMES, ...FLAGS, ...LINKS, ...BYTES).map((name) => `(${name}=*)`) },
    { weight: 12, arbitrary: sample(NAMING).chain(({ value }) => fc.nat({ max: 12 }).chain((n) => written([...value.trim()].slice(0, n + 2).join('').trim()))).filter((v) => v !== '').map((v) => `(anr=${v})`) },
    { weight: 8, arbitrary: fc.tuple(fc.constantFrom('objectClass', 'objectCategory'), fc.constantFrom(...CLASSES)).filter(([name, value]) => name === 'objectClass' || value !== 'top').map(([name, value]) => `(${name}=${value})`) },
  );
  return fc.letrec<{ filter: string }>((tie) => ({
    filter: fc.oneof({ maxDepth: 3, depthIdentifier: 'filter' },
      { weight: 5, arbitrary: leaf },
      { weight: 2, arbitrary: tie('filter').map((part) => `(!${part})`) },
      { weight: 4, arbitrary: fc.tuple(fc.constantFrom('&', '|'), fc.array(tie('filter'), { minLength: 1, maxLength: 3 })).map(([sign, parts]) => `(${sign}${parts.join('')})`) }),
  })).filter;
}
