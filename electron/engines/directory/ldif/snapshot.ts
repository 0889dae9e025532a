import { normaliseDn } from '../../../../shared/rules/dn.ts';
import { createEntryReader, guidOf, type EntryReader } from './entry.ts';
import { badLine, type LdifRecord } from './parse.ts';
import { changedFile, readLdif, readLdifEntry, stampOf, type LdifSpan, type PlacedRecord } from './read.ts';
import { createSnapshotSchema, type SnapshotSchema } from './schema.ts';

/** One entry of the file, read from it when it is looked at. Attribute names are in the schema's spelling. */
export interface SnapshotEntry {
  /** Its place among the entries. */
  readonly number: number;
  readonly guid: string;
  readonly dn: string;
  /** Normalised DN, for keys and comparisons. */
  readonly key: string;
  readonly deleted: boolean;
  readonly names: readonly string[];
  values(name: string): readonly string[] | undefined;
}

/** What is kept of the entries of a file: names and places, some two hundred bytes an entry. Values stay in the file. */
export interface Snapshot {
  readonly file: string;
  /** Changes when another file takes its place. */
  readonly stamp: string;
  readonly schema: SnapshotSchema;
  readonly dns: readonly string[];
  readonly keys: readonly string[];
  readonly byKey: ReadonlyMap<string, number>;
  readonly byGuid: ReadonlyMap<string, number>;
  /** Attributes that entries of the file hold. */
  readonly held: ReadonlySet<string>;
  /** DNs of the entries of class domainDNS. */
  readonly domains: readonly string[];
  /** DN of the configuration of the forest, when the file holds it. */
  readonly configuration: string | null;
  /** Largest uSNChanged; 0 when there is none. */
  readonly highestUsn: bigint;
  /** All entries in the order of the file, a piece of it in memory. Throws BAD_FILE when the file is not the one that was opened. */
  scan(signal?: AbortSignal): AsyncIterable<readonly SnapshotEntry[]>;
  /** One entry. Throws as {@link Snapshot.scan}. */
  load(number: number): Promise<SnapshotEntry>;
  /** Gives an entry other values from now on; the file stays as it is. */
  change(number: number, attributes: Readonly<Record<string, readonly string[]>>): void;
}

/** A copy that keeps nothing else alive: a piece cut out of a text holds all of that text. */
const detached = (text: string): string => Buffer.from(text, 'utf8').toString('utf8');

/** The index while it is filled. */
class Index {
  readonly schema = createSnapshotSchema();
  readonly dns: string[] = [];
  readonly keys: string[] = [];
  readonly guids: string[] = [];
  readonly lines: number[] = [];
  readonly spans: LdifSpan[] = [];
  readonly deleted = new Set<number>();
  readonly byKey = new Map<string, number>();
  readonly byGuid = new Map<string, number>();
  readonly held = new Set<string>();
  readonly domains: string[] = [];
  configuration: string | null = null;
  highestUsn = 0n;
  readonly reader: EntryReader;
  readonly #file: string;

  constructor(file: string) {
    this.#file = file;
    this.reader = createEntryReader(file, this.schema);
  }

  /** Adds one entry. Throws BAD_FILE for a name or GUID that was there before, and for what cannot be migrated without its GUID. */
  add(record: PlacedRecord): void {
    const number = this.dns.length;
    const key = detached(normaliseDn(record.dn));
    const twin = this.byKey.get(key);
    if (twin !== undefined) throw badLine(this.#file, record.line, `${record.dn} is in the file twice, first at line ${this.lines[twin]}`);
    const raw = this.reader.raw(record);
    const values = (name: string): readonly string[] | undefined => this.reader.values(raw, name);
    const guid = guidOf(this.#file, record, values);
    const namesake = guid === '' ? undefined : this.byGuid.get(guid);
    if (namesake !== undefined) throw badLine(this.#file, record.line, `${record.dn} has the same objectGUID as ${this.dns[namesake]} at line ${this.lines[namesake]}`);
    const dn = record.dn === key ? key : detached(record.dn);
    this.dns.push(dn);
    this.keys.push(key);
    this.guids.push(guid);
    this.lines.push(record.line);
    this.spans.push(record.span);
    this.byKey.set(key, number);
    if (guid !== '') this.byGuid.set(guid, number);
    if (values('isDeleted')?.[0]?.toUpperCase() === 'TRUE') this.deleted.add(number);
    for (const name of raw.keys()) if (!this.held.has(name)) this.held.add(detached(name));
    const classes = values('objectClass')?.map((name) => name.toLowerCase()) ?? [];
    if (classes.includes('domaindns')) this.domains.push(dn);
    if (classes.includes('configuration')) this.configuration = dn;
    const usn = values('uSNChanged')?.[0];
    if (usn !== undefined && /^\d{1,20}$/.test(usn) && BigInt(usn) > this.highestUsn) this.highestUsn = BigInt(usn);
  }
}

/**
 * Reads a file once and keeps an index of its entries; every later reading goes through the file again.
 * @throws AppError BAD_FILE naming file and line, NOT_FOUND, CANCELLED.
 */
export async function openSnapshot(file: string, signal?: AbortSignal): Promise<Snapshot> {
  const index = new Index(file);
  const stamp = await stampOf(file);
  // A newer export has the same names with other values, or the name of one object for another: names alone do not show it.
  const requireSame = async (): Promise<void> => { if (await stampOf(file) !== stamp) changedFile(file); };
  for await (const records of readLdif(file, signal)) for (const record of records) index.add(record);
  await requireSame();
  const { schema, reader, dns, keys, guids, byKey, byGuid, deleted, spans, held, domains, configuration, highestUsn } = index;
  const changed = new Map<number, Readonly<Record<string, readonly string[]>>>();
  const entryOf = (record: LdifRecord, number: number): SnapshotEntry => {
    const dn = dns[number];
    if (dn === undefined || record.dn !== dn) return changedFile(file);
    const about = { number, guid: guids[number] ?? '', dn, key: keys[number] ?? '', deleted: deleted.has(number) };
    const own = changed.get(number);
    if (own !== undefined) return { ...about, names: Object.keys(own), values: (name) => own[name] };
    const raw = reader.raw(record);
    return { ...about, names: [...raw.keys()], values: (name) => reader.values(raw, name) };
  };
  return {
    file, stamp, schema, dns, keys, byKey, byGuid, held, domains, configuration, highestUsn,
    async *scan(stop) {
      let number = 0;
      for await (const records of readLdif(file, stop)) {
        const first = number;
        number += records.length;
        await requireSame();
        if (records.length > 0) yield records.map((record, i) => entryOf(record, first + i));
      }
      if (number !== dns.length) changedFile(file);
    },
    async load(number) {
      const span = spans[number];
      await requireSame();
      return span === undefined ? changedFile(file) : entryOf(await readLdifEntry(file, span), number);
    },
    change(number, attributes) {
      changed.set(number, attributes);
      for (const name of Object.keys(attributes)) held.add(name);
    },
  };
}
