import { describe, expect, it } from 'vitest';
import { ordered, rangeKeys } from '../../../renderer/ui/grid-selection.ts';
import { PAGE_SIZE, readRange, type Page } from '../../../renderer/ui/read-range.ts';

const key = (row: string) => row;

describe('the keys of a range', () => {
  it('are those of the rows between two indexes, in either direction', () => {
    const rows = ['a', 'b', 'c', 'd'];
    expect(rangeKeys(3, 1, (i) => rows[i], key)).toEqual(['b', 'c', 'd']);
    expect(rangeKeys(1, 3, (i) => rows[i], key)).toEqual(['b', 'c', 'd']);
    expect(ordered(7, 2)).toEqual([2, 7]);
  });

  it('are not known while one row is not read: a part never passes for the whole', () => {
    const rows = ['a', undefined, 'c', 'd'];
    expect(rangeKeys(3, 0, (i) => rows[i], key)).toBeUndefined();
    expect(rangeKeys(3, 2, (i) => rows[i], key)).toEqual(['c', 'd']);
  });
});

describe('reading a range', () => {
  const all = Array.from({ length: 1_150 }, (_, i) => `row ${i}`);
  /** A channel whose cursor is the number of the next row; counts what it was asked for. */
  const channel = () => {
    const asked: (string | null)[] = [];
    const readPage = async (after: string | null): Promise<Page<string>> => {
      asked.push(after);
      const from = Number(after ?? 0);
      return { rows: all.slice(from, from + PAGE_SIZE), next: from + PAGE_SIZE < all.length ? String(from + PAGE_SIZE) : null, total: all.length };
    };
    return { asked, readPage };
  };
  const cursors = [null, '200', '400', '600', '800', '1000'];

  it('gives every row from the tenth to the thousandth although only some pages were on screen', async () => {
    const { readPage } = channel();
    const found: number[] = [];
    expect(await readRange(9, 999, { cursors, readPage, onProgress: (n) => found.push(n) })).toEqual(all.slice(9, 1_000));
    expect(found).toEqual([191, 391, 591, 791, 991]);
  });

  it('reads only the pages that hold the range', async () => {
    const { asked, readPage } = channel();
    expect(await readRange(450, 599, { cursors, readPage })).toEqual(all.slice(450, 600));
    expect(asked).toEqual(['400']);
  });

  it('walks on where no cursor is known yet, to the end of the list', async () => {
    const { asked, readPage } = channel();
    expect(await readRange(700, 1_149, { cursors: [null, '200'], readPage })).toEqual(all.slice(700));
    expect(asked).toEqual(['200', '400', '600', '800', '1000']);
  });

  it('ends where the list ends when it has become shorter', async () => {
    const { readPage } = channel();
    expect(await readRange(1_100, 5_000, { cursors, readPage })).toEqual(all.slice(1_100));
  });

  it('fails as a whole when a page cannot be read', async () => {
    const { readPage } = channel();
    await expect(readRange(0, 999, { cursors, readPage: async (after) => { if (after === '400') throw new Error('gone'); return await readPage(after); } })).rejects.toThrow('gone');
  });
});
