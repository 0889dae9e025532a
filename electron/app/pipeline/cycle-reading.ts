import type { CycleKind } from '../../../shared/domain/coexistence.ts';
import type { Directory } from '../../engines/directory/index.ts';
import { TRACKED_RESOURCES, type OpenedTenant } from '../../engines/tenant/index.ts';
import type { CoexistenceRecord, CollectionRecord, PairRecord, TaskRecord } from '../../store/index.ts';
import { refreshScope } from '../collections-scope.ts';
import type { Services } from '../services.ts';
import { candidatesBehind } from './cycle-candidates.ts';
import { followScope } from './cycle-members.ts';
import { readPair } from './pair-reading.ts';
import { readSourceChanges } from './read-source-changes.ts';
import { readTargetChanges } from './read-target-changes.ts';
import type { Reporter } from './reporter.ts';

/** What a cycle learnt of both sides. */
export interface CycleReading {
  /** Objects of either side that changed since the cycle before; of a cycle that compares everything, what this reading found. */
  readonly changes: number;
  /** Objects that a cycle has to compare; null: all of the collection. */
  readonly candidates: readonly string[] | null;
  /** How far the feed of changes was seen: where the next cycle goes on when this one comes to its end. */
  readonly position: number;
}

/** Filters whose answer for an object changes with another object: a group that gets a member is changed, the member is not (MS-ADTS 3.1.1.3.4.4.3, back links). */
const LOOKS_AT_OTHERS = /memberof|directreports|managedobjects|1\.2\.840\.113556\.1\.4\.1941/i;

/**
 * Brings what the project knows of both sides up to date, the members of dynamic collections included. What it costs follows what changed; a
 * full cycle reads everything anew. Sides that cannot tell what changed are read whole by themselves.
 */
export async function readBothSides(
  services: Services, pair: PairRecord, collection: CollectionRecord, { kind, freshFrom, record, task }: { readonly kind: CycleKind; readonly freshFrom: number | null; readonly record: CoexistenceRecord; readonly task: TaskRecord }, directory: Directory, tenant: OpenedTenant, reporter: Reporter, signal: AbortSignal,
): Promise<CycleReading> {
  const { store } = services;
  const whole = kind !== 'changes';
  const read = await readPair(services, pair, task, { kind: 'changes', since: whole ? null : freshFrom }, reporter, signal, async (held) => {
    if (kind === 'full') for (const side of TRACKED_RESOURCES) await store.watermarks.remove(pair.id, side);
    const source = await readSourceChanges(services, pair, directory, reporter, held, kind === 'full' ? 'everything' : 'changes');
    return { source, target: await readTargetChanges(services, pair, tenant, reporter, held) };
  });
  const behind = await candidatesBehind(services, pair, collection, record.position, record.settings.upnSuffix, signal);
  // A whole reading has followed the scopes of all collections.
  if (read === undefined || read.source.whole === null) await followOwnScope(services, directory, pair, collection, behind.sources, signal);
  return { changes: whole && read !== undefined ? read.source.changed + read.source.gone + read.target.changed + read.target.removed : behind.changes, candidates: whole ? null : behind.ids, position: behind.position };
}

/** Each collection follows its own scope: another one that cannot be read stops nobody else's cycle. */
async function followOwnScope(services: Services, directory: Directory, pair: PairRecord, collection: CollectionRecord, ids: readonly string[], signal: AbortSignal): Promise<void> {
  if (collection.kind !== 'dynamic' || collection.scope === null) return;
  if (LOOKS_AT_OTHERS.test(collection.scope.filter)) await refreshScope(services, directory, pair, collection, signal);
  else await followScope(services, directory, pair, collection, ids, signal);
}

/** Brings what the project knows of the directory up to date, and whether the collection holds these objects: asked right before something is taken from them. */
export async function readSourceAgain(services: Services, pair: PairRecord, collection: CollectionRecord, task: TaskRecord, ids: readonly string[], directory: Directory, reporter: Reporter, signal: AbortSignal): Promise<void> {
  await readPair(services, pair, task, { kind: 'changes', since: null }, reporter, signal, async (held) => await readSourceChanges(services, pair, directory, reporter, held), 'one side');
  await followOwnScope(services, directory, pair, collection, ids, signal);
}
