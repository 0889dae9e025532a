import { PassThrough } from 'node:stream';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { main } from '../../../electron/cli/main.ts';
import { openRig, targetOf, type Rig } from './rig.ts';
import { entry, group, guid, GROUPS, PEOPLE, person, personDn, ROOT, TYPE, works, worksTenant } from './works.ts';

/** Kinds of their own, and objects that clauses keep out. */
const special = [
  person(51, 'room', { displayName: 'Board room', msExchRecipientTypeDetails: '16' }), person(52, 'beamer', { displayName: 'Beamer', msExchRecipientTypeDetails: '17179869184' }), person(53, 'info', { displayName: 'Info', msExchRecipientTypeDetails: '4' }),
  person(54, 'sync', { sAMAccountName: 'MSOL_0123' }), person(55, 'arb', { msExchRecipientTypeDetails: '8388608' }),
  group(56, 'List', TYPE.universalDistribution, [], { mail: 'list@example.com', proxyAddresses: 'SMTP:list@example.com' }), group(57, 'Mail security', TYPE.globalSecurity, [], { mail: 'ms@example.com', proxyAddresses: 'SMTP:ms@example.com' }),
  entry(`CN=Everybody here,${GROUPS}`, ['msExchDynamicDistributionList'], 58, { cn: 'Everybody here', name: 'Everybody here', displayName: 'Everybody here' }),
  entry(`CN=Press,${ROOT}`, ['person', 'organizationalPerson', 'contact'], 59, { cn: 'Press', name: 'Press', displayName: 'Press', mail: 'press@other.example' }),
];

let rig: Rig;
beforeEach(async () => { rig = await openRig({ source: [...works(), ...special], seed: worksTenant(), members: null }); });
afterEach(async () => { await rig.close(); });

const names = async (collectionId?: string) => Object.keys(await rig.objects(collectionId)).toSorted();
const ids = (...numbers: number[]) => ({ mode: 'ids' as const, ids: numbers.map(guid) });

