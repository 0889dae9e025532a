import type { ObjectKind } from '../../../shared/domain/objects.ts';
import type { AttributeChange } from '../../../shared/domain/plans.ts';
import { targetAttribute } from '../../../shared/rules/target-attributes.ts';

/**
 * Divides what a new contact or group of Exchange Online shall have: into what the cmdlet that makes it takes, and what is written
 * right after (ExchangeOnlineManagement cmdlet reference: New-MailContact, New-DistributionGroup). Of the addresses the primary one
 * comes first; Exchange adds others of its own, so that the second step adds to what is there.
 */
export function creationOf(kind: ObjectKind, changes: readonly AttributeChange[]): { readonly first: readonly AttributeChange[]; readonly rest: readonly AttributeChange[] } {
  const first: AttributeChange[] = [];
  const rest: AttributeChange[] = [];
  for (const change of changes) {
    const primary = change.attribute === 'proxyAddresses' ? change.after?.filter((value) => value.startsWith('SMTP:')) ?? [] : null;
    if (primary === null) (targetAttribute(kind, change.attribute, 'exchange')?.onCreate === true ? first : rest).push(change);
    else {
      if (primary.length > 0) first.push({ ...change, after: primary });
      if ((change.after?.length ?? 0) > primary.length) rest.push({ ...change, before: primary.length > 0 ? primary : null });
    }
  }
  return { first, rest };
}
