import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, inject } from 'vitest';
import { IN_MEMORY, createProject, type PairRecord, type Store, type StoreEnvironment } from '../../../electron/store/index.ts';
import { skipFor } from '../../servers/available.ts';
import { freshPostgres, postgresObstacle } from '../../servers/postgres.ts';
import { PAIR, source } from './samples.ts';

export * from './samples.ts';

/** True where PostgreSQL cannot be started; then what needs it is not run. */
export const NO_POSTGRES = skipFor(await postgresObstacle());

const ON_POSTGRES = { name: 'PostgreSQL', on: 'PostgreSQL', environment: {} } as const;
/** The same contract on a file, in memory, by the bulk paths that any database has, and on PostgreSQL. */
export const VARIANTS: readonly { readonly name: string; readonly on: 'file' | 'memory' | 'PostgreSQL'; readonly environment: Partial<StoreEnvironment> }[] = [
  { name: 'file', on: 'file', environment: {} },
  { name: 'memory', on: 'memory', environment: {} },
  { name: 'portable bulk paths', on: 'memory', environment: { bulk: 'portable' } },
  ...(NO_POSTGRES ? [] : [ON_POSTGRES]),
];
/** The two databases that several processes can share. */
export const SHARED = VARIANTS.filter(({ on }) => on !== 'memory');
export type Variant = (typeof VARIANTS)[number];

/** Folders and stores of one test, closed and removed after it. */
export function sandbox() {
  const stores: Store[] = [];
  const folders: string[] = [];
  afterEach(async () => {
    for (const store of stores.splice(0)) await store.close();
    for (const folder of folders.splice(0)) rmSync(folder, { recursive: true, force: true });
  });
  const folder = (): string => {
    const made = mkdtempSync(path.join(tmpdir(), 'causeway-store-'));
    folders.push(made);
    return made;
  };
  const keep = (store: Store): Store => {
    stores.push(store);
    return store;
  };
  /** Where a project of this kind can be made; an address of PostgreSQL has the password. */
  const place = async (on: Variant['on'] = 'file'): Promise<string> => {
    if (on === 'memory') return IN_MEMORY;
    return on === 'file' ? path.join(folder(), 'project.causeway') : await freshPostgres(inject('postgresDesk'));
  };
  const open = async (variant: Variant = { name: 'file', on: 'file', environment: {} }): Promise<Store> =>
    keep(await createProject({ file: await place(variant.on), name: 'Test', demo: false }, variant.environment));
  return { folder, keep, place, open };
}

/** A pair with a collection that has `n` discovered users. */
export async function seeded(store: Store, n: number): Promise<{ readonly pair: PairRecord; readonly collectionId: string; readonly ids: readonly string[] }> {
  const pair = await store.pairs.create(PAIR);
  const collection = await store.collections.create({ pairId: pair.id, name: 'First' });
  const objects = Array.from({ length: n }, (_, i) => source(i + 1));
  await store.sources.upsertPage(pair.id, objects, 'run 1');
  const ids = objects.map((object) => object.id);
  await store.collections.addMembers(collection.id, ids);
  return { pair, collectionId: collection.id, ids };
}

/** All values of an async iterable of pages. */
export async function collect<T>(pages: AsyncIterable<readonly T[]>): Promise<T[]> {
  const all: T[] = [];
  for await (const page of pages) all.push(...page);
  return all;
}

/** Code of the AppError that a promise ends with; `none` when it does not fail. */
export async function failure(promise: Promise<unknown>): Promise<string> {
  try {
    await promise;
    return 'none';
  } catch (error) {
    return (error as { data?: { code?: string } }).data?.code ?? String(error);
  }
}
