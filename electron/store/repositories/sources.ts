import type { Attributes, ObjectKind, SourceObject } from '../../../shared/domain/objects.ts';
import { firstOf } from '../../../shared/rules/attributes.ts';
import { normaliseDn } from '../../../shared/rules/dn.ts';
import { sidFromBytes } from '../../../shared/rules/sid.ts';
import { json, key, pieces } from '../columns.ts';
import { inTransaction, type Context } from '../context.ts';
import { appendChanges, isFollowed } from './change-feed.ts';
import { moveLinks } from './link-moves.ts';
import type { SourceTable } from '../schema.ts';
import { fingerprint, lookUpColumns } from './object-columns.ts';
import { markGone } from './source-moves.ts';

/** A source object as stored. `missing`: the latest whole reading did not see it; it is kept and flagged. */
export interface StoredSource extends SourceObject { readonly missing: boolean; readonly changedAt: number }

/** The part of an object that says what it is. */
export type SourceHead = Pick<SourceObject, 'id' | 'kind' | 'name' | 'attributes'>;

/** Which sources to walk through. Objects that are gone from the directory are left out unless asked for. */
export interface SourceScope {
  readonly collectionId?: string | undefined;
  readonly ids?: readonly string[] | undefined;
  readonly kind?: ObjectKind | undefined;
  readonly missing?: 'exclude' | 'include' | 'only';
  /** `without links`: the objects come with no links, whatever they have. Default `with links`. */
  readonly links?: 'with links' | 'without links';
  /** 1 to 1000 objects a page; default 500. */
  readonly pageSize?: number;
}

/** What storing a page did; `written + unchanged` is the number of objects given, `changedIds` are the written ones. */
export interface UpsertResult { readonly written: number; readonly unchanged: number; readonly changedIds: readonly string[] }

/** Objects of the source directory, keyed by pair and objectGUID. What changes goes into the change feed of a pair that is followed. */
export interface SourcesRepository {
  /**
   * Stores a page as read. Objects whose values are all equal are only marked as seen by `runId`. One transaction: after a
   * crash the page can simply be stored again. Any page size; 1000 is a good one.
   */
  upsertPage(pairId: string, objects: readonly SourceObject[], runId: string): Promise<UpsertResult>;
  /** Undefined when the pair has no such object. */
  get(pairId: string, id: string): Promise<StoredSource | undefined>;
  /** Those that exist, by id. */
  getMany(pairId: string, ids: readonly string[]): Promise<ReadonlyMap<string, StoredSource>>;
  /** What a person calls those that exist, and their kind, by id; attributes of groups only, and no links. */
  heads(pairId: string, ids: readonly string[]): Promise<ReadonlyMap<string, SourceHead>>;
  /** Walks by id, one page in memory, with links. The store stays usable between pages; objects that change meanwhile come as they are then. */
  iterate(pairId: string, scope?: SourceScope): AsyncIterable<readonly StoredSource[]>;
  /**
   * After a whole reading: flags objects that neither `runId` nor anybody else has seen since the reading began.
   * @param began when it began, before its first page was asked for: milliseconds of the store's clock. What another reading, or
   * adding objects, saw in that millisecond or later is there.
   * @returns how many were flagged now.
   */
  markMissing(pairId: string, runId: string, began: number): Promise<{ readonly missing: number }>;
}

const COLUMNS = ['pair_id', 'id', 'kind', 'dn', 'dn_key', 'name', 'name_key', 'upn', 'upn_key', 'mail', 'mail_key', 'account_key', 'sid', 'attributes', 'usn', 'hash', 'run_id', 'seen_at', 'missing', 'changed_at'] as const satisfies readonly (keyof SourceTable)[];
const KEY = ['pair_id', 'id'] as const;
const LINK_KEY = ['pair_id', 'source_id', 'attribute', 'dn_key'] as const;

/** objectSid as text; empty when it has none or none that can be read. */
function sidOf(object: SourceObject): string {
  const value = firstOf(object.attributes, 'objectSid');
  return value === undefined ? '' : sidFromBytes(Buffer.from(value, 'base64')) ?? '';
}

function toColumns(pairId: string, object: SourceObject, runId: string, hash: string, now: number): SourceTable {
  return {
    pair_id: pairId, id: object.id, kind: object.kind, dn: object.dn, dn_key: normaliseDn(object.dn), name: object.name, ...lookUpColumns(object.name, object.attributes),
    account_key: key(firstOf(object.attributes, 'sAMAccountName') ?? ''), sid: sidOf(object), attributes: JSON.stringify(object.attributes),
    usn: object.usn ?? null, hash, run_id: runId, seen_at: now, missing: 0, changed_at: now,
  };
}

/** Stamps of the server itself say that it wrote, not what: an attribute that nobody reads may be all that changed. */
const STAMPS: ReadonlySet<string> = new Set(['usnchanged', 'whenchanged']);
const withoutStamps = (attributes: Attributes): Attributes => Object.fromEntries(Object.entries(attributes).filter(([name]) => !STAMPS.has(name.toLowerCase())));

