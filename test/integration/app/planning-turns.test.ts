import { afterEach, expect, it } from 'vitest';
import type { TaskPhase } from '../../../shared/domain/statuses.ts';
import { seedTenant } from '../../../electron/simulator/index.ts';
import { openRig, type Rig } from './rig.ts';
import { CONTAINERS, person } from './works.ts';

let rig: Rig | undefined;
afterEach(async () => { await rig?.close(); rig = undefined; });

it('a long match and a long plan let others have their turn: leases are renewed, somebody may cancel', async () => {
  /** Turns of the loop in each phase of the task. */
  const turns = new Map<TaskPhase, number>();
  let phase: TaskPhase | undefined;
  let next: NodeJS.Immediate;
  const turn = (): void => {
    if (phase !== undefined) turns.set(phase, (turns.get(phase) ?? 0) + 1);
    next = setImmediate(turn);
  };
  next = setImmediate(turn);
  rig = await openRig({
    source: [...CONTAINERS, ...Array.from({ length: 1_100 }, (_, i) => person(1_000 + i, `p${i}`, { mail: `p${i}@example.com` }))], seed: seedTenant({ users: 0, groups: 0 }),
    services: (services) => ({ ...services, store: { ...services.store, tasks: { ...services.store.tasks, update: async (id, patch) => {
      const done = await services.store.tasks.update(id, patch);
      if (patch.phase !== undefined) { phase = patch.phase; turns.set(phase, 0); }
      return done;
    } } } }),
  });
  const { plan } = await rig.plan();
  clearImmediate(next);
  expect(plan.counts.creates).toBe(1_100);
  // Three pages of people each.
  expect(Object.fromEntries(turns)).toMatchObject({ match: expect.any(Number) as number, map: expect.any(Number) as number });
  expect(turns.get('match')).toBeGreaterThanOrEqual(3);
  expect(turns.get('map')).toBeGreaterThanOrEqual(3);
}, 60_000);
