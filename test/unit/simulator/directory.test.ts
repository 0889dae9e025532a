import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { simulatorClock } from '../../../electron/simulator/clock.ts';
import { Directory, RECYCLE_BIN_MS, type DirectoryOptions } from '../../../electron/simulator/directory/directory.ts';
import { JOURNAL_MS } from '../../../electron/simulator/directory/journal.ts';
import { takeSnapshot } from '../../../electron/simulator/directory/snapshot.ts';
import { toSeed } from '../../../electron/simulator/directory/state-file.ts';
import { EMPTY_TENANT, simulatorSeed } from '../../../electron/simulator/seed.ts';

function directory(options: DirectoryOptions = {}) {
  let now = Date.UTC(2026, 0, 1);
  const clock = simulatorClock(() => now, 1);
  const made = new Directory(simulatorSeed.parse({ ...EMPTY_TENANT, users: [], roles: [] }), clock, options);
  return { d: made, clock, pass: (ms: number) => { now += ms; } };
}
const person = (name: string) => ({ displayName: name, userPrincipalName: `${name}@example.com`, proxyAddresses: [`SMTP:${name}@example.com`] });
const names = (d: Directory, kind: 'user' | 'group' = 'user', reader: 'graph' | 'exchange' = 'graph', after = 0) => [...d.readable(kind, reader, after)].map((v) => v.properties['displayName']);

describe('replication', () => {
  it('shows a creation, a change, a deletion and a restoration to late readers only when the delay has passed', () => {
    const { d, pass } = directory({ lags: { replicationMs: 1000, exchangeMs: 5000 } });
    const ann = d.create('user', person('ann'));
    expect([names(d), d.visible(ann.id), d.visibleUser('ann@example.com')]).toEqual([[], undefined, undefined]);
    pass(1000);
    expect([names(d), names(d, 'user', 'exchange')]).toEqual([['ann'], []]);
    pass(4000);
    expect(names(d, 'user', 'exchange')).toEqual(['ann']);

    d.update(ann, { ...ann.properties, displayName: 'Anna', userPrincipalName: 'anna@example.com' });
    expect([names(d), d.visibleUser('ann@example.com')?.object, d.visibleUser('anna@example.com')]).toEqual([['ann'], ann, undefined]);
    pass(1000);
    expect([names(d), d.visibleUser('ann@example.com'), d.visibleUser('anna@example.com')?.object]).toEqual([['Anna'], undefined, ann]);

    pass(4000);
    d.softDelete(ann);
    expect([names(d), d.binned(), d.binnedOne(ann.id), d.visible(ann.id)?.object, d.visibleUser(ann.id)?.object]).toEqual([['Anna'], [], undefined, ann, ann]);
    pass(1000);
    expect([names(d), d.binned(), d.binnedOne(ann.id), d.visible(ann.id), names(d, 'user', 'exchange')]).toEqual([[], [ann], ann, undefined, ['Anna']]);
    pass(4000);
    expect(names(d, 'user', 'exchange')).toEqual([]);

    d.restore(ann);
    expect([names(d), d.binned(), d.binnedOne(ann.id)]).toEqual([[], [ann], ann]);
    pass(1000);
    expect([names(d), d.binned(), d.binnedOne(ann.id)]).toEqual([['Anna'], [], undefined]);

    pass(4000);
    d.purge(ann);
    expect([names(d), d.live(ann.id), d.visible(ann.id)?.object]).toEqual([['Anna'], undefined, ann]);
    pass(1000);
    expect([names(d), d.visible(ann.id)]).toEqual([[], undefined]);
    pass(4000);
    expect(d.pendingReplicas).toBe(0);
  });

  it('keeps the members a late reader knew apart from those that joined since', () => {
    const { d, pass } = directory({ lags: { replicationMs: 1000, exchangeMs: 0 } });
    const [ann, team] = [d.create('user', person('ann')), d.create('group', { displayName: 'team' })];
    pass(1000);
    d.relate(team, 'members', [ann.id], []);
    expect([d.view(team)?.members?.size, d.primary(team).members?.size]).toEqual([0, 1]);
    pass(1000);
    expect(d.view(team)?.members?.size).toBe(1);
  });

  it('delays what Exchange writes for readers of Graph, and the other way round', () => {
    const { d, pass } = directory({ lags: { replicationMs: 0, exchangeMs: 5000 } });
    d.create('contact', { displayName: 'partner' }, { exchange: { recipientTypeDetails: 'MailContact' } }, 'exchange');
    d.create('user', person('ann'));
    expect([[...d.readable('contact', 'exchange')].length, [...d.readable('contact')].length, names(d), names(d, 'user', 'exchange')]).toEqual([1, 0, ['ann'], []]);
    pass(5000);
    expect([[...d.readable('contact')].length, names(d, 'user', 'exchange')]).toEqual([1, ['ann']]);
  });

  it('keeps dynamic distribution groups from readers of Graph', () => {
    const { d } = directory();
    const all = d.create('group', { displayName: 'everybody' }, { exchange: { recipientTypeDetails: 'DynamicDistributionGroup' } }, 'exchange');
    expect([names(d, 'group'), d.visible(all.id), names(d, 'group', 'exchange')]).toEqual([[], undefined, ['everybody']]);
  });

  it('lets uniqueness see every write at once', () => {
    const { d } = directory({ lags: { replicationMs: 1000, exchangeMs: 1000 } });
    const ann = d.create('user', person('ann'));
    expect([d.holderOfUpn('ANN@example.com'), d.holderOfAddress('smtp:ANN@EXAMPLE.COM')]).toEqual([ann.id, ann.id]);
    d.softDelete(ann);
    expect([d.holderOfUpn('ann@example.com'), d.holderOfAddress('ann@example.com')]).toEqual([undefined, ann.id]);
  });
});

