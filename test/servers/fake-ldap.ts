import net from 'node:net';
import tls from 'node:tls';
import { BerReader, BerWriter, ProtocolOperation } from 'ldapts';

/** One attribute's values: text or bytes. Names may carry options such as `;range=0-1499`. */
export type FakeAttributes = Readonly<Record<string, readonly (string | Buffer)[]>>;

/** A search request as the fake server read it. */
export interface FakeSearch {
  readonly base: string;
  readonly scope: number;
  /** The filter's BER, undecoded. */
  readonly filter: Buffer;
  readonly attributes: readonly string[];
  /** Object identifier to value of each control. */
  readonly controls: ReadonlyMap<string, Buffer>;
  /** Size and cookie of the paged results control; undefined without one. */
  readonly page: { readonly size: number; readonly cookie: string } | undefined;
  /** Number of the connection, from 1. */
  readonly connection: number;
  /** Name of the last successful bind on this connection; empty: anonymous. */
  readonly boundAs: string;
}

/** What a script may do with a search. */
export interface FakeAnswer {
  entry(dn: string, attributes: FakeAttributes): void;
  reference(...urls: readonly string[]): void;
  /** Ends the search. @param more `cookie` adds the paged results control, `dirSync` the DirSync control. */
  done(more?: { readonly code?: number; readonly message?: string; readonly cookie?: string; readonly referrals?: readonly string[]; readonly dirSync?: { readonly more: boolean; readonly cookie: string } }): void;
  /** Sends bytes as they are. */
  raw(bytes: Buffer): void;
  /** A whole message of this search with any operation tag. */
  message(tag: number, write: (writer: BerWriter) => void): Buffer;
  /** Breaks the connection off. */
  drop(): void;
  /** Notice of disconnection (RFC 4511 4.4.1); the connection stays open, as the client is to end it. */
  notice(code: number): void;
}

/** What the server does; everything not scripted succeeds. */
export interface FakeScript {
  readonly search?: (request: FakeSearch, answer: FakeAnswer) => void | Promise<void>;
  /** Answer to a bind; default success. */
  readonly bind?: (name: string, password: string) => { readonly code: number; readonly message?: string };
  /** Answer to a modify; default success. Given the request's whole message. */
  readonly modify?: (dn: string, answer: { readonly done: (code: number, message?: string) => void; readonly drop: () => void }) => void;
  /** Certificate for StartTLS, and from the first byte with `ldaps`. */
  readonly tls?: { readonly cert: Buffer; readonly key: Buffer };
  readonly ldaps?: boolean;
  /** Refuses StartTLS with this result code. */
  readonly refuseStartTls?: number;
  /** Sends these bytes together with the answer to StartTLS: what an attacker in the middle would. */
  readonly afterStartTls?: Buffer;
}

/** A scripted LDAP server on loopback. */
export interface FakeLdap {
  readonly port: number;
  /** `127.0.0.1:port`. */
  readonly server: string;
  /** Connections and binds so far. */
  readonly seen: { connections: number; binds: number; abandons: number; searches: number };
  /** Breaks all connections off, as a restart of the server would. */
  dropAll(): void;
  stop(): Promise<void>;
}

const OPERATION = { bind: 0x60, unbind: 0x42, search: 0x63, modify: 0x66, abandon: 0x50, extended: 0x77 } as const;
const PAGED = '1.2.840.113556.1.4.319';
const DIRSYNC = '1.2.840.113556.1.4.841';

function message(id: number, tag: number, write: (writer: BerWriter) => void, controls?: (writer: BerWriter) => void): Buffer {
  const writer = new BerWriter();
  writer.startSequence();
  writer.writeInt(id);
  writer.startSequence(tag);
  write(writer);
  writer.endSequence();
  if (controls !== undefined) {
    writer.startSequence(ProtocolOperation.LDAP_CONTROLS);
    controls(writer);
    writer.endSequence();
  }
  writer.endSequence();
  return Buffer.from(writer.buffer);
}

function result(code: number, text: string, referrals: readonly string[] = []): (writer: BerWriter) => void {
  return (writer) => {
    writer.writeEnumeration(code);
    writer.writeString('');
    writer.writeString(text);
    if (referrals.length > 0) {
      writer.startSequence(0xa3);
      for (const url of referrals) writer.writeString(url);
      writer.endSequence();
    }
  };
}

