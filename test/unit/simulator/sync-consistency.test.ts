import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { DirectoryObject } from '../../../electron/simulator/directory/objects.ts';
import { provisioningErrorsOf, shadowOf } from '../../../electron/simulator/sync/shadow.ts';
import { exportedUser, hybrid, type Hybrid } from './sync-support.ts';

const names = fc.constantFrom('a', 'b', 'c', 'd');
const domains = fc.constantFrom('example.com', 'elsewhere.example', 'born.onmicrosoft.com');
const address = fc.tuple(names, domains).map(([n, d]) => `${n}@${d}`);
const proxies = fc.array(fc.tuple(fc.constantFrom('SMTP', 'smtp'), address).map(([p, a]) => `${p}:${a}`), { maxLength: 3 });
const anchors = fc.constantFrom('A', 'B', 'C', 'D', 'E');
/** One thing that happens to the tenant. */
const step = fc.oneof(
  { weight: 5, arbitrary: fc.record({ do: fc.constant('user' as const), anchor: anchors, upn: address, proxies, mail: fc.option(address), nickname: fc.option(names) }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('group' as const), anchor: fc.constantFrom('GA', 'GB'), proxies, members: fc.array(anchors) }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('contact' as const), anchor: fc.constantFrom('CA', 'CB'), proxies, mail: address }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('remove' as const), type: fc.constantFrom('user' as const, 'group' as const, 'contact' as const), anchor: fc.oneof(anchors, fc.constantFrom('GA', 'CA')) }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('create in the cloud' as const), upn: address, anchor: fc.option(anchors) }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constantFrom('delete' as const, 'restore' as const, 'purge' as const), which: fc.nat(20) }) },
  { weight: 3, arbitrary: fc.record({ do: fc.constantFrom('license' as const, 'take the licence' as const), which: fc.nat(20) }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('rename' as const), which: fc.nat(20), upn: address }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('wait' as const), ms: fc.constantFrom(60_000, 3600_000, 31 * 24 * 3600_000) }) },
);
type Step = typeof step extends fc.Arbitrary<infer T> ? T : never;

const at = (objects: Iterable<DirectoryObject>, which: number): DirectoryObject | undefined => { const all = [...objects]; return all[which % Math.max(1, all.length)]; };

/** Does a step as the services would: what Graph refuses does not happen. */
function run({ directory, sync, license, advance, settle }: Hybrid, one: Step): void {
  const texts = (list: readonly string[]): string[] => [...list];
  switch (one.do) {
    case 'user': {
      const before = directory.user.size;
      const [result] = sync(exportedUser(one.anchor, { userPrincipalName: one.upn, proxyAddresses: one.proxies, mail: one.mail ?? undefined, mailNickname: one.nickname ?? undefined }));
      // No object is ever lost: an export that did not fail has its user.
      expect(result?.error?.code ?? '').toMatch(/^$|ObjectTypeMismatch|AttributeValueMustBeUnique|ExistingAdminRoleConflict/);
      if (result?.outcome !== 'failed') expect(directory.user.get(directory.holderOfAnchor(one.anchor) ?? '')?.id).toBe(result?.id);
      expect(directory.user.size).toBeGreaterThanOrEqual(before);
      return;
    }
    case 'group': sync({ type: 'group', sourceAnchor: one.anchor, attributes: { displayName: one.anchor, securityEnabled: true, proxyAddresses: texts(one.proxies) }, members: texts(one.members) }); return;
    case 'contact': sync({ type: 'contact', sourceAnchor: one.anchor, attributes: { displayName: one.anchor, mail: one.mail, proxyAddresses: texts(one.proxies) } }); return;
    case 'remove': sync({ type: one.type, sourceAnchor: one.anchor, operation: 'delete' }); return;
    case 'create in the cloud':
      if (directory.holderOfUpn(one.upn) === undefined && (one.anchor === null || directory.holderOfAnchor(one.anchor) === undefined)) directory.create('user', { displayName: one.upn, userPrincipalName: one.upn, mailNickname: one.upn.split('@', 1)[0], ...(one.anchor === null ? {} : { onPremisesImmutableId: one.anchor }) });
      return;
    case 'delete': { const user = at(directory.user.values(), one.which); if (user) directory.softDelete(user); return; }
    case 'purge': { const user = at(directory.deleted.values(), one.which); if (user) directory.purge(user); return; }
    case 'restore': {
      const user = at(directory.deleted.values(), one.which);
      const { userPrincipalName: upn, onPremisesImmutableId: anchor } = user?.properties ?? {};
      const isFree = directory.holderOfUpn(String(upn)) === undefined && directory.holderOfAnchor(String(anchor)) === undefined;
      if (user && isFree) directory.restore(user);
      settle();
      return;
    }
    case 'license': case 'take the licence': {
      const user = at(directory.user.values(), one.which);
      const holder = directory.holderOfAddress(String(user?.properties['userPrincipalName']));
      if (user && (one.do !== 'license' || holder === undefined || holder === user.id)) license(user.id, one.do === 'license' ? 'on' : 'off');
      return;
    }
    case 'rename': {
      const user = at(directory.user.values(), one.which);
      if (user && user.properties['onPremisesSyncEnabled'] !== true && directory.holderOfUpn(one.upn) === undefined) directory.update(user, { ...user.properties, userPrincipalName: one.upn });
      settle();
      return;
    }
    case 'wait': advance(one.ms);
  }
}

