import { z } from 'zod';
import { AppError, ErrorCode } from '../../../shared/domain/errors.ts';
import type { ObjectKind, TargetChange, TargetObject } from '../../../shared/domain/objects.ts';
import { ASSIGNMENTS } from '../../../shared/rules/licences.ts';
import { owningService } from '../../../shared/rules/target-attributes.ts';
import { changedAfter, keptByExchange, readAccountDetails, readChangedRecipients, readExchangeMembers, readRecipient, readRecipients, readUnifiedGroups, type ChangedRecipients, type OpenedTenant } from '../../engines/tenant/index.ts';
import type { PairRecord, Watermark } from '../../store/index.ts';
import type { Services } from '../services.ts';
import { needsOf, readExchange, type ExchangeReading, type Needs } from './discover-exchange.ts';
import { createAddressBook } from './exchange-addresses.ts';
import { isOfExchange, overlay, type ExchangePart } from './exchange-overlay.ts';
import type { WholeReading } from './read-target-whole.ts';

/** Exchange's copies of the directory and its servers' clocks may be so late, milliseconds; what was seen in that time already is left alone. */
const OVERLAP_MS = 15 * 60_000;
/** Whether anything needs Exchange is found out so often, milliseconds, and so often a tenant that refuses the filter is read whole. */
const DAY_MS = 24 * 3600 * 1000;

const kept = z.object({ any: z.boolean(), details: z.boolean(), checkedAt: z.number(), position: z.number(), since: z.number(), seen: z.record(z.string(), z.string()) });
type Kept = z.infer<typeof kept>;

/** What of Exchange Online goes along with a reading of changes. */
export interface FollowedExchange {
  /** Why all of it has to be read, and therefore everything of Graph with it; null: it need not. */
  readonly whole: string | null;
  /** The same changes without the attributes in which Exchange is right, of objects that it showed before. */
  withoutTheirs(changes: readonly TargetChange[]): Promise<readonly TargetChange[]>;
  /** What was merged. `back`: objects that were not known, or were in the recycle bin. */
  told(changes: readonly TargetChange[], back: readonly { readonly id: string; readonly kind: ObjectKind }[]): void;
  /** Exchange as a whole reading of Graph needs it. */
  readWhole(): Promise<ExchangeReading>;
  /** Stores what changed there. Call it once Graph's changes are stored. */
  finish(): Promise<void>;
  /** Why it could not be read, as a sentence; null: it could, or nobody needs it. */
  problem(): string | null;
}

interface Parts extends Pick<WholeReading, 'runId' | 'began' | 'note'> { readonly isFirst: boolean; readonly signal: AbortSignal }

function readKept(mark: Watermark | undefined): Kept | null {
  if (mark === undefined || mark.token === '') return null;
  const parsed = kept.safeParse(JSON.parse(mark.token));
  return parsed.success ? parsed.data : null;
}

/** Entries of the feed that are looked at; when a reading of the directory left more, everything is looked at. */
const FEED = 10_000;

/** What of Exchange Online mattered, and what matters besides since the directory has other objects. */
async function withChangedSources(services: Pick<Services, 'store'>, pairId: string, before: Kept): Promise<Needs> {
  if (before.any && before.details) return before;
  const entries = await services.store.changeFeed.page(pairId, before.position, FEED);
  if (entries.length === FEED) return await needsOf(services, pairId);
  const ids = [...new Set(entries.filter((one) => one.side === 'source' && one.what !== 'gone').map((one) => one.objectId))];
  if (ids.length === 0) return before;
  const { any, details } = await needsOf(services, pairId, ids);
  return { any: before.any || any, details: before.details || details };
}

/**
 * Asks Exchange Online what changed there since the last time, before Graph is asked, so that what changes in between is told twice and never
 * lost: one request when something needs Exchange, none otherwise. A tenant that refuses the filter is read whole once a day.
 */
