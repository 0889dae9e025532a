import type { AddResult } from '../../shared/contracts/collections.ts';
import type { SourceObject } from '../../shared/domain/objects.ts';
import type { ObjectType } from '../../shared/rules/object-type.ts';
import type { DirectoryEntry } from '../engines/directory/index.ts';
import type { CollectionRecord, LeftOutObject, PairRecord, Repositories } from '../store/index.ts';
import { judge } from './collections-objects.ts';
import { overlapsOf } from './collections-overlaps.ts';
import type { Services } from './services.ts';

/** Skipped objects listed by name in an answer; the collection keeps them all. */
const LISTED = 200;

/** The store keeps the words that {@link judge} wrote. */
export const typeOf = (text: string): ObjectType | 'other' => text as ObjectType | 'other';

/** A reading of the directory that has ended and waits in the store to be put into a collection. */
export interface Reading { readonly id: string; readonly skipped: AddResult['skipped']; readonly skippedTotal: number }

/**
 * Reads the directory and puts aside what is found, a page at a time. No collection changes; what is known of the objects themselves is
 * kept, as after a discovery. When the reading fails or is cancelled half-way, nothing of it is left.
 */
export async function readAside(services: Services, pair: PairRecord, pages: AsyncIterable<readonly DirectoryEntry[]>): Promise<Reading> {
  const { store } = services;
  const id = services.newId();
  const skipped: AddResult['skipped'] = [];
  let skippedTotal = 0;
  try {
    for await (const page of pages) {
      const objects: SourceObject[] = [];
      const left: LeftOutObject[] = [];
      for (const entry of page) {
        const { object, out } = judge(entry);
        if (out === null) { objects.push(object); continue; }
        skippedTotal += 1;
        if (skipped.length < LISTED) skipped.push({ name: out.name, reason: out.reason, type: typeOf(out.type) });
        if (out.id !== '') left.push(out);
      }
      await store.transaction(async (tx) => {
        if (objects.length > 0) await tx.sources.upsertPage(pair.id, objects, id);
        await tx.collections.keepFound(id, pair.id, objects.map((object) => object.id), left);
      });
    }
    return { id, skipped, skippedTotal };
  } catch (error) {
    await store.collections.forgetFound(id);
    throw error;
  }
}

/** Puts a reading into a static collection besides what is there. Call it inside a transaction. */
export async function addReading(tx: Repositories, collection: CollectionRecord, reading: Reading): Promise<AddResult> {
  const ids: string[] = [];
  for await (const page of tx.collections.foundMembers(reading.id)) ids.push(...page);
  const { added, already } = await tx.collections.putFound(reading.id, collection.id, 'add');
  return { added, already, skipped: reading.skipped, skippedTotal: reading.skippedTotal, overlaps: await overlapsOf(tx, collection.id, ids) };
}
