import type { Attributes } from '../../../shared/domain/objects.ts';

/**
 * Port to one Active Directory. Two implementations keep the same contract and pass the same tests:
 * LDAP (ldap/) and an LDIF snapshot file (ldif/). Implementations hold no global state.
 *
 * All methods throw AppError only: AUTH_FAILED, CERTIFICATE_REFUSED, DIRECTORY_UNAVAILABLE (retryable), DIRECTORY_REFUSED,
 * FORBIDDEN, NOT_FOUND, BAD_FILE, INVALID_INPUT, CANCELLED, TIMEOUT. Every message names server, base and filter where it has them.
 */
export interface Directory {
  /** What this directory can do; screens and engines ask this instead of testing for a kind. */
  readonly capabilities: { readonly write: boolean; readonly readDeleted: boolean; readonly live: boolean };

  /** Facts about the server and its domain. */
  rootDse(signal?: AbortSignal): Promise<RootDse>;

  /** Attribute syntaxes. Cached for the life of the connection. */
  schema(signal?: AbortSignal): Promise<DirectorySchema>;

  /**
   * Reads entries page by page; memory is one page, whatever the size of the directory. Large linked attributes arrive whole
   * (range retrieval is done inside). Aborting stops before the next page and releases the connection.
   */
  read(query: ReadQuery, signal?: AbortSignal): AsyncIterable<readonly DirectoryEntry[]>;

  /** One entry by DN or by objectGUID (lower-case dashed text); undefined when there is none. */
  get(dnOrGuid: string, attributes: readonly string[], signal?: AbortSignal): Promise<DirectoryEntry | undefined>;

  /**
   * Changes one object; DirectoryChange values are text, or Base64 for attributes whose syntax is binary.
   * @returns the changes that take it back exactly, in the order to be applied: journal them.
   */
  modify(dnOrGuid: string, changes: readonly DirectoryChange[], signal?: AbortSignal): Promise<readonly DirectoryChange[]>;

  /**
   * What changed since a mark: names only, whose values are then to be read. The reading begins where the mark ends, so that what happens
   * meanwhile is told again the next time and nothing is lost.
   * @param since of the reading before; null: there was none. @returns also why a whole reading is needed instead, in words.
   */
  changes(since: ChangeMark | null, query: ChangeQuery, signal?: AbortSignal): Promise<ChangeReading>;

  /** Search requests sent so far; 0 for a snapshot. */
  readonly searches: number;

  /** Releases connections. Safe to call twice. */
  close(): Promise<void>;
}

export interface ReadQuery {
  /** DN of the base; empty: the default naming context. */
  readonly base: string;
  readonly scope: 'base' | 'one' | 'sub';
  /** RFC 4515 text, raw Unicode allowed. */
  readonly filter: string;
  /** Names wanted. objectGUID and objectClass are always read besides. */
  readonly attributes: readonly string[];
  /** Also deleted objects (show-deleted control). */
  readonly deleted?: boolean;
  /** Entries per page, 1 to 1000; default 200. */
  readonly pageSize?: number;
  /** Stop after so many entries. */
  readonly limit?: number;
}

/** One entry as read. An attribute that the server did not send has no key: absent is never confused with cleared. */
export interface DirectoryEntry {
  /** objectGUID, lower-case dashed text; empty for entries without one (rootDSE, non-AD servers). */
  readonly guid: string;
  readonly dn: string;
  readonly objectClass: readonly string[];
  /** Text, or Base64 for binary syntaxes. Keys in the schema's spelling, without `;range=` options. */
  readonly attributes: Attributes;
  readonly deleted: boolean;
}

export interface DirectoryChange {
  readonly operation: 'add' | 'replace' | 'remove';
  readonly attribute: string;
  /** Empty with `replace` or `remove`: clears the attribute. */
  readonly values: readonly string[];
  /** With `remove`: a value that is not there in this very spelling. Left out when nothing is said; `refuse`: DIRECTORY_REFUSED, and nothing of the request is changed. */
  readonly absent?: 'refuse';
}

