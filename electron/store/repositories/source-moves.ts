import { sql } from 'kysely';
import type { Attributes } from '../../../shared/domain/objects.ts';
import { isWithin, normaliseDn, parentDn } from '../../../shared/rules/dn.ts';
import { json, pieces } from '../columns.ts';
import { inTransaction, type Context } from '../context.ts';
import { appendChanges, isFollowed } from './change-feed.ts';
import { type Container, containersRepository } from './containers.ts';
import { moveLinks } from './link-moves.ts';
import { ownersOf } from './source-names.ts';

/** What a directory reports of names: objects and containers with the DN that they have now, and ids of those that were deleted. */
export interface ReportedNames {
  readonly objects: readonly Container[];
  readonly containers: readonly Container[];
  readonly deleted: readonly string[];
}

/** What came of it. */
export interface MovedNames {
  /** Objects that left the base, because a container above them did. */
  readonly left: readonly string[];
  /** Objects to be read again: a link of theirs names a DN that one object gave up and another took. */
  readonly doubtful: readonly string[];
  /** Containers that are new to the base: what lies below them may be, too. */
  readonly entered: readonly Container[];
}

/** Upkeep of the names by which the directory's objects know each other. */
export interface SourceMovesRepository {
  /**
   * Brings stored DNs, links and waiting references to the names that are reported, and those of everything below a renamed container, of which
   * the directory tells nothing. Owners of links and what was moved go into the change feed. Can be repeated: what is right already stays.
   * @param base DN below which objects are kept.
   */
  applyMoves(pairId: string, base: string, reported: ReportedNames): Promise<MovedNames>;
  /** Flags objects that are no longer there, or no longer in sight, and says so in the feed. @returns those that were there until now. */
  markGone(pairId: string, ids: readonly string[]): Promise<readonly string[]>;
  /** Ids of the objects that are there; memory is some hundred bytes each. */
  presentIds(pairId: string): Promise<Set<string>>;
}

type Names = ReadonlyMap<string, string | null>;

/** DN that follows from the nearest container above that has another name now; undefined: none has. */
function movedBelow(dn: string, dnKey: string, containers: Names): string | undefined {
  for (let above = parentDn(dn), aboveKey = parentDn(dnKey); aboveKey !== ''; above = parentDn(above), aboveKey = parentDn(aboveKey)) {
    const to = containers.get(aboveKey);
    if (typeof to === 'string') return `${dn.slice(0, dn.length - above.length)}${to}`;
  }
  return undefined;
}

const below = (key: string): string => `%,${key.replace(/[|%_]/g, '|$&')}`;

/** Rows of a table whose DN lies below one of the containers, with their new DN. */
async function rowsBelow({ db }: Context, table: 'source' | 'source_link' | 'waiting_reference' | 'container', pairId: string, containers: Names): Promise<Map<string, string>> {
  const moved = new Map<string, string>();
  for (const key of containers.keys()) {
    const rows = await db.selectFrom(table).select(['dn', 'dn_key']).where('pair_id', '=', pairId).where(sql<boolean>`dn_key like ${below(key)} escape '|'`).execute();
    for (const { dn, dn_key: dnKey } of rows) {
      const to = movedBelow(dn, dnKey, containers);
      if (to !== undefined && to !== dn) moved.set(dnKey, to);
    }
  }
  return moved;
}

async function moveSources({ db, dialect, environment }: Context, pairId: string, moves: Names): Promise<Container[]> {
  const now = environment.clock();
  const moved: Container[] = [];
  for (const keys of pieces([...moves.keys()])) {
    const rows = await db.selectFrom('source').select(['id', 'dn', 'dn_key', 'attributes']).where('pair_id', '=', pairId).where('missing', '=', 0).where('dn_key', 'in', keys).execute();
    const changed = rows.flatMap((row) => { const dn = moves.get(row.dn_key); return typeof dn === 'string' && dn !== row.dn ? [{ ...row, dn }] : []; });
    moved.push(...changed.map(({ id, dn }) => ({ id, dn })));
    await dialect.bulk.update(db, { table: 'source', key: ['pair_id', 'id'], set: ['dn', 'dn_key', 'attributes', 'hash', 'changed_at'] },
      changed.map(({ id, dn, attributes }) => ({ pair_id: pairId, id, dn, dn_key: normaliseDn(dn), attributes: withOwnName(attributes, dn), hash: '', changed_at: now })));
  }
  return moved;
}

