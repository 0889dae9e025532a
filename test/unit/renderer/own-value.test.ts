import { expect, test } from 'vitest';
import { hasToBeSent, writtenByEdit } from '../../../renderer/features/checks/own-value.ts';

test.each([
  ['the proposal as it is', { proposal: 'a', newValue: null }, 'a', false], ['another value', { proposal: 'a', newValue: null }, 'mine', true], ['a value where none is proposed', { proposal: null, newValue: null }, 'mine', true],
  ['the value of the earlier decision', { proposal: 'a', newValue: 'mine' }, 'mine', false], ['the proposal in place of it', { proposal: 'a', newValue: 'mine' }, 'a', true],
] as const)('%s', (_what, row, value, sent) => {
  expect(hasToBeSent(row, value)).toBe(sent);
  if (!sent) expect(writtenByEdit(row)).toBe(value);
});
