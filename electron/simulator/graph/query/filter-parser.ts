import { filterError, syntaxError, tokenize, type Token } from './lexer.ts';

/** A constant of a filter with the type that its spelling gives it. */
export interface Literal { readonly type: 'string' | 'boolean' | 'null' | 'number' | 'guid' | 'date'; readonly text: string }

/** A property, a property of a complex property, or the variable of a lambda with what follows it. */
export interface Path { readonly names: readonly string[]; readonly at: number }

/** Comparison operators of OData. */
export const COMPARISONS = ['eq', 'ne', 'gt', 'ge', 'lt', 'le'] as const;
/** One of {@link COMPARISONS}. */
export type Comparison = typeof COMPARISONS[number];

/** A filter as written; nothing is known yet of its properties. */
export type Expression =
  | { readonly form: 'and' | 'or'; readonly parts: readonly Expression[] }
  | { readonly form: 'not'; readonly of: Expression }
  | { readonly form: 'compare'; readonly path: Path; readonly operator: Comparison; readonly value: Literal }
  | { readonly form: 'in'; readonly path: Path; readonly values: readonly Literal[] }
  | { readonly form: 'call'; readonly name: string; readonly path: Path; readonly value: Literal }
  | { readonly form: 'lambda'; readonly name: 'any' | 'all'; readonly path: Path; readonly variable: string; readonly body: Expression | null }
  | { readonly form: 'count'; readonly path: Path; readonly operator: Comparison; readonly value: number };

/** Functions of OData that take a property and a text and answer true or false. */
const FUNCTIONS: ReadonlySet<string> = new Set(['startswith', 'endswith', 'contains']);
/** Nesting beyond which the gateway refuses. */
const DEEPEST = 100;

/**
 * Reads a `$filter` (OData 4.01 ABNF, boolCommonExpr). Operators are taken in any case, as the service takes them.
 * @throws GraphRefusal 400 with the position of what cannot be read.
 */
export function parseExpression(text: string): Expression {
  const parser = new Parser(text);
  const whole = parser.disjunction();
  parser.end();
  return whole;
}

class Parser {
  readonly #text: string;
  readonly #tokens: readonly Token[];
  #next = 0;
  #depth = 0;

  constructor(text: string) {
    this.#text = text;
    this.#tokens = tokenize(text);
  }

