import { decodeBase64, encodeBase64 } from '../../../../shared/rules/base64.ts';
import { guidToBytes } from '../../../../shared/rules/guid.ts';
import { sidToBytes } from '../../../../shared/rules/sid.ts';
import { utf8Encode } from '../../../../shared/rules/text.ts';
import { activeDirectoryTextKey, assertedComparable, isBinary, storedComparable } from '../filter/compare.ts';
import { escapeFilterBytes, escapeFilterValue } from '../filter/print.ts';
import type { AttributeSchema } from '../port.ts';

/** A value to look for: equal keys mean one value, and the filter item finds it. */
export interface WantedValue { readonly key: string; readonly filter: string }

/** Addresses without a prefix are those of SMTP (Exchange, proxyAddresses). */
const prefixed = (attribute: string, value: string): string => (attribute.toLowerCase() === 'proxyaddresses' && !/^[a-z0-9]+:/i.test(value) ? `smtp:${value}` : value);

/**
 * A value of a list as it is looked for: GUIDs and SIDs in their usual spelling or as Base64 (an immutable id is the Base64 of a
 * GUID), addresses of proxyAddresses also without `smtp:`, the rest as text.
 * @returns undefined when it can be no value of that attribute.
 */
export function wantedValue(attribute: AttributeSchema, given: string): WantedValue | undefined {
  const value = prefixed(attribute.name, given);
  if (isBinary(attribute.syntax)) {
    const bytes = (attribute.syntax === 'sid' ? sidToBytes(value) : guidToBytes(value)) ?? decodeBase64(value);
    return bytes === undefined || bytes.length === 0 ? undefined : { key: encodeBase64(bytes), filter: `(${attribute.name}=${escapeFilterBytes(bytes)})` };
  }
  const comparable = assertedComparable({ bytes: utf8Encode(value), text: value }, attribute.syntax, activeDirectoryTextKey);
  if (comparable === undefined || (attribute.syntax === 'dn' && !value.includes('='))) return undefined;
  return { key: comparable.key, filter: `(${attribute.name}=${escapeFilterValue(value)})` };
}

/** The same key of a value that an object has; undefined when it is not of the syntax. */
export function heldKey(attribute: AttributeSchema, held: string): string | undefined {
  return storedComparable(held, attribute.syntax, activeDirectoryTextKey)?.key;
}
