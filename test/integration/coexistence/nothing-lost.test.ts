import { afterEach, expect, it } from 'vitest';
import type { Send } from '../app/rig.ts';
import { cloudId, person, personDn, works, worksTenant } from '../app/works.ts';
import { openCycleRig, type CycleRig } from './desk.ts';

/* What cycles must neither lose nor take away: changes of a cycle that was cancelled or failed while it wrote, members of groups outside the cycle, the account of a person who was made anew. */
let rig: CycleRig | undefined;
afterEach(async () => { await rig?.close(); rig = undefined; });

const ALL = '(|(objectClass=user)(objectClass=group))';
const aliases = ['ann', 'ben', 'cem', 'dot'];
const retitled = (text: string) => works(Object.fromEntries(aliases.map((alias) => [alias, { title: `${text} ${alias}`, ...(alias === 'ben' ? { manager: personDn('dot') } : {}) }])));
const user = (of: CycleRig, alias: string) => of.simulator.snapshot().users.find((one) => one.properties['mailNickname'] === alias);
const managerOfBen = (of: CycleRig) => of.simulator.snapshot().users.find((one) => one.id === user(of, 'ben')?.manager)?.properties['displayName'];
const membersOfSales = (of: CycleRig) => {
  const { users, groups } = of.simulator.snapshot();
  return groups.find((one) => one.properties['displayName'] === 'Sales')?.members.map((id) => users.find((one) => one.id === id)?.properties['displayName']).toSorted();
};

/** Does something when the first change of an account is sent, before it is. */
function atFirstChange(armed: () => boolean, act: () => Promise<void>): (send: Send) => Send {
  return (send) => async (url, init) => {
    if (armed() && typeof init.body === 'string' && init.body.includes('"PATCH"')) await act();
    return await send(url, init);
  };
}

it('what a cancelled cycle left open is written by the next one', async () => {
  let armed = false;
  const opened = await openCycleRig({ source: works(), seed: worksTenant(), members: ALL, wrap: atFirstChange(() => armed, async () => {
    armed = false;
    await opened.call('tasks.cancel', { taskId: (await opened.standing()).taskId ?? '' });
    await new Promise((resolve) => { setTimeout(resolve, 1_500); });
  }) });
  rig = opened;
  expect(await opened.enable()).toMatchObject({ state: 'Completed' });
  // Of Ben nothing is written before the cancel, so that the tenant tells nothing of him.
  // His manager is made first, whatever else is sent together.
  await opened.rewrite([...works({ ann: { title: 'Director' }, ben: { manager: personDn('eve') } }), person(31, 'eve')]);
  await opened.call('collections.queryObjects', { id: opened.collectionId, filter: '(sAMAccountName=eve)' });
  armed = true;
  expect((await opened.cycle()).cycle.outcome).toBe('cancelled');
  expect(managerOfBen(opened)).toBe('Ann');
  await opened.cycle();
  expect(managerOfBen(opened)).toBe('Eve');
});

it('a cycle that failed while it wrote can be rolled back, and the next one goes on with it', async () => {
  let [broken, wrote] = [false, false];
  const opened = await openCycleRig({ source: works(), seed: worksTenant(), members: ALL, wrap: (send) => async (url, init) => {
    if (broken && wrote) return new Response(JSON.stringify({ error: { code: 'Authorization_RequestDenied', message: 'No.' } }), { status: 403, headers: { 'content-type': 'application/json' } });
    if (broken && typeof init.body === 'string' && init.body.includes('manager/$ref')) wrote = true;
    return await send(url, init);
  } });
  rig = opened;
  expect(await opened.enable()).toMatchObject({ state: 'Completed' });
  await opened.rewrite(retitled('Second'));
  broken = true;
  const { task } = await opened.cycle();
  expect(task).toMatchObject({ state: 'Failed', canRollBack: true });
  broken = false;
  expect((await opened.cycle()).task).toMatchObject({ id: task.id, state: 'Completed' });
  expect(managerOfBen(opened)).toBe('Dot');
});

it('a group outside the cycle gets whom it waited for, and keeps all others', async () => {
  const opened = await openCycleRig({ source: works(), seed: worksTenant(), members: null });
  rig = opened;
  const first = await opened.collect('Groups', '(|(objectClass=group)(sAMAccountName=ann)(sAMAccountName=cem))');
  const later = await opened.collect('Later', '(|(sAMAccountName=ben)(sAMAccountName=dot))');
  await rig.migrate({}, { collectionId: first });
  expect(membersOfSales(rig)).toEqual(['Ann', 'Cem']);
  expect(await rig.enable({}, later)).toMatchObject({ state: 'Completed' });
  expect(membersOfSales(rig)).toEqual(['Ann', 'Ben', 'Cem']);
});

