import type { Operation } from '../../../../shared/domain/plans.ts';
import { valuesOf } from '../../../../shared/rules/attributes.ts';
import type { DirectoryEntry, DirectorySchema } from '../port.ts';
import { effectOf, inverseOf, standing, type FixChange } from './change.ts';

/** A fix that was written and not taken back yet. */
export interface WrittenFix { readonly operation: Operation; readonly before: Readonly<Record<string, readonly string[]>> }

/** One step of the way back: one attribute. Steps of one operation stand together, and are written together. `conflict`: the sentence about what others did since; null when nobody did anything. */
export interface UndoStep { readonly operation: Operation; readonly change: FixChange; readonly conflict: string | null }

/** The way back of fixes: what is to be written, what others changed and stays, and what cannot be taken back. */
export interface UndoPlan {
  readonly steps: readonly UndoStep[];
  /** Changed by others since and left alone (`keep changes made since`). */
  readonly kept: readonly { readonly operation: Operation; readonly attribute: string; readonly current: string }[];
  readonly impossible: readonly { readonly operation: Operation; readonly attribute: string; readonly reason: string }[];
}

/**
 * Works out how to take fixes back, newest first. `exact` restores what was there before whatever others did since to the same value;
 * other values of the attribute are never touched.
 * @param written oldest first. @param present the objects as they are now, by objectGUID.
 */
export function planUndo(written: readonly WrittenFix[], present: ReadonlyMap<string, DirectoryEntry>, schema: DirectorySchema, mode: 'exact' | 'keep changes made since'): UndoPlan {
  const steps: UndoStep[] = [];
  const kept: UndoPlan['kept'][number][] = [];
  const impossible: UndoPlan['impossible'][number][] = [];
  for (const { operation, before } of written.toReversed()) {
    for (const change of operation.changes) {
      const back = inverseOf(change, before[change.attribute] ?? []);
      if (back === null) continue;
      const { attribute } = back;
      const entry = present.get(operation.sourceId ?? '');
      if (entry === undefined) { impossible.push({ operation, attribute, reason: `"${operation.name}" is not in the directory any more, so ${attribute} cannot be taken back.` }); continue; }
      const single = schema.attribute(attribute)?.singleValued ?? false;
      const now = valuesOf(entry.attributes, attribute) ?? [];
      const where = standing(back, now, single);
      if (where === 'after') continue;
      if (where === 'before') { steps.push({ operation, change: back, conflict: null }); continue; }
      if (mode === 'keep changes made since') { kept.push({ operation, attribute, current: now.join(', ') }); continue; }
      // What is there now in place of what was written: the only value, or nothing of a value that others took out.
      const overwritten: FixChange = { attribute, before: single && now.length > 0 ? now : null, after: back.after };
      const { removed, added } = effectOf(overwritten, now);
      if (removed.length === 0 && added.length === 0) continue;
      steps.push({ operation, change: overwritten, conflict: `${attribute} of "${operation.name}" was changed by others since; the roll back overwrites that.` });
    }
  }
  return { steps, kept, impossible };
}
