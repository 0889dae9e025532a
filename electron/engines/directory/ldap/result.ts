import { BerCursor, MalformedMessage, Tag } from './ber.ts';

/** Object identifier of the paged results control (RFC 2696). */
export const PAGED_RESULTS = '1.2.840.113556.1.4.319';

/** LDAPResult (RFC 4511 4.1.9) with the response controls. */
export interface LdapResult {
  /** resultCode. */
  readonly code: number;
  readonly matchedDn: string;
  /** diagnosticMessage as sent, without the NUL that Windows ends it with. */
  readonly message: string;
  /** LDAP URLs of a referral (code 10). */
  readonly referrals: readonly string[];
  /** Object identifier to value of each response control. */
  readonly controls: ReadonlyMap<string, Buffer>;
}

/** Reads the controls after an operation (RFC 4511 4.1.11). */
function readControls(cursor: BerCursor, limit: number): ReadonlyMap<string, Buffer> {
  const controls = new Map<string, Buffer>();
  if (cursor.peek(limit) !== Tag.controls) return controls;
  const end = cursor.enter(Tag.controls, limit);
  while (cursor.at < end) {
    const controlEnd = cursor.enter(Tag.sequence, end);
    const type = cursor.text(controlEnd);
    if (cursor.peek(controlEnd) === Tag.boolean) cursor.at = cursor.enter(Tag.boolean, controlEnd);
    controls.set(type, cursor.peek(controlEnd) === Tag.octets ? cursor.bytes(controlEnd) : Buffer.alloc(0));
    cursor.at = controlEnd;
  }
  return controls;
}

/**
 * Reads a response that carries an LDAPResult. The cursor stands on the tag of the operation.
 * @param tag the operation, one of {@link Tag}.
 * @param limit offset after the message.
 */
export function readResult(cursor: BerCursor, tag: number, limit: number): LdapResult {
  const end = cursor.enter(tag, limit);
  const code = cursor.integer(end, Tag.enumerated);
  const matchedDn = cursor.text(end);
  const message = cursor.text(end).replace(/\0+$/, '');
  const referrals: string[] = [];
  if (cursor.peek(end) === Tag.referral) {
    const referralEnd = cursor.enter(Tag.referral, end);
    while (cursor.at < referralEnd) referrals.push(cursor.text(referralEnd));
  }
  cursor.at = end;
  return { code, matchedDn, message, referrals, controls: readControls(cursor, limit) };
}

/** Cookie of the paged results control (RFC 2696 section 2); empty at the last page. */
export function pageCookie(controls: ReadonlyMap<string, Buffer>): Buffer {
  const value = controls.get(PAGED_RESULTS);
  if (value === undefined || value.length === 0) return Buffer.alloc(0);
  const cursor = new BerCursor(value, 0);
  const end = cursor.enter(Tag.sequence, value.length);
  cursor.integer(end);
  const cookie = cursor.bytes(end);
  if (cursor.at !== end) throw new MalformedMessage('the paged results control has a part too many');
  return cookie;
}
