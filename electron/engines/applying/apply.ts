import { AppError, ErrorCode } from '../../../shared/domain/errors.ts';
import type { Operation } from '../../../shared/domain/plans.ts';
import { isAlreadyMember, type GraphAnswer, type GraphWrites } from '../tenant/index.ts';
import { EXCHANGE_WAVE_LIMIT, finishExchange, runExchangeWave } from './exchange/index.ts';
import { sideBySide } from './lanes.ts';
import { lookUp } from './look.ts';
import { finishMembers, mayBeAboutOneMember, sendInTurn, settleBind, settleRemoval } from './members.ts';
import type { ApplyPorts, ApplyResult, Intent, Settlement } from './port.ts';
import { presentObjects, type Present } from './present.ts';
import { prepare, withoutEffect, type Prepared } from './prepare.ts';
import { isUncertain, named, requestOf, settle, withMissing } from './send.ts';
import { nextWave, WAVE_LIMIT } from './waves.ts';
import { isTooEarly, YOUNG_WAITS_MS, youngObjects, type Young } from './young.ts';

/** How often an operation whose outcome is unknown, and which did not happen, is sent again before it counts as failed. */
const MAX_ATTEMPTS = 3;
/** Objects looked for at the same time: a look that finds nothing takes seconds, because Graph may show a new object late. */
const LOOKS = 100;
/** The same at Exchange Online, which slows down those who ask for much at once. */
const EXCHANGE_LOOKS = 3;
/** Operations read from the plan at a time. */
const WINDOW = 2_000;

/** One run: what every step needs. `record` writes outcomes down, durably, and counts them. */
interface Run {
  readonly ports: ApplyPorts;
  readonly writes: GraphWrites;
  readonly signal: AbortSignal | undefined;
  readonly record: (settlements: readonly Settlement[]) => Promise<void>;
  /** What this run has made so recently that the tenant may not know it everywhere yet. */
  readonly young: Young;
  /** What is about to be written to. */
  readonly present: Present;
}

/**
 * Executes the operations of a plan that have no outcome yet: writes the intent down, re-reads the values before, stops an
 * operation on drift, sends in Graph batches, and records each outcome. Calling it again after a crash
 * goes on where the journal ends: intents without an outcome are settled by looking, never by repeating.
 *
 * Cancelling never cuts off a write. It takes effect between waves, and in a wave once nothing is under way: looks and waits end
 * at once, and intents that nobody could settle stay open for the next call.
 *
 * @returns totals of this run; `cancelled` when the signal ended it early.
 * @throws AppError of the tenant (sign-in lost, unreachable) after which the same call can go on.
 */
export async function applyPlan(ports: ApplyPorts, writes: GraphWrites, signal?: AbortSignal): Promise<ApplyResult> {
  const totals = { done: 0, unchanged: 0, failed: 0, drifted: 0, skipped: 0 };
  const young = youngObjects(ports);
  const present = presentObjects(ports, young, signal);
  const record = async (settlements: readonly Settlement[]) => {
    if (settlements.length === 0) return;
    await ports.ledger.settle(settlements);
    young.note(settlements);
    present.note(settlements);
    for (const s of settlements) totals[s.outcome]++;
    ports.onProgress({ done: totals.done + totals.unchanged + totals.failed + totals.drifted + totals.skipped, failed: totals.failed + totals.drifted, message: settlements.at(-1)?.operation.name ?? '' });
  };
  try {
    await applyAll({ ports, writes, signal, record, young, present });
  } catch (error) {
    if (!signal?.aborted || !isAbort(error, signal)) throw error;
  }
  return { ...totals, cancelled: signal?.aborted ?? false };
}

const isAbort = (error: unknown, { reason }: AbortSignal): boolean => error === reason || (error instanceof AppError && error.data.code === ErrorCode.Cancelled) || (error instanceof Error && error.name === 'AbortError');

async function applyAll(run: Run): Promise<void> {
  const { ports: { ledger }, signal, present } = run;
  await settleOpenIntents(run);
  while (!signal?.aborted) {
    const pending = await ledger.pending(WINDOW);
    if (pending.length === 0) break;
    let rest = pending;
    const targetIds = async () => await ledger.targetIds(rest.flatMap((o) => (o.targetId === null && o.kind !== 'create' && o.sourceId !== null ? [o.sourceId] : [])));
    await present.foresee(pending, await targetIds());
    while (rest.length > 0 && !signal?.aborted) {
      const ids = await targetIds();
      const wave = nextWave(rest, (o) => o.targetId ?? (o.sourceId === null ? o.id : ids.get(o.sourceId) ?? o.sourceId), rest[0]?.service === 'exchange' ? EXCHANGE_WAVE_LIMIT : WAVE_LIMIT);
      await runWave(wave, run);
      const gone = new Set(wave.map((o) => o.id));
      rest = rest.filter((o) => !gone.has(o.id));
    }
  }
}

