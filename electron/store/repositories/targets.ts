import type { Selectable } from 'kysely';
import type { Attributes, ObjectKind, TargetChange, TargetObject } from '../../../shared/domain/objects.ts';
import { flag, json, pieces } from '../columns.ts';
import { inTransaction, type Context } from '../context.ts';
import { contains } from '../paging.ts';
import type { TargetTable } from '../schema.ts';
import { fingerprint, lookUpColumns } from './object-columns.ts';
import type { UpsertResult } from './sources.ts';
import { diffLinks, dropLinksTo, linksOf, writeLinks } from './target-links.ts';
import { mergePage, type MergeResult } from './targets-merge.ts';
import { removeNames, replaceNames } from './target-names.ts';

/** Which targets to walk through; `withLinks` reads members, owners and managers too. */
export interface TargetScope {
  readonly kind?: ObjectKind | undefined;
  /** Objects in the recycle bin are included unless told otherwise: `deleted` is on the object. */
  readonly deleted?: 'exclude' | 'include' | 'only';
  /** 1 to 1000 objects a page; default 500. */
  readonly pageSize?: number;
  readonly withLinks?: boolean;
}

/** Objects of the tenant, keyed by pair and Graph id. */
export interface TargetsRepository {
  /**
   * Stores a page as read; equal objects are only marked as seen. Links: an attribute that the object has a key for is
   * replaced; `manager` of a user is always replaced, because users are always read with it; others without a key stay.
   * A group whose members were read, here or by `setLinks`, has the key `members` from then on, with an empty list when it has none.
   */
  upsertPage(pairId: string, objects: readonly TargetObject[], runId: string): Promise<UpsertResult>;
  /** Merges what the tenant told of a page of objects since the last time; an object that is gone for good is removed together with the links that name it. */
  mergePage(pairId: string, changes: readonly TargetChange[], runId: string): Promise<MergeResult>;
  /** Takes objects out of every link that names them. @returns whose links they were. */
  forgetLinksTo(pairId: string, ids: readonly string[]): Promise<readonly string[]>;
  /** Replaces one linked attribute; only the difference is written. */
  setLinks(pairId: string, id: string, attribute: string, ids: readonly string[]): Promise<{ readonly added: number; readonly removed: number }>;
  addLinks(pairId: string, id: string, attribute: string, ids: readonly string[]): Promise<void>;
  removeLinks(pairId: string, id: string, attribute: string, ids: readonly string[]): Promise<void>;
  /** Graph ids of one linked attribute, in order of ids. */
  linkIds(pairId: string, id: string, attribute: string): Promise<readonly string[]>;
  /** With links; undefined when the pair has no such object. */
  get(pairId: string, id: string): Promise<TargetObject | undefined>;
  /** Those that exist, by id; with links unless told otherwise. */
  getMany(pairId: string, ids: readonly string[], links?: 'with links' | 'without links'): Promise<ReadonlyMap<string, TargetObject>>;
  /** Objects in whose attributes one of the texts stands, without links; it looks at every object, so ask only when it must be. */
  mentioning(pairId: string, texts: readonly string[]): Promise<readonly TargetObject[]>;
  /** Walks by id, one page in memory. */
  iterate(pairId: string, scope?: TargetScope): AsyncIterable<readonly TargetObject[]>;
  /** Graph ids of the groups that hold one of these objects as a member, as last read. */
  holders(pairId: string, memberIds: readonly string[]): Promise<readonly string[]>;
  /** Objects whose name, UPN or mail contains the text, by name, without links; `kind` empty: all kinds. At most 500. */
  search(pairId: string, text: string, kind: ObjectKind | '', limit: number): Promise<readonly TargetObject[]>;
  /**
   * After a whole reading of these kinds: removes objects, of the recycle bin or of the rest, that neither `runId` nor anybody else
   * has seen since the reading began.
   * @param began when it began, before its first page was asked for: milliseconds of the store's clock.
   */
  markMissing(pairId: string, kinds: readonly ObjectKind[], where: 'recycle bin' | 'directory', runId: string, began: number): Promise<{ readonly removed: number }>;
  /** Ids of those that {@link TargetsRepository.markMissing} would remove. */
  unseen(pairId: string, kinds: readonly ObjectKind[], where: 'recycle bin' | 'directory', runId: string, began: number): Promise<readonly string[]>;
  /** Removes one object and its links; nothing happens when it is not there. */
  remove(pairId: string, id: string): Promise<void>;
}

const COLUMNS = ['pair_id', 'id', 'kind', 'name', 'name_key', 'upn', 'upn_key', 'mail', 'mail_key', 'attributes', 'deleted', 'hash', 'run_id', 'seen_at', 'changed_at'] as const satisfies readonly (keyof TargetTable)[];
const KEY = ['pair_id', 'id'] as const;