/** Replaces the links of objects by what was read: only the difference is written. */
async function replaceLinks({ db, dialect }: Context, pairId: string, objects: readonly SourceObject[], fresh: ReadonlySet<string>): Promise<void> {
  const known = new Map<string, Set<string>>();
  for (const ids of pieces(objects.map((object) => object.id).filter((id) => !fresh.has(id)))) {
    for (const row of await db.selectFrom('source_link').select(['source_id', 'attribute', 'dn_key']).where('pair_id', '=', pairId).where('source_id', 'in', ids).execute()) {
      const keys = known.get(row.source_id) ?? new Set();
      known.set(row.source_id, keys.add(`${row.attribute}\n${row.dn_key}`));
    }
  }
  const added = [];
  const removed = [];
  for (const object of objects) {
    const before = known.get(object.id) ?? new Set<string>();
    for (const [attribute, dns] of Object.entries(object.links)) {
      for (const dn of dns) {
        const dn_key = normaliseDn(dn);
        if (!before.delete(`${attribute}\n${dn_key}`)) added.push({ pair_id: pairId, source_id: object.id, attribute, dn_key, dn });
      }
    }
    for (const rest of before) {
      const cut = rest.indexOf('\n');
      removed.push({ pair_id: pairId, source_id: object.id, attribute: rest.slice(0, cut), dn_key: rest.slice(cut + 1) });
    }
  }
  await dialect.bulk.remove(db, { table: 'source_link', key: LINK_KEY }, removed);
  await dialect.bulk.insert(db, { table: 'source_link', columns: ['pair_id', 'source_id', 'attribute', 'dn_key', 'dn'], key: LINK_KEY, update: [] }, added);
}

async function upsertPage(context: Context, pairId: string, page: readonly SourceObject[], runId: string): Promise<UpsertResult> {
  const { db, dialect, environment } = context;
  // A directory may send an object twice in a reading (it moved meanwhile): the last one counts.
  const objects = [...new Map(page.map((object) => [object.id, object])).values()];
  const known = new Map<string, { hash: string; missing: number; usn: string | null; kind: string; name_key: string; dn: string; dn_key: string }>();
  for (const ids of pieces(objects.map((object) => object.id))) {
    for (const row of await db.selectFrom('source').select(['id', 'hash', 'missing', 'usn', 'kind', 'name_key', 'dn', 'dn_key']).where('pair_id', '=', pairId).where('id', 'in', ids).execute()) known.set(row.id, row);
  }
  const now = environment.clock();
  const changed: SourceObject[] = [];
  const rows: SourceTable[] = [];
  const seen = [];
  for (const object of objects) {
    const before = known.get(object.id);
    const hash = fingerprint([object.kind, object.dn, object.name], withoutStamps(object.attributes), object.links);
    if (before?.hash === hash && before.missing === 0) {
      seen.push({ pair_id: pairId, id: object.id, run_id: runId, seen_at: now, usn: object.usn ?? before.usn });
      continue;
    }
    changed.push(object);
    rows.push(toColumns(pairId, object, runId, hash, now));
  }
  // Who names a renamed object is told by nobody; those that this run has read before, or reads in this page, are right already.
  const moves = new Map(changed.flatMap((object) => { const before = known.get(object.id); return before === undefined || before.missing === 1 || before.dn === object.dn ? [] : [[before.dn_key, object.dn] as const]; }));
  const inPage = new Set(objects.map((object) => object.id));
  const owners = moves.size === 0 ? new Map<string, unknown>() : await moveLinks(context, pairId, moves, (owner) => owner.run_id === runId || inPage.has(owner.source_id));
  if (await isFollowed(context, pairId)) {
    const entries = changed.map((object) => ({ objectId: object.id, what: known.get(object.id)?.missing === 1 ? 'back' as const : 'object' as const }));
    await appendChanges(context, pairId, 'source', [...entries, ...[...owners.keys()].map((objectId) => ({ objectId, what: 'links' as const }))]);
  }
  await dialect.bulk.update(db, { table: 'source', key: KEY, set: ['run_id', 'seen_at', 'usn'] }, seen);
  await dialect.bulk.insert(db, { table: 'source', columns: COLUMNS, key: KEY, update: COLUMNS.slice(2) }, rows.map((row) => ({ ...row })));
  await replaceLinks(context, pairId, changed, new Set(changed.map((object) => object.id).filter((id) => !known.has(id))));
  const renamed = rows.filter((row) => { const before = known.get(row.id); return before !== undefined && (before.name_key !== row.name_key || before.kind !== row.kind); });
  await dialect.bulk.update(db, { table: 'collection_member', key: ['pair_id', 'source_id'], set: ['name_key', 'kind'] },
    renamed.map((row) => ({ pair_id: pairId, source_id: row.id, name_key: row.name_key, kind: row.kind })));
  return { written: page.length - seen.length, unchanged: seen.length, changedIds: changed.map((object) => object.id) };
}

