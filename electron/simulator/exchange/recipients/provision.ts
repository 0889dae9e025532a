import { createHash } from 'node:crypto';
import type { Directory } from '../../directory/directory.ts';
import type { DirectoryObject, Properties } from '../../directory/objects.ts';
import { facetOf, legacyDnOf, type Facet, writeFacet } from './facet.ts';
import { MAILBOX_TYPES } from './recipient-type.ts';

/** A GUID that is the same for the same text. */
export function guidFrom(text: string): string {
  const h = createHash('sha256').update(text).digest('hex');
  return `${h.slice(0, 8)}-${h.slice(8, 12)}-4${h.slice(13, 16)}-8${h.slice(17, 20)}-${h.slice(20, 32)}`;
}

/** How many mailboxes an object had that are gone for good. */
export function formerMailboxesOf(view: { readonly exchange: Properties | null }): number { return Number(facetOf(view)['formerMailboxes'] ?? 0); }

/** The ExchangeGuid of an object's mailbox when none is stored: the same over runs, deletion and restoration; another once a mailbox is gone for good. */
export function newMailboxGuid(object: Pick<DirectoryObject, 'id' | 'exchange'>): string { return guidFrom(`mailbox ${object.id} ${formerMailboxesOf(object)}`); }

/**
 * Gives a user a mailbox, as Exchange does when a licence with a mailbox plan is assigned. A mail user becomes a mailbox and keeps
 * its ExchangeGuid; a shared, room or equipment mailbox stays what it is; a disconnected mailbox comes back. Addresses are the
 * caller's to compute. Written by Exchange, so that Graph's readers see nothing new.
 * @param nowMs wall time in milliseconds since 1970.
 */
export function provisionMailbox(directory: Directory, object: DirectoryObject, nowMs: number): void {
  const facet = facetOf(object);
  if (facet.recipientTypeDetails !== undefined && MAILBOX_TYPES.has(facet.recipientTypeDetails)) return;
  const kept = facet['disconnected'] as Facet | undefined;
  writeFacet(directory, object, {
    ...kept, recipientTypeDetails: kept?.recipientTypeDetails ?? 'UserMailbox', exchangeGuid: facet.exchangeGuid ?? kept?.exchangeGuid ?? newMailboxGuid(object),
    legacyExchangeDN: legacyDnOf(directory.primary(object)), externalEmailAddress: undefined, disconnected: undefined, disconnectedDateTime: undefined,
    whenMailboxCreated: kept?.whenMailboxCreated ?? new Date(nowMs).toISOString(),
  });
}

/**
 * Takes a user's mailbox away, as Exchange does when the last licence with a mailbox plan is removed. Shared, room and equipment
 * mailboxes need no licence and stay. The mailbox is kept disconnected and comes back with the next licence (Exchange documentation, 30 days).
 */
export function disconnectMailbox(directory: Directory, object: DirectoryObject): void {
  const facet = facetOf(object);
  if (facet.recipientTypeDetails !== 'UserMailbox') return;
  directory.setExchange(object, { disconnected: facet, ...(facet.name === undefined ? {} : { name: facet.name }) }, 'exchange');
}
