import { isUtf8 } from 'node:buffer';
import type { DirectoryEntry, DirectorySchema } from '../port.ts';
import { type BerCursor, MalformedMessage, Tag } from './ber.ts';
import { isBinarySyntax } from './syntaxes.ts';

/** An attribute of which the server sent only some values (MS-ADTS 3.1.1.3.1.3.3, range retrieval of multi-valued attributes). */
export interface OpenRange {
  readonly attribute: string;
  /** Zero-based number of the next value. */
  readonly next: number;
}

/** One entry as decoded: what the port wants, and what is still to be fetched. */
export interface DecodedEntry {
  readonly entry: DirectoryEntry & { readonly attributes: Record<string, string[]> };
  readonly open: readonly OpenRange[];
}

/** What is known of one attribute description as the server spells it. */
interface TypeFacts {
  readonly name: string;
  readonly kind: 'text' | 'binary' | 'unknown';
  /** False for attributes that are read for our own needs only. */
  readonly wanted: boolean;
  readonly role: 'guid' | 'class' | 'deleted' | 'other';
  readonly range: { readonly last: number } | 'complete' | undefined;
  /** First values in the entry before: many attributes (objectClass, company, country) repeat, and then share one text. */
  readonly seen: string[];
  /** The description as sent. */
  readonly bytes: Buffer;
  /** What came after it in the entry before: servers keep to an order, so the next name rarely has to be looked up. */
  next: TypeFacts | undefined;
}

/** Values of an attribute whose text is remembered. */
const REMEMBERED = 6;
const NONE: readonly OpenRange[] = [];
const DESCRIPTION = /^([A-Za-z][A-Za-z0-9-]*|\d+(?:\.\d+)+)((?:;[A-Za-z0-9=*-]+)*)$/;
const RANGE = /;range=(\d+)-(\d+|\*)/i;
const ROLES: Readonly<Record<string, TypeFacts['role']>> = { objectguid: 'guid', objectclass: 'class', isdeleted: 'deleted' };

/** `xxxxxxxx-xxxx-xxxx-xxxx-xxxxxxxxxxxx` of 16 bytes in Base64; the first three groups are little-endian (MS-DTYP 2.3.4.2). */
export function guidOf(base64: string): string {
  const h = Buffer.from(base64, 'base64').toString('hex');
  if (h.length !== 32) return '';
  return `${h.slice(6, 8)}${h.slice(4, 6)}${h.slice(2, 4)}${h.slice(0, 2)}-${h.slice(10, 12)}${h.slice(8, 10)}-${h.slice(14, 16)}${h.slice(12, 14)}-${h.slice(16, 20)}-${h.slice(20)}`;
}

/** Reads the values of one attribute; an `unknown` one is text when all its values are UTF-8, else bytes, so that none is damaged. */
function readValues(cursor: BerCursor, setEnd: number, kind: TypeFacts['kind'], seen: string[]): string[] {
  const { buffer } = cursor;
  const start = cursor.at;
  let values: string[] | undefined;
  let count = 0;
  while (cursor.at < setEnd) {
    const end = cursor.enter(Tag.octets, setEnd);
    let text: string;
    if (kind === 'binary') text = buffer.toString('base64', cursor.at, end);
    else {
      const before = seen[count];
      text = before !== undefined && sameText(buffer, cursor.at, end, before) ? before : buffer.toString('utf8', cursor.at, end);
      if (count < REMEMBERED) seen[count] = text;
      // Decoding puts U+FFFD where the bytes are no UTF-8; a text may also really hold one.
      if (kind === 'unknown' && text.includes('\ufffd') && !isUtf8(buffer.subarray(cursor.at, end))) {
        cursor.at = start;
        return readValues(cursor, setEnd, 'binary', seen);
      }
    }
    // Nearly every attribute has one value; an array that starts with it has room for one and not, as an empty one, for many.
    if (values === undefined) values = [text];
    else values.push(text);
    count += 1;
    cursor.at = end;
  }
  return values ?? [];
}

/** True when the bytes are exactly this text and plain ASCII. */
function sameText(buffer: Buffer, at: number, end: number, text: string): boolean {
  if (end - at !== text.length) return false;
  for (let i = 0; i < text.length; i += 1) {
    const byte = buffer[at + i] ?? 0xff;
    if (byte >= 0x80 || byte !== text.charCodeAt(i)) return false;
  }
  return true;
}

/** True when the bytes from `at` to `end` are exactly the given ones; a loop, as names are short. */
function sameBytes(buffer: Buffer, at: number, end: number, bytes: Buffer): boolean {
  if (end - at !== bytes.length) return false;
  for (let i = 0; i < bytes.length; i += 1) if (buffer[at + i] !== bytes[i]) return false;
  return true;
}

