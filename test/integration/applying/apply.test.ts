import { randomUUID } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { applyPlan } from '../../../electron/engines/applying/index.ts';
import { graphWrites } from '../../../electron/engines/tenant/index.ts';
import { EMPTY_TENANT } from '../../../electron/simulator/index.ts';
import { change, createGroup, createUser, isBatch, ledgerOf, open, operation, portsOf, reference, snapshot, usersNamed } from './rig.ts';

describe('applying a plan', () => {
  it('creates users and groups, sets managers and members, and writes down every outcome', async () => {
    const t = await open();
    const users = ['ann', 'bob', 'cem'].map(createUser);
    const group = createGroup('sales');
    const plan = [...users, group, operation('set manager', { sourceId: users[0]?.sourceId ?? '', name: 'ann', references: [reference(users[1] ?? group)] }), operation('add members', { objectKind: 'group', sourceId: group.sourceId, name: 'sales', references: users.map(reference) })];
    const { ledger, outcomes, open: intents } = ledgerOf(plan);
    const result = await applyPlan(portsOf(t, ledger), graphWrites('global'));
    expect(result).toEqual({ done: 6, unchanged: 0, failed: 0, drifted: 0, skipped: 0, cancelled: false });
    expect(intents.size).toBe(0);
    expect([...outcomes.values()].every((o) => o.outcome === 'done' && o.targetId !== null)).toBe(true);
    expect(snapshot().groups.find((g) => g.properties['displayName'] === 'sales')?.members).toHaveLength(3);
  });

  it('sends nothing of a wave any more once another process has the task, and leaves what it had written down open', async () => {
    const t = await open();
    const users = Array.from({ length: 90 }, (_, i) => createUser(`slept${i}`));
    const { ledger, outcomes, open: intents } = ledgerOf(users);
    let asked = 0;
    // The machine slept when two batches were on their way.
    const mayWrite = async () => { asked += 1; if (asked > 2) throw new Error('another process has it'); };
    await expect(applyPlan(portsOf(t, { ...ledger, mayWrite }), graphWrites('global'))).rejects.toThrow('another process has it');
    expect(usersNamed('slept')).toHaveLength(40);
    expect([intents.size, outcomes.size]).toEqual([90, 0]);
    // Whoever goes on finds what was made, and makes the rest.
    expect(await applyPlan(portsOf(t, ledger), graphWrites('global'))).toMatchObject({ done: 90, failed: 0 });
    expect(usersNamed('slept')).toHaveLength(90);
  });

  it('creates nothing twice when the answer to a create is lost: it looks instead', async () => {
    let lost = 0;
    const t = await open((send) => async (url, init) => {
      const response = await send(url, init);
      if (isBatch(init, /"method":"POST","url":"\/users"/) && lost++ === 0) throw new TypeError('fetch failed', { cause: Object.assign(new Error('socket hang up'), { code: 'ECONNRESET' }) });
      return response;
    });
    const users = Array.from({ length: 30 }, (_, i) => createUser(`lost${i}`));
    const { ledger, outcomes } = ledgerOf(users);
    const result = await applyPlan(portsOf(t, ledger), graphWrites('global'));
    expect(lost).toBeGreaterThan(0);
    expect(result).toMatchObject({ done: 30, failed: 0 });
    expect(usersNamed('lost')).toHaveLength(30);
    const real = new Set(usersNamed('lost').map((u) => u.id));
    for (const s of outcomes.values()) expect(real.has(s.targetId ?? '')).toBe(true);
  });

  it('sends a create again when its request never arrived', async () => {
    let dropped = 0;
    const t = await open((send) => async (url, init) => {
      if (isBatch(init, /"method":"POST","url":"\/users"/) && dropped++ === 0) throw new TypeError('fetch failed', { cause: Object.assign(new Error('reset'), { code: 'ECONNRESET' }) });
      return await send(url, init);
    });
    const users = Array.from({ length: 5 }, (_, i) => createUser(`drop${i}`));
    const { ledger } = ledgerOf(users);
    expect(await applyPlan(portsOf(t, ledger), graphWrites('global'))).toMatchObject({ done: 5, failed: 0 });
    expect(usersNamed('drop')).toHaveLength(5);
  });

  it('does not take a stranger for its own creation: a held name fails with the reason', async () => {
    const t = await open();
    const first = createUser('eve');
    await applyPlan(portsOf(t, ledgerOf([first]).ledger), graphWrites('global'));
    const second = createUser('eve');
    const { ledger, outcomes } = ledgerOf([second]);
    expect(await applyPlan(portsOf(t, ledger), graphWrites('global'))).toMatchObject({ done: 0, failed: 1 });
    expect(outcomes.get(second.id)).toMatchObject({ outcome: 'failed', targetId: null, message: expect.stringContaining('userPrincipalName') as string });
    expect(usersNamed('eve')).toHaveLength(1);
  });

  it('does not adopt an older object that looks the same: an undo would delete what somebody else made', async () => {
    const t = await open((send) => async (url, init) => {
      if (isBatch(init, /"method":"POST","url":"\/groups"/)) throw new TypeError('fetch failed', { cause: Object.assign(new Error('reset'), { code: 'ECONNRESET' }) });
      return await send(url, init);
    }, { ...EMPTY_TENANT, groups: [{ id: randomUUID(), properties: { displayName: 'team', mailNickname: 'team', mailEnabled: false, securityEnabled: true, createdDateTime: '2020-01-01T00:00:00Z' }, memberIds: [] }] });
    const ours = createGroup('team');
    const { ledger, outcomes } = ledgerOf([ours]);
    expect(await applyPlan(portsOf(t, ledger), graphWrites('global'))).toMatchObject({ done: 0, failed: 1 });
    expect(outcomes.get(ours.id)?.message).toContain('no answer');
  });

  it('stops an update on drift, takes what is so already as unchanged, and goes on with the rest', async () => {
    const t = await open();
    const users = ['drift', 'same', 'good'].map(createUser);
    const { ledger, matches } = ledgerOf(users);
    await applyPlan(portsOf(t, ledger), graphWrites('global'));
    const id = (i: number) => matches.get(users[i]?.sourceId ?? '') ?? '';
    await t.send([graphWrites('global').update('user', id(0), { city: 'Oslo' }), graphWrites('global').update('user', id(1), { city: 'Berlin' })]);
    const updates = users.map((u, i) => operation('update', { sourceId: u.sourceId, targetId: id(i), name: u.name, changes: [change('city', 'Berlin')] }));
    const second = ledgerOf(updates);
    expect(await applyPlan(portsOf(t, second.ledger), graphWrites('global'))).toEqual({ done: 1, unchanged: 1, failed: 0, drifted: 1, skipped: 0, cancelled: false });
    expect(second.outcomes.get(updates[0]?.id ?? '')).toMatchObject({ outcome: 'drifted', message: expect.stringContaining('city') as string });
    expect(usersNamed('drift')[0]?.properties['city']).toBe('Oslo');
  });

  it('knows exactly which of 20 memberships are its own when others were faster', async () => {
    const t = await open();
    const users = Array.from({ length: 20 }, (_, i) => createUser(`member${i}`));
    const group = createGroup('crowd');
    const { ledger, matches } = ledgerOf([...users, group]);
    await applyPlan(portsOf(t, ledger), graphWrites('global'));
    const groupId = matches.get(group.sourceId ?? '') ?? '';
    await t.send([graphWrites('global').addMember(groupId, matches.get(users[3]?.sourceId ?? '') ?? '')]);
    const add = operation('add members', { objectKind: 'group', sourceId: group.sourceId, targetId: groupId, name: 'crowd', references: users.map((u) => ({ ...reference(u), targetId: matches.get(u.sourceId ?? '') ?? null })) });
    const second = ledgerOf([add]);
    await applyPlan(portsOf(t, second.ledger), graphWrites('global'));
    const settled = second.outcomes.get(add.id);
    expect(settled?.outcome).toBe('done');
    expect(settled?.references.map((r) => r.name)).toEqual(users.filter((_, i) => i !== 3).map((u) => u.name));
    const undo = operation('remove members', { objectKind: 'group', sourceId: group.sourceId, targetId: groupId, name: 'crowd', references: settled?.references ?? [] });
    await applyPlan(portsOf(t, ledgerOf([undo]).ledger), graphWrites('global'));
    expect(snapshot().groups.find((g) => g.id === groupId)?.members).toEqual([matches.get(users[3]?.sourceId ?? '')]);
  });

  it('skips what depends on an object whose creation failed, with that reason', async () => {
    const t = await open();
    const bad = createUser('not allowed ü');
    const manager = operation('set manager', { sourceId: bad.sourceId, name: bad.name, references: [reference(bad)] });
    const { ledger, outcomes } = ledgerOf([bad, manager]);
    expect(await applyPlan(portsOf(t, ledger), graphWrites('global'))).toMatchObject({ failed: 1, skipped: 1 });
    expect(outcomes.get(manager.id)?.message).toContain('creation failed');
  });

  it('cancels between waves and goes on where it stopped, without doing anything twice', async () => {
    const t = await open();
    const users = Array.from({ length: 450 }, (_, i) => createUser(`cancel${i}`));
    const { ledger, outcomes, open: intents } = ledgerOf(users);
    const abort = new AbortController();
    const first = await applyPlan(portsOf(t, ledger, { onProgress: () => { abort.abort(); } }), graphWrites('global'), abort.signal);
    expect(first).toMatchObject({ cancelled: true, done: 200 });
    expect(intents.size).toBe(0);
    expect(outcomes.size).toBe(200);
    expect(await applyPlan(portsOf(t, ledger), graphWrites('global'))).toMatchObject({ cancelled: false, done: 250 });
    expect(usersNamed('cancel')).toHaveLength(450);
  });

  it('settles intents without an outcome by looking: what happened is kept, what did not is sent', async () => {
    const t = await open();
    const users = Array.from({ length: 10 }, (_, i) => createUser(`crash${i}`));
    const { ledger } = ledgerOf(users);
    // The process dies after the answers came and before they were written down: five of the creates are open.
    const died = ledgerOf(users.slice(0, 5));
    await applyPlan(portsOf(t, died.ledger), graphWrites('global'));
    await ledger.intend(users.slice(0, 7).map((o) => ({ id: randomUUID(), at: Date.now(), operation: o, targetId: null, before: {} })));
    expect(await applyPlan(portsOf(t, ledger), graphWrites('global'))).toMatchObject({ done: 10, failed: 0 });
    expect(usersNamed('crash')).toHaveLength(10);
  });
});
