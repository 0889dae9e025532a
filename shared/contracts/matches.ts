import { z } from 'zod';
import { REVIEW_ACTIONS, REVIEW_POLICIES, REVIEW_STATES } from '../domain/review.ts';
import { channel } from './define.ts';
import { ExportPart, PartRequest } from './export.ts';
import { Guid, Id, Kind, Millis, PageRequest, Progress, Risk, page } from './values.ts';

export const ReviewStateSchema = z.enum(REVIEW_STATES);
const MatchState = z.enum(['Matched', 'Not matched', 'Ambiguous', 'Conflict']);
/** What the review shows of a collection; every field narrows it, empty means all. */
export const ReviewFilter = z.object({
  search: z.string().max(256).default(''), review: z.union([ReviewStateSchema, z.literal('')]).default(''), state: z.union([MatchState, z.literal('')]).default(''),
  risk: z.union([Risk, z.literal('')]).default(''), kind: z.union([Kind, z.literal('')]).default(''),
});
export type ReviewFilter = z.output<typeof ReviewFilter>;

/** What is reviewed: one collection, or all collections of a pair. Exactly one of the two is named. */
const Scope = { collectionId: Id.optional(), pairId: Id.optional() };

/** One attribute on both sides. `same`: equal without regard to case and accents. */
const Side = z.object({ attribute: z.string(), source: z.string(), target: z.string(), same: z.boolean() });
/** One proposed or decided match. */
export const ReviewRow = z.object({
  id: Guid, kind: Kind, name: z.string(), dn: z.string(), status: Progress, state: MatchState, review: ReviewStateSchema,
  targetId: z.string().nullable(), targetName: z.string(), targetUserName: z.string(),
  /** The rule in words, and the value that it compared. */
  rule: z.string(), value: z.string(), risks: z.array(Risk), pinned: z.boolean(), candidates: z.int(), rejected: z.int(), reason: z.string(), decidedBy: z.string(),
  sides: z.array(Side), changedAt: Millis,
  /** Collections that hold the object, by name. */
  collections: z.array(z.object({ id: Id, name: z.string() })),
});
export type ReviewRow = z.output<typeof ReviewRow>;

/** Rows of the review that a person means: ids, or everything that a filter shows but some. */
export const ReviewSelection = z.discriminatedUnion('mode', [
  z.object({ mode: z.literal('ids'), ids: z.array(Guid).max(10_000) }),
  z.object({ mode: z.literal('all except'), ids: z.array(Guid).max(10_000), ...ReviewFilter.shape }),
]);
export type ReviewSelection = z.output<typeof ReviewSelection>;

const Decision = z.object({
  ...Scope, selection: ReviewSelection, action: z.enum(REVIEW_ACTIONS),
  /** The candidate that is meant; for one object only. */
  targetId: z.string().min(1).max(100).optional(),
  /** For matches that the rules refuse (an administrator, another immutable id ...): the text that {@link Decided} asks for, typed. */
  override: z.string().max(256).optional(),
});
export type DecisionInput = z.output<typeof Decision>;
/** What came of a decision, or would: nothing is left out in silence. */
export const Decided = z.object({
  /** Empty when nothing changed. */
  batch: z.string(), changed: z.int(),
  refused: z.array(z.object({ id: Guid, name: z.string(), reason: z.string() })).max(500), refusedTotal: z.int(),
  /** How many of the refused ones a typed text would let through, and the text; empty: none. */
  risky: z.int(), confirmation: z.string(),
});
export type Decided = z.output<typeof Decided>;

export const ReviewBatchRow = z.object({ id: Id, action: z.string(), actor: z.string(), at: Millis, objects: z.int(), undone: z.int() });
const Owner = z.object({ kind: z.enum(['pair', 'collection']), id: Id });
/** `own` null: that of the pair, or the default, is in force. */
const Policy = z.object({ own: z.enum(REVIEW_POLICIES).nullable(), inForce: z.enum(REVIEW_POLICIES) });

const CsvText = z.string().min(1).max(20_000_000);
/** A line of a file, and what it does or why it does nothing. `line`: as an editor counts, from 1. */
export const CsvLine = z.object({ line: z.int(), source: z.string(), target: z.string(), outcome: z.enum(['ready', 'done', 'unchanged', 'problem']), message: z.string() });
const CsvResult = z.object({ batch: z.string(), lines: z.array(CsvLine).max(5_000), ready: z.int(), problems: z.int(), unchanged: z.int(), total: z.int() });
export type CsvResult = z.output<typeof CsvResult>;

export const matchChannels = {
  'matches.review': channel('query', z.object({ ...Scope, ...ReviewFilter.shape, ...PageRequest }), page(ReviewRow)),
  /** Figures above the review. `batches`: the latest decisions, newest first. */
  'matches.summary': channel('query', z.object(Scope), z.object({
    total: z.int(), byReview: z.record(ReviewStateSchema, z.int()), byRisk: z.array(z.object({ risk: Risk, toReview: z.int(), count: z.int() })),
    policy: Policy, batches: z.array(ReviewBatchRow).max(50),
  })),
  /** What {@link Decided} a decision would give; changes nothing. */
  'matches.preview': channel('query', Decision, Decided),
  'matches.decide': channel('command', Decision, Decided),
  /** Brings back what was before the decision; objects that changed since stay and are named. Without a batch: the latest one that was not undone. */
  'matches.undo': channel('command', z.object({ ...Scope, batch: Id.optional() }), z.object({ batch: Id, action: z.string(), restored: z.int(), refused: Decided.shape.refused, refusedTotal: z.int() })),
  'matches.policy': channel('query', Owner, Policy),
  /** `policy` null: a collection follows its pair, a pair the default. */
  'matches.setPolicy': channel('command', Owner.extend({ policy: z.enum(REVIEW_POLICIES).nullable() }), Policy),
  /** Pins matches from two columns, source and target; the header names the attributes. `apply` false shows what would happen. */
  'matches.mapCsv': channel('command', z.object({ ...Scope, text: CsvText, apply: z.boolean() }), CsvResult),
  /** The review as CSV, part by part, in the order of names; its column Decision may be filled in and imported. */
  'matches.export': channel('query', z.object({ ...Scope, ...ReviewFilter.shape, ...PartRequest }), ExportPart),
  /** Decisions from an exported file: columns objectGUID and Decision, and Target ID where a candidate is chosen. */
  'matches.importDecisions': channel('command', z.object({ ...Scope, text: CsvText, apply: z.boolean() }), CsvResult),
} as const;
