import { readFileSync } from 'node:fs';
import type { ExportPart } from '../../../shared/contracts/export.ts';
import type { RollBackChoice, RollBackConflict } from '../../../shared/contracts/roll-back.ts';
import { appError, ErrorCode } from '../../../shared/domain/errors.ts';
import { csvPart } from '../../app/csv.ts';
import { csvText, readCsv } from '../../app/csv-lines.ts';
import { decidedAttribute, LINK_KINDS, linksTakenBack, stateWords } from '../../../shared/contracts/roll-back-links.ts';
import type { OperationRow } from '../../../shared/contracts/tasks.ts';
import { table } from '../output.ts';
import type { Session } from '../session.ts';

/** Options that decide about single values. */
export interface ChoiceOptions { readonly keep?: readonly string[]; readonly restore?: readonly string[]; readonly choices?: string }

const HEAD = ['object', 'type', 'attribute', 'value', 'before', 'written by Causeway', 'now', 'changed between', 'choice', 'objectGUID', 'target id'] as const;
const words = (values: readonly string[] | null): string => (values === null || values.length === 0 ? '' : values.join('; '));
const attributeWord = (c: RollBackConflict): string => (c.value !== null ? `${c.attribute}/${c.value.name}` : c.attribute || '(the object)');

/** Values that others changed, as the plan of a task has them. @throws AppError NOT_FOUND for a task without a plan. */
export async function conflictsOf(session: Session, taskId: string): Promise<RollBackConflict[]> {
  const { planId } = await session.call('tasks.get', { id: taskId });
  if (planId === null) throw appError(ErrorCode.NotFound, `Task ${taskId} has no plan.`);
  const rows: RollBackConflict[] = [];
  let after: string | null = null;
  do {
    const page: { rows: RollBackConflict[]; next: string | null } = await session.call('rollBack.conflicts', { planId, after, limit: 500 });
    rows.push(...page.rows);
    after = page.next;
  } while (after !== null);
  return rows;
}

/** Each membership and permission that the plan of a task takes away or gives back, besides those that its three-way view has. */
export async function linksOf(session: Session, taskId: string, contested: readonly RollBackConflict[]): Promise<RollBackConflict[]> {
  const { planId } = await session.call('tasks.get', { id: taskId });
  const rows: OperationRow[] = [];
  for (const kind of planId === null ? [] : LINK_KINDS) {
    let after: string | null = null;
    do {
      const page: { rows: OperationRow[]; next: string | null } = await session.call('plans.operations', { planId: planId ?? '', kind, after, limit: 500 });
      rows.push(...page.rows);
      after = page.next;
    } while (after !== null);
  }
  return linksTakenBack(rows, contested);
}

/** The three-way view in columns. */
export function conflictLines(conflicts: readonly RollBackConflict[]): string[] {
  const show = (c: RollBackConflict, values: readonly string[] | null): string => stateWords(c, values, '(none)');
  return table(['OBJECT', 'ATTRIBUTE', 'BEFORE', 'WRITTEN BY CAUSEWAY', 'NOW', 'ROLL BACK'], conflicts.map((c) => [
    c.name, attributeWord(c), c.created && c.value === null ? '(object not there)' : show(c, c.before), show(c, c.written), c.between === null ? show(c, c.current) : `${show(c, c.current)} (others had ${show(c, c.between.values)})`,
    c.created && c.value !== null ? (c.choice === 'restore' ? 'takes it out, or deletes the object' : 'keeps it, and the object') : c.created ? (c.choice === 'restore' ? 'deletes the object' : 'keeps the object') : c.choice === 'restore' ? 'restores before' : 'keeps theirs',
  ]));
}

const cells = (c: RollBackConflict): readonly string[] => [c.name, c.kind, c.value === null ? c.attribute : decidedAttribute(c), c.value?.name ?? '', words(c.before), words(c.written), words(c.current), c.between === null ? '' : words(c.between.values) || '(none)', c.choice, c.sourceId ?? '', c.targetId];

