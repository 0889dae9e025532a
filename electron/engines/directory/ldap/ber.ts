/** Thrown inside this folder when bytes are not the BER they should be; turned into DIRECTORY_REFUSED where the connection is known. */
export class MalformedMessage extends Error {
  constructor(what: string) {
    super(what);
    this.name = 'MalformedMessage';
  }
}

/** BER tags of LDAP messages (RFC 4511 section 4 and appendix B). */
export const Tag = {
  boolean: 0x01, integer: 0x02, octets: 0x04, enumerated: 0x0a, sequence: 0x30, set: 0x31,
  bindResponse: 0x61, searchEntry: 0x64, searchDone: 0x65, modifyResponse: 0x67, searchReference: 0x73, extendedResponse: 0x78, intermediateResponse: 0x79,
  /** `[0]` after the operation. */
  controls: 0xa0,
  /** `[3]` inside LDAPResult. */
  referral: 0xa3,
} as const;

/**
 * Walks BER elements and checks every length against the element around it (RFC 4511 5.1: definite lengths only), so that a
 * broken or hostile answer ends in {@link MalformedMessage} and never in a read outside the message.
 */
export class BerCursor {
  readonly buffer: Buffer;
  /** Offset of the next byte. */
  at: number;

  constructor(buffer: Buffer, at: number) {
    this.buffer = buffer;
    this.at = at;
  }

  /**
   * Steps into an element.
   * @param tag the tag it must have.
   * @param limit offset that it must not pass.
   * @returns offset after its contents; {@link at} stands on the first byte of the contents.
   */
  enter(tag: number, limit: number): number {
    const { buffer } = this;
    let at = this.at;
    if (at + 2 > limit) throw new MalformedMessage('an element is cut off');
    if (buffer[at] !== tag) throw new MalformedMessage(`expected tag 0x${tag.toString(16)}, got 0x${(buffer[at] ?? 0).toString(16)}`);
    let length = buffer[at + 1] ?? 0;
    at += 2;
    if (length >= 0x80) {
      const bytes = length & 0x7f;
      if (bytes === 0 || bytes > 4 || at + bytes > limit) throw new MalformedMessage('an element has no usable length');
      length = 0;
      for (const end = at + bytes; at < end; at += 1) length = length * 256 + (buffer[at] ?? 0);
    }
    if (at + length > limit) throw new MalformedMessage('an element is longer than what holds it');
    this.at = at;
    return at + length;
  }

  /** The next tag, or -1 at the limit. */
  peek(limit: number): number {
    return this.at < limit ? (this.buffer[this.at] ?? -1) : -1;
  }

  /** Reads a text element (UTF-8; a leading U+FEFF stays). */
  text(limit: number, tag: number = Tag.octets): string {
    const end = this.enter(tag, limit);
    const value = this.buffer.toString('utf8', this.at, end);
    this.at = end;
    return value;
  }

  /** Reads an octet string as a copy. */
  bytes(limit: number, tag: number = Tag.octets): Buffer {
    const end = this.enter(tag, limit);
    const value = Buffer.from(this.buffer.subarray(this.at, end));
    this.at = end;
    return value;
  }

  /** Reads an INTEGER or ENUMERATED of at most four bytes, signed. */
  integer(limit: number, tag: number = Tag.integer): number {
    const end = this.enter(tag, limit);
    const length = end - this.at;
    if (length < 1 || length > 4) throw new MalformedMessage('a number has an impossible length');
    const value = this.buffer.readIntBE(this.at, length);
    this.at = end;
    return value;
  }
}
