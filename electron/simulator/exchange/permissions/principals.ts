import { createHash } from 'node:crypto';
import type { Directory, View } from '../../directory/directory.ts';
import { textOf } from '../../directory/objects.ts';
import { ambiguous, ExchangeRefusal } from '../refusal.ts';
import { nameOf } from '../recipients/facet.ts';
import { findObjects, type Accepts } from '../recipients/identity.ts';
import { recipientTypeOf } from '../recipients/recipient-type.ts';

/** Who can hold a mailbox permission: users and mail-enabled security groups (cmdlet reference, Add-MailboxPermission, User). */
export const isSecurityPrincipal: Accepts = (view, directory) => view.object.kind === 'user' || recipientTypeOf(view, directory) === 'MailUniversalSecurityGroup';

/** The owner of a mailbox, who has access without an entry of his own. */
export const SELF = 'NT AUTHORITY\\SELF';

/** 400 for a trustee that does not exist or is no security principal: distribution groups, contacts, Microsoft 365 groups. */
function principalNotFound(text: string): ExchangeRefusal {
  return new ExchangeRefusal(400, 'BadRequest', 'Microsoft.Exchange.Configuration.Tasks.ManagementObjectNotFoundException', `User or group "${text}" wasn't found. Please make sure you've typed it correctly.`);
}

/** @throws ExchangeRefusal 400 when there is no such security principal, or several. */
export function onePrincipal(directory: Directory, text: string, accepts: Accepts = isSecurityPrincipal): View {
  const [found, ...others] = findObjects(directory, text, accepts);
  if (!found) throw principalNotFound(text);
  if (others.length > 0) throw ambiguous(text);
  return found;
}

/** How a permission shows its holder: a user by user principal name, a group by name. */
export function principalName(view: View): string { return textOf(view, 'userPrincipalName') ?? nameOf(view); }

/** Security identifier of an object in Exchange Online's own directory: the same for the same object and tenant. */
export function sidOf(directory: Directory, id: string): string {
  const part = (text: string, at: number): number => createHash('sha256').update(text).digest().readUInt32BE(at);
  return `S-1-5-21-${[0, 4, 8].map((at) => part(directory.facts.id, at)).join('-')}-${1000 + (part(id, 0) % 0x3fffffff)}`;
}

/** The holder of a permission as Exchange sees it now. */
export interface Holder {
  /** User principal name or name; the security identifier when the holder is deleted. */
  readonly name: string;
  readonly state: 'live' | 'soft-deleted' | 'gone';
}

/** Who an entry belongs to. */
export function holderOf(directory: Directory, id: string): Holder {
  const view = directory.visible(id, 'exchange');
  if (view) return { name: principalName(view), state: 'live' };
  return { name: sidOf(directory, id), state: directory.any(id)?.place === 'bin' ? 'soft-deleted' : 'gone' };
}

/**
 * Id of the holder that a parameter names, among the holders of entries: by security identifier also one that is deleted.
 * @throws ExchangeRefusal 400.
 */
export function holderId(directory: Directory, text: string, holders: Iterable<string>, accepts?: Accepts): string {
  if (/^S-1-5-21(-\d+){4}$/i.test(text)) {
    for (const id of holders) if (sidOf(directory, id) === text.toUpperCase()) return id;
    throw principalNotFound(text);
  }
  return onePrincipal(directory, text, accepts).object.id;
}
