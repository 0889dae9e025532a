import { afterEach, describe, expect, it } from 'vitest';
import { AppError } from '../../../shared/domain/errors.ts';
import { openChangesRig, type ChangesRig } from './tenant-changes-rig.ts';
import { account, works, worksTenant } from './works.ts';

const open: ChangesRig[] = [];
afterEach(async () => { for (const rig of open.splice(0)) await rig.close(); });

/** The same numbers for the same seed (a linear congruential generator, Numerical Recipes). */
function numbers(seed: number): (below: number) => number {
  let state = seed >>> 0;
  return (below) => { state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0; return Math.floor((state / 2 ** 32) * below); };
}

const HOUR = 3_600_000;
const ref = (id: string) => ({ '@odata.id': `https://graph.microsoft.com/v1.0/directoryObjects/${id}` });

/** One thing that somebody else does in the tenant; what the service refuses is no change. */
async function edit(rig: ChangesRig, draw: (below: number) => number, n: number): Promise<void> {
  const { users, groups, deletedUsers, deletedGroups } = rig.simulator.snapshot();
  const pick = <T>(list: readonly T[]): T | undefined => list[draw(Math.max(1, list.length))];
  const [user, other, group] = [pick(users), pick([...users, ...groups]), pick(groups)];
  const does = async (method: string, address: string, body?: unknown): Promise<void> => { await rig.elsewhere(method, address, body); };
  switch (draw(14)) {
    case 0: return does('POST', '/users', { accountEnabled: true, displayName: `New ${n}`, mailNickname: `new${n}`, userPrincipalName: `new${n}@example.com`, usageLocation: 'DE', passwordProfile: { password: 'S3cret-enough!' }, ...(draw(2) === 0 ? { city: 'Rome' } : {}) });
    case 1: return does('POST', '/groups', { displayName: `Group ${n}`, mailEnabled: false, mailNickname: `group${n}`, securityEnabled: true, ...(user ? { 'members@odata.bind': [ref(user.id)['@odata.id']] } : {}) });
    case 2: case 3: return does('PATCH', `/users/${user?.id}`, { [['jobTitle', 'city', 'department'][draw(3)] ?? '']: draw(3) === 0 ? null : `v${n}`, onPremisesExtensionAttributes: { [`extensionAttribute${1 + draw(3)}`]: draw(2) === 0 ? null : `x${n}` } });
    case 4: return does('PATCH', `/users/${user?.id}`, { displayName: `Renamed ${n}`, businessPhones: draw(2) === 0 ? [] : [String(n)] });
    case 5: return does('PATCH', `/groups/${group?.id}`, { description: draw(2) === 0 ? null : `about ${n}` });
    case 6: case 7: return group?.members.includes(other?.id ?? '') ? does('DELETE', `/groups/${group.id}/members/${other?.id}/$ref`) : does('POST', `/groups/${group?.id}/members/$ref`, ref(other?.id ?? ''));
    case 8: return group?.owners.includes(user?.id ?? '') ? does('DELETE', `/groups/${group.id}/owners/${user?.id}/$ref`) : does('POST', `/groups/${group?.id}/owners/$ref`, ref(user?.id ?? ''));
    case 9: return draw(3) === 0 ? does('DELETE', `/users/${user?.id}/manager/$ref`) : does('PUT', `/users/${user?.id}/manager/$ref`, ref(pick(users)?.id ?? ''));
    case 10: return does('DELETE', `/users/${user?.id}`);
    case 11: return draw(3) === 0 ? does('DELETE', `/groups/${group?.id}`) : undefined;
    case 12: { const gone = pick([...deletedUsers, ...deletedGroups]); return gone ? does('POST', `/directory/deletedItems/${gone.id}/restore`, {}) : undefined; }
    default: { const gone = pick([...deletedUsers, ...deletedGroups]); return gone && draw(2) === 0 ? does('DELETE', `/directory/deletedItems/${gone.id}`) : undefined; }
  }
}

/** What goes wrong in a round; a rate is of requests. */
const FAULTS = ['', 'lag=5m', 'reset-delta=0.4', 'error=0.08:503', 'error=0.1:429:50ms,reset-delta=0.1', 'lag=1m-9m,error=0.06:502', 'truncate=0.1', 'lag=2m,reset-delta=0.2'];
/** Reads under faults: what gives up for a while says so and goes on the next time. */
async function tries(rig: ChangesRig): Promise<void> {
  try {
    await rig.follow();
  } catch (error) {
    if (!(error instanceof AppError) || !error.data.retryable) throw error;
  }
}
const ROUNDS = Number(process.env['CAUSEWAY_ROUNDS'] ?? 6);
const SEEDS = (process.env['CAUSEWAY_SEED'] ?? '1,2').split(',').map(Number);

describe('a store that follows the changes of a tenant', () => {
  it.each(SEEDS)('equals a whole reading after every round, whatever others do and whatever goes wrong (seed %i)', async (seed) => {
    const rig = await openChangesRig({ source: works(), seed: worksTenant(Array.from({ length: 14 }, (_, i) => account(40 + i, `p${i}`, i % 2 ? { jobTitle: 'Clerk' } : {}))) });
    open.push(rig);
    const draw = numbers(seed);
    await rig.follow();
    for (let round = 0; round < ROUNDS; round += 1) {
      rig.simulator.setFaults(`seed=${seed * 100 + round}`);
      const faults = FAULTS[draw(FAULTS.length)] ?? '';
      // Others' work is not met by the faults of the wire, but by the delays.
      if (faults.includes('lag')) rig.simulator.setFaults(faults.split(',').filter((one) => one.startsWith('lag')).join(','));
      const edits = 3 + draw(22);
      for (let n = 0; n < edits; n += 1) {
        await edit(rig, draw, seed * 10_000 + round * 100 + n);
        // Somebody reads in the middle of it, too.
        if (draw(9) === 0) {
          rig.simulator.setFaults([faults, `seed=${seed * 1000 + round}`].filter(Boolean).join(','));
          await tries(rig);
          rig.simulator.setFaults(faults.split(',').filter((one) => one.startsWith('lag')).join(','));
        }
      }
      if (draw(5) === 0) rig.simulator.advance(8 * 24 * HOUR);
      rig.simulator.setFaults([faults, `seed=${seed * 1000 + round}`].filter(Boolean).join(','));
      await tries(rig);
      rig.simulator.setFaults('');
      rig.simulator.advance(HOUR / 2);
      await rig.follow();
      expect(await rig.stored(), `round ${round}, faults ${faults}`).toEqual(await rig.fresh());
      const quiet = await rig.follow();
      expect(quiet, `round ${round}, quiet`).toMatchObject({ changed: 0, removed: 0 });
      // Now and then a page is empty and names another one.
      expect(quiet.requests).toBeLessThanOrEqual(2);
    }
  }, 120_000);
});
