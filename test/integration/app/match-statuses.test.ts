import { afterEach, expect, it } from 'vitest';
import { anchorOf } from '../../../electron/simulator/demo/identifiers.ts';
import { GLOBAL_ADMINISTRATOR } from '../../../electron/simulator/index.ts';
import type { ObjectRow } from '../../../shared/contracts/objects.ts';
import { MIGRATION_PROGRESS, SYNCHRONISATION_STATUSES } from '../../../shared/domain/statuses.ts';
import { openRig, type Rig } from './rig.ts';
import { account, cloudId, group, guid, person, personDn, TYPE, works, worksTenant } from './works.ts';

let rig: Rig;
afterEach(async () => { await rig.close(); });

const tally = (rows: readonly ObjectRow[], of: (row: ObjectRow) => string): Record<string, number> => Object.fromEntries([...Map.groupBy(rows, of)].map(([name, list]) => [name, list.length]));
const some = (counts: Readonly<Record<string, number>>): Record<string, number> => Object.fromEntries(Object.entries(counts).filter(([, n]) => n > 0));

/** No object without a status and a reason, and no two of them for one object; what the statistics of each collection and of the pair say is what the rows say. */
async function everyoneHasAStatus(collections: readonly string[], step: string): Promise<void> {
  const all: ObjectRow[] = [];
  for (const collectionId of collections) {
    const rows = Object.values(await rig.objects(collectionId));
    for (const row of rows) {
      expect(MIGRATION_PROGRESS, `${step}: ${row.name}`).toContain(row.status);
      expect(SYNCHRONISATION_STATUSES, `${step}: ${row.name}`).toContain(row.synchronisation);
      expect(row.reason, `${step}: ${row.name} is ${row.status} without a reason`).toMatch(/\w/);
    }
    const statistics = await rig.call('statistics.get', { collectionId });
    expect({ total: statistics.total, progress: some(statistics.byProgress), kind: some(statistics.byKind), sync: some(statistics.bySynchronisation) }, step)
      .toEqual({ total: rows.length, progress: tally(rows, (row) => row.status), kind: tally(rows, (row) => row.kind), sync: tally(rows, (row) => row.synchronisation) });
    expect(Object.fromEntries(statistics.byKindAndProgress.map((cell) => [`${cell.kind} ${cell.status}`, cell.count])), step).toEqual(tally(rows, (row) => `${row.kind} ${row.status}`));
    expect((await rig.call('collections.get', { id: collectionId })).objects, step).toBe(rows.length);
    all.push(...rows);
  }
  const rowsOf = Map.groupBy(all, (row) => row.id);
  for (const [id, rows] of rowsOf) expect(new Set(rows.map((row) => `${row.status}: ${row.reason}`)).size, `${step}: ${id}`).toBe(1);
  const once = [...rowsOf.values()].flatMap((rows) => rows.slice(0, 1));
  const ofPair = await rig.call('statistics.get', { pairId: rig.pairId });
  expect({ total: ofPair.total, progress: some(ofPair.byProgress), kind: some(ofPair.byKind) }, step).toEqual({ total: once.length, progress: tally(once, (row) => row.status), kind: tally(once, (row) => row.kind) });
}

