import type { ReviewRow } from '../../shared/contracts/matches.ts';
import type { Attributes } from '../../shared/domain/objects.ts';
import { firstOf, valuesOf } from '../../shared/rules/attributes.ts';
import { withoutAccents } from '../../shared/rules/text.ts';
import { anchorOf } from '../engines/matching/index.ts';

/** Attributes by which a person tells whether two objects are the same, source and target name. */
const SIDES: readonly (readonly [source: string, target: string])[] = [
  ['displayName', 'displayName'], ['userPrincipalName', 'userPrincipalName'], ['mail', 'mail'], ['sAMAccountName', 'mailNickname'], ['givenName', 'givenName'], ['sn', 'surname'],
  ['department', 'department'], ['title', 'jobTitle'], ['employeeID', 'employeeId'], ['description', 'description'],
];
const plain = (text: string): string => withoutAccents(text).trim().toLowerCase();

/** Both sides of a match, attribute by attribute; those that neither side has are left out. */
export function sidesOf(row: { readonly id: string; readonly kind: ReviewRow['kind']; readonly source: Attributes; readonly target: Attributes | null }): ReviewRow['sides'] {
  const pairs = SIDES.map(([from, to]) => ({ attribute: from, source: (valuesOf(row.source, from) ?? []).join(', '), target: (row.target === null ? [] : valuesOf(row.target, to) ?? []).join(', ') }));
  const immutable = row.target === null ? '' : firstOf(row.target, 'onPremisesImmutableId') ?? '';
  const anchor = { attribute: 'source anchor', source: anchorOf({ id: row.id, kind: row.kind, attributes: row.source }), target: immutable };
  return [...pairs.filter((one) => one.source !== '' || one.target !== '').map((one) => ({ ...one, same: plain(one.source) === plain(one.target) })), ...(immutable === '' ? [] : [{ ...anchor, same: anchor.source === anchor.target }])];
}
