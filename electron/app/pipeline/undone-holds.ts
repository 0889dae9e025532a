import type { HoldInput } from '../../store/index.ts';
import { attributeOf, EXISTENCE } from '../../engines/planning/index.ts';
import type { OperationKind } from '../../../shared/domain/plans.ts';
import { WHOLE_OBJECT } from '../holds.ts';
import type { RollBackRequest } from './task-settings.ts';
import type { UndoneWrite } from './undone-writes.ts';

/** Writes of links, all that is written to objects of other collections that waited for one of its own. */
export const LINKS: ReadonlySet<OperationKind> = new Set(['set manager', 'clear manager', 'add members', 'remove members', 'add permissions', 'remove permissions']);

/** What {@link holdsAfter} needs to know besides the writes. */
export interface HoldingBasis {
  readonly request: Pick<RollBackRequest, 'undoes' | 'tasks' | 'window' | 'objectId' | 'attributes'>;
  readonly by: string;
  readonly at: number;
  readonly taskId: string;
  /** Tasks that were cycles of coexistence. */
  readonly cycles: ReadonlySet<string>;
  /** Objects that a collection in coexistence holds, whoever wrote to them. */
  readonly inCoexistence: ReadonlySet<string>;
  /** Members of the collection that is rolled back. */
  readonly members: ReadonlySet<string>;
}

/**
 * What is held out of coexistence after a roll back, because the next cycle would write it again: objects that a cycle wrote to, and objects that are in coexistence now.
 * An object is held as a whole, unless single attributes of it were asked for, or it belongs to another collection and only links of it were taken back.
 * @param undone writes that changed the tenant, with the values of them that were taken back.
 */
export function holdsAfter(undone: readonly UndoneWrite[], { request, by, at, taskId, cycles, inCoexistence, members }: HoldingBasis): readonly HoldInput[] {
  const held = new Map<string, Set<string>>();
  for (const { entry, values } of undone) {
    const { sourceId } = entry;
    if (sourceId === null || values.size === 0 || !(cycles.has(entry.taskId) || inCoexistence.has(sourceId))) continue;
    const inPart = request.attributes !== null || (LINKS.has(entry.operation.kind) && !members.has(sourceId));
    const attributes = held.get(sourceId) ?? new Set();
    held.set(sourceId, attributes);
    if (!inPart) attributes.add(WHOLE_OBJECT);
    else for (const value of values) if (value !== EXISTENCE) attributes.add(attributeOf(value));
  }
  const reason = reasonOf(request, cycles);
  return [...held].flatMap(([sourceId, attributes]) => (attributes.has(WHOLE_OBJECT) ? [WHOLE_OBJECT] : [...attributes].toSorted()).map((attribute) => ({ sourceId, attribute, since: at, by, reason, taskId })));
}

function reasonOf({ undoes, tasks, window, objectId, attributes }: HoldingBasis['request'], cycles: ReadonlySet<string>): string {
  if (attributes !== null) return 'The attribute was rolled back.';
  if (objectId !== null) return 'The object was rolled back.';
  if (window !== null) return `Everything written from ${utc(window.from)} to ${utc(window.to)} was rolled back.`;
  if (tasks !== null) return `${tasks.length} tasks that wrote to it were rolled back together.`;
  return undoes !== null && cycles.has(undoes) ? 'A cycle of coexistence was rolled back.' : 'A migration was rolled back.';
}

/** A moment as sentences name it, to the second. */
export const utc = (ms: number): string => `${new Date(ms).toISOString().slice(0, 19).replace('T', ' ')} UTC`;
