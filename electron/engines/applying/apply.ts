import PQueue from 'p-queue';
import type { ObjectKind, TargetObject } from '../../../shared/domain/objects.ts';
import type { Operation } from '../../../shared/domain/plans.ts';
import { isAlreadyMember, isNotMember, type GraphWrites } from '../tenant/index.ts';
import { position, readable } from './compare.ts';
import { lookUp } from './look.ts';
import type { ApplyPorts, ApplyResult, Intent, Settlement } from './port.ts';
import { requestOf, sendMembersOneByOne, settle, withMissing, type Resolved } from './send.ts';
import { nextWave } from './waves.ts';

/** How often an operation whose outcome is unknown, and which did not happen, is sent again before it counts as failed. */
const MAX_ATTEMPTS = 3;
/** Groups that lose members at the same time. */
const REMOVAL_LANES = 4;
/** Objects looked for at the same time: a look that finds nothing takes seconds, because Graph may show a new object late. */
const LOOKS = 100;
/** Operations read from the plan at a time. */
const WINDOW = 2_000;

interface Prepared { readonly intent: Intent; readonly references: readonly Resolved[] }

/**
 * Executes the operations of a plan that have no outcome yet: writes the intent down, re-reads the values before, stops an
 * operation on drift, sends in Graph batches, and records each outcome. Calling it again after a crash
 * goes on where the journal ends: intents without an outcome are settled by looking, never by repeating.
 *
 * Cancelling takes effect between waves, so that the outcome of everything sent is known.
 *
 * @returns totals of this run; `cancelled` when the signal ended it early.
 * @throws AppError of the tenant (sign-in lost, unreachable) after which the same call can go on.
 */
export async function applyPlan(ports: ApplyPorts, writes: GraphWrites, signal?: AbortSignal): Promise<ApplyResult> {
  const totals = { done: 0, unchanged: 0, failed: 0, drifted: 0, skipped: 0 };
  const count = (settlements: readonly Settlement[]) => {
    for (const s of settlements) totals[s.outcome]++;
    ports.onProgress({ done: totals.done + totals.unchanged + totals.failed + totals.drifted + totals.skipped, failed: totals.failed + totals.drifted, message: settlements.at(-1)?.operation.name ?? '' });
  };

  await settleOpenIntents(ports, writes, count, signal);
  while (!signal?.aborted) {
    const pending = await ports.ledger.pending(WINDOW);
    if (pending.length === 0) break;
    let rest = pending;
    while (rest.length > 0 && !signal?.aborted) {
      const ids = await ports.ledger.targetIds(rest.flatMap((o) => (o.targetId === null && o.kind !== 'create' && o.sourceId !== null ? [o.sourceId] : [])));
      const wave = nextWave(rest, (o) => o.targetId ?? (o.sourceId === null ? o.id : ids.get(o.sourceId) ?? o.sourceId));
      count(await runWave(wave, ports, writes));
      const gone = new Set(wave.map((o) => o.id));
      rest = rest.filter((o) => !gone.has(o.id));
    }
  }
  return { ...totals, cancelled: signal?.aborted ?? false };
}

/** Settles what an earlier run sent without writing the outcome down; what did not happen becomes pending again. */
async function settleOpenIntents(ports: ApplyPorts, writes: GraphWrites, count: (s: readonly Settlement[]) => void, signal?: AbortSignal): Promise<void> {
  const intents = await ports.ledger.openIntents();
  const found = await sideBySide(intents, (intent) => lookUp(intent, ports, signal));
  for (const [i, intent] of intents.entries()) {
    const settlement = found[i] ?? await finishMembers(intent, ports, writes, signal);
    if (settlement === null) await ports.ledger.reopen(intent.id);
    else {
      await ports.ledger.settle([settlement]);
      count([settlement]);
    }
  }
}

/**
 * Members that were being added one by one when the program ended: those that are there are ours, and the rest is added now. If
 * the whole operation were sent again, they would look like somebody else's and the undo would leave them behind.
 */
