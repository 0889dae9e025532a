import type { SwitchDirection } from '../../../../shared/domain/mailbox-switch.ts';
import type { Attributes } from '../../../../shared/domain/objects.ts';
import { addressDomain, normaliseAddress } from '../../../../shared/rules/addresses.ts';
import { firstOf, valuesOf } from '../../../../shared/rules/attributes.ts';
import type { CloudMailbox } from '../../tenant/index.ts';
import { isForwardedTo, leadsToCloud, routingAddress, routingDomains, standingOfMailbox, type SwitchChange, type TenantDomains } from './mailbox.ts';

/** What is known of one mailbox when its forwarding is planned. */
export interface ForwardFacts {
  /** What a person calls it. */
  readonly name: string;
  /** The object on premises as it is now. */
  readonly attributes: Attributes;
  /** Its mailbox in Microsoft 365; null: there is none, or it was not asked for. */
  readonly mailbox: CloudMailbox | null;
  readonly domains: TenantDomains;
  /** targetAddress before the migration service set it; null: it had none, or nobody noted it. */
  readonly targetBefore: string | null;
}

/** What is asked for. */
export interface ForwardWish {
  readonly direction: SwitchDirection;
  /** Mail redirection domain of the pair, in lower case; empty: the pair has none. */
  readonly redirectionDomain: string;
  /** Whether the way back from Microsoft 365 is set or taken away, too. */
  readonly redirection: 'no' | 'yes';
}

/** Where the mail of a mailbox in Microsoft 365 is sent on to, before and after; null: nowhere. */
export interface ForwardingChange { readonly before: string | null; readonly after: string | null; readonly keepsCopyBefore: boolean; readonly keepsCopyAfter: boolean }

/** What is to be changed on both sides, or why nothing is. */
export type PlannedForward = { readonly changes: readonly SwitchChange[]; readonly forwarding: ForwardingChange | null; readonly warnings: readonly string[] } | { readonly skip: string };

/**
 * Works out what sends mail on, or keeps it from being sent on. Before the switch Microsoft 365 sends mail on to the mailbox on premises, by its address in the mail
 * redirection domain; after it the on-premises side sends mail on to Microsoft 365 by targetAddress, and nothing comes back.
 */
export function planForward(facts: ForwardFacts, wish: ForwardWish): PlannedForward {
  const standing = standingOfMailbox(facts.attributes);
  if (standing === 'none') return { skip: `"${facts.name}" is no mailbox on premises, so no mail can be sent on.` };
  if (standing === 'linked mailbox') return { skip: `"${facts.name}" is a linked mailbox, whose account is in another forest; a staged migration does not take it.` };
  if (wish.direction === 'to the cloud') return toTheCloud(facts, wish);
  if (standing === 'mail user') return { skip: `"${facts.name}" has no mailbox on premises any more: mail would be lost. Take its conversion back first.` };
  return stays(facts, wish, wish.direction);
}

function toTheCloud({ name, attributes, mailbox, domains }: ForwardFacts, { redirectionDomain, redirection }: ForwardWish): PlannedForward {
  if (mailbox === null) return { skip: `"${name}" has no mailbox in Microsoft 365.` };
  const routing = routingAddress(mailbox, domains);
  if (routing === undefined) return { skip: `The mailbox "${mailbox.primary}" has no address in ${routingDomains(domains).join(' or ')}, so nothing can be sent on to it. Add one; Exchange Online does when a licence is assigned.` };
  const comesBack = redirectionDomain !== '' && mailbox.forwardingSmtpAddress !== null && addressDomain(mailbox.forwardingSmtpAddress) === redirectionDomain;
  if (comesBack && redirection === 'no') return { skip: `The mailbox "${mailbox.primary}" sends its mail on to ${mailbox.forwardingSmtpAddress ?? ''}, back to the mailbox on premises: mail would go round in a loop. Choose to change the redirection too.` };
  const held = firstOf(attributes, 'targetAddress');
  const changes: SwitchChange[] = isForwardedTo(attributes, mailbox, domains) ? [] : [{ attribute: 'targetAddress', before: held === undefined ? null : [held], after: [`SMTP:${routing}`] }];
  if (changes.length === 0 && !comesBack) return { skip: `Mail of "${name}" is sent on to ${normaliseAddress(held ?? '')} already.` };
  return {
    changes, forwarding: comesBack ? { before: mailbox.forwardingSmtpAddress, after: null, keepsCopyBefore: mailbox.deliverToMailboxAndForward, keepsCopyAfter: false } : null,
    warnings: changes.length === 0 || held === undefined ? [] : [`Mail of "${name}" is sent on to ${normaliseAddress(held)} now; that ends.`],
  };
}

function stays({ name, attributes, mailbox, domains, targetBefore }: ForwardFacts, { redirectionDomain, redirection }: ForwardWish, direction: 'back' | 'none'): PlannedForward {
  const held = firstOf(attributes, 'targetAddress');
  const away = held !== undefined && leadsToCloud(held, domains);
  if (held !== undefined && !away) return { skip: `Mail of "${name}" is sent on to ${normaliseAddress(held)}, which is no address of Microsoft 365; it stays.` };
  const earlier = direction === 'back' && targetBefore !== null && targetBefore !== '' && !leadsToCloud(targetBefore, domains) ? [targetBefore] : null;
  const changes: SwitchChange[] = away ? [{ attribute: 'targetAddress', before: [held], after: earlier }] : [];
  if (redirection === 'no') return changes.length === 0 ? { skip: `Mail of "${name}" stays with its mailbox on premises already.` } : { changes, forwarding: null, warnings: [] };

  if (mailbox === null) return { skip: `"${name}" has no mailbox in Microsoft 365 whose mail could be redirected.` };
  const alias = firstOf(attributes, 'mailNickname');
  if (alias === undefined) return { skip: `"${name}" has no alias (mailNickname), of which its address in ${redirectionDomain} is made.` };
  const address = `${alias.toLowerCase()}@${redirectionDomain}`;
  const proxies = valuesOf(attributes, 'proxyAddresses') ?? [];
  const proxy = proxies.find((value) => normaliseAddress(value) === address && /^smtp:/i.test(value));
  if (direction === 'back') {
    if (proxy === undefined) changes.push({ attribute: 'proxyAddresses', before: null, after: [`smtp:${address}`] });
    const there = mailbox.forwardingSmtpAddress === address && !mailbox.deliverToMailboxAndForward;
    if (changes.length === 0 && there) return { skip: `Mail of "${name}" comes back to the mailbox on premises by ${address} already.` };
    return {
      changes, forwarding: there ? null : { before: mailbox.forwardingSmtpAddress, after: address, keepsCopyBefore: mailbox.deliverToMailboxAndForward, keepsCopyAfter: false },
      warnings: mailbox.forwardingSmtpAddress === null || mailbox.forwardingSmtpAddress === address ? [] : [`The mailbox "${mailbox.primary}" sends its mail on to ${mailbox.forwardingSmtpAddress} now; that ends.`],
    };
  }
  // A primary address is what people write to, whatever its domain; it stays.
  if (proxy !== undefined && !proxy.startsWith('SMTP:')) changes.push({ attribute: 'proxyAddresses', before: [proxy], after: null });
  const comesBack = mailbox.forwardingSmtpAddress === address;
  if (changes.length === 0 && !comesBack) return { skip: `No mail of "${name}" is sent on by either side.` };
  return { changes, forwarding: comesBack ? { before: mailbox.forwardingSmtpAddress, after: null, keepsCopyBefore: mailbox.deliverToMailboxAndForward, keepsCopyAfter: false } : null, warnings: [] };
}
