import type { Operation } from '../../../../shared/domain/plans.ts';
import { sideBySide } from '../lanes.ts';
import type { ApplyPorts, Settlement } from '../port.ts';
import { withoutEffect } from '../prepare.ts';
import { withMissing } from '../send.ts';
import type { Young } from '../young.ts';
import { changeMembersAtExchange } from './members.ts';
import { createAtExchange, deleteAtExchange, updateAtExchange } from './objects.ts';
import { changePermissions } from './permissions.ts';
import { LANES, prepareAtExchange } from './prepare.ts';
import { readPatiently, type ReadyAtExchange } from './run.ts';

/** Operations written down and sent together: every one of them must be looked for after a crash. */
export const EXCHANGE_WAVE_LIMIT = 30;
/** How often an operation without an answer is sent before it counts as failed. */
const MAX_ATTEMPTS = 3;

/** What a wave needs of the run that it belongs to. */
export interface ExchangeRun {
  readonly ports: ApplyPorts;
  readonly signal: AbortSignal | undefined;
  readonly record: (settlements: readonly Settlement[]) => Promise<void>;
  readonly young: Young;
}

/** Carries one operation out; looks after every lost answer and sends again what did not happen. */
async function perform(ready: ReadyAtExchange, { ports, young }: ExchangeRun, signal: AbortSignal): Promise<Settlement> {
  const { intent } = ready;
  let now = ready;
  for (let attempt = 1; attempt <= MAX_ATTEMPTS; attempt += 1) {
    await ports.ledger.mayWrite?.();
    const settlement = await once(now, ports, young, attempt, signal);
    if (settlement !== null) return settlement;
    // Nothing is under way: what is open is known to the next run by its intent.
    signal.throwIfAborted();
    if (intent.operation.kind === 'update' && intent.targetId !== null) now = { ...ready, present: await readPatiently(ports, intent, intent.targetId, young, signal) ?? null };
  }
  return withoutEffect(intent, `Exchange Online gave no answer ${MAX_ATTEMPTS} times; nothing of "${intent.operation.name}" was found in the tenant. Resume the task to try again.`);
}

async function once(ready: ReadyAtExchange, ports: ApplyPorts, young: Young, attempt: number, signal: AbortSignal): Promise<Settlement | null> {
  switch (ready.intent.operation.kind) {
    case 'create': return await createAtExchange(ready, ports, attempt, signal);
    case 'update': return await updateAtExchange(ready, ports);
    case 'delete': return await deleteAtExchange(ready, ports, attempt);
    case 'add members': case 'remove members': return withMissing(await changeMembersAtExchange(ready, ports, young, signal), ready.references);
    case 'add permissions': case 'remove permissions': return await changePermissions(ready, ports, signal);
    default: return withoutEffect(ready.intent, `Exchange Online has no "${ready.intent.operation.kind}" for a ${ready.intent.operation.objectKind}.`);
  }
}

/**
 * One wave of operations that Exchange Online writes, with the guarantees that Graph's have: values before are re-read, drift stops,
 * intents are durable before anything is sent, every answer that was lost is settled by looking.
 * @throws AppError of the tenant after which the same call can go on.
 */
export async function runExchangeWave(wave: readonly Operation[], run: ExchangeRun): Promise<void> {
  const { ports, signal, record, young } = run;
  const { ready, refused } = await prepareAtExchange(wave, ports, young, signal);
  if (ready.length + refused.length > 0) await ports.ledger.intend([...ready.map((r) => r.intent), ...refused.map((r) => r.intent)]);
  await record(refused.map((r) => r.settlement));
  await sideBySide(ready, LANES, signal, async (one, ended) => await perform(one, run, ended), async (_, settlement) => { await record([settlement]); });
}