/** The part of the three-way view after a cursor, as CSV; the column `choice` may be edited and the file given to `--choices`. */
export async function conflictPart(conflicts: readonly RollBackConflict[], after: string | null): Promise<ExportPart> {
  return await csvPart<RollBackConflict>({
    fileName: 'choices.csv', columns: HEAD, lines: (rows) => rows.map(cells),
    read: async ({ after: from, limit }) => {
      const first = Number(from ?? 0);
      const end = first + limit;
      return { rows: conflicts.slice(first, end), next: end < conflicts.length ? String(end) : null, total: conflicts.length };
    },
  }, { after });
}

/** True when options decide anything. */
export const decides = (o: ChoiceOptions): boolean => o.keep !== undefined || o.restore !== undefined || o.choices !== undefined;

/**
 * Decisions of the options against the values that the plan has.
 * @param links memberships and permissions that go back and that nobody changed.
 * @throws AppError INVALID_INPUT for one that names no value of the plan, BAD_FILE for a file that cannot be read.
 */
export function choicesOf(o: ChoiceOptions, contested: readonly RollBackConflict[], links: readonly RollBackConflict[] = []): RollBackChoice[] {
  const conflicts = [...contested, ...links];
  const changed = contested.length;
  const choices: RollBackChoice[] = [];
  const named = (text: string, choice: 'restore' | 'keep'): void => {
    const wanted = text.toLowerCase();
    const rows = conflicts.flatMap((c) => {
      const object = [c.name.toLowerCase(), c.sourceId, c.targetId].find((one) => one !== null && (wanted === one || wanted.startsWith(`${one}:`)));
      if (object === undefined || object === null) return [];
      const attribute = wanted === object ? null : wanted.slice(object.length + 1);
      // About one value of many: by what it is known, or by name.
      const one = c.value !== null && [decidedAttribute(c), `${c.attribute}/${c.value.name}`].some((name) => name.toLowerCase() === attribute);
      const whole = attribute === null || c.attribute.toLowerCase() === attribute || (c.created && c.value === null);
      return one || whole ? [{ c, one }] : [];
    });
    const single = rows.filter((row) => row.one);
    // A membership that nobody changed is decided only when it is named: "<object>" means what others changed.
    const hits = single.length > 0 ? single : rows.filter(({ c }) => conflicts.indexOf(c) < changed || wanted.endsWith(`:${c.attribute.toLowerCase()}`));
    if (hits.length === 0) throw appError(ErrorCode.InvalidInput, `"${text}" names no value of the plan that others changed, and no membership that goes back; write <object>, <object>:<attribute> or <object>:<attribute>/<value> as \`causeway roll-back conflicts --links\` lists them.`);
    choices.push(...hits.map(({ c }) => ({ targetId: c.targetId, attribute: c.created && (c.value === null || single.length === 0) ? '' : decidedAttribute(c), choice })));
  };
  for (const text of o.keep ?? []) named(text, 'keep');
  for (const text of o.restore ?? []) named(text, 'restore');
  return o.choices === undefined ? choices : [...fromFile(o.choices, conflicts), ...choices];
}

function fromFile(file: string, conflicts: readonly RollBackConflict[]): RollBackChoice[] {
  let bytes: Buffer;
  try { bytes = readFileSync(file); } catch (cause) { throw appError(ErrorCode.BadFile, `The file ${file} cannot be read: ${(cause as Error).message}.`, { cause }); }
  const { header, rows } = readCsv(csvText(bytes, file));
  const place = (column: (typeof HEAD)[number]): number => {
    const at = header.indexOf(column);
    if (at < 0) throw appError(ErrorCode.BadFile, `The file ${file} has no column "${column}"; take one that \`causeway roll-back conflicts --file\` wrote.`);
    return at;
  };
  const [target, attribute, decision] = [place('target id'), place('attribute'), place('choice')];
  return rows.map(({ line, cells }) => {
    const choice = cells[decision]?.toLowerCase();
    const conflict = conflicts.find((c) => c.targetId === cells[target] && (c.value === null ? c.attribute : decidedAttribute(c)) === cells[attribute]);
    if (choice !== 'restore' && choice !== 'keep') throw appError(ErrorCode.InvalidInput, `Line ${line} of ${file}: the choice is "restore" or "keep", not "${cells[decision] ?? ''}".`);
    if (conflict === undefined) throw appError(ErrorCode.InvalidInput, `Line ${line} of ${file} names no value of the plan that others changed.`);
    return { targetId: conflict.targetId, attribute: decidedAttribute(conflict), choice };
  });
}