/** Settles what an earlier run sent without writing the outcome down; what did not happen becomes pending again. */
async function settleOpenIntents({ ports, writes, signal, record }: Run): Promise<void> {
  const intents = await ports.ledger.openIntents();
  const isMembers = ({ operation: { kind } }: Intent) => kind === 'add members' || kind === 'remove members';
  const [atExchange, atGraph] = [intents.filter((i) => i.operation.service === 'exchange'), intents.filter((i) => i.operation.service !== 'exchange')];
  const take = async (intent: Intent, settlement: Settlement | null) => { if (settlement === null) await ports.ledger.reopen(intent.id); else await record([settlement]); };
  await sideBySide(atGraph, LOOKS, signal, async (intent, ended) => (isMembers(intent) ? await finishMembers(intent, writes, ports, ended) : await lookUp(intent, ports, ended)), take);
  // Creates first: members and values are known by what was made.
  for (const part of [atExchange.filter((i) => i.operation.kind === 'create'), atExchange.filter((i) => i.operation.kind !== 'create')]) {
    await sideBySide(part, EXCHANGE_LOOKS, signal, async (intent, ended) => await finishExchange(intent, ports, ended), take);
  }
}

/** One wave: resolve, check drift, write down, send, settle, look where nobody knows. */
async function runWave(wave: readonly Operation[], run: Run): Promise<void> {
  const { ports, writes, signal, record, present } = run;
  if (wave[0]?.service === 'exchange') return await runExchangeWave(wave, run);
  const { ready, refused } = await prepare(wave, ports, present);
  if (ready.length > 0 || refused.length > 0) await ports.ledger.intend([...ready.map((p) => p.intent), ...refused.map((r) => r.intent)]);
  await record(refused.map((r) => r.settlement));

  // Graph takes one member out per request: several of one group are sent in turn, a single one goes with the others.
  const isInTurn = ({ intent: { operation }, references }: Prepared): boolean => operation.kind === 'remove members' && references.length > 1;
  await sendInTurn(ready.filter(isInTurn), writes, ports, signal, async (settlement) => { await record([settlement]); });

  let open = ready.filter((p) => !isInTurn(p));
  let [attempt, waits] = [1, 0];
  while (open.length > 0) {
    const { again, early } = await sendWave(open, attempt, waits < YOUNG_WAITS_MS.length, run);
    if (again.length > 0) attempt++;
    if (early.length > 0) await ports.wait(YOUNG_WAITS_MS[waits++] ?? 0, signal);
    // Nothing is under way any more; what was to be sent again is known to the next run by its intent.
    signal?.throwIfAborted();
    open = [...again, ...early];
  }
}

/**
 * Sends and settles; what got an answer that says it all is written down before anybody looks for the rest.
 * @param patient what came too early for an object made just now may be sent once more.
 * @returns what is to be sent again, at once and after a wait.
 */
async function sendWave(open: readonly Prepared[], attempt: number, patient: boolean, { ports, writes, signal, record, young }: Run): Promise<{ readonly again: Prepared[]; readonly early: Prepared[] }> {
  // No abort signal here: what is sent must be settled.
  const answers = await ports.tenant.send(open.map((p) => named(p.intent, requestOf(p.intent.operation, p.intent.targetId, p.references, writes, ports.newPassword))), undefined, ports.ledger.mayWrite);
  const settlements: Settlement[] = [];
  const unclear: { readonly prepared: Prepared; readonly answer: GraphAnswer | undefined }[] = [];
  const early: Prepared[] = [];
  for (const [i, prepared] of open.entries()) {
    if (patient && isTooEarly(prepared, answers[i], young)) { early.push(prepared); continue; }
    const settlement = atOnce(prepared, answers[i]);
    if (settlement) settlements.push(settlement);
    else unclear.push({ prepared, answer: answers[i] });
  }
  await record(settlements);

  const again: Prepared[] = [];
  await sideBySide(unclear, LOOKS, signal, async ({ prepared, answer }, ended) => await byLooking(prepared, answer, writes, ports, ended), async ({ prepared }, settlement) => {
    if (settlement) await record([settlement]);
    else if (attempt < MAX_ATTEMPTS) again.push(prepared);
    else await record([withoutEffect(prepared.intent, `The service gave no answer ${attempt} times; nothing of "${prepared.intent.operation.name}" was found in the tenant. Resume the task to try again.`)]);
  });
  return { again, early };
}

/** The settlement when the answer alone says what happened. */
function atOnce({ intent, references }: Prepared, answer: GraphAnswer | undefined): Settlement | null {
  if (intent.operation.kind === 'remove members') return settleRemoval({ intent, references }, answer);
  if (answer?.kind !== 'answered' || isUncertain(answer)) return null;
  if (answer.error && intent.operation.kind === 'add members') {
    if (references.length > 1 && mayBeAboutOneMember(answer.error)) return null;
    if (isAlreadyMember(answer.error)) return withMissing(withoutEffect(intent, 'It had been made a member by somebody else before.', 'unchanged'), references);
  }
  const settlement = settle(intent, answer, references);
  return settlement && withMissing(settlement, references);
}

/** The settlement when somebody has to look. @returns null: it did not happen, and why is not known. @throws AppError when nobody could look. */
async function byLooking(prepared: Prepared, answer: GraphAnswer | undefined, writes: GraphWrites, ports: ApplyPorts, signal: AbortSignal): Promise<Settlement | null> {
  const { intent, references } = prepared;
  if (intent.operation.kind === 'add members') return await settleBind(prepared, answer, writes, ports, signal);
  const found = await lookUp(intent, ports, signal);
  if (found || answer?.kind !== 'answered' || !answer.error) return found;
  return settle(intent, answer, references) ?? withoutEffect(intent, `"${intent.operation.name}" was not created: ${answer.error.message} The holder may be in the recycle bin.`);
}
