import Papa from 'papaparse';
import { FORMULA } from '../../shared/rules/spreadsheet.ts';

/**
 * CSV text with a byte order mark, so that spreadsheets read UTF-8, and with cells that a spreadsheet would take for a formula
 * made harmless by an apostrophe (OWASP, "CSV Injection").
 */
export function csvOf(rows: readonly (readonly string[])[]): string {
  return `\uFEFF${Papa.unparse(rows.map((r) => [...r]), { escapeFormulae: FORMULA, newline: '\r\n' })}\r\n`;
}
