import type { ObjectKind } from '../../../shared/domain/objects.ts';
import { sameValues, type Drift } from '../../engines/planning/index.ts';
import type { JournalEntry, Repositories } from '../../store/index.ts';

/**
 * So long after a write the tenant may still tell what was before it, milliseconds: Graph tells changes "with varying delays" (Graph
 * documentation, use delta query, limitations). An hour is Causeway's own choice.
 */
export const ECHO_MS = 3_600_000;

/** A change that looks as if others had made it. */
export interface Suspect { readonly targetId: string; readonly kind: ObjectKind; readonly drift: Drift }

/**
 * Makes what tells late echoes of our own writes from changes of others: a value that we wrote lately, or that was there right before, or a
 * member that we put in or took out lately. Asked about changes that were found only, so that it costs nothing when there are none.
 */
export function createEchoes(store: Pick<Repositories, 'journal'>, pairId: string, now: () => number): (suspects: readonly Suspect[]) => Promise<(index: number) => boolean> {
  return async (suspects) => {
    const ids = new Set(suspects.flatMap(({ drift, targetId }) => (drift.left ? [targetId] : [])));
    if (ids.size === 0) return () => false;
    const written = Map.groupBy(await store.journal.writtenSince(pairId, [...ids], now() - ECHO_MS), (entry) => entry.targetId);
    return (index) => {
      const suspect = suspects[index];
      return suspect !== undefined && (written.get(suspect.targetId) ?? []).some((entry) => isEchoOf(entry, suspect));
    };
  };
}

/** True when what was found may be what the tenant showed before or between writes of ours. */
function isEchoOf({ operation, before }: Pick<JournalEntry, 'operation' | 'before'>, { kind, drift: { attribute, item, actual } }: Suspect): boolean {
  switch (operation.kind) {
    case 'add members': case 'remove members': return attribute === 'members' && operation.references.some((one) => one.targetId === item);
    case 'set manager': case 'clear manager': {
      const ids = [...operation.references, ...operation.previous].flatMap((one) => one.targetId ?? []);
      return attribute === 'manager' && (actual.length === 0 || actual.some((id) => ids.includes(id)));
    }
    case 'restore': return attribute === '';
    case 'update': {
      const change = operation.changes.find((one) => one.attribute === attribute);
      return change !== undefined && [change.before, change.after, before?.attributes?.[attribute] ?? null].some((values) => sameValues(kind, attribute, values, actual));
    }
    // A new object appears with all of its values, or not at all.
    default: return false;
  }
}
