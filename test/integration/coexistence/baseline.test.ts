import { afterEach, expect, it } from 'vitest';
import { personDn, works, worksTenant } from '../app/works.ts';
import { openCycleRig, type CycleRig } from './desk.ts';

/* From where changes of others are told from changes of the source: what a cycle wrote counts at once, also when it made the member itself, when something else of the object failed, and when the object moves to another collection. */
let rig: CycleRig | undefined;
afterEach(async () => { await rig?.close(); rig = undefined; });

const DAY = 1_440;
const HOUR = 3_600_000;
const ALL = '(|(objectClass=user)(objectClass=group))';
const user = (of: CycleRig, alias: string) => of.simulator.snapshot().users.find((one) => one.properties['mailNickname'] === alias);
const title = (of: CycleRig, alias: string) => user(of, alias)?.properties['jobTitle'];
const sales = (of: CycleRig) => of.simulator.snapshot().groups.find((one) => one.properties['displayName'] === 'Sales');
const members = (of: CycleRig) => sales(of)?.members.map((id) => String(of.simulator.snapshot().users.find((one) => one.id === id)?.properties['displayName'])).toSorted();
const managerOf = (of: CycleRig, alias: string) => of.simulator.snapshot().users.find((one) => one.id === user(of, alias)?.manager)?.properties['displayName'];
const open = async (of: CycleRig, collectionId = of.collectionId) => (await of.call('drift.page', { collectionId, state: 'open' })).rows.map((row) => [row.name, row.attribute, row.expected, row.actual]);
const start = async (filter: string | null = ALL): Promise<CycleRig> => {
  rig = await openCycleRig({ source: works(), seed: worksTenant(), members: filter });
  if (filter !== null) expect(await rig.enable({ drift: 'show', intervalMinutes: DAY })).toMatchObject({ state: 'Completed' });
  return rig;
};

it('a member and a manager that the same plan made are agreed on at once: the source takes them out again', async () => {
  const at = await start();
  await at.rewrite(works({ Sales: { member: [personDn('ann'), personDn('cem')] } }));
  expect((await at.cycle()).cycle).toMatchObject({ outcome: 'done', operations: 1 });
  expect([members(at), await open(at)]).toEqual([['Ann', 'Cem'], []]);

  // Eve is made as the manager of Cem and as a member.
  const eve = works({ ann: {} }).flatMap((one) => (one.dn === personDn('dot') ? [{ dn: personDn('eve'), attributes: one.attributes.map(([name, values]): [string, typeof values] => [name, name === 'objectGUID' ? [Buffer.from('0b1ec70000000000000000000000000e', 'hex')] : values.map((value) => (typeof value === 'string' ? value.replaceAll('Dot', 'Eve').replaceAll('dot', 'eve') : value))]) }] : []));
  const with_ = (cem: string, ...joined: string[]) => [...works({ cem: { manager: personDn(cem) }, Sales: { member: [personDn('ann'), personDn('cem'), ...joined] } }), ...eve];
  await at.rewrite(with_('eve', personDn('eve')));
  await at.call('collections.queryObjects', { id: at.collectionId, filter: ALL });
  expect((await at.cycle()).cycle).toMatchObject({ outcome: 'done' });
  expect([members(at), managerOf(at, 'cem')]).toEqual([['Ann', 'Cem', 'Eve'], 'Eve']);
  // Others take both away before anybody looked again: that is theirs, and shown.
  at.pass(2 * HOUR);
  await at.graph('DELETE', `/groups/${sales(at)?.id}/members/${user(at, 'eve')?.id}/$ref`);
  await at.graph('PUT', `/users/${user(at, 'cem')?.id}/manager/$ref`, { '@odata.id': `https://graph.microsoft.com/v1.0/users/${user(at, 'dot')?.id}` });
  expect((await at.cycle()).cycle).toMatchObject({ outcome: 'nothing to do' });
  expect((await open(at)).toSorted()).toEqual([['Cem', 'manager', ['Eve'], ['Dot']], ['Sales', 'members', ['Eve'], []]]);
});

it('what was written to an object of which something else failed is agreed on: the source takes it back', async () => {
  const at = await start();
  at.pass(2 * HOUR);
  expect((await at.cycle()).cycle).toMatchObject({ outcome: 'nothing to do' });
  await at.rewrite(works({ ben: { title: 'B', manager: personDn('cem') } }));
  at.simulator.setFaults('error=1:400@PUT /users/*/manager/$ref');
  expect((await at.cycle()).cycle).toMatchObject({ outcome: 'done with failures', failed: 1 });
  expect([title(at, 'ben'), managerOf(at, 'ben')]).toEqual(['B', 'Ann']);
  at.simulator.setFaults('');
  at.pass(2 * HOUR);
  await at.rewrite(works());
  expect((await at.cycle()).cycle).toMatchObject({ outcome: 'done', operations: 1 });
  expect([title(at, 'ben'), managerOf(at, 'ben'), await open(at)]).toEqual(['Clerk', 'Ann', []]);
});

