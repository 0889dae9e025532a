import type { TargetObject, Values } from '../../../shared/domain/objects.ts';
import type { AttributeChange, Operation, OperationKind, Reference } from '../../../shared/domain/plans.ts';
import { targetAttribute } from '../../../shared/rules/target-attributes.ts';
import { countOperations } from './counts.ts';
import { presentValues, sameValues } from './diff.ts';
import { chunkReferences } from './links.ts';
import type { JournalledChange, RollbackConflict, RollbackImpossible, RollbackOptions, RollbackPlan } from './rollback-types.ts';
import { wishesOf } from './rollback-wishes.ts';
import type { AttributeWish, TargetWishes } from './rollback-wishes.ts';

const PROVENANCE = { ruleId: null, source: '', reason: 'Value before the task' };

/** Operations by stage; the order of the stages is the order of the plan. */
const STAGES = ['restores', 'links', 'deletes', 'updates', 'deletes of restored', 'purges'] as const;
type Stage = (typeof STAGES)[number];

/** What is collected for all targets. */
interface Work {
  readonly options: RollbackOptions;
  readonly stages: Readonly<Record<Stage, Operation[]>>;
  readonly conflicts: RollbackConflict[];
  readonly impossible: RollbackImpossible[];
}

function add(work: Work, stage: Stage, wishes: TargetWishes, kind: OperationKind, more: Partial<Pick<Operation, 'changes' | 'references' | 'previous'>> = {}): void {
  const { about, targetId } = wishes;
  work.stages[stage].push({
    id: work.options.newId(), seq: 0, kind, service: 'graph', objectKind: about.objectKind, sourceId: about.sourceId, targetId, name: about.name,
    changes: [], references: [], previous: [], ...more,
  });
}

/** Notes that others changed something. @returns true when the way back is taken all the same. */
function contested(work: Work, wishes: TargetWishes, attribute: string, written: Values | null, current: Values | null): boolean {
  const overwritten = work.options.mode === 'exact';
  work.conflicts.push({ targetId: wishes.targetId, name: wishes.about.name, kind: wishes.about.objectKind, attribute, written, current, overwritten });
  return overwritten;
}

function impossible(work: Work, wishes: TargetWishes, attribute: string, reason: string): void {
  work.impossible.push({ targetId: wishes.targetId, name: wishes.about.name, attribute, reason });
}

function undoAttribute(work: Work, wishes: TargetWishes, current: TargetObject, wish: AttributeWish): AttributeChange[] {
  const kind = wishes.about.objectKind;
  const about = targetAttribute(kind, wish.attribute);
  const now = presentValues(current, wish.attribute);
  if (sameValues(kind, wish.attribute, now, wish.restoreTo)) return [];
  const restoreTo = wish.restoreTo === null || wish.restoreTo.length === 0 ? null : wish.restoreTo;
  if (!sameValues(kind, wish.attribute, now, wish.written) && !contested(work, wishes, wish.attribute, wish.written, now)) return [];
  if (restoreTo === null && about?.clearable === false) impossible(work, wishes, wish.attribute, `${wish.attribute} was empty before and cannot be made empty again; it keeps ${now?.join(', ') ?? 'its value'}.`);
  else if (about !== undefined && !about.onUpdate) impossible(work, wishes, wish.attribute, `${wish.attribute} cannot be changed on an object that exists.`);
  else return [{ attribute: wish.attribute, before: now, after: restoreTo, provenance: PROVENANCE, reversible: now !== null || about?.clearable !== false }];
  return [];
}

function undoManager(work: Work, wishes: TargetWishes, current: TargetObject): void {
  if (wishes.manager === null) return;
  const { written, restoreTo } = wishes.manager;
  const now = current.links['manager']?.[0] ?? null;
  if (now === (restoreTo?.targetId ?? null)) return;
  if (now !== written && !contested(work, wishes, 'manager', written === null ? null : [written], now === null ? null : [now])) return;
  const previous: Reference[] = now === null ? [] : [{ sourceId: null, targetId: now, name: now }];
  add(work, 'links', wishes, restoreTo === null ? 'clear manager' : 'set manager', { references: restoreTo === null ? [] : [restoreTo], previous });
}

function undoMembers(work: Work, wishes: TargetWishes, current: TargetObject): void {
  if (wishes.lost.length > 0) impossible(work, wishes, 'members', `The journal does not tell the ids of ${wishes.lost.join(', ')}; take these members back by hand.`);
  const read = current.links['members'];
  const now = read === undefined ? undefined : new Set(read);
  const pick = (present: boolean): Reference[] => [...wishes.members]
    // Members that somebody else took out, or put back, already are as they were before.
    .filter(([id, wish]) => wish.present === present && (now === undefined || now.has(id) !== present)).map(([, wish]) => wish.reference);
  for (const references of chunkReferences(pick(false))) add(work, 'links', wishes, 'remove members', { references });
  for (const references of chunkReferences(pick(true))) add(work, 'links', wishes, 'add members', { references });
}

