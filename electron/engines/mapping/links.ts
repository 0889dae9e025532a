import type { Reference, UnresolvedReference } from '../../../shared/domain/plans.ts';
import { WAITING_REASONS } from '../../../shared/domain/references.ts';
import type { MappedLink, MappedReference } from './types.ts';

const linkTo = (reference: MappedReference, dn: string): MappedLink => ({ sourceId: reference.sourceId, targetId: reference.targetId, name: reference.name, dn });
const keyOf = (reference: Reference): string => reference.targetId ?? `source ${reference.sourceId ?? reference.name}`;

/**
 * Turns DNs into references (Graph documentation, "Add members": supported member types). What cannot be resolved, or cannot be in a Microsoft 365 group, is reported and left out.
 * @param where `unified`: the group is a Microsoft 365 group, which holds users only (Graph documentation, group: members). `exchange`: it is a
 * distribution or mail-enabled security group, which holds recipients, and of groups those with mail that are no Microsoft 365 group
 * (ExchangeOnlineManagement cmdlet reference, Add-DistributionGroupMember).
 * @returns references, each target once, in the order of the DNs.
 */
export function resolveLinks(
  dns: readonly string[], resolve: (dn: string) => MappedReference | null, where: { readonly sourceId: string; readonly attribute: string; readonly unified: boolean; readonly exchange?: boolean },
): { readonly references: readonly MappedLink[]; readonly unresolved: readonly UnresolvedReference[] } {
  const references = new Map<string, MappedLink>();
  const unresolved: UnresolvedReference[] = [];
  const missing = (dn: string, reason: string): void => { unresolved.push({ sourceId: where.sourceId, attribute: where.attribute, dn, reason }); };
  for (const dn of dns) {
    const found = resolve(dn);
    if (found === null) missing(dn, WAITING_REASONS.noMatch);
    else if (where.unified && found.kind !== undefined && found.kind !== 'user') missing(dn, `a Microsoft 365 group cannot hold a ${found.kind}`);
    else if (where.exchange === true && found.recipient === false) missing(dn, WAITING_REASONS.noMailbox);
    else if (where.exchange === true && found.kind === 'group') {
      if (found.unified === true) missing(dn, 'a group of Exchange Online cannot hold a Microsoft 365 group');
      else if (found.mailEnabled === false) missing(dn, 'a group of Exchange Online cannot hold a group without mail');
      else references.set(keyOf(found), linkTo(found, dn));
    } else if (where.attribute.toLowerCase() === 'member' && found.kind === 'group' && found.mailEnabled === true) missing(dn, 'a security group cannot hold a group with mail');
    else references.set(keyOf(found), linkTo(found, dn));
  }
  return { references: [...references.values()], unresolved };
}
