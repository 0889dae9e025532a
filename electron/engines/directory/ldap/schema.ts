import type { AttributeSchema, DirectoryEntry, DirectorySchema } from '../port.ts';
import { syntaxOf, wellKnownAttribute, wellKnownAttributes } from './syntaxes.ts';

/** What is read of each attributeSchema object (MS-ADTS 3.1.1.2.3). */
export const SCHEMA_ATTRIBUTES = ['lDAPDisplayName', 'attributeSyntax', 'isSingleValued', 'linkID'] as const;
/** The attribute definitions of a domain are direct children of the schema naming context. */
export const SCHEMA_FILTER = '(objectClass=attributeSchema)';

/** Before the schema is read every attribute is unknown; the schema itself is text only. */
export const NO_SCHEMA: DirectorySchema = { attribute: () => undefined, attributes: [] };

/** For servers without Active Directory's schema: only widely known attributes. */
export const WELL_KNOWN_SCHEMA: DirectorySchema = { attribute: wellKnownAttribute, attributes: wellKnownAttributes() };

/** One attribute definition; undefined when the entry is not what it should be. */
function attributeOf(entry: DirectoryEntry): AttributeSchema | undefined {
  const name = entry.attributes['lDAPDisplayName']?.[0];
  const syntax = entry.attributes['attributeSyntax']?.[0];
  if (name === undefined || syntax === undefined) return undefined;
  const link = entry.attributes['linkID']?.[0];
  return {
    name, syntax: syntaxOf(syntax), singleValued: entry.attributes['isSingleValued']?.[0] === 'TRUE',
    linkId: link !== undefined && /^\d+$/.test(link) ? Number(link) : null,
  };
}

/** Makes the schema of attributeSchema entries; the well-known one when there are none. */
export function schemaOf(entries: readonly DirectoryEntry[]): DirectorySchema {
  const attributes = entries.map(attributeOf).filter((attribute) => attribute !== undefined);
  if (attributes.length === 0) return WELL_KNOWN_SCHEMA;
  const byName = new Map(attributes.map((attribute) => [attribute.name.toLowerCase(), attribute]));
  return { attribute: (name) => byName.get(name.toLowerCase()), attributes };
}
