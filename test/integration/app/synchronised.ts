import Database from 'better-sqlite3';
import type { TaskRow } from '../../../shared/contracts/tasks.ts';
import type { Rig } from './rig.ts';

/** Changes one row of the project file behind the console's back. */
export function alter(rig: Pick<Rig, 'file'>, statement: string, ...values: readonly string[]): void {
  const db = new Database(rig.file, { timeout: 5_000 });
  try {
    if (db.prepare(statement).run(...values).changes !== 1) throw new Error(`no row: ${statement}`);
  } finally { db.close(); }
}

/** Makes a migration a cycle of coexistence: what a roll back finds in the journal afterwards is a cycle's. */
export const asCycle = (rig: Pick<Rig, 'file'>, task: Pick<TaskRow, 'id'>): void => { alter(rig, "update task set kind = 'Synchronise' where id = ? and kind = 'Migrate'", task.id); };

/** Puts the collection into coexistence. */
export const inCoexistence = (rig: Rig): void => {
  alter(rig, "insert into coexistence (collection_id, pair_id, state, settings, position, full_hash, failures, attention, changed_at) values (?, ?, 'Paused', '{}', 0, '', 0, '', 0)", rig.collectionId, rig.pairId);
};

/** Migrates and makes that a cycle. */
export async function cycle(rig: Rig): Promise<TaskRow> {
  const task = await rig.migrate();
  if (task.state !== 'Completed') throw new Error(`${task.state}: ${task.message}`);
  asCycle(rig, task);
  return await rig.call('tasks.get', { id: task.id });
}

/** What is held, as `Ann` or `Ann:jobTitle`, in the order of the list. */
export async function heldRows(rig: Rig): Promise<readonly string[]> {
  const { rows } = await rig.call('holds.page', { pairId: rig.pairId });
  return rows.map(({ name, attribute }) => (attribute === '' ? name : `${name}:${attribute}`));
}
