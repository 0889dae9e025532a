import { z } from 'zod';
import { COMPARISONS, CONVERSIONS, MAPPING_ACTIONS, MAPPING_CONDITIONS } from '../domain/rules.ts';
import { channel } from './define.ts';
import { Done, Id, Kind, Nothing } from './values.ts';

const Attribute = z.string().trim().min(1, 'must not be empty').max(200);
export const MatchingRuleSchema = z.object({
  id: Id, position: z.int(), enabled: z.boolean(), sourceClass: Kind, sourceAttribute: Attribute, targetClass: Kind, targetAttribute: Attribute, comparison: z.enum(COMPARISONS),
});
export const MappingRuleSchema = z.object({
  id: Id, position: z.int(), enabled: z.boolean(), action: z.enum(MAPPING_ACTIONS), condition: z.enum(MAPPING_CONDITIONS), sourceClass: Kind,
  sourceAttribute: z.string().trim().max(200), targetClass: Kind, targetAttribute: Attribute, value: z.string().max(4000), conversion: z.enum(CONVERSIONS),
});
/** Rules of a pair are copied into collections made afterwards; rules of a collection are its own. */
export const Owner = z.object({ kind: z.enum(['pair', 'collection']), id: Id });

export const ruleChannels = {
  'matchingRules.list': channel('query', Owner, z.object({ rows: z.array(MatchingRuleSchema) })),
  /** Adds (no id) or changes one rule. */
  'matchingRules.save': channel('command', z.object({ owner: Owner, rule: MatchingRuleSchema.omit({ id: true, position: true }).extend({ id: Id.optional() }) }), MatchingRuleSchema),
  'matchingRules.remove': channel('command', z.object({ owner: Owner, id: Id }), Done),
  /** The whole new order. */
  'matchingRules.reorder': channel('command', z.object({ owner: Owner, ids: z.array(Id).max(500) }), Done),
  'mappingRules.list': channel('query', Owner, z.object({ rows: z.array(MappingRuleSchema) })),
  'mappingRules.save': channel('command', z.object({ owner: Owner, rule: MappingRuleSchema.omit({ id: true, position: true }).extend({ id: Id.optional() }) }), MappingRuleSchema),
  'mappingRules.remove': channel('command', z.object({ owner: Owner, id: Id }), Done),
  'mappingRules.reorder': channel('command', z.object({ owner: Owner, ids: z.array(Id).max(500) }), Done),
  /** Attributes that a rule can name, with the service that can write the target's. */
  'rules.attributes': channel('query', Nothing, z.object({
    source: z.array(z.object({ kind: Kind, name: z.string() })),
    target: z.array(z.object({ kind: Kind, name: z.string(), service: z.string(), writable: z.boolean() })),
  })),
} as const;
