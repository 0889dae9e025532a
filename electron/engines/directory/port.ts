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
