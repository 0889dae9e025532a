import { execFile } from 'node:child_process';
import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { promisify } from 'node:util';
import { guidOf, type Organisation } from '../../servers/organisation.ts';
import type { SambaServer } from '../../servers/samba.ts';
import type { Source } from './tenant-seed.ts';

const run = promisify(execFile);

/** Objects of an organisation that was made with `guids`. */
export const withKnownGuids = (organisation: Organisation): readonly Source[] => organisation.objects.map((object, n) => ({ ...object, guid: guidOf(n) }));

/** objectGUID of every object as OpenLDAP's own client reads it from the server, not the program under test. */
export async function withServerGuids(organisation: Organisation, samba: SambaServer): Promise<readonly Source[]> {
  const { stdout } = await run('ldapsearch', ['-x', '-LLL', '-o', 'ldif-wrap=no', '-E', 'pr=500/noprompt', '-H', `ldap://${samba.address}`, '-D', samba.adminUser, '-w', samba.password, '-b', samba.baseDn, '(|(objectClass=user)(objectClass=group)(objectClass=contact))', 'objectGUID', 'sAMAccountName', 'cn'], { maxBuffer: 64 * 1024 * 1024 });
  const guids = new Map<string, string>();
  for (const entry of stdout.split('\n\n')) {
    const value = (name: string): string => {
      const found = new RegExp(`^${name}:(:?) (.*)$`, 'm').exec(entry);
      return found === null ? '' : found[1] === ':' ? Buffer.from(found[2] ?? '', 'base64').toString('utf8') : found[2] ?? '';
    };
    const bytes = Buffer.from(/^objectGUID:: (.*)$/m.exec(entry)?.[1] ?? '', 'base64');
    if (bytes.length !== 16) continue;
    const hex = [bytes.subarray(0, 4).reverse(), bytes.subarray(4, 6).reverse(), bytes.subarray(6, 8).reverse(), bytes.subarray(8, 10), bytes.subarray(10)].map((part) => part.toString('hex'));
    guids.set(value('sAMAccountName') || value('cn'), hex.join('-'));
  }
  return organisation.objects.map((object) => {
    const guid = guids.get(object.key);
    if (guid === undefined) throw new Error(`the server has no ${object.key}`);
    return { ...object, guid };
  });
}

/** Makes the changes that a bulk load cannot: groups that are members of each other. */
export async function closeCycle(organisation: Organisation, samba: SambaServer): Promise<void> {
  const file = path.join(samba.dir, 'cycle.ldif');
  await writeFile(file, organisation.cycle);
  await run('ldapmodify', ['-x', '-H', `ldap://${samba.address}`, '-D', samba.adminUser, '-w', samba.password, '-f', file]);
}
