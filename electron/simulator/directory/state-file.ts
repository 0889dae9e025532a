import { readFile, rename, writeFile } from 'node:fs/promises';
import { z } from 'zod';
import { appError } from '../../../shared/domain/errors.ts';
import { savedMigration } from '../migration/model.ts';
import { simulatorSeed } from '../seed.ts';
import type { Directory } from './directory.ts';
import type { DirectoryObject } from './objects.ts';

/** What outlives a run: the tenant's content, and the keys that keep tokens and profiles of the last run valid. */
export const savedState = z.object({
  causewaySimulator: z.literal(1),
  keys: z.object({ signingKeyPem: z.string(), clientSecret: z.string(), readOnlySecret: z.string() }),
  content: simulatorSeed,
  /** Writes of the last days, so that delta tokens of an earlier run can be answered; absent in files of earlier versions. */
  journal: z.object({
    generation: z.string(), version: z.int(),
    entries: z.array(z.object({
      version: z.int(), at: z.number(), kind: z.enum(['user', 'group', 'contact']), id: z.string(), change: z.enum(['created', 'updated', 'deleted', 'restored', 'purged']),
      names: z.array(z.string()).readonly(), addedMembers: z.array(z.string()).readonly(), removedMembers: z.array(z.string()).readonly(),
      // Absent in files of earlier versions.
      addedOwners: z.array(z.string()).readonly().default([]), removedOwners: z.array(z.string()).readonly().default([]), formerManager: z.string().nullable().default(null),
    })).readonly(),
  }).optional(),
  /** How far the clock was moved forward; without it time would go back with the next run. Absent in files of earlier versions. */
  clock: z.object({ advancedMs: z.number().min(0) }).optional(),
  /** What the migration service was about. Absent in files of earlier versions. */
  migration: savedMigration.optional(),
});
export type SavedState = z.output<typeof savedState>;

/** Content of a directory in the form of a seed; ids, deleted objects and dangling references included. */
export function toSeed(directory: Directory): SavedState['content'] {
  const facet = ({ exchange }: DirectoryObject) => (exchange === null ? {} : { exchange });
  const user = (o: DirectoryObject) => ({ id: o.id, properties: { ...o.properties }, managerId: o.manager, ...facet(o) });
  const group = (o: DirectoryObject) => ({ id: o.id, properties: { ...o.properties }, memberIds: [...o.members ?? []], ownerIds: [...o.owners ?? []], ...facet(o) });
  const deleted = [...directory.deleted.values()];
  return {
    tenant: directory.facts, skus: directory.skus, ...(directory.connectors.size > 0 ? { connectors: Object.fromEntries(directory.connectors) } : {}),
    users: [...directory.user.values()].map(user), groups: [...directory.group.values()].map(group),
    contacts: [...directory.contact.values()].map((o) => ({ id: o.id, properties: { ...o.properties }, ...facet(o) })),
    deletedUsers: deleted.filter((o) => o.kind === 'user').map(user), deletedGroups: deleted.filter((o) => o.kind === 'group').map(group),
    roles: directory.roles.map((r) => ({ ...r, memberIds: [...r.memberIds] })),
  };
}

/**
 * Reads a state file.
 * @returns undefined when there is no such file.
 * @throws AppError BAD_FILE when the file is not one of ours.
 */
export async function loadState(path: string): Promise<SavedState | undefined> {
  let text: string;
  try {
    text = await readFile(path, 'utf8');
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw appError('BAD_FILE', `The simulator's state file ${path} cannot be read. Check its permissions.`, { cause });
  }
  try {
    return savedState.parse(JSON.parse(text));
  } catch (cause) {
    throw appError('BAD_FILE', `${path} is not a state file of the simulator. Choose another file or delete it to start afresh.`, { cause });
  }
}

/** Writes a state file as a whole: a reader, or a crash, never meets half a file. Only the owner may read it. */
export async function saveState(path: string, state: SavedState): Promise<void> {
  const temporary = `${path}.${process.pid}.tmp`;
  await writeFile(temporary, JSON.stringify(state), { mode: 0o600 });
  await rename(temporary, path);
}
