import type { EvidenceKind } from '../../shared/domain/evidence.ts';
import { redact } from '../platform/redaction.ts';
import type { Repositories, TaskRecord } from '../store/index.ts';

/** Something that somebody decided or sent. */
export interface RecordedEvent {
  /** Null: it concerns the whole project. */
  readonly pairId: string | null;
  readonly collectionId?: string | null;
  readonly taskId?: string | null;
  readonly kind: EvidenceKind;
  /** Who: the name of a person, or of the agent that did it. */
  readonly actor: string;
  /** Milliseconds since 1970 UTC. */
  readonly at: number;
  /** What it was done to, in words: a plan, a batch, a step. */
  readonly subject: string;
  /** Figures and values; what a key calls a password, secret or token is left out. */
  readonly detail: Record<string, unknown>;
}

/** The plan of a task in words. */
export const planSubject = ({ kind, collectionName }: Pick<TaskRecord, 'kind' | 'collectionName'>): string => `${kind} plan${collectionName === '' ? '' : ` of ${collectionName}`}`;

/**
 * Records an event in the chain of evidence, in the caller's transaction: both are kept, or neither. It can never be changed or removed.
 * @param tx the repositories of the transaction that does what the event tells of.
 */
export async function recordEvent(tx: Pick<Repositories, 'evidence'>, event: RecordedEvent): Promise<void> {
  const { collectionId = null, taskId = null, detail, ...rest } = event;
  await tx.evidence.record({ ...rest, collectionId, taskId, detail: JSON.stringify(redact(detail)) });
}