export async function followExchange(services: Services, pair: PairRecord, tenant: OpenedTenant, mark: Watermark | undefined, { runId, began, note, isFirst, signal }: Parts): Promise<FollowedExchange> {
  const { store } = services;
  const before = readKept(mark);
  const isDue = before === null || began - before.checkedAt >= DAY_MS || began < before.checkedAt;
  const position = await store.changeFeed.latest(pair.id);
  const needs: Needs = isDue || isFirst ? await needsOf(services, pair.id) : await withChangedSources(services, pair.id, before);
  const checkedAt = isDue || isFirst ? began : before.checkedAt;
  let refused = mark?.method === 'whole' && !isDue;
  let problem: string | null = null;
  let changed: ChangedRecipients | null = null;
  const filter = before === null ? null : changedAfter(before.since);
  let whole = !needs.any ? null : before === null ? 'what changes in Exchange Online was not followed before'
    : (!before.any || (needs.details && !before.details)) ? 'the directory has objects now that need more of Exchange Online' : isFirst ? 'everything is read whole' : null;
  if (needs.any && whole === null && !isFirst && !refused && filter !== null) {
    try {
      changed = await readChangedRecipients(tenant.exchange, filter, signal);
    } catch (error) {
      if (!(error instanceof AppError) || signal.aborted || error.data.code === ErrorCode.Cancelled) throw error;
      problem = `Exchange Online, which alone writes it, could not be read: ${error.data.message}`;
      refused = error.data.code === ErrorCode.TenantRefused;
      services.log.warn({ code: error.data.code, pairId: pair.id }, error.message);
      if (refused) whole = 'Exchange Online does not tell what changed, so that it is read once a day';
    }
  }
  const seen = new Set(Object.entries(before?.seen ?? {}).map(([id, at]) => `${id} ${at}`));
  const fresh = new Set([...changed?.at ?? []].filter(([id, at]) => !seen.has(`${id} ${at}`)).map(([id]) => id));
  const toCheck = new Map<string, ObjectKind>();
  const removed = new Set<string>();
  const addresses = createAddressBook(store, pair.id);
  let reading: ExchangeReading | null = null;

  async function keep(changes: readonly TargetChange[]): Promise<void> {
    if (changes.length === 0) return;
    await store.transaction(async (within) => {
      const { objects, links } = await within.targets.mergePage(pair.id, changes, runId);
      await note(within, objects, 'object');
      await note(within, links, 'links');
    });
  }

  /** What Exchange shows of the changed ones: people by what the list says already, the others by lists of their kind. */
  async function shown({ accounts, contacts, groups, unified }: ChangedRecipients, since: string): Promise<ReadonlyMap<string, ExchangePart>> {
    const parts = new Map<string, ExchangePart>();
    const details = needs.details && [...accounts.keys()].some((id) => fresh.has(id)) ? await readAccountDetails(tenant.exchange, () => undefined, signal, since) : new Map();
    for (const [id, { attributes }] of accounts) parts.set(id, { kind: 'user', attributes: { ...attributes, ...details.get(id) }, details: details.has(id) });
    if (contacts || groups) for (const [id, object] of (await readRecipients(tenant.exchange, accounts, signal, since)).objects) parts.set(id, { kind: 'object', object });
    if (unified) for (const [id, attributes] of await readUnifiedGroups(tenant.exchange, signal, since)) parts.set(id, { kind: 'unified', attributes });
    return parts;
  }

  /** One that Graph told of and Exchange's list did not: it is asked for by itself. */
  async function alone(id: string, object: TargetObject): Promise<ExchangePart | 'unknown' | null> {
    const kind = object.kind === 'user' ? 'user' : owningService(object.kind, object.attributes) === 'exchange' ? (object.kind === 'group' ? 'group' : 'contact') : 'Microsoft 365 group';
    const found = await readRecipient(tenant.exchange, kind, id, signal);
    if (found === undefined || found === 'several') return found === undefined ? 'unknown' : null;
    if (kind === 'contact' || kind === 'group') return { kind: 'object', object: found.object };
    return { kind: kind === 'user' ? 'user' : 'unified', attributes: found.object.attributes, details: needs.details };
  }

  async function storeParts(parts: ReadonlyMap<string, ExchangePart>): Promise<void> {
    const stored = await store.targets.getMany(pair.id, [...parts.keys()], 'without links');
    const changes: TargetChange[] = [];
    for (const [id, part] of parts) {
      const known = stored.get(id);
      if (removed.has(id) || known?.deleted === true) continue;
      // Graph tells of a person later; contacts and groups of Exchange are what Exchange shows.
      if (known === undefined && part.kind !== 'object') continue;
      const change = overlay(id, known, part);
      addresses.changed(known, change);
      changes.push(change);
    }
    await keep(changes);
    for (const [id, part] of parts) {
      if (part.kind !== 'object' || part.object.kind !== 'group' || stored.has(id) || removed.has(id)) continue;
      const members = [...await readExchangeMembers(tenant.exchange, id, signal)];
      await store.transaction(async (within) => { await within.targets.setLinks(pair.id, id, 'members', members); await note(within, [id], 'links'); });
    }
  }

  return {
    whole,
    async withoutTheirs(changes) {
      if (!needs.any) return changes;
      const stored = await store.targets.getMany(pair.id, changes.map((one) => one.id), 'without links');
      return changes.map((change) => {
        const known = stored.get(change.id);
        if (known !== undefined && change.removed !== null) addresses.gone(known);
        if (known === undefined || known.deleted || change.removed !== null || !isOfExchange(known)) return change;
        const licences = change.attributes[ASSIGNMENTS];
        if (change.kind === 'user' && licences !== undefined && JSON.stringify(licences ?? []) !== JSON.stringify(known.attributes[ASSIGNMENTS] ?? [])) toCheck.set(change.id, 'user');
        const isTheirs = (name: string): boolean => (owningService(known.kind, known.attributes) === 'exchange' ? keptByExchange(known.kind === 'group' ? 'group' : 'contact', name) : name === 'proxyAddresses');
        return { ...change, attributes: Object.fromEntries(Object.entries(change.attributes).filter(([name]) => !isTheirs(name))) };
      });
    },
    told(changes, back) {
      for (const change of changes) if (change.removed === null) removed.delete(change.id); else removed.add(change.id);
      for (const { id, kind } of back) toCheck.set(id, kind);
    },
    async readWhole() {
      reading = await readExchange(services, pair, tenant.exchange, signal, needs);
      problem = reading.problem;
      return reading;
    },
    async finish() {
      if (needs.any && changed !== null && filter !== null && problem === null) {
        if (fresh.size > 0) await storeParts(new Map([...await shown(changed, filter)].filter(([id]) => fresh.has(id))));
        const left = [...toCheck.keys()].filter((id) => !fresh.has(id) && !removed.has(id));
        const stored = await store.targets.getMany(pair.id, left, 'without links');
        for (const [id, object] of stored) {
          if (object.deleted || (object.attributes['proxyAddresses'] === undefined && object.attributes['mail'] === undefined && !isOfExchange(object))) continue;
          const part = await alone(id, object);
          if (part !== null && part !== 'unknown') await storeParts(new Map([[id, part]]));
          // No recipient any more: it is what Graph says.
          else if (part === 'unknown' && object.kind === 'user' && isOfExchange(object)) {
            const now = [...(await tenant.readByIds('user', [id], signal)).values()];
            await store.transaction(async (within) => { await note(within, (await within.targets.upsertPage(pair.id, now, runId)).changedIds, 'object'); });
          }
        }
        await keep(await addresses.corrections());
      }
      // What was not read now is asked for again: the time stands where it stood.
      const isRead = reading !== null || (changed !== null && problem === null) || !needs.any;
      const since = isRead ? began - OVERLAP_MS : before?.since ?? began - OVERLAP_MS;
      const isSame = before !== null && mark?.problem === (problem ?? '') && !needs.any && !isDue && before.position === position;
      if (isSame) return;
      const facts = await store.pairs.tenantFacts(pair.id);
      if (facts !== null && (facts.exchangeProblem ?? null) !== problem && needs.any) await store.pairs.setTenantFacts(pair.id, { ...facts, exchangeProblem: problem });
      const token: Kept = { any: needs.any, details: needs.details, checkedAt, position, since, seen: changed === null ? {} : Object.fromEntries([...changed.at].filter(([, at]) => Date.parse(at) >= since - 1000)) };
      await store.watermarks.save(pair.id, 'exchange', { method: !needs.any ? 'none' : refused ? 'whole' : 'since', server: '', invocation: '', usn: '', token: JSON.stringify(token), askedHash: '', readAt: began, problem: problem ?? '' });
    },
    problem: () => problem,
  };
}
