import { decodeBase64, encodeBase64 } from '../../../../shared/rules/base64.ts';
import { normaliseDn, parentDn } from '../../../../shared/rules/dn.ts';
import { guidFromBytes, guidToBytes } from '../../../../shared/rules/guid.ts';
import { sidToBytes } from '../../../../shared/rules/sid.ts';
import { utf8Decode, utf8Encode } from '../../../../shared/rules/text.ts';
import { isBinarySyntax } from '../ldap/syntaxes.ts';
import type { AttributeSchema } from '../port.ts';
import { badLine } from './parse.ts';
import type { LdifRecord, LdifValue } from './parse.ts';
import { createSnapshotSchema } from './schema.ts';
import type { SnapshotSchema } from './schema.ts';

/** One entry in memory. Attribute names are in the schema's spelling. */
export interface SnapshotEntry {
  readonly guid: string;
  readonly dn: string;
  /** For keys and comparisons. */
  readonly key: string;
  readonly line: number;
  readonly deleted: boolean;
  readonly attributes: Record<string, readonly string[]>;
}

/** The entries of a file with their indexes. */
export interface Snapshot {
  readonly file: string;
  readonly schema: SnapshotSchema;
  readonly entries: readonly SnapshotEntry[];
  readonly byKey: ReadonlyMap<string, SnapshotEntry>;
  readonly byGuid: ReadonlyMap<string, SnapshotEntry>;
  /** Entries directly below a normalised DN. */
  readonly children: ReadonlyMap<string, readonly SnapshotEntry[]>;
}

/** Fills a snapshot. */
export interface SnapshotBuilder {
  /** Adds one entry. Throws BAD_FILE for a name or GUID that was there before, and for what cannot be migrated without its GUID. */
  add(record: LdifRecord): void;
  build(): Snapshot;
}

/** Classes of objects that Causeway migrates, which it knows again by their objectGUID only. */
const NEEDS_GUID = new Set(['user', 'inetorgperson', 'group', 'contact']);

/** Bytes of a value that should be binary: text may be a GUID or SID in its usual spelling. */
function bytesOf(value: LdifValue, syntax: AttributeSchema['syntax']): Uint8Array {
  if (typeof value !== 'string') return value;
  return (syntax === 'sid' ? sidToBytes(value) : guidToBytes(value)) ?? utf8Encode(value);
}

/** An empty builder. @param file its name, for messages. */
export function createSnapshotBuilder(file: string): SnapshotBuilder {
  const schema = createSnapshotSchema();
  const entries: SnapshotEntry[] = [];
  const byKey = new Map<string, SnapshotEntry>();
  const byGuid = new Map<string, SnapshotEntry>();
  const children = new Map<string, SnapshotEntry[]>();
  /** Attributes found to hold bytes, with the number of entries whose values had been taken for text before. */
  const late = new Map<string, number>();

  const convert = (name: string, values: readonly LdifValue[], about: AttributeSchema): string[] => {
    const given = values.filter((value) => value.length > 0);
    if (isBinarySyntax(about.syntax)) return given.map((value) => encodeBase64(bytesOf(value, about.syntax)));
    const texts = given.map((value) => (typeof value === 'string' ? value : utf8Decode(value)));
    if (!texts.includes(undefined)) return texts.filter((text) => text !== undefined);
    const learned = schema.learn(name, 'binary');
    late.set(learned.name, entries.length);
    return convert(name, values, learned);
  };

  const attributesOf = (record: LdifRecord): Record<string, string[]> => {
    const attributes: Record<string, string[]> = {};
    for (const [description, values] of record.attributes) {
      const [bare = '', ...options] = description.split(';');
      if (options.some((option) => option.toLowerCase().startsWith('range='))) {
        throw badLine(file, record.line, `${record.dn} holds only a part of ${bare} (${options.join(';')}). Export it again so that all values are in one attribute`);
      }
      const name = options.every((option) => option.toLowerCase() === 'binary') ? bare : description;
      const about = schema.attribute(name) ?? schema.learn(name, 'caseIgnore');
      const converted = convert(name, values, about);
      if (converted.length > 0) attributes[about.name] = [...(attributes[about.name] ?? []), ...converted];
    }
    return attributes;
  };

  const guidOf = (record: LdifRecord, attributes: Readonly<Record<string, readonly string[]>>): string => {
    const raw = attributes['objectGUID']?.[0];
    if (raw !== undefined) {
      const guid = guidFromBytes(decodeBase64(raw) ?? new Uint8Array());
      if (guid === undefined) throw badLine(file, record.line, `objectGUID of ${record.dn} is not a GUID of 16 bytes`);
      return guid;
    }
    const classes = (attributes['objectClass'] ?? []).map((name) => name.toLowerCase());
    if (!classes.includes('computer') && classes.some((name) => NEEDS_GUID.has(name))) {
      throw badLine(file, record.line, `${record.dn} has no objectGUID, so it could not be known again. Export all attributes, or name objectGUID in the list of ldifde -l`);
    }
    return '';
  };

  return {
    add(record) {
      const key = normaliseDn(record.dn);
      const twin = byKey.get(key);
      if (twin !== undefined) throw badLine(file, record.line, `${record.dn} is in the file twice, first at line ${twin.line}`);
      const attributes = attributesOf(record);
      const guid = guidOf(record, attributes);
      const namesake = guid === '' ? undefined : byGuid.get(guid);
      if (namesake !== undefined) throw badLine(file, record.line, `${record.dn} has the same objectGUID as ${namesake.dn} at line ${namesake.line}`);
      const entry: SnapshotEntry = { guid, dn: record.dn, key, line: record.line, deleted: attributes['isDeleted']?.[0]?.toUpperCase() === 'TRUE', attributes };
      entries.push(entry);
      byKey.set(key, entry);
      if (guid !== '') byGuid.set(guid, entry);
      const parent = parentDn(key);
      const siblings = children.get(parent);
      if (siblings === undefined) children.set(parent, [entry]);
      else siblings.push(entry);
    },
    build() {
      for (const [name, count] of late) {
        for (const { attributes } of entries.slice(0, count)) {
          const values = attributes[name];
          if (values !== undefined) attributes[name] = values.map((value) => encodeBase64(utf8Encode(value)));
        }
      }
      return { file, schema, entries, byKey, byGuid, children };
    },
  };
}
