import type { CheckFindingRow } from '../../../shared/contracts/checks.ts';

/** What deciding for EDIT would write: the value of an earlier decision, else the proposal; empty when there is neither. */
export function writtenByEdit(row: Pick<CheckFindingRow, 'newValue' | 'proposal'> | null): string {
  return row?.newValue ?? row?.proposal ?? '';
}

/** True when the entered value is another one than that: it has to be sent, also when somebody puts the proposal back. */
export function hasToBeSent(row: Pick<CheckFindingRow, 'newValue' | 'proposal'>, value: string): boolean {
  return value !== writtenByEdit(row);
}
