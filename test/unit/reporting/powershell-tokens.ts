/**
 * A reader of PowerShell's lexical rules (language specification 2.2 and 2.3; strings as PowerShell's own tokenizer reads them),
 * written apart from the code that writes scripts: it says what a script is made of, and what its strings hold.
 */
export type Token = { readonly type: 'text'; readonly value: string } | { readonly type: 'comment' | 'word' | 'line end'; readonly value: string };

const SINGLE = "'\u2018\u2019\u201A\u201B";
const DOUBLE = '"\u201C\u201D\u201E';
const STOP = `${SINGLE}${DOUBLE} \t\r\n(){};,=+|&@[]`;

/** Tokens of a script; expandable strings are words, since no data may stand in them. @throws when a string does not end. */
export function tokensOf(script: string): Token[] {
  const tokens: Token[] = [];
  let i = script.startsWith('\uFEFF') ? 1 : 0;
  const at = (n: number): string => script[n] ?? '';
  while (i < script.length) {
    const c = at(i);
    if (c === '\r' || c === '\n') { i += c === '\r' && at(i + 1) === '\n' ? 2 : 1; tokens.push({ type: 'line end', value: '' }); continue; }
    if (/\s/u.test(c)) { i += 1; continue; }
    if (c === '<' && at(i + 1) === '#') { const end = script.indexOf('#>', i); i = end < 0 ? script.length : end + 2; tokens.push({ type: 'comment', value: '' }); continue; }
    if (c === '#') { const start = i; while (i < script.length && at(i) !== '\r' && at(i) !== '\n') i += 1; tokens.push({ type: 'comment', value: script.slice(start, i) }); continue; }
    if (c === '@' && (SINGLE.includes(at(i + 1)) || DOUBLE.includes(at(i + 1))) && /[\r\n]/.test(at(i + 2))) throw new Error('a here-string');
    if (SINGLE.includes(c)) { const [value, end] = single(script, i + 1); tokens.push({ type: 'text', value }); i = end; continue; }
    if (DOUBLE.includes(c)) { const end = double(script, i + 1); tokens.push({ type: 'word', value: script.slice(i, end) }); i = end; continue; }
    if (STOP.includes(c)) { i += 1; tokens.push({ type: 'word', value: c }); continue; }
    const start = i;
    while (i < script.length && !STOP.includes(at(i))) i += at(i) === '`' ? 2 : 1;
    tokens.push({ type: 'word', value: script.slice(start, i) });
  }
  return tokens;
}

function single(script: string, from: number): [string, number] {
  let value = '';
  for (let i = from; i < script.length; i++) {
    const c = script[i] ?? '';
    if (!SINGLE.includes(c)) { value += c; continue; }
    const next = script[i + 1] ?? '';
    if (next === '' || !SINGLE.includes(next)) return [value, i + 1];
    value += next;
    i += 1;
  }
  throw new Error('a string without an end');
}

function double(script: string, from: number): number {
  for (let i = from; i < script.length; i++) {
    const c = script[i] ?? '';
    if (c === '`') { i += 1; continue; }
    if (!DOUBLE.includes(c)) continue;
    if (!DOUBLE.includes(script[i + 1] ?? '\n')) return i + 1;
    i += 1;
  }
  throw new Error('a string without an end');
}

/** The tokens with each joined text, `('a' + [char]0x000A + 'b')`, read as the one text that it makes. Comments lose their words. */
export function evaluated(tokens: readonly Token[]): Token[] {
  const out: Token[] = [];
  for (let i = 0; i < tokens.length; i++) {
    const joined = joinedText(tokens, i);
    if (joined !== null) { out.push({ type: 'text', value: joined.value }); i = joined.last; continue; }
    const token = tokens[i];
    if (token) out.push(token.type === 'comment' ? { ...token, value: '' } : token);
  }
  return out;
}

function joinedText(tokens: readonly Token[], from: number): { readonly value: string; readonly last: number } | null {
  const word = (i: number): string | null => { const t = tokens[i]; return t?.type === 'word' ? t.value : null; };
  const first = tokens[from + 1];
  if (word(from) !== '(' || first?.type !== 'text' || word(from + 2) !== '+') return null;
  let value = first.value;
  let i = from + 2;
  while (word(i) === '+') {
    const next = tokens[i + 1];
    if (next?.type === 'text') { value += next.value; i += 2; continue; }
    const code = /^0x([0-9A-F]{4})$/.exec(word(i + 4) ?? '');
    if (word(i + 1) !== '[' || word(i + 2) !== 'char' || word(i + 3) !== ']' || code?.[1] === undefined) return null;
    value += String.fromCharCode(Number.parseInt(code[1], 16));
    i += 5;
  }
  return word(i) === ')' ? { value, last: i } : null;
}
