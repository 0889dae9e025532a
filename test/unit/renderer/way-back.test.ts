import { expect, it } from 'vitest';
import { wayBackOf } from '../../../renderer/features/tasks/way-back.ts';
import type { PlanSummary } from '../../../shared/contracts/tasks.ts';

const planOf = (deletes: number): Pick<PlanSummary, 'counts'> => ({ counts: { deletes } as PlanSummary['counts'] });

it('says after a roll back without purge that the recycle bin keeps what is deleted', () => {
  const text = wayBackOf(planOf(3), 0);
  expect(text).toContain('3 objects are deleted and stay in the recycle bin for 30 days, from where migrating again restores them.');
  expect(text).not.toContain('for good');
});

it('promises nothing after a purge', () => {
  const text = wayBackOf(planOf(3), 3);
  expect(text).toContain('3 objects are removed from the recycle bin for good and cannot come back');
  expect(text).not.toContain('30 days');
});

it('tells the two apart when only some are purged, and speaks of neither before it knows', () => {
  expect(wayBackOf(planOf(2), 1)).toMatch(/1 object is removed .* for good .* 1 object is deleted and stays .* restores it\./);
  for (const text of [wayBackOf(planOf(2), null), wayBackOf(planOf(0), 0)]) {
    expect(text).toBe('A roll back cannot be rolled back. Migrating again writes the values that the rules give then; values that others had set and that are overwritten now do not come back.');
  }
});
