import type { DirectorySchema } from '../port.ts';

/** Attributes that are worked out when they are read and have no changes of their own (MS-ADTS 3.1.1.4.5, constructed attributes); lower case. */
const CONSTRUCTED: ReadonlySet<string> = new Set([
  'canonicalname', 'parentguid', 'tokengroups', 'tokengroupsglobalanduniversal', 'tokengroupsnogcacceptable', 'msds-parentdistname', 'msds-principalname', 'msds-user-account-control-computed',
  'msds-userpasswordexpirytimecomputed', 'msds-resultantpso', 'msds-memberoftransitive', 'msds-membertransitive', 'primarygrouptoken', 'structuralobjectclass', 'msds-auxiliary-classes',
]);
/** DNs of the configuration, of which only the presence matters, and the object's own name, whose changes are followed. */
const OTHER_NAMES: ReadonlySet<string> = new Set(['homemdb', 'homemta', 'objectcategory', 'distinguishedname', 'msexchmailboxtemplatelink', 'msexchpoliciesincluded']);

/**
 * Attributes among those wanted that change without the object being reported: back links and names of other objects, and what is constructed.
 * @param isLink true for attributes that are kept as links, whose names are followed.
 */
export function silentAttributes(schema: DirectorySchema, names: readonly string[], isLink: (name: string) => boolean): readonly string[] {
  return names.filter((name) => {
    const key = name.toLowerCase();
    if (CONSTRUCTED.has(key)) return true;
    return schema.attribute(name)?.syntax === 'dn' && !OTHER_NAMES.has(key) && !isLink(name);
  });
}
