import { appError, ErrorCode } from '../../../shared/domain/errors.ts';
import type { Operation, Reference } from '../../../shared/domain/plans.ts';
import type { GraphAnswer, GraphRequest } from '../tenant/index.ts';
import { explain, isConflict, isNotMember, toGraphBody, type GraphWrites } from '../tenant/index.ts';
import { licencesOf } from './licences.ts';
import type { Intent, Settlement } from './port.ts';

/** References of one operation with the Graph ids they have now. */
export interface Resolved { readonly reference: Reference; readonly id: string }

/** Graph request of one operation. Members are bound 20 at a time, all or nothing (Graph documentation, "Add members"). */
export function requestOf(operation: Operation, targetId: string | null, references: readonly Resolved[], writes: GraphWrites, newPassword: (operation: Operation) => string): GraphRequest {
  const id = targetId ?? '';
  switch (operation.kind) {
    case 'create':
      return writes.create(operation.objectKind, toGraphBody(operation.objectKind, operation.changes.map((c) => (c.attribute === 'passwordProfile/password' ? { ...c, after: [newPassword(operation)] } : c)), 'create'));
    case 'update': return writes.update(operation.objectKind, id, toGraphBody(operation.objectKind, operation.changes, 'update'));
    case 'set manager': return writes.setManager(id, references[0]?.id ?? '');
    case 'clear manager': return writes.clearManager(id);
    case 'add members': return writes.addMembers(id, references.map((r) => r.id));
    // One at a time: who loses several is sent in turn.
    case 'remove members': return writes.removeMember(id, references[0]?.id ?? '');
    case 'set licences': {
      const { add, remove } = licencesOf(operation);
      return writes.assignLicense(id, add, remove);
    }
    case 'delete': return writes.delete(operation.objectKind, id);
    case 'purge': return writes.purge(id);
    case 'restore': return writes.restore(id);
    case 'add permissions': case 'remove permissions': throw appError(ErrorCode.InvalidInput, `Permissions on the mailbox of "${operation.name}" are written by Exchange Online, and the plan names Microsoft Graph. Plan again.`);
  }
}

/**
 * A write as it is sent: under the id that the journal has for it, so that the service's support finds what the journal names (Graph documentation, "Best
 * practices", reliability and support: `client-request-id`). All requests of one operation have the same; the service does not tell repeats by it.
 */
export const named = ({ id }: Pick<Intent, 'id'>, request: GraphRequest): GraphRequest => ({ ...request, headers: { ...request.headers, 'client-request-id': id } });

/** A settlement with all references of the operation, as far as `more` does not say otherwise. */
export const settled = (intent: Intent, outcome: Settlement['outcome'], more: Partial<Settlement> = {}): Settlement => ({
  intentId: intent.id, operation: intent.operation, outcome, targetId: intent.targetId, references: intent.operation.references, message: '', ...more,
});

/**
 * True when nobody can tell from the answer whether the request was carried out: there is none, or it refuses the repeat of a
 * try that may have succeeded. Then somebody must look.
 */
export function isUncertain(answer: GraphAnswer | undefined): boolean {
  return answer?.kind !== 'answered' || (answer.error !== null && answer.repeated === true);
}

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
  // A purge cannot be looked up: what was there and is gone after a repeat was taken away by the try before.
  if (operation.kind === 'purge' && error.status === 404 && answer.repeated) return settled(intent, 'done');
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
