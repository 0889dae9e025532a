import { appError, ErrorCode } from '../../../shared/domain/errors.ts';
import { isWriting, type TaskKind } from '../../../shared/domain/statuses.ts';
import { attributeOf, EXISTENCE, leftOnTop, valuesWritten, writesInTheWay, type StandingWrite } from '../../engines/planning/index.ts';
import type { JournalEntry, PairRecord } from '../../store/index.ts';
import type { Services } from '../services.ts';
import type { RollBackRequest } from './task-settings.ts';
import { taskIfThere, tasksOf } from './undone-journal.ts';

/** A write in the journal with those of its values that a roll back takes back. */
export interface UndoneWrite { readonly entry: JournalEntry; readonly values: ReadonlySet<string> }

/** What a roll back takes back. */
export interface UndoneWrites {
  /** Everything that is settled by the roll back, whatever came of it; in the order of writing. */
  readonly all: readonly UndoneWrite[];
  /** Those of it that changed the tenant. */
  readonly standing: readonly StandingWrite[];
  /** Later writes that an earlier roll back left in place, with the values that lie on top of these. */
  readonly left: readonly UndoneWrite[];
  /** What the planner reads: `standing` and `left`, in the order of writing. */
  readonly known: readonly StandingWrite[];
}

/** Writes of one object read at most. */
const OBJECT_LIMIT = 10_000;

/** What of the entry still stands. @returns names of values; see `valuesWritten`. */
function standingValues(entry: JournalEntry): string[] {
  const linked = LINKED.has(entry.operation.kind) && entry.operation.kind !== 'set manager';
  const gone = new Set(entry.undoneValues);
  return valuesWritten(entry.operation, linked ? entry.references : []).filter((value) => !gone.has(value));
}

/** True for an entry that changed the tenant, at least in part. */
export const isReal = (entry: JournalEntry): boolean => entry.targetId !== null && (entry.outcome === 'done' || (entry.outcome === 'failed' && entry.references.length > 0));

const LINKED: ReadonlySet<string> = new Set(['add members', 'remove members', 'add permissions', 'remove permissions', 'set manager']);
const toStanding = (entry: JournalEntry, values: ReadonlySet<string>): StandingWrite => ({
  operation: entry.operation, targetId: entry.targetId ?? '', outcome: 'done', taskId: entry.taskId, sequence: entry.sequence, values, ...(LINKED.has(entry.operation.kind) ? { references: entry.references } : {}),
});

/** Entries that the request names, those of a task oldest first, each with the values that it asks for. */
async function asked(services: Services, pair: PairRecord, request: RollBackRequest, last: number): Promise<UndoneWrite[]> {
  const { store } = services;
  const wanted = request.attributes === null ? null : new Set(request.attributes.map((name) => name.toLowerCase()));
  const found: UndoneWrite[] = [];
  const take = (entry: JournalEntry): void => {
    if (entry.outcome === null || entry.undoneBy !== null || entry.sequence > last) return;
    const values = standingValues(entry).filter((value) => wanted === null || (value !== EXISTENCE && wanted.has(attributeOf(value).toLowerCase())));
    if (wanted === null || values.length > 0) found.push({ entry, values: new Set(values) });
  };
  const tasks = tasksOf(request);
  if (tasks !== null) {
    for (const task of tasks) {
      for await (const page of store.journal.iterateOfTask(task, { order: 'oldest first' })) {
        for (const entry of page) if (request.objectId === null || entry.sourceId === request.objectId) take(entry);
      }
    }
    return found;
  }
  if (request.objectId === null) return found;
  const entries = (await store.journal.ofObject(pair.id, request.objectId, OBJECT_LIMIT)).toReversed();
  const migrations = await migrationsAmong(services, pair, new Set(entries.map((entry) => entry.taskId)));
  // Up to a chosen task: from its first write on.
  const from = request.since === null ? 0 : entries.find((entry) => entry.taskId === request.since)?.sequence ?? Number.POSITIVE_INFINITY;
  for (const entry of entries) if (migrations.has(entry.taskId) && entry.sequence >= from) take(entry);
  return found;
}

/** Tasks of these that migrated or synchronised: what a roll back wrote is no change that could be taken back (a roll back may have been deleted since). */
async function migrationsAmong(services: Services, pair: PairRecord, taskIds: ReadonlySet<string>): Promise<ReadonlySet<string>> {
  const found = new Set<string>();
  for (const id of taskIds) {
    const task = await taskIfThere(services, id);
    if (task !== null && isWriting(task.kind) && task.pairId === pair.id) found.add(id);
  }
  return found;
}

/**
 * Finds in the journal what a roll back takes back. Migrations are taken back independently of each other unless a later one wrote
 * the same values, or wrote to an object that would be unmade: then either that one is taken back first, or its values go along.
 * @param last sequence up to which the journal counts; what came later is not part of it.
 * @param purpose `marking`: the way back is carried out, and nothing stands in its way any more.
 * @throws AppError CONFLICT naming the migration to take back first.
 */
