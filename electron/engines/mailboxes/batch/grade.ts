import { OWN_GRADE, type DataGrade } from '../../../../shared/domain/mailboxes.ts';
import type { StatisticsSeen } from './types.ts';

/** The service's grade, else Causeway's own by the items that were skipped. */
export function gradeOf({ grade, items, skipped, metadataSkipped }: Pick<StatisticsSeen, 'grade' | 'items' | 'skipped' | 'metadataSkipped'>): DataGrade {
  if (grade !== '') return grade;
  if (skipped === 0) return 'Perfect';
  if (metadataSkipped === skipped) return 'Good';
  return skipped <= Math.max(OWN_GRADE.least, (items + skipped) * OWN_GRADE.share) ? 'Investigate' : 'Poor';
}

const ORDER: readonly DataGrade[] = ['Perfect', 'Good', 'Investigate', 'Poor'];
/** The worst of some grades: that of a batch is that of its worst mailbox (Exchange documentation, "Track and prevent migration data loss"). Empty when there is none. */
export function worstGrade(grades: Iterable<DataGrade>): DataGrade {
  let worst = -1;
  for (const grade of grades) worst = Math.max(worst, ORDER.indexOf(grade));
  return ORDER[worst] ?? '';
}
