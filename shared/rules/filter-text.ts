import { utf8Encode } from './text.ts';

const hex = (byte: number): string => `\\${byte.toString(16).padStart(2, '0')}`;

/** Every byte as `\hh`: how GUIDs, SIDs and other binary values are written in a filter. */
export function escapeFilterBytes(bytes: Uint8Array): string {
  return [...bytes].map(hex).join('');
}

/** A text as it is written inside a filter: `* ( ) \`, NUL and control characters become `\hh` (RFC 4515 section 3); the rest stays readable. */
export function escapeFilterValue(text: string): string {
  // eslint-disable-next-line no-control-regex -- control characters are what is looked for
  return text.replace(/[*()\\\u0000-\u001f\u007f]/g, (char) => hex(utf8Encode(char)[0] ?? 0));
}
