import { escapeDnValue, parseDn } from '../../../../shared/rules/dn.ts';
import { guidFromBytes, guidToBytes, isGuid } from '../../../../shared/rules/guid.ts';
import { sidFromBytes } from '../../../../shared/rules/sid.ts';
import { INTERVALS, addToDate, differenceOfDates, formatDate, inRange, parseDate, parseExact } from './dates.ts';
import type { Interval } from './dates.ts';
import { searchCost } from './replace.ts';
import { numberOf, smallOf, textOf } from './run.ts';
import type { Run, Tools } from './run.ts';
import { describe, fault, fromList, isList, isMoment, listOf, toBytes, toCondition, toInteger, toMoment, toText } from './values.ts';
import type { Value } from './values.ts';

/** "Never" in accountExpires and its like (Active Directory schema, accountExpires). */
const NEVER = 9_223_372_036_854_775_807n;
const absent = (value: Value | undefined): boolean => value === null || value === undefined || value === '';
const ticksOf = (value: Value | undefined): bigint => (value !== undefined && isMoment(value) ? value.ticks : 0n);

function succeeds(convert: () => Value): boolean {
  try {
    return convert() !== null;
  } catch {
    return false;
  }
}

function interval(text: string): Interval {
  const found = INTERVALS.find((each) => each === text);
  if (found === undefined) throw fault(`"${text.slice(0, 20)}" is no interval; it is one of ${INTERVALS.join(', ')}.`);
  return found;
}

function moment(ticks: bigint | null, what: string): Value {
  if (ticks === null || !inRange(ticks)) throw fault(`${what} lies outside the years 1 to 9999.`);
  return { ticks };
}

/** (date, format), (text, input format, output format) or (text, styles, input format, output format). The styles change nothing here: all is UTC and white space around is ignored. */
function formatDateTime(args: readonly Value[]): Value {
  const [source = null] = args;
  if (absent(source)) return null;
  const output = toText(args.at(-1) ?? null) ?? '';
  if (output === '') throw fault('The output format of FormatDateTime is empty.');
  if (args.length === 2) {
    const date = toMoment(source);
    return date === null ? null : formatDate(date.ticks, output);
  }
  const input = toText(args.at(-2) ?? null) ?? '';
  const ticks = isMoment(source) ? source.ticks : parseExact(toText(source) ?? '', input);
  if (ticks === null) throw fault(`${describe(source)} does not have the date format "${input.slice(0, 60)}".`);
  return formatDate(ticks, output);
}

function dnParts(dn: string): readonly { readonly type: string; readonly value: string }[] {
  const parsed = parseDn(dn);
  if (parsed === undefined) throw fault(`"${dn.slice(0, 80)}" is no distinguished name.`);
  return parsed.flatMap((rdn) => rdn.slice(0, 1));
}

/** Control characters stay escaped, so that the mark of a replication conflict can still be looked for as "\0ACNF:". */
const shownPart = (value: string | undefined): Value => (value === undefined ? null : [...value].map((char) => (char < ' ' ? escapeDnValue(char) : char)).join(''));

function dnComponent(args: readonly Value[], fromRight: boolean): Value {
  const all = dnParts(textOf(args[0]));
  const number = smallOf(args[1]);
  const kept = textOf(args[2]) === 'DC' ? all.filter((part) => part.type.toLowerCase() !== 'dc') : all;
  return shownPart(kept[fromRight ? kept.length - number : number - 1]?.value);
}

function contains(args: readonly Value[], tools: Tools): Value {
  const fold = (text: string): string => (textOf(args[2]) === 'CaseInsensitive' ? text.toLowerCase() : text);
  const search = fold(textOf(args[1]));
  return BigInt(listOf(args[0] ?? null).findIndex((value) => {
    const text = fold(toText(value) ?? '');
    tools.spend(searchCost(text, search));
    return text.includes(search);
  }) + 1);
}

function item(args: readonly Value[], orNull: boolean): Value {
  const values = listOf(args[0] ?? null);
  const found = numberOf(args[1]) < 1n ? undefined : values[smallOf(args[1]) - 1];
  if (found === undefined && !orNull) throw fault(`Item ${numberOf(args[1])} is asked for, but there ${values.length === 1 ? 'is 1 value' : `are ${values.length} values`}; ItemOrNull gives NULL instead.`);
  return found ?? null;
}

function removeDuplicates(value: Value): Value {
  const seen = new Set<string>();
  return fromList(listOf(value).filter((each) => {
    const key = each instanceof Uint8Array ? `b${each.join(' ')}` : `${typeof each}${toText(each)}`;
    return seen.has(key) ? false : seen.add(key) !== undefined;
  }));
}

/** Characters of each kind (Windows, "Password must meet complexity requirements"). */
const KINDS = ['0123456789', '~!@#$%^&*_-+=`|\\(){}[]:;"\'<>,.?/', 'ABCDEFGHIJKLMNOPQRSTUVWXYZ', 'abcdefghijklmnopqrstuvwxyz'] as const;

