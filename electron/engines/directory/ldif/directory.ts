import path from 'node:path';
import { appError, ErrorCode } from '../../../../shared/domain/errors.ts';
import { domainOfDn, isWithin, normaliseDn } from '../../../../shared/rules/dn.ts';
import { isGuid } from '../../../../shared/rules/guid.ts';
import { matchesFilter, parseFilter } from '../filter/index.ts';
import type { Filter, FilterContext } from '../filter/index.ts';
import { planModify } from '../ldap/modify.ts';
import type { Directory, DirectoryChange, DirectoryEntry, DirectorySchema, ReadQuery, RootDse } from '../port.ts';
import { createComputedValues } from './links.ts';
import type { ComputedValues } from './links.ts';
import type { Snapshot, SnapshotEntry } from './snapshot.ts';

/** Whether changes are refused, or made to the entries in memory (the file is never written). */
export type SnapshotMode = 'read only' | 'writable in memory';

/** Naming context of a snapshot: the entry of class domainDNS, else the shortest DN of DC parts that its entries lie under. */
function namingContextOf(snapshot: Snapshot): string {
  const domains = snapshot.entries.filter((entry) => (entry.attributes['objectClass'] ?? []).some((name) => name.toLowerCase() === 'domaindns')).map((entry) => entry.dn);
  const ends = domains.length > 0 ? domains : [...new Set(snapshot.entries.map((entry) => /(?:^|,)((?:dc=[^,]*,?)+)$/i.exec(entry.dn)?.[1] ?? ''))].filter((dn) => dn !== '');
  return ends.toSorted((a, b) => a.length - b.length)[0] ?? '';
}

/** A directory over the entries of one file. See the port for the contract. */
class SnapshotDirectory implements Directory {
  readonly capabilities: Directory['capabilities'];
  readonly #snapshot: Snapshot;
  readonly #computed: ComputedValues;

  constructor(snapshot: Snapshot, mode: SnapshotMode) {
    this.#snapshot = snapshot;
    this.#computed = createComputedValues(snapshot);
    this.capabilities = { write: mode === 'writable in memory', readDeleted: true, live: false };
  }

