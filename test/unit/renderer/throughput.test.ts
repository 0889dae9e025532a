import { describe, expect, it } from 'vitest';
import { rateOf, WINDOW_MS, withSample, type Sample } from '../../../renderer/features/statistics/throughput.ts';

const looks = (list: readonly (readonly [at: number, done: number, phase?: string])[]): readonly Sample[] => list.reduce<readonly Sample[]>((samples, [at, done, phase = 'apply']) => withSample(samples, { at, done, phase }), []);

describe('the throughput of a task', () => {
  it('is what was handled per second, once a second has passed', () => {
    expect(rateOf(looks([[0, 0], [500, 20]]), 500)).toBeNull();
    expect(rateOf(looks([[0, 0], [1_000, 40], [2_000, 80]]), 2_000)).toBe(40);
  });
  it('looks back ten seconds, so that a slow-down shows, and sinks while nothing comes', () => {
    const slow = looks([[0, 0], [1_000, 1_000], ...Array.from({ length: 20 }, (_, i): [number, number] => [2_000 + i * 1_000, 1_000 + i])]);
    expect(rateOf(slow, 21_000)).toBeLessThan(3);
    expect(slow.length).toBeLessThanOrEqual(WINDOW_MS / 1_000 + 2);
    expect(rateOf(looks([[0, 0], [1_000, 100]]), 10_000)).toBe(10);
  });
  it('begins anew with each phase, and when a task begins anew', () => {
    expect(rateOf(looks([[0, 0, 'plan'], [5_000, 900, 'plan'], [6_000, 0], [8_000, 20]]), 8_000)).toBe(10);
    expect(rateOf(looks([[0, 500], [1_000, 0], [3_000, 20]]), 3_000)).toBe(10);
  });
});
