import type { ObjectKind } from '../../../shared/domain/objects.ts';
import { readExchangeMembers, type OpenedTenant } from '../../engines/tenant/index.ts';
import type { FeedWhat, PairRecord, Repositories } from '../../store/index.ts';
import type { Services } from '../services.ts';
import type { ExchangeReading } from './discover-exchange.ts';

/** Keeps what a reading found changed, in the transaction that stored it; what is `links` of an object is only about whom it names. */
export type Note = (within: Repositories, ids: readonly string[], what: FeedWhat) => Promise<void>;

/** How a reading of the tenant goes about it. */
export interface WholeReading {
  readonly runId: string;
  /** When it began, before its first page was asked for: milliseconds of the store's clock. */
  readonly began: number;
  readonly exchange: ExchangeReading;
  /** Owners of groups matter only to those who follow changes. */
  readonly owners: 'with owners' | 'without owners';
  readonly note: Note;
  /** Told of each page that was stored. */
  readonly stored: (objects: number) => void;
}

/** The sides of a pair's watermarks that are about its tenant. */
export const TENANT_SIDES = ['users', 'contacts', 'groups', 'exchange', 'facts'] as const;

/**
 * What a reading of a pair's tenant finds changed goes to the feed of its coexistence, when its changes are followed; else nobody waits for it.
 */
export async function noteFor(services: Pick<Services, 'store'>, pairId: string): Promise<Note> {
  const marks = await services.store.watermarks.list(pairId);
  if (!TENANT_SIDES.some((side) => marks.has(side))) return () => Promise.resolve();
  return noteOf(pairId);
}

/** Writes to the feed of a pair. */
export function noteOf(pairId: string): Note {
  return async (within, ids, what) => { if (ids.length > 0) await within.changeFeed.append(pairId, 'target', ids.map((objectId) => ({ objectId, what }))); };
}

/**
 * Streams all objects of one kind into the store, people with managers and groups with members, then the recycle bin; whom neither shows is
 * removed. Memory is one page.
 * @throws AppError of the tenant; what was stored until then stays.
 */
export async function readKind(services: Services, pair: Pick<PairRecord, 'id'>, tenant: OpenedTenant, kind: ObjectKind, reading: WholeReading, signal: AbortSignal): Promise<void> {
  const { store } = services;
  const { exchange, note, runId } = reading;
  const groupIds: string[] = [];
  const setLinks = (id: string, attribute: string, ids: readonly string[]): Promise<void> => store.transaction(async (within) => {
    const { added, removed } = await within.targets.setLinks(pair.id, id, attribute, ids);
    if (added + removed > 0) await note(within, [id], 'links');
  });
  for await (const page of tenant.read(kind, signal)) {
    const objects = page.flatMap((one) => exchange.merge(one) ?? []);
    await store.transaction(async (within) => { await note(within, (await within.targets.upsertPage(pair.id, objects, runId)).changedIds, 'object'); });
    if (kind === 'group') groupIds.push(...objects.map((one) => one.id));
    reading.stored(objects.length);
  }
  const young = kind === 'user' ? [] : exchange.rest().filter((one) => one.kind === kind);
  if (young.length > 0) await store.transaction(async (within) => { await note(within, (await within.targets.upsertPage(pair.id, young, runId)).changedIds, 'object'); });
  if (kind === 'group') for (const { id } of young) await setLinks(id, 'members', [...await readExchangeMembers(tenant.exchange, id, signal)]);
  reading.stored(young.length);
  if (groupIds.length > 0) {
    for await (const { groupId, memberIds } of tenant.readMembers(groupIds, signal)) await setLinks(groupId, 'members', memberIds);
    if (reading.owners === 'with owners') for await (const { groupId, ownerIds } of tenant.readOwners(groupIds, signal)) await setLinks(groupId, 'owners', ownerIds);
  }
  if (kind !== 'contact') await readBin(services, pair, tenant, kind, reading, signal);
  await removeUnseen(services, pair, kind, 'directory', reading);
}

/** Streams the recycle bin of one kind into the store; who is in it is named by nobody. */
export async function readBin(services: Services, pair: Pick<PairRecord, 'id'>, tenant: OpenedTenant, kind: 'user' | 'group', reading: Pick<WholeReading, 'runId' | 'began' | 'note'>, signal: AbortSignal): Promise<void> {
  for await (const objects of tenant.readDeleted(kind, signal)) {
    await services.store.transaction(async (within) => {
      await reading.note(within, (await within.targets.upsertPage(pair.id, objects, reading.runId)).changedIds, 'gone');
      await reading.note(within, await within.targets.forgetLinksTo(pair.id, objects.map((one) => one.id)), 'links');
    });
  }
  await removeUnseen(services, pair, kind, 'recycle bin', reading);
}

async function removeUnseen(services: Services, pair: Pick<PairRecord, 'id'>, kind: ObjectKind, where: 'recycle bin' | 'directory', { runId, began, note }: Pick<WholeReading, 'runId' | 'began' | 'note'>): Promise<void> {
  await services.store.transaction(async (within) => {
    const ids = await within.targets.unseen(pair.id, [kind], where, runId, began);
    await note(within, await within.targets.forgetLinksTo(pair.id, ids), 'links');
    await within.targets.markMissing(pair.id, [kind], where, runId, began);
    await note(within, ids, 'gone');
  });
}

/** Reads what is true of the tenant as a whole: organization, domains, products, who holds an administrator role. */
export async function readFacts(tenant: OpenedTenant, signal: AbortSignal) {
  // None depends on another one: together they take as long as the slowest.
  const [organization, domains, skus, adminIds] = await Promise.all([tenant.organization(signal), tenant.domains(signal), tenant.skus(signal), tenant.adminRoleHolders(signal)]);
  return { organization, domains, skus, adminIds: adminIds === null ? null : [...adminIds] };
}