it('an object that moves from one collection to another keeps what was agreed on: what others changed is shown there and not written over', async () => {
  const at = await start(null);
  const collect = async (name: string, filter: string): Promise<string> => {
    const id = await at.collect(name, filter);
    expect(await at.enable({ drift: 'show', intervalMinutes: DAY }, id)).toMatchObject({ state: 'Completed' });
    return id;
  };
  const first = await collect('Alpha', '(|(sAMAccountName=ann)(sAMAccountName=cem))');
  const later = await collect('Zulu', '(|(sAMAccountName=ann)(sAMAccountName=ben))');
  const ids = [(await at.objects(first))['Ann']?.id ?? ''];
  const states = async (collectionId: string) => (await at.call('drift.page', { collectionId })).rows.map((row) => [row.name, row.attribute, row.state]);
  const shown = [['Ann', 'jobTitle', ['Head of Sales'], ['By hand']]];
  at.pass(2 * HOUR);
  await at.graph('PATCH', `/users/${user(at, 'ann')?.id}`, { jobTitle: 'By hand' });
  await at.cycle('run now', first);
  expect(await open(at, first)).toEqual(shown);
  await at.call('collections.removeObjects', { id: first, selection: { mode: 'ids', ids } });
  await at.cycle('run now', first);
  expect(await states(first)).toEqual([['Ann', 'jobTitle', 'gone']]);
  expect((await at.cycle('run now', later)).cycle).toMatchObject({ outcome: 'nothing to do', inStep: 2 });
  expect([title(at, 'ann'), await open(at, later)]).toEqual(['By hand', shown]);

  // Back in the first one, which looks at it before the other one has handed it over.
  await at.call('collections.addObjects', { id: first, dns: [personDn('ann')] });
  expect((await at.cycle('run now', first)).cycle).toMatchObject({ outcome: 'nothing to do' });
  expect([title(at, 'ann'), await open(at, first)]).toEqual(['By hand', shown]);
  await at.cycle('restart', later);
  expect([title(at, 'ann'), await open(at, later), (await open(at, first)).length]).toEqual(['By hand', [], 1]);
  // Disabled, the first one leaves it to the other.
  await at.call('coexistence.disable', { collectionId: first });
  expect((await at.cycle('run now', later)).cycle).toMatchObject({ outcome: 'nothing to do' });
  expect([title(at, 'ann'), await open(at, later)]).toEqual(['By hand', shown]);
});

it('released from a hold, the rules win over what was rolled back and over nothing else', async () => {
  const at = await start();
  at.pass(2 * HOUR);
  await at.rewrite(works({ ann: { title: 'Director' }, Sales: { member: [personDn('ann'), personDn('ben')] } }));
  const { task, cycle } = await at.cycle();
  expect(cycle).toMatchObject({ outcome: 'done', operations: 2 });
  expect((await at.rollBack({ taskIds: [task.id] })).state).toBe('Completed');
  at.pass(2 * HOUR);
  // Others change what nobody rolled back, and an object that a person holds.
  await at.graph('PATCH', `/users/${user(at, 'ann')?.id}`, { department: 'Attic' });
  await at.graph('DELETE', `/groups/${sales(at)?.id}/members/${user(at, 'ann')?.id}/$ref`);
  const dot = (await at.objects())['Dot']?.id ?? '';
  await at.call('holds.put', { pairId: at.pairId, ids: [dot] });
  await at.graph('PATCH', `/users/${user(at, 'dot')?.id}`, { officeLocation: 'Attic', jobTitle: 'By hand' });
  await at.rewrite(works({ ann: { title: 'Director' }, dot: { department: 'Works' }, Sales: { member: [personDn('ann'), personDn('ben')] } }));
  expect((await at.cycle()).cycle).toMatchObject({ outcome: 'nothing to do', held: 3 });
  expect([title(at, 'ann'), members(at)]).toEqual(['Head of Sales', ['Ben', 'Cem']]);
  const { rows } = await at.call('holds.page', { pairId: at.pairId });
  expect(rows.map((row) => [row.name, row.attribute, row.taskId === null])).toEqual([['Ann', '', false], ['Dot', '', true], ['Sales', '', false]]);
  await at.call('holds.release', { pairId: at.pairId, holds: rows.map(({ sourceId, attribute }) => ({ sourceId, attribute })) });
  expect((await at.cycle()).cycle).toMatchObject({ outcome: 'done', operations: 3 });
  expect([title(at, 'ann'), user(at, 'ann')?.properties['department'], user(at, 'dot')?.properties['department'], title(at, 'dot'), members(at)]).toEqual(['Director', 'Attic', 'Works', 'By hand', ['Ben']]);
  expect((await open(at)).toSorted()).toEqual([['Ann', 'department', ['Sales'], ['Attic']], ['Dot', 'jobTitle', ['Trainee'], ['By hand']], ['Sales', 'members', ['Ann'], []]]);
});

it('an account that a roll back deleted for good is made anew when it is released, and is no change of others', async () => {
  const at = await start();
  at.pass(2 * HOUR);
  expect((await at.rollBack({ window: { collectionId: at.collectionId, from: 0, to: Date.now() + 4 * HOUR }, purge: true })).state).toBe('Completed');
  expect(user(at, 'dot')).toBeUndefined();
  await at.rewrite(works({ dot: { title: 'Expert' } }));
  const { rows } = await at.call('holds.page', { pairId: at.pairId });
  await at.call('holds.release', { pairId: at.pairId, holds: rows.map(({ sourceId, attribute }) => ({ sourceId, attribute })) });
  expect((await at.cycle()).cycle).toMatchObject({ outcome: 'done' });
  expect([title(at, 'dot'), await open(at)]).toEqual(['Expert', []]);
});
