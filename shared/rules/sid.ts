const SID = /^S-1-(\d{1,15})((?:-\d{1,10}){0,15})$/i;

/**
 * Text of a security identifier, `S-1-5-21-...` (MS-DTYP 2.4.2): revision, count, 6 bytes of authority big-endian, then
 * 32-bit parts little-endian.
 * @returns undefined when the bytes are no SID of revision 1.
 */
export function sidFromBytes(bytes: Uint8Array): string | undefined {
  const count = bytes[1] ?? 0;
  if (bytes[0] !== 1 || count > 15 || bytes.length !== 8 + count * 4) return undefined;
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  let text = `S-1-${view.getUint16(2) * 0x1_0000_0000 + view.getUint32(4)}`;
  for (let i = 0; i < count; i += 1) text += `-${view.getUint32(8 + i * 4, true)}`;
  return text;
}

/** Bytes of a SID text (MS-DTYP 2.4.2.2); undefined when it is none. */
export function sidToBytes(text: string): Uint8Array | undefined {
  const parts = SID.exec(text);
  if (parts === null) return undefined;
  const authority = Number(parts[1]);
  const subs = (parts[2] ?? '').split('-').slice(1).map(Number);
  if (authority >= 2 ** 48 || subs.some((sub) => sub > 0xffff_ffff)) return undefined;
  const bytes = new Uint8Array(8 + subs.length * 4);
  const view = new DataView(bytes.buffer);
  view.setUint8(0, 1);
  view.setUint8(1, subs.length);
  view.setUint16(2, Math.floor(authority / 0x1_0000_0000));
  view.setUint32(4, authority % 0x1_0000_0000);
  subs.forEach((sub, i) => { view.setUint32(8 + i * 4, sub, true); });
  return bytes;
}

/** The relative identifier: the last part of a SID; undefined for a SID without parts or for other text. */
export function ridOfSid(text: string): number | undefined {
  const last = SID.exec(text)?.[2]?.split('-').at(-1);
  return last === undefined || last === '' ? undefined : Number(last);
}

/**
 * SID of the group that primaryGroupID names: the domain's SID with that relative identifier (AD schema, primaryGroupID).
 * @param userSid SID text of the user; its domain part is used.
 * @returns undefined when the text is no SID.
 */
export function primaryGroupSid(userSid: string, primaryGroupId: number): string | undefined {
  const cut = userSid.lastIndexOf('-');
  return ridOfSid(userSid) === undefined ? undefined : `${userSid.slice(0, cut)}-${primaryGroupId}`;
}
