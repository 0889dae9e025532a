import type { CheckError } from '../../../../shared/domain/checks.ts';
import type { ObjectKind, SourceObject } from '../../../../shared/domain/objects.ts';
import { withoutAccents } from '../../../../shared/rules/text.ts';
import { cutTo, isDomainPart, isLocalPart, lengthOf, mendDomainPart, mendLocalPart, splitAddress, unroutableLabel } from './text.ts';
import type { RuleContext, ValueRule } from './types.ts';

/** Every kind of object that is migrated. */
export const ALL_KINDS: readonly ObjectKind[] = ['user', 'group', 'contact'];

/** What the rules of one attribute have in common. */
export interface Common { readonly attribute: string; readonly prefix: string; readonly kinds: readonly ObjectKind[]; readonly severity?: 'error' | 'warning' }

/** Reads the address out of a value and puts another in its place; undefined: the rule is not about this value. */
export type AddressOf = (value: string) => { readonly address: string; readonly with: (address: string) => string } | undefined;

const rule = ({ attribute, prefix, kinds, severity = 'error' }: Common, name: string, error: CheckError, source: string, check: ValueRule['check']): ValueRule =>
  ({ id: `${prefix}-${name}`, attribute, kinds, severity, error, source, check });

/** A longest length in characters; the fix cuts. */
export function lengthRule(common: Common, most: number, source: string, kinds: readonly ObjectKind[] = common.kinds): ValueRule {
  return rule({ ...common, kinds }, kinds === common.kinds ? 'length' : `length-${kinds.join('-')}`, 'Length', source, (value) => {
    const length = lengthOf(value, most);
    return length <= most ? null : { message: `${common.attribute} has ${length} characters, ${most} are allowed.`, proposal: cutTo(value, most) };
  });
}

/**
 * Characters that a value cannot hold; the fix takes them away.
 * @param bad a global expression that matches one or several of them.
 * @param applies which values the rule is about.
 */
export function characterRule(common: Common, name: string, bad: RegExp, source: string, applies: (value: string) => boolean = () => true): ValueRule {
  return rule(common, name, 'Character', source, (value) => {
    if (!applies(value)) return null;
    const left = value.replace(bad, '');
    if (left === value) return null;
    return { message: `${common.attribute} holds characters that Microsoft 365 does not take in it.`, proposal: left === '' ? null : left };
  });
}

/** A second colon after the one of the prefix (`smtp:a:b@x`); the fix removes it. */
export function secondColonRule(common: Common, source: string): ValueRule {
  return rule(common, 'second-colon', 'Character', source, (value) => {
    const colon = value.indexOf(':');
    const rest = value.slice(colon + 1);
    if (colon < 0 || !rest.includes(':')) return null;
    return { message: `${common.attribute} has a second colon after its prefix.`, proposal: `${value.slice(0, colon + 1)}${rest.replaceAll(':', '')}` };
  });
}

/** Accents before the `@`; the fix writes the letter without (table of the Entra function NormalizeDiacritics) rather than dropping it as IdFix does. */
export function accentsRule(common: Common, of: AddressOf, source: string): ValueRule {
  return rule(common, 'accents', 'Character', source, (value) => {
    // Nearly every address is plain ASCII, and taking accents off costs more than all other rules together.
    const found = /[^\u0020-\u007e]/.test(value) ? of(value) : undefined;
    const at = found?.address.lastIndexOf('@') ?? -1;
    if (found === undefined || at < 0) return null;
    const local = found.address.slice(0, at);
    const plain = withoutAccents(local);
    return plain === local ? null : { message: `${common.attribute} has accents before the @, which Microsoft 365 does not take.`, proposal: found.with(`${plain}${found.address.slice(at)}`) };
  });
}

/** What is asked of an address: one `@`, a local part, a domain with a dot, and a domain that the internet can reach. */
export function addressRules(common: Common, of: AddressOf, source: string, skipDomain: (context: RuleContext, domain: string) => boolean = () => false): ValueRule[] {
  return [
    rule(common, 'local-part', 'LocalPart', source, (value) => {
      const found = of(value);
      if (found === undefined) return null;
      const parts = splitAddress(found.address);
      if (parts === undefined) return { message: `${common.attribute} must hold exactly one @.`, proposal: null };
      if (isLocalPart(parts.local)) return null;
      const local = mendLocalPart(parts.local);
      return { message: `The part of ${common.attribute} before the @ is not one that mail systems take.`, proposal: local === '' ? null : found.with(`${local}@${parts.domain}`) };
    }),
    rule(common, 'domain-part', 'DomainPart', source, (value, _object, context) => {
      const found = of(value);
      const parts = found === undefined ? undefined : splitAddress(found.address);
      if (found === undefined || parts === undefined || skipDomain(context, parts.domain) || isDomainPart(parts.domain)) return null;
      const domain = mendDomainPart(parts.domain);
      return { message: `The part of ${common.attribute} after the @ is no domain name with a dot.`, proposal: domain !== parts.domain && isDomainPart(domain) ? found.with(`${parts.local}@${domain}`) : null };
    }),
    rule(common, 'top-level-domain', 'TopLevelDomain', `${source}; reserved names: RFC 2606, 6761, 6762, 8375, 9476`, (value, _object, context) => {
      const found = of(value);
      const domain = found === undefined ? undefined : splitAddress(found.address)?.domain;
      const label = domain === undefined || skipDomain(context, domain) ? undefined : unroutableLabel(domain);
      return label === undefined ? null : { message: `The internet does not know domains that end in .${label}; ${common.attribute} needs one that it can reach.`, proposal: null };
    }),
  ];
}

/** A rule made by hand. */
export const ownRule = rule;

/** First value of cn, else the name; what IdFix puts in place of an empty value. */
export function commonName(object: SourceObject): string {
  return (object.attributes['cn']?.[0] ?? object.name).trim();
}
