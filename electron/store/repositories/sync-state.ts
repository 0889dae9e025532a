import { attributeCode, MEMBER_ITEM, memberCode, readAgreed, readMembers, withWritten, writeAgreed, writeMembers, type WrittenCodes } from '../../../shared/rules/agreed.ts';
import { pieces } from '../columns.ts';
import { inTransaction, type Context } from '../context.ts';
import { moveAgreed } from './agreed-moves.ts';

/** What an object that is kept in step and its match agreed on (shared/rules/agreed.ts); empty texts: nothing yet. `own` false: another collection of the pair did, which has not handed it over yet. */
export interface AgreedRecord { readonly targetId: string; readonly agreed: string; readonly members: string; readonly own: boolean }
/** What an object of a plan will have agreed on. */
export interface PlannedAgreement { readonly sourceId: string; readonly agreed: string; readonly members: string }
/** What a plan wrote to an object of the tenant, as far as planning could not say it or another write to the object failed. */
export interface WrittenAgreement extends WrittenCodes { readonly sourceId: string; readonly targetId: string }
/** What came of a plan. */
export interface SettledPlan {
  readonly planId: string;
  readonly collectionId: string;
  /** Source ids of those that are in step. */
  readonly inStep: Iterable<string>;
  readonly written: readonly WrittenAgreement[];
  /** `open`: it may be resumed, and what is planned of the objects that are not in step yet stays. */
  readonly end: 'final' | 'open';
}

/** What objects in coexistence agreed on with the tenant: the point from which changes of others are told from changes of the source. */
export interface SyncStateRepository {
  /** Of these objects, by source id; those that no cycle of the collection, nor of another one of its pair, has brought in step are not among them. */
  of(collectionId: string, sourceIds: readonly string[]): Promise<ReadonlyMap<string, AgreedRecord>>;
  /** Gives what was agreed on of objects to the collection in coexistence that keeps them in step now, if there is one; here it stays until it is forgotten. */
  move(collectionId: string, sourceIds: readonly string[]): Promise<void>;
  /** Notes what objects agree on when their plan is carried out. */
  plan(planId: string, objects: readonly PlannedAgreement[]): Promise<void>;
  /**
   * Makes what was planned of the objects in step what is agreed on, and takes over what was written, into every collection of the pair that keeps the object in step
   * with the same match. Call it after they are kept, in the same transaction. @returns how many changed.
   */
  settle(plan: SettledPlan): Promise<number>;
}

/** Cells of what was agreed on with one object. */
type SyncedRow = { readonly collection_id: string; readonly source_id: string; readonly agreed: string; readonly members: string };

const COLUMNS = ['plan_id', 'source_id', 'agreed', 'members'] as const;

/** Ids of the collections of the pair of one of them. */
const ofSamePair = (db: Context['db'], collectionId: string) => db.selectFrom('collection as other').innerJoin('collection as own', 'own.pair_id', 'other.pair_id').select('other.id').where('own.id', '=', collectionId);

