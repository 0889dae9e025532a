import { sql } from 'kysely';
import { describe, expect, it } from 'vitest';
import { createProject, moveProject, openProject, type JournalIntent, type Store } from '../../../electron/store/index.ts';
import { linkHash } from '../../../electron/store/evidence-chain.ts';
import { CONTEXT } from '../../../electron/store/store.ts';
import { NO_POSTGRES, PAIR, VARIANTS, guid, operation, sandbox } from './fixture.ts';

const { open, place, keep } = sandbox();
/** Half a surrogate pair, U+0000, and what JSON and SQL write in a special way: text that databases do not keep as it is sent. */
const ODD = 'ä\u{1F600}\0\uD800 it\'s "\\"';

const intent = (taskId: string, n: number, more: Partial<JournalIntent> = {}): JournalIntent => ({
  id: guid(n, 11), taskId, planId: guid(1, 4), operationId: guid(n, 9), sourceId: guid(n), targetId: guid(n, 7), kind: 'update', operation: operation(n, { name: ODD }), before: { attributes: { city: [ODD] } }, intentAt: 1_000 + n, ...more,
});

const taskOf = async (store: Store, pairId: string): Promise<string> => (await store.tasks.create({ pairId, collectionId: null, kind: 'Migrate', settings: {}, createdBy: 'x' })).id;
const event = (pairId: string | null, subject: string) => ({ pairId, collectionId: null, taskId: null, kind: 'settings changed' as const, actor: 'Ada', at: 5, subject, detail: '{}' });

/** Entries of every kind: settled with and without an object of its own, taken back as a whole, in part, in part and then otherwise, and one that is open. */
async function filled(store: Store): Promise<{ readonly pairId: string; readonly taskId: string }> {
  const pair = await store.pairs.create(PAIR);
  const taskId = await taskOf(store, pair.id);
  await store.journal.intend([intent(taskId, 1, { kind: 'create', targetId: null, before: null }), intent(taskId, 2), intent(taskId, 3)]);
  await store.journal.settle([{ id: guid(1, 11), outcome: 'done', targetId: guid(1, 7), message: ODD, at: 2_000 }, { id: guid(2, 11), outcome: 'failed', message: 'no', at: 2_001 }]);
  await store.evidence.record(event(pair.id, ODD));
  await store.journal.intend([intent(taskId, 4), intent(taskId, 5)]);
  await store.transaction(async (tx) => {
    await tx.journal.settle([{ id: guid(3, 11), outcome: 'done', message: '', at: 2_002, references: [{ sourceId: guid(8), name: ODD, targetId: guid(8, 7) }] }, { id: guid(4, 11), outcome: 'done', message: '', at: 2_003 }]);
    await tx.evidence.record(event(null, 'two'));
  });
  // The same once more changes nothing, and adds no link.
  await store.journal.settle([{ id: guid(3, 11), outcome: 'done', message: '', at: 9_999 }]);
  await store.journal.markUndone([guid(1, 11), guid(99, 11)], guid(1, 3));
  await store.journal.markUndone([guid(1, 11)], guid(2, 3));
  await store.journal.markValuesUndone([{ id: guid(3, 11), values: ['city'] }]);
  await store.journal.markValuesUndone([{ id: guid(3, 11), values: ['city', 'state'], left: ['state'] }]);
  return { pairId: pair.id, taskId };
}

const verdict = async (store: Store, heads: readonly string[] = []) => (await store.evidence.check(heads)).problems.map(({ kind, subject }) => [kind, subject]);

