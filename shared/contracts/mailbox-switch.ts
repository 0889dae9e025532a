import { z } from 'zod';
import { CONTENTS_SOURCES, CONVERSION_GUIDS, MAILBOX_ONLY_ATTRIBUTES, SWITCH_DIRECTIONS } from '../domain/mailbox-switch.ts';
import { channel } from './define.ts';
import { Guid, Id, Selection } from './values.ts';

/**
 * Whose mailboxes are meant: those of a mailbox batch (all, or these ids of it), those of a collection (all, or a selection), or these ids of the pair.
 */
const Chosen = { pairId: Id, batchId: Id.optional(), collectionId: Id.optional(), selection: Selection.optional(), ids: z.array(Guid).min(1).max(10_000).optional() };

/** Where the mailboxes of a pair stand, by what was read of Active Directory last. */
export const SwitchStanding = z.object({
  pairId: Id,
  /** Mailboxes on premises whose mail stays there. */
  onPremises: z.int(),
  /** Mailboxes on premises whose mail is sent on to Microsoft 365. */
  forwarded: z.int(),
  /** Mail-enabled users that were mailboxes here: mail goes to Microsoft 365 and there is no mailbox on premises any more. */
  converted: z.int(),
  /** Objects in collections with the status Completed. */
  completed: z.int(),
  /** Mail redirection domain of the pair; empty: none, so that mail can be redirected to the cloud only. */
  redirectionDomain: z.string(),
  /** Why nothing can be written to the source of the pair; null: it can. */
  cannotWrite: z.string().nullable(),
});
export type SwitchStanding = z.output<typeof SwitchStanding>;

/**
 * Channels of the switch: mail is sent on to Microsoft 365, mailboxes become mail-enabled users. Both jobs make a plan of Active Directory, stop at
 * `Awaiting approval` and are approved by `tasks.approve`; what they wrote is taken back by `checks.rollBack`.
 */
export const mailboxSwitchChannels = {
  'switch.standing': channel('query', z.object({ pairId: Id }), SwitchStanding),
  /** Sets, resets or takes away the forwarding of mailboxes (targetAddress). `redirection` `yes`: the way back from Microsoft 365 by the redirection domain of the pair, too. */
  'switch.forward': channel('job', z.object({ ...Chosen, direction: z.enum(SWITCH_DIRECTIONS), redirection: z.enum(['no', 'yes']).default('no') }), z.object({ taskId: Id })),
  /**
   * Makes mail-enabled users of mailboxes on premises whose contents are in Microsoft 365. `keep`: attributes of the mailbox that stay. `poor`: what becomes of
   * mailboxes whose data consistency is Poor.
   */
  'switch.convert': channel('job', z.object({
    ...Chosen, guid: z.enum(CONVERSION_GUIDS).default('cloud'), keep: z.array(z.enum(MAILBOX_ONLY_ATTRIBUTES)).max(MAILBOX_ONLY_ATTRIBUTES.length).default([]),
    contents: z.enum(CONTENTS_SOURCES).default('as batches tell'), poor: z.enum(['leave out', 'convert']).default('leave out'),
  }), z.object({ taskId: Id })),
} as const;