async function finishMembers(intent: Intent, ports: ApplyPorts, writes: GraphWrites, signal?: AbortSignal): Promise<Settlement | null> {
  const { operation, targetId } = intent;
  if (operation.kind !== 'add members' || targetId === null) return null;
  const references = await resolveReferences(operation, ports);
  const members = await readMembersOf(targetId, ports, signal);
  const there = references.filter((r) => members.has(r.id));
  const rest = references.filter((r) => !members.has(r.id));
  if (there.length === 0) return null;
  const settlement = rest.length === 0 ? { intentId: intent.id, operation, outcome: 'done' as const, targetId, references: [], message: '' } : await sendMembersOneByOne(intent, rest, writes, ports, signal);
  return withMissing({ ...settlement, outcome: settlement.outcome === 'unchanged' ? 'done' : settlement.outcome, references: [...there.map((r) => r.reference), ...settlement.references] }, references);
}

async function resolveReferences(operation: Operation, ports: ApplyPorts): Promise<readonly Resolved[]> {
  const ids = await ports.ledger.targetIds(operation.references.flatMap((r) => (r.targetId === null && r.sourceId !== null ? [r.sourceId] : [])));
  return operation.references.flatMap((reference): Resolved[] => {
    const id = reference.targetId ?? (reference.sourceId === null ? undefined : ids.get(reference.sourceId));
    return id === undefined ? [] : [{ reference: { ...reference, targetId: id }, id }];
  });
}

async function readMembersOf(groupId: string, ports: ApplyPorts, signal?: AbortSignal): Promise<ReadonlySet<string>> {
  const members = new Set<string>();
  for await (const group of ports.tenant.readMembers([groupId], signal)) for (const id of group.memberIds) members.add(id);
  return members;
}

async function sideBySide<T, R>(items: readonly T[], work: (item: T) => Promise<R>): Promise<readonly R[]> {
  return await new PQueue({ concurrency: LOOKS }).addAll(items.map((item) => () => work(item)));
}

/** One wave: resolve, check drift, write down, send, look where nobody knows, settle. */
async function runWave(wave: readonly Operation[], ports: ApplyPorts, writes: GraphWrites): Promise<readonly Settlement[]> {
  const all: Settlement[] = [];
  const { ready, refused } = await prepare(wave, ports);
  if (ready.length > 0 || refused.length > 0) await ports.ledger.intend([...ready.map((p) => p.intent), ...refused.map((r) => r.intent)]);
  const early = refused.map((r) => r.settlement);
  if (early.length > 0) { await ports.ledger.settle(early); all.push(...early); }

  // Graph takes one member out per request, and concurrent writes on one group are refused: groups side by side, members in turn.
  const removals = ready.filter((p) => p.intent.operation.kind === 'remove members');
  const queue = new PQueue({ concurrency: REMOVAL_LANES });
  await queue.addAll(removals.map((p) => async () => {
    const settlement = await sendMembersOneByOne(p.intent, p.references, writes, ports);
    await ports.ledger.settle([settlement]);
    all.push(settlement);
  }));

  let open = ready.filter((p) => p.intent.operation.kind !== 'remove members');
  for (let attempt = 1; open.length > 0; attempt++) {
    // No abort signal here: what is sent must be settled.
    const answers = await ports.tenant.send(open.map((p) => requestOf(p.intent.operation, p.intent.targetId, p.references, writes, ports.newPassword)));
    const settlements: Settlement[] = [];
    const unknown: { readonly prepared: Prepared; readonly conflict: string | null }[] = [];
    for (const [i, prepared] of open.entries()) {
      const answer = answers[i];
      if (answer === undefined) { unknown.push({ prepared, conflict: null }); continue; }
      const kind = prepared.intent.operation.kind;
      if (answer.kind === 'answered' && answer.error && kind === 'add members' && prepared.references.length > 1
        && (isAlreadyMember(answer.error) || isNotMember(answer.error) || answer.error.status === 404 || answer.error.status === 400)) {
        settlements.push(withMissing(await sendMissingMembers(prepared, writes, ports), prepared.references));
        continue;
      }
      if (answer.kind === 'answered' && answer.error && kind === 'add members' && isAlreadyMember(answer.error)) {
        settlements.push(withMissing({ intentId: prepared.intent.id, operation: prepared.intent.operation, outcome: 'unchanged', targetId: prepared.intent.targetId, references: [], message: 'It had been made a member by somebody else before.' }, prepared.references));
        continue;
      }
      const settlement = settle(prepared.intent, answer, prepared.references);
      if (settlement) settlements.push(withMissing(settlement, prepared.references));
      else unknown.push({ prepared, conflict: answer.kind === 'answered' && answer.error ? answer.error.message : null });
    }
    const again: Prepared[] = [];
    const looked = await sideBySide(unknown, ({ prepared }) => lookUp(prepared.intent, ports));
    for (const [i, { prepared, conflict }] of unknown.entries()) {
      const found = looked[i] ?? null;
      if (found) settlements.push(withMissing(found, prepared.references));
      else if (conflict === null && attempt < MAX_ATTEMPTS) again.push(prepared);
      else settlements.push(failed(prepared.intent, conflict === null
        ? `The service gave no answer ${attempt} times; nothing of "${prepared.intent.operation.name}" was found in the tenant. Resume the task to try again.`
        : `"${prepared.intent.operation.name}" was not created: ${conflict} The holder may be in the recycle bin.`));
    }
    if (settlements.length > 0) { await ports.ledger.settle(settlements); all.push(...settlements); }
    open = again;
  }
  return all;
}

