import type { TargetObject } from '../../../shared/domain/objects.ts';
import type { Operation } from '../../../shared/domain/plans.ts';
import { directLicences, licenceOrder, parseLicences, sameLicences, type Licence } from '../../../shared/rules/licences.ts';

/** What one operation asks of `POST /users/{id}/assignLicense` (Graph documentation, user: assignLicense). */
export function licencesOf({ changes }: Pick<Operation, 'changes'>): { readonly add: readonly Licence[]; readonly remove: readonly string[] } {
  const [change] = changes;
  return licenceOrder(parseLicences(change?.before ?? null), parseLicences(change?.after ?? null));
}

/** Where the licences that are assigned to a user directly stand: as wanted, as the plan saw them, or somewhere else. Those of groups do not count. */
export function licencesAt({ changes }: Pick<Operation, 'changes'>, present: TargetObject): 'after' | 'before' | 'elsewhere' {
  const now = directLicences(present.attributes);
  const [change] = changes;
  if (sameLicences(now, parseLicences(change?.after ?? null))) return 'after';
  return sameLicences(now, parseLicences(change?.before ?? null)) ? 'before' : 'elsewhere';
}
