/** A period as a person types it: `YYYY-MM-DDTHH:MM` in the time of this machine, as a date and time box gives it. */
export interface PeriodDraft { readonly from: string; readonly to: string }

const MINUTE_MS = 60_000;

/** A moment as a date and time box takes it, to the minute, in the time of this machine. */
function localText(ms: number): string {
  const at = new Date(ms);
  const two = (n: number): string => String(n).padStart(2, '0');
  return `${at.getFullYear()}-${two(at.getMonth() + 1)}-${two(at.getDate())}T${two(at.getHours())}:${two(at.getMinutes())}`;
}

/** A draft of a period, milliseconds. */
export function periodDraft(from: number, to: number): PeriodDraft {
  return { from: localText(from), to: localText(to) };
}

/** The period meant, milliseconds, both minutes whole and included; null while it has no length or a box holds no time. */
export function periodOf({ from, to }: PeriodDraft): { readonly from: number; readonly to: number } | null {
  const first = Date.parse(from);
  const last = Date.parse(to);
  return Number.isNaN(first) || Number.isNaN(last) || last < first ? null : { from: first, to: last + MINUTE_MS - 1 };
}
