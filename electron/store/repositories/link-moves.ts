import { normaliseDn } from '../../../shared/rules/dn.ts';
import { pieces } from '../columns.ts';
import type { Context } from '../context.ts';
import type { SourceLinkTable, WaitingReferenceTable } from '../schema.ts';

/** New DN by the normalised old one; null: the object is gone, and with it every link to it. */
export type Moves = ReadonlyMap<string, string | null>;

const LINK_KEY = ['pair_id', 'source_id', 'attribute', 'dn_key'] as const;
const WAITING_COLUMNS = ['pair_id', 'source_id', 'attribute', 'dn_key', 'dn', 'other_id', 'collection_id', 'since', 'reason', 'healed_by', 'healed_at', 'target_id', 'other_target_id', 'on_creation'] as const;

const keysOf = ({ pair_id, source_id, attribute, dn_key }: Pick<SourceLinkTable, (typeof LINK_KEY)[number]>) => ({ pair_id, source_id, attribute, dn_key });

/** Rewrites rows of links, all at once so that two objects may take each other's name. @returns the owners, and those keys that were rewritten. */
async function rewrite({ db, dialect }: Context, rows: readonly SourceLinkTable[], moves: Moves): Promise<Map<string, Set<string>>> {
  const touched = rows.filter((row) => { const to = moves.get(row.dn_key); return to !== undefined && to !== row.dn; });
  await dialect.bulk.remove(db, { table: 'source_link', key: LINK_KEY }, touched.map(keysOf));
  await dialect.bulk.insert(db, { table: 'source_link', columns: [...LINK_KEY, 'dn'], key: LINK_KEY, update: [] },
    touched.flatMap((row) => { const dn = moves.get(row.dn_key); return typeof dn === 'string' ? [{ ...keysOf(row), dn, dn_key: normaliseDn(dn) }] : []; }));
  const owners = new Map<string, Set<string>>();
  for (const row of touched) owners.set(row.source_id, (owners.get(row.source_id) ?? new Set()).add(row.dn_key));
  return owners;
}

/** References that wait for a renamed object wait for it under its new name. */
async function rewriteWaiting({ db, dialect }: Context, rows: readonly WaitingReferenceTable[], moves: Moves): Promise<void> {
  const touched = rows.filter((row) => { const to = moves.get(row.dn_key); return typeof to === 'string' && to !== row.dn; });
  await dialect.bulk.remove(db, { table: 'waiting_reference', key: LINK_KEY }, touched.map(keysOf));
  await dialect.bulk.insert(db, { table: 'waiting_reference', columns: WAITING_COLUMNS, key: LINK_KEY, update: [] }, touched.map((row) => { const dn = moves.get(row.dn_key) ?? row.dn; return { ...row, dn, dn_key: normaliseDn(dn) }; }));
}

/**
 * Gives links and waiting references the new DNs of what they name: Active Directory changes a link when the object it names is renamed, moved or deleted, and
 * tells of that object only (MS-ADTS 3.1.1.1.6, linked attributes).
 * @param except owners that were read since the moves: their links are right already.
 * @returns the owners whose links changed with the old keys of these links. Their fingerprints are taken back, as they no longer say what is stored.
 */
export async function moveLinks(context: Context, pairId: string, moves: Moves, except: (owner: { readonly source_id: string; readonly run_id: string | null }) => boolean = () => false): Promise<Map<string, Set<string>>> {
  const { db } = context;
  const links: SourceLinkTable[] = [];
  const waiting: WaitingReferenceTable[] = [];
  for (const keys of pieces([...moves.keys()])) {
    const rows = await db.selectFrom('source_link as l').leftJoin('source as s', (join) => join.onRef('s.pair_id', '=', 'l.pair_id').onRef('s.id', '=', 'l.source_id'))
      .select(['l.pair_id', 'l.source_id', 'l.attribute', 'l.dn_key', 'l.dn', 's.run_id']).where('l.pair_id', '=', pairId).where('l.dn_key', 'in', keys).execute();
    for (const { run_id, ...row } of rows) if (!except({ source_id: row.source_id, run_id })) links.push(row);
    waiting.push(...await db.selectFrom('waiting_reference').selectAll().where('pair_id', '=', pairId).where('dn_key', 'in', keys).execute());
  }
  const owners = await rewrite(context, links, moves);
  await rewriteWaiting(context, waiting, moves);
  await forgetFingerprints(context, pairId, owners.keys());
  return owners;
}

/** Makes the next reading of these objects store them, whatever it reads. */
export async function forgetFingerprints({ db, environment }: Context, pairId: string, ids: Iterable<string>): Promise<void> {
  for (const some of pieces([...ids])) await db.updateTable('source').set({ hash: '', changed_at: environment.clock() }).where('pair_id', '=', pairId).where('id', 'in', some).execute();
}
