import path from 'node:path';
import { appError, ErrorCode } from '../../../../shared/domain/errors.ts';
import { domainOfDn, normaliseDn, parentDn } from '../../../../shared/rules/dn.ts';
import { isGuid } from '../../../../shared/rules/guid.ts';
import { IN_CHAIN, matchesFilter, parseFilter } from '../filter/index.ts';
import type { Filter, FilterContext } from '../filter/index.ts';
import { askedHash } from '../changes/index.ts';
import { planModify } from '../ldap/modify.ts';
import type { AttributeSchema, ChangeMark, ChangeQuery, ChangeReading, Directory, DirectoryChange, DirectoryEntry, DirectorySchema, ReadQuery, RootDse } from '../port.ts';
import { createComputedValues, isComputed } from './links.ts';
import type { ComputedValues } from './links.ts';
import type { Snapshot, SnapshotEntry } from './snapshot.ts';

/** Whether changes are refused, or made to the entries in memory (the file is never written). */
export type SnapshotMode = 'read only' | 'writable in memory';

/** Naming context of a snapshot: the entry of class domainDNS, else the shortest DN of DC parts that its entries lie under. */
function namingContextOf({ domains, dns }: Snapshot): string {
  const ends = domains.length > 0 ? domains : [...new Set(dns.map((dn) => /(?:^|,)((?:dc=[^,]*,?)+)$/i.exec(dn)?.[1] ?? ''))].filter((dn) => dn !== '');
  return ends.toSorted((a, b) => a.length - b.length)[0] ?? '';
}

/** Attributes that a filter names: those it compares, and those along which it walks. */
function attributesIn(filter: Filter): { readonly compared: readonly string[]; readonly walked: readonly string[] } {
  switch (filter.kind) {
    case 'and': case 'or': {
      const parts = filter.parts.map(attributesIn);
      return { compared: parts.flatMap((part) => part.compared), walked: parts.flatMap((part) => part.walked) };
    }
    case 'not': return attributesIn(filter.part);
    case 'extensible': return { compared: filter.attribute === null ? [] : [filter.attribute], walked: filter.attribute !== null && filter.rule === IN_CHAIN ? [filter.attribute] : [] };
    default: return { compared: [filter.attribute], walked: [] };
  }
}

/** A directory over the entries of one file. See the port for the contract. */
class SnapshotDirectory implements Directory {
  readonly capabilities: Directory['capabilities'];
  readonly searches = 0;
  readonly #snapshot: Snapshot;
  readonly #computed: ComputedValues;
  readonly #context: string;

  constructor(snapshot: Snapshot, mode: SnapshotMode) {
    this.#snapshot = snapshot;
    this.#computed = createComputedValues(snapshot);
    this.#context = namingContextOf(snapshot);
    this.capabilities = { write: mode === 'writable in memory', readDeleted: true, live: false };
  }

  rootDse(): Promise<RootDse> {
    const { file, highestUsn, configuration: held } = this.#snapshot;
    const context = this.#context;
    const configuration = held ?? `CN=Configuration,${context}`;
    return Promise.resolve({
      defaultNamingContext: context, configurationNamingContext: configuration, schemaNamingContext: `CN=Schema,${configuration}`,
      domain: domainOfDn(context), server: path.basename(file), highestCommittedUsn: highestUsn === 0n ? '' : String(highestUsn), supportedControls: [],
    });
  }

