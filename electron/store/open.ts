import { isPostgres } from './address.ts';
import { STORE_ENVIRONMENT, type StoreEnvironment } from './environment.ts';
import { finish, firstRows } from './migrate.ts';
import { makeFile, openFile, type Made } from './open-file.ts';
import { makeSchema, openSchema } from './open-postgres.ts';
import type { Store } from './store.ts';

export { IN_MEMORY } from './open-file.ts';

/** An empty project at a place, a file or an address of PostgreSQL. @throws as {@link createProject}. */
export const makePlace = async (place: string, environment: StoreEnvironment): Promise<Made> => (isPostgres(place) ? await makeSchema(place, environment) : await makeFile(place, environment));

/**
 * Makes a new project with its first agent, `Local`, and opens it.
 * @param options `file`: path of the new file, `IN_MEMORY`, or an address of PostgreSQL (see address.ts); `name`: what people call the project; `demo`: true for the demo project.
 * @param environment clock, ids and migrations; the shipped ones by default.
 * @throws AppError CONFLICT when the file or the schema exists, INVALID_INPUT when it cannot be made there; of PostgreSQL also NOT_FOUND (no such database),
 *   DATABASE_UNAVAILABLE, AUTH_FAILED, FORBIDDEN, CERTIFICATE_REFUSED. Then nothing is left.
 */
export async function createProject(options: { readonly file: string; readonly name: string; readonly demo: boolean }, environment: Partial<StoreEnvironment> = {}): Promise<Store> {
  const { opened, place, discard } = await makePlace(options.file, { ...STORE_ENVIRONMENT, ...environment });
  try {
    const store = finish(opened, place, null);
    await firstRows(store, opened.context, options);
    return store;
  } catch (error) {
    await discard();
    throw error;
  }
}

/**
 * Opens a project. One of an older version is brought forward (`store.migrated` tells); a file is copied beside itself before.
 * What is refused is left as it was.
 * @param place path of a file, or an address of PostgreSQL.
 * @param environment clock, ids and migrations; the shipped ones by default.
 * @throws AppError NOT_FOUND, BAD_FILE (another program's, damaged, unreadable), NEWER_PROJECT, CONFLICT (moved elsewhere); of PostgreSQL also
 *   DATABASE_UNAVAILABLE, AUTH_FAILED, FORBIDDEN, CERTIFICATE_REFUSED.
 */
export async function openProject(place: string, environment: Partial<StoreEnvironment> = {}): Promise<Store> {
  const whole: StoreEnvironment = { ...STORE_ENVIRONMENT, ...environment };
  return isPostgres(place) ? await openSchema(place, whole) : await openFile(place, whole);
}
