import type { Row } from './recipients.ts';

/** Text of a property; enumerations come as text or as an object with a value. */
export function textIn(row: Row, ...names: readonly string[]): string {
  for (const name of names) {
    const value = row[name];
    if (typeof value === 'string' && value !== '') return value;
    if (typeof value === 'number' || typeof value === 'boolean') return String(value);
    const inner = typeof value === 'object' && value !== null ? Object.entries(value).find(([key]) => key.toLowerCase() === 'value')?.[1] as unknown : undefined;
    if (typeof inner === 'string' && inner !== '') return inner;
  }
  return '';
}

/** A whole number; null when it is not told. */
export function numberIn(row: Row, ...names: readonly string[]): number | null {
  const text = textIn(row, ...names);
  return /^\d{1,15}$/.test(text) ? Number(text) : null;
}

/** Bytes of a size, which Exchange writes as `1.2 GB (1,288,490,188 bytes)` (cmdlet reference, ByteQuantifiedSize) or as a number; null when it is not told. */
export function bytesIn(row: Row, ...names: readonly string[]): number | null {
  const text = textIn(row, ...names);
  const inside = /\(([\d,. ]+) bytes\)/i.exec(text)?.[1]?.replaceAll(/\D/g, '') ?? (/^\d{1,15}$/.test(text) ? text : '');
  return inside === '' ? null : Number(inside);
}

/** Milliseconds of a time span, which .NET writes as `[d.]hh:mm:ss[.fffffff]` (TimeSpan, "c" format); 0 when it is not told. */
export function spanIn(row: Row, name: string): number {
  const { days = '0', hours = '0', minutes = '0', seconds = '0' } = /^(?:(?<days>\d+)\.)?(?<hours>\d{1,2}):(?<minutes>\d{2}):(?<seconds>\d{2})(?:\.\d+)?$/.exec(textIn(row, name))?.groups ?? {};
  return (((Number(days) * 24 + Number(hours)) * 60 + Number(minutes)) * 60 + Number(seconds)) * 1_000;
}

/** Rows inside a property. */
export function rowsIn(row: Row, name: string): readonly Row[] {
  const value = row[name];
  return Array.isArray(value) ? value.filter((one): one is Row => typeof one === 'object' && one !== null) : [];
}
