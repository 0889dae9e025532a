import type { DriftRow, DriftSelection } from '../../shared/contracts/drift.ts';
import { appError, ErrorCode } from '../../shared/domain/errors.ts';
import { MEMBER_ITEM } from '../../shared/rules/agreed.ts';
import type { Handlers } from '../ipc/router.ts';
import type { DriftRecord, Repositories } from '../store/index.ts';
import { queueCycle } from './coexistence-queue.ts';
import { whyNoCycle } from './coexistence-rows.ts';
import { interruptDeadOf } from './dead-owners.ts';
import type { Services } from './services.ts';
import { taskRow } from './task-rows.ts';

/** Changes of others decided about in one transaction's page. */
const PAGE = 1_000;

/** A change of others as windows and the command line see it. */
function toDriftRow({ number, pairId: _pairId, expected, actual, ...one }: DriftRecord): DriftRow {
  return { id: String(number), ...one, expected: [...expected], actual: [...actual] };
}

/** Open changes of a selection, page by page. */
async function* selected(store: Pick<Repositories, 'drift'>, collectionId: string, selection: DriftSelection): AsyncIterable<readonly DriftRecord[]> {
  const wrong = selection.mode === 'ids' ? selection.ids.find((id) => !/^\d+$/.test(id)) : undefined;
  if (wrong !== undefined) throw appError(ErrorCode.InvalidInput, `"${wrong}" is no number of a change of others. Take it from the list.`);
  const which = selection.mode === 'ids' ? { numbers: selection.ids.map(Number) } : { search: selection.search, attribute: selection.attribute };
  for (let after = 0; ;) {
    const page = await store.drift.open(collectionId, which, after, PAGE);
    if (page.length > 0) yield page;
    after = page.at(-1)?.number ?? after;
    if (page.length < PAGE) return;
  }
}

const nothing = (name: string) => appError(ErrorCode.NotFound, `Nothing of that waits in "${name}" any more: it was decided about, or the tenant came back to the rules. Look at the list again.`);

/** Channels of what others changed in the tenant. */
export function driftHandlers(services: Services): Pick<Handlers, Extract<keyof Handlers, `drift.${string}`>> {
  const { store } = services;
  const changed = (): void => { services.emit('store.changed', { nouns: ['coexistence', 'objects'] }); };
  return {
    async 'drift.page'(query) {
      await store.collections.get(query.collectionId);
      const { rows, ...page } = await store.drift.page(query);
      return { ...page, rows: rows.map(toDriftRow) };
    },
    async 'drift.summary'({ collectionId }) {
      await store.collections.get(collectionId);
      const { byAttribute, ...sums } = await store.drift.summary(collectionId);
      return { ...sums, byAttribute: [...byAttribute] };
    },
    async 'drift.reapply'({ collectionId, selection }) {
      const collection = await store.collections.get(collectionId);
      await interruptDeadOf(services, { collectionId });
      const task = await store.transaction(async (tx) => {
        const record = await tx.coexistence.get(collectionId);
        if (record?.state !== 'On') throw appError(ErrorCode.Conflict, whyNoCycle(collection, record));
        let rows = 0;
        for await (const page of selected(tx, collectionId, selection)) rows += await tx.drift.decide(page.map((one) => one.number), 'ask', services.actor);
        if (rows === 0) throw nothing(collection.name);
        // A cycle that failed, and a full one above all, comes first and takes these along.
        const only = record.failures > 0 || record.fullAt === null ? {} : { only: 'drift' as const };
        const reason = `${services.actor} asked to write what the rules say over ${rows === 1 ? 'a change' : `${rows} changes`} of others.`;
        return await queueCycle(tx, record, { kind: 'changes', reason, by: services.actor, retry: 'when due', ...only });
      });
      services.emit('tasks.changed', await taskRow(store, task.id));
      changed();
      services.nudge();
      return { taskId: task.id };
    },
    async 'drift.accept'({ collectionId, selection }) {
      const collection = await store.collections.get(collectionId);
      const accepted = await store.transaction(async (tx) => {
        let rows = 0;
        for await (const page of selected(tx, collectionId, selection)) {
          rows += await tx.drift.decide(page.map((one) => one.number), 'accept', services.actor);
          await tx.holds.put(collection.pairId, page.map(({ sourceId, attribute, item }) => ({ sourceId, attribute: item === '' ? attribute : `${MEMBER_ITEM}${item}`, since: services.now(), by: services.actor, reason: 'A change that others made in Microsoft 365 was accepted.', taskId: null })));
        }
        if (rows === 0) throw nothing(collection.name);
        return rows;
      });
      changed();
      return { accepted };
    },
  };
}
