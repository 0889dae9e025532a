import { describe, expect, it } from 'vitest';
import { collect, sandbox, seeded, source } from './fixture.ts';

const { open } = sandbox();
const COUNT = 100_000;

/** Times are printed, not asserted: machines differ. What is asserted is that nothing is lost at this size. */
describe('100,000 objects', () => {
  it('stores, stores again, walks and pages them', { timeout: 180_000 }, async () => {
    const store = await open();
    const { pair, collectionId } = await seeded(store, 0);
    const figures: string[] = [];
    const lap = (() => {
      let last = performance.now();
      return (what: string): void => {
        const now = performance.now();
        figures.push(`${what} ${(now - last).toFixed(0)} ms`);
        last = performance.now();
      };
    })();
    const pages = Array.from({ length: COUNT / 1000 }, (_, p) => Array.from({ length: 1000 }, (__, i) => source(p * 1000 + i + 1, { links: { manager: ['CN=Boss,DC=contoso,DC=example'] } })));
    lap('made in memory');
    let written = 0;
    for (const page of pages) written += (await store.sources.upsertPage(pair.id, page, 'run 1')).written;
    expect(written).toBe(COUNT);
    lap('stored new');
    let unchanged = 0;
    for (const page of pages) unchanged += (await store.sources.upsertPage(pair.id, page, 'run 2')).unchanged;
    expect(unchanged).toBe(COUNT);
    lap('stored unchanged');
    const added = await store.collections.addMembers(collectionId, pages.flat().map((object) => object.id));
    expect(added.added).toBe(COUNT);
    lap('added to a collection');
    expect(await collect(store.sources.iterate(pair.id, { collectionId }))).toHaveLength(COUNT);
    lap('walked with links');
    const first = await store.collections.pageObjects({ collectionId });
    lap('first page with total');
    expect(first.total).toBe(COUNT);
    let worst = 0;
    let seen = first.rows.length;
    for (let after = first.next; after !== null;) {
      const from = performance.now();
      const page = await store.collections.pageObjects({ collectionId, after });
      worst = Math.max(worst, performance.now() - from);
      seen += page.rows.length;
      after = page.next;
    }
    expect(seen).toBe(COUNT);
    lap(`all pages by name, worst ${worst.toFixed(1)} ms`);
    expect((await store.collections.pageObjects({ collectionId, sort: 'status', direction: 'descending' })).total).toBe(COUNT);
    lap('page by status');
    expect((await store.collections.pageObjects({ collectionId, search: 'person 09999' })).total).toBe(10);
    lap('search');
    expect((await store.collections.statistics({ collectionId })).total).toBe(COUNT);
    lap('statistics');
    expect((await store.pairs.list())[0]?.sourceObjects).toBe(COUNT);
    lap('pairs with counts');
    expect((await store.sources.markMissing(pair.id, 'run 3', Date.now() + 1)).missing).toBe(COUNT);
    lap('marked missing');
    console.log(`100,000 objects: ${figures.join(', ')}`);
  });
});
