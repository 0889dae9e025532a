import { ldifLine, peopleLdif } from '../../servers/users.ts';

/** Members of the group `big`. */
export const MEMBERS = 1850;
/** People in OU=People. */
export const PEOPLE = 1900;

/** Names that need escaping in a DN or a filter, as the directory stores them in cn. */
export const NAMES = ['Müller, Jörg', 'O\'Neill (HR) *extern*', 'Łukasiewicz + Co', 'back\\slash', '日本 太郎', '#hash; "quoted" <x>', 'Zoë'] as const;

/** Escapes a value for a DN (RFC 4514 section 2.4). Not the product's own function, so that the test does not share its mistakes. */
export function dnEscape(value: string): string {
  return value.replace(/[\\",+<>;=]/g, '\\$&').replace(/^[# ]/, '\\$&');
}

/** LDIF of the organisation that the tests read: people, odd names, a large and a nested group. */
export function organisationLdif(base: string): string {
  const people = [...peopleLdif({ count: PEOPLE, ou: 'People', base, dialect: 'ad' })].join('');
  const dns = [...people.matchAll(/^dn(?:: (CN=.*)|:: (.*))$/gm)].map((line) => line[1] ?? Buffer.from(line[2] ?? '', 'base64').toString('utf8')).filter((dn) => dn.startsWith('CN='));
  const odd = NAMES.map((name, i) => [
    ldifLine('dn', `CN=${dnEscape(name)},OU=Odd,${base}`), 'objectClass: user\n', ldifLine('displayName', name), ldifLine('sAMAccountName', `odd${i}`),
    ldifLine('sn', i === 0 ? 'Müller' : `Name ${i}`), 'userAccountControl: 514\n',
    i === 0 ? 'proxyAddresses: SMTP:joerg@example.com\nproxyAddresses: smtp:Jorg@corp.example.com\nproxyAddresses: X500:/o=Corp/cn=joerg\ntargetAddress: SMTP:joerg@example.com\n' : '', '\n',
  ].join('')).join('');
  const members = dns.slice(0, MEMBERS).map((dn) => ldifLine('member', dn)).join('');
  return [
    people, `dn: OU=Odd,${base}\nobjectClass: organizationalUnit\n\n`, odd,
    `dn: CN=big,OU=Odd,${base}\nobjectClass: group\nsAMAccountName: big\ngroupType: -2147483640\n${members}\n`,
    `dn: CN=gone,OU=Odd,${base}\nobjectClass: contact\ndisplayName: Gone\n\n`,
  ].join('');
}
