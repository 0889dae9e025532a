import type { Values } from '../../../shared/domain/objects.ts';
import type { AttributeChange, Operation, Reference } from '../../../shared/domain/plans.ts';
import type { JournalledChange } from './rollback-types.ts';

/** One attribute to be taken back: from what the task wrote last to what was there before its first write. */
export interface AttributeWish { readonly attribute: string; readonly written: Values | null; readonly restoreTo: Values | null }
/** One membership to be taken back. */
export interface MemberWish { readonly reference: Reference; readonly present: boolean }

/** What has to become of one target, drawn together from all its journal entries. */
export interface TargetWishes {
  readonly targetId: string;
  /** The newest operation, for name, kind and source. */
  readonly about: Operation;
  /** What the task wrote into an object that it made: the create's values. Without passwords, which cannot be read. */
  readonly made: Map<string, Values | null>;
  existence: 'stays' | 'made by the task' | 'restored by the task' | 'deleted by the task' | 'purged by the task';
  readonly attributes: Map<string, AttributeWish>;
  manager: { readonly written: string | null; readonly restoreTo: Reference | null } | null;
  readonly members: Map<string, MemberWish>;
  /** Names of members whose Graph id the journal does not tell. */
  readonly lost: string[];
}

/** Nets one older change of existence with what newer entries left: made and taken away again is nothing. */
function settleExistence(wishes: TargetWishes, kind: Operation['kind']): void {
  const newer = wishes.existence;
  const gone = newer === 'deleted by the task' || newer === 'purged by the task';
  if (kind === 'create' || (kind === 'restore' && newer === 'deleted by the task')) {
    if (gone) { wishes.attributes.clear(); wishes.members.clear(); wishes.manager = null; }
    wishes.existence = gone ? 'stays' : kind === 'create' ? 'made by the task' : 'restored by the task';
  } else if (newer === 'purged by the task') return;
  else if (kind === 'restore') wishes.existence = 'restored by the task';
  else if (kind === 'purge') wishes.existence = 'purged by the task';
  else if (kind === 'delete') wishes.existence = newer === 'restored by the task' ? 'stays' : 'deleted by the task';
}

/** Entries come newest first, so the last one to speak about an attribute holds the value before the task. */
function wishAttribute(wishes: TargetWishes, change: AttributeChange): void {
  const newer = wishes.attributes.get(change.attribute);
  wishes.attributes.set(change.attribute, { attribute: change.attribute, written: newer === undefined ? change.after : newer.written, restoreTo: change.before });
}

/**
 * Reads the journal newest first and nets it: several changes of one value become one way back.
 * @param entries in the order in which they were written.
 * @returns wishes by target, newest target first.
 */
export function wishesOf(entries: readonly JournalledChange[]): ReadonlyMap<string, TargetWishes> {
  const madeFrom = new Map(entries.flatMap(({ operation, targetId }) => (operation.kind === 'create' && operation.sourceId !== null ? [[operation.sourceId, targetId] as const] : [])));
  const complete = (reference: Reference): Reference => ({
    ...reference, targetId: reference.targetId ?? (reference.sourceId === null ? null : (madeFrom.get(reference.sourceId) ?? null)),
  });
  const all = new Map<string, TargetWishes>();
  for (const { operation, targetId, references } of entries.toReversed()) {
    const wishes: TargetWishes = all.get(targetId) ?? { targetId, about: operation, existence: 'stays', made: new Map(), attributes: new Map(), manager: null, members: new Map(), lost: [] };
    all.set(targetId, wishes);
    const refers = (references ?? operation.references).map(complete);
    settleExistence(wishes, operation.kind);
    if (operation.kind === 'create') for (const { attribute, after } of operation.changes) { if (!attribute.startsWith('passwordProfile/')) wishes.made.set(attribute, after); }
    if (operation.kind === 'update') operation.changes.forEach((change) => wishAttribute(wishes, change));
    else if (operation.kind === 'set manager' || operation.kind === 'clear manager') {
      const written = operation.kind === 'set manager' ? (refers[0]?.targetId ?? null) : null;
      wishes.manager = { written: wishes.manager === null ? written : wishes.manager.written, restoreTo: operation.previous[0] ?? null };
    } else if (operation.kind === 'add members' || operation.kind === 'remove members') {
      for (const reference of refers) {
        if (reference.targetId === null) wishes.lost.push(reference.name);
        else wishes.members.set(reference.targetId, { reference, present: operation.kind === 'remove members' });
      }
    }
  }
  return all;
}
