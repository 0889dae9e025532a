import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, describe, expect, it, vi } from 'vitest';
import type { Simulator, SimulatorSeed } from '../../../electron/simulator/index.ts';
import { Agenda } from '../../../electron/simulator/sync/agenda.ts';
import { changed, exchangeRig, MIXED, type ExchangeRig } from './exchange-support.ts';
import { bindTo, newUser, ref, rig } from './support.ts';
import { bare, E3, exportedUser } from './sync-support.ts';

const DAY = 24 * 3600 * 1000;
const folder = mkdtempSync(join(tmpdir(), 'sync-time-'));
afterAll(() => { rmSync(folder, { recursive: true }); });
const seed: SimulatorSeed = { ...bare, skus: [{ skuId: E3, skuPartNumber: 'SPE_E3', enabled: 20 }] };
const add = { addLicenses: [{ skuId: E3, disabledPlans: [] }], removeLicenses: [] };
const take = { addLicenses: [], removeLicenses: [E3] };
const stored = (sim: Simulator, id: string) => sim.snapshot().users.find((u) => u.id === id);
const addresses = async ({ call }: Pick<ExchangeRig, 'call'>, id: string) => (await call('GET', `/users/${id}?$select=proxyAddresses`)).body['proxyAddresses'];
const licensed = { usageLocation: 'NO' };

describe('what follows from a write', () => {
  it('comes after the delay that held when it was written, also when a longer one was taken back', async () => {
    const r = await rig({ seed });
    r.sim.setFaults('exchange-lag=60m');
    const slow = await r.user('slow', licensed);
    await r.call('POST', `/users/${slow}/assignLicense`, add);
    r.sim.setFaults('');
    const fast = await r.user('fast', licensed);
    await r.call('POST', `/users/${fast}/assignLicense`, add);
    expect(r.sim.state().replication).toMatchObject({ waiting: 1 });
    expect([await addresses(r, fast), await addresses(r, slow)]).toEqual([['SMTP:fast@example.com', 'smtp:fast@born.onmicrosoft.com'], []]);
  });

  it('is there at its time, however late somebody asks: every step one delay after the one before', async () => {
    for (const [waits, isThere] of [[[179_999], false], [[180_000], true], [[60_000, 60_000, 59_999], false], [[60_000, 60_000, 60_000], true]] as const) {
      const r = await rig({ seed, exchangeLagMs: 60_000, clock: () => 1_000_000 });
      const ann = await r.user('ann');
      const team = await r.group('team', bindTo([ann]));
      await r.call('POST', `/groups/${team}/assignLicense`, add);
      for (const ms of waits) r.sim.advance(ms);
      expect(await addresses(r, ann)).toHaveLength(isThere ? 2 : 0);
    }
  });

  it('waits for the replication of Graph where that is the longer one', async () => {
    const r = await exchangeRig({ seed, replicationLagMs: 10_000, clock: () => 1_000_000 });
    const { body } = await r.call('POST', '/users', { ...newUser('ann'), ...licensed });
    r.sim.advance(10_000);
    await r.call('POST', `/users/${String(body['id'])}/assignLicense`, add);
    expect(stored(r.sim, String(body['id']))?.exchange).toBeUndefined();
    r.sim.advance(10_000);
    expect(stored(r.sim, String(body['id']))?.exchange).toMatchObject({ recipientTypeDetails: 'UserMailbox' });
  });

  it('is done in the order of its times', () => {
    fc.assert(fc.property(fc.array(fc.tuple(fc.nat(20), fc.nat(30)), { maxLength: 60 }), (steps) => {
      const agenda = new Agenda();
      const open = new Map<string, number>();
      const done: string[] = [];
      let now = 0;
      for (const [key, wait] of steps) {
        agenda.add(String(key), now + wait, () => { done.push(String(key)); });
        if (!open.has(String(key))) open.set(String(key), now + wait);
        now += key % 4;
        for (let last = -1, job = agenda.take(now); job; job = agenda.take(now)) {
          expect(job.at).toBeGreaterThanOrEqual(last);
          last = job.at;
          job.run();
          const finished = done.pop() ?? '';
          expect(job.at).toBe(open.get(finished));
          open.delete(finished);
        }
        expect([...open.values()].every((at) => at > now)).toBe(true);
      }
    }), { numRuns: 200 });
  });

  it('for a member that joins a group looks at that member alone', async () => {
    const r = await rig({ seed: { ...seed, skus: [{ skuId: E3, skuPartNumber: 'SPE_E3', enabled: 1 }] } });
    const [ann, bob, cid] = [await r.user('ann'), await r.user('bob'), await r.user('cid')];
    const team = await r.group('team', bindTo([ann, bob]));
    await r.call('POST', `/groups/${team}/assignLicense`, add);
    await r.call('DELETE', `/users/${ann}`);
    await r.call('POST', `/groups/${team}/members/$ref`, ref(cid));
    const held = async (id: string) => (await r.call('GET', `/users/${id}?$select=assignedLicenses`)).body['assignedLicenses'];
    expect([await held(bob), await held(cid)]).toEqual([[], [{ skuId: E3, disabledPlans: [] }]]);
    await r.call('DELETE', `/groups/${team}/members/${cid}/$ref`);
    expect(await held(cid)).toEqual([]);
    expect((await r.call('POST', `/users/${bob}/reprocessLicenseAssignment`)).status).toBe(200);
    expect(await held(bob)).toEqual([{ skuId: E3, disabledPlans: [] }]);
  });

  it('of Graph and of Exchange shows in both when the delays are over: one truth', async () => {
    const r = await exchangeRig({ seed: { ...MIXED, tenant: { ...MIXED.tenant, synchronisation: {} } }, clock: () => 1_000_000 });
    const names = Array.from({ length: 6 }, (_, i) => `p${i}`);
    for (const name of names) expect((await r.call('POST', '/users', { ...newUser(name), usageLocation: 'NO' })).status).toBe(201);
    r.sim.setFaults('lag=1s-5s, exchange-lag=2s-30s, seed=3');
    const steps = fc.sample(fc.record({ name: fc.constantFrom(...names), kind: fc.nat(7), wait: fc.constantFrom(0, 1000, 7000, 40_000), n: fc.nat(3) }), { seed: 7, numRuns: 120 });
    for (const { name, kind, wait, n } of steps) {
      const id = `${name}@example.com`;
      if (kind === 0) await r.call('PATCH', `/users/${id}`, { displayName: `${name} ${n}` });
      if (kind === 1) await r.call('POST', `/users/${id}/assignLicense`, add);
      if (kind === 2) await r.call('POST', `/users/${id}/assignLicense`, take);
      if (kind === 3) await r.run('Set-Mailbox', { Identity: id, EmailAddresses: changed({ Add: [`smtp:${name}${n}@example.com`] }) });
      if (kind === 4) await r.run('Set-User', { Identity: id, Title: `Title ${n}` });
      if (kind === 5) await r.run('Remove-Mailbox', { Identity: id });
      if (kind === 6) await r.call('DELETE', `/users/${id}`);
      if (kind === 7) for (const gone of r.sim.snapshot().deletedUsers) await r.call('POST', `/directory/deletedItems/${gone.id}/restore`);
      r.sim.advance(wait);
    }
    r.sim.advance(120_000);
    r.sim.setFaults('');
    const graph = (await r.call('GET', '/users?$select=id,displayName,jobTitle,userPrincipalName,proxyAddresses&$top=999')).body.value ?? [];
    const exchange = (await r.run('Get-User', { ResultSize: 'Unlimited' })).rows;
    const recipients = new Map((await r.run('Get-Recipient', { ResultSize: 'Unlimited' })).rows.map((row) => [row['ExternalDirectoryObjectId'], row['EmailAddresses']]));
    const byId = (list: readonly (readonly unknown[])[]) => list.toSorted(([a], [b]) => (String(a) < String(b) ? -1 : 1));
    expect(byId(exchange.map((row) => [row['ExternalDirectoryObjectId'], row['DisplayName'], row['Title'], row['UserPrincipalName']]))).toEqual(byId(graph.map((u) => [u['id'], u['displayName'], u['jobTitle'] ?? '', u['userPrincipalName']])));
    const shared = graph.filter((u) => recipients.has(u['id']));
    expect(shared.length).toBeGreaterThan(5);
    for (const user of shared) expect(recipients.get(user['id'])).toEqual(user['proxyAddresses']);
    expect(r.sim.state().replication.pending).toBe(0);
    expect(r.defects).toEqual([]);
  });
});

