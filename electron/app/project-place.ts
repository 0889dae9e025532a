import path from 'node:path';
import type { Platform } from '../platform/index.ts';
import { createProject, isPostgres, openProject, parseAddress, withPassword, type Store } from '../store/index.ts';

/** A place as people write it: an address of PostgreSQL stays as it is, a file becomes a full path. */
export const placeOf = (text: string): string => (isPostgres(text) ? text : path.resolve(text));

/** True for an address of PostgreSQL, which no file system knows. */
export const isAddress = (place: string): boolean => isPostgres(place);

type Keeper = Pick<Platform, 'secrets' | 'machine'>;

/** Name of the password in the secret store: one for all projects of a user in a database. */
function secretName(place: string): string {
  const { user, host, port, database } = parseAddress(place);
  return `postgres/${user}@${host}:${port}/${database}`;
}

/**
 * The place with the password that opens it: the one in the address, else the one in PGPASSWORD (which the driver reads by itself), else the one that is
 * kept with the other secrets, else none: then the driver looks for the user's password file. A file comes back as it is.
 */
export async function withKnownPassword({ secrets, machine }: Keeper, place: string): Promise<string> {
  if (!isPostgres(place) || parseAddress(place).password !== undefined || machine.env['PGPASSWORD']) return place;
  const kept = await secrets.get(secretName(place));
  return kept === null ? place : withPassword(place, kept);
}

/** Keeps the password that an address has, once it has opened the project, so that nobody has to write it again. */
export async function keepPassword({ secrets }: Keeper, place: string): Promise<void> {
  if (!isPostgres(place)) return;
  const { password } = parseAddress(place);
  if (password === undefined || await secrets.get(secretName(place)) === password) return;
  await secrets.set(secretName(place), password);
}

/**
 * Opens a project, or makes one, at a file or an address.
 * @param create null opens an existing one.
 * @throws what `openProject` and `createProject` throw.
 */
export async function openPlace(keeper: Keeper, place: string, create: { readonly name: string; readonly demo: boolean } | null): Promise<Store> {
  const whole = await withKnownPassword(keeper, place);
  const store = create === null ? await openProject(whole) : await createProject({ file: whole, ...create });
  try {
    await keepPassword(keeper, place);
    return store;
  } catch (error) {
    await store.close();
    throw error;
  }
}