/** Makes the repository of what was agreed on. */
export function syncStateRepository(context: Context): SyncStateRepository {
  const { db } = context;
  return {
    of: async (collectionId, sourceIds) => {
      const found = new Map<string, AgreedRecord>();
      for (const ids of pieces(sourceIds)) {
        const rows = await db.selectFrom('synced_object').select(['source_id', 'target_id', 'agreed', 'members']).where('collection_id', '=', collectionId).where('source_id', 'in', ids).execute();
        for (const row of rows) found.set(row.source_id, { targetId: row.target_id, agreed: row.agreed, members: row.members, own: true });
        const rest = ids.filter((id) => !found.has(id));
        if (rest.length === 0) continue;
        const elsewhere = await db.selectFrom('synced_object').select(['source_id', 'target_id', 'agreed', 'members']).where('collection_id', 'in', ofSamePair(db, collectionId)).where('source_id', 'in', rest).where('agreed', '<>', '').orderBy('since').execute();
        for (const row of elsewhere) found.set(row.source_id, { targetId: row.target_id, agreed: row.agreed, members: row.members, own: false });
      }
      return found;
    },
    move: (collectionId, sourceIds) => inTransaction(context, async (within) => { await moveAgreed(within, collectionId, sourceIds); }),
    plan: (planId, objects) => inTransaction(context, async (within) => {
      await within.dialect.bulk.insert(within.db, { table: 'planned_agreement', columns: COLUMNS, key: ['plan_id', 'source_id'], update: ['agreed', 'members'] },
        objects.map((one) => ({ plan_id: planId, source_id: one.sourceId, agreed: one.agreed, members: one.members })));
    }),
    settle: ({ planId, collectionId, inStep, written, end }) => inTransaction(context, async (within) => {
      const planned = await within.db.selectFrom('planned_agreement').select(['source_id', 'agreed', 'members']).where('plan_id', '=', planId).execute();
      if (planned.length === 0 && written.length === 0) return 0;
      const settled = new Set(inStep);
      const rows = new Map<string, SyncedRow>(planned.flatMap((row) => (settled.has(row.source_id) ? [[`${collectionId} ${row.source_id}`, { collection_id: collectionId, ...row }] as const] : [])));
      const bySource = new Map(written.map((one) => [one.sourceId, one]));
      for (const ids of pieces([...bySource.keys()])) {
        const kept = await within.db.selectFrom('synced_object').select(['collection_id', 'source_id', 'target_id', 'agreed', 'members'])
          .where('collection_id', 'in', ofSamePair(within.db, collectionId)).where('source_id', 'in', ids).execute();
        for (const { target_id, ...row } of kept) {
          const wrote = bySource.get(row.source_id);
          if (wrote?.targetId !== target_id) continue;
          const key = `${row.collection_id} ${row.source_id}`;
          const { agreed, members } = rows.get(key) ?? row;
          const now = withWritten({ agreed, members }, wrote);
          if (rows.has(key) || now.agreed !== row.agreed || now.members !== row.members) rows.set(key, { ...row, ...now });
        }
      }
      const changed = await within.dialect.bulk.update(within.db, { table: 'synced_object', key: ['collection_id', 'source_id'], set: ['agreed', 'members'] }, [...rows.values()]);
      const mine = within.db.deleteFrom('planned_agreement').where('plan_id', '=', planId);
      if (end === 'final') await mine.execute();
      else for (const ids of pieces(planned.flatMap((row) => (settled.has(row.source_id) ? [row.source_id] : [])))) await mine.where('source_id', 'in', ids).execute();
      return changed;
    }),
  };
}

/** A value of which nothing is agreed on any more: an attribute, `members/` and a Graph id, or empty for all of the object. `putIn`: a member that was put back, whom the rules take out again unless they want it. */
export interface ForgottenValue { readonly sourceId: string; readonly attribute: string; readonly putIn?: boolean }

/**
 * Forgets what was agreed on of values of a pair's objects, so that the rules win when they are compared again. Call it inside a transaction.
 * @param values in the order in which they were written.
 */
export async function forgetAgreed({ db, dialect }: Context, pairId: string, values: readonly ForgottenValue[]): Promise<void> {
  const bySource = Map.groupBy(values, (one) => one.sourceId);
  for (const ids of pieces([...bySource.keys()])) {
    const rows = await db.selectFrom('synced_object').select(['collection_id', 'source_id', 'agreed', 'members'])
      .where('collection_id', 'in', db.selectFrom('collection').select('id').where('pair_id', '=', pairId)).where('source_id', 'in', ids).execute();
    await dialect.bulk.update(db, { table: 'synced_object', key: ['collection_id', 'source_id'], set: ['agreed', 'members'] }, rows.map((row) => ({ ...row, ...without(row, bySource.get(row.source_id) ?? []) })));
  }
}

function without(row: { readonly agreed: string; readonly members: string }, values: readonly ForgottenValue[]): { readonly agreed: string; readonly members: string } {
  if (values.some((one) => one.attribute === '')) return { agreed: '', members: '' };
  const agreed = readAgreed(row.agreed);
  const members = readMembers(row.members);
  const [wanted, others] = [new Set(members?.wanted), new Set(members?.others)];
  for (const { attribute, putIn = false } of values) {
    agreed.delete(attributeCode(attribute));
    const code = attribute.startsWith(MEMBER_ITEM) ? memberCode(attribute.slice(MEMBER_ITEM.length)) : '';
    if (putIn) wanted.add(code);
    else wanted.delete(code);
    others.delete(code);
  }
  const isGone = members === null || values.some((one) => one.attribute.toLowerCase() === 'members');
  return { agreed: writeAgreed(agreed), members: isGone ? '' : writeMembers({ wanted, others }) };
}
