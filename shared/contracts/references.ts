import { z } from 'zod';
import { REFERENCE_HEALING, REFERENCE_STATES, REFERENCE_VIEWS, REMADE_SIDES } from '../domain/references.ts';
import { channel } from './define.ts';
import { ExportPart, PartRequest } from './export.ts';
import { Dn, Id, Kind, Millis, page, PageRequest } from './values.ts';

/** One entry of the ledger: who waits, with which attribute, for whom, since when and why. */
export const ReferenceRow = z.object({
  sourceId: z.string(), name: z.string(), kind: Kind.nullable(), attribute: z.string(),
  /** DN of the object waited for, as the directory wrote it; id, name and kind are null while the directory has not shown it. */
  dn: Dn, otherId: z.string().nullable(), otherName: z.string().nullable(), otherKind: Kind.nullable(),
  /** True: the other object has a match by now, so the next migration writes the reference. */
  otherMatched: z.boolean(),
  since: Millis, reason: z.string(),
  /** Task that wrote the reference; null while it waits. */
  healedBy: Id.nullable(), healedAt: Millis.nullable(),
  /** The side that was matched with another object since; nothing is written then before the object that refers is migrated again. */
  remade: z.enum(REMADE_SIDES).nullable(),
  /** The rule writes only on creation, and the reference waited then. */
  onCreation: z.boolean(),
});
export type ReferenceRow = z.output<typeof ReferenceRow>;

/** What to show of the ledger. */
const request = {
  pairId: Id,
  /** Only entries of which the side named by `view` is in the collection. */
  collectionId: Id.optional(),
  view: z.enum(REFERENCE_VIEWS).default('who waits'),
  state: z.union([z.enum(REFERENCE_STATES), z.literal('')]).default('waits'),
  search: z.string().max(256).default(''),
};

export const referenceChannels = {
  /** References that could not be written because the other object had no match, ordered by the name of the side that `view` names. */
  'references.page': channel('query', z.object({ ...request, ...PageRequest }), page(ReferenceRow)),
  /** The same as CSV, part by part. */
  'references.export': channel('query', z.object({ ...request, ...PartRequest }), ExportPart),
  'references.settings': channel('query', z.object({ pairId: Id }), z.object({ healing: z.enum(REFERENCE_HEALING) })),
  'references.saveSettings': channel('command', z.object({ pairId: Id, healing: z.enum(REFERENCE_HEALING) }), z.object({ healing: z.enum(REFERENCE_HEALING) })),
} as const;
