import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { anchorOf } from '../../../electron/simulator/demo/identifiers.ts';
import { demoOrganisation, GLOBAL_ADMINISTRATOR } from '../../../electron/simulator/index.ts';
import type { ObjectRow } from '../../../shared/contracts/objects.ts';
import { openRig, type Rig } from './rig.ts';
import { account, cloudId, guid, person, personDn, works, worksTenant } from './works.ts';

let rig: Rig;
afterEach(async () => { await rig.close(); });

const statuses = async (collectionId?: string) => Object.fromEntries(Object.values(await rig.objects(collectionId)).map((o) => [o.name, o.status]));
const lower = (value: unknown) => (typeof value === 'string' ? value.toLowerCase() : '');

describe('matching the demo organisation with the default rules', () => {
  it('ends as a plain look at both sides says, object by object, and writes nothing', async () => {
    const { ldif, tenant } = demoOrganisation();
    rig = await openRig({ source: ldif, seed: tenant });
    const before = rig.simulator.snapshot();
    const task = await rig.match();
    expect(task.state).toBe('Completed');
    expect(rig.simulator.snapshot()).toEqual(before);

    const users = tenant.users ?? [];
    const admins = new Set((tenant.roles ?? []).flatMap((r) => r.memberIds));
    const meant = (row: ObjectRow): string[] => {
      const by = (hit: (p: Readonly<Record<string, unknown>>) => boolean) => users.filter((u) => hit(u.properties)).map((u) => u.id);
      const tries = [
        by((p) => p['onPremisesImmutableId'] === anchorOf(row.id)), by((p) => lower(p['userPrincipalName']) === row.userPrincipalName.toLowerCase()),
        row.mail === '' ? [] : by((p) => lower(p['mail']) === row.mail.toLowerCase()),
      ];
      return tries.find((t) => t.length > 0) ?? [];
    };
    const rows = Object.values(await rig.objects()).filter((r) => r.kind === 'user');
    expect(rows.length).toBeGreaterThan(250);
    const claims = Map.groupBy(rows.flatMap((row) => { const [only, ...rest] = meant(row); return only !== undefined && rest.length === 0 ? [{ row, only }] : []; }), (c) => c.only);
    const seen: Record<string, number> = {};
    for (const row of rows) {
      const hits = meant(row);
      const target = users.find((u) => u.id === hits[0]);
      const blocked = target !== undefined && (admins.has(target.id) || target.properties['onPremisesSyncEnabled'] === true || ![undefined, anchorOf(row.id)].includes(target.properties['onPremisesImmutableId'] as string | undefined));
      const expected = target === undefined ? 'Not matched' : hits.length > 1 ? 'Ambiguous' : blocked || (claims.get(target.id)?.length ?? 0) > 1 ? 'Conflict' : 'Matched';
      expect([row.name, row.status], row.reason).toEqual([row.name, expected]);
      if (expected === 'Matched') expect(row.targetId, row.name).toBe(target?.id);
      expect(row.reason, row.name).not.toBe('');
      seen[expected] = (seen[expected] ?? 0) + 1;
    }
    // The seed holds every outcome: three blocked accounts and two people of one address in conflict, one with two accounts.
    expect(seen).toMatchObject({ Ambiguous: 1, Conflict: 5 });
    expect(seen['Matched']).toBeGreaterThanOrEqual(22);
    const statistics = await rig.call('statistics.get', { collectionId: rig.collectionId });
    expect(statistics.byKindAndProgress.filter((r) => r.kind === 'user').reduce((n, r) => n + r.count, 0)).toBe(rows.length);
    expect(task.message).toContain(`ambiguous ${statistics.byProgress.Ambiguous}`);
  });
});

