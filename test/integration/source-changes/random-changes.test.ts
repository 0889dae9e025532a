import { Client } from 'ldapts';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { skipFor } from '../../servers/available.ts';
import { sambaObstacle, startSamba, type SambaServer } from '../../servers/samba.ts';
import { Organisation } from './generator.ts';
import { connect, expectSameAsWhole, follow, sourceOf, type Account, type Follower } from './rig.ts';

const SEED = Number(process.env['CAUSEWAY_SEED'] ?? 20_261_121);
const ROUNDS = Number(process.env['CAUSEWAY_ROUNDS'] ?? 5);
const CHANGES = 45;

/** Random changes in rounds; after each the store must hold what a whole reading into another project holds, whatever the method. */
describe.skipIf(skipFor(await sambaObstacle()))('random changes of a directory (Samba)', () => {
  let samba: SambaServer;
  let admin: Client;
  let organisation: Organisation;
  let plain: Account;
  const followers = new Map<string, Follower>();

  beforeAll(async () => {
    samba = await startSamba({ address: '127.0.0.60' });
    admin = new Client({ url: `ldaps://${samba.address}`, tlsOptions: { rejectUnauthorized: false } });
    await admin.bind(samba.adminUser, samba.password);
    await admin.add(`CN=plain,CN=Users,${samba.baseDn}`, { objectClass: 'user', sAMAccountName: 'plain', userPrincipalName: 'plain@corp.example.com', unicodePwd: Buffer.from('"Passw0rd!svc"', 'utf16le') as never, userAccountControl: '512' });
    plain = { username: 'plain@corp.example.com', password: 'Passw0rd!svc' };
    organisation = new Organisation(admin, samba.baseDn, SEED);
    const inside = await organisation.add('ou', 'Inside');
    const outside = await organisation.add('ou', 'Outside');
    const units = [inside, await organisation.add('ou', 'Inner', inside), await organisation.add('ou', 'Deep', organisation.nodes.at(-1)), outside];
    for (let i = 0; i < 40; i += 1) await organisation.add(i % 5 === 0 ? 'contact' : 'user', `Person${i}`, units[i % 4]);
    for (let i = 0; i < 8; i += 1) await organisation.add('group', `Group${i}`, units[i % 4], { member: organisation.nodes.slice(4 + i, 12 + i).map((node) => organisation.dn(node)) });
    // The base of one follower must not be renamed.
    organisation.nodes.splice(organisation.nodes.indexOf(inside), 1);
    const administrator: Account = { username: samba.adminUser, password: samba.password };
    const open = async (name: string, account: Account, method = '') => {
      const follower = await follow(sourceOf(samba, account), () => connect(samba, account));
      followers.set(name, follower);
      expect((await follower.read()).whole).toBe('This is the first reading.');
      // As if the server did not offer the control.
      const mark = await follower.store.watermarks.get(follower.pair.id, 'source');
      if (method !== '' && mark !== undefined) await follower.store.watermarks.save(follower.pair.id, 'source', { ...mark, method, token: '' });
    };
    await open('DirSync', administrator);
    await open('uSNChanged', administrator, 'uSNChanged');
    await open('DirSync (visible objects)', plain);
    await open('uSNChanged (visible objects)', plain, 'uSNChanged (visible objects)');
    await open('DirSync below a base', { ...administrator, baseDn: organisation.dn(inside) });
    await open('uSNChanged below a base', { ...administrator, baseDn: organisation.dn(inside) }, 'uSNChanged');
  });
  afterAll(async () => {
    for (const follower of followers.values()) await follower.close();
    await admin?.unbind();
    await samba?.stop();
  });

  it(`follows ${ROUNDS} rounds of ${CHANGES} changes by every method (seed ${SEED})`, async () => {
    for (let round = 1; round <= ROUNDS; round += 1) {
      organisation.log.length = 0;
      for (let i = 0; i < CHANGES; i += 1) await organisation.step();
      for (const [name, follower] of followers) {
        const compare = name.includes('visible');
        const { whole, method } = await follower.read(compare ? 'compare' : 'changes');
        expect([name, whole]).toEqual([name, null]);
        expect(name.startsWith(method.split(' ')[0] ?? '')).toBe(true);
        try { await expectSameAsWhole(follower); } catch (error) {
          throw new Error(`${name}, round ${round}, seed ${SEED}:\n${organisation.log.join('\n')}`, { cause: error });
        }
        expect({ name, ...await follower.read() }).toMatchObject({ name, whole: null, changed: 0, gone: 0, searches: expect.toSatisfy((searches: number) => searches <= 3) });
      }
    }
  });
});
