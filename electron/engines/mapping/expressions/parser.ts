import { COMPARISONS_OF_LANGUAGE, CONSTANTS } from './ast.ts';
import type { ChainOperator, Comparator, Node } from './ast.ts';
import { LIMITS } from './limits.ts';
import { didYouMean, problemAt } from './problems.ts';
import type { Problem, Span } from './problems.ts';
import { tokenize } from './tokens.ts';
import type { Token } from './tokens.ts';

/** Outcome of reading the syntax: the tree, or the first problem. */
export type Parsed = { readonly ok: true; readonly node: Node } | { readonly ok: false; readonly problem: Problem };

/** Either a node or what is wrong; a problem ends the parse at once. */
type Step = Node | Problem;
const isProblem = (step: Step): step is Problem => 'severity' in step;
const across = (from: Span, to: Span): Span => ({ offset: from.offset, length: to.offset + to.length - from.offset });
const isComparator = (text: string): text is Comparator => (COMPARISONS_OF_LANGUAGE as readonly string[]).includes(text);

/** Signed 64-bit value of a number token: decimal, or hexadecimal after &H; undefined when it does not fit. */
function integerOf(text: string): bigint | undefined {
  const value = text.startsWith('&') ? BigInt(`0x${text.slice(2)}`) : BigInt(text);
  const wide = text.startsWith('&') && value < 2n ** 64n ? BigInt.asIntN(64, value) : value;
  return BigInt.asIntN(64, wide) === wide ? wide : undefined;
}

/** One run over the tokens of one text. Loosest to tightest: `||`, `&&`, comparison, `&`, operand. */
class Reader {
  readonly #tokens: readonly Token[];
  readonly #end: Span;
  #at = 0;
  #depth = 0;

  constructor(text: string) {
    this.#tokens = tokenize(text).filter((token) => token.kind !== 'space');
    this.#end = { offset: text.length, length: 0 };
  }

  read(): Step {
    const node = this.#chain('||');
    const left = this.#peek();
    if (isProblem(node) || left === undefined) return node;
    if (left.kind === 'error') return problemAt(left, left.fault ?? 'This has no meaning.');
    if (left.value === ')') return problemAt(left, 'This closing parenthesis has no opening one.');
    return problemAt(left, 'The expression ends before this point; an operator or a comma is missing.', left.kind === 'comma' ? null : 'Texts and attributes are joined with "&".');
  }

  #peek(): Token | undefined { return this.#tokens[this.#at]; }

