import type { ObjectKind, TargetObject, Values } from '../../../shared/domain/objects.ts';
import { targetAttribute } from '../../../shared/rules/target-attributes.ts';
import { countOperations } from './counts.ts';
import { presentValues, stillAsWritten } from './diff.ts';
import { undoAttributes } from './rollback-attributes.ts';
import { freeSeatsFirst, undoLicences, vacate } from './rollback-licences.ts';
import { undoManager, undoMembers, undoPermissions } from './rollback-links.ts';
import type { JournalledChange, RollbackOptions, RollbackPlan } from './rollback-types.ts';
import { choiceKey, EXISTENCE } from './rollback-values.ts';
import { wishesOf } from './rollback-wishes.ts';
import type { Chain, TargetWishes } from './rollback-wishes.ts';
import { add, contested, impossible, ownerOf, STAGES, type Work } from './rollback-work.ts';

/** What becomes of an object that the task made; `members only`: it stays for single members whom a person keeps, the other members go out of it. */
type Unmaking = 'deleted' | 'stays' | 'members only';

/**
 * Notes what others changed on an object that the task made: its delete takes that along. Managers do not count (the task's own
 * links go before), nor passwords, which everybody changes; of members only those that the task did not add and that stay themselves.
 */
function unmaking(work: Work, wishes: TargetWishes, current: TargetObject): Unmaking {
  let deletes = true;
  const note = (attribute: string, written: Values | null, now: Values | null, theirs: Values | null = null): void => {
    deletes = contested(work, wishes, { attribute, before: null, written, current: now, created: true, ...(theirs === null ? {} : { between: { values: theirs } }) }) && deletes;
  };
  for (const [attribute, chain] of wishes.attributes) {
    const now = presentValues(current, attribute);
    const theirs = setBetween(wishes.about.objectKind, attribute, chain);
    if (!stillAsWritten(wishes.about.objectKind, attribute, now, chain.written)) note(attribute, chain.written, now);
    else if (theirs !== null) note(attribute, chain.written, now, theirs);
  }
  // What others have filled in besides. No service fills by itself in what can be made empty again.
  for (const attribute of Object.keys(current.attributes)) {
    const about = targetAttribute(wishes.about.objectKind, attribute, ownerOf(wishes));
    const now = wishes.attributes.has(attribute) || about?.type !== 'text' || !about.clearable || !about.onUpdate || about.names !== undefined ? null : presentValues(current, attribute);
    if (now?.some((value) => value !== '') === true) note(attribute, null, now);
  }
  const strangers = (current.links['members'] ?? []).filter((id) => wishes.members.get(id)?.added !== true && !work.leaving.has(id));
  const valuesGo = deletes;
  const out = strangers.filter((id) => contested(work, wishes, { attribute: 'members', value: id, before: null, written: null, current: [id], created: true }));
  deletes = deletes && out.length === strangers.length;
  if (deletes) return 'deleted';
  const single = strangers.some((id) => work.options.choices?.has(choiceKey({ targetId: wishes.targetId, attribute: 'members', value: id })) === true);
  if (!valuesGo || !single) return 'stays';
  for (const id of out) wishes.members.set(id, { reference: { sourceId: null, targetId: id, name: id }, added: true, restoreTo: 'none' });
  return 'members only';
}

/**
 * What others had set between two writes of ours, the newest of it, which is known by the journal alone: going back to what was there before
 * the object was takes that along. What they had only emptied, or the service added, is nothing that could be lost.
 */
function setBetween(kind: ObjectKind, attribute: string, { between }: Chain<Values | null>): Values | null {
  const gap = between?.gaps.find(({ left, found }) => !stillAsWritten(kind, attribute, found, left) && found?.some((value) => value !== '' && left?.includes(value) !== true) === true);
  return gap?.found ?? null;
}

/** Takes back an object that was not there before. */
function unmake(work: Work, wishes: TargetWishes, current: TargetObject | undefined): Fate | null {
  if (current === undefined) return null;
  const how = current.deleted ? 'deleted' : unmaking(work, wishes, current);
  if (how === 'members only') return { wishes: { ...wishes, attributes: new Map(), manager: null, licences: null }, current, leavesDeleted: false };
  if (how === 'stays') return null;
  work.leaving.add(wishes.targetId);
  if (!current.deleted) {
    vacate(work, wishes, current);
    add(work, 'deletes', wishes, 'delete');
  }
  // Exchange Online removes for good: there is nothing left to purge.
  if (work.options.purge && ownerOf(wishes) === 'graph') add(work, 'purges', wishes, 'purge');
  return null;
}

const asksForNothing = ({ existence, attributes, members, permissions, lost, manager, licences }: TargetWishes): boolean =>
  existence.before === existence.written && existence.between === null && attributes.size === 0 && members.size === 0 && permissions.size === 0 && lost.length === 0 && manager === null && licences === null;

/** What becomes of an object that was there before; null: it is left alone. */
interface Fate { readonly wishes: TargetWishes; readonly current: TargetObject; readonly leavesDeleted: boolean }

