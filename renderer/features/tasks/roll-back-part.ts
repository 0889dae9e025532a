/** What of one object a person wants to take back. `since`: only what this migration and later ones did; empty: everything. */
export interface ObjectPart { readonly what: 'everything' | 'since' | 'attributes'; readonly since: string; readonly attributes: readonly string[] }

/** Everything that migrations did to the object. */
export const EVERYTHING: ObjectPart = { what: 'everything', since: '', attributes: [] };

/** The part as the roll back is asked for; null while something is still to be chosen. */
export function scopeOf(objectId: string, part: ObjectPart): { readonly objectId: string; readonly since?: string; readonly attributes?: string[] } | null {
  if (part.what === 'since') return part.since === '' ? null : { objectId, since: part.since };
  if (part.what === 'attributes') return part.attributes.length === 0 ? null : { objectId, attributes: [...part.attributes], ...(part.since === '' ? {} : { since: part.since }) };
  return { objectId };
}
