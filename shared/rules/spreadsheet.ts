/**
 * How cells begin that a spreadsheet may take for a formula, in full width too, and whatever follows after a line break, at which the
 * parser's own expression stops (OWASP, "CSV Injection"). With apostrophes before it too, so that what is read again is what was written.
 */
export const FORMULA = /^'*[=+\-@\t\r\n\uFF1D\uFF0B\uFF0D\uFF20]/;
