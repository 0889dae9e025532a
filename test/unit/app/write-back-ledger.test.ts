import { describe, expect, it } from 'vitest';
import type { Services } from '../../../electron/app/services.ts';
import { keepAgreement } from '../../../electron/app/pipeline/write-back-end.ts';
import { heedingTenant, keepingAgreement, LEFT_OUT } from '../../../electron/app/pipeline/write-back-ledger.ts';
import type { FixLedger, FixSettlement } from '../../../electron/engines/directory/index.ts';
import type { Operation } from '../../../shared/domain/plans.ts';
import { guid, sandbox, seeded, source, target, VARIANTS } from '../store/fixture.ts';

/* What is kept and what is left out while members are written to the directory: by each write, however the task ends. */
const { open } = sandbox();
const cloud = (n: number): string => `cloud-${n}`;
const GROUP = guid(11);
const operation = (kind: 'add members' | 'remove members', people: readonly number[]): Operation => ({
  id: kind, seq: 1, kind, service: 'directory', objectKind: 'group', sourceId: GROUP, targetId: null, name: 'News', changes: [], previous: [], references: people.map((n) => ({ sourceId: guid(n), targetId: cloud(n), name: `Person ${n}` })),
});
const settled = (of: Operation, outcome: FixSettlement['outcome'], people: readonly number[]): FixSettlement => ({ intentId: 'i', operation: of, outcome, targetId: null, references: operation('add members', people).references, message: outcome === 'failed' ? 'No.' : '' });

/** Persons 1 to 4 and the chosen group 11 are matched with the users and the group of the same number; 3 waits for review. */
async function start(pending: readonly Operation[] = []) {
  const store = await open(VARIANTS[0] as (typeof VARIANTS)[number]);
  const { pair, collectionId } = await seeded(store, 4);
  await store.sources.upsertPage(pair.id, [{ ...source(11), kind: 'group' }], 'run 1');
  await store.targets.upsertPage(pair.id, [1, 2, 3, 4, 11].map((n) => ({ ...target(n), id: cloud(n) })), 'run 1');
  await store.matches.saveAll(pair.id, [1, 2, 3, 4, 11].map((n) => ({ sourceId: guid(n), state: 'Matched' as const, targetId: cloud(n), ruleId: null, pinned: false, evidence: [], risks: [], reason: '', review: n === 3 ? 'To review' as const : 'Not needed' as const })));
  await store.writeBack.choose(collectionId, pair.id, [GROUP], { since: 1, by: 'me' });
  const written: FixSettlement[] = [];
  const ledger: FixLedger = { pending: async () => pending, intend: async () => {}, settle: async (some) => { written.push(...some); }, openIntents: async () => [], reopen: async () => {} };
  const heeding = (members: Readonly<Record<string, readonly number[]>>) => heedingTenant({ store }, pair.id, {
    async *readMembers(ids) { for (const id of ids) { const some = members[id]; if (some !== undefined) yield { groupId: id, memberIds: some.map(cloud) }; } },
  }, ledger, new AbortController().signal);
  return { store, pair, collectionId, written, ledger, heeding, people: async (of: FixLedger) => (await of.pending(25)).map((one) => one.references.map((r) => r.name.slice(-1)).join('')) };
}

describe('what both sides agree on', () => {
  it('is kept with each write, before its outcome, and as far as it was really written', async () => {
    const { store, pair, written, ledger } = await start();
    const agreed = async () => [...(await store.writeBack.agreed(pair.id, GROUP)).keys()].toSorted();
    const keeping = keepingAgreement({ store }, pair.id, { ...ledger, settle: async (some) => { written.push(...some); throw new Error('The process ends here.'); } });
    await expect(keeping.settle([settled(operation('add members', [1, 2, 4]), 'failed', [1, 2])])).rejects.toThrow('ends here');
    expect([await agreed(), written.length]).toEqual([[guid(1), guid(2)], 1]);
    const whole = keepingAgreement({ store }, pair.id, ledger);
    await whole.settle([settled(operation('remove members', [1, 2]), 'done', [1]), settled(operation('add members', [4]), 'unchanged', []), settled(operation('remove members', [4]), 'skipped', [4])]);
    expect(await agreed()).toEqual([guid(2), guid(4)]);
  });
});

describe('groups that both sides agree on', () => {
  it.each([['cancelled', ''], ['whole', 'digest']] as const)('are those of which everything was written when a task ends %s', async (end, tried) => {
    const { store, pair, collectionId } = await start();
    const other = guid(12);
    await store.writeBack.choose(collectionId, pair.id, [other], { since: 1, by: 'me' });
    const task = await store.tasks.create({ pairId: pair.id, collectionId, kind: 'Write back', settings: { ids: null, asks: 'always', planned: [GROUP, other], seen: { [GROUP]: 'digest' } }, createdBy: 'test' });
    const { id: planId } = await store.plans.create({ taskId: task.id, collectionId, tenantName: 'x', settings: null, confirmation: 'x' });
    await store.plans.appendOperations(planId, [operation('add members', [1]), { ...operation('remove members', [2]), seq: 2, sourceId: other }]);
    await store.plans.setOutcomes([{ operationId: 'add members', outcome: 'done', message: '' }]);
    await keepAgreement({ store, now: () => 9, emit: () => {} } as unknown as Services, pair, { ...task, planId }, end, async () => {});
    expect(Object.fromEntries((await store.writeBack.list(collectionId)).map((one) => [one.sourceId, [one.agreedAt, one.tried]]))).toEqual({ [GROUP]: [9, tried], [other]: [null, ''] });
  });
});

describe('what the tenant does not say any more', () => {
  it('is left out of what is pending, and told with the outcome', async () => {
    const { written, heeding, people } = await start([operation('add members', [1, 2, 3]), operation('remove members', [4])]);
    const ledger = heeding({ [cloud(11)]: [1, 3, 4] });
    expect(await people(ledger)).toEqual(['1', '']);
    await ledger.settle([settled(operation('add members', [1]), 'done', [1]), settled(operation('remove members', []), 'failed', [])]);
    expect(written.map((one) => one.message)).toEqual([`${LEFT_OUT} "Person 2", "Person 3"; no member in Microsoft 365 by that match any more.`, `No. ${LEFT_OUT} "Person 4"; a member in Microsoft 365 again, or matched otherwise by now.`]);
  });
  it('is everything when the group is gone, is matched otherwise or waits for review, or is not chosen any more', async () => {
    const { store, pair, collectionId, heeding, people } = await start([operation('add members', [1]), operation('remove members', [4])]);
    const here = { [cloud(11)]: [1] };
    expect(await people(heeding(here))).toEqual(['1', '4']);
    expect(await people(heeding({}))).toEqual(['', '']);
    await store.writeBack.leave(collectionId, pair.id, [GROUP]);
    expect(await people(heeding(here))).toEqual(['', '']);
    await store.writeBack.choose(collectionId, pair.id, [GROUP], { since: 1, by: 'me' });
    await store.matches.saveAll(pair.id, [{ sourceId: GROUP, state: 'Matched', targetId: cloud(11), ruleId: null, pinned: false, evidence: [], risks: [], reason: '', review: 'To review' }]);
    expect(await people(heeding(here))).toEqual(['', '']);
  });
});
