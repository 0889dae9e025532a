import type { Directory } from '../directory/directory.ts';
import { addressKey, isSynced, textOf, textsOf, type DirectoryObject } from '../directory/objects.ts';
import { primaryOf } from '../identity/mail-nickname.ts';
import type { ExportedObject, ExportError, SynchronisationFeatures } from './export.ts';
import { isAdministrator } from './shadow.ts';
import { exportError, isMailEnabled, textOfAttribute, textsOfAttribute } from './validation.ts';

/** What an exported object meets in the tenant. */
export type Match =
  | { readonly kind: 'known' | 'soft matched' | 'hard matched' | 'restored'; readonly object: DirectoryObject }
  /** Nothing to match. `error`: it must not match the administrator that has its name. */
  | { readonly kind: 'new'; readonly error: ExportError | null }
  | { readonly kind: 'failed'; readonly error: ExportError };

const failed = (code: Parameters<typeof exportError>[0], message: string): Match => ({ kind: 'failed', error: exportError(code, message) });
const ADMINISTRATOR = 'The object cannot be matched with an account that holds a directory role. Remove the role, delete the object in quarantine and synchronise again.';

/**
 * Finds the object of the tenant that an exported one belongs to: by source anchor, then, for a new one, by user principal name and
 * primary address (Entra documentation, Microsoft Entra Connect: when you have an existing tenant; troubleshoot synchronization errors).
 * @param binned synchronised users in the recycle bin by source anchor.
 */
export function findMatch(directory: Directory, exported: ExportedObject, features: SynchronisationFeatures, binned: ReadonlyMap<string, DirectoryObject>): Match {
  const { sourceAnchor, type } = exported;
  const claimed = exported.cloudId === undefined ? undefined : directory.live(exported.cloudId);
  const claimedAnchor = claimed && textOf(claimed, 'onPremisesImmutableId');
  if (claimedAnchor !== undefined && claimedAnchor !== sourceAnchor) return failed('SourceAnchorChanged', 'SourceAnchor attribute has changed.');

  const holder = directory.holderOfAnchor(sourceAnchor);
  const anchored = holder === undefined ? undefined : directory.live(holder);
  if (anchored) {
    if (anchored.kind !== type) return failed('ObjectTypeMismatch', `The source anchor belongs to a ${anchored.kind}, the exported object is a ${type}.`);
    if (isSynced(anchored)) return { kind: 'known', object: anchored };
    if (features.blockCloudObjectTakeoverThroughHardMatch) return failed('InvalidHardMatch', HARD_MATCH_BLOCKED);
    if (isAdministrator(anchored.id, directory)) return failed('ExistingAdminRoleConflict', ADMINISTRATOR);
    return { kind: 'hard matched', object: anchored };
  }
  const gone = type === 'user' ? binned.get(sourceAnchor) : undefined;
  if (gone) return features.blockCloudObjectTakeoverThroughHardMatch ? failed('InvalidHardMatch', HARD_MATCH_BLOCKED) : { kind: 'restored', object: gone };
  return softMatch(directory, exported, features);
}
const HARD_MATCH_BLOCKED = 'Another object with the same source anchor already exists, and the tenant does not let a cloud object be taken over through a hard match.';

function softMatch(directory: Directory, exported: ExportedObject, features: SynchronisationFeatures): Match {
  const { type } = exported;
  const addresses = textsOfAttribute(exported, 'proxyAddresses');
  const primary = primaryOf(addresses);
  // Groups without mail are never matched. Only the address with `SMTP:` counts, not mail, and only against a primary address.
  const byAddress = primary === undefined || (type !== 'user' && !isMailEnabled(exported)) ? undefined : liveHolder(directory, directory.holderOfAddress(primary));
  if (byAddress && byAddress.kind !== type) return failed('ObjectTypeMismatch', `The address ${String(primary)} belongs to a ${byAddress.kind}, the exported object is a ${type}.`);
  const name = type === 'user' ? textOfAttribute(exported, 'userPrincipalName') : undefined;
  if (name !== undefined && addresses.some((a) => addressKey(a) === name.toLowerCase()) && liveHolder(directory, directory.holderOfAddress(name))?.kind === 'group') {
    return failed('AttributeValueMustBeUnique', `ProxyAddress conflict: ${name} is the name and an address of the user, and belongs to a group.`);
  }
  const byName = name === undefined ? undefined : liveHolder(directory, directory.holderOfUpn(name));
  const isPrimaryOf = (object: DirectoryObject): boolean => primaryOf(textsOf(object, 'proxyAddresses'))?.toLowerCase() === primary?.toLowerCase();
  const found = [byName, byAddress && isPrimaryOf(byAddress) ? byAddress : undefined].filter((o) => o !== undefined);
  const candidate = found.find((o) => !isSynced(o) && textOf(o, 'onPremisesImmutableId') === undefined);
  if (candidate && isAdministrator(candidate.id, directory)) return { kind: 'new', error: exportError('ExistingAdminRoleConflict', ADMINISTRATOR) };
  if (candidate && !features.blockSoftMatch) return { kind: 'soft matched', object: candidate };
  if (found.length > 0 && !features.quarantine) return failed('InvalidSoftMatch', 'Another object has the same user principal name or primary address, and it cannot be matched because it has another source anchor or soft match is blocked.');
  return { kind: 'new', error: null };
}

function liveHolder(directory: Directory, id: string | undefined): DirectoryObject | undefined {
  return id === undefined ? undefined : directory.live(id);
}