type TargetRow = Selectable<TargetTable>;
/** The columns that an object is made of; the others are for look-ups, and reading them costs as much. */
const READ = ['id', 'kind', 'name', 'attributes', 'deleted', 'members_read'] as const;
type ReadRow = Pick<TargetRow, (typeof READ)[number]>;
const toTarget = (row: ReadRow, links: Attributes): TargetObject =>
  ({ id: row.id, kind: row.kind as ObjectKind, name: row.name, attributes: json<Attributes>(row.attributes), links, deleted: row.deleted === 1 });
/** With links: that a group has no members and that nobody looked are not the same. */
const whole = (row: ReadRow, links: Attributes = {}): TargetObject => toTarget(row, row.members_read === 1 ? { members: [], ...links } : links);

async function markRead({ db, dialect }: Context, pairId: string, ids: readonly string[]): Promise<void> {
  await dialect.bulk.update(db, { table: 'target', key: KEY, set: ['members_read'] }, ids.map((id) => ({ pair_id: pairId, id, members_read: 1 })));
}

async function upsertPage(context: Context, pairId: string, page: readonly TargetObject[], runId: string): Promise<UpsertResult> {
  const { db, dialect, environment } = context;
  const objects = [...new Map(page.map((object) => [object.id, object])).values()];
  const known = new Map<string, string>();
  for (const ids of pieces(objects.map((object) => object.id))) {
    for (const row of await db.selectFrom('target').select(['id', 'hash']).where('pair_id', '=', pairId).where('id', 'in', ids).execute()) known.set(row.id, row.hash);
  }
  // Links are compared with what is stored and not by the fingerprint: applying a plan changes them without a reading.
  const links = await diffLinks(context, pairId, objects.map((object) => ({ id: object.id, links: object.kind === 'user' ? { manager: [], ...object.links } : object.links })), known);
  const now = environment.clock();
  const rows: Omit<TargetRow, 'members_read'>[] = [];
  const seen: { pair_id: string; id: string; run_id: string; seen_at: number }[] = [];
  const changed: string[] = [];
  for (const object of objects) {
    const hash = fingerprint([object.kind, object.name, object.deleted], object.attributes, {});
    if (known.get(object.id) === hash) seen.push({ pair_id: pairId, id: object.id, run_id: runId, seen_at: now });
    else {
      rows.push({
        pair_id: pairId, id: object.id, kind: object.kind, name: object.name, ...lookUpColumns(object.name, object.attributes), attributes: JSON.stringify(object.attributes),
        deleted: flag(object.deleted), hash, run_id: runId, seen_at: now, changed_at: now,
      });
    }
    if (known.get(object.id) !== hash || links.changed.has(object.id)) changed.push(object.id);
  }
  await dialect.bulk.update(db, { table: 'target', key: KEY, set: ['run_id', 'seen_at'] }, seen);
  await dialect.bulk.insert(db, { table: 'target', columns: COLUMNS, key: KEY, update: COLUMNS.slice(2) }, rows.map((row) => ({ ...row })));
  const written = new Set(rows.map((row) => row.id));
  await replaceNames(context, pairId, objects.filter(({ id }) => written.has(id)), (id) => known.has(id));
  await writeLinks(context, links);
  await markRead(context, pairId, objects.filter((object) => object.links['members'] !== undefined).map((object) => object.id));
  return { written: changed.length, unchanged: page.length - changed.length, changedIds: changed };
}

async function removeMany(context: Context, pairId: string, ids: readonly string[]): Promise<number> {
  const { db, dialect } = context;
  await removeNames(context, pairId, ids);
  for (const some of pieces(ids)) await db.deleteFrom('target_link').where('pair_id', '=', pairId).where('target_id', 'in', some).execute();
  return dialect.bulk.remove(db, { table: 'target', key: KEY }, ids.map((id) => ({ pair_id: pairId, id })));
}

async function unseen({ db }: Context, pairId: string, kinds: readonly ObjectKind[], where: 'recycle bin' | 'directory', runId: string, began: number): Promise<readonly string[]> {
  const rows = await db.selectFrom('target').select('id').where('pair_id', '=', pairId).where('kind', 'in', kinds)
    .where('deleted', '=', flag(where === 'recycle bin')).where('run_id', '<>', runId).where('seen_at', '<', began).execute();
  return rows.map((row) => row.id);
}

