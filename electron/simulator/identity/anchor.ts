import { guidFromImmutableId, immutableIdFromGuid, isGuid } from '../../../shared/rules/guid.ts';

/** Characters that a source anchor must not hold (Entra Connect, design concepts: sourceAnchor). */
const FORBIDDEN = /[\\!#$%&*+/=?^`{}|~<>()';:,[\]"@_]/;
/** A source anchor stays below this length. */
const LENGTH = 60;

/**
 * The source anchor of an object: Base64 of the 16 bytes of its GUID, the first three fields little-endian
 * (Entra Connect, design concepts: sourceAnchor). mS-DS-ConsistencyGuid wins over objectGUID, and counts for users only.
 * @returns undefined when there is no valid GUID.
 */
export function sourceAnchorOf(object: { readonly kind: 'user' | 'group' | 'contact'; readonly objectGuid: string; readonly consistencyGuid?: string }): string | undefined {
  const guid = object.kind === 'user' && object.consistencyGuid !== undefined && isGuid(object.consistencyGuid) ? object.consistencyGuid : object.objectGuid;
  return immutableIdFromGuid(guid);
}

/**
 * True for a value that can be a source anchor: Base64 of 16 bytes, which the client makes of every binary attribute; or text
 * below 60 characters without the forbidden ones, where whatever is not a letter or a digit counts as three
 * (Entra Connect, design concepts: sourceAnchor).
 */
export function isSourceAnchor(value: string): boolean {
  if (guidFromImmutableId(value) !== undefined) return true;
  if (value === '' || FORBIDDEN.test(value)) return false;
  return [...value].reduce((length, c) => length + (/[A-Za-z0-9]/.test(c) ? 1 : 3), 0) < LENGTH;
}
