import { describe, expect, it } from 'vitest';
import type { WriteRecord } from '../../../electron/simulator/index.ts';
import { audit, type Books } from './once.ts';

type Entry = Books['entries'][number];
type Operation = Books['operations'][number];
const operation = (id: string, kind: Operation['kind'], outcome: Operation['outcome'] = 'done') => ({ id, kind, outcome, name: id, references: [] as Operation['references'] }) as Operation;
const entry = (id: string, of: Operation, outcome: Entry['outcome'] = 'done') => ({ id, operationId: of.id, kind: of.kind, outcome, operation: of }) as unknown as Entry;
const write = (number: number, id: string | null, more: Partial<WriteRecord> = {}): WriteRecord => ({ number, id, method: 'POST', path: `/users/${number}`, created: null, names: [], ...more });

const [ann, sales] = [operation('ann', 'create'), operation('sales', 'add members')];
const books: Books = { entries: [entry('i1', ann), entry('i2', sales)], operations: [ann, sales] };
const bind = { path: '/groups/g', names: ['m1', 'm2'] };

describe('the audit of a fleet', () => {
  it('has nothing to say when each operation took effect once, also one that was sent anew after a look', () => {
    expect(audit([write(1, 'i1'), write(2, 'i2', bind)], books)).toEqual([]);
    expect(audit([write(1, 'i1b'), write(2, 'i2', bind)], { ...books, entries: [entry('i1', ann, 'skipped'), entry('i1b', ann), entry('i2', sales)] })).toEqual([]);
  });

  it('lets an operation be left to a plan that has written the same, and to none that has not', () => {
    const reference = { sourceId: 's1', targetId: null, name: 'Ann' };
    const both = [{ ...sales, sourceId: 'g', references: [reference] }, { ...operation('left', 'add members', 'unchanged'), sourceId: 'g', references: [reference] }];
    expect(audit([write(1, 'i1'), write(2, 'i2', bind)], { ...books, operations: [ann, ...both] })).toEqual([]);
    expect(audit([write(1, 'i1'), write(2, 'i2', bind)], { ...books, operations: [ann, ...both.slice(1)] }).join('\n')).toContain('was left to another plan, and none has written Ann');
  });

  it.each([
    ['a write that no intent stands for', [write(1, 'i1'), write(2, 'i2', bind), write(3, 'other')], books, 'no intent of the journal'],
    ['a write without an id', [write(1, null), write(2, 'i2', bind)], books, 'no id'],
    ['one that took effect twice', [write(1, 'i1'), write(3, 'i1'), write(2, 'i2', bind)], books, 'took effect 2 times'],
    ['one that is done for the journal only', [write(2, 'i2', bind)], books, 'the service knows nothing of it'],
    ['a member that was added twice', [write(1, 'i1'), write(2, 'i2', bind), write(3, 'i2', { path: '/groups/g/members/$ref', names: ['m2'] })], books, 'written twice'],
    ['one that the journal gave up and the service did', [write(1, 'i1'), write(2, 'i2', bind)], { ...books, entries: [entry('i1', ann, 'skipped'), entry('i1b', ann), entry('i2', sales)] }, 'is skipped, but write 1 took effect'],
    ['an intent without an outcome', [write(1, 'i1'), write(2, 'i2', bind)], { ...books, entries: [...books.entries, entry('i3', ann, null)] }, 'has no outcome'],
    ['an operation without an entry', [write(1, 'i1')], { ...books, entries: [entry('i1', ann)] }, 'has 0 final entries'],
  ] as const)('tells %s', (_, writes, of, words) => {
    expect(audit(writes, of).join('\n')).toContain(words);
  });
});
