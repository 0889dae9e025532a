import { describe, expect, it } from 'vitest';
import { CONTEXT } from '../../../electron/store/store.ts';
import { VARIANTS, guid, sandbox, seeded, source } from './fixture.ts';

const { open } = sandbox();
const named = (name: string): string => `CN=${name},OU=Staff,DC=contoso,DC=example`;

describe.each(VARIANTS)('what must be the same on every database ($name)', (variant) => {
  it('the character U+0000 is dropped, and stays in JSON', async () => {
    const store = await open(variant);
    const { pair } = await seeded(store, 0);
    await store.project.rename('Con\0toso');
    expect((await store.project.get()).name).toBe('Contoso');
    await store.sources.upsertPage(pair.id, [source(1, { name: 'An\0n', dn: named('An\0n'), attributes: { displayName: ['An\0n'] } })], 'run');
    const rows = await store[CONTEXT].db.selectFrom('source').select(['name', 'dn']).execute();
    expect(rows).toEqual([{ name: 'Ann', dn: named('Ann') }]);
    await store.settings.set('odd', 'a\0b');
    expect(await store.settings.get('odd')).toBe('a\0b');
    expect((await store[CONTEXT].db.selectFrom('source').select('id').where('name', '=', 'A\0nn').execute())).toEqual([{ id: guid(1) }]);
  });

  it('text is sorted byte by byte, and numbers are numbers', async () => {
    const store = await open(variant);
    const words = ['b', 'B', 'ä', 'a', '_', 'a b', 'ab', '10', '9', 'é', '\u{1F600}', '\uFF5E'];
    for (const word of words) await store.settings.set(word, 2 ** 52);
    const { db } = store[CONTEXT];
    const keys = (await db.selectFrom('setting').select('key').orderBy('key').execute()).map((row) => row.key);
    expect(keys).toEqual(words.toSorted((x, y) => Buffer.compare(Buffer.from(x), Buffer.from(y))));
    const { n, sum, most } = await db.selectFrom('project').select((eb) => [eb.fn.countAll().as('n'), eb.fn.sum('created_at').as('sum'), eb.fn.max('created_at').as('most')]).executeTakeFirstOrThrow();
    expect([n, typeof sum, sum === most]).toEqual([1, 'number', true]);
  });

  it('bulk paths take rows with one key, nulls, quotes and backslashes, and nothing at all', async () => {
    const store = await open(variant);
    const { db, dialect: { bulk } } = store[CONTEXT];
    const write = { table: 'pair_setting', columns: ['pair_id', 'name', 'value'], key: ['pair_id', 'name'] } as const;
    const row = (name: string, value: string) => ({ pair_id: 'p', name, value });
    const values = async () => Object.fromEntries((await db.selectFrom('pair_setting').selectAll().orderBy('name').execute()).map((found) => [found.name, found.value]));
    const odd = String.raw`{"a":"\"x\\y,{}"} NULL`;
    await db.transaction().execute(async (tx) => {
      await bulk.insert(tx, { ...write, update: ['value'] }, [row('a', '1'), row('b', 'NULL'), row('a', '2')]);
      await bulk.insert(tx, { ...write, update: [] }, [row('a', '3'), row('c', odd), row('d', ''), row('e', 'gone')]);
      expect(await bulk.update(tx, { table: 'pair_setting', key: ['pair_id', 'name'], set: ['value'] }, [row('d', 'x'), row('d', 'y'), row('z', 'nobody')])).toBeLessThan(3);
      expect(await bulk.remove(tx, { table: 'pair_setting', key: ['pair_id', 'name'] }, [{ pair_id: 'p', name: 'e' }, { pair_id: 'p', name: 'none' }])).toBe(1);
      expect(await bulk.insert(tx, { ...write, update: [] }, [])).toBe(0);
    });
    expect(await values()).toEqual({ a: '2', b: 'NULL', c: odd, d: 'y' });
    await db.transaction().execute((tx) => bulk.update(tx, { table: 'agent', key: ['name'], set: ['heartbeat_at', 'host'] }, [{ name: 'Local', heartbeat_at: null, host: 'here' }]));
    expect(await store.agents.list()).toMatchObject([{ heartbeatAt: null, host: 'here' }]);
  });

  it('a statement on its own does not come between what a transaction reads and what it writes', async () => {
    const store = await open(variant);
    await store.settings.set('n', 1);
    let began: () => void = () => {};
    const begun = new Promise<void>((resolve) => { began = resolve; });
    const slow = store.transaction(async (within) => {
      const before = Number(await within.settings.get('n'));
      began();
      await new Promise((resolve) => { setTimeout(resolve, 60); });
      await within.settings.set('n', before + 1);
    });
    await begun;
    const alone = store.settings.set('n', 10);
    await Promise.all([slow, alone]);
    expect(await store.settings.get('n')).toBe(10);
  });

  it('counters never give a number twice, and tell the last one', async () => {
    const store = await open(variant);
    const { pair } = await seeded(store, 1);
    const { db, dialect } = store[CONTEXT];
    const table = (await dialect.shape(db)).find(({ name }) => name === 'task');
    if (table === undefined) throw new Error('no table');
    expect([table.counter, table.key, [...table.refersTo].toSorted(), await dialect.lastNumber(db, table)]).toEqual(['number', ['number'], ['agent', 'pair'], 0]);
    const make = async () => (await store.tasks.create({ pairId: pair.id, collectionId: null, kind: 'Discover', settings: {}, createdBy: 'x' })).id;
    const first = await make();
    await store.tasks.remove(first);
    expect(await dialect.lastNumber(db, table)).toBe(1);
    await dialect.setLastNumber(db, table, 41);
    const id = await make();
    expect(await db.selectFrom('task').select('number').where('id', '=', id).executeTakeFirst()).toEqual({ number: 42 });
    await store.tasks.remove(id);
    await dialect.setLastNumber(db, table, 0);
    await make();
    expect(await db.selectFrom('task').select('number').execute()).toEqual([{ number: 1 }]);
  });
});

describe('tables', () => {
  it('are the same everywhere, each with a key, and in an order in which rows can be inserted', async () => {
    const shapes = [];
    for (const variant of VARIANTS) {
      const store = await open(variant);
      shapes.push(await store[CONTEXT].dialect.shape(store[CONTEXT].db));
    }
    const [first = []] = shapes;
    for (const shape of shapes) expect(shape).toEqual(first);
    expect(first.length).toBeGreaterThan(30);
    for (const [i, table] of first.entries()) {
      expect(table.key.length, table.name).toBeGreaterThan(0);
      for (const name of table.refersTo) expect(first.findIndex((other) => other.name === name), `${table.name} before ${name}`).toBeLessThan(i);
    }
  });
});
