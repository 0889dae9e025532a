import type { Reference } from '../../../shared/domain/plans.ts';
import { explain, isAlreadyMember, isNotMember, type GraphAnswer, type GraphError, type GraphWrites } from '../tenant/index.ts';
import { lookAtMembers, readMembersOf, resolveReferences } from './look.ts';
import type { ApplyPorts, Intent, Settlement } from './port.ts';
import { matchChangedSentence } from './prepare.ts';
import { isUncertain, settle, settled, withMissing, type Resolved } from './send.ts';

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
    const [answer] = await ports.tenant.send([writes.addMembers(intent.targetId ?? '', missing.map((r) => r.id))]);
    if (answer?.kind === 'answered' && !answer.error) return some;
    if (isUncertain(answer) && (await lookAtMembers(intent, missing, ports, signal)).rest.length === 0) return some;
  }
  return await sendOneByOne({ intent, references: missing }, writes, ports, signal);
}

/**
 * The slow path for members, one request a member: the only way to take members out, and the way to add them when binding 20 at
 * once was refused as a whole. Tells exactly which memberships are ours, so that the undo takes back those and no others.
 * @param signal cuts off looks and waits, never a write.
 * @throws AppError when answers were lost and nobody could look: the intent must stay open.
 */
export async function sendOneByOne({ intent, references }: Sent, writes: GraphWrites, ports: Pick<ApplyPorts, 'tenant' | 'wait'>, signal?: AbortSignal): Promise<Settlement> {
  const adding = intent.operation.kind === 'add members';
  const ours = new Set<string>();
  const doubtful: Resolved[] = [];
  const problems = new Map<string, string>();
  let already = 0;
  for (const one of references) {
    const { reference, id } = one;
    // One after the other: two writes on one group at a time are refused as concurrent.
    const [answer] = await ports.tenant.send([adding ? writes.addMember(intent.targetId ?? '', id) : writes.removeMember(intent.targetId ?? '', id)]);
    const error = answer?.kind === 'answered' ? answer.error : null;
    if (answer?.kind === 'answered' && !error) { ours.add(id); continue; }
    if (error && (adding ? isAlreadyMember(error) : isNotMember(error))) {
      // It was not so before the first try: the refusal of the repeat is that try's success.
      if (isUncertain(answer)) ours.add(id);
      else already++;
      continue;
    }
    problems.set(id, `${reference.name}: ${error ? explain(error) : 'no answer'}`);
    if (isUncertain(answer)) doubtful.push(one);
  }
  if (doubtful.length > 0) {
    for (const { id } of (await lookAtMembers(intent, doubtful, ports, signal)).changed) {
      ours.add(id);
      problems.delete(id);
    }
  }
  const changed: readonly Reference[] = references.flatMap((r) => (ours.has(r.id) ? [r.reference] : []));
  if (problems.size > 0) return settled(intent, 'failed', { references: changed, message: `${problems.size} of ${references.length} members were refused. ${[...problems.values()].slice(0, 3).join(' ')}` });
  return settled(intent, changed.length > 0 ? 'done' : 'unchanged', { references: changed, message: already > 0 ? `${already} had been changed by somebody else before.` : '' });
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