  rootDse(): Promise<RootDse> {
    const context = namingContextOf(this.#snapshot);
    let highest = 0n;
    for (const { attributes } of this.#snapshot.entries) {
      const usn = attributes['uSNChanged']?.[0];
      if (usn !== undefined && /^\d{1,20}$/.test(usn) && BigInt(usn) > highest) highest = BigInt(usn);
    }
    return Promise.resolve({
      defaultNamingContext: context, configurationNamingContext: `CN=Configuration,${context}`, schemaNamingContext: `CN=Schema,CN=Configuration,${context}`,
      domain: domainOfDn(context), server: path.basename(this.#snapshot.file), highestCommittedUsn: highest === 0n ? '' : String(highest), supportedControls: [],
    });
  }

  schema(): Promise<DirectorySchema> {
    return Promise.resolve(this.#snapshot.schema);
  }

  async *read(query: ReadQuery, signal?: AbortSignal): AsyncGenerator<readonly DirectoryEntry[]> {
    const size = query.pageSize ?? 200;
    if (!Number.isInteger(size) || size < 1 || size > 1000) throw appError(ErrorCode.InvalidInput, `A page has 1 to 1000 entries, not ${size}.`);
    const filter = parseFilter(query.filter);
    const base = query.base === '' ? namingContextOf(this.#snapshot) : query.base;
    const accept = this.#filter(filter);
    let left = query.limit ?? Number.POSITIVE_INFINITY;
    let page: DirectoryEntry[] = [];
    const check = (): void => {
      if (signal?.aborted === true) throw appError(ErrorCode.Cancelled, `Reading ${base} of ${this.#snapshot.file} was cancelled.`);
    };
    check();
    for (const entry of this.#scope(base, query.scope)) {
      if (left <= 0) break;
      if ((entry.deleted && query.deleted !== true) || !accept(entry)) continue;
      page.push(this.#entry(entry, query.attributes));
      left -= 1;
      if (page.length < size) continue;
      yield page;
      page = [];
      check();
    }
    if (page.length > 0) yield page;
  }

  get(dnOrGuid: string, attributes: readonly string[]): Promise<DirectoryEntry | undefined> {
    const entry = this.#find(dnOrGuid);
    return Promise.resolve(entry === undefined || entry.deleted ? undefined : this.#entry(entry, attributes));
  }

  /** Returns rejections rather than throwing, like everything that is a promise. */
  async modify(dnOrGuid: string, changes: readonly DirectoryChange[]): Promise<readonly DirectoryChange[]> {
    const { file, schema } = this.#snapshot;
    if (!this.capabilities.write) throw appError(ErrorCode.Forbidden, `The snapshot ${file} was opened for reading only, so ${dnOrGuid} was not changed.`);
    const entry = this.#find(dnOrGuid);
    if (entry === undefined) throw appError(ErrorCode.NotFound, `${dnOrGuid} is not in the snapshot ${file}.`);
    const plan = planModify(entry.dn, entry.attributes, changes, schema);
    const next = new Map<string, readonly string[]>();
    for (const { operation, attribute, values } of plan.changes) {
      const name = (schema.attribute(attribute) ?? schema.learn(attribute, 'caseIgnore')).name;
      const now = next.get(name) ?? entry.attributes[name] ?? [];
      next.set(name, operation === 'add' ? [...now, ...values] : operation === 'replace' ? values : now.filter((value) => !values.includes(value)));
    }
    for (const [name, values] of next) {
      if (values.length > 1 && schema.attribute(name)?.singleValued === true) throw appError(ErrorCode.DirectoryRefused, `${name} of ${entry.dn} holds one value only; nothing was changed.`);
    }
    for (const [name, values] of next) {
      if (values.length > 0) entry.attributes[name] = values;
      else delete entry.attributes[name];
    }
    this.#computed.forget();
    return await Promise.resolve(plan.inverse);
  }

  close(): Promise<void> {
    return Promise.resolve();
  }

  #find(dnOrGuid: string): SnapshotEntry | undefined {
    return isGuid(dnOrGuid) ? this.#snapshot.byGuid.get(dnOrGuid.replace(/[{}]/g, '').toLowerCase()) : this.#snapshot.byKey.get(normaliseDn(dnOrGuid));
  }

  #scope(base: string, scope: ReadQuery['scope']): Iterable<SnapshotEntry> {
    const { byKey, children, entries, file } = this.#snapshot;
    const key = normaliseDn(base);
    const own = byKey.get(key);
    // An export of one part of a domain does not hold the containers above it, yet they can be searched.
    if (own === undefined && !entries.some((entry) => isWithin(entry.key, key))) throw appError(ErrorCode.NotFound, `${base} is not in the snapshot ${file}.`, { detail: { base } });
    if (scope === 'base') return own === undefined ? [] : [own];
    if (scope === 'one') return children.get(key) ?? [];
    const end = `,${key}`;
    return key === '' ? entries : entries.filter((entry) => entry.key === key || entry.key.endsWith(end));
  }

  #filter(filter: Filter): (entry: SnapshotEntry) => boolean {
    const { schema } = this.#snapshot;
    const context: FilterContext = {
      attribute: (name) => schema.attribute(name),
      inChain: (entry, attribute, dn) => this.#computed.reaching(attribute, dn).has(normaliseDn(entry.dn)),
    };
    return (entry) => matchesFilter(filter, {
      dn: entry.dn,
      values: (name) => {
        const about = schema.attribute(name);
        return about === undefined ? undefined : this.#computed.values(entry, about.name);
      },
    }, context);
  }

  #entry(entry: SnapshotEntry, attributes: readonly string[]): DirectoryEntry {
    const { schema } = this.#snapshot;
    const out: Record<string, readonly string[]> = {};
    const names = attributes.includes('*') ? [...Object.keys(entry.attributes), ...attributes] : attributes;
    for (const name of ['objectGUID', 'objectClass', ...names]) {
      const about = schema.attribute(name);
      const values = about === undefined ? undefined : this.#computed.values(entry, about.name);
      if (about !== undefined && values !== undefined) out[about.name] = values;
    }
    return { guid: entry.guid, dn: entry.dn, objectClass: entry.attributes['objectClass'] ?? [], attributes: out, deleted: entry.deleted };
  }
}

/** A directory over a snapshot that has been read. */
export function snapshotDirectory(snapshot: Snapshot, mode: SnapshotMode): Directory {
  return new SnapshotDirectory(snapshot, mode);
}
