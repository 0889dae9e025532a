import type { TargetObject, Values } from '../../../shared/domain/objects.ts';
import type { Operation } from '../../../shared/domain/plans.ts';
import { directLicences, formatLicence, LICENCES, parseLicences, sameLicences } from '../../../shared/rules/licences.ts';
import type { TargetWishes } from './rollback-wishes.ts';
import { add, contested, STAGES, type Work } from './rollback-work.ts';

const REASON = { ruleId: null, source: '', reason: 'Value before the task' };
const same = (a: Values | null, b: Values | null): boolean => sameLicences(parseLicences(a), parseLicences(b));
/** The licences that are assigned directly, as the task wrote them where it did: the present state is read by ids. */
const textsOf = (current: TargetObject, known: Values): Values => directLicences(current.attributes).map((one) => known.find((text) => sameLicences(parseLicences([text]), [one])) ?? formatLicence(one, [])).toSorted();

/** Proposes to take the licences of a user that is deleted anyway, before it is: {@link freeSeatsFirst} says whether somebody waits for them. */
export function vacate(work: Work, wishes: TargetWishes, current: TargetObject): void {
  if (wishes.licences === null) return;
  const texts = textsOf(current, wishes.licences.written ?? []);
  if (texts.length > 0) add(work, 'licences freed', wishes, 'set licences', { service: 'graph', changes: [{ attribute: LICENCES, before: texts, after: null, provenance: REASON, reversible: true }] });
}

/**
 * Gives a user exactly the licences of before that were assigned directly, also when others gave or took some since, unless those are
 * to stay. What a group gives is no business of the task. Out of the recycle bin the
 * licences of the task come with the user (Graph documentation, Restore deleted item); applying looks again and stops where it is not so.
 * @returns true when licences or services of them are given back, and a mailbox may come back with them.
 */
export function undoLicences(work: Work, wishes: TargetWishes, current: TargetObject): boolean {
  if (wishes.licences === null) return false;
  const { before, written, between } = wishes.licences;
  const texts = textsOf(current, [...new Set([...(written ?? []), ...(before ?? []), ...(between?.value ?? [])])]);
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

/** Products that a change of licences needs a free unit of, or frees one of. */
const products = ({ changes: [change] }: Operation, how: 'needed' | 'freed'): readonly string[] => {
  const [less, more] = (how === 'needed' ? [change?.before, change?.after] : [change?.after, change?.before]).map((values) => new Set(parseLicences(values ?? null).map((one) => one.skuId)));
  return [...more ?? []].filter((id) => less?.has(id) !== true);
};
const addressesOf = (object: TargetObject | undefined): readonly string[] => [...object?.attributes['mail'] ?? [], ...object?.attributes['proxyAddresses'] ?? []].map((one) => one.toLowerCase().replace(/^smtp:/, ''));

/**
 * Takes licences before anything else from those who have to give a unit to somebody else of the plan: a tenant that has no more of a product
 * refuses to assign it (Graph documentation, user: assignLicense, CountViolation). A mailbox goes with its licence, so whoever the plan writes
 * to at Exchange Online, or names there, keeps it until that is done; so does who has to come out of the recycle bin first. Users that the plan
 * deletes give theirs up before they are.
 */
export function freeSeatsFirst({ stages, returning }: Pick<Work, 'stages' | 'returning'>, current: ReadonlyMap<string, TargetObject | undefined>): void {
  const wanted = new Set(stages['licences given back'].flatMap((operation) => products(operation, 'needed')));
  const vacated = stages['licences freed'].splice(0);
  if (wanted.size === 0) return;
  const atExchange = STAGES.flatMap((stage) => stages[stage]).filter((one) => one.service === 'exchange');
  const known = new Set(atExchange.flatMap(({ targetId, references, previous }) => [targetId, ...[...references, ...previous].map((one) => one.targetId)]));
  const named = new Set(atExchange.flatMap(({ changes }) => changes.flatMap(({ before, after }) => [...before ?? [], ...after ?? []].map((value) => value.toLowerCase()))));
  const isFree = (operation: Operation): boolean => {
    const id = operation.targetId ?? '';
    return products(operation, 'freed').some((product) => wanted.has(product)) && !known.has(id) && !returning.has(id) && !addressesOf(current.get(id)).some((address) => named.has(address));
  };
  stages['licences freed'].push(...[...stages['licences taken'], ...vacated].filter(isFree));
  stages['licences taken'].splice(0, Number.POSITIVE_INFINITY, ...stages['licences taken'].filter((operation) => !isFree(operation)));
}
