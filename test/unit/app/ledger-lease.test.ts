import { afterEach, expect, it, vi } from 'vitest';
import { createLedger } from '../../../electron/app/pipeline/ledger.ts';
import type { PasswordDesk } from '../../../electron/app/initial-passwords-desk.ts';
import type { Services } from '../../../electron/app/services.ts';
import { fencedStore, type Store } from '../../../electron/store/index.ts';
import { PAIR, failure, sandbox } from '../store/fixture.ts';

const { open } = sandbox();
afterEach(() => { vi.useRealTimers(); });

it('what is about to be sent is asked for its lease again once the machine has slept, and not before each request', async () => {
  const began = Date.now();
  vi.useFakeTimers({ toFake: ['Date'], now: began });
  const store = await open({ name: 'memory', on: 'memory', environment: {} });
  const pairId = (await store.pairs.create(PAIR)).id;
  const { id: taskId } = await store.tasks.create({ pairId, collectionId: null, kind: 'Migrate', settings: {}, createdBy: 'me' });
  const { leaseOwner: owner } = await store.tasks.claimById(taskId, 'one', 3_600_000);
  let asked = 0;
  const watched: Store = { ...store, tasks: { ...store.tasks, requireLease: async (...how) => { asked += 1; await store.tasks.requireLease(...how); } } };
  const fenced = fencedStore(watched, taskId, 'one');
  const ledger = createLedger({ store: fenced } as unknown as Services, { pairId, collectionId: '', taskId, planId: '', owner });
  await fenced.transaction(async () => {});
  for (let request = 0; request < 10; request++) await ledger.mayWrite?.();
  expect(asked).toBe(0);
  vi.setSystemTime(began + 6_000);
  for (let request = 0; request < 10; request++) await ledger.mayWrite?.();
  expect(asked).toBe(1);
  await store.tasks.interrupt(taskId);
  vi.setSystemTime(began + 40_000);
  expect(await failure(ledger.mayWrite?.() ?? Promise.resolve())).toBe('LEASE_LOST');
  // A clock that was set back proves nothing either.
  vi.setSystemTime(began - 3_600_000);
  expect(await failure(ledger.mayWrite?.() ?? Promise.resolve())).toBe('LEASE_LOST');
});

it('deletes the passwords that it had sealed when the lease was lost, for nothing names them', async () => {
  const store = await open({ name: 'memory', on: 'memory', environment: {} });
  const pairId = (await store.pairs.create(PAIR)).id;
  const { id: taskId } = await store.tasks.create({ pairId, collectionId: null, kind: 'Migrate', settings: {}, createdBy: 'me' });
  await store.tasks.claimById(taskId, 'one', 3_600_000);
  await store.tasks.interrupt(taskId);
  const sealed = new Set<string>();
  const keep: PasswordDesk['keep'] = async () => {
    sealed.add('outbox/e1');
    return [{ id: 'e1', pairId, taskId, sourceId: null, targetId: 't1', name: 'Ben', userPrincipalName: 'ben@example.com', state: 'waits for delivery', secretRef: 'outbox/e1', createdAt: 1, expiresAt: 2 }];
  };
  const services = { store: fencedStore(store, taskId, 'one'), secrets: { delete: async (name: string) => { sealed.delete(name); } }, now: () => 1, newId: () => 'run' } as unknown as Services;
  expect(await failure(createLedger(services, { pairId, collectionId: '', taskId, planId: '', owner: 'one' }, { keep }).settle([]))).toBe('LEASE_LOST');
  expect([...sealed]).toEqual([]);
  expect(await store.outbox.get('e1')).toBeUndefined();
});
