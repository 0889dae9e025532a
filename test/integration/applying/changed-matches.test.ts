import { randomUUID } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { applyPlan } from '../../../electron/engines/applying/index.ts';
import { graphWrites } from '../../../electron/engines/tenant/index.ts';
import { change, createGroup, createUser, ledgerOf, open, operation, portsOf, snapshot, usersNamed } from './rig.ts';

const writes = graphWrites('global');

/** Two people and a group that were matched when the plan was made. */
async function matched() {
  const t = await open();
  const [ann, ben] = [createUser('ann'), createUser('ben')];
  const group = createGroup('team');
  const made = ledgerOf([ann, ben, group]);
  await applyPlan(portsOf(t, made.ledger), writes);
  const id = (o: { sourceId: string | null }) => made.matches.get(o.sourceId ?? '') ?? '';
  const plan = {
    update: operation('update', { sourceId: ann.sourceId, targetId: id(ann), name: 'ann', changes: [change('city', 'Oslo')] }),
    manager: operation('set manager', { sourceId: ann.sourceId, targetId: id(ann), name: 'ann', references: [{ sourceId: ben.sourceId, targetId: id(ben), name: 'ben' }] }),
    members: operation('add members', { objectKind: 'group', sourceId: group.sourceId, targetId: id(group), name: 'team', references: [ann, ben].map((u) => ({ sourceId: u.sourceId, targetId: id(u), name: u.name })) }),
  };
  const next = ledgerOf(Object.values(plan));
  for (const [source, target] of made.matches) next.matches.set(source, target);
  return { t, ann, ben, group, plan, ...next };
}

describe('matches that change after the plan was made', () => {
  it('writes while they hold', async () => {
    const { t, ledger } = await matched();
    expect(await applyPlan(portsOf(t, ledger, { matches: 'must hold' }), writes)).toMatchObject({ done: 3, drifted: 0 });
  });

  it('does not write to an object whose match was broken', async () => {
    const { t, ann, plan, ledger, matches, outcomes } = await matched();
    matches.delete(ann.sourceId ?? '');
    expect(await applyPlan(portsOf(t, ledger, { matches: 'must hold' }), writes)).toMatchObject({ done: 0, drifted: 3 });
    expect(outcomes.get(plan.update.id)).toMatchObject({ outcome: 'drifted', message: 'The match of "ann" was changed since the plan was made. Plan again to decide.' });
    expect(usersNamed('ann')[0]?.properties['city'] ?? null).toBeNull();
  });

  it('does not refer to the old target of a person who was matched with another', async () => {
    const { t, ben, plan, ledger, matches, outcomes } = await matched();
    matches.set(ben.sourceId ?? '', randomUUID());
    expect(await applyPlan(portsOf(t, ledger, { matches: 'must hold' }), writes)).toMatchObject({ done: 1, drifted: 2 });
    for (const o of [plan.manager, plan.members]) expect(outcomes.get(o.id)?.message).toContain('The match of "ben"');
    expect(snapshot().groups[0]?.members).toEqual([]);
  });

  it('does not ask for matches on the way back', async () => {
    const { t, ledger, matches } = await matched();
    matches.clear();
    expect(await applyPlan(portsOf(t, ledger, { matches: 'as journalled' }), writes)).toMatchObject({ done: 3, drifted: 0 });
  });

  it('after a crash adds no member whose match was changed, and keeps those that are there as its own', async () => {
    const { t, ann, ben, plan, ledger, matches, outcomes } = await matched();
    const groupId = plan.members.targetId ?? '';
    await ledger.intend([{ id: 'open', at: Date.now(), operation: plan.members, targetId: groupId, before: {} }]);
    await t.send([writes.addMember(groupId, matches.get(ann.sourceId ?? '') ?? '')]);
    matches.delete(ben.sourceId ?? '');
    await applyPlan(portsOf(t, ledger, { matches: 'must hold' }), writes);
    expect(outcomes.get(plan.members.id)).toMatchObject({ outcome: 'failed', references: [{ name: 'ann' }], message: expect.stringContaining('"ben"') as string });
    expect(snapshot().groups[0]?.members).toHaveLength(1);
  });
});
