import type { ExportPart, PartRequest } from '../../shared/contracts/export.ts';
import type { CsvResult, ReviewFilter } from '../../shared/contracts/matches.ts';
import { appError, ErrorCode } from '../../shared/domain/errors.ts';
import { REVIEW_ACTIONS, type ReviewAction } from '../../shared/domain/review.ts';
import { csvPart } from './csv.ts';
import { csvPages, type CsvPages, type CsvRow } from './csv-lines.ts';
import { entriesOf, weigh, type Wish } from './matches-decide.ts';
import { lineList } from './matches-files.ts';
import { keepDecisions, reviewScope, type ReviewScope } from './matches-scope.ts';
import { sidesOf } from './matches-sides.ts';
import type { Services } from './services.ts';

const HEADER = ['objectGUID', 'Name', 'Type', 'Status', 'Match', 'Review', 'Decision', 'Target ID', 'Target', 'Target user name', 'Rule', 'Value compared', 'Risks', 'Differs', 'Candidates', 'Reason', 'Distinguished name', 'Collections'];

/** A collection or a pair, as a channel names it. */
interface Named { readonly collectionId?: string | undefined; readonly pairId?: string | undefined }

/** A part of the review as CSV for a spreadsheet; the column Decision is empty, to be filled in and imported again. */
export async function exportReview(services: Services, { after, ...query }: Named & ReviewFilter & PartRequest): Promise<ExportPart> {
  const { store } = services;
  const scope = await reviewScope(store, query);
  return await csvPart({
    fileName: `${scope.name} review.csv`, columns: HEADER,
    read: async (request) => await store.matches.pageReview({ ...query, ...scope, ...request }),
    lines: async (rows) => {
      const members = await store.collections.membersOf(scope.pairId, rows.map((row) => row.id));
      return rows.map((row) => [
        row.id, row.name, row.kind, row.status, row.state, row.review, '', row.targetId ?? '', row.targetName, row.targetUserName, row.rule, row.value, row.risks.join('; '),
        row.target === null ? '' : sidesOf(row).filter((side) => !side.same).map((side) => `${side.attribute}: ${side.source || '(none)'} / ${side.target || '(none)'}`).join('; '), String(row.candidates), row.reason, row.dn,
        (members.get(row.id)?.collections ?? []).map((one) => one.name).join('; '),
      ]);
    },
  }, { after });
}

const GUID = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

/** One line with a decision. */
type LineWish = Wish & { readonly line: number; readonly action: ReviewAction };
/** What a line says, or why it says nothing. */
type Read = { readonly wish: LineWish } | { readonly id: string; readonly target: string; readonly outcome: 'unchanged' | 'problem'; readonly message: string };

/** Reads lines of decisions. @throws AppError INVALID_INPUT when a column is missing. */
function reader(header: readonly string[]): (row: CsvRow) => Read {
  const column = (name: string): number => header.findIndex((cell) => cell.toLowerCase() === name.toLowerCase());
  const [idAt, decisionAt, targetAt] = [column('objectGUID'), column('Decision'), column('Target ID')];
  if (idAt < 0 || decisionAt < 0) throw appError(ErrorCode.InvalidInput, 'The first line must name the columns objectGUID and Decision. Export the review, fill in its column Decision and import that.');
  return ({ line, cells }) => {
    const [id, decision, target] = [(cells[idAt] ?? '').toLowerCase(), (cells[decisionAt] ?? '').toLowerCase(), targetAt < 0 ? '' : cells[targetAt] ?? ''];
    const action = REVIEW_ACTIONS.find((one) => one === decision);
    if (decision === '') return { id, target, outcome: 'unchanged', message: 'No decision.' };
    if (action === undefined) return { id, target, outcome: 'problem', message: `"${decision}" is no decision; use one of ${REVIEW_ACTIONS.join(', ')}.` };
    if (!GUID.test(id)) return { id, target, outcome: 'problem', message: `"${id}" is no objectGUID.` };
    const named = target !== '' && (action === 'accept' || action === 'pin' || action === 'reject');
    return { wish: { line, action, sourceId: id, ...(named ? { targetId: target } : {}) } };
  };
}

/** What all lines together say: where each object is decided first, and which targets one action means for several objects. */
interface Overview { readonly first: ReadonlyMap<string, number>; readonly actions: ReadonlySet<ReviewAction>; readonly twice: ReadonlyMap<ReviewAction, ReadonlyMap<string, string>> }

