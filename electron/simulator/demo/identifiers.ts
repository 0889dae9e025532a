/** Bytes of a GUID as Active Directory stores it: the first three fields little-endian (MS-DTYP 2.3.4.2). */
export function guidBytes(guid: string): Buffer {
  const hex = guid.replaceAll('-', '');
  const bytes = Buffer.from(hex, 'hex');
  return Buffer.concat([bytes.subarray(0, 4).reverse(), bytes.subarray(4, 6).reverse(), bytes.subarray(6, 8).reverse(), bytes.subarray(8)]);
}

/** Base64 of the bytes: the value of onPremisesImmutableId for an objectGUID. */
export function anchorOf(guid: string): string {
  return guidBytes(guid).toString('base64');
}

/** Bytes of `S-1-5-21-a-b-c-rid` (MS-DTYP 2.4.2.2); without rid the SID of the domain itself. */
export function sidBytes(domain: readonly number[], rid?: number): Buffer {
  const parts = [21, ...domain, ...(rid === undefined ? [] : [rid])];
  const bytes = Buffer.alloc(8 + parts.length * 4);
  bytes.writeUInt8(1, 0);
  bytes.writeUInt8(parts.length, 1);
  bytes.writeUIntBE(5, 2, 6);
  parts.forEach((part, i) => bytes.writeUInt32LE(part, 8 + i * 4));
  return bytes;
}

/** One RDN value inside a DN (RFC 4514 2.4). */
export function escapeRdn(value: string): string {
  return value.replaceAll(/[,+"\\<>;=]/g, (c) => `\\${c}`).replace(/^([ #])/, '\\$1').replace(/ $/, '\\ ');
}
