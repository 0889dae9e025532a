import type { Handlers } from '../ipc/router.ts';
import type { WriteBack, WriteBackGroup } from '../../shared/contracts/write-back.ts';
import { appError, ErrorCode } from '../../shared/domain/errors.ts';
import { WRITE_BACK_RUNS, type WriteBackRuns } from '../../shared/domain/write-back.ts';
import { smtpAddresses } from '../../shared/rules/addresses.ts';
import type { CollectionRecord, Repositories, WriteBackGroupRecord } from '../store/index.ts';
import { startTask } from './checks-fix.ts';
import { whyNotFixed } from './pipeline/fix.ts';
import { WriteBackTask } from './pipeline/task-settings.ts';
import { readTenantMembers, whyWaiting } from './pipeline/write-back-tenant.ts';
import type { Services } from './services.ts';
import { groupsOf, whyNotChosen } from './write-back-groups.ts';

/** Groups of one collection that can be chosen. */
const MOST = 1_000;
const settingOf = (collectionId: string): string => `write-back/${collectionId}`;
const mailOf = ({ attributes }: Pick<WriteBackGroupRecord, 'attributes'>): string => attributes['mail']?.[0] ?? smtpAddresses(attributes)[0] ?? '';

/** When membership of a collection is written back; on demand until somebody says otherwise. */
export async function writeBackRuns(store: Pick<Repositories, 'pairSettings'>, { id, pairId }: Pick<CollectionRecord, 'id' | 'pairId'>): Promise<WriteBackRuns> {
  const value = await store.pairSettings.get(pairId, settingOf(id));
  return WRITE_BACK_RUNS.find((one) => one === value) ?? 'on demand';
}

/** Channels of membership written back to the directory. */
export function writeBackHandlers(services: Services): Pick<Handlers, 'writeBack.get' | 'writeBack.candidates' | 'writeBack.choose' | 'writeBack.save' | 'writeBack.waiting' | 'tasks.writeBack'> {
  const { store } = services;
  const changed = (): void => { services.emit('store.changed', { nouns: ['coexistence'] }); };
  return {
    'writeBack.get': async ({ collectionId }) => await standingOf(services, await store.collections.get(collectionId)),
    async 'writeBack.candidates'({ collectionId, ...request }) {
      const collection = await store.collections.get(collectionId);
      const page = await store.writeBack.groups({ collectionId, ...request });
      return { ...page, rows: await Promise.all(page.rows.map(async (group) => ({ sourceId: group.sourceId, name: group.name, dn: group.dn, mail: mailOf(group), chosen: group.chosenBy === collectionId, reason: await whyNotHere(store, collection, group) }))) };
    },
    async 'writeBack.choose'({ collectionId, ids, chosen }) {
      const collection = await store.collections.get(collectionId);
      if (chosen === 'no') await store.writeBack.leave(collectionId, collection.pairId, ids);
      else {
        const why = whyNotFixed(await store.pairs.get(collection.pairId));
        if (why !== null) throw appError(ErrorCode.Forbidden, why);
        await store.transaction(async (tx) => {
          const groups = await groupsOf(tx, collectionId, ids);
          for (const id of ids) {
            const group = groups.get(id);
            if (group === undefined) throw appError(ErrorCode.NotFound, `The object ${id} is no group of collection "${collection.name}"; nothing was chosen. Add the group to the collection first.`);
            const reason = await whyNotHere(tx, collection, group);
            if (reason !== null) throw appError(ErrorCode.InvalidInput, `"${group.name}" cannot be chosen: ${reason} Nothing was chosen.`);
          }
          await tx.writeBack.choose(collectionId, collection.pairId, ids, { since: services.now(), by: services.actor });
          if ((await tx.writeBack.list(collectionId)).length > MOST) throw appError(ErrorCode.InvalidInput, `At most ${MOST} groups of a collection can be written back; nothing was chosen. Use a further collection for the others.`);
        });
      }
      changed();
      return await standingOf(services, collection);
    },
    async 'writeBack.save'({ collectionId, runs }) {
      const collection = await store.collections.get(collectionId);
      await store.pairSettings.set(collection.pairId, settingOf(collectionId), runs);
      changed();
      return await standingOf(services, collection);
    },
    async 'writeBack.waiting'(query) {
      await store.collections.get(query.collectionId);
      const page = await store.writeBack.waiting(query);
      return { ...page, rows: page.rows.map(({ memberKind: _kind, toReview, ...one }) => ({ ...one, reason: whyWaiting(one.memberName, one.memberId, toReview ? 'review' : 'a match') })) };
    },
    async 'tasks.writeBack'({ collectionId, ids }) {
      const collection = await store.collections.get(collectionId);
      const why = whyNotFixed(await store.pairs.get(collection.pairId));
      if (why !== null) throw appError(ErrorCode.Forbidden, why);
      const chosen = new Set((await store.writeBack.list(collectionId)).map((one) => one.sourceId));
      if (chosen.size === 0) throw appError(ErrorCode.InvalidInput, `No group of collection "${collection.name}" is chosen for writing its membership back. Choose groups first.`);
      const stranger = ids?.find((id) => !chosen.has(id));
      if (stranger !== undefined) throw appError(ErrorCode.InvalidInput, `The group ${stranger} is not chosen for writing its membership back. Choose it first.`);
      return await startWriteBack(services, collection, { ids: ids ?? null, asks: 'always' });
    },
  };
}