describe('matching again', () => {
  beforeEach(async () => {
    rig = await openRig({ source: works(), seed: worksTenant([account(14, 'dot', { userPrincipalName: 'dorothy@example.com', employeeId: 'E14' }), account(15, 'dot', { userPrincipalName: 'dot@simulated.onmicrosoft.com' })]) });
    await rig.match();
  });

  it('shows why: the rules tried, what they found, what mapping would write', async () => {
    const ann = await rig.call('objects.get', { collectionId: rig.collectionId, id: guid(11) });
    expect(ann.row).toMatchObject({ status: 'Matched', targetId: cloudId(11), pinned: false });
    expect(ann.evidence.map((e) => e.hits.length)).toEqual([0, 1]);
    expect(ann.evidence[1]).toMatchObject({ value: 'ann@example.com', hits: [cloudId(11)] });
    expect(ann.candidates).toMatchObject([{ id: cloudId(11), name: 'Ann', userPrincipalName: 'ann@example.com', kind: 'user' }]);
    expect(ann.target?.attributes['jobTitle']).toEqual(['Trainee']);
    expect(ann.mapped.find((m) => m.attribute === 'jobTitle')).toMatchObject({ present: 'Trainee', desired: 'Head of Sales', same: false, reason: expect.stringContaining('title') });
    expect(ann.history).toEqual([]);
    const sales = await rig.call('objects.get', { collectionId: rig.collectionId, id: guid(21) });
    expect(sales.source.links['member']?.toSorted()).toEqual([personDn('ann'), personDn('ben'), personDn('cem')]);
    expect(JSON.stringify(ann)).not.toContain('generated>');
  });

  it('keeps what is matched after the rules changed, unless matching is broken first', async () => {
    const owner = { kind: 'collection' as const, id: rig.collectionId };
    for (const rule of (await rig.call('matchingRules.list', owner)).rows) if (rule.sourceClass === 'user') await rig.call('matchingRules.remove', { owner, id: rule.id });
    await rig.match();
    expect(await statuses()).toMatchObject({ Ann: 'Matched', Cem: 'Matched' });
    await rig.match({ breakExisting: true });
    expect(await statuses()).toEqual({ Ann: 'Not matched', Ben: 'Not matched', Cem: 'Not matched', Dot: 'Not matched', Sales: 'Not matched' });
    expect((await rig.objects())['Ann']).toMatchObject({ targetId: null, reason: expect.stringContaining('No matching rule') });
  });

  it('breaking by hand makes an object New again; the next match finds it again', async () => {
    const broken = await rig.call('objects.breakMatching', { collectionId: rig.collectionId, selection: { mode: 'ids', ids: [guid(11), guid(12)] } });
    expect(broken.broken).toBeGreaterThanOrEqual(1);
    expect((await rig.objects())['Ann']).toMatchObject({ status: 'New', targetId: null, reason: expect.stringContaining('broken by hand') });
    expect((await statuses())['Cem']).toBe('Matched');
    await rig.match();
    expect((await rig.objects())['Ann']).toMatchObject({ status: 'Matched', targetId: cloudId(11) });
    await rig.call('objects.breakMatching', { collectionId: rig.collectionId, selection: { mode: 'all except', ids: [guid(13)], search: '', status: 'Matched' } });
    expect(await statuses()).toMatchObject({ Ann: 'New', Cem: 'Matched' });
  });

  it('of a selection leaves the others alone', async () => {
    await rig.call('objects.breakMatching', { collectionId: rig.collectionId, selection: { mode: 'all except', ids: [] } });
    await rig.match({ selection: { mode: 'ids', ids: [guid(11)] } });
    expect(await statuses()).toMatchObject({ Ann: 'Matched', Cem: 'New', Ben: 'New' });
    expect(await rig.refused('tasks.match', { collectionId: rig.collectionId, breakExisting: false, selection: { mode: 'ids', ids: [guid(99)] } })).toMatchObject({ code: 'INVALID_INPUT' });
  });

  it('a pinned match stays through breaking, and ends only when it is unpinned', async () => {
    const row = await rig.call('objects.pin', { collectionId: rig.collectionId, id: guid(14), targetId: cloudId(14) });
    expect(row).toMatchObject({ status: 'Matched', pinned: true, targetId: cloudId(14) });
    await rig.match({ breakExisting: true });
    expect((await rig.objects())['Dot']).toMatchObject({ status: 'Matched', pinned: true, targetId: cloudId(14) });
    expect(await rig.call('objects.pin', { collectionId: rig.collectionId, id: guid(14), targetId: null })).toMatchObject({ status: 'New', pinned: false, targetId: null });
    await rig.match();
    expect((await rig.objects())['Dot']).toMatchObject({ status: 'Not matched', targetId: null });
  });

  it('a pinned account that is gone from the tenant is told', async () => {
    await rig.call('objects.pin', { collectionId: rig.collectionId, id: guid(14), targetId: cloudId(14) });
    await rig.graph('DELETE', `/users/${cloudId(14)}`);
    const bin = (await rig.graph('DELETE', `/directory/deletedItems/${cloudId(14)}`)).status;
    expect(bin).toBe(204);
    await rig.match();
    expect((await rig.objects())['Dot']).toMatchObject({ status: 'Not matched', reason: expect.stringContaining('no longer in the tenant') });
  });

  it('finds candidates for a match by hand', async () => {
    expect((await rig.call('targets.search', { pairId: rig.pairId, text: 'dorothy' })).rows).toMatchObject([{ id: cloudId(14), userPrincipalName: 'dorothy@example.com', kind: 'user', deleted: false }]);
    expect((await rig.call('targets.search', { pairId: rig.pairId, text: 'group', kind: 'group' })).rows.map((r) => r.name)).toEqual(['Group 0']);
    expect((await rig.call('targets.search', { pairId: rig.pairId, text: '%' })).rows).toEqual([]);
  });

  it('an object that left the scope or the directory is told, not matched', async () => {
    await rig.rewrite([...works({ ann: { isCriticalSystemObject: 'TRUE' } }).filter((e) => e.dn !== personDn('cem'))]);
    await rig.match();
    const objects = await rig.objects();
    expect(objects['Ann']).toMatchObject({ status: 'Skipped', reason: expect.stringContaining('isCriticalSystemObject') });
    expect(objects['Cem']?.status).toBe('Skipped');
    expect(objects['Cem']?.reason).toMatch(/no longer|gone|not found/i);
  });
});

