import type { Reference } from '../../../shared/domain/plans.ts';
import { explain, isAlreadyMember, isNotMember, type GraphAnswer, type GraphError, type GraphWrites } from '../tenant/index.ts';
import { sideBySide } from './lanes.ts';
import { lookAtMembers, readMembersOf, resolveReferences } from './look.ts';
import type { ApplyPorts, Intent, Settlement } from './port.ts';
import { matchChangedSentence } from './prepare.ts';
import { isUncertain, named, settle, settled, withMissing, type Resolved } from './send.ts';

/** Groups looked at at the same time. */
const LOOKS = 100;

/** True for refusals of a bind that may be about single members: the others can still be added. */
export function mayBeAboutOneMember(error: GraphError): boolean {
  return isAlreadyMember(error) || isNotMember(error) || error.status === 400;
}

/** What was sent for one operation with members. */
interface Sent { readonly intent: Intent; readonly references: readonly Resolved[] }

/**
 * Settles a bind of members whose answer alone does not tell which memberships are ours.
 * @param answer what came back; undefined counts as no answer.
 * @param signal cuts off looks and waits, never a write.
 * @returns null: nothing of it happened and there was no answer, so that it may be sent again.
 */
export async function settleBind({ intent, references }: Sent, answer: GraphAnswer | undefined, writes: GraphWrites, ports: ApplyPorts, signal?: AbortSignal): Promise<Settlement | null> {
  if (isUncertain(answer)) {
    // All or nothing: when every member is there it was this bind, and when one is missing, those that are there are somebody else's.
    const { rest } = await lookAtMembers(intent, references, ports, signal);
    if (rest.length === 0) return withMissing(settled(intent, 'done', { references: references.map((r) => r.reference) }), references);
  }
  if (answer?.kind !== 'answered') return null;
  if (answer.error && mayBeAboutOneMember(answer.error)) return withMissing(await sendMissing({ intent, references }, writes, ports, signal), references);
  const settlement = settle(intent, answer, references);
  return settlement && withMissing(settlement, references);
}

/**
 * Adds those of the refused members that are not in the group: at once, or one by one when that is refused too, which tells
 * exactly which memberships are ours.
 */
async function sendMissing({ intent, references }: Sent, writes: GraphWrites, ports: ApplyPorts, signal?: AbortSignal): Promise<Settlement> {
  const members = await readMembersOf(intent.targetId ?? '', ports, signal);
  const missing = references.filter((r) => !members.has(r.id));
  if (missing.length === 0) return settled(intent, 'unchanged', { references: [], message: 'They had been made members by somebody else before.' });
  const some = settled(intent, 'done', { references: missing.map((r) => r.reference), message: `${references.length - missing.length} had been made members by somebody else before.` });
  if (missing.length < references.length) {
    const [answer] = await ports.tenant.send([named(intent, writes.addMembers(intent.targetId ?? '', missing.map((r) => r.id)))], undefined, ports.ledger.mayWrite);
    if (answer?.kind === 'answered' && !answer.error) return some;
    if (isUncertain(answer) && (await lookAtMembers(intent, missing, ports, signal)).rest.length === 0) return some;
  }
  return await sendOneByOne({ intent, references: missing }, writes, ports, signal);
}

/** What has become of the members of one operation that are changed one by one, so far. */
interface Tally extends Sent {
  at: number;
  readonly ours: Set<string>;
  readonly doubtful: Resolved[];
  readonly problems: Map<string, string>;
  already: number;
}

const tallyOf = (sent: Sent): Tally => ({ ...sent, at: 0, ours: new Set(), doubtful: [], problems: new Map(), already: 0 });
const isAdding = ({ intent }: Sent): boolean => intent.operation.kind === 'add members';

/** Notes the answer to the request for the member whose turn it was. */
function note(tally: Tally, answer: GraphAnswer | undefined): void {
  const one = tally.references[tally.at++];
  if (one === undefined) return;
  const { reference, id } = one;
  const error = answer?.kind === 'answered' ? answer.error : null;
  if (answer?.kind === 'answered' && !error) { tally.ours.add(id); return; }
  if (error && (isAdding(tally) ? isAlreadyMember(error) : isNotMember(error))) {
    // It was not so before the first try: the refusal of the repeat is that try's success.
    if (isUncertain(answer)) tally.ours.add(id);
    else tally.already++;
    return;
  }
  tally.problems.set(id, `${reference.name}: ${error ? explain(error) : 'no answer'}`);
  if (isUncertain(answer)) tally.doubtful.push(one);
}

