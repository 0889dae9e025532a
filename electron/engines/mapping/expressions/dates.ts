/** Ticks of 100 ns from 1601-01-01 to 1970-01-01 (MS-DTYP 2.3.3). */
const UNIX = 116_444_736_000_000_000n;
const SECOND = 10_000_000n;
const DAY = 864_000_000_000n;
/** 0001-01-01 and 9999-12-31T23:59:59.9999999, the range of .NET's DateTime. */
const FIRST = -504_911_232_000_000_000n;
const LAST = 2_650_467_743_999_999_999n;
const MONTHS = ['January', 'February', 'March', 'April', 'May', 'June', 'July', 'August', 'September', 'October', 'November', 'December'] as const;
const DAYS = ['Sunday', 'Monday', 'Tuesday', 'Wednesday', 'Thursday', 'Friday', 'Saturday'] as const;

interface Parts { year: number; month: number; day: number; hour: number; minute: number; second: number; fraction: bigint }
const divide = (a: bigint, b: bigint): bigint => a / b - (a % b < 0n ? 1n : 0n);

/** Ticks of milliseconds since 1970. */
export const ticksOfMilliseconds = (milliseconds: number): bigint => BigInt(Math.trunc(milliseconds)) * 10_000n + UNIX;
/** True when the ticks lie in the years 1 to 9999. */
export const inRange = (ticks: bigint): boolean => ticks >= FIRST && ticks <= LAST;

function ticksOf(parts: Parts): bigint | null {
  const { year, month, day, hour, minute, second, fraction } = parts;
  if (year < 1 || year > 9999 || month < 1 || month > 12 || hour > 23 || minute > 59 || second > 59) return null;
  const date = new Date(0);
  date.setUTCFullYear(year, month - 1, day);
  if (date.getUTCMonth() !== month - 1 || date.getUTCDate() !== day) return null;
  return ticksOfMilliseconds(date.getTime()) + BigInt(hour * 3600 + minute * 60 + second) * SECOND + fraction;
}

function partsOf(ticks: bigint): Parts & { weekday: number } {
  const seconds = divide(ticks - UNIX, SECOND);
  const date = new Date(Number(seconds) * 1000);
  return {
    year: date.getUTCFullYear(), month: date.getUTCMonth() + 1, day: date.getUTCDate(), hour: date.getUTCHours(), minute: date.getUTCMinutes(),
    second: date.getUTCSeconds(), fraction: ticks - UNIX - seconds * SECOND, weekday: date.getUTCDay(),
  };
}

const checked = (ticks: bigint | null): bigint | null => (ticks !== null && inRange(ticks) ? ticks : null);
const half = (hour: number, marker: string): number | null => (hour < 1 || hour > 12 ? null : (hour % 12) + (/^p/i.test(marker) ? 12 : 0));

function offsetTicks(text: string): bigint | null {
  const found = /^([+-])(\d{1,2})(?::?(\d{2}))?$/.exec(text);
  if (found === null) return /^z$/i.test(text) || text === '' ? 0n : null;
  const minutes = Number(found[2]) * 60 + Number(found[3] ?? '0');
  if (minutes > 14 * 60) return null;
  return BigInt(found[1] === '-' ? -minutes : minutes) * 60n * SECOND;
}

const FREE = /^(?:(\d{4})-(\d{1,2})-(\d{1,2})|(\d{1,2})\/(\d{1,2})\/(\d{4}))(?:(?:T|[ ]+)(\d{1,2}):(\d{2})(?::(\d{2})(?:\.(\d{1,7}))?)?(?:[ ]*([AP]M))?)?[ ]*(Z|[+-]\d{1,2}(?::?\d{2})?)?$/i;
const GENERALIZED = /^(\d{4})(\d{2})(\d{2})(\d{2})(\d{2})(\d{2})(?:\.(\d{1,7}))?(Z|[+-]\d{4})$/i;

/**
 * Reads a date without a given format: ISO 8601 and its documented relatives (`2020-03-16-07:00`, `2013-01-10 4:00 PM -8`),
 * the American `12/25/2007`, and generalized time as whenCreated has it (RFC 4517 3.3.13). No offset means UTC.
 * @returns ticks in UTC; null when the text is no date of the years 1 to 9999.
 */
