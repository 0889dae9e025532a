import { appError, ErrorCode } from '../../../shared/domain/errors.ts';
import { isWithin } from '../../../shared/rules/dn.ts';
import { CHANGE_METHODS, CONTAINER_FILTER, seesDeletions, silentAttributes, type ChangedObject, type ChangeMark, type ChangeMethod, type ChangeReading, type Directory } from '../../engines/directory/index.ts';
import type { PairRecord, Watermark } from '../../store/index.ts';
import type { Services } from '../services.ts';
import { isLinkName, LINK_ATTRIBUTES, OBJECT_FILTER } from '../source-attributes.ts';
import { namesOf, nothingStored, storeBelow, storeByIds, visibleIds, type SourceReading, type StoredChanges } from './changed-sources.ts';
import { attributesToRead, discoverSource } from './discover.ts';
import type { Reporter } from './reporter.ts';

/** Names of the watermarks: where reading changes stands, and when all ids were compared. */
const SIDE = 'source';
const SWEEP = 'source ids';
/** Where deletions are not told, all ids are compared so often, milliseconds: a day. */
const SWEEP_EVERY_MS = 24 * 60 * 60_000;
/** Links from which on an object is not read again for a few of them: more than one answer holds (MaxValRange 1,500, MS-ADTS 3.1.1.3.4.6). */
const MANY_LINKS = 1_000;

/** What a reading of changes did. */
export interface SourceChanges {
  readonly method: ChangeMethod;
  /** Why the whole directory was read, in words; null: only what changed. */
  readonly whole: string | null;
  /** What cannot be seen this way, in words; empty: nothing. */
  readonly problem: string;
  /** Objects whose values, links or names were stored anew, and those that are no longer there. */
  readonly changed: number;
  readonly gone: number;
  /** LDAP searches. */
  readonly searches: number;
}

/** How to read. `everything`: a whole reading, whatever the mark says. `compare`: the ids as well, where deletions are not told. */
export type SourceReadingMode = 'changes' | 'compare' | 'everything';

/**
 * Brings the stored objects of a pair's directory up to date. Costs what changed: with nothing changed three searches, and nothing is written but the
 * watermark. What changed is in the change feed afterwards. A whole reading is made by itself where the mark is worth nothing, and says why.
 * One reading a pair at a time. @throws AppError of the directory; what was stored until then stays, and the next reading begins at the same mark.
 */
export async function readSourceChanges(services: Services, pair: PairRecord, directory: Directory, reporter: Reporter, signal: AbortSignal, mode: SourceReadingMode = 'changes'): Promise<SourceChanges> {
  const { store } = services;
  const searched = directory.searches;
  const attributes = await attributesToRead(services, pair);
  const base = pair.source.kind === 'ldap' ? pair.source.baseDn : '';
  const marks = await store.watermarks.list(pair.id);
  const stored = marks.get(SIDE);
  const since = stored === undefined || (stored.method === 'whole reading' && directory.capabilities.live) ? null : markOf(stored);
  const isSweepDue = mode === 'compare' || services.now() - (marks.get(SWEEP)?.readAt ?? 0) >= SWEEP_EVERY_MS;
  const reading = await directory.changes(since, { base, filter: OBJECT_FILTER, attributes, account: pair.source.kind === 'ldap' ? pair.source.username : '', climb: isSweepDue }, signal);
  const whole = mode === 'everything' ? 'A reading of everything was asked for.' : stored?.problem && stored.method === 'whole reading' ? stored.problem : reading.whole;
  if (whole !== null) return await readWhole({ services, pair, directory, reporter, signal, attributes, reading, whole, searched });
  const compare = since !== null && !(seesDeletions(since.method) && seesDeletions(reading.mark.method)) && directory.capabilities.live && isSweepDue;
  const run: SourceReading = { services, pair, directory, base, attributes, runId: services.newId(), signal, progress: (done) => { reporter.progress(done); } };
  const found = reading.changed.length > 0 || reading.deleted.length > 0 || compare ? await storeChanges(run, reading, compare, reporter) : { changed: 0, left: 0, gone: [] };
  const gone = await store.transaction(async (tx) => {
    const left = found.gone.length === 0 ? [] : await tx.sources.markGone(pair.id, found.gone);
    await tx.watermarks.save(pair.id, SIDE, toWatermark(reading.mark, services.now()));
    if (compare) await tx.watermarks.save(pair.id, SWEEP, toWatermark(reading.mark, services.now()));
    return found.left + left.length;
  });
  return { method: reading.mark.method, whole: null, problem: reading.mark.problem, changed: found.changed, gone, searches: directory.searches - searched };
}

const toWatermark = ({ askedHash, method, server, invocation, usn, token, problem }: ChangeMark, readAt: number): Watermark => ({ askedHash, method, server, invocation, usn, token, problem, readAt });

function markOf({ readAt: _readAt, method, ...rest }: Watermark): ChangeMark | null {
  const known = CHANGE_METHODS.find((one) => one === method);
  return known === undefined ? null : { ...rest, method: known };
}