/**
 * Turns the bytes of SearchResultEntry (RFC 4511 4.5.2) into entries of the port in one walk: no attribute that the server
 * did not send gets a key; the kind of a value depends on the schema and never on its bytes; text keeps a leading U+FEFF.
 * One decoder serves one query. All failures are {@link MalformedMessage}.
 */
export class EntryDecoder {
  readonly #schema: DirectorySchema;
  readonly #wanted: ReadonlySet<string> | undefined;
  readonly #types = new Map<string, TypeFacts>();
  /** Stands before the first attribute of an entry. */
  readonly #first: TypeFacts = { name: '', kind: 'text', wanted: false, role: 'other', range: undefined, seen: [], bytes: Buffer.alloc(0), next: undefined };

  /** @param wanted attribute names asked for by the caller; `*` among them: all that come. */
  constructor(schema: DirectorySchema, wanted: readonly string[]) {
    this.#schema = schema;
    this.#wanted = wanted.includes('*') ? undefined : new Set(wanted.map((name) => name.toLowerCase()));
  }

  /** @param cursor stands on the tag of the operation. @param limit offset after the message. */
  decode(cursor: BerCursor, limit: number): DecodedEntry {
    const { buffer } = cursor;
    const end = cursor.enter(Tag.searchEntry, limit);
    const dn = cursor.text(end);
    const attributes: Record<string, string[]> = {};
    let open: OpenRange[] | undefined;
    let guid = '';
    let objectClass: readonly string[] = [];
    let deleted = false;
    let last: TypeFacts = this.#first;
    const listEnd = cursor.enter(Tag.sequence, end);
    while (cursor.at < listEnd) {
      const attributeEnd = cursor.enter(Tag.sequence, listEnd);
      const typeEnd = cursor.enter(Tag.octets, attributeEnd);
      let facts: TypeFacts | undefined = last.next;
      if (facts === undefined || !sameBytes(buffer, cursor.at, typeEnd, facts.bytes)) {
        facts = this.#factsOf(buffer.toString('latin1', cursor.at, typeEnd));
        last.next = facts;
      }
      last = facts;
      cursor.at = typeEnd;
      const setEnd = cursor.enter(Tag.set, attributeEnd);
      const values = readValues(cursor, setEnd, facts.kind, facts.seen);
      if (setEnd !== attributeEnd) throw new MalformedMessage('an attribute has a part too many');
      // An attribute without values is none: Windows adds `member` beside `member;range=0-1499`.
      if (values.length === 0) continue;
      if (facts.role === 'guid') guid = guidOf(values[0] ?? '');
      else if (facts.role === 'class') objectClass = values;
      else if (facts.role === 'deleted') deleted = values[0]?.toUpperCase() === 'TRUE';
      if (facts.range !== undefined && facts.range !== 'complete') (open ??= []).push({ attribute: facts.name, next: facts.range.last + 1 });
      if (facts.wanted) {
        const known = attributes[facts.name];
        if (known === undefined) attributes[facts.name] = values;
        else for (const value of values) known.push(value);
      }
    }
    if (listEnd !== end) throw new MalformedMessage('an entry has a part too many');
    cursor.at = end;
    return { entry: { guid, dn, objectClass, attributes, deleted }, open: open ?? NONE };
  }

  #factsOf(description: string): TypeFacts {
    const known = this.#types.get(description);
    if (known !== undefined) return known;
    const parts = DESCRIPTION.exec(description);
    if (parts === null) throw new MalformedMessage('an attribute has an impossible name');
    const base = parts[1] ?? '';
    const options = parts[2] ?? '';
    const attribute = this.#schema.attribute(base);
    const range = RANGE.exec(options);
    const others = options.replace(RANGE, '');
    const kind = /;binary\b/i.test(others) || (attribute !== undefined && isBinarySyntax(attribute.syntax)) ? 'binary' : attribute === undefined ? 'unknown' : 'text';
    const facts: TypeFacts = {
      name: (attribute?.name ?? base) + others, kind,
      wanted: this.#wanted === undefined || this.#wanted.has((base + others).toLowerCase()),
      role: ROLES[base.toLowerCase()] ?? 'other',
      range: range === null ? undefined : range[2] === '*' ? 'complete' : { last: Number(range[2]) },
      seen: [], bytes: Buffer.from(description, 'latin1'), next: undefined,
    };
    this.#types.set(description, facts);
    return facts;
  }
}
