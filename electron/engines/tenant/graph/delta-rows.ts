import { z } from 'zod';
import type { ObjectKind, TargetChange } from '../../../../shared/domain/objects.ts';
import { attributesTold } from './codec.ts';

const link = z.looseObject({ id: z.string().min(1), '@removed': z.unknown().optional() });
const row = z.looseObject({
  id: z.string().min(1), '@removed': z.looseObject({ reason: z.string().nullish() }).nullish(),
  'members@delta': z.array(link).optional(), 'owners@delta': z.array(link).optional(), 'manager@delta': z.array(link).optional(),
});

/** One page of a delta query: it ends with a link to the next page, or to the next round (Graph documentation, delta query overview). */
export const deltaPage = z.looseObject({ value: z.array(z.looseObject({})), '@odata.nextLink': z.string().optional(), '@odata.deltaLink': z.string().optional() });

/** Relations that a delta query tells beside the properties, by kind (Graph documentation: user: delta; group: delta). */
export const RELATIONS: Readonly<Record<ObjectKind, readonly string[]>> = { user: ['manager'], group: ['members', 'owners'], contact: [] };

/**
 * One row as a change. A row can come again, or name an object that nobody knew; what it names of a link is how that link is now.
 * @returns null for what has no id and is therefore no object of the directory.
 */
export function changeOf(kind: ObjectKind, json: Record<string, unknown>): TargetChange | null {
  const parsed = row.safeParse(json);
  if (!parsed.success) return null;
  const { id, '@removed': removed } = parsed.data;
  // `changed`: it can be restored, `deleted`: it cannot (Graph documentation, delta query overview). Another reason is no promise that it can.
  if (removed) return { id, kind, removed: removed.reason === 'changed' ? 'to the recycle bin' : 'for good', attributes: {}, links: {} };
  const links: Record<string, { readonly added: readonly string[]; readonly removed: readonly string[] }> = {};
  for (const relation of RELATIONS[kind]) {
    const ends = parsed.data[`${relation}@delta`] as readonly z.infer<typeof link>[] | undefined;
    if (ends !== undefined) links[relation] = { added: ends.filter((one) => one['@removed'] === undefined).map((one) => one.id), removed: ends.filter((one) => one['@removed'] !== undefined).map((one) => one.id) };
  }
  return { id, kind, removed: null, attributes: attributesTold(kind, parsed.data), links };
}