describe('a state file', () => {
  it('keeps what the service still had to do: licences of a group that lost them, and names that were to become addresses', async () => {
    const stateFile = join(folder, 'pending.json');
    const first = await rig({ seed, stateFile, exchangeLagMs: 60_000 });
    const [ann, bob, cid] = [await first.user('ann'), await first.user('bob', licensed), await first.user('cid', licensed)];
    const team = await first.group('team', bindTo([ann]));
    await first.call('POST', `/groups/${team}/assignLicense`, add);
    for (const id of [bob, cid]) await first.call('POST', `/users/${id}/assignLicense`, add);
    first.sim.advance(600_000);
    await first.call('POST', `/groups/${team}/assignLicense`, take);
    await first.call('PATCH', `/users/${bob}`, { userPrincipalName: 'robert@example.com' });
    expect(stored(first.sim, ann)?.properties['assignedLicenses']).toHaveLength(1);
    await first.sim.close();
    // What an administrator took away in Exchange is no work left undone.
    const content = JSON.parse(readFileSync(stateFile, 'utf8')) as { content: { users: { id: string; properties: { proxyAddresses?: string[]; mail?: string } }[] } };
    expect(content.content.users.find((u) => u.id === cid)?.properties.proxyAddresses).toContain('SMTP:cid@example.com');
    const second = await exchangeRig({ seed, stateFile });
    expect((await second.run('Set-Mailbox', { Identity: cid, EmailAddresses: ['SMTP:cid@born.onmicrosoft.com'] })).status).toBe(200);
    expect(stored(second.sim, ann)?.properties['assignedLicenses']).toEqual([]);
    expect(stored(second.sim, bob)?.properties['proxyAddresses']).toContain('smtp:robert@example.com');
    await second.sim.close();
    const third = await rig({ seed, stateFile });
    await third.call('GET', '/organization');
    expect(stored(third.sim, cid)?.properties['proxyAddresses']).toEqual(['SMTP:cid@born.onmicrosoft.com']);
  });

  it('keeps how far the clock was moved, so that time never goes back', async () => {
    const stateFile = join(folder, 'clock.json');
    const first = await rig({ seed, stateFile, clock: () => 1_000_000 });
    const ann = await first.user('ann');
    await first.call('DELETE', `/users/${ann}`);
    first.sim.advance(20 * DAY);
    await first.sim.close();
    const second = await rig({ seed, stateFile, clock: () => 1_000_000 });
    expect(second.sim.state().clock).toMatchObject({ now: new Date(1_000_000 + 20 * DAY).toISOString(), advancedMs: 20 * DAY });
    second.sim.advance(10 * DAY);
    expect(second.sim.snapshot().deletedUsers).toHaveLength(1);
    second.sim.advance(1);
    expect(second.sim.snapshot().deletedUsers).toHaveLength(0);
  });

  it('is read 31 days later without what is gone by then: deleted users, their addresses, mailboxes without licence', async () => {
    const stateFile = join(folder, 'later.json');
    const first = await exchangeRig({ seed, stateFile, clock: () => 1_000_000 });
    const user = async (name: string) => String((await first.call('POST', '/users', { ...newUser(name), ...licensed })).body['id']);
    const [ann, bob] = [await user('ann'), await user('bob')];
    for (const body of [add, take]) expect((await first.call('POST', `/users/${ann}/assignLicense`, body)).status).toBe(200);
    await first.call('POST', `/users/${bob}/assignLicense`, add);
    const guid = (stored(first.sim, ann)?.exchange?.['disconnected'] as { exchangeGuid: string } | undefined)?.exchangeGuid;
    expect(guid).toMatch(/^[\da-f-]{36}$/);
    await first.call('DELETE', `/users/${bob}`);
    await first.sim.close();
    const second = await exchangeRig({ seed, stateFile, clock: () => 1_000_000 + 31 * DAY });
    expect(second.sim.snapshot().deletedUsers).toEqual([]);
    expect((await second.call('POST', '/users', newUser('bob'))).status).toBe(201);
    await second.call('POST', `/users/${ann}/assignLicense`, add);
    const fresh = (await second.first('Get-Mailbox', { Identity: ann }))['ExchangeGuid'];
    expect([fresh === guid, stored(second.sim, ann)?.exchange]).toEqual([false, expect.not.objectContaining({ disconnectedDateTime: expect.anything() as string })]);
  });

  it('keeps the ExchangeGuid of mailboxes that the seed gives by licence alone, as deletion and restoration do', async () => {
    const stateFile = join(folder, 'guid.json');
    const guidOf = async (r: ExchangeRig) => (await r.first('Get-Mailbox', { Identity: 'anna@example.com' }))['ExchangeGuid'];
    const first = await exchangeRig({ seed: MIXED, stateFile });
    const guid = await guidOf(first);
    const id = first.sim.snapshot().users.find((u) => u.properties['userPrincipalName'] === 'anna@example.com')?.id ?? '';
    await first.call('DELETE', `/users/${id}`);
    expect((await first.call('POST', `/directory/deletedItems/${id}/restore`)).status).toBe(200);
    expect(await guidOf(first)).toBe(guid);
    await first.sim.close();
    expect(await guidOf(await exchangeRig({ seed: MIXED, stateFile }))).toBe(guid);
  });

  it('is written by nobody after the simulator was closed', async () => {
    const stateFile = join(folder, 'closed.json');
    const { sim } = await rig({ seed, stateFile });
    await sim.close();
    const timers = vi.spyOn(globalThis, 'setTimeout');
    sim.synchronise([exportedUser('A1')]);
    sim.advance(1);
    expect(timers).not.toHaveBeenCalled();
    timers.mockRestore();
  });
});

describe('the start of a tenant', () => {
  it('shows what its seed synchronised at once, whatever the delays on demand are; an export that comes later is delayed', async () => {
    const r = await rig({ seed: { ...seed, synchronised: [exportedUser('S1')] }, faults: 'lag=10s, exchange-lag=1m' });
    expect(r.sim.state().replication).toEqual({ lagMs: 10_000, exchangeLagMs: 60_000, pending: 0, waiting: 0 });
    // Signing in was a request: set anew, the delays hold before the next one.
    r.sim.setFaults('lag=5s-10s, exchange-lag=1m');
    expect(r.sim.state().replication).toMatchObject({ lagMs: 10_000, exchangeLagMs: 60_000 });
    r.sim.synchronise([exportedUser('S2')]);
    expect([(await r.call('GET', '/users/s1@example.com')).status, (await r.call('GET', '/users/s2@example.com')).status]).toEqual([200, 404]);
    r.sim.advance(10_000);
    expect((await r.call('GET', '/users/s2@example.com')).status).toBe(200);
  });
});