/** The settlement of taking one member out when the answer alone says it; null: somebody has to look. */
export function settleRemoval(sent: Sent, answer: GraphAnswer | undefined): Settlement | null {
  const tally = tallyOf(sent);
  note(tally, answer);
  return tally.doubtful.length > 0 ? null : settlementOf(tally);
}

/** The settlement once every member had its turn. @throws AppError when answers were lost and nobody could look. */
async function conclude(tally: Tally, ports: Pick<ApplyPorts, 'tenant' | 'wait'>, signal?: AbortSignal): Promise<Settlement> {
  const { intent, ours, doubtful, problems } = tally;
  if (doubtful.length > 0) {
    for (const { id } of (await lookAtMembers(intent, doubtful, ports, signal)).changed) {
      ours.add(id);
      problems.delete(id);
    }
  }
  return settlementOf(tally);
}

function settlementOf({ intent, references, ours, problems, already }: Tally): Settlement {
  const changed: readonly Reference[] = references.flatMap((r) => (ours.has(r.id) ? [r.reference] : []));
  if (problems.size > 0) return settled(intent, 'failed', { references: changed, message: `${problems.size} of ${references.length} members were refused. ${[...problems.values()].slice(0, 3).join(' ')}` });
  return settled(intent, changed.length > 0 ? 'done' : 'unchanged', { references: changed, message: already > 0 ? `${already} had been changed by somebody else before.` : '' });
}

/**
 * The slow path for members, one request a member: the only way to take members out, and the way to add them when binding 20 at
 * once was refused as a whole. Tells exactly which memberships are ours, so that the undo takes back those and no others. Groups
 * side by side, the members of each in turn, because two writes on one group at a time are refused as concurrent.
 * @param take gets the settlement of an operation, one after the other, as soon as it is there.
 * @param signal cuts off looks and waits, never a write.
 * @throws AppError when answers were lost and nobody could look: the intent must stay open.
 */
export async function sendInTurn(all: readonly Sent[], writes: GraphWrites, ports: Pick<ApplyPorts, 'tenant' | 'wait' | 'ledger'>, signal: AbortSignal | undefined, take: (settlement: Settlement) => Promise<void>): Promise<void> {
  for (let open = all.map(tallyOf); open.length > 0;) {
    const { through = [], rest = [] } = Object.groupBy(open, (tally) => (tally.at < tally.references.length ? 'rest' : 'through'));
    await sideBySide(through, LOOKS, signal, async (tally, ended) => await conclude(tally, ports, ended), async (_, settlement) => { await take(settlement); });
    const answers = await ports.tenant.send(rest.map((tally) => {
      const [group, member] = [tally.intent.targetId ?? '', tally.references[tally.at]?.id ?? ''];
      return named(tally.intent, isAdding(tally) ? writes.addMember(group, member) : writes.removeMember(group, member));
    }), undefined, ports.ledger.mayWrite);
    for (const [i, tally] of rest.entries()) note(tally, answers[i]);
    open = rest;
  }
}

/** The same of one operation, with its settlement. */
export async function sendOneByOne(sent: Sent, writes: GraphWrites, ports: Pick<ApplyPorts, 'tenant' | 'wait' | 'ledger'>, signal?: AbortSignal): Promise<Settlement> {
  const settlements: Settlement[] = [];
  await sendInTurn([sent], writes, ports, signal, (one) => Promise.resolve(void settlements.push(one)));
  return settlements[0] ?? settled(sent.intent, 'unchanged', { references: [] });
}

/**
 * Members that were being added or taken out when the program ended: those that are so now are ours, and the rest is done now. If
 * the whole operation were sent again, they would look like somebody else's and the undo would leave them behind.
 * @returns null when none is: the operation may be sent again as a whole. Also null for other operations.
 */
export async function finishMembers(intent: Intent, writes: GraphWrites, ports: ApplyPorts, signal?: AbortSignal): Promise<Settlement | null> {
  const { operation, targetId } = intent;
  if ((operation.kind !== 'add members' && operation.kind !== 'remove members') || targetId === null) return null;
  const references = await resolveReferences(operation, ports);
  const { changed, rest } = await lookAtMembers(intent, references, ports, signal);
  if (changed.length === 0) return null;
  const ours = changed.map((r) => r.reference);
  const refusal = rest.length === 0 ? null : await matchChangedSentence(operation, ports);
  if (refusal !== null) return settled(intent, 'failed', { references: ours, message: refusal });
  const settlement = rest.length === 0 ? settled(intent, 'done', { references: [] }) : await sendOneByOne({ intent, references: rest }, writes, ports, signal);
  return withMissing({ ...settlement, outcome: settlement.outcome === 'unchanged' ? 'done' : settlement.outcome, references: [...ours, ...settlement.references] }, references);
}
