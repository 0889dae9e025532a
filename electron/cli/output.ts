import { AppError } from '../../shared/domain/errors.ts';

/** Where a command writes: results on standard output, everything for a person's eye on standard error. */
export interface Output {
  readonly json: boolean;
  /** The result: one JSON line with `--json`, else the text lines. */
  result(value: unknown, lines: readonly string[]): void;
  /** A remark on standard error; nothing with `--quiet`. */
  note(text: string): void;
  error(error: unknown): void;
  /** What went wrong with a task, on standard error, also with `--quiet`. */
  problem(text: string): void;
}

/** Makes the output for one run of the command. */
export function createOutput(options: { readonly json: boolean; readonly quiet: boolean; readonly stdout: NodeJS.WritableStream; readonly stderr: NodeJS.WritableStream }): Output {
  return {
    json: options.json,
    result(value, lines) {
      if (options.json) options.stdout.write(`${jsonLine(value)}\n`);
      else for (const line of lines) options.stdout.write(`${printableLines(line)}\n`);
    },
    note(text) { if (!options.quiet) options.stderr.write(`${printableLines(text)}\n`); },
    problem(text) { options.stderr.write(`${printableLines(text)}\n`); },
    error(error) {
      const data = error instanceof AppError ? error.data : { code: 'INTERNAL', message: `Unexpected error: ${error instanceof Error ? error.message : String(error)}. See the log.`, retryable: false };
      if (options.json) options.stdout.write(`${jsonLine({ error: data })}\n`);
      options.stderr.write(`${printableLines(data.message)}${'ref' in data && data.ref ? ` (reference ${data.ref})` : ''}\n`);
    },
  };
}

/** Plain columns for a terminal, two spaces between, no wrapping; control characters of directory values are made harmless. */
export function table(head: readonly string[], rows: readonly (readonly (string | number | null)[])[]): string[] {
  const text = rows.map((r) => r.map((c) => printable(String(c ?? ''))));
  const widths = head.map((h, i) => Math.min(60, Math.max(h.length, ...text.map((r) => (r[i] ?? '').length))));
  const line = (cells: readonly string[]) => cells.map((c, i) => (i === cells.length - 1 ? c : c.slice(0, widths[i] ?? 60).padEnd(widths[i] ?? 0))).join('  ').trimEnd();
  return text.length === 0 ? ['(none)'] : [line(head), line(widths.map((w) => '-'.repeat(w))), ...text.map(line)];
}

/** A directory value may hold terminal escape sequences; they must not reach the terminal. */
export function printable(text: string): string {
  return text.replaceAll(/\p{Cc}/gu, '\u{fffd}');
}

/** The same for text that may have several lines. */
function printableLines(text: string): string {
  return text.split('\n').map(printable).join('\n');
}

/** One line of JSON. JSON leaves DEL and the C1 controls as they are (RFC 8259 7), which a terminal may take for an escape sequence. */
export function jsonLine(value: unknown): string {
  return JSON.stringify(value).replaceAll(/[\u007f-\u009f]/g, (c) => `\\u${c.charCodeAt(0).toString(16).padStart(4, '0')}`);
}
