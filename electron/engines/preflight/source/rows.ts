import type { CheckAction, CheckFinding } from '../../../../shared/domain/checks.ts';
import type { SourceObject } from '../../../../shared/domain/objects.ts';
import { firstOf, valuesOf } from '../../../../shared/rules/attributes.ts';
import { withUpnSuffix } from '../../../../shared/rules/upn.ts';
import { runChain, type Broken } from './chain.ts';
import { smtpParts } from './text.ts';
import type { RuleContext } from './types.ts';
import { VALUE_RULES } from './value-rules.ts';

/** What is kept of an object while its names are compared. */
export interface Holder { readonly id: string; readonly dn: string; readonly name: string; readonly kind: SourceObject['kind']; readonly objectClass: string; readonly hasNickname: boolean; readonly hasMailbox: boolean; /** Names of its collections; empty: none. */ readonly where: string }

/** One value of one object on its way to a finding. */
export interface Row {
  readonly holder: Holder;
  readonly attribute: string;
  readonly value: string;
  /** The value after the chain's fixes. */
  readonly final: string;
  readonly broken: Broken[];
  /** Set when a rule after the chain decides; null: Edit when there is a proposal, else Fail. */
  action: CheckAction | null;
  /** True: the fix would only make another clash. */
  withdrawn: boolean;
}

/** The short form of an object. */
export function holderOf(object: SourceObject, where = ''): Holder {
  return {
    id: object.id, dn: object.dn, name: object.name, kind: object.kind, objectClass: valuesOf(object.attributes, 'objectClass')?.at(-1) ?? object.kind,
    hasNickname: firstOf(object.attributes, 'mailNickname') !== undefined, hasMailbox: firstOf(object.attributes, 'homeMDB') !== undefined, where,
  };
}

/** Rows of all values that rules speak about: the first value of each attribute, every one of proxyAddresses (IdFix). Blank values count as absent. */
export function rowsOf(object: SourceObject, context: RuleContext, attributes: readonly string[], where = ''): Row[] {
  const holder = holderOf(object, where);
  const rows: Row[] = [];
  for (const attribute of attributes) {
    const all = valuesOf(object.attributes, attribute) ?? [];
    const rules = VALUE_RULES[attribute] ?? [];
    for (const value of attribute === 'proxyAddresses' ? all : all.slice(0, 1).filter((text) => text.trim() !== '')) {
      const { value: final, broken } = runChain(value, rules, object, context);
      rows.push({ holder, attribute, value, final, broken: [...broken], action: null, withdrawn: false });
    }
  }
  return rows;
}

/** Name under which a value must be unique among the values of its attribute, in any letter case; undefined: it need not be. */
export function uniqueName(row: Row, object: { readonly hasUpn: boolean }, { upnSuffix }: RuleContext): string | undefined {
  switch (row.attribute) {
    // The migration may put everybody under one suffix, and then the prefixes meet.
    case 'userPrincipalName': return `userPrincipalName ${withUpnSuffix(row.final, upnSuffix).toLowerCase()}`;
    case 'sAMAccountName': return object.hasUpn ? undefined : `sAMAccountName ${row.final.toLowerCase()}`;
    case 'mail': case 'mailNickname': case 'proxyAddresses': case 'targetAddress': return `${row.attribute} ${row.final.toLowerCase()}`;
    default: return undefined;
  }
}

/** The address by which mail would reach the object, in lower case; undefined for other values. */
export function addressOf(row: Row): string | undefined {
  const address = row.attribute === 'mail' ? row.final : row.attribute === 'proxyAddresses' ? smtpParts(row.final)?.address : undefined;
  return address === undefined || address.trim() === '' ? undefined : address.trim().toLowerCase();
}

/** The finding of a row; undefined when it broke no rule. */
export function findingOf({ holder, attribute, value, final, broken, action, withdrawn }: Row): CheckFinding | undefined {
  if (broken.length === 0) return undefined;
  const proposal = withdrawn || action === 'Remove' || action === 'Complete' || final === value ? null : final;
  return {
    sourceId: holder.id, dn: holder.dn, name: holder.name, kind: holder.kind, objectClass: holder.objectClass, attribute, value,
    rules: [...new Set(broken.map((b) => b.rule.id))], errors: [...new Set(broken.map((b) => b.rule.error))],
    severity: broken.some((b) => b.rule.severity === 'error') ? 'error' : 'warning', message: broken.map((b) => b.message).join(' '), proposal, action: action ?? (proposal === null ? 'Fail' : 'Edit'),
  };
}