/**
 * How changes are found. `visible objects`: only what the account may see, so that a deletion, and a move out of sight, is not told.
 * The DirSync control is MS-ADTS 3.1.1.3.4.1.3; uSNChanged is MS-ADA3, attribute uSNChanged.
 */
export const CHANGE_METHODS = ['DirSync', 'DirSync (visible objects)', 'uSNChanged', 'uSNChanged (visible objects)', 'whole reading'] as const;
export type ChangeMethod = (typeof CHANGE_METHODS)[number];

/** Where reading changes stands; worth something only together with the very same question. */
export interface ChangeMark {
  readonly method: ChangeMethod;
  /** Name of the domain controller; uSNChanged is its own. For a snapshot the file. */
  readonly server: string;
  /** invocationId of its database as lower-case dashed text: another one after it was restored (MS-ADTS 3.1.1.1.9). Empty when it is not shown. */
  readonly invocation: string;
  /** highestCommittedUSN before the reading, decimal; for a snapshot the stamp of the file. */
  readonly usn: string;
  /** Cookie of the DirSync control, Base64; empty with the other methods. */
  readonly token: string;
  /** Fingerprint of the question. */
  readonly askedHash: string;
  /** What cannot be seen this way and which right would help, in words; empty: nothing. */
  readonly problem: string;
}

/** What is asked for. */
export interface ChangeQuery {
  /** DN below which objects are wanted. Changes outside are told too, so that a move out of it is seen. */
  readonly base: string;
  /** RFC 4515 filter of the objects wanted; containers come besides. */
  readonly filter: string;
  /** Attributes whose changes are of interest. */
  readonly attributes: readonly string[];
  /** Who reads: another account sees other objects. */
  readonly account: string;
  /** Try the methods that see more again, in case the account was given the right. */
  readonly climb?: boolean;
}

/** One object of which something changed, under its present DN. */
export interface ChangedObject {
  readonly id: string;
  readonly dn: string;
  /** Null: it was told without its classes, because they did not change. */
  readonly container: boolean | null;
  /** Values that linked attributes won and lost, when nothing else changed and the server told them one by one; undefined: read the object. */
  readonly links?: Readonly<Record<string, { readonly added: readonly string[]; readonly removed: readonly string[] }>>;
}

/** What a reading of changes found. */
export interface ChangeReading {
  /** Why everything is to be read instead; null: the lists say all. */
  readonly whole: string | null;
  readonly changed: readonly ChangedObject[];
  /** Ids of deleted objects, those of no interest among them. */
  readonly deleted: readonly string[];
  /** Where to go on; to be kept after all that was told is stored, or after the whole reading, which begins later than the mark. */
  readonly mark: ChangeMark;
}

export interface RootDse {
  readonly defaultNamingContext: string;
  readonly configurationNamingContext: string;
  readonly schemaNamingContext: string;
  /** DNS name of the domain, derived from the naming context. */
  readonly domain: string;
  /** Name of the domain controller that answered; for a snapshot the file name. */
  readonly server: string;
  /** Decimal text; empty when unknown. */
  readonly highestCommittedUsn: string;
  readonly supportedControls: readonly string[];
}

export interface AttributeSchema {
  readonly name: string;
  /** `caseExact`/`caseIgnore` text, `dn`, `binary`, `integer`, `boolean`, `time`, `sid`, `guid`. */
  readonly syntax: 'caseIgnore' | 'caseExact' | 'dn' | 'binary' | 'integer' | 'boolean' | 'time' | 'sid' | 'securityDescriptor';
  readonly singleValued: boolean;
  /** Even: forward link; odd: back link (computed, never written); null: not linked. */
  readonly linkId: number | null;
}

export interface DirectorySchema {
  /** Case-insensitive; undefined for an attribute the schema does not know. */
  attribute(name: string): AttributeSchema | undefined;
  readonly attributes: readonly AttributeSchema[];
}
