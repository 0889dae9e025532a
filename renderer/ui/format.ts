/** A whole number with the reader's thousands separators. */
export function count(n: number): string {
  return n.toLocaleString();
}

/** `1 object`, `2,000 objects`. */
export function counted(n: number, one: string, many = `${one}s`): string {
  return `${count(n)} ${n === 1 ? one : many}`;
}

/** A time in UTC, ISO 8601 to the second: `2026-03-01 14:05:09 UTC`. A dash when there is none. */
export function time(ms: number | null): string {
  return ms === null ? '–' : `${new Date(ms).toISOString().slice(0, 19).replace('T', ' ')} UTC`;
}

/** A length of time as a person says it: `40 s`, `3 min 20 s`, `2 h 5 min`. */
export function duration(ms: number): string {
  const s = Math.max(0, Math.round(ms / 1000));
  if (s < 60) return `${s} s`;
  const min = Math.floor(s / 60);
  return min < 60 ? `${min} min ${s % 60} s` : `${Math.floor(min / 60)} h ${min % 60} min`;
}

/** How long ago something was, coarsely. */
export function ago(ms: number, now: number): string {
  const s = Math.max(0, Math.round((now - ms) / 1000));
  return s < 90 ? `${s} seconds ago` : s < 5400 ? `${Math.round(s / 60)} minutes ago` : s < 129_600 ? `${Math.round(s / 3600)} hours ago` : `${Math.round(s / 86_400)} days ago`;
}

/** Values of an attribute on one line; an absent attribute is a dash. */
export function values(list: readonly string[] | null): string {
  return list === null || list.length === 0 ? '–' : list.join('; ');
}
