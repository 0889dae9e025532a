import type { View } from '../../directory/directory.ts';
import { isUnified, textOf, type DirectoryObject } from '../../directory/objects.ts';
import type { CmdletCall } from '../cmdlet/cmdlet.ts';
import { alreadyExists, ExchangeRefusal } from '../refusal.ts';
import { freeName } from '../recipients/edit.ts';
import { facetOf, nameOf, type FacetChanges } from '../recipients/facet.ts';
import { isRecipient } from '../recipients/recipient-type.ts';

/**
 * A name of a group or contact that no other recipient has. Microsoft 365 groups are named by the service, so that theirs never collide.
 * @throws ExchangeRefusal 400.
 */
export function freeRecipientName(call: CmdletCall, name: string, self: string | undefined): string {
  const lower = name.toLowerCase();
  freeName(call, name, self);
  for (const kind of ['group', 'contact'] as const) for (const object of call.directory[kind].values()) {
    if (object.id === self || isUnified(object) || (object.exchange === null && textOf(object, 'displayName')?.toLowerCase() !== lower)) continue;
    const view = call.directory.primary(object);
    if (nameOf(view).toLowerCase() === lower && isRecipient(view, call.directory)) throw alreadyExists(name);
  }
  return name;
}

/**
 * An alias that no other recipient has, live or in the recycle bin.
 * @throws ExchangeRefusal 400.
 */
export function freeAlias(call: CmdletCall, alias: string, self: string | undefined): string {
  const { directory } = call;
  const lower = alias.toLowerCase();
  const holds = (object: DirectoryObject): boolean => object.id !== self && textOf(object, 'mailNickname')?.toLowerCase() === lower && isRecipient(directory.primary(object), directory);
  for (const objects of [directory.group, directory.contact, directory.user, directory.deleted]) for (const object of objects.values()) {
    if (holds(object)) throw new ExchangeRefusal(400, 'BadRequest', 'Microsoft.Exchange.Configuration.Tasks.RecipientTaskException', `The value "${alias}" of property "Alias" is used by another recipient object "${nameOf(directory.primary(object))}". Please specify a unique value.`);
  }
  return alias;
}

/** The name that a group or contact has by its display name alone is kept when the display name changes: the two are not tied in Exchange. */
export function keptName(call: CmdletCall, view: View): FacetChanges {
  const { arguments: given } = call;
  const { object } = view;
  return facetOf(object).name === undefined && given.has('DisplayName') && given.given('Name') === undefined ? { name: nameOf(call.directory.primary(object)) } : {};
}