describe('a dynamic collection', () => {
  const scope = { base: PEOPLE, filter: '(department=Sales)' };
  const make = async () => (await rig.call('collections.createDynamic', { pairId: rig.pairId, name: 'Sales people', scope })).id;

  it('is filled by its scope; a preview of another one shows what is added, removed and unchanged, and changes nothing', async () => {
    const first = await rig.call('collections.previewScope', { pairId: rig.pairId, scope });
    expect(first).toMatchObject({ adds: 2, removes: 0, stays: 0, leftOut: 0, rows: [{ name: 'Ann', state: 'is added' }, { name: 'Ben', state: 'is added' }] });
    const id = await make();
    expect(await names(id)).toEqual(['Ann', 'Ben']);
    expect(await rig.call('collections.get', { id })).toMatchObject({ kind: 'dynamic', scope, coexistence: false, objects: 2, scopeReadAt: expect.any(Number) });

    const other = { base: '', filter: '(|(title=Clerk)(sAMAccountName=MSOL_*))' };
    const preview = await rig.call('collections.previewScope', { pairId: rig.pairId, collectionId: id, scope: other });
    expect(preview).toMatchObject({ adds: 1, removes: 1, stays: 1, leftOut: 1 });
    expect(preview.rows.map((r) => [r.name, r.state])).toEqual([['Ann', 'is removed'], ['Cem', 'is added'], ['Sync', 'left out'], ['Ben', 'stays']]);
    expect(await names(id)).toEqual(['Ann', 'Ben']);

    expect(await rig.call('collections.changeScope', { id, scope: other })).toEqual({ id, added: 1, removed: 1, unchanged: 1, leftOut: 1 });
    expect(await names(id)).toEqual(['Ben', 'Cem']);
    expect((await rig.call('collections.get', { id })).scope).toEqual(other);
    expect(await rig.call('collections.leftOut', { id })).toMatchObject({ total: 1, groups: [{ type: 'user', clause: 'MSOL_ account', count: 1 }] });
  });

  it('follows the directory at every discovery', async () => {
    const id = await make();
    await rig.rewrite([...works({ ben: { department: 'Press' }, cem: { department: 'Sales' } }), ...special]);
    const { taskId } = await rig.call('tasks.discover', { pairId: rig.pairId });
    expect((await rig.ended(taskId)).state).toBe('Completed');
    expect(await names(id)).toEqual(['Ann', 'Cem']);
    await rig.rewrite([...works(), ...special]);
    expect(await rig.call('collections.refreshScope', { id })).toMatchObject({ added: 1, removed: 1, unchanged: 1 });
    expect(await names(id)).toEqual(['Ann', 'Ben']);
  });

  it('keeps its objects when its container is gone, and the discovery says so', async () => {
    const { id } = await rig.call('collections.createDynamic', { pairId: rig.pairId, name: 'Groups', scope: { base: GROUPS, filter: '(objectClass=group)' } });
    expect(await names(id)).toEqual(['List', 'Mail security', 'Sales']);
    await rig.rewrite(works().filter((one) => !one.dn.endsWith(GROUPS)));
    const { taskId } = await rig.call('tasks.discover', { pairId: rig.pairId });
    await rig.ended(taskId);
    expect(await names(id)).toEqual(['List', 'Mail security', 'Sales']);
    expect((await rig.call('tasks.items', { taskId })).rows).toMatchObject([{ name: 'Groups', message: expect.stringContaining(GROUPS) }]);
  });

  it('is never matched or migrated, and nothing is put into it by hand', async () => {
    const id = await make();
    const seedBefore = rig.simulator.snapshot();
    for (const refused of [
      await rig.refused('tasks.match', { collectionId: id, breakExisting: false }),
      await rig.refused('tasks.migrate', { collectionId: id, settings: { createUnmatched: true, mergeUnmatched: true, upnSuffix: '', countryCode: '' } }),
    ]) expect(refused).toMatchObject({ code: 'INVALID_INPUT', message: expect.stringMatching(/"Sales people" is a dynamic collection: those are for coexistence only/) });
    for (const refused of [
      await rig.refused('collections.addObjects', { id, dns: [personDn('dot')] }), await rig.refused('collections.queryObjects', { id, filter: '(cn=Dot)' }), await rig.refused('collections.removeObjects', { id, selection: ids(11) }),
      await rig.refused('collections.moveObjects', { id, to: rig.collectionId, selection: ids(11) }), await rig.refused('collections.moveObjects', { id: rig.collectionId, to: id, selection: ids(11) }),
      await rig.refused('collections.importObjects', { pairId: rig.pairId, collectionId: id, name: 'x.csv', content: Buffer.from('cn\nDot').toString('base64') }),
    ]) expect(refused).toMatchObject({ code: 'INVALID_INPUT', message: expect.stringContaining('its scope says') });
    expect(await rig.refused('collections.changeScope', { id: rig.collectionId, scope })).toMatchObject({ message: expect.stringContaining('is a static collection') });
    expect(await names(id)).toEqual(['Ann', 'Ben']);
    expect((await rig.call('tasks.list', {})).rows).toEqual([]);
    expect(rig.simulator.snapshot()).toEqual(seedBefore);
  });

  it('takes pins and decisions of a person, which write nothing and count wherever the object is; only Match and Migrate are refused', async () => {
    const id = await make();
    await rig.call('collections.addObjects', { id: rig.collectionId, dns: [personDn('ann')] });
    await rig.ended((await rig.call('tasks.discover', { pairId: rig.pairId })).taskId);
    const before = rig.simulator.snapshot();
    const target = before.users.find((user) => user.properties['userPrincipalName'] === 'ann@example.com')?.id ?? '';
    expect(await rig.call('objects.pin', { collectionId: id, id: guid(11), targetId: target })).toMatchObject({ status: 'Matched', pinned: true });
    expect((await rig.call('matches.review', { collectionId: id })).rows).toMatchObject([{ name: 'Ann', review: 'Pinned' }]);
    expect((await rig.objects())['Ann']).toMatchObject({ status: 'Matched', pinned: true });
    expect(rig.simulator.snapshot()).toEqual(before);
    // The pin outlives the collection, and a static one that gets the object goes by it.
    await rig.call('collections.delete', { id });
    await rig.call('collections.removeObjects', { id: rig.collectionId, selection: { mode: 'ids', ids: [guid(11)] } });
    const wave = (await rig.call('collections.create', { pairId: rig.pairId, name: 'Wave' })).id;
    await rig.call('collections.addObjects', { id: wave, dns: [personDn('ann')] });
    expect((await rig.objects(wave))['Ann']).toMatchObject({ status: 'Matched', pinned: true, targetId: target });
    const again = await make();
    expect((await rig.objects(again))['Ann']).toMatchObject({ status: 'Matched', pinned: true });
    expect(await rig.call('objects.breakMatching', { collectionId: again, selection: { mode: 'ids', ids: [guid(11)] } })).toEqual({ broken: 1 });
    expect((await rig.objects(wave))['Ann']).toMatchObject({ status: 'New', pinned: false });
    expect(await rig.refused('tasks.match', { collectionId: again, breakExisting: false })).toMatchObject({ code: 'INVALID_INPUT', message: expect.stringContaining('pin') });
  });

  it('keeps scope and objects together when a change is cancelled, and is previewed for its own pair only', async () => {
    const id = await make();
    const change = rig.console.handlers['collections.changeScope'];
    await expect(change({ id, scope: { base: '', filter: '(objectClass=group)' } }, { signal: AbortSignal.abort('cancelled') })).rejects.toThrow(/cancelled/);
    expect(await rig.call('collections.get', { id })).toMatchObject({ scope, objects: 2 });
    const other = await rig.call('pairs.create', { name: 'Other', source: { kind: 'ldif', file: rig.ldif }, target: targetOf(rig.simulator), targetSecret: rig.simulator.clientSecret, defaults: { upnSuffix: '', countryCode: '', distributionGroups: 'skip' } });
    expect(await rig.refused('collections.previewScope', { pairId: other.id, collectionId: id, scope })).toMatchObject({ code: 'INVALID_INPUT', message: expect.stringContaining('"Sales people"') });
  });

  it('never holds the objects of one scope under another, when it is read while somebody changes it', async () => {
    const id = await make();
    const other = { base: GROUPS, filter: '(cn=Sales)' };
    for (const next of [other, scope, other]) {
      const [changed] = await Promise.allSettled([rig.call('collections.changeScope', { id, scope: next }), rig.call('collections.refreshScope', { id }), rig.call('collections.refreshScope', { id })]);
      expect(changed.status).toBe('fulfilled');
      expect((await rig.call('collections.get', { id })).scope).toEqual(next);
      expect(await names(id)).toEqual(next === scope ? ['Ann', 'Ben'] : ['Sales']);
    }
  });

  it('is refused with a filter that is none or a container that is not there, and then not made', async () => {
    expect(await rig.refused('collections.createDynamic', { pairId: rig.pairId, name: 'X', scope: { base: PEOPLE, filter: '(cn=' } })).toMatchObject({ code: 'INVALID_INPUT', message: expect.stringContaining('character') });
    expect(await rig.refused('collections.createDynamic', { pairId: rig.pairId, name: 'X', scope: { base: `OU=None,${ROOT}`, filter: '(cn=*)' } })).toMatchObject({ code: 'NOT_FOUND', message: expect.stringContaining('OU=None') });
    expect((await rig.call('collections.list', {})).rows.map((c) => c.name)).toEqual(['Everyone']);
    expect(await rig.call('directory.checkFilter', { filter: '  (&(cn=a)' })).toEqual({ problem: expect.stringContaining('character 11:'), position: 11 });
    expect(await rig.call('directory.checkFilter', { filter: '(cn=a)' })).toEqual({ problem: '', position: null });
  });
});

