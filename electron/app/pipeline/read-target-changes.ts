import { createHash } from 'node:crypto';
import type { ObjectKind, TargetChange } from '../../../shared/domain/objects.ts';
import { KIND_OF_RESOURCE, TRACKED_RESOURCES, trackedSelect, type DeltaLinks, type OpenedTenant, type TrackedResource } from '../../engines/tenant/index.ts';
import type { PairRecord, Watermark } from '../../store/index.ts';
import type { Services } from '../services.ts';
import { followExchange, type FollowedExchange } from './read-exchange-changes.ts';
import { movesOf, readBack } from './read-target-back.ts';
import { noteOf, readBin, readFacts, readKind, type WholeReading } from './read-target-whole.ts';
import type { Reporter } from './reporter.ts';

/** What a reading of the tenant's changes found. */
export interface TargetChanges {
  /** By resource why it was read whole, as a sentence; null: only what changed was read. `exchange` is null too when nothing needs Exchange Online. */
  readonly whole: Readonly<Record<TrackedResource | 'exchange', string | null>>;
  /** Objects that are new, have other values, or of which links are others. */
  readonly changed: number;
  /** Objects that went to the recycle bin, or for good. */
  readonly removed: number;
  /** HTTP requests, a batch counting once, without the sign-in's. */
  readonly requests: number;
}

/** Domains, products, role holders and the recycle bin are read so often, milliseconds: they change rarely, and plans only warn by most of them. */
const FACTS_MS = 24 * 3600 * 1000;

/** Why a resource has to be read whole, in words. */
const BECAUSE = {
  first: 'its changes were not followed before', asked: 'other attributes are followed now', expired: 'the last reading is too long ago: the tenant tells changes for 7 days',
  reset: 'the tenant began its history of changes anew', refused: 'the tenant did not take the mark of the last reading',
} as const;

/** What the marks of a resource were given for: another application's links, or those for other attributes, are of no use. */
const askedHash = (pair: Pick<PairRecord, 'target'>, resource: TrackedResource): string =>
  createHash('sha256').update(JSON.stringify([pair.target.cloud, pair.target.tenantId, pair.target.simulated ?? null, trackedSelect(resource)])).digest('base64');

const mark = (method: string, readAt: number, more: Partial<Watermark> = {}): Watermark => ({ method, server: '', invocation: '', usn: '', token: '', askedHash: '', readAt, problem: '', ...more });

/**
 * Brings what is stored of a pair's tenant up to date by what changed since the last time: people with managers, groups with members and
 * owners, contacts, and what Exchange Online alone shows. What changed goes to the change feed, side `target`. A resource whose changes cannot
 * be told is read whole, as on the first call. With nothing changed it makes one request, two when Exchange Online matters, and writes nothing but the marks.
 * One reading of a pair at a time.
 * @throws AppError of the tenant; what was stored until then stays, and the next reading goes on from the last marks.
 */
