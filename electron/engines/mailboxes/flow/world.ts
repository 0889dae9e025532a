/** The two organisations that mail goes between. */
export type Side = 'on premises' | 'cloud';

/** Where the internet brings mail for a domain, by its MX record of the lowest preference (RFC 5321 5.1). */
export type Route = { readonly to: Side | 'elsewhere'; readonly host: string } | { readonly to: 'nowhere'; readonly why: string };

/** A recipient of one side. Addresses are SMTP addresses in lower case, without `smtp:`. */
export interface Recipient {
  /** objectGUID on premises, the Graph id in the tenant. */
  readonly id: string;
  readonly name: string;
  readonly addresses: readonly string[];
  readonly kind: 'mailbox' | 'mail user' | 'contact' | 'group';
  /** targetAddress, or ExternalEmailAddress; also on a mailbox on premises, which then gets no mail itself (MS-ADA3, targetAddress). */
  readonly external: string | null;
  /** Id of a recipient of the same side whom mail goes on to: altRecipient, or ForwardingAddress; it counts before the address below (cmdlet reference, Set-Mailbox). */
  readonly forwardTo: string | null;
  /** ForwardingSmtpAddress. */
  readonly forwardSmtp: string | null;
  /** deliverAndRedirect, or DeliverToMailboxAndForward: the mailbox gets the message as well. */
  readonly keepsCopy: boolean;
}

/** What a side accepts, and whom it knows. */
export interface MailSide {
  /** `relay`: what nobody here has goes on to where MX leads (Exchange documentation, accepted domains: internal relay). */
  readonly accepted: ReadonlyMap<string, 'authoritative' | 'relay'>;
  readonly byId: ReadonlyMap<string, Recipient>;
  /** Those that have an address; two or more make it ambiguous. */
  readonly byAddress: ReadonlyMap<string, readonly Recipient[]>;
}

/** Everything that decides where mail goes. */
export interface MailWorld {
  readonly onPremises: MailSide;
  readonly cloud: MailSide;
  /** By domain. */
  readonly mx: ReadonlyMap<string, Route>;
  /** The organisation's own domains, whose mail is followed. */
  readonly mailDomains: ReadonlySet<string>;
  /** `<tenant>.onmicrosoft.com` and `<tenant>.mail.onmicrosoft.com`: always lead to the tenant. */
  readonly routingDomains: ReadonlySet<string>;
  /** Mail redirection domain of the pair: always leads on premises; empty: none. */
  readonly redirectionDomain: string;
  /** Target ids by source id, of matches that nobody has to look at first. */
  readonly matched: ReadonlyMap<string, string>;
}

/** Makes a side of a list of recipients. */
export function mailSide(accepted: MailSide['accepted'], recipients: Iterable<Recipient>): MailSide {
  const byId = new Map<string, Recipient>();
  const byAddress = new Map<string, Recipient[]>();
  for (const recipient of recipients) {
    byId.set(recipient.id, recipient);
    for (const address of new Set(recipient.addresses)) {
      const known = byAddress.get(address);
      if (known === undefined) byAddress.set(address, [recipient]);
      else known.push(recipient);
    }
  }
  return { accepted, byId, byAddress };
}

/** The domain of an address in lower case; empty when it has none. */
export const domainOf = (address: string): string => address.slice(address.lastIndexOf('@') + 1).toLowerCase();

/**
 * The address that leads to a recipient of the tenant wherever MX records lead: the one in `<tenant>.mail.onmicrosoft.com`, else in `<tenant>.onmicrosoft.com`
 * (Exchange Online documentation, "Convert mailboxes to mail-enabled users"); undefined when it has none.
 */
export function routingAddress(world: Pick<MailWorld, 'routingDomains'>, recipient: Pick<Recipient, 'addresses'>): string | undefined {
  const own = recipient.addresses.filter((address) => world.routingDomains.has(domainOf(address)));
  return own.find((address) => domainOf(address).endsWith('.mail.onmicrosoft.com')) ?? own[0];
}
