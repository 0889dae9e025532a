import type { CheckFindingRow, FindingFilter } from '../../shared/contracts/checks.ts';
import { CHECK_CHOICES, proposedChoice, type CheckChoice } from '../../shared/domain/checks.ts';
import { AppError, appError, ErrorCode } from '../../shared/domain/errors.ts';
import { normaliseDn } from '../../shared/rules/dn.ts';
import type { CheckRecord } from '../store/index.ts';
import { requireValid, whyNotDecided } from './checks-decisions.ts';
import { csvOf } from './csv.ts';
import { readCsv } from './csv-lines.ts';
import type { Services } from './services.ts';

/** Largest export given as text, findings. */
const EXPORT_LIMIT = 200_000;
/** Lines with a problem that are listed. */
const LISTED = 1_000;
/** Decisions written together. */
const CHUNK = 500;
/** The columns of IdFix, in its order, then ours. */
const COLUMNS = ['DISTINGUISHEDNAME', 'COMMONNAME', 'OBJECTCLASS', 'ATTRIBUTE', 'ERROR', 'VALUE', 'UPDATE', 'PROPOSEDACTION', 'ACTION', 'OBJECTGUID', 'SEVERITY', 'RULE', 'MESSAGE', 'COLLECTION', 'STATE'] as const;
/** Columns without which no line says anything. */
const NEEDED = ['DISTINGUISHEDNAME', 'ATTRIBUTE', 'VALUE', 'ACTION'] as const;

// ACTION stays empty until somebody decides, as in IdFix: there a person writes what is to be done.
const toLine = (f: CheckFindingRow): string[] => [
  f.dn, f.name, f.objectClass, f.attribute, f.errors.join(', '), f.value, f.choice === 'EDIT' ? f.newValue ?? f.proposal ?? '' : f.proposal ?? '', f.action.toUpperCase(), f.choice,
  f.sourceId ?? '', f.severity, f.rules.join(', '), f.message, f.collections.join('; '), f.state,
];

/** The findings that a filter shows, as CSV. @throws AppError INVALID_INPUT when there are too many. */
export async function exportFindings(services: Services, check: CheckRecord, filter: FindingFilter): Promise<{ fileName: string; text: string; findings: number }> {
  const lines: string[][] = [];
  for await (const rows of services.store.checks.iterateFindings(check.id, filter)) {
    if (lines.length + rows.length > EXPORT_LIMIT) throw appError(ErrorCode.InvalidInput, `There are more than ${EXPORT_LIMIT} findings. Export them in parts, by rule or by severity.`);
    lines.push(...rows.map(toLine));
  }
  return { fileName: 'check.csv', text: csvOf([[...COLUMNS], ...lines]), findings: lines.length };
}

/**
 * Reads decisions from the columns ACTION and UPDATE of a CSV of ours or of IdFix ({@link readCsv}). Lines are tied to findings by
 * OBJECTGUID, without one by distinguished name, and by attribute and value; a line without an action decides nothing.
 * @throws AppError BAD_FILE when the file has not the columns, or quotation marks that do not fit.
 */