export function parseDate(text: string): bigint | null {
  const trimmed = text.trim().slice(0, 60);
  const fixed = GENERALIZED.exec(trimmed);
  const free = fixed === null ? FREE.exec(trimmed) : null;
  const [year, month, day, hour, minute, second, fraction, marker, zone] = fixed !== null ? [...fixed.slice(1, 8), undefined, fixed[8]]
    : free !== null ? [free[1] ?? free[6], free[2] ?? free[4], free[3] ?? free[5], ...free.slice(7)] : [];
  if (year === undefined) return null;
  const hours = marker === undefined ? Number(hour ?? 0) : half(Number(hour), marker);
  const offset = offsetTicks(zone ?? '');
  if (hours === null || offset === null) return null;
  const ticks = ticksOf({ year: Number(year), month: Number(month), day: Number(day), hour: hours, minute: Number(minute ?? 0), second: Number(second ?? 0), fraction: BigInt((fraction ?? '').padEnd(7, '0')) });
  return checked(ticks === null ? null : ticks - offset);
}

/** Pieces of a .NET custom format: a run of one specifier, or literal text. */
function pieces(format: string): readonly { readonly code: string; readonly text: string }[] {
  const out: { code: string; text: string }[] = [];
  const cut = /([yMdHhmsfFtzK])\1*|'([^']*)'|"([^"]*)"|\\(.)|%|([^])/gu;
  for (const found of format.matchAll(cut)) {
    if (found[1] !== undefined) out.push({ code: found[1], text: found[0] });
    else if (found[0] !== '%') out.push({ code: '', text: found[2] ?? found[3] ?? found[4] ?? found[5] ?? '' });
  }
  return out;
}

/** Standard formats that are worth having (.NET documentation, standard date and time format strings). */
const STANDARD: Readonly<Record<string, string>> = { s: 'yyyy-MM-ddTHH:mm:ss', u: 'yyyy-MM-dd HH:mm:ssZ', o: 'yyyy-MM-ddTHH:mm:ss.fffffffZ', O: 'yyyy-MM-ddTHH:mm:ss.fffffffZ', d: 'MM/dd/yyyy' };
const expanded = (format: string): string => (Object.hasOwn(STANDARD, format) ? STANDARD[format] ?? format : format);

/**
 * Writes a moment by a .NET custom format with English names, in UTC (.NET documentation, custom date and time format strings).
 * @param format default `M/d/yyyy h:mm:ss tt`, the form in which Entra shows dates.
 */
export function formatDate(ticks: bigint, format = 'M/d/yyyy h:mm:ss tt'): string {
  const at = partsOf(ticks);
  const two = (value: number, text: string): string => String(value).padStart(Math.min(text.length, 2), '0');
  const hour = at.hour % 12 === 0 ? 12 : at.hour % 12;
  const fraction = at.fraction.toString().padStart(7, '0');
  return pieces(expanded(format)).map(({ code, text }) => {
    switch (code) {
      case 'y': return text.length < 3 ? two(at.year % 100, text) : String(at.year).padStart(text.length, '0');
      case 'M': return text.length < 3 ? two(at.month, text) : (MONTHS[at.month - 1] ?? '').slice(0, text.length === 3 ? 3 : undefined);
      case 'd': return text.length < 3 ? two(at.day, text) : (DAYS[at.weekday] ?? '').slice(0, text.length === 3 ? 3 : undefined);
      case 'H': return two(at.hour, text);
      case 'h': return two(hour, text);
      case 'm': return two(at.minute, text);
      case 's': return two(at.second, text);
      case 'f': return fraction.slice(0, text.length);
      case 'F': return fraction.slice(0, text.length).replace(/0+$/, '');
      case 't': return (at.hour < 12 ? 'AM' : 'PM').slice(0, text.length);
      case 'z': return text.length === 1 ? '+0' : text.length === 2 ? '+00' : '+00:00';
      case 'K': return 'Z';
      default: return text;
    }
  }).join('');
}

const digits = (least: number, most: number): RegExp => new RegExp(`\\d{${least},${most}}`, 'y');
function shapeOf(code: string, length: number): RegExp {
  switch (code) {
    case 'y': return length === 1 ? digits(1, 2) : digits(length, length);
    case 'M': return length < 3 ? digits(length, 2) : length === 3 ? new RegExp(MONTHS.map((name) => name.slice(0, 3)).join('|'), 'iy') : new RegExp(MONTHS.join('|'), 'iy');
    case 'd': return length < 3 ? digits(length, 2) : length === 3 ? new RegExp(DAYS.map((name) => name.slice(0, 3)).join('|'), 'iy') : new RegExp(DAYS.join('|'), 'iy');
    case 'f': return digits(Math.min(length, 7), Math.min(length, 7));
    case 'F': return digits(0, 7);
    case 't': return length === 1 ? /[AP]/iy : /[AP]M/iy;
    case 'z': return /[+-]\d{1,2}(?::?\d{2})?/y;
    case 'K': return /Z|[+-]\d{2}:\d{2}|/iy;
    default: return digits(Math.min(length, 2), 2);
  }
}