/** A rule may read the DN as an attribute of its own. */
function withOwnName(stored: string, dn: string): string {
  if (!/"distinguishedName"/i.test(stored)) return stored;
  return JSON.stringify(Object.fromEntries(Object.entries(json<Attributes>(stored)).map(([name, values]) => [name, name.toLowerCase() === 'distinguishedname' ? [dn] : values])));
}

/** Flags objects inside the caller's transaction; see {@link SourceMovesRepository.markGone}. */
export async function markGone(context: Context, pairId: string, ids: readonly string[]): Promise<readonly string[]> {
  const { db, environment } = context;
  const gone: string[] = [];
  for (const some of pieces([...new Set(ids)])) {
    const there = (await db.selectFrom('source').select('id').where('pair_id', '=', pairId).where('missing', '=', 0).where('id', 'in', some).execute()).map(({ id }) => id);
    if (there.length === 0) continue;
    await db.updateTable('source').set({ missing: 1, changed_at: environment.clock() }).where('pair_id', '=', pairId).where('id', 'in', there).execute();
    gone.push(...there);
  }
  if (await isFollowed(context, pairId)) await appendChanges(context, pairId, 'source', gone.map((objectId) => ({ objectId, what: 'gone' })));
  return gone;
}

async function applyMoves(context: Context, pairId: string, base: string, { objects, containers, deleted }: ReportedNames): Promise<MovedNames> {
  const { db } = context;
  const names = containersRepository(context);
  const known = containers.length === 0 ? new Map<string, string>() : await names.some(pairId, containers.map(({ id }) => id));
  const renamed = new Map(containers.flatMap(({ id, dn }) => { const old = known.get(id); return old === undefined || old === dn ? [] : [[normaliseDn(old), dn] as const]; }));
  const entered = containers.filter(({ id, dn }) => { const old = known.get(id); return isWithin(dn, base) && (old === undefined || !isWithin(old, base)); });
  const own = new Map<string, string | null>();
  const reported = new Map<string, string | null>([...objects.map(({ id, dn }) => [id, dn] as const), ...deleted.map((id) => [id, null] as const)]);
  for (const ids of pieces([...reported.keys()])) {
    // Of one that was missing the old DN may be somebody else's by now.
    for (const row of await db.selectFrom('source').select(['id', 'dn', 'dn_key']).where('pair_id', '=', pairId).where('missing', '=', 0).where('id', 'in', ids).execute()) {
      const to = reported.get(row.id) ?? null;
      if (to !== row.dn) own.set(row.dn_key, to);
    }
  }
  const silent = renamed.size === 0 ? new Map<string, string>() : new Map([...await rowsBelow(context, 'source', pairId, renamed), ...await rowsBelow(context, 'source_link', pairId, renamed), ...await rowsBelow(context, 'waiting_reference', pairId, renamed)]);
  const moves: Names = new Map<string, string | null>([...silent, ...own]);
  const taken = new Set([...objects.map(({ dn }) => normaliseDn(dn)), ...[...silent.values()].map(normaliseDn)]);
  const doubted = [...moves].flatMap(([key, to]) => (taken.has(key) && (to === null || normaliseDn(to) !== key) ? [key] : []));
  const doubtful = await ownersOf(context, pairId, doubted);
  const owners = await moveLinks(context, pairId, moves);
  const moved = await moveSources(context, pairId, moves);
  const inner = renamed.size === 0 ? new Map<string, string>() : await rowsBelow(context, 'container', pairId, renamed);
  await names.save(pairId, [...(await names.byKeys(pairId, [...inner.keys()])).map(({ id, dn }) => ({ id, dn: inner.get(normaliseDn(dn)) ?? dn })), ...containers]);
  await names.remove(pairId, deleted);
  await appendChanges(context, pairId, 'source', [...moved.map(({ id }) => ({ objectId: id, what: 'object' as const })), ...[...owners.keys()].map((objectId) => ({ objectId, what: 'links' as const }))]);
  return { left: await markGone(context, pairId, moved.flatMap(({ id, dn }) => (isWithin(dn, base) ? [] : [id]))), doubtful: [...doubtful], entered };
}

/** Makes the repository of moves. */
export function sourceMovesRepository(context: Context): SourceMovesRepository {
  return {
    applyMoves: (pairId, base, reported) => inTransaction(context, (within) => applyMoves(within, pairId, base, reported)),
    markGone: (pairId, ids) => inTransaction(context, (within) => markGone(within, pairId, ids)),
    presentIds: async (pairId) => new Set((await context.db.selectFrom('source').select('id').where('pair_id', '=', pairId).where('missing', '=', 0).execute()).map(({ id }) => id)),
  };
}
