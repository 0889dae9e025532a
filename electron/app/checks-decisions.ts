import type { CheckFindingRow } from '../../shared/contracts/checks.ts';
import type { CheckChoice } from '../../shared/domain/checks.ts';
import { appError, ErrorCode } from '../../shared/domain/errors.ts';
import { validateValue } from '../engines/preflight/index.ts';
import type { CheckRecord } from '../store/index.ts';
import { ruleContext } from './pipeline/check-run.ts';
import type { Services } from './services.ts';

/** Why a finding cannot be decided so; null when it can. */
export function whyNotDecided(row: CheckFindingRow, choice: CheckChoice): string | null {
  if (row.state === 'Fixed') return 'It was fixed already. Check again to see how it is now.';
  if (row.state === 'Planned') return 'The plan of a Fix task writes it. Approve or discard that plan, or resume the task when it was stopped.';
  if (choice === 'COMPLETE') return null;
  if (!row.fixable) return 'No value of Active Directory could be written to mend this.';
  if (choice === 'REMOVE') return row.value === '' ? 'There is no value to remove.' : null;
  return row.proposal === null && row.newValue === null ? 'There is no value to propose; enter one.' : null;
}

/**
 * Checks a value that a person puts in place of the proposal by the rules of its attribute.
 * @returns what is worth knowing all the same. @throws AppError INVALID_INPUT when Microsoft 365 would refuse the value.
 */
export async function requireValid(services: Services, check: CheckRecord, row: CheckFindingRow, value: string): Promise<readonly string[]> {
  const trimmed = value.trim();
  if (!row.fixable) throw appError(ErrorCode.InvalidInput, `${row.name}: no value of Active Directory could be written to mend this.`);
  if (trimmed === '') throw appError(ErrorCode.InvalidInput, `An empty ${row.attribute} cannot be written; choose REMOVE to take the value away.`);
  const source = await services.store.sources.get(check.pairId, row.sourceId ?? '');
  if (source === undefined) throw appError(ErrorCode.NotFound, `"${row.name}" is not in the project any more. Check again.`);
  const problems = validateValue(row.attribute, trimmed, source, await ruleContext(services, await services.store.pairs.get(check.pairId), check.request));
  const errors = problems.filter((problem) => problem.severity === 'error');
  if (errors.length > 0) throw appError(ErrorCode.InvalidInput, errors.map((problem) => problem.message).join(' '));
  return problems.map((problem) => problem.message);
}
