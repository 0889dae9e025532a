import type { Row } from '../cmdlet/cmdlet.ts';
import { ExchangeRefusal, notSimulated } from '../refusal.ts';

/** Properties that can stand in a filter (Exchange PowerShell documentation, filterable properties for the Filter parameter; a part of them). */
const FILTERABLE = new Set([
  'alias', 'archiveguid', 'city', 'company', 'countryorregion', 'department', 'displayname', 'distinguishedname', 'emailaddresses', 'exchangeguid', 'externaldirectoryobjectid', 'externalemailaddress', 'firstname', 'guid',
  'hiddenfromaddresslistsenabled', 'isdirsynced', 'lastname', 'legacyexchangedn', 'litigationholdenabled', 'manager', 'name', 'office', 'phone', 'postalcode', 'primarysmtpaddress', 'recipienttype', 'recipienttypedetails', 'stateorprovince',
  'title', 'userprincipalname', 'whenchangedutc', 'windowsemailaddress', ...Array.from({ length: 15 }, (_, i) => `customattribute${i + 1}`),
]);

/** Properties of the same page that the simulator cannot filter by, and says so. */
const OFFERED_ELSEWHERE = new Set([
  'acceptmessagesonlyfrom', 'grantsendonbehalfto', 'hiddengroupmembershipenabled', 'homephone', 'initials', 'litigationholddate', 'mailtip', 'managedby', 'maxreceivesize', 'maxsendsize', 'memberofgroup', 'members', 'mobilephone', 'notes', 'pager',
  'forwardingaddress', 'forwardingsmtpaddress', 'delivertomailboxandforward', 'retentionpolicy', 'samaccountname', 'servername', 'database', 'usagelocation', 'whenchanged', 'whencreated', 'whencreatedutc', 'whenmailboxcreated', 'whensoftdeleted',
]);

/** Properties that hold a time in UTC (the same page: "A date/time value in Coordinated Universal Time"). Those in the time zone of a server are left out, since nobody knows it. */
const TIMES = new Set(['whenchangedutc']);

/** Longer filters are refused before they are read, so that none runs out of stack. */
const LONGEST = 8192;

/** Decides whether an object passes. */
type Predicate = (row: Row) => boolean;

/** A filter that was read. `names`: the properties it looks at, in lower case. */
export interface Filter { readonly names: ReadonlySet<string>; readonly passes: Predicate }

type Token = { readonly kind: 'word' | 'text' | 'sign'; readonly text: string; readonly at: number };

/**
 * Reads an OPATH filter: comparisons `Property -eq|-ne|-like|-notlike value`, times also with `-gt|-ge|-lt|-le`, joined by `-and`, `-or`, `-not` and parentheses.
 * @throws ExchangeRefusal 400 for a malformed filter or an unknown property, 501 for properties and operators that are left out.
 */
export function readFilter(filter: string): Filter {
  if (filter.length > LONGEST) throw invalidFilter(filter, `The filter is longer than ${LONGEST} characters.`);
  const tokens = tokenise(filter);
  const names = new Set<string>();
  let next = 0;
  const peek = (): Token | undefined => tokens[next];
  const operator = (...names: readonly string[]): boolean => {
    const token = peek();
    const is = token?.kind === 'sign' && names.includes(token.text.toLowerCase());
    if (is) next++;
    return is;
  };
  const any = (): Predicate => {
    const parts = [all()];
    while (operator('-or')) parts.push(all());
    return (row) => parts.some((part) => part(row));
  };
  const all = (): Predicate => {
    const parts = [one()];
    while (operator('-and')) parts.push(one());
    return (row) => parts.every((part) => part(row));
  };
  const one = (): Predicate => {
    if (operator('-not', '!')) { const inner = one(); return (row) => !inner(row); }
    if (operator('(')) {
      const inner = any();
      if (!operator(')')) throw syntax(filter, peek()?.at ?? filter.length);
      return inner;
    }
    return comparison();
  };
  const comparison = (): Predicate => {
    const [property, sign, value] = [tokens[next++], tokens[next++], tokens[next++]];
    if (property?.kind !== 'word') throw syntax(filter, property?.at ?? filter.length);
    const name = property.text.toLowerCase();
    if (OFFERED_ELSEWHERE.has(name)) throw notSimulated(`the filter property ${property.text}`);
    if (!FILTERABLE.has(name)) throw invalidFilter(filter, `"${property.text}" isn't a recognized filterable property. For a complete list of filterable properties see the command help.`);
    names.add(name);
    if (sign?.kind !== 'sign' || value === undefined || value.kind === 'sign') throw syntax(filter, sign?.at ?? filter.length);
    const compare = TIMES.has(name) ? timeComparer(sign.text.toLowerCase(), value, filter) : comparer(sign.text.toLowerCase(), constant(value, filter));
    return (row) => {
      const key = Object.keys(row).find((k) => k.toLowerCase() === name);
      return compare(key === undefined ? undefined : row[key]);
    };
  };
  const predicate = any();
  const rest = peek();
  if (rest) throw syntax(filter, rest.at);
  return { names, passes: predicate };
}