describe.each(VARIANTS)('the chain of evidence ($name)', (variant) => {
  it('is sound over intents, outcomes, what was taken back and events, also when the project begins with none', async () => {
    const store = await open(variant);
    expect(await store.evidence.check([])).toEqual({ links: 0, entries: 0, events: 0, head: null, problems: [], total: 0 });
    await filled(store);
    const check = await store.evidence.check([]);
    expect(check).toMatchObject({ links: 10, entries: 5, events: 2, head: await store.evidence.head(), problems: [], total: 0 });
    expect(await verdict(store, [check.head?.hash ?? ''])).toEqual([]);
    expect(await verdict(store, ['x'.repeat(43)])).toEqual([['head not found', 'x'.repeat(43)]]);
  });

  it('keeps what a transaction that fails had added out of it', async () => {
    const store = await open(variant);
    const { taskId } = await filled(store);
    const before = await store.evidence.head();
    await expect(store.transaction(async (tx) => {
      await tx.journal.settle([{ id: guid(5, 11), outcome: 'done', message: '', at: 3_000 }]);
      await tx.evidence.record(event(null, 'gone'));
      throw new Error('stop');
    })).rejects.toThrow('stop');
    await expect(store.journal.intend([intent(taskId, 6), intent(taskId, 1)])).rejects.toThrow('already');
    expect(await store.evidence.head()).toEqual(before);
    expect(await verdict(store)).toEqual([]);
  });

  it('finds every change of a column of the journal and of the events', async () => {
    const store = await open(variant);
    await filled(store);
    const { db, dialect } = store[CONTEXT];
    for (const name of ['journal', 'evidence_event'] as const) {
      const table = (await dialect.shape(db)).find((one) => one.name === name);
      for (const id of name === 'journal' ? [1, 2, 3, 4, 5].map((n) => guid(n, 11)) : (await db.selectFrom('evidence_event').select('id').execute()).map((row) => row.id)) {
        for (const column of table?.columns ?? []) {
          const [field, whole] = [sql.ref(column.name), sql.table(name)];
          const [was] = (await sql<{ v: string | number | null }>`select ${field} as v from ${whole} where id = ${id}`.execute(db)).rows;
          const other = column.type === 'integer' ? Number(was?.v ?? 0) + 40 : `${was?.v ?? ''}x`;
          await sql`update ${whole} set ${field} = ${other} where id = ${id}`.execute(db);
          const found = await verdict(store);
          await sql`update ${whole} set ${field} = ${was?.v ?? null} where id = ${column.name === 'id' ? other : id}`.execute(db);
          expect([id, column.name, found.length > 0]).toEqual([id, column.name, true]);
          expect(await verdict(store)).toEqual([]);
        }
      }
    }
  });

  it('finds every change of a link, and says which', async () => {
    const store = await open(variant);
    await filled(store);
    const { db } = store[CONTEXT];
    for (const link of await db.selectFrom('evidence_link').selectAll().orderBy('number').execute()) {
      for (const other of [{ at: link.at + 1 }, { event: 'odd' }, { event: 'removed' }, { pair_id: 'p' }, { marks: '{"marks":[]}' }, { marks: 'x' }, { previous: 'y' }, { hash: 'z' }]) {
        await db.updateTable('evidence_link').set(other).where('number', '=', link.number).execute();
        const { problems } = await store.evidence.check([]);
        expect([link.number, other, problems.some((one) => one.kind === 'link altered' && one.link === link.number)]).toEqual([link.number, other, true]);
        // With its own hash made anew, the next link does not follow it; of the last one the head that was written down tells.
        const { hash: _, ...row } = await db.selectFrom('evidence_link').selectAll().where('number', '=', link.number).executeTakeFirstOrThrow();
        await db.updateTable('evidence_link').set({ hash: linkHash(row) }).where('number', '=', link.number).execute();
        if (!('hash' in other)) expect((await store.evidence.check([link.hash])).problems.map((one) => one.kind)).toContain('head not found');
        await db.updateTable('evidence_link').set(link).where('number', '=', link.number).execute();
        expect(await verdict(store)).toEqual([]);
      }
    }
  });

  it('finds entries, events and links that were removed, added or put in another order', async () => {
    const store = await open(variant);
    const { taskId } = await filled(store);
    const { db } = store[CONTEXT];
    const tampered = async (change: () => Promise<unknown>): Promise<readonly (readonly string[])[]> => {
      const rows = [await db.selectFrom('journal').selectAll().execute(), await db.selectFrom('evidence_event').selectAll().execute(), await db.selectFrom('evidence_link').selectAll().execute()] as const;
      const { hash } = await store.evidence.head() ?? { hash: '' };
      await change();
      const found = await verdict(store, [hash]);
      for (const [i, name] of (['journal', 'evidence_event', 'evidence_link'] as const).entries()) {
        await db.deleteFrom(name).execute();
        await db.insertInto(name).values(rows[i] as never).execute();
      }
      expect(await verdict(store)).toEqual([]);
      return found;
    };
    const [first] = await db.selectFrom('journal').selectAll().where('id', '=', guid(2, 11)).execute();
    if (first === undefined) throw new Error('no entry');
    for (let n = 1; n <= 5; n += 1) expect(await tampered(() => db.deleteFrom('journal').where('id', '=', guid(n, 11)).execute())).toContainEqual(['entry removed', guid(n, 11)]);
    expect(await tampered(() => db.insertInto('journal').values({ ...first, number: 70, id: guid(7, 11) }).execute())).toEqual([['entry without a link', guid(7, 11)], ['entry without a link', guid(7, 11)]]);
    expect(await tampered(() => db.updateTable('journal').set({ id: guid(7, 11) }).where('id', '=', guid(5, 11)).execute())).toEqual([['entry removed', guid(5, 11)], ['entry without a link', guid(7, 11)]]);
    expect(await tampered(() => db.updateTable('journal').set({ outcome: 'done', settled_at: 7 }).where('id', '=', guid(5, 11)).execute())).toEqual([['entry without a link', guid(5, 11)]]);
    expect(await tampered(() => db.updateTable('journal').set({ undone_by: 'x' }).where('id', '=', guid(2, 11)).execute())).toEqual([['entry without a link', guid(2, 11)]]);
    expect(await tampered(() => db.updateTable('journal').set({ undone_by: null }).where('id', '=', guid(1, 11)).execute())).toEqual([['entry altered', guid(1, 11)]]);
    expect(await tampered(() => db.updateTable('journal').set({ undone_by: guid(1, 3) }).where('id', '=', guid(1, 11)).execute())).toEqual([['entry altered', guid(1, 11)]]);
    expect(await tampered(async () => {
      await db.updateTable('journal').set({ number: 900 }).where('id', '=', guid(2, 11)).execute();
      await db.updateTable('journal').set({ number: 2 }).where('id', '=', guid(3, 11)).execute();
      await db.updateTable('journal').set({ number: 3 }).where('id', '=', guid(2, 11)).execute();
    })).toContainEqual(['out of order', guid(3, 11)]);
    const [one] = await db.selectFrom('evidence_event').selectAll().orderBy('number').execute();
    if (one === undefined) throw new Error('no event');
    expect(await tampered(() => db.deleteFrom('evidence_event').where('id', '=', one.id).execute())).toEqual([['event removed', one.id]]);
    expect(await tampered(() => db.insertInto('evidence_event').values({ ...one, number: 9, id: 'e' }).execute())).toEqual([['event without a link', 'e']]);
    for (let n = 1; n <= 10; n += 1) {
      const found = await tampered(() => db.deleteFrom('evidence_link').where('number', '=', n).execute());
      expect([n, found.map(([kind]) => kind)]).toEqual([n, expect.arrayContaining([n === 10 ? 'head not found' : 'link removed']) as string[]]);
    }
    expect((await tampered(() => db.deleteFrom('evidence_link').where('number', '>', 8).execute())).map(([kind]) => kind)).toContain('head not found');
    expect((await tampered(() => db.deleteFrom('evidence_link').execute())).filter(([kind]) => kind === 'entry without a link').length).toBeGreaterThan(4);
    expect(await verdict(store)).toEqual([]);
    await store.journal.intend([intent(taskId, 6)]);
    expect(await verdict(store)).toEqual([]);
  });

  it('begins with what the journal of an older project holds, whatever is written first', async () => {
    for (const write of [
      async (store: Store, taskId: string) => { await store.journal.intend([intent(taskId, 6), intent(taskId, 7)]); },
      async (store: Store) => { await store.journal.settle([{ id: guid(5, 11), outcome: 'done', message: '', at: 7 }]); },
      async (store: Store) => { await store.journal.markUndone([guid(2, 11)], guid(1, 3)); },
      async (store: Store) => { await store.journal.markValuesUndone([{ id: guid(4, 11), values: ['city'] }]); },
      async (store: Store) => { await store.evidence.record(event(null, 'first')); },
    ]) {
      const store = await open(variant);
      const { pairId, taskId } = await filled(store);
      const { db } = store[CONTEXT];
      await db.deleteFrom('evidence_link').execute();
      await db.deleteFrom('evidence_event').execute();
      await write(store, taskId);
      expect(await verdict(store)).toEqual([]);
      await db.updateTable('journal').set({ message: 'other' }).where('id', '=', guid(1, 11)).execute();
      expect(await verdict(store)).toEqual([['entry altered', guid(1, 11)]]);
      await store.pairs.remove(pairId);
      expect(await verdict(store)).toEqual([]);
    }
  });

  it('outlives its pair, and does not let others say so', async () => {
    const store = await open(variant);
    const { pairId } = await filled(store);
    const other = await store.pairs.create({ ...PAIR, name: 'Fabrikam' });
    const taskId = await taskOf(store, other.id);
    await store.journal.intend([intent(taskId, 21), intent(taskId, 22)]);
    await store.journal.settle([{ id: guid(21, 11), outcome: 'done', message: '', at: 3_000 }]);
    await store.pairs.remove(pairId);
    expect(await store.evidence.check([])).toMatchObject({ entries: 2, events: 2, problems: [], total: 0 });
    await store[CONTEXT].db.deleteFrom('journal').where('pair_id', '=', other.id).execute();
    expect(await verdict(store)).toEqual([['entry removed', guid(21, 11)], ['entry removed', guid(22, 11)]]);
  });

  it('follows those who write while it is read', async () => {
    const store = await open(variant);
    const { taskId } = await filled(store);
    let done = false;
    const writing = (async () => {
      for (let n = 100; n < 130; n += 1) {
        await store.journal.intend([intent(taskId, n)]);
        await store.journal.settle([{ id: guid(n, 11), outcome: 'done', message: '', at: n }]);
        await store.journal.markUndone([guid(n, 11)], guid(1, 3));
      }
      done = true;
    })();
    let checks = 0;
    while (!done) { expect(await verdict(store)).toEqual([]); checks += 1; }
    await writing;
    expect(checks).toBeGreaterThan(0);
    expect(await store.evidence.check([])).toMatchObject({ entries: 35, problems: [] });
  });
});

