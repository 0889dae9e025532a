import { ModifyRequest } from 'ldapts';
import { appError, ErrorCode } from '../../../../shared/domain/errors.ts';
import { domainOfDn } from '../../../../shared/rules/dn.ts';
import { isGuid } from '../../../../shared/rules/guid.ts';
import type { ChangeMark, ChangeQuery, ChangeReading, Directory, DirectoryChange, DirectoryEntry, DirectorySchema, ReadQuery, RootDse } from '../port.ts';
import { Tag } from './ber.ts';
import { readChanges } from './changes.ts';
import type { LdapConnection } from './connection.ts';
import { type DecodedEntry, EntryDecoder } from './entry.ts';
import { cancelledError, resultError } from './errors.ts';
import { encodeFilter } from './filter.ts';
import { encodeChanges, planModify } from './modify.ts';
import { giveUp, type PagedSearch, readPage } from './paging.ts';
import { completeEntry } from './ranges.ts';
import { NO_SCHEMA, SCHEMA_ATTRIBUTES, SCHEMA_FILTER, schemaOf, WELL_KNOWN_SCHEMA } from './schema.ts';
import { accessListOnly, search } from './search.ts';
import type { LdapSession } from './session.ts';

/** Delivered besides what was asked for; `isDeleted` is read for {@link DirectoryEntry.deleted} only. */
const ALWAYS = ['objectGUID', 'objectClass'];
const OWN = [...ALWAYS, 'isDeleted'];
const ROOT = ['defaultNamingContext', 'namingContexts', 'configurationNamingContext', 'schemaNamingContext', 'dnsHostName', 'highestCommittedUSN', 'supportedControl'];
const ANY = '(objectClass=*)';
/**
 * Entries a page; Windows sends at most MaxPageSize, 1,000 by default. Larger pages than 200 save no processor time and cost
 * memory (reading 100,000 people: 160 MB with 200 a page, 280 MB with 500).
 */
const PAGE = { usual: 200, most: 1000 } as const;
/** Paged searches on one connection: Windows and Samba drop the oldest when there are more than ten (MaxResultSetsPerConn). */
const READS_PER_CONNECTION = 8;

/** What {@link LdapDirectory} is made of. */
export interface LdapDirectoryOptions {
  /** Makes a session; the first is signed in already. */
  readonly newSession: () => LdapSession;
  readonly first: LdapSession;
  /** Where reads without a base begin; empty: the default naming context. */
  readonly baseDn: string;
  /** Longest silence of the server, milliseconds. */
  readonly timeout: number;
}

/** One Active Directory over LDAP. See the port for the contract. */
export class LdapDirectory implements Directory {
  readonly capabilities = { write: true, readDeleted: true, live: true } as const;
  readonly #options: LdapDirectoryOptions;
  readonly #sessions: { readonly session: LdapSession; reads: number }[];
  #schema: Promise<DirectorySchema> | undefined;
  #defaultBase: Promise<string> | undefined;
  #closed = false;

  constructor(options: LdapDirectoryOptions) {
    this.#options = options;
    this.#sessions = [{ session: options.first, reads: 0 }];
  }

  async rootDse(signal?: AbortSignal): Promise<RootDse> {
    const found = await this.#one('', ROOT, NO_SCHEMA, signal);
    if (found === undefined) throw appError(ErrorCode.DirectoryRefused, 'The server does not show its root entry, so it cannot be told what directory it is.');
    const { entry, server } = found;
    const first = (name: string): string => entry.attributes[name]?.[0] ?? '';
    const context = first('defaultNamingContext') || first('namingContexts');
    return {
      defaultNamingContext: context, configurationNamingContext: first('configurationNamingContext'), schemaNamingContext: first('schemaNamingContext'),
      domain: domainOfDn(context), server: first('dnsHostName') || server, highestCommittedUsn: first('highestCommittedUSN'),
      supportedControls: entry.attributes['supportedControl'] ?? [],
    };
  }

  schema(signal?: AbortSignal): Promise<DirectorySchema> {
    // Shared by all callers, so that one caller's signal must not end it for the others.
    if (this.#schema === undefined) {
      this.#schema = this.#readSchema();
      this.#schema.catch(() => { this.#schema = undefined; });
    }
    return signal?.aborted === true ? Promise.reject(cancelledError({ server: 'the directory', action: 'read the schema' })) : this.#schema;
  }

