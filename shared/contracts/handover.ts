import { z } from 'zod';
import { HAND_OVER_STATUSES } from '../domain/handover.ts';
import { channel } from './define.ts';
import { CheckLine } from './pairs.ts';
import { Id } from './values.ts';

/** How many objects directory synchronisation would treat how. */
export const HandOverCounts = z.object({ total: z.int(), byStatus: z.record(z.enum(HAND_OVER_STATUSES), z.int()) });
export type HandOverCounts = z.output<typeof HandOverCounts>;

/** Channels of the hand-over of a pair to Microsoft Entra Connect or Cloud Sync, which match alike. */
export const handoverChannels = {
  /**
   * Reads both sides, predicts for every object of the pair what directory synchronisation makes of it (the items of the task), and plans the source anchors
   * that are missing in Active Directory (`mS-DS-ConsistencyGuid`). Stops at `Awaiting approval` when there are any; taken back by `checks.rollBack`.
   */
  'handover.plan': channel('job', z.object({ pairId: Id }), z.object({ taskId: Id })),
  /** Figures of the predictions of a task. */
  'handover.counts': channel('query', z.object({ taskId: Id }), HandOverCounts),
  /** Whether the synchronisation of passwords would take effect on its first run: by what was read last, and by asking Active Directory. */
  'handover.passwords': channel('query', z.object({ pairId: Id }), z.object({ /** What is synchronised, by whom, and what never is. */ statement: z.string(), lines: z.array(CheckLine) })),
} as const;
