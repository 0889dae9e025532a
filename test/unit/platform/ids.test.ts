import { describe, expect, it } from 'vitest';
import { orderedId } from '../../../electron/platform/index.ts';

describe('ids that sort by time', () => {
  it('have the form of a UUID of version 7 and the time in front', () => {
    // The example of RFC 9562, appendix A.6: 2022-02-22T19:22:22.000Z.
    const id = orderedId(0x017f22e279b0);
    expect(id).toMatch(/^017f22e2-79b0-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
  });
  it('sort as they were made', () => {
    const ids = [1, 2, 999, 1_000_000_000_000, 1_900_000_000_000].map(orderedId);
    expect(ids.toSorted()).toEqual(ids);
  });
  it('differ within a millisecond', () => {
    expect(new Set(Array.from({ length: 10_000 }, () => orderedId(1))).size).toBe(10_000);
  });
});