/** Bytes of a SearchResultEntry's contents. */
export function writeEntry(dn: string, attributes: FakeAttributes): (writer: BerWriter) => void {
  return (writer) => {
    writer.writeString(dn);
    writer.startSequence();
    for (const [name, values] of Object.entries(attributes)) {
      writer.startSequence();
      writer.writeString(name);
      writer.startSequence(ProtocolOperation.LBER_SET);
      for (const value of values) writer.writeBuffer(Buffer.from(value), 0x04);
      writer.endSequence();
      writer.endSequence();
    }
    writer.endSequence();
  };
}

/** The whole message of one entry, for tests of the parser. */
export function entryMessage(id: number, dn: string, attributes: FakeAttributes): Buffer {
  return message(id, ProtocolOperation.LDAP_RES_SEARCH_ENTRY, writeEntry(dn, attributes));
}

function pageControl(cookie: string): (writer: BerWriter) => void {
  return (writer) => {
    const value = new BerWriter();
    value.startSequence();
    value.writeInt(0);
    value.writeBuffer(Buffer.from(cookie), 0x04);
    value.endSequence();
    writer.startSequence();
    writer.writeString(PAGED);
    writer.writeBuffer(value.buffer, 0x04);
    writer.endSequence();
  };
}

/** Response control of DirSync (MS-ADTS 3.1.1.3.4.1.3). */
function dirSyncControl({ more, cookie }: { readonly more: boolean; readonly cookie: string }): (writer: BerWriter) => void {
  return (writer) => {
    const value = new BerWriter();
    value.startSequence();
    value.writeInt(more ? 1 : 0);
    value.writeInt(0);
    value.writeBuffer(Buffer.from(cookie), 0x04);
    value.endSequence();
    writer.startSequence();
    writer.writeString(DIRSYNC);
    writer.writeBuffer(value.buffer, 0x04);
    writer.endSequence();
  };
}

/** Flags and cookie of a DirSync control in a request; undefined without one. */
export function dirSyncOf(request: FakeSearch): { readonly flags: number; readonly cookie: string } | undefined {
  const value = request.controls.get(DIRSYNC);
  if (value === undefined) return undefined;
  const reader = new BerReader(value);
  reader.readSequence();
  const flags = reader.readInt() ?? 0;
  reader.readInt();
  return { flags, cookie: reader.readString() ?? '' };
}

function readSearch(reader: BerReader): Omit<FakeSearch, 'connection' | 'boundAs'> {
  const base = reader.readString() ?? '';
  const scope = reader.readEnumeration() ?? 0;
  reader.readEnumeration();
  reader.readInt();
  reader.readInt();
  reader.readBoolean();
  const start = reader.offset;
  reader.readSequence();
  reader.offset += reader.length;
  const filter = Buffer.from(reader.buffer.subarray(start, reader.offset));
  reader.readSequence();
  const attributes: string[] = [];
  for (const end = reader.offset + reader.length; reader.offset < end;) attributes.push(reader.readString() ?? '');
  const controls = new Map<string, Buffer>();
  if (reader.peek() === ProtocolOperation.LDAP_CONTROLS) {
    reader.readSequence();
    for (const end = reader.offset + reader.length; reader.offset < end;) {
      reader.readSequence();
      const controlEnd = reader.offset + reader.length;
      const type = reader.readString() ?? '';
      if (reader.offset < controlEnd && reader.peek() === 0x01) reader.readBoolean();
      controls.set(type, reader.offset < controlEnd ? Buffer.from(reader.readString(0x04, true) ?? Buffer.alloc(0)) : Buffer.alloc(0));
    }
  }
  const value = controls.get(PAGED);
  if (value === undefined) return { base, scope, filter, attributes, controls, page: undefined };
  const page = new BerReader(value);
  page.readSequence();
  return { base, scope, filter, attributes, controls, page: { size: page.readInt() ?? 0, cookie: page.readString() ?? '' } };
}

/** State of one connection. */
class Conversation {
  readonly #script: FakeScript;
  readonly #seen: FakeLdap['seen'];
  readonly #number: number;
  #boundAs = '';
  #held = Buffer.alloc(0);

  constructor(script: FakeScript, seen: FakeLdap['seen']) {
    this.#script = script;
    this.#seen = seen;
    this.#number = seen.connections;
  }

