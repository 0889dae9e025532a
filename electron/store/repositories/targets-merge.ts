import type { Attributes, ObjectKind, TargetChange, TargetObject, Values } from '../../../shared/domain/objects.ts';
import { targetName } from '../../../shared/rules/target-name.ts';
import { flag, json, pieces } from '../columns.ts';
import type { Context } from '../context.ts';
import type { TargetLinkTable, TargetTable } from '../schema.ts';
import { fingerprint, lookUpColumns } from './object-columns.ts';
import { dropLinksTo, writeLinks } from './target-links.ts';
import { replaceNames } from './target-names.ts';

/** What a page of changes came to: ids, each once. */
export interface MergeResult {
  /** Objects with other values. */
  readonly objects: readonly string[];
  /** Objects of which only links are others. */
  readonly links: readonly string[];
  /** Objects that are in the recycle bin now, or not there at all. */
  readonly gone: readonly string[];
}

interface Draft { readonly kind: ObjectKind; readonly attributes: Attributes; readonly deleted: boolean }
const sameLink = (row: TargetLinkTable): string => `${row.target_id} ${row.attribute} ${row.linked_id}`;

function merged(before: Attributes, told: Readonly<Record<string, Values | null>>): Attributes {
  const after: Record<string, Values> = { ...before };
  for (const [name, values] of Object.entries(told)) {
    if (values === null) delete after[name];
    else after[name] = values;
  }
  return after;
}

/** Links as the page leaves them: the last word about each counts. Of these, the ones that the store has otherwise. */
async function linkChanges({ db }: Context, pairId: string, changes: readonly TargetChange[]): Promise<{ readonly added: readonly TargetLinkTable[]; readonly removed: readonly TargetLinkTable[] }> {
  const wanted = new Map<string, { readonly row: TargetLinkTable; readonly there: boolean }>();
  const touched = new Map<string, Set<string>>();
  const say = (row: TargetLinkTable, there: boolean): void => {
    wanted.set(sameLink(row), { row, there });
    const of = `${row.target_id} ${row.attribute}`;
    touched.set(of, (touched.get(of) ?? new Set()).add(row.linked_id));
  };
  const stored = new Map<string, TargetLinkTable>();
  const managers = [...new Set(changes.filter((one) => one.kind === 'user' && (one.links['manager'] !== undefined || one.removed !== null)).map((one) => one.id))];
  for (const some of pieces(managers)) {
    for (const row of await db.selectFrom('target_link').selectAll().where('pair_id', '=', pairId).where('target_id', 'in', some).where('attribute', '=', 'manager').execute()) stored.set(sameLink(row), row);
  }
  const managerOf = new Map([...stored.values()].map((row) => [row.target_id, row.linked_id]));
  for (const { id, links, removed } of changes) {
    const row = (attribute: string, linked_id: string): TargetLinkTable => ({ pair_id: pairId, target_id: id, attribute, linked_id });
    for (const [attribute, { added, removed: gone }] of Object.entries(links)) {
      for (const one of gone) say(row(attribute, one), false);
      for (const one of added) say(row(attribute, one), true);
    }
    // Nobody has two managers; and who is in the recycle bin is read without one.
    const [next] = links['manager']?.added ?? [];
    const former = managerOf.get(id);
    if (former !== undefined && (removed !== null || (next !== undefined && next !== former))) say(row('manager', former), false);
    if (next !== undefined) managerOf.set(id, next);
  }
  for (const [of, ids] of touched) {
    const [target_id = '', attribute = ''] = of.split(' ');
    for (const some of pieces([...ids])) {
      for (const row of await db.selectFrom('target_link').selectAll().where('pair_id', '=', pairId).where('target_id', '=', target_id).where('attribute', '=', attribute).where('linked_id', 'in', some).execute()) stored.set(sameLink(row), row);
    }
  }
  const differ = [...wanted].filter(([key, { there }]) => there !== stored.has(key)).map(([, one]) => one);
  return { added: differ.filter((one) => one.there).map((one) => one.row), removed: differ.filter((one) => !one.there).map((one) => one.row) };
}

