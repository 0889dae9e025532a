/** What one request costs. */
export interface Cost { readonly resourceUnits: number; readonly writes: number }

/** Costs behind an object, `users/{id}/memberOf`; published for `me` and `users`, charged for groups and contacts too. */
const RELATIONS: Readonly<Record<string, number>> = { memberOf: 2, transitiveMemberOf: 2, ownedObjects: 2, licenseDetails: 2, transitiveMembers: 5, domainNameReferences: 4 };
/** Collections as a whole. */
const COLLECTIONS: Readonly<Record<string, number>> = { users: 2, applications: 2, contracts: 3, subscribedSkus: 3 };
/** Actions that are sent as POST and only read, with their cost in resource units. */
export const READING_ACTIONS: Readonly<Record<string, number>> = { getByIds: 5, isMemberOf: 4, checkMemberGroups: 4, checkMemberObjects: 4, getMemberGroups: 2, getMemberObjects: 2, validateProperties: 1 };

const plain = (segment: string | undefined): string => (segment ?? '').replace(/^microsoft\.graph\./, '').replace(/\(\)$/, '');

/** Cost before what the query options change. */
function baseOf(method: string, segments: readonly string[]): Cost {
  const [root = '', key, relation] = segments;
  const action = READING_ACTIONS[plain(segments.at(-1))];
  if (method === 'POST' && action !== undefined) return { resourceUnits: action, writes: 0 };
  if (method !== 'GET') return { resourceUnits: 1, writes: 1 };
  // `/me/x` stands for `/users/{id}/x`.
  const behind = root === 'me' ? key : relation;
  if (root === 'groups' && behind === 'members') return { resourceUnits: 3, writes: 0 };
  if (key === undefined || key === '$count') return { resourceUnits: COLLECTIONS[root] ?? 1, writes: 0 };
  return { resourceUnits: RELATIONS[behind ?? ''] ?? 1, writes: 0 };
}

/**
 * Cost of a request in resource units and writes (Graph documentation, throttling limits, identity and access: "resource unit cost").
 * `$select` costs one less, `$expand` one more, a page below 20 one less; never below one.
 */
export function costOf(method: string, segments: readonly string[], query: ReadonlyMap<string, string>): Cost {
  const { resourceUnits, writes } = baseOf(method, segments);
  const top = Number(query.get('top') ?? 100);
  return { resourceUnits: Math.max(1, resourceUnits - (query.has('select') ? 1 : 0) + (query.has('expand') ? 1 : 0) - (top < 20 ? 1 : 0)), writes };
}
