import type { TargetObject } from '../../../../shared/domain/objects.ts';
import type { Operation } from '../../../../shared/domain/plans.ts';
import { isRefusal } from '../../tenant/index.ts';
import { sideBySide } from '../lanes.ts';
import { resolvedBy } from '../look.ts';
import type { ApplyPorts, Intent, Settlement } from '../port.ts';
import { changedMatch, sentenceOf, sourcesOf, withoutEffect, type Refused } from '../prepare.ts';
import type { Resolved } from '../send.ts';
import type { Young } from '../young.ts';
import { asFound, exchangePosition } from './position.ts';
import { readPatiently, refusedAtExchange, type ReadyAtExchange } from './run.ts';

/** Objects read or written side by side: Exchange Online slows down those who ask for much at once (Exchange documentation, PowerShell throttling: few sessions). */
export const LANES = 3;

/** Reasons not to send; as for Graph: it is gone, was never made, or somebody changed the values. */
function refusalOf(intent: Intent, present: TargetObject | undefined, references: readonly Resolved[]): Settlement | null {
  const { operation } = intent;
  if (operation.kind === 'create') return null;
  if (intent.targetId === null) return withoutEffect(intent, `"${operation.name}" does not exist in the tenant because its creation failed.`, 'skipped');
  if (['add members', 'remove members', 'add permissions', 'remove permissions'].includes(operation.kind)) {
    return references.length > 0 ? null : withoutEffect(intent, `None of the objects that "${operation.name}" refers to exists in the tenant.`, 'skipped');
  }
  if (operation.kind === 'delete') return present ? null : withoutEffect(intent, 'The object was gone already.', 'unchanged');
  if (operation.kind !== 'update') return withoutEffect(intent, `Exchange Online has no "${operation.kind}" for a ${operation.objectKind}.`);
  if (!present) return withoutEffect(intent, `"${operation.name}" is no longer in Exchange Online. Discover and plan again.`, 'drifted');
  const where = exchangePosition(operation, present);
  if (where.at === 'after') return withoutEffect(intent, 'The values were so already.', 'unchanged');
  if (where.at === 'elsewhere') return withoutEffect(intent, `${where.differing.map((c) => c.attribute).join(', ')} of "${operation.name}" changed since the plan was made. Plan again to decide.`, 'drifted');
  return null;
}

function beforeOf(operation: Operation, present: TargetObject | undefined): Intent['before'] {
  if (present === undefined) return {};
  return Object.fromEntries(operation.changes.flatMap(({ attribute }) => { const values = present.attributes[attribute]; return values === undefined ? [] : [[attribute, values] as const]; }));
}

/**
 * Finds the ids, re-reads the values before through Exchange Online and sorts out what must not be sent.
 * @throws AppError when Exchange could not be asked; nothing was written down then.
 */
export async function prepareAtExchange(wave: readonly Operation[], ports: ApplyPorts, young: Young, signal?: AbortSignal): Promise<{ readonly ready: readonly ReadyAtExchange[]; readonly refused: readonly Refused[] }> {
  const ids = await ports.ledger.targetIds([...new Set(wave.flatMap(sourcesOf))]);
  const ready: ReadyAtExchange[] = [];
  const refused: Refused[] = [];
  const one = async (operation: Operation, ended: AbortSignal): Promise<() => void> => {
    const targetId = operation.targetId ?? (operation.kind === 'create' || operation.sourceId === null ? null : ids.get(operation.sourceId) ?? null);
    const references = resolvedBy(operation, ids);
    const intent: Intent = { id: ports.newId(), at: ports.now(), operation, targetId, before: {} };
    const refuse = (settlement: Settlement) => () => { refused.push({ intent, settlement }); };
    const already = operation.kind === 'create' && operation.sourceId !== null ? ids.get(operation.sourceId) : undefined;
    if (already !== undefined) return refuse({ ...withoutEffect(intent, `"${operation.name}" has been created or matched since the plan was made.`, 'unchanged'), targetId: already });
    const changed = changedMatch(operation, ids, ports);
    if (changed !== null) return refuse(withoutEffect(intent, sentenceOf(changed), 'drifted'));
    try {
      const present = targetId !== null && (operation.kind === 'update' || operation.kind === 'delete') ? await readPatiently(ports, intent, targetId, young, ended) : undefined;
      const refusal = refusalOf(intent, present, references);
      if (refusal !== null) return refuse(refusal);
      return () => { ready.push({ intent: { ...intent, operation: present === undefined ? operation : asFound(operation, present), before: beforeOf(operation, present) }, references, present: present ?? null }); };
    } catch (error) {
      if (!isRefusal(error)) throw error;
      return refuse(refusedAtExchange(intent, error));
    }
  };
  // Taken in the order of the plan, whatever read is done first.
  const results = new Map<Operation, () => void>();
  await sideBySide(wave, LANES, signal, one, async (operation, take) => { results.set(operation, take); });
  for (const operation of wave) results.get(operation)?.();
  return { ready, refused };
}
