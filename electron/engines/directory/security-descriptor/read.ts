import { guidFromBytes } from '../../../../shared/rules/guid.ts';
import { sidFromBytes } from '../../../../shared/rules/sid.ts';

/** One entry of an access control list (MS-DTYP 2.4.4); kinds that neither allow nor deny are left out. */
export interface AccessEntry {
  readonly kind: 'allow' | 'deny';
  /** True when the entry came from a container above (INHERITED_ACE, MS-DTYP 2.4.4.1). */
  readonly inherited: boolean;
  /** True when it speaks only about objects below (INHERIT_ONLY_ACE). */
  readonly inheritOnly: boolean;
  /** ACCESS_MASK, unsigned 32 bits. */
  readonly mask: number;
  /** Property, property set or extended right that the entry is about, dashed lower-case text; null: all of them. */
  readonly objectType: string | null;
  /** Who: SID text. */
  readonly sid: string;
}

const FIXED = 20;
const ACL_HEADER = 8;
const ACE_HEADER = 4;
/** Control flag: there is a discretionary access control list (MS-DTYP 2.4.6, DP). */
const DACL_PRESENT = 0x0004;
const INHERIT_ONLY = 0x08;
const INHERITED = 0x10;
/** ACE_HEADER types (MS-DTYP 2.4.4.1): allowed, denied, and both for objects. */
const KINDS: ReadonlyMap<number, { readonly kind: AccessEntry['kind']; readonly object: boolean }> = new Map([
  [0x00, { kind: 'allow', object: false }], [0x01, { kind: 'deny', object: false }], [0x05, { kind: 'allow', object: true }], [0x06, { kind: 'deny', object: true }],
]);
const OBJECT_TYPE_PRESENT = 0x1;
const INHERITED_OBJECT_TYPE_PRESENT = 0x2;
const GUID_BYTES = 16;

/** The SID at a place: its length follows from its second byte (MS-DTYP 2.4.2.2). */
function sidAt(bytes: Uint8Array, from: number, end: number): string | undefined {
  const length = 8 + (bytes[from + 1] ?? 0) * 4;
  return from + length > end ? undefined : sidFromBytes(bytes.subarray(from, from + length));
}

function entryAt(bytes: Uint8Array, view: DataView, from: number, end: number): AccessEntry | null | undefined {
  const about = KINDS.get(bytes[from] ?? 0xff);
  if (about === undefined) return null;
  const flags = bytes[from + 1] ?? 0;
  if (from + ACE_HEADER + 4 > end) return undefined;
  const mask = view.getUint32(from + ACE_HEADER, true);
  let at = from + ACE_HEADER + 4;
  let objectType: string | null = null;
  if (about.object) {
    if (at + 4 > end) return undefined;
    const present = view.getUint32(at, true);
    at += 4;
    if ((present & OBJECT_TYPE_PRESENT) !== 0) {
      if (at + GUID_BYTES > end) return undefined;
      objectType = guidFromBytes(bytes.subarray(at, at + GUID_BYTES)) ?? null;
      at += GUID_BYTES;
    }
    if ((present & INHERITED_OBJECT_TYPE_PRESENT) !== 0) at += GUID_BYTES;
  }
  const sid = sidAt(bytes, at, end);
  return sid === undefined ? undefined : { kind: about.kind, inherited: (flags & INHERITED) !== 0, inheritOnly: (flags & INHERIT_ONLY) !== 0, mask, objectType, sid };
}

/**
 * Entries of the discretionary access control list of a security descriptor in its self-relative form (MS-DTYP 2.4.6, 2.4.5), in
 * their order. Every length is checked against the bytes that are there.
 * @returns undefined when the bytes are no such descriptor; an empty list when it has no list, which allows everybody everything.
 */
export function readAccessEntries(bytes: Uint8Array): readonly AccessEntry[] | undefined {
  if (bytes.length < FIXED || bytes[0] !== 1) return undefined;
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const start = view.getUint32(16, true);
  if ((view.getUint16(2, true) & DACL_PRESENT) === 0 || start === 0) return [];
  if (start + ACL_HEADER > bytes.length) return undefined;
  const end = start + view.getUint16(start + 2, true);
  const count = view.getUint16(start + 4, true);
  if (end > bytes.length) return undefined;
  const entries: AccessEntry[] = [];
  let at = start + ACL_HEADER;
  for (let i = 0; i < count; i += 1) {
    if (at + ACE_HEADER > end) return undefined;
    const size = view.getUint16(at + 2, true);
    if (size < ACE_HEADER || at + size > end) return undefined;
    const entry = entryAt(bytes, view, at, at + size);
    if (entry === undefined) return undefined;
    if (entry !== null) entries.push(entry);
    at += size;
  }
  return entries;
}
