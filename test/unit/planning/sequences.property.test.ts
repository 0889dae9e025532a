import fc from 'fast-check';
import { expect, test } from 'vitest';
import { targetAttribute } from '../../../shared/rules/target-attributes.ts';
import { anyStep, ownStep, type Step } from './sequence-steps.ts';
import { Project } from './sequences.ts';
import { keysOf, see } from './timeline.ts';
import { world, type World } from './world.ts';

/** More runs on demand: CAUSEWAY_RUNS=100000. */
const RUNS = Number(process.env['CAUSEWAY_RUNS'] ?? 200);
/** The whole suite is steady: the same seed each time unless runs or a seed are asked for (CAUSEWAY_SEED=1). */
const SEED = process.env['CAUSEWAY_SEED'] ?? (process.env['CAUSEWAY_RUNS'] === undefined ? '20261121' : undefined);
const PARAMETERS = { numRuns: RUNS, ...(SEED === undefined ? {} : { seed: Number(SEED) }) };
/** Time of one test, milliseconds. */
const LIMIT_MS = 20_000 + RUNS * 100;

const play = (given: World, steps: readonly Step[]): Project => {
  const project = new Project(given);
  for (const step of steps) project.run(step);
  return project;
};

test('whatever was migrated, changed and taken back in parts: rolling everything back leaves the tenant as it was', () => {
  fc.assert(fc.property(world, fc.array(ownStep, { maxLength: 12 }), fc.constantFrom('exact' as const, 'keep changes made since' as const), (given, steps, mode) => {
    const project = play(given, steps);
    project.rollEverythingBack(mode);
    for (const [id, object] of project.model) {
      if (!project.start.has(id)) { expect(object.deleted).toBe(true); continue; }
      for (const key of new Set([...keysOf(project.start, id), ...keysOf(project.model, id)])) {
        if (!project.stuck.has(key)) expect(`${key} = ${see(project.model, key)}`).toBe(`${key} = ${see(project.start, key)}`);
      }
    }
    // Only what Graph cannot make empty again may stay behind.
    for (const key of project.stuck) expect(targetAttribute('user', key.split(' ')[1] ?? '')?.clearable ?? false, key).toBe(false);
  }), PARAMETERS);
}, LIMIT_MS);

test('others work in the tenant meanwhile: each value goes where the line of its writes says, under both choices', () => {
  fc.assert(fc.property(world, fc.array(anyStep, { maxLength: 14 }), fc.constantFrom('exact' as const, 'keep changes made since' as const), (given, steps, mode) => {
    const project = play(given, steps);
    project.rollEverythingBack(mode);
    expect(project.journal.filter((entry) => entry.values.size > 0)).toEqual([]);
  }), PARAMETERS);
}, LIMIT_MS);
