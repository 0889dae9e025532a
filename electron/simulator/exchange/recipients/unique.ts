import type { View } from '../../directory/directory.ts';
import { isUnified, textOf, type DirectoryObject } from '../../directory/objects.ts';
import type { CmdletCall } from '../cmdlet/cmdlet.ts';
import { alreadyExists, ExchangeRefusal } from '../refusal.ts';
import { facetOf, nameOf, type FacetChanges } from './facet.ts';
import { isRecipient } from './recipient-type.ts';

/**
 * A name of a group or contact that no other recipient has. Microsoft 365 groups are named by the service, so that theirs never collide.
 * @throws ExchangeRefusal 400.
 */
export function freeRecipientName(call: CmdletCall, name: string, self: string | undefined): string {
  const { directory } = call;
  const lower = name.toLowerCase();
  const holds = (object: DirectoryObject): boolean => {
    if (object.id === self || object.place !== 'live') return false;
    const view = directory.primary(object);
    // A name that was given in Exchange counts for every object, one that follows from the display name for groups and contacts only.
    return nameOf(view).toLowerCase() === lower && (facetOf(view).name !== undefined || (object.kind !== 'user' && !isUnified(object) && isRecipient(view, directory)));
  };
  if (directory.namesakes(name).some(holds)) throw alreadyExists(name);
  return name;
}

/**
 * An alias that no other recipient has, live or in the recycle bin.
 * @throws ExchangeRefusal 400.
 */
export function freeAlias(call: CmdletCall, alias: string, self: string | undefined): string {
  const { directory } = call;
  const lower = alias.toLowerCase();
  const holder = directory.namesakes(alias).find((object) => object.id !== self && textOf(object, 'mailNickname')?.toLowerCase() === lower && isRecipient(directory.primary(object), directory));
  if (holder) throw new ExchangeRefusal(400, 'BadRequest', 'Microsoft.Exchange.Configuration.Tasks.RecipientTaskException', `The value "${alias}" of property "Alias" is used by another recipient object "${nameOf(directory.primary(holder))}". Please specify a unique value.`);
  return alias;
}

/** The name that a group or contact has by its display name alone is kept when the display name changes: the two are not tied in Exchange. */
export function keptName(call: CmdletCall, view: View): FacetChanges {
  const { arguments: given } = call;
  const { object } = view;
  return facetOf(object).name === undefined && given.has('DisplayName') && given.given('Name') === undefined ? { name: nameOf(call.directory.primary(object)) } : {};
}
