import type { TargetObject, Values } from '../../../shared/domain/objects.ts';
import type { AttributeChange } from '../../../shared/domain/plans.ts';
import { targetAttribute } from '../../../shared/rules/target-attributes.ts';
import { presentValues, sameValues } from './diff.ts';
import type { Chain, TargetWishes } from './rollback-wishes.ts';
import { isSet, undoSet } from './rollback-sets.ts';
import { contested, impossible, ownerOf, type Work } from './rollback-work.ts';

const PROVENANCE = { ruleId: null, source: '', reason: 'Value before the task' };
const UPN = 'userPrincipalName';
const ANCHOR = 'onPremisesImmutableId';

/**
 * The values of one object that have to be written to take back what was written, by attribute.
 * Changes that Graph cannot make, and moves of an account between a federated domain and one that is not, are left out and noted.
 * @param mailbox `comes back`: Exchange Online shows nothing of the object yet, and will show what the task wrote.
 */
export function undoAttributes(work: Work, wishes: TargetWishes, current: TargetObject, mailbox: 'as it shows' | 'comes back'): readonly AttributeChange[] {
  const changes = [...wishes.attributes].flatMap(([attribute, chain]) => undoAttribute(work, wishes, attribute, chain, mailbox === 'comes back' && wishes.recipients.has(attribute) ? chain.written : presentValues(current, attribute)));
  return withoutFederatedMoves(work, wishes, current, changes);
}

function undoAttribute(work: Work, wishes: TargetWishes, attribute: string, chain: Chain<Values | null>, now: Values | null): AttributeChange[] {
  const { before, written, between } = chain;
  const kind = wishes.about.objectKind;
  const about = targetAttribute(kind, attribute, ownerOf(wishes));
  const same = (a: Values | null, b: Values | null): boolean => sameValues(kind, attribute, a, b);
  const contest = { attribute, before, written, current: now };
  let wanted = before;
  if (isSet(about)) {
    wanted = undoSet(work, wishes, about, chain, now);
    if (same(now, wanted)) return [];
  } else if (same(now, written)) {
    const theirs = between?.value ?? null;
    if (between !== null && !same(theirs, before) && !contested(work, wishes, { ...contest, between: { values: theirs } })) wanted = theirs;
    if (same(now, wanted)) return [];
  } else if (same(now, before) || !contested(work, wishes, contest)) return [];
  const after = wanted === null || wanted.length === 0 ? null : wanted;
  if (after === null && about?.clearable === false) impossible(work, wishes, attribute, `${attribute} was empty before and cannot be made empty again; it keeps ${now?.join(', ') ?? 'its value'}.`);
  else if (about !== undefined && !about.onUpdate) impossible(work, wishes, attribute, `${attribute} cannot be changed on an object that exists.`);
  else return [{ attribute, before: now, after, provenance: PROVENANCE, reversible: now !== null || about?.clearable !== false }];
  return [];
}

const domainOf = (values: Values | null): string => values?.[0]?.split('@').at(-1)?.toLowerCase() ?? '';

/**
 * A roll back does not move accounts between a federated domain and one that is not: "Rollback tasks that move accounts from a
 * federated domain to a non-federated domain (or the other way around) complete with errors" (Quest Migration Manager, "Undoing
 * Object Migration"). The sign-in name stays, and with a name that stays federated its anchor, which the identity provider signs
 * in by (Graph documentation, user resource: onPremisesImmutableId). Everything else of the account is taken back.
 */
function withoutFederatedMoves(work: Work, wishes: TargetWishes, current: TargetObject, changes: readonly AttributeChange[]): readonly AttributeChange[] {
  const { federated } = work.options;
  const move = changes.find((change) => change.attribute === UPN);
  if (move === undefined || federated === undefined) return changes;
  const [from, to] = [domainOf(presentValues(current, UPN)), domainOf(move.after)];
  if (federated.has(from) === federated.has(to)) return changes;
  const [was, is] = federated.has(to) ? ['the federated', 'federated'] : ['the non-federated', 'not federated'];
  impossible(work, wishes, UPN, `"${wishes.about.name}" cannot be moved back to ${was} domain ${to} by a roll back, because it signs in with ${from}, which is ${federated.has(from) ? '' : 'not '}federated. Perform an explicit migration to a domain that is ${is} first (Migrate Objects with that UPN suffix), then roll back again together with that migration.`, 'later');
  const anchor = changes.find((change) => change.attribute === ANCHOR);
  if (anchor !== undefined && federated.has(from)) impossible(work, wishes, ANCHOR, `${ANCHOR} of "${wishes.about.name}" stays as long as its sign-in name is in the federated domain ${from}, because the account signs in by it.`, 'later');
  return changes.filter((change) => change !== move && !(change === anchor && federated.has(from)));
}
