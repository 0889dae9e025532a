import { MalformedMessage } from './ber.ts';

/** A larger LDAP message is taken for a broken one. A group of 50,000 members comes to about 5 MB. */
const MAX_MESSAGE_BYTES = 128 * 1024 * 1024;

/** Offset after the message that starts at `at`; undefined while its header is not complete. */
function messageEnd(buffer: Buffer, at: number): number | undefined {
  if (at + 2 > buffer.length) return undefined;
  if (buffer[at] !== 0x30) throw new MalformedMessage(`a message starts with 0x${(buffer[at] ?? 0).toString(16)}`);
  const first = buffer[at + 1] ?? 0;
  if (first < 0x80) return at + 2 + first;
  const bytes = first & 0x7f;
  if (bytes === 0 || bytes > 4) throw new MalformedMessage('a message has no usable length');
  if (at + 2 + bytes > buffer.length) return undefined;
  const length = buffer.readUIntBE(at + 2, bytes);
  if (length > MAX_MESSAGE_BYTES) throw new MalformedMessage(`a message claims ${length} bytes`);
  return at + 2 + bytes + length;
}

/**
 * Cuts the bytes of a connection into LDAP messages (RFC 4511 5.1). A message that arrives in many pieces is put together
 * once, when it is complete, so that a large value costs linear time.
 */
export class MessageFramer {
  #parts: Buffer[] = [];
  #held = 0;
  #needed = 0;

  /** Bytes of an unfinished message. */
  get held(): number {
    return this.#held;
  }

  /**
   * Takes the next bytes.
   * @param deliver called for each complete message: the buffer, the offset of its first byte and the offset after it.
   * Throws {@link MalformedMessage} when the bytes are no LDAP messages; the connection is of no use afterwards.
   */
  push(chunk: Buffer, deliver: (buffer: Buffer, start: number, end: number) => void): void {
    let buffer = chunk;
    if (this.#held > 0) {
      this.#parts.push(chunk);
      this.#held += chunk.length;
      if (this.#held < this.#needed) return;
      buffer = Buffer.concat(this.#parts, this.#held);
      this.#parts = [];
      this.#held = 0;
    }
    let at = 0;
    while (at < buffer.length) {
      const end = messageEnd(buffer, at);
      if (end === undefined || end > buffer.length) {
        this.#parts = [at === 0 ? buffer : buffer.subarray(at)];
        this.#held = buffer.length - at;
        this.#needed = end === undefined ? this.#held + 1 : end - at;
        return;
      }
      deliver(buffer, at, end);
      at = end;
    }
  }
}