export async function undoneWrites(services: Services, pair: PairRecord, request: RollBackRequest, last: number, purpose: 'planning' | 'marking'): Promise<UndoneWrites> {
  const mine = await asked(services, pair, request, last);
  const standing = mine.filter(({ entry }) => isReal(entry)).map(({ entry, values }) => toStanding(entry, values));
  const first = Math.min(...standing.map((write) => write.sequence));
  const own = new Map(mine.map((write) => [write.entry.sequence, write.values]));
  const looks = standing.length > 0 && (purpose === 'planning' || request.later === 'take back too');
  const found = !looks ? [] : await services.store.journal.standingOn(pair.id, [...new Set(standing.map((write) => write.targetId))], first);
  const others = new Map<number, JournalEntry>();
  const later = found.flatMap((entry): StandingWrite[] => {
    const taken = own.get(entry.sequence);
    const values = standingValues(entry).filter((value) => taken?.has(value) !== true);
    // Sent without an answer that anybody knows: it may have changed the object.
    if (values.length === 0 || !(isReal(entry) || entry.outcome === null) || (request.later === 'take back too' && entry.sequence > last)) return [];
    others.set(entry.sequence, entry);
    return [toStanding(entry, new Set(values))];
  });
  const inTheWay = writesInTheWay(standing, later);
  const stop = inTheWay.find((write) => request.later === 'refuse' || others.get(write.sequence)?.outcome === null);
  if (stop !== undefined) throw inTheWayOf(stop, (await taskIfThere(services, stop.taskId))?.kind, others.get(stop.sequence)?.outcome === null);
  const joined = inTheWay.flatMap((write): UndoneWrite[] => { const entry = others.get(write.sequence); return entry === undefined ? [] : [{ entry, values: write.values }]; });
  const taken = [...standing, ...inTheWay].toSorted((a, b) => a.sequence - b.sequence);
  const left = await leftOn(services, pair, taken);
  return {
    all: [...mine, ...joined].toSorted((a, b) => a.entry.sequence - b.entry.sequence),
    standing: taken, left, known: [...taken, ...left.map(({ entry, values }) => toStanding(entry, values))].toSorted((a, b) => a.sequence - b.sequence),
  };
}

/** What earlier roll backs left in place on top of what is taken back. */
async function leftOn(services: Services, pair: PairRecord, taken: readonly StandingWrite[]): Promise<UndoneWrite[]> {
  const [oldest] = taken;
  if (oldest === undefined) return [];
  const entries = await services.store.journal.leftOn(pair.id, [...new Set(taken.map((write) => write.targetId))], oldest.sequence);
  const bySequence = new Map(entries.map((entry) => [entry.sequence, entry]));
  return leftOnTop(taken, entries.filter(isReal).map((entry) => toStanding(entry, new Set(entry.leftValues))))
    .flatMap(({ sequence, values }) => { const entry = bySequence.get(sequence); return entry === undefined ? [] : [{ entry, values }]; });
}

function inTheWayOf(write: StandingWrite, by: TaskKind | undefined, isOpen: boolean) {
  const value = [...write.values].map(attributeOf).find((name) => name !== EXISTENCE);
  const what = `A later ${by === 'Synchronise' ? 'cycle of coexistence' : 'migration'} (task ${write.taskId}) has changed ${value === undefined ? '' : `${value} of `}"${write.operation.name}" as well`;
  if (isOpen) return appError(ErrorCode.Conflict, `${what}, and nobody knows yet what came of its last write. Resume that task, or roll that one back first.`);
  return appError(ErrorCode.Conflict, `${what}. Roll that one back first, or take back what later migrations and cycles wrote to the same values along with it.`);
}

/** What a roll back settles, as {@link marksOf} reads it. */
export interface Settled {
  readonly writes: readonly UndoneWrite[];
  /** What earlier roll backs left in place on top of it. */
  readonly onTop: readonly UndoneWrite[];
  /** True for a value that could not be taken back, so that it still stands. */
  readonly fails: (entry: JournalEntry, value: string) => boolean;
  /** Graph ids of objects that are left as they lie in the recycle bin. */
  readonly alone: ReadonlySet<string>;
}

/** Values of one write: all that were taken back while others stand, and those that were left in place. */
interface Mark { readonly id: string; readonly values: readonly string[]; readonly left: readonly string[] }

/**
 * How the entries of a roll back are marked once it is carried out: those of which nothing stands any more, and those of which single
 * values do not, or were left in place. What lay on top of something that was written back is left in place no more.
 */
export function marksOf({ writes, onTop, fails, alone }: Settled): { readonly whole: readonly JournalEntry[]; readonly parts: readonly Mark[] } {
  const whole: JournalEntry[] = [];
  const parts = new Map<string, Mark>();
  for (const { entry, values } of writes) {
    const undone = [...values].filter((value) => !fails(entry, value));
    const remaining = standingValues(entry).filter((value) => !undone.includes(value));
    const left = alone.has(entry.targetId ?? '') && isReal(entry) ? [...entry.leftValues, ...undone] : entry.leftValues;
    // An entry without values of its own changed nothing that could stay.
    if (remaining.length === 0) whole.push(entry);
    if (remaining.length === 0 ? left.length > entry.leftValues.length : undone.length > 0) parts.set(entry.id, { id: entry.id, values: remaining.length === 0 ? entry.undoneValues : [...entry.undoneValues, ...undone], left });
  }
  for (const { entry, values } of onTop) {
    if (alone.has(entry.targetId ?? '')) continue;
    const { left, ...mark } = parts.get(entry.id) ?? { id: entry.id, values: entry.undoneValues, left: entry.leftValues };
    parts.set(entry.id, { ...mark, left: left.filter((value) => !values.has(value) || fails(entry, value)) });
  }
  return { whole, parts: [...parts.values()] };
}
