import type { SourceObject, TargetObject, Values } from '../../../shared/domain/objects.ts';
import type { Conversion } from '../../../shared/domain/rules.ts';
import type { DistributionGroupChoice } from '../../../shared/domain/settings.ts';
import { isEnabled } from '../../../shared/rules/account-control.ts';
import { isSmtpAddress, normaliseAddress } from '../../../shared/rules/addresses.ts';
import { firstOf, integerOf, valuesOf } from '../../../shared/rules/attributes.ts';
import { usageLocationOf } from '../../../shared/rules/country.ts';
import { rdnValue } from '../../../shared/rules/dn.ts';
import { countryCodeOfName, countryNameOf } from '../../../shared/rules/country-name.ts';
import { sourceGroupKind } from '../../../shared/rules/group-type.ts';
import { immutableIdFromGuid } from '../../../shared/rules/guid.ts';
import { legalNickname, nicknameOf } from '../../../shared/rules/nickname.ts';
import { sharedMailboxKind } from '../../../shared/rules/recipient-type.ts';
import { owningService } from '../../../shared/rules/target-attributes.ts';
import { withoutAccents } from '../../../shared/rules/text.ts';
import { chooseUpn } from '../../../shared/rules/upn.ts';
import { emailAddressesOf, externalAddressOf } from './email-addresses.ts';

/** Stands in a plan for a password that is made only at the moment of sending: no plan, store or log ever holds one. */
export const GENERATED = '<generated>';

/** What a conversion may look at. */
export interface ConversionInput {
  readonly source: SourceObject;
  readonly target: TargetObject | null;
  /** Values of the rule's source attribute; undefined when absent. */
  readonly values: Values | undefined;
  readonly upnSuffix: string;
  readonly countryCode: string;
  readonly distributionGroups: DistributionGroupChoice;
  readonly verifiedDomains: ReadonlySet<string>;
  readonly initialDomain: string;
  /** Primary SMTP addresses of the objects that managedBy refers to and that Exchange Online takes as owners. */
  readonly owners?: Values;
}

/** Outcome: values to write, or none (leave the target alone); `reason` and `warning` are sentences for the "Why?" pane and the check report. */
export interface Converted { readonly values: Values | undefined; readonly reason?: string; readonly warning?: string }

const cut = (text: string, length: number): string => (text.length <= length ? text : [...text].slice(0, length).join('')).trim();
const trimmed = (values: Values | undefined): Values | undefined => {
  const kept = (values ?? []).map((value) => value.trim()).filter((value) => value !== '');
  return kept.length === 0 ? undefined : kept;
};
const one = (value: string | undefined): Values | undefined => (value === undefined || value === '' ? undefined : [value]);

const isGroupOfExchange = ({ source, target, distributionGroups }: Pick<ConversionInput, 'source' | 'target' | 'distributionGroups'>): boolean => {
  if (target !== null) return owningService('group', target.attributes) === 'exchange';
  const kind = sourceGroupKind(source.attributes);
  return kind !== 'security group' && !(kind === 'distribution group' && distributionGroups === 'Microsoft 365 group');
};

/** mailNickname: a nickname the target has already stays unless Active Directory names another (Entra: changes only when mailNickname changes). */
function nickname({ source, target, distributionGroups }: ConversionInput): Converted {
  if (target !== null && firstOf(source.attributes, 'mailNickname') === undefined) return { values: undefined };
  // Exchange takes an alias only once, and contacts of two companies easily share the part before the @.
  const address = source.kind === 'contact' && firstOf(source.attributes, 'mailNickname') === undefined ? externalAddressOf(source) : undefined;
  // Graph forbids full stops in the alias of a group; Exchange, which keeps groups with mail, does not.
  const kind = source.kind === 'group' && isGroupOfExchange({ source, target, distributionGroups }) ? 'contact' : source.kind;
  return { values: one((address === undefined ? '' : legalNickname(address.replace('@', '.'), 'contact')) || nicknameOf(source.attributes, kind, `id${source.id.slice(0, 8)}`)) };
}

