import type { StoredFinding, TaskRecord } from '../../store/index.ts';
import { licenceHeadCount } from '../licences.ts';
import type { Services } from '../services.ts';
import { runChecks } from './check-run.ts';
import { nextTurn } from './next-turn.ts';
import type { Reporter } from './reporter.ts';
import { CheckTask, readSettings } from './task-settings.ts';

/** Findings are written to the store in pieces of so many. */
const CHUNK = 1_000;

/** Runs a Check task on what was read of both sides: stores its findings; writes nothing else. */
export async function checkTask(services: Services, task: TaskRecord, reporter: Reporter, signal: AbortSignal): Promise<void> {
  const { store } = services;
  const { request, ids } = readSettings(CheckTask, task);
  await store.checks.begin({ id: task.id, pairId: task.pairId, collectionId: task.collectionId, request });
  await reporter.phase('check', 'Checking names, addresses and values', null);
  const licences = request.licence !== '' || request.licences.length > 0 || task.collectionId === null ? request.licences : await wantedByRules(services, task.collectionId, signal);
  let waiting: StoredFinding[] = [];
  const write = async (least: number): Promise<void> => {
    while (waiting.length > least) {
      const some = waiting.slice(0, CHUNK);
      waiting = waiting.slice(CHUNK);
      await store.checks.append(task.id, some);
      await nextTurn(signal);
    }
  };
  const outcome = await runChecks(services, { pairId: task.pairId, collectionId: task.collectionId, ids, licences }, request, signal, (finding) => { waiting.push(finding); }, async (objects) => {
    reporter.progress(objects);
    await write(CHUNK);
  });
  await write(0);
  await store.checks.finish(task.id, { ...outcome, whole: ids === null });
  services.emit('store.changed', { nouns: ['tasks'] });
  const { checked, errors, warnings, fixable } = outcome.totals;
  const kept = outcome.leftOutTotal > 0 ? ` ${outcome.leftOutTotal} objects are left out of any migration.` : '';
  await reporter.end('Completed', `Checked ${checked} objects: ${errors} errors, ${warnings} warnings; ${fixable} have a fix to propose.${kept}`, { done: checked, failed: 0, total: checked });
}

/** What the licence rules of a collection take in all, product by product; nothing without rules. */
async function wantedByRules(services: Services, collectionId: string, signal: AbortSignal): Promise<{ partNumber: string; count: number }[]> {
  const { rows } = await licenceHeadCount(services, collectionId, signal);
  return rows.flatMap(({ partNumber, needed, freed }) => (needed > freed ? [{ partNumber, count: needed - freed }] : []));
}
