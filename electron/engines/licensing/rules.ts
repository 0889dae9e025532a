import type { LicenceRule, ProductInfo } from '../../../shared/domain/licences.ts';
import type { SourceObject } from '../../../shared/domain/objects.ts';
import type { Finding } from '../../../shared/domain/plans.ts';
import { valuesOf } from '../../../shared/rules/attributes.ts';
import type { LicenceDecision, LicensingContext } from './types.ts';

/** Rules made ready for one tenant. */
export interface LicenceRules {
  /** Rules that cannot be carried out, each once: product, service or group unknown. */
  readonly problems: readonly Finding[];
  /** True when no rule is left that could do anything. */
  readonly isEmpty: boolean;
  /** What the rules ask for a user: of several about one product, the topmost that fits. */
  decide(source: SourceObject, as: 'created' | 'existing'): readonly LicenceDecision[];
}

const plain = (text: string): string => text.trim().toLowerCase();

function problem(rule: LicenceRule, value: string, message: string): Finding {
  return { sourceId: null, name: `Licence rule ${rule.position}`, attribute: 'assignedLicenses', value, rule: 'licences', severity: 'warning', message, proposal: null };
}

/** Finds product and services of a rule. */
function ready(rule: LicenceRule, context: LicensingContext, problems: Finding[]): LicenceDecision | null {
  const product = context.products.find((one) => plain(one.partNumber) === plain(rule.partNumber));
  if (product === undefined) {
    problems.push(problem(rule, rule.partNumber, `Licence rule ${rule.position} was left out: the tenant has no product ${rule.partNumber}; it has ${context.products.map((one) => one.partNumber).join(', ') || 'none'}.`));
    return null;
  }
  if (rule.condition.kind === 'members of' && context.membersOf(rule.condition.groupDn) === null) {
    problems.push(problem(rule, rule.condition.groupDn, `Licence rule ${rule.position} was left out: the group ${rule.condition.groupDn} was not found in the directory.`));
    return null;
  }
  const disabledPlans = plansOff(rule, product, problems);
  return disabledPlans === null ? null : { rule, product, disabledPlans };
}

function plansOff(rule: LicenceRule, product: ProductInfo, problems: Finding[]): readonly string[] | null {
  const off: string[] = [];
  for (const name of rule.action === 'assign' ? rule.disabledPlans : []) {
    const plan = product.plans?.find((one) => plain(one.name) === plain(name));
    if (plan?.forUsers === true) { off.push(plan.id.toLowerCase()); continue; }
    // Giving a service that somebody wanted off is worse than giving nothing.
    problems.push(problem(rule, name, plan === undefined
      ? `Licence rule ${rule.position} was left out: ${product.partNumber} has no service ${name}; discover the tenant again, or correct the rule.`
      : `Licence rule ${rule.position} was left out: ${name} belongs to the whole tenant and cannot be switched off for a user.`));
    return null;
  }
  return off.toSorted();
}

function fits({ condition }: LicenceRule, source: SourceObject, context: LicensingContext): boolean {
  switch (condition.kind) {
    case 'everybody': return true;
    case 'members of': return context.membersOf(condition.groupDn)?.has(source.id) === true;
    case 'attribute equals': return (valuesOf(source.attributes, condition.attribute) ?? []).some((value) => plain(value) === plain(condition.value));
    case 'filter': return context.fits(condition.filter, source);
  }
}

/** Makes rules ready. @param rules in any order; disabled ones count for nothing. */
export function licenceRules(rules: readonly LicenceRule[], context: LicensingContext): LicenceRules {
  const problems: Finding[] = [];
  const all = rules.filter((rule) => rule.enabled).toSorted((a, b) => a.position - b.position).flatMap((rule) => ready(rule, context, problems) ?? []);
  return {
    problems, isEmpty: all.length === 0,
    decide(source, as) {
      const decided = new Map<string, LicenceDecision>();
      if (source.kind !== 'user') return [];
      for (const one of all) {
        if (decided.has(one.product.id) || (one.rule.when === 'only on creation' && as !== 'created')) continue;
        if (fits(one.rule, source, context)) decided.set(one.product.id, one);
      }
      return [...decided.values()];
    },
  };
}