/** Makes the repository of tenant objects. */
export function targetsRepository(context: Context): TargetsRepository {
  const { db } = context;
  const getMany = async (pairId: string, ids: readonly string[], wanted: 'with links' | 'without links' = 'with links'): Promise<ReadonlyMap<string, TargetObject>> => {
    const found = new Map<string, TargetObject>();
    for (const some of pieces(ids)) {
      const rows = await db.selectFrom('target').select(READ).where('pair_id', '=', pairId).where('id', 'in', some).execute();
      const links = wanted === 'with links' ? await linksOf(context, pairId, some) : undefined;
      for (const row of rows) found.set(row.id, links === undefined ? toTarget(row, {}) : whole(row, links.get(row.id)));
    }
    return found;
  };
  const linkRows = (pairId: string, id: string, attribute: string, ids: readonly string[]) => [...new Set(ids)].map((linked_id) => ({ pair_id: pairId, target_id: id, attribute, linked_id }));
  return {
    upsertPage: (pairId, objects, runId) => inTransaction(context, (within) => upsertPage(within, pairId, objects, runId)),
    setLinks: (pairId, id, attribute, ids) => inTransaction(context, async (within) => {
      const links = await diffLinks(within, pairId, [{ id, links: { [attribute]: ids } }], new Map([[id, '']]));
      await writeLinks(within, links);
      if (attribute === 'members') await markRead(within, pairId, [id]);
      return { added: links.added.length, removed: links.removed.length };
    }),
    addLinks: (pairId, id, attribute, ids) => inTransaction(context, (within) => writeLinks(within, { added: linkRows(pairId, id, attribute, ids), removed: [] })),
    removeLinks: (pairId, id, attribute, ids) => inTransaction(context, (within) => writeLinks(within, { added: [], removed: linkRows(pairId, id, attribute, ids) })),
    linkIds: async (pairId, id, attribute) => (await db.selectFrom('target_link').select('linked_id').where('pair_id', '=', pairId).where('target_id', '=', id)
      .where('attribute', '=', attribute).orderBy('linked_id').execute()).map((row) => row.linked_id),
    get: async (pairId, id) => (await getMany(pairId, [id])).get(id),
    getMany,
    iterate: async function* (pairId, { kind, deleted = 'include', pageSize = 500, withLinks = false } = {}) {
      for (let last = ''; ;) {
        let query = db.selectFrom('target').select(READ).where('pair_id', '=', pairId).where('id', '>', last).orderBy('id').limit(pageSize);
        if (kind !== undefined) query = query.where('kind', '=', kind);
        if (deleted !== 'include') query = query.where('deleted', '=', flag(deleted === 'only'));
        const rows = await query.execute();
        const links = withLinks ? await linksOf(context, pairId, rows.map((row) => row.id)) : new Map<string, Attributes>();
        if (rows.length > 0) yield rows.map((row) => (withLinks ? whole(row, links.get(row.id)) : toTarget(row, {})));
        const end = rows.at(-1);
        if (end === undefined || rows.length < pageSize) return;
        last = end.id;
      }
    },
    holders: async (pairId, memberIds) => {
      const found = new Set<string>();
      for (const some of pieces(memberIds)) {
        for (const row of await db.selectFrom('target_link').select('target_id').distinct().where('pair_id', '=', pairId).where('linked_id', 'in', some).where('attribute', '=', 'members').execute()) found.add(row.target_id);
      }
      return [...found];
    },
    mentioning: async (pairId, texts) => {
      const found = new Map<string, ReadRow>();
      for (const some of pieces(texts, 50)) {
        for (const row of await db.selectFrom('target').select(READ).where('pair_id', '=', pairId).where((eb) => eb.or(some.map((text) => contains('attributes', text)))).execute()) found.set(row.id, row);
      }
      return [...found.values()].map((row) => toTarget(row, {}));
    },
    search: async (pairId, text, kind, limit) => {
      let query = db.selectFrom('target').select(READ).where('pair_id', '=', pairId)
        .where((eb) => eb.or([contains('name_key', text.trim()), contains('upn_key', text.trim()), contains('mail_key', text.trim())]))
        .orderBy('name_key').orderBy('id').limit(Math.min(Math.max(limit, 1), 500));
      if (kind !== '') query = query.where('kind', '=', kind);
      return (await query.execute()).map((row) => toTarget(row, {}));
    },
    markMissing: (pairId, kinds, where, runId, began) => inTransaction(context, async (within) => ({ removed: await removeMany(within, pairId, await unseen(within, pairId, kinds, where, runId, began)) })),
    unseen: (...of) => unseen(context, ...of),
    mergePage: (pairId, changes, runId) => inTransaction(context, (within) => mergePage(within, pairId, changes, runId, (ids) => removeMany(within, pairId, ids))),
    forgetLinksTo: (pairId, ids) => inTransaction(context, (within) => dropLinksTo(within, pairId, ids)),
    remove: (pairId, id) => inTransaction(context, async (within) => { await removeMany(within, pairId, [id]); }),
  };
}
