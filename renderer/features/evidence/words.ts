/** Details of an event on one line, `name: value`, for people; a dash when there are none. The text is a JSON object. */
export function detailWords(detail: string): string {
  let read: unknown;
  try { read = JSON.parse(detail); } catch { return detail; }
  if (typeof read !== 'object' || read === null) return String(read);
  const parts = Object.entries(read).filter(([, value]) => value !== null && value !== '').map(([name, value]) => `${name}: ${typeof value === 'object' ? JSON.stringify(value) : String(value)}`);
  return parts.join('; ') || '–';
}

/** A moment of a date and time box of this machine; null: it holds none. */
export function momentOf(local: string): number | null {
  const at = Date.parse(local);
  return Number.isNaN(at) ? null : at;
}

/** A moment as a date and time box wants it, in the time of this machine. */
export function localOf(ms: number): string {
  return new Date(ms - new Date(ms).getTimezoneOffset() * 60_000).toISOString().slice(0, 16);
}
