import { openLdapDirectory } from '../../electron/engines/directory/index.ts';
import { PERSON_ATTRIBUTES } from '../servers/users.ts';

/** Child of read.ts: reads everybody once, keeps one page at a time, and reports its memory as JSON. */
const [server = '', username = '', base = ''] = process.argv.slice(2);
const directory = await openLdapDirectory({
  connection: { kind: 'ldap', domain: '', servers: [server], security: 'plain', caFile: null, username, secretRef: '', baseDn: base },
  password: process.env['CAUSEWAY_BENCH_PASSWORD'] ?? '',
  resolveSrv: () => Promise.resolve([]),
});
let entries = 0;
let whole = 0;
// objectClass comes besides.
const names = PERSON_ATTRIBUTES.map((name) => (name === 'streetAddress' ? 'street' : name));
for await (const page of directory.read({ base, scope: 'sub', filter: '(objectClass=user)', attributes: names })) {
  entries += page.length;
  for (const entry of page) if (entry.guid !== '' && Object.keys(entry.attributes).length === names.length + 1) whole += 1;
}
await directory.close();
if (whole !== entries) throw new Error(`${entries - whole} people came without all their attributes`);
process.stdout.write(JSON.stringify({ entries, maxRssKb: process.resourceUsage().maxRSS }));