  disjunction(): Expression { return this.#chain('or', () => this.#chain('and', () => this.#unary())); }
  end(): void { if (this.#peek().type !== 'end') throw this.#fail(); }

  #chain(form: 'and' | 'or', part: () => Expression): Expression {
    const first = part();
    const parts = [first];
    while (this.#takeWord(form)) parts.push(part());
    return parts.length === 1 ? first : { form, parts };
  }
  #unary(): Expression {
    if (++this.#depth > DEEPEST) throw filterError('The expression is nested too deeply.');
    try {
      if (this.#peek().text.toLowerCase() === 'not' && this.#peek().type === 'word') {
        this.#next++;
        const of = this.#unary();
        // `not` binds tighter than `eq`, so that without brackets it would negate the property.
        if (of.form === 'compare' || of.form === 'in') throw filterError(`A unary operator with an incompatible type was detected. Found operand type 'Edm.String' for operator kind 'Not'.`);
        return { form: 'not', of };
      }
      if (!this.#takeMark('(')) return this.#comparison();
      const inner = this.disjunction();
      this.#mark(')');
      // Brackets around one comparison keep it apart from a `not` before them.
      return inner.form === 'compare' || inner.form === 'in' ? { form: 'and', parts: [inner] } : inner;
    } finally {
      this.#depth--;
    }
  }
  #comparison(): Expression {
    const start = this.#peek();
    if (start.type === 'word' && this.#peek(1).text === '(') return this.#call();
    const path = this.#path();
    const last = path.names.at(-1)?.toLowerCase();
    if (this.#peek().text === '(') {
      if (last !== 'any' && last !== 'all') throw syntaxError(this.#text, this.#peek().at);
      return this.#lambda(last, { ...path, names: path.names.slice(0, -1) });
    }
    if (this.#takeWord('in')) return { form: 'in', path, values: this.#list() };
    const operator = this.#word().toLowerCase();
    if (!isComparison(operator)) throw this.#fail(-1);
    const value = this.#literal();
    if (last !== '$count') return { form: 'compare', path, operator, value };
    if (value.type !== 'number') throw filterError(`A binary operator with incompatible types was detected. Found operand types 'Edm.Int64' and '${EDM[value.type]}' for operator kind '${KIND[operator]}'.`);
    return { form: 'count', path: { ...path, names: path.names.slice(0, -1) }, operator, value: Number(value.text) };
  }
  #call(): Expression {
    const name = this.#word();
    if (!FUNCTIONS.has(name.toLowerCase())) throw filterError(`An unknown function with name '${name}' was found. This may also be a function import or a key lookup on a navigation property, which is not allowed.`);
    this.#mark('(');
    const path = this.#path();
    this.#mark(',');
    const value = this.#literal();
    this.#mark(')');
    return { form: 'call', name: name.toLowerCase(), path, value };
  }
  #lambda(name: 'any' | 'all', path: Path): Expression {
    this.#mark('(');
    if (this.#takeMark(')')) return { form: 'lambda', name, path, variable: '', body: null };
    const variable = this.#word();
    this.#mark(':');
    const body = this.disjunction();
    this.#mark(')');
    return { form: 'lambda', name, path, variable, body };
  }
  #list(): readonly Literal[] {
    this.#mark('(');
    const values = [this.#literal()];
    while (this.#takeMark(',')) values.push(this.#literal());
    this.#mark(')');
    return values;
  }
  #path(): Path {
    const { at } = this.#peek();
    const names = [this.#word()];
    while (this.#takeMark('/')) names.push(this.#word());
    return { names, at };
  }
  #literal(): Literal {
    const token = this.#take();
    switch (token.type) {
      case 'text': return { type: 'string', text: token.text.slice(1, -1).replaceAll("''", "'") };
      case 'number': case 'guid': case 'date': return { type: token.type, text: token.text };
      case 'word': {
        const word = token.text.toLowerCase();
        if (word === 'true' || word === 'false') return { type: 'boolean', text: word };
        if (word === 'null') return { type: 'null', text: word };
        throw filterError(`Could not find a property named '${token.text}'.`);
      }
      default: throw this.#fail(-1);
    }
  }

  #peek(ahead = 0): Token { return this.#tokens[this.#next + ahead] ?? { type: 'end', text: '', at: this.#text.length }; }
  #take(): Token {
    const token = this.#peek();
    if (token.type === 'end') throw this.#fail();
    this.#next++;
    return token;
  }
  #word(): string {
    if (this.#peek().type !== 'word') throw this.#fail();
    return this.#take().text;
  }
  #mark(text: string): void { if (!this.#takeMark(text)) throw this.#fail(); }
  #takeMark(text: string): boolean {
    const found = this.#peek().type === 'mark' && this.#peek().text === text;
    if (found) this.#next++;
    return found;
  }
  #takeWord(word: string): boolean {
    const found = this.#peek().type === 'word' && this.#peek().text.toLowerCase() === word;
    if (found) this.#next++;
    return found;
  }
  #fail(ahead = 0): Error { return syntaxError(this.#text, this.#peek(ahead).at); }
}

const isComparison = (word: string): word is Comparison => (COMPARISONS as readonly string[]).includes(word);

/** Names of the types in the gateway's messages (OData library). */
export const EDM: Readonly<Record<Literal['type'], string>> = { string: 'Edm.String', boolean: 'Edm.Boolean', null: '<null>', number: 'Edm.Int32', guid: 'Edm.Guid', date: 'Edm.DateTimeOffset' };
/** Names of the operators in the same messages. */
export const KIND: Readonly<Record<Comparison, string>> = { eq: 'Equal', ne: 'NotEqual', gt: 'GreaterThan', ge: 'GreaterThanOrEqual', lt: 'LessThan', le: 'LessThanOrEqual' };
