import type { SourceObject, TargetObject } from '../../../shared/domain/objects.ts';
import type { MatchingRule } from '../../../shared/domain/rules.ts';
import { normaliseAddress, primarySmtp } from '../../../shared/rules/addresses.ts';
import { firstOf, valuesOf } from '../../../shared/rules/attributes.ts';
import { immutableIdFromGuid } from '../../../shared/rules/guid.ts';
import { splitUpn } from '../../../shared/rules/upn.ts';

/**
 * Source anchor of an object: the Base64 of mS-DS-ConsistencyGuid when a user has one, else of the objectGUID
 * (Entra Connect, design concepts: sourceAnchor; groups and contacts use objectGUID only).
 * @returns the empty text when the object's id is no GUID.
 */
export function anchorOf(source: Pick<SourceObject, 'id' | 'kind' | 'attributes'>): string {
  const consistency = source.kind === 'user' ? firstOf(source.attributes, 'mS-DS-ConsistencyGuid') : undefined;
  return consistency ?? immutableIdFromGuid(source.id) ?? '';
}

/**
 * Source anchors that mean this very object: the present one, and the one that it had, and may have been written with, before
 * somebody filled mS-DS-ConsistencyGuid (Entra Connect, design concepts: sourceAnchor).
 */
export function ownAnchors(source: Pick<SourceObject, 'id' | 'kind' | 'attributes'>): ReadonlySet<string> {
  return new Set([anchorOf(source), immutableIdFromGuid(source.id) ?? ''].filter((anchor) => anchor !== ''));
}

const distinct = (values: readonly string[]): readonly string[] => (values.length < 2 ? values : [...new Set(values)]);
const normal = (values: readonly string[] | undefined): readonly string[] => distinct((values ?? []).map((v) => v.trim().toLowerCase()).filter((v) => v !== ''));

/** Normalised values of the source that a rule compares; empty when the source has nothing to compare. */
export function sourceKeys(rule: MatchingRule, source: SourceObject, upnSuffix: string): readonly string[] {
  switch (rule.comparison) {
    case 'anchor': {
      const anchor = anchorOf(source);
      return anchor === '' ? [] : [anchor];
    }
    case 'smtp': {
      const address = primarySmtp(source.attributes);
      return address === undefined ? [] : [address];
    }
    case 'upn prefix': {
      const prefix = splitUpn(firstOf(source.attributes, 'userPrincipalName') ?? '')?.prefix;
      return prefix === undefined || upnSuffix === '' ? [] : [`${prefix}@${upnSuffix}`.toLowerCase()];
    }
    case 'value':
      return normal(rule.sourceAttribute.toLowerCase() === 'objectguid' ? [source.id] : valuesOf(source.attributes, rule.sourceAttribute));
    default:
      return rule.comparison satisfies never;
  }
}

/** Normalised values under which a target is found by a rule. */
export function targetKeys(rule: Pick<MatchingRule, 'comparison' | 'targetAttribute'>, target: TargetObject): readonly string[] {
  switch (rule.comparison) {
    case 'anchor': {
      const anchor = firstOf(target.attributes, 'onPremisesImmutableId');
      return anchor === undefined ? [] : [anchor];
    }
    case 'smtp': {
      // mail as well as the primary proxy address: a mailbox-less user has only mail, and the two may differ.
      const mail = firstOf(target.attributes, 'mail');
      const primary = primarySmtp(target.attributes);
      return distinct([...(primary === undefined ? [] : [primary]), ...(mail === undefined ? [] : [normaliseAddress(mail)])]);
    }
    case 'upn prefix':
      return normal(valuesOf(target.attributes, 'userPrincipalName'));
    case 'value':
      return normal(valuesOf(target.attributes, rule.targetAttribute));
    default:
      return rule.comparison satisfies never;
  }
}
