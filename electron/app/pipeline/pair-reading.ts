import { createHash } from 'node:crypto';
import { appError, ErrorCode } from '../../../shared/domain/errors.ts';
import type { OpenedTenant } from '../../engines/tenant/index.ts';
import type { PairRecord, ReadingKind, TaskRecord } from '../../store/index.ts';
import { isDead } from '../dead-owners.ts';
import type { Services } from '../services.ts';
import { attributesToRead, discoverSource, discoverTarget, type Discovered } from './discover.ts';
import type { Reporter } from './reporter.ts';

/** The lease on reading a pair ends so long after the last sign of life of the reader, milliseconds: as that of a task. */
const LEASE_MS = 20_000;
const RENEW_MS = 5_000;
/** How often it is looked whether another reading has ended, milliseconds. */
const LOOK_MS = 250;
/** What was read longer ago is read again, milliseconds. */
const FRESH_MS = 5 * 60_000;

/** What a task needs to know of both sides of its pair. */
export interface ReadingNeed {
  readonly kind: ReadingKind;
  /** A reading that began then or later, for another task, is good enough, milliseconds since 1970 UTC; null: only an own one. */
  readonly since: number | null;
}

/**
 * What is good enough for a task that runs for the first time: whatever began after it was asked for, and not long ago, has seen all that its person has
 * seen. A task that goes on after an interruption reads by itself, because it may have been resumed for what was changed since.
 */
export function sinceAsked({ now }: Pick<Services, 'now'>, task: Pick<TaskRecord, 'createdAt' | 'seq'>): number | null {
  // Made, and taken once (TaskRecord.seq).
  return task.seq === 2 ? Math.max(task.createdAt, now() - FRESH_MS) : null;
}

/** What a reading asks for: of another connection, or of other attributes, it says nothing. */
async function askedOf(services: Services, pair: PairRecord): Promise<string> {
  const attributes = (await attributesToRead(services, pair)).toSorted();
  return createHash('sha256').update(JSON.stringify([pair.source, pair.target, attributes])).digest('base64');
}

/**
 * Reads both sides of a pair while nobody else does, in whichever process: two readings at once would take each other's objects for gone. Who comes
 * while another one reads waits, and uses what that one has read when it is fresh enough.
 * @param read the reading itself. Its signal ends it also when the lease was lost, such as by a machine that slept: another task reads by then.
 * @param sides what is read; one side alone is of no use to others.
 * @returns what it returned; undefined when another task's reading was good enough.
 */
export async function readPair<T>(
  services: Services, pair: PairRecord, task: Pick<TaskRecord, 'id' | 'leaseOwner'>, { kind, since }: ReadingNeed, reporter: Reporter, signal: AbortSignal, read: (signal: AbortSignal) => Promise<T>, sides: 'both sides' | 'one side' = 'both sides',
): Promise<T | undefined> {
  const { pairReadings } = services.store;
  const owner = `${task.leaseOwner ?? ''} ${task.id}`;
  const asked = await askedOf(services, pair);
  for (let told = false; ;) {
    const last = since === null ? undefined : await pairReadings.last(pair.id, kind);
    if (since !== null && last !== undefined && last.asked === asked && last.beganAt >= since) return undefined;
    const taken = await pairReadings.take(pair.id, owner, LEASE_MS);
    if (taken !== undefined) return await holding(services, pair.id, { owner, reading: sides === 'both sides' ? { asked, kind, ...taken } : null }, signal, read);
    // A process of this machine that was killed while it read: nobody has to wait for the end of its lease.
    const holder = await pairReadings.holder(pair.id);
    if (holder !== undefined && isDead(holder)) { await pairReadings.end(pair.id, holder, null); continue; }
    if (!told) await reporter.phase('discover source', 'Waiting while another task reads both sides');
    told = true;
    await services.wait(LOOK_MS, signal);
  }
}

type Held = { readonly owner: string; readonly reading: Parameters<Services['store']['pairReadings']['end']>[2] };

async function holding<T>({ store, log }: Services, pairId: string, { owner, reading }: Held, signal: AbortSignal, read: (signal: AbortSignal) => Promise<T>): Promise<T> {
  const lost = new AbortController();
  const lostIt = (): Error => appError(ErrorCode.Conflict, 'Another task has begun to read both sides, because this one gave no sign of life for too long. Resume it to read anew.', { retryable: true });
  const renew = async (): Promise<void> => { if (!await store.pairReadings.renew(pairId, owner, LEASE_MS)) lost.abort(lostIt()); };
  const timer = setInterval(() => { renew().catch((error: unknown) => { log.warn({ err: error, pairId }, 'the lease on reading could not be renewed'); }); }, RENEW_MS);
  timer.unref();
  let came = false;
  try {
    const result = await read(AbortSignal.any([signal, lost.signal])).catch((error: unknown) => { throw lost.signal.aborted && !signal.aborted ? lost.signal.reason : error; });
    // It may have been lost since the last sign of life, and what was read came between the pages of another reading.
    if (!await store.pairReadings.renew(pairId, owner, LEASE_MS)) throw lostIt();
    came = true;
    return result;
  } finally {
    clearInterval(timer);
    await store.pairReadings.end(pairId, owner, came ? reading : null);
  }
}

/** Reads both sides of a pair whole, as {@link readPair} does. @returns undefined when another task's reading was good enough. */
export async function discoverBoth(
  services: Services, pair: PairRecord, task: Pick<TaskRecord, 'id' | 'leaseOwner'>, since: number | null, tenant: OpenedTenant, reporter: Reporter, signal: AbortSignal,
): Promise<Discovered | undefined> {
  return await readPair(services, pair, task, { kind: 'whole', since }, reporter, signal, async (held) => {
    // Only whoever reads opens the directory: an export is parsed from its beginning to its end, and a server wants a sign-in.
    const directory = await services.openDirectory(pair);
    try {
      return { ...await discoverSource(services, pair, directory, reporter, held), ...await discoverTarget(services, pair, tenant, reporter, held) };
    } finally { await directory.close(); }
  });
}
