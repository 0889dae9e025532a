import { MAILBOX_ONLY_ATTRIBUTES, type ConversionGuid, type MailboxOnlyAttribute } from '../../../../shared/domain/mailbox-switch.ts';
import type { Attributes, Values } from '../../../../shared/domain/objects.ts';
import { addressDomain, parseProxyAddress } from '../../../../shared/rules/addresses.ts';
import { firstOf, valuesOf } from '../../../../shared/rules/attributes.ts';
import { immutableIdFromGuid } from '../../../../shared/rules/guid.ts';
import type { CloudMailbox } from '../../tenant/index.ts';
import { isForwardedTo, routingAddress, smtpOf, standingOfMailbox, type SwitchChange, type TenantDomains } from './mailbox.ts';

/** What is known of one mailbox when its conversion is planned. */
export interface ConvertFacts {
  /** What a person calls it. */
  readonly name: string;
  /** The object on premises as it is now. */
  readonly attributes: Attributes;
  readonly mailbox: CloudMailbox;
  /** By what the mailbox was found. */
  readonly by: 'GUID' | 'match' | 'address';
  readonly domains: TenantDomains;
  /** Whether its contents are in Microsoft 365, by whoever is asked. */
  readonly contents: 'there' | 'not there';
  /** Data consistency as the service grades it; empty: unknown. */
  readonly grade: string;
  /** True for attributes that the schema of the directory has: Exchange 2003 has no recipient types. */
  readonly knows: (attribute: string) => boolean;
}

/** What is asked for. */
export interface ConvertWish {
  readonly guid: ConversionGuid;
  /** Attributes of the mailbox that stay. */
  readonly keep: readonly MailboxOnlyAttribute[];
  readonly poor: 'leave out' | 'convert';
}

/** The changes of one object, which are written together; or why there are none. */
export type PlannedConversion = { readonly changes: readonly SwitchChange[]; readonly warnings: readonly string[] } | { readonly skip: string };

/**
 * A mail-enabled user whose mailbox is in Microsoft 365, as Exchange on premises shows and types it (msExchRecipientDisplayType "synced mailbox user";
 * msExchRecipientTypeDetails "MailUser"; Exchange documentation, cross-forest mail user attributes).
 */
const DISPLAY_TYPE = '-2147483642';
const TYPE_DETAILS = '128';
/** Keeps e-mail address policies off an object (Exchange documentation, EmailAddressPolicyEnabled; the value stands in msExchPoliciesExcluded). */
const NO_POLICY = '{26491CFC-9E50-4857-861B-0CB8DF22B5D7}';

/**
 * Works out how a mailbox on premises becomes a mail-enabled user, in one modify of Active Directory (Exchange Online documentation, "Convert Exchange 2007 mailboxes to
 * mail-enabled users"): every address stays; both legacyExchangeDNs become X500 addresses, so that replies to old mail arrive; the addresses of the mailbox in
 * Microsoft 365 are kept; policies no longer change addresses. What is there already is compared without regard to case and never added twice.
 */
export function planConversion(facts: ConvertFacts, wish: ConvertWish): PlannedConversion {
  const { name, attributes, mailbox, domains } = facts;
  const standing = standingOfMailbox(attributes);
  if (standing === 'none') return { skip: `"${name}" is no mailbox on premises.` };
  if (standing === 'linked mailbox') return { skip: `"${name}" is a linked mailbox, whose account is in another forest; it is not converted here.` };
  if (facts.by === 'address') return { skip: `Only its address says that "${mailbox.primary}" is the mailbox of "${name}". Match them, or synchronise the mailbox GUID, so that nobody loses mail.` };
  const routing = routingAddress(mailbox, domains);
  if (routing === undefined || !isForwardedTo(attributes, mailbox, domains)) return { skip: `Mail of "${name}" is not sent on to its mailbox in Microsoft 365 (targetAddress is ${firstOf(attributes, 'targetAddress') ?? 'empty'}). Forward it first.` };
  if (standing === 'mailbox' && facts.contents === 'not there') return { skip: `No mailbox batch has copied the contents of "${name}" to Microsoft 365. Wait for it, or say that they were moved otherwise.` };
  if (standing === 'mailbox' && facts.grade === 'Poor' && wish.poor === 'leave out') return { skip: `The data consistency of "${name}" is Poor: contents may be missing in Microsoft 365. Look at its skipped items; convert it all the same if they do not matter.` };

  const single = (attribute: string, after: string): SwitchChange[] => {
    const held = firstOf(attributes, attribute);
    return held === after || !facts.knows(attribute) ? [] : [{ attribute, before: held === undefined ? null : [held], after: [after] }];
  };
  const add = (attribute: string, wanted: readonly string[]): SwitchChange[] => {
    const missing = missingOf(valuesOf(attributes, attribute) ?? [], wanted);
    return missing.length === 0 || !facts.knows(attribute) ? [] : [{ attribute, before: null, after: missing }];
  };
  const guid = wish.guid === 'cloud' ? immutableIdFromGuid(mailbox.guid) : undefined;
  const changes = [
    ...add('proxyAddresses', [
      ...[mailbox.legacyExchangeDn, firstOf(attributes, 'legacyExchangeDN') ?? ''].filter((one) => one !== '').map((one) => `X500:${one}`), `smtp:${routing}`,
      ...smtpOf(mailbox).filter((address) => domains.verified.has(addressDomain(address))).map((address) => `smtp:${address}`),
    ]),
    ...(guid === undefined ? [] : single('msExchMailboxGuid', guid)),
    ...single('msExchRecipientDisplayType', DISPLAY_TYPE), ...single('msExchRecipientTypeDetails', TYPE_DETAILS), ...add('msExchPoliciesExcluded', [NO_POLICY]),
    ...MAILBOX_ONLY_ATTRIBUTES.flatMap((attribute): SwitchChange[] => {
      const held = valuesOf(attributes, attribute);
      return held === undefined || wish.keep.includes(attribute) ? [] : [{ attribute, before: held, after: null }];
    }),
  ];
  if (changes.length === 0 || standing === 'mail user') return { skip: `"${name}" is a mail-enabled user already.` };
  const unknown = ['msExchMailboxGuid', 'msExchRecipientDisplayType', 'msExchRecipientTypeDetails', 'msExchPoliciesExcluded'].filter((attribute) => !facts.knows(attribute));
  return {
    changes,
    warnings: [
      ...(unknown.length === 0 ? [] : [`This directory has no attribute ${unknown.join(', ')}; the schema of its Exchange version is without.`]),
      ...(facts.grade === 'Poor' ? [`The data consistency of "${name}" is Poor: contents may be missing in Microsoft 365.`] : []),
    ],
  };
}

/** Wanted addresses that are not there in any spelling, each once. A second primary address would be two: what comes is secondary. */
function missingOf(held: Values, wanted: readonly string[]): readonly string[] {
  const known = new Set(held.map(keyOf));
  return wanted.filter((value) => !known.has(keyOf(value)) && known.add(keyOf(value)));
}

const keyOf = (value: string): string => { const { prefix, address } = parseProxyAddress(value); return `${prefix.toLowerCase()}:${address.toLowerCase()}`; };
