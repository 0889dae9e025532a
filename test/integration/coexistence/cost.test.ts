import { randomBytes } from 'node:crypto';
import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { startFakeLdap, type FakeLdap } from '../../servers/fake-ldap.ts';
import { playDirectory } from '../../bench/cycle-directory.ts';
import { makeOrganisation, tenantOf, type Organisation } from '../../bench/cycle-organisation.ts';
import { openCycleRig, type CycleRig } from './desk.ts';

/*
 * What a cycle costs: requests to the tenant follow what changed, and what was written is what the directory holds. The directory is the fake server, which
 * tells changes by DirSync, so that nothing but the cycle is counted; `npm run bench -- cycle` measures the same with 100,000 objects.
 */
let made: Organisation;
let directory: ReturnType<typeof playDirectory>;
let ldap: FakeLdap;
let rig: CycleRig;

beforeAll(async () => {
  made = makeOrganisation(400);
  directory = playDirectory(made);
  ldap = await startFakeLdap(directory.script);
  rig = await openCycleRig({
    source: [], seed: tenantOf(made), members: null,
    directory: {
      source: { kind: 'ldap', domain: 'example.com', servers: [ldap.server], security: 'plain', caFile: null, username: 'reader@example.com', secretRef: '', baseDn: 'DC=example,DC=com' }, password: 'x',
      environment: async (folder) => {
        const key = path.join(folder, 'operator.key');
        await writeFile(key, randomBytes(48).toString('base64'), { mode: 0o600 });
        return { CAUSEWAY_KEY_FILE: key };
      },
    },
  });
  await rig.call('matches.setPolicy', { kind: 'pair', id: rig.pairId, policy: 'no match' });
});
afterAll(async () => { await rig?.close(); await ldap?.stop(); });

it('after 100 changes a cycle makes at most 8 + changes/20 requests, after none 8, and brings everything over', async () => {
  const { id } = await rig.call('collections.createDynamic', { pairId: rig.pairId, name: 'All', scope: { base: '', filter: '(|(objectClass=user)(objectClass=group))' } });
  // Groups without mail are matched by their names.
  const owner = { kind: 'collection', id } as const;
  for (const rule of (await rig.call('matchingRules.list', owner)).rows) if (rule.sourceClass === 'group' && rule.targetAttribute === 'mailNickname') await rig.call('matchingRules.save', { owner, rule: { ...rule, enabled: true } });
  expect((await rig.enable({}, id)).state).toBe('Completed');
  const quiet = await rig.cycle('run now', id);
  expect(quiet.cycle).toMatchObject({ outcome: 'nothing to do', operations: 0 });
  for (const changes of [100, 20]) {
    directory.change(changes);
    const [http, searches] = [rig.simulator.stats.httpRequests, ldap.seen.searches];
    const { cycle } = await rig.cycle('run now', id);
    expect(cycle).toMatchObject({ outcome: 'done', failed: 0 });
    expect(cycle.operations).toBeGreaterThan(changes * 0.9);
    // The sign-in's included.
    expect(rig.simulator.stats.httpRequests - http).toBeLessThanOrEqual(8 + changes / 20);
    expect(ldap.seen.searches - searches).toBeLessThanOrEqual(12);
  }
  rig.writes.length = 0;
  const http = rig.simulator.stats.httpRequests;
  expect((await rig.cycle('run now', id)).cycle).toMatchObject({ outcome: 'nothing to do', operations: 0 });
  expect(rig.simulator.stats.httpRequests - http).toBeLessThanOrEqual(8);
  expect(rig.writes).toEqual([]);
  const tenant = rig.simulator.snapshot();
  const names = new Map(tenant.users.map((one) => [one.id, String(one.properties['userPrincipalName']).split('@')[0]]));
  for (const person of made.people.values()) {
    const user = tenant.users.find((one) => one.properties['userPrincipalName'] === `user${person.number}@example.com`);
    expect(user?.properties).toMatchObject({ displayName: person.cn, jobTitle: person.title, department: person.department, accountEnabled: person.enabled });
    expect(names.get(user?.manager ?? '')).toBe(person.manager === null ? undefined : `user${person.manager}`);
  }
  for (const group of made.groups.values()) {
    const one = tenant.groups.find((other) => other.properties['displayName'] === group.cn);
    expect(one?.properties['description']).toBe(group.description);
    expect(one?.members.map((member) => names.get(member)).filter((name) => name !== undefined && made.people.has(Number(name.slice(4)))).toSorted()).toEqual([...group.members].map((member) => `user${member}`).toSorted());
  }
});