/** The columns that an object is made of; the others are for look-ups, and reading them costs as much. */
const READ = ['source.id', 'source.kind', 'source.dn', 'source.name', 'source.attributes', 'source.usn', 'source.missing', 'source.changed_at'] as const;
type ReadRow = Pick<SourceTable, 'id' | 'kind' | 'dn' | 'name' | 'attributes' | 'usn' | 'missing' | 'changed_at'>;

async function withLinks({ db }: Context, pairId: string, rows: readonly ReadRow[], wanted: 'with links' | 'without links' = 'with links'): Promise<readonly StoredSource[]> {
  const links = new Map<string, Record<string, string[]>>();
  for (const ids of wanted === 'with links' ? pieces(rows.map((row) => row.id)) : []) {
    const found = await db.selectFrom('source_link').select(['source_id', 'attribute', 'dn']).where('pair_id', '=', pairId).where('source_id', 'in', ids)
      .orderBy('source_id').orderBy('attribute').orderBy('dn_key').execute();
    for (const { source_id, attribute, dn } of found) {
      const of = links.get(source_id) ?? {};
      links.set(source_id, of);
      (of[attribute] ??= []).push(dn);
    }
  }
  return rows.map((row) => ({
    id: row.id, kind: row.kind as ObjectKind, dn: row.dn, name: row.name, attributes: json<Attributes>(row.attributes), links: links.get(row.id) ?? {},
    ...(row.usn === null ? {} : { usn: row.usn }), missing: row.missing === 1, changedAt: row.changed_at,
  }));
}

/** Makes the repository of source objects. */
export function sourcesRepository(context: Context): SourcesRepository {
  const { db } = context;
  const getMany = async (pairId: string, ids: readonly string[]): Promise<ReadonlyMap<string, StoredSource>> => {
    const found = new Map<string, StoredSource>();
    for (const some of pieces(ids)) {
      const rows = await db.selectFrom('source').select(READ).where('pair_id', '=', pairId).where('id', 'in', some).execute();
      for (const object of await withLinks(context, pairId, rows)) found.set(object.id, object);
    }
    return found;
  };
  return {
    upsertPage: (pairId, objects, runId) => inTransaction(context, (within) => upsertPage(within, pairId, objects, runId)),
    get: async (pairId, id) => (await getMany(pairId, [id])).get(id),
    getMany,
    heads: async (pairId, ids) => {
      const found = new Map<string, SourceHead>();
      for (const some of pieces(ids)) {
        const rows = await db.selectFrom('source').select((eb) => ['id', 'kind', 'name', eb.case().when('kind', '=', 'group').then(eb.ref('attributes')).else(null).end().as('attributes')])
          .where('pair_id', '=', pairId).where('id', 'in', some).execute();
        for (const { id, kind, name, attributes } of rows) found.set(id, { id, kind: kind as ObjectKind, name, attributes: attributes === null ? {} : json<Attributes>(attributes) });
      }
      return found;
    },
    iterate: async function* (pairId, { collectionId, ids, kind, missing = 'exclude', pageSize = 500, links = 'with links' } = {}) {
      const wanted = ids === undefined ? undefined : [...new Set(ids)].toSorted();
      for (let last = '', at = 0; ;) {
        let query = db.selectFrom('source').select(READ).where('source.pair_id', '=', pairId).orderBy('source.id').limit(pageSize);
        const piece = wanted?.slice(at, at + pageSize);
        if (piece !== undefined) {
          if (piece.length === 0) return;
          query = query.where('source.id', 'in', piece);
        } else query = query.where('source.id', '>', last);
        if (collectionId !== undefined) {
          query = query.innerJoin('collection_member as member', (join) => {
            const own = join.onRef('member.source_id', '=', 'source.id').on('member.collection_id', '=', collectionId);
            // Members know their kind: those of another one are passed by without being read.
            return kind === undefined ? own : own.on('member.kind', '=', kind);
          });
        }
        if (kind !== undefined) query = query.where('source.kind', '=', kind);
        if (missing !== 'include') query = query.where('source.missing', '=', missing === 'only' ? 1 : 0);
        const rows = await query.execute();
        if (rows.length > 0) yield await withLinks(context, pairId, rows, links);
        const end = rows.at(-1);
        if (wanted !== undefined) at += pageSize;
        else if (end === undefined || rows.length < pageSize) return;
        else last = end.id;
      }
    },
    markMissing: (pairId, runId, began) => inTransaction(context, async (within) => {
      const unseen = within.db.selectFrom('source').select('id').where('pair_id', '=', pairId).where('run_id', '<>', runId).where('seen_at', '<', began).where('missing', '=', 0);
      return { missing: (await markGone(within, pairId, (await unseen.execute()).map(({ id }) => id))).length };
    }),
  };
}