function randomString(args: readonly Value[], { random }: Tools): Value {
  const length = smallOf(args[0]);
  const least = [1, 2, 3, 4].map((at) => smallOf(args[at]));
  if (length < 1 || length > 256) throw fault('RandomString makes 1 to 256 characters.');
  if (least.some((count) => count < 0) || least.reduce((sum, count) => sum + count, 0) > length) throw fault('The least numbers of RandomString are negative or together more than its length.');
  const avoided = textOf(args[5]);
  const kinds = KINDS.map((chars) => [...chars].filter((char) => !avoided.includes(char)));
  const pick = (chars: readonly string[]): string => {
    if (chars.length === 0) throw fault('RandomString is to avoid every character that it needs.');
    return chars[random(chars.length)] ?? '';
  };
  const out = kinds.flatMap((chars, i) => Array.from({ length: least[i] ?? 0 }, () => pick(chars)));
  // Kinds asked for with 0 stay out when others are asked for, as in the published example RandomString(6,3,0,0,3).
  const rest = kinds.filter((_, i) => (least[i] ?? 0) > 0);
  const any = (rest.length === 0 ? [kinds[0] ?? [], kinds[2] ?? [], kinds[3] ?? []] : rest).flat();
  while (out.length < length) out.push(pick(any));
  for (let i = out.length - 1; i > 0; i -= 1) {
    const at = random(i + 1);
    [out[i], out[at]] = [out[at] ?? '', out[i] ?? ''];
  }
  return out.join('');
}

function randomNumber([from, to]: readonly Value[], { random }: Tools): Value {
  const [low, high] = [numberOf(from), numberOf(to)];
  if (high < low || high - low >= 2n ** 47n) throw fault('RandomNum takes a lower and an upper limit less than 2^47 apart.');
  return low + BigInt(random(Number(high - low) + 1));
}

/** A version 4 GUID (RFC 9562 5.4). */
function newGuid({ random }: Tools): string {
  const bytes = Uint8Array.from({ length: 16 }, () => random(256));
  const hex = [...bytes].map((byte, i) => (i === 6 ? (byte & 0x0f) | 0x40 : i === 8 ? (byte & 0x3f) | 0x80 : byte).toString(16).padStart(2, '0')).join('');
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-${hex.slice(12, 16)}-${hex.slice(16, 20)}-${hex.slice(20)}`;
}

function bytesOfGuid(text: string): Value {
  const bytes = guidToBytes(text.trim());
  if (bytes === undefined) throw fault(`"${text.slice(0, 60)}" is no GUID.`);
  return bytes;
}

const bytesText = (value: Value | undefined, read: (bytes: Uint8Array) => string | undefined, what: string): Value => {
  const text = read(toBytes(value ?? null) ?? new Uint8Array());
  if (text === undefined) throw fault(`${describe(value ?? null)} are no ${what}.`);
  return text;
};

/** Functions of numbers, dates, directory values and lists, by name; what each does is in the catalogue. */
export const VALUE_FUNCTIONS: Readonly<Record<string, Run>> = {
  BitAnd: ([a, b]) => numberOf(a) & numberOf(b),
  BitOr: ([a, b]) => numberOf(a) | numberOf(b),
  CBool: ([value]) => toCondition(value ?? null),
  CDate: ([value]) => value ?? null,
  CGuid: ([guid]) => bytesOfGuid(textOf(guid)),
  CNum: ([value]) => value ?? null,
  CRef: ([value]) => (dnParts(textOf(value)).length === 0 ? null : textOf(value)),
  CStr: ([value]) => toText(value ?? null),
  Contains: contains,
  Count: ([value]) => BigInt(listOf(value ?? null).length),
  DNComponent: (args) => dnComponent(args, false),
  DNComponentRev: (args) => dnComponent(args, true),
  DateAdd: ([unit, count, date]) => moment(addToDate(interval(textOf(unit)), numberOf(count), ticksOf(date)), 'The date'),
  DateDiff: ([unit, from, to]) => differenceOfDates(interval(textOf(unit)), ticksOf(from), ticksOf(to)),
  DateFromNum: ([value]) => (numberOf(value) === NEVER ? null : moment(numberOf(value), `The time number ${numberOf(value)}`)),
  Error: ([message]) => { throw fault(textOf(message) === '' ? 'The rule stopped with an empty message.' : textOf(message).slice(0, 500)); },
  // The published example passes "cn=" with the value; the type in front is no part of what is escaped.
  EscapeDNComponent: ([value]) => textOf(value).replace(/^([A-Za-z][A-Za-z0-9-]*=)?([^]*)$/, (_, type: string | undefined, rest: string) => `${type ?? ''}${escapeDnValue(rest)}`),
  FormatDateTime: formatDateTime,
  Guid: (_, tools) => newGuid(tools),
  IsBitSet: ([value, flag]) => (numberOf(value) & numberOf(flag)) !== 0n,
  IsDate: ([value = null]) => isMoment(value) || (typeof value === 'string' && parseDate(value) !== null),
  IsEmpty: ([value]) => value === '',
  IsGuid: ([value]) => typeof value === 'string' && isGuid(value.trim()),
  IsNull: ([value]) => value === null || value === undefined,
  IsNullOrEmpty: ([value]) => absent(value),
  IsNumeric: ([value = null]) => succeeds(() => toInteger(value)),
  IsPresent: ([value]) => !absent(value),
  IsString: ([value = null]) => value !== null && !isList(value) && !(value instanceof Uint8Array),
  Item: (args) => item(args, false),
  ItemOrNull: (args) => item(args, true),
  Not: ([value = null]) => !(value === true || (typeof value === 'string' && value.trim().toLowerCase() === 'true')),
  Now: (_, { now }) => ({ ticks: now }),
  NumFromDate: ([value]) => ticksOf(value),
  RandomNum: randomNumber,
  RandomString: randomString,
  RemoveDuplicates: ([value]) => removeDuplicates(value ?? null),
  StringFromGuid: ([value]) => bytesText(value, guidFromBytes, 'GUID'),
  StringFromSid: ([value]) => bytesText(value, sidFromBytes, 'security identifier'),
};