function tokenise(filter: string): readonly Token[] {
  const pattern = /\s+|'((?:[^']|'')*)'|"((?:[^"]|"")*)"|(-[A-Za-z]+|[()!])|([$\w][\w.]*)/gy;
  const tokens: Token[] = [];
  while (pattern.lastIndex < filter.length) {
    const at = pattern.lastIndex;
    const match = pattern.exec(filter);
    if (!match) throw syntax(filter, at);
    const [, single, double, sign, word] = match;
    const quoted = single?.replaceAll("''", "'") ?? double?.replaceAll('""', '"');
    if (quoted !== undefined) tokens.push({ kind: 'text', text: quoted, at });
    else if (sign !== undefined) tokens.push({ kind: 'sign', text: sign, at });
    else if (word !== undefined) tokens.push({ kind: 'word', text: word, at });
  }
  return tokens;
}

function constant(token: Token, filter: string): string | boolean | null {
  if (token.kind === 'text') return token.text;
  const lower = token.text.toLowerCase();
  if (lower === '$true') return true;
  if (lower === '$false') return false;
  if (lower === '$null') return null;
  if (/^\d+$/.test(lower)) return token.text;
  throw syntax(filter, token.at);
}

/** A comparison holds for a multivalued property when it holds for one of its values. */
function comparer(sign: string, wanted: string | boolean | null): (value: unknown) => boolean {
  switch (sign) {
    case '-eq': return (value) => equals(value, wanted);
    case '-ne': return (value) => !equals(value, wanted);
    case '-like': return (value) => like(value, wanted);
    case '-notlike': return (value) => !like(value, wanted);
    case '-gt': case '-ge': case '-lt': case '-le': case '-match': throw notSimulated(`the filter operator ${sign}`);
    default: throw invalidFilter(sign, `"${sign}" isn't a recognized operator.`);
  }
}

/**
 * Compares times to the second, as the directory keeps them. Without a zone a time is UTC.
 * @throws ExchangeRefusal 400 for a text that is no time, 501 for operators that are left out.
 */
function timeComparer(sign: string, token: Token, filter: string): (value: unknown) => boolean {
  const wanted = secondOf(token.text);
  if (token.kind !== 'text' || wanted === null) throw invalidFilter(filter, `The value "${token.text}" could not be converted to type System.DateTime.`);
  const by: Readonly<Record<string, (at: number) => boolean>> = { '-eq': (at) => at === wanted, '-ne': (at) => at !== wanted, '-gt': (at) => at > wanted, '-ge': (at) => at >= wanted, '-lt': (at) => at < wanted, '-le': (at) => at <= wanted };
  const compare = by[sign];
  if (compare === undefined) throw notSimulated(`the filter operator ${sign} on a time`);
  return (value) => { const at = typeof value === 'string' ? secondOf(value) : null; return at !== null && compare(at); };
}

function secondOf(text: string): number | null {
  const zoned = /(?:Z|[+-]\d{2}:?\d{2})$/i.test(text) ? text : `${text}Z`;
  const at = Date.parse(/^\d{4}-/.test(text) ? zoned.replace(/^(\S+) (\S)/, '$1T$2') : `${text} UTC`);
  return Number.isNaN(at) ? null : Math.floor(at / 1000);
}

function valuesOf(value: unknown): readonly unknown[] {
  const list: readonly unknown[] = Array.isArray(value) ? value : [value];
  // An address can be named with and without its prefix.
  return list.flatMap((one) => (typeof one === 'string' && /^smtp:/i.test(one) ? [one, one.slice(5)] : [one]));
}

function equals(value: unknown, wanted: string | boolean | null): boolean {
  if (wanted === null) return value === undefined || value === null || value === '' || (Array.isArray(value) && value.length === 0);
  return valuesOf(value).some((one) => String(one).toLowerCase() === String(wanted).toLowerCase());
}

function like(value: unknown, wanted: string | boolean | null): boolean {
  const pieces = String(wanted).toLowerCase().split('*');
  return valuesOf(value).some((one) => fits(String(one ?? '').toLowerCase(), pieces));
}

/** `*` stands for any text; without a regular expression, so that no filter takes long. */
function fits(text: string, pieces: readonly string[]): boolean {
  const [first = '', ...rest] = pieces;
  const last = rest.pop();
  if (last === undefined) return text === first;
  if (!text.startsWith(first) || !text.endsWith(last) || text.length < first.length + last.length) return false;
  let at = first.length;
  for (const piece of rest) {
    const found = text.indexOf(piece, at);
    if (found < 0) return false;
    at = found + piece.length;
  }
  return at <= text.length - last.length;
}

function syntax(filter: string, at: number): ExchangeRefusal {
  return invalidFilter(filter, `Invalid filter syntax. For a description of the filter parameter syntax see the command help. "${filter}" at position ${at + 1}.`);
}
function invalidFilter(filter: string, text: string): ExchangeRefusal {
  return new ExchangeRefusal(400, 'BadRequest', 'System.Management.Automation.ParameterBindingException', `Cannot bind parameter 'Filter' to the target. Exception setting "Filter": "${text}" (${filter.slice(0, 200)})`);
}
