import { z } from 'zod';
import { LICENCE_ACTIONS, LICENCE_TIMES } from '../domain/licences.ts';
import { channel } from './define.ts';
import { Done, Id } from './values.ts';

const Attribute = z.string().trim().regex(/^[A-Za-z][A-Za-z0-9-]*$/, 'must be the name of an attribute, for example department').max(200);
/** For whom a licence rule counts. */
export const LicenceConditionSchema = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('everybody') }),
  z.object({ kind: z.literal('members of'), groupDn: z.string().trim().min(1, 'must name a group').max(4000) }),
  z.object({ kind: z.literal('attribute equals'), attribute: Attribute, value: z.string().trim().min(1, 'must not be empty').max(1000) }),
  z.object({ kind: z.literal('filter'), filter: z.string().trim().min(1, 'must not be empty').max(4000) }),
]);
const Name = z.string().trim().regex(/^[\w-]+$/, 'must be the name of a product or service, for example SPE_E3').max(100);
export const LicenceRuleSchema = z.object({
  id: Id, position: z.int(), enabled: z.boolean(), condition: LicenceConditionSchema, action: z.enum(LICENCE_ACTIONS), partNumber: Name, disabledPlans: z.array(Name).max(100), when: z.enum(LICENCE_TIMES),
});
export type LicenceRuleRow = z.output<typeof LicenceRuleSchema>;
const Owner = z.object({ kind: z.enum(['pair', 'collection']), id: Id });

/** One product of the tenant as it was read last. */
export const ProductRow = z.object({
  id: z.string(), partNumber: z.string(), enabled: z.int(), consumed: z.int(), free: z.int(), plans: z.array(z.object({ name: z.string(), forUsers: z.boolean() })),
});
export type ProductRow = z.output<typeof ProductRow>;

/** Units of one product that the rules would take, against those that are free. */
export const HeadCountRow = z.object({ skuId: z.string(), partNumber: z.string(), needed: z.int(), freed: z.int(), free: z.int(), short: z.int() });
export type HeadCountRow = z.output<typeof HeadCountRow>;

export const licenceChannels = {
  /** Rules of a pair are copied into collections made afterwards; rules of a collection are its own. */
  'licences.list': channel('query', Owner, z.object({ rows: z.array(LicenceRuleSchema) })),
  /** Adds (no id) or changes one rule. */
  'licences.save': channel('command', z.object({ owner: Owner, rule: LicenceRuleSchema.omit({ id: true, position: true }).extend({ id: Id.optional() }) }), LicenceRuleSchema),
  'licences.remove': channel('command', z.object({ owner: Owner, id: Id }), Done),
  /** The whole new order. */
  'licences.reorder': channel('command', z.object({ owner: Owner, ids: z.array(Id).max(500) }), Done),
  /** Products of the tenant; `read` false: the tenant was not read yet. */
  'licences.products': channel('query', z.object({ pairId: Id }), z.object({ read: z.boolean(), rows: z.array(ProductRow) })),
  /**
   * What the rules of a collection would do with what is known now, without planning anything: units needed and free, and why users
   * would get none. At most 200 notes come back; `notesTotal` counts all.
   */
  'licences.headCount': channel('query', z.object({ collectionId: Id }), z.object({
    users: z.int(), changed: z.int(), rows: z.array(HeadCountRow), problems: z.array(z.string()), notes: z.array(z.object({ name: z.string(), message: z.string() })), notesTotal: z.int(),
  })),
} as const;
