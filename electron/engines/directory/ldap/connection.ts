import type { Socket } from 'node:net';
import { AbandonRequest, UnbindRequest } from 'ldapts';
import { BerCursor, MalformedMessage, Tag } from './ber.ts';
import { cancelledError, lostError, malformedError, timeoutError, type OperationContext } from './errors.ts';
import { MessageFramer } from './framing.ts';
import { readResult, type LdapResult } from './result.ts';

/** Takes one SearchResultEntry: the cursor stands on its tag, `end` is the offset after the message. */
export type EntrySink = (cursor: BerCursor, end: number) => void;

/** One request. */
export interface Operation {
  /** Writes the whole LDAPMessage for the given message id (a request class of ldapts does that). */
  encode(messageId: number): Buffer;
  /** Tag of the response that ends it. */
  readonly responseTag: number;
  readonly onEntry?: EntrySink;
  /** URLs of search result references (RFC 4511 4.5.3); default: ignored, as Active Directory sends them for every search at the root. */
  readonly onReference?: (urls: readonly string[]) => void;
  readonly context: Omit<OperationContext, 'server'>;
  /** Longest silence in milliseconds. */
  readonly timeout: number;
  readonly signal?: AbortSignal | undefined;
}

interface Pending {
  readonly operation: Operation;
  readonly resolve: (result: LdapResult) => void;
  readonly reject: (error: Error) => void;
  readonly release: () => void;
  lastHeard: number;
}

const MAX_MESSAGE_ID = 2 ** 31 - 1;

/**
 * One LDAP connection: requests out, answers to whom they belong. The requests are written by ldapts; reading and the life of
 * the socket are done here and not by its Client, whose connection opens a socket per waiting operation, continues without a
 * bind after a loss, ends a search at an empty page, drops what follows an unreadable message and takes ten times the
 * processor time. It never reconnects: a lost connection stays lost, see LdapSession.
 */
export class LdapConnection {
  readonly server: string;
  /** Search requests sent. */
  searches = 0;
  readonly #socket: Socket;
  readonly #framer = new MessageFramer();
  readonly #pending = new Map<number, Pending>();
  #lastId = 0;
  #lastChunk = 0;
  #dead: string | undefined;

