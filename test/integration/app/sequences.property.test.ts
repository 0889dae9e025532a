import fc from 'fast-check';
import { expect, test } from 'vitest';
import { world } from './sequences/organisation.ts';
import { begin, play, rollEverythingBack } from './sequences/play.ts';
import { asFarAsPossible, besides, stateOf } from './sequences/state.ts';
import { othersMeanwhile } from './sequences/meanwhile.ts';
import { othersStep } from './sequences/others.ts';
import { ownStep } from './sequences/steps.ts';

/** Runs in the whole suite; more on demand: CAUSEWAY_SEQUENCES=200. A run is one project with a tenant of its own. */
const RUNS = Number(process.env['CAUSEWAY_SEQUENCES'] ?? 10);
const OTHERS_RUNS = Math.max(1, Math.round(RUNS / 2));
/** The same sequences every time in the whole suite; others with every run that asks for more, or the one that is named. */
const SEED = process.env['CAUSEWAY_SEED'] !== undefined ? { seed: Number(process.env['CAUSEWAY_SEED']) } : process.env['CAUSEWAY_SEQUENCES'] === undefined ? { seed: 2026 } : {};
/** Time of one test, milliseconds. */
const LIMIT_MS = 30_000 + RUNS * 20_000;

test('whatever was migrated, changed and taken back: rolling everything back restores the tenant exactly, and a plan applied leaves nothing to plan', async () => {
  await fc.assert(fc.asyncProperty(world, fc.array(ownStep, { minLength: 3, maxLength: 9 }), async (given, steps) => {
    const works = await begin(given);
    const { rig } = works;
    try {
      const before = stateOf(rig);
      const bin = rig.simulator.snapshot();
      for (const one of steps) await play(works, one);
      const others = besides(rig);
      await rollEverythingBack(works);
      expect(asFarAsPossible(stateOf(rig), before)).toEqual(before);
      expect(besides(rig)).toEqual(others);
      const now = rig.simulator.snapshot();
      // The recycle bin holds nothing but what it held, and what roll backs without a purge have left there.
      const known = new Set([...bin.users, ...bin.groups, ...bin.deletedUsers].map((o) => o.id));
      expect([...now.deletedUsers, ...now.deletedGroups].filter((o) => known.has(o.id)).map((o) => o.id)).toEqual([...bin.deletedUsers, ...bin.deletedGroups].map((o) => o.id));
    } finally { await rig.close(); }
  }), { numRuns: RUNS, endOnFailure: true, ...SEED });
}, LIMIT_MS);

test('others work in the tenant meanwhile: a roll back of everything leaves nothing of what was written, restores what nobody else touched, and keeps what others changed since when it is asked to', async () => {
  const step = fc.oneof({ weight: 3, arbitrary: ownStep }, { weight: 2, arbitrary: othersStep });
  await fc.assert(fc.asyncProperty(world, fc.array(step, { minLength: 4, maxLength: 10 }), fc.constantFrom('exact' as const, 'keep changes made since' as const), async (given, steps, mode) => {
    const works = await begin(given);
    try { expect(await othersMeanwhile(works, steps, mode)).toEqual([]); } finally { await works.rig.close(); }
  }), { numRuns: OTHERS_RUNS, endOnFailure: true, ...SEED });
}, LIMIT_MS);
