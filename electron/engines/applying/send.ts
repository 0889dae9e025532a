import type { Operation, Reference } from '../../../shared/domain/plans.ts';
import type { GraphAnswer, GraphRequest } from '../tenant/index.ts';
import { explain, isAlreadyMember, isConflict, isNotMember, toGraphBody, type GraphWrites } from '../tenant/index.ts';
import type { ApplyPorts, Intent, Settlement } from './port.ts';

/** References of one operation with the Graph ids they have now. */
export interface Resolved { readonly reference: Reference; readonly id: string }

/** Graph request of one operation. Members are bound 20 at a time, all or nothing (Graph documentation, "Add members"). */
export function requestOf(operation: Operation, targetId: string | null, references: readonly Resolved[], writes: GraphWrites, newPassword: () => string): GraphRequest {
  const id = targetId ?? '';
  switch (operation.kind) {
    case 'create':
      return writes.create(operation.objectKind, toGraphBody(operation.objectKind, operation.changes.map((c) => (c.attribute === 'passwordProfile/password' ? { ...c, after: [newPassword()] } : c)), 'create'));
    case 'update': return writes.update(operation.objectKind, id, toGraphBody(operation.objectKind, operation.changes, 'update'));
    case 'set manager': return writes.setManager(id, references[0]?.id ?? '');
    case 'clear manager': return writes.clearManager(id);
    case 'add members': return writes.addMembers(id, references.map((r) => r.id));
    // Never sent as one request: see sendMembersOneByOne.
    case 'remove members': return writes.removeMember(id, references[0]?.id ?? '');
    case 'delete': return writes.delete(operation.objectKind, id);
    case 'purge': return writes.purge(id);
    case 'restore': return writes.restore(id);
  }
}

const settled = (intent: Intent, outcome: Settlement['outcome'], more: Partial<Settlement> = {}): Settlement => ({
  intentId: intent.id, operation: intent.operation, outcome, targetId: intent.targetId, references: intent.operation.references, message: '', ...more,
});

/**
 * Turns the answer to one request into a settlement; null when the answer leaves the outcome open and somebody must look
 * (a POST without an answer, or a create that met a conflict which may be its own earlier success).
 */
export function settle(intent: Intent, answer: GraphAnswer, references: readonly Resolved[]): Settlement | null {
  const { operation } = intent;
  if (answer.kind === 'ambiguous') return null;
  if (!answer.error) {
    if (operation.kind === 'create' || operation.kind === 'restore') {
      const id = (answer.body as { id?: unknown } | null)?.id;
      if (typeof id === 'string') return settled(intent, 'done', { targetId: id });
      return operation.kind === 'restore' ? settled(intent, 'done') : null;
    }
    // With the ids that were sent: the plan does not know those of objects that it creates, and the undo needs them.
    return settled(intent, 'done', { references: references.map((r) => r.reference) });
  }
  const { error } = answer;
  if (operation.kind === 'create' && isConflict(error)) return null;
  if ((operation.kind === 'delete' || operation.kind === 'purge') && error.status === 404) return settled(intent, 'unchanged', { message: 'The object was gone already.' });
  if (operation.kind === 'clear manager' && error.status === 404) return settled(intent, 'unchanged', { message: 'There was no manager to clear.' });
  if (operation.kind === 'remove members' && isNotMember(error)) return settled(intent, 'unchanged', { references: [], message: 'It was no member any more.' });
  return settled(intent, 'failed', { references: [], message: explain(error) });
}

/**
 * The settlement of an operation some of whose references do not exist: what was written stands, and the rest is a failure
 * with its names, so that resuming the task tries again.
 */
export function withMissing(settlement: Settlement, references: readonly Resolved[]): Settlement {
  const { operation, outcome } = settlement;
  if (operation.kind !== 'add members' || (outcome !== 'done' && outcome !== 'unchanged')) return settlement;
  const there = new Set(references.map((r) => r.reference.sourceId ?? r.id));
  const missing = operation.references.filter((r) => !there.has(r.sourceId ?? r.targetId ?? ''));
  if (missing.length === 0) return settlement;
  return { ...settlement, outcome: 'failed', message: `${missing.length} of ${operation.references.length} members do not exist in the tenant: ${missing.slice(0, 3).map((r) => r.name).join(', ')}${missing.length > 3 ? ' ...' : ''}. Resume the task once they do.` };
}

/**
 * The slow path for members, one request a member, taken when binding 20 at once was refused as a whole: tells exactly which
 * memberships are ours, so that the undo takes back those and no others.
 */
export async function sendMembersOneByOne(intent: Intent, references: readonly Resolved[], writes: GraphWrites, ports: Pick<ApplyPorts, 'tenant'>, signal?: AbortSignal): Promise<Settlement> {
  const changed: Reference[] = [];
  const problems: string[] = [];
  let already = 0;
  for (const { reference, id } of references) {
    // One after the other: two writes on one group at a time are refused as concurrent.
    const [answer] = await ports.tenant.send([intent.operation.kind === 'add members' ? writes.addMember(intent.targetId ?? '', id) : writes.removeMember(intent.targetId ?? '', id)], signal);
    if (answer?.kind !== 'answered') problems.push(`${reference.name}: no answer`);
    else if (!answer.error) changed.push({ ...reference, targetId: id });
    else if (isAlreadyMember(answer.error) || isNotMember(answer.error)) already++;
    else problems.push(`${reference.name}: ${explain(answer.error)}`);
  }
  if (problems.length > 0) return settled(intent, 'failed', { references: changed, message: `${problems.length} of ${references.length} members were refused. ${problems.slice(0, 3).join(' ')}` });
  return settled(intent, changed.length > 0 ? 'done' : 'unchanged', { references: changed, message: already > 0 ? `${already} had been changed by somebody else before.` : '' });
}
