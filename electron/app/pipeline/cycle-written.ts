import type { OperationKind, Reference } from '../../../shared/domain/plans.ts';
import { attributeCode, memberCode, valueCode } from '../../../shared/rules/agreed.ts';
import { valueKeys } from '../../engines/planning/index.ts';
import type { JournalEntry, Repositories, WrittenAgreement } from '../../store/index.ts';

/** Writes of links: an object that the same plan makes has no Graph id when the plan says what is agreed on. */
const LINKS: readonly OperationKind[] = ['set manager', 'clear manager', 'add members', 'remove members'];

/** The plan of a cycle that was carried out. */
export interface CarriedOut {
  readonly pairId: string;
  readonly taskId: string;
  readonly planId: string;
  /** Objects of which nothing went wrong and nothing is open. */
  readonly inStep: ReadonlySet<string>;
  /** Objects that were read back otherwise than written. */
  readonly deviating: Pick<ReadonlySet<string>, 'has'>;
  /** Every object that the plan writes to. */
  readonly objects: Iterable<string>;
}

interface Collected { readonly sourceId: string; readonly targetId: string; readonly values: Map<string, ReadonlySet<string> | null>; readonly added: Set<string>; readonly removed: Set<string> }

/**
 * What a cycle wrote that counts as agreed on besides what its plan says: members and managers that the plan made itself, and of objects that did not come in step
 * whatever went well. Otherwise a change of the source that came next would look like one of others. What was read back otherwise is agreed on by nobody.
 * Walks the journal of the task; of its entries only those of links when everything is in step. Memory is a few codes for each of these objects.
 */
export async function writtenBy(store: Pick<Repositories, 'journal' | 'matches'>, { pairId, taskId, planId, inStep, deviating, objects }: CarriedOut): Promise<readonly WrittenAgreement[]> {
  const all = [...objects];
  if (all.length === 0) return [];
  const kinds = all.every((id) => inStep.has(id)) ? { kinds: LINKS } : {};
  const found = new Map<string, Collected>();
  for await (const page of store.journal.iterateOfTask(taskId, { order: 'oldest first', ...kinds })) {
    const entries = page.filter((entry) => entry.planId === planId && (LINKS.includes(entry.kind) || !inStep.has(entry.sourceId ?? '')));
    const wrote = entries.map((entry) => ({ entry, references: referencesOf(entry) }));
    const made = await store.matches.getMany(pairId, wrote.flatMap(({ references }) => references.flatMap((one) => (one.targetId === null ? one.sourceId ?? [] : []))));
    const idsOf = (references: readonly Reference[]): string[] => references.flatMap((one) => one.targetId ?? made.get(one.sourceId ?? '')?.targetId ?? []);
    for (const { entry, references } of wrote) {
      const { sourceId, targetId } = entry;
      if (sourceId === null || targetId === null || (entry.outcome !== 'done' && entry.outcome !== 'unchanged' && references.length === 0)) continue;
      const into = found.get(sourceId) ?? { sourceId, targetId, values: new Map(), added: new Set(), removed: new Set() };
      found.set(sourceId, into);
      note(into, entry, idsOf(references), deviating.has(sourceId));
    }
  }
  return [...found.values()];
}

/** Those of a write that are so now: all of one that went well, of another one those that really changed. */
const referencesOf = ({ outcome, operation, references }: JournalEntry): readonly Reference[] => (outcome === 'done' || outcome === 'unchanged' ? operation.references : references);

function note(into: Collected, { kind, operation: { objectKind, changes } }: JournalEntry, ids: readonly string[], isOtherwise: boolean): void {
  const codes = (attribute: string, values: readonly string[] | null): ReadonlySet<string> | null => (isOtherwise ? null : new Set([...valueKeys(objectKind, attribute, values)].map(valueCode)));
  if (kind === 'update') for (const { attribute, after } of changes) into.values.set(attributeCode(attribute), codes(attribute, after));
  if (kind === 'clear manager') into.values.set(attributeCode('manager'), codes('manager', null));
  if (kind === 'set manager' && ids.length > 0) into.values.set(attributeCode('manager'), codes('manager', ids));
  // Who is missing after all is put in again, who is there still is taken out again.
  if (isOtherwise || (kind !== 'add members' && kind !== 'remove members')) return;
  const [now, before] = kind === 'add members' ? [into.added, into.removed] : [into.removed, into.added];
  for (const code of ids.map(memberCode)) {
    now.add(code);
    before.delete(code);
  }
}