/** Nobody shares a name, an address or an anchor with anybody, and the indexes know it. */
function expectConsistent({ directory }: Hybrid): void {
  const live = [...directory.user.values(), ...directory.group.values(), ...directory.contact.values()];
  const all = [...live, ...directory.deleted.values()];
  const addresses = all.flatMap((o) => ((o.properties['proxyAddresses'] ?? []) as string[]).map((a) => [a.replace(/^smtp:/i, '').toLowerCase(), o.id] as const));
  expect(new Map(addresses).size).toBe(addresses.length);
  for (const [key, id] of addresses) expect(directory.holderOfAddress(key)).toBe(id);
  const keys = (name: string): (readonly [string, string])[] => live.flatMap((o) => (typeof o.properties[name] === 'string' ? [[o.properties[name], o.id] as const] : []));
  const upns = keys('userPrincipalName').map(([k, id]) => [k.toLowerCase(), id] as const);
  expect(new Map(upns).size).toBe(upns.length);
  for (const [key, id] of upns) expect(directory.holderOfUpn(key)).toBe(id);
  const held = keys('onPremisesImmutableId');
  expect(new Map(held).size).toBe(held.length);
  for (const [key, id] of held) expect(directory.holderOfAnchor(key)).toBe(id);
  for (const object of live) {
    const list = (object.properties['proxyAddresses'] ?? []) as string[];
    expect(list.filter((a) => a.startsWith('SMTP:')).length).toBeLessThanOrEqual(1);
    for (const { propertyCausingError, value } of provisioningErrorsOf(object)) {
      // What waits is something that was exported (or the fallback name of it), and the object does not have it.
      if (propertyCausingError === 'ProxyAddress') expect([...shadowOf(object)?.proxyAddresses ?? [], `SMTP:${String(shadowOf(object)?.mail)}`].map((a) => a.slice(5))).toContain(value.slice(5));
      else expect(object.properties['userPrincipalName']).not.toBe(value);
    }
  }
}

describe('the tenant stays consistent', () => {
  it('after any sequence of exports, cloud writes, deletions, restorations and licences', () => {
    fc.assert(fc.property(fc.array(step, { maxLength: 30 }), fc.integer(), (steps, luck) => {
      const tenant = hybrid({}, luck);
      for (const one of steps) {
        run(tenant, one);
        expectConsistent(tenant);
      }
      // In the end nobody waits for a value that is free.
      tenant.advance(3600_000);
      for (const object of tenant.directory.user.values()) for (const { propertyCausingError, value } of provisioningErrorsOf(object)) {
        const holder = propertyCausingError === 'ProxyAddress' ? tenant.directory.holderOfAddress(value) : tenant.directory.holderOfUpn(value);
        expect(holder).toBeDefined();
        expect(holder).not.toBe(object.id);
      }
    }), { numRuns: 200 });
  });
});
