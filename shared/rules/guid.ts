import { decodeBase64, encodeBase64 } from './base64.ts';

const GUID = /^\{?([0-9a-f]{8})-([0-9a-f]{4})-([0-9a-f]{4})-([0-9a-f]{4})-([0-9a-f]{12})\}?$/i;
/** Byte order of the first three parts is reversed on the wire (MS-DTYP 2.3.4.2, GUID packet representation). */
const ORDER = [3, 2, 1, 0, 5, 4, 7, 6, 8, 9, 10, 11, 12, 13, 14, 15] as const;

/** True for a GUID written with dashes, with or without braces, in any case. */
export function isGuid(text: string): boolean {
  return GUID.test(text);
}

/**
 * Dashed lower-case text of the 16 raw bytes of objectGUID (MS-DTYP 2.3.4).
 * @returns undefined unless there are exactly 16 bytes.
 */
export function guidFromBytes(bytes: Uint8Array): string | undefined {
  if (bytes.length !== 16) return undefined;
  const hex = ORDER.map((at) => (bytes[at] ?? 0).toString(16).padStart(2, '0')).join('');
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-${hex.slice(12, 16)}-${hex.slice(16, 20)}-${hex.slice(20)}`;
}

/** The 16 raw bytes of a dashed GUID; undefined when the text is no GUID. */
export function guidToBytes(text: string): Uint8Array | undefined {
  const parts = GUID.exec(text);
  if (parts === null) return undefined;
  const hex = parts.slice(1).join('');
  const bytes = new Uint8Array(16);
  ORDER.forEach((at, i) => { bytes[at] = Number.parseInt(hex.slice(i * 2, i * 2 + 2), 16); });
  return bytes;
}

/**
 * The source anchor of Microsoft Entra Connect: Base64 of the 16 raw bytes (Entra Connect, design concepts: sourceAnchor).
 * `12345678-1234-1234-1234-1234567890ab` gives `eFY0EjQSNBISNBI0VniQqw==`.
 * @returns undefined when the text is no GUID.
 */
export function immutableIdFromGuid(guid: string): string | undefined {
  const bytes = guidToBytes(guid);
  return bytes === undefined ? undefined : encodeBase64(bytes);
}

/** The GUID in an immutable id; undefined when it is not the Base64 of 16 bytes (other tools write other anchors). */
export function guidFromImmutableId(immutableId: string): string | undefined {
  const bytes = decodeBase64(immutableId.trim());
  return bytes === undefined ? undefined : guidFromBytes(bytes);
}
