import type { TargetObject } from '../../../shared/domain/objects.ts';
import { MAILBOX_PERMISSIONS, type Reference } from '../../../shared/domain/plans.ts';
import { chunkReferences } from './links.ts';
import { MANAGER } from './rollback-values.ts';
import type { TargetWishes } from './rollback-wishes.ts';
import { add, contested, decisionOn, impossible, isGone, type Work } from './rollback-work.ts';

/**
 * Gives a person the manager of before. A manager who was deleted since shows as none: that is no change of somebody's, the link
 * only cannot be seen. One who is gone cannot be set again.
 */
export function undoManager(work: Work, wishes: TargetWishes, current: TargetObject): void {
  if (wishes.manager === null) return;
  const { before, written, between } = wishes.manager;
  const writtenId = written?.targetId ?? null;
  const seen = current.links['manager']?.[0] ?? null;
  // Out of the recycle bin, on either side, the manager that the task had set comes with the link.
  const returns = current.deleted || (writtenId !== null && work.returning.has(writtenId));
  const now = seen === null && returns ? writtenId : seen;
  const list = (id: string | null) => (id === null ? null : [id]);
  const contest = { attribute: MANAGER, before: list(before?.targetId ?? null), written: list(writtenId), current: list(now) };
  let restoreTo = before;
  if (now === writtenId || (now === null && isGone(work, writtenId))) {
    const theirs = between?.value ?? null;
    if (between !== null && (theirs?.targetId ?? null) !== (before?.targetId ?? null) && !contested(work, wishes, { ...contest, between: { values: list(theirs?.targetId ?? null) } })) restoreTo = theirs;
    if (now === (restoreTo?.targetId ?? null)) return;
  } else {
    if (now === (before?.targetId ?? null)) return;
    if (!contested(work, wishes, contest)) return;
  }
  if (restoreTo !== null && isGone(work, restoreTo.targetId)) {
    impossible(work, wishes, MANAGER, `The manager before, ${restoreTo.name}, is no longer in the tenant. Restore that account from the recycle bin and roll back again, or choose another manager.`);
    restoreTo = null;
    if (now === null) return;
  }
  // The recycle bin does not show managers; applying fills in what it finds after restoring.
  const previous: Reference[] = now === null ? [] : [current.deleted ? { sourceId: null, targetId: null, name: 'not known before it is restored' } : { sourceId: null, targetId: now, name: now }];
  add(work, 'links', wishes, restoreTo === null ? 'clear manager' : 'set manager', { references: restoreTo === null ? [] : [restoreTo], previous });
}

/** Leaves a link alone that a person wants to stay as it is now, and shows it among the decisions. @returns true when it stays. */
function stays(work: Work, wishes: TargetWishes, attribute: string, id: string, restoreTo: 'none' | 'there'): boolean {
  if (decisionOn(work, wishes.targetId, { attribute, value: id }) !== 'keep') return false;
  const [is, was] = restoreTo === 'none' ? [[id], null] : [null, [id]];
  return !contested(work, wishes, { attribute, value: id, before: was, written: is, current: is });
}

/** Takes out the members that were added and puts back those that were taken out; whoever is so already is left alone. */
export function undoMembers(work: Work, wishes: TargetWishes, current: TargetObject): void {
  if (wishes.lost.length > 0) impossible(work, wishes, 'members', `The journal does not tell the ids of ${wishes.lost.join(', ')}; take these members back by hand.`);
  const read = current.links['members'];
  // Out of the recycle bin, the members that the task had added come with their memberships.
  const now = read === undefined ? undefined : new Set([...read, ...[...wishes.members].flatMap(([id, { added }]) => (added && work.returning.has(id) ? [id] : []))]);
  const pick = (restoreTo: 'member' | 'none'): Reference[] => [...wishes.members]
    .filter(([id, wish]) => wish.restoreTo === restoreTo && (now === undefined || now.has(id) === (restoreTo === 'none')) && !stays(work, wishes, 'members', id, restoreTo === 'none' ? 'none' : 'there')).map(([, wish]) => wish.reference);
  for (const references of chunkReferences(pick('none'))) add(work, 'links', wishes, 'remove members', { references });
  const back = pick('member');
  const gone = back.filter(({ targetId }) => isGone(work, targetId));
  if (gone.length > 0) impossible(work, wishes, 'members', `${gone.map((one) => one.name).join(', ')} ${gone.length === 1 ? 'is' : 'are'} no longer in the tenant and cannot become ${gone.length === 1 ? 'a member' : 'members'} again.`);
  for (const references of chunkReferences(back.filter((one) => !gone.includes(one)))) add(work, 'links', wishes, 'add members', { references });
}

/** Takes permissions on a mailbox from those who got them, and gives them back to those who lost them; who is so already is left alone. */
export function undoPermissions(work: Work, wishes: TargetWishes, current: TargetObject): void {
  for (const permission of MAILBOX_PERMISSIONS) {
    const read = current.links[permission];
    // Out of the recycle bin, holders come with what they were given.
    const now = read === undefined ? undefined : new Set([...read, ...[...wishes.permissions.values()].flatMap((wish) => (wish.permission === permission && wish.restoreTo === 'none' && work.returning.has(wish.reference.targetId ?? '') ? [wish.reference.targetId ?? ''] : []))]);
    const pick = (restoreTo: 'holder' | 'none'): Reference[] => [...wishes.permissions.values()].flatMap((wish) => {
      const isSo = wish.permission !== permission || wish.restoreTo !== restoreTo || (now !== undefined && now.has(wish.reference.targetId ?? '') !== (restoreTo === 'none'));
      return isSo || stays(work, wishes, permission, wish.reference.targetId ?? '', restoreTo === 'none' ? 'none' : 'there') ? [] : [wish.reference];
    });
    for (const references of chunkReferences(pick('none'))) add(work, 'links', wishes, 'remove permissions', { references, permission, service: 'exchange' });
    for (const references of chunkReferences(pick('holder'))) add(work, 'links', wishes, 'add permissions', { references, permission, service: 'exchange' });
  }
}
