import type { JournalledChange, RollbackConflict } from './rollback-types.ts';
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

/**
 * Finds the objects that a roll back leaves in the recycle bin as they lie there: somebody decided so, or the migration had brought
 * them back from there. What was written to them counts as taken back and comes along when somebody brings them back.
 * @param writes what is taken back.
 * @param conflicts the three-way view of the plan.
 * @param touched Graph ids of the objects that the plan writes to.
 */
export function leftAlone(writes: readonly Pick<JournalledChange, 'targetId' | 'operation'>[], conflicts: readonly Pick<RollbackConflict, 'targetId' | 'attribute' | 'overwritten'>[], touched: ReadonlySet<string>): ReadonlySet<string> {
  const kept = conflicts.filter(({ attribute, overwritten }) => attribute === EXISTENCE && !overwritten).map(({ targetId }) => targetId);
  const restored = writes.filter(({ operation }) => operation.kind === 'restore').map(({ targetId }) => targetId);
  return new Set([...kept, ...restored].filter((id) => !touched.has(id)));
}

/**
 * Later writes to the same values that count as taken back although nobody wrote them back (see {@link leftAlone}): what they found tells
 * what others had made of the value, and what they wrote is what is there.
 * @param mine what is to be taken back.
 * @param left such writes, each with the values of it that are so.
 * @returns the parts of `left` that were written on top of `mine`; the planner reads them among the others, in the order of writing.
 */
export function leftOnTop(mine: readonly StandingWrite[], left: readonly StandingWrite[]): readonly StandingWrite[] {
  const ofTarget = Map.groupBy(mine, ({ targetId }) => targetId);
  return left.flatMap((write) => {
    const older = (ofTarget.get(write.targetId) ?? []).filter(({ sequence }) => sequence < write.sequence);
    const values = [...write.values].filter((value) => value !== EXISTENCE && older.some((one) => one.values.has(value)));
    return values.length === 0 ? [] : [{ ...write, values: new Set(values) }];
  });
}
