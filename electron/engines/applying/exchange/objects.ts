import type { TargetObject } from '../../../../shared/domain/objects.ts';
import { creationCommand, isUnknownObject, mayHaveHappened, readRecipient, removalCommand, runCommand, updateCommands } from '../../tenant/index.ts';
import type { Intent, Settlement } from '../port.ts';
import { withoutEffect } from '../prepare.ts';
import { settled } from '../send.ts';
import { exchangePosition, namesOf, valueBefore, writtenOf } from './position.ts';
import { gatewayOf, keptKindOf, kindOf, refusedAtExchange, type ExchangePorts, type ReadyAtExchange } from './run.ts';

/** Waits between looks, milliseconds: Exchange shows its own writes at once, but for a moment one server may know more than another. */
const LOOK_AGAIN_MS = [0, 1_000, 3_000] as const;
/** How far the clocks of this machine and of the service may differ, milliseconds. */
const CLOCK_SKEW_MS = 10 * 60_000;

/** Addresses and aliases are unique among recipients, so that one of them names what a create made. */
function keyOf({ operation }: Pick<Intent, 'operation'>): string | undefined {
  const value = (name: string): string | undefined => operation.changes.find((c) => c.attribute === name)?.after?.[0];
  return value('externalEmailAddress') ?? value('proxyAddresses')?.slice(5) ?? value('mailNickname');
}

/**
 * Looks for what a create without an answer has made. It must carry all that the create sent and must not be older than the
 * intent, or an undo would one day remove what somebody else made.
 * @returns null: it is not there, or it is somebody else's.
 */
export async function findMade(intent: Intent, ports: ExchangePorts, signal?: AbortSignal): Promise<Settlement | null> {
  const key = keyOf(intent);
  if (key === undefined) return withoutEffect(intent, `"${intent.operation.name}" carries no value that it could be found by in Exchange Online; look for it by hand.`);
  for (const pause of LOOK_AGAIN_MS) {
    if (pause > 0) await ports.wait(pause, signal);
    const found = await readRecipient(gatewayOf(ports), kindOf(intent), key, signal, namesOf([intent.operation]));
    if (found === undefined || found === 'several') continue;
    if (exchangePosition(intent.operation, found.object).at !== 'after') continue;
    if (found.madeAt !== null && found.madeAt < intent.at - CLOCK_SKEW_MS) continue;
    return settled(intent, 'done', { targetId: found.object.id, references: [], message: 'Found after an answer was lost.' });
  }
  return null;
}

const typeOf = (present: TargetObject | null): string => present?.attributes['recipientTypeDetails']?.[0] ?? '';

/** Makes an object. @returns null: it did not happen and may be sent again. */
export async function createAtExchange({ intent }: ReadyAtExchange, ports: ExchangePorts, attempt: number, signal?: AbortSignal): Promise<Settlement | null> {
  try {
    const [row] = await runCommand(gatewayOf(ports), creationCommand(keptKindOf(intent), intent.operation.changes));
    const id = row?.['ExternalDirectoryObjectId'];
    if (typeof id === 'string' && id !== '') return settled(intent, 'done', { targetId: id.toLowerCase(), references: [] });
  } catch (error) {
    // What the first try made late refuses the second one.
    if (!mayHaveHappened(error)) return (attempt > 1 ? await findMade(intent, ports, signal) : null) ?? refusedAtExchange(intent, error);
  }
  return await findMade(intent, ports, signal);
}

/**
 * Changes an object, which takes up to two cmdlets. When the second one is refused, what the first has written is taken back, so
 * that an operation is either done or without effect.
 * @returns null: it did not happen, or only in part; sending it again does no harm.
 */
export async function updateAtExchange({ intent, present }: ReadyAtExchange, ports: ExchangePorts): Promise<Settlement | null> {
  const kind = kindOf(intent);
  const id = intent.targetId ?? '';
  const commands = updateCommands(kind, id, intent.operation.changes, present?.attributes['proxyAddresses'] ?? [], typeOf(present));
  for (const [i, command] of commands.entries()) {
    try {
      await runCommand(gatewayOf(ports), command);
    } catch (error) {
      if (mayHaveHappened(error)) {
        const now = await readRecipient(gatewayOf(ports), kind, id, undefined, namesOf([intent.operation]));
        return now !== undefined && now !== 'several' && exchangePosition(intent.operation, now.object).at === 'after' ? settled(intent, 'done') : null;
      }
      return refusedAtExchange(intent, error, i === 0 ? '' : await takenBack(intent, ports));
    }
  }
  return settled(intent, 'done');
}

/** Writes back what an operation that was refused half-way has written. @returns the sentence about it. */
async function takenBack(intent: Intent, ports: ExchangePorts): Promise<string> {
  const kind = kindOf(intent);
  const id = intent.targetId ?? '';
  const now = await readRecipient(gatewayOf(ports), kind, id, undefined, namesOf([intent.operation]));
  if (now === undefined || now === 'several') return '';
  const inverse = writtenOf(intent.operation, now.object).map((change) => ({ ...change, before: change.after, after: valueBefore(intent.operation, change) }));
  for (const command of updateCommands(kind, id, inverse, now.object.attributes['proxyAddresses'] ?? [], typeOf(now.object))) await runCommand(gatewayOf(ports), command);
  return ' What had been written just before was taken back.';
}

/** Removes an object for good. @returns null: it did not happen and may be sent again. */
export async function deleteAtExchange({ intent }: ReadyAtExchange, ports: ExchangePorts, attempt: number): Promise<Settlement | null> {
  const kind = keptKindOf(intent);
  const id = intent.targetId ?? '';
  try {
    await runCommand(gatewayOf(ports), removalCommand(kind, id));
    return settled(intent, 'done');
  } catch (error) {
    if (isUnknownObject(error)) return attempt > 1 ? settled(intent, 'done') : settled(intent, 'unchanged', { message: 'The object was gone already.' });
    if (!mayHaveHappened(error)) return refusedAtExchange(intent, error);
    return await readRecipient(gatewayOf(ports), kind, id) === undefined ? settled(intent, 'done') : null;
  }
}