describe('objects of a plan that waits', () => {
  it('stay in the collection until the plan is discarded: approving it would write them all the same', async () => {
    await rig.call('collections.addObjects', { id: rig.collectionId, dns: [personDn('ann'), personDn('ben')] });
    const { id: to } = await rig.call('collections.create', { pairId: rig.pairId, name: 'Later' });
    const { task } = await rig.plan();
    for (const refused of [await rig.refused('collections.removeObjects', { id: rig.collectionId, selection: ids(12) }), await rig.refused('collections.moveObjects', { id: rig.collectionId, to, selection: ids(12) })]) {
      expect(refused).toMatchObject({ code: 'CONFLICT', message: expect.stringMatching(/plan .* waits .*Discard/) });
    }
    expect(await names()).toEqual(['Ann', 'Ben']);
    await rig.call('tasks.discard', { taskId: task.id });
    expect(await rig.call('collections.removeObjects', { id: rig.collectionId, selection: ids(12) })).toEqual({ removed: 1 });
    expect(await rig.call('collections.moveObjects', { id: rig.collectionId, to, selection: ids(11) })).toMatchObject({ moved: 1 });
  });
});

describe('what objects are, and what is left out', () => {
  it('rooms, equipment, shared mailboxes and the kinds of groups are told apart where objects are browsed', async () => {
    const items = Object.fromEntries((await rig.call('directory.search', { pairId: rig.pairId, text: '(objectClass=*)' })).rows.map((r) => [r.name, [r.objectType, r.leftOut === '' ? '' : 'left out']]));
    expect(items).toMatchObject({
      'Ann': ['user', ''], 'Board room': ['room mailbox', ''], 'Beamer': ['equipment mailbox', ''], 'Info': ['shared mailbox', ''], 'Sales': ['security group', ''], 'List': ['distribution group', ''],
      'Mail security': ['mail-enabled security group', ''], 'Everybody here': ['dynamic distribution group', 'left out'], 'Press': ['contact', ''], 'Arb': ['user', 'left out'], 'People': ['other', ''],
    });
  });

  it('a query shows before what it adds and leaves out; afterwards the collection keeps the clauses, until an object is in scope', async () => {
    const preview = await rig.call('collections.previewQuery', { id: rig.collectionId, filter: '(objectClass=*)' });
    expect(preview).toMatchObject({ adds: 11, stays: 0, removes: 0, leftOut: 4 });
    expect(preview.groups.map((g) => [g.type, g.clause, g.count]).toSorted()).toEqual([['dynamic distribution group', 'dynamic distribution group', 1], ['user', 'MSOL_ account', 1], ['user', 'critical system object', 1], ['user', 'system mailbox', 1]]);
    expect(await names()).toEqual([]);
    const added = await rig.call('collections.queryObjects', { id: rig.collectionId, filter: '(objectClass=*)' });
    expect(added).toMatchObject({ added: 11, skippedTotal: 4 });
    expect(added.skipped.find((s) => s.name === 'Everybody here')).toMatchObject({ type: 'dynamic distribution group', reason: expect.stringContaining('filter') });
    const left = await rig.call('collections.leftOut', { id: rig.collectionId });
    expect(left.rows.map((r) => r.name)).toEqual(['Administrator', 'Arb', 'Everybody here', 'Sync']);
    expect(await names()).not.toContain('Arb');
    await rig.rewrite([...works(), ...special.filter((one) => !one.dn.startsWith('CN=Arb')), person(55, 'arb')]);
    await rig.call('collections.addObjects', { id: rig.collectionId, dns: [personDn('arb')] });
    expect((await rig.call('collections.leftOut', { id: rig.collectionId })).rows.map((r) => r.name)).toEqual(['Administrator', 'Everybody here', 'Sync']);
    await rig.call('collections.delete', { id: rig.collectionId });
  });
});

