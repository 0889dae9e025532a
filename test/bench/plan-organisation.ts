import { createWriteStream } from 'node:fs';
import { finished } from 'node:stream/promises';
import { writeLdif, type LdifEntry } from '../../electron/simulator/demo/ldif.ts';

/** How large the organisation is, and how much of it the tenant has already. */
export interface OrganisationSize {
  readonly users: number;
  readonly groups: number;
  /** Of the users, so many are in the tenant as `user<n>@example.com`; of the groups, so many as nickname `group<n>`. */
  readonly known: { readonly users: number; readonly groups: number };
}

const BASE = 'DC=example,DC=com';
/** Entries turned into text at once. */
const PIECE = 2_000;
/** Groups of 10,000 members; the others have 5 to 200, most of them few. */
const LARGE = { groups: 5, members: 10_000 } as const;
/** Each tenth group holds the group before it, as departments hold teams. */
const NESTED = 10;

const userDn = (i: number): string => `CN=Person ${i},OU=Department ${i % 200},OU=People,${BASE}`;
const groupDn = (g: number): string => `CN=Group ${g},OU=Groups,${BASE}`;
/** objectGUID: the bytes count up, with the variant bits of RFC 9562. */
const guid = (kind: number, i: number): Buffer => {
  const bytes = Buffer.alloc(16, kind);
  bytes.writeUInt32BE(Math.imul(i, 2_654_435_761) >>> 0, 0);
  bytes.writeUInt32BE(i, 8);
  return bytes;
};
/** A number of 5 to 200 with a median near 20: a few groups are large and most small. */
const sizeOf = (g: number): number => 5 + Math.floor(195 * ((Math.imul(g + 1, 2_654_435_761) >>> 0) / 2 ** 32) ** 3);

function person(i: number, size: OrganisationSize): LdifEntry {
  const known = i < size.known.users;
  const name = known ? `user${i}` : `new${i}`;
  const address = `${name}@example.com`;
  const manager = i < 100 ? [] : [['manager', [userDn(Math.floor(i / 12) % size.users)]] as const];
  return { dn: userDn(i), attributes: [
    ['objectClass', ['top', 'person', 'organizationalPerson', 'user']], ['objectGUID', [guid(1, i)]], ['cn', [`Person ${i}`]], ['displayName', [`User ${i}`]], ['givenName', ['User']], ['sn', [String(i)]],
    ['sAMAccountName', [name]], ['userPrincipalName', [address]], ['mail', [address]], ['mailNickname', [name]], ['proxyAddresses', [`SMTP:${address}`, `smtp:${name}@old.example.com`]],
    ['userAccountControl', [i % 50 === 49 ? '514' : '512']], ['title', [i % 3 === 0 ? 'Engineer' : 'Clerk']], ['department', [`Department ${i % 20}`]], ['company', ['Example']], ['physicalDeliveryOfficeName', [`Room ${i % 900}`]],
    ['streetAddress', [`Main street ${i % 300}`]], ['l', ['Oslo']], ['postalCode', [String(10_000 + i % 9_000)]], ['c', ['NO']], ['co', ['Norway']], ['countryCode', ['578']], ['telephoneNumber', [`+47 ${i}`]], ['employeeID', [String(i)]],
    ['extensionAttribute1', [`cost centre ${i % 70}`]], ['uSNChanged', [String(1_000 + i)]], ['whenChanged', ['20250101000000.0Z']], ...manager,
  ] };
}

function group(g: number, size: OrganisationSize): LdifEntry {
  const count = Math.min(g < LARGE.groups ? LARGE.members : sizeOf(g), size.users);
  const first = Math.imul(g, 7_919) % size.users;
  const members = Array.from({ length: count }, (_, k) => userDn((first + k * 3) % size.users));
  const nested = g % NESTED === 0 && g > 0 ? [groupDn(g - 1)] : [];
  return { dn: groupDn(g), attributes: [
    ['objectClass', ['top', 'group']], ['objectGUID', [guid(2, g)]], ['cn', [`Group ${g}`]], ['displayName', [`Group ${g}`]], ['sAMAccountName', [`group${g}`]], ['groupType', ['-2147483646']],
    ['description', [`What group ${g} is for`]], ['uSNChanged', [String(1_000_000 + g)]], ['member', [...new Set([...members, ...nested])]],
  ] };
}

/**
 * Writes an organisation as LDIF (RFC 2849): people with 26 attributes and a manager, groups with members, some of them nested.
 * The same size gives the same file.
 * @returns memberships in the file.
 */
export async function writeOrganisation(file: string, size: OrganisationSize): Promise<number> {
  const stream = createWriteStream(file);
  let memberships = 0;
  const put = async (total: number, make: (i: number) => LdifEntry): Promise<void> => {
    for (let from = 0; from < total; from += PIECE) {
      const entries = Array.from({ length: Math.min(PIECE, total - from) }, (_, k) => make(from + k));
      for (const entry of entries) memberships += entry.attributes.find(([name]) => name === 'member')?.[1].length ?? 0;
      const text = writeLdif(entries);
      // The version stands only at the head of the file.
      if (!stream.write(`${from === 0 && total === size.users && make === people ? text : text.replace(/^version: 1\n\n/, '')}\n`)) await new Promise<void>((resolve) => { stream.once('drain', resolve); });
    }
  };
  const people = (i: number): LdifEntry => person(i, size);
  await put(size.users, people);
  await put(size.groups, (g) => group(g, size));
  stream.end();
  await finished(stream);
  return memberships;
}
