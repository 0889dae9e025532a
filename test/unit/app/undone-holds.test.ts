import { expect, it } from 'vitest';
import { holdsAfter, type HoldingBasis } from '../../../electron/app/pipeline/undone-holds.ts';
import type { UndoneWrite } from '../../../electron/app/pipeline/undone-writes.ts';
import type { JournalEntry } from '../../../electron/store/index.ts';

const write = (sourceId: string | null, taskId: string, kind: JournalEntry['kind'], values: readonly string[]): UndoneWrite => ({ entry: { sourceId, taskId, kind, operation: { kind } } as JournalEntry, values: new Set(values) });
const REQUEST: HoldingBasis['request'] = { undoes: 'cycle', tasks: null, window: null, objectId: null, attributes: null };
const holds = (undone: readonly UndoneWrite[], more: Partial<HoldingBasis> = {}) =>
  holdsAfter(undone, { request: REQUEST, by: 'me', at: 7, taskId: 'back', cycles: new Set(['cycle']), inCoexistence: new Set(), members: new Set(['ann', 'sales']), ...more });
const said = (undone: readonly UndoneWrite[], more: Partial<HoldingBasis> = {}) => holds(undone, more).map(({ sourceId, attribute }) => `${sourceId}:${attribute}`);

it('holds what a cycle wrote as a whole, with who, when, why and the task', () => {
  expect(holds([write('ann', 'cycle', 'update', ['city']), write('ann', 'cycle', 'set manager', ['manager'])])).toEqual([{ sourceId: 'ann', attribute: '', since: 7, by: 'me', reason: 'A cycle of coexistence was rolled back.', taskId: 'back' }]);
});
it('holds of an object of another collection only the links that were taken back', () => {
  expect(said([write('crew', 'cycle', 'add members', ['members/1', 'members/2']), write('sales', 'cycle', 'add members', ['members/1'])])).toEqual(['crew:members', 'sales:']);
  // Its own values as well: it is more than a link that waited.
  expect(said([write('crew', 'cycle', 'add members', ['members/1']), write('crew', 'cycle', 'update', ['city'])])).toEqual(['crew:']);
});
it('holds the attributes that were asked for, and never the object for them', () => {
  expect(said([write('ann', 'cycle', 'create', ['', 'city', 'jobTitle'])], { request: { ...REQUEST, attributes: ['city', 'jobTitle'] } })).toEqual(['ann:city', 'ann:jobTitle']);
});
it('leaves alone what a migration wrote, unless the object is in coexistence now', () => {
  const undone = [write('ann', 'migration', 'update', ['city']), write('ben', 'migration', 'update', ['city'])];
  expect(said(undone)).toEqual([]);
  expect(said(undone, { inCoexistence: new Set(['ben']), members: new Set(['ann', 'ben']) })).toEqual(['ben:']);
});
it('holds nothing of which nothing was taken back, and nothing without an object', () => {
  expect(said([write('ann', 'cycle', 'update', []), write(null, 'cycle', 'update', ['city'])])).toEqual([]);
});
it('says why in the words of what was asked for', () => {
  const why = (request: Partial<HoldingBasis['request']>) => holds([write('ann', 'cycle', 'update', ['city'])], { request: { ...REQUEST, ...request } })[0]?.reason;
  expect(why({ undoes: 'migration' })).toBe('A migration was rolled back.');
  expect(why({ undoes: null, tasks: ['a', 'cycle'] })).toBe('2 tasks that wrote to it were rolled back together.');
  expect(why({ undoes: null, tasks: ['a', 'cycle'], window: { from: 0, to: 60_000 } })).toBe('Everything written from 1970-01-01 00:00:00 UTC to 1970-01-01 00:01:00 UTC was rolled back.');
  expect(why({ undoes: null, objectId: 'ann' })).toBe('The object was rolled back.');
  expect(why({ undoes: null, objectId: 'ann', attributes: ['city'] })).toBe('The attribute was rolled back.');
});
