import type { TargetObject } from '../../../shared/domain/objects.ts';
import { MAILBOX_PERMISSIONS, type MailboxPermission, type UnresolvedReference } from '../../../shared/domain/plans.ts';
import { WAITING_REASONS } from '../../../shared/domain/references.ts';
import { valuesOf } from '../../../shared/rules/attributes.ts';
import type { MappedLink, MappedReference } from './types.ts';

/** The permission on a mailbox that a target attribute stands for, by name without regard to case; undefined for any other attribute. */
export function permissionOf(attribute: string): MailboxPermission | undefined {
  return MAILBOX_PERMISSIONS.find((one) => one.toLowerCase() === attribute.toLowerCase());
}

/** True for an account with a mailbox in Exchange Online: UserMailbox, SharedMailbox, RoomMailbox, EquipmentMailbox (Get-Recipient, RecipientTypeDetails). */
export function hasMailbox(target: TargetObject | null): target is TargetObject {
  return target !== null && !target.deleted && valuesOf(target.attributes, 'recipientTypeDetails')?.[0]?.endsWith('Mailbox') === true;
}

/** Why somebody cannot hold a permission now: mailboxes, mail users and mail-enabled security groups can (cmdlet reference, Add-MailboxPermission, Add-RecipientPermission, Set-Mailbox). */
function whyNot(holder: MappedReference | null): string | null {
  // A group with mail is there at once when the same plan makes it; an account has a mailbox only later.
  if (holder === null || (holder.targetId === null && !(holder.kind === 'group' && holder.mailEnabled === true && holder.unified !== true && holder.security !== false))) return WAITING_REASONS.noMatch;
  if (holder.kind === 'contact') return 'a contact cannot hold a permission on a mailbox';
  if (holder.kind === 'group' && (holder.mailEnabled === false || holder.unified === true || holder.security === false)) return 'only a security group with mail can hold a permission on a mailbox';
  if (holder.kind === 'user' && holder.recipient === false) return WAITING_REASONS.noMailbox;
  return null;
}

/**
 * Turns the holders that the directory names into references. What cannot be written now waits with its reason: the mailbox may come with a
 * licence, the holder with a later migration. The mailbox's own account is left out.
 * @param problem why Exchange Online cannot be written now; undefined: it can.
 */
export function resolveHolders(
  dns: readonly string[], resolve: (dn: string) => MappedReference | null, where: { readonly sourceId: string; readonly attribute: string; readonly target: TargetObject | null; readonly problem?: string | undefined },
): { readonly holders: readonly MappedLink[]; readonly unresolved: readonly UnresolvedReference[] } {
  const holders = new Map<string, MappedLink>();
  const unresolved: UnresolvedReference[] = [];
  for (const dn of dns) {
    const found = resolve(dn);
    if (found !== null && found.sourceId === where.sourceId) continue;
    const reason = where.problem ?? (hasMailbox(where.target) ? whyNot(found) : 'the account has no mailbox in Exchange Online yet');
    if (reason !== null || found === null) unresolved.push({ sourceId: where.sourceId, attribute: where.attribute, dn, reason: reason ?? WAITING_REASONS.noMatch });
    else holders.set(found.targetId ?? `source ${found.sourceId}`, { sourceId: found.sourceId, targetId: found.targetId, name: found.name, dn, attribute: where.attribute });
  }
  return { holders: [...holders.values()], unresolved };
}
