/**
 * Text as the value of an LDAP filter: the characters that mean something there are escaped (RFC 4515 section 3).
 * Letters beyond ASCII stay as they are.
 */
export function escapeFilterValue(text: string): string {
  // eslint-disable-next-line no-control-regex -- NUL is one of the characters to be escaped
  return text.replaceAll(/[\\*()\u0000]/g, (c) => `\\${c.charCodeAt(0).toString(16).padStart(2, '0')}`);
}
