import { firstOf } from '../../../shared/rules/attributes.ts';
import { leadsToCloud, standingOfMailbox } from '../../engines/mailboxes/index.ts';
import type { PairRecord, TaskRecord } from '../../store/index.ts';
import { tellSwitched, type SwitchedObject } from '../mailbox-switch-status.ts';
import type { Services } from '../services.ts';
import type { Turn } from './finish.ts';
import { batchFacts } from './switch-rows.ts';
import { ConvertTask, ForwardTask, readSettings } from './task-settings.ts';
import { taskIfThere } from './undone-journal.ts';

/**
 * Tells collections and mailbox batches what a task of the switch, or the roll back of one, has come to: by what was read back of the objects that it wrote to.
 * Nothing for other tasks. A page of the plan in memory.
 */
export async function settleSwitch(services: Services, pair: PairRecord, task: TaskRecord & { readonly planId: string }, turn: Turn): Promise<void> {
  const { store } = services;
  const of = task.kind === 'Roll back' ? task.undoes === null ? null : await taskIfThere(services, task.undoes) : task;
  if (of === null || (of.kind !== 'Forward' && of.kind !== 'Convert')) return;
  const { domains, movedOtherwise } = of.kind === 'Convert' ? { ...readSettings(ConvertTask, of), movedOtherwise: readSettings(ConvertTask, of).contents === 'moved otherwise' } : { ...readSettings(ForwardTask, of), movedOtherwise: false };
  if (domains === null) return;
  const tenant = { initial: domains.initial, verified: new Set(domains.verified) };
  const batches = new Set<string>();
  for await (const page of store.plans.iterateOperations(task.planId, { outcomes: ['done', 'unchanged'], pageSize: 500 })) {
    await turn();
    const ids = [...new Set(page.flatMap(({ sourceId }) => sourceId ?? []))];
    const sources = await store.sources.getMany(pair.id, ids);
    const facts = await batchFacts(services, pair, ids);
    const objects: SwitchedObject[] = [];
    const converted = { yes: [] as string[], no: [] as string[] };
    for (const [sourceId, { attributes }] of sources) {
      const target = firstOf(attributes, 'targetAddress');
      const isMailUser = standingOfMailbox(attributes) === 'mail user';
      const there = movedOtherwise || isMailUser || facts.get(sourceId)?.contents === 'there';
      objects.push({ sourceId, switched: there && target !== undefined && leadsToCloud(target, tenant) ? 'yes' : 'no' });
      converted[isMailUser ? 'yes' : 'no'].push(sourceId);
      for (const id of facts.get(sourceId)?.batches ?? []) batches.add(id);
    }
    await store.transaction(async (tx) => {
      await tellSwitched(tx, pair.id, objects, services.now());
      await tx.mailboxRows.setConverted(pair.id, converted.yes, services.now());
      await tx.mailboxRows.setConverted(pair.id, converted.no, null);
    });
  }
  services.emit('store.changed', { nouns: ['objects', 'collections', ...(batches.size === 0 ? [] : ['mailboxes' as const])] });
  // Batches look at what is there now: their rows tell of the forwarding.
  for (const id of batches) {
    const { state } = await store.mailboxBatches.get(id);
    if (state !== 'Draft' && state !== 'Closed') await store.mailboxBatches.update(id, { nextAt: services.now() });
  }
}
