import { z } from 'zod';
import { CHECK_ACTIONS, CHECK_ERRORS } from '../domain/checks.ts';
import { channel } from './define.ts';
import { CountryCode, Dn, Id, Kind, UpnSuffix } from './values.ts';

/** One finding; see CheckFinding in shared/domain. `collections`: those that hold the object, for a check of a whole pair. */
export const CheckFindingRow = z.object({
  sourceId: z.string().nullable(), dn: Dn, name: z.string(), kind: Kind.nullable(), objectClass: z.string(), attribute: z.string(), value: z.string(),
  rules: z.array(z.string()), errors: z.array(z.enum(CHECK_ERRORS)), severity: z.enum(['error', 'warning']), message: z.string(), proposal: z.string().nullable(), action: z.enum(CHECK_ACTIONS),
  collections: z.array(z.string()),
});
export type CheckFindingRow = z.output<typeof CheckFindingRow>;

/** What to check, and which findings to tell. */
const request = {
  pairId: Id,
  /** Only its objects are reported; names are compared with the whole source all the same. Absent: everything that was read. */
  collectionId: Id.optional(),
  /** Suffix and country of the migration meant; empty: those of the source. Absent: the pair's defaults. */
  upnSuffix: UpnSuffix.optional(), countryCode: CountryCode.optional(),
  /** Users sign in with another attribute: userPrincipalName is not looked at. */
  alternateLogin: z.boolean().default(false),
  /** Look only at what IdFix would look at, to compare the two. */
  likeIdFix: z.boolean().default(false),
  /** Part number of the product that users are to get. */
  licence: z.string().max(100).default(''),
  /** Filters: rule ids or words of `errors`, in any case; none: all. */
  rules: z.array(z.string().min(1).max(100)).max(100).default([]),
  severity: z.enum(['error', 'warning', '']).default(''),
};

/** Totals before the filters. */
const CheckTotals = z.object({
  /** Objects that were looked at. */
  checked: z.int(), errors: z.int(), warnings: z.int(),
  /** Findings with a value to write, or one to remove. */
  fixable: z.int(),
  byRule: z.array(z.object({ rule: z.string(), count: z.int() })),
});

export const checkChannels = {
  /** Checks what was read of a pair, nothing is written. At most `limit` findings come back; `matching` counts all that pass the filters. */
  'checks.run': channel('query', z.object({ ...request, limit: z.int().min(0).max(5_000).default(500) }), z.object({
    totals: CheckTotals, matching: z.int(), rows: z.array(CheckFindingRow),
    /** Objects that are never migrated, each with the clause that excluded it; at most 500, `leftOutTotal` counts all. */
    leftOut: z.array(z.object({ sourceId: z.string(), name: z.string(), dn: Dn, kind: Kind, clause: z.string(), reason: z.string() })).max(500), leftOutTotal: z.int(),
    tenantRead: z.boolean(),
  })),
  /** The same as CSV with the columns of IdFix and ours after them; at most 200,000 findings. */
  'checks.export': channel('query', z.object(request), z.object({ fileName: z.string(), text: z.string(), findings: z.int(), totals: CheckTotals, tenantRead: z.boolean() })),
} as const;