  attach(socket: net.Socket): void {
    socket.on('error', () => undefined);
    socket.setNoDelay(true);
    socket.on('data', (chunk: Buffer) => {
      this.#held = Buffer.concat([this.#held, chunk]);
      for (;;) {
        const reader = new BerReader(this.#held);
        // A client that speaks something else (TLS on the plain port) is turned away.
        if (this.#held.length > 0 && reader.peek() !== 0x30) {
          socket.destroy();
          return;
        }
        if (reader.readSequence() === null || reader.remain < reader.length) return;
        const total = reader.offset + reader.length;
        const one = this.#held.subarray(0, total);
        this.#held = this.#held.subarray(total);
        this.#handle(one, socket);
      }
    });
  }

  #handle(bytes: Buffer, socket: net.Socket): void {
    const reader = new BerReader(bytes);
    reader.readSequence();
    const id = reader.readInt() ?? 0;
    const tag = reader.peek();
    if (tag === OPERATION.abandon) {
      this.#seen.abandons += 1;
      return;
    }
    reader.readSequence();
    switch (tag) {
      case OPERATION.bind: return this.#bind(id, reader, socket);
      case OPERATION.unbind: socket.end(); return;
      case OPERATION.search: return this.#search(id, reader, socket);
      case OPERATION.modify: return this.#modify(id, reader.readString() ?? '', socket);
      case OPERATION.extended: return this.#startTls(id, socket);
      default: socket.destroy();
    }
  }

  #bind(id: number, reader: BerReader, socket: net.Socket): void {
    this.#seen.binds += 1;
    reader.readInt();
    const name = reader.readString() ?? '';
    const answer = this.#script.bind?.(name, reader.readString(0x80) ?? '') ?? { code: 0 };
    if (answer.code === 0) this.#boundAs = name;
    socket.write(message(id, ProtocolOperation.LDAP_RES_BIND, result(answer.code, answer.message ?? '')));
  }

  #modify(id: number, dn: string, socket: net.Socket): void {
    const done = (code: number, text = ''): void => { socket.write(message(id, ProtocolOperation.LDAP_RES_MODIFY, result(code, text))); };
    if (this.#script.modify === undefined) done(0);
    else this.#script.modify(dn, { done, drop: () => socket.destroy() });
  }

  #search(id: number, reader: BerReader, socket: net.Socket): void {
    this.#seen.searches += 1;
    const request = { ...readSearch(reader), connection: this.#number, boundAs: this.#boundAs };
    const answer: FakeAnswer = {
      entry: (dn, attributes) => { socket.write(message(id, ProtocolOperation.LDAP_RES_SEARCH_ENTRY, writeEntry(dn, attributes))); },
      reference: (...urls) => { socket.write(message(id, ProtocolOperation.LDAP_RES_SEARCH_REF, (writer) => writer.writeStringArray([...urls]))); },
      done: (more = {}) => {
        const control = more.dirSync !== undefined ? dirSyncControl(more.dirSync) : more.cookie === undefined ? undefined : pageControl(more.cookie);
        socket.write(message(id, ProtocolOperation.LDAP_RES_SEARCH, result(more.code ?? 0, more.message ?? '', more.referrals), control));
      },
      raw: (bytes) => { socket.write(bytes); },
      message: (tag, write) => message(id, tag, write),
      drop: () => { socket.destroy(); },
      notice: (code) => { socket.write(message(0, ProtocolOperation.LDAP_RES_EXTENSION, result(code, 'going down'))); },
    };
    void (this.#script.search ?? ((_, say: FakeAnswer) => say.done()))(request, answer);
  }

  #startTls(id: number, socket: net.Socket): void {
    const code = this.#script.tls === undefined ? 2 : (this.#script.refuseStartTls ?? 0);
    socket.write(Buffer.concat([message(id, ProtocolOperation.LDAP_RES_EXTENSION, result(code, '')), this.#script.afterStartTls ?? Buffer.alloc(0)]));
    if (code !== 0 || this.#script.tls === undefined) return;
    socket.removeAllListeners('data');
    this.attach(new tls.TLSSocket(socket, { isServer: true, ...this.#script.tls }));
  }
}

/** Starts a scripted LDAP server on a free port of 127.0.0.1. */
export async function startFakeLdap(script: FakeScript = {}): Promise<FakeLdap> {
  const seen = { connections: 0, binds: 0, abandons: 0, searches: 0 };
  const open = new Set<net.Socket>();
  const accept = (socket: net.Socket): void => {
    seen.connections += 1;
    open.add(socket);
    socket.once('close', () => open.delete(socket));
    new Conversation(script, seen).attach(socket);
  };
  const server = script.ldaps === true && script.tls !== undefined ? tls.createServer(script.tls, accept) : net.createServer(accept);
  await new Promise<void>((resolve) => { server.listen(0, '127.0.0.1', resolve); });
  const address = server.address();
  const port = typeof address === 'object' && address !== null ? address.port : 0;
  const dropAll = (): void => { for (const socket of open) socket.destroy(); };
  return {
    port, server: `127.0.0.1:${port}`, seen, dropAll,
    stop: async () => {
      dropAll();
      await new Promise<void>((resolve) => { server.close(() => resolve()); });
    },
  };
}