describe('an object in two collections', () => {
  const setUp = async () => {
    await rig.call('collections.addObjects', { id: rig.collectionId, dns: [PEOPLE] });
    return (await rig.call('collections.create', { pairId: rig.pairId, name: 'Wave 1' })).id;
  };
  const dropRule = async (id: string, set: 'matchingRules' | 'mappingRules') => {
    const owner = { kind: 'collection' as const, id };
    const rule = (await rig.call(`${set}.list`, owner)).rows.at(-1);
    await rig.call(`${set}.remove`, { owner, id: rule?.id ?? '' });
  };

  it('is warned of when the rules differ, at adding and afterwards, and not when they are the same', async () => {
    const wave = await setUp();
    expect((await rig.call('collections.addObjects', { id: wave, dns: [personDn('ann'), personDn('ben')] })).overlaps).toEqual([]);
    expect((await rig.call('collections.overlaps', { id: wave })).rows).toEqual([]);
    await dropRule(wave, 'matchingRules');
    expect((await rig.call('collections.overlaps', { id: rig.collectionId })).rows).toEqual([{ collectionId: wave, name: 'Wave 1', objects: 2, differs: ['matching'], names: ['Ann', 'Ben'] }]);
    await dropRule(wave, 'mappingRules');
    const added = await rig.call('collections.addObjects', { id: wave, dns: [personDn('cem')] });
    expect(added).toMatchObject({ added: 1, overlaps: [{ collectionId: rig.collectionId, objects: 1, differs: ['matching', 'mapping'], names: ['Cem'] }] });
    // Rules are what counts, not their ids or when they were written.
    await rig.call('collections.removeObjects', { id: wave, selection: ids(11, 12, 13) });
    expect((await rig.call('collections.overlaps', { id: rig.collectionId })).rows).toEqual([]);
  });

  it('moves with its status; one that is there already only leaves', async () => {
    const wave = await setUp();
    await rig.call('collections.addObjects', { id: wave, dns: [personDn('ben')] });
    await rig.match();
    expect((await rig.objects())['Ann']?.status).toBe('Matched');
    expect(await rig.call('collections.moveObjects', { id: rig.collectionId, to: wave, selection: ids(11, 12, 14) })).toMatchObject({ moved: 2, already: 1, overlaps: [] });
    expect(await names()).not.toContain('Ann');
    const there = await rig.objects(wave);
    expect(Object.keys(there).toSorted()).toEqual(['Ann', 'Ben', 'Dot']);
    expect([there['Ann']?.status, there['Ben']?.status]).toEqual(['Matched', 'Not matched']);
    expect(await rig.refused('collections.moveObjects', { id: wave, to: wave, selection: ids(11) })).toMatchObject({ code: 'INVALID_INPUT' });
    expect(await rig.refused('collections.moveObjects', { id: wave, to: rig.collectionId, selection: ids() })).toMatchObject({ code: 'INVALID_INPUT' });
    expect((await rig.call('collections.moveObjects', { id: wave, to: rig.collectionId, selection: { mode: 'all except', ids: [guid(14)], search: '', status: '' } })).moved).toBe(2);
    expect(await names(wave)).toEqual(['Dot']);
  });
});