/** Decides about the object itself: whether it is unmade, brought back, or only gets its values back. */
function decide(work: Work, wishes: TargetWishes, current: TargetObject | undefined): Fate | null {
  const { before, written, between } = wishes.existence;
  if (before === 'absent') return unmake(work, wishes, current);
  if (asksForNothing(wishes)) return null;
  else if (current === undefined) impossible(work, wishes, EXISTENCE, written === 'absent' ? 'The object was purged and cannot come back.' : 'The object is no longer in the tenant.');
  else if (current.deleted) {
    // Deleted again by somebody: a restored object is then as it was before.
    if (before === 'deleted') return null;
    if (written !== 'deleted' && !contested(work, wishes, { attribute: EXISTENCE, before: null, written: null, current: null })) return null;
    add(work, 'restores', wishes, 'restore');
    work.returning.add(wishes.targetId);
    return { wishes, current, leavesDeleted: false };
  } else if (before === 'live' && between?.value === 'deleted') {
    return fateOf(work, wishes, current, contested(work, wishes, { attribute: EXISTENCE, before: null, written: null, current: null, between: { values: null } }) ? 'live' : 'deleted');
  } else return fateOf(work, wishes, current, before);
  return null;
}

function fateOf(work: Work, wishes: TargetWishes, current: TargetObject, end: 'live' | 'deleted'): Fate {
  if (end === 'deleted') work.leaving.add(wishes.targetId);
  return { wishes, current, leavesDeleted: end === 'deleted' };
}

function undoValues(work: Work, { wishes, current, leavesDeleted }: Fate): void {
  undoMembers(work, wishes, current);
  undoPermissions(work, wishes, current);
  undoManager(work, wishes, current);
  const givenBack = undoLicences(work, wishes, current);
  // Exchange Online shows nothing of an account in the recycle bin or without its licence; what the task wrote comes back with the mailbox.
  const mailbox = current.deleted || (givenBack && current.attributes['recipientTypeDetails'] === undefined) ? 'comes back' : 'as it shows';
  const { own = [], beside = [], naming = [] } = Object.groupBy(undoAttributes(work, wishes, current, mailbox), ({ attribute }) => {
    const recipient = wishes.recipients.has(attribute);
    return targetAttribute(wishes.about.objectKind, attribute, ownerOf(wishes))?.names !== undefined ? 'naming' : recipient ? 'beside' : 'own';
  });
  // Before the licence goes, and the mailbox with it.
  for (const [stage, changes] of [['names', naming], ['links', beside]] as const) {
    const recipient = changes.map(({ attribute }) => wishes.recipients.get(attribute)).find((one) => one !== undefined);
    if (changes.length > 0) add(work, stage, wishes, 'update', { changes, service: 'exchange', ...(recipient === undefined ? {} : { recipient }) });
  }
  if (own.length > 0) add(work, 'updates', wishes, 'update', { changes: own });
  if (leavesDeleted) add(work, 'deletes of restored', wishes, 'delete');
}

/**
 * The inverse of what was carried out, taken from the journal newest first and held against the present state. Order: licences that somebody
 * else gets back are taken, deleted objects come back and licences are given back, links are taken back, created objects are deleted, values are restored (which may need
 * the names that the created objects held), licences are taken, restored objects are deleted again, and deleted ones purged when asked.
 * @param entries operations carried out, in the order in which they were written; among them what was left of later ones (`leftOnTop`).
 * @param current present state by Graph id, with links for objects whose links the task changed; undefined or missing: gone.
 */
export function planRollback(entries: readonly JournalledChange[], current: ReadonlyMap<string, TargetObject | undefined>, options: RollbackOptions): RollbackPlan {
  const work: Work = {
    options, conflicts: [], impossible: [], returning: new Set(), leaving: new Set(),
    stages: { 'licences freed': [], restores: [], 'licences given back': [], names: [], links: [], deletes: [], updates: [], 'licences taken': [], 'deletes of restored': [], purges: [] },
  };
  const all = wishesOf(entries);
  // First who will be there, because links show only between objects that are: people before groups, which hold them.
  const { group = [], other = [] } = Object.groupBy(all.values(), ({ about }) => (about.objectKind === 'group' ? 'group' : 'other'));
  const fates = [...other, ...group].map((wishes) => decide(work, wishes, current.get(wishes.targetId)));
  for (const fate of fates) if (fate !== null) undoValues(work, fate);
  freeSeatsFirst(work, current);
  const operations = STAGES.flatMap((stage) => work.stages[stage]).map((operation, i) => ({ ...operation, seq: i + 1 }));
  const touched = new Set(operations.map((operation) => operation.targetId));
  const stuck = new Set(work.impossible.map((one) => one.targetId).filter((id) => !touched.has(id)));
  return {
    operations, counts: countOperations(operations, { unchanged: all.size - touched.size - stuck.size, skipped: stuck.size }),
    conflicts: work.conflicts, impossible: work.impossible,
  };
}
