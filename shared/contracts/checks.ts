import { z } from 'zod';
import { CHECK_ACTIONS, CHECK_CHOICES, CHECK_ERRORS, CHECK_STATES } from '../domain/checks.ts';
import { channel } from './define.ts';
import { ExportPart, PartRequest } from './export.ts';
import { CountryCode, Dn, Guid, Id, Kind, Millis, PageRequest, Selection, UpnSuffix, page } from './values.ts';

/** One finding of a stored check; see CheckFinding in shared/domain. `collections`: those that hold the object, for a check of a whole pair. */
export const CheckFindingRow = z.object({
  /** Identifies the finding within its check. */
  number: z.int(),
  sourceId: z.string().nullable(), dn: Dn, name: z.string(), kind: Kind.nullable(), objectClass: z.string(), attribute: z.string(), value: z.string(),
  rules: z.array(z.string()), errors: z.array(z.enum(CHECK_ERRORS)), severity: z.enum(['error', 'warning']), message: z.string(), proposal: z.string().nullable(), action: z.enum(CHECK_ACTIONS),
  collections: z.array(z.string()),
  /** What a person decided; empty: nothing yet. With EDIT, `newValue` is what will be written: the proposal, or another value. */
  choice: z.enum([...CHECK_CHOICES, '']), newValue: z.string().nullable(),
  state: z.enum(CHECK_STATES),
  /** Why it could not be fixed; empty otherwise. */
  stateMessage: z.string(),
  /** Whether a value could be written to mend it. */
  fixable: z.boolean(),
});
export type CheckFindingRow = z.output<typeof CheckFindingRow>;

/** Totals before the filters. */
export const CheckTotals = z.object({
  /** Objects that were looked at. */
  checked: z.int(), errors: z.int(), warnings: z.int(),
  /** Findings with a value to write, or one to remove. */
  fixable: z.int(),
  byRule: z.array(z.object({ rule: z.string(), errors: z.int(), warnings: z.int() })),
});
export type CheckTotals = z.output<typeof CheckTotals>;

/** A finished check without its findings. */
export const CheckSummary = z.object({
  /** Id of the Check task, which names the check too. */
  id: Id, pairId: Id, collectionId: Id.nullable(), createdAt: Millis, totals: CheckTotals,
  /** Objects that are never migrated, each with the clause that excluded it; at most 500, `leftOutTotal` counts all. */
  leftOut: z.array(z.object({ sourceId: z.string(), name: z.string(), dn: Dn, kind: Kind, clause: z.string(), reason: z.string() })).max(500), leftOutTotal: z.int(),
  tenantRead: z.boolean(),
  /** Decisions so far. */
  decided: z.object({ edit: z.int(), remove: z.int(), complete: z.int(), fixed: z.int() }),
  /** Whether fixes can be written to the source of the pair; else the sentence that says why not. */
  cannotFix: z.string().nullable(),
});
export type CheckSummary = z.output<typeof CheckSummary>;

/** How many licences of a product are wanted. */
const WantedLicence = z.object({ partNumber: z.string().trim().min(1).max(100), count: z.int().min(1).max(10_000_000) });

/** What to check. */
export const CheckRequest = z.object({
  /** Suffix and country of the migration meant; empty: those of the source. Absent: the pair's defaults. */
  upnSuffix: UpnSuffix.optional(), countryCode: CountryCode.optional(),
  /** Users sign in with another attribute: userPrincipalName is not looked at. */
  alternateLogin: z.boolean().default(false),
  /** Look only at what IdFix would look at, to compare the two. */
  likeIdFix: z.boolean().default(false),
  /** Part number of the product that every user without a licence is to get. */
  licence: z.string().max(100).default(''),
  /** Products that rules or a person want, with the number of each; used instead of `licence` when not empty. */
  licences: z.array(WantedLicence).max(500).default([]),
});
export type CheckRequest = z.output<typeof CheckRequest>;

/** Which findings to show, or to decide about. Words of `rules` are rule ids or words of `errors`, in any case; none: all. */
const filters = {
  search: z.string().max(256).default(''), rules: z.array(z.string().min(1).max(100)).max(100).default([]), severity: z.enum(['error', 'warning', '']).default(''),
  attribute: z.string().max(100).default(''), choice: z.enum([...CHECK_CHOICES, 'none', '']).default(''), fixable: z.boolean().default(false),
};
export const FindingFilter = z.object(filters);
export type FindingFilter = z.output<typeof FindingFilter>;
/** Findings by number, or all that a filter shows but some. */
export const FindingSelection = z.discriminatedUnion('mode', [
  z.object({ mode: z.literal('numbers'), numbers: z.array(z.int()).max(10_000) }),
  z.object({ mode: z.literal('all except'), numbers: z.array(z.int()).max(10_000), filter: FindingFilter }),
]);
export type FindingSelection = z.output<typeof FindingSelection>;

export const checkChannels = {
  /** Checks the objects of a pair, a collection or a selection of it, and stores what is found. Nothing is written anywhere else. `discover` false: what was read before is checked. */
  'checks.start': channel('job', z.object({ pairId: Id, collectionId: Id.optional(), selection: Selection.optional(), discover: z.boolean().default(true), ...CheckRequest.shape }), z.object({ taskId: Id })),
  /** The newest finished check of a collection, or of the whole pair; null when there is none. */
  'checks.latest': channel('query', z.object({ pairId: Id, collectionId: Id.optional() }), z.object({ check: CheckSummary.nullable() })),
  'checks.get': channel('query', z.object({ id: Id }), CheckSummary),
  'checks.page': channel('query', z.object({ id: Id, ...filters, sort: z.enum(['severity', 'name']).default('severity'), ...PageRequest }), page(CheckFindingRow)),
  /** Decides about findings: one of IdFix's actions, what each finding proposes (`proposed`; those without a proposal are left), or nothing again (``). */
  'checks.decide': channel('command', z.object({ id: Id, selection: FindingSelection, choice: z.enum([...CHECK_CHOICES, 'proposed', '']) }), z.object({ changed: z.int(), left: z.array(z.object({ number: z.int(), name: z.string(), reason: z.string() })).max(100), leftTotal: z.int() })),
  /** Puts another value in place of the proposal and decides for EDIT. Refused when the value breaks a rule of the attribute that is an error. */
  'checks.edit': channel('command', z.object({ id: Id, number: z.int(), value: z.string().max(2_000) }), z.object({ row: CheckFindingRow, warnings: z.array(z.string()) })),
  /** The findings as CSV with the columns of IdFix and ours after them, part by part, in the order of their numbers. */
  'checks.export': channel('query', z.object({ id: Id, ...filters, ...PartRequest }), ExportPart),
  /** Reads decisions from a CSV of ours or of IdFix. Every line that does not fit is listed. */
  'checks.import': channel('command', z.object({ id: Id, text: z.string().max(60_000_000) }), z.object({ taken: z.int(), unchanged: z.int(), problems: z.array(z.object({ line: z.int(), message: z.string() })).max(1_000), problemsTotal: z.int() })),
  /** Plans the decisions (EDIT and REMOVE) as changes of the directory; stops at `Awaiting approval`. Nothing is written to the tenant. */
  'checks.fix': channel('job', z.object({ id: Id, selection: FindingSelection.optional() }), z.object({ taskId: Id })),
  /** Plans the undo of a Fix task, or of what it did to one object; stops at `Awaiting approval`. */
  'checks.rollBack': channel('job', z.object({ taskId: Id, objectId: Guid.optional(), mode: z.enum(['exact', 'keep changes made since']).default('exact') }), z.object({ taskId: Id })),
} as const;
