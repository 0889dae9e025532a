import { addressKey, textOf, textsOf, type DirectoryObject, type Properties } from '../directory/objects.ts';
import { disconnectMailbox, formerMailboxesOf, provisionMailbox } from '../exchange/recipients/provision.ts';
import { MAILBOX_TYPES } from '../exchange/recipients/recipient-type.ts';
import type { Directory } from '../directory/directory.ts';
import { withAddresses, type Service } from './addressing.ts';
import { givenOf, isLicensed, isResourceMailbox, shadowOf } from './shadow.ts';

/** How long the mailbox of a user without licence can come back (Exchange documentation, delete or restore user mailboxes). */
export const DISCONNECTED_MS = 30 * 24 * 3600 * 1000;

/** True for what Exchange Online stores of a mailbox. */
export function isMailboxFacet(exchange: Properties | null): boolean { return MAILBOX_TYPES.has(String(exchange?.['recipientTypeDetails'])); }

/** True for a user whose mailbox is still on premises: no licence makes it one of the cloud before it is moved. One that was moved and lost its licence comes back. */
function isOnPremises(object: DirectoryObject): boolean {
  return object.properties['onPremisesSyncEnabled'] === true && (shadowOf(object)?.mailboxGuid ?? null) !== null && object.exchange?.['disconnected'] === undefined;
}

/** True when mailbox and addresses of a user still have to follow from its licence. */
export function isLicenceDue(object: DirectoryObject, directory: Directory): boolean {
  if (object.kind !== 'user' || object.place !== 'live') return false;
  const given = givenOf(object);
  if (!isLicensed(object, directory)) return given.licensed && !isResourceMailbox(object);
  return given.routing === null || !given.licensed || (!isMailboxFacet(object.exchange) && !isOnPremises(object));
}

/** The same, or its name still has to become an address. */
export function isMailDue(object: DirectoryObject, directory: Directory): boolean {
  if (isLicenceDue(object, directory)) return true;
  if (object.kind !== 'user' || object.place !== 'live' || !isLicensed(object, directory)) return false;
  const name = textOf(object, 'userPrincipalName')?.toLowerCase();
  return name !== undefined && !textsOf(object, 'proxyAddresses').some((a) => addressKey(a) === name);
}

/** True when a licensed user has a name that never became an address: one that was taken away in Exchange stays away. */
export function isNameDue(object: DirectoryObject, directory: Directory): boolean {
  const name = textOf(object, 'userPrincipalName')?.toLowerCase();
  return isMailDue(object, directory) && !givenOf(object).names.some((n) => n.toLowerCase() === name);
}

/**
 * Lets mailbox and addresses of a user follow from its licence and its name: with a mailbox plan it gets a mailbox, its name as address and
 * the routing address; without one the mailbox is disconnected for 30 days and the routing address becomes the primary one (KB 3190357).
 */
export function settleMail(service: Service, object: DirectoryObject): void {
  const { directory, clock } = service;
  const licensed = isLicensed(object, directory);
  if (licensed) {
    directory.update(object, withAddresses(service, object, givenOf(object).licensed ? 'name' : 'other'), 'exchange');
    if (!isOnPremises(object)) provisionMailbox(directory, object, clock.now());
    return;
  }
  directory.update(object, withAddresses(service, object, 'licence removed'), 'exchange');
  if (object.exchange?.['recipientTypeDetails'] !== 'UserMailbox') return;
  disconnectMailbox(directory, object);
  directory.setExchange(object, { ...object.exchange, disconnectedDateTime: new Date(clock.now()).toISOString() });
}

/** Removes disconnected mailboxes for good once their 30 days are over. */
export function forgetDisconnected({ directory, clock }: Service): void {
  for (const object of directory.user.values()) {
    const since = object.exchange?.['disconnectedDateTime'];
    if (typeof since !== 'string' || isMailboxFacet(object.exchange) || clock.now() - Date.parse(since) < DISCONNECTED_MS) continue;
    const { disconnected, disconnectedDateTime: _since, ...rest } = object.exchange ?? {};
    // The next mailbox is another one, with another ExchangeGuid.
    directory.setExchange(object, { ...rest, formerMailboxes: formerMailboxesOf({ exchange: (disconnected ?? null) as Properties | null }) + 1 });
  }
}
