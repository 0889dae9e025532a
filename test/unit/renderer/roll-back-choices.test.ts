import { expect, test } from 'vitest';
import { aboutOf, decisionOf, nowOf, openDecisions, stateOf, wordsOf } from '../../../renderer/features/tasks/roll-back-choices.ts';
import { EVERYTHING, scopeOf } from '../../../renderer/features/tasks/roll-back-part.ts';
import type { RollBackConflict } from '../../../shared/contracts/roll-back.ts';

const row = (more: Partial<RollBackConflict> = {}): RollBackConflict => ({ sourceId: null, targetId: 't', name: 'Ann', kind: 'user', attribute: 'jobTitle', value: null, created: false, before: ['a'], written: ['b'], current: ['c'], between: null, choice: 'restore', ...more });

test('only decisions that differ from the plan are sent, and an object that was made is decided once', () => {
  const rows = [row(), row({ attribute: 'city', choice: 'keep' }), row({ targetId: 'new', created: true }), row({ targetId: 'new', created: true, attribute: 'city' })];
  const decisions = new Map([['t jobTitle', 'keep'], ['t city', 'keep'], ['new ', 'keep']] as const);
  expect(openDecisions(rows, decisions)).toEqual([{ targetId: 't', attribute: 'jobTitle', choice: 'keep' }, { targetId: 'new', attribute: '', choice: 'keep' }]);
  expect(rows.map((one) => decisionOf(one, decisions))).toEqual(['keep', 'keep', 'keep', 'keep']);
  expect(openDecisions(rows, new Map())).toEqual([]);
});

test('one value of many is decided alone; a word about the object that was made counts until then', () => {
  const member = row({ kind: 'group', attribute: 'members', value: { key: 'm', name: 'Mo' }, created: true, before: null, written: null, current: ['Mo'] });
  const address = row({ attribute: 'proxyAddresses', value: { key: 'smtp:a@x', name: 'smtp:a@x' }, before: null, written: null, current: ['smtp:a@x'] });
  expect([decisionOf(member, new Map()), decisionOf(member, new Map([['t ', 'keep']])), decisionOf(member, new Map([['t ', 'keep'], ['t members/m', 'restore']]))]).toEqual(['restore', 'keep', 'restore']);
  expect(openDecisions([member, address], new Map([['t members/m', 'keep'], ['t proxyAddresses/smtp:a@x', 'keep']]))).toEqual([{ targetId: 't', attribute: 'members/m', choice: 'keep' }, { targetId: 't', attribute: 'proxyAddresses/smtp:a@x', choice: 'keep' }]);
  expect([aboutOf(member), stateOf(member, member.before), nowOf(member), nowOf(address), stateOf(address, null)]).toEqual(['members: Mo', 'not a member', 'member', 'smtp:a@x', 'not there']);
  expect([wordsOf(member), wordsOf({ ...member, created: false }), wordsOf(address)].map((words) => words.keep)).toEqual(['Keep, with the object', 'Leave in', 'Keep theirs']);
});

test('says what a decision means', () => {
  expect(wordsOf(row({ created: true }))).toEqual({ restore: 'Delete the object', keep: 'Keep the object' });
  expect(wordsOf(row({ between: { values: null } })).keep).toBe('Go back to theirs');
  expect(nowOf(row({ attribute: '', current: null }))).toBe('deleted, in the recycle bin');
  expect(nowOf(row({ current: ['b'], between: { values: ['x'] } }))).toBe('b (others had x in between)');
});

test('a part of an object is asked for once it is chosen', () => {
  expect(scopeOf('o', EVERYTHING)).toEqual({ objectId: 'o' });
  expect(scopeOf('o', { what: 'since', since: '', attributes: [] })).toBeNull();
  expect(scopeOf('o', { what: 'since', since: 't1', attributes: [] })).toEqual({ objectId: 'o', since: 't1' });
  expect(scopeOf('o', { what: 'attributes', since: 't1', attributes: [] })).toBeNull();
  expect(scopeOf('o', { what: 'attributes', since: 't1', attributes: ['city'] })).toEqual({ objectId: 'o', since: 't1', attributes: ['city'] });
  expect(scopeOf('o', { what: 'attributes', since: '', attributes: ['city'] })).toEqual({ objectId: 'o', attributes: ['city'] });
});
