import type { Directory, View } from '../../directory/directory.ts';
import type { DirectoryObject } from '../../directory/objects.ts';
import { distinguishedNameOf, facetOf, type MailboxPermission } from '../recipients/facet.ts';
import { holderOf } from './principals.ts';

/** The right that a recipient gives; all others are given by mailboxes. */
export const SEND_AS = 'SendAs';

/** Access control entries of an object. */
export function entriesOf(view: Pick<DirectoryObject, 'exchange'>): readonly MailboxPermission[] { return facetOf(view).permissions ?? []; }
/** True for an entry of a recipient, false for one of a mailbox. */
export function isSendAs(entry: MailboxPermission): boolean { return entry.rights.includes(SEND_AS); }

/** An entry is the same when holder, direction and inheritance are the same; rights add up in it. */
function isSame(a: MailboxPermission, b: MailboxPermission): boolean {
  return a.trustee === b.trustee && (a.deny ?? false) === (b.deny ?? false) && (a.inheritance ?? 'All') === (b.inheritance ?? 'All') && isSendAs(a) === isSendAs(b);
}

/** Adds rights; undefined when all of them are there. A setting such as AutoMapping of an entry that exists is not changed. */
export function added(before: readonly MailboxPermission[], entry: MailboxPermission): readonly MailboxPermission[] | undefined {
  const found = before.find((one) => isSame(one, entry));
  if (!found) return [...before, entry];
  const rights = [...new Set([...found.rights, ...entry.rights])];
  return rights.length === found.rights.length ? undefined : before.map((one) => (one === found ? { ...found, rights } : one));
}

/** Takes rights away; undefined when none of them is there. */
export function removed(before: readonly MailboxPermission[], entry: MailboxPermission): readonly MailboxPermission[] | undefined {
  const found = before.find((one) => isSame(one, entry));
  const rights = found?.rights.filter((right) => !entry.rights.includes(right));
  if (!found || !rights || rights.length === found.rights.length) return undefined;
  return before.flatMap((one) => (one !== found ? [one] : rights.length === 0 ? [] : [{ ...found, rights }]));
}

/** Stores the entries of an object; one that has nothing else left is as it was before Exchange kept anything of it. */
export function storeEntries(directory: Directory, object: DirectoryObject, entries: readonly MailboxPermission[]): void {
  const { permissions: _, ...rest } = facetOf(object);
  const after = entries.length > 0 ? { ...rest, permissions: entries } : rest;
  directory.setExchange(object, Object.keys(after).length > 0 ? after : null, 'exchange');
}

/** The account of an entry as the warnings name it. */
function accountOf(directory: Directory, trustee: string): string {
  const { name, state } = holderOf(directory, trustee);
  return state === 'live' ? `SIM00A001\\${name.split('@', 1)[0] ?? name}` : name;
}

/** Warning for an entry that is there already. */
export function alreadyPresent(directory: Directory, view: View, trustee: string): string {
  return `The appropriate access control entry is already present on the object "${distinguishedNameOf(view, directory)}" for account "${accountOf(directory, trustee)}".`;
}

/** Warning for the removal of an entry that is not there (Exchange troubleshooting documentation, Remove-MailboxPermission). */
export function notPresent(directory: Directory, view: View, trustee: string): string {
  return `Can't remove the access control entry on the object "${distinguishedNameOf(view, directory)}" for account "${accountOf(directory, trustee)}" because the ACE doesn't exist on the object.`;
}
