import type { TargetObject, Values } from '../../../shared/domain/objects.ts';
import { directLicences, formatLicence, LICENCES, parseLicences, sameLicences } from '../../../shared/rules/licences.ts';
import type { TargetWishes } from './rollback-wishes.ts';
import { add, contested, type Work } from './rollback-work.ts';

const REASON = { ruleId: null, source: '', reason: 'Value before the task' };
const same = (a: Values | null, b: Values | null): boolean => sameLicences(parseLicences(a), parseLicences(b));

/**
 * Gives a user exactly the licences of before that were assigned directly, also when others gave or took some since, unless those are
 * to stay. What a group gives is no business of the task. Out of the recycle bin the
 * licences of the task come with the user (Graph documentation, Restore deleted item); applying looks again and stops where it is not so.
 * @returns true when licences or services of them are given back, and a mailbox may come back with them.
 */
export function undoLicences(work: Work, wishes: TargetWishes, current: TargetObject): boolean {
  if (wishes.licences === null) return false;
  const { before, written, between } = wishes.licences;
  // The names that the task wrote: the present state is read by ids.
  const known = [...new Set([...(written ?? []), ...(before ?? []), ...(between?.value ?? [])])];
  const texts = directLicences(current.attributes).map((one) => known.find((text) => sameLicences(parseLicences([text]), [one])) ?? formatLicence(one, [])).toSorted();
  const now = current.deleted ? written : texts.length === 0 ? null : texts;
  let restoreTo = before;
  const contest = { attribute: LICENCES, before, written, current: now };
  if (!same(now, written)) {
    if (same(now, before) || !contested(work, wishes, contest)) return false;
  } else if (between !== null && !same(between.value, before) && !contested(work, wishes, { ...contest, between: { values: between.value } })) restoreTo = between.value;
  if (same(now, restoreTo)) return false;
  // A mailbox comes and goes with its licence, and Exchange Online knows holders, owners and members by their mailboxes: licences and services that come
  // back do so before anything is written there, those that go after it.
  const had = parseLicences(now);
  const gives = parseLicences(restoreTo).some((one) => !had.some(({ skuId, disabledPlans }) => skuId === one.skuId && disabledPlans.every((plan) => one.disabledPlans.includes(plan))));
  add(work, gives ? 'licences given back' : 'licences taken', wishes, 'set licences', { service: 'graph', changes: [{ attribute: LICENCES, before: now, after: restoreTo, provenance: REASON, reversible: true }] });
  return gives;
}
