import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { anchorOf } from '../../../electron/simulator/demo/identifiers.ts';
import { GLOBAL_ADMINISTRATOR } from '../../../electron/simulator/index.ts';
import type { ChannelInput } from '../../../shared/contracts/index.ts';
import type { ReviewRow } from '../../../shared/contracts/matches.ts';
import { openRig, type Rig } from './rig.ts';
import { account, cloudId, guid, person, personDn, works, worksTenant } from './works.ts';

let rig: Rig;
afterEach(async () => { await rig.close(); });

const ids = (...list: number[]) => ({ mode: 'ids' as const, ids: list.map(guid) });
const decide = async (action: ChannelInput<'matches.decide'>['action'], selection: ChannelInput<'matches.decide'>['selection'], more: Partial<ChannelInput<'matches.decide'>> = {}) => await rig.call('matches.decide', { collectionId: rig.collectionId, action, selection, ...more });
const review = async (filter: Partial<ChannelInput<'matches.review'>> = {}): Promise<Record<string, ReviewRow>> => Object.fromEntries((await rig.call('matches.review', { collectionId: rig.collectionId, limit: 500, ...filter })).rows.map((row) => [row.name, row]));
const status = async (name: string) => { const row = (await rig.objects())[name]; return `${row?.status}: ${row?.reason}`; };
const cloud = (id: string) => rig.simulator.snapshot().users.find((u) => u.id === id)?.properties;
const named = (name: string) => rig.simulator.snapshot().users.filter((u) => u.properties['displayName'] === name);
const members = (name: string) => rig.simulator.snapshot().groups.find((g) => g.properties['displayName'] === name)?.members ?? [];

/** Dot is found by her sign-in name, but the account is called otherwise; Boss is an administrator; Eve has two accounts of her address. */
const open = async () => {
  const seed = worksTenant([
    account(14, 'dot', { displayName: 'Dorothy', jobTitle: 'Chief' }), account(20, 'boss', { displayName: 'Boss', jobTitle: 'President' }),
    account(31, 'eve1', { displayName: 'Eve', mail: 'eve@example.com' }), account(32, 'eve2', { displayName: 'Eve', mail: 'eve@example.com', city: 'Rome' }),
  ]);
  rig = await openRig({
    source: [...works({ Sales: { member: ['ann', 'ben', 'cem', 'dot'].map(personDn) } }), person(15, 'boss', { title: 'Boss' }), person(16, 'eve', { mail: 'eve@example.com', title: 'Engineer' })],
    seed: { ...seed, roles: [{ id: cloudId(90), roleTemplateId: GLOBAL_ADMINISTRATOR, displayName: 'Global Administrator', memberIds: [cloudId(20)] }] },
  });
  await rig.match();
};

