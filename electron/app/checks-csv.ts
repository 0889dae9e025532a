import type { CheckFindingRow, FindingFilter } from '../../shared/contracts/checks.ts';
import type { ExportPart, PartRequest } from '../../shared/contracts/export.ts';
import { CHECK_CHOICES, proposedChoice, type CheckChoice } from '../../shared/domain/checks.ts';
import { AppError, appError, ErrorCode } from '../../shared/domain/errors.ts';
import { normaliseDn } from '../../shared/rules/dn.ts';
import type { CheckRecord } from '../store/index.ts';
import { requireValid, whyNotDecided } from './checks-decisions.ts';
import { csvPart } from './csv.ts';
import { csvPages, type CsvRow } from './csv-lines.ts';
import type { Services } from './services.ts';

/** Lines with a problem that are listed. */
const LISTED = 1_000;
/** The columns of IdFix, in its order, then ours. */
const COLUMNS = ['DISTINGUISHEDNAME', 'COMMONNAME', 'OBJECTCLASS', 'ATTRIBUTE', 'ERROR', 'VALUE', 'UPDATE', 'PROPOSEDACTION', 'ACTION', 'OBJECTGUID', 'SEVERITY', 'RULE', 'MESSAGE', 'COLLECTION', 'STATE'] as const;
/** Columns without which no line says anything. */
const NEEDED = ['DISTINGUISHEDNAME', 'ATTRIBUTE', 'VALUE', 'ACTION'] as const;

// ACTION stays empty until somebody decides, as in IdFix: there a person writes what is to be done.
const toLine = (f: CheckFindingRow): string[] => [
  f.dn, f.name, f.objectClass, f.attribute, f.errors.join(', '), f.value, f.choice === 'EDIT' ? f.newValue ?? f.proposal ?? '' : f.proposal ?? '', f.action.toUpperCase(), f.choice,
  f.sourceId ?? '', f.severity, f.rules.join(', '), f.message, f.collections.join('; '), f.state,
];

/** A part of the findings that a filter shows, as CSV. @throws AppError INVALID_INPUT for a cursor that is none. */
export async function exportFindings({ store }: Services, check: CheckRecord, filter: FindingFilter, part: PartRequest): Promise<ExportPart> {
  return await csvPart({
    fileName: 'check.csv', columns: COLUMNS, read: async (request) => await store.checks.pageFindings({ ...filter, id: check.id, sort: 'number', ...request }), lines: (rows) => rows.map(toLine),
  }, part);
}

/**
 * Reads decisions from the columns ACTION and UPDATE of a CSV of ours or of IdFix ({@link csvPages}). Lines are tied to findings by
 * OBJECTGUID, without one by distinguished name, and by attribute and value; a line without an action decides nothing. Lines and their
 * findings are read a page of 500 at a time.
 * @throws AppError BAD_FILE when the file has not the columns, or quotation marks that do not fit; then nothing is decided.
 */
