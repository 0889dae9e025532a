import { z } from 'zod';
import { channel } from './define.ts';
import { ruleChangeChannels } from './rule-changes.ts';
import { MappingRuleInput, MappingRuleSchema, MatchingRuleInput, MatchingRuleSchema, Owner } from './rule-values.ts';
import { Done, Guid, Id, Kind } from './values.ts';

export { MappingRuleSchema, MatchingRuleSchema, Owner } from './rule-values.ts';

/** Something wrong in an expression: place in UTF-16 units from 0, and what to write instead. */
export const ExpressionProblem = z.object({ offset: z.int(), length: z.int(), severity: z.enum(['error', 'warning']), message: z.string(), hint: z.string().nullable() });
export type ExpressionProblem = z.output<typeof ExpressionProblem>;
const ExpressionText = z.string().max(4000);

/** What a mapping rule would do to one real object. */
export const PreviewRow = z.object({
  id: Guid, name: z.string(), kind: Kind,
  /** `left alone`: nothing to write, or the condition does not hold. `not migrated`: out of scope, or no service can write it. */
  outcome: z.enum(['changed', 'unchanged', 'left alone', 'error', 'not migrated']),
  value: z.string(), present: z.string(), message: z.string(),
});
export type PreviewRow = z.output<typeof PreviewRow>;

export const ruleChannels = {
  'matchingRules.list': channel('query', Owner, z.object({ rows: z.array(MatchingRuleSchema) })),
  /** Adds (no id) or changes one rule. */
  'matchingRules.save': channel('command', z.object({ owner: Owner, rule: MatchingRuleInput }), MatchingRuleSchema),
  'matchingRules.remove': channel('command', z.object({ owner: Owner, id: Id }), Done),
  /** The whole new order. */
  'matchingRules.reorder': channel('command', z.object({ owner: Owner, ids: z.array(Id).max(500) }), Done),
  'mappingRules.list': channel('query', Owner, z.object({ rows: z.array(MappingRuleSchema) })),
  /** An expression is read first: it is refused with the position of what is wrong in it. */
  'mappingRules.save': channel('command', z.object({ owner: Owner, rule: MappingRuleInput }), MappingRuleSchema),
  'mappingRules.remove': channel('command', z.object({ owner: Owner, id: Id }), Done),
  'mappingRules.reorder': channel('command', z.object({ owner: Owner, ids: z.array(Id).max(500) }), Done),
  /** Attributes that a rule can name: those of the source with how many objects read so far have them, and the target's with the service that writes them. */
  'rules.attributes': channel('query', z.object({ owner: Owner.optional() }), z.object({
    source: z.array(z.object({ kind: Kind, name: z.string(), seen: z.int(), type: z.string() })),
    target: z.array(z.object({ kind: Kind, name: z.string(), service: z.string(), writable: z.boolean(), note: z.string() })),
  })),
  /** The functions of the expression language, with an example each. */
  'expressions.functions': channel('query', z.object({}), z.object({
    rows: z.array(z.object({ name: z.string(), signature: z.string(), description: z.string(), example: z.string(), result: z.string() })), parameters: z.array(z.string()),
  })),
  /** What an editor needs at a caret: problems, colours, proposals and the function around it. Reads the store only. */
  'expressions.assist': channel('query', z.object({ owner: Owner, kind: Kind, text: ExpressionText, caret: z.int().nonnegative() }), z.object({
    problems: z.array(ExpressionProblem),
    colours: z.array(z.object({ offset: z.int(), length: z.int(), kind: z.string() })),
    completions: z.object({ offset: z.int(), length: z.int(), items: z.array(z.object({ label: z.string(), insert: z.string(), kind: z.string(), detail: z.string(), documentation: z.string() })) }),
    signature: z.object({ signature: z.string(), description: z.string(), example: z.string(), argument: z.int(), parameter: z.string() }).nullable(),
  })),
  /** What a rule, saved or not, would do to real objects of its owner. Nothing is written. `examined`: objects looked at, of which `rows` shows some, faults first. */
  'rules.preview': channel('query', z.object({ owner: Owner, rule: MappingRuleInput, search: z.string().max(256).default(''), limit: z.int().min(1).max(200).default(10) }), z.object({
    problems: z.array(ExpressionProblem), notes: z.array(z.string()), examined: z.int(), more: z.boolean(),
    counts: z.object({ 'changed': z.int(), 'unchanged': z.int(), 'left alone': z.int(), 'error': z.int(), 'not migrated': z.int() }), rows: z.array(PreviewRow),
  })),
  ...ruleChangeChannels,
} as const;
