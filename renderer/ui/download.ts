/**
 * One CSV file. Cells that a spreadsheet would take for a formula (they begin with `= + - @`, a tab or a line end) get an
 * apostrophe in front (OWASP, CSV injection).
 */
export function csv(rows: readonly (readonly string[])[]): string {
  const cell = (text: string): string => {
    const safe = /^[=+\-@\t\r\n]/.test(text) ? `'${text}` : text;
    return /[",\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
  };
  return `${rows.map((row) => row.map(cell).join(',')).join('\r\n')}\r\n`;
}

/** Offers a file that came in parts, which are saved as they are. */
export function downloadParts(fileName: string, mediaType: string, parts: readonly Blob[]): void {
  offer(fileName, new Blob([...parts], { type: `${mediaType};charset=utf-8` }));
}

/** Offers a text as a file to save. CSV gets a byte order mark, without which Excel does not take it for UTF-8. */
export function download(fileName: string, text: string): void {
  const isCsv = fileName.endsWith('.csv');
  offer(fileName, new Blob([isCsv ? `\uFEFF${text.replace(/^\uFEFF/, '')}` : text], { type: isCsv ? 'text/csv;charset=utf-8' : 'application/json' }));
}

function offer(fileName: string, file: Blob): void {
  const url = URL.createObjectURL(file);
  const link = document.createElement('a');
  link.href = url;
  link.download = fileName;
  link.click();
  setTimeout(() => URL.revokeObjectURL(url), 10_000);
}
