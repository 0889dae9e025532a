import type { Operation } from '../../../shared/domain/plans.ts';
import { licencesOf } from './licences.ts';

/** Largest number of operations written down and sent together: ten Graph batches of 20. */
export const WAVE_LIMIT = 200;

/** Kinds that may go side by side with one another: what they wait for shows in the operation itself. All others go with their like only. */
const SIDE_BY_SIDE: ReadonlySet<Operation['kind']> = new Set(['create', 'update', 'set manager', 'clear manager', 'add members', 'remove members']);
/** Attributes whose values only one object of a tenant may hold, in lower case (Graph documentation, user and group resources). */
const NAMES: ReadonlySet<string> = new Set(['userprincipalname', 'mailnickname', 'mail', 'proxyaddresses', 'onpremisesimmutableid']);

/** True for a change of licences that needs a free unit of a product, or switches a service on. */
const isGiven = (operation: Operation): boolean => licencesOf(operation).add.length > 0;

/** Names that an operation gives up, or takes. */
function names({ changes }: Operation, side: 'before' | 'after'): readonly string[] {
  return changes.flatMap((change) => (NAMES.has(change.attribute.toLowerCase()) ? (change[side] ?? []).map((name) => name.toLowerCase().replace(/^smtp:/, '')) : []));
}

/** True when two operations go in one wave at all. */
const isOfOneWave = (one: Operation, other: Operation): boolean =>
  one.service === other.service && ((one.kind === other.kind && one.objectKind === other.objectKind) || (one.service !== 'exchange' && SIDE_BY_SIDE.has(one.kind) && SIDE_BY_SIDE.has(other.kind)));

/**
 * Takes the next operations that may be sent side by side: by the same service, and never two on one object, because Graph answers concurrent writes on one object with
 * Directory_ConcurrencyViolation. Values, managers and members go together, whatever the objects, so that batches are full; what one operation needs of another one comes in a
 * later wave: an object that is made first, or a name that is given up first. All others, such as deletes, go with their like only and after everything before them in the
 * plan; a licence is given only after those before it were taken. The order of the plan is kept for each object.
 * @param pending operations in plan order.
 * @param key identity of the object an operation writes to.
 * @param keyOf the same of an object that an operation refers to; absent: its Graph id, or its source.
 */
export function nextWave(pending: readonly Operation[], key: (operation: Operation) => string, limit = WAVE_LIMIT, keyOf: (reference: Operation['references'][number]) => string = ({ targetId, sourceId }) => targetId ?? sourceId ?? ''): readonly Operation[] {
  const first = pending[0];
  if (!first) return [];
  const taken = new Set<string>();
  /** Objects that are not there yet. */
  const made = new Set<string>();
  const givenUp = new Set<string>();
  const wave: Operation[] = [];
  for (const operation of pending) {
    if (!isOfOneWave(first, operation) || wave.length >= limit) break;
    if (operation.kind === 'set licences' && isGiven(operation) && !isGiven(wave.at(-1) ?? operation)) break;
    const k = key(operation);
    const waits = taken.has(k) || operation.references.some((reference) => made.has(keyOf(reference))) || names(operation, 'after').some((name) => givenUp.has(name));
    taken.add(k);
    if (operation.kind === 'create') made.add(k);
    // A name that is kept is not given up.
    const kept = new Set(names(operation, 'after'));
    for (const name of names(operation, 'before')) if (!kept.has(name)) givenUp.add(name);
    if (!waits) wave.push(operation);
  }
  return wave;
}