describe('journal', () => {
  it('numbers every write without a gap and says what changed', () => {
    const { d } = directory();
    const [ann, team] = [d.create('user', person('ann')), d.create('group', { displayName: 'team' }, { memberIds: ['x'] })];
    d.update(ann, { ...ann.properties, displayName: 'Anna', city: 'Oslo' });
    d.update(ann, { ...ann.properties });
    d.setManager(ann, team.id);
    d.relate(team, 'members', [ann.id], ['x']);
    d.setExchange(ann, { guid: 'y' });
    d.softDelete(ann);
    d.restore(ann);
    d.purge(ann);
    expect([...d.journal.since(2)].map((e) => [e.version, e.change, [...e.names].toSorted()])).toEqual([
      [3, 'updated', ['city', 'displayName']], [4, 'updated', ['manager']], [5, 'updated', ['members']], [6, 'updated', ['exchange']],
      [7, 'deleted', []], [8, 'restored', ['city', 'displayName', 'proxyAddresses', 'userPrincipalName']], [9, 'purged', []],
    ]);
    expect([...d.journal.since(0)].slice(0, 2).map((e) => [e.kind, e.change, e.addedMembers])).toEqual([['user', 'created', []], ['group', 'created', ['x']]]);
    expect([...d.journal.since(4)][0]).toMatchObject({ addedMembers: [ann.id], removedMembers: ['x'] });
  });

  it('forgets what is older than delta tokens live, and knows from where it can answer', () => {
    const { d, pass } = directory();
    d.create('user', person('ann'));
    pass(JOURNAL_MS / 2);
    d.create('user', person('ben'));
    pass(JOURNAL_MS / 2 + 1);
    d.journal.forgetOld();
    expect([d.journal.oldest, d.journal.version, [...d.journal.since(1)].map((e) => e.version)]).toEqual([1, 2, [2]]);
    const { generation } = d.journal;
    d.journal.reset();
    expect([d.journal.oldest, d.journal.version, d.journal.generation === generation]).toEqual([2, 2, false]);
    d.create('user', person('eve'));
    expect([...d.journal.since(2)].map((e) => e.version)).toEqual([3]);
  });

  it('is settled up to the first write that a reader still misses', () => {
    const { d, pass } = directory({ lags: { replicationMs: 1000, exchangeMs: 1000 } });
    const ann = d.create('user', person('ann'));
    pass(500);
    d.create('user', person('ben'));
    expect(d.settledVersion).toBe(0);
    pass(500);
    expect(d.settledVersion).toBe(1);
    d.update(ann, { ...ann.properties, city: 'Oslo' });
    pass(600);
    expect(d.settledVersion).toBe(2);
    d.update(ann, { ...ann.properties, city: 'Bergen' });
    pass(400);
    expect(d.settledVersion).toBe(2); // A second write within the delay prolongs it.
    pass(600);
    expect(d.settledVersion).toBe(4);
  });

  it('outlives a restart', () => {
    const first = directory();
    first.d.create('user', person('ann'));
    const saved = first.d.journal.save();
    const second = new Directory(toSeed(first.d), first.clock, { journal: saved });
    second.create('user', person('ben'));
    expect([second.journal.generation, [...second.journal.since(0)].map((e) => e.version)]).toEqual([saved.generation, [1, 2]]);
  });
});

describe('objects in order', () => {
  it('lists from any sequence exactly what is live beyond it, whatever was deleted and restored before', () => {
    fc.assert(fc.property(fc.array(fc.tuple(fc.constantFrom('create', 'delete', 'restore', 'purge'), fc.nat(20)), { maxLength: 60 }), fc.nat(40), (steps, after) => {
      const { d } = directory();
      let made = 0;
      for (const [step, n] of steps) {
        const live = [...d.user.values()];
        const bin = [...d.deleted.values()];
        const one = live[n % Math.max(1, live.length)];
        const other = bin[n % Math.max(1, bin.length)];
        if (step === 'create') d.create('user', person(`u${made++}`));
        else if (step === 'delete' && one) d.softDelete(one);
        else if (step === 'restore' && other) d.restore(other);
        else if (step === 'purge' && other) d.purge(other);
      }
      const expected = [...d.user.values()].filter((o) => o.sequence > after).toSorted((a, b) => a.sequence - b.sequence).map((o) => o.id);
      expect([...d.readable('user', 'graph', after)].map((v) => v.object.id)).toEqual(expected);
    }));
  });

  it('stays whole when thousands were deleted', () => {
    const { d } = directory();
    const all = Array.from({ length: 5000 }, (_, i) => d.create('user', { displayName: String(i) }));
    for (const object of all.slice(100, 4900)) d.purge(object);
    expect(names(d)).toEqual([...all.slice(0, 100), ...all.slice(4900)].map((o) => o.properties['displayName']));
  });
});