  schema(): Promise<DirectorySchema> {
    return Promise.resolve(this.#snapshot.schema);
  }

  async *read(query: ReadQuery, signal?: AbortSignal): AsyncGenerator<readonly DirectoryEntry[]> {
    const size = query.pageSize ?? 200;
    if (!Number.isInteger(size) || size < 1 || size > 1000) throw appError(ErrorCode.InvalidInput, `A page has 1 to 1000 entries, not ${size}.`);
    const filter = parseFilter(query.filter);
    const base = query.base === '' ? this.#context : query.base;
    const inScope = this.#scope(base, query.scope);
    let left = query.limit ?? Number.POSITIVE_INFINITY;
    let page: DirectoryEntry[] = [];
    const check = (): void => {
      if (signal?.aborted === true) throw appError(ErrorCode.Cancelled, `Reading ${base} of ${this.#snapshot.file} was cancelled.`);
    };
    check();
    if ((query.scope === 'base' && !this.#snapshot.byKey.has(normaliseDn(base))) || !this.#canMatch(filter)) return;
    await this.#prepare(query.attributes, filter, signal);
    const accept = this.#filter(filter);
    const wanted = this.#names(query.attributes);
    for await (const entries of query.scope === 'base' ? this.#one(base) : this.#snapshot.scan(signal)) {
      for (const entry of entries) {
        if (left <= 0) break;
        if (!inScope(entry.key) || (entry.deleted && query.deleted !== true) || !accept(entry)) continue;
        page.push(this.#entry(entry, wanted(entry)));
        left -= 1;
        if (page.length < size) continue;
        yield page;
        page = [];
        check();
      }
      if (left <= 0) break;
    }
    if (page.length > 0) yield page;
  }

  async get(dnOrGuid: string, attributes: readonly string[]): Promise<DirectoryEntry | undefined> {
    const number = this.#find(dnOrGuid);
    if (number === undefined) return undefined;
    const entry = await this.#snapshot.load(number);
    if (entry.deleted) return undefined;
    await this.#prepare(attributes, null);
    return this.#entry(entry, this.#names(attributes)(entry));
  }

  /** Returns rejections rather than throwing, like everything that is a promise. */
  async modify(dnOrGuid: string, changes: readonly DirectoryChange[]): Promise<readonly DirectoryChange[]> {
    const { file, schema } = this.#snapshot;
    if (!this.capabilities.write) throw appError(ErrorCode.Forbidden, `The snapshot ${file} was opened for reading only, so ${dnOrGuid} was not changed.`);
    const number = this.#find(dnOrGuid);
    if (number === undefined) throw appError(ErrorCode.NotFound, `${dnOrGuid} is not in the snapshot ${file}.`);
    const entry = await this.#snapshot.load(number);
    const attributes: Record<string, readonly string[]> = Object.fromEntries(entry.names.map((name) => [name, entry.values(name) ?? []]));
    const plan = planModify(entry.dn, attributes, changes, schema);
    const next = new Map<string, readonly string[]>();
    for (const { operation, attribute, values } of plan.changes) {
      const name = (schema.attribute(attribute) ?? schema.learn(attribute, 'caseIgnore')).name;
      const now = next.get(name) ?? attributes[name] ?? [];
      next.set(name, operation === 'add' ? [...now, ...values] : operation === 'replace' ? values : now.filter((value) => !values.includes(value)));
    }
    for (const [name, values] of next) {
      if (values.length > 1 && schema.attribute(name)?.singleValued === true) throw appError(ErrorCode.DirectoryRefused, `${name} of ${entry.dn} holds one value only; nothing was changed.`);
    }
    for (const [name, values] of next) {
      if (values.length > 0) attributes[name] = values;
      else delete attributes[name];
    }
    this.#snapshot.change(number, attributes);
    this.#computed.forget();
    return plan.inverse;
  }

  /** A file is the same or another one: then it is read whole, and what is stored shows what changed. */
  changes(since: ChangeMark | null, query: ChangeQuery): Promise<ChangeReading> {
    const { file, stamp } = this.#snapshot;
    const mark: ChangeMark = { method: 'whole reading', server: file, invocation: '', usn: stamp, token: '', askedHash: askedHash(query), problem: '' };
    const isSame = since !== null && !this.capabilities.write && since.server === file && since.usn === stamp && since.askedHash === mark.askedHash;
    return Promise.resolve({ whole: isSame ? null : since === null ? 'This is the first reading.' : `The source is the file ${path.basename(file)}, which is read whole when it was replaced.`, changed: [], deleted: [], mark });
  }

  close(): Promise<void> {
    return Promise.resolve();
  }

  #find(dnOrGuid: string): number | undefined {
    return isGuid(dnOrGuid) ? this.#snapshot.byGuid.get(dnOrGuid.replace(/[{}]/g, '').toLowerCase()) : this.#snapshot.byKey.get(normaliseDn(dnOrGuid));
  }

  /** Which normalised DNs a search is about. */
  #scope(base: string, scope: ReadQuery['scope']): (key: string) => boolean {
    const { byKey, keys, file } = this.#snapshot;
    const key = normaliseDn(base);
    const end = `,${key}`;
    // An export of one part of a domain does not hold the containers above it, yet they can be searched.
    if (!byKey.has(key) && key !== '' && !keys.some((one) => one.endsWith(end))) throw appError(ErrorCode.NotFound, `${base} is not in the snapshot ${file}.`, { detail: { base } });
    if (scope === 'base') return (one) => one === key;
    if (scope === 'one') return (one) => (key === '' || one.endsWith(end)) && parentDn(one) === key;
    return (one) => key === '' || one === key || one.endsWith(end);
  }

  /** The one entry of a search of scope base. */
  async *#one(dn: string): AsyncGenerator<readonly SnapshotEntry[]> {
    const number = this.#snapshot.byKey.get(normaliseDn(dn));
    if (number !== undefined) yield [await this.#snapshot.load(number)];
  }

  /** False when no entry can match, because the file holds nothing of what the filter asks for: then it need not be read. */
  #canMatch(filter: Filter): boolean {
    const { schema, held } = this.#snapshot;
    const isThere = (attribute: string): boolean => { const name = schema.attribute(attribute)?.name; return name !== undefined && (held.has(name) || isComputed(name)); };
    switch (filter.kind) {
      case 'and': return filter.parts.every((part) => this.#canMatch(part));
      case 'or': return filter.parts.some((part) => this.#canMatch(part));
      case 'not': case 'extensible': return true;
      // Ambiguous name resolution and names of the entry itself stand for other attributes.
      case 'present': return isThere(filter.attribute);
      default: return true;
    }
  }

  /** Works out the back links and chains that a reading will ask for. */
  async #prepare(attributes: readonly string[], filter: Filter | null, signal?: AbortSignal): Promise<void> {
    const { schema, held } = this.#snapshot;
    const known = (names: Iterable<string>): string[] => [...names].flatMap((name) => schema.attribute(name)?.name ?? []);
    const { compared, walked } = filter === null ? { compared: [], walked: [] } : attributesIn(filter);
    const chains = known(walked);
    await this.#computed.prepare({ values: known([...attributes, ...(attributes.includes('*') ? held : []), ...compared, ...chains]), chains }, signal);
  }

  #filter(filter: Filter): (entry: SnapshotEntry) => boolean {
    const { schema } = this.#snapshot;
    const known = new Map<string, AttributeSchema | undefined>();
    const attribute = (name: string): AttributeSchema | undefined => {
      if (!known.has(name)) known.set(name, schema.attribute(name));
      return known.get(name);
    };
    const context: FilterContext = {
      attribute,
      inChain: (entry, attribute, dn) => this.#computed.reaching(attribute, dn).has(normaliseDn(entry.dn)),
    };
    return (entry) => matchesFilter(filter, {
      dn: entry.dn,
      values: (name) => {
        const about = attribute(name);
        return about === undefined ? undefined : this.#computed.values(entry, about.name);
      },
    }, context);
  }

  /** The names to be read of an entry, in the schema's spelling. */
  #names(attributes: readonly string[]): (entry: SnapshotEntry) => readonly string[] {
    const { schema } = this.#snapshot;
    const named = [...new Set(['objectGUID', 'objectClass', ...attributes].flatMap((name) => schema.attribute(name)?.name ?? []))];
    return attributes.includes('*') ? (entry) => [...new Set([...named, ...entry.names])] : () => named;
  }

  #entry(entry: SnapshotEntry, names: readonly string[]): DirectoryEntry {
    const out: Record<string, readonly string[]> = {};
    for (const name of names) {
      const values = this.#computed.values(entry, name);
      if (values !== undefined) out[name] = values;
    }
    return { guid: entry.guid, dn: entry.dn, objectClass: entry.values('objectClass') ?? [], attributes: out, deleted: entry.deleted };
  }
}

/** A directory over a snapshot that has been read. */
export function snapshotDirectory(snapshot: Snapshot, mode: SnapshotMode): Directory {
  return new SnapshotDirectory(snapshot, mode);
}
