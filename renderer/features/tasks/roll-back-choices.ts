import type { RollBackChoice, RollBackConflict } from '../../../shared/contracts/roll-back.ts';
import { values } from '../../ui/format.ts';

/** Decisions made on screen and not sent yet, by {@link keyOf}. */
export type Decisions = ReadonlyMap<string, 'restore' | 'keep'>;

/** What a decision is about: an object that Causeway made is decided as a whole. */
export const keyOf = ({ targetId, attribute, created }: Pick<RollBackConflict, 'targetId' | 'attribute' | 'created'>): string => `${targetId} ${created ? '' : attribute}`;

/** The decision about a row: the one made here, else that of the plan. */
export const decisionOf = (row: RollBackConflict, decisions: Decisions): 'restore' | 'keep' => decisions.get(keyOf(row)) ?? row.choice;

/** Decisions that differ from the plan, once each. */
export function openDecisions(rows: readonly RollBackConflict[], decisions: Decisions): RollBackChoice[] {
  const open = new Map<string, RollBackChoice>();
  for (const row of rows) {
    const choice = decisionOf(row, decisions);
    if (choice !== row.choice) open.set(keyOf(row), { targetId: row.targetId, attribute: row.created ? '' : row.attribute, choice });
  }
  return [...open.values()];
}

/** What the two decisions mean for a row. */
export function wordsOf(row: RollBackConflict): { readonly restore: string; readonly keep: string } {
  if (row.created) return { restore: 'Delete the object', keep: 'Keep the object' };
  return { restore: 'Restore before', keep: row.between === null ? 'Keep theirs' : 'Go back to theirs' };
}

/** What is there now, and what others had before Causeway wrote over it. */
export function nowOf(row: RollBackConflict): string {
  if (row.attribute === '' && row.between === null) return 'deleted, in the recycle bin';
  return row.between === null ? values(row.current) : `${values(row.current)} (others had ${row.attribute === '' ? 'deleted it' : values(row.between.values)} in between)`;
}