/**
 * Merges what a tenant told into what is stored: absent attributes stay, null ones go; the order of the changes counts. What is equal is
 * not written. Call it inside a transaction.
 * @param runId marks rows that are written, as a reading does.
 * @param drop removes objects that are gone for good.
 */
export async function mergePage(context: Context, pairId: string, changes: readonly TargetChange[], runId: string, drop: (ids: readonly string[]) => Promise<unknown>): Promise<MergeResult> {
  const { db, dialect, environment } = context;
  const ids = [...new Set(changes.map((one) => one.id))];
  const known = new Map<string, Draft & { readonly hash: string }>();
  for (const some of pieces(ids)) {
    for (const row of await db.selectFrom('target').select(['id', 'kind', 'attributes', 'deleted', 'hash']).where('pair_id', '=', pairId).where('id', 'in', some).execute()) {
      known.set(row.id, { kind: row.kind as ObjectKind, attributes: json<Attributes>(row.attributes), deleted: row.deleted === 1, hash: row.hash });
    }
  }
  const drafts = new Map<string, Draft | null>(known);
  for (const { id, kind, removed, attributes } of changes) {
    const before = drafts.get(id) ?? null;
    if (removed === 'for good') drafts.set(id, null);
    else if (removed !== null) drafts.set(id, before === null ? null : { ...before, deleted: true });
    else drafts.set(id, { kind, attributes: merged(before?.attributes ?? {}, attributes), deleted: false });
  }
  const now = environment.clock();
  const rows: Omit<TargetTable, 'members_read'>[] = [];
  const written: TargetObject[] = [];
  const [objects, gone, binned] = [new Set<string>(), new Set<string>(), new Set<string>()];
  for (const [id, draft] of drafts) {
    const before = known.get(id);
    if (draft === null) {
      if (before !== undefined) gone.add(id);
      continue;
    }
    if (draft.deleted) binned.add(id);
    const name = targetName(id, draft.attributes);
    const hash = fingerprint([draft.kind, name, draft.deleted], draft.attributes, {});
    if (before?.hash === hash) continue;
    if (draft.deleted) gone.add(id);
    else objects.add(id);
    written.push({ id, kind: draft.kind, name, attributes: draft.attributes, links: {}, deleted: draft.deleted });
    rows.push({
      pair_id: pairId, id, kind: draft.kind, name, ...lookUpColumns(name, draft.attributes), attributes: JSON.stringify(draft.attributes), deleted: flag(draft.deleted), hash, run_id: runId, seen_at: now, changed_at: now,
    });
  }
  const columns = ['pair_id', 'id', 'kind', 'name', 'name_key', 'upn', 'upn_key', 'mail', 'mail_key', 'attributes', 'deleted', 'hash', 'run_id', 'seen_at', 'changed_at'] as const;
  await dialect.bulk.insert(db, { table: 'target', columns, key: ['pair_id', 'id'], update: columns.slice(2) }, rows.map((row) => ({ ...row })));
  await replaceNames(context, pairId, written, (id) => known.has(id));
  const difference = await linkChanges(context, pairId, changes.filter((one) => drafts.get(one.id) !== null && drafts.get(one.id) !== undefined));
  await writeLinks(context, difference);
  const lost = ids.filter((id) => drafts.get(id) === null);
  // Who is not there is no member, owner or manager of anybody, whatever the other resources tell (Graph documentation, get incremental changes for groups).
  const former = await dropLinksTo(context, pairId, [...lost, ...binned]);
  await drop(lost.filter((id) => known.has(id)));
  const isThere = (id: string): boolean => !objects.has(id) && !gone.has(id);
  return {
    objects: [...objects], gone: [...gone], links: [...new Set([...[...difference.added, ...difference.removed].map((row) => row.target_id), ...former])].filter(isThere),
  };
}
