/** Values of one attribute: text, or bytes. */
export type LdifValue = string | Buffer;
/** One entry; attributes in the order they are written. */
export interface LdifEntry { readonly dn: string; readonly attributes: readonly (readonly [string, readonly LdifValue[]])[] }

/** Longest line (RFC 2849, note 2: lines may be folded; 76 as ldapsearch does). */
const WIDTH = 76;

/** Content records in LDIF version 1 (RFC 2849). */
export function writeLdif(entries: readonly LdifEntry[]): string {
  const lines: string[] = ['version: 1', ''];
  for (const entry of entries) {
    lines.push(...fold(line('dn', entry.dn)));
    for (const [name, values] of entry.attributes) for (const value of values) lines.push(...fold(line(name, value)));
    lines.push('');
  }
  return lines.join('\n');
}

function line(name: string, value: LdifValue): string {
  if (typeof value !== 'string') return `${name}:: ${value.toString('base64')}`;
  return isSafe(value) ? `${name}: ${value}` : `${name}:: ${Buffer.from(value, 'utf8').toString('base64')}`;
}

/** SAFE-STRING of RFC 2849, and no blank at the end, which the RFC advises to encode as well. */
function isSafe(value: string): boolean {
  for (const character of value) {
    const code = character.codePointAt(0) ?? 0;
    if (code === 0 || code === 10 || code === 13 || code > 127) return false;
  }
  return !/^[ :<]| $/.test(value);
}

function fold(text: string): string[] {
  if (text.length <= WIDTH) return [text];
  const lines = [text.slice(0, WIDTH)];
  for (let at = WIDTH; at < text.length; at += WIDTH - 1) lines.push(` ${text.slice(at, at + WIDTH - 1)}`);
  return lines;
}