describe('the command line', () => {
  const run = async (...argv: string[]) => {
    const stdout = new PassThrough();
    const stderr = new PassThrough();
    const code = await main(['--project', rig.file, '--quiet', 'collection', ...argv], { stdout, stderr: stderr as never, stdin: process.stdin });
    return { code, text: `${String(stdout.read() ?? '')}${String(stderr.read() ?? '')}` };
  };

  it('makes, previews, changes and refreshes dynamic collections', async () => {
    const base = ['--name', 'Sales people', '--base', PEOPLE, '--filter', '(department=Sales)'];
    expect(await run('create-dynamic', ...base, '--preview')).toMatchObject({ code: 0, text: expect.stringContaining('Would add 2, remove 0, leave 0 unchanged; 0 are left out.') });
    expect((await rig.call('collections.list', {})).rows).toHaveLength(1);
    expect(await run('create-dynamic', ...base)).toMatchObject({ code: 0, text: expect.stringContaining('2 added, 0 removed, 0 unchanged') });
    expect(await run('change-scope', '--collection', 'Sales people', '--filter', '(title=Clerk)', '--preview')).toMatchObject({ code: 0, text: expect.stringMatching(/Would add 1, remove 1, leave 1 unchanged[^]*is removed +user +Ann/) });
    expect(await run('change-scope', '--collection', 'Sales people', '--filter', '(title=Clerk)')).toMatchObject({ code: 0, text: expect.stringContaining('1 added, 1 removed, 1 unchanged') });
    const made = (await rig.call('collections.list', {})).rows.find((c) => c.name === 'Sales people');
    expect(made?.scope).toEqual({ base: PEOPLE, filter: '(title=Clerk)' });
    expect(await names(made?.id)).toEqual(['Ben', 'Cem']);
    expect(await run('refresh', 'Sales people')).toMatchObject({ code: 0, text: expect.stringContaining('0 added, 0 removed, 2 unchanged') });
    expect(await run('change-scope', '--collection', 'Sales people')).toMatchObject({ code: 2 });
    expect(await run('refresh', 'Everyone')).toMatchObject({ code: 2, text: expect.stringContaining('is a static collection') });
  });

  it('warns of objects in two collections, moves them, and lists what was left out', async () => {
    const wave = await rig.call('collections.create', { pairId: rig.pairId, name: 'Wave 1' });
    const rule = (await rig.call('mappingRules.list', { kind: 'collection', id: wave.id })).rows[0];
    await rig.call('mappingRules.remove', { owner: { kind: 'collection', id: wave.id }, id: rule?.id ?? '' });
    expect(await run('add', '--collection', 'Everyone', '--dn', ROOT)).toMatchObject({ code: 0, text: expect.stringContaining('Everybody here (dynamic distribution group): dynamic distribution group') });
    expect(await run('add', '--collection', 'Wave 1', '--dn', personDn('ann'))).toMatchObject({ code: 0, text: expect.stringContaining('Warning: 1 of the objects is in "Everyone" too, which has other mapping rules (Ann).') });
    expect(await run('overlaps', 'Everyone')).toMatchObject({ code: 0, text: expect.stringContaining('in "Wave 1" too') });
    expect(await run('left-out', 'Everyone')).toMatchObject({ code: 0, text: expect.stringMatching(/1 x dynamic distribution group:[^]*Everybody here/) });
    expect(await run('move', '--collection', 'Everyone', '--to', 'Wave 1', '--id', guid(11), guid(12))).toMatchObject({ code: 0, text: expect.stringContaining('Moved 1 object to "Wave 1"; 1 were there already') });
    expect(await names(wave.id)).toEqual(['Ann', 'Ben']);
    expect(await run('overlaps', 'Everyone')).toMatchObject({ code: 0, text: 'No object is in another collection with other rules.\n' });
  });
});