/** The first reading: finds out what no single line shows. Keeps a number an object and a target. */
function overviewOf({ pages }: CsvPages, read: (row: CsvRow) => Read): Overview {
  const first = new Map<string, number>();
  const actions = new Set<ReviewAction>();
  const claims = new Map<ReviewAction, Map<string, number | number[]>>();
  for (const page of pages()) {
    for (const row of page) {
      const said = read(row);
      if (!('wish' in said) || first.has(said.wish.sourceId)) continue;
      const { sourceId, action, targetId, line } = said.wish;
      first.set(sourceId, line);
      actions.add(action);
      if (targetId === undefined) continue;
      const targets = claims.get(action) ?? new Map<string, number | number[]>();
      const known = targets.get(targetId);
      claims.set(action, targets.set(targetId, known === undefined ? line : [...(Array.isArray(known) ? known : [known]), line]));
    }
  }
  const twice = new Map([...claims].map(([action, targets]) => [action, new Map([...targets].flatMap(([target, lines]) => (Array.isArray(lines) ? [[target, `lines ${lines.slice(0, 5).join(', ')}`] as const] : [])))]));
  return { first, actions, twice };
}

/**
 * Decisions from a file as {@link exportReview} writes it: the columns objectGUID and Decision are needed, Target ID chooses a candidate.
 * Lines without a decision change nothing. Risky matches need their typed confirmation and are not decided by a file. The text is read
 * a page of 500 lines at a time, once for all lines together and once for each decision that it has.
 * @throws AppError BAD_FILE, INVALID_INPUT when a column is missing; then nothing is decided.
 */
export async function importDecisions(services: Services, input: Named & { readonly text: string; readonly apply: boolean }): Promise<CsvResult> {
  const scope = await reviewScope(services.store, input);
  const file = csvPages(input.text);
  const read = reader(file.header);
  const overview = overviewOf(file, read);
  const lines = lineList();
  for (const page of file.pages()) {
    for (const row of page) {
      const said = read(row);
      if (!('wish' in said)) lines.add({ line: row.line, source: said.id, target: said.target, outcome: said.outcome, message: said.message });
      else if (overview.first.get(said.wish.sourceId) !== row.line) lines.add({ line: row.line, source: said.wish.sourceId, target: said.wish.targetId ?? '', outcome: 'problem', message: `The same object is decided in line ${overview.first.get(said.wish.sourceId) ?? ''} already.` });
    }
  }
  const batch = services.newId();
  let applied = false;
  for (const action of REVIEW_ACTIONS) {
    if (!overview.actions.has(action)) continue;
    for (const page of file.pages()) {
      const wishes = page.flatMap((row) => { const said = read(row); return 'wish' in said && said.wish.action === action && overview.first.get(said.wish.sourceId) === row.line ? [said.wish] : []; });
      applied = await decidePage(services, scope, { action, batch, apply: input.apply, twice: overview.twice.get(action) ?? new Map() }, wishes, lines) || applied;
    }
  }
  if (applied) services.emit('store.changed', { nouns: ['objects', 'collections'] });
  return lines.result(applied ? batch : '');
}

/** Weighs the decisions of one page and, when asked, keeps them. @returns true when something was kept. */
async function decidePage(
  services: Services, scope: ReviewScope, how: { readonly action: ReviewAction; readonly batch: string; readonly apply: boolean; readonly twice: ReadonlyMap<string, string> }, wishes: readonly LineWish[], lines: ReturnType<typeof lineList>,
): Promise<boolean> {
  const weighed = await weigh(services, scope, how.action, wishes, { overridden: false, twice: how.twice });
  const byId = new Map(weighed.map((one) => [one.source.id, one]));
  for (const { line, sourceId, targetId } of wishes) {
    const found = byId.get(sourceId);
    const base = { line, source: found?.source.name ?? sourceId, target: targetId ?? '' };
    if (found === undefined) lines.add({ ...base, outcome: 'problem', message: scope.collectionId === null ? `No collection of "${scope.name}" holds it.` : `It is not in "${scope.name}".` });
    else if ('after' in found.outcome) lines.add({ ...base, outcome: how.apply ? 'done' : 'ready', message: found.outcome.after.reason });
    else lines.add({ ...base, outcome: 'problem', message: found.outcome.risky.length > 0 ? `${found.outcome.refused} Decide about it in the review, with the confirmation typed.` : found.outcome.refused });
  }
  const entries = entriesOf(weighed, how.action);
  if (!how.apply || entries.length === 0) return false;
  await keepDecisions(services, scope, { action: 'import', batch: how.batch }, entries);
  return true;
}
