import type { OperationKind, Reference } from '../../../../shared/domain/plans.ts';
import { linkOf, shownValues, takesAway, type ExportedOperation } from '../types.ts';
import type { PackChange } from './types.ts';

/** What of a journal entry a pack tells. */
export interface JournalledWrite {
  readonly sequence: number; readonly id: string; readonly taskId: string; readonly sourceId: string | null; readonly targetId: string | null; readonly kind: OperationKind;
  readonly operation: Pick<ExportedOperation, 'kind' | 'service' | 'objectKind' | 'name' | 'changes' | 'references' | 'previous' | 'permission'>;
  readonly before: { readonly attributes?: Readonly<Record<string, readonly string[]>> | null } | null;
  readonly intentAt: number; readonly outcome: string | null; readonly message: string; readonly settledAt: number | null;
  readonly references: readonly Reference[]; readonly undoneBy: string | null; readonly undoneValues: readonly string[];
}

/** The task of a write: its kind, who asked for it, and who approved it. */
export interface WritingTask { readonly kind: string; readonly who: string; readonly approvedBy: string }

const names = (references: readonly Reference[]): readonly string[] | null => (references.length === 0 ? null : references.map((reference) => reference.name));

/**
 * The lines of one write: one an attribute, one for members, manager or permissions, or one alone for a write without either. The value before is the one
 * that was seen immediately before the write. Passwords are never shown.
 */
export function changesOf(write: JournalledWrite, task: WritingTask): readonly PackChange[] {
  const { operation, before } = write;
  const line = (attribute: string, values: Pick<PackChange, 'before' | 'after'>, why: string, rule: string | null): PackChange => ({
    sequence: write.sequence, entryId: write.id, intendedAt: write.intentAt, settledAt: write.settledAt, who: task.who, approvedBy: task.approvedBy, task: task.kind, taskId: write.taskId,
    operation: write.kind, service: operation.service, objectKind: operation.objectKind, object: operation.name, sourceId: write.sourceId, targetId: write.targetId,
    attribute, before: shownValues(attribute, values.before), after: shownValues(attribute, values.after), why, rule,
    outcome: write.outcome ?? 'open', message: write.message, undoneBy: write.undoneBy ?? (write.undoneValues.includes(attribute) ? 'in part' : null),
  });
  const lines = operation.changes.map((change) => {
    const seen = before?.attributes?.[change.attribute];
    return line(change.attribute, { before: seen ?? change.before, after: change.after }, change.provenance.reason, change.provenance.ruleId);
  });
  if (operation.references.length + operation.previous.length + write.references.length > 0) {
    // Those that were really written, where the journal knows them.
    const written = names(write.references.length > 0 ? write.references : operation.references);
    lines.push(line(linkOf(operation), takesAway(operation) ? { before: written, after: null } : { before: names(operation.previous), after: written }, '', null));
  }
  return lines.length > 0 ? lines : [line('', { before: null, after: null }, '', null)];
}
