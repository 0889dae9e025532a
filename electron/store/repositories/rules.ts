import { ErrorCode, appError } from '../../../shared/domain/errors.ts';
import type { LicenceRule } from '../../../shared/domain/licences.ts';
import type { MappingRule, MatchingRule, RuleOwner } from '../../../shared/domain/rules.ts';
import { json } from '../columns.ts';
import { inTransaction, type Context } from '../context.ts';

/** A rule as it is given to be saved: without position, and without id when it is new. */
export type RuleInput<R extends { readonly id: string; readonly position: number }> = Omit<R, 'id' | 'position'> & { readonly id?: string | undefined };

/** Ordered rules of pairs and collections; positions count from 1 without gaps. */
export interface RulesRepository<R extends { readonly id: string; readonly position: number }> {
  /** By position. */
  list(owner: RuleOwner): Promise<readonly R[]>;
  /** What the rules of a pair and of all its collections say, each wording once: those of the pair first, by position. Collections begin with copies of the pair's rules. */
  wordings(pairId: string): Promise<readonly Omit<R, 'id' | 'position'>[]>;
  /** Puts these rules, in this order, in place of all. Rules without an id get one. */
  replaceAll(owner: RuleOwner, rules: readonly RuleInput<R>[]): Promise<readonly R[]>;
  /** Changes the rule with that id where it stands, or adds one at the end. @throws AppError NOT_FOUND when the id is not one of the owner's. */
  save(owner: RuleOwner, rule: RuleInput<R>): Promise<R>;
  /** @throws AppError NOT_FOUND. */
  remove(owner: RuleOwner, id: string): Promise<void>;
  /** @throws AppError INVALID_INPUT unless `ids` are all ids of the owner's rules, each once. */
  reorder(owner: RuleOwner, ids: readonly string[]): Promise<readonly R[]>;
  /** Puts copies of one owner's rules, with fresh ids, in place of the other's. */
  copy(from: RuleOwner, to: RuleOwner): Promise<readonly R[]>;
}

function rulesRepository<R extends { readonly id: string; readonly position: number }>(context: Context, set: 'matching' | 'mapping' | 'licence'): RulesRepository<R> {
  const { environment } = context;
  const owned = ({ db }: Context, owner: RuleOwner) => db.selectFrom('rule').where('rule_set', '=', set).where('owner_kind', '=', owner.kind).where('owner_id', '=', owner.id);
  const list = async (within: Context, owner: RuleOwner): Promise<readonly R[]> =>
    (await owned(within, owner).selectAll().orderBy('position').execute()).map((row) => ({ ...json<Omit<R, 'id' | 'position'>>(row.body), id: row.id, position: row.position }) as R);
  const body = ({ id: _id, position: _position, ...rest }: RuleInput<R> & { readonly position?: number }): string => JSON.stringify(rest);
  const write = async (within: Context, owner: RuleOwner, rules: readonly RuleInput<R>[]): Promise<readonly R[]> => {
    await within.db.deleteFrom('rule').where('rule_set', '=', set).where('owner_kind', '=', owner.kind).where('owner_id', '=', owner.id).execute();
    await within.dialect.bulk.insert(within.db, { table: 'rule', columns: ['id', 'rule_set', 'owner_kind', 'owner_id', 'position', 'body'], key: [], update: [] },
      rules.map((rule, i) => ({ id: rule.id ?? environment.randomUUID(), rule_set: set, owner_kind: owner.kind, owner_id: owner.id, position: i + 1, body: body(rule) })));
    return list(within, owner);
  };
  const unknown = (id: string) => appError(ErrorCode.NotFound, `The ${set} rule ${id} is not there any more; read the rules again.`);
  return {
    list: (owner) => list(context, owner),
    wordings: async (pairId) => {
      const rows = await context.db.selectFrom('rule').select('body').where('rule_set', '=', set)
        .where(({ and, eb, or }) => or([and([eb('owner_kind', '=', 'pair'), eb('owner_id', '=', pairId)]), and([eb('owner_kind', '=', 'collection'), eb('owner_id', 'in', eb.selectFrom('collection').select('id').where('pair_id', '=', pairId))])]))
        .groupBy('body').orderBy((eb) => eb.fn.max('owner_kind'), 'desc').orderBy((eb) => eb.fn.min('position')).orderBy('body').execute();
      return rows.map((row) => json<Omit<R, 'id' | 'position'>>(row.body));
    },
    replaceAll: (owner, rules) => inTransaction(context, (within) => write(within, owner, rules)),
    save: (owner, rule) => inTransaction(context, async (within) => {
      const rules = await list(within, owner);
      const id = rule.id ?? environment.randomUUID();
      if (rule.id === undefined) {
        await within.db.insertInto('rule').values({ id, rule_set: set, owner_kind: owner.kind, owner_id: owner.id, position: rules.length + 1, body: body(rule) }).execute();
      } else {
        if (!rules.some((known) => known.id === id)) throw unknown(id);
        await within.db.updateTable('rule').set({ body: body(rule) }).where('id', '=', id).execute();
      }
      const saved = (await list(within, owner)).find((known) => known.id === id);
      if (saved === undefined) throw unknown(id);
      return saved;
    }),
    remove: (owner, id) => inTransaction(context, async (within) => {
      const rules = await list(within, owner);
      const rest = rules.filter((rule) => rule.id !== id);
      if (rest.length === rules.length) throw unknown(id);
      await write(within, owner, rest);
    }),
    reorder: (owner, ids) => inTransaction(context, async (within) => {
      const rules = new Map((await list(within, owner)).map((rule) => [rule.id, rule]));
      const ordered = [...new Set(ids)].map((id) => rules.get(id)).filter((rule) => rule !== undefined);
      if (ordered.length !== rules.size || ids.length !== rules.size) throw appError(ErrorCode.InvalidInput, `The new order must name each of the ${rules.size} ${set} rules once; read the rules again.`);
      return write(within, owner, ordered);
    }),
    copy: (from, to) => inTransaction(context, async (within) => write(within, to, (await list(within, from)).map((rule) => ({ ...rule, id: undefined })))),
  };
}

/** Makes the repository of matching rules. */
export const matchingRulesRepository = (context: Context): RulesRepository<MatchingRule> => rulesRepository<MatchingRule>(context, 'matching');
/** Makes the repository of mapping rules. */
export const mappingRulesRepository = (context: Context): RulesRepository<MappingRule> => rulesRepository<MappingRule>(context, 'mapping');
/** Makes the repository of licence rules. */
export const licenceRulesRepository = (context: Context): RulesRepository<LicenceRule> => rulesRepository<LicenceRule>(context, 'licence');
