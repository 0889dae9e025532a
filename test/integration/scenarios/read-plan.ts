import Papa from 'papaparse';
import { evaluated, tokensOf, type Token } from '../../unit/reporting/powershell-tokens.ts';

/** One write that an export of a plan announces: `Ann jobTitle=Head of Sales`. Passwords are no values. */
type Writes = readonly string[];

const GUID = /[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}/g;
/** Licences are told by the ids of product and services that are off. */
const written = (name: string, attribute: string, values: readonly string[]): Writes => (attribute.startsWith('passwordProfile/') ? [] : values.map((value) => `${name} ${attribute}=${attribute === 'assignedLicenses' ? (value.match(GUID) ?? []).join(' ') : value}`));

/** What the table says. Cells that a spreadsheet would compute begin with an apostrophe. */
export function writesOfCsv(text: string): Writes {
  const { data, errors } = Papa.parse<Record<string, string>>(text.replace(/^\uFEFF/, ''), { header: true, skipEmptyLines: true });
  if (errors.length > 0) throw new Error(JSON.stringify(errors[0]));
  return data.filter((row) => row['part'] === 'operation').flatMap((row) => written(row['object'] ?? '', row['attribute'] ?? '', (row['after'] ?? '').replace(/^'(?=[+=@-])/, '').split(row['attribute'] === 'members' ? '; ' : '\u0000').filter((one) => one !== '')));
}

interface Data { readonly operations: readonly { readonly name: string; readonly kind: string; readonly changes: readonly { readonly attribute: string; readonly after: readonly string[] | null }[]; readonly references: readonly { readonly name: string }[] }[] }
/** What the data says. */
export function writesOfJson(text: string): Writes {
  return (JSON.parse(text) as Data).operations.flatMap((o) => [
    ...o.changes.flatMap((c) => written(o.name, c.attribute, c.after ?? [])),
    ...(o.kind === 'set manager' || o.kind === 'add members' ? written(o.name, o.kind === 'set manager' ? 'manager' : 'members', o.references.map((r) => r.name)) : []),
  ]);
}

const plain = (html: string): string => html.replaceAll(/<[^>]*>/g, '').replaceAll('&quot;', '"').replaceAll('&#39;', "'").replaceAll('&lt;', '<').replaceAll('&gt;', '>').replaceAll('&amp;', '&');
/** What the page shows. */
export function writesOfHtml(text: string): Writes {
  return text.split('<article>').slice(1).flatMap((article) => {
    const name = plain(/<h3>\d+\. [^:]*: (.*?) <span/.exec(article)?.[1] ?? '');
    return [...article.matchAll(/<tr><td>(.*?)<\/td><td class="old">.*?<\/td><td class="new">(.*?)<\/td>/g)].flatMap(([, attribute = '', after = '']) => written(name, plain(attribute), after.split('<br>').map(plain)));
  });
}

type Literal = string | boolean | null | readonly Literal[] | { readonly [name: string]: Literal };
/** The literal that begins at a token: text, `$true`, `@( )`, `@{ }`; a variable is null. */
function literal(tokens: readonly Token[], from: number): { readonly value: Literal; readonly next: number } {
  const word = (i: number): string => { const t = tokens[i]; return t?.type === 'word' ? t.value : ''; };
  const token = tokens[from];
  if (token?.type === 'text') return { value: token.value, next: from + 1 };
  if (word(from) !== '@') return { value: word(from) === '$true' ? true : word(from) === '$false' ? false : null, next: from + 1 };
  const list: Literal[] = [];
  const hash: Record<string, Literal> = {};
  const end = word(from + 1) === '(' ? ')' : '}';
  let i = from + 2;
  while (word(i) !== end) {
    if (i >= tokens.length) throw new Error('a literal without an end');
    if (word(i) === ',' || word(i) === ';') { i += 1; continue; }
    const name = end === '}' ? tokens[i]?.value ?? '' : '';
    const { value, next } = literal(tokens, end === '}' ? i + 2 : i);
    if (end === '}') hash[name] = value; else list.push(value);
    i = next;
  }
  return { value: end === '}' ? hash : list, next: i + 1 };
}

/** Parameters of Exchange Online's cmdlets and the attributes that they are. */
const PARAMETERS: Readonly<Record<string, string>> = { DisplayName: 'displayName', Alias: 'mailNickname', ExternalEmailAddress: 'externalEmailAddress', Title: 'jobTitle' };
function ofExchange(name: string, given: { readonly [name: string]: Literal }): Writes {
  return Object.entries(given).flatMap(([parameter, value]) => {
    if (parameter === 'EmailAddresses') return written(name, 'proxyAddresses', (value as { readonly Add: readonly string[] }).Add);
    if (parameter === 'PrimarySmtpAddress') return [`${name} proxyAddresses=SMTP:${String(value)}`];
    if (parameter === 'Type') return [`${name} mailEnabled=true`, `${name} securityEnabled=${String(value === 'Security')}`];
    return PARAMETERS[parameter] === undefined ? [] : [`${name} ${PARAMETERS[parameter]}=${String(value)}`];
  });
}

/** What the script's own cmdlets are given, read from its tokens step by step. `names`: display names of the ids that are in the tenant already. */
export function writesOfPowerShell(text: string, names: ReadonlyMap<string, string>): Writes {
  const tokens = evaluated(tokensOf(text)).filter((token) => token.type !== 'comment' && token.type !== 'line end');
  const word = (i: number): string => { const t = tokens[i]; return t?.type === 'word' ? t.value : ''; };
  const out: string[] = [];
  let name = '';
  const before = new Set(tokens.flatMap((token, i) => (token.value === 'Invoke-Step' && /^\d+$/.test(word(i + 1)) ? [i] : [])));
  const first = Math.min(...before);
  for (let i = first; i < tokens.length; i++) {
    if (before.has(i)) { name = tokens[i + 3]?.value ?? ''; continue; }
    if (word(i) === '-BodyParameter') {
      for (const [attribute, value] of Object.entries(literal(tokens, i + 1).value as { readonly [name: string]: Literal })) {
        if (attribute !== 'passwordProfile') out.push(...(Array.isArray(value) ? value as readonly Literal[] : [value]).map((one) => `${name} ${attribute}=${String(one)}`));
      }
    }
    if (['$given', '$mail', '$person'].includes(word(i)) && word(i + 1) === '=') out.push(...ofExchange(name, literal(tokens, i + 2).value as { readonly [name: string]: Literal }));
    if (word(i) === 'Set-ManagerOnce') {
      const at = word(i + 1) === '(' ? i + 6 : i + 2;
      out.push(`${name} manager=${names.get(tokens[at]?.value ?? '') ?? tokens[at]?.value}`);
    }
    if (/^Add-(?:DistributionGroup|Group)MemberOnce$/.test(word(i))) out.push(`${name} members=${tokens[word(i + 2) === '(' ? i + 7 : i + 3]?.value}`);
    if (word(i) === 'Set-LicencesOnce') out.push(...(literal(tokens, literal(tokens, i + 2).next).value as readonly string[]).map((one) => `${name} assignedLicenses=${one}`));
  }
  return out;
}
