import { afterEach, describe, expect, it } from 'vitest';
import type { TargetObject } from '../../../shared/domain/objects.ts';
import type { TargetConnection } from '../../../shared/domain/settings.ts';
import {
  createExchangeGateway, createSignIn, findRequest, foundIds, graphWrites, isAlreadyMember, isConflict, isNotMember, openTenant, TenantGates, toGraphBody,
} from '../../../electron/engines/tenant/index.ts';
import type { GraphAnswer, OpenedTenant, Pace } from '../../../electron/engines/tenant/index.ts';
import { simulatedTransports, startSimulator } from '../../../electron/simulator/index.ts';
import type { Simulator, SimulatorOptions } from '../../../electron/simulator/index.ts';

let simulator: Simulator | undefined;
let tenant: OpenedTenant | undefined;
afterEach(async () => {
  await tenant?.close();
  await simulator?.close();
  [simulator, tenant] = [undefined, undefined];
});

async function open(options: Partial<SimulatorOptions> = {}, more: { readonly connection?: Partial<TargetConnection>; readonly secret?: string; readonly pace?: Partial<Pace> } = {}) {
  simulator = await startSimulator({ quotas: 'off', ...options });
  const connection: TargetConnection = {
    cloud: 'global', tenantId: simulator.tenantId, clientId: simulator.clientId, signIn: 'client secret', secretRef: 's', certificateFile: null, readOnly: false,
    simulated: { origin: simulator.url }, ...more.connection,
  };
  const secret = more.secret ?? (connection.clientId === simulator.clientIdReadOnly ? simulator.clientSecretReadOnly : simulator.clientSecret);
  const kept = new Map([['s', secret]]);
  const transports = simulatedTransports(simulator.url);
  const signIn = createSignIn({ connection, transports, secrets: { get: async (ref) => kept.get(ref), set: async (ref, value) => { kept.set(ref, value); } } });
  const gates = new TenantGates(more.pace ? { pace: more.pace } : {});
  tenant = await openTenant({ connection, signIn, gates, transports });
  return { tenant, simulator, exchange: createExchangeGateway({ connection, signIn, transports }) };
}

const writes = graphWrites('global');
const newUser = (index: number) => writes.create('user', toGraphBody('user', [
  { attribute: 'accountEnabled', after: ['true'] }, { attribute: 'displayName', after: [`User ${index}`] }, { attribute: 'mailNickname', after: [`user${index}`] },
  { attribute: 'userPrincipalName', after: [`user${index}@example.com`] }, { attribute: 'passwordProfile/password', after: ['Aa1!Aa1!Aa1!xyz'] },
  { attribute: 'otherMails', after: ['private@example.org'] }, { attribute: 'onPremisesExtensionAttributes/extensionAttribute3', after: ['three'] },
], 'create'));
const newGroup = (name: string) => writes.create('group', toGraphBody('group', [
  { attribute: 'displayName', after: [name] }, { attribute: 'mailNickname', after: [name] }, { attribute: 'mailEnabled', after: ['false'] }, { attribute: 'securityEnabled', after: ['true'] },
], 'create'));
const idOf = (answer: GraphAnswer | undefined): string => {
  if (answer?.kind !== 'answered' || answer.error) throw new Error(`refused: ${JSON.stringify(answer)}`);
  return (answer.body as { id: string }).id;
};
const errorOf = (answer: GraphAnswer | undefined) => {
  if (answer?.kind !== 'answered' || !answer.error) throw new Error(`not refused: ${JSON.stringify(answer)}`);
  return answer.error;
};
async function all(pages: AsyncIterable<readonly TargetObject[]>): Promise<TargetObject[]> {
  const found: TargetObject[] = [];
  for await (const page of pages) found.push(...page);
  return found;
}

