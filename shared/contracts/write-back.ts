import { z } from 'zod';
import { WRITE_BACK_RUNS } from '../domain/write-back.ts';
import { channel } from './define.ts';
import { Dn, Guid, Id, Millis, PageRequest, page } from './values.ts';

/** A group whose membership is written from Microsoft 365 back to Active Directory. */
export const WriteBackGroup = z.object({
  sourceId: Guid, name: z.string(), dn: Dn, mail: z.string(),
  /** When it was chosen, and by whom. */
  since: Millis, by: z.string(),
  /** When both sides agreed last; null: never, so that the next plan shows every difference. */
  agreedAt: Millis.nullable(),
  /** Members on both sides then. */
  agreed: z.int(),
  /** Members in Microsoft 365 by the last reading; null: they were not read. */
  members: z.int().nullable(),
  /** Those of them that no object of Active Directory is matched with for certain: they wait. */
  waiting: z.int(),
  /** Why nothing can be written back to it, one sentence; empty: nothing stands in the way. */
  problem: z.string(),
});
export type WriteBackGroup = z.output<typeof WriteBackGroup>;

/** Write-back of membership of a collection as the console shows it. */
export const WriteBack = z.object({
  collectionId: Id, collectionName: z.string(), pairId: Id, runs: z.enum(WRITE_BACK_RUNS),
  groups: z.array(WriteBackGroup),
  /** Why nothing can be written to the source of the pair at all; null: it can. */
  cannotWrite: z.string().nullable(),
  /** The task that works, waits in the queue, or waits for approval; null: none. */
  taskId: Id.nullable(),
});
export type WriteBack = z.output<typeof WriteBack>;

/** A group of the collection that can be chosen, or why it cannot. */
export const WriteBackCandidate = z.object({ sourceId: Guid, name: z.string(), dn: Dn, mail: z.string(), chosen: z.boolean(), /** One sentence; null: it can be chosen. */ reason: z.string().nullable() });
export type WriteBackCandidate = z.output<typeof WriteBackCandidate>;

/** A member in Microsoft 365 that cannot be written back, because no object of Active Directory is matched with it, or the match waits for review. */
export const WaitingMember = z.object({ sourceId: Guid, groupName: z.string(), memberId: z.string(), memberName: z.string(), reason: z.string() });

const OfCollection = z.object({ collectionId: Id });

/**
 * Channels of membership written back: chosen distribution groups of a collection follow Microsoft 365, and their members are written to
 * Active Directory by a plan, with the guard and the journal; it is approved by `tasks.approve` and taken back by `tasks.rollBack`.
 */
export const writeBackChannels = {
  'writeBack.get': channel('query', OfCollection, WriteBack),
  /** Groups of a collection by name, chosen ones and others, each with the reason why it cannot be chosen. */
  'writeBack.candidates': channel('query', z.object({ collectionId: Id, search: z.string().max(256).default(''), ...PageRequest }), page(WriteBackCandidate)),
  /** Chooses groups, or leaves them to Active Directory again. Refused as a whole when one of them cannot be chosen. Nothing is written to either side. */
  'writeBack.choose': channel('command', z.object({ collectionId: Id, ids: z.array(Guid).min(1).max(1_000), chosen: z.enum(['yes', 'no']) }), WriteBack),
  /** When it runs: on demand only, or also after each cycle of coexistence in which a chosen group changed. */
  'writeBack.save': channel('command', z.object({ collectionId: Id, runs: z.enum(WRITE_BACK_RUNS) }), WriteBack),
  /** Members that wait for a match, or for its review. */
  'writeBack.waiting': channel('query', z.object({ collectionId: Id, ...PageRequest }), page(WaitingMember)),
  /** Reads the tenant and the chosen groups (or some of them), and plans what is to be written to Active Directory; stops at `Awaiting approval`. */
  'tasks.writeBack': channel('job', z.object({ collectionId: Id, ids: z.array(Guid).min(1).max(1_000).optional() }), z.object({ taskId: Id })),
} as const;