function upn(input: ConversionInput): Converted {
  const { source, target } = input;
  const chosen = chooseUpn(
    firstOf(source.attributes, 'userPrincipalName') ?? firstOf(source.attributes, 'sAMAccountName') ?? '',
    nicknameOf(source.attributes, source.kind, `id${source.id.slice(0, 8)}`),
    { suffix: input.upnSuffix, verifiedDomains: input.verifiedDomains, initialDomain: input.initialDomain },
  );
  if (chosen.fellBack === null) return { values: [chosen.upn], ...(input.upnSuffix === '' ? {} : { reason: `UPN suffix ${input.upnSuffix} of this migration` }) };
  // Somebody who can sign in today must not get a fallback name because of a suffix that is missing in the tenant.
  if (target !== null) return { values: undefined, warning: `The sign-in name of ${source.name} is left as it is: ${chosen.fellBack}.` };
  const sentence = `${chosen.fellBack}, so ${chosen.upn} is used`;
  return { values: [chosen.upn], reason: `${sentence.charAt(0).toUpperCase()}${sentence.slice(1)}`, warning: `${source.name} will sign in as ${chosen.upn}: ${chosen.fellBack}.` };
}

/**
 * usageLocation: only the run's choice or msExchUsageLocation replaces what the target has. A postal country is good for an
 * account that is created; on one that exists it would be a guess that can never be taken back, because Graph does not let
 * usageLocation become empty again (Graph documentation, user resource: not nullable).
 */
function usageLocation({ source, target, countryCode }: ConversionInput): Converted {
  const found = usageLocationOf(source.attributes, countryCode);
  const present = target === null ? undefined : firstOf(target.attributes, 'usageLocation');
  if (found === undefined) {
    return present === undefined ? { values: undefined, warning: `${source.name} gets no usage location: neither msExchUsageLocation, c nor countryCode names a country. Licences need one.` } : { values: undefined };
  }
  if (target !== null && (found.from === 'c' || found.from === 'countryCode')) {
    return present === undefined ? { values: undefined, warning: `${source.name} has no usage location in the tenant and none is set, because it could not be taken back. Give a country code in the wizard to set it; licences need one.` } : { values: undefined };
  }
  return { values: [found.code], reason: found.from === 'run' ? `Country code ${found.code} of this migration` : `Country of ${found.from}` };
}

function groupFlag(input: ConversionInput, what: 'mail enabled' | 'security enabled' | 'group types'): Converted {
  const kind = sourceGroupKind(input.source.attributes);
  const unified = kind === 'distribution group' && input.distributionGroups === 'Microsoft 365 group';
  if (what !== 'group types' && kind !== 'security group' && !unified) return { values: [String(what === 'mail enabled' || kind !== 'distribution group')], reason: `A ${kind}` };
  if (what === 'group types') return unified ? { values: ['Unified'], reason: 'Distribution groups become Microsoft 365 groups in this pair' } : { values: undefined };
  return { values: [String(what === 'mail enabled' ? unified : !unified)], reason: unified ? 'Distribution groups become Microsoft 365 groups in this pair' : 'A security group without mail' };
}

