import { afterEach, expect, it } from 'vitest';
import { openRig, type Rig } from './rig.ts';
import { entry, ROOT, works, worksTenant } from './works.ts';

let rig: Rig;
afterEach(async () => { await rig.close(); });

const CONFIGURATION = 'CN=Configuration,DC=example,DC=com';
const domain = (n: number, name: string, context: string) => entry(`CN=${name},CN=Partitions,${CONFIGURATION}`, ['crossRef'], n, { nCName: context, nETBIOSName: name, dnsRoot: name.toLowerCase() });
/** What an export of the whole forest holds besides the domain: the forest's root domain and this one. */
const FOREST = [
  entry(CONFIGURATION, ['configuration'], 90), entry(`CN=Partitions,${CONFIGURATION}`, ['crossRefContainer'], 91),
  domain(92, 'EXAMPLECORP', 'DC=example,DC=com'), domain(93, 'WORKS', ROOT),
];
const EXPRESSION = '%Domain.NetBIOS% & "\\\\" & [sAMAccountName] & " " & %Domain.LDAP% & " " & %forest.netbios% & " " & %Forest.FQDN%';

/** A rule that writes the names into the city of people. */
async function writeNames(value = EXPRESSION): Promise<void> {
  const owner = { kind: 'collection', id: rig.collectionId } as const;
  await rig.call('mappingRules.save', { owner, rule: { action: 'Expression', condition: 'always', sourceClass: 'user', sourceAttribute: '', targetClass: 'user', targetAttribute: 'city', value, conversion: 'none', enabled: true } });
}
const city = (alias: string) => rig.simulator.snapshot().users.find((u) => u.properties['userPrincipalName'] === `${alias}@example.com`)?.properties['city'];

it('names of domain and forest are read from the partitions of an export and written by an expression', async () => {
  rig = await openRig({ source: [...works(), ...FOREST], seed: worksTenant(), members: '(sAMAccountName=*)' });
  await writeNames();
  expect((await rig.migrate()).state).toBe('Completed');
  expect(city('ann')).toBe(`WORKS\\ann ${ROOT.toLowerCase().replaceAll('dc=', 'DC=')} EXAMPLECORP example.com`);
});

it('an export without them keeps the object out of the plan and says why', async () => {
  rig = await openRig({ source: works(), seed: worksTenant(), members: '(sAMAccountName=*)' });
  await writeNames();
  const { plan } = await rig.plan();
  const { rows } = await rig.call('plans.skips', { planId: plan.id });
  expect(rows.find((row) => row.name === 'Ann')).toMatchObject({ status: 'Failed', reason: expect.stringContaining('%Domain.NetBIOS% is not known: the directory did not show the names of its domains') });
});

it('an export of one domain does not say which forest the domain is in, and nothing is guessed', async () => {
  rig = await openRig({ source: works(), seed: worksTenant(), members: '(sAMAccountName=*)' });
  await writeNames('%Forest.FQDN%');
  const { plan } = await rig.plan();
  const { rows } = await rig.call('plans.skips', { planId: plan.id });
  expect(rows.find((row) => row.name === 'Ann')).toMatchObject({ status: 'Failed', reason: expect.stringContaining('%Forest.FQDN% is not known') });
});