describe('risky and impossible matches', () => {
  beforeEach(async () => {
    const seed = worksTenant([account(20, 'boss', { displayName: 'Boss' }), account(22, 'dot', { onPremisesImmutableId: anchorOf(guid(77)) })]);
    rig = await openRig({ source: [...works(), person(15, 'boss')], seed: { ...seed, roles: [{ id: cloudId(90), roleTemplateId: GLOBAL_ADMINISTRATOR, displayName: 'Global Administrator', memberIds: [cloudId(20)] }] } });
    await rig.match();
  });

  it('are Conflicts; pinning them needs the name of the object, typed', async () => {
    const objects = await rig.objects();
    expect(objects['Boss']).toMatchObject({ status: 'Conflict', risks: ['target has an admin role'] });
    expect(objects['Dot']).toMatchObject({ status: 'Conflict', risks: ['target has another immutable id'] });
    const pin = { collectionId: rig.collectionId, id: guid(15), targetId: cloudId(20) };
    for (const refused of [await rig.refused('objects.pin', pin), await rig.refused('objects.pin', { ...pin, override: 'boss' }), await rig.refused('objects.pin', { ...pin, override: '' })]) {
      expect(refused).toMatchObject({ code: 'GUARD_STOPPED', message: expect.stringContaining('target has an admin role') });
    }
    expect((await rig.objects())['Boss']?.status).toBe('Conflict');
    expect(await rig.call('objects.pin', { ...pin, override: 'Boss' })).toMatchObject({ status: 'Matched', pinned: true, risks: ['target has an admin role'] });
  });

  it('of another kind, of a taken account and of one that is not there are refused', async () => {
    const groupId = rig.simulator.snapshot().groups[0]?.id ?? '';
    const pin = (id: string, targetId: string) => rig.refused('objects.pin', { collectionId: rig.collectionId, id, targetId, override: 'Ben' });
    expect(await pin(guid(12), groupId)).toMatchObject({ code: 'CONFLICT', message: expect.stringContaining('different types') });
    expect(await pin(guid(12), cloudId(11))).toMatchObject({ code: 'CONFLICT', message: expect.stringContaining('matched with another object') });
    expect(await pin(guid(12), cloudId(77))).toMatchObject({ code: 'NOT_FOUND' });
    expect(await pin(guid(77), cloudId(20))).toMatchObject({ code: 'NOT_FOUND' });
    expect((await rig.objects())['Ben']).toMatchObject({ status: 'Not matched', pinned: false });
  });

  it('a target matched in another collection is a Conflict there, and free after that match is broken', async () => {
    const other = await rig.call('collections.create', { pairId: rig.pairId, name: 'Twins' });
    await rig.rewrite([...works(), person(15, 'boss'), person(16, 'twin', { userPrincipalName: 'twin@example.com', mail: 'ann@example.com' })]);
    await rig.call('collections.addObjects', { id: other.id, dns: [personDn('twin')] });
    const matchOther = async () => { await rig.ended((await rig.call('tasks.match', { collectionId: other.id, breakExisting: true })).taskId); };
    await matchOther();
    expect((await rig.objects(other.id))['Twin']).toMatchObject({ status: 'Conflict', reason: expect.stringContaining('another collection') });
    expect((await rig.objects())['Ann']?.status).toBe('Matched');
    await rig.call('objects.breakMatching', { collectionId: rig.collectionId, selection: { mode: 'ids', ids: [guid(11)] } });
    await matchOther();
    expect((await rig.objects(other.id))['Twin']).toMatchObject({ status: 'Matched', targetId: cloudId(11) });
    await rig.match();
    expect((await rig.objects())['Ann']).toMatchObject({ status: 'Conflict' });
  });
});
