import { normaliseDn } from '../../../shared/rules/dn.ts';
import { count, pieces } from '../columns.ts';
import { inTransaction, type Context } from '../context.ts';
import { appendChanges, isFollowed } from './change-feed.ts';
import { forgetFingerprints } from './link-moves.ts';

/** Values that a linked attribute won and lost, as DNs. */
export interface LinkChange { readonly attribute: string; readonly added: readonly string[]; readonly removed: readonly string[] }

/** Links of single objects. */
export interface SourceLinksRepository {
  /** How many links objects have that are there; without those that have none. */
  linkCounts(pairId: string, ids: readonly string[]): Promise<ReadonlyMap<string, number>>;
  /** Adds and removes links of one object, and says so in the feed; what is so already stays. */
  changeLinks(pairId: string, id: string, changes: readonly LinkChange[]): Promise<void>;
}

const KEY = ['pair_id', 'source_id', 'attribute', 'dn_key'] as const;

async function changeLinks(context: Context, pairId: string, id: string, changes: readonly LinkChange[]): Promise<void> {
  const { db, dialect } = context;
  const rows = (attribute: string, dns: readonly string[]) => dns.map((dn) => ({ pair_id: pairId, source_id: id, attribute, dn_key: normaliseDn(dn), dn }));
  await dialect.bulk.remove(db, { table: 'source_link', key: KEY }, changes.flatMap(({ attribute, removed }) => rows(attribute, removed)).map(({ dn: _dn, ...key }) => key));
  await dialect.bulk.insert(db, { table: 'source_link', columns: [...KEY, 'dn'], key: KEY, update: ['dn'] }, changes.flatMap(({ attribute, added }) => rows(attribute, added)));
  await forgetFingerprints(context, pairId, [id]);
  if (await isFollowed(context, pairId)) await appendChanges(context, pairId, 'source', [{ objectId: id, what: 'object' }]);
}

/** Makes the repository of links. */
export function sourceLinksRepository(context: Context): SourceLinksRepository {
  const { db } = context;
  return {
    linkCounts: async (pairId, ids) => {
      const found = new Map<string, number>();
      for (const some of pieces(ids)) {
        const rows = await db.selectFrom('source_link as l').innerJoin('source as s', (join) => join.onRef('s.pair_id', '=', 'l.pair_id').onRef('s.id', '=', 'l.source_id').on('s.missing', '=', 0))
          .select((eb) => ['l.source_id', eb.fn.countAll().as('n')]).where('l.pair_id', '=', pairId).where('l.source_id', 'in', some).groupBy('l.source_id').execute();
        for (const { source_id: id, n } of rows) found.set(id, count(n));
      }
      return found;
    },
    changeLinks: (pairId, id, changes) => inTransaction(context, (within) => changeLinks(within, pairId, id, changes)),
  };
}