/**
 * Reads a date that has exactly the given .NET custom format; white space around it is ignored. Missing parts are those of
 * 1 January of year 1, a missing offset is UTC.
 * @returns ticks in UTC; null when the text does not fit.
 */
export function parseExact(text: string, format: string): bigint | null {
  const source = text.trim();
  const seen = new Map<string, string>();
  let at = 0;
  for (const piece of pieces(expanded(format))) {
    if (piece.code === '') {
      if (!source.startsWith(piece.text, at)) return null;
      at += piece.text.length;
      continue;
    }
    const shape = shapeOf(piece.code, piece.text.length);
    shape.lastIndex = at;
    const found = shape.exec(source)?.[0];
    if (found === undefined) return null;
    if (piece.code !== 'd' || piece.text.length < 3) seen.set(piece.code, found);
    at += found.length;
  }
  if (at !== source.length) return null;
  const number = (code: string, absent: number): number => Number(seen.get(code) ?? absent);
  const shortYear = seen.get('y') ?? '1';
  // Two digits of a year: 1950 to 2049 (.NET, Calendar.TwoDigitYearMax 2049).
  const year = shortYear.length > 2 || !seen.has('y') ? Number(shortYear) : Number(shortYear) + (Number(shortYear) < 50 ? 2000 : 1900);
  const name = seen.get('M')?.toLowerCase() ?? '1';
  const month = /^\d/.test(name) ? Number(name) : MONTHS.findIndex((each) => each.toLowerCase().startsWith(name)) + 1;
  const hour = seen.has('h') ? (seen.has('t') ? half(number('h', 0), seen.get('t') ?? '') : number('h', 0)) : number('H', 0);
  const offset = offsetTicks(seen.get('z') ?? seen.get('K') ?? '');
  if (hour === null || offset === null) return null;
  const fraction = BigInt((seen.get('f') ?? seen.get('F') ?? '').padEnd(7, '0'));
  const ticks = ticksOf({ year, month, day: number('d', 1), hour, minute: number('m', 0), second: number('s', 0), fraction });
  return checked(ticks === null ? null : ticks - offset);
}

/** Intervals of DateAdd and DateDiff (Entra Connect functions reference, DateAdd). */
export const INTERVALS = ['yyyy', 'q', 'm', 'y', 'd', 'w', 'ww', 'h', 'n', 's'] as const;
export type Interval = (typeof INTERVALS)[number];
const LENGTHS: Readonly<Record<Exclude<Interval, 'yyyy' | 'q' | 'm'>, bigint>> = { y: DAY, d: DAY, w: DAY, ww: 7n * DAY, h: 3600n * SECOND, n: 60n * SECOND, s: SECOND };
const MONTH_COUNT = { yyyy: 12n, q: 3n, m: 1n } as const;

/**
 * Adds intervals to a moment. Months and years keep the day, or take the month's last one (31 January plus a month is 28 or 29 February).
 * @returns null when the result leaves the years 1 to 9999.
 */
export function addToDate(interval: Interval, count: bigint, ticks: bigint): bigint | null {
  if (interval !== 'yyyy' && interval !== 'q' && interval !== 'm') return checked(ticks + count * LENGTHS[interval]);
  const at = partsOf(ticks);
  const months = BigInt(at.year * 12 + at.month - 1) + count * MONTH_COUNT[interval];
  if (months < 12n || months > 120_000n) return null;
  const [year, month] = [Math.floor(Number(months) / 12), (Number(months) % 12) + 1];
  const last = new Date(0);
  last.setUTCFullYear(year, month, 0);
  return checked(ticksOf({ ...at, year, month, day: Math.min(at.day, last.getUTCDate()) }));
}

/**
 * Intervals from one moment to another, as Visual Basic counts (.NET documentation, DateAndTime.DateDiff): years, quarters and
 * months by the calendar; weeks `ww` by Sundays passed; the rest as whole elapsed units.
 */
export function differenceOfDates(interval: Interval, from: bigint, to: bigint): bigint {
  const [a, b] = [partsOf(from), partsOf(to)];
  if (interval === 'yyyy') return BigInt(b.year - a.year);
  if (interval === 'm') return BigInt((b.year - a.year) * 12 + b.month - a.month);
  if (interval === 'q') return BigInt((b.year - a.year) * 4 + Math.floor((b.month - 1) / 3) - Math.floor((a.month - 1) / 3));
  if (interval === 'w') return (to - from) / (7n * DAY);
  if (interval === 'ww') return (to - BigInt(b.weekday) * DAY - (from - BigInt(a.weekday) * DAY)) / (7n * DAY);
  return (to - from) / LENGTHS[interval];
}
