import type { Handlers } from '../ipc/router.ts';
import type { CheckSummary, FindingSelection } from '../../shared/contracts/checks.ts';
import { proposedChoice, type CheckChoice } from '../../shared/domain/checks.ts';
import { appError, ErrorCode } from '../../shared/domain/errors.ts';
import type { CheckRecord } from '../store/index.ts';
import { requireValid, whyNotDecided } from './checks-decisions.ts';
import { startFix, startFixRollBack, startTask } from './checks-fix.ts';
import { exportFindings, importDecisions } from './checks-csv.ts';
import { whyNotFixed } from './pipeline/fix.ts';
import { CheckTask } from './pipeline/task-settings.ts';
import type { Services } from './services.ts';

/** Findings that a decision left out and that are listed. */
const LISTED = 100;

/** Channels of the checks before anything is written, and of their fixes. */
export function checkHandlers(services: Services): Pick<Handlers, 'checks.start' | 'checks.latest' | 'checks.get' | 'checks.page' | 'checks.decide' | 'checks.edit' | 'checks.export' | 'checks.import' | 'checks.fix' | 'checks.rollBack'> {
  const { store } = services;
  return {
    async 'checks.start'({ pairId, collectionId, selection, discover, ...request }) {
      await store.pairs.get(pairId);
      let ids: string[] | null = null;
      if (collectionId !== undefined) {
        const collection = await store.collections.get(collectionId);
        if (collection.pairId !== pairId) throw appError(ErrorCode.NotFound, `The collection "${collection.name}" does not belong to this migration pair.`);
        if (selection !== undefined) {
          ids = [];
          for await (const page of store.collections.resolveSelection(collectionId, selection)) ids.push(...page);
          if (ids.length === 0) throw appError(ErrorCode.InvalidInput, 'No object is selected.');
        }
      }
      return await startTask(services, { pairId, collectionId: collectionId ?? null, kind: 'Check', settings: CheckTask.parse({ discover, request, ids }) });
    },
    async 'checks.latest'({ pairId, collectionId }) {
      const check = await store.checks.latest(pairId, collectionId ?? null);
      return { check: check === undefined ? null : await summaryOf(services, check) };
    },
    'checks.get': async ({ id }) => await summaryOf(services, await store.checks.get(id)),
    'checks.page': async (query) => {
      await store.checks.get(query.id);
      return await store.checks.pageFindings(query);
    },
    async 'checks.decide'({ id, selection, choice }) {
      await store.checks.get(id);
      return await decide(services, id, selection, choice);
    },
    async 'checks.edit'({ id, number, value }) {
      const check = await store.checks.get(id);
      const row = await store.checks.finding(id, number);
      const why = whyNotDecided({ ...row, newValue: value }, 'EDIT');
      if (why !== null) throw appError(ErrorCode.InvalidInput, `${row.name}: ${why}`);
      const warnings = await requireValid(services, check, row, value);
      await store.checks.decide([{ number, choice: 'EDIT', newValue: value.trim() }]);
      services.emit('store.changed', { nouns: ['tasks'] });
      return { row: await store.checks.finding(id, number), warnings };
    },
    'checks.export': async ({ id, after, ...filter }) => await exportFindings(services, await store.checks.get(id), filter, { after }),
    'checks.import': async ({ id, text }) => await importDecisions(services, await store.checks.get(id), text),
    'checks.fix': async ({ id, selection }) => await startFix(services, { id, selection: selection ?? null }),
    'checks.rollBack': async ({ taskId, objectId, mode }) => await startFixRollBack(services, { taskId, objectId: objectId ?? null, mode }),
  };
}

async function summaryOf(services: Services, check: CheckRecord): Promise<CheckSummary> {
  const { id, pairId, collectionId, createdAt, totals, leftOut, leftOutTotal, tenantRead } = check;
  return { id, pairId, collectionId, createdAt, totals, leftOut, leftOutTotal, tenantRead, decided: await services.store.checks.decided(check.id), cannotFix: whyNotFixed(await services.store.pairs.get(check.pairId)) };
}

async function decide(services: Services, id: string, selection: FindingSelection, choice: CheckChoice | 'proposed' | ''): ReturnType<Handlers['checks.decide']> {
  const { checks } = services.store;
  const left: { number: number; name: string; reason: string }[] = [];
  let changed = 0;
  let leftTotal = 0;
  for await (const rows of checks.resolveFindings(id, selection)) {
    const decisions: { number: number; choice: CheckChoice | ''; newValue: string | null }[] = [];
    for (const row of rows) {
      const wanted = choice === 'proposed' ? proposedChoice(row) : choice;
      const reason = wanted === null ? 'Nothing is proposed; a person must decide.' : wanted === '' ? (row.state === 'Planned' || row.state === 'Fixed' ? whyNotDecided(row, 'COMPLETE') : null) : whyNotDecided(row, wanted);
      if (reason !== null || wanted === null) {
        leftTotal++;
        if (left.length < LISTED) left.push({ number: row.number, name: row.name, reason: reason ?? '' });
        continue;
      }
      const newValue = wanted === 'EDIT' ? row.newValue ?? row.proposal : null;
      if (row.choice === wanted && row.newValue === newValue) continue;
      decisions.push({ number: row.number, choice: wanted, newValue });
    }
    await checks.decide(decisions);
    changed += decisions.length;
  }
  services.emit('store.changed', { nouns: ['tasks'] });
  return { changed, left, leftTotal };
}
