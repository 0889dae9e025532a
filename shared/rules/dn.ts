import { utf8Decode, utf8Encode } from './text.ts';

/** One attribute of a relative distinguished name, unescaped. */
export interface RdnPart { readonly type: string; readonly value: string }
/** A relative distinguished name: nearly always one part (RFC 4514 section 2.2). */
export type Rdn = readonly RdnPart[];

/** Characters written with one backslash in a DN (RFC 4514 section 2.4). */
const SPECIAL = '\\",+<>;=#';

interface Cut { readonly text: string; readonly separator: string }

/** Cuts at unescaped separators; the backslashes stay. Quotes (the LDAP version 2 form, RFC 4514 section 2.4) protect too. */
function cut(text: string, separators: string): Cut[] {
  const out: Cut[] = [];
  let from = 0;
  let quoted = false;
  for (let i = 0; i < text.length; i += 1) {
    const char = text.charAt(i);
    if (char === '\\') i += 1;
    else if (char === '"') quoted = !quoted;
    else if (!quoted && separators.includes(char)) {
      out.push({ text: text.slice(from, i), separator: char });
      from = i + 1;
    }
  }
  out.push({ text: text.slice(from), separator: '' });
  return out;
}

/** Spaces around a value do not belong to it unless escaped; only U+0020 is such a space (RFC 4514 section 2.4), an ideographic one is part of the name. */
function trimUnescaped(raw: string): string {
  const start = raw.replace(/^ +/, '');
  const end = start.replace(/ +$/, '');
  return /(?:^|[^\\])(?:\\\\)*\\$/.test(end) && end.length < start.length ? `${end}${start.charAt(end.length)}` : end;
}

/** Value of the text between `=` and the next separator; undefined when an escape is broken. */
function unescapeValue(raw: string): string | undefined {
  const quoted = raw.length >= 2 && raw.startsWith('"') && raw.endsWith('"');
  const text = quoted ? raw.slice(1, -1) : raw;
  if (!text.includes('\\')) return text;
  let out = '';
  let bytes: number[] = [];
  const flush = (): boolean => {
    if (bytes.length === 0) return true;
    const decoded = utf8Decode(Uint8Array.from(bytes));
    bytes = [];
    if (decoded === undefined) return false;
    out += decoded;
    return true;
  };
  for (let i = 0; i < text.length; i += 1) {
    const char = text.charAt(i);
    if (char !== '\\') {
      if (!flush()) return undefined;
      out += char;
      continue;
    }
    const hex = text.slice(i + 1, i + 3);
    if (/^[0-9a-f]{2}$/i.test(hex)) {
      bytes.push(Number.parseInt(hex, 16));
      i += 2;
      continue;
    }
    const next = text.charAt(i + 1);
    if (next === '' || !flush()) return undefined;
    out += next;
    i += 1;
  }
  return flush() ? out : undefined;
}

/**
 * Takes a distinguished name apart (RFC 4514; the LDAP version 2 forms with quotes, semicolons and spaces around `=` are read too).
 * @returns the RDNs, the object's own first; an empty list for the empty name; undefined when the text is no DN.
 */
export function parseDn(dn: string): readonly Rdn[] | undefined {
  if (dn.trim() === '') return [];
  const rdns: Rdn[] = [];
  for (const piece of cut(dn, ',;')) {
    const parts: RdnPart[] = [];
    for (const part of cut(piece.text, '+')) {
      const equals = part.text.indexOf('=');
      const type = part.text.slice(0, equals).trim();
      const value = unescapeValue(trimUnescaped(part.text.slice(equals + 1)));
      if (equals < 0 || value === undefined || !/^(?:[a-z][a-z0-9-]*|\d+(?:\.\d+)*)$/i.test(type)) return undefined;
      parts.push({ type, value });
    }
    rdns.push(parts);
  }
  return rdns;
}

/** A value as it is written inside a DN (RFC 4514 section 2.4). Control characters become `\hh`. */
export function escapeDnValue(value: string): string {
  let out = '';
  for (let i = 0; i < value.length; i += 1) {
    const char = value.charAt(i);
    const edge = (char === ' ' && (i === 0 || i === value.length - 1));
    if (char.charCodeAt(0) < 0x20) out += [...utf8Encode(char)].map((b) => `\\${b.toString(16).toUpperCase().padStart(2, '0')}`).join('');
    else if (char === '#' ? i === 0 : edge || SPECIAL.includes(char)) out += `\\${char}`;
    else out += char;
  }
  return out;
}

/** Text of RDNs, escaped anew: the inverse of {@link parseDn}. */
export function formatDn(rdns: readonly Rdn[]): string {
  return rdns.map((rdn) => rdn.map((part) => `${part.type}=${escapeDnValue(part.value)}`).join('+')).join(',');
}

/** DN of the container, as it is written in the child's DN; empty for a DN of one part or for the empty name. */
export function parentDn(dn: string): string {
  const first = cut(dn, ',;')[0];
  return first === undefined || first.separator === '' ? '' : dn.slice(first.text.length + 1).replace(/^ +/, '');
}

/** Unescaped value of the object's own name, e.g. `Smith, Ann` of `CN=Smith\, Ann,OU=Staff,...`; the whole text when it is no DN. */
export function rdnValue(dn: string): string {
  return parseDn(cut(dn, ',;')[0]?.text ?? '')?.[0]?.[0]?.value ?? dn;
}

/**
 * The DN in one spelling, for keys and comparisons only: lower case, no spaces around separators, escapes written the same
 * way, parts of a multi-valued RDN sorted. Active Directory compares names without regard to case (MS-ADTS 3.1.1.3.1.2).
 * Text that is no DN comes back trimmed and in lower case, so that it still compares with itself.
 */
export function normaliseDn(dn: string): string {
  if (!/[\\";+#]|\s[,=]|[,=]\s|^\s|\s$/.test(dn)) return dn.toLowerCase();
  const rdns = parseDn(dn);
  if (rdns === undefined) return dn.trim().toLowerCase();
  return rdns
    .map((rdn) => rdn.map((part) => `${part.type}=${escapeDnValue(part.value)}`.toLowerCase()).toSorted().join('+'))
    .join(',');
}

/** True when `dn` is `base` or lies below it; everything is below the empty base. */
export function isWithin(dn: string, base: string): boolean {
  const below = normaliseDn(dn);
  const above = normaliseDn(base);
  return above === '' || below === above || below.endsWith(`,${above}`);
}

/**
 * DNS name of the domain a DN belongs to: its DC parts (`DC=corp,DC=example,DC=com` gives `corp.example.com`, RFC 2247).
 * @returns the empty text when there is none.
 */
export function domainOfDn(dn: string): string {
  return (parseDn(dn) ?? []).flat().filter((part) => part.type.toLowerCase() === 'dc').map((part) => part.value.toLowerCase()).join('.');
}
