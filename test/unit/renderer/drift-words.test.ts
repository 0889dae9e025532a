import { expect, it } from 'vitest';
import { driftState, sidesOf, whatOf } from '../../../renderer/ui/drift-words.ts';

it('says what the rules want and what the tenant has, for values, members and whole objects', () => {
  expect(sidesOf({ attribute: 'jobTitle', expected: ['Owner'], actual: [] })).toEqual({ expected: 'Owner', actual: '–' });
  expect(sidesOf({ attribute: 'proxyAddresses', expected: [], actual: ['a', 'b'] })).toEqual({ expected: '–', actual: 'a; b' });
  expect(sidesOf({ attribute: 'members', expected: [], actual: ['Zoe'] })).toEqual({ expected: 'Zoe is not a member', actual: 'a member' });
  expect(sidesOf({ attribute: 'members', expected: ['Ann'], actual: [] })).toEqual({ expected: 'Ann is a member', actual: 'not a member' });
  expect(sidesOf({ attribute: '', expected: [], actual: [] })).toEqual({ expected: 'is there', actual: 'was deleted' });
  expect([whatOf({ attribute: '' }), whatOf({ attribute: 'manager' })]).toEqual(['the object itself', 'manager']);
});

it('shows one that a person asked for as on its way, and only while it is open', () => {
  expect([driftState({ state: 'open', asked: false }), driftState({ state: 'open', asked: true }), driftState({ state: 'gone', asked: true })]).toEqual(['open', 'is re-applied', 'gone']);
});
