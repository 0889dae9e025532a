import type { Operation } from '../../../../shared/domain/plans.ts';
import { valuesOf } from '../../../../shared/rules/attributes.ts';
import type { DirectoryEntry, DirectorySchema } from '../port.ts';
import { standing } from './change.ts';

/** Compares what was written with what the directory holds now. @returns one sentence for each difference, with its operation. */
export function verifyFixes(written: readonly Operation[], present: ReadonlyMap<string, DirectoryEntry>, schema: DirectorySchema): readonly { readonly operation: Operation; readonly message: string }[] {
  return written.flatMap((operation) => operation.changes.flatMap((change) => {
    const entry = present.get(operation.sourceId ?? '');
    if (entry === undefined) return [{ operation, message: `"${operation.name}" is not in the directory any more.` }];
    const now = valuesOf(entry.attributes, change.attribute) ?? [];
    return standing(change, now, schema.attribute(change.attribute)?.singleValued ?? false) === 'after' ? [] : [{ operation, message: `${change.attribute} of "${operation.name}" is not what was written.` }];
  }));
}