  /** @param server `host:port` for messages. */
  constructor(socket: Socket, server: string) {
    this.server = server;
    this.#socket = socket;
    socket.on('data', this.#onData);
    socket.on('error', this.#onError);
    socket.on('close', this.#onClose);
    socket.on('end', this.#onClose);
  }

  /** False once the socket is gone; nothing brings it back. */
  get alive(): boolean {
    return this.#dead === undefined && this.#socket.writable;
  }

  /** Operations that wait for an answer. */
  get waiting(): number {
    return this.#pending.size;
  }

  /**
   * Sends a request and waits for its last response, whatever its result code.
   * Throws DIRECTORY_UNAVAILABLE (connection lost), TIMEOUT, CANCELLED, DIRECTORY_REFUSED (unreadable answer).
   */
  async request(operation: Operation): Promise<LdapResult> {
    const context = { ...operation.context, server: this.server };
    if (operation.signal?.aborted === true) throw cancelledError(context);
    if (!this.alive) throw lostError(context, this.#dead ?? 'the connection is closed');
    const id = this.#nextId();
    const bytes = operation.encode(id);
    return new Promise<LdapResult>((resolve, reject) => {
      const onAbort = (): void => this.#give(id, cancelledError(context));
      const clock = setInterval(() => {
        const pending = this.#pending.get(id);
        // A large message counts as heard while its pieces arrive.
        const heard = this.#framer.held > 0 ? this.#lastChunk : 0;
        if (pending !== undefined && Date.now() - Math.max(pending.lastHeard, heard) >= operation.timeout) this.#expire(id, timeoutError(context, operation.timeout));
      }, Math.min(1000, Math.max(20, operation.timeout / 4)));
      clock.unref();
      const release = (): void => {
        clearInterval(clock);
        operation.signal?.removeEventListener('abort', onAbort);
      };
      this.#pending.set(id, { operation, resolve, reject, release, lastHeard: Date.now() });
      operation.signal?.addEventListener('abort', onAbort, { once: true });
      this.#socket.write(bytes);
    });
  }

  /** Says goodbye (RFC 4511 4.3) and closes. Operations under way fail. Safe to call twice. */
  close(): void {
    if (this.#dead !== undefined) return;
    if (this.#socket.writable) this.#socket.end(new UnbindRequest({ messageId: this.#nextId() }).write());
    this.#fail(() => 'the connection was closed');
    this.#socket.destroySoon();
  }

  /** Gives the socket away for a TLS handshake. Throws when the server has sent more than it was asked for. */
  detach(): Socket {
    if (this.#framer.held > 0 || this.#pending.size > 0) throw new MalformedMessage('there is data before the TLS handshake');
    this.#socket.removeListener('data', this.#onData);
    this.#socket.removeListener('error', this.#onError);
    this.#socket.removeListener('close', this.#onClose);
    this.#socket.removeListener('end', this.#onClose);
    this.#dead = 'the connection was handed on';
    return this.#socket;
  }

  #nextId(): number {
    this.#lastId = this.#lastId >= MAX_MESSAGE_ID ? 1 : this.#lastId + 1;
    return this.#lastId;
  }

  readonly #onData = (chunk: Buffer): void => {
    this.#lastChunk = Date.now();
    try {
      this.#framer.push(chunk, (buffer, start, end) => this.#onMessage(buffer, start, end));
    } catch (cause) {
      if (!(cause instanceof MalformedMessage)) throw cause;
      this.#dead = 'the server sent an unreadable answer';
      for (const [id, pending] of this.#pending) this.#settle(id, (which) => which.reject(malformedError({ ...pending.operation.context, server: this.server }, cause)));
      this.#socket.destroy();
    }
  };

  readonly #onError = (error: Error): void => this.#fail(() => `the connection broke (${(error as NodeJS.ErrnoException).code ?? error.message})`);

  readonly #onClose = (): void => {
    this.#fail(() => 'the server closed the connection');
    this.#socket.destroy();
  };

  #onMessage(buffer: Buffer, start: number, end: number): void {
    const cursor = new BerCursor(buffer, start);
    cursor.enter(Tag.sequence, end);
    const id = cursor.integer(end);
    const tag = cursor.peek(end);
    if (id === 0) return this.#onNotice(cursor, tag, end);
    const pending = this.#pending.get(id);
    // An answer to something abandoned still arrives (RFC 4511 4.11).
    if (pending === undefined) return undefined;
    pending.lastHeard = Date.now();
    if (tag === Tag.searchEntry) pending.operation.onEntry?.(cursor, end);
    else if (tag === Tag.searchReference) {
      const referenceEnd = cursor.enter(Tag.searchReference, end);
      const urls: string[] = [];
      while (cursor.at < referenceEnd) urls.push(cursor.text(referenceEnd));
      pending.operation.onReference?.(urls);
    } else if (tag === pending.operation.responseTag) {
      const result = readResult(cursor, tag, end);
      this.#settle(id, (which) => which.resolve(result));
    } else if (tag !== Tag.intermediateResponse) throw new MalformedMessage(`the answer has the unexpected tag 0x${tag.toString(16)}`);
    return undefined;
  }

  /** Notice of disconnection (RFC 4511 4.4.1). */
  #onNotice(cursor: BerCursor, tag: number, end: number): void {
    if (tag !== Tag.extendedResponse) throw new MalformedMessage('an unsolicited message is no notice');
    const notice = readResult(cursor, tag, end);
    this.#fail(() => `the server ends the connection (LDAP result ${notice.code})`);
    this.#socket.destroy();
  }

  #settle(id: number, how: (pending: Pending) => void): void {
    const pending = this.#pending.get(id);
    if (pending === undefined) return;
    this.#pending.delete(id);
    pending.release();
    how(pending);
  }

  /** Ends waiting and tells the server to stop (RFC 4511 4.11). */
  #give(id: number, error: Error): void {
    if (!this.#pending.has(id)) return;
    if (this.#socket.writable) this.#socket.write(new AbandonRequest({ messageId: this.#nextId(), abandonId: id }).write());
    this.#settle(id, (pending) => pending.reject(error));
  }

  /** A server that keeps silent is not asked again on this connection; answers to others may still come. */
  #expire(id: number, error: Error): void {
    this.#give(id, error);
    if (this.#pending.size === 0) {
      this.#dead = 'the server did not answer in time';
      this.#socket.destroy();
    }
  }

  #fail(why: () => string): void {
    this.#dead ??= why();
    const reason = this.#dead;
    for (const [id, pending] of this.#pending) this.#settle(id, (which) => which.reject(lostError({ ...pending.operation.context, server: this.server }, reason)));
  }
}
