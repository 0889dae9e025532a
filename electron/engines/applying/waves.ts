import type { Operation } from '../../../shared/domain/plans.ts';
import { licencesOf } from './licences.ts';

/** Largest number of operations written down and sent together: ten Graph batches of 20. */
export const WAVE_LIMIT = 200;

/** True for a change of licences that needs a free unit of a product, or switches a service on. */
const isGiven = (operation: Operation): boolean => licencesOf(operation).add.length > 0;

/**
 * Takes the next operations that may be sent side by side: by the same service, of the same kind (a manager is set only after every user exists, members
 * only after every group exists; a licence is given only after those before it in the plan were taken) and never two on one object, because Graph answers concurrent writes on one object with
 * Directory_ConcurrencyViolation. The order of the plan is kept: an operation on an object already in the wave waits, and so
 * does every later operation of another kind.
 * @param pending operations in plan order.
 * @param key identity of the object an operation writes to.
 */
export function nextWave(pending: readonly Operation[], key: (operation: Operation) => string, limit = WAVE_LIMIT): readonly Operation[] {
  const first = pending[0];
  if (!first) return [];
  const taken = new Set<string>();
  const wave: Operation[] = [];
  for (const operation of pending) {
    if (operation.service !== first.service || operation.kind !== first.kind || operation.objectKind !== first.objectKind || wave.length >= limit) break;
    if (operation.kind === 'set licences' && isGiven(operation) && !isGiven(wave.at(-1) ?? operation)) break;
    const k = key(operation);
    if (taken.has(k)) continue;
    taken.add(k);
    wave.push(operation);
  }
  return wave;
}
