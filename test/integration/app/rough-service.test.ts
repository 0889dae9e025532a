import { describe, expect, it } from 'vitest';
import { openRig, type Rig } from './rig.ts';
import { works, worksTenant } from './works.ts';

/** The tenant by names; ids and times differ from run to run. */
function told({ simulator }: Rig) {
  const { users, groups, deletedUsers, deletedGroups } = simulator.snapshot();
  const names = new Map([...users, ...groups].map((o) => [o.id, String(o.properties['userPrincipalName'] ?? o.properties['displayName'])]));
  const named = (ids: readonly string[]) => ids.map((id) => names.get(id)).toSorted();
  const one = (o: (typeof users)[number]) => {
    const { createdDateTime: _c, renewedDateTime: _r, lastPasswordChangeDateTime: _p, signInSessionsValidFromDateTime: _s, ...properties } = o.properties;
    return { properties, manager: o.manager === null ? null : names.get(o.manager), members: named(o.members), owners: named(o.owners) };
  };
  const sorted = (all: readonly (typeof users)[number][]) => all.map(one).toSorted((a, b) => (JSON.stringify(a.properties) < JSON.stringify(b.properties) ? -1 : 1));
  return { users: sorted(users), groups: sorted(groups), bin: deletedUsers.length + deletedGroups.length };
}

/** Migrates and rolls back on a tenant with faults. */
async function thereAndBack(faults: string) {
  const rig = await openRig({ source: works(), seed: worksTenant(), faults });
  try {
    const live = () => { const { deletedUsers: _u, deletedGroups: _g, ...rest } = rig.simulator.snapshot(); return rest; };
    const before = live();
    const migrated = await rig.migrate();
    const after = told(rig);
    const undone = await rig.rollBack();
    const injected = Object.values(rig.simulator.stats.faults).reduce((sum, n) => sum + n, 0);
    return { migrated, after, undone, before, back: live(), injected };
  } finally { await rig.close(); }
}

// The seeds are such that no request is lost three times running: then the operation fails, with the advice to resume the task.
describe.concurrent('a service that', () => {
  let first: ReturnType<typeof thereAndBack> | undefined;
  const smoothly = () => (first ??= thereAndBack(''));

  it.each([
    ['shows writes late', 'lag=300ms-900ms', 0],
    ['fails now and then', 'error=30%:503@/$batch, error=20%:503@POST /users, error=30%:429:300ms@PATCH /users/*, seed=3', 1],
    ['loses answers after it has written', 'drop-after=20%@POST /$batch, seed=6', 1],
    ['breaks connections and cuts answers', 'reset-before=10%@/**, truncate=10%@GET /**, reset-middle=10%@GET /**, seed=9', 1],
    ['does all of it', 'lag=100ms-400ms, error=10%:503@/$batch, drop-after=15%@POST /$batch, truncate=5%@GET /**, seed=14', 1],
  ])('%s gets the same migration as a smooth one, and is rolled back to what it was', async (_name, faults, least) => {
    const [smooth, rough] = await Promise.all([smoothly(), thereAndBack(faults)]);
    expect([smooth.migrated.state, rough.migrated.state, rough.undone.state], rough.migrated.message).toEqual(['Completed', 'Completed', 'Completed']);
    expect(rough.after).toEqual(smooth.after);
    expect(rough.back).toEqual(rough.before);
    expect(rough.injected).toBeGreaterThanOrEqual(least);
  }, 60_000);
});