export async function importDecisions(services: Services, check: CheckRecord, text: string): Promise<{ taken: number; unchanged: number; problems: { line: number; message: string }[]; problemsTotal: number }> {
  const { header: names, rows } = readCsv(text, 'kept');
  const header = names.map((name) => name.trim().toUpperCase());
  const missing = NEEDED.filter((name) => !header.includes(name));
  if (missing.length > 0) throw appError(ErrorCode.BadFile, `The file has no column ${missing.join(', ')}. It needs the columns of IdFix in its first line: ${COLUMNS.slice(0, 9).join(',')}.`);
  const at = new Map(header.map((name, i) => [name, i]));
  const problems: { line: number; message: string }[] = [];
  let problemsTotal = 0;
  const say = (line: number, message: string): void => { problemsTotal++; if (problems.length < LISTED) problems.push({ line, message }); };
  const findings = await index(services, check.id);
  const seen = new Map<number, number>();
  let decisions: { number: number; choice: CheckChoice; newValue: string | null }[] = [];
  let taken = 0;
  let unchanged = 0;
  for (const { line, cells } of rows) {
    const cell = (name: string): string => cells[at.get(name) ?? -1] ?? '';
    if (cells.length !== header.length) { say(line, `The line has ${cells.length} columns, the first line has ${header.length}.`); continue; }
    const choice = cell('ACTION').trim().toUpperCase();
    if (choice === '') { unchanged++; continue; }
    if (!isChoice(choice)) { say(line, `${choice} is no action that can be imported; write ${CHECK_CHOICES.join(', ')}, or leave it empty.`); continue; }
    const row = findings(cell('OBJECTGUID'), cell('DISTINGUISHEDNAME'), cell('ATTRIBUTE'), cell('VALUE'));
    if (row === undefined) { say(line, `The check has no finding about the value "${cell('VALUE')}" of ${cell('ATTRIBUTE')} of ${cell('DISTINGUISHEDNAME') || 'an object without a name'}${cell('OBJECTGUID').trim() === '' ? '' : ` (${cell('OBJECTGUID').trim()})`}.`); continue; }
    const twice = seen.get(row.number);
    if (twice !== undefined) { say(line, `Line ${twice} decides about the same value already.`); continue; }
    seen.set(row.number, line);
    const update = cell('UPDATE').trim();
    const newValue = choice !== 'EDIT' ? null : update === '' ? row.proposal : update;
    const why = whyNotDecided({ ...row, newValue }, choice) ?? await whyNotValid(services, check, row, newValue);
    if (why !== null) { say(line, `${row.name}: ${why}`); continue; }
    if (row.choice === choice && row.newValue === newValue) { unchanged++; continue; }
    decisions.push({ number: row.number, choice, newValue });
    taken++;
    if (decisions.length === CHUNK) { await services.store.checks.decide(decisions); decisions = []; }
  }
  await services.store.checks.decide(decisions);
  services.emit('store.changed', { nouns: ['tasks'] });
  return { taken, unchanged, problems, problemsTotal };
}

const isChoice = (text: string): text is CheckChoice => CHECK_CHOICES.some((choice) => choice === text);

/** Our own proposals were checked when they were made. */
async function whyNotValid(services: Services, check: CheckRecord, row: CheckFindingRow, value: string | null): Promise<string | null> {
  if (value === null || (value === row.proposal && proposedChoice(row) === 'EDIT')) return null;
  try {
    await requireValid(services, check, row, value);
    return null;
  } catch (error) {
    if (error instanceof AppError) return error.message;
    throw error;
  }
}

/**
 * Finds findings by object, attribute and value: a value exactly as it is before one that differs by white space around it. An object
 * that is named by GUID is looked for by nothing else: another one may have its distinguished name by now.
 */
async function index(services: Services, id: string): Promise<(guid: string, dn: string, attribute: string, value: string) => CheckFindingRow | undefined> {
  // Line ends come out of a file as one kind.
  const key = (object: string, attribute: string, value: string): string => `${object} ${attribute.trim().toLowerCase()} ${value.replaceAll(/\r\n?/g, '\n')}`;
  const [exact, near] = [new Map<string, CheckFindingRow>(), new Map<string, CheckFindingRow>()];
  for await (const rows of services.store.checks.iterateFindings(id)) {
    for (const row of rows) {
      if (row.sourceId === null) continue;
      for (const object of [row.sourceId, normaliseDn(row.dn)]) for (const [table, value] of [[exact, row.value], [near, row.value.trim()]] as const) if (!table.has(key(object, row.attribute, value))) table.set(key(object, row.attribute, value), row);
    }
  }
  return (guid, dn, attribute, value) => {
    const object = guid.trim() === '' ? normaliseDn(dn.trim()) : guid.trim().toLowerCase();
    return exact.get(key(object, attribute, value)) ?? near.get(key(object, attribute, value.trim()));
  };
}
