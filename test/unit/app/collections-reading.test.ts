import { afterEach, beforeEach, expect, it } from 'vitest';
import { addReading, readAside } from '../../../electron/app/collections-reading.ts';
import type { Services } from '../../../electron/app/services.ts';
import type { DirectoryEntry } from '../../../electron/engines/directory/index.ts';
import { createProject, IN_MEMORY, type CollectionRecord, type PairRecord, type Store } from '../../../electron/store/index.ts';
import { guid, PAIR } from '../store/samples.ts';

let store: Store;
let services: Services;
let pair: PairRecord;
let collection: CollectionRecord;
let ids = 0;
beforeEach(async () => {
  store = await createProject({ file: IN_MEMORY, name: 'Test', demo: false });
  pair = await store.pairs.create(PAIR);
  collection = await store.collections.create({ pairId: pair.id, name: 'First' });
  // Only what a reading needs.
  services = { store, newId: () => `reading ${++ids}` } as unknown as Services;
});
afterEach(async () => { await store.close(); });

const user = (n: number, more: DirectoryEntry['attributes'] = {}): DirectoryEntry => ({
  guid: guid(n), dn: `CN=User ${n},DC=contoso,DC=example`, objectClass: ['top', 'person', 'organizationalPerson', 'user'], deleted: false, attributes: { name: [`User ${n}`], sAMAccountName: [`user${n}`], userPrincipalName: [`user${n}@contoso.example`], userAccountControl: ['512'], ...more },
});
const system = (n: number): DirectoryEntry => user(n, { isCriticalSystemObject: ['TRUE'] });
type Step = readonly DirectoryEntry[] | Error;
async function* pages(...list: readonly Step[]) {
  for (const page of list) {
    if (page instanceof Error) throw page;
    yield page;
  }
}
const members = async () => await store.collections.memberIds(collection.id);
const left = async () => (await store.collections.leftOut(collection.id, 10)).rows.map((row) => row.id);
const add = async (...list: readonly Step[]) => {
  const reading = await readAside(services, pair, pages(...list));
  return await store.transaction(async (tx) => await addReading(tx, collection, reading));
};
const aside = async (reading: string) => { const found: string[] = []; for await (const page of store.collections.foundMembers(reading)) found.push(...page); return found; };

it('what a reading finds goes into the collection when it has ended, and not before', async () => {
  const reading = await readAside(services, pair, pages([user(1), user(2)], [user(3), system(4)], [user(1)]));
  expect([await members(), await left(), await aside(reading.id)]).toEqual([[], [], [guid(1), guid(2), guid(3)]]);
  expect(await store.transaction(async (tx) => await addReading(tx, collection, reading))).toMatchObject({ added: 3, already: 0, skippedTotal: 1, skipped: [{ name: 'User 4' }] });
  expect([await members(), await left(), await aside(reading.id)]).toEqual([[guid(1), guid(2), guid(3)], [guid(4)], []]);
});

it('one that fails half-way leaves nothing in the collection, neither members nor objects left out', async () => {
  await add([user(1), system(9)]);
  const before = [await members(), await left()];
  await expect(add([user(2), user(3), system(4)], [user(5)], new Error('the server went away'))).rejects.toThrow('the server went away');
  expect([await members(), await left()]).toEqual(before);
  expect(await aside(`reading ${ids}`)).toEqual([]);
  // The same again, as a person would try it.
  expect(await add([user(2), user(3), system(4)], [user(5)])).toMatchObject({ added: 3, already: 0 });
});

it('one that takes the place of what was there keeps statuses of those that stay, and forgets whom it does not find', async () => {
  await add([user(1), user(2)], [system(3), system(4)]);
  await store.collections.setStatuses(collection.id, [{ sourceId: guid(2), status: 'Matched', reason: 'why' }]);
  const reading = await readAside(services, pair, pages([user(2), user(4)], [user(5), system(6)]));
  expect(await store.collections.putFound(reading.id, collection.id, 'instead')).toEqual({ added: 2, already: 1, removed: 1, leftOut: 1 });
  expect([await members(), await left()]).toEqual([[guid(2), guid(4), guid(5)], [guid(6)]]);
  expect((await store.collections.statuses(collection.id, [guid(2)])).get(guid(2))).toMatchObject({ status: 'Matched', reason: 'why' });
  const failed = readAside(services, pair, pages([user(2)], new Error('gone')));
  await expect(failed).rejects.toThrow('gone');
  expect(await members()).toEqual([guid(2), guid(4), guid(5)]);
});

it('a collection that is gone when the reading ends gets nothing, and an object found twice is once in it', async () => {
  const reading = await readAside(services, pair, pages([user(1)], [user(1), user(2)]));
  expect(await aside(reading.id)).toEqual([guid(1), guid(2)]);
  await store.collections.remove(collection.id);
  await expect(store.transaction(async (tx) => await addReading(tx, collection, reading))).rejects.toMatchObject({ data: { code: 'NOT_FOUND' } });
  expect(await aside(reading.id)).toEqual([guid(1), guid(2)]);
  await store.collections.forgetFound(reading.id);
  expect(await aside(reading.id)).toEqual([]);
});
