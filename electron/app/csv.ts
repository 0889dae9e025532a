import Papa from 'papaparse';

/**
 * How cells begin that a spreadsheet may take for a formula, in full width too, and whatever follows after a line break, at which the
 * parser's own expression stops (OWASP, "CSV Injection"). With apostrophes before it too, so that what is read again is what was written.
 */
export const FORMULA = /^'*[=+\-@\t\r\n\uFF1D\uFF0B\uFF0D\uFF20]/;

/**
 * CSV text with a byte order mark, so that spreadsheets read UTF-8, and with cells that a spreadsheet would take for a formula
 * made harmless by an apostrophe (OWASP, "CSV Injection").
 */
export function csvOf(rows: readonly (readonly string[])[]): string {
  return `\uFEFF${Papa.unparse(rows.map((r) => [...r]), { escapeFormulae: FORMULA, newline: '\r\n' })}\r\n`;
}
