import { z } from 'zod';
import { COMPARISONS, CONVERSIONS, MAPPING_ACTIONS, MAPPING_CONDITIONS } from '../domain/rules.ts';
import { Id, Kind } from './values.ts';

const Attribute = z.string().trim().min(1, 'must not be empty').max(200);
export const MatchingRuleSchema = z.object({
  id: Id, position: z.int(), enabled: z.boolean(), sourceClass: Kind, sourceAttribute: Attribute, targetClass: Kind, targetAttribute: Attribute, comparison: z.enum(COMPARISONS),
});
export const MappingRuleSchema = z.object({
  id: Id, position: z.int(), enabled: z.boolean(), action: z.enum(MAPPING_ACTIONS), condition: z.enum(MAPPING_CONDITIONS), sourceClass: Kind,
  sourceAttribute: z.string().trim().max(200), targetClass: Kind, targetAttribute: Attribute, value: z.string().max(4000), conversion: z.enum(CONVERSIONS),
});
/** A rule as it is given: without position, and without id when it is new. */
export const MatchingRuleInput = MatchingRuleSchema.omit({ id: true, position: true }).extend({ id: Id.optional() });
export type MatchingRuleInput = z.output<typeof MatchingRuleInput>;
export const MappingRuleInput = MappingRuleSchema.omit({ id: true, position: true }).extend({ id: Id.optional() });
export type MappingRuleInput = z.output<typeof MappingRuleInput>;
/** Rules of a pair are copied into collections made afterwards; rules of a collection are its own. */
export const Owner = z.object({ kind: z.enum(['pair', 'collection']), id: Id });
