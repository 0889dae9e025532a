import { MAILBOX_PERMISSIONS } from '../../../shared/domain/plans.ts';
import { ASSIGNMENTS, directLicences, licenceKey, LICENCES } from '../../../shared/rules/licences.ts';
import type { Model } from './model.ts';

/** What happened to one value since Causeway first wrote it: writes of entries of the journal, and what others made of it. */
interface Event { readonly at: number; readonly entry: string | null; readonly value: string }
interface Line { readonly base: string; readonly events: readonly Event[] }

/** The value that stands for the object itself. */
export const EXISTS = '';

/** Key of a value of an object of the tenant: an attribute, `manager`, `members/<id>`, or nothing for the object itself. */
export const keyOf = (targetId: string, value: string): string => `${targetId} ${value}`;

const isLive = (model: Model, id: string | undefined): boolean => id !== undefined && model.get(id)?.deleted === false;

const LINKS = ['members', ...MAILBOX_PERMISSIONS] as const;
/** The list of links that a value belongs to, and whom it is about; null for any other value. */
export function linkIn(value: string): { readonly list: string; readonly id: string } | null {
  const list = LINKS.find((name) => value.startsWith(`${name}/`));
  return list === undefined ? null : { list, id: value.slice(list.length + 1) };
}

/** A value as a person sees it: links to objects in the recycle bin do not show. */
export function see(model: Model, key: string): string {
  const [id = '', value = ''] = key.split(' ');
  const object = model.get(id);
  if (value === '') return object === undefined ? 'absent' : object.deleted ? 'deleted' : 'live';
  if (value === 'manager') { const manager = object?.links['manager']?.[0]; return isLive(model, manager) ? String(manager) : 'null'; }
  const link = linkIn(value);
  if (link !== null) return String(object?.links[link.list]?.includes(link.id) === true && isLive(model, link.id));
  if (value === LICENCES) return JSON.stringify(directLicences(object?.attributes ?? {}).map(licenceKey).toSorted());
  return JSON.stringify(object?.attributes[value] ?? null);
}

/** Every value of one object that it has now. */
export function keysOf(model: Model, id: string): string[] {
  const object = model.get(id);
  return object === undefined ? [keyOf(id, '')] : [keyOf(id, ''), keyOf(id, 'manager'), keyOf(id, LICENCES), ...Object.keys(object.attributes).flatMap((name) => (name === ASSIGNMENTS ? [] : [keyOf(id, name)])), ...LINKS.flatMap((list) => (object.links[list] ?? []).map((one) => keyOf(id, `${list}/${one}`)))];
}

/**
 * What a tenant must be like after each roll back, worked out from what happened and without the engine: a roll back takes the
 * writes of its entries out of the line of each value, `exact` takes what others did since along, and what is then the last is the value.
 */
export class Timeline {
  readonly #lines = new Map<string, Line>();
  #now = 0;

  /** Values that Causeway has written and not taken back. */
  isHeld(key: string): boolean { return this.#lines.has(key); }
  /** Causeway has written this to the value before. */
  hasWritten(key: string, value: string): boolean { return this.#lines.get(key)?.events.some((event) => event.entry !== null && event.value === value) === true; }
  holdsAnyOf(id: string): boolean { return [...this.#lines].some(([key, line]) => key.startsWith(`${id} `) && line.events.some((event) => event.entry !== null)); }
  /** Others touched the object since the entry was written. */
  touchedSince(id: string): boolean { return [...this.#lines].some(([key, line]) => key.startsWith(`${id} `) && line.events.some((event) => event.entry === null)); }

  /** Notes a write. @param base the value before it, which counts when nothing was written to it so far. */
  note(key: string, base: string, value: string, entry: string | null): void {
    const line = this.#lines.get(key) ?? { base, events: [] };
    this.#lines.set(key, { ...line, events: [...line.events, { at: (this.#now += 1), entry, value }] });
  }

  /** What a value must be while entries stand; undefined: nobody of Causeway holds it. */
  expected(key: string): string | undefined {
    const line = this.#lines.get(key);
    return line && (line.events.at(-1)?.value ?? line.base);
  }

  /** When the first of these entries wrote to one of the values of an object. */
  firstOf(keys: readonly string[], entries: ReadonlySet<string>): number {
    return Math.min(...keys.flatMap((key) => (this.#lines.get(key)?.events ?? []).filter((event) => event.entry !== null && entries.has(event.entry)).map((event) => event.at)));
  }

  /**
   * Takes entries out of one value.
   * @param since what others did after this moment goes along; undefined: it stays.
   * @returns the value that is to be now, and whether something of others was lost.
   */
  takeBack(key: string, entries: ReadonlySet<string>, since: number | undefined): { readonly value: string; readonly lost: boolean } | null {
    const line = this.#lines.get(key);
    if (line === undefined) return null;
    const left = line.events.filter((event) => event.entry === null || !entries.has(event.entry));
    const lastStanding = Math.max(0, ...left.filter((event) => event.entry !== null).map((event) => event.at));
    const events = left.filter((event) => event.entry !== null || since === undefined || event.at < Math.max(since, lastStanding));
    const value = events.at(-1)?.value ?? line.base;
    // Whether the object is there, and whom others put into it, matters as long as anything of it is held; what they filled in where nothing
    // was, as long as its existence is.
    const isFilled = line.base === 'null' && !/[ /](manager|members)|\//.test(key) && this.isHeld(`${key.split(' ')[0] ?? ''} `);
    if (events.some((event) => event.entry !== null) || ((/ (members\/.*)?$/.test(key) || isFilled) && events.length > 0)) this.#lines.set(key, { ...line, events });
    else this.#lines.delete(key);
    const before = line.events.at(-1);
    return { value, lost: events.length < left.length && before?.entry === null && before.value !== value };
  }

  /** The object is settled as it is: nobody takes anything of it back any more. */
  forget(id: string): void { for (const key of [...this.#lines.keys()]) if (key.startsWith(`${id} `)) this.#lines.delete(key); }
}
