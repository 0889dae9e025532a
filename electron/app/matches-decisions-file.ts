import type { CsvResult, ReviewFilter } from '../../shared/contracts/matches.ts';
import { appError, ErrorCode } from '../../shared/domain/errors.ts';
import { REVIEW_ACTIONS, type ReviewAction } from '../../shared/domain/review.ts';
import { csvOf } from './csv.ts';
import { readCsv } from './csv-lines.ts';
import { entriesOf, weigh, type Wish } from './matches-decide.ts';
import { resultOf } from './matches-files.ts';
import { sidesOf } from './matches-sides.ts';
import type { Services } from './services.ts';

/** Most rows of an export: what a spreadsheet takes with room to spare. */
const EXPORT_LIMIT = 250_000;
const HEADER = ['objectGUID', 'Name', 'Type', 'Status', 'Match', 'Review', 'Decision', 'Target ID', 'Target', 'Target user name', 'Rule', 'Value compared', 'Risks', 'Differs', 'Candidates', 'Reason', 'Distinguished name'];

/** The review as CSV for a spreadsheet; the column Decision is empty, to be filled in and imported again. */
export async function exportReview(services: Services, query: { readonly collectionId: string } & ReviewFilter): Promise<{ readonly fileName: string; readonly text: string; readonly rows: number }> {
  const { store } = services;
  const collection = await store.collections.get(query.collectionId);
  const rows: string[][] = [];
  let after: string | null = null;
  do {
    const page: Awaited<ReturnType<typeof store.matches.pageReview>> = await store.matches.pageReview({ ...query, after, limit: 500 });
    rows.push(...page.rows.map((row) => [
      row.id, row.name, row.kind, row.status, row.state, row.review, '', row.targetId ?? '', row.targetName, row.targetUserName, row.rule, row.value, row.risks.join('; '),
      row.target === null ? '' : sidesOf(row).filter((side) => !side.same).map((side) => `${side.attribute}: ${side.source || '(none)'} / ${side.target || '(none)'}`).join('; '), String(row.candidates), row.reason, row.dn,
    ]));
    after = rows.length < EXPORT_LIMIT ? page.next : null;
  } while (after !== null);
  return { fileName: `${collection.name} review.csv`, text: csvOf([HEADER, ...rows]), rows: rows.length };
}

const GUID = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

/**
 * Decisions from a file as {@link exportReview} writes it: the columns objectGUID and Decision are needed, Target ID chooses a candidate.
 * Lines without a decision change nothing. Risky matches need their typed confirmation and are not decided by a file.
 * @throws AppError BAD_FILE, INVALID_INPUT when a column is missing.
 */
export async function importDecisions(services: Services, input: { readonly collectionId: string; readonly text: string; readonly apply: boolean }): Promise<CsvResult> {
  const { store } = services;
  const collection = await store.collections.get(input.collectionId);
  const { header, rows } = readCsv(input.text);
  const column = (name: string): number => header.findIndex((cell) => cell.toLowerCase() === name.toLowerCase());
  const [idAt, decisionAt, targetAt] = [column('objectGUID'), column('Decision'), column('Target ID')];
  if (idAt < 0 || decisionAt < 0) throw appError(ErrorCode.InvalidInput, 'The first line must name the columns objectGUID and Decision. Export the review, fill in its column Decision and import that.');
  const lines: CsvResult['lines'] = [];
  const wishes: (Wish & { readonly line: number; readonly action: ReviewAction; readonly name: string })[] = [];
  const seen = new Map<string, number>();
  for (const { line, cells } of rows) {
    const [id, decision, target] = [(cells[idAt] ?? '').toLowerCase(), (cells[decisionAt] ?? '').toLowerCase(), targetAt < 0 ? '' : cells[targetAt] ?? ''];
    const put = (outcome: 'unchanged' | 'problem', message: string): void => { lines.push({ line, source: id, target, outcome, message }); };
    const action = REVIEW_ACTIONS.find((one) => one === decision);
    const twin = seen.get(id);
    if (decision === '') put('unchanged', 'No decision.');
    else if (action === undefined) put('problem', `"${decision}" is no decision; use one of ${REVIEW_ACTIONS.join(', ')}.`);
    else if (!GUID.test(id)) put('problem', `"${id}" is no objectGUID.`);
    else if (twin !== undefined) put('problem', `The same object is decided in line ${twin} already.`);
    else {
      seen.set(id, line);
      const named = target !== '' && (action === 'accept' || action === 'pin' || action === 'reject');
      wishes.push({ line, action, name: id, sourceId: id, ...(named ? { targetId: target } : {}) });
    }
  }
  const batch = services.newId();
  let applied = false;
  for (const action of REVIEW_ACTIONS) {
    const mine = wishes.filter((wish) => wish.action === action);
    const targets = Map.groupBy(mine.filter((wish) => wish.targetId !== undefined), (wish) => wish.targetId ?? '');
    const twice = new Map([...targets].filter(([, same]) => same.length > 1).map(([target, same]) => [target, `lines ${same.map((wish) => wish.line).slice(0, 5).join(', ')}`]));
    for (let i = 0; i < mine.length; i += 500) {
      const some = mine.slice(i, i + 500);
      const weighed = await weigh(services, collection, action, some, { overridden: false, twice });
      for (const wish of some) {
        const found = weighed.find((one) => one.source.id === wish.sourceId);
        const base = { line: wish.line, source: found?.source.name ?? wish.sourceId, target: wish.targetId ?? '' };
        if (found === undefined) lines.push({ ...base, outcome: 'problem', message: `It is not in "${collection.name}".` });
        else if ('after' in found.outcome) lines.push({ ...base, outcome: input.apply ? 'done' : 'ready', message: found.outcome.after.reason });
        else lines.push({ ...base, outcome: 'problem', message: found.outcome.risky.length > 0 ? `${found.outcome.refused} Decide about it in the review, with the confirmation typed.` : found.outcome.refused });
      }
      const entries = entriesOf(weighed, action);
      if (!input.apply || entries.length === 0) continue;
      await store.matches.decide({ pairId: collection.pairId, collectionId: collection.id, action: 'import', actor: services.actor, batch }, entries);
      applied = true;
    }
  }
  if (applied) services.emit('store.changed', { nouns: ['objects', 'collections'] });
  return resultOf(lines, applied ? batch : '');
}