describe('what nobody has reviewed', () => {
  beforeEach(open);

  it('is shown with rule, evidence, risks and both sides', async () => {
    const rows = await review();
    expect(rows['Ann']).toMatchObject({ review: 'Not needed', state: 'Matched', risks: [], targetId: cloudId(11) });
    expect(rows['Dot']).toMatchObject({ review: 'To review', state: 'Matched', risks: ['names differ'], targetName: 'Dorothy', rule: expect.stringContaining('userPrincipalName'), value: 'dot@example.com' });
    expect(rows['Dot']?.sides).toEqual(expect.arrayContaining([{ attribute: 'displayName', source: 'Dot', target: 'Dorothy', same: false }, { attribute: 'userPrincipalName', source: 'dot@example.com', target: 'dot@example.com', same: true }, { attribute: 'title', source: 'Trainee', target: 'Chief', same: false }]));
    expect(rows['Boss']).toMatchObject({ review: 'To review', state: 'Conflict', risks: ['target has an admin role'] });
    expect(rows['Eve']).toMatchObject({ review: 'To review', state: 'Ambiguous', candidates: 2, targetId: null });
    expect(Object.keys(await review({ review: 'To review' })).toSorted()).toEqual(['Boss', 'Dot', 'Eve']);
    expect(Object.keys(await review({ risk: 'names differ' }))).toEqual(['Dot']);
    expect(Object.keys(await review({ search: 'DOROTHY' }))).toEqual(['Dot']);
    expect(Object.keys(await review({ state: 'Ambiguous' }))).toEqual(['Eve']);
    const summary = await rig.call('matches.summary', { collectionId: rig.collectionId });
    expect(summary).toMatchObject({ total: 7, byReview: { 'To review': 3, 'Not needed': 4 }, policy: { own: null, inForce: 'risky matches' }, batches: [] });
    expect(summary.byRisk).toEqual(expect.arrayContaining([{ risk: 'names differ', toReview: 1, count: 1 }]));
    expect(await status('Dot')).toMatch(/^Matched: .*names differ.*waits for review/);
  });

  it('is left out of a migration with status and reason, and is nobody\'s member; accepted, it is migrated', async () => {
    const before = cloud(cloudId(14));
    expect(await rig.migrate()).toMatchObject({ state: 'Completed' });
    expect(cloud(cloudId(14))).toEqual(before);
    expect(members('Sales')).toEqual(expect.arrayContaining([cloudId(11), cloudId(13)]));
    expect(members('Sales')).not.toContain(cloudId(14));
    expect(await status('Dot')).toMatch(/^Skipped: Its match with Dorothy waits for review: names differ/);
    expect(named('Dot')).toEqual([]);

    expect(await decide('accept', ids(14))).toMatchObject({ changed: 1, refusedTotal: 0 });
    expect(await status('Dot')).toMatch(/^Matched: .*accepted by/);
    await rig.migrate();
    expect(cloud(cloudId(14))).toMatchObject({ displayName: 'Dot', jobTitle: 'Trainee', onPremisesImmutableId: anchorOf(guid(14)) });
    expect(members('Sales')).toContain(cloudId(14));
    expect((await review())['Dot']?.review).toBe('Accepted');
    await rig.match();
    expect((await review())['Dot']?.review).toBe('Migrated before');
  });

  it('an accepted match is asked about again when another risk comes up', async () => {
    await decide('accept', ids(14));
    await rig.graph('PATCH', `/users/${cloudId(14)}`, { onPremisesImmutableId: anchorOf(guid(77)) });
    await rig.match();
    expect((await review())['Dot']).toMatchObject({ review: 'To review', state: 'Conflict', risks: expect.arrayContaining(['target has another immutable id', 'names differ']) as unknown });
  });

  it('the policy of the pair or of the collection says which ones wait', async () => {
    const set = async (kind: 'pair' | 'collection', policy: ChannelInput<'matches.setPolicy'>['policy']) => await rig.call('matches.setPolicy', { kind, id: kind === 'pair' ? rig.pairId : rig.collectionId, policy });
    expect(await set('pair', 'every match')).toEqual({ own: 'every match', inForce: 'every match' });
    expect(Object.keys(await review({ review: 'To review' })).toSorted()).toEqual(['Ann', 'Boss', 'Cem', 'Dot', 'Eve']);
    expect((await rig.plan()).plan.counts).toMatchObject({ updates: 0 });
    expect(await status('Ann')).toMatch(/^Skipped: .*every match of this collection is reviewed first/);
    expect(await set('collection', 'no match')).toEqual({ own: 'no match', inForce: 'no match' });
    expect(Object.keys(await review({ review: 'To review' })).toSorted()).toEqual(['Boss', 'Eve']);
    expect((await rig.plan()).plan.counts).toMatchObject({ updates: 3 });
    expect(await set('collection', null)).toEqual({ own: null, inForce: 'every match' });
    await set('pair', null);
    expect(Object.keys(await review({ review: 'To review' })).toSorted()).toEqual(['Boss', 'Dot', 'Eve']);
  });
});

