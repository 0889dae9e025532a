import { expect, it } from 'vitest';
import { applyPlan } from '../../../electron/engines/applying/index.ts';
import { graphWrites } from '../../../electron/engines/tenant/index.ts';
import { change, createGroup, createUser, ledgerOf, open, operation, portsOf, reference, snapshot, tenantTime, usersNamed } from './rig.ts';

const writes = graphWrites('global');

/** Users of whom the first is the manager of the second, and a group of both. */
function family() {
  const [ann, bob, team] = [createUser('ann'), createUser('bob'), createGroup('team')] as const;
  const manages = operation('set manager', { sourceId: bob.sourceId, name: 'bob', references: [reference(ann)] });
  const holds = operation('add members', { objectKind: 'group', sourceId: team.sourceId, name: 'team', references: [reference(ann), reference(bob)] });
  return { ann, bob, manages, plan: [ann, bob, team, manages, holds] };
}

it('waits until the tenant knows everywhere what the same run has made', async () => {
  const t = await open();
  tenantTime.lag(20_000);
  const { ledger } = ledgerOf(family().plan);
  let waited = 0;
  const wait = async (ms: number) => { waited += ms; tenantTime.pass(ms); };
  expect(await applyPlan(portsOf(t, ledger, { wait }), writes)).toEqual({ done: 5, unchanged: 0, failed: 0, drifted: 0, skipped: 0, cancelled: false });
  expect(waited).toBeGreaterThanOrEqual(20_000);
  tenantTime.pass(20_000);
  const [ann, bob] = [usersNamed('ann')[0], usersNamed('bob')[0]];
  expect(bob?.manager).toBe(ann?.id);
  expect(snapshot().groups[0]?.members).toEqual([ann?.id, bob?.id].toSorted());
});

it('does not wait for ever: what is not found after that is a finding', async () => {
  const t = await open();
  tenantTime.lag(10 * 60_000);
  const { plan } = family();
  const { ledger, outcomes } = ledgerOf(plan);
  const waits: number[] = [];
  const result = await applyPlan(portsOf(t, ledger, { wait: async (ms) => { waits.push(ms); } }), writes);
  expect(result).toMatchObject({ done: 3, failed: 2, drifted: 0 });
  expect([...outcomes.values()].map((o) => o.message).filter(Boolean)).toEqual([expect.stringContaining('does not exist'), expect.stringContaining('does not exist')]);
  expect(waits.length).toBeLessThan(15);
});

it('does not wait for an object of before that is gone', async () => {
  const t = await open();
  const ann = createUser('ann');
  const first = ledgerOf([ann]);
  await applyPlan(portsOf(t, first.ledger), writes);
  const [user] = usersNamed('ann');
  const targetId = user?.id ?? '';
  await applyPlan(portsOf(t, ledgerOf([operation('delete', { sourceId: null, targetId, name: 'ann' })]).ledger), writes);
  const update = operation('update', { sourceId: null, targetId, name: 'ann', changes: [change('city', 'Oslo')] });
  const { ledger, outcomes } = ledgerOf([update]);
  const wait = async (): Promise<void> => { throw new Error('nothing is to be waited for'); };
  expect(await applyPlan(portsOf(t, ledger, { wait }), writes)).toMatchObject({ drifted: 1 });
  expect(outcomes.get(update.id)?.message).toContain('is no longer in the tenant');
});
