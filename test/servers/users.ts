/** How many people, and in which dialect. */
export interface PeopleOptions {
  readonly count: number;
  /** Number of the first; default 0. */
  readonly start?: number;
  /** Name of the organisational unit that holds them; made too. */
  readonly ou: string;
  /** DN of the domain. */
  readonly base: string;
  /** `ad`: what a client may write. `slapd`: with the attributes that Active Directory would compute, and the domain itself. */
  readonly dialect: 'ad' | 'slapd';
}

const GIVEN = 'Anna Bernd Carla Dieter Eva Frank Gerda Hans Inge Jörg Karin Lars Maria Norbert Olga Peter Renée Søren Tina Uwe Zoë'.split(' ');
const SURNAMES = 'Müller Schmidt Schneider Fischer Weber Meyer Wagner Becker Schulz Hoffmann Koch Richter Klein Wolf Neumann Gonzáles O\'Neill Łukasiewicz Smith Jones'.split(' ');
const DEPARTMENTS = 'Sales Marketing IT Finance HR Legal Operations Research Support Production'.split(' ');
/** Records a chunk, so that a large organisation streams in constant memory. */
const CHUNK = 500;

/** Attributes of each person that a migration reads: 31 types, 35 values. */
export const PERSON_ATTRIBUTES: readonly string[] = [
  'objectGUID', 'objectSid', 'sAMAccountName', 'userPrincipalName', 'displayName', 'givenName', 'sn', 'mail', 'proxyAddresses', 'targetAddress', 'mailNickname',
  'legacyExchangeDN', 'department', 'company', 'title', 'telephoneNumber', 'mobile', 'streetAddress', 'l', 'st', 'postalCode', 'co', 'c',
  'physicalDeliveryOfficeName', 'employeeID', 'extensionAttribute1', 'msExchMailboxGuid', 'msExchRecipientTypeDetails', 'userAccountControl', 'uSNChanged', 'whenChanged',
];

/** Pseudo-random bytes of a number: the same organisation every time (splitmix32). */
function bytesOf(seed: number): Buffer {
  const out = Buffer.alloc(16);
  for (let i = 0; i < 4; i += 1) {
    let z = (seed * 4 + i + 1) * 0x9e3779b9;
    z = Math.imul(z ^ (z >>> 16), 0x21f0aaad);
    z = Math.imul(z ^ (z >>> 15), 0x735a2d97);
    out.writeInt32LE((z ^ (z >>> 15)) | 0, i * 4);
  }
  return out;
}

/** One LDIF line (RFC 2849): Base64 where the value is not plain ASCII. */
export function ldifLine(name: string, value: string | Buffer): string {
  if (typeof value === 'string' && /^[!-9;=-~][ -~]*$/.test(value) && !value.endsWith(' ')) return `${name}: ${value}\n`;
  return `${name}:: ${Buffer.from(value).toString('base64')}\n`;
}

function person(i: number, options: PeopleOptions): string {
  const random = bytesOf(i);
  const pick = (list: readonly string[], at: number): string => list[random.readUInt16LE(at) % list.length] ?? '';
  const [given, surname, account] = [pick(GIVEN, 0), pick(SURNAMES, 2), `u${String(i).padStart(6, '0')}`];
  const mailbox = bytesOf(i + 10_000_000);
  const hex = mailbox.toString('hex');
  const legacy = '/o=Corp/ou=Exchange Administrative Group (FYDIBOHF23SPDLT)/cn=Recipients/cn=';
  const cn = `${account} ${given}`;
  const dn = `CN=${cn},OU=${options.ou},${options.base}`;
  const lines: (readonly [string, string | Buffer])[] = [
    ['dn', dn],
    ...(options.dialect === 'slapd' ? [['objectClass', 'top'] as const] : []),
    ['objectClass', 'user'], ['sAMAccountName', account], ['userPrincipalName', `${account}@corp.example.com`], ['displayName', `${surname}, ${given} (${i})`],
    ['givenName', given], ['sn', surname], ['mail', `${account}@example.com`],
    ['proxyAddresses', `SMTP:${account}@example.com`], ['proxyAddresses', `smtp:${account}@corp.example.com`], ['proxyAddresses', `smtp:${account}@corp.mail.onmicrosoft.com`], ['proxyAddresses', `X500:${legacy}${hex}`],
    ['targetAddress', `SMTP:${account}@corp.mail.onmicrosoft.com`], ['mailNickname', account], ['legacyExchangeDN', `${legacy}${hex}-${account}`],
    ['department', pick(DEPARTMENTS, 4)], ['company', 'Corp Example AG'], ['title', `Senior ${pick(DEPARTMENTS, 6)} Engineer`],
    ['telephoneNumber', `+49 30 ${String(i).padStart(7, '0')}`], ['mobile', `+49 170 ${String(i).padStart(7, '0')}`],
    [options.dialect === 'slapd' ? 'street' : 'streetAddress', `Hauptstraße ${i % 200}\r\nGebäude ${i % 9}`], ['l', 'München'], ['st', 'Bayern'],
    ['postalCode', String(80_000 + (i % 999))], ['co', 'Germany'], ['c', 'DE'], ['physicalDeliveryOfficeName', `B${i % 20}-${i % 400}`], ['employeeID', String(100_000 + i)],
    ['extensionAttribute1', `CC${i % 500}`], ['extensionAttribute5', 'sync'], ['msExchMailboxGuid', mailbox], ['msExchRecipientTypeDetails', '2147483648'], ['userAccountControl', '514'],
  ];
  if (options.dialect === 'slapd') {
    const sid = Buffer.from('010500000000000515000000b0f0224657b9b21625feb30700000000', 'hex');
    sid.writeUInt32LE(1000 + i, 24);
    const time = `${new Date(Date.UTC(2024, 0, 1) + i * 1000).toISOString().replace(/[-:T]|\.\d+Z/g, '')}.0Z`;
    lines.push(
      ['cn', cn], ['objectGUID', bytesOf(i + 20_000_000)], ['objectSid', sid], ['uSNChanged', String(10_000 + i)], ['uSNCreated', String(10_000 + i)],
      ['whenCreated', time], ['whenChanged', time], ['name', cn], ['distinguishedName', dn],
    );
  }
  return `${lines.map(([name, value]) => ldifLine(name, value)).join('')}\n`;
}

/** LDIF of a made-up organisation in chunks of some hundred records; about 1.1 KB a person, the same for the same options. */
export function* peopleLdif(options: PeopleOptions): Generator<string> {
  const domain = options.dialect === 'slapd' ? `dn: ${options.base}\nobjectClass: top\nobjectClass: organization\nobjectClass: dcObject\no: corp\ndc: corp\n\n` : '';
  yield `${domain}dn: OU=${options.ou},${options.base}\nobjectClass: organizationalUnit\nou: ${options.ou}\n\n`;
  const start = options.start ?? 0;
  for (let i = start; i < start + options.count; i += CHUNK) {
    let text = '';
    for (let j = i; j < Math.min(i + CHUNK, start + options.count); j += 1) text += person(j, options);
    yield text;
  }
}
