import { guidToBytes } from '../../shared/rules/guid.ts';
import { sidToBytes } from '../../shared/rules/sid.ts';

/** One entry to be written. */
export interface EntryToWrite { readonly type: number; readonly flags?: number; readonly mask: number; readonly objectType?: string; readonly inheritedObjectType?: string; readonly sid: string }

function entryBytes({ type, flags = 0, mask, objectType, inheritedObjectType, sid }: EntryToWrite): Buffer {
  const guids = [objectType, inheritedObjectType].map((guid) => (guid === undefined ? undefined : guidToBytes(guid)));
  const isObject = type === 5 || type === 6;
  const about = Buffer.alloc(isObject ? 4 : 0);
  if (isObject) about.writeUInt32LE((guids[0] ? 1 : 0) | (guids[1] ? 2 : 0));
  const body = Buffer.concat([about, ...guids.flatMap((guid) => (guid === undefined ? [] : [Buffer.from(guid)])), Buffer.from(sidToBytes(sid) ?? [])]);
  const head = Buffer.alloc(8);
  head.writeUInt8(type, 0);
  head.writeUInt8(flags, 1);
  head.writeUInt16LE(8 + body.length, 2);
  head.writeUInt32LE(mask >>> 0, 4);
  return Buffer.concat([head, body]);
}

/** A security descriptor in self-relative form with these entries in its discretionary list (MS-DTYP 2.4.6). */
export function securityDescriptor(entries: readonly EntryToWrite[], owner = 'S-1-5-32-544'): Buffer {
  const list = entries.map(entryBytes);
  const size = 8 + list.reduce((sum, bytes) => sum + bytes.length, 0);
  const acl = Buffer.alloc(8);
  // Revision 4 when entries about objects are in it, else 2.
  acl.writeUInt8(entries.some((e) => e.type >= 5) ? 4 : 2, 0);
  acl.writeUInt16LE(size, 2);
  acl.writeUInt16LE(entries.length, 4);
  const who = Buffer.from(sidToBytes(owner) ?? []);
  const head = Buffer.alloc(20);
  head.writeUInt8(1, 0);
  head.writeUInt16LE(0x8004, 2);
  head.writeUInt32LE(20, 4);
  head.writeUInt32LE(20 + who.length, 8);
  head.writeUInt32LE(20 + who.length * 2, 16);
  return Buffer.concat([head, who, who, acl, ...list]);
}
