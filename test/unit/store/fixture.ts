import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach } from 'vitest';
import { IN_MEMORY, createProject, type PairRecord, type Store, type StoreEnvironment } from '../../../electron/store/index.ts';
import { PAIR, source } from './samples.ts';

export * from './samples.ts';

/** The same contract on a file, in memory, and by the bulk paths that any database has. */
export const VARIANTS: readonly { readonly name: string; readonly memory: boolean; readonly environment: Partial<StoreEnvironment> }[] = [
  { name: 'file', memory: false, environment: {} },
  { name: 'memory', memory: true, environment: {} },
  { name: 'portable bulk paths', memory: true, environment: { bulk: 'portable' } },
];
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
  const open = async (variant: Variant = { name: 'file', memory: false, environment: {} }): Promise<Store> =>
    keep(await createProject({ file: variant.memory ? IN_MEMORY : path.join(folder(), 'project.causeway'), name: 'Test', demo: false }, variant.environment));
  return { folder, keep, open };
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
