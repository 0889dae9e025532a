import { z } from 'zod';
import { PUSH_SETS } from '../domain/rules.ts';
import { channel } from './define.ts';
import { MatchingRuleInput, Owner } from './rule-values.ts';
import { Done, Guid, Id, Kind, Millis, Nothing } from './values.ts';

const Set = z.enum(PUSH_SETS);
const Version = z.int().min(1).max(10_000);
const Template = z.string().trim().min(1).max(128);

/** One difference of two lists of rules. `text`: the rule in words; `fields`: what a changed rule had and gets. */
export const RuleChange = z.object({
  set: Set, change: z.enum(['added', 'changed', 'removed', 'moved']), text: z.string(),
  fields: z.array(z.object({ field: z.string(), before: z.string(), after: z.string() })),
});
export type RuleChange = z.output<typeof RuleChange>;

/** One object that a changed list of matching rules matches differently. */
export const MatchShift = z.object({
  id: Guid, name: z.string(), kind: Kind,
  was: z.object({ state: z.string(), target: z.string(), reason: z.string() }), wouldBe: z.object({ state: z.string(), target: z.string(), reason: z.string() }),
});
export type MatchShift = z.output<typeof MatchShift>;

/** Channels that compare lists of rules, and replace them after the difference was seen. */
export const ruleChangeChannels = {
  /**
   * "Test this rule": matches the objects of a collection by its rules as they are and by another list of rules, from what was
   * read last, and tells the differences. Both sides break matching first unless `breakExisting` is false; pinned matches stay. Nothing is stored.
   */
  'rules.testMatching': channel('query', z.object({
    collectionId: Id, rules: z.array(MatchingRuleInput).max(500), upnSuffix: z.string().trim().max(255).default(''), breakExisting: z.boolean().default(true), limit: z.int().min(1).max(1000).default(200),
  }), z.object({
    /** When both sides were read last; null: never, so nothing can be matched. */
    readAt: Millis.nullable(), compared: z.int(), changed: z.int(), rows: z.array(MatchShift), totals: z.array(z.object({ state: z.string(), was: z.int(), wouldBe: z.int() })),
  })),
  /** How the rules of each collection of a pair differ from the pair's, licence rules too: what pushing would do. `digest` is handed to `rules.push`. */
  'rules.pushDifference': channel('query', z.object({ pairId: Id }), z.object({
    rows: z.array(z.object({ collectionId: Id, name: z.string(), changes: z.array(RuleChange), digest: z.string() })),
  })),
  /** Puts the pair's rules in place of those of collections. Refused when a difference of these lists is no longer the one that was shown. */
  'rules.push': channel('command', z.object({ pairId: Id, collections: z.array(z.object({ collectionId: Id, digest: z.string().max(128) })).min(1).max(1000), sets: z.array(Set).min(1) }), z.object({ pushed: z.int() })),
  'templates.list': channel('query', Nothing, z.object({
    rows: z.array(z.object({
      name: z.string(), version: Version, versions: z.array(z.object({ version: Version, changes: z.array(z.string()) })), description: z.string(), matching: z.int(), mapping: z.int(),
      /** Attributes of the default flow that this template does not write, each with the reason. */
      notWritten: z.array(z.object({ kind: Kind, source: z.string(), target: z.string(), reason: z.string() })),
    })),
  })),
  /**
   * What changed since: `sinceOrigin`, what people changed since the rules were made from a template (null: not known which);
   * `ofTemplate`, what newer versions of that template changed since; `toTemplate`, what applying the template named would do.
   */
  'templates.difference': channel('query', z.object({ owner: Owner, template: Template.optional(), version: Version.optional(), ownRules: z.enum(['remove', 'keep']).default('remove') }), z.object({
    template: z.string(), version: Version, newest: Version, origin: z.object({ template: z.string(), version: Version }).nullable(),
    sinceOrigin: z.array(RuleChange).nullable(), ofTemplate: z.array(RuleChange), toTemplate: z.array(RuleChange), digest: z.string(),
  })),
  /** Puts a template's rules in place of the owner's; `keep`: what people added, changed or removed since stays so where the template says nothing new about it. Refused when the difference is no longer the one that was shown. */
  'templates.apply': channel('command', z.object({ owner: Owner, template: Template, version: Version, ownRules: z.enum(['remove', 'keep']).default('remove'), digest: z.string().max(128) }), Done),
} as const;