it.each(['re-apply', 'show'] as const)('who was deleted and is back is in no group any more that the directory does not put them into (changes of others: %s)', async (drift) => {
  const opened = await openCycleRig({ source: works(), seed: worksTenant(), members: ALL });
  rig = opened;
  expect(await opened.enable({ drift })).toMatchObject({ state: 'Completed' });
  expect(membersOfSales(opened)).toEqual(['Ann', 'Ben', 'Cem']);
  // The directory took Ben out of the group when he was deleted, and does not put him back.
  const back = works({ Sales: { member: [personDn('ann'), personDn('cem')] } });
  await opened.rewrite(back.filter((one) => one.dn !== personDn('ben')));
  await opened.cycle();
  expect(membersOfSales(opened)).toEqual(['Ann', 'Ben', 'Cem']);
  await opened.rewrite(back);
  await opened.cycle();
  expect(membersOfSales(opened)).toEqual(drift === 're-apply' ? ['Ann', 'Cem'] : ['Ann', 'Ben', 'Cem']);
  expect((await opened.call('drift.page', { collectionId: opened.collectionId, attribute: 'members' })).rows.map((row) => [row.name, row.state])).toEqual([['Sales', drift === 're-apply' ? 're-applied' : 'open']]);
});

it('the account of a person who was deleted and made anew is not deleted with the former object', async () => {
  const opened = await openCycleRig({ source: works(), seed: worksTenant(), members: '(objectClass=user)' });
  rig = opened;
  expect(await opened.enable({ outOfScope: 'delete' })).toMatchObject({ state: 'Completed' });
  expect(user(opened, 'ann')?.id).toBe(cloudId(11));
  await opened.rewrite([...works().filter((one) => one.dn !== personDn('ann')), person(31, 'ann', { mail: 'ann@example.com', title: 'Head of Sales', department: 'Sales', c: 'DE' })]);
  await opened.call('collections.queryObjects', { id: opened.collectionId, filter: '(sAMAccountName=ann)' });
  const { task } = await opened.cycle('restart');
  expect(task.state).toBe('Completed');
  expect(user(opened, 'ann')?.id).toBe(cloudId(11));
});

it('what somebody changes in the tenant while a cycle writes is seen by the next one', async () => {
  let armed = false;
  const opened = await openCycleRig({ source: works(), seed: worksTenant(), members: ALL, wrap: atFirstChange(() => armed, async () => {
    armed = false;
    // The object that the cycle is about to write: its read-back shows both.
    await opened.graph('PATCH', `/users/${user(opened, 'ben')?.id}`, { displayName: 'Somebody else' });
  }) });
  rig = opened;
  expect(await opened.enable()).toMatchObject({ state: 'Completed' });
  await opened.cycle();
  await opened.rewrite(works({ ben: { title: 'Director' } }));
  armed = true;
  await opened.cycle();
  expect(user(opened, 'ben')?.properties).toMatchObject({ jobTitle: 'Director', displayName: 'Somebody else' });
  await opened.cycle();
  expect(user(opened, 'ben')?.properties).toMatchObject({ jobTitle: 'Director', displayName: 'Ben' });
});

it('a cycle compares nobody when nothing has changed, even when nothing ever did', async () => {
  let compared = 0;
  const opened = await openCycleRig({ source: works(), seed: worksTenant(), members: ALL, services: (services) => ({ ...services, store: { ...services.store, sources: {
    ...services.store.sources,
    iterate: async function* (pairId, scope) { for await (const page of services.store.sources.iterate(pairId, scope)) { compared += page.length; yield page; } },
  } } }) });
  rig = opened;
  // In step before it begins: the first cycle has nothing to write, so that nothing of it comes back as a change.
  await opened.migrate();
  expect(await opened.enable()).toMatchObject({ state: 'Completed' });
  expect(compared).toBeGreaterThan(0);
  compared = 0;
  expect((await opened.cycle()).cycle).toMatchObject({ kind: 'changes', outcome: 'nothing to do' });
  expect(compared).toBe(0);
});

it('a full cycle that failed is tried again as one', async () => {
  let broken = false;
  const opened = await openCycleRig({ source: works(), seed: worksTenant(), members: ALL, wrap: (send) => async (url, init) => (broken ? new Response(JSON.stringify({ error: { code: 'Authorization_RequestDenied', message: 'No.' } }), { status: 403, headers: { 'content-type': 'application/json' } }) : await send(url, init)) });
  rig = opened;
  expect(await opened.enable()).toMatchObject({ state: 'Completed' });
  broken = true;
  expect((await opened.cycle('restart')).cycle).toMatchObject({ kind: 'full', outcome: 'failed' });
  broken = false;
  expect((await opened.cycle()).cycle).toMatchObject({ kind: 'full', outcome: 'nothing to do' });
  expect((await opened.cycle()).cycle).toMatchObject({ kind: 'changes', outcome: 'nothing to do' });
});
