import { normaliseDn } from '../../../shared/rules/dn.ts';
import { pieces } from '../columns.ts';
import type { Context } from '../context.ts';

/** The SID in a normalised DN of the form `<SID=...>` (MS-ADTS 3.1.1.3.1.2.4); undefined for any other. */
export const sidIn = (dnKey: string): string | undefined => /^<sid=(s-[\d-]+)>$/i.exec(dnKey)?.[1]?.toUpperCase();

/** How objects of the source directory are named by others. */
export interface SourceNamesRepository {
  /** Ids by normalised DN (`normaliseDn`), for the DNs that exist; a DN may also name an object by its SID: `<SID=S-1-5-21-...>`. */
  byDns(pairId: string, dns: readonly string[]): Promise<ReadonlyMap<string, string>>;
  /** Ids of the objects whose links name one of these by its present DN, or by its SID as in {@link SourceNamesRepository.byDns}. Costs as much as there are such links, whatever the size of the directory. */
  referrers(pairId: string, ids: readonly string[]): Promise<readonly string[]>;
  /** Links of objects that are there to one of these DNs, with the normalised DNs of both ends and the owner's id. */
  ownersOf(pairId: string, dns: readonly string[]): Promise<readonly { readonly dnKey: string; readonly attribute: string; readonly id: string; readonly ownerKey: string }[]>;
}

/** Ids of the objects with a link to one of these normalised DNs. */
export async function ownersOf({ db }: Context, pairId: string, dnKeys: Iterable<string>): Promise<Set<string>> {
  const found = new Set<string>();
  // No `distinct` in the statement: for it SQLite walks all links in the order of their owners instead of using the index of DNs.
  for (const some of pieces([...dnKeys])) for (const row of await db.selectFrom('source_link').select('source_id').where('pair_id', '=', pairId).where('dn_key', 'in', some).execute()) found.add(row.source_id);
  return found;
}

/** Makes the repository of names. */
export function sourceNamesRepository(context: Context): SourceNamesRepository {
  const { db } = context;
  return {
    byDns: async (pairId, dns) => {
      const found = new Map<string, string>();
      const wanted = [...new Set(dns.map(normaliseDn))];
      const sids = new Map(wanted.flatMap((dnKey) => { const sid = sidIn(dnKey); return sid === undefined ? [] : [[sid, dnKey] as const]; }));
      for (const some of pieces([...sids.keys()])) {
        const rows = await db.selectFrom('source').select(['id', 'sid', 'missing']).where('pair_id', '=', pairId).where('sid', 'in', some).execute();
        for (const row of rows) { const dnKey = sids.get(row.sid) ?? ''; if (row.missing === 0 || !found.has(dnKey)) found.set(dnKey, row.id); }
      }
      for (const keys of pieces(wanted.filter((dnKey) => sidIn(dnKey) === undefined))) {
        // Not ordered by the database: SQLite would walk along the index that has the order, which is the whole pair for every piece.
        const rows = await db.selectFrom('source').select(['id', 'dn_key', 'missing']).where('pair_id', '=', pairId).where('dn_key', 'in', keys).execute();
        // After a move and a new object of the old name two rows may have the DN: the one that is still there counts.
        for (const row of rows) if (row.missing === 0 || !found.has(row.dn_key)) found.set(row.dn_key, row.id);
      }
      return found;
    },
    referrers: async (pairId, ids) => {
      const dnKeys = new Set<string>();
      for (const some of pieces(ids)) {
        for (const { dn_key, sid } of await db.selectFrom('source').select(['dn_key', 'sid']).where('pair_id', '=', pairId).where('id', 'in', some).execute()) {
          dnKeys.add(dn_key);
          if (sid !== '') dnKeys.add(normaliseDn(`<SID=${sid}>`));
        }
      }
      return [...await ownersOf(context, pairId, dnKeys)];
    },
    ownersOf: async (pairId, dns) => {
      const found = [];
      for (const some of pieces([...new Set(dns.map(normaliseDn))])) {
        found.push(...await db.selectFrom('source_link as l').innerJoin('source as s', (join) => join.onRef('s.pair_id', '=', 'l.pair_id').onRef('s.id', '=', 'l.source_id').on('s.missing', '=', 0))
          .select(['l.dn_key as dnKey', 'l.attribute as attribute', 's.id as id', 's.dn_key as ownerKey']).where('l.pair_id', '=', pairId).where('l.dn_key', 'in', some).execute());
      }
      return found;
    },
  };
}
