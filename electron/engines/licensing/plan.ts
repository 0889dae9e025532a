import type { ProductInfo } from '../../../shared/domain/licences.ts';
import type { Finding } from '../../../shared/domain/plans.ts';
import { assignmentsOf, directLicences, formatLicence, LICENCES, sameLicences, type Licence, type LicenceAssignment } from '../../../shared/rules/licences.ts';
import { planConflict } from './conflicts.ts';
import type { LicenceCandidate, LicenceDecision, PlannedLicences } from './types.ts';

const NOTHING: PlannedLicences = { change: null, notes: [], taken: [], freed: [] };
const same = (a: string, b: string): boolean => a.toLowerCase() === b.toLowerCase();

/** Names of the services that are on. */
function plansOn(licences: readonly Licence[], products: readonly ProductInfo[]): ReadonlySet<string> {
  return new Set(licences.flatMap(({ skuId, disabledPlans }) => (products.find((one) => same(one.id, skuId))?.plans ?? []).filter((plan) => !disabledPlans.includes(plan.id.toLowerCase())).map((plan) => plan.name)));
}

/**
 * Compares what the rules ask for with what a user has. Only what is assigned directly is changed: licences from a group stay as they
 * are, and what a group gives already is not given a second time. Products that no rule names are left alone.
 * Graph refuses a licence for a user without usage location (Graph documentation, user: assignLicense), so that is said and left out.
 */
export function planLicences({ source, target, located }: LicenceCandidate, decisions: readonly LicenceDecision[], products: readonly ProductInfo[]): PlannedLicences {
  if (decisions.length === 0) return NOTHING;
  const notes: Finding[] = [];
  const note = (value: string, message: string): void => { notes.push({ sourceId: source.id, name: source.name, attribute: LICENCES, value, rule: 'licences', severity: 'warning', message, proposal: null }); };
  if (target?.deleted === true) {
    note('', `${source.name} comes back from the recycle bin with this plan, and which licences it will have is known only then. The next migration sets them.`);
    return { ...NOTHING, notes };
  }
  const all = assignmentsOf(target?.attributes ?? {});
  const inherited = (skuId: string): LicenceAssignment | undefined => all.find((one) => one.groupId !== null && same(one.skuId, skuId) && one.state !== 'Error');
  const before = directLicences(target?.attributes ?? {});
  let after = before;
  const reasons: string[] = [];
  for (const { rule, product, disabledPlans } of decisions) {
    const direct = after.find((one) => same(one.skuId, product.id));
    const fromGroup = inherited(product.id);
    if (rule.action === 'remove') {
      if (direct !== undefined) { after = after.filter((one) => one !== direct); reasons.push(`rule ${rule.position} removes ${product.partNumber}`); }
      if (fromGroup !== undefined) note(product.partNumber, `${source.name} keeps ${product.partNumber}: it comes from group ${fromGroup.groupId ?? ''} and cannot be taken from the user alone. Change the group.`);
      continue;
    }
    if (direct === undefined && fromGroup !== undefined) {
      note(product.partNumber, `${source.name} has ${product.partNumber} from group ${fromGroup.groupId ?? ''} already; it is left as it is.`);
      continue;
    }
    const wanted = { skuId: product.id.toLowerCase(), disabledPlans };
    if (direct !== undefined && sameLicences([direct], [wanted])) continue;
    after = [...after.filter((one) => one !== direct), wanted];
    reasons.push(`rule ${rule.position} assigns ${product.partNumber}`);
  }
  if (sameLicences(before, after)) return { ...NOTHING, notes };

  const gets = after.some((one) => !before.some((old) => sameLicences([old], [one])));
  if (gets && !located) {
    note('', `${source.name} gets no licence: Microsoft 365 needs a usage location first. Give this migration a country code, or fill in c or msExchUsageLocation in the directory.`);
    return { ...NOTHING, notes };
  }
  const conflict = planConflict(plansOn([...after, ...all.filter((one) => one.groupId !== null)], products));
  if (conflict !== null) {
    note('', `The licences of ${source.name} are left as they are: ${conflict}.`);
    return { ...NOTHING, notes };
  }
  const values = (licences: readonly Licence[]): readonly string[] | null => (licences.length === 0 ? null : licences.map((one) => formatLicence(one, products)).toSorted());
  return {
    change: { attribute: LICENCES, before: values(before), after: values(after), provenance: { ruleId: decisions[0]?.rule.id ?? null, source: '', reason: `Licence ${reasons.join(', licence ')}` }, reversible: true },
    notes,
    taken: after.filter((one) => !all.some((old) => same(old.skuId, one.skuId) && old.state !== 'Error')).map((one) => one.skuId),
    freed: before.filter((one) => !after.some((now) => same(now.skuId, one.skuId)) && inherited(one.skuId) === undefined).map((one) => one.skuId),
  };
}
