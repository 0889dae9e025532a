import { readFileSync } from 'node:fs';
import type { RollBackChoice, RollBackConflict } from '../../../shared/contracts/roll-back.ts';
import { appError, ErrorCode } from '../../../shared/domain/errors.ts';
import { csvOf } from '../../app/csv.ts';
import { csvText, readCsv } from '../../app/csv-lines.ts';
import { table } from '../output.ts';
import type { Session } from '../session.ts';

/** Options that decide about single values. */
export interface ChoiceOptions { readonly keep?: readonly string[]; readonly restore?: readonly string[]; readonly choices?: string }

const HEAD = ['object', 'type', 'attribute', 'before', 'written by Causeway', 'now', 'changed between', 'choice', 'objectGUID', 'target id'] as const;
const words = (values: readonly string[] | null): string => (values === null || values.length === 0 ? '' : values.join('; '));
const attributeWord = (c: RollBackConflict): string => c.attribute || '(the object)';

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

/** The three-way view in columns. */
export function conflictLines(conflicts: readonly RollBackConflict[]): string[] {
  const show = (values: readonly string[] | null): string => words(values) || '(none)';
  return table(['OBJECT', 'ATTRIBUTE', 'BEFORE', 'WRITTEN BY CAUSEWAY', 'NOW', 'ROLL BACK'], conflicts.map((c) => [
    c.name, attributeWord(c), c.created ? '(object not there)' : show(c.before), show(c.written), c.between === null ? show(c.current) : `${show(c.current)} (others had ${show(c.between.values)})`,
    c.created ? (c.choice === 'restore' ? 'deletes the object' : 'keeps the object') : c.choice === 'restore' ? 'restores before' : 'keeps theirs',
  ]));
}

/** The three-way view as CSV; the column `choice` may be edited and the file given to `--choices`. */
export function conflictCsv(conflicts: readonly RollBackConflict[]): string {
  return csvOf([[...HEAD], ...conflicts.map((c) => [c.name, c.kind, c.attribute, words(c.before), words(c.written), words(c.current), c.between === null ? '' : words(c.between.values) || '(none)', c.choice, c.sourceId ?? '', c.targetId])]);
}

/** True when options decide anything. */
export const decides = (o: ChoiceOptions): boolean => o.keep !== undefined || o.restore !== undefined || o.choices !== undefined;

/**
 * Decisions of the options against the values that the plan has.
 * @throws AppError INVALID_INPUT for one that names no value of the plan, BAD_FILE for a file that cannot be read.
 */
export function choicesOf(o: ChoiceOptions, conflicts: readonly RollBackConflict[]): RollBackChoice[] {
  const choices: RollBackChoice[] = [];
  const named = (text: string, choice: 'restore' | 'keep'): void => {
    const at = text.lastIndexOf(':');
    const [object, attribute] = at < 0 ? [text, null] : [text.slice(0, at), text.slice(at + 1)];
    const hits = conflicts.filter((c) => [c.name.toLowerCase(), c.sourceId, c.targetId].includes(object.toLowerCase()) && (attribute === null || c.created || c.attribute.toLowerCase() === attribute.toLowerCase()));
    if (hits.length === 0) throw appError(ErrorCode.InvalidInput, `"${text}" names no value of the plan that others changed; write <object> or <object>:<attribute> as \`causeway roll-back conflicts\` lists them.`);
    choices.push(...hits.map((c) => ({ targetId: c.targetId, attribute: c.created ? '' : c.attribute, choice })));
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
    const conflict = conflicts.find((c) => c.targetId === cells[target] && c.attribute === cells[attribute]);
    if (choice !== 'restore' && choice !== 'keep') throw appError(ErrorCode.InvalidInput, `Line ${line} of ${file}: the choice is "restore" or "keep", not "${cells[decision] ?? ''}".`);
    if (conflict === undefined) throw appError(ErrorCode.InvalidInput, `Line ${line} of ${file} names no value of the plan that others changed.`);
    return { targetId: conflict.targetId, attribute: conflict.created ? '' : conflict.attribute, choice };
  });
}