describe('decisions in bulk', () => {
  beforeEach(open);
  const waiting = { mode: 'all except' as const, ids: [], review: 'To review' as const };

  it('accept what can be accepted, name the rest, and let an administrator through only for the typed text', async () => {
    const preview = await rig.call('matches.preview', { collectionId: rig.collectionId, action: 'accept', selection: waiting });
    expect(preview).toMatchObject({ batch: '', changed: 1, refusedTotal: 2, risky: 1, confirmation: 'Boss' });
    expect((await review())['Dot']?.review).toBe('To review');
    expect(await decide('accept', waiting)).toMatchObject({ changed: 1, refused: expect.arrayContaining([
      { id: guid(15), name: 'Boss', reason: expect.stringContaining('target has an admin role') as unknown }, { id: guid(16), name: 'Eve', reason: 'Choose one of its 2 candidates.' },
    ]) as unknown });
    for (const override of ['boss', 'yes', '1 risky matches']) expect(await rig.refused('matches.decide', { collectionId: rig.collectionId, action: 'accept', selection: ids(15), override })).toMatchObject({ code: 'GUARD_STOPPED', message: expect.stringContaining('"Boss"') });
    expect(await decide('accept', ids(15), { override: 'Boss' })).toMatchObject({ changed: 1, refusedTotal: 0 });
    await rig.graph('PATCH', `/users/${cloudId(14)}`, { onPremisesImmutableId: anchorOf(guid(77)) });
    await rig.match();
    expect(await decide('accept', ids(14), { override: 'Dot' })).toMatchObject({ changed: 1 });
    await rig.migrate();
    expect(cloud(cloudId(14))).toMatchObject({ displayName: 'Dot', jobTitle: 'Trainee', onPremisesImmutableId: anchorOf(guid(77)) });
    // Microsoft 365 itself keeps the administrator from an application without a role of its own, and that is told.
    expect(cloud(cloudId(20))?.['jobTitle']).toBe('President');
    expect(await status('Boss')).toMatch(/^Failed: .*administrator role/);
    // Accepted in spite of the risks: the next match does not make them Conflicts again.
    await rig.match({ breakExisting: true });
    expect(await review({ search: 'o' })).toMatchObject({ Boss: { state: 'Matched', review: 'Accepted', targetId: cloudId(20) }, Dot: { state: 'Matched', targetId: cloudId(14) } });
  });

  it('an ambiguous object is tied to the chosen candidate, by accepting or pinning; another kind never', async () => {
    const group = rig.simulator.snapshot().groups[0]?.id ?? '';
    for (const action of ['accept', 'pin'] as const) expect(await decide(action, ids(16), { targetId: group, override: 'Eve' })).toMatchObject({ changed: 0, refused: [{ reason: expect.stringContaining('different types') as unknown }], risky: 0 });
    expect(await decide('accept', ids(16), { targetId: cloudId(32) })).toMatchObject({ changed: 1 });
    await rig.migrate();
    expect(cloud(cloudId(32))).toMatchObject({ jobTitle: 'Engineer', city: 'Rome' });
    expect(cloud(cloudId(31))?.['jobTitle']).toBeUndefined();
    expect(await rig.refused('matches.decide', { collectionId: rig.collectionId, action: 'pin', selection: ids(14, 16), targetId: cloudId(32) })).toMatchObject({ code: 'INVALID_INPUT' });
  });

  it('one target cannot be accepted for two objects; accepting it for one of them leaves the other a Conflict', async () => {
    await rig.rewrite([...works(), person(15, 'boss'), person(17, 'twin', { mail: 'ann@example.com' })]);
    await rig.call('collections.addObjects', { id: rig.collectionId, dns: [personDn('twin')] });
    await rig.match();
    expect(await review({ state: 'Conflict' })).toMatchObject({ Ann: { targetId: cloudId(11) }, Twin: { targetId: cloudId(11) } });
    expect(await decide('accept', ids(11, 17))).toMatchObject({ changed: 0, refusedTotal: 2, refused: [{ reason: expect.stringContaining('several objects: ') as unknown }, {}] });
    expect(await decide('accept', ids(11))).toMatchObject({ changed: 1 });
    expect(await decide('accept', ids(17))).toMatchObject({ changed: 0, refused: [{ reason: expect.stringContaining('matched with another object already: Ann') as unknown }] });
    await rig.match();
    expect([await status('Ann'), await status('Twin')]).toEqual([expect.stringMatching(/^Matched/), expect.stringMatching(/^Conflict/)]);
  });

  it('rejected is rejected for good: not found by breaking and matching again, until it is taken back', async () => {
    await rig.call('matchingRules.save', { owner: { kind: 'collection', id: rig.collectionId }, rule: { enabled: true, sourceClass: 'user', sourceAttribute: 'displayName', targetClass: 'user', targetAttribute: 'displayName', comparison: 'value' } });
    await rig.graph('PATCH', `/users/${cloudId(14)}`, { displayName: 'Dot', userPrincipalName: 'dorothy@example.com' });
    await rig.match({ breakExisting: true });
    expect((await review())['Dot']).toMatchObject({ review: 'To review', risks: ['weak evidence'], targetId: cloudId(14) });
    expect(await decide('reject', ids(14))).toMatchObject({ changed: 1 });
    expect(await status('Dot')).toMatch(/^Not matched: Dot rejected by .* never proposed again/);
    await rig.match({ breakExisting: true });
    expect((await review())['Dot']).toMatchObject({ review: 'Rejected', state: 'Not matched', targetId: null, rejected: 1 });
    const before = cloud(cloudId(14));
    await rig.migrate();
    expect(cloud(cloudId(14))).toEqual(before);
    expect(named('Dot').map((u) => u.properties['userPrincipalName']).toSorted()).toEqual(['dorothy@example.com', 'dot@example.com']);
    await rig.rollBack({ purge: true });
    expect(await decide('take back', ids(14))).toMatchObject({ changed: 1 });
    await rig.match();
    expect((await review())['Dot']).toMatchObject({ review: 'To review', targetId: cloudId(14) });
  });

  it('"no match: create" makes a new account, once, and "leave out" keeps an object out', async () => {
    await rig.call('matchingRules.save', { owner: { kind: 'collection', id: rig.collectionId }, rule: { enabled: true, sourceClass: 'user', sourceAttribute: 'displayName', targetClass: 'user', targetAttribute: 'displayName', comparison: 'value' } });
    await rig.graph('PATCH', `/users/${cloudId(14)}`, { displayName: 'Dot', userPrincipalName: 'dorothy@example.com' });
    await rig.match({ breakExisting: true });
    expect((await review())['Dot']).toMatchObject({ targetId: cloudId(14), review: 'To review' });
    expect(await decide('create', ids(14))).toMatchObject({ changed: 1 });
    expect(await decide('leave out', ids(11, 16))).toMatchObject({ changed: 2 });
    const [ann, dorothy, people] = [cloud(cloudId(11)), cloud(cloudId(14)), rig.simulator.snapshot().users.length];
    await rig.migrate();
    expect(named('Dot').map((u) => u.properties['userPrincipalName']).toSorted()).toEqual(['dorothy@example.com', 'dot@example.com']);
    expect([cloud(cloudId(11)), cloud(cloudId(14))]).toEqual([ann, dorothy]);
    expect([await status('Ann'), await status('Eve')]).toEqual([expect.stringMatching(/^Skipped: Left out by/), expect.stringMatching(/^Skipped: Left out by/)]);
    const made = rig.simulator.snapshot().users.length;
    expect(made).toBe(people + 2);
    const own = named('Dot').find((u) => u.id !== cloudId(14))?.id;
    // Made once: neither another migration nor breaking and matching again makes a second one.
    await rig.match({ breakExisting: true });
    expect((await rig.objects())['Dot']).toMatchObject({ targetId: own });
    await rig.migrate();
    expect(rig.simulator.snapshot().users.length).toBe(made);
  });
});