it('empties the recycle bin after 30 days and not before', () => {
  const { d, pass } = directory();
  const ann = d.create('user', person('ann'));
  d.softDelete(ann);
  pass(RECYCLE_BIN_MS);
  d.emptyExpired();
  expect(d.binned()).toEqual([ann]);
  pass(1);
  d.emptyExpired();
  expect([d.binned(), d.holderOfAddress('ann@example.com')]).toEqual([[], undefined]);
});

it('keeps what only Exchange stores in its saved form and in its snapshot', () => {
  const { d, clock } = directory();
  const exchange = { recipientTypeDetails: 'MailContact', externalEmailAddress: 'SMTP:p@other.example' };
  d.create('contact', { displayName: 'partner' }, { exchange }, 'exchange');
  const again = new Directory(simulatorSeed.parse(JSON.parse(JSON.stringify(toSeed(d)))), clock);
  expect(takeSnapshot(again)).toEqual(takeSnapshot(d));
  expect(takeSnapshot(d).contacts[0]?.exchange).toEqual(exchange);
});

describe('names that need not be unique', () => {
  it('find whoever is called so now, live or deleted, and nobody who was called so before', () => {
    const { d } = directory();
    const called = (text: string) => d.namesakes(text).map((o) => o.id).toSorted();
    const before = d.create('user', { displayName: 'Ann', mailNickname: 'ann' });
    expect(called('ANN')).toEqual([before.id]);
    const after = d.create('group', { displayName: 'Team', mailNickname: 'ann' }, { exchange: { name: 'The Team' } });
    expect(called('ann')).toEqual([before.id, after.id].toSorted());
    expect(called('the team')).toEqual([after.id]);
    d.update(before, { displayName: 'Anna', mailNickname: 'anna' });
    d.setExchange(after, { name: 'Other' });
    expect([called('ann'), called('Anna'), called('the team'), called('other')]).toEqual([[after.id], [before.id], [], [after.id]]);
    d.softDelete(before);
    expect(called('anna')).toEqual([before.id]);
    d.purge(before);
    expect(called('anna')).toEqual([]);
    d.journal.reset();
    const last = d.create('contact', { displayName: 'ANN' });
    expect(called('ann')).toEqual([after.id, last.id].toSorted());
  });

  it('find uniqueName and anchor in the recycle bin until the object is gone', () => {
    const { d } = directory();
    const group = d.create('group', { displayName: 'g', uniqueName: 'Key' });
    const user = d.create('user', { displayName: 'u', onPremisesImmutableId: 'QQ==' });
    const held = () => [d.holderOfUniqueName('KEY'), d.holderOfAnchor('QQ=='), d.holderOfBinnedAnchor('QQ==')];
    expect(held()).toEqual([group.id, user.id, undefined]);
    for (const object of [group, user]) d.softDelete(object);
    expect(held()).toEqual([group.id, undefined, user.id]);
    for (const object of [group, user]) d.restore(object);
    expect(held()).toEqual([group.id, user.id, undefined]);
    for (const object of [group, user]) { d.softDelete(object); d.purge(object); }
    expect(held()).toEqual([undefined, undefined, undefined]);
  });
});

describe('groups that can hold roles', () => {
  it('are known while they are live', () => {
    const { d } = directory();
    d.create('group', { displayName: 'plain' });
    const group = d.create('group', { displayName: 'roles', isAssignableToRole: true });
    expect([...d.roleGroups]).toEqual([group]);
    d.softDelete(group);
    expect([...d.roleGroups]).toEqual([]);
    d.restore(group);
    expect([...d.roleGroups]).toEqual([group]);
    d.purge(group);
    expect([...d.roleGroups]).toEqual([]);
  });
});

describe('the recycle bin', () => {
  it('loses each object after its own 30 days, whatever the order of the deletions, also after one was taken back', () => {
    const { d, pass } = directory();
    const day = 24 * 3600 * 1000;
    const [a, b, c] = ['a', 'b', 'c'].map((name) => d.create('user', person(name)));
    if (!a || !b || !c) throw new Error('no users');
    d.softDelete(a);
    pass(day);
    d.softDelete(b);
    pass(day);
    d.softDelete(c);
    d.restore(a);
    d.softDelete(a);
    const left = () => { d.emptyExpired(); return d.binned().map((o) => o.properties['displayName']).toSorted(); };
    pass(RECYCLE_BIN_MS - day);
    expect(left()).toEqual(['a', 'b', 'c']);
    pass(1);
    expect(left()).toEqual(['a', 'c']);
    pass(day);
    expect(left()).toEqual([]);
    d.softDelete(d.create('user', person('e')));
    pass(RECYCLE_BIN_MS + 1);
    expect(left()).toEqual([]);
  });
});
