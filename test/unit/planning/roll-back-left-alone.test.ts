import { describe, expect, test } from 'vitest';
import type { Step } from './sequence-steps.ts';
import { Project } from './sequences.ts';
import { see } from './timeline.ts';
import type { World } from './world.ts';

/** One account of the tenant, `t0`, which comes after the four strangers. */
const ANN: World = {
  users: [{ attributes: { displayName: ['Ann'] }, country: '', disabled: false, manager: null, there: { displayName: ['Anne'] }, oldManager: null, deleted: false, mailbox: false, holders: [], heldBefore: [], licensed: false }],
  groups: [], contacts: [], strangers: 4, remove: 'never',
};
const migrate: Step = { kind: 'migrate', which: 1, rules: { own: [], silent: [] }, licences: [] };
/** Somebody else gives Ann a display name that nobody has had so far. */
const rename: Step = { kind: 'others', who: 4, what: 1, whom: 2 };
const remove: Step = { kind: 'others', who: 4, what: 0, whom: 0 };
const back = (task: number, mode: 'exact' | 'keep changes made since'): Step => ({ kind: 'roll back', of: 'task', task, who: 0, value: 0, mode, later: false, flip: 0 });

describe('a later migration is rolled back while its object lies in the recycle bin, and stays there by decision', () => {
  const play = (...steps: readonly Step[]): Project => {
    const project = new Project(ANN);
    for (const step of steps) project.run(step);
    return project;
  };
  /** Ann, Anne before, is renamed by others between two migrations, which both write the same name. */
  const left = (): Project => play(migrate, rename, migrate, remove, back(1, 'keep changes made since'));

  test('what others had written before it is shown when the earlier one is rolled back too, and exact goes past it', () => {
    const project = left();
    expect(project.journal.map((entry) => [entry.taskId, entry.values.size > 0])).toEqual([['task 1', true], ['task 2', false]]);
    project.rollEverythingBack('exact');
    expect(project.shown.at(-1)?.filter((one) => one.attribute === 'displayName')).toMatchObject([{ before: ['Anne'], written: ['Ann'], between: { values: ['v1'] }, overwritten: true }]);
    expect([see(project.model, 't0 '), see(project.model, 't0 displayName')]).toEqual(['live', '["Anne"]']);
  });

  test('keeping goes back to what others had, when they brought the object back themselves', () => {
    const project = left();
    project.bringBack('t0');
    project.rollEverythingBack('keep changes made since');
    expect(see(project.model, 't0 displayName')).toBe('["v1"]');
  });

  test('what the later one had left is not taken for the work of others', () => {
    const project = play(migrate, { kind: 'source', who: 0, what: 1 }, migrate, remove, back(1, 'keep changes made since'));
    project.bringBack('t0');
    project.rollEverythingBack('keep changes made since');
    expect(project.shown.at(-1)).toEqual([]);
    expect(see(project.model, 't0 displayName')).toBe('["Anne"]');
  });

  test('once the value was written back, what lay on top of it counts no more', () => {
    const project = play(migrate, { kind: 'source', who: 0, what: 1 }, migrate, rename, migrate, remove, back(2, 'keep changes made since'));
    project.bringBack('t0');
    project.run(back(1, 'exact'));
    expect(see(project.model, 't0 displayName')).toBe('["Ann"]');
    project.rollEverythingBack('exact');
    expect(project.shown.map((conflicts) => conflicts.filter((one) => one.attribute === 'displayName').length)).toEqual([0, 1, 0]);
    expect(see(project.model, 't0 displayName')).toBe('["Anne"]');
  });
});
