import type { RollBackChoice, RollBackConflict } from '../../../shared/contracts/roll-back.ts';
import { decidedAttribute, isLinkRow, stateWords } from '../../../shared/contracts/roll-back-links.ts';

/** Decisions made on screen and not sent yet, by {@link keyOf}. */
export type Decisions = ReadonlyMap<string, 'restore' | 'keep'>;

type About = Pick<RollBackConflict, 'targetId' | 'attribute' | 'value' | 'created'>;

/** What a decision is about: one value of many, an attribute, or an object that Causeway made as a whole. */
export const keyOf = (row: About): string => `${row.targetId} ${decidedAttribute(row)}`;

/** The decision about a row: the one made here, about it or about the object that Causeway made; else that of the plan. */
export const decisionOf = (row: RollBackConflict, decisions: Decisions): 'restore' | 'keep' => decisions.get(keyOf(row)) ?? (row.created ? decisions.get(`${row.targetId} `) : undefined) ?? row.choice;

/** Decisions that differ from the plan, once each. */
export function openDecisions(rows: readonly RollBackConflict[], decisions: Decisions): RollBackChoice[] {
  const open = new Map<string, RollBackChoice>();
  for (const row of rows) {
    const choice = decisions.get(keyOf(row)) ?? row.choice;
    if (choice !== row.choice) open.set(keyOf(row), { targetId: row.targetId, attribute: decidedAttribute(row), choice });
  }
  return [...open.values()];
}

/** What the two decisions mean for a row. */
export function wordsOf(row: RollBackConflict): { readonly restore: string; readonly keep: string } {
  if (row.created && row.value !== null) return { restore: 'Take out or delete', keep: 'Keep, with the object' };
  if (isLinkRow(row)) return row.current === null ? { restore: 'Put back', keep: 'Leave out' } : { restore: 'Take out', keep: 'Leave in' };
  if (row.created) return { restore: 'Delete the object', keep: 'Keep the object' };
  return { restore: 'Restore before', keep: row.between === null ? 'Keep theirs' : 'Go back to theirs' };
}

/** What is there now, and what others had before Causeway wrote over it. */
export function nowOf(row: RollBackConflict): string {
  if (row.attribute === '' && row.between === null) return 'deleted, in the recycle bin';
  const now = stateOf(row, row.current);
  return row.between === null ? now : `${now} (others had ${row.attribute === '' ? 'deleted it' : stateOf(row, row.between.values)} in between)`;
}

/** A state of a row; a dash for nothing. */
export const stateOf = (row: RollBackConflict, state: readonly string[] | null): string => stateWords(row, state, row.value === null ? '–' : 'not there');

/** What a row is about, as a person names it. */
export const aboutOf = (row: RollBackConflict): string => (row.value !== null ? `${row.attribute}: ${row.value.name}` : row.attribute || 'the object');
