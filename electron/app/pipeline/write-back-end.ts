import type { PairRecord, TaskRecord } from '../../store/index.ts';
import type { Services } from '../services.ts';
import type { Turn } from './finish.ts';
import type { Reporter } from './reporter.ts';
import { readSettings, WriteBackTask } from './task-settings.ts';
import { hasWritten } from './undone-journal.ts';
import { LEFT_OUT } from './write-back-ledger.ts';

/**
 * Notes which groups both sides agree on after members were written, or a part of them: a group of which everything was written counts as agreed from now
 * on. Who is agreed is kept with each write. At the end of a whole run it is also kept what was tried, so that a cycle of coexistence does not try again what cannot be written.
 * @param end how the run ended. @param turn between two pages.
 */
export async function keepAgreement(services: Services, pair: PairRecord, task: TaskRecord & { readonly planId: string }, end: 'whole' | 'cancelled', turn: Turn): Promise<void> {
  const { store } = services;
  const failed = new Set<string>();
  const leftOut = new Set<string>();
  for await (const page of store.plans.iterateOperations(task.planId, { pageSize: 20 })) {
    await turn();
    for (const { sourceId, outcome, message } of page) {
      if (outcome !== 'done' && outcome !== 'unchanged') failed.add(sourceId ?? '');
      if (message.includes(LEFT_OUT)) leftOut.add(sourceId ?? '');
    }
  }
  const { planned, seen } = readSettings(WriteBackTask, task);
  await store.writeBack.setAgreed(pair.id, planned.filter((id) => !failed.has(id)), services.now());
  // What the tenant took back meanwhile is another difference, which the next cycle sees.
  if (end === 'whole') await store.writeBack.setTried(pair.id, new Map(planned.map((id) => [id, leftOut.has(id) ? '' : seen[id] ?? ''])));
  services.emit('store.changed', { nouns: ['coexistence'] });
}

const counted = (n: number): string => (n === 1 ? '1 member' : `${n} members`);

/** What came of a Write back task: problems, what right the account lacks (empty: none), and operations of which members were left out. */
export interface WriteBackEnd { readonly problems: number; readonly right: string; readonly leftOut: number }

/** The last message of a Write back task that wrote something. */
export async function endWriteBack(services: Services, task: Pick<TaskRecord, 'id'>, { problems, right, leftOut }: WriteBackEnd, figures: Parameters<Reporter['end']>[2], reporter: Reporter): Promise<void> {
  const sums = { 'add members': 0, 'remove members': 0 };
  for await (const page of services.store.journal.iterateOfTask(task.id, { order: 'oldest first' })) for (const j of page.filter(hasWritten)) if (j.kind === 'add members' || j.kind === 'remove members') sums[j.kind] += j.references.length;
  const did = `Added ${counted(sums['add members'])} in Active Directory and removed ${counted(sums['remove members'])}`;
  const left = leftOut === 0 ? '' : ' Members were left out, because Microsoft 365 or their matches changed since the plan was made; see the items of the task.';
  return problems === 0
    ? await reporter.end('Completed', `${did}; everything that was written was read back and compared.${left}`, figures)
    : await reporter.end('Completed with errors', `${did}, with ${problems} problems; see the items of the task.${left}${right}`, figures);
}
