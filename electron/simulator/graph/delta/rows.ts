import type { View } from '../../directory/directory.ts';
import { ODATA_TYPE, type DirectoryKind } from '../../directory/objects.ts';
import type { GraphCall } from '../call.ts';
import { render } from '../render.ts';
import { endsOf, pointsAt, type Relation } from './memory.ts';
import type { DeltaQuery, Tracked } from './query.ts';
import type { DeltaToken, Part } from './token.ts';

/** One object of an answer. */
export type Row = Record<string, unknown>;

/** Members that one row names at most; a larger group comes several times, each time with others of its members (no figure is published). */
export const LINKS_IN_ROW = 200;

/** A round of change tracking, as one call sees it. */
export interface Round {
  readonly call: GraphCall;
  readonly query: DeltaQuery;
  readonly token: DeltaToken;
  /** Objects on this page at most. */
  readonly size: number;
  /** `Prefer: return=minimal`. */
  readonly minimal: boolean;
}

/** What happened to an object in a stretch of the journal. */
export interface Change {
  readonly kind: DirectoryKind;
  readonly id: string;
  /** Created, deleted or restored in that stretch, so that the client may not know the object. */
  whole: boolean;
  /** Properties and relations that changed. */
  readonly names: Set<string>;
  /** Ends of relations to look at again. */
  readonly ends: Map<Relation, Set<string>>;
}

/** Rows of an object, and where to go on when its members did not fit. */
export interface Rows { readonly rows: readonly Row[]; readonly part: Part | undefined }

const NO_LINKS: { readonly links: readonly Row[]; readonly part: Part | undefined } = { links: [], part: undefined };

/** A removed object: `changed` while it can be restored, `deleted` after (Graph documentation, delta query overview). */
export function removedRow({ call, query }: Round, kind: DirectoryKind, id: string): Row {
  const reason = call.directory.binnedOne(id) ? 'changed' : 'deleted';
  return { ...(query.resource === 'directoryObjects' ? { '@odata.type': ODATA_TYPE[kind] } : {}), id, '@removed': { reason } };
}

/**
 * A live object with what the client tracks of it.
 * @param change undefined in the first round: the object as it is.
 */
export function objectRows(round: Round, tracked: Tracked, view: View, change?: Change): Rows {
  const isWhole = change?.whole ?? true;
  const row = propertiesOf(round, tracked, view, change);
  let members: readonly Row[] = [];
  let part: Part | undefined;
  for (const relation of tracked.relations) {
    const all = !isWhole ? NO_LINKS : relation === 'members' ? membersAfter(round, view, '') : { links: endLinks(round, view, relation), part: undefined };
    const touched = [...change?.ends.get(relation) ?? []].filter((id) => !isWhole || !isLinked(round, view, relation, id));
    const links = [...all.links, ...touched.map((id) => linkRow(round, id, isLinked(round, view, relation, id)))];
    part ??= all.part;
    if (relation === 'members') members = links;
    else if (links.length > 0) row[`${relation}@delta`] = links;
  }
  if (members.length === 0) return { rows: [row], part };
  const rows: Row[] = [];
  for (let i = 0; i < members.length; i += LINKS_IN_ROW) rows.push({ ...row, 'members@delta': members.slice(i, i + LINKS_IN_ROW) });
  return { rows, part };
}

/** The next members of a group that was cut; nothing when it is gone meanwhile, which the journal tells. */
export function partRows(round: Round, part: Part): Rows {
  const view = round.call.directory.visible(part.id);
  const tracked = round.query.kinds.find((t) => t.kind === 'group');
  if (!view || !tracked) return { rows: [], part: undefined };
  const { links, part: next } = membersAfter(round, view, part.after);
  const row = round.minimal && round.token.at?.phase === 'changes' ? idRow(round, view) : propertiesOf(round, tracked, view, undefined);
  return { rows: links.length === 0 ? [] : [{ ...row, 'members@delta': links }], part: next };
}

/** True when a group tells its members over several pages. */
export function isLarge({ call }: Round, tracked: Tracked, id: string): boolean {
  return tracked.relations.includes('members') && (call.directory.visible(id)?.members?.size ?? 0) > LINKS_IN_ROW;
}

const idRow = (round: Round, view: View): Row => render(view, { select: ['id'], expand: null }, round.call.directory, round.query.resource === 'directoryObjects');

/** A property that never had a value is left out; one that lost it is null (Graph documentation, user: delta, "Default"). */
function propertiesOf(round: Round, tracked: Tracked, view: View, change: Change | undefined): Row {
  const isMinimal = round.minimal && change !== undefined && !change.whole;
  const select = tracked.properties.filter((name) => change?.names.has(name) === true || (!isMinimal && view.properties[name] !== undefined && view.properties[name] !== null));
  return render(view, { select: [...select, 'id'], expand: null }, round.call.directory, round.query.resource === 'directoryObjects');
}

/** An end whose object is live, or will be seen soon. */
function isThere({ call: { directory } }: Round, id: string): boolean {
  return directory.live(id) !== undefined || directory.visible(id) !== undefined;
}
function isLinked(round: Round, view: View, relation: Relation, id: string): boolean {
  return pointsAt(view, relation, id) && isThere(round, id);
}

function linkRow({ call: { directory } }: Round, id: string, isHere: boolean): Row {
  const object = directory.any(id) ?? directory.visible(id)?.object;
  return { ...(object ? { '@odata.type': ODATA_TYPE[object.kind] } : {}), id, ...(isHere ? {} : { '@removed': { reason: 'deleted' } }) };
}

/** Up to {@link LINKS_IN_ROW} members with ids above `after`; a group that fits in one row needs no order. */
function membersAfter(round: Round, view: View, after: string): { readonly links: readonly Row[]; readonly part: Part | undefined } {
  const { directory, delta } = round.call;
  const { id } = view.object;
  const isWholeRow = after === '' && (view.members?.size ?? 0) <= LINKS_IN_ROW;
  const ids = isWholeRow ? view.members ?? [] : delta.members.after(id, after, round.token.end, directory.settledVersion, () => view.members ?? []);
  const links: Row[] = [];
  let last = after;
  for (const member of ids) {
    if (links.length === LINKS_IN_ROW) return { links, part: { id, after: last } };
    last = member;
    if (isLinked(round, view, 'members', member)) links.push(linkRow(round, member, true));
  }
  return { links, part: undefined };
}

/** The manager, or the owners, as they are. */
function endLinks(round: Round, view: View, relation: 'manager' | 'owners'): readonly Row[] {
  return [...endsOf(view, relation)].filter((id) => isThere(round, id)).map((id) => linkRow(round, id, true));
}
