import type { WriteRecord } from '../../../electron/simulator/index.ts';
import type { JournalEntry, StoredOperation, Store } from '../../../electron/store/index.ts';

/** What the journal and the plans of some tasks hold. */
export interface Books { readonly entries: readonly JournalEntry[]; readonly operations: readonly StoredOperation[] }

/** Reads the journal and the plans of these tasks. */
export async function readBooks(store: Store, tasks: readonly { readonly id: string; readonly planId: string | null }[]): Promise<Books> {
  const entries: JournalEntry[] = [];
  const operations: StoredOperation[] = [];
  for (const { id, planId } of tasks) {
    for await (const page of store.journal.iterateOfTask(id, { order: 'oldest first' })) entries.push(...page);
    entries.push(...await store.journal.openIntents(id));
    if (planId !== null) for await (const page of store.plans.iterateOperations(planId)) operations.push(...page);
  }
  return { entries, operations };
}

/**
 * Compares what the service says it did with what the journal says was done.
 * @param writes the simulator's log of the writes that took effect.
 * @returns every difference in words: writes that no intent stands for, effects that came twice, operations whose outcome is not what happened.
 */
export function audit(writes: readonly WriteRecord[], { entries, operations }: Books): readonly string[] {
  const problems: string[] = [];
  const byIntent = new Map(entries.map((entry) => [entry.id, entry]));
  const effects = new Map<string, WriteRecord[]>();
  for (const write of writes) {
    const entry = write.id === null ? undefined : byIntent.get(write.id);
    if (entry === undefined) { problems.push(`write ${write.number} (${write.method} ${write.path}) came with ${write.id ?? 'no id'}, which is no intent of the journal`); continue; }
    effects.set(entry.operationId, [...effects.get(entry.operationId) ?? [], write]);
    if (entry.outcome !== 'done') problems.push(`${told(entry)} is ${entry.outcome ?? 'without an outcome'}, but write ${write.number} took effect`);
  }
  const linkOf = (operation: Pick<StoredOperation, 'kind' | 'sourceId'>, other: string | null): string => `${operation.kind} ${operation.sourceId ?? ''} ${other ?? ''}`;
  const settled = new Set(entries.filter((entry) => entry.outcome === 'done' || entry.outcome === 'unchanged').map((entry) => entry.operationId));
  const linked = new Set(operations.flatMap((operation) => (settled.has(operation.id) ? operation.references.map((reference) => linkOf(operation, reference.sourceId)) : [])));
  for (const entry of entries) if (entry.outcome === null) problems.push(`${told(entry)} has no outcome`);
  for (const operation of operations) {
    const seen = effects.get(operation.id) ?? [];
    const said = entries.filter((entry) => entry.operationId === operation.id && entry.outcome !== 'skipped');
    // Left to a plan that was approved before: that one has to have written all of it.
    if (said.length === 0 && operation.outcome === 'unchanged' && operation.references.length > 0) {
      for (const { name, sourceId } of operation.references) if (!linked.has(linkOf(operation, sourceId))) problems.push(`${operation.kind} of ${operation.name} was left to another plan, and none has written ${name}`);
      continue;
    }
    if (said.length !== 1) problems.push(`${operation.kind} of ${operation.name} has ${said.length} final entries in the journal`);
    if (said[0] !== undefined && said[0].outcome !== operation.outcome) problems.push(`${operation.kind} of ${operation.name} is ${operation.outcome} in the plan and ${said[0].outcome ?? 'open'} in the journal`);
    if (operation.outcome === 'done' && seen.length === 0) problems.push(`${operation.kind} of ${operation.name} is done, and the service knows nothing of it`);
    // Members may come in more than one request; each of them once.
    if (seen.length > 1 && operation.kind !== 'add members') problems.push(`${operation.kind} of ${operation.name} took effect ${seen.length} times: writes ${seen.map((one) => one.number).join(', ')}`);
  }
  problems.push(...twice(writes));
  return problems;
}

/** Members that were added, and managers that were set, more than once, whichever operations did it. */
function twice(writes: readonly WriteRecord[]): readonly string[] {
  const seen = new Map<string, number>();
  const problems: string[] = [];
  for (const write of writes) {
    for (const named of write.names) {
      const effect = `${write.path.replace(/\/members\/\$ref$/, '')} ${named}`;
      const before = seen.get(effect);
      if (before !== undefined) problems.push(`${effect} was written twice: writes ${before} and ${write.number}`);
      seen.set(effect, write.number);
    }
  }
  return problems;
}

const told = (entry: JournalEntry): string => `the ${entry.kind} of ${entry.operation.name}`;