/**
 * Applies a named conversion. Undefined values mean: nothing to write.
 * - `none`: as they are; `trim`: without white space around, empty ones dropped; `one value`: the first of those.
 * - `first value, 448 characters`: what Entra Connect does with description, info and url.
 * - `description`: the first value, at most 1,024 characters (Graph documentation, group resource).
 * - `display name`: displayName, else the object's own name (Entra Connect: else cn).
 * - `enabled`: userAccountControl without bit 2; `anchor`: Base64 of mS-DS-ConsistencyGuid, else of objectGUID.
 * - `user principal name`, `mail nickname`, `usage location`: see shared/rules.
 * - `mail enabled`, `security enabled`, `group types`: by groupType, addresses and the pair's choice for distribution groups.
 * - `external address`, `email addresses`: see email-addresses.ts. - `flag`: Active Directory's TRUE and FALSE. - `country`: the English name by `c`, else `co` when it is one.
 * - `owners`: who the directory says manages a group, as far as Exchange takes them, besides its present owners; a group that is there without
 *   owners is left alone, because the first one could not be taken away again.
 * - `enabled` is false for room, equipment and shared mailboxes. - `initial password`: the marker {@link GENERATED}. - `other mails`: legal SMTP addresses without accents, each once.
 */
export function convert(conversion: Conversion, input: ConversionInput): Converted {
  const { source, values } = input;
  switch (conversion) {
    case 'none': return { values };
    case 'trim': return { values: trimmed(values) };
    case 'one value': return { values: trimmed(values)?.slice(0, 1) };
    case 'first value, 448 characters': return { values: one(cut(trimmed(values)?.[0] ?? '', 448)) };
    case 'description': return { values: one(cut(trimmed(values)?.[0] ?? '', 1024)) };
    case 'display name': return { values: trimmed(values)?.slice(0, 1) ?? one(firstOf(source.attributes, 'cn') ?? rdnValue(source.dn).trim()) };
    case 'enabled': {
      const control = integerOf(source.attributes, 'userAccountControl');
      const mailbox = sharedMailboxKind(source.attributes);
      if (mailbox !== null) return { values: ['false'], reason: `The account of a ${mailbox}, with which nobody signs in` };
      return control === undefined ? { values: undefined, warning: `userAccountControl of ${source.name} could not be read.` } : { values: [String(isEnabled(control))] };
    }
    case 'anchor': return { values: one(firstOf(source.attributes, 'mS-DS-ConsistencyGuid') ?? immutableIdFromGuid(source.id)) };
    case 'user principal name': return upn(input);
    case 'mail nickname': return nickname(input);
    case 'usage location': return usageLocation(input);
    case 'mail enabled': case 'security enabled': case 'group types': return groupFlag(input, conversion);
    case 'initial password': return { values: [GENERATED], reason: 'A random password. Unless a notification delivers it, it is kept nowhere; reset it before the first sign-in' };
    case 'other mails': {
      const addresses = [...new Set((trimmed(values) ?? []).map((value) => withoutAccents(normaliseAddress(value))).filter(isSmtpAddress))];
      return { values: addresses.length === 0 ? undefined : addresses };
    }
    case 'external address': return { values: one(externalAddressOf(source)) };
    case 'email addresses': {
      const list = emailAddressesOf(input);
      return list === undefined ? { values: undefined } : { values: list.values, reason: `Addresses of ${source.name} besides those that are there${list.left > 0 ? `; ${list.left} of other domains or protocols were left out` : ''}` };
    }
    case 'flag': {
      const flag = trimmed(values)?.[0]?.toLowerCase();
      return { values: flag === 'true' || flag === 'false' ? [flag] : undefined };
    }
    case 'country': {
      const name = countryNameOf(firstOf(source.attributes, 'c') ?? '') ?? countryNameOf(countryCodeOfName(firstOf(source.attributes, 'co') ?? '') ?? '');
      return { values: one(name) };
    }
    case 'owners': {
      const present = input.target === null ? [] : valuesOf(input.target.attributes, 'managedBy') ?? [];
      // Nobody can take the last owner away again, so that a group that has none keeps none.
      if (input.target !== null && present.length === 0) return { values: undefined };
      const known = new Set(present.map((owner: string) => owner.toLowerCase()));
      const added = (input.owners ?? []).filter((owner) => !known.has(owner.toLowerCase()));
      return { values: [...present, ...added], reason: 'Owners of managedBy besides those that are there' };
    }
    default: return conversion satisfies never;
  }
}
