import { textOf, type DirectoryKind, type Properties } from '../directory/objects.ts';
import { isMailboxFacet } from './mailbox.ts';
import { shadowOf } from './shadow.ts';

/**
 * What Exchange Online stores of a synchronised object: a user with a target address or a mailbox on premises is a mail user, a contact a
 * mail contact. Attributes of Exchange are synchronised for users with a mailNickname only (Entra Connect, default configuration).
 * A mailbox of the cloud stays one.
 */
export function synchronisedFacet({ kind, exchange, properties }: { readonly kind: DirectoryKind; readonly exchange: Properties | null; readonly properties: Properties }): Properties | null {
  const shadow = shadowOf({ properties });
  if (!shadow || kind === 'group' || isMailboxFacet(exchange)) return exchange;
  const mail = textOf({ properties }, 'mail');
  if (kind === 'contact') return { ...exchange, recipientTypeDetails: 'MailContact', externalEmailAddress: shadow.targetAddress ?? (mail === undefined ? undefined : `SMTP:${mail}`) };
  const { externalEmailAddress: _external, exchangeGuid: guid, recipientTypeDetails: _type, ...rest } = exchange ?? {};
  if (shadow.mailNickname === null || (shadow.targetAddress === null && shadow.mailboxGuid === null)) return exchange === null || Object.keys(rest).length === 0 ? null : rest;
  return {
    ...rest, recipientTypeDetails: 'MailUser', ...(shadow.targetAddress === null ? {} : { externalEmailAddress: shadow.targetAddress }),
    ...(shadow.mailboxGuid === null ? guid === undefined ? {} : { exchangeGuid: guid } : { exchangeGuid: shadow.mailboxGuid.toLowerCase() }),
  };
}
