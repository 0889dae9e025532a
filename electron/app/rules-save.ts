import type { MappingRuleInput } from '../../shared/contracts/rule-values.ts';
import { AppError, appError, ErrorCode } from '../../shared/domain/errors.ts';
import type { MatchingRule, RuleOwner } from '../../shared/domain/rules.ts';
import { isBinaryAttribute, permissionOf, readExpression, type ExpressionSchema, type Problem } from '../engines/mapping/index.ts';
import { withDirectory } from './collections.ts';
import { EXPRESSION_PARAMETERS } from './rules-expressions.ts';
import { expressionSchema, isWritable, pairOf, TARGET_LINKS, targetEntries, whyNot, type SeenAttributes } from './rules-attributes.ts';
import type { Services } from './services.ts';

/** Refuses classes and attributes that no rule can tie together. @throws AppError INVALID_INPUT. */
export function requireFitting(rule: Pick<MatchingRule, 'sourceClass' | 'targetClass' | 'targetAttribute'>): void {
  if (rule.sourceClass !== rule.targetClass) throw appError(ErrorCode.InvalidInput, `A ${rule.sourceClass} cannot be matched with a ${rule.targetClass}: choose the same class on both sides.`);
  if (targetEntries(rule.targetClass, rule.targetAttribute).length === 0 && !isLink(rule)) throw appError(ErrorCode.InvalidInput, `Causeway does not read "${rule.targetAttribute}" of a ${rule.targetClass}. Choose one of the attributes in the list.`);
}

const isLink = (rule: Pick<MatchingRule, 'targetClass' | 'targetAttribute'>): boolean => TARGET_LINKS[rule.targetClass].some((name) => name.toLowerCase() === rule.targetAttribute.toLowerCase());

/** Refuses a mapping rule that could never write. @throws AppError INVALID_INPUT. */
export function requireWritable(rule: MappingRuleInput): void {
  requireFitting(rule);
  if (rule.action === 'Resolve') {
    if (rule.sourceAttribute === '') throw appError(ErrorCode.InvalidInput, 'Resolve needs a source attribute.');
    return;
  }
  const entries = targetEntries(rule.targetClass, rule.targetAttribute);
  // Of a group it depends on the single group which service writes it; one that can is enough.
  const attribute = entries.find(isWritable) ?? entries[0];
  if (attribute === undefined) {
    // What others were given in the tenant is not taken away by a rule.
    if (permissionOf(rule.targetAttribute) !== undefined) throw appError(ErrorCode.InvalidInput, `"${rule.targetAttribute}" is a permission on a mailbox; only Resolve writes it, and only a roll back takes it away.`);
    if (rule.action !== 'Clear') throw appError(ErrorCode.InvalidInput, `"${rule.targetAttribute}" is a linked attribute; only Resolve and Clear write it.`);
    return;
  }
  if (!isWritable(attribute)) throw appError(ErrorCode.InvalidInput, `"${attribute.name}" of a ${rule.targetClass} cannot be written: ${whyNot(rule.targetClass, attribute.name)}.`);
  if ((rule.action === 'Overwrite' || rule.action === 'Merge') && rule.sourceAttribute === '' && rule.conversion !== 'initial password') throw appError(ErrorCode.InvalidInput, `${rule.action} needs a source attribute.`);
  if (rule.action === 'Set constant' && rule.value === '') throw appError(ErrorCode.InvalidInput, 'Set constant needs a value; use Clear to make the attribute empty.');
  if (rule.action === 'Expression' && rule.value.trim() === '') throw appError(ErrorCode.InvalidInput, 'Expression needs a text, for example Trim([givenName]).');
  if (rule.action === 'Merge' && !entries.some((entry) => entry.type === 'texts')) throw appError(ErrorCode.InvalidInput, `"${rule.targetAttribute}" has one value only; Merge is for attributes with several.`);
  if (rule.action === 'Clear' && !entries.some((entry) => entry.clearable)) throw appError(ErrorCode.InvalidInput, `"${attribute.name}" cannot be empty in Microsoft 365.`);
}

/** A problem as one sentence with its place, counted from 1 as editors show it. */
export function problemText(problem: Problem): string {
  return `At character ${problem.offset + 1}: ${problem.message}${problem.hint === null ? '' : ` ${problem.hint}`}`;
}

const nameAt = (text: string, { offset, length }: Problem): string => text.slice(offset, offset + length).replace(/^[["]|[\]"]$/g, '');
const UNSEEN = 'No object that was read has the attribute';

/**
 * Reads an expression for the editor: errors of syntax, functions, arguments and parameters are errors. An attribute that no object
 * read so far has is only a warning, because Causeway reads what rules name: it may be there after the next discovery.
 * Names of attributes compare without regard to case (RFC 4512 2.5).
 */
export function judge(text: string, schema: ExpressionSchema): readonly Problem[] {
  const plain = readExpression(text);
  if (!plain.ok) return plain.problems;
  const parameters = schema.parameters ?? EXPRESSION_PARAMETERS;
  const known = new Map(schema.attributes.map((a) => [a.name.toLowerCase(), a]));
  // Each is given to the checks as it is written here, with what is known of its type.
  const used = plain.expression.explanation.attributes.map((name) => ({ ...(isBinaryAttribute(name) ? { type: 'binary' as const } : {}), ...known.get(name.toLowerCase()), name }));
  const read = readExpression(text, { attributes: used, parameters });
  const strict = readExpression(text, { attributes: [...schema.attributes, ...used.filter(({ name }) => known.has(name.toLowerCase()))], parameters });
  const unseen = (strict.ok ? [] : strict.problems).filter((p) => p.message.startsWith('There is no attribute'));
  return [
    ...(read.ok ? read.expression.warnings : read.problems), ...unseen.map((p): Problem => ({ ...p, severity: 'warning', message: `${UNSEEN} "${nameAt(text, p)}".` })),
  ].toSorted((a, b) => a.offset - b.offset);
}

/**
 * Reads the expression of a rule that is to be saved. An attribute that was never read is looked up in the directory's own schema, and
 * accepted when the directory cannot be asked.
 * @throws AppError INVALID_INPUT with the position and what is wrong there.
 */
export async function requireReadable(services: Services, seen: SeenAttributes, owner: RuleOwner, rule: MappingRuleInput): Promise<void> {
  if (rule.action !== 'Expression') return;
  const schema = await expressionSchema(services, seen, owner, rule.sourceClass);
  const problems = judge(rule.value, schema);
  const error = problems.find((p) => p.severity === 'error');
  if (error !== undefined) throw refused(error);
  const unseen = problems.filter((p) => p.message.startsWith(UNSEEN));
  if (unseen.length === 0) return;
  const pairId = await pairOf(services, owner);
  const directory = await withDirectory(services, pairId, async (open) => await open.schema()).catch((cause: unknown) => {
    if (!(cause instanceof AppError)) throw cause;
    services.log.info({ pairId, code: cause.data.code }, 'the schema of the directory could not be asked for the attributes of an expression');
    return undefined;
  });
  const wrong = directory === undefined ? undefined : unseen.find((p) => directory.attribute(nameAt(rule.value, p)) === undefined);
  if (wrong !== undefined) throw refused({ ...wrong, message: `The directory has no attribute "${nameAt(rule.value, wrong)}".` });
}

const refused = (problem: Problem): AppError => appError(ErrorCode.InvalidInput, problemText(problem), { detail: { offset: problem.offset, length: problem.length } });