describe.skipIf(NO_POSTGRES)('a project that moves', () => {
  it('takes its chain along, from a file to PostgreSQL and back, and goes on with it', async () => {
    const first = keep(await createProject({ file: await place('file'), name: 'Test', demo: false }));
    const { taskId } = await filled(first);
    const head = await first.evidence.head();
    const address = await place('PostgreSQL');
    await first.settings.set('odd', ODD);
    await moveFor(first, taskId, address);
    const second = keep(await openProject(address));
    expect(await second.evidence.head()).toEqual(head);
    expect(await verdict(second, [head?.hash ?? ''])).toEqual([]);
    await second.journal.settle([{ id: guid(5, 11), outcome: 'unchanged', message: ODD, at: 4_000 }]);
    await second.journal.intend([intent(taskId, 6, { targetId: null })]);
    const file = await place('file');
    await moveFor(second, taskId, file);
    const third = keep(await openProject(file));
    await third.journal.settle([{ id: guid(6, 11), outcome: 'done', targetId: guid(6, 7), message: '', at: 4_000 }]);
    expect(await third.evidence.check([head?.hash ?? ''])).toMatchObject({ links: 13, entries: 6, problems: [] });
  });
});

async function moveFor(store: Store, taskId: string, to: string): Promise<void> {
  await store.tasks.update(taskId, { state: 'Completed' });
  await moveProject(store, to);
}
