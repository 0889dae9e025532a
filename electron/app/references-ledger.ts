import { MAILBOX_PERMISSIONS, type UnresolvedReference } from '../../shared/domain/plans.ts';
import { waitsForArrival } from '../../shared/domain/references.ts';
import { normaliseDn } from '../../shared/rules/dn.ts';
import { TARGET_ATTRIBUTES } from '../../shared/rules/target-attributes.ts';
import { writtenBy } from './references-elsewhere.ts';
import type { Services } from './services.ts';

/** Names under which a roll back of single attributes knows links. */
const LINKS = new Set(['members', 'manager', ...MAILBOX_PERMISSIONS.map((one) => one.toLowerCase()), ...TARGET_ATTRIBUTES.flatMap((one) => (one.names === undefined ? [] : [one.name.toLowerCase()]))]);

/** Objects whose links were all written, looked up together. */
const PIECE = 1_000;

/** A task and the plan that it applied. */
interface Applied { readonly pairId: string; readonly collectionId: string; readonly taskId: string; readonly planId: string }

/** How the objects of a plan came out. */
export interface ReferenceOutcome {
  /** True for an object that the task was asked to migrate; false for one that is in the plan because it waited. */
  readonly asked: (sourceId: string) => boolean;
  /** Objects all of whose operations went well, asked for or not. */
  readonly written: readonly string[];
}

/**
 * Keeps the ledger after a migration: what it left unresolved waits, what it wrote waits no longer. An object that could not be
 * created waits for nothing; it is migrated again as a whole. In memory: a page of references and those of one object.
 * @param turn gives way between two pages.
 */
export async function recordReferences(services: Services, task: Applied, outcome: ReferenceOutcome, turn: () => Promise<void>): Promise<void> {
  const { store } = services;
  const closed = new Set(outcome.written.filter(outcome.asked));
  const healed = new Set(outcome.written.filter((id) => !outcome.asked(id)));
  const left = new Set<string>();
  for await (const rows of unresolvedOf(services, task.planId)) {
    await turn();
    for (const one of rows) if (healed.has(one.sourceId)) left.add(keyOf(one));
    const asked = rows.filter((one) => outcome.asked(one.sourceId));
    // What waited, and will not be written by the arrival of anybody, says so from now on.
    await store.references.explain(task.pairId, rows.filter((one) => !outcome.asked(one.sourceId) && !waitsForArrival(one.reason)));
    const ids = [...new Set(asked.map((one) => one.sourceId))];
    const matches = await store.matches.getMany(task.pairId, ids);
    await store.references.record(task.pairId, task, asked.filter((one) => matches.get(one.sourceId)?.state === 'Matched'), ids.filter((id) => closed.delete(id)));
  }
  const rest = [...closed];
  for (let from = 0; from < rest.length; from += PIECE) {
    await store.references.record(task.pairId, task, [], rest.slice(from, from + PIECE));
    await turn();
  }
  if (healed.size > 0) await closeHealed(services, task, healed, left);
  await store.references.settle(task.pairId);
}

const keyOf = (one: Pick<UnresolvedReference, 'sourceId' | 'attribute' | 'dn'>): string => `${one.sourceId}\n${one.attribute.toLowerCase()}\n${normaliseDn(one.dn)}`;

/** In the order of the plan, all of one object together: a plan speaks of every object once. */
async function* unresolvedOf({ store }: Services, planId: string): AsyncIterable<readonly UnresolvedReference[]> {
  let open: UnresolvedReference[] = [];
  let after: string | null = null;
  do {
    const page: Awaited<ReturnType<typeof store.plans.pageUnresolved>> = await store.plans.pageUnresolved({ planId, after, limit: 500 });
    open.push(...page.rows);
    after = page.next;
    const last = open.at(-1)?.sourceId;
    const whole = after === null ? open.length : open.findIndex((one) => one.sourceId === last);
    if (whole > 0) yield open.slice(0, whole);
    open = open.slice(whole);
  } while (after !== null);
}

/** Of objects outside the run: what they waited for has a match, was not left unresolved again, all writes went well, and this was one of them or was there before. */
async function closeHealed({ store }: Services, task: Applied, healed: ReadonlySet<string>, left: ReadonlySet<string>): Promise<void> {
  const written = writtenBy({ store }, task.pairId, task.planId);
  for await (const page of store.references.iterateOpen(task.pairId, [...healed])) {
    const open = page.flatMap((one) => (one.otherId !== null && one.remade === null && waitsForArrival(one.reason) && !left.has(keyOf(one)) ? [{ ...one, otherId: one.otherId }] : []));
    const matches = await store.matches.getMany(task.pairId, [...new Set(open.map((one) => one.otherId))]);
    await store.references.markHealed(task.pairId, task.taskId, await written(open.filter((one) => matches.get(one.otherId)?.state === 'Matched')));
  }
}

/** Keeps the ledger after a roll back: what the task had healed, or what was healed on the object taken back, waits again. */
export async function reopenReferences({ store }: Services, pairId: string, undone: { readonly undoes: string | null; readonly tasks: readonly string[] | null; readonly objectId: string | null; readonly attributes: readonly string[] | null }): Promise<void> {
  if (undone.objectId !== null) {
    if (undone.attributes === null || undone.attributes.some((name) => LINKS.has(name.toLowerCase()))) await store.references.reopen(pairId, { sourceId: undone.objectId });
  } else for (const taskId of undone.undoes !== null ? [undone.undoes] : undone.tasks ?? []) await store.references.reopen(pairId, { taskId });
  await store.references.settle(pairId);
}