/**
 * Adds those of the refused members that are not in the group: at once, or one by one when that is refused too, which tells
 * exactly which memberships are ours.
 */
async function sendMissingMembers({ intent, references }: Prepared, writes: GraphWrites, ports: ApplyPorts): Promise<Settlement> {
  const members = await readMembersOf(intent.targetId ?? '', ports);
  const missing = references.filter((r) => !members.has(r.id));
  const settled: Settlement = { intentId: intent.id, operation: intent.operation, targetId: intent.targetId, outcome: 'unchanged', references: [], message: 'They had been made members by somebody else before.' };
  if (missing.length === 0) return settled;
  const some = missing.length === references.length ? [] : await ports.tenant.send([writes.addMembers(intent.targetId ?? '', missing.map((r) => r.id))]);
  const [answer] = some;
  if (answer?.kind !== 'answered' || answer.error) return await sendMembersOneByOne(intent, missing, writes, ports);
  return { ...settled, outcome: 'done', references: missing.map((r) => r.reference), message: `${references.length - missing.length} had been made members by somebody else before.` };
}

const failed = (intent: Intent, message: string, outcome: Settlement['outcome'] = 'failed'): Settlement => ({
  intentId: intent.id, operation: intent.operation, outcome, targetId: intent.targetId, references: [], message,
});

/** Finds the Graph ids, re-reads the values before and sorts out what must not be sent. */
async function prepare(wave: readonly Operation[], ports: ApplyPorts): Promise<{ ready: readonly Prepared[]; refused: readonly { intent: Intent; settlement: Settlement }[] }> {
  const wanted = new Set(wave.flatMap((o) => [...(o.targetId === null && o.sourceId !== null ? [o.sourceId] : []), ...o.references.flatMap((r) => (r.targetId === null && r.sourceId !== null ? [r.sourceId] : []))]));
  const ids = await ports.ledger.targetIds([...wanted]);
  const present = await readPresent(wave, ids, ports);
  const ready: Prepared[] = [];
  const refused: { intent: Intent; settlement: Settlement }[] = [];
  for (const operation of wave) {
    const targetId = operation.targetId ?? (operation.kind === 'create' || operation.sourceId === null ? null : ids.get(operation.sourceId) ?? null);
    const references = operation.references.flatMap((reference): Resolved[] => {
      const id = reference.targetId ?? (reference.sourceId === null ? undefined : ids.get(reference.sourceId));
      return id === undefined ? [] : [{ reference: { ...reference, targetId: id }, id }];
    });
    const object = targetId === null ? undefined : present.get(targetId);
    const before = object ? Object.fromEntries(operation.changes.filter(readable).flatMap((c) => (object.attributes[c.attribute] ? [[c.attribute, object.attributes[c.attribute] ?? []] as const] : []))) : {};
    const manager = object?.links['manager'];
    const intent: Intent = { id: ports.newId(), at: ports.now(), operation: withFoundManager(operation, manager?.[0]), targetId, before: manager ? { ...before, manager } : before };
    const already = operation.kind === 'create' && operation.sourceId !== null ? ids.get(operation.sourceId) : undefined;
    // Security groups have no key that Graph keeps unique: without this look a second plan of the same objects would make a second group.
    const refusal = already === undefined ? refusalOf(intent.operation, targetId, object, references, intent)
      : { ...failed(intent, `"${operation.name}" has been created or matched since the plan was made.`, 'unchanged'), targetId: already };
    if (refusal) refused.push({ intent, settlement: refusal });
    else ready.push({ intent, references });
  }
  return { ready, refused };
}

