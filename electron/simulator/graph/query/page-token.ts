import { createHash } from 'node:crypto';
import { isEventual, type GraphCall } from '../call.ts';
import { GraphRefusal } from '../refusal.ts';
import type { OrderPlace } from './order.ts';

/** Life of a page token. The service publishes none; links are meant to be followed at once. */
const TOKEN_MS = 8 * 3600 * 1000;

interface Content { readonly place: OrderPlace; readonly query: string; readonly at: number }

/** What a token is bound to: the list and every query option, and the header that an advanced query needs on every page. */
export function fingerprint(call: GraphCall): string {
  const options = [...call.query].filter(([name]) => name !== 'skiptoken').toSorted(([a], [b]) => (a < b ? -1 : 1));
  const isAdvanced = isEventual(call) && (call.query.get('count')?.toLowerCase() === 'true' || call.query.has('search'));
  return createHash('sha256').update(JSON.stringify([call.segments, options, isAdvanced])).digest('base64url').slice(0, 16);
}

/** Where the page before ended; null for the first page. @throws GraphRefusal 400 for a token that is old, foreign or of another query. */
export function readToken(call: GraphCall, query: string): OrderPlace | null {
  const token = call.query.get('skiptoken');
  if (token === undefined) return null;
  const text = call.lists.open(token);
  // What the service sealed itself needs no further check.
  const content = text === null ? null : JSON.parse(text) as Content;
  if (content?.query === query && call.clock.now() - content.at <= TOKEN_MS) return content.place;
  throw new GraphRefusal(400, 'Directory_ExpiredPageToken', 'The specified page token value has expired and can no longer be included in your request.');
}

/** Address of the next page. The request's headers are not in it: a client sends them again. */
export function nextLink(call: GraphCall, query: string, place: OrderPlace): string {
  const options = [...call.query].filter(([name]) => name !== 'skiptoken').map(([name, value]) => `$${name}=${encodeURIComponent(value)}`);
  const content: Content = { place, query, at: call.clock.now() };
  options.push(`$skiptoken=${call.lists.seal(JSON.stringify(content))}`);
  return `${call.base}/${call.segments.map(encodeURIComponent).join('/')}?${options.join('&')}`;
}
