import fc from 'fast-check';
import { expect, test } from 'vitest';
import { planRollback } from '../../../electron/engines/planning/index.ts';
import { aboutIn, carryOutAll, counter, planAll } from './model.ts';
import type { Model } from './model.ts';
import { build, world } from './world.ts';

test('a plan carried out leaves nothing to plan', () => {
  fc.assert(fc.property(world, (given) => {
    const { sources, model, matches } = build(given);
    const more = { removeMembers: given.remove, knownTarget: (id: string) => id.startsWith('s0'), about: aboutIn(model, matches) };
    const first = planAll(sources, model, matches, more);
    const { ids } = carryOutAll(model, first.operations);
    const second = planAll(sources, model, new Map([...matches, ...ids]), more);
    expect(second.operations).toEqual([]);
    expect(second.counts).toMatchObject({ operations: 0, unchanged: sources.length, skipped: 0 });
  }), { numRuns: 300 });
});

/** State without what the recycle bin and purges leave, and without order where there is none. */
const view = (model: Model, without: ReadonlySet<string>): unknown => [...model.values()].filter((object) => object.id[0] !== 'n').map((object) => ({
  ...object, attributes: Object.fromEntries(Object.entries(object.attributes).filter(([name]) => !without.has(`${object.id} ${name}`)).toSorted(([a], [b]) => (a < b ? -1 : 1))),
  links: { manager: object.links['manager'] ?? [], members: [...(object.links['members'] ?? [])].toSorted(), fullAccess: [...(object.links['fullAccess'] ?? [])].toSorted() },
}));

test('a plan and its roll back leave the tenant as it was', () => {
  fc.assert(fc.property(world, fc.boolean(), (given, purge) => {
    const { sources, model, matches } = build(given);
    const start = new Map(model);
    const plan = planAll(sources, model, matches, { removeMembers: given.remove, knownTarget: (id) => id.startsWith('s0'), about: aboutIn(model, matches) });
    const { journal } = carryOutAll(model, plan.operations);
    const rollback = planRollback(journal, model, { mode: 'exact', purge, newId: counter('rb') });
    expect(rollback.conflicts).toEqual([]);
    carryOutAll(model, rollback.operations);
    const stuck = new Set(rollback.impossible.map((one) => `${one.targetId} ${one.attribute}`));
    // Only what Graph cannot take back may remain, and the plan said so beforehand.
    expect(stuck.size).toBe(plan.counts.irreversible);
    expect(view(model, stuck)).toEqual(view(start, stuck));
    const made = [...model.values()].filter((object) => object.id.startsWith('new'));
    // Exchange Online has no recycle bin that could be emptied.
    const keptAtExchange = new Set(rollback.operations.filter((one) => one.service === 'exchange').map((one) => one.targetId));
    expect(made.every((object) => object.deleted && (!purge || keptAtExchange.has(object.id)))).toBe(true);
  }), { numRuns: 300 });
});
