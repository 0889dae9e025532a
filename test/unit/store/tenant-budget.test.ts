import { describe, expect, it } from 'vitest';
import { createProject, openProject } from '../../../electron/store/index.ts';
import { sandbox, SHARED, VARIANTS } from './fixture.ts';

const PACE = { perSecond: 20, burst: 100 };
const NOW = 1_700_000_000_000;
const { open, keep, place } = sandbox();

describe.each(VARIANTS)('the limits that agents share, on $name', (variant) => {
  it('are unknown until somebody is throttled, tenant by tenant and resource by resource', async () => {
    const { tenantBudget } = await open(variant);
    expect(await tenantBudget.get('a')).toBeUndefined();
    expect(await tenantBudget.reserve('a', 'writes', { count: 20, ...PACE }, NOW)).toBeNull();
    await tenantBudget.pause('a', 'writes', NOW + 5_000, NOW);
    expect(await tenantBudget.get('a')).toEqual({ pausedUntil: NOW + 5_000, toldAt: { writes: NOW, units: null } });
    expect(await tenantBudget.get('b')).toBeUndefined();
    expect(await tenantBudget.reserve('a', 'units', { count: 20, ...PACE }, NOW)).toBeNull();
  });

  it('keep the later of two pauses, whoever tells first', async () => {
    const { tenantBudget } = await open(variant);
    await tenantBudget.pause('a', 'writes', NOW + 9_000, NOW);
    await tenantBudget.pause('a', 'units', NOW + 4_000, NOW + 1_000);
    expect(await tenantBudget.get('a')).toEqual({ pausedUntil: NOW + 9_000, toldAt: { writes: NOW, units: NOW + 1_000 } });
    await tenantBudget.pause('a', 'writes', NOW + 12_000, NOW + 2_000);
    expect((await tenantBudget.get('a'))?.pausedUntil).toBe(NOW + 12_000);
    expect(await tenantBudget.reserve('a', 'writes', { count: 1, ...PACE }, NOW)).toBe(NOW + 12_000);
    expect(await tenantBudget.reserve('a', 'units', { count: 1, ...PACE }, NOW)).toBe(NOW + 4_000);
  });

  it('flow on at their rate after the pause, and gather up to a full bucket while nobody takes', async () => {
    const { tenantBudget } = await open(variant);
    await tenantBudget.pause('a', 'writes', NOW, NOW);
    const starts = [];
    for (let i = 0; i < 3; i += 1) starts.push(await tenantBudget.reserve('a', 'writes', { count: 40, ...PACE }, NOW));
    expect(starts).toEqual([NOW, NOW + 2_000, NOW + 4_000]);
    // An hour later: a hundred at once, which is five seconds' worth, and no more.
    expect(await tenantBudget.reserve('a', 'writes', { count: 40, ...PACE }, NOW + 3_600_000)).toBe(NOW + 3_600_000 - 5_000);
  });
});

describe.each(SHARED)('two processes on $name', (variant) => {
  it('never get the same part of a budget', async () => {
    const file = await place(variant.on);
    const one = keep(await createProject({ file, name: 'Shared', demo: false }));
    const two = keep(await openProject(file));
    await one.tenantBudget.pause('a', 'writes', NOW, NOW);
    const starts = await Promise.all(Array.from({ length: 40 }, (_, i) => (i % 2 === 0 ? one : two).tenantBudget.reserve('a', 'writes', { count: 20, ...PACE }, NOW)));
    expect(starts.toSorted((a, b) => (a ?? 0) - (b ?? 0))).toEqual(Array.from({ length: 40 }, (_, i) => NOW + i * 1_000));
  });
});