/**
 * Queues the planning of a write-back. Two plans for the same groups would each write what the other has planned.
 * @throws AppError CONFLICT while another one of the collection waits or is at work.
 */
export async function startWriteBack(services: Services, { id, pairId, name }: Pick<CollectionRecord, 'id' | 'pairId' | 'name'>, settings: { readonly ids: readonly string[] | null; readonly asks: 'always' | 'when needed' }): Promise<{ readonly taskId: string }> {
  const open = await openTask(services.store, id);
  if (open !== null) throw appError(ErrorCode.Conflict, `Task ${open.id} writes membership of "${name}" back already (${open.state}). Approve or discard its plan, or wait for its end.`);
  return await startTask(services, { pairId, collectionId: id, kind: 'Write back', settings: WriteBackTask.parse(settings) });
}

/** The Write back task of a collection that works or waits; null: none. */
export async function openTask(store: Pick<Repositories, 'tasks'>, collectionId: string) {
  for await (const page of store.tasks.iterate({ collectionId, states: ['Queued', 'Running', 'Cancelling', 'Awaiting approval', 'Scheduled'] })) {
    const found = page.find((task) => task.kind === 'Write back');
    if (found !== undefined) return found;
  }
  return null;
}

/** Why a group cannot be chosen in a collection: one group follows the tenant for one collection only. */
async function whyNotHere(store: Pick<Repositories, 'collections'>, collection: Pick<CollectionRecord, 'id'>, group: WriteBackGroupRecord): Promise<string | null> {
  if (group.chosenBy !== null && group.chosenBy !== collection.id) return `It is chosen in collection "${(await store.collections.get(group.chosenBy)).name}" already.`;
  return whyNotChosen(group);
}

async function standingOf({ store }: Services, collection: CollectionRecord): Promise<WriteBack> {
  const chosen = await store.writeBack.list(collection.id);
  const groups = await groupsOf(store, collection.id, chosen.map((one) => one.sourceId));
  const waiting = await store.writeBack.waitingCounts(collection.id);
  const lost = await store.sources.heads(collection.pairId, chosen.flatMap((one) => (groups.has(one.sourceId) ? [] : one.sourceId)));
  const rows: WriteBackGroup[] = [];
  for (const { sourceId, since, by, agreedAt, agreed } of chosen) {
    const group = groups.get(sourceId);
    const tenant = group?.targetId == null ? null : await readTenantMembers(store, collection.pairId, group.targetId);
    const problem = group === undefined ? 'It is no group of this collection any more.' : whyNotChosen(group) ?? (typeof tenant === 'string' ? tenant : '');
    rows.push({
      sourceId, name: group?.name ?? lost.get(sourceId)?.name ?? sourceId, dn: group?.dn ?? '', mail: group === undefined ? '' : mailOf(group), since, by, agreedAt, agreed,
      members: tenant === null || typeof tenant === 'string' ? null : tenant.members.size + tenant.waiting.length, waiting: waiting.get(sourceId) ?? 0, problem,
    });
  }
  return {
    collectionId: collection.id, collectionName: collection.name, pairId: collection.pairId, runs: await writeBackRuns(store, collection), groups: rows,
    cannotWrite: whyNotFixed(await store.pairs.get(collection.pairId)), taskId: (await openTask(store, collection.id))?.id ?? null,
  };
}