describe('the tenant engine on a simulated tenant', () => {
  it('creates, reads, changes, deletes, restores and purges', async () => {
    const { tenant: t } = await open();
    const ids = (await t.send(Array.from({ length: 45 }, (_, i) => newUser(i)))).map(idOf);
    const [first = '', second = ''] = ids;
    expect((await t.send([writes.setManager(first, second)]))[0]).toMatchObject({ status: 204 });
    const users = await all(t.read('user'));
    expect(users).toHaveLength(46);
    const one = users.find((user) => user.id === first);
    expect(one?.links).toEqual({ manager: [second] });
    expect(one?.attributes).toMatchObject({ accountEnabled: ['true'], otherMails: ['private@example.org'], 'onPremisesExtensionAttributes/extensionAttribute3': ['three'] });

    const [group = ''] = (await t.send([newGroup('team')])).map(idOf);
    expect((await t.send([writes.addMembers(group, ids.slice(0, 20))]))[0]).toMatchObject({ status: 204 });
    expect(isAlreadyMember(errorOf((await t.send([writes.addMembers(group, ids.slice(19, 25))]))[0]))).toBe(true);
    expect((await t.send([writes.addMember(group, ids[20] ?? '')]))[0]).toMatchObject({ status: 204 });
    expect(isAlreadyMember(errorOf((await t.send([writes.addMember(group, ids[20] ?? '')]))[0]))).toBe(true);
    expect((await t.send([writes.removeMember(group, ids[0] ?? '')]))[0]).toMatchObject({ status: 204 });
    expect(isNotMember(errorOf((await t.send([writes.removeMember(group, ids[0] ?? '')]))[0]))).toBe(true);
    const members = [];
    for await (const read of t.readMembers([group])) members.push(read);
    expect(members).toEqual([{ groupId: group, memberIds: expect.anything() as unknown }]);
    expect(new Set(members[0]?.memberIds)).toEqual(new Set(ids.slice(1, 21)));

    await t.send([writes.update('user', first, toGraphBody('user', [{ attribute: 'city', after: ['Oslo'] }, { attribute: 'otherMails', after: null }, { attribute: 'onPremisesExtensionAttributes/extensionAttribute3', after: null }], 'update'))]);
    await t.send([writes.clearManager(first)]);
    const changed = (await t.readByIds('user', [first, '00000000-0000-0000-0000-000000000000'])).get(first);
    expect(changed?.attributes).toMatchObject({ city: ['Oslo'] });
    expect(changed?.attributes['otherMails']).toBeUndefined();
    expect(changed?.attributes['onPremisesExtensionAttributes/extensionAttribute3']).toBeUndefined();
    expect(changed?.links).toEqual({});

    expect(isConflict(errorOf((await t.send([newUser(0)]))[0]))).toEqual({ property: 'userPrincipalName' });
    expect(foundIds((await t.send([findRequest('user', 'userPrincipalName', 'user0@example.com')])).map((answer) => (answer.kind === 'answered' ? answer.body : null))[0])).toEqual([first]);

    expect((await t.send([writes.delete('user', first)]))[0]).toMatchObject({ status: 204 });
    expect((await t.readByIds('user', [first])).size).toBe(0);
    expect(await all(t.readDeleted('user'))).toMatchObject([{ id: first, deleted: true }]);
    expect(idOf((await t.send([writes.restore(first)]))[0])).toBe(first);
    await t.send([writes.delete('user', first)]);
    expect((await t.send([writes.purge(first)]))[0]).toMatchObject({ status: 204 });
    expect(await all(t.readDeleted('user'))).toEqual([]);
  });

  it('reads the tenant itself, and runs a cmdlet', async () => {
    const { tenant: t, exchange, simulator: s } = await open();
    expect(await t.organization()).toEqual({ id: s.tenantId, displayName: 'Simulated tenant', initialDomain: 'simulated.onmicrosoft.com', onPremisesSyncEnabled: false });
    expect((await t.domains()).map((one) => [one.name, one.isVerified, one.isInitial])).toEqual([['simulated.onmicrosoft.com', true, true], ['example.com', true, false]]);
    expect(await t.skus()).toMatchObject([{ partNumber: 'SPE_E3', enabled: 25, consumed: 0 }]);
    expect([...(await t.adminRoleHolders() ?? [])]).toHaveLength(1);
    expect((await exchange.invoke('Get-AcceptedDomain', {})).rows).toHaveLength(2);
    await expect(exchange.invoke('Get-Recipient', { Identity: 'nobody@example.com' })).rejects.toMatchObject({ data: { message: expect.stringMatching(/couldn't be found/) as string } });
  });

  it('reads through many pages', async () => {
    const { tenant: t } = await open({ seed: {
      tenant: { id: 'ca05e0a1-51f0-4c1d-9a7e-000000000001', displayName: 'Big', domains: [{ name: 'big.onmicrosoft.com', isInitial: true, isDefault: true }] },
      users: Array.from({ length: 2500 }, (_, i) => ({ id: `00000000-0000-4000-8000-${String(i).padStart(12, '0')}`, properties: { displayName: `U${i}`, userPrincipalName: `u${i}@big.onmicrosoft.com`, mailNickname: `u${i}` }, managerId: i === 0 ? null : '00000000-0000-4000-8000-000000000000' })),
      groups: [{ id: '10000000-0000-4000-8000-000000000000', properties: { displayName: 'G', mailNickname: 'g', securityEnabled: true, mailEnabled: false }, memberIds: Array.from({ length: 2500 }, (_, i) => `00000000-0000-4000-8000-${String(i).padStart(12, '0')}`) }],
      contacts: [{ id: '20000000-0000-4000-8000-000000000000', properties: { displayName: 'C', mail: 'c@example.org' } }],
    } });
    const users = await all(t.read('user'));
    expect(new Set(users.map((one) => one.id)).size).toBe(2500);
    expect(users.filter((one) => one.links['manager'])).toHaveLength(2499);
    expect(await all(t.read('contact'))).toMatchObject([{ kind: 'contact', name: 'C' }]);
    for await (const { memberIds } of t.readMembers(['10000000-0000-4000-8000-000000000000'])) expect(new Set(memberIds).size).toBe(2500);
  });

  it('gets every write through a tenant that throttles, none twice', async () => {
    // A tenth of the documented limits: the burst that the client believes in is refused even on a slow machine.
    const speed = 40;
    const { tenant: t, simulator: s } = await open({ quotas: 'real', faults: 'quota=0.1', speed }, { pace: { writesPerSecond: 1.9 * speed, unitsPerSecond: 350 * speed } });
    const waits: number[] = [];
    t.onThrottled((ms) => waits.push(ms));
    const answers = await t.send(Array.from({ length: 500 }, (_, i) => newUser(i)));
    expect(answers.filter((one) => one.kind !== 'answered' || one.error !== null)).toEqual([]);
    expect(s.stats.created).toBe(500);
    expect(t.traffic.throttled).toBeGreaterThan(0);
    expect(waits.length).toBeGreaterThan(0);
    // The client waits instead of asking again and again.
    expect(t.traffic.throttled).toBeLessThan(500);
  });

  it('reads with the read-only application and sends no write', async () => {
    simulator = await startSimulator({ quotas: 'off' });
    const readOnly = { clientId: simulator.clientIdReadOnly, readOnly: true };
    await simulator.close();
    const { tenant: t, simulator: s } = await open({}, { connection: readOnly });
    expect(await all(t.read('user'))).toHaveLength(1);
    const before = s.stats.httpRequests;
    await expect(t.send([newUser(1)])).rejects.toMatchObject({ data: { code: 'FORBIDDEN' } });
    expect(s.stats.httpRequests).toBe(before);
  });

  it.each([
    [{}, 'wrong-secret', /client secret .* is wrong/], [{ clientId: '99999999-9999-4999-8999-999999999999' }, undefined, /was not found in tenant/],
    [{ tenantId: '99999999-9999-4999-8999-999999999999' }, undefined, /tenant .* was not found/],
  ])('says what is wrong with the sign-in %j', async (connection, secret, message) => {
    await expect(open({}, { connection, ...(secret ? { secret } : {}) })).rejects.toMatchObject({ data: { code: 'AUTH_FAILED', message: expect.stringMatching(message) as string } });
  });

  it('renews a token that the tenant no longer accepts', async () => {
    const { tenant: t, simulator: s } = await open();
    s.advance(2 * 3_600_000);
    expect(await all(t.read('user'))).toHaveLength(1);
  });
});
