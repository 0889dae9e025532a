import type { JournalEntry } from '../../directory/journal.ts';
import { LINKS_ON_PAGE, linksIn, type Page } from './first-round.ts';
import { endsOf, luckOf, pointsAt, type Relation } from './memory.ts';
import type { Tracked } from './query.ts';
import { isLarge, objectRows, partRows, removedRow, type Change, type Round, type Row } from './rows.ts';
import type { Part, Position } from './token.ts';

/** Entries of the journal that one page looks at; a page may be empty and still have a next link. */
const SCAN_LIMIT = 10_000;

/**
 * A page of what changed: a stretch of the journal, object by object, each with its state of now. An object that changed again in a
 * later stretch comes again, as the service allows itself ("Delta queries can't ensure that entities are unified in a single response").
 */
export function laterRoundPage(round: Round, from: Extract<Position, { readonly phase: 'changes' }>): Page {
  const { directory } = round.call;
  const { end } = round.token;
  const rows: Row[] = [];
  if (from.part) {
    const continued = partRows(round, from.part);
    rows.push(...continued.rows);
    if (continued.part) return { rows, next: { ...from, part: continued.part } };
  }
  const changes = new Map<string, Change>();
  let version = from.version;
  let scanned = 0;
  let ends = rows.reduce((sum, row) => sum + linksIn(row), 0);
  let isCut = false;
  for (const entry of directory.journal.since(version)) {
    if (entry.version > end || isCut) break;
    if (changes.size + rows.length >= round.size || scanned >= SCAN_LIMIT || ends >= LINKS_ON_PAGE) { isCut = true; break; }
    scanned++;
    version = entry.version;
    ends += entry.addedMembers.length + entry.removedMembers.length;
    noteEntry(round, changes, entry);
    // One group whose members need more pages ends the stretch, since a token can name one.
    const change = changes.get(entry.id);
    const tracked = change?.whole === true ? kindOf(round, change) : undefined;
    isCut = tracked !== undefined && isLarge(round, tracked, entry.id);
  }
  let part: Part | undefined;
  for (const change of changes.values()) {
    const made = changeRows(round, change);
    rows.push(...made.rows);
    part ??= made.part;
  }
  if (version >= end) isCut = false;
  const at = { phase: 'changes', version: isCut ? version : end } as const;
  return { rows, next: part ? { ...at, part } : isCut ? at : null };
}

const kindOf = (round: Round, { kind }: Pick<Change, 'kind'>): Tracked | undefined => round.query.kinds.find((t) => t.kind === kind);

function changeRows(round: Round, change: Change): { readonly rows: readonly Row[]; readonly part: Part | undefined } {
  const view = round.call.directory.visible(change.id);
  const tracked = kindOf(round, change);
  if (!view || !tracked) return { rows: [removedRow(round, change.kind, change.id)], part: undefined };
  return objectRows(round, tracked, view, change);
}

function noteEntry(round: Round, changes: Map<string, Change>, entry: JournalEntry): void {
  const { query } = round;
  const tracked = kindOf(round, entry);
  const isOurs = tracked !== undefined && (!query.ids || query.ids.has(entry.id));
  if (isOurs && (entry.change !== 'updated' || entry.names.some((n) => tracked.tracks(n)))) {
    const change = changeOf(changes, entry.kind, entry.id);
    if (entry.change !== 'updated') change.whole = true;
    for (const name of entry.names) change.names.add(name);
    for (const relation of tracked.relations) for (const id of touchedBy(round, entry, relation)) look(change, relation, id);
  }
  if (entry.change === 'deleted' || entry.change === 'purged' || entry.change === 'restored') noteEnds(round, changes, entry);
}

/** Ends of a relation that a write added or took away; for a manager the former one and the one of now. */
function touchedBy(round: Round, entry: JournalEntry, relation: Relation): readonly string[] {
  if (relation === 'members') return [...entry.addedMembers, ...entry.removedMembers];
  if (relation === 'owners') return [...entry.addedOwners, ...entry.removedOwners];
  if (!entry.names.includes('manager')) return [];
  const view = round.call.directory.visible(entry.id);
  return [...(entry.formerManager === null ? [] : [entry.formerManager]), ...(view ? endsOf(view, 'manager') : [])];
}

/**
 * A deleted object leaves the relations it is in, a restored one comes back to them. The documentation tells the first in
 * `members@delta` ("either by removing the membership or by deleting the user object itself"), clients report that it did not come:
 * here it comes for half of the memberships, so that nobody can lean on either. A return is always told.
 */
function noteEnds(round: Round, changes: Map<string, Change>, entry: JournalEntry): void {
  const { call: { directory, delta }, query } = round;
  for (const { kind, relations } of query.kinds) for (const relation of relations) for (const source of delta.backlinks[relation].to(entry.id)) {
    if (query.ids && !query.ids.has(source)) continue;
    const view = directory.visible(source);
    if (!view || !pointsAt(view, relation, entry.id)) continue;
    if (entry.change === 'restored' || luckOf(`told ${source} ${entry.id}`) < 0.5) look(changeOf(changes, kind, source), relation, entry.id);
  }
}

function changeOf(changes: Map<string, Change>, kind: Change['kind'], id: string): Change {
  let change = changes.get(id);
  if (!change) changes.set(id, change = { kind, id, whole: false, names: new Set(), ends: new Map() });
  return change;
}

function look(change: Change, relation: Relation, id: string): void {
  const ends = change.ends.get(relation);
  if (ends) ends.add(id);
  else change.ends.set(relation, new Set([id]));
}
