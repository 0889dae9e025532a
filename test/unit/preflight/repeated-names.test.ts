import { expect, test } from 'vitest';
import { createRepeatedNames } from '../../../electron/engines/preflight/source/repeated.ts';

test('knows what was added twice, through every growth of its table', () => {
  const names = createRepeatedNames();
  const name = (i: number): string => `mail person${i}@contoso.com`;
  for (let i = 0; i < 50_000; i += 1) names.add(name(i));
  for (let i = 0; i < 50_000; i += 1000) names.add(name(i));
  const found = Array.from({ length: 50_000 }, (_, i) => i).filter((i) => names.mayRepeat(name(i)));
  expect(found).toEqual(Array.from({ length: 50 }, (_, i) => i * 1000));
  expect(names.mayRepeat('')).toBe(false);
});