interface WholeReading {
  readonly services: Services; readonly pair: PairRecord; readonly directory: Directory; readonly reporter: Reporter; readonly signal: AbortSignal;
  readonly attributes: readonly string[]; readonly reading: ChangeReading; readonly whole: string; readonly searched: number;
}

async function readWhole({ services, pair, directory, reporter, signal, attributes, reading, whole, searched }: WholeReading): Promise<SourceChanges> {
  const { store } = services;
  // Before the objects: one that is renamed in between is told of by the next reading, and then its old name must be the stored one.
  const containers = directory.capabilities.live ? await namesOf(directory.read({ base: (await directory.rootDse(signal)).defaultNamingContext, scope: 'sub', filter: CONTAINER_FILTER, attributes: ['objectGUID'] }, signal)) : [];
  const silent = directory.capabilities.live ? silentAttributes(await directory.schema(signal), attributes, isLinkName) : [];
  const { sourcesChanged, sourcesGone } = await discoverSource(services, pair, directory, reporter, signal);
  const mark: ChangeMark = silent.length === 0 ? reading.mark : {
    ...reading.mark, method: 'whole reading', problem: `Rules read ${silent.join(', ')}, whose changes Active Directory does not tell, so each reading is a whole one.`,
  };
  await store.transaction(async (tx) => {
    await tx.containers.replaceAll(pair.id, containers);
    for (const side of [SIDE, SWEEP]) await tx.watermarks.save(pair.id, side, toWatermark(mark, services.now()));
  });
  return { method: mark.method, whole: silent.length === 0 ? whole : mark.problem, problem: mark.problem, changed: sourcesChanged, gone: sourcesGone, searches: directory.searches - searched };
}

/** Stores what was told. @returns how many were flagged as gone, and the ids that are to be together with the mark. */
async function storeChanges(run: SourceReading, { changed, deleted, mark }: ChangeReading, compare: boolean, reporter: Reporter): Promise<{ readonly changed: number; readonly left: number; readonly gone: readonly string[] }> {
  const { services: { store }, pair, base } = run;
  await reporter.phase('discover source', `Reading what changed on ${mark.server}`);
  const unclear = await store.containers.some(pair.id, changed.flatMap(({ id, container }) => (container === null ? [id] : [])));
  const isContainer = ({ id, container }: ChangedObject): boolean => container ?? unclear.has(id);
  const objects = changed.filter((one) => !isContainer(one));
  const { left, doubtful, entered } = await store.sources.applyMoves(pair.id, base, { objects, containers: changed.filter(isContainer), deleted });
  const into = nothingStored();
  const inside = objects.filter(({ dn }) => isWithin(dn, base));
  const apart = await storeLinks(run, inside);
  await storeByIds(run, [...inside.flatMap(({ id }) => (apart.has(id) ? [] : [id])), ...doubtful], into);
  for (const { dn } of entered) await storeBelow(run, dn, into);
  const gone = compare ? await compareIds(run, into) : [];
  // Those that are read for it tell of others in turn.
  for (let rest = [...into.doubtful]; rest.length > 0; rest = [...into.doubtful].filter((id) => !into.seen.has(id))) { into.doubtful.clear(); await storeByIds(run, rest, into); }
  await reporter.flush();
  const asked = [...objects.map(({ id }) => id), ...doubtful].filter((id) => !into.seen.has(id) && !apart.has(id));
  return { changed: into.changed.size + apart.size, left: left.length, gone: [...deleted, ...asked, ...gone] };
}

/** Changes links of objects that have very many, instead of reading them all again. @returns ids of these objects. */
async function storeLinks({ services: { store }, pair }: SourceReading, objects: readonly ChangedObject[]): Promise<ReadonlySet<string>> {
  const candidates = objects.filter(({ links = {} }) => Object.keys(links).length > 0 && Object.keys(links).every(isLinkName));
  const counts = await store.sources.linkCounts(pair.id, candidates.map(({ id }) => id));
  const done = new Set<string>();
  for (const { id, links = {} } of candidates) {
    if ((counts.get(id) ?? 0) < MANY_LINKS) continue;
    await store.sources.changeLinks(pair.id, id, Object.entries(links).map(([name, change]) => ({ attribute: LINK_ATTRIBUTES.find((known) => known.toLowerCase() === name.toLowerCase()) ?? name, ...change })));
    done.add(id);
  }
  return done;
}

/** Compares what the directory shows with what is stored: reads what is new to the store, and whoever named what is gone. @returns ids of what is gone. */
async function compareIds(run: SourceReading, into: StoredChanges): Promise<readonly string[]> {
  const { services: { store }, pair, directory } = run;
  const visible = await visibleIds(run);
  // The same safeguard as a whole reading has: a right was taken away, rather than everybody deleted.
  if (visible.size === 0) throw appError(ErrorCode.DirectoryRefused, `${(await directory.rootDse(run.signal)).server} shows no users, groups or contacts any more. Check the base DN and the account's read rights.`);
  const present = await store.sources.presentIds(pair.id);
  const gone = [...present].filter((id) => !visible.has(id));
  await storeByIds(run, [...visible].filter((id) => !present.has(id)), into);
  await storeByIds(run, (await store.sources.referrers(pair.id, gone)).filter((id) => visible.has(id)), into);
  return gone;
}
