import type { Repositories } from '../store/index.ts';

/** Whether mail of an object goes to its mailbox in Microsoft 365 by now, with its contents there. */
export interface SwitchedObject { readonly sourceId: string; readonly switched: 'yes' | 'no' }

const SWITCHED = 'The mailbox was switched on ';
const day = (at: number): string => new Date(at).toISOString().slice(0, 10);
/** A reason without what an earlier switch added to it. */
const without = (reason: string): string => reason.replace(/ ?The mailbox was switched on \d{4}-\d\d-\d\d\.$/, '').trim();

/**
 * Tells the collections of a pair which mailboxes are switched: a Migrated object becomes Completed ("A mailbox of already migrated user is successfully switched",
 * Quest Migration Manager for Active Directory, "Tracking the Migration Progress"), and Migrated again when the switch is taken back. Objects that were never migrated here keep
 * their status, and its reason says that the mailbox was switched. Objects of no collection have no status.
 * @param at when, milliseconds since 1970 UTC. @returns rows changed.
 */
export async function tellSwitched(tx: Pick<Repositories, 'collections'>, pairId: string, objects: readonly SwitchedObject[], at: number): Promise<number> {
  const members = await tx.collections.membersOf(pairId, objects.map(({ sourceId }) => sourceId));
  const byCollection = new Map<string, Parameters<Repositories['collections']['setStatuses']>[1][number][]>();
  for (const { sourceId, switched } of objects) {
    const member = members.get(sourceId);
    const [collection] = member?.collections ?? [];
    if (member === undefined || collection === undefined) continue;
    const { status, reason } = member;
    const said = reason.includes(SWITCHED);
    if (switched === 'yes' ? status === 'Completed' || said : status !== 'Completed' && !said) continue;
    const next = switched === 'yes'
      ? status === 'Migrated' ? { status: 'Completed' as const, reason: `${SWITCHED}${day(at)}.` } : { status, reason: `${reason} ${SWITCHED}${day(at)}.`.trim() }
      : status === 'Completed' ? { status: 'Migrated' as const, reason: `The switch of the mailbox was taken back on ${day(at)}.` } : { status, reason: without(reason) };
    byCollection.set(collection.id, [...byCollection.get(collection.id) ?? [], { sourceId, ...next }]);
  }
  let changed = 0;
  for (const [id, rows] of byCollection) changed += (await tx.collections.setStatuses(id, rows)).changed;
  return changed;
}
