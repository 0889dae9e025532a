import { describe, expect, it } from 'vitest';
import { readParts, type PartOf } from '../../../renderer/ui/save-parts.ts';

/** An export of many parts; `sent` tells what was asked for. */
function source(count: number): { readonly sent: (string | null)[]; readonly part: PartOf } {
  const sent: (string | null)[] = [];
  return {
    sent, part: async (after, _signal, done) => {
      sent.push(after);
      const n = Number(after ?? 0) + 1;
      return await Promise.resolve({ fileName: 'plan.csv', mediaType: 'text/csv', text: `${n}: ${done}\r\n`, next: n < count ? String(n) : null, done: done + 10, total: count * 10 });
    },
  };
}

describe('reading an export in the window', () => {
  it('keeps each part by itself, as it came and in order, and tells how far it is', async () => {
    const { part } = source(200);
    const told: number[] = [];
    const file = await readParts(part, new AbortController().signal, ({ done, total }) => { told.push(done); expect(total).toBe(2_000); });
    expect([file.fileName, file.mediaType, file.parts.length]).toEqual(['plan.csv', 'text/csv', 200]);
    expect(Math.max(...file.parts.map((one) => one.size))).toBeLessThan(20);
    expect(told).toEqual(Array.from({ length: 199 }, (_, i) => (i + 1) * 10));
    expect((await new Blob([...file.parts]).text()).split('\r\n').slice(0, 3)).toEqual(['1: 0', '2: 10', '3: 20']);
  });

  it('stops between two parts when it is cancelled', async () => {
    const { part, sent } = source(200);
    const abort = new AbortController();
    await expect(readParts(part, abort.signal, ({ done }) => { if (done === 30) abort.abort(); })).rejects.toThrow('aborted');
    expect(sent.length).toBe(3);
  });
});
