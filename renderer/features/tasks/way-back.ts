import type { PlanSummary } from '../../../shared/contracts/tasks.ts';
import type { TaskKind } from '../../../shared/domain/statuses.ts';
import { counted } from '../../ui/format.ts';

/**
 * What can be done about a roll back once it is applied, in sentences. Deleted users and groups stay in the recycle bin for 30
 * days (Microsoft Graph documentation, "deletedItems"), from where the next migration takes them; purged ones are gone.
 * @param purges objects that the plan removes from the recycle bin; null while that is not known.
 */
export function wayBackOf(plan: Pick<PlanSummary, 'counts'>, purges: number | null): string {
  const { deletes } = plan.counts;
  const sentences = ['A roll back cannot be rolled back.'];
  if (purges !== null && purges > 0) {
    sentences.push(`${counted(purges, 'object')} ${purges === 1 ? 'is' : 'are'} removed from the recycle bin for good and cannot come back: migrating again makes new objects, without what people have put into these.`);
  }
  const kept = deletes - (purges ?? 0);
  if (purges !== null && kept > 0) sentences.push(`${counted(kept, 'object')} ${kept === 1 ? 'is' : 'are'} deleted and ${kept === 1 ? 'stays' : 'stay'} in the recycle bin for 30 days, from where migrating again restores ${kept === 1 ? 'it' : 'them'}.`);
  sentences.push('Migrating again writes the values that the rules give then; values that others had set and that are overwritten now do not come back.');
  return sentences.join(' ');
}

/** What is done while a plan is made, one sentence. */
export function planningWords(kind: TaskKind): string {
  if (kind === 'Fix') return 'The present values are read from Active Directory.';
  if (kind === 'Write back') return 'The chosen groups are read on both sides and compared.';
  if (kind === 'Forward' || kind === 'Convert') return 'The mailboxes are read on both sides and compared.';
  if (kind === 'Hand over') return 'The anchors of both sides are read and compared.';
  return 'Both sides are read, matched and compared.';
}

/** The action that takes back what a task of a kind wrote. */
export function rollBackTitle(kind: TaskKind): string {
  return kind === 'Write back' ? 'Roll Back Write-back' : kind === 'Fix' ? 'Roll Back Fixes' : kind === 'Forward' ? 'Roll Back Forwarding' : kind === 'Convert' ? 'Roll Back Conversion' : kind === 'Hand over' ? 'Roll Back Hand Over' : 'Roll Back Objects';
}