  #is(kind: Token['kind'], value: string): boolean {
    const token = this.#peek();
    return token?.kind === kind && token.value === value;
  }

  #chain(operator: ChainOperator): Step {
    const next = (): Step => (operator === '||' ? this.#chain('&&') : operator === '&&' ? this.#compare() : this.#operand());
    const first = next();
    if (isProblem(first) || !this.#is('operator', operator)) return first;
    const parts = [first];
    while (this.#is('operator', operator)) {
      this.#at += 1;
      const part = next();
      if (isProblem(part)) return part;
      parts.push(part);
    }
    return { kind: 'chain', operator, parts, at: across(first.at, parts.at(-1)?.at ?? first.at) };
  }

  #compare(): Step {
    const left = this.#chain('&');
    const sign = this.#peek();
    if (isProblem(left) || sign?.kind !== 'operator' || !isComparator(sign.value)) return left;
    this.#at += 1;
    const right = this.#chain('&');
    if (isProblem(right)) return right;
    const again = this.#peek();
    if (again?.kind === 'operator' && isComparator(again.value)) return problemAt(again, 'A comparison cannot be compared again without parentheses.', 'Use && between two comparisons.');
    return { kind: 'compare', operator: sign.value, left, right, at: across(left.at, right.at) };
  }

  #operand(): Step {
    const token = this.#peek();
    if (token === undefined) return problemAt(this.#end, 'The expression is not complete: a value is missing at the end.');
    this.#at += 1;
    switch (token.kind) {
      case 'text': return { kind: 'text', value: token.value, at: token };
      case 'attribute': case 'parameter': case 'variable': return { kind: token.kind, name: token.value, at: token };
      case 'number': {
        const value = integerOf(token.value);
        return value === undefined ? problemAt(token, 'This number does not fit into 64 bits.') : { kind: 'integer', value, at: token };
      }
      case 'name': return this.#is('bracket', '(') ? this.#call(token) : this.#word(token);
      case 'bracket': return token.value === '(' ? this.#group(token) : problemAt(token, 'A value is missing before this parenthesis.');
      case 'error': return problemAt(token, token.fault ?? 'This has no meaning.');
      case 'operator': case 'comma': case 'space': return problemAt(token, `A value is missing before "${token.value}".`);
      default: return token.kind satisfies never;
    }
  }

  #word(token: Token): Step {
    if (Object.hasOwn(CONSTANTS, token.value)) return { kind: 'constant', name: token.value, at: token };
    return problemAt(token, `"${token.value.slice(0, 60)}" is neither a function call nor a known word.`,
      didYouMean(token.value, Object.keys(CONSTANTS)) ?? `Write [${token.value.slice(0, 60)}] for an attribute, "${token.value.slice(0, 60)}" for a text.`);
  }

  #group(open: Token): Step {
    if (this.#depth >= LIMITS.depth) return problemAt(open, `The expression is nested more than ${LIMITS.depth} deep.`);
    this.#depth += 1;
    const inside = this.#chain('||');
    this.#depth -= 1;
    if (isProblem(inside)) return inside;
    if (!this.#is('bracket', ')')) return this.#unclosed(open);
    this.#at += 1;
    return inside;
  }

  #unclosed(open: Token, name: string | null = null): Problem {
    const found = this.#peek();
    if (found === undefined) return problemAt(open, name === null ? 'This parenthesis is not closed.' : `The parenthesis of ${name.slice(0, 60)} is not closed.`);
    return problemAt(found, found.fault ?? `A comma, an operator or a closing parenthesis is missing before "${found.value.slice(0, 40)}".`);
  }

  #call(name: Token): Step {
    const open = this.#peek() ?? name;
    if (this.#depth >= LIMITS.depth) return problemAt(name, `The expression is nested more than ${LIMITS.depth} deep.`);
    this.#at += 1;
    this.#depth += 1;
    const args: Node[] = [];
    for (;;) {
      const token = this.#peek();
      if (token === undefined) return this.#unclosed(open, name.value);
      const close = this.#is('bracket', ')');
      if (close && args.length === 0) break;
      if (close || token.kind === 'comma') args.push({ kind: 'empty', at: { offset: token.offset, length: 0 } });
      else {
        const arg = this.#chain('||');
        if (isProblem(arg)) return arg;
        args.push(arg);
      }
      if (this.#is('bracket', ')')) break;
      if (!this.#is('comma', ',')) return this.#unclosed(open, name.value);
      this.#at += 1;
    }
    const close = this.#peek() ?? open;
    this.#at += 1;
    this.#depth -= 1;
    return { kind: 'call', name: name.value, nameAt: { offset: name.offset, length: name.length }, args, at: across(name, close) };
  }
}

const span = (at: Span): Span => ({ offset: at.offset, length: at.length });
/** Places as plain spans: a token must not ride along in the tree. */
function plain(node: Node): Node {
  if (node.kind === 'call') return { ...node, at: span(node.at), args: node.args.map(plain) };
  if (node.kind === 'compare') return { ...node, at: span(node.at), left: plain(node.left), right: plain(node.right) };
  if (node.kind === 'chain') return { ...node, at: span(node.at), parts: node.parts.map(plain) };
  return { ...node, at: span(node.at) };
}

/**
 * Reads the syntax of an expression; names and argument counts are judged by checkExpression.
 * @returns the tree, or the first problem with its place. Never throws, whatever the text.
 */
export function parseSyntax(text: string): Parsed {
  if (text.length > LIMITS.expressionLength) return { ok: false, problem: problemAt({ offset: LIMITS.expressionLength, length: 1 }, `An expression has at most ${LIMITS.expressionLength} characters.`) };
  if (text.trim() === '') return { ok: false, problem: problemAt({ offset: 0, length: 0 }, 'The expression is empty.', 'Begin with an attribute such as [displayName] or a function such as Trim.') };
  const step = new Reader(text).read();
  return isProblem(step) ? { ok: false, problem: step } : { ok: true, node: plain(step) };
}
