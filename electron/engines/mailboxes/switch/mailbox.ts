import type { Attributes } from '../../../../shared/domain/objects.ts';
import type { AttributeChange } from '../../../../shared/domain/plans.ts';
import { addressDomain, normaliseAddress, parseProxyAddress } from '../../../../shared/rules/addresses.ts';
import { firstOf } from '../../../../shared/rules/attributes.ts';
import { recipientTypeOf } from '../../../../shared/rules/recipient-type.ts';
import type { CloudMailbox } from '../../tenant/index.ts';

/** A change of one attribute of an object on premises, before it is part of a plan. */
export type SwitchChange = Pick<AttributeChange, 'attribute' | 'before' | 'after'>;

/** Domains of a tenant that matter to the switch, in lower case. */
export interface TenantDomains {
  /** The `<name>.onmicrosoft.com` domain. */
  readonly initial: string;
  readonly verified: ReadonlySet<string>;
}

/** User, legacy, shared, room and equipment mailboxes (bits 1, 8, 4, 16, 32 of msExchRecipientTypeDetails; published tables of several Exchange authors agree). */
const MAILBOX_BITS = 1n | 4n | 8n | 16n | 32n;
/** A mailbox whose account is in another forest. */
const LINKED_BIT = 2n;
const MAIL_USER_BIT = 128n;

/** Where the mailbox of an object is, by its attributes on premises. An Exchange 2003 mailbox has no type, only its database (Exchange schema, homeMDB). */
export function standingOfMailbox(attributes: Attributes): 'mailbox' | 'linked mailbox' | 'mail user' | 'none' {
  const type = recipientTypeOf(attributes);
  if ((type & LINKED_BIT) !== 0n) return 'linked mailbox';
  if ((type & MAILBOX_BITS) !== 0n || firstOf(attributes, 'homeMDB') !== undefined) return 'mailbox';
  return (type & MAIL_USER_BIT) !== 0n || firstOf(attributes, 'targetAddress') !== undefined ? 'mail user' : 'none';
}

/**
 * Domains of a tenant that lead to Microsoft 365 wherever mail comes from, best first: `<name>.mail.onmicrosoft.com`, which a hybrid uses, then the initial
 * domain, then others of the same kind (Exchange documentation, hybrid routing; every cloud has its own ending).
 */
export function routingDomains({ initial, verified }: TenantDomains): readonly string[] {
  const [name = '', ...rest] = initial.split('.');
  const ending = rest.join('.');
  const others = [...verified].filter((domain) => domain.endsWith(`.${ending}`)).toSorted();
  return [...new Set([`${name}.mail.${ending}`, initial, ...others])];
}

/** SMTP addresses of a mailbox in lower case, the primary one first. */
export const smtpOf = (mailbox: CloudMailbox): readonly string[] => [...new Set([mailbox.primary, ...mailbox.addresses.map(parseProxyAddress).filter((one) => one.smtp).map((one) => one.address.toLowerCase())])].filter((one) => one !== '');

/**
 * The address by which mail is sent on to a mailbox: one that leads to Microsoft 365 and to nothing else. Scripts that take the first address matching
 * `onmicrosoft` may take one of another domain, so the domains are compared in their order.
 * @returns undefined when the mailbox has none.
 */
export function routingAddress(mailbox: CloudMailbox, domains: TenantDomains): string | undefined {
  const all = smtpOf(mailbox);
  for (const domain of routingDomains(domains)) {
    const found = all.find((address) => addressDomain(address) === domain);
    if (found !== undefined) return found;
  }
  return undefined;
}

/** True when an address leads to Microsoft 365, whoever has it there. */
export const leadsToCloud = (address: string, domains: TenantDomains): boolean => routingDomains(domains).includes(addressDomain(normaliseAddress(address)));

/** True when mail of an object on premises is sent on to this mailbox: its targetAddress is an address of the mailbox that leads to Microsoft 365. */
export function isForwardedTo(attributes: Attributes, mailbox: CloudMailbox, domains: TenantDomains): boolean {
  const target = firstOf(attributes, 'targetAddress');
  return target !== undefined && leadsToCloud(target, domains) && smtpOf(mailbox).includes(normaliseAddress(target));
}
