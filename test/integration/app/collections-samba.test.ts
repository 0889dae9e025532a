import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { normaliseDn } from '../../../shared/rules/dn.ts';
import { skipFor } from '../../servers/available.ts';
import { makeOrganisation, type Organisation } from '../../servers/organisation.ts';
import { sambaObstacle, startSamba, type SambaServer } from '../../servers/samba.ts';
import { openRig, targetOf, type Rig } from './rig.ts';
import { works, worksTenant } from './works.ts';

describe.skipIf(skipFor(await sambaObstacle()))('collections of a real Active Directory (Samba)', () => {
  let samba: SambaServer;
  let rig: Rig;
  let organisation: Organisation;
  let pairId: string;

  beforeAll(async () => {
    organisation = makeOrganisation({ users: 150 });
    [samba, rig] = await Promise.all([startSamba({ address: '127.0.0.38', ldif: organisation.ldif }), openRig({ source: works(), seed: worksTenant(), members: null })]);
    const pair = await rig.call('pairs.create', {
      name: 'Corp', source: { kind: 'ldap', domain: samba.domain, servers: [samba.address], security: 'plain', caFile: null, username: samba.adminUser, secretRef: '', baseDn: '' }, sourcePassword: samba.password,
      target: targetOf(rig.simulator), targetSecret: rig.simulator.clientSecret, defaults: { upnSuffix: '', countryCode: '', distributionGroups: 'skip' },
    });
    pairId = pair.id;
  });
  afterAll(async () => { await rig?.close(); await samba?.stop(); });

  const make = async (name: string) => (await rig.call('collections.create', { pairId, name })).id;
  const importList = async (collectionId: string, lines: readonly string[]) => await rig.call('collections.importObjects', { pairId, collectionId, name: 'list.csv', content: Buffer.from(lines.map((line) => `"${line.replaceAll('"', '""')}"`).join('\r\n')).toString('base64') });
  const people = () => organisation.objects.filter((one) => one.kind === 'user' && /^u\d{5}$/.test(one.key));
  const dns = async (collectionId: string) => Object.values(await rig.objects(collectionId)).map((row) => normaliseDn(row.dn)).toSorted();

  it('imports by every kind of value, in batches, with names that need escaping', async () => {
    const all = people();
    const byAccount = await make('By account');
    expect(await importList(byAccount, ['sAMAccountName', ...all.map((one) => one.key.toUpperCase()), 'nobody', 'AAD_0123456789ab'])).toMatchObject({ added: all.length, counts: { 'not found': 1, 'out of scope': 1 } });
    // Several people have one display name, so rows are counted and not names.
    expect((await rig.call('collections.get', { id: byAccount })).objects).toBe(all.length);

    const byDn = await make('By DN');
    const some = all.slice(0, 40);
    expect(await importList(byDn, ['distinguishedName', ...some.map((one) => one.dn)])).toMatchObject({ added: some.length, problemsTotal: 0 });
    expect(await dns(byDn)).toEqual(some.map((one) => normaliseDn(one.dn)).toSorted());

    const byGuid = await make('By GUID');
    const ids = Object.values(await rig.objects(byDn)).map((row) => row.id);
    expect(await importList(byGuid, ['objectGUID', ...ids])).toMatchObject({ added: ids.length, problemsTotal: 0 });
    expect(await dns(byGuid)).toEqual(await dns(byDn));

    const byAddress = await make('By address');
    const addressed = all.filter((one) => one.attributes['proxyAddresses'] !== undefined).slice(0, 20);
    expect(await importList(byAddress, ['proxyAddresses', ...addressed.map((one) => `${one.key}@corp.example.com`)])).toMatchObject({ added: 20, problemsTotal: 0 });
  });

  it('finds by a query and fills a dynamic collection from a container with a comma in its name', async () => {
    const id = await make('Queried');
    const wanted = people().filter((one) => one.attributes['c']?.[0] === 'DE');
    expect(wanted.length).toBeGreaterThan(3);
    expect(await rig.call('collections.previewQuery', { id, filter: '(&(c=DE)(sAMAccountName=u0*))' })).toMatchObject({ adds: wanted.length, leftOut: 0 });
    expect(await rig.call('collections.queryObjects', { id, filter: '(&(c=DE)(sAMAccountName=u0*))' })).toMatchObject({ added: wanted.length });

    const base = `OU=Forschung\\, Entwicklung,OU=People,${samba.baseDn}`;
    const inside = organisation.objects.filter((one) => one.dn.toLowerCase().endsWith(base.toLowerCase()));
    const made = await rig.call('collections.createDynamic', { pairId, name: 'Research', scope: { base, filter: '(objectClass=*)' } });
    expect(made).toMatchObject({ added: inside.length, removed: 0 });
    expect(await rig.call('collections.changeScope', { id: made.id, scope: { base, filter: '(title=*)' } })).toMatchObject({ added: 0, unchanged: inside.filter((one) => one.attributes['title'] !== undefined).length });
  });

  it('names of domain and forest come from the partitions container and are written by an expression', async () => {
    const id = await make('Named');
    const one = people()[0];
    await rig.call('collections.queryObjects', { id, filter: `(sAMAccountName=${one?.key})` });
    await rig.call('mappingRules.save', { owner: { kind: 'collection', id }, rule: {
      action: 'Expression', condition: 'always', sourceClass: 'user', sourceAttribute: '', targetClass: 'user', targetAttribute: 'employeeType', value: '%Domain.NetBIOS% & "\\\\" & [sAMAccountName] & " " & %Domain.FQDN% & " " & %Forest.NetBIOS% & " " & %forest.fqdn%', conversion: 'none', enabled: true,
    } });
    expect(await rig.migrate({ upnSuffix: 'example.com' }, { collectionId: id })).toMatchObject({ state: 'Completed' });
    const { targetId } = Object.values(await rig.objects(id))[0] ?? {};
    expect(rig.simulator.snapshot().users.find((u) => u.id === targetId)?.properties['employeeType']).toBe(`CORP\\${one?.key} corp.example.com CORP corp.example.com`);
  });
});
