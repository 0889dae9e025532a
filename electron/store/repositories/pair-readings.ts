import { sql } from 'kysely';
import { quietly } from '../dialect/quiet.ts';
import type { Context } from '../context.ts';

/** How a reading was: of what changed since the one before, or of everything. */
export type ReadingKind = 'changes' | 'whole';
/** A reading of both sides of a pair that came to its end. `asked`: what it asked for; one that asked for something else is of no use. */
export interface PairReading { readonly beganAt: number; readonly asked: string }

/**
 * Who reads the two sides of a pair, and what the last readings are worth. A pair is read by one task at a time, in whichever process: two readings at
 * once would take each other's objects for gone. Times are the store's own, milliseconds since 1970 UTC.
 */
export interface PairReadingsRepository {
  /** Takes the lease on reading; what is read from now on counts from `beganAt`. Undefined: another one reads. */
  take(pairId: string, owner: string, leaseMs: number): Promise<{ readonly beganAt: number } | undefined>;
  /** Extends the lease from now; false when it was lost. */
  renew(pairId: string, owner: string, leaseMs: number): Promise<boolean>;
  /** Gives the lease back, with what was read; null: it came to nothing. Nothing happens when the lease is another's. */
  end(pairId: string, owner: string, read: (PairReading & { readonly kind: ReadingKind }) | null): Promise<void>;
  /** Who has the lease; undefined: nobody. */
  holder(pairId: string): Promise<string | undefined>;
  /** The last reading of that kind; undefined: none. */
  last(pairId: string, kind: ReadingKind): Promise<PairReading | undefined>;
}

/** Makes the repository of readings. */
export function pairReadingsRepository({ db, environment }: Context): PairReadingsRepository {
  return {
    take: async (pairId, owner, leaseMs) => {
      const now = environment.clock();
      const lease = { lease_owner: owner, lease_until: now + leaseMs };
      const { numInsertedOrUpdatedRows } = await db.insertInto('pair_reading').values({ pair_id: pairId, ...lease })
        .onConflict((conflict) => conflict.column('pair_id').doUpdateSet(lease).where((eb) => eb.or([eb('pair_reading.lease_owner', 'is', null), eb('pair_reading.lease_owner', '=', owner), eb('pair_reading.lease_until', '<', now)]))).executeTakeFirst();
      return (numInsertedOrUpdatedRows ?? 0n) > 0n ? { beganAt: now } : undefined;
    },
    renew: async (pairId, owner, leaseMs) => await quietly(db, sql`update pair_reading set lease_until = ${environment.clock() + leaseMs} where pair_id = ${pairId} and lease_owner = ${owner}`) > 0,
    end: async (pairId, owner, read) => {
      const figures = read === null ? {} : read.kind === 'whole' ? { whole_began_at: read.beganAt, whole_asked: read.asked } : { began_at: read.beganAt, asked: read.asked };
      await db.updateTable('pair_reading').set({ lease_owner: null, lease_until: null, ...figures }).where('pair_id', '=', pairId).where('lease_owner', '=', owner).execute();
    },
    holder: async (pairId) => (await db.selectFrom('pair_reading').select('lease_owner').where('pair_id', '=', pairId).executeTakeFirst())?.lease_owner ?? undefined,
    last: async (pairId, kind) => {
      const row = await db.selectFrom('pair_reading').selectAll().where('pair_id', '=', pairId).executeTakeFirst();
      const [beganAt, asked] = kind === 'whole' ? [row?.whole_began_at, row?.whole_asked] : [row?.began_at, row?.asked];
      return beganAt === undefined || beganAt === null ? undefined : { beganAt, asked: asked ?? '' };
    },
  };
}