/** The recycle bin does not show managers: what a restored user had is known only now, and the undo needs it. */
function withFoundManager(operation: Operation, manager: string | undefined): Operation {
  if ((operation.kind !== 'set manager' && operation.kind !== 'clear manager') || operation.previous[0]?.targetId !== null) return operation;
  return { ...operation, previous: manager === undefined ? [] : [{ sourceId: null, targetId: manager, name: manager }] };
}

/** Reasons not to send: the object is gone or was never made, a referred object does not exist, or somebody changed the values. */
function refusalOf(operation: Operation, targetId: string | null, object: TargetObject | undefined, references: readonly Resolved[], intent: Intent): Settlement | null {
  if (operation.kind === 'create' || operation.kind === 'restore' || operation.kind === 'purge') return null;
  if (targetId === null) return failed(intent, `"${operation.name}" does not exist in the tenant because its creation failed.`, 'skipped');
  if (['set manager', 'add members', 'remove members'].includes(operation.kind) && references.length === 0) return failed(intent, `None of the objects that "${operation.name}" refers to exists in the tenant.`, 'skipped');
  if (operation.kind === 'delete') return object ? null : failed(intent, 'The object was gone already.', 'unchanged');
  if (operation.kind === 'add members' || operation.kind === 'remove members') return null;
  if (!object) return failed(intent, `"${operation.name}" is no longer in the tenant. Discover and plan again.`, 'drifted');
  if (operation.kind === 'set manager' || operation.kind === 'clear manager') {
    const now = object.links['manager']?.[0];
    const wanted = operation.kind === 'set manager' ? references[0]?.id : undefined;
    if (now === wanted) return failed(intent, 'The manager was set so already.', 'unchanged');
    const expected = operation.previous[0]?.targetId ?? undefined;
    if (now !== expected) return failed(intent, `The manager of "${operation.name}" was changed since the plan was made. Plan again to decide.`, 'drifted');
    return null;
  }
  const where = position(operation, object);
  if (where.at === 'after') return failed(intent, 'The values were so already.', 'unchanged');
  if (where.at === 'elsewhere') return failed(intent, `${where.differing.map((c) => c.attribute).join(', ')} of "${operation.name}" changed since the plan was made. Plan again to decide.`, 'drifted');
  return null;
}

/** Present state of the objects of a wave whose before-values matter. */
async function readPresent(wave: readonly Operation[], ids: ReadonlyMap<string, string>, ports: ApplyPorts): Promise<ReadonlyMap<string, TargetObject>> {
  const first = wave[0];
  const all = new Map<string, TargetObject>();
  if (!first || !['update', 'set manager', 'clear manager', 'delete'].includes(first.kind)) return all;
  const byKind = new Map<ObjectKind, string[]>();
  for (const o of wave) {
    const id = o.targetId ?? (o.sourceId === null ? undefined : ids.get(o.sourceId));
    if (id !== undefined) byKind.set(o.objectKind, [...(byKind.get(o.objectKind) ?? []), id]);
  }
  for (const [kind, list] of byKind) for (const [id, object] of await ports.tenant.readByIds(kind, list)) if (object) all.set(id, object);
  return all;
}
