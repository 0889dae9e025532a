import { BerWriter, type Control } from 'ldapts';
import type { ChangedObject } from '../port.ts';
import { isContainer } from '../changes/index.ts';
import { BerCursor, MalformedMessage, Tag } from './ber.ts';
import type { LdapConnection } from './connection.ts';
import { guidOf } from './entry.ts';
import { malformedError } from './errors.ts';
import { encodeFilter } from './filter.ts';
import type { LdapResult } from './result.ts';
import { accessListOnly, RawControl, search } from './search.ts';

/** Object identifier of the DirSync control (MS-ADTS 3.1.1.3.4.1.3). */
export const DIRSYNC = '1.2.840.113556.1.4.841';
/** LDAP_DIRSYNC_OBJECT_SECURITY: what the account may read, without the right to replicate. */
const OBJECT_SECURITY = 1;
/** LDAP_DIRSYNC_INCREMENTAL_VALUES, the highest bit of a signed 32 bit number: values of linked attributes one by one. */
const INCREMENTAL_VALUES = -0x80000000;
/** Most bytes of attributes in one answer; the server may send less, and does at most 1,000,000 bytes (MS-ADTS 3.1.1.3.4.1.3). */
const MAX_BYTES = 1_000_000;
/** Changes of these alone are of no interest: they come with everything. */
const FRAME: ReadonlySet<string> = new Set(['objectguid', 'instancetype', 'objectclass']);
/** Without `name` a rename is not told, without `isDeleted` a restored object not; `objectClass` comes with new objects. */
const ASKED = ['objectGUID', 'objectClass', 'name', 'isDeleted'] as const;

function control(visible: boolean, cookie: Buffer): Control {
  const writer = new BerWriter();
  writer.startSequence();
  writer.writeInt(visible ? INCREMENTAL_VALUES + OBJECT_SECURITY : INCREMENTAL_VALUES);
  writer.writeInt(MAX_BYTES);
  writer.writeBuffer(cookie, Tag.octets);
  writer.endSequence();
  return new RawControl(DIRSYNC, Buffer.from(writer.buffer));
}

/** Value of the response control: whether more is to come, and where to go on. */
function answerOf(result: LdapResult): { readonly more: boolean; readonly cookie: Buffer } {
  const value = result.controls.get(DIRSYNC);
  if (value === undefined || value.length === 0) throw new MalformedMessage('the answer has no DirSync control');
  const cursor = new BerCursor(value, 0);
  const end = cursor.enter(Tag.sequence, value.length);
  const more = cursor.integer(end) !== 0;
  cursor.integer(end);
  return { more, cookie: cursor.bytes(end) };
}

type Links = Record<string, { readonly added: string[]; readonly removed: string[] }>;

/**
 * Reads one entry of an answer: unlike that of another search it holds only what changed, an attribute without values was cleared, and
 * `member;range=1-1` and `;range=0-0` are values that were added and removed (MS-ADTS 3.1.1.3.4.1.3).
 */
function readEntry(cursor: BerCursor, limit: number): ChangedObject & { readonly deleted: boolean } {
  const end = cursor.enter(Tag.searchEntry, limit);
  const dn = cursor.text(end);
  const links: Links = {};
  let others = false;
  let id = '';
  let deleted = false;
  const objectClass: string[] = [];
  const listEnd = cursor.enter(Tag.sequence, end);
  while (cursor.at < listEnd) {
    const attributeEnd = cursor.enter(Tag.sequence, listEnd);
    const [name = '', option = ''] = cursor.text(attributeEnd).split(';');
    const setEnd = cursor.enter(Tag.set, attributeEnd);
    const key = name.toLowerCase();
    const range = /^range=([01])-\1$/i.exec(option)?.[1];
    if (range !== undefined) {
      const change = (links[name] ??= { added: [], removed: [] });
      while (cursor.at < setEnd) (range === '1' ? change.added : change.removed).push(cursor.text(setEnd));
    } else if (key === 'objectguid') id = guidOf(cursor.peek(setEnd) === -1 ? '' : cursor.bytes(setEnd).toString('base64'));
    else if (key === 'objectclass') while (cursor.at < setEnd) objectClass.push(cursor.text(setEnd));
    else if (key === 'isdeleted') deleted = cursor.at < setEnd && cursor.text(setEnd).toUpperCase() === 'TRUE';
    others ||= range === undefined && (!FRAME.has(key) || (key === 'objectclass' && objectClass.length > 0));
    cursor.at = attributeEnd;
  }
  return { id, dn, deleted, container: isContainer(objectClass), ...(others || Object.keys(links).length === 0 ? {} : { links }) };
}

/** One question with the control. */
export interface DirSyncWish {
  /** DN of the naming context: any other base is refused. */
  readonly base: string;
  readonly filter: string;
  readonly attributes: readonly string[];
  /** Only what the account may read. */
  readonly visible: boolean;
  /** Base64; empty: from the beginning. */
  readonly cookie: string;
  readonly timeout: number;
  readonly signal?: AbortSignal | undefined;
}

/** What came: entries, the last of several about one object, and where to go on; or the refusal. */
export type DirSyncAnswer =
  | { readonly refused: LdapResult }
  | { readonly refused: null; readonly changed: readonly ChangedObject[]; readonly deleted: readonly string[]; readonly cookie: string };

/** Asks until the server has no more. A refusal is returned, whatever it is; memory is some hundred bytes a changed object. */
export async function dirSync(connection: LdapConnection, { base, filter, attributes, visible, cookie, timeout, signal }: DirSyncWish): Promise<DirSyncAnswer> {
  const found = new Map<string, ChangedObject & { readonly deleted: boolean }>();
  const onEntry = (cursor: BerCursor, end: number): void => {
    const entry = readEntry(cursor, end);
    if (entry.id === '') return;
    // Told twice, the values of links are those of two moments: the object is to be read.
    const { links: _links, ...rest } = entry;
    found.set(entry.id, found.has(entry.id) ? rest : entry);
  };
  let at: Buffer = Buffer.from(cookie, 'base64');
  for (;;) {
    const result = await search(connection, {
      base, scope: 'sub', filter: encodeFilter(filter), filterText: filter, attributes: [...new Set([...ASKED, ...attributes])], controls: [control(visible, at), ...accessListOnly(attributes)], onEntry, timeout, signal,
    });
    if (result.code !== 0) return { refused: result };
    let answer;
    try { answer = answerOf(result); } catch (cause) {
      throw cause instanceof MalformedMessage ? malformedError({ server: connection.server, action: 'read the changes of', base, filter }, cause) : cause;
    }
    at = answer.cookie;
    if (!answer.more) break;
  }
  const all = [...found.values()];
  return {
    refused: null, deleted: all.flatMap(({ id, deleted }) => (deleted ? [id] : [])), cookie: at.toString('base64'),
    changed: all.flatMap(({ deleted, ...object }) => (deleted ? [] : [object])),
  };
}
