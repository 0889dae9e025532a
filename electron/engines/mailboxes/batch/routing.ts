import { normaliseAddress } from '../../../../shared/rules/addresses.ts';
import type { ForwardingSeen, RecipientSeen } from './types.ts';

/** Kinds of recipients that are mailboxes (RecipientTypeDetails). */
const MAILBOX = /^(User|Shared|Room|Equipment)Mailbox$/;
/** True when a recipient of Microsoft 365 is a mailbox. */
export const isCloudMailbox = (recipient: Pick<RecipientSeen, 'type'>): boolean => MAILBOX.test(recipient.type);

/**
 * The address that mail on premises is forwarded to: the mailbox's own at `<tenant>.mail.onmicrosoft.com`, else one at the initial domain; never just the first that
 * looks so, which may be that of another tenant (Exchange documentation, "Convert Exchange 2007 mailboxes to mail-enabled users", whose scripts take the first).
 * @param initialDomain of the tenant, for example contoso.onmicrosoft.com. @returns empty when the mailbox has none.
 */
export function routingOf(recipient: Pick<RecipientSeen, 'addresses'>, initialDomain: string): string {
  const initial = initialDomain.toLowerCase();
  const service = initial.replace(/\.onmicrosoft\.([a-z]+)$/, '.mail.onmicrosoft.$1');
  return recipient.addresses.find((one) => one.endsWith(`@${service}`)) ?? recipient.addresses.find((one) => one.endsWith(`@${initial}`)) ?? '';
}

/** How forwarding stands: as it should be, towards another address or nowhere, or not known. */
export type ForwardingStanding = 'right' | 'wrong' | 'unknown';

/**
 * Whether mail on premises is forwarded to the mailbox in the cloud: to its routing address, or to another address in the tenant's own domains that the mailbox holds; the service may choose another than Causeway would.
 * @param routing empty: not known yet.
 */
export function forwardingStanding(forwarding: ForwardingSeen, routing: string, recipient: RecipientSeen | undefined | 'not read'): ForwardingStanding {
  if (forwarding === 'not read') return 'unknown';
  if (forwarding === 'gone' || forwarding.value === null) return 'wrong';
  const address = normaliseAddress(forwarding.value);
  if (routing !== '' && address === routing.toLowerCase()) return 'right';
  if (!/\.onmicrosoft\.[a-z]+$/.test(address)) return 'wrong';
  if (recipient === 'not read') return 'unknown';
  return recipient?.addresses.includes(address) === true ? 'right' : 'wrong';
}

/** True when only the addresses of the cloud mailbox tell whether forwarding is right. */
export function needsRecipient(forwarding: ForwardingSeen, routing: string): boolean {
  return forwardingStanding(forwarding, routing, 'not read') === 'unknown' && forwarding !== 'not read';
}