it('no object is without a status and a reason on any path, and the statistics are the rows', async () => {
  const changes = { Sales: { member: ['ann', 'ben', 'cem', 'dot'].map(personDn) } };
  const people = [person(15, 'boss'), person(16, 'eve', { mail: 'eve@example.com' }), person(17, 'long', { department: 'x'.repeat(70) }), person(18, 'gus', { title: 'Gardener' }), group(22, 'List', TYPE.universalDistribution, [])];
  const source = [...works(changes), ...people];
  const seed = worksTenant([
    account(14, 'dot', { displayName: 'Dorothy' }), account(20, 'boss', { displayName: 'Boss' }), account(18, 'gus', { displayName: 'Gus', onPremisesImmutableId: anchorOf(guid(77)) }),
    account(31, 'eve1', { displayName: 'Eve', mail: 'eve@example.com' }), account(32, 'eve2', { displayName: 'Eve', mail: 'eve@example.com' }),
  ]);
  rig = await openRig({ source, seed: { ...seed, roles: [{ id: cloudId(90), roleTemplateId: GLOBAL_ADMINISTRATOR, displayName: 'Global Administrator', memberIds: [cloudId(20)] }] } });
  const other = (await rig.call('collections.create', { pairId: rig.pairId, name: 'Two of them' })).id;
  await rig.call('collections.addObjects', { id: other, dns: [personDn('ann'), personDn('dot')] });
  const both = [rig.collectionId, other];
  const seen = new Set<string>();
  const statuses = async (step: string): Promise<Record<string, string>> => {
    await everyoneHasAStatus(both, step);
    const rows = Object.values(await rig.objects());
    for (const row of rows) seen.add(row.status);
    return Object.fromEntries(rows.map((row) => [row.name, row.status]));
  };
  const decide = async (action: 'accept' | 'reject' | 'pin' | 'leave out' | 'take back' | 'create', n: number, targetId?: string) => await rig.call('matches.decide', { collectionId: rig.collectionId, action, selection: { mode: 'ids', ids: [guid(n)] }, ...(targetId === undefined ? {} : { targetId }) });
  const before = rig.simulator.snapshot();

  expect(new Set(Object.values(await statuses('added')))).toEqual(new Set(['New']));
  await rig.match();
  expect(await statuses('matched')).toMatchObject({ Ann: 'Matched', Ben: 'Not matched', Cem: 'Matched', Dot: 'Matched', Boss: 'Conflict', Gus: 'Conflict', Eve: 'Ambiguous', Sales: 'Not matched', List: 'Not matched' });

  await decide('pin', 13);
  await decide('reject', 18);
  await decide('leave out', 12);
  expect(await statuses('decided')).toMatchObject({ Cem: 'Matched', Gus: 'Not matched', Ben: 'Skipped' });
  await rig.call('matches.undo', { collectionId: rig.collectionId });
  expect(await statuses('undone')).toMatchObject({ Ben: 'Not matched' });
  await decide('take back', 18);
  expect(await statuses('taken back')).toMatchObject({ Gus: 'New' });
  await rig.call('objects.breakMatching', { collectionId: rig.collectionId, selection: { mode: 'ids', ids: [guid(11)] } });
  expect(await statuses('broken')).toMatchObject({ Ann: 'New' });

  // Neither created nor merged by this plan, which is thrown away.
  const plan = await rig.plan({ createUnmatched: false });
  expect(await statuses('planned without creating')).toMatchObject({ Ann: 'Matched', Ben: 'Not matched', Dot: 'Skipped', Boss: 'Conflict', Eve: 'Ambiguous', List: 'Skipped' });
  await rig.call('tasks.discard', { taskId: plan.task.id });
  await statuses('discarded');

  await decide('create', 16);
  expect((await rig.migrate()).state).toBe('Completed');
  expect(await statuses('migrated')).toMatchObject({ Ann: 'Migrated', Ben: 'Migrated', Cem: 'Migrated', Dot: 'Skipped', Boss: 'Conflict', Gus: 'Conflict', Eve: 'Failed', Long: 'Failed', Sales: 'Migrated', List: 'Skipped' });

  // Out of scope from now on, and gone from the directory.
  await rig.rewrite([...works({ ...changes, cem: { isCriticalSystemObject: 'TRUE' } }), ...people.filter((one) => !one.dn.includes('CN=Gus'))]);
  await rig.match();
  expect(await statuses('matched again')).toMatchObject({ Gus: 'Skipped', Ann: 'Migrated', Cem: 'Migrated' });
  expect((await rig.objects())['Cem']?.reason).toContain('isCriticalSystemObject');

  await rig.rewrite(source);
  expect((await rig.rollBack({ purge: true })).state).toMatch(/^Completed/);
  expect(await statuses('rolled back')).toMatchObject({ Ann: 'Matched', Ben: 'New', Cem: 'Matched', Sales: 'New' });
  expect(rig.simulator.snapshot().users.map((u) => [u.id, u.properties['jobTitle'], u.properties['displayName']])).toEqual(before.users.map((u) => [u.id, u.properties['jobTitle'], u.properties['displayName']]));
  await rig.match();
  expect(await statuses('matched after the roll back')).toMatchObject({ Ann: 'Matched', Ben: 'Not matched', Gus: 'Conflict' });
  // Completed comes with coexistence and with staged batches.
  expect(seen).toEqual(new Set(MIGRATION_PROGRESS.filter((status) => status !== 'Completed')));
});