describe('undo', () => {
  beforeEach(open);

  it('brings back match, decision and status; the newest first', async () => {
    const before = await review();
    const rows = await rig.objects();
    await decide('accept', ids(14));
    await decide('reject', ids(11));
    await decide('pin', ids(13));
    await rig.call('objects.breakMatching', { collectionId: rig.collectionId, selection: ids(13) });
    expect((await rig.call('matches.summary', { collectionId: rig.collectionId })).batches.map((b) => b.action)).toEqual(['break', 'pin', 'reject', 'accept']);
    for (const action of ['break', 'pin', 'reject', 'accept']) expect(await rig.call('matches.undo', { collectionId: rig.collectionId })).toMatchObject({ action, restored: 1, refusedTotal: 0 });
    const strip = (list: Record<string, { changedAt: number }>) => Object.values(list).map((row) => ({ ...row, changedAt: 0 }));
    expect(strip(await review())).toEqual(strip(before));
    expect(strip(await rig.objects())).toEqual(strip(rows));
    expect(await rig.refused('matches.undo', { collectionId: rig.collectionId })).toMatchObject({ code: 'NOT_FOUND' });
  });

  it('leaves alone what was migrated or decided again since, and says so', async () => {
    const { batch } = await decide('accept', ids(14));
    await rig.migrate();
    const migrated = cloud(cloudId(14));
    expect(await rig.call('matches.undo', { collectionId: rig.collectionId })).toMatchObject({ restored: 0, refused: [{ name: 'Dot', reason: expect.stringContaining('migrated since') as unknown }] });
    expect((await rig.objects())['Dot']).toMatchObject({ status: 'Migrated', targetId: cloudId(14) });
    expect(cloud(cloudId(14))).toEqual(migrated);
    expect(await decide('reject', ids(14))).toMatchObject({ changed: 0, refused: [{ reason: expect.stringContaining('Roll the object back first') as unknown }] });
    await rig.rollBack();
    await decide('leave out', ids(14));
    expect(await rig.call('matches.undo', { collectionId: rig.collectionId, batch })).toMatchObject({ restored: 0, refused: [{ reason: expect.stringContaining('decided again') as unknown }] });
  });

});

it('a decision about more objects than a page holds is one decision, and is undone as one', async () => {
  rig = await openRig({ source: [...works(), ...Array.from({ length: 700 }, (_, i) => person(1000 + i, `many${i}`))], seed: worksTenant() });
  await rig.match();
  const everybody = { mode: 'all except' as const, ids: [guid(21)] };
  expect(await decide('leave out', everybody)).toMatchObject({ changed: 704, refusedTotal: 0 });
  expect((await rig.call('matches.summary', { collectionId: rig.collectionId })).batches).toMatchObject([{ action: 'leave out', objects: 704, undone: 0 }]);
  const { byProgress } = await rig.call('statistics.get', { collectionId: rig.collectionId });
  expect(byProgress).toMatchObject({ 'Skipped': 704, 'Not matched': 1 });
  expect(await rig.call('matches.undo', { collectionId: rig.collectionId })).toMatchObject({ restored: 704, refusedTotal: 0 });
  expect((await rig.call('statistics.get', { collectionId: rig.collectionId })).byProgress).toMatchObject({ 'Skipped': 0, 'Matched': 2, 'Not matched': 703 });
});