/**
 * Notes what others changed on an object that the task made: its delete takes that along. Managers do not count (the task's own
 * links go before), nor passwords, which everybody changes; of members only those that the task did not add.
 * @returns true when somebody changed it.
 */
function madeButChanged(work: Work, wishes: TargetWishes, current: TargetObject): boolean {
  const overwritten = work.options.mode === 'exact';
  const note = (attribute: string, written: Values | null, now: Values | null): void => {
    work.conflicts.push({ targetId: wishes.targetId, name: wishes.about.name, kind: wishes.about.objectKind, attribute, written, current: now, overwritten, created: true });
  };
  const before = work.conflicts.length;
  const written = new Map([...wishes.made, ...[...wishes.attributes.values()].map((wish) => [wish.attribute, wish.written] as const)]);
  for (const [attribute, values] of written) {
    const now = presentValues(current, attribute);
    if (!sameValues(wishes.about.objectKind, attribute, now, values)) note(attribute, values, now);
  }
  const strangers = (current.links['members'] ?? []).filter((id) => wishes.members.get(id)?.present !== false);
  if (strangers.length > 0) note('members', [...wishes.members.values()].filter((m) => !m.present).map((m) => m.reference.name), strangers);
  return work.conflicts.length > before;
}

function undoTarget(work: Work, wishes: TargetWishes, current: TargetObject | undefined): void {
  if (wishes.existence === 'purged by the task') return impossible(work, wishes, '', 'The object was purged and cannot come back.');
  if (wishes.existence === 'made by the task') {
    if (current === undefined) return;
    if (!current.deleted && madeButChanged(work, wishes, current) && work.options.mode === 'keep changes made since') return;
    if (!current.deleted) add(work, 'deletes', wishes, 'delete');
    if (work.options.purge) add(work, 'purges', wishes, 'purge');
    return;
  }
  const nothing = wishes.existence === 'stays' && wishes.attributes.size === 0 && wishes.members.size === 0 && wishes.lost.length === 0 && wishes.manager === null;
  if (nothing) return;
  if (current === undefined) return impossible(work, wishes, '', 'The object is no longer in the tenant.');
  if (current.deleted) {
    // Deleted again by somebody: a restored object is then as it was before.
    if (wishes.existence === 'restored by the task') return;
    if (wishes.existence === 'stays' && !contested(work, wishes, '', null, null)) return;
    add(work, 'restores', wishes, 'restore');
  }
  undoMembers(work, wishes, current);
  undoManager(work, wishes, current);
  const changes = [...wishes.attributes.values()].flatMap((wish) => undoAttribute(work, wishes, current, wish));
  if (changes.length > 0) add(work, 'updates', wishes, 'update', { changes });
  if (wishes.existence === 'restored by the task') add(work, 'deletes of restored', wishes, 'delete');
}

/**
 * The plan that takes a task back, newest change first, netted so that each object is written once.
 *
 * Objects that the task created are deleted (and purged when asked); values go back to what they were before the task; members
 * that the task added are removed and no others; managers get back the one before; restored objects return to the recycle bin.
 * Links go first and deletes before updates, so that names held by created objects are free when older holders get them back.
 * @param entries operations carried out, in the order in which they were written.
 * @param current present state by Graph id, with links for objects whose links the task changed; undefined or missing: gone.
 */
export function planRollback(entries: readonly JournalledChange[], current: ReadonlyMap<string, TargetObject | undefined>, options: RollbackOptions): RollbackPlan {
  const work: Work = {
    options, conflicts: [], impossible: [],
    stages: { restores: [], links: [], deletes: [], updates: [], 'deletes of restored': [], purges: [] },
  };
  const all = wishesOf(entries);
  for (const wishes of all.values()) undoTarget(work, wishes, current.get(wishes.targetId));
  const operations = STAGES.flatMap((stage) => work.stages[stage]).map((operation, i) => ({ ...operation, seq: i + 1 }));
  const touched = new Set(operations.map((operation) => operation.targetId));
  const stuck = new Set(work.impossible.map((one) => one.targetId).filter((id) => !touched.has(id)));
  return {
    operations, counts: countOperations(operations, { unchanged: all.size - touched.size - stuck.size, skipped: stuck.size }),
    conflicts: work.conflicts, impossible: work.impossible,
  };
}
