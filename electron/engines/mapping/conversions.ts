import type { SourceObject, TargetObject, Values } from '../../../shared/domain/objects.ts';
import type { Conversion } from '../../../shared/domain/rules.ts';
import type { DistributionGroupChoice } from '../../../shared/domain/settings.ts';
import { isEnabled } from '../../../shared/rules/account-control.ts';
import { isSmtpAddress, normaliseAddress } from '../../../shared/rules/addresses.ts';
import { firstOf, integerOf } from '../../../shared/rules/attributes.ts';
import { usageLocationOf } from '../../../shared/rules/country.ts';
import { rdnValue } from '../../../shared/rules/dn.ts';
import { sourceGroupKind } from '../../../shared/rules/group-type.ts';
import { immutableIdFromGuid } from '../../../shared/rules/guid.ts';
import { nicknameOf } from '../../../shared/rules/nickname.ts';
import { withoutAccents } from '../../../shared/rules/text.ts';
import { chooseUpn } from '../../../shared/rules/upn.ts';

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
}

/** Outcome: values to write, or none (leave the target alone); `reason` and `warning` are sentences for the "Why?" pane and the check report. */
export interface Converted { readonly values: Values | undefined; readonly reason?: string; readonly warning?: string }

const cut = (text: string, length: number): string => [...text].slice(0, length).join('').trim();
const trimmed = (values: Values | undefined): Values | undefined => {
  const kept = (values ?? []).map((value) => value.trim()).filter((value) => value !== '');
  return kept.length === 0 ? undefined : kept;
};
const one = (value: string | undefined): Values | undefined => (value === undefined || value === '' ? undefined : [value]);

/** mailNickname: a nickname the target has already stays unless Active Directory names another (Entra: changes only when mailNickname changes). */
function nickname({ source, target }: ConversionInput): Converted {
  if (target !== null && firstOf(source.attributes, 'mailNickname') === undefined) return { values: undefined };
  return { values: one(nicknameOf(source.attributes, source.kind, `id${source.id.slice(0, 8)}`)) };
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
  const unified = sourceGroupKind(input.source.attributes) === 'distribution group' && input.distributionGroups === 'Microsoft 365 group';
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
 * - `initial password`: the marker {@link GENERATED}. - `other mails`: legal SMTP addresses without accents, each once.
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
      return control === undefined ? { values: undefined, warning: `userAccountControl of ${source.name} could not be read.` } : { values: [String(isEnabled(control))] };
    }
    case 'anchor': return { values: one(firstOf(source.attributes, 'mS-DS-ConsistencyGuid') ?? immutableIdFromGuid(source.id)) };
    case 'user principal name': return upn(input);
    case 'mail nickname': return nickname(input);
    case 'usage location': return usageLocation(input);
    case 'mail enabled': case 'security enabled': case 'group types': return groupFlag(input, conversion);
    case 'initial password': return { values: [GENERATED] };
    case 'other mails': {
      const addresses = [...new Set((trimmed(values) ?? []).map((value) => withoutAccents(normaliseAddress(value))).filter(isSmtpAddress))];
      return { values: addresses.length === 0 ? undefined : addresses };
    }
    default: return conversion satisfies never;
  }
}
