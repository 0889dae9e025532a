import type { Operation, Reference } from '../../../../shared/domain/plans.ts';
import { leftOf, type GroupNow } from './members.ts';

/** Members that were written and not taken back yet. @see JournalEntry: `references` are those that the write really changed. */
export interface WrittenMembers { readonly operation: Operation; readonly references: readonly Reference[] }

/** The way back of one write, or why there is none. */
export interface MembersUndo { readonly kind: 'add members' | 'remove members'; readonly references: readonly Reference[]; readonly impossible: readonly Reference[] }

/**
 * How members that were written are taken back: those that were added are removed, those that were removed are added again. Whoever others have
 * taken out or put in since is as before the write already.
 * @param now the group with these members as it is now. @returns null when there is nothing to be written and nothing to be said.
 */
export function undoMembers({ operation, references }: WrittenMembers, now: GroupNow): MembersUndo | null {
  const kind = operation.kind === 'add members' ? 'remove members' : 'add members';
  const left = leftOf({ kind, references }, now);
  const impossible = kind === 'add members' ? references.filter(({ sourceId }) => sourceId === null || !now.dns.has(sourceId)) : [];
  return left.length === 0 && impossible.length === 0 ? null : { kind, references: left, impossible };
}

/** Compares members that were written with the group as it is now. @returns one sentence when something is otherwise; null: all is as written. */
export function verifyMembers({ operation, references }: WrittenMembers, now: GroupNow | undefined): string | null {
  if (now === undefined) return `"${operation.name}" is not in the directory any more.`;
  const wrong = leftOf({ kind: operation.kind, references }, now);
  if (wrong.length === 0) return null;
  return `${wrong.length === 1 ? `"${wrong[0]?.name ?? ''}"` : `${wrong.length} objects, "${wrong[0]?.name ?? ''}" among them,`} ${operation.kind === 'add members' ? 'should be in' : 'should not be in'} "${operation.name}" and ${wrong.length === 1 ? 'is' : 'are'} ${operation.kind === 'add members' ? 'not' : 'there'}.`;
}
