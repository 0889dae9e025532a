import type { RowOrigin, RowStage } from '../../../../shared/domain/mailboxes.ts';
import { addressKey } from '../csv/rows.ts';
import type { RowStanding } from './types.ts';

/** What earlier batches mean for a row of a new list. `carried`: what is known of the mailbox already. */
export interface RerunRow { readonly line: number; readonly origin: RowOrigin; readonly stage: RowStage; readonly carried: Pick<RowStanding, 'targetId' | 'routing' | 'provisionedAt' | 'forwardedAt' | 'dataAt' | 'items' | 'skipped' | 'itemsTotal' | 'bytes' | 'bytesTotal' | 'grade'> | null }

/**
 * What becomes of rows that were in earlier batches: a mailbox that was migrated gets its forwarding reset and nothing else, one that failed goes on where it failed, any
 * other runs as a whole (Exchange documentation, 2011, "Re-run a migration batch to fix errors from previous migration batches").
 * @param earlier the latest row of each address that was given to the service, by {@link addressKey}.
 */
export function planRerun(rows: readonly { readonly line: number; readonly address: string }[], earlier: ReadonlyMap<string, RowStanding>): readonly RerunRow[] {
  return rows.map(({ line, address }) => {
    const before = earlier.get(addressKey(address));
    if (before === undefined || before.state === 'Left out') return { line, origin: 'new', stage: 'mail user', carried: null };
    if (before.provisionedAt === null) return { line, origin: before.state === 'Waiting' && before.serviceStatus === '' ? 'new' : 'failed before', stage: 'mail user', carried: null };
    const { targetId, routing, provisionedAt, forwardedAt, dataAt, items, skipped, itemsTotal, bytes, bytesTotal, grade } = before;
    return { line, origin: dataAt === null ? 'failed before' : 'migrated before', stage: dataAt === null ? before.stage : 'forwarding', carried: { targetId, routing, provisionedAt, forwardedAt, dataAt, items, skipped, itemsTotal, bytes, bytesTotal, grade } };
  });
}
