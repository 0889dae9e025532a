import { z } from 'zod';
import { EVIDENCE_KINDS, EVIDENCE_PROBLEMS, PACK_FORMATS } from '../domain/evidence.ts';
import { channel } from './define.ts';
import { ExportPart, PartRequest } from './export.ts';
import { Id, Millis, PageRequest, page } from './values.ts';

/** SHA-256 of a link, base64url without padding (RFC 4648 section 5). */
export const LinkHash = z.string().regex(/^[\w-]{43}$/, 'must be a hash as "causeway verify" shows it: 43 letters, digits, - and _');

/** A link of the chain by its number and hash; who wrote them down can prove later that everything up to it is as it was. */
export const ChainHead = z.object({ number: z.int().positive(), hash: LinkHash, at: Millis });
export type ChainHead = z.output<typeof ChainHead>;

/** Something that is not as it was written. */
export const EvidenceProblem = z.object({
  /** Number of the link; null: no single link. */
  link: z.int().nullable(),
  kind: z.enum(EVIDENCE_PROBLEMS),
  /** Id of the journal entry, event or head that is meant; empty: the link. */
  subject: z.string(),
  /** One sentence. */
  message: z.string(),
});
export type EvidenceProblem = z.output<typeof EvidenceProblem>;

/** What came of a check of the whole chain. */
export const EvidenceVerdict = z.object({
  sound: z.boolean(), links: z.int(), entries: z.int(), events: z.int(),
  /** Newest link; null: nothing was written yet. */
  head: ChainHead.nullable(),
  /** Heads that were looked for in the chain: the one given, and the last one that this machine wrote down. */
  compared: z.array(LinkHash),
  problems: z.array(EvidenceProblem).max(200),
  /** How many problems there are; more than are listed when there are more than 200. */
  total: z.int(),
});
export type EvidenceVerdict = z.output<typeof EvidenceVerdict>;

/** A recorded event. */
export const EvidenceEventRow = z.object({
  id: z.string(), pairId: z.string().nullable(), collectionId: z.string().nullable(), taskId: z.string().nullable(), kind: z.enum(EVIDENCE_KINDS), actor: z.string(), at: Millis,
  /** What it was done to, in words. */
  subject: z.string(),
  /** JSON object; never a secret. */
  detail: z.string(),
});
export type EvidenceEventRow = z.output<typeof EvidenceEventRow>;

/** What a pack is about: one task, or a period (both ends included) of one pair or of the whole project. */
export const PackScope = z.union([z.strictObject({ taskId: Id }), z.strictObject({ pairId: Id.nullable(), from: Millis, to: Millis })]);
export type PackScope = z.output<typeof PackScope>;

/** Channels of evidence: events and writes chained by hash, their check, and packs to hand to others. */
export const evidenceChannels = {
  /**
   * Checks every link of the chain, and every journal entry and event against it. `head`: a hash written down earlier that must be in the chain. What is
   * found sound is written down on this machine, for the next check.
   */
  'evidence.verify': channel('command', z.object({ head: LinkHash.optional() }), EvidenceVerdict),
  /** Recorded events, newest first; `pairId` null: of the whole project, also of pairs that are gone. */
  'evidence.events': channel('query', z.object({ pairId: Id.nullable(), ...PageRequest }), page(EvidenceEventRow)),
  /** The evidence of a task or a period as a file, part by part. */
  'evidence.pack': channel('query', z.object({ scope: PackScope, format: z.enum(PACK_FORMATS), ...PartRequest }), ExportPart),
} as const;