  async *read(query: ReadQuery, signal?: AbortSignal): AsyncIterable<readonly DirectoryEntry[]> {
    const asked = query.pageSize ?? PAGE.usual;
    if (!Number.isInteger(asked) || asked < 1 || asked > PAGE.most) throw appError(ErrorCode.InvalidInput, `A page has 1 to ${PAGE.most} entries, not ${asked}.`);
    const size = Math.min(asked, Math.max(1, query.limit ?? PAGE.most));
    const schema = await this.schema(signal);
    const base = query.base === '' ? await this.#base() : query.base;
    const wish: PagedSearch = {
      base, scope: query.scope, filter: query.filter, attributes: withOwn(query.attributes), deleted: query.deleted ?? false, size,
      timeout: this.#options.timeout, signal,
    };
    yield* this.#pages(wish, schema, query.attributes, query.limit ?? Number.POSITIVE_INFINITY);
  }

  async get(dnOrGuid: string, attributes: readonly string[], signal?: AbortSignal): Promise<DirectoryEntry | undefined> {
    if (dnOrGuid === '') throw appError(ErrorCode.InvalidInput, 'No object was named. Give its distinguished name or its GUID.');
    const schema = await this.schema(signal);
    return (await this.#one(isGuid(dnOrGuid) ? `<GUID=${dnOrGuid.replace(/[{}]/g, '')}>` : dnOrGuid, attributes, schema, signal))?.entry;
  }

  async modify(dnOrGuid: string, changes: readonly DirectoryChange[], signal?: AbortSignal): Promise<readonly DirectoryChange[]> {
    const schema = await this.schema(signal);
    const before = await this.get(dnOrGuid, [...new Set(changes.map((change) => change.attribute))], signal);
    if (before === undefined) throw appError(ErrorCode.NotFound, `${dnOrGuid} was not changed: there is no such object.`, { detail: { base: dnOrGuid } });
    const plan = planModify(before.dn, before.attributes, changes, schema);
    if (plan.changes.length === 0) return [];
    // By GUID, so that a rename since the look-up does not matter; only Active Directory takes one for a name (MS-ADTS 3.1.1.3.1.2.4).
    const dn = before.guid === '' || schema === WELL_KNOWN_SCHEMA ? before.dn : `<GUID=${before.guid}>`;
    const connection = await this.#options.first.connection(signal);
    const result = await connection.request({
      encode: (messageId) => new ModifyRequest({ messageId, dn, changes: encodeChanges(plan.changes, schema) }).write(),
      responseTag: Tag.modifyResponse, context: { action: 'change', base: before.dn }, timeout: this.#options.timeout, signal,
    });
    if (result.code !== 0) throw resultError(result, { server: connection.server, action: 'change', base: before.dn });
    return plan.inverse;
  }

  async changes(since: ChangeMark | null, query: ChangeQuery, signal?: AbortSignal): Promise<ChangeReading> {
    return this.#options.first.repeatable((connection) => readChanges({
      connection, timeout: this.#options.timeout, signal,
      // The names that are needed are known without the schema, which takes longer to read than a day's changes.
      one: async (base, attributes) => (await this.#one(base, attributes, WELL_KNOWN_SCHEMA, signal))?.entry,
    }, since, query), signal);
  }

  get searches(): number {
    return this.#sessions.reduce((sum, { session }) => sum + session.searches, 0);
  }

  async close(): Promise<void> {
    this.#closed = true;
    await Promise.all(this.#sessions.map(({ session }) => session.close()));
  }

  async *#pages(wish: PagedSearch, schema: DirectorySchema, wanted: readonly string[], limit: number): AsyncIterable<readonly DirectoryEntry[]> {
    const slot = this.#slot();
    slot.reads += 1;
    const decoder = new EntryDecoder(schema, [...wanted, ...ALWAYS]);
    let cookie: Buffer = Buffer.alloc(0);
    let connection: LdapConnection | undefined;
    let left = limit;
    try {
      do {
        const here: LdapConnection | undefined = connection;
        // Only the first page may be asked again on another connection: a cookie belongs to its connection.
        const page = here === undefined
          ? await slot.session.repeatable(async (fresh) => { connection = fresh; return readPage(fresh, wish, decoder); }, wish.signal)
          : await readPage(here, wish, decoder, cookie);
        cookie = page.cookie;
        const entries = await this.#complete(page.entries.length > left ? page.entries.slice(0, left) : page.entries, connection!, schema, wish.signal);
        left -= entries.length;
        if (entries.length > 0) yield entries;
        if (wish.signal?.aborted === true) throw cancelledError({ server: connection!.server, action: 'read', base: wish.base, filter: wish.filter });
      } while (cookie.length > 0 && left > 0);
    } finally {
      slot.reads -= 1;
      if (connection !== undefined) giveUp(connection, wish, cookie);
    }
  }

  async #complete(decoded: readonly DecodedEntry[], connection: LdapConnection, schema: DirectorySchema, signal: AbortSignal | undefined): Promise<readonly DirectoryEntry[]> {
    const entries: DirectoryEntry[] = [];
    for (const each of decoded) {
      const entry = each.open.length === 0 ? each.entry : await completeEntry(each, { connection, schema, timeout: this.#options.timeout, signal });
      if (entry !== undefined) entries.push(entry);
    }
    return entries;
  }

  /** A session with room for another paged search. */
  #slot(): { readonly session: LdapSession; reads: number } {
    if (this.#closed) throw appError(ErrorCode.DirectoryUnavailable, 'The connection to the directory was closed. Open it again.');
    let slot = this.#sessions.find(({ reads }) => reads < READS_PER_CONNECTION);
    if (slot === undefined) {
      slot = { session: this.#options.newSession(), reads: 0 };
      this.#sessions.push(slot);
    }
    return slot;
  }

  /** The entry at a DN, whole; undefined when there is none. */
  async #one(base: string, attributes: readonly string[], schema: DirectorySchema, signal: AbortSignal | undefined): Promise<{ readonly entry: DirectoryEntry; readonly server: string } | undefined> {
    const session = this.#options.first;
    return session.repeatable(async (connection) => {
      const decoder = new EntryDecoder(schema, [...attributes, ...ALWAYS]);
      const found: DecodedEntry[] = [];
      const result = await search(connection, {
        base, scope: 'base', filter: encodeFilter(ANY), filterText: ANY, attributes: withOwn(attributes), controls: accessListOnly(attributes),
        onEntry: (cursor, end) => { found.push(decoder.decode(cursor, end)); }, timeout: this.#options.timeout, signal,
      });
      if (result.code === 32) return undefined;
      if (result.code !== 0) throw resultError(result, { server: connection.server, action: 'read', base });
      const entry = found[0] === undefined ? undefined : (await this.#complete([found[0]], connection, schema, signal))[0];
      return entry === undefined ? undefined : { entry, server: connection.server };
    }, signal);
  }

  #base(): Promise<string> {
    if (this.#options.baseDn !== '') return Promise.resolve(this.#options.baseDn);
    this.#defaultBase ??= this.rootDse().then((root) => root.defaultNamingContext);
    this.#defaultBase.catch(() => { this.#defaultBase = undefined; });
    return this.#defaultBase;
  }

  async #readSchema(): Promise<DirectorySchema> {
    const { schemaNamingContext } = await this.rootDse();
    if (schemaNamingContext === '') return WELL_KNOWN_SCHEMA;
    const wish: PagedSearch = {
      base: schemaNamingContext, scope: 'one', filter: SCHEMA_FILTER, attributes: SCHEMA_ATTRIBUTES, deleted: false, size: PAGE.most, timeout: this.#options.timeout,
    };
    const entries: DirectoryEntry[] = [];
    for await (const page of this.#pages(wish, NO_SCHEMA, SCHEMA_ATTRIBUTES, Number.POSITIVE_INFINITY)) for (const entry of page) entries.push(entry);
    return schemaOf(entries);
  }
}

function withOwn(attributes: readonly string[]): readonly string[] {
  const have = new Set(attributes.map((name) => name.toLowerCase()));
  return [...attributes, ...OWN.filter((name) => !have.has(name.toLowerCase()))];
}
