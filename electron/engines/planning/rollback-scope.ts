import type { JournalledChange } from './rollback-types.ts';
import { EXISTENCE, valuesInTheWay } from './rollback-values.ts';

/** A write of a migration that still stands, at least in part. */
export interface StandingWrite extends JournalledChange {
  readonly taskId: string;
  /** Order of writing over all tasks. */
  readonly sequence: number;
  /** The values of it that were not taken back yet. */
  readonly values: ReadonlySet<string>;
}

/**
 * Finds what later migrations wrote on top of what is to be taken back: the same values, and everything on an object that is to be
 * unmade. Taking the older away from under it would leave neither state, because the later one's way back leads to values of the
 * older. What is in the way is itself taken back with the rest, so what was written on top of it is in the way as well.
 * @param mine what is to be taken back.
 * @param others standing writes on the same objects that are not part of it; those before `mine` do not matter.
 * @returns the parts of `others` that are in the way, in the order of writing.
 */
export function writesInTheWay(mine: readonly StandingWrite[], others: readonly StandingWrite[]): readonly StandingWrite[] {
  const taken = new Map<string, { values: Set<string>; kind: JournalledChange['operation']['kind'] }>();
  const take = ({ targetId, operation }: StandingWrite, values: Iterable<string>): void => {
    const entry = taken.get(targetId) ?? { values: new Set<string>(), kind: operation.kind };
    for (const value of values) {
      entry.values.add(value);
      if (value === EXISTENCE) entry.kind = operation.kind;
    }
    taken.set(targetId, entry);
  };
  const own = new Set(mine);
  const found: StandingWrite[] = [];
  for (const write of [...mine, ...others].toSorted((a, b) => a.sequence - b.sequence)) {
    if (own.has(write)) { take(write, write.values); continue; }
    const older = taken.get(write.targetId);
    const values = older === undefined ? [] : valuesInTheWay(older, { kind: write.operation.kind, values: write.values });
    if (values.length === 0) continue;
    take(write, values);
    found.push({ ...write, values: new Set(values) });
  }
  return found;
}
