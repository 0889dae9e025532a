import { CONSTANTS } from './ast.ts';
import { FUNCTIONS, functionNamed, parameterAt } from './catalogue.ts';
import type { FunctionInfo, Parameter } from './catalogue.ts';
import type { ExpressionSchema } from './check.ts';
import type { Span } from './problems.ts';
import { tokenize } from './tokens.ts';
import type { Token } from './tokens.ts';

/** Classes an editor colours by. */
export type HighlightKind = 'function' | 'constant' | 'attribute' | 'parameter' | 'variable' | 'text' | 'number' | 'operator' | 'punctuation' | 'space' | 'error';
/** A stretch of one colour. */
export interface Highlight extends Span { readonly kind: HighlightKind }

/** Cuts a text into coloured stretches that follow one another without gaps, whether or not it is correct. */
export function highlight(text: string): readonly Highlight[] {
  return tokenize(text).map(({ kind, offset, length, value }) => {
    const at = { offset, length };
    if (kind === 'name') return { ...at, kind: functionNamed(value) !== undefined ? 'function' : Object.hasOwn(CONSTANTS, value) ? 'constant' : 'error' };
    return { ...at, kind: kind === 'bracket' || kind === 'comma' ? 'punctuation' : kind };
  });
}

/** One proposal of completion. */
export interface Completion {
  readonly label: string;
  /** What replaces the stretch from {@link Completions}.offset on. */
  readonly insert: string;
  readonly kind: 'function' | 'attribute' | 'parameter' | 'constant';
  /** Signature of a function; type of an attribute. */
  readonly detail: string;
  readonly documentation: string;
}
/** Proposals for one place and the stretch they replace. */
export interface Completions extends Span { readonly items: readonly Completion[] }

/** The most proposals at once: more cannot be read. */
const MOST = 50;

/** Those that begin with what is typed first, then those that contain it; case does not matter. */
function fitting(items: readonly Completion[], typed: string): readonly Completion[] {
  const wanted = typed.toLowerCase();
  const at = (item: Completion): number => item.label.toLowerCase().indexOf(wanted);
  return items.filter((item) => at(item) >= 0).toSorted((a, b) => Math.min(at(a), 1) - Math.min(at(b), 1)).slice(0, MOST);
}

const attributes = (schema: ExpressionSchema): readonly Completion[] => schema.attributes.map(({ name, type, multiValued }) => ({
  label: name, insert: `[${name}]`, kind: 'attribute', detail: `${type ?? ''}${multiValued === true ? ' (several values)' : ''}`.trim(), documentation: '',
}));
const parameterItems = (schema: ExpressionSchema): readonly Completion[] => (schema.parameters ?? []).map((name) => ({ label: name, insert: `%${name}%`, kind: 'parameter', detail: '', documentation: '' }));
const words = (choices: readonly string[]): readonly Completion[] => Object.entries(CONSTANTS).slice(0, 5).concat(Object.entries(CONSTANTS).filter(([name]) => choices.includes(name))).map(([name, documentation]) => ({
  label: name, insert: name, kind: 'constant', detail: '', documentation,
}));
const functions = (): readonly Completion[] => FUNCTIONS.map(({ name, signature, description, example }) => ({
  label: name, insert: `${name}(`, kind: 'function', detail: signature, documentation: `${description} Example: ${example.expression} gives ${example.result}.`,
}));

/**
 * Proposals at a place of an unfinished expression: attributes inside brackets, parameters after a percent sign, functions
 * and words elsewhere (attributes too, where a value begins); none inside a text.
 * @param offset UTF-16 units before the caret.
 */
export function complete(text: string, offset: number, schema: ExpressionSchema): Completions {
  const caret = Math.max(0, Math.min(offset, text.length));
  const none = { offset: caret, length: 0, items: [] };
  const token: Token | undefined = tokenize(text.slice(0, caret)).at(-1);
  const typed = token === undefined ? '' : text.slice(token.offset, caret);
  if (typed.startsWith('[') && token?.kind === 'error') {
    // A bracket that closes on the same line belongs to what is replaced.
    const rest = /^[^\][\n\r,()"]*\]/.exec(text.slice(caret))?.[0].length ?? 0;
    return { offset: token.offset, length: caret - token.offset + rest, items: fitting(attributes(schema), typed.slice(1)) };
  }
  if (typed === '%' || (token?.kind === 'name' && text.charAt(token.offset - 1) === '%')) {
    const start = typed === '%' ? caret - 1 : (token?.offset ?? 1) - 1;
    const rest = /^[A-Za-z0-9_.]*%/.exec(text.slice(caret))?.[0].length ?? 0;
    return { offset: start, length: caret - start + rest, items: fitting(parameterItems(schema), text.slice(start + 1, caret)) };
  }
  const active = signatureAt(text, caret);
  const choices = active?.parameter?.choices ?? [];
  if (token?.kind === 'name') return { offset: token.offset, length: typed.length, items: fitting([...words(choices), ...functions(), ...attributes(schema)], typed) };
  const begins = token === undefined || token.kind === 'comma' || token.kind === 'operator' || token.value === '(' || (token.kind === 'space' && valueBegins(text.slice(0, token.offset)));
  return begins ? { ...none, items: [...attributes(schema).slice(0, MOST), ...words(choices), ...functions()] } : none;
}

/** True when a value, not an operator, comes next. */
function valueBegins(before: string): boolean {
  const last = tokenize(before).findLast((token) => token.kind !== 'space');
  return last === undefined || last.kind === 'comma' || last.kind === 'operator' || last.value === '(';
}

/** The call around a place: its function, which argument (from 0) the caret is in and the parameter it fills. */
export interface ActiveSignature { readonly info: FunctionInfo; readonly argument: number; readonly parameter: Parameter | undefined }

/** The innermost known call around a place, for inline documentation; null outside of any. */
export function signatureAt(text: string, offset: number): ActiveSignature | null {
  const open: { name: string; argument: number }[] = [];
  let before = '';
  for (const token of tokenize(text.slice(0, Math.max(0, offset)))) {
    if (token.kind === 'space') continue;
    const inner = open.at(-1);
    if (token.kind === 'bracket' && token.value === '(') open.push({ name: before, argument: 0 });
    else if (token.kind === 'bracket') open.pop();
    else if (token.kind === 'comma' && inner !== undefined) inner.argument += 1;
    before = token.kind === 'name' ? token.value : '';
  }
  for (const call of open.toReversed()) {
    const info = functionNamed(call.name);
    if (info !== undefined) return { info, argument: call.argument, parameter: parameterAt(info, call.argument) };
  }
  return null;
}