export async function importDecisions(services: Services, check: CheckRecord, text: string): Promise<{ taken: number; unchanged: number; problems: { line: number; message: string }[]; problemsTotal: number }> {
  const file = csvPages(text, 'kept');
  const header = file.header.map((name) => name.trim().toUpperCase());
  const missing = NEEDED.filter((name) => !header.includes(name));
  if (missing.length > 0) throw appError(ErrorCode.BadFile, `The file has no column ${missing.join(', ')}. It needs the columns of IdFix in its first line: ${COLUMNS.slice(0, 9).join(',')}.`);
  const at = new Map(header.map((name, i) => [name, i]));
  const cellOf = ({ cells }: CsvRow, name: string): string => cells[at.get(name) ?? -1] ?? '';
  const problems: { line: number; message: string }[] = [];
  let problemsTotal = 0;
  const say = (line: number, message: string): void => { problemsTotal++; if (problems.length < LISTED) problems.push({ line, message }); };
  // Read once to its end before anything is decided: what does not fit is found by that, too.
  let named = true;
  for (const page of file.pages()) for (const row of page) named &&= cellOf(row, 'ACTION').trim() === '' || cellOf(row, 'OBJECTGUID').trim() !== '';
  const idsOf = named ? () => [] : await idsByDn(services, check.id);
  const seen = new Map<number, number>();
  let taken = 0;
  let unchanged = 0;
  for (const page of file.pages()) {
    const find = await finder(services, check.id, page.map((row) => { const guid = cellOf(row, 'OBJECTGUID').trim().toLowerCase(); return guid === '' ? idsOf(cellOf(row, 'DISTINGUISHEDNAME')) : [guid]; }));
    const decisions: { number: number; choice: CheckChoice; newValue: string | null }[] = [];
    for (const [i, row] of page.entries()) {
      const { line, cells } = row;
      const cell = (name: string): string => cellOf(row, name);
      if (cells.length !== header.length) { say(line, `The line has ${cells.length} columns, the first line has ${header.length}.`); continue; }
      const choice = cell('ACTION').trim().toUpperCase();
      if (choice === '') { unchanged++; continue; }
      if (!isChoice(choice)) { say(line, `${choice} is no action that can be imported; write ${CHECK_CHOICES.join(', ')}, or leave it empty.`); continue; }
      const found = find(i, cell('ATTRIBUTE'), cell('VALUE'));
      if (found === undefined) { say(line, `The check has no finding about the value "${cell('VALUE')}" of ${cell('ATTRIBUTE')} of ${cell('DISTINGUISHEDNAME') || 'an object without a name'}${cell('OBJECTGUID').trim() === '' ? '' : ` (${cell('OBJECTGUID').trim()})`}.`); continue; }
      const twice = seen.get(found.number);
      if (twice !== undefined) { say(line, `Line ${twice} decides about the same value already.`); continue; }
      seen.set(found.number, line);
      const update = cell('UPDATE').trim();
      const newValue = choice !== 'EDIT' ? null : update === '' ? found.proposal : update;
      const why = whyNotDecided({ ...found, newValue }, choice) ?? await whyNotValid(services, check, found, newValue);
      if (why !== null) { say(line, `${found.name}: ${why}`); continue; }
      if (found.choice === choice && found.newValue === newValue) { unchanged++; continue; }
      decisions.push({ number: found.number, choice, newValue });
      taken++;
    }
    await services.store.checks.decide(decisions);
  }
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

/** Objects by distinguished name, for lines that name no GUID: after a move two of the check may have one name. Keeps a name and an id an object. */
async function idsByDn(services: Services, id: string): Promise<(dn: string) => readonly string[]> {
  const ids = new Map<string, string | readonly string[]>();
  for await (const rows of services.store.checks.iterateFindings(id)) {
    for (const { sourceId, dn } of rows) {
      if (sourceId === null) continue;
      const known = ids.get(normaliseDn(dn));
      if (known === undefined) ids.set(normaliseDn(dn), sourceId);
      else if (!known.includes(sourceId)) ids.set(normaliseDn(dn), [known, sourceId].flat());
    }
  }
  return (dn) => [ids.get(normaliseDn(dn.trim())) ?? []].flat();
}

/**
 * Finds the findings of one page of lines by object, attribute and value: a value exactly as it is before one that differs by white space
 * around it. An object that is named by GUID is looked for by nothing else: another one may have its distinguished name by now.
 * @param objects of each line, those it may mean.
 */
async function finder(services: Services, id: string, objects: readonly (readonly string[])[]): Promise<(line: number, attribute: string, value: string) => CheckFindingRow | undefined> {
  // Line ends come out of a file as one kind.
  const key = (attribute: string, value: string): string => `${attribute.trim().toLowerCase()} ${value.replaceAll(/\r\n?/g, '\n')}`;
  const byObject = Map.groupBy(await services.store.checks.findingsOf(id, objects.flat()), (row) => row.sourceId ?? '');
  return (line, attribute, value) => {
    const rows = (objects[line] ?? []).flatMap((object) => byObject.get(object) ?? []);
    const wanted = key(attribute, value);
    return rows.find((row) => key(row.attribute, row.value) === wanted) ?? rows.find((row) => key(row.attribute, row.value.trim()) === key(attribute, value.trim()));
  };
}
