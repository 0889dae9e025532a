import type { SourceObject, Values } from '../../../shared/domain/objects.ts';
import type { RecipientPart } from '../../../shared/domain/plans.ts';
import type { MappingRule } from '../../../shared/domain/rules.ts';
import { normaliseAddress } from '../../../shared/rules/addresses.ts';
import { valuesOf } from '../../../shared/rules/attributes.ts';
import type { TargetAttribute } from '../../../shared/rules/target-attributes.ts';
import type { MapInput } from './types.ts';

const keyOf = (address: string): string => normaliseAddress(address.replace(/^smtp:/i, ''));

/**
 * True when a rule about a recipient has something for an account that is none yet: an address that Microsoft 365 does not compute from mail and sign-in name
 * (Microsoft Entra, "How the proxyAddresses attribute is populated"), or a switch that is not as a new mailbox has it.
 * @param given the values that the rule gives; asked for only where they matter.
 */
export function saysMoreWithMailbox(about: TargetAttribute, part: RecipientPart | null, { source, target }: Pick<MapInput, 'source' | 'target'>, given: () => Values | undefined): boolean {
  if (about.recipients === undefined || part !== null) return false;
  // A single address is the primary one, which everybody gets.
  if (about.name === 'proxyAddresses' && (valuesOf(source.attributes, 'proxyAddresses')?.length ?? 0) < 2) return false;
  const values = given() ?? [];
  if (about.type === 'boolean') return values.length > 0 && values[0] !== about.initial;
  if (about.name !== 'proxyAddresses') return values.length > 0;
  const known = new Set([source.attributes, target?.attributes ?? {}].flatMap((all) => ['mail', 'userPrincipalName', 'proxyAddresses'].flatMap((name) => (all === source.attributes && name === 'proxyAddresses' ? [] : valuesOf(all, name) ?? []))).map(keyOf));
  return values.some((value) => /^smtp:/i.test(value) && !known.has(keyOf(value)));
}

/** True when Exchange Online writes the attribute of some groups, the object has a value for it, and it is not written of the Microsoft 365 group that it is or becomes. */
export function notOfUnified(about: TargetAttribute, { sourceAttribute }: MappingRule, { attributes, links }: SourceObject): boolean {
  return about.service === 'exchange' && sourceAttribute !== '' && (valuesOf(attributes, sourceAttribute) ?? valuesOf(links, sourceAttribute)) !== undefined;
}
