import { afterEach, expect, it } from 'vitest';
import { personOf, QUIET } from './sequences/quiet.ts';
import { begin, rollEverythingBack, type Works } from './sequences/play.ts';
import { putLicences } from './sequences/rules.ts';
import { asFarAsPossible, stateOf } from './sequences/state.ts';
import { cloudId, guid } from './works.ts';

let works: Works | undefined;
afterEach(async () => { await works?.rig.close(); works = undefined; });

/** Sequences that the property test has found, cut down to what matters. */
const open = async (given: typeof QUIET): Promise<Works> => (works = await begin(given));
const everyone = () => ({ collectionId: works?.collections.Everyone ?? '' });
const MAILBOX_LICENCE = { enabled: true, action: 'assign' as const, when: 'always' as const, condition: { kind: 'everybody' as const }, partNumber: 'SPE_E3', disabledPlans: [] };
const operationsOf = async ({ rig }: Works, planId: string | null) => (await rig.call('plans.operations', { planId: planId ?? '', limit: 200 })).rows.map((o) => `${o.kind} ${o.name}`);

it('a roll back that has nothing to write settles what it says: nothing is offered twice', async () => {
  const { rig } = await open({ ...QUIET, people: personOf('dot', { there: 'account', heldBefore: [42, 15] }) });
  const task = await rig.migrate({ countryCode: 'DE' }, everyone());
  expect(task, task.message).toMatchObject({ state: 'Completed' });
  const standing = async () => (await rig.call('rollBack.ofObject', { ...everyone(), objectId: guid(14) })).tasks.flatMap((one) => one.attributes);
  expect(await standing()).toContain('usageLocation');
  const back = await rig.rollBack({ ...everyone(), objectId: guid(14), attributes: ['usageLocation'] });
  expect(back).toMatchObject({ state: 'Completed with errors' });
  expect(await standing()).not.toContain('usageLocation');
});

it('a mail-enabled security group that the plan makes gets its permissions with the same plan', async () => {
  const w = await open({ ...QUIET, people: personOf('ann', { there: 'mailbox', fullAccess: [42], sendAs: [42], onBehalf: [42] }) });
  const before = stateOf(w.rig);
  const { task, plan } = await w.rig.plan({}, everyone());
  expect((await operationsOf(w, plan.id)).filter((one) => one === 'add permissions Ann')).toHaveLength(3);
  expect(await w.rig.approve(task.id)).toMatchObject({ state: 'Completed' });
  expect((await w.rig.plan({}, everyone())).plan.counts.operations).toBe(0);
  await rollEverythingBack(w);
  expect(stateOf(w.rig)).toEqual(before);
});

it('the permission of somebody whose mailbox comes with a licence of the same migration goes before the licence', async () => {
  const w = await open({ ...QUIET, people: personOf('ann', { there: 'mailbox', onBehalf: [12] }, personOf('ben', { there: 'mail user', mail: true })) });
  const before = stateOf(w.rig);
  await putLicences(w.rig, w.collections.Everyone, [MAILBOX_LICENCE]);
  expect(await w.rig.migrate({ countryCode: 'DE' }, everyone())).toMatchObject({ state: 'Completed' });
  const ann = () => stateOf(w.rig).users.find((user) => user.id === cloudId(11))?.exchange;
  expect(ann()).toMatchObject({ grantSendOnBehalfTo: [cloudId(12)] });
  const { task, plan } = await w.rig.planRollBack({ ...everyone(), purge: true });
  const order = await operationsOf(w, plan.id);
  expect(order.indexOf('remove permissions Ann')).toBeLessThan(order.indexOf('set licences Ben'));
  expect(await w.rig.approve(task.id)).toMatchObject({ state: 'Completed' });
  expect(ann()).toEqual(before.users.find((user) => user.id === cloudId(11))?.exchange);
});

it('the permission of somebody who has lost his mailbox since is found and taken back', async () => {
  const w = await open({ ...QUIET, people: personOf('ann', { there: 'mailbox', fullAccess: [12] }, personOf('ben', { there: 'account' })) });
  const before = stateOf(w.rig);
  await putLicences(w.rig, w.collections.Everyone, [MAILBOX_LICENCE]);
  await w.rig.migrate({ countryCode: 'DE' }, everyone());
  w.rig.simulator.advance(3_600_000);
  await w.rig.migrate({ countryCode: 'DE' }, everyone());
  const ann = () => stateOf(w.rig).users.find((user) => user.id === cloudId(11))?.exchange['permissions'];
  expect(ann()).toMatchObject([{ trustee: cloudId(12) }]);
  expect(await w.rig.rollBack({ ...everyone(), objectId: guid(12), attributes: ['assignedLicenses'] })).toMatchObject({ state: 'Completed' });
  await rollEverythingBack(w);
  expect(ann()).toBeUndefined();
  expect(asFarAsPossible(stateOf(w.rig), before)).toEqual(before);
});

it('licences of somebody whom others deleted go back with him', async () => {
  const w = await open({ ...QUIET, people: personOf('dot', { there: 'account' }) });
  const before = stateOf(w.rig);
  await putLicences(w.rig, w.collections.Everyone, [{ ...MAILBOX_LICENCE, partNumber: 'POWER_BI_STANDARD' }]);
  await w.rig.migrate({ countryCode: 'DE' }, everyone());
  expect(stateOf(w.rig).users.find((user) => user.id === cloudId(14))?.properties['assignedLicenses']).toHaveLength(1);
  await w.rig.graph('DELETE', `/users/${cloudId(14)}`);
  await rollEverythingBack(w);
  expect(stateOf(w.rig)).toEqual(before);
});
