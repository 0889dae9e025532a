import { appError, ErrorCode } from '../../shared/domain/errors.ts';
import type { LicenceRule, ProductInfo } from '../../shared/domain/licences.ts';
import type { SourceObject } from '../../shared/domain/objects.ts';
import { valuesOf } from '../../shared/rules/attributes.ts';
import { normaliseDn } from '../../shared/rules/dn.ts';
import { createSnapshotSchema, matchesFilter, parseFilter, type Filter } from '../engines/directory/index.ts';
import type { LicensingContext } from '../engines/licensing/index.ts';
import type { PairRecord } from '../store/index.ts';
import type { Services } from './services.ts';

/** Attributes whose values the project does not keep: a rule about them would never be true. */
const NOT_KEPT = new Set(['memberof', 'member', 'manager', 'managedby', 'directreports']);

/** Members that are looked at together. */
const PIECE = 1_000;

/** Names of the attributes that a filter looks at. */
export function filterAttributes(filter: Filter): readonly string[] {
  switch (filter.kind) {
    case 'and': case 'or': return filter.parts.flatMap(filterAttributes);
    case 'not': return filterAttributes(filter.part);
    default: return filter.attribute === null ? [] : [filter.attribute];
  }
}

/** Checks what a licence rule looks at. @throws AppError INVALID_INPUT with the position of a mistake in a filter, or for attributes that cannot be looked at. */
export function requireUsableCondition({ condition }: Pick<LicenceRule, 'condition'>): void {
  const linked = licenceAttributes([{ condition }]).find((name) => NOT_KEPT.has(name.toLowerCase()));
  if (linked !== undefined) throw appError(ErrorCode.InvalidInput, `A licence rule cannot look at ${linked}. For groups choose the condition "members of".`);
}

/** Attributes that licence rules look at: discovery reads them. */
export function licenceAttributes(rules: readonly Pick<LicenceRule, 'condition'>[]): readonly string[] {
  return rules.flatMap(({ condition }) => (condition.kind === 'attribute equals' ? [condition.attribute] : condition.kind === 'filter' ? [...filterAttributes(parseFilter(condition.filter))] : []));
}

/** What the licence rules of a run are read with: products, groups and filters, each group walked through once. */
export async function licensingContext(services: Services, pair: PairRecord, rules: readonly LicenceRule[], products: readonly ProductInfo[]): Promise<LicensingContext> {
  const groups = new Map<string, ReadonlySet<string> | null>();
  for (const { condition, enabled } of rules) {
    if (!enabled || condition.kind !== 'members of') continue;
    const key = normaliseDn(condition.groupDn);
    if (!groups.has(key)) groups.set(key, await membersOf(services, pair.id, key));
  }
  const schema = createSnapshotSchema();
  const filters = new Map<string, Filter>();
  const read = (text: string): Filter => {
    const known = filters.get(text) ?? parseFilter(text);
    for (const name of filterAttributes(known)) if (schema.attribute(name) === undefined) schema.learn(name, 'caseIgnore');
    filters.set(text, known);
    return known;
  };
  return {
    products,
    membersOf: (dn) => groups.get(normaliseDn(dn)) ?? null,
    fits: (text, source) => matchesFilter(read(text), entryOf(source), { attribute: (name) => schema.attribute(name) }),
  };
}

const entryOf = (source: SourceObject) => ({ dn: source.dn, values: (name: string) => (name.toLowerCase() === 'distinguishedname' ? [source.dn] : valuesOf(source.attributes, name)) });

/** objectGUIDs of everybody in a group, members of its groups too; a group is visited once, since groups may hold each other. Null: no such group. */
async function membersOf({ store }: Services, pairId: string, key: string): Promise<ReadonlySet<string> | null> {
  const root = (await store.sources.byDns(pairId, [key])).get(key);
  if (root === undefined) return null;
  const seen = new Set([root]);
  let open = [root];
  while (open.length > 0) {
    const found: string[] = [];
    for (let from = 0; from < open.length; from += PIECE) {
      const heads = await store.sources.heads(pairId, open.slice(from, from + PIECE));
      const groups = await store.sources.getMany(pairId, [...heads.values()].flatMap(({ id, kind }) => (kind === 'group' ? [id] : [])));
      const dns = [...groups.values()].flatMap((group) => group.links['member'] ?? []).map(normaliseDn);
      for (const id of (await store.sources.byDns(pairId, dns)).values()) if (!seen.has(id)) { seen.add(id); found.push(id); }
    }
    open = found;
  }
  seen.delete(root);
  return seen;
}
