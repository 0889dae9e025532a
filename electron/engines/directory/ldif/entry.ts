import { decodeBase64, encodeBase64 } from '../../../../shared/rules/base64.ts';
import { guidFromBytes, guidToBytes } from '../../../../shared/rules/guid.ts';
import { sidToBytes } from '../../../../shared/rules/sid.ts';
import { utf8Decode, utf8Encode } from '../../../../shared/rules/text.ts';
import { isBinarySyntax } from '../ldap/syntaxes.ts';
import type { AttributeSchema } from '../port.ts';
import { badLine } from './parse.ts';
import type { LdifRecord, LdifValue } from './parse.ts';
import type { SnapshotSchema } from './schema.ts';

/** Values of an entry by attribute in the schema's spelling, as they stand in the file; empty ones are left out. */
export type RawValues = ReadonlyMap<string, readonly LdifValue[]>;

/** Attributes of the entries of one file. */
export interface EntryReader {
  /** Throws BAD_FILE for an attribute of which the file holds a part only. */
  raw(record: LdifRecord): RawValues;
  /** Text, or Base64 of an attribute that holds bytes. */
  values(raw: RawValues, name: string): readonly string[] | undefined;
}

/** Bytes of a value that should be binary: text may be a GUID or SID in its usual spelling. */
function bytesOf(value: LdifValue, syntax: AttributeSchema['syntax']): Uint8Array {
  if (typeof value !== 'string') return value;
  return (syntax === 'sid' ? sidToBytes(value) : guidToBytes(value)) ?? utf8Encode(value);
}

/**
 * Makes the reader of a file's entries. Attributes that the schema does not know are learned on the way, and so are those that turn out to
 * hold bytes; after the whole file was read once the schema is complete.
 */
export function createEntryReader(file: string, schema: SnapshotSchema): EntryReader {
  /** By attribute description as written: the name in the schema. Descriptions are few and entries many. */
  const known = new Map<string, string>();
  /** By name in the schema: whether the attribute holds bytes. */
  const binary = new Map<string, boolean>();
  const isBinary = (name: string): boolean => {
    const before = binary.get(name);
    if (before !== undefined) return before;
    const is = isBinarySyntax(schema.attribute(name)?.syntax ?? 'caseIgnore');
    binary.set(name, is);
    return is;
  };
  const nameOf = (description: string, record: LdifRecord): string => {
    const before = known.get(description);
    if (before !== undefined) return before;
    const [bare = '', ...options] = description.split(';');
    if (options.some((option) => option.toLowerCase().startsWith('range='))) {
      throw badLine(file, record.line, `${record.dn} holds only a part of ${bare} (${options.join(';')}). Export it again so that all values are in one attribute`);
    }
    const wanted = options.every((option) => option.toLowerCase() === 'binary') ? bare : description;
    const { name } = schema.attribute(wanted) ?? schema.learn(wanted, 'caseIgnore');
    known.set(description, name);
    return name;
  };
  return {
    raw(record) {
      const raw = new Map<string, readonly LdifValue[]>();
      for (const [description, values] of record.attributes) {
        const name = nameOf(description, record);
        const given = values.some((value) => value.length === 0) ? values.filter((value) => value.length > 0) : values;
        if (given.length === 0) continue;
        const held = raw.get(name);
        raw.set(name, held === undefined ? given : [...held, ...given]);
        if (given.every((value) => typeof value === 'string') || isBinary(name)) continue;
        if (given.some((value) => typeof value !== 'string' && utf8Decode(value) === undefined)) {
          schema.learn(name, 'binary');
          binary.set(name, true);
        }
      }
      return raw;
    },
    values(raw, name) {
      const given = raw.get(name);
      if (given === undefined) return undefined;
      const syntax = isBinary(name) ? schema.attribute(name)?.syntax ?? 'binary' : null;
      if (syntax !== null) return given.map((value) => encodeBase64(bytesOf(value, syntax)));
      return given.every((value) => typeof value === 'string') ? given : given.map((value) => (typeof value === 'string' ? value : utf8Decode(value) ?? encodeBase64(value)));
    },
  };
}

/** Classes of objects that Causeway migrates, which it knows again by their objectGUID only. */
const NEEDS_GUID = new Set(['user', 'inetorgperson', 'group', 'contact']);

/** objectGUID in its usual spelling; empty for entries that need none. Throws BAD_FILE for one that is none, and when a migrated object has none. */
export function guidOf(file: string, record: LdifRecord, values: (name: string) => readonly string[] | undefined): string {
  const raw = values('objectGUID')?.[0];
  if (raw !== undefined) {
    const guid = guidFromBytes(decodeBase64(raw) ?? new Uint8Array());
    if (guid === undefined) throw badLine(file, record.line, `objectGUID of ${record.dn} is not a GUID of 16 bytes`);
    return guid;
  }
  const classes = (values('objectClass') ?? []).map((name) => name.toLowerCase());
  if (!classes.includes('computer') && classes.some((name) => NEEDS_GUID.has(name))) {
    throw badLine(file, record.line, `${record.dn} has no objectGUID, so it could not be known again. Export all attributes, or name objectGUID in the list of ldifde -l`);
  }
  return '';
}
