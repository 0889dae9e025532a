import type { View } from '../../directory/directory.ts';
import { badGateway, badRequest, unsupportedQuery } from '../refusal.ts';
import { QUERY, type ListKind } from './capabilities.ts';
import { folded } from './comparisons.ts';
import { anySpelling, typeName, unsupportedClause } from './resource.ts';
import { isFoundBy, words } from './search-words.ts';

/** A `$search` after parsing. */
export interface Search { matches(view: View): boolean }

type Test = (view: View) => boolean;
type Token = { readonly type: 'clause' | 'word' | 'mark'; readonly text: string; readonly at: number };

/** Nesting beyond which the gateway refuses. */
const DEEPEST = 100;

/**
 * Parses `"property:text"` clauses joined by AND and OR in capitals, with brackets (Graph documentation, "Use the $search query
 * parameter", directory objects). Names and descriptions are searched by words, other texts by their beginning.
 * @throws GraphRefusal 400 for a clause without quotes or property and for a property that cannot be searched.
 */
export function parseSearch(kind: ListKind, text: string): Search {
  const tokens = tokenize(text);
  let next = 0;
  let depth = 0;
  const fail = (): Error => badGateway(next < tokens.length ? `Syntax error: unexpected '${tokens[next]?.text ?? ''}' at position ${tokens[next]?.at ?? 0} in '${text}'.` : `Syntax error: Expression expected at position ${text.length} in '${text}'.`);
  const take = (type: Token['type'], value: string): boolean => {
    const token = tokens[next];
    const found = token?.type === type && token.text === value;
    if (found) next++;
    return found;
  };
  const clause = (): Test => {
    if (take('mark', '(')) {
      if (++depth > DEEPEST) throw badGateway('The search expression is nested too deeply.');
      const inner = either();
      if (!take('mark', ')')) throw fail();
      depth--;
      return inner;
    }
    const token = tokens[next];
    if (token?.type !== 'clause') throw fail();
    next++;
    return clauseTest(kind, token.text);
  };
  const chain = (operator: 'AND' | 'OR', part: () => Test, join: (tests: readonly Test[], view: View) => boolean): Test => {
    const tests = [part()];
    while (take('word', operator)) tests.push(part());
    return (view) => join(tests, view);
  };
  const both = (): Test => chain('AND', clause, (tests, view) => tests.every((test) => test(view)));
  const either = (): Test => chain('OR', both, (tests, view) => tests.some((test) => test(view)));
  const matches = either();
  if (next < tokens.length) throw fail();
  return { matches };
}

function tokenize(text: string): readonly Token[] {
  const tokens: Token[] = [];
  const pattern = /\s+|"((?:[^"\\]|\\.)*)"|([()])|([\p{L}\p{N}_]+)/uy;
  for (let at = 0; at < text.length; at = pattern.lastIndex) {
    pattern.lastIndex = at;
    const match = pattern.exec(text);
    if (!match) throw badGateway(text[at] === '"' ? `Syntax error: There is an unterminated string literal at position ${at} in '${text}'.` : `Syntax error: character '${text[at] ?? ''}' is not valid at position ${at} in '${text}'.`);
    const [, quoted, mark, word] = match;
    if (quoted !== undefined) tokens.push({ type: 'clause', text: quoted.replaceAll(/\\(.)/g, '$1'), at });
    else if (mark !== undefined) tokens.push({ type: 'mark', text: mark, at });
    else if (word !== undefined) tokens.push({ type: 'word', text: word, at });
  }
  return tokens;
}

function clauseTest(kind: ListKind, clause: string): Test {
  const colon = clause.indexOf(':');
  const given = clause.slice(0, colon).trim();
  const wanted = clause.slice(colon + 1).trim();
  if (colon < 1 || given === '' || wanted === '') throw badRequest(`Invalid search clause '${clause}': it must have the form "property:text".`);
  const name = anySpelling(kind, given);
  if (name === undefined) throw badGateway(`Could not find a property named '${given}' on type '${typeName(kind)}'.`);
  const table = QUERY[kind];
  if (table.words.includes(name)) {
    const parts = words(wanted);
    return (view) => { const value = view.properties[name]; return typeof value === 'string' && isFoundBy(value, parts); };
  }
  const capability = table.properties[name];
  if (!capability || capability.type !== 'string' || capability.starts === 'no') throw unsupportedQuery(unsupportedClause(kind, name, 'search'));
  const start = folded(wanted, capability);
  return (view) => {
    const value = view.properties[name];
    return typeof value === 'string' && folded(value, capability).startsWith(start);
  };
}
