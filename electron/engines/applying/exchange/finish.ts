import { readRecipient } from '../../tenant/index.ts';
import { resolveReferences } from '../look.ts';
import type { Intent, Settlement } from '../port.ts';
import { matchChangedSentence } from '../prepare.ts';
import { settled, withMissing } from '../send.ts';
import { changeMembersAtExchange, lookAtExchangeMembers } from './members.ts';
import { findMade } from './objects.ts';
import { exchangePosition, namesOf, writtenOf } from './position.ts';
import { isPermissions, settlePermissions } from './permissions.ts';
import { gatewayOf, kindOf, NONE_YOUNG, type ExchangePorts } from './run.ts';

const isMembers = ({ operation: { kind } }: Intent): boolean => kind === 'add members' || kind === 'remove members';

/**
 * Settles an intent whose outcome nobody knows by looking at Exchange Online; writes nothing.
 * @returns null when nothing of it happened. Members and values that were changed in part count as far as they were changed, so that
 * a roll back takes them back.
 * @throws AppError when nobody could look: the intent must stay open.
 */
export async function lookUpAtExchange(intent: Intent, ports: ExchangePorts, signal?: AbortSignal): Promise<Settlement | null> {
  if (intent.operation.kind === 'create') return await findMade(intent, ports, signal);
  if (intent.targetId === null) return null;
  if (isPermissions(intent)) return await settlePermissions(intent, await resolveReferences(intent.operation, ports), ports, 'only look', signal);
  if (isMembers(intent)) {
    const references = await resolveReferences(intent.operation, ports);
    const { changed, rest } = await lookAtExchangeMembers(intent, references, ports, signal);
    if (changed.length === 0) return null;
    return settled(intent, rest.length === 0 ? 'done' : 'failed', { references: changed.map((r) => r.reference) });
  }
  const found = await readRecipient(gatewayOf(ports), kindOf(intent), intent.targetId, signal, namesOf([intent.operation]));
  if (intent.operation.kind === 'delete') return found === undefined ? settled(intent, 'done') : null;
  if (found === undefined || found === 'several') return null;
  return writtenOf(intent.operation, found.object).length > 0 ? settled(intent, 'done') : null;
}

/**
 * Settles an intent that an earlier run left open, and does the rest of its members: if they were sent again as a whole, those
 * that are there would look like somebody else's.
 * @returns null: the operation may be sent again as a whole.
 */
export async function finishExchange(intent: Intent, ports: ExchangePorts, signal?: AbortSignal): Promise<Settlement | null> {
  if (intent.operation.kind === 'update') {
    const found = intent.targetId === null ? undefined : await readRecipient(gatewayOf(ports), kindOf(intent), intent.targetId, signal, namesOf([intent.operation]));
    return found !== undefined && found !== 'several' && exchangePosition(intent.operation, found.object).at === 'after' ? settled(intent, 'done') : null;
  }
  if (isPermissions(intent) && intent.targetId !== null) {
    const holds = await matchChangedSentence(intent.operation, ports) === null;
    return await settlePermissions(intent, await resolveReferences(intent.operation, ports), ports, holds ? 'change the rest' : 'only look', signal);
  }
  if (!isMembers(intent) || intent.targetId === null) return await lookUpAtExchange(intent, ports, signal);
  const references = await resolveReferences(intent.operation, ports);
  const { changed, rest } = await lookAtExchangeMembers(intent, references, ports, signal);
  if (changed.length === 0) return null;
  const ours = changed.map((r) => r.reference);
  if (rest.length === 0) return withMissing(settled(intent, 'done', { references: ours }), references);
  const refusal = await matchChangedSentence(intent.operation, ports);
  if (refusal !== null) return settled(intent, 'failed', { references: ours, message: refusal });
  const settlement = await changeMembersAtExchange({ intent, references: rest }, ports, NONE_YOUNG, signal);
  return withMissing({ ...settlement, outcome: settlement.outcome === 'unchanged' ? 'done' : settlement.outcome, references: [...ours, ...settlement.references] }, references);
}