export async function readTargetChanges(services: Services, pair: PairRecord, tenant: OpenedTenant, reporter: Reporter, signal: AbortSignal): Promise<TargetChanges> {
  const { store } = services;
  const marks = await store.watermarks.list(pair.id);
  const sent = tenant.traffic.http;
  const began = services.now();
  const found = { changed: new Set<string>(), removed: new Set<string>() };
  const append = noteOf(pair.id);
  const note: WholeReading['note'] = async (within, ids, what) => {
    // The recycle bin is read after a page said that somebody is in it: once is enough.
    await append(within, what === 'gone' ? ids.filter((id) => !found.removed.has(id)) : ids, what);
    for (const id of ids) (what === 'gone' ? found.removed : found.changed).add(id);
  };
  const base = { runId: services.newId(), began, note };

  const whole: Record<TrackedResource, string | null> = { users: null, groups: null, contacts: null };
  const links: Partial<Record<TrackedResource, string>> = {};
  for (const resource of TRACKED_RESOURCES) {
    const known = marks.get(resource);
    if (known === undefined) whole[resource] = BECAUSE.first;
    else if (known.askedHash !== askedHash(pair, resource)) whole[resource] = BECAUSE.asked;
    else links[resource] = known.token;
  }
  const exchange = await followExchange(services, pair, tenant, marks.get('exchange'), { ...base, isFirst: Object.keys(links).length === 0, signal });
  // Both services show an object together: what Exchange has to say anew of all of them needs all of Graph.
  for (const resource of exchange.whole === null ? [] : TRACKED_RESOURCES) { whole[resource] ??= exchange.whole; delete links[resource]; }
  const binned = new Set<ObjectKind>();
  for await (const round of tenant.changes(links, signal)) {
    for (const resource of TRACKED_RESOURCES) {
      const loss = round.lost[resource];
      if (loss !== undefined) whole[resource] = BECAUSE[loss];
    }
    for (const kind of await keepRound(services, pair, tenant, round.changes, round.links, { ...base, exchange, signal })) binned.add(kind);
  }

  const lost = TRACKED_RESOURCES.filter((resource) => whole[resource] !== null);
  const factsDue = lost.length > 0 || began - (marks.get('facts')?.readAt ?? 0) >= FACTS_MS || began < (marks.get('facts')?.readAt ?? 0);
  if (lost.length > 0) await reporter.phase('discover target', `Reading ${lost.join(', ')} of the tenant whole`);
  // Before the reading: what changes while it lasts is told by the first link.
  const latest = await tenant.latestLinks(lost, signal);
  if (lost.length > 0) {
    const reading = await exchange.readWhole();
    let read = 0;
    for (const resource of lost) {
      await readKind(services, pair, tenant, KIND_OF_RESOURCE[resource], { ...base, exchange: reading, owners: 'with owners', stored: (objects) => { read += objects; reporter.progress(read); } }, signal);
      await saveLink(services, pair, resource, latest, began);
    }
  }
  await exchange.finish();
  for (const kind of ['user', 'group'] as const) {
    const isRead = lost.some((resource) => KIND_OF_RESOURCE[resource] === kind);
    if (!isRead && (factsDue || binned.has(kind))) await readBin(services, pair, tenant, kind, base, signal);
  }
  if (factsDue) {
    const facts = await readFacts(tenant, signal);
    await store.pairs.setTenantFacts(pair.id, { ...facts, exchangeProblem: exchange.problem() });
    await store.pairs.update(pair.id, { targetName: `${facts.organization.displayName} (${facts.organization.initialDomain})`, discoveredAt: services.now() });
    await store.watermarks.save(pair.id, 'facts', mark('daily', began));
  }
  for (const id of found.removed) found.changed.delete(id);
  return { whole: { ...whole, exchange: exchange.whole }, changed: found.changed.size, removed: found.removed.size, requests: tenant.traffic.http - sent };
}

async function saveLink(services: Pick<Services, 'store'>, pair: PairRecord, resource: TrackedResource, links: DeltaLinks, readAt: number): Promise<void> {
  const token = links[resource];
  if (token !== undefined) await services.store.watermarks.save(pair.id, resource, mark('delta', readAt, { token, askedHash: askedHash(pair, resource) }));
}

/** Objects of one transaction at most, so that a large round holds nobody up for long. */
const TOGETHER = 1000;

/**
 * Stores the pages of one round, what changed by them and, where they are the last, where the next reading goes on.
 * @returns kinds of objects that went to the recycle bin.
 */
async function keepRound(
  services: Services, pair: PairRecord, tenant: OpenedTenant, all: readonly TargetChange[], links: DeltaLinks, reading: Pick<WholeReading, 'runId' | 'began' | 'note'> & { readonly exchange: FollowedExchange; readonly signal: AbortSignal },
): Promise<ReadonlySet<ObjectKind>> {
  const { note, runId } = reading;
  const moved = new Set<ObjectKind>();
  for (let from = 0; from < all.length; from += TOGETHER) {
    const changes = await reading.exchange.withoutTheirs(all.slice(from, from + TOGETHER));
    const { back, binned } = await movesOf(services, pair.id, changes);
    for (const kind of binned) moved.add(kind);
    // Asked for before anything is stored: a reading that ends here finds the same objects back the next time.
    const more = await readBack(services, pair.id, tenant, back, reading.signal);
    await services.store.transaction(async ({ targets, ...within }) => {
      const result = await targets.mergePage(pair.id, changes, runId);
      const others = new Set([...result.links, ...(await targets.mergePage(pair.id, more.backlinks, runId)).links]);
      for (const { id, attribute, ids } of more.links) {
        const { added, removed } = await targets.setLinks(pair.id, id, attribute, ids);
        if (added + removed > 0) others.add(id);
      }
      await note({ targets, ...within }, result.objects, 'object');
      await note({ targets, ...within }, [...others].filter((id) => !result.objects.includes(id)), 'links');
      await note({ targets, ...within }, result.gone, 'gone');
    });
    reading.exchange.told(changes, back);
  }
  for (const resource of TRACKED_RESOURCES) await saveLink(services, pair, resource, links, reading.began);
  return moved;
}
