import type { LdifValue } from './parse.ts';

/** Longest line that is written; longer ones are folded (RFC 2849 note 2). */
const LINE = 76;
/** Text that may stand as it is: ASCII, not starting with a space, `:` or `<`, not ending with a space (RFC 2849, SAFE-STRING and note 8). */
// eslint-disable-next-line no-control-regex -- NUL, LF and CR are what is excluded
const SAFE = /^(?![ :<])[\u0001-\u0009\u000b\u000c\u000e-\u007f]*(?<! )$/;

function folded(text: string): string {
  if (text.length <= LINE) return text;
  const pieces = [text.slice(0, LINE)];
  for (let at = LINE; at < text.length; at += LINE - 1) pieces.push(text.slice(at, at + LINE - 1));
  return pieces.join('\n ');
}

function line(name: string, value: LdifValue): string {
  if (typeof value === 'string' && SAFE.test(value)) return folded(value === '' ? `${name}:` : `${name}: ${value}`);
  return folded(`${name}:: ${Buffer.from(value as string).toString('base64')}`);
}

/**
 * One entry as LDIF text (RFC 2849), ending with an empty line. Text outside safe ASCII and bytes are written as Base64.
 * A file starts with {@link LDIF_HEADER}.
 */
export function formatLdifEntry(dn: string, attributes: Iterable<readonly [name: string, values: readonly LdifValue[]]>): string {
  const lines = [line('dn', dn)];
  for (const [name, values] of attributes) for (const value of values) lines.push(line(name, value));
  return `${lines.join('\n')}\n\n`;
}

/** First lines of an LDIF file. */
export const LDIF_HEADER = 'version: 1\n\n';
