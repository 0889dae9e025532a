import { escapeFilterValue, type Directory } from '../../engines/directory/index.ts';

/** A value that a fix is to write. */
export interface NewValue {
  /** objectGUID of the object that gets it. */
  readonly sourceId: string;
  readonly name: string;
  readonly attribute: string;
  readonly value: string;
}

/** The name that must be one object's only, and the filter that finds its holders; undefined for values that many may have. */
function nameOf({ attribute, value }: NewValue): { readonly key: string; readonly filter: string } | undefined {
  switch (attribute.toLowerCase()) {
    case 'userprincipalname': return { key: `upn ${value.toLowerCase()}`, filter: `(userPrincipalName=${escapeFilterValue(value)})` };
    case 'mail': case 'proxyaddresses': {
      const address = attribute.toLowerCase() === 'mail' ? value : /^smtp:(.+)$/i.exec(value)?.[1];
      if (address === undefined) return undefined;
      return { key: `address ${address.toLowerCase()}`, filter: `(|(mail=${escapeFilterValue(address)})(proxyAddresses=${escapeFilterValue(`smtp:${address}`)}))` };
    }
    default: return undefined;
  }
}

/**
 * Watches that no fix gives an object the sign-in name or the address of another one, neither one that the directory holds now nor one
 * that the same plan gives away: Active Directory takes addresses twice, Microsoft 365 refuses them (AttributeValueMustBeUnique).
 * @param base DN below which every object counts. @returns why the value cannot be written, or null; asked once for each value.
 */
export function createUniqueNames(directory: Directory, base: string): (wish: NewValue, signal: AbortSignal) => Promise<string | null> {
  const given = new Map<string, NewValue>();
  return async (wish, signal) => {
    const name = nameOf(wish);
    if (name === undefined) return null;
    const earlier = given.get(name.key);
    if (earlier !== undefined && earlier.sourceId !== wish.sourceId) return `${wish.value} is planned for ${earlier.name} as well. Choose another value for one of the two.`;
    for await (const page of directory.read({ base, scope: 'sub', filter: name.filter, attributes: ['name'], limit: 2 }, signal)) {
      const other = page.find(({ guid }) => guid !== wish.sourceId);
      if (other !== undefined) return `${wish.value} belongs to ${other.dn}. Choose another value, or change that object first.`;
    }
    given.set(name.key, wish);
    return null;
  };
}
