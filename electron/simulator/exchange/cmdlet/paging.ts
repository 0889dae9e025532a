import { createHash } from 'node:crypto';
import { badRequest } from '../refusal.ts';
import type { CmdletCall, Found, Row } from './cmdlet.ts';

/** Objects that a Get cmdlet gives without ResultSize (cmdlet reference, Get-Mailbox, ResultSize). */
const DEFAULT_RESULT_SIZE = 1000;
/** Largest page. */
const MAX_PAGE = 1000;

/** Where the next page begins. */
export interface Cursor { readonly after: number; readonly given: number }
/** The first page. */
export const START: Cursor = { after: 0, given: 0 };

/** What ties a cursor to its command: another command, or other parameters, cannot go on with it. */
export function commandMark(tenantId: string, name: string, parameters: Readonly<Record<string, unknown>>): string {
  const sorted = Object.entries(parameters).toSorted(([a], [b]) => (a < b ? -1 : 1));
  return createHash('sha256').update(JSON.stringify([tenantId, name.toLowerCase(), sorted])).digest('base64url').slice(0, 16);
}

/** The opaque text of a cursor in a link. */
export function writeCursor(mark: string, cursor: Cursor): string {
  return Buffer.from(JSON.stringify([mark, cursor.after, cursor.given])).toString('base64url');
}

/** @throws ExchangeRefusal 400 for a text that is no cursor of this command. */
export function readCursor(text: string, mark: string): Cursor {
  let parsed: unknown;
  try { parsed = JSON.parse(Buffer.from(text, 'base64url').toString('utf8')); } catch { parsed = null; }
  const [ofCommand, after, given] = Array.isArray(parsed) ? parsed as readonly unknown[] : [];
  if (ofCommand !== mark || typeof after !== 'number' || typeof given !== 'number') throw badRequest('The skip token is invalid or does not belong to this command.');
  return { after, given };
}

/** Page size from a `Prefer` header such as `odata.maxpagesize = 1000;odata.continue-on-error`. */
export function pageSize(prefer: string | undefined): number {
  const asked = Number(/odata\.maxpagesize\s*=\s*"?(\d+)/i.exec(prefer ?? '')?.[1] ?? MAX_PAGE);
  return Math.min(Math.max(asked, 1), MAX_PAGE);
}

/** One page of a result. */
export interface Page { readonly rows: readonly Row[]; readonly next: Cursor | null }

/**
 * Cuts a result to its ResultSize and to one page, and warns on the page where ResultSize cut something off.
 * @param isSized the cmdlet has a parameter ResultSize.
 */
export function onePage(found: Iterable<Found>, call: CmdletCall, cursor: Cursor, size: number, isSized: boolean): Page {
  const asked = call.arguments.number('ResultSize');
  const limit = isSized ? asked ?? DEFAULT_RESULT_SIZE : Infinity;
  const page: Found[] = [];
  for (const one of found) {
    if (one.at <= cursor.after) continue;
    if (cursor.given + page.length === limit) {
      call.warn(asked === undefined
        ? 'By default, only the first 1000 items are returned. Use the ResultSize parameter to specify the number of items returned. To return all items, specify "-ResultSize Unlimited". Be aware that, depending on the actual number of items, returning all items can take a long time and consume a large amount of memory. Also, we don\'t recommend storing the results in a variable. Instead, pipe the results to another task or script to perform batch changes.'
        : 'There are more results available than are currently displayed. To view them, increase the value for the ResultSize parameter.');
      return { rows: page.map((f) => f.row()), next: null };
    }
    if (page.length === size) return { rows: page.map((f) => f.row()), next: { after: page.at(-1)?.at ?? 0, given: cursor.given + page.length } };
    page.push(one);
  }
  return { rows: page.map((f) => f.row()), next: null };
}
